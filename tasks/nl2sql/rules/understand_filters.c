#include "reader.h"

#include <string.h>

static bool open_span(const struct reader *r, size_t at)
{
    return at < r->spans.n && !r->spans.items[at].used;
}

/* ---- not ---- */

static bool ends_not(const struct reader *r, size_t at)
{
    return reader_is(r, at, WORD_WHICH) || reader_is(r, at, WORD_EACH);
}

static size_t negated_thing(struct reader *r, size_t at)
{
    for (size_t steps = 0; steps < 5; steps++) {
        at = reader_next(r, at);
        if (at >= r->spans.n || ends_not(r, at)) {
            return NONE;
        }
        if (open_span(r, at) && reader_is_model(r, at)) {
            return at;
        }
    }
    return NONE;
}

/* 从未使用过的标签: a thing that nothing refers to. */
static bool is_unused(const struct reader *r, size_t at, size_t thing)
{
    bool used = false;

    for (size_t i = at + 1; i < thing; i++) {
        const struct meaning *stop = reader_means(r, i, WORD_STOP);

        used = used || (stop != NULL && stop->a == WORD_USE && reader_is_stop(r, i));
    }
    return used && reader_is(r, thing, MEANS_TABLE) &&
           strcmp(r->spans.atoms.items[r->spans.items[thing - 1].to - 1].text, "的") == 0;
}

static void negate(struct reader *r, size_t at)
{
    size_t thing = negated_thing(r, at), next;

    if (thing != NONE && is_unused(r, at, thing)) {
        reader_use_all(r, at, thing - 1, "not");
        r->unused = true;
        return;
    }

    if (thing == NONE) {
        return;
    }
    reader_use(r, at, "not");
    r->spans.items[thing].negated = true;
    next = reader_next(r, thing);
    if (reader_column(r, thing, COLUMN_TIME, NONE).table != NONE && open_span(r, next) &&
        reader_is(r, next, MEANS_TABLE) &&
        reader_column(r, thing, COLUMN_TIME, NONE).table == reader_table(r, next)) {
        r->spans.items[thing].negated = false;
        r->spans.items[next].negated = true;
        return;
    }
    while (next < r->spans.n && (reader_is(r, next, WORD_AND) || reader_is(r, next, WORD_OR)) &&
           reader_is(r, thing, MEANS_VALUE) && reader_is(r, reader_next(r, next), MEANS_VALUE)) {
        thing = reader_next(r, next);
        r->spans.items[thing].negated = true;
        next = reader_next(r, thing);
    }
}

void understand_negations(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        if (open_span(r, at) && reader_is(r, at, WORD_NOT) && !reader_is_model(r, at)) {
            negate(r, at);
        }
    }
}

/* ---- filters ---- */

static size_t neighbour_table(struct reader *r, size_t at)
{
    size_t next = reader_next(r, at), last = reader_last(r, at);

    if (next < r->spans.n && reader_is(r, next, MEANS_TABLE)) {
        return reader_table(r, next);
    }
    return last != NONE && reader_is(r, last, MEANS_TABLE) && !r->zh ? reader_table(r, last) : NONE;
}

static bool names_column(const struct reader *r, size_t at, const struct meaning *value)
{
    uint32_t i = at < r->spans.n ? r->spans.items[at].first : LEXICON_NONE;

    for (; i != LEXICON_NONE; i = r->lexicon->meanings[i].next) {
        const struct meaning *column = &r->lexicon->meanings[i];

        if (column->kind == MEANS_COLUMN && column->a == value->a && column->b == value->b) {
            return true;
        }
    }
    return false;
}

/* "city Paris", "in the city of Paris", 状态为已取消: the column says which value is meant. */
static const struct meaning *value_of_column(struct reader *r, size_t at)
{
    size_t beside[2] = {reader_last(r, at), reader_next(r, at)};

    for (uint32_t i = r->spans.items[at].first; i != LEXICON_NONE;
         i = r->lexicon->meanings[i].next) {
        const struct meaning *value = &r->lexicon->meanings[i];
        bool last = value->kind == MEANS_VALUE && names_column(r, beside[0], value);

        if (!last && (value->kind != MEANS_VALUE || !names_column(r, beside[1], value))) {
            continue;
        }
        if (open_span(r, beside[last ? 0 : 1])) {
            reader_use(r, beside[last ? 0 : 1], "column");
        }
        return value;
    }
    return NULL;
}

