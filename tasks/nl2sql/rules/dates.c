#include "dates.h"

#include <stdlib.h>
#include <string.h>

static size_t n_spans(const struct reader *r)
{
    return r->spans.n;
}

static bool open_span(const struct reader *r, size_t at)
{
    return at < n_spans(r) && !r->spans.items[at].used;
}

static bool is_sign(const struct reader *r, size_t at, const char *sign)
{
    return at < n_spans(r) && r->spans.items[at].sign &&
           strcmp(r->spans.atoms.items[r->spans.items[at].from].text, sign) == 0;
}

/* A whole number written in at most digits digits; -1 none. */
static int64_t whole(const struct reader *r, size_t at, size_t digits)
{
    const char *text = open_span(r, at) ? r->spans.items[at].number : NULL;

    if (text == NULL || text[0] == '\0' || strlen(text) > digits ||
        text[strspn(text, "0123456789")] != '\0') {
        return -1;
    }
    return strtoll(text, NULL, 10);
}

const struct meaning *date_word(const struct reader *r, size_t at, enum meaning_kind kind)
{
    return open_span(r, at) ? reader_means(r, at, kind) : NULL;
}

bool date_is_text(const struct reader *r, size_t at, const char *text)
{
    return at < n_spans(r) && r->spans.items[at].to == r->spans.items[at].from + 1 &&
           strcmp(r->spans.atoms.items[r->spans.items[at].from].text, text) == 0;
}

static bool is_any(const struct reader *r, size_t at, const char *const *texts)
{
    for (; *texts != NULL; texts++) {
        if (date_is_text(r, at, *texts)) {
            return true;
        }
    }
    return false;
}

static size_t skip(const struct reader *r, size_t at)
{
    static const char *const between[] = {"of", "in", "the", ",", "的", "份", "for", NULL};

    while (at < n_spans(r) && is_any(r, at, between)) {
        at++;
    }
    return at;
}

static int64_t this_year(const struct reader *r)
{
    int64_t year, month, day;

    calendar_split(r->today, &year, &month, &day);
    return year;
}

static bool is_year(int64_t number)
{
    return number >= 1990 && number <= 2099;
}

/* "before 1970", 1970年: years that are none elsewhere. */
static bool is_old_year(const struct reader *r, size_t at, int64_t number)
{
    bool side = at > 0 && (reader_is(r, at - 1, WORD_BEFORE) || reader_is(r, at - 1, WORD_AFTER) ||
                           reader_is(r, at - 1, WORD_SINCE) || reader_is(r, at - 1, WORD_UNTIL));

    return number >= 1900 && number < 1990 && (side || date_is_text(r, at + 1, "年"));
}

/* "2025", 2025年, "last year", "of this year"; -1 none. */
static int64_t year_at(const struct reader *r, size_t *at)
{
    static const char *const year_words[] = {"年", "年度", "year", NULL};
    size_t from = skip(r, *at);
    int64_t year = whole(r, from, 4);
    const struct meaning *period = date_word(r, from, WORD_PERIOD);

    if (is_year(year) || is_old_year(r, from, year)) {
        *at =
            is_any(r, from + 1, year_words) || (date_word(r, from + 1, WORD_UNIT) != NULL &&
                                                date_word(r, from + 1, WORD_UNIT)->a == FRAME_YEAR)
                ? from + 2
                : from + 1;
        return year;
    }
    if (period != NULL && period->a == FRAME_YEAR) {
        *at = from + 1;
        return this_year(r) + period->b;
    }
    return -1;
}

/* A unit inside a year that may be named before or behind; else its latest one. */
static struct date_found in_year(const struct reader *r, int32_t unit, int64_t n, int64_t year)
{
    int64_t count = unit == FRAME_MONTH ? 1 : unit == FRAME_QUARTER ? 3 : 6;
    struct date_found found = {.unit = unit, .bare = year < 0};
    int64_t of = year >= 0 ? year : this_year(r);

    if (year < 0 && calendar_day(of, (n - 1) * count + 1, 1) > r->today) {
        of--;
    }
    found.days.from = calendar_day(of, (n - 1) * count + 1, 1);
    found.days.to = calendar_day(of, n * count + 1, 1);
    return found;
}

static struct date_found one_day(int64_t year, int64_t month, int64_t day, size_t to)
{
    struct date_found found = {.unit = FRAME_DAY, .to = to};

    found.days.from = calendar_day(year, month, day);
    found.days.to = found.days.from + 1;
    return found;
}

