#include "reader.h"

#include <string.h>

static bool is_first(const struct reader *r, enum meaning_kind kind)
{
    size_t first = 0;

    while (first < r->spans.n && reader_is_stop(r, first)) {
        first++;
    }
    return reader_is(r, first, kind);
}

static bool ends_with_ne(const struct reader *r)
{
    for (size_t at = r->spans.n; at > 0 && at + 3 > r->spans.n; at--) {
        const struct span *span = &r->spans.items[at - 1];

        if (strcmp(r->spans.atoms.items[span->to - 1].text, "呢") == 0) {
            return true;
        }
    }
    return false;
}

/* Does the question go on from the one before it? */
void understand_follow(struct reader *r)
{
    r->say_follow = is_first(r, WORD_ABOUT) || is_first(r, WORD_ONLY) || is_first(r, WORD_ALSO) ||
                    is_first(r, WORD_AND) || is_first(r, WORD_NOT) ||
                    (r->zh && ends_with_ne(r) && r->spans.n <= 12);
    if (r->before == NULL) {
        if (r->question->n_history > 0 && r->say_follow) {
            reader_refuse(r, RULES_UNCLEAR);
        }
        return;
    }
    r->follow = r->say_follow || (!r->has_measure && r->head == NONE && r->subject == NONE) ||
                (r->order != 0 && r->by == NONE && !r->by_time && !r->has_measure);
}

static bool same_place(struct frame_place a, struct frame_place b)
{
    return a.table == b.table && a.column == b.column;
}

static void merge_filter(struct reader *r, struct frame *frame, const struct frame_filter *filter)
{
    size_t kept = 0;

    for (size_t i = 0; i < frame->n_filters; i++) {
        bool same = filter->test != FRAME_CONDITION && filter->test != FRAME_EXISTS &&
                    frame->filters[i].test != FRAME_EXISTS &&
                    same_place(frame->filters[i].of, filter->of);

        if (!same) {
            frame->filters[kept++] = frame->filters[i];
        }
    }
    frame->n_filters = kept;
    if (kept == FRAME_FILTERS_MAX) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    frame->filters[frame->n_filters++] = *filter;
}

static bool has_word(const struct reader *r, enum meaning_kind kind)
{
    for (size_t i = 0; i < r->spans.n; i++) {
        if (reader_is(r, i, kind)) {
            return true;
        }
    }
    return false;
}

static void set_dimensions(struct frame *frame, const struct frame_dimension *dimensions, size_t n)
{
    if (frame->kind == FRAME_LIST && frame->table != NONE) {
        frame->measures[0] = (struct frame_measure){
            .metric = NONE, .aggregate = FRAME_COUNT, .of = {frame->table, NONE}};
        frame->n_measures = 1;
        frame->ordered = false;
        frame->limit = 0;
    }
    if (n > 0 && dimensions[0].grain != FRAME_NO_GRAIN) {
        frame->ordered = false;
        frame->limit = 0;
    }
    frame->kind = FRAME_MEASURE;
    frame->n_dimensions = n;
    frame->per = NONE;
    memcpy(frame->dimensions, dimensions, n * sizeof(*dimensions));
}

static bool merge_dimensions(struct reader *r, struct frame *frame)
{
    const struct frame *new = r->frame;

    if (new->n_dimensions == 0) {
        return false;
    }
    if ((has_word(r, WORD_ALSO) || frame->kind == FRAME_DISTINCT) &&
        frame->n_dimensions + new->n_dimensions <= FRAME_DIMENSIONS_MAX) {
        memcpy(&frame->dimensions[frame->n_dimensions], new->dimensions,
               new->n_dimensions * sizeof(new->dimensions[0]));
        frame->n_dimensions += new->n_dimensions;
        return true;
    }
    set_dimensions(frame, new->dimensions, new->n_dimensions);
    return true;
}

