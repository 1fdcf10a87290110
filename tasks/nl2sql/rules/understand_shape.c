#include "reader.h"

#include <string.h>

#define NEWEST_PRESET 10

static struct frame_measure rows_of(size_t table)
{
    return (struct frame_measure){.metric = NONE, .aggregate = FRAME_COUNT, .of = {table, NONE}};
}

static bool is_below(const struct reader *r, struct frame_place place)
{
    return r->subject == NONE || !reader_is_up(r, r->subject, place.table);
}

/* What is asked for, as a dimension: rows of a table, values of a column, days. */
static bool head_dimension(struct reader *r, struct frame_dimension *ret)
{
    size_t table;

    *ret = (struct frame_dimension){.of = reader_no_place()};
    if (r->head == NONE) {
        ret->of.table = r->subject;
        return r->subject != NONE;
    }
    if (r->head_unit != FRAME_NO_GRAIN) {
        ret->grain = (enum frame_grain)r->head_unit;
        return true;
    }
    table = reader_is(r, r->head, MEANS_TABLE) ? reader_table(r, r->head) : NONE;
    if (table != NONE) {
        ret->of.table = table;
        return true;
    }
    ret->of = reader_column(r, r->head, COLUMN_GROUP, NONE);
    return ret->of.table != NONE;
}

static bool is_plural(const struct reader *r, size_t at)
{
    const struct atom *atom;

    if (at == NONE || r->zh) {
        return false;
    }
    atom = &r->spans.atoms.items[r->spans.items[at].to - 1];
    return strcmp(atom->full, atom->text) != 0;
}

static bool is_top(const struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        if (r->spans.items[at].used && r->spans.items[at].role != NULL &&
            strcmp(r->spans.items[at].role, "order") == 0 &&
            (reader_is(r, at, WORD_TOP) || reader_is(r, at, WORD_BOTTOM) ||
             reader_is(r, at, WORD_IMPLIES_MOST))) {
            return true;
        }
    }
    return false;
}

/* "top products" are more than one. */
static void set_order(struct reader *r, int64_t preset)
{
    if (preset == 1 && r->limit == 0 && r->offset == 0 && is_plural(r, r->head) && is_top(r)) {
        preset = NEWEST_PRESET;
        reader_doubt(r, 0.9);
    }
    r->frame->ordered = true;
    r->frame->ascending = r->order < 0;
    r->frame->limit = r->limit > 0 ? r->limit : preset;
    r->frame->offset = r->offset;
}

static enum frame_aggregate preset_aggregate(const struct reader *r, struct frame_place place)
{
    return r->model->tables[place.table].columns[place.column].role == QN_ROLE_AVERAGE
               ? FRAME_AVERAGE
               : FRAME_SUM;
}

/* ---- newest, oldest ---- */

/* "vehicles and their last service": the newest of another thing, for each. */
static bool is_newest_other(const struct reader *r)
{
    size_t next = reader_next(r, r->newest);

    return next < r->spans.n && reader_is(r, next, MEANS_TABLE) &&
           !reader_is(r, next, MEANS_COLUMN) && reader_table(r, next) != r->subject;
}

static void shape_newest(struct reader *r)
{
    struct frame *frame = r->frame;
    struct frame_place time = reader_no_place();

    if (r->subject == NONE || r->wants_count) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    if (r->by != NONE) {
        time = reader_column(r, r->by, COLUMN_TIME, r->subject);
    }
    if (time.table == NONE && r->model->tables[r->subject].time != QN_MODEL_NONE) {
        time = (struct frame_place){r->subject, r->model->tables[r->subject].time};
    }
    if (time.table == NONE || is_newest_other(r)) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    if (r->wants_when && r->limit == 0 && r->offset == 0) {
        frame->kind = FRAME_MEASURE;
        r->wants_when = false;
        reader_add_measure(
            r, (struct frame_measure){
                   .metric = NONE, .aggregate = r->order < 0 ? FRAME_MIN : FRAME_MAX, .of = time});
        return;
    }
    frame->kind = FRAME_LIST;
    frame->table = r->subject;
    frame->order = time;
    set_order(r, is_plural(r, r->head) ? NEWEST_PRESET : 1);
}

/* ---- the most ---- */

