#include "dates.h"

#include "common/str.h"
#include <string.h>

static bool open_span(const struct reader *r, size_t at)
{
    return at < r->spans.n && !r->spans.items[at].used;
}

/* The end is in the year of the start or the other way round, when only one was named. */
static void same_year(const struct reader *r, struct date_found *a, struct date_found *b)
{
    struct date_found *bare = a->bare ? a : b, *sure = a->bare ? b : a;
    int64_t year, month, day, sure_year;

    (void)r;
    if (a->bare == b->bare) {
        if (a->days.from > b->days.from && a->bare) {
            a->days.from = calendar_move(a->days.from, FRAME_YEAR, -1);
            a->days.to = calendar_move(a->days.to, FRAME_YEAR, -1);
        }
        return;
    }
    calendar_split(sure->days.from, &sure_year, &month, &day);
    calendar_split(bare->days.from, &year, &month, &day);
    bare->days.from = calendar_move(bare->days.from, FRAME_YEAR, sure_year - year);
    bare->days.to = calendar_move(bare->days.to, FRAME_YEAR, sure_year - year);
}

/* "1 March to 15 April 2025": also "2024年3月到5月", where the second has no year. */
static bool read_range(const struct reader *r, size_t at, bool opened, struct date_found *ret)
{
    struct date_found first, second;
    size_t to;
    bool joined;

    if ((r->zh && date_read_months(r, at, ret)) || date_read_days(r, at, opened, ret) ||
        date_read_to_day(r, at, ret)) {
        return true;
    }
    if (!date_read(r, at, &first)) {
        return false;
    }
    to = first.to;
    while (to < r->spans.n && date_is_text(r, to, ",")) {
        to++;
    }
    joined = date_is_joint(r, to);
    if (date_word(r, to, WORD_AND) != NULL && !opened) {
        joined = false;
    }
    if (joined && date_read_day_of(r, to + 1, first.days, &second)) {
        first.bare = second.bare;
    } else if (!joined || !date_read(r, to + 1, &second) || second.days.to == CALENDAR_NONE) {
        return false;
    }
    same_year(r, &first, &second);
    *ret = (struct date_found){.unit = FRAME_NO_GRAIN, .to = second.to};
    ret->days = (struct calendar_span){first.days.from, second.days.to};
    ret->first = first.days;
    ret->last = second.days;
    return first.days.from < second.days.to;
}

/* "since March", "before 2025", "after June 1", "until April": the side is open. */
static bool read_side(const struct reader *r, size_t at, struct date_found *ret)
{
    bool since = date_word(r, at, WORD_SINCE) != NULL,
         before = date_word(r, at, WORD_BEFORE) != NULL;
    bool after = date_word(r, at, WORD_AFTER) != NULL, until = date_word(r, at, WORD_UNTIL) != NULL;
    struct date_found date;

    if ((!since && !before && !after && !until) || !date_read(r, at + 1, &date)) {
        return false;
    }
    if (!r->zh && after && date_word(r, at, WORD_LAST) != NULL) {
        return false;
    }
    *ret = (struct date_found){.unit = FRAME_NO_GRAIN, .to = date.to};
    ret->days = (struct calendar_span){CALENDAR_NONE, CALENDAR_NONE};
    if (since || after) {
        ret->days.from = since ? date.days.from : date.days.to;
        ret->days.to = r->today + 1;
        if (date_word(r, ret->to, WORD_ONWARD) != NULL) {
            ret->to++;
        }
    } else {
        ret->days.to = before ? date.days.from : date.days.to;
    }
    return true;
}

/* 3月以来, 2025年之前, 6月1日之后, "June onwards". */
static bool read_side_behind(const struct reader *r, size_t at, struct date_found *ret)
{
    struct date_found date;
    size_t to;

    if (!date_read(r, at, &date)) {
        return false;
    }
    to = date.to;
    *ret = (struct date_found){.unit = FRAME_NO_GRAIN, .to = to + 1};
    ret->days = (struct calendar_span){CALENDAR_NONE, CALENDAR_NONE};
    if (date_word(r, to, WORD_ONWARD) != NULL && !date_is_text(r, to, "on") && !date.to_date &&
        !(r->zh && reader_is(r, to, MEANS_COLUMN))) {
        ret->days = (struct calendar_span){date.days.from, r->today + 1};
        return true;
    }
    if (!r->zh || date.to_date) {
        return false;
    }
    if (date_word(r, to, WORD_BEFORE) != NULL) {
        ret->days.to = date.days.from;
        return true;
    }
    if (date_word(r, to, WORD_AFTER) != NULL) {
        ret->days = (struct calendar_span){date.days.to, r->today + 1};
        return true;
    }
    return false;
}

static bool read_period(const struct reader *r, size_t at, struct date_found *ret)
{
    bool opened = date_word(r, at, WORD_FROM) != NULL || date_word(r, at, WORD_BETWEEN) != NULL;

    if (opened && read_range(r, at + 1, true, ret)) {
        return true;
    }
    if (date_read_first(r, at, ret)) {
        return true;
    }
    return read_range(r, at, false, ret) || read_side(r, at, ret) || read_side_behind(r, at, ret) ||
           date_read(r, at, ret);
}

static void keep(struct reader *r, size_t at, const struct date_found *found)
{
    struct reader_period *period;

    if (r->n_periods == READER_PERIODS_MAX) {
        return;
    }
    period = &r->periods[r->n_periods++];
    *period = (struct reader_period){.from = at,
                                     .to = found->to,
                                     .days = found->days,
                                     .unit = found->unit,
                                     .bare = found->bare,
                                     .to_date = found->to_date,
                                     .first = found->first,
                                     .last = found->last};
    reader_use_all(r, at, found->to, "time");
}

static int64_t year_of(const char *text)
{
    int64_t number;

    return qn_str_to_i64(text, &number) == QN_OK ? number : -1;
}

/* A number like a birth year is compared, it is no time. */
static bool holds_years(struct reader *r, size_t at)
{
    struct frame_place place;
    const struct qn_model_column *column;

    for (int steps = 0; steps < 4 && at != NONE && !reader_is_model(r, at); steps++) {
        at = reader_last(r, at);
    }
    if (at == NONE || !reader_is(r, at, MEANS_COLUMN) || reader_metric(r, at) != NONE) {
        return false;
    }
    place = reader_column(r, at, COLUMN_NUMBER, NONE);
    if (place.table == NONE) {
        return false;
    }
    column = &r->model->tables[place.table].columns[place.column];
    return year_of(column->min) >= 1800 && year_of(column->max) >= 1800 &&
           year_of(column->max) <= 2100;
}

/* A number is a day of a month or a year only when it is not what something is compared with. */
void understand_periods(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n;) {
        struct date_found found;
        bool begins = open_span(r, at) && !reader_is_stop(r, at) && !reader_is_model(r, at) &&
                      !holds_years(r, reader_last(r, at));

        if (begins && read_period(r, at, &found) && found.to > at) {
            keep(r, at, &found);
            at = found.to;
        } else {
            at++;
        }
    }
}
