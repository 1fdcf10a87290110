#include "reader.h"

#include <string.h>

static struct frame_measure rows_of(size_t table)
{
    return (struct frame_measure){.metric = NONE, .aggregate = FRAME_COUNT, .of = {table, NONE}};
}

static size_t head_table(const struct reader *r)
{
    return r->head != NONE ? reader_table(r, r->head) : NONE;
}

/* A metric, or a column under an aggregate. */
static void base_of_measure(struct reader *r)
{
    size_t metric = r->metric != NONE ? r->metric : reader_metric(r, r->measure);
    struct frame_place place;

    if (metric != NONE && !r->aggregate_on) {
        reader_anchor(r, reader_metric_table(r, metric));
        reader_add_measure(r, (struct frame_measure){.metric = metric, .of = reader_no_place()});
        r->has_measure = true;
        return;
    }
    if (head_table(r) != NONE) {
        reader_anchor(r, head_table(r));
    }
    place = r->place.table != NONE ? r->place : reader_column(r, r->measure, COLUMN_NUMBER, NONE);
    if (place.table == NONE) {
        return;
    }
    r->n_anchors = 0;
    reader_anchor(r, place.table);
    reader_add_measure(
        r, (struct frame_measure){.metric = NONE, .aggregate = r->aggregate, .of = place});
    for (size_t i = 0; i < r->n_also; i++) {
        reader_add_measure(
            r, (struct frame_measure){.metric = NONE, .aggregate = r->also[i], .of = place});
    }
    r->has_measure = true;
}

static bool is_person(const struct reader *r, const char *name)
{
    return strpbrk(name, " _-") == NULL && reader_has_word(r, name, WORD_PERSON);
}

static bool is_people(const struct reader *r, size_t t)
{
    const struct qn_model_table *table = &r->model->tables[t];
    bool person = !table->hidden && is_person(r, table->name);

    for (size_t w = 0; !person && !table->hidden && w < table->words.n_en; w++) {
        person = is_person(r, table->words.en[w]);
    }
    return person;
}

/* "who": a table of people, near what is measured. */
static void find_person(struct reader *r)
{
    size_t low = GRAPH_FAR, ties = 0;

    for (size_t t = 0; t < r->model->n_tables && t < 4096; t++) {
        bool person = is_people(r, t);

        ties += person && low < GRAPH_FAR && reader_far(r, t) == low ? 1 : 0;
        if (person && reader_far(r, t) < low) {
            ties = 0;
            low = reader_far(r, t);
            r->subject = t;
        }
    }
    if (ties > 0 && r->n_anchors > 0) {
        reader_doubt(r, 0.55);
    }
}

/* 有多少人下单: people are counted, not what they did. */
static bool counts_people(const struct reader *r, size_t table)
{
    bool people = false;

    for (size_t at = 0; r->zh && at < r->spans.n; at++) {
        const struct span *span = &r->spans.items[at];
        bool person = false;

        for (size_t i = span->from; i < span->to; i++) {
            person = person || strcmp(r->spans.atoms.items[i].text, "人") == 0;
        }
        people = people || (reader_is(r, at, WORD_COUNT) && span->used &&
                            span->to > span->from + 1 && person && !reader_is_model(r, at));
    }
    return people && !is_people(r, table);
}

static void base_of_count(struct reader *r)
{
    bool grain = false; /* of the time of what they did */
    size_t table = reader_table(r, r->counted);
    struct frame_place column;

    if (table != NONE && counts_people(r, table)) {
        r->spans.items[r->counted].used = false;
        r->counted = NONE;
        reader_anchor(r, table);
        find_person(r);
        for (size_t i = 0; i < r->n_groups; i++) {
            grain = grain || r->groups[i].grain != FRAME_NO_GRAIN;
        }
        if (r->subject == NONE || grain || !reader_is_up(r, table, r->subject)) {
            reader_refuse(r, RULES_UNCLEAR);
            return;
        }
        r->n_anchors = 0;
        reader_anchor(r, r->subject);
        reader_add_measure(r, rows_of(r->subject));
        r->has_measure = true;
        return;
    }

    if (table != NONE) {
        r->subject = table;
        reader_anchor(r, table);
        reader_add_measure(r, rows_of(table));
        r->has_measure = true;
        return;
    }
    if (head_table(r) != NONE) {
        reader_anchor(r, head_table(r));
    }
    column = reader_column(r, r->counted, COLUMN_GROUP, head_table(r));
    if (column.table != NONE) {
        r->n_anchors = 0;
        reader_anchor(r, column.table);
        reader_add_measure(r, (struct frame_measure){
                                  .metric = NONE, .aggregate = FRAME_COUNT_DISTINCT, .of = column});
        r->has_measure = true;
    }
}

static void count_rows(struct reader *r, size_t table)
{
    reader_anchor(r, table);
    reader_add_measure(r, rows_of(table));
    r->has_measure = true;
}