static void shape_rows(struct reader *r, struct frame_place place)
{
    struct frame *frame = r->frame;

    frame->kind = FRAME_LIST;
    frame->table = r->subject;
    frame->order = place;
    set_order(r, r->superlative && !r->sorted ? 1 : 0);
}

/* A number of the rows themselves: the row that has the most, or the most alone. */
static bool shape_column(struct reader *r)
{
    struct frame_place place = reader_column(r, r->by, COLUMN_NUMBER, r->subject);
    struct frame_measure measure = {.metric = NONE, .of = place};

    if (r->has_measure || place.table == NONE) {
        return false;
    }
    measure.aggregate = r->order < 0 ? FRAME_MIN : FRAME_MAX;
    if (r->head == NONE && r->subject == NONE) {
        r->frame->kind = FRAME_MEASURE;
        reader_add_measure(r, measure);
        return true;
    }
    if (!is_below(r, place) && r->frame->n_dimensions == 0 && r->head_unit == FRAME_NO_GRAIN) {
        bool value = !r->which && r->limit == 0 && r->superlative && !r->sorted &&
                     r->head != NONE && (r->zh ? r->head < r->by : r->head > r->by + 1);

        if (value && r->spans.items[r->by].est == false && !reader_is(r, r->by, WORD_HIGH) &&
            !reader_is(r, r->by, WORD_LOW)) {
            r->frame->kind = FRAME_MEASURE;
            reader_add_measure(r, measure);
            return true;
        }
        shape_rows(r, place);
        return true;
    }
    measure.aggregate = is_below(r, place) ? preset_aggregate(r, place) : measure.aggregate;
    reader_add_measure(r, measure);
    r->has_measure = true;
    return false;
}

static void shape_order(struct reader *r)
{
    struct frame *frame = r->frame;
    struct frame_dimension head;
    size_t groups = frame->n_dimensions;

    if (r->by != NONE && shape_column(r)) {
        return;
    }
    if (!r->has_measure && r->subject != NONE && r->by == NONE) {
        struct frame_place money = reader_money(r, r->subject);

        if (money.table == NONE || (r->limit > 1 && (r->zh || is_top(r))) || r->vague) {
            reader_refuse(r, RULES_UNCLEAR);
            return;
        }
        reader_doubt(r, 0.95);
        if (groups == 0) {
            shape_rows(r, money);
            return;
        }
        reader_add_measure(
            r, (struct frame_measure){
                   .metric = NONE, .aggregate = r->order < 0 ? FRAME_MIN : FRAME_MAX, .of = money});
        r->has_measure = true;
    }
    if (!r->has_measure) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    frame->kind = FRAME_MEASURE;
    if (!head_dimension(r, &head) || (r->head == NONE && r->counted != NONE)) {
        if (groups == 0) {
            reader_refuse(r, RULES_UNCLEAR);
        }
        set_order(r, r->superlative && !r->sorted ? 1 : 0);
        return;
    }
    if (frame->measures[0].metric == NONE && frame->measures[0].aggregate == FRAME_COUNT &&
        groups == 0 && frame->measures[0].of.table == head.of.table && head.of.column == NONE &&
        head.grain == FRAME_NO_GRAIN) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    reader_add_dimension(r, head);
    if (frame->n_dimensions > groups && groups > 0 && (r->superlative || r->limit > 0)) {
        frame->per = 0;
    }
    set_order(r, r->superlative && !r->sorted ? 1 : 0);
}

/* ---- the rest ---- */

static void shape_having(struct reader *r)
{
    struct frame_dimension head;

    r->frame->kind = FRAME_MEASURE;
    if (r->counted != NONE || r->wants_count) {
        r->frame->folded = true;
        r->frame->fold = FRAME_COUNT;
        head = (struct frame_dimension){.of = {r->subject, NONE}};
        if (r->subject == NONE) {
            head.of = reader_column(r, r->counted, COLUMN_GROUP, NONE);
        }
        r->frame->n_dimensions = 0;
        if (head.of.table == NONE) {
            reader_refuse(r, RULES_UNCLEAR);
        }
        reader_add_dimension(r, head);
        return;
    }
    if (r->frame->n_dimensions == 0 && head_dimension(r, &head)) {
        reader_add_dimension(r, head);
    }
    if (r->frame->n_dimensions == 0) {
        reader_refuse(r, RULES_UNCLEAR);
    }
}

