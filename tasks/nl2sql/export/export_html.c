#include "export.h"

#include "common/str.h"
#include "export_sql.h"
#include "export_words.h"
#include "tasks/lib/digits.h"
#include "tasks/lib/html.h"
#include "tasks/lib/page.h"
#include "tasks/nl2sql/chart/chart_column.h"
#include <string.h>

#define ROWS_SHOWN 200
#define CELL_BYTES 2000 /* of a cell that are shown */
#define SQL_BYTES  ((size_t)128 * 1024)

static const char style[] =
    "h1,h2{overflow-wrap:anywhere}.qc{margin-bottom:4px}"
    ".why{color:var(--faint);font-size:13.5px;margin:6px 0 18px}"
    ".note{border-left:4px solid var(--c2);padding:2px 0 2px 14px;margin:0 0 16px}"
    ".note ul{margin:0;padding-left:18px}.wrong{border-left-color:var(--bad)}"
    ".more{color:var(--faint);font-size:13px;margin:10px 0 0}"
    "td.null{color:var(--faint)}td.text{max-width:420px}h3{font-size:13px;font-weight:600;"
    "color:var(--faint);margin:22px 0 6px}.said{margin:0;white-space:pre-line}"
    "pre{margin:0;padding:12px 14px;background:var(--page);border:1px solid var(--line);"
    "border-radius:10px;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"
    "\"Noto Sans Mono\",monospace;white-space:pre-wrap;overflow-wrap:anywhere}"
    "@media print{pre{break-inside:avoid}thead{display:table-header-group}}";

struct writer {
    struct qn_buf *out;
    const char *const *words; /* of enum export_word */
    bool zh;
};

static bool is_number(const struct query_column *column)
{
    return column->kind == QUERY_INTEGER || column->kind == QUERY_NUMBER;
}

