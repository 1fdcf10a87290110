#include "sales_write.h"

#include "sales_charts.h"
#include "sales_style.h"
#include "tasks/lib/digits.h"
#include "tasks/lib/html.h"
#include "tasks/lib/page.h"
#include "tasks/lib/svg.h"
#include <stdio.h>
#include <string.h>

#define NONE "\xe2\x80\x93" /* an en dash, where there is no value */

/* Values for people: digits in groups, a percent sign. */
static void add_value(struct qn_buf *out, struct qn_span value, enum sales_kind kind)
{
    if (value.data == NULL) {
        qn_buf_add_str(out, NONE);
    } else if (kind == SALES_TEXT) {
        qn_buf_add_str(out, "<bdi>");
        qn_html_text(out, value.data, value.len);
        qn_buf_add_str(out, "</bdi>");
    } else {
        qn_digits_add(out, value);
        qn_buf_add_str(out, kind == SALES_PERCENT ? "%" : "");
    }
}

static void add_head(struct qn_buf *out, const struct sales_report *report)
{
    const char *const styles[] = {sales_style, qn_svg_style, NULL};
    char title[80];

    snprintf(title, sizeof(title), "Sales report %s to %s", report->period.from, report->period.to);
    qn_page_begin(out, title, styles);
}

static void add_title(struct qn_buf *out, const struct sales_report *report)
{
    char statuses[128];
    bool one = strcmp(report->period.length, "1") == 0;

    sales_status_list(report->args.statuses, statuses, sizeof(statuses));
    qn_html_printf(out,
                   "<header><h1>Sales report</h1>\n<p class=\"days\">%s to %s &middot; %s %s "
                   "&middot; %s</p>\n<p>Counted as sales: orders with status %s.",
                   report->period.from, report->period.to, report->period.length,
                   one ? "day" : "days", report->tz, statuses);
    if (sales_report_compares(report)) {
        qn_html_printf(out, " Compared with %s to %s.", report->base.from, report->base.to);
    }
    qn_buf_add_str(out, "</p></header>\n");
}

static void add_no_orders(struct qn_buf *out, const struct sales_report *report)
{
    qn_buf_add_str(out,
                   "<div class=\"empty\" role=\"status\"><strong>No orders</strong><p>No order "
                   "counts as a sale in this period. Orders of any status in it: ");
    add_value(out, report->metrics[SALES_ALL_ORDERS].value, SALES_COUNT);
    qn_buf_add_str(out, ".</p></div>\n");
}

/* Growth is good, but for what was cancelled. */
static void add_change(struct qn_buf *out, const struct sales_metric *metric, bool more_is_bad)
{
    bool less = metric->percent.len > 0 && metric->percent.data[0] == '-';
    bool same = metric->percent.data != NULL && qn_span_is(metric->percent, "0.00");

    if (metric->percent.data == NULL || same) {
        qn_html_printf(out, "%s, before ", same ? "unchanged" : "no change to tell");
    } else {
        qn_html_printf(out, "<span class=\"%s\">%s ", less == more_is_bad ? "up" : "down",
                       less ? "\xe2\x96\xbc" : "\xe2\x96\xb2");
        qn_digits_add(out, less ? qn_pg_bytes(metric->percent.data + 1, metric->percent.len - 1)
                                : metric->percent);
        qn_buf_add_str(out, "%</span> from ");
    }
}

static void add_tile(struct qn_buf *out, const struct sales_report *report, enum sales_metric_id id)
{
    const struct sales_metric *metric = &report->metrics[id];
    enum sales_kind kind = sales_metrics[id].kind;

    qn_html_printf(out, "<div class=\"tile\"><div class=\"what\">%s</div><div class=\"much\">",
                   sales_metrics[id].title);
    add_value(out, metric->value, kind);
    if (kind == SALES_MONEY && report->args.currency[0] != '\0') {
        qn_html_printf(out, " <span class=\"unit\">%s</span>", report->args.currency);
    }
    qn_buf_add_str(out, "</div><div class=\"more\">");
    if (sales_report_compares(report)) {
        add_change(out, metric, id == SALES_CANCELLED_RATE);
        add_value(out, metric->base, kind);
    } else if (id == SALES_CUSTOMERS) {
        add_value(out, report->metrics[SALES_NEW].value, SALES_COUNT);
        qn_buf_add_str(out, " new, ");
        add_value(out, report->metrics[SALES_RETURNING].value, SALES_COUNT);
        qn_buf_add_str(out, " returning");
    } else if (id == SALES_CANCELLED_RATE) {
        add_value(out, report->metrics[SALES_CANCELLED].value, SALES_COUNT);
        qn_buf_add_str(out, " of ");
        add_value(out, report->metrics[SALES_ALL_ORDERS].value, SALES_COUNT);
        qn_buf_add_str(out, " orders of any status");
    }
    qn_buf_add_str(out, "</div></div>\n");
}