/* A month and a day without a year: the latest one. */
static struct date_found latest_day(const struct reader *r, int64_t year, int64_t month,
                                    int64_t day, size_t to)
{
    struct date_found found;
    bool bare = year < 0;

    year = bare ? this_year(r) : year;
    if (bare && calendar_day(year, month, day) > r->today) {
        year--;
    }
    found = one_day(year, month, day, to);
    found.bare = bare;
    return found;
}

/* "2025-06-30", "2025/6/30", "2025.6.30", "2025-06". */
static bool read_digits(const struct reader *r, size_t at, struct date_found *ret)
{
    static const char *const signs[] = {"-", "/", ".", NULL};
    int64_t year = whole(r, at, 4), month = whole(r, at + 2, 2), day = whole(r, at + 4, 2);

    if (!is_year(year) || !is_any(r, at + 1, signs) || month < 1 || month > 12) {
        return false;
    }
    if (is_any(r, at + 3, signs) && calendar_exists(year, month, day)) {
        *ret = one_day(year, month, day, at + 5);
        return true;
    }
    *ret = in_year(r, FRAME_MONTH, month, year);
    ret->to = at + 3;
    return true;
}

static bool unit_text(const struct reader *r, size_t at, const char *const *texts)
{
    return open_span(r, at) && is_any(r, at, texts);
}

/* 2025年6月30日, 6月30日, 3月, 去年12月. */
static bool read_han(const struct reader *r, size_t at, struct date_found *ret)
{
    static const char *const months[] = {"月", NULL}, *const days[] = {"日", "号", NULL};
    size_t from = at;
    int64_t year = year_at(r, &from), month, day;
    const struct meaning *named = date_word(r, from, WORD_MONTH);

    if (named != NULL && r->spans.atoms.items[r->spans.items[from].from].kind != ATOM_HAN) {
        return false;
    }
    month = named != NULL ? named->a : whole(r, from, 2);
    if (named != NULL) {
        from += 1;
    } else if (month >= 1 && month <= 12 && open_span(r, from + 1) &&
               (unit_text(r, from + 1, months) || date_is_text(r, from + 1, "月份"))) {
        from += 2;
    } else if (month >= 1 && month <= 12 && open_span(r, from + 1) &&
               date_word(r, from + 1, WORD_UNIT) != NULL &&
               date_word(r, from + 1, WORD_UNIT)->a == FRAME_MONTH &&
               date_word(r, from + 1, WORD_DURATION) == NULL && r->zh) {
        from += 2;
    } else {
        return false;
    }
    day = whole(r, from, 2);
    if (day >= 1 && unit_text(r, from + 1, days)) {
        if (!calendar_exists(year >= 0 ? year : this_year(r), month, day)) {
            return false;
        }
        *ret = latest_day(r, year, month, day, from + 2);
        return true;
    }
    *ret = in_year(r, FRAME_MONTH, month, year);
    ret->to = from;
    return true;
}

/* The st, nd, rd, th behind a day. */
static size_t after_th(const struct reader *r, size_t at)
{
    static const char *const ends[] = {"st", "nd", "rd", "th", NULL};

    return is_any(r, at, ends) ? at + 1 : at;
}

/* "1 March 2025", "1st of March", "March 1, 2025", "March 2025", "March", "March last year". */
static bool read_named(const struct reader *r, size_t at, struct date_found *ret)
{
    const struct meaning *ordinal = date_word(r, at, WORD_ORDINAL);
    int64_t day = ordinal != NULL ? ordinal->a : whole(r, at, 2), year;
    size_t from = skip(r, after_th(r, at + (day >= 1 ? 1 : 0)));
    const struct meaning *month = date_word(r, day >= 1 ? from : at, WORD_MONTH);
    size_t to = (day >= 1 ? from : at) + 1;

    if (month == NULL) {
        return false;
    }
    if (day < 1) {
        day = whole(r, to, 2);
        if (day >= 1 && day <= 31 && !date_is_text(r, to + 1, "%")) {
            to = after_th(r, to + 1);
        } else {
            day = -1;
        }
    }
    year = year_at(r, &to);
    if (day < 1) {
        *ret = in_year(r, FRAME_MONTH, month->a, year);
        ret->to = to;
        return true;
    }
    if (!calendar_exists(year >= 0 ? year : this_year(r), month->a, day)) {
        return false;
    }
    *ret = latest_day(r, year, month->a, day, to);
    return true;
}