/* The table that a column of this span refers to; NONE. */
static size_t referred(struct reader *r, size_t at, size_t table, struct frame_place *ret)
{
    uint32_t i = at < r->spans.n ? r->spans.items[at].first : LEXICON_NONE;

    for (; i != LEXICON_NONE; i = r->lexicon->meanings[i].next) {
        const struct meaning *column = &r->lexicon->meanings[i];

        if (column->kind != MEANS_COLUMN) {
            continue;
        }
        *ret = (struct frame_place){(size_t)column->a, (size_t)column->b};
        if (reader_refers(r, *ret) == table) {
            return table;
        }
    }
    return NONE;
}

/* "destination is Hamburg": the value takes its column. */
static bool waits(struct reader *r, size_t at)
{
    size_t next = reader_next(r, at);
    const struct meaning *value = open_span(r, next) ? reader_value(r, next, NONE) : NULL;
    struct frame_place place;

    return value != NULL && referred(r, at, (size_t)value->a, &place) != NONE;
}

/* "destination Hamburg", "Hamburg as destination": the column that refers to it says how. */
static void find_via(struct reader *r, size_t at, struct frame_filter *filter)
{
    const size_t beside[2] = {reader_last(r, at), reader_next(r, at)};

    for (size_t i = 0; i < 2; i++) {
        if (beside[i] < r->spans.n && open_span(r, beside[i]) &&
            referred(r, beside[i], filter->of.table, &filter->via) != NONE) {
            filter->through = true;
            reader_use(r, beside[i], "column");
            return;
        }
    }
}

/* Where it stands decides whether it is a part or of the whole. */
static void place_filter(struct reader *r, size_t at, struct frame_filter filter)
{
    const struct frame_filter *kept = reader_add_filter(r, filter);

    if (kept != NULL) {
        r->filter_at[kept - r->frame->filters] = at;
    }
}

static void add_value(struct reader *r, size_t at)
{
    const struct meaning *value = value_of_column(r, at);
    struct frame_filter filter = {.test = FRAME_IS, .n_values = 1};

    value = value != NULL ? value : reader_value(r, at, neighbour_table(r, at));
    if (value == NULL) {
        return;
    }
    filter.of = (struct frame_place){(size_t)value->a, (size_t)value->b};
    filter.values[0] = r->model->tables[value->a].columns[value->b].values[value->c].text;
    filter.negated = r->spans.items[at].negated;
    find_via(r, at, &filter);
    place_filter(r, at, filter);
    reader_use(r, at, "value");
}

static void add_flag(struct reader *r, size_t at, struct frame_place place, bool is)
{
    struct frame_filter filter = {.test = FRAME_IS, .of = place, .n_values = 1};

    filter.values[0] = is != r->spans.items[at].negated ? "true" : "false";
    place_filter(r, at, filter);
    reader_use(r, at, "value");
}

static void add_condition(struct reader *r, size_t at, size_t condition)
{
    struct frame_filter filter = {.test = FRAME_CONDITION, .condition = condition};
    const char *table = r->model->conditions[condition].table;

    filter.of = (struct frame_place){qn_model_find_table(r->model, table, NULL), NONE};
    filter.negated = r->spans.items[at].negated;
    if (filter.of.table != QN_MODEL_NONE) {
        place_filter(r, at, filter);
        reader_use(r, at, "condition");
    }
}

static void add_exists(struct reader *r, size_t at, size_t table)
{
    if (table == NONE || r->n_exists == READER_EXISTS_MAX) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    r->exists[r->n_exists] = table;
    r->exists_not[r->n_exists++] = r->spans.items[at].negated;
    reader_use(r, at, r->spans.items[at].negated ? "without" : "with");
}

static void add_negated_column(struct reader *r, size_t at, struct frame_place place)
{
    const struct qn_model_column *column = &r->model->tables[place.table].columns[place.column];
    struct frame_filter filter = {.test = FRAME_EMPTY, .of = place};

    if (!column->nullable && (reader_column_sort(r, place) & COLUMN_NUMBER) != 0) {
        filter.test = FRAME_IS;
        filter.values[0] = "0";
        filter.n_values = 1;
    }
    place_filter(r, at, filter);
    reader_use(r, at, "without");
}