static void add_tiles(struct qn_buf *out, const struct sales_report *report)
{
    static const enum sales_metric_id tiles[] = {SALES_TOTAL_SALES, SALES_TOTAL_ORDERS,
                                                 SALES_AVERAGE,     SALES_TOTAL_UNITS,
                                                 SALES_CUSTOMERS,   SALES_CANCELLED_RATE};

    qn_buf_add_str(out, "<div class=\"tiles\">\n");
    for (size_t i = 0; i < sizeof(tiles) / sizeof(tiles[0]); i++) {
        add_tile(out, report, tiles[i]);
    }
    qn_buf_add_str(out, "</div>\n");
}

static bool shows(const struct sales_report *report, unsigned columns, int column)
{
    bool rank = column == SALES_COL_WAS_RANK || column == SALES_COL_RANK_CHANGE;

    return (columns & 1U << column) != 0 && (!rank || sales_report_compares(report));
}

static void add_table_head(struct qn_buf *out, const struct sales_report *report, unsigned columns)
{
    qn_buf_add_str(out, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (int i = 0; i < SALES_COLUMNS; i++) {
        if (shows(report, columns, i)) {
            qn_html_printf(out, "<th class=\"%s\" scope=\"col\">%s</th>",
                           sales_columns[i].kind == SALES_TEXT ? "text" : "num",
                           sales_columns[i].title);
        }
    }
    qn_buf_add_str(out, "</tr></thead>\n<tbody>\n");
}

/* rest: rows of another list below, in the columns of this one. */
static void add_rows(struct qn_buf *out, const struct sales_report *report,
                     const struct sales_list *list, unsigned columns, bool rest)
{
    for (size_t row = 0; row < list->count; row++) {
        qn_buf_add_str(out, rest ? "<tr class=\"rest\">" : "<tr>");
        for (int i = 0; i < SALES_COLUMNS; i++) {
            bool text = sales_columns[i].kind == SALES_TEXT;
            bool blank = rest && (i == SALES_COL_RANK || sales_columns[i].kind == SALES_TEXT) &&
                         i != SALES_COL_NAME;

            if (!shows(report, columns, i)) {
                continue;
            }
            qn_buf_add_str(out, text ? "<td class=\"text\">" : "<td class=\"num\">");
            if (!blank) {
                add_value(out, sales_cell(list, row, (enum sales_column)i), sales_columns[i].kind);
            }
            qn_buf_add_str(out, "</td>");
        }
        qn_buf_add_str(out, "</tr>\n");
    }
}

static void add_table(struct qn_buf *out, const struct sales_report *report, enum sales_list_id id,
                      enum sales_list_id rest)
{
    unsigned columns = sales_lists[id].columns & ~(1U << SALES_COL_ID);

    add_table_head(out, report, columns);
    add_rows(out, report, &report->lists[id], columns, false);
    if (rest != id) {
        add_rows(out, report, &report->lists[rest], columns, true);
    }
    qn_buf_add_str(out, "</tbody></table></div>\n");
}

static void add_series(struct qn_buf *out, const struct sales_report *report)
{
    bool compares = sales_report_compares(report);

    qn_html_printf(out, "<section><h2>%s, by %s</h2>\n", sales_lists[SALES_SERIES].title,
                   report->group);
    if (compares) {
        qn_html_printf(out,
                       "<div class=\"legend\"><span><i></i>%s to %s</span><span>"
                       "<i class=\"dash\"></i>%s to %s</span></div>\n",
                       report->period.from, report->period.to, report->base.from, report->base.to);
    }
    sales_chart_series(out, report);
    qn_buf_add_str(out, "<details><summary>As a table</summary>\n");
    add_table(out, report, SALES_SERIES, SALES_SERIES);
    qn_buf_add_str(out, "</details>\n");
    if (compares) {
        qn_buf_add_str(out, "<details><summary>The comparison period as a table</summary>\n");
        add_table(out, report, SALES_BASE_SERIES, SALES_BASE_SERIES);
        qn_buf_add_str(out, "</details>\n");
    }
    qn_buf_add_str(out, "</section>\n");
}

struct block {
    enum sales_list_id list;
    enum sales_list_id rest;
    void (*chart)(struct qn_buf *out, const struct sales_report *report, enum sales_list_id id);
};

static void add_block(struct qn_buf *out, const struct sales_report *report,
                      const struct block *block)
{
    qn_html_printf(out, "<section><h2>%s</h2>\n", sales_lists[block->list].title);
    if (report->lists[block->list].count == 0 && report->lists[block->rest].count == 0) {
        qn_buf_add_str(out, "<p class=\"what\">Nothing in this period.</p></section>\n");
        return;
    }
    if (block->chart != NULL) {
        block->chart(out, report, block->list);
    }
    add_table(out, report, block->list, block->rest);
    qn_buf_add_str(out, "</section>\n");
}

static void add_blocks(struct qn_buf *out, const struct sales_report *report)
{
    static const struct block wide[] = {
        {SALES_TOP_REVENUE, SALES_REST_REVENUE, sales_chart_bars},
        {SALES_TOP_UNITS, SALES_REST_UNITS, sales_chart_bars},
        {SALES_CHANNELS, SALES_CHANNELS, sales_chart_stack},
    };
    static const struct block narrow[] = {
        {SALES_CATEGORIES, SALES_CATEGORIES, NULL},
        {SALES_COUNTRIES, SALES_COUNTRIES, NULL},
    };
    for (size_t i = 0; i < 3; i++) {
        add_block(out, report, &wide[i]);
    }
    qn_buf_add_str(out, "<div class=\"pair\">\n");
    add_block(out, report, &narrow[0]);
    add_block(out, report, &narrow[1]);
    qn_buf_add_str(out, "</div>\n");
}

static void add_end(struct qn_buf *out, const struct sales_report *report)
{
    qn_buf_add_str(out, "<section><h2>What the figures mean</h2>\n<dl>");
    for (const struct sales_definition *word = sales_definitions; word->key != NULL; word++) {
        char name[32];
        size_t len = strlen(word->key);

        memcpy(name, word->key, len + 1);
        for (char *c = name; *c != '\0'; c++) {
            *c = *c == '_' ? ' ' : *c;
        }
        qn_html_printf(out, "<dt>%s</dt><dd>%s</dd>\n", name, word->text);
    }
    qn_buf_add_str(out, "</dl></section>\n<footer>");
    qn_html_printf(out, "Made %s", report->generated_at.data);
    if (report->data_as_of.data != NULL) {
        qn_html_printf(out, " &middot; newest order %s", report->data_as_of.data);
    }
    qn_buf_add_str(out, " &middot; from ");
    add_value(out, report->metrics[SALES_ALL_ORDERS].value, SALES_COUNT);
    qn_buf_add_str(out, " orders and ");
    add_value(out, report->item_rows, SALES_COUNT);
    qn_html_printf(out, " order lines in %d ms &middot; %s</footer>\n", (int)report->query_ms,
                   SALES_SCHEMA);
    qn_page_end(out);
}

int sales_write_html(const struct sales_report *report, struct qn_buf *out)
{
    static const struct block statuses = {SALES_STATUSES, SALES_STATUSES, NULL};

    add_head(out, report);
    add_title(out, report);
    if (sales_report_is_empty(report)) {
        add_no_orders(out, report);
    }
    add_tiles(out, report);
    add_series(out, report);
    if (!sales_report_is_empty(report)) {
        add_blocks(out, report);
    }
    if (report->lists[SALES_STATUSES].count > 0) {
        add_block(out, report, &statuses);
    }
    add_end(out, report);
    return qn_buf_status(out);
}
