#include "common/mem.h"
#include "term.h"
#include <string.h>

#define GAP         2 /* blanks between columns */
#define COLUMNS_MAX 16
#define TEXT_MAX    (64 * 1024 * 1024)
#define SHRINK_TO   8 /* no column is cut below that */

struct cell {
    size_t at; /* in text */
    enum cli_colour colour;
};

struct cli_table {
    const struct cli_column *columns;
    size_t n_columns;
    struct qn_buf text; /* cells, each with its NUL */
    struct cell *cells;
    size_t n, cap;
    bool broken; /* memory ended */
};

struct cli_table *cli_table_create(const struct cli_column *columns, size_t n)
{
    struct cli_table *table = qn_zalloc(1, sizeof(*table));

    if (table) {
        table->columns = columns;
        table->n_columns = n < COLUMNS_MAX ? n : COLUMNS_MAX;
        qn_buf_init(&table->text, TEXT_MAX);
    }
    return table;
}

void cli_table_free(struct cli_table *table)
{
    if (!table)
        return;
    qn_buf_release(&table->text);
    qn_free(table->cells);
    qn_free(table);
}

static bool room(struct cli_table *table)
{
    size_t cap = table->cap > 0 ? table->cap * 2 : 64;

    if (table->n < table->cap)
        return true;
    struct cell *cells = qn_realloc_array(table->cells, cap, sizeof(*cells));
    if (!cells)
        return false;
    table->cells = cells;
    table->cap = cap;
    return true;
}

void cli_table_add(struct cli_table *table, const char *text, enum cli_colour colour)
{
    if (!table || table->broken)
        return;
    table->broken = !room(table);
    if (table->broken)
        return;
    table->cells[table->n++] = (struct cell){table->text.len, colour};
    cli_text_add(&table->text, text, strlen(text), 0);
    qn_buf_add_byte(&table->text, '\0');
}

void cli_table_add_number(struct cli_table *table, int64_t number)
{
    char text[32];

    snprintf(text, sizeof(text), "%lld", (long long)number);
    cli_table_add(table, text, CLI_PLAIN);
}

static const char *text_of(const struct cli_table *table, size_t cell)
{
    return table->text.data + table->cells[cell].at;
}

static void measure(const struct cli_table *table, int widths[COLUMNS_MAX])
{
    for (size_t c = 0; c < table->n_columns; c++)
        widths[c] = cli_text_width(table->columns[c].title);
    for (size_t i = 0, c = 0; i < table->n; i++) {
        int width = cli_text_width(text_of(table, i));
        widths[c] = width > widths[c] ? width : widths[c];
        c = c + 1 < table->n_columns ? c + 1 : 0;
    }
}

/* Takes from the widest of the columns that may be cut until the line fits. */
static void shrink(const struct cli_table *table, int widths[COLUMNS_MAX], int most)
{
    int total = GAP * ((int)table->n_columns - 1);

    for (size_t c = 0; c < table->n_columns; c++)
        total += widths[c];
    while (total > most) {
        int widest = -1;
        for (size_t c = 0; c < table->n_columns; c++)
            if (table->columns[c].wide && widths[c] > SHRINK_TO &&
                (widest < 0 || widths[c] > widths[widest]))
                widest = (int)c;
        if (widest < 0)
            return;
        widths[widest]--;
        total--;
    }
}

static void print_cell(const struct cli_term *term, const struct cli_column *column,
                       const char *text, int width, enum cli_colour colour, bool last)
{
    struct qn_buf cell;

    qn_buf_init(&cell, TEXT_MAX);
    cli_text_add(&cell, text, strlen(text), width);
    int pad = width - cli_text_width(cell.data);
    if (column->right)
        fprintf(term->out, "%*s", pad, "");
    cli_say(term, colour, cell.data);
    if (!column->right && !last)
        fprintf(term->out, "%*s", pad, "");
    fputs(last ? "\n" : "  ", term->out);
    qn_buf_release(&cell);
}

static void print_rows(const struct cli_table *table, const struct cli_term *term, int indent,
                       const int widths[COLUMNS_MAX])
{
    size_t n = table->n_columns;

    fprintf(term->out, "%*s", indent, "");
    for (size_t c = 0; c < n; c++)
        print_cell(term, &table->columns[c], table->columns[c].title, widths[c], CLI_BOLD,
                   c + 1 == n);
    for (size_t i = 0, c = 0; i < table->n; i++) {
        if (c == 0)
            fprintf(term->out, "%*s", indent, "");
        print_cell(term, &table->columns[c], text_of(table, i), widths[c], table->cells[i].colour,
                   c + 1 == n);
        c = c + 1 < n ? c + 1 : 0;
    }
}

int cli_table_print(const struct cli_table *table, const struct cli_term *term, int indent,
                    struct qn_err *reterr)
{
    int widths[COLUMNS_MAX] = {0};

    if (!table || table->broken || qn_buf_status(&table->text) != QN_OK)
        return qn_fail(reterr, QN_ENOMEM, "table: out of memory");
    measure(table, widths);
    if (term->width > 0)
        shrink(table, widths, term->width - indent);
    print_rows(table, term, indent, widths);
    return QN_OK;
}
