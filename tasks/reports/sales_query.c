#include "sales_report.h"

#include "common/mem.h"
#include "sales_period.h"
#include "sales_sql.h"
#include <stdio.h>
#include <string.h>

/* A report while it is made. */
struct making {
    struct sales_report *report;
    const struct sales_source *source;
    char statuses[128];   /* as a PostgreSQL array */
    struct qn_buf arrays; /* of the buckets */
    struct qn_span bases[SALES_METRICS];
    int64_t done;
};

static void tell(struct making *making, const char *text)
{
    if (making->source->progress != NULL) {
        making->source->progress(making->source->arg, making->done, text);
    }
    making->done++;
}

static void fill_statuses(struct making *making)
{
    char list[112];

    sales_status_list(making->report->args.statuses, list, sizeof(list));
    snprintf(making->statuses, sizeof(making->statuses), "{%s}", list);
}

static int metric_of(const char *name)
{
    for (int i = 0; i < SALES_METRICS; i++) {
        if (strcmp(sales_metrics[i].key, name) == 0) {
            return i;
        }
    }
    return -1;
}

/* The value of a metric travels in the column of units. */
static void take_metric(struct making *making, const struct sales_list *row, bool base)
{
    struct qn_span value = sales_cell(row, 0, SALES_COL_UNITS);
    const char *name = sales_str(row, 0, SALES_COL_NAME);
    int metric = metric_of(name);

    if (strcmp(name, "base_units") == 0) {
        making->bases[SALES_TOTAL_UNITS] = value;
    } else if (strcmp(name, "item_rows") == 0) {
        making->report->item_rows = value;
    } else if (metric >= 0 && base) {
        making->bases[metric] = value;
    } else if (metric >= 0) {
        making->report->metrics[metric].value = value;
    }
}

static struct sales_list *list_of(struct sales_report *report, const char *key, bool base)
{
    if (base) { /* of the lists only the series is kept */
        return strcmp(key, "series") == 0 ? &report->lists[SALES_BASE_SERIES] : NULL;
    }
    for (int i = 0; i < SALES_LISTS; i++) {
        if (strcmp(sales_lists[i].key, key) == 0) {
            return &report->lists[i];
        }
    }
    return NULL;
}

/* Rows of one list are next to each other. */
static void take_rows(struct making *making, const struct qn_pg_rows *rows, bool base)
{
    for (size_t i = 0; i < qn_pg_rows_count(rows); i++) {
        const struct sales_list row = {rows, i, 1};
        const char *key = sales_str(&row, 0, SALES_COL_LIST);
        struct sales_list *list = list_of(making->report, key, base);

        if (strcmp(key, "metrics") == 0) {
            take_metric(making, &row, base);
        } else if (list != NULL && list->count == 0) {
            *list = row;
        } else if (list != NULL) {
            list->count++;
        }
    }
}

static int ask(struct making *making, const char *sql, const struct qn_span *params, size_t n,
               bool base, struct qn_err *reterr)
{
    struct sales_report *report = making->report;
    struct qn_pg_rows **rows = &report->sets[report->n_sets];
    int rc = qn_pg_query(making->source->pg, sql, params, n, rows, reterr);

    if (rc == QN_OK) {
        report->n_sets++;
        take_rows(making, *rows, base);
    }
    return rc;
}

static int ask_orders(struct making *making, const struct sales_period *period, bool base,
                      struct qn_err *reterr)
{
    struct qn_buf *arrays = &making->arrays;
    struct qn_span params[6] = {qn_pg_text(period->start), qn_pg_text(period->end),
                                qn_pg_text(making->statuses)};
    static const size_t columns[] = {2, 0, 1};
    size_t ends[4] = {0};
    int rc;

    qn_buf_reset(arrays);
    for (size_t i = 0; i < 3; i++) {
        rc = sales_period_array(period, columns[i], arrays);
        if (rc != QN_OK) {
            return qn_fail(reterr, rc, "no memory for the buckets of the report");
        }
        ends[i + 1] = arrays->len;
    }
    for (size_t i = 0; i < 3; i++) {
        params[3 + i] = qn_pg_bytes(arrays->data + ends[i], ends[i + 1] - ends[i]);
    }
    return ask(making, sales_sql_orders, params, 6, base, reterr);
}

static int ask_customers(struct making *making, const struct sales_period *period, bool base,
                         struct qn_err *reterr)
{
    const struct qn_span params[] = {qn_pg_text(period->start), qn_pg_text(period->end),
                                     qn_pg_text(making->statuses)};

    return ask(making, sales_sql_customers, params, 3, base, reterr);
}

