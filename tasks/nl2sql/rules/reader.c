#include "reader.h"

#include <string.h>

#define FEW 12 /* different numbers by which rows may be grouped */

const struct meaning *reader_means(const struct reader *r, size_t span, enum meaning_kind kind)
{
    return span < r->spans.n ? lexicon_means(r->lexicon, r->spans.items[span].first, kind) : NULL;
}

bool reader_is_model(const struct reader *r, size_t span)
{
    uint32_t at = span < r->spans.n ? r->spans.items[span].first : LEXICON_NONE;

    for (; at != LEXICON_NONE; at = r->lexicon->meanings[at].next) {
        if (r->lexicon->meanings[at].kind >= WORD_KINDS) {
            return true;
        }
    }
    return false;
}

bool reader_is_stop(const struct reader *r, size_t span)
{
    const struct span *s = &r->spans.items[span];
    bool stop = s->sign && s->first == LEXICON_NONE;

    for (uint32_t at = s->first; at != LEXICON_NONE; at = r->lexicon->meanings[at].next) {
        if (r->lexicon->meanings[at].kind != WORD_STOP) {
            return false;
        }
        stop = true;
    }
    return stop && s->number == NULL;
}

size_t reader_next(const struct reader *r, size_t span)
{
    for (span++; span < r->spans.n && reader_is_stop(r, span);) {
        span++;
    }
    return span;
}

size_t reader_last(const struct reader *r, size_t span)
{
    while (span > 0) {
        span--;
        if (!reader_is_stop(r, span)) {
            return span;
        }
    }
    return NONE;
}

void reader_use(struct reader *r, size_t span, const char *role)
{
    if (span < r->spans.n) {
        r->spans.items[span].used = true;
        r->spans.items[span].role = role;
    }
}

void reader_use_all(struct reader *r, size_t from, size_t to, const char *role)
{
    for (size_t i = from; i < to && i < r->spans.n; i++) {
        reader_use(r, i, role);
    }
}

const char *reader_text(const struct reader *r, size_t from, size_t to)
{
    const struct atom *first, *last;

    if (from >= to || to > r->spans.n) {
        return "";
    }
    first = &r->spans.atoms.items[r->spans.items[from].from];
    last = &r->spans.atoms.items[r->spans.items[to - 1].to - 1];
    return qn_arena_text(r->arena, r->spans.atoms.text.data + first->from,
                         last->from + last->len - first->from);
}

/* ---- what a span names ---- */

struct frame_place reader_no_place(void)
{
    return (struct frame_place){NONE, NONE};
}

size_t reader_refers(const struct reader *r, struct frame_place place)
{
    for (size_t i = 0; i < r->model->n_relations; i++) {
        const struct qn_model_relation *one = &r->model->relations[i];

        if (one->verdict == QN_MODEL_ACCEPTED && one->n == 1 && one->child == place.table &&
            one->child_columns[0] == place.column) {
            return one->parent;
        }
    }
    return NONE;
}

void reader_anchor(struct reader *r, size_t table)
{
    struct reader_anchor *anchor = &r->anchors[r->n_anchors];

    if (table == NONE || r->n_anchors == READER_ANCHORS_MAX) {
        return;
    }
    for (size_t i = 0; i < r->n_anchors; i++) {
        if (r->anchors[i].table == table) {
            return;
        }
    }
    anchor->table = table;
    if (graph_reach(&r->lexicon->graph, table, &anchor->reach, r->arena)) {
        r->n_anchors++;
    }
}

/* The first anchor is what is measured or listed: it counts most. A step down costs more than
 * one up. */
size_t reader_far(const struct reader *r, size_t table)
{
    size_t far = 0;

    for (size_t i = 0; i < r->n_anchors; i++) {
        const struct graph_reach *reach = &r->anchors[i].reach;
        size_t steps = reach->any[table];

        if (steps >= GRAPH_FAR) {
            return GRAPH_FAR;
        }
        steps = reach->up[table] < GRAPH_FAR ? 2 * steps : 3 * steps;
        far += i == 0 ? 4 * steps : steps;
    }
    return far < GRAPH_FAR ? far : GRAPH_FAR - 1;
}

bool reader_is_up(const struct reader *r, size_t from, size_t table)
{
    struct graph_reach reach;

    for (size_t i = 0; i < r->n_anchors; i++) {
        if (r->anchors[i].table == from) {
            return r->anchors[i].reach.up[table] < GRAPH_FAR;
        }
    }
    return graph_reach(&r->lexicon->graph, from, &reach, r->arena) && reach.up[table] < GRAPH_FAR;
}