static bool merge_measure(struct reader *r, struct frame *frame)
{
    if (!r->has_measure && !r->wants_count) {
        return false;
    }
    if (!r->has_measure && frame->kind == FRAME_LIST) {
        frame->measures[0] = (struct frame_measure){
            .metric = NONE, .aggregate = FRAME_COUNT, .of = {frame->table, NONE}};
        frame->n_measures = 1;
        frame->kind = FRAME_MEASURE;
        frame->ordered = false;
        frame->limit = 0;
        return true;
    }
    if (!r->has_measure && frame->having && frame->n_dimensions == 1) {
        frame->folded = true;
        frame->fold = FRAME_COUNT;
        frame->ordered = false;
        frame->limit = 0;
        return true;
    }
    if (!r->has_measure) {
        return false;
    }
    memcpy(frame->measures, r->frame->measures, sizeof(frame->measures));
    frame->n_measures = r->frame->n_measures;
    if (frame->kind == FRAME_LIST || frame->kind == FRAME_DISTINCT) {
        frame->kind = FRAME_MEASURE;
        frame->ordered = false;
        frame->limit = 0;
    }
    return true;
}

static bool is_year_apart(const struct frame *frame)
{
    return frame->before.from[0] != '\0' &&
           strcmp(frame->period.from + 4, frame->before.from + 4) == 0;
}

static bool merge_period(struct reader *r, struct frame *frame)
{
    struct calendar_span days;

    if (r->n_periods == 0) {
        return false;
    }
    if (r->n_periods > 1) {
        reader_refuse(r, RULES_UNCLEAR);
        return false;
    }
    days = r->periods[0].days;
    for (size_t i = 0; i < frame->n_filters; i++) {
        struct frame_filter *filter = &frame->filters[i];

        if (filter->test == FRAME_EXISTS && filter->inner_period.from[0] != '\0') {
            calendar_print(days.from, filter->inner_period.from);
            calendar_print(days.to, filter->inner_period.to);
            return true;
        }
    }
    if (frame->kind == FRAME_COMPARE) {
        int32_t unit = is_year_apart(frame) ? FRAME_YEAR : r->periods[0].unit;
        struct calendar_span then = {calendar_move(days.from, unit, -1),
                                     calendar_move(days.to, unit, -1)};

        calendar_print(then.from, frame->before.from);
        calendar_print(then.to, frame->before.to);
    }
    calendar_print(days.from, frame->period.from);
    calendar_print(days.to, frame->period.to);
    if (r->time.table != NONE) {
        frame->time = r->time;
    }
    return true;
}

static bool merge_order(struct reader *r, struct frame *frame)
{
    if (r->order == 0 && r->limit == 0) {
        return false;
    }
    if (r->order != 0 && (r->sorted || !frame->ordered || r->order < 0)) {
        frame->ascending = r->order < 0;
    }
    if ((r->order != 0 && frame->kind == FRAME_COMPARE) ||
        (r->by_time &&
         (frame->kind != FRAME_LIST || r->model->tables[frame->table].time == QN_MODEL_NONE))) {
        reader_refuse(r, RULES_UNCLEAR);
        return false;
    }
    if (r->by_time) {
        frame->order = (struct frame_place){frame->table, r->model->tables[frame->table].time};
    }
    frame->ordered = frame->ordered || r->order != 0;
    if (r->limit > 0) {
        frame->limit = r->limit;
    } else if (r->superlative && !r->sorted && r->order != 0) {
        frame->limit = 1;
    }
    if (r->limit > 0 && frame->kind == FRAME_MEASURE && frame->n_dimensions > 0) {
        frame->ordered = true;
    }
    return true;
}

/* "what about categories?": another dimension, or rows of another table. */
static bool merge_head(struct reader *r, struct frame *frame)
{
    struct frame_dimension head = {.of = reader_no_place()};

    if (r->head == NONE || r->head_unit != FRAME_NO_GRAIN) {
        return false;
    }
    head.of.table = reader_is(r, r->head, MEANS_TABLE) ? reader_table(r, r->head) : NONE;
    if (head.of.table == NONE) {
        head.of = reader_column(r, r->head, COLUMN_GROUP, NONE);
    }
    if (head.of.table == NONE) {
        return false;
    }
    if (frame->ordered && frame->n_dimensions > 0 && frame->n_measures == 1 &&
        reader_metric(r, r->head) != NONE) {
        frame->measures[0] =
            (struct frame_measure){.metric = reader_metric(r, r->head), .of = reader_no_place()};
        return true;
    }
    if (frame->n_dimensions > 0) {
        set_dimensions(frame, &head, 1);
        return true;
    }
    if (head.of.column == NONE && frame->n_measures == 1 && frame->measures[0].metric == NONE &&
        frame->measures[0].aggregate == FRAME_COUNT) {
        frame->measures[0].of = head.of;
        return true;
    }
    if (head.of.column == NONE && frame->n_measures == 1) {
        frame->measures[0] =
            (struct frame_measure){.metric = NONE, .aggregate = FRAME_COUNT, .of = head.of};
        return true;
    }
    return false;
}