/* "Q1 2025", "first half of last year", 2025年上半年, 去年第一季度. */
static bool read_part(const struct reader *r, size_t at, struct date_found *ret)
{
    size_t from = at, behind;
    int64_t year = year_at(r, &from);
    const struct meaning *quarter, *half;

    from = year >= 0 ? skip(r, from) : at;
    quarter = date_word(r, from, WORD_QUARTER);
    half = date_word(r, from, WORD_HALF);
    if (quarter == NULL && half == NULL) {
        return false;
    }
    behind = from + 1;
    year = year >= 0 ? year : year_at(r, &behind);
    *ret = quarter != NULL ? in_year(r, FRAME_QUARTER, quarter->a, year)
                           : in_year(r, WORD_HALF_YEAR, half->a, year);
    ret->to = behind;
    return true;
}

/* 今年前三个月, 2024年前两个季度, 前三季度. */
bool date_read_first(const struct reader *r, size_t at, struct date_found *ret)
{
    size_t from = at;
    int64_t year = year_at(r, &from), n;
    const struct meaning *quarter, *unit;
    struct date_found last;

    if (!date_is_text(r, from, "前") || !open_span(r, from)) {
        return false;
    }
    quarter = date_word(r, from + 1, WORD_QUARTER);
    unit = date_word(r, from + 2, WORD_DURATION);
    n = quarter != NULL ? quarter->a : whole(r, from + 1, 2);
    if (quarter == NULL && (year < 0 || unit == NULL || n < 1 || n > 12)) {
        return false;
    }
    if (quarter == NULL && unit->a != FRAME_MONTH && (unit->a != FRAME_QUARTER || n > 4)) {
        return false;
    }
    last = in_year(r, quarter != NULL ? FRAME_QUARTER : unit->a, n, year);
    *ret = in_year(r, quarter != NULL ? FRAME_QUARTER : unit->a, 1, year);
    ret->unit = FRAME_NO_GRAIN;
    ret->days.from = calendar_unit(last.days.from, FRAME_YEAR, 0).from;
    ret->days.to = last.days.to;
    ret->to = from + (quarter != NULL ? 2 : 3);
    return true;
}

bool date_is_joint(const struct reader *r, size_t at)
{
    return date_word(r, at, WORD_TO) != NULL || is_sign(r, at, "-") || is_sign(r, at, "~");
}

/* 1到3月, 2025年1-6月. */
bool date_read_months(const struct reader *r, size_t at, struct date_found *ret)
{
    static const char *const months[] = {"月", "月份", NULL};
    size_t from = at;
    int64_t year = year_at(r, &from), first = whole(r, from, 2), last = whole(r, from + 2, 2);
    struct date_found a, b;

    if (first < 1 || last > 12 || last <= first || !date_is_joint(r, from + 1) ||
        !open_span(r, from + 3) || !is_any(r, from + 3, months)) {
        return false;
    }
    b = in_year(r, FRAME_MONTH, last, year);
    a = in_year(r, FRAME_MONTH, first, year);
    a.days.from = calendar_move(b.days.from, FRAME_MONTH, first - last);
    *ret = (struct date_found){.unit = FRAME_NO_GRAIN, .to = from + 4};
    ret->days = (struct calendar_span){a.days.from, b.days.to};
    return true;
}

/* 3月1日到15日: the second day is of the month of the first. */
bool date_read_day_of(const struct reader *r, size_t at, struct calendar_span first,
                      struct date_found *ret)
{
    static const char *const days[] = {"日", "号", NULL};
    int64_t year, month, day, number = whole(r, at, 2);

    calendar_split(first.from, &year, &month, &day);
    if (first.to != first.from + 1 || number <= day || !open_span(r, at + 1) ||
        !is_any(r, at + 1, days) || !calendar_exists(year, month, number)) {
        return false;
    }
    *ret = one_day(year, month, number, at + 2);
    return true;
}

static bool is_compared(const struct reader *r, size_t at)
{
    size_t before = at;

    while (before > 0 && is_any(r, before - 1, (const char *const[]){"the", "of", NULL})) {
        before--;
    }
    if (before == 0) {
        return false;
    }
    before--;
    if (before > 0 && r->spans.items[before - 1].number != NULL &&
        !is_year(whole(r, before - 1, 4)) && !r->spans.items[before - 1].used &&
        (reader_is(r, before, WORD_AND) || reader_is(r, before, WORD_TO))) {
        return true;
    }
    for (int kind = WORD_MORE; kind <= WORD_EQUAL; kind++) {
        if (reader_is(r, before, (enum meaning_kind)kind)) {
            return true;
        }
    }
    return reader_is(r, before, WORD_TOP) && !reader_is(r, before, WORD_LAST);
}