/* "name of the vehicles": what they are told by, though another thing has a name. */
static struct frame_place own_label(struct reader *r, struct frame_place place)
{
    const struct qn_model_table *of;

    if (r->subject == NONE || place.column == QN_MODEL_NONE || place.table == r->subject ||
        reader_is_up(r, r->subject, place.table) || reader_is_up(r, place.table, r->subject)) {
        return place;
    }
    of = &r->model->tables[r->subject];
    if (r->model->tables[place.table].label != place.column || of->label == QN_MODEL_NONE) {
        reader_doubt(r, 0.55);
        return place;
    }
    reader_doubt(r, 0.9);
    return (struct frame_place){r->subject, of->label};
}

static void show(struct reader *r, size_t at, struct frame_place place)
{
    place = own_label(r, place);
    for (size_t i = 0; i < r->n_shown; i++) {
        if (r->shown[i].table == place.table && r->shown[i].column == place.column) {
            reader_use(r, at, "column");
            return;
        }
    }
    if (r->n_shown == FRAME_COLUMNS_MAX) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    r->shown[r->n_shown++] = place;
    reader_use(r, at, "column");
}

static bool is_beside_period(struct reader *r, size_t at)
{
    size_t next = reader_next(r, at), last = reader_last(r, at);

    for (size_t i = 0; i < r->n_periods; i++) {
        if ((next != NONE && next == r->periods[i].from) ||
            (last != NONE && last + 1 == r->periods[i].to) ||
            (next >= r->periods[i].from && next < r->periods[i].to)) {
            return true;
        }
    }
    return false;
}

/* "placed an order": the verb says no more than the table. */
static bool stands_by_table(struct reader *r, size_t at, size_t table)
{
    size_t beside[2] = {reader_last(r, at), reader_next(r, at)};

    for (size_t i = 0; i < 2; i++) {
        if (beside[i] < r->spans.n && reader_is(r, beside[i], MEANS_TABLE) &&
            reader_table(r, beside[i]) == table) {
            return true;
        }
    }
    return false;
}

static bool is_joint(const struct reader *r, size_t at)
{
    return at < r->spans.n && !reader_is_model(r, at) &&
           (reader_is(r, at, WORD_AND) || reader_is(r, at, WORD_HAVE) ||
            (r->spans.items[at].sign &&
             strcmp(r->spans.atoms.items[r->spans.items[at].from].text, ",") == 0));
}

/* "employees who have left": a time that not all rows have, and that nothing else is said of. */
static void happened(struct reader *r, size_t at, struct frame_place time)
{
    const struct qn_model_table *table = &r->model->tables[time.table];
    struct frame_filter filter = {.test = FRAME_EMPTY, .negated = true, .of = time};

    if (table->columns[time.column].nullable && table->time != time.column && r->n_periods == 0 &&
        r->order == 0) {
        place_filter(r, at, filter);
        reader_use(r, at, "value");
        return;
    }
    reader_use(r, at, NULL);
}

static bool is_measured(const struct reader *r, size_t table)
{
    const struct frame_measure *measure = &r->frame->measures[0];

    return r->frame->having && r->frame->n_measures > 0 &&
           (measure->metric != NONE ? reader_metric_table(r, measure->metric)
                                    : measure->of.table) == table;
}

/* "products ordered by stock". */
static bool is_sorted_by(const struct reader *r, size_t at)
{
    size_t next = reader_next(r, at);

    return next < r->spans.n && reader_is(r, at, WORD_ORDER) && r->spans.items[next].used &&
           reader_is(r, next, WORD_BY) && r->by != NONE;
}

/* "hire date", not "hired". */
static bool names_day(const struct reader *r, size_t at)
{
    for (size_t i = r->spans.items[at].from; i < r->spans.items[at].to; i++) {
        uint32_t atom = lexicon_atom(r->lexicon, r->spans.atoms.items[i].text);
        uint32_t node = atom != LEXICON_NONE ? lexicon_step(r->lexicon, 0, atom) : 0;

        if (node != 0 && lexicon_means(r->lexicon, lexicon_first(r->lexicon, node), WORD_UNIT)) {
            return true;
        }
    }
    return false;
}

