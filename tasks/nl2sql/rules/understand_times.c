#include "reader.h"

static void print(struct frame_period *ret, struct calendar_span days)
{
    calendar_print(days.from, ret->from);
    calendar_print(days.to, ret->to);
}

/* The period with which another one is compared. */
static struct calendar_span earlier(const struct reader *r, const struct reader_period *period)
{
    struct calendar_span days = period->days;

    if (r->year_ago) {
        days.from = calendar_move(days.from, FRAME_YEAR, -1);
        days.to = calendar_move(days.to, FRAME_YEAR, -1);
        return days;
    }
    if (period->unit != FRAME_NO_GRAIN &&
        days.from == calendar_unit(days.from, period->unit, 0).from) {
        return calendar_unit(days.from, period->unit, -1);
    }
    return (struct calendar_span){days.from - (days.to - days.from), days.from};
}

/* 2025年与2024年第一季度: of both years that quarter. */
static void same_part(struct reader *r)
{
    struct reader_period *first = &r->periods[0];
    const struct reader_period *second = &r->periods[1];
    int64_t years;

    if (r->n_periods != 2 || first->unit != FRAME_YEAR || second->unit == FRAME_YEAR ||
        second->unit == FRAME_NO_GRAIN || second->bare || first->to + 1 < second->from) {
        return;
    }
    years = (first->days.from - calendar_unit(second->days.from, FRAME_YEAR, 0).from + 180) / 365;
    first->days.from = calendar_move(second->days.from, FRAME_YEAR, years);
    first->days.to = calendar_move(second->days.to, FRAME_YEAR, years);
}

static bool is_open(struct calendar_span days)
{
    return days.from == CALENDAR_NONE || days.to == CALENDAR_NONE;
}

/* The later one is the current one. */
static void compare(struct reader *r)
{
    struct calendar_span now, then;
    struct frame *frame = r->frame;

    if (r->n_periods == 0) {
        r->periods[0] = (struct reader_period){
            .days = {calendar_unit(r->today, FRAME_MONTH, 0).from, r->today + 1},
            .unit = FRAME_MONTH};
        r->n_periods = 1;
        reader_doubt(r, r->year_ago ? 0.55 : 0.8);
    }
    if (r->n_periods == 1 && r->periods[0].last.to > 0 && !r->year_ago && !r->step_ago) {
        r->periods[1].days = r->periods[0].first;
        r->periods[0].days = r->periods[0].last;
        r->n_periods = 2;
    }
    same_part(r);
    now = r->periods[0].days;
    then = r->n_periods > 1 ? r->periods[1].days : earlier(r, &r->periods[0]);
    if (now.from < then.from) {
        struct calendar_span swap = now;

        now = then;
        then = swap;
    }
    if (is_open(now) || is_open(then) || frame->n_measures != 1 || frame->n_dimensions > 0 ||
        r->n_periods > 2 || frame->having || frame->share || frame->n_part > 0) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    frame->kind = FRAME_COMPARE;
    frame->growth = r->wants_growth;
    frame->ordered = false;
    print(&frame->period, now);
    print(&frame->before, then);
}

static bool wants_compare(const struct reader *r)
{
    bool two = r->n_periods == 2 && r->wants_compare;

    return r->has_measure &&
           (two || r->year_ago || r->step_ago || (r->wants_growth && r->n_periods == 1) ||
            (r->wants_compare && r->n_periods == 1 && r->periods[0].last.to > 0));
}

/* A second period belongs to another time column, or goes on from the first. */
static bool joined(struct reader *r)
{
    struct calendar_span *a = &r->periods[0].days, b = r->periods[1].days;

    if (r->n_periods != 2 || is_open(*a) || is_open(b)) {
        return false;
    }
    if (a->to == b.from || b.to == a->from) {
        a->from = a->from < b.from ? a->from : b.from;
        a->to = a->to > b.to ? a->to : b.to;
        r->n_periods = 1;
        return true;
    }
    /* "June 2025 ... since" : one inside the other */
    if (a->from <= b.from && b.to <= a->to) {
        *a = b;
        r->n_periods = 1;
        reader_doubt(r, 0.9);
        return true;
    }
    return false;
}

static struct frame_filter *exists_with_time(struct reader *r)
{
    for (size_t i = 0; i < r->frame->n_filters; i++) {
        struct frame_filter *filter = &r->frame->filters[i];

        if (filter->test == FRAME_EXISTS &&
            r->model->tables[filter->related].time != QN_MODEL_NONE) {
            return filter;
        }
    }
    return NULL;
}

static enum frame_grain preset_grain(const struct reader *r)
{
    int64_t days = r->n_periods > 0 && !is_open(r->periods[0].days)
                       ? r->periods[0].days.to - r->periods[0].days.from
                       : 366;

    return days <= 45 ? FRAME_DAY : FRAME_MONTH;
}

/* What says that something is compared has been heard. */
static void use_versus(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        if (!r->spans.items[at].used && reader_is(r, at, WORD_VERSUS) && !reader_is_model(r, at)) {
            reader_use(r, at, "comparison");
        }
    }
}

/* "app vs web": each by itself. */
static void compare_values(struct reader *r)
{
    struct frame *frame = r->frame;

    if (!r->wants_compare || r->wants_growth || r->n_periods > 1 || !r->has_measure ||
        frame->n_dimensions > 0) {
        return;
    }
    for (size_t i = 0; i < frame->n_filters; i++) {
        const struct frame_filter *filter = &frame->filters[i];

        if (filter->test == FRAME_IS && !filter->negated && filter->n_values > 1) {
            reader_add_dimension(r, (struct frame_dimension){.of = filter->of});
            return;
        }
    }
}

void understand_times(struct reader *r)
{
    struct frame *frame = r->frame;
    struct frame_filter *exists;
    bool time_known = r->time.table != NONE;

    if (r->refusal != RULES_ANSWERED) {
        return;
    }
    if (wants_compare(r)) {
        if (time_known) {
            frame->time = r->time;
        }
        use_versus(r);
        compare(r);
        return;
    }
    compare_values(r);
    if (frame->n_dimensions > 0 || r->wants_trend) {
        use_versus(r);
    }
    if (r->wants_trend && r->has_measure && frame->n_dimensions < FRAME_DIMENSIONS_MAX) {
        bool grained = false;

        for (size_t i = 0; i < frame->n_dimensions; i++) {
            grained = grained || frame->dimensions[i].grain != FRAME_NO_GRAIN;
        }
        if (!grained) {
            reader_add_dimension(
                r, (struct frame_dimension){.of = reader_no_place(), .grain = preset_grain(r)});
            reader_doubt(r, 0.9);
        }
    }
    if (r->n_periods > 1 && !joined(r)) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    if (r->n_periods == 0) {
        return;
    }
    exists = exists_with_time(r);
    if (exists != NULL && (!time_known || r->time.table == exists->related)) {
        print(&exists->inner_period, r->periods[0].days);
        return;
    }
    if (time_known) {
        frame->time = r->time;
    }
    print(&frame->period, r->periods[0].days);
}