/* "2025", 2025年, "this month", "yesterday", "year to date". */
static bool read_plain(const struct reader *r, size_t at, struct date_found *ret)
{
    const struct meaning *period = date_word(r, at, WORD_PERIOD);
    const struct meaning *to_date = date_word(r, at, WORD_TODATE);
    size_t to = at;
    int64_t year;

    if (to_date != NULL) {
        *ret = (struct date_found){.unit = to_date->a, .to_date = true, .to = at + 1};
        ret->days.from = calendar_unit(r->today, to_date->a, 0).from;
        ret->days.to = r->today + 1;
        return true;
    }
    if (period != NULL) {
        *ret = (struct date_found){.unit = period->a, .to_date = period->b == 0, .to = at + 1};
        ret->days = calendar_unit(r->today, period->a, period->b);
        if (period->b == 0) {
            ret->days.to = r->today + 1;
        }
        return true;
    }
    if ((!is_year(whole(r, at, 4)) && !is_old_year(r, at, whole(r, at, 4))) || is_compared(r, at)) {
        return false;
    }
    year = year_at(r, &to);
    *ret = (struct date_found){.unit = FRAME_YEAR, .to = to};
    ret->days = (struct calendar_span){calendar_day(year, 1, 1), calendar_day(year + 1, 1, 1)};
    return true;
}

/* "last 30 days", "past two weeks", 近7天, "past week". */
static bool read_rolling(const struct reader *r, size_t at, struct date_found *ret)
{
    static const char *const the[] = {"the", "的", "个", "整", "full", "这", "calendar", NULL};
    size_t from = at + 1;
    int64_t n = 1;
    const struct meaning *unit;

    if (date_word(r, at, WORD_LAST) == NULL) {
        return false;
    }
    from += is_any(r, from, the) ? 1 : 0;
    if (open_span(r, from) && r->spans.items[from].number != NULL) {
        n = whole(r, from, 4);
        from++;
    }
    from += is_any(r, from, the) ? 1 : 0;
    unit = date_word(r, from, WORD_DURATION);
    unit = unit != NULL ? unit : date_word(r, from, WORD_UNIT);
    if (unit == NULL || n < 1 || unit->a == FRAME_HOUR) {
        return false;
    }
    *ret = (struct date_found){.unit = unit->a, .to = from + 1, .to_date = true};
    ret->days.to = r->today + 1;
    ret->days.from = calendar_back(r->today + 1, unit->a, n);
    return true;
}

/* "3 months ago": that one; not said with days. */
bool date_read(const struct reader *r, size_t at, struct date_found *ret)
{
    at = skip(r, at);
    return open_span(r, at) &&
           (read_digits(r, at, ret) || read_rolling(r, at, ret) || read_part(r, at, ret) ||
            read_han(r, at, ret) || read_named(r, at, ret) || read_plain(r, at, ret));
}

bool date_read_days(const struct reader *r, size_t at, bool opened, struct date_found *ret)
{
    size_t from = skip(r, at), to = after_th(r, from + 1);
    const struct meaning *ordinal = date_word(r, from, WORD_ORDINAL);
    int64_t day = ordinal != NULL ? ordinal->a : whole(r, from, 2), year, month, last;
    struct date_found second;

    if (r->zh || day < 1 ||
        !(date_is_joint(r, to) || (opened && date_word(r, to, WORD_AND) != NULL)) ||
        !read_named(r, skip(r, to + 1), &second) || second.days.to != second.days.from + 1) {
        return false;
    }
    calendar_split(second.days.from, &year, &month, &last);
    if (day >= last) {
        return false;
    }
    *ret = (struct date_found){.unit = FRAME_NO_GRAIN, .to = second.to};
    ret->days = (struct calendar_span){calendar_day(year, month, day), second.days.to};
    return true;
}

bool date_read_to_day(const struct reader *r, size_t at, struct date_found *ret)
{
    struct date_found first;
    int64_t day, year, month, last, named;
    size_t to;

    if (r->zh || date_word(r, skip(r, at), WORD_MONTH) == NULL ||
        !read_named(r, skip(r, at), &first) || first.days.to != first.days.from + 1 ||
        !date_is_joint(r, first.to)) {
        return false;
    }
    last = whole(r, first.to + 1, 2);
    to = after_th(r, first.to + 2);
    calendar_split(first.days.from, &year, &month, &day);
    if (last <= day || date_word(r, to, WORD_MONTH) != NULL || reader_is(r, to, WORD_UNIT_WORD)) {
        return false;
    }
    named = first.bare ? year_at(r, &to) : -1;
    year = named >= 0 ? named : year;
    if (!calendar_exists(year, month, last)) {
        return false;
    }
    *ret = (struct date_found){.unit = FRAME_NO_GRAIN, .to = to};
    ret->days =
        (struct calendar_span){calendar_day(year, month, day), calendar_day(year, month, last) + 1};
    return true;
}