/* "name and hire date of the drivers", "with their registration date". */
static bool lists_time(const struct reader *r, size_t at)
{
    size_t last = at;

    while (last > 0 && reader_is_stop(r, last - 1) && !r->spans.items[last - 1].sign) {
        last--;
    }
    return !r->zh && !r->has_measure && r->subject != NONE && names_day(r, at) &&
           !r->spans.items[at].negated && (r->order == 0 || (last > 0 && is_joint(r, last - 1)));
}

/* 入职日期, 下单时间: the day, not that it happened. */
static bool is_day_of(const struct reader *r, size_t at)
{
    const struct span *span = &r->spans.items[at];
    const char *last = r->spans.atoms.items[span->to - 1].text;

    return r->zh && !r->has_measure && span->to > span->from + 2 &&
           (strcmp(last, "期") == 0 || strcmp(last, "间") == 0 || strcmp(last, "日") == 0);
}

static void take_column(struct reader *r, size_t at)
{
    struct frame_place time = reader_column(r, at, COLUMN_TIME, neighbour_table(r, at));
    struct frame_place flag = reader_column(r, at, COLUMN_FLAG, neighbour_table(r, at));
    struct frame_place any = reader_column(r, at, COLUMN_ANY, NONE);
    bool negated = r->spans.items[at].negated;

    if (is_sorted_by(r, at)) {
        reader_use(r, at, "order");
    } else if (flag.table != NONE) {
        add_flag(r, at, flag, true);
    } else if (any.table == NONE) {
        return;
    } else if (time.table != NONE && !negated && r->order == 0 &&
               (r->subject == NONE || time.table == r->subject) && r->n_periods == 0 &&
               is_day_of(r, at)) {
        show(r, at, time);
    } else if (time.table != NONE && lists_time(r, at) && !is_beside_period(r, at)) {
        show(r, at, time);
    } else if (time.table != NONE &&
               (stands_by_table(r, at, time.table) || is_measured(r, time.table))) {
        reader_use(r, at, NULL);
        r->time = r->n_periods > 0 && is_beside_period(r, at) ? time : r->time;
    } else if (time.table != NONE && r->subject != NONE && time.table != r->subject &&
               !reader_is_up(r, r->subject, time.table)) {
        add_exists(r, at, time.table);
        r->time = is_beside_period(r, at) ? time : r->time;
    } else if (negated) {
        add_negated_column(r, at, any);
    } else if (time.table != NONE && r->n_periods > 0 && is_beside_period(r, at)) {
        r->time = time;
        reader_use(r, at, "time");
    } else if (time.table != NONE && r->wants_list && at > 0 && !r->spans.items[at - 1].used &&
               is_joint(r, at - 1)) {
        show(r, at, time);
    } else if (time.table != NONE) {
        happened(r, at, time);
    } else {
        show(r, at, any);
    }
}

/* "products with their category": what is above is told by its label. */
static bool is_shown(struct reader *r, size_t at, size_t table)
{
    size_t last = at, next = reader_next(r, at);

    while (last > 0 && reader_is_stop(r, last - 1) && !r->spans.items[last - 1].sign) {
        last--;
    }
    if (r->has_measure || r->subject == NONE || table == r->subject || r->order != 0 || last == 0 ||
        !is_joint(r, last - 1)) {
        return false;
    }
    return next >= r->spans.n || reader_value(r, next, table) == NULL ||
           (size_t)reader_value(r, next, table)->a != table;
}

/* "never borrowed a book": of a loan the book is one. */
static bool is_above_exists(struct reader *r, size_t table)
{
    for (size_t i = 0; i < r->n_exists; i++) {
        if (r->exists[i] != table && reader_is_up(r, r->exists[i], table)) {
            return true;
        }
    }
    return false;
}

/* "active" of what is asked for goes before "active" of something else. */
static bool is_nearer_value(struct reader *r, size_t at, const struct meaning *flag)
{
    const struct meaning *value = reader_value(r, at, neighbour_table(r, at));

    return value != NULL && value->a != flag->a &&
           (neighbour_table(r, at) == (size_t)value->a ||
            reader_far(r, (size_t)value->a) < reader_far(r, (size_t)flag->a));
}