static void add_head(const struct writer *writer, const struct query_rows *rows)
{
    qn_buf_add_str(writer->out, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (size_t c = 0; c < rows->n_columns; c++) {
        const struct query_column *column = &rows->columns[c];

        qn_html_printf(writer->out, "<th scope=\"col\" class=\"%s\"><bdi>%s</bdi>",
                       is_number(column) ? "num" : "text", column->name);
        if (column->unit[0] != '\0') {
            qn_html_printf(writer->out, " (%s)", column->unit);
        }
        qn_buf_add_str(writer->out, "</th>");
    }
    qn_buf_add_str(writer->out, "</tr></thead>\n<tbody>\n");
}

static void add_text(struct qn_buf *out, struct qn_span cell)
{
    size_t len = qn_utf8_cut(cell.data, cell.len, CELL_BYTES);

    qn_buf_add_str(out, "<td class=\"text\"><bdi>");
    qn_html_text(out, cell.data, len);
    qn_buf_add_str(out, len < cell.len ? "\xe2\x80\xa6</bdi></td>" : "</bdi></td>");
}

/* grouped: "1,234"; years and ids are not. */
static void add_number(struct qn_buf *out, struct qn_span cell, bool grouped)
{
    qn_buf_add_str(out, "<td class=\"num\">");
    if (grouped) {
        qn_digits_add(out, cell);
    } else {
        qn_html_text(out, cell.data, cell.len);
    }
    qn_buf_add_str(out, "</td>");
}

static void add_cell(const struct writer *writer, const struct query_column *column, bool grouped,
                     struct qn_span cell)
{
    if (cell.data == NULL) {
        qn_html_printf(writer->out, "<td class=\"null%s\">\xe2\x80\x93</td>",
                       is_number(column) ? " num" : "");
    } else if (is_number(column)) {
        add_number(writer->out, cell, grouped);
    } else if (column->kind == QUERY_BOOLEAN) {
        qn_html_printf(writer->out, "<td>%s</td>",
                       writer->words[cell.data[0] == 't' ? EXPORT_YES : EXPORT_NO]);
    } else {
        add_text(writer->out, cell);
    }
}

/* Only what has the form of a number is grouped: the bytes are a database's. */
static bool is_plain(struct qn_span cell)
{
    for (size_t i = 0; i < cell.len; i++) {
        if (memchr("0123456789.-", cell.data[i], 12) == NULL) {
            return false;
        }
    }
    return true;
}

static void add_rows(const struct writer *writer, const struct query_rows *rows)
{
    bool grouped[QUERY_COLUMNS_MAX] = {false};

    for (size_t c = 0; c < rows->n_columns && c < QUERY_COLUMNS_MAX; c++) {
        struct chart_column column;

        chart_column_look(rows, c, &column);
        grouped[c] = column.class == CHART_IS_MEASURE;
    }
    for (size_t row = 0; row < rows->n_rows && row < ROWS_SHOWN; row++) {
        qn_buf_add_str(writer->out, "<tr>");
        for (size_t c = 0; c < rows->n_columns && c < QUERY_COLUMNS_MAX; c++) {
            struct qn_span cell = query_cell(rows, row, c);

            add_cell(writer, &rows->columns[c], grouped[c] && is_plain(cell), cell);
        }
        qn_buf_add_str(writer->out, "</tr>\n");
    }
}

static void add_count(const struct writer *writer, const struct query_rows *rows)
{
    qn_buf_add_str(writer->out, "<p class=\"more\">");
    if (rows->n_rows == 0) {
        qn_html_str(writer->out, writer->words[EXPORT_NO_ROWS]);
    } else if (rows->n_rows > ROWS_SHOWN) {
        qn_buf_printf(writer->out,
                      writer->zh ? "显示前%d行，还有%zu行。"
                                 : "The first %d rows; there are %zu more.",
                      ROWS_SHOWN, rows->n_rows - ROWS_SHOWN);
    } else {
        qn_buf_printf(writer->out, "%zu %s", rows->n_rows,
                      writer->words[rows->n_rows == 1 ? EXPORT_ROW : EXPORT_ROWS]);
    }
    if (rows->truncated) {
        qn_html_printf(writer->out, " %s", writer->words[EXPORT_TRUNCATED]);
    }
    qn_buf_add_str(writer->out, "</p>\n");
}

static void add_table(const struct writer *writer, const struct query_rows *rows)
{
    if (rows->n_columns > 0) {
        add_head(writer, rows);
        add_rows(writer, rows);
        qn_buf_add_str(writer->out, "</tbody></table></div>\n");
    }
    add_count(writer, rows);
}

static void add_sql(const struct writer *writer, const char *sql)
{
    struct qn_buf text;

    qn_buf_init(&text, SQL_BYTES);
    export_sql_lay_out(sql, &text);
    qn_html_printf(writer->out, "<h3>%s</h3>\n<pre><code>", writer->words[EXPORT_SQL]);
    qn_html_str(writer->out, qn_buf_status(&text) == QN_OK ? text.data : sql);
    qn_buf_add_str(writer->out, "</code></pre>\n");
    qn_buf_release(&text);
}

static void add_warnings(const struct writer *writer, const struct export_part *part)
{
    if (part->n_warnings == 0) {
        return;
    }
    qn_html_printf(writer->out, "<div class=\"note\" role=\"note\"><strong>%s</strong><ul>\n",
                   writer->words[EXPORT_WARNINGS]);
    for (size_t i = 0; i < part->n_warnings; i++) {
        qn_html_printf(writer->out, "<li>%s</li>\n", part->warnings[i]);
    }
    qn_buf_add_str(writer->out, "</ul></div>\n");
}

static void add_picture(const struct writer *writer, const struct export_part *part)
{
    chart_svg(part->chart, part->rows, writer->out);
    qn_html_printf(writer->out, "<p class=\"why\">%s</p>\n", part->chart->reason);
}

/* titled: the page's title does not say it already. */
static void add_part(const struct writer *writer, const struct export_part *part, bool titled)
{
    qn_buf_add_str(writer->out, "<section>");
    if (titled) {
        qn_html_printf(writer->out, "<h2>%s</h2>\n", part->title);
    }
    if (part->error[0] != '\0') {
        qn_html_printf(writer->out,
                       "<div class=\"note wrong\" role=\"alert\"><strong>%s</strong> %s</div>\n",
                       writer->words[EXPORT_ERROR], part->error);
    }
    add_warnings(writer, part);
    if (part->rows != NULL) {
        if (part->chart != NULL) {
            add_picture(writer, part);
        }
        add_table(writer, part->rows);
    }
    if (part->explanation[0] != '\0') {
        qn_html_printf(writer->out, "<h3>%s</h3>\n<p class=\"said\">%s</p>\n",
                       writer->words[EXPORT_EXPLANATION], part->explanation);
    }
    if (part->sql[0] != '\0') {
        add_sql(writer, part->sql);
    }
    qn_buf_add_str(writer->out, "</section>\n");
}

void export_html(const char *title, const char *language, const char *made,
                 const struct export_part *parts, size_t n, struct qn_buf *out)
{
    static const char *const styles[] = {style, NULL};
    bool zh = strcmp(language, "zh") == 0;
    struct writer writer = {out, export_words[zh ? 1 : 0], zh};

    qn_page_begin(out, title, styles);
    qn_html_printf(out,
                   "<div id=\"answer\" lang=\"%s\">\n<header><h1>%s</h1>\n<p>%s %s</p></header>\n",
                   zh ? "zh" : "en", title, writer.words[EXPORT_MADE], made);
    for (size_t i = 0; i < n; i++) {
        add_part(&writer, &parts[i], n > 1 || strcmp(parts[i].title, title) != 0);
    }
    qn_buf_add_str(out, "</div>\n");
    qn_page_end(out);
}
