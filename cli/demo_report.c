#include "demo_report.h"
#include "jsontext.h"
#include <stdio.h>
#include <string.h>

#define CELL_SIZE 256
#define PRODUCTS  10

/* "1234567.80" -> "1,234,567.80" */
static void group_digits(const char *plain, char *out, size_t size)
{
    size_t whole = strspn(plain, "-0123456789"), used = 0;

    for (size_t i = 0; plain[i] != '\0' && used + 2 < size; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0 && plain[i - 1] != '-')
            out[used++] = ',';
        out[used++] = plain[i];
    }
    out[used] = '\0';
}

static void add_figure(struct cli_table *table, struct qn_span json, const char *path)
{
    char plain[CELL_SIZE], grouped[CELL_SIZE * 2];

    cli_json_text(json, path, plain, sizeof(plain));
    group_digits(plain, grouped, sizeof(grouped));
    cli_table_add(table, grouped, CLI_PLAIN);
}

static void add_percent(struct cli_table *table, struct qn_span json, const char *path, bool sign)
{
    char plain[CELL_SIZE], text[CELL_SIZE + 8];

    cli_json_text(json, path, plain, sizeof(plain));
    const char *plus = sign && plain[0] && plain[0] != '-' ? "+" : "";
    snprintf(text, sizeof(text), "%s%s%s", plus, plain, plain[0] ? " %" : "");
    cli_table_add(table, text, CLI_PLAIN);
}

static int print_totals(const struct cli_term *term, struct qn_span json, struct qn_err *reterr)
{
    static const struct {
        const char *title, *key;
    } rows[] = {
        {"Sales", "total_sales"},
        {"Orders", "total_orders"},
        {"Average order", "average_order_value"},
        {"Units", "units"},
        {"Customers", "customers"},
        {"New customers", "new_customers"},
        {"Cancelled orders", "cancelled_orders"},
    };
    static const struct cli_column columns[] = {{"TOTALS", false, false},
                                                {"THIS PERIOD", true, false},
                                                {"PERIOD BEFORE", true, false},
                                                {"CHANGE", true, false}};
    struct cli_table *table = cli_table_create(columns, 4);
    char path[64];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cli_table_add(table, rows[i].title, CLI_PLAIN);
        snprintf(path, sizeof(path), "totals.%s", rows[i].key);
        add_figure(table, json, path);
        snprintf(path, sizeof(path), "comparison.%s", rows[i].key);
        add_figure(table, json, path);
        snprintf(path, sizeof(path), "changes.%s.percent", rows[i].key);
        add_percent(table, json, path, true);
    }
    int rc = cli_table_print(table, term, 2, reterr);
    cli_table_free(table);
    return rc;
}

static int print_products(const struct cli_term *term, struct qn_span json, struct qn_err *reterr)
{
    static const struct cli_column columns[] = {
        {"#", true, false},     {"TOP PRODUCTS", false, true}, {"CATEGORY", false, true},
        {"SALES", true, false}, {"UNITS", true, false},        {"SHARE", true, false}};
    struct qn_json_item list, row;
    struct qn_json_walk walk;
    struct cli_table *table = cli_table_create(columns, 6);

    if (!cli_json_at(json, "top_products_by_revenue", &list) ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK) {
        cli_table_free(table);
        return qn_fail(reterr, QN_EPROTO, "the report lists no products");
    }
    for (int n = 0; n < PRODUCTS && qn_json_walk_next(&walk, &row); n++) {
        char name[CELL_SIZE], category[CELL_SIZE];
        cli_json_text(row.value, "name", name, sizeof(name));
        cli_json_text(row.value, "category", category, sizeof(category));
        add_figure(table, row.value, "rank");
        cli_table_add(table, name, CLI_PLAIN);
        cli_table_add(table, category, CLI_DIM);
        add_figure(table, row.value, "sales");
        add_figure(table, row.value, "units");
        add_percent(table, row.value, "share", false);
    }
    int rc = cli_table_print(table, term, 2, reterr);
    cli_table_free(table);
    return rc;
}

static void print_head(const struct cli_term *term, struct qn_span json)
{
    char from[CELL_SIZE], to[CELL_SIZE], zone[CELL_SIZE], title[CELL_SIZE * 4];

    cli_json_text(json, "period.from", from, sizeof(from));
    cli_json_text(json, "period.to", to, sizeof(to));
    cli_json_text(json, "period.tz", zone, sizeof(zone));
    snprintf(title, sizeof(title), "Sales from %s to %s, %s", from, to, zone);
    fputc('\n', term->out);
    cli_say(term, CLI_BOLD, title);
    fputs("\n\n", term->out);
}

int cli_demo_report_print(const struct cli_term *term, struct qn_span json, struct qn_err *reterr)
{
    char schema[CELL_SIZE];

    cli_json_text(json, "schema", schema, sizeof(schema));
    if (strncmp(schema, "quern.report.sales/", 19) != 0)
        return qn_fail(reterr, QN_EPROTO, "the result is no sales report");
    print_head(term, json);
    int rc = print_totals(term, json, reterr);
    fputc('\n', term->out);
    return rc == QN_OK ? print_products(term, json, reterr) : rc;
}