static void take(struct reader *r, size_t at)
{
    const struct meaning *not_flag = reader_means(r, at, MEANS_FALSE);
    const struct meaning *condition = reader_means(r, at, MEANS_CONDITION);

    if (condition != NULL) {
        add_condition(r, at, (size_t)condition->a);
    } else if (not_flag != NULL && reader_far(r, (size_t)not_flag->a) < GRAPH_FAR &&
               !is_nearer_value(r, at, not_flag)) {
        add_flag(r, at, (struct frame_place){(size_t)not_flag->a, (size_t)not_flag->b}, false);
    } else if (reader_is(r, at, MEANS_TABLE)) {
        size_t table = reader_table(r, at);

        if (r->spans.items[at].negated ||
            (!is_above_exists(r, table) && r->subject != NONE && table != r->subject &&
             !reader_is_up(r, r->subject, table))) {
            add_exists(r, at, table);
        } else if (is_shown(r, at, table)) {
            show(r, at, (struct frame_place){table, NONE});
        } else {
            reader_use(r, at, "table");
        }
    } else if (reader_is(r, at, MEANS_VALUE) && reader_value(r, at, NONE) != NULL) {
        add_value(r, at);
    } else if (reader_is(r, at, MEANS_COLUMN) && !waits(r, at)) {
        take_column(r, at);
    } else if (reader_metric(r, at) != NONE && r->spans.items[at].negated) {
        add_exists(r, at, reader_metric_table(r, reader_metric(r, at)));
    }
}

/* 记录及费用: the amount of what is listed. */
static void show_money(struct reader *r, size_t at)
{
    struct frame_place money = reader_no_place();

    if (r->zh && r->subject != NONE && !r->has_measure && !r->wants_count && r->order == 0 &&
        reader_is(r, at, WORD_MONEY) && !reader_is_model(r, at)) {
        money = reader_money(r, r->subject);
    }
    if (money.table != NONE) {
        show(r, at, money);
        reader_doubt(r, 0.95);
    }
}

static bool has_value_of(const struct reader *r, size_t at, size_t table)
{
    for (uint32_t i = r->spans.items[at].first; i != LEXICON_NONE;
         i = r->lexicon->meanings[i].next) {
        const struct meaning *meaning = &r->lexicon->meanings[i];

        if ((meaning->kind == MEANS_VALUE || meaning->kind == MEANS_FALSE) &&
            (size_t)meaning->a == table) {
            return true;
        }
    }
    return false;
}

/* "new customers in May" are those of the period, though tickets may be new too. */
static void take_fresh(struct reader *r)
{
    for (size_t at = 0; at + 1 < r->spans.n && r->n_periods > 0; at++) {
        size_t table = reader_is(r, at + 1, MEANS_TABLE) ? reader_table(r, at + 1) : NONE;

        if (open_span(r, at) && reader_is(r, at, WORD_FRESH) && table != NONE &&
            r->model->tables[table].time != QN_MODEL_NONE && !has_value_of(r, at, table)) {
            reader_use(r, at, NULL);
        }
    }
}

/* 同时买了图书和家电的客户: both, which one filter cannot say. */
static void doubt_both(struct reader *r)
{
    bool both = false;

    for (size_t at = 0; r->zh && at < r->spans.n; at++) {
        const struct atom *atom = &r->spans.atoms.items[r->spans.items[at].from];

        both = both || (r->spans.items[at].to == r->spans.items[at].from + 2 &&
                        strcmp(atom->text, "同") == 0 && strcmp(atom[1].text, "时") == 0);
    }
    for (size_t i = 0; both && i < r->frame->n_filters; i++) {
        if (r->frame->filters[i].test == FRAME_IS && r->frame->filters[i].n_values > 1) {
            reader_doubt(r, 0.5);
        }
    }
}

void understand_filters(struct reader *r)
{
    take_fresh(r);
    for (size_t at = 0; at < r->spans.n; at++) {
        if (open_span(r, at) && reader_is_model(r, at) && !r->spans.items[at].operand) {
            take(r, at);
        } else if (open_span(r, at) && !r->spans.items[at].operand) {
            show_money(r, at);
        }
    }
    doubt_both(r);
}