bool reader_has_word(const struct reader *r, const char *name, enum meaning_kind kind)
{
    struct atoms atoms;

    atoms_split(&atoms, (struct qn_span){name, strlen(name)}, LEXICON_PHRASE_MAX, r->arena);
    for (size_t i = 0; i < atoms.n; i++) {
        uint32_t atom = lexicon_atom(r->lexicon, atoms.items[i].text);
        uint32_t node = atom != LEXICON_NONE ? lexicon_step(r->lexicon, 0, atom) : 0;

        if (node != 0 && lexicon_means(r->lexicon, lexicon_first(r->lexicon, node), kind)) {
            return true;
        }
    }
    return false;
}

static bool is_number_family(enum qn_family family)
{
    return family == QN_FAMILY_INTEGER || family == QN_FAMILY_NUMERIC || family == QN_FAMILY_FLOAT;
}

static bool is_time_family(enum qn_family family)
{
    return family == QN_FAMILY_DATE || family == QN_FAMILY_TIMESTAMP;
}

unsigned reader_column_sort(const struct reader *r, struct frame_place place)
{
    const struct qn_model_column *column = &r->model->tables[place.table].columns[place.column];

    if (column->family == QN_FAMILY_BOOLEAN || column->role == QN_ROLE_FLAG) {
        return COLUMN_FLAG;
    }
    if (is_time_family(column->family)) {
        return COLUMN_TIME;
    }
    if (column->role == QN_ROLE_FOREIGN) {
        return COLUMN_GROUP | COLUMN_OTHER;
    }
    if (column->role == QN_ROLE_KEY) {
        return COLUMN_OTHER;
    }
    if (is_number_family(column->family)) {
        bool few = column->role == QN_ROLE_DIMENSION ||
                   (column->values_complete && column->n_values > 0) ||
                   (column->family == QN_FAMILY_INTEGER && column->distinct <= FEW);

        return COLUMN_NUMBER | (few ? COLUMN_GROUP : 0);
    }
    return COLUMN_GROUP | COLUMN_OTHER;
}

size_t reader_table(const struct reader *r, size_t span)
{
    uint32_t at = span < r->spans.n ? r->spans.items[span].first : LEXICON_NONE;
    size_t best = NONE, low = SIZE_MAX;

    for (size_t looks = 0; at != LEXICON_NONE && looks < 4096; looks++) {
        const struct meaning *meaning = &r->lexicon->meanings[at];

        if (meaning->kind == MEANS_TABLE) {
            size_t cost = reader_far(r, (size_t)meaning->a) + (100U - meaning->score);

            if (cost < low) {
                low = cost;
                best = (size_t)meaning->a;
            }
        }
        at = meaning->next;
    }
    return best;
}

struct frame_place reader_column(struct reader *r, size_t span, unsigned sorts, size_t hint)
{
    uint32_t at = span < r->spans.n ? r->spans.items[span].first : LEXICON_NONE;
    struct frame_place best = reader_no_place();
    size_t low = GRAPH_FAR;

    for (size_t looks = 0; at != LEXICON_NONE && looks < 4096; looks++) {
        const struct meaning *meaning = &r->lexicon->meanings[at];
        struct frame_place place = {(size_t)meaning->a, (size_t)meaning->b};

        at = meaning->next;
        if (meaning->kind != MEANS_COLUMN ||
            (sorts != COLUMN_ANY && (reader_column_sort(r, place) & sorts) == 0)) {
            continue;
        }
        size_t cost = reader_far(r, place.table) + (100U - meaning->score) / 4;

        cost = place.table == hint ? 0 : cost;
        if (cost < low) {
            low = cost;
            best = place;
        }
    }
    return best;
}

const struct meaning *reader_value(struct reader *r, size_t span, size_t hint)
{
    uint32_t at = span < r->spans.n ? r->spans.items[span].first : LEXICON_NONE;
    const struct meaning *best = NULL;
    size_t low = GRAPH_FAR;

    for (size_t looks = 0; at != LEXICON_NONE && looks < 4096; looks++) {
        const struct meaning *meaning = &r->lexicon->meanings[at];

        at = meaning->next;
        if (meaning->kind != MEANS_VALUE) {
            continue;
        }
        size_t cost = reader_far(r, (size_t)meaning->a) + (100U - meaning->score) / 4;

        cost = (size_t)meaning->a == hint ? 0 : cost;
        if (cost < low) {
            low = cost;
            best = meaning;
        }
    }
    return best;
}

size_t reader_metric(const struct reader *r, size_t span)
{
    const struct meaning *metric = reader_means(r, span, MEANS_METRIC);

    return metric != NULL ? (size_t)metric->a : NONE;
}