static bool is_theirs(const struct reader *r, size_t from, size_t to)
{
    for (size_t at = from; at < to; at++) {
        const char *text = r->spans.atoms.items[r->spans.items[at].from].full;

        if (!r->zh && (strcmp(text, "their") == 0 || strcmp(text, "its") == 0)) {
            return true;
        }
    }
    return false;
}

/* "customers with their number of orders". */
static bool rows_with_measure(const struct reader *r)
{
    if (r->head == NONE || r->measure == NONE || r->head > r->measure ||
        !(r->wants_list || is_theirs(r, r->head, r->measure)) ||
        !reader_is(r, r->head, MEANS_TABLE)) {
        return false;
    }
    for (size_t at = r->head + 1; at < r->measure; at++) {
        if ((reader_is(r, at, WORD_AND) || reader_is(r, at, WORD_HAVE)) &&
            !reader_is_model(r, at)) {
            return true;
        }
    }
    return false;
}

/* "orders per customer on average". */
static void shape_fold(struct reader *r)
{
    struct frame *frame = r->frame;

    if (frame->n_dimensions != 1 || frame->n_measures != 1) {
        reader_refuse(r, RULES_BEYOND);
        return;
    }
    frame->folded = true;
    frame->fold = FRAME_AVERAGE;
    reader_doubt(r, 0.9);
}

/* "delivered and cancelled trips": one figure, or two? */
static bool is_two_values(const struct reader *r, size_t filter)
{
    size_t joint = reader_last(r, r->filter_at[filter]);

    return r->frame->filters[filter].test == FRAME_IS && r->frame->filters[filter].n_values > 1 &&
           !r->frame->filters[filter].negated && joint != NONE && reader_is(r, joint, WORD_AND) &&
           !reader_is(r, joint, WORD_OR) && !reader_is_model(r, joint) && r->wants_count;
}

/* 已送达和已取消的行程分别有多少: a figure for each value. */
static void split_values(struct reader *r)
{
    struct frame *frame = r->frame;
    size_t each_at = NONE;
    bool apart = false;

    for (size_t at = 0; at < r->spans.n; at++) {
        const struct meaning *stop = reader_means(r, at, WORD_STOP);
        bool each = r->zh && reader_is(r, at, WORD_EACH) && !r->spans.items[at].used;

        if (((stop != NULL && stop->a == WORD_APART) || each) && !reader_is_model(r, at)) {
            apart = true;
            each_at = each ? at : each_at;
        }
    }
    for (size_t i = 0; i < frame->n_filters && apart && frame->n_dimensions == 0; i++) {
        if (frame->filters[i].test == FRAME_IS && frame->filters[i].n_values > 1 &&
            !frame->filters[i].negated && !frame->filters[i].through) {
            reader_add_dimension(r, (struct frame_dimension){.of = frame->filters[i].of});
            reader_use(r, each_at, "group");
            return;
        }
    }
    for (size_t i = 0; i < frame->n_filters && frame->n_dimensions == 0; i++) {
        if (is_two_values(r, i)) {
            reader_doubt(r, 0.55);
        }
    }
}

/* "average load per trip": each trip has one load. */
static void drop_own_rows(struct reader *r)
{
    struct frame *frame = r->frame;

    if (frame->n_dimensions == 1 && frame->n_measures == 1 && frame->measures[0].metric == NONE &&
        frame->measures[0].aggregate == FRAME_AVERAGE &&
        frame->dimensions[0].of.column == QN_MODEL_NONE &&
        frame->dimensions[0].grain == FRAME_NO_GRAIN &&
        frame->dimensions[0].of.table == frame->measures[0].of.table) {
        frame->n_dimensions = 0;
    }
}

