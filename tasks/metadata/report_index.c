#include "report_parts.h"

#include "report_words.h"
#include "tasks/lib/html.h"
#include <math.h>

#define DESCRIPTION_MOST 130 /* characters */

/* Rows on a logarithmic scale: a table of ten beside one of ten million. */
static double length_of(double rows, double most)
{
    return rows > 0 && most > 0 ? log1p(rows) / log1p(most) : 0;
}

static void add_name(struct qn_buf *out, const struct report_view *view, size_t place)
{
    const struct qn_model_table *table = &view->model->tables[place];

    qn_buf_add_str(out, "<tr><td class=\"text\"><strong>");
    report_table_name(out, view, place);
    qn_buf_add_str(out, "</strong> ");
    if (table->purpose != QN_PURPOSE_OTHER) {
        report_badge(out, report_purposes[table->purpose], report_purposes[table->purpose]);
    }
    if (table->kind != QN_CATALOG_TABLE) {
        report_badge(out, "soft", report_kinds[table->kind]);
    }
    if (table->hidden) {
        report_badge(out, "soft", "hidden");
    }
    if (table->description.text[0] != '\0') {
        qn_buf_add_str(out, "<p class=\"faint\">");
        report_text(out, table->description.text, DESCRIPTION_MOST);
        qn_buf_add_str(out, "</p>");
    }
    qn_buf_add_str(out, "</td>");
}

static void add_table(struct qn_buf *out, const struct report_view *view, size_t place, double most)
{
    const struct report_table *table = &view->tables[place];
    double rows = report_rows(table);

    add_name(out, view, place);
    qn_buf_add_str(out, "<td class=\"num\">");
    report_count(out, rows);
    qn_html_printf(out, "<span class=\"bar\"><i style=\"width:%.1f%%\"></i></span></td>",
                   length_of(rows, most) * 100);
    qn_buf_add_str(out, "<td class=\"num\">");
    report_bytes(out, table->catalog != NULL ? (double)table->catalog->bytes : -1);
    qn_html_printf(out, "</td><td class=\"num\">%zu</td><td class=\"num\">%zu</td>",
                   table->model->n_columns, table->parents);
    qn_html_printf(out, "<td class=\"num\">%zu</td><td class=\"num\">", table->children);
    report_count(out, (double)table->alerts);
    qn_buf_add_str(out, "</td></tr>\n");
}

void report_add_index(struct qn_buf *out, const struct report_view *view, size_t most)
{
    size_t end = out->len + most, n = 0;
    double rows = 0;

    for (size_t i = 0; i < view->model->n_tables; i++) {
        rows = fmax(rows, report_rows(&view->tables[i]));
    }
    report_begin(out, "tables", "Tables", "");
    qn_buf_add_str(out, "<div class=\"scroll\"><table class=\"index\">\n<thead><tr>"
                        "<th scope=\"col\">Table</th><th class=\"num\" scope=\"col\">Rows</th>"
                        "<th class=\"num\" scope=\"col\">Size</th>"
                        "<th class=\"num\" scope=\"col\">Columns</th>"
                        "<th class=\"num\" scope=\"col\">Refers to</th>"
                        "<th class=\"num\" scope=\"col\">Referred by</th>"
                        "<th class=\"num\" scope=\"col\">Alerts</th></tr></thead>\n<tbody>\n");
    for (; n < view->model->n_tables && out->len < end; n++) {
        add_table(out, view, n, rows);
    }
    qn_buf_add_str(out, "</tbody></table></div>\n");
    report_add_rest(out, view->model->n_tables - n, "table", "tables");
    report_end(out);
}
