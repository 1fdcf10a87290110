/* zone_rule.h - the POSIX TZ rule in the footer of a TZif file, with the
 * extension of RFC 9636: hours from -167 to 167. Pure.
 */
#ifndef BEAT_ZONE_RULE_H
#define BEAT_ZONE_RULE_H

#include <quern/err.h>
#include <stddef.h>
#include <stdint.h>

enum beat_rule_day { BEAT_DAY_JULIAN, BEAT_DAY_OF_YEAR, BEAT_DAY_MONTH_WEEK };

struct beat_rule_date {
    enum beat_rule_day kind;
    int day;   /* Jn 1-365, n 0-365, or the weekday 0-6 */
    int month; /* Mm.w.d */
    int week;
    int32_t time_s; /* after 00:00 local time, may be negative */
};

struct beat_rule {
    int32_t standard; /* seconds east */
    int32_t summer;
    bool has_summer;
    struct beat_rule_date begin, end; /* of summer time */
};

QN_MUST_CHECK int beat_rule_parse(struct beat_rule *ret, const char *text, size_t len,
                                  struct qn_err *reterr);

/* The two changes of a year in order of time: moment and offset from then on.
 * Only when has_summer. */
struct beat_rule_change {
    int64_t at_s;
    int32_t after;
};
void beat_rule_changes(const struct beat_rule *rule, int year, struct beat_rule_change ret[2]);

#endif