static void shape_measure(struct reader *r)
{
    drop_own_rows(r);
    struct frame_dimension head;

    if (r->fold) {
        r->frame->kind = FRAME_MEASURE;
        shape_fold(r);
        return;
    }

    r->frame->kind = FRAME_MEASURE;
    if (r->frame->n_dimensions == 0 && rows_with_measure(r) && head_dimension(r, &head)) {
        reader_add_dimension(r, head);
        r->frame->zero = r->frame->n_measures == 1;
        return;
    }
    if (r->head != NONE && r->which && r->counted == NONE && r->frame->n_dimensions == 0 &&
        head_dimension(r, &head)) {
        if (!reader_is(r, r->head, MEANS_TABLE) || r->wants_list) {
            reader_add_dimension(r, head);
            reader_doubt(r, 0.8);
        }
    }
}

/* "product names and prices": rows, though no table was named. */
static void list_columns(struct reader *r, struct frame_place first)
{
    struct frame *frame = r->frame;

    frame->kind = FRAME_LIST;
    frame->table = first.table;
    frame->columns[frame->n_columns++] = first;
    for (size_t i = 0; i < r->n_shown && frame->n_columns < FRAME_COLUMNS_MAX; i++) {
        frame->columns[frame->n_columns++] = r->shown[i];
    }
    frame->limit = r->limit;
}

/* "the status and amount of users in Tokyo" is about orders: all columns are theirs. */
static void look_below(struct reader *r)
{
    size_t table = r->n_shown > 0 ? r->shown[0].table : r->subject;

    for (size_t i = 1; i < r->n_shown; i++) {
        if (r->shown[i].table != table) {
            return;
        }
    }
    if (table != r->subject && !reader_is_up(r, r->subject, table) &&
        reader_is_up(r, table, r->subject)) {
        r->subject = table;
        reader_doubt(r, 0.9);
    }
}

/* "what are the different order statuses": values of the column behind the table. */
static bool is_distinct(struct reader *r)
{
    struct frame *frame = r->frame;
    bool asked = false;

    for (size_t at = 0; at < r->spans.n; at++) {
        asked = asked || (reader_is(r, at, WORD_DISTINCT) && !reader_is_model(r, at));
    }
    if (r->n_shown != 1 || !asked ||
        r->shown[0].column == r->model->tables[r->shown[0].table].label ||
        (reader_column_sort(r, r->shown[0]) & COLUMN_GROUP) == 0) {
        return false;
    }
    frame->kind = FRAME_DISTINCT;
    frame->table = r->shown[0].table;
    frame->columns[0] = r->shown[0];
    frame->n_columns = 1;
    return true;
}

/* "orders last week" are counted; "orders from Paris last week" are told. */
static bool is_counted(const struct reader *r)
{
    size_t first = 0;

    while (first < r->spans.n && reader_is_stop(r, first)) {
        first++;
    }
    return !r->zh && r->head == first && is_plural(r, r->head) && r->n_periods == 1 &&
           !r->wants_list && !r->which && !r->wants_person && !r->wants_when && r->before == NULL &&
           r->n_shown == 0 && r->limit == 0 && r->frame->n_filters == 0 &&
           r->frame->n_dimensions == 0 && reader_is(r, r->head, MEANS_TABLE);
}

static void shape_list(struct reader *r)
{
    struct frame *frame = r->frame;
    struct frame_place column;

    if (is_counted(r)) {
        frame->kind = FRAME_MEASURE;
        reader_add_measure(r, rows_of(r->subject));
        reader_doubt(r, 0.9);
        return;
    }
    if (frame->n_dimensions > 0) {
        struct frame_place place = r->n_shown > 0 ? r->shown[0] : reader_no_place();

        frame->kind = FRAME_MEASURE;
        if (place.table != NONE && (reader_column_sort(r, place) & COLUMN_NUMBER) != 0) {
            reader_add_measure(r, (struct frame_measure){.metric = NONE,
                                                         .aggregate = preset_aggregate(r, place),
                                                         .of = place});
            reader_doubt(r, 0.95);
        } else if (r->subject != NONE) {
            reader_add_measure(r, rows_of(r->subject));
        } else {
            reader_refuse(r, RULES_UNCLEAR);
        }
        return;
    }
    if (r->head != NONE && reader_is(r, r->head, MEANS_TABLE)) {
        if (is_distinct(r)) {
            return;
        }
        look_below(r);
        frame->kind = FRAME_LIST;
        frame->table = r->subject;
        memcpy(frame->columns, r->shown, r->n_shown * sizeof(r->shown[0]));
        frame->n_columns = r->n_shown;
        frame->limit = r->limit;
        return;
    }
    column = r->head != NONE ? reader_column(r, r->head, COLUMN_GROUP, NONE) : reader_no_place();
    if (column.table != NONE &&
        (r->n_shown > 0 || r->model->tables[column.table].label == column.column)) {
        list_columns(r, column);
        return;
    }
    if (column.table != NONE && r->n_shown == 0) {
        frame->kind = FRAME_DISTINCT;
        frame->table = column.table;
        frame->columns[0] = column;
        frame->n_columns = 1;
        return;
    }
    if (r->subject != NONE) {
        frame->kind = FRAME_LIST;
        frame->table = r->subject;
        memcpy(frame->columns, r->shown, r->n_shown * sizeof(r->shown[0]));
        frame->n_columns = r->n_shown;
        return;
    }
    reader_refuse(r, RULES_UNCLEAR);
}