/* "borrowed the most books": a table that the verb names, of which each row has one of these. */
static size_t verb_before(struct reader *r, size_t table)
{
    size_t last = r->by;

    for (size_t i = 0; i < 2 && last != NONE && table != NONE; i++) {
        struct frame_place time;

        last = reader_last(r, last);
        time = last != NONE ? reader_column(r, last, COLUMN_TIME, NONE) : reader_no_place();
        if (time.table != NONE && last != r->head && time.table != table &&
            reader_is_up(r, time.table, table)) {
            return time.table;
        }
    }
    return NONE;
}

/* What is ordered by is measured, unless it is a column of what is listed. */
/* Of each row asked for there are many. */
static bool is_below_head(struct reader *r, struct frame_place place)
{
    size_t head = head_table(r);

    return head != NONE && place.table != NONE && head != place.table &&
           !reader_is_up(r, head, place.table);
}

static void base_of_order(struct reader *r)
{
    size_t metric = reader_metric(r, r->by), table = reader_table(r, r->by);
    bool number = reader_column(r, r->by, COLUMN_NUMBER, NONE).table != NONE;
    struct frame_place time = reader_column(r, r->by, COLUMN_TIME, NONE);
    size_t verb = verb_before(r, table);

    if (!number && metric == NONE && table == NONE && reader_is(r, r->by, MEANS_VALUE)) {
        r->spans.items[r->by].used = false;
        count_rows(r, (size_t)reader_means(r, r->by, MEANS_VALUE)->a);
        return;
    }
    if (!number && metric == NONE && table == NONE && time.table != NONE) {
        count_rows(r, time.table);
        return;
    }
    if (metric == NONE && table != NONE && verb != NONE && verb != table) {
        count_rows(r, verb);
        return;
    }

    if (metric != NONE && (table == NONE || r->head != NONE) &&
        (!number || is_below_head(r, reader_column(r, r->by, COLUMN_NUMBER, NONE)))) {
        reader_anchor(r, reader_metric_table(r, metric));
        reader_add_measure(r, (struct frame_measure){.metric = metric, .of = reader_no_place()});
        r->has_measure = true;
    } else if (table != NONE && r->by != r->head) {
        reader_anchor(r, table);
        reader_add_measure(r, rows_of(table));
        r->has_measure = true;
    }
}

/* "orders this year vs last year", "order trend": rows are counted. */
static void base_of_rows(struct reader *r)
{
    bool compared =
        r->wants_compare && (r->n_periods > 1 || r->year_ago || r->step_ago || r->wants_growth);

    if (!r->has_measure && r->subject != NONE && (compared || r->wants_trend)) {
        reader_add_measure(r, rows_of(r->subject));
        r->has_measure = true;
    }
}

/* A value, a flag or a condition. */
static bool narrows(struct reader *r, size_t at)
{
    return reader_is(r, at, MEANS_VALUE) || reader_is(r, at, MEANS_FALSE) ||
           reader_is(r, at, MEANS_CONDITION) ||
           reader_column(r, at, COLUMN_FLAG, NONE).table != NONE;
}

static size_t narrowed_table(struct reader *r, size_t at)
{
    const struct meaning *condition = reader_means(r, at, MEANS_CONDITION);
    const struct meaning *value = reader_means(r, at, MEANS_VALUE);
    const struct meaning *not_flag = reader_means(r, at, MEANS_FALSE);

    if (condition != NULL) {
        return qn_model_find_table(r->model, r->model->conditions[condition->a].table, NULL);
    }
    if (value != NULL || not_flag != NULL) {
        return (size_t)(value != NULL ? value : not_flag)->a;
    }
    return reader_column(r, at, COLUMN_FLAG, NONE).table;
}

/* "how many logins": the rows that have the value. */
static void base_of_values(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        bool open = !r->spans.items[at].used && !r->spans.items[at].operand;

        if (open && narrows(r, at) && narrowed_table(r, at) != NONE) {
            r->subject = narrowed_table(r, at);
            reader_anchor(r, r->subject);
            reader_add_measure(r, rows_of(r->subject));
            r->has_measure = true;
            return;
        }
    }
}

/* "show the tyre changes of June": the rows that have the value. */
static void list_of_values(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        bool open = !r->spans.items[at].used && !r->spans.items[at].operand;

        if (open && reader_is(r, at, MEANS_VALUE)) {
            r->subject = narrowed_table(r, at);
            reader_anchor(r, r->subject);
            reader_doubt(r, 0.95);
            return;
        }
    }
}

/* "electronic products" is a value, and says of what: its last word is a table. */
static void base_of_tail(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        const struct span *span = &r->spans.items[at];
        const struct atom *last = &r->spans.atoms.items[span->to - 1];
        uint32_t atom = lexicon_atom(r->lexicon, last->text);
        uint32_t node = atom != LEXICON_NONE ? lexicon_step(r->lexicon, 0, atom) : 0;
        const struct meaning *table;

        if (span->to < span->from + 2 || node == 0 || span->used || !narrows(r, at)) {
            continue;
        }
        table = lexicon_means(r->lexicon, lexicon_first(r->lexicon, node), MEANS_TABLE);
        if (table != NULL) {
            r->subject = (size_t)table->a;
            reader_anchor(r, r->subject);
            return;
        }
    }
}

