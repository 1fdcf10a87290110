#include "bench_figures.h"

#include "common/json.h"
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void sort(const double *values, size_t n, double sorted[CLI_RUNS_MAX])
{
    memcpy(sorted, values, n * sizeof(*values));
    qsort(sorted, n, sizeof(*sorted), by_size);
}

double cli_median(const double *values, size_t n)
{
    double sorted[CLI_RUNS_MAX];

    sort(values, n, sorted);
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

int64_t cli_percentile(const int64_t *sorted, size_t n, int percent)
{
    size_t rank = (n * (size_t)percent + 99) / 100;

    return sorted[rank > 0 ? rank - 1 : 0];
}

/* Three digits that count, or all before the point. */
static int digits_behind(double value)
{
    if (value >= 100)
        return 0;
    return value >= 10 ? 1 : 2;
}

void cli_figure_text(double value, char out[CLI_FIGURE_TEXT_SIZE])
{
    char plain[CLI_FIGURE_TEXT_SIZE * 2 / 3];
    int len = snprintf(plain, sizeof(plain), "%.*f", digits_behind(value), value);
    size_t whole = strcspn(plain, "."), at = 0;

    if (len < 0 || (size_t)len >= sizeof(plain))
        whole = 0;
    for (size_t i = 0; plain[i]; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = plain[i];
    }
    out[at] = '\0';
}

/* ---- figures ---- */

/* kind's text, with number in the place of %d. */
static void fill_in(char *out, size_t size, const char *text, int number)
{
    const char *place = strstr(text, "%d");

    if (place)
        snprintf(out, size, "%.*s%d%s", (int)(place - text), text, number, place + 2);
    else
        snprintf(out, size, "%s", text);
}

static struct cli_figure *find(struct cli_figures *figures, const char *name)
{
    for (size_t i = 0; i < figures->n; i++)
        if (strcmp(figures->all[i].name, name) == 0)
            return &figures->all[i];
    return NULL;
}

int cli_figures_add(struct cli_figures *figures, const struct cli_figure_kind *kind, int number,
                    double value, struct qn_err *reterr)
{
    char name[sizeof(figures->all[0].name)];

    fill_in(name, sizeof(name), kind->name, number);
    struct cli_figure *figure = find(figures, name);
    if (!figure && figures->n < CLI_FIGURES_MAX) {
        figure = &figures->all[figures->n++];
        *figure = (struct cli_figure){.unit = kind->unit};
        memcpy(figure->name, name, sizeof(name));
        fill_in(figure->title, sizeof(figure->title), kind->title, number);
    }
    if (!figure || figure->n == CLI_RUNS_MAX)
        return qn_fail(reterr, QN_ELIMIT, "%s: more figures than there is room for", name);
    figure->values[figure->n++] = value;
    return QN_OK;
}

int cli_figures_json(struct qn_buf *out, const struct cli_figures *figures)
{
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < figures->n; i++) {
        const struct cli_figure *figure = &figures->all[i];
        double value = cli_median(figure->values, figure->n);
        qn_buf_add_str(out, i > 0 ? ",\n {" : "\n {");
        qn_json_add_key(out, "name");
        qn_json_add_str(out, figure->name);
        qn_json_add_key(out, "value");
        qn_buf_printf(out, "%.*f", digits_behind(value), value);
        qn_json_add_key(out, "unit");
        qn_json_add_str(out, figure->unit);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_str(out, "\n]\n");
    return qn_buf_status(out);
}

static void add_row(struct cli_table *table, const struct cli_figure *figure)
{
    char text[CLI_FIGURE_TEXT_SIZE];
    double sorted[CLI_RUNS_MAX];

    sort(figure->values, figure->n, sorted);
    cli_table_add(table, figure->title, CLI_PLAIN);
    cli_figure_text(cli_median(figure->values, figure->n), text);
    cli_table_add(table, text, CLI_BOLD);
    cli_table_add(table, figure->unit, CLI_PLAIN);
    cli_figure_text(sorted[0], text);
    cli_table_add(table, text, CLI_DIM);
    cli_figure_text(sorted[figure->n - 1], text);
    cli_table_add(table, text, CLI_DIM);
}

int cli_figures_print(const struct cli_figures *figures, const struct cli_term *term,
                      struct qn_err *reterr)
{
    static const struct cli_column columns[] = {{.title = "WHAT", .wide = true},
                                                {.title = "MEDIAN", .right = true},
                                                {.title = "UNIT"},
                                                {.title = "LOWEST", .right = true},
                                                {.title = "HIGHEST", .right = true}};
    struct cli_table *table = cli_table_create(columns, sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < figures->n; i++)
        add_row(table, &figures->all[i]);
    int rc = cli_table_print(table, term, 0, reterr);
    cli_table_free(table);
    return rc;
}