static bool merge_columns(struct reader *r, struct frame *frame)
{
    if (r->n_shown == 0 || frame->kind != FRAME_LIST ||
        frame->n_columns + r->n_shown > FRAME_COLUMNS_MAX) {
        return false;
    }
    memcpy(&frame->columns[frame->n_columns], r->shown, r->n_shown * sizeof(r->shown[0]));
    frame->n_columns += r->n_shown;
    return true;
}

/* "list them" behind a count. */
static bool merge_list(struct reader *r, struct frame *frame)
{
    if (!r->wants_list || frame->kind != FRAME_MEASURE || frame->n_dimensions > 0 ||
        frame->n_measures != 1 || frame->measures[0].metric != NONE ||
        frame->measures[0].aggregate != FRAME_COUNT || frame->having || frame->n_part > 0) {
        return false;
    }
    frame->kind = FRAME_LIST;
    frame->table = frame->measures[0].of.table;
    frame->n_measures = 0;
    return true;
}

/* "and compared with the month before?": of the period of before. */
static bool merge_compare(struct reader *r, struct frame *frame)
{
    static const int32_t units[] = {FRAME_DAY,     FRAME_WEEK,     FRAME_MONTH,
                                    FRAME_QUARTER, WORD_HALF_YEAR, FRAME_YEAR};
    struct calendar_span days;

    if ((!r->year_ago && !r->step_ago) || frame->kind != FRAME_MEASURE || frame->n_measures != 1 ||
        frame->n_dimensions > 0 || frame->n_part > 0 ||
        !calendar_parse(frame->period.from, &days.from) ||
        !calendar_parse(frame->period.to, &days.to)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        struct calendar_span unit = calendar_unit(days.from, units[i], 0);
        struct calendar_span then = calendar_unit(days.from, units[i], -1);

        if (unit.from != days.from || (unit.to != days.to && days.to != r->today + 1) ||
            unit.to < days.to) {
            continue;
        }
        if (r->year_ago) {
            then = (struct calendar_span){calendar_move(days.from, FRAME_YEAR, -1),
                                          calendar_move(days.to, FRAME_YEAR, -1)};
        }
        frame->kind = FRAME_COMPARE;
        frame->growth = r->wants_growth;
        calendar_print(then.from, frame->before.from);
        calendar_print(then.to, frame->before.to);
        return true;
    }
    return false;
}

static bool merge_having(struct reader *r, struct frame *frame)
{
    if (!r->frame->having) {
        return false;
    }
    frame->having = true;
    frame->having_test = r->frame->having_test;
    frame->having_average = r->frame->having_average;
    memcpy(frame->having_values, r->frame->having_values, sizeof(frame->having_values));
    return true;
}

void understand_merge(struct reader *r)
{
    struct frame frame = *r->before;
    bool changed = false;
    size_t filters = r->frame->n_filters;

    for (size_t i = 0; i < filters; i++) {
        merge_filter(r, &frame, &r->frame->filters[i]);
        changed = true;
    }
    changed = merge_measure(r, &frame) || changed;
    changed = merge_dimensions(r, &frame) || changed;
    changed = merge_period(r, &frame) || changed;
    changed = merge_order(r, &frame) || changed;
    changed = merge_columns(r, &frame) || changed;
    changed = merge_having(r, &frame) || changed;
    changed = merge_compare(r, &frame) || changed;
    changed = changed || merge_head(r, &frame);
    changed = changed || merge_list(r, &frame);
    if (!changed) {
        reader_refuse(r, RULES_UNCLEAR);
    }
    *r->frame = frame;
}