/* One word for several tables, none of them nearer than the others. */
static void doubt_table(struct reader *r, size_t at)
{
    size_t table = reader_table(r, at), score = 0, n = 0;

    if (at == NONE || table == NONE || r->n_anchors > 1) {
        return;
    }
    for (uint32_t i = r->spans.items[at].first; i != LEXICON_NONE;
         i = r->lexicon->meanings[i].next) {
        const struct meaning *meaning = &r->lexicon->meanings[i];

        if (meaning->kind == MEANS_TABLE && (size_t)meaning->a == table) {
            score = meaning->score;
        }
    }
    for (uint32_t i = r->spans.items[at].first; i != LEXICON_NONE;
         i = r->lexicon->meanings[i].next) {
        n += r->lexicon->meanings[i].kind == MEANS_TABLE && r->lexicon->meanings[i].score == score;
    }
    if (n > 1) {
        reader_doubt(r, 0.55);
    }
}

static void add_more(struct reader *r)
{
    for (size_t i = 0; i < r->n_more && r->has_measure; i++) {
        size_t metric = reader_metric(r, r->more[i]), table = reader_table(r, r->more[i]);

        if (table != NONE) {
            reader_add_measure(r, rows_of(table));
        } else if (metric == NONE) {
            reader_add_measure(
                r, (struct frame_measure){.metric = NONE,
                                          .aggregate = r->aggregate_on ? r->aggregate : FRAME_SUM,
                                          .of = reader_column(r, r->more[i], COLUMN_NUMBER, NONE)});
        } else {
            reader_add_measure(r,
                               (struct frame_measure){.metric = metric, .of = reader_no_place()});
        }
    }
}

/* What all else is near to: the first of these that the question has. */
void understand_base(struct reader *r)
{
    if (r->measure != NONE) {
        base_of_measure(r);
    } else if (r->counted != NONE) {
        base_of_count(r);
    }
    add_more(r);
    if (!r->has_measure && r->value != NONE && (r->order != 0 || r->value_counted)) {
        count_rows(r, narrowed_table(r, r->value));
    }
    if (r->by != NONE && !r->by_time && !r->has_measure) {
        base_of_order(r);
    }
    if (!r->has_measure && r->head != NONE && r->head_unit == FRAME_NO_GRAIN) {
        size_t table = head_table(r);

        r->subject = r->subject == NONE ? table : r->subject;
        reader_anchor(r, table);
    }
    if (r->wants_person && r->subject == NONE) {
        find_person(r);
    }
    base_of_rows(r);
    if (!r->has_measure && r->subject == NONE && r->head == NONE &&
        (r->wants_count || ((r->wants_share || r->wants_rate) && r->before == NULL))) {
        base_of_values(r);
    }
    if (r->subject == NONE && !r->has_measure && r->head == NONE && r->before == NULL) {
        base_of_tail(r);
    }
    if (r->zh && r->wants_list && r->subject == NONE && !r->has_measure && r->head == NONE &&
        r->before == NULL) {
        list_of_values(r);
    }
    if (r->n_anchors == 0 && r->subject != NONE) {
        reader_anchor(r, r->subject);
    }
    if (r->measure == NONE) {
        doubt_table(r, r->counted != NONE ? r->counted : r->head);
    }
    for (size_t at = 0; at < r->spans.n && r->n_anchors > 0; at++) {
        size_t table = reader_is(r, at, MEANS_TABLE) ? reader_table(r, at) : NONE;

        if (table != NONE && reader_far(r, table) < GRAPH_FAR) {
            reader_anchor(r, table);
        }
    }
}

/* ---- groups ---- */

static struct frame_dimension dimension_of(struct reader *r, size_t at, size_t owner)
{
    size_t table = reader_is(r, at, MEANS_TABLE) ? reader_table(r, at) : NONE;
    struct frame_dimension dimension = {.grain = FRAME_NO_GRAIN};

    if (table != NONE) {
        dimension.of = (struct frame_place){table, NONE};
        return dimension;
    }
    dimension.of = reader_column(r, at, COLUMN_GROUP | COLUMN_FLAG,
                                 owner != NONE ? reader_table(r, owner) : NONE);
    return dimension;
}

void understand_dimensions(struct reader *r)
{
    for (size_t i = 0; i < r->n_groups; i++) {
        const struct reader_group *group = &r->groups[i];
        struct frame_dimension dimension = {.of = reader_no_place()};

        if (group->grain != FRAME_NO_GRAIN) {
            dimension.grain = (enum frame_grain)group->grain;
        } else {
            dimension = dimension_of(r, group->at, group->owner);
            if (dimension.of.table == NONE) {
                reader_refuse(r, RULES_UNCLEAR);
            }
        }
        reader_add_dimension(r, dimension);
    }
}
