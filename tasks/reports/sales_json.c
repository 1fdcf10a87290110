#include "sales_write.h"

#include "common/json.h"
#include <string.h>

static void add_text(struct qn_buf *out, struct qn_span text)
{
    if (text.data == NULL) {
        qn_buf_add_str(out, "null");
    } else {
        qn_json_add_string(out, text.data, text.len);
    }
}

/* A count is a number of JSON; amounts and shares are strings, so that no reader
 * makes a double of them. PostgreSQL's NaN and Infinity are no numbers of JSON. */
static void add_value(struct qn_buf *out, struct qn_span value, enum sales_kind kind)
{
    bool number = kind == SALES_COUNT && value.data != NULL;

    for (size_t i = 0; i < value.len && number; i++) {
        number = strchr("0123456789.-", value.data[i]) != NULL;
    }
    if (number) {
        qn_buf_add(out, value.data, value.len);
    } else {
        add_text(out, value);
    }
}

static void add_member(struct qn_buf *out, const char *key, const char *text)
{
    qn_json_add_key(out, key);
    add_text(out, qn_pg_text(text));
}

static void add_count(struct qn_buf *out, const char *key, const char *text)
{
    qn_json_add_key(out, key);
    add_value(out, qn_pg_text(text), SALES_COUNT);
}

static void add_period(struct qn_buf *out, const struct sales_period *period)
{
    add_member(out, "from", period->from);
    add_member(out, "to", period->to);
    add_count(out, "days", period->length);
    add_member(out, "start", period->start);
    add_member(out, "end", period->end);
}

static void add_periods(struct qn_buf *out, const struct sales_report *report)
{
    const char *preset = report->args.preset;

    qn_json_add_key(out, "period");
    qn_buf_add_byte(out, '{');
    add_period(out, &report->period);
    add_member(out, "tz", report->tz);
    add_member(out, "group", report->group);
    add_member(out, "preset", preset[0] != '\0' ? preset : NULL);
    qn_buf_add_byte(out, '}');
    qn_json_add_key(out, "comparison_period");
    if (!sales_report_compares(report)) {
        qn_buf_add_str(out, "null");
        return;
    }
    qn_buf_add_byte(out, '{');
    add_period(out, &report->base);
    add_member(out, "compare", report->args.compare);
    qn_buf_add_byte(out, '}');
}

static void add_totals(struct qn_buf *out, const struct sales_report *report, bool base)
{
    qn_buf_add_byte(out, '{');
    for (int i = 0; i < SALES_METRICS; i++) {
        const struct sales_metric *metric = &report->metrics[i];

        qn_json_add_key(out, sales_metrics[i].key);
        add_value(out, base ? metric->base : metric->value, sales_metrics[i].kind);
    }
    qn_buf_add_byte(out, '}');
}

static void add_changes(struct qn_buf *out, const struct sales_report *report)
{
    qn_buf_add_byte(out, '{');
    for (int i = 0; i < SALES_METRICS; i++) {
        const struct sales_metric *metric = &report->metrics[i];

        qn_json_add_key(out, sales_metrics[i].key);
        qn_buf_add_byte(out, '{');
        qn_json_add_key(out, "change");
        add_value(out, metric->change, sales_metrics[i].kind);
        qn_json_add_key(out, "percent");
        add_value(out, metric->percent, SALES_PERCENT);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_byte(out, '}');
}

static void add_metrics(struct qn_buf *out, const struct sales_report *report)
{
    bool compares = sales_report_compares(report);

    qn_json_add_key(out, "totals");
    add_totals(out, report, false);
    qn_json_add_key(out, "comparison");
    if (compares) {
        add_totals(out, report, true);
    } else {
        qn_buf_add_str(out, "null");
    }
    qn_json_add_key(out, "changes");
    if (compares) {
        add_changes(out, report);
    } else {
        qn_buf_add_str(out, "null");
    }
}

static void add_row(struct qn_buf *out, const struct sales_list *list, size_t row, unsigned columns)
{
    qn_buf_add_byte(out, '{');
    for (int i = 0; i < SALES_COLUMNS; i++) {
        if ((columns & 1U << i) != 0) {
            qn_json_add_key(out, sales_columns[i].key);
            add_value(out, sales_cell(list, row, (enum sales_column)i), sales_columns[i].kind);
        }
    }
    qn_buf_add_byte(out, '}');
}

static void add_lists(struct qn_buf *out, const struct sales_report *report)
{
    for (int i = 0; i < SALES_LISTS; i++) {
        const struct sales_list *list = &report->lists[i];

        if (i == SALES_BASE_SERIES && !sales_report_compares(report)) {
            continue;
        }
        qn_json_add_key(out, sales_lists[i].key);
        qn_buf_add_byte(out, '[');
        for (size_t row = 0; row < list->count; row++) {
            if (row > 0) {
                qn_buf_add_byte(out, ',');
            }
            add_row(out, list, row, sales_lists[i].columns);
        }
        qn_buf_add_byte(out, ']');
    }
}

static void add_statuses(struct qn_buf *out, unsigned statuses)
{
    bool first = true;

    qn_json_add_key(out, "statuses_counted");
    qn_buf_add_byte(out, '[');
    for (int i = 0; sales_statuses[i] != NULL; i++) {
        if ((statuses & 1U << i) != 0) {
            qn_buf_add_str(out, first ? "" : ",");
            qn_json_add_str(out, sales_statuses[i]);
            first = false;
        }
    }
    qn_buf_add_byte(out, ']');
}

static void add_origin(struct qn_buf *out, const struct sales_report *report)
{
    qn_json_add_key(out, "rows");
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "orders");
    add_value(out, report->metrics[SALES_ALL_ORDERS].value, SALES_COUNT);
    qn_json_add_key(out, "order_items");
    add_value(out, report->item_rows, SALES_COUNT);
    qn_buf_add_byte(out, '}');
    qn_json_add_key(out, "query_ms");
    qn_json_add_i64(out, report->query_ms);
    qn_json_add_key(out, "definitions");
    qn_buf_add_byte(out, '{');
    for (const struct sales_definition *word = sales_definitions; word->key != NULL; word++) {
        add_member(out, word->key, word->text);
    }
    qn_buf_add_byte(out, '}');
}

int sales_write_json(const struct sales_report *report, bool summary, struct qn_buf *out)
{
    const char *currency = report->args.currency;

    qn_buf_add_byte(out, '{');
    add_member(out, "schema", SALES_SCHEMA);
    qn_json_add_key(out, "generated_at");
    add_text(out, report->generated_at);
    qn_json_add_key(out, "data_as_of");
    add_text(out, report->data_as_of);
    add_periods(out, report);
    add_member(out, "currency", currency[0] != '\0' ? currency : NULL);
    add_statuses(out, report->args.statuses);
    qn_json_add_key(out, "empty");
    qn_buf_add_str(out, sales_report_is_empty(report) ? "true" : "false");
    qn_json_add_key(out, "summary_only");
    qn_buf_add_str(out, summary ? "true" : "false");
    add_metrics(out, report);
    if (!summary) {
        add_lists(out, report);
    }
    add_origin(out, report);
    return qn_buf_add_byte(out, '}');
}
