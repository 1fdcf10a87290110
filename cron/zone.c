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

#define RULE_YEARS   5
#define RULE_CHANGES (2 * RULE_YEARS)

/* The rule's real changes in the years around a second, in order. A change that is
 * undone at the same moment is none. */
static size_t rule_window(const struct qn_zone *zone, int64_t second,
                          struct qn_zone_change ret[RULE_CHANGES])
{
    int year = qn_date_of_days(qn_day_of_second(second)).year;
    struct qn_zone_rule_change all[RULE_CHANGES];
    size_t n = 0;

    for (int i = 0; i < RULE_YEARS; i++)
        qn_zone_rule_changes(&zone->rule, year - RULE_YEARS / 2 + i, &all[2 * i]);
    int32_t offset = all[0].after;
    for (size_t i = 1; i < RULE_CHANGES; i++) {
        bool undone = i + 1 < RULE_CHANGES && all[i + 1].at_s <= all[i].at_s;
        if (undone || all[i].after == offset)
            continue;
        if (all[i].at_s > qn_zone_settles_s(zone))
            ret[n++] = (struct qn_zone_change){all[i].at_s, offset, all[i].after};
        offset = all[i].after;
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
    int32_t first = zone->n == 0 && zone->has_rule ? zone->rule.standard : zone->first;

    *ret = (struct qn_zone_span){QN_ZONE_EVER, -QN_ZONE_EVER, first, first};
    if (at > 0)
        narrow(ret, &zone->changes[at - 1], second);
    if (at < zone->n) {
        narrow(ret, &zone->changes[at], second);
        return;
    }
    if (!zone->has_rule || !zone->rule.has_summer)
        return;
    struct qn_zone_change window[RULE_CHANGES];
    size_t n = rule_window(zone, second, window);
    for (size_t i = 0; i < n; i++)
        narrow(ret, &window[i], second);
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
