/* sales_args.h - what a sales report is asked for. Pure.
 *
 * Takes the arguments as a JSON object and checks all that can be judged without
 * the database; each refusal names the argument. The meaning of each is in
 * README.md.
 *
 * Not here: whether the zone exists, which days a preset means (sales_period.h).
 */
#ifndef TASKS_REPORTS_SALES_ARGS_H
#define TASKS_REPORTS_SALES_ARGS_H

#include "common/buf.h"

#define SALES_TOP_MAX    100
#define SALES_YEARS_MAX  5
#define SALES_YEAR_FIRST 1900
#define SALES_YEAR_LAST  9990

enum sales_format { SALES_JSON = 1 << 0, SALES_CSV = 1 << 1, SALES_HTML = 1 << 2 };

struct sales_args {
    char from[16]; /* "YYYY-MM-DD", first day; "" with a preset */
    char to[16];   /* last day, inclusive; "" with a preset */
    char preset[16];
    char tz[64];      /* "": the default zone */
    char group[16];   /* day, week, month; "": by the length of the period */
    char compare[16]; /* none, previous, year */
    char currency[40];
    int top_n;
    unsigned statuses; /* bit i: sales_statuses[i] counts as a sale */
    unsigned formats;  /* of enum sales_format */
    char csv_delimiter;
    bool csv_bom;
    bool csv_safe;
    bool force; /* not from the cache */
};

extern const char *const sales_statuses[]; /* ends with NULL */

/* json passed qn_json_check(). QN_EINVAL, with "argument: why". */
QN_MUST_CHECK int sales_args_parse(struct sales_args *ret, const char *json, size_t len,
                                   struct qn_err *reterr);

#endif