/* The first table.column or table that an expression names. */
static size_t table_in(const struct qn_model *model, const char *expr)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_.\"\x80";
    char name[200];

    while (*expr != '\0') {
        size_t n = 0;

        while ((unsigned char)expr[n] >= 0x80 || (expr[n] != '\0' && strchr(letters, expr[n]))) {
            n++;
        }
        if (n > 2 && n < sizeof(name) && memchr(expr, '.', n) != NULL) {
            size_t table, column;

            memcpy(name, expr, n);
            name[n] = '\0';
            if (qn_model_find_column(model, name, &table, &column)) {
                return table;
            }
        }
        expr += n > 0 ? n : 1;
    }
    return NONE;
}

size_t reader_metric_table(const struct reader *r, size_t metric)
{
    const struct qn_model_metric *of = &r->model->metrics[metric];
    size_t table = of->from[0] != '\0' ? qn_model_find_table(r->model, of->from, NULL) : NONE;

    table = table == QN_MODEL_NONE ? table_in(r->model, of->expr) : table;
    return table == NONE ? table_in(r->model, of->time) : table;
}

bool reader_metric_begins(const struct reader *r, size_t metric, const char *function)
{
    return strncmp(r->model->metrics[metric].expr, function, strlen(function)) == 0;
}

static bool is_amount(const struct reader *r, const struct qn_model_column *column)
{
    if (reader_has_word(r, column->name, WORD_MONEY)) {
        return true;
    }
    for (size_t i = 0; i < column->words.n_en; i++) {
        if (reader_has_word(r, column->words.en[i], WORD_MONEY)) {
            return true;
        }
    }
    return false;
}

/* What a thing is worth: its only number, or its only amount. */
struct frame_place reader_money(const struct reader *r, size_t table)
{
    const struct qn_model_table *of = &r->model->tables[table];
    size_t numbers = 0, amounts = 0, number = NONE, amount = NONE;

    for (size_t c = 0; c < of->n_columns; c++) {
        unsigned sort = reader_column_sort(r, (struct frame_place){table, c});

        if (of->columns[c].hidden || (sort & COLUMN_NUMBER) == 0 || (sort & COLUMN_GROUP) != 0) {
            continue;
        }
        numbers++;
        number = c;
        if (is_amount(r, &of->columns[c])) {
            amounts++;
            amount = c;
        }
    }
    if (amounts == 1) {
        return (struct frame_place){table, amount};
    }
    return numbers == 1 ? (struct frame_place){table, number} : reader_no_place();
}

/* ---- frames ---- */

void reader_doubt(struct reader *r, double by)
{
    r->doubts *= by;
}

void reader_refuse(struct reader *r, enum rules_refusal refusal)
{
    r->refusal = r->refusal == RULES_ANSWERED ? refusal : r->refusal;
}

static bool same_column(const struct frame_filter *a, const struct frame_filter *b)
{
    return a->test == b->test && a->of.table == b->of.table && a->of.column == b->of.column &&
           a->negated == b->negated && a->through == b->through &&
           (!a->through || (a->via.table == b->via.table && a->via.column == b->via.column));
}

/* Values of one column are alternatives. */
static bool joined(struct frame_filter *old, const struct frame_filter *filter)
{
    if (filter->test != FRAME_IS || !same_column(old, filter) ||
        old->n_values + filter->n_values > FRAME_VALUES_MAX) {
        return false;
    }
    for (size_t i = 0; i < filter->n_values; i++) {
        bool there = false;

        for (size_t j = 0; j < old->n_values; j++) {
            there = there || strcmp(old->values[j], filter->values[i]) == 0;
        }
        if (!there) {
            old->values[old->n_values++] = filter->values[i];
        }
    }
    return true;
}

struct frame_filter *reader_add_filter(struct reader *r, struct frame_filter filter)
{
    struct frame *frame = r->frame;

    for (size_t i = 0; i < frame->n_filters; i++) {
        if (joined(&frame->filters[i], &filter)) {
            return &frame->filters[i];
        }
    }
    if (frame->n_filters == FRAME_FILTERS_MAX) {
        reader_refuse(r, RULES_UNCLEAR);
        return NULL;
    }
    frame->filters[frame->n_filters] = filter;
    return &frame->filters[frame->n_filters++];
}

void reader_add_dimension(struct reader *r, struct frame_dimension dimension)
{
    struct frame *frame = r->frame;

    for (size_t i = 0; i < frame->n_dimensions; i++) {
        if (frame->dimensions[i].of.table == dimension.of.table &&
            frame->dimensions[i].of.column == dimension.of.column &&
            frame->dimensions[i].grain == dimension.grain) {
            return;
        }
    }
    if (frame->n_dimensions == FRAME_DIMENSIONS_MAX) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    frame->dimensions[frame->n_dimensions++] = dimension;
}

void reader_add_measure(struct reader *r, struct frame_measure measure)
{
    struct frame *frame = r->frame;

    if (frame->n_measures == FRAME_MEASURES_MAX) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    frame->measures[frame->n_measures++] = measure;
}
