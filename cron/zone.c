#include "zone.h"

#include "calendar.h"
#include "common/clock.h"
#include "common/mem.h"
#include "zone_data.h"
#include <stdio.h>
#include <string.h>

struct qn_zone *qn_zone_share(struct qn_zone *zone)
{
    zone->holders++;
    return zone;
}

void qn_zone_free(struct qn_zone *zone)
{
    if (!zone || --zone->holders > 0)
        return;
    qn_free(zone->changes);
    qn_free(zone);
}

int64_t qn_zone_settles_s(const struct qn_zone *zone)
{
    return zone->n ? zone->changes[zone->n - 1].at_s : QN_ZONE_EVER;
}

/* ---- behind the table ---- */

#define RULE_YEARS   3
#define RULE_CHANGES (2 * RULE_YEARS)
#define RULE_FIRST   INT64_C(-62135596800) /* year 1 */
#define RULE_LAST    INT64_C(253402300800) /* year 10000; behind it nothing changes any more */

/* The rule's real changes in the years around a second, in order, and the offset before them.
 * One that is undone at the same moment is none. */
static size_t rule_window(const struct qn_zone *zone, int64_t second,
                          struct qn_zone_change ret[RULE_CHANGES], int32_t *ret_offset)
{
    struct qn_zone_rule_change all[RULE_CHANGES + 2];
    int64_t settles = qn_zone_settles_s(zone);
    size_t n = 0;

    second = second < RULE_FIRST ? RULE_FIRST : second > RULE_LAST ? RULE_LAST : second;
    int year = qn_date_of_days(qn_day_of_second(second)).year - RULE_YEARS / 2;
    for (int i = 0; i <= RULE_YEARS; i++)
        qn_zone_rule_changes(&zone->rule, year + i, &all[2 * i]);
    int32_t known = zone->n ? zone->changes[zone->n - 1].after : 0;
    int32_t offset = all[0].at_s <= settles ? known : all[0].after;
    *ret_offset = offset;
    for (size_t i = 1; i < RULE_CHANGES; i++) {
        bool undone = all[i + 1].at_s <= all[i].at_s;
        if (all[i].at_s <= settles) {
            offset = known;
        } else if (!undone && all[i].after != offset) {
            ret[n++] = (struct qn_zone_change){all[i].at_s, offset, all[i].after};
            offset = all[i].after;
        }
    }
    return n;
}

static void narrow(struct qn_zone_span *span, const struct qn_zone_change *change, int64_t second)
{
    if (change->at_s <= second)
        *span = (struct qn_zone_span){change->at_s, span->until_s, change->before, change->after};
    else if (change->at_s < span->until_s)
        span->until_s = change->at_s;
}

/* The span so far is the one behind the last change of the table, or all of time. */
static void apply_rule(const struct qn_zone *zone, int64_t second, struct qn_zone_span *span)
{
    struct qn_zone_change window[RULE_CHANGES];
    int32_t offset = zone->rule.standard;
    size_t n = zone->rule.has_summer ? rule_window(zone, second, window, &offset) : 0;

    if (zone->n == 0)
        span->before = span->offset = offset;
    for (size_t i = 0; i < n; i++)
        narrow(span, &window[i], second);
}

/* ---- the table ---- */

/* The number of table changes at or before a second. */
static size_t table_position(const struct qn_zone *zone, int64_t second)
{
    size_t low = 0, high = zone->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].at_s <= second)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void qn_zone_span_at(const struct qn_zone *zone, int64_t second, struct qn_zone_span *ret)
{
    size_t at = table_position(zone, second);

    *ret = (struct qn_zone_span){QN_ZONE_EVER, -QN_ZONE_EVER, zone->first, zone->first};
    if (at > 0)
        narrow(ret, &zone->changes[at - 1], second);
    if (at < zone->n)
        narrow(ret, &zone->changes[at], second);
    else if (zone->has_rule)
        apply_rule(zone, second, ret);
}

int32_t qn_zone_offset(const struct qn_zone *zone, int64_t second)
{
    struct qn_zone_span span;

    qn_zone_span_at(zone, second, &span);
    return span.offset;
}

bool qn_zone_change_before(const struct qn_zone *zone, int64_t second, struct qn_zone_change *ret)
{
    struct qn_zone_span span;

    qn_zone_span_at(zone, second, &span);
    *ret = (struct qn_zone_change){span.begin_s, span.before, span.offset};
    return span.begin_s != QN_ZONE_EVER;
}

bool qn_zone_change_after(const struct qn_zone *zone, int64_t second, struct qn_zone_change *ret)
{
    struct qn_zone_span span, next;

    qn_zone_span_at(zone, second, &span);
    if (span.until_s == -QN_ZONE_EVER)
        return false;
    qn_zone_span_at(zone, span.until_s, &next);
    *ret = (struct qn_zone_change){span.until_s, span.offset, next.offset};
    return true;
}

/* ---- text ---- */

void qn_zone_time_to_str(const struct qn_zone *zone, int64_t second, char out[QN_ZONE_TEXT_SIZE])
{
    int minutes = qn_zone_offset(zone, second) / 60;
    int east = minutes < 0 ? -minutes : minutes;
    char text[QN_TIME_TEXT_SIZE];

    qn_time_to_str((second + (int64_t)minutes * 60) * 1000, text);
    text[strcspn(text, ".")] = '\0';
    snprintf(out, QN_ZONE_TEXT_SIZE, "%.19s%c%02d:%02d", text, minutes < 0 ? '-' : '+',
             east / 60 % 100, east % 60);
}