/* "users who have not logged in since May": the period is of what they did. */
static void exists_of_values(struct reader *r)
{
    struct frame *frame = r->frame;
    bool rows = r->subject != NONE && r->n_periods > 0 && r->time.table == NONE &&
                r->n_exists == 0 && !frame->having && r->order == 0 &&
                (!r->has_measure || r->counted != NONE);

    for (size_t i = 0; rows && i < frame->n_filters; i++) {
        struct frame_filter *filter = &frame->filters[i];
        struct frame_filter *inner;

        if (filter->test != FRAME_IS || filter->of.table == NONE ||
            reader_is_up(r, r->subject, filter->of.table) ||
            r->model->tables[filter->of.table].time == QN_MODEL_NONE) {
            continue;
        }
        inner = qn_arena_alloc(r->arena, 1, sizeof(*inner));
        if (inner == NULL) {
            return;
        }
        *inner = *filter;
        inner->negated = false;
        *filter = (struct frame_filter){.test = FRAME_EXISTS,
                                        .negated = filter->negated,
                                        .of = {r->subject, NONE},
                                        .related = inner->of.table,
                                        .inner = inner,
                                        .n_inner = 1};
        return;
    }
}

/* "when was the largest order placed". */
static void shape_when(struct reader *r)
{
    struct frame *frame = r->frame;
    size_t time = frame->kind == FRAME_LIST && frame->table != NONE
                      ? r->model->tables[frame->table].time
                      : QN_MODEL_NONE;

    if (time == QN_MODEL_NONE || frame->n_columns == FRAME_COLUMNS_MAX) {
        reader_doubt(r, 0.55);
        return;
    }
    frame->columns[frame->n_columns++] = (struct frame_place){frame->table, time};
}

void understand_shape(struct reader *r)
{
    if (r->refusal != RULES_ANSWERED) {
        return;
    }
    exists_of_values(r);
    understand_exists(r);
    if (r->wants_count && !r->has_measure && !r->frame->having) {
        reader_refuse(r, RULES_UNCLEAR);
    } else if (r->fold && (r->order != 0 || r->frame->having || !r->has_measure)) {
        reader_refuse(r, RULES_BEYOND);
    } else if (r->frame->having) {
        shape_having(r);
    } else if (r->order != 0 && r->by_time) {
        shape_newest(r);
    } else if (r->order != 0) {
        shape_order(r);
    } else if ((r->wants_share || r->wants_rate) && !r->wants_growth) {
        understand_parts(r);
    } else if (r->has_measure) {
        split_values(r);
        shape_measure(r);
    } else if (r->before == NULL || r->head != NONE || r->subject != NONE) {
        shape_list(r);
    }
    if (r->frame->having && r->order != 0) {
        set_order(r, r->superlative ? 1 : 0);
    }
    if (r->frame->kind == FRAME_LIST && r->frame->n_columns == 0) {
        memcpy(r->frame->columns, r->shown, r->n_shown * sizeof(r->shown[0]));
        r->frame->n_columns = r->n_shown;
    }
    if (r->wants_when) {
        shape_when(r);
    }
    if (r->frame->n_measures > 1 && (r->frame->ordered || r->frame->folded || r->frame->having)) {
        reader_doubt(r, 0.55);
    }
}
