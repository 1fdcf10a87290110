/* cron.h - cron expressions: parse, and the next time after a given one. Pure.
 *
 * The dialect (docs/cron.md has it for users): five fields, or six with
 * seconds in front; lists, ranges, steps, names; ? in the day fields; L, L-n,
 * nW, LW in day of month; d#k, dL in day of week; @yearly ... @hourly;
 * @every 1h30m. When both day fields are restricted either may match, as in
 * vixie cron; when one begins with * both must.
 *
 * In a zone with changes of offset: an expression with * or / in its minute or
 * hour field matches wall-clock times as they come. Any other ("fixed") fires
 * once at the end of a gap that swallowed its time, and only in the first pass
 * of times that happen twice.
 *
 * An expression that no day of the calendar can match is refused.
 *
 * Not here: when a schedule fired last (beat), the zone data (zone.h), the
 * expression in English (words.h).
 */
#ifndef CRON_CRON_H
#define CRON_CRON_H

#include "zone.h"
#include <quern/err.h>
#include <stdint.h>

#define QN_CRON_TEXT_MAX 255

struct qn_cron {
    int64_t every_s; /* @every: then nothing else counts */

    uint64_t seconds; /* bit n: second n */
    uint64_t minutes;
    uint32_t hours;
    uint16_t months; /* bits 1-12 */

    uint32_t days;          /* bits 1-31 */
    uint32_t days_from_end; /* bit n: n days before the last (L is bit 0) */
    uint32_t days_workday;  /* bit n: the Monday-Friday nearest to day n */
    bool last_workday;      /* LW */

    uint8_t weekdays;        /* bit 0 Sunday */
    uint8_t weekdays_last;   /* dL */
    uint8_t weekdays_nth[7]; /* bit k: the k-th of the month */

    bool day_is_star; /* the field begins with * or is ? */
    bool weekday_is_star;
    bool fixed; /* no * and no / in minute and hour */
};

/* QN_EINVAL; the text names the field and the reason. */
QN_MUST_CHECK int qn_cron_parse(struct qn_cron *ret, const char *text, struct qn_err *reterr);
/* The same for bytes without an end. */
QN_MUST_CHECK int qn_cron_parse_bytes(struct qn_cron *ret, const char *text, size_t len,
                                      struct qn_err *reterr);

/* The first firing strictly after after_s (Unix seconds). false: none before the
 * year 9999. */
bool qn_cron_next(const struct qn_cron *cron, const struct qn_zone *zone, int64_t after_s,
                  int64_t *ret_s);

/* The same, and how many steps it took. A step looks at one month, or at one span of time
 * without a change of offset. Calendar and zones repeat every 400 years, so that a search
 * ends there at the latest: with the zones there are in less than QN_CRON_STEPS_MAX steps,
 * whatever the expression; what fires at all is found in a tenth of it. */
#define QN_CRON_STEPS_MAX 10000
bool qn_cron_next_counted(const struct qn_cron *cron, const struct qn_zone *zone, int64_t after_s,
                          int64_t *ret_s, int *ret_steps);

/* The days of a month that match, bit n for day n; none when the month does not. */
uint32_t qn_cron_days(const struct qn_cron *cron, int year, int month);

#endif
