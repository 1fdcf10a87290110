#include "zone_rule.h"

#include "calendar.h"
#include "common/buf.h"
#include <ctype.h>

static bool peek_is(const struct qn_span *s, char c)
{
    return s->len > 0 && s->data[0] == c;
}

static bool take(struct qn_span *s, char c)
{
    if (!peek_is(s, c))
        return false;
    s->data++;
    s->len--;
    return true;
}

static bool take_number(struct qn_span *s, int max, int *ret)
{
    int value = 0, n = 0;

    while (s->len > 0 && isdigit((unsigned char)s->data[0]) && n < 4) {
        value = value * 10 + s->data[0] - '0';
        s->data++;
        s->len--;
        n++;
    }
    *ret = value;
    return n > 0 && value <= max;
}

/* "<+03>" or three and more letters; its text does not matter here. */
static bool take_abbreviation(struct qn_span *s)
{
    size_t n = 0;

    if (take(s, '<')) {
        while (s->len > 0 && !peek_is(s, '>')) {
            s->data++;
            s->len--;
        }
        return take(s, '>');
    }
    while (s->len > 0 && isalpha((unsigned char)s->data[0])) {
        s->data++;
        s->len--;
        n++;
    }
    return n >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct qn_span *s, int max_hours, int32_t *ret)
{
    int h = 0, m = 0, sec = 0;
    bool negative = take(s, '-');

    if (!negative)
        take(s, '+');
    if (!take_number(s, max_hours, &h))
        return false;
    if (take(s, ':') && !take_number(s, 59, &m))
        return false;
    if (take(s, ':') && !take_number(s, 59, &sec))
        return false;
    *ret = h * 3600 + m * 60 + sec;
    if (negative)
        *ret = -*ret;
    return true;
}

static bool take_date(struct qn_span *s, struct qn_zone_rule_date *ret)
{
    bool ok;

    ret->time_s = 2 * 3600;
    if (take(s, 'M')) {
        ret->kind = QN_DAY_MONTH_WEEK;
        ok = take_number(s, 12, &ret->month) && ret->month > 0 && take(s, '.') &&
             take_number(s, 5, &ret->week) && ret->week > 0 && take(s, '.') &&
             take_number(s, 6, &ret->day);
    } else if (take(s, 'J')) {
        ret->kind = QN_DAY_JULIAN;
        ok = take_number(s, 365, &ret->day) && ret->day > 0;
    } else {
        ret->kind = QN_DAY_OF_YEAR;
        ok = take_number(s, 365, &ret->day);
    }
    return ok && (!take(s, '/') || take_time(s, 167, &ret->time_s));
}

static bool parse(struct qn_zone_rule *rule, struct qn_span s)
{
    int32_t west = 0;

    if (!take_abbreviation(&s) || !take_time(&s, 24, &west))
        return false;
    rule->standard = -west;
    if (s.len == 0)
        return true;
    rule->has_summer = true;
    rule->summer = rule->standard + 3600;
    if (!take_abbreviation(&s))
        return false;
    if (s.len > 0 && !peek_is(&s, ',')) {
        if (!take_time(&s, 24, &west))
            return false;
        rule->summer = -west;
    }
    return take(&s, ',') && take_date(&s, &rule->begin) && take(&s, ',') &&
           take_date(&s, &rule->end) && s.len == 0;
}

int qn_zone_rule_parse(struct qn_zone_rule *ret, const char *text, size_t len,
                       struct qn_err *reterr)
{
    struct qn_zone_rule rule = {0};

    if (!parse(&rule, (struct qn_span){text, len}))
        return qn_fail(reterr, QN_ECORRUPT, "the rule \"%.*s\" cannot be read", (int)len, text);
    *ret = rule;
    return QN_OK;
}

static int64_t day_in_year(const struct qn_zone_rule_date *date, int year)
{
    int64_t january = qn_days_of_date((struct qn_date){year, 1, 1});

    if (date->kind == QN_DAY_OF_YEAR)
        return january + date->day;
    if (date->kind == QN_DAY_JULIAN)
        return january + date->day - 1 + (date->day >= 60 && qn_year_is_leap(year));
    int64_t first = qn_days_of_date((struct qn_date){year, date->month, 1});
    int64_t day = first + (date->day - qn_weekday_of_days(first) + 7) % 7 + 7 * (date->week - 1);
    int64_t last = first + qn_days_in_month(year, date->month) - 1;
    return day > last ? day - 7 : day;
}

void qn_zone_rule_changes(const struct qn_zone_rule *rule, int year,
                          struct qn_zone_rule_change ret[2])
{
    struct qn_zone_rule_change begin = {
        .at_s = day_in_year(&rule->begin, year) * QN_DAY_S + rule->begin.time_s - rule->standard,
        .after = rule->summer,
    };
    struct qn_zone_rule_change end = {
        .at_s = day_in_year(&rule->end, year) * QN_DAY_S + rule->end.time_s - rule->summer,
        .after = rule->standard,
    };

    ret[0] = begin.at_s <= end.at_s ? begin : end;
    ret[1] = begin.at_s <= end.at_s ? end : begin;
}
