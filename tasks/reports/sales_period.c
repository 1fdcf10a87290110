#include "sales_period.h"

#include "common/str.h"
#include "sales_sql.h"
#include <string.h>

#define BY_DAY_MOST  92 /* days of a period that is shown by day unless told */
#define BY_WEEK_MOST 366

static int check_zone(const struct sales_report *report, const struct sales_source *source,
                      struct qn_err *reterr)
{
    struct qn_span tz = qn_pg_text(report->tz);
    struct qn_pg_rows *rows;
    int rc = qn_pg_query(source->pg, sales_sql_zone, &tz, 1, &rows, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    if (qn_pg_rows_count(rows) == 0) {
        rc = qn_fail(reterr, QN_EINVAL, "tz: the database knows no time zone \"%s\"", report->tz);
    }
    qn_pg_rows_free(rows);
    return rc;
}

static struct qn_span optional(const char *text)
{
    return qn_pg_text(text[0] != '\0' ? text : NULL);
}

static int find_days(struct sales_report *report, const struct sales_source *source,
                     struct qn_err *reterr)
{
    const struct sales_args *args = &report->args;
    const struct qn_span params[] = {qn_pg_text(report->tz), optional(args->preset),
                                     optional(args->from), optional(args->to),
                                     qn_pg_text(args->compare)};
    struct qn_pg_rows *days;
    int rc = qn_pg_query(source->pg, sales_sql_period, params, 5, &days, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    report->period.days = days;
    report->period.from = qn_pg_str(days, 0, 0);
    report->period.to = qn_pg_str(days, 0, 1);
    report->period.length = qn_pg_str(days, 0, 2);
    report->base.from = qn_pg_value(days, 0, 3).data;
    report->base.to = qn_pg_str(days, 0, 4);
    report->base.length = qn_pg_str(days, 0, 5);
    report->generated_at = qn_pg_value(days, 0, 6);
    report->data_as_of = qn_pg_value(days, 0, 7);
    return QN_OK;
}

static void choose_group(struct sales_report *report)
{
    const char *group = report->args.group;
    int64_t days = 0;

    if (group[0] == '\0' && qn_str_to_i64(report->period.length, &days) == QN_OK) {
        group = days <= BY_DAY_MOST ? "day" : days <= BY_WEEK_MOST ? "week" : "month";
    }
    qn_str_copy(report->group, sizeof(report->group), group);
}

static int find_buckets(struct sales_period *period, const struct sales_report *report,
                        const struct sales_source *source, struct qn_err *reterr)
{
    const struct qn_span params[] = {qn_pg_text(report->tz), qn_pg_text(period->from),
                                     qn_pg_text(period->to), qn_pg_text(report->group)};
    int rc = qn_pg_query(source->pg, sales_sql_buckets, params, 4, &period->buckets, reterr);

    if (rc == QN_OK) {
        period->start = qn_pg_str(period->buckets, 0, 2);
        period->end = qn_pg_str(period->buckets, qn_pg_rows_count(period->buckets) - 1, 2);
    }
    return rc;
}

int sales_period_find(struct sales_report *report, const struct sales_source *source,
                      struct qn_err *reterr)
{
    const char *tz = report->args.tz[0] != '\0' ? report->args.tz : source->tz;
    int rc;

    if (!qn_str_copy(report->tz, sizeof(report->tz), tz)) {
        return qn_fail(reterr, QN_EINVAL, "tz: longer than %zu bytes", sizeof(report->tz) - 1);
    }
    rc = check_zone(report, source, reterr);
    if (rc == QN_OK) {
        rc = find_days(report, source, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    choose_group(report);
    rc = find_buckets(&report->period, report, source, reterr);
    if (rc == QN_OK && sales_report_compares(report)) {
        rc = find_buckets(&report->base, report, source, reterr);
    }
    return rc;
}

void sales_period_release(struct sales_period *period)
{
    qn_pg_rows_free(period->days);
    qn_pg_rows_free(period->buckets);
    *period = (struct sales_period){.days = NULL};
}

int sales_period_array(const struct sales_period *period, size_t column, struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    for (size_t i = 0; i + 1 < qn_pg_rows_count(period->buckets); i++) {
        qn_buf_printf(out, "%s%s", i > 0 ? "," : "", qn_pg_str(period->buckets, i, column));
    }
    return qn_buf_add_byte(out, '}');
}
