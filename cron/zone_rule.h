/* zone_rule.h - the POSIX TZ rule in the footer of a TZif file, with the
 * extension of RFC 9636: hours from -167 to 167. Pure.
 */
#ifndef CRON_ZONE_RULE_H
#define CRON_ZONE_RULE_H

#include <quern/err.h>
#include <stddef.h>
#include <stdint.h>

enum qn_zone_rule_day { QN_DAY_JULIAN, QN_DAY_OF_YEAR, QN_DAY_MONTH_WEEK };

struct qn_zone_rule_date {
    enum qn_zone_rule_day kind;
    int day;   /* Jn 1-365, n 0-365, or the weekday 0-6 */
    int month; /* Mm.w.d */
    int week;
    int32_t time_s; /* after 00:00 local time, may be negative */
};

struct qn_zone_rule {
    int32_t standard; /* seconds east */
    int32_t summer;
    bool has_summer;
    struct qn_zone_rule_date begin, end; /* of summer time */
};

QN_MUST_CHECK int qn_zone_rule_parse(struct qn_zone_rule *ret, const char *text, size_t len,
                                     struct qn_err *reterr);

/* The two changes of a year in order of time: moment and offset from then on.
 * Only when has_summer. */
struct qn_zone_rule_change {
    int64_t at_s;
    int32_t after;
};
void qn_zone_rule_changes(const struct qn_zone_rule *rule, int year,
                          struct qn_zone_rule_change ret[2]);

#endif