/* Without a comparison its period is the empty one before the start. */
static int ask_products(struct making *making, struct qn_err *reterr)
{
    const struct sales_report *report = making->report;
    const struct sales_period *period = &report->period;
    bool compares = sales_report_compares(report);
    char top_n[16];
    int top_len = snprintf(top_n, sizeof(top_n), "%d", report->args.top_n);
    const struct qn_span params[] = {
        qn_pg_text(period->start),
        qn_pg_text(period->end),
        qn_pg_text(making->statuses),
        qn_pg_text(compares ? report->base.start : period->start),
        qn_pg_text(compares ? report->base.end : period->start),
        report->metrics[SALES_TOTAL_SALES].value,
        qn_pg_bytes(top_n, (size_t)top_len),
    };

    return ask(making, sales_sql_products, params, 7, false, reterr);
}

static void add_values(struct qn_buf *out, const struct making *making, bool base)
{
    qn_buf_add_byte(out, '{');
    for (int i = 0; i < SALES_METRICS; i++) {
        struct qn_span value = base ? making->bases[i] : making->report->metrics[i].value;

        qn_buf_printf(out, "%s%s", i > 0 ? "," : "", value.data != NULL ? value.data : "NULL");
    }
    qn_buf_add_byte(out, '}');
}

static int ask_deltas(struct making *making, struct qn_err *reterr)
{
    struct sales_report *report = making->report;
    struct qn_buf *arrays = &making->arrays;
    struct qn_span params[2];
    const struct qn_pg_rows *rows;
    size_t first;
    int rc;

    qn_buf_reset(arrays);
    add_values(arrays, making, false);
    first = arrays->len;
    add_values(arrays, making, true);
    if (qn_buf_status(arrays) != QN_OK) {
        return qn_fail(reterr, qn_buf_status(arrays), "no memory for the changes");
    }
    params[0] = qn_pg_bytes(arrays->data, first);
    params[1] = qn_pg_bytes(arrays->data + first, arrays->len - first);
    rc = qn_pg_query(making->source->pg, sales_sql_deltas, params, 2, &report->sets[report->n_sets],
                     reterr);
    if (rc != QN_OK) {
        return rc;
    }
    rows = report->sets[report->n_sets++];
    for (size_t i = 0; i < SALES_METRICS; i++) {
        report->metrics[i].base = qn_pg_value(rows, i, 1);
        report->metrics[i].change = qn_pg_value(rows, i, 2);
        report->metrics[i].percent = qn_pg_value(rows, i, 3);
    }
    return QN_OK;
}

static int compare(struct making *making, struct qn_err *reterr)
{
    const struct sales_period *base = &making->report->base;
    int rc;

    tell(making, "orders of the comparison period");
    rc = ask_orders(making, base, true, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    tell(making, "customers of the comparison period");
    rc = ask_customers(making, base, true, reterr);
    return rc == QN_OK ? ask_deltas(making, reterr) : rc;
}

static int ask_all(struct making *making, struct qn_err *reterr)
{
    struct sales_report *report = making->report;
    int rc;

    tell(making, "finding the period");
    rc = sales_period_find(report, making->source, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    fill_statuses(making);
    tell(making, "orders");
    rc = ask_orders(making, &report->period, false, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    tell(making, "customers");
    rc = ask_customers(making, &report->period, false, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    tell(making, "products");
    rc = ask_products(making, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    return sales_report_compares(report) ? compare(making, reterr) : QN_OK;
}

static int in_snapshot(struct making *making, struct qn_err *reterr)
{
    struct qn_pg *pg = making->source->pg;
    int rc = qn_pg_run(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, 0, reterr);

    if (rc == QN_OK) {
        rc = qn_pg_run(pg, sales_sql_settings, NULL, 0, reterr);
    }
    if (rc == QN_OK) {
        rc = ask_all(making, reterr);
    }
    qn_pg_rollback(pg); /* there is nothing to commit */
    return rc;
}

int sales_report_create(struct sales_report **ret, const struct sales_args *args,
                        const struct sales_source *source, struct qn_err *reterr)
{
    struct making making = {.report = qn_zalloc(1, sizeof(struct sales_report)), .source = source};
    int64_t begun = qn_mono_ms(source->clock);
    int rc;

    if (making.report == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a report");
    }
    making.report->args = *args;
    qn_buf_init(&making.arrays, 1024 * 1024);
    rc = in_snapshot(&making, reterr);
    qn_buf_release(&making.arrays);
    if (rc != QN_OK) {
        sales_report_free(making.report);
        return rc;
    }
    making.report->query_ms = qn_mono_ms(source->clock) - begun;
    *ret = making.report;
    return QN_OK;
}
