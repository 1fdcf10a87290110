/* sales_report.h - the figures of a sales report, and how they are made.
 *
 * All figures come from one REPEATABLE READ READ ONLY snapshot, computed by
 * PostgreSQL in set-based SQL; here they are only carried, as the decimal text it
 * gave. No amount ever passes through a double.
 *
 * A report is a set of lists of one shape (enum sales_column) plus the metrics;
 * what each list shows is a table, so the writers (sales_write.h) are loops.
 *
 * Not here: files and formats (sales_write.h), the queue (sales.c).
 */
#ifndef TASKS_REPORTS_SALES_REPORT_H
#define TASKS_REPORTS_SALES_REPORT_H

#include "common/clock.h"
#include "sales_args.h"
#include "tasks/lib/postgres.h"

#define SALES_SCHEMA "quern.report.sales/1"

/* The columns of each row, in the order of the SQL. */
enum sales_column {
    SALES_COL_LIST, /* which list the row belongs to */
    SALES_COL_RANK, /* its place in it, from 1 */
    SALES_COL_ID,
    SALES_COL_NAME,
    SALES_COL_CATEGORY,
    SALES_COL_FROM, /* days of a bucket, inclusive */
    SALES_COL_TO,
    SALES_COL_ORDERS,
    SALES_COL_CUSTOMERS,
    SALES_COL_SALES,
    SALES_COL_UNITS,
    SALES_COL_SHARE,       /* percent, 2 decimals; NULL when the whole is 0 */
    SALES_COL_WAS_RANK,    /* in the comparison period; NULL: not in it */
    SALES_COL_RANK_CHANGE, /* places gained */
    SALES_COLUMNS,
};

enum sales_kind { SALES_TEXT, SALES_COUNT, SALES_MONEY, SALES_PERCENT };

struct sales_column_shape {
    const char *key;
    const char *title;
    enum sales_kind kind;
};
extern const struct sales_column_shape sales_columns[SALES_COLUMNS];

enum sales_list_id {
    SALES_SERIES,
    SALES_BASE_SERIES, /* of the comparison period */
    SALES_TOP_REVENUE,
    SALES_REST_REVENUE, /* what the ranked ones lack of the total */
    SALES_TOP_UNITS,
    SALES_REST_UNITS,
    SALES_CATEGORIES,
    SALES_CHANNELS,
    SALES_COUNTRIES,
    SALES_STATUSES,
    SALES_LISTS,
};

struct sales_list_shape {
    const char *key;
    const char *title;
    unsigned columns; /* bit i: enum sales_column i */
};
extern const struct sales_list_shape sales_lists[SALES_LISTS];

/* Rows of a statement, borrowed. */
struct sales_list {
    const struct qn_pg_rows *rows;
    size_t first;
    size_t count;
};
struct qn_span sales_cell(const struct sales_list *list, size_t row, enum sales_column column);
const char *sales_str(const struct sales_list *list, size_t row, enum sales_column column);

enum sales_metric_id {
    SALES_TOTAL_SALES,
    SALES_TOTAL_ORDERS,
    SALES_AVERAGE,
    SALES_TOTAL_UNITS,
    SALES_CUSTOMERS,
    SALES_NEW,
    SALES_RETURNING,
    SALES_ALL_ORDERS,
    SALES_CANCELLED,
    SALES_CANCELLED_RATE,
    SALES_METRICS,
};
extern const struct sales_column_shape sales_metrics[SALES_METRICS];

struct sales_metric { /* {NULL, 0}: there is none */
    struct qn_span value;
    struct qn_span base;    /* in the comparison period */
    struct qn_span change;  /* value - base */
    struct qn_span percent; /* of base; none when base is 0 */
};

struct sales_period {
    struct qn_pg_rows *days;    /* the row the dates below are of */
    struct qn_pg_rows *buckets; /* first day, last day, start; the last row is the end */
    const char *from, *to;      /* inclusive */
    const char *start, *end;    /* instants, half-open, UTC */
    const char *length;         /* days */
};

#define SALES_SETS 6

struct sales_report {
    struct sales_args args;
    char tz[64];
    char group[16];
    struct sales_period period;
    struct sales_period base; /* from is NULL without a comparison */
    struct qn_pg_rows *sets[SALES_SETS];
    size_t n_sets;
    struct sales_list lists[SALES_LISTS];
    struct sales_metric metrics[SALES_METRICS];
    struct qn_span generated_at;
    struct qn_span data_as_of; /* the newest order of all */
    struct qn_span item_rows;
    int64_t query_ms;
};

/* Where from, and who listens. */
struct sales_source {
    struct qn_pg *pg; /* ready, outside of a transaction */
    const char *tz;   /* when the arguments name none */
    const struct qn_clock *clock;
    void (*progress)(void *arg, int64_t done, const char *text); /* NULL: nobody */
    void *arg;
};

/* QN_EINVAL names the argument, or is PostgreSQL's; the others as in postgres.h.
 * The transaction is over in each case. */
QN_MUST_CHECK int sales_report_create(struct sales_report **ret, const struct sales_args *args,
                                      const struct sales_source *source, struct qn_err *reterr);
void sales_report_free(struct sales_report *report); /* NULL is fine */

bool sales_report_is_empty(const struct sales_report *report); /* no order counts */
static inline bool sales_report_compares(const struct sales_report *report)
{
    return report->base.from != NULL;
}

/* The definition block: what each figure means, in words. */
struct sales_definition {
    const char *key;
    const char *text;
};
extern const struct sales_definition sales_definitions[]; /* ends with a NULL key */
/* The statuses that count, "paid, shipped". */
void sales_status_list(unsigned statuses, char *out, size_t size);

#endif
