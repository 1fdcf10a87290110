#include "reader.h"

#include <string.h>

static bool open_span(const struct reader *r, size_t at)
{
    return at < r->spans.n && !r->spans.items[at].used;
}

static bool is_table(const struct reader *r, size_t at)
{
    return open_span(r, at) && reader_is(r, at, MEANS_TABLE);
}

static bool is_joint(const struct reader *r, size_t at)
{
    return at < r->spans.n && !r->spans.items[at].used && !reader_is_model(r, at) &&
           (reader_is(r, at, WORD_AND) ||
            (r->spans.items[at].sign &&
             r->spans.atoms.items[r->spans.items[at].from].text[0] == ','));
}

/* What may stand between "how many" and what is counted. */
static bool is_between(struct reader *r, size_t at)
{
    if (!open_span(r, at)) {
        return at < r->spans.n;
    }
    for (size_t i = 0; i < r->n_compares; i++) {
        if (r->compares[i].right == at) {
            return true;
        }
    }
    if (r->zh && reader_is(r, at, WORD_UNIT_WORD) && !reader_is_model(r, at)) {
        return true;
    }
    return (r->spans.items[at].first == LEXICON_NONE && !r->spans.items[at].sign) ||
           reader_is(r, at, MEANS_VALUE) || reader_is(r, at, MEANS_CONDITION) ||
           reader_is(r, at, MEANS_FALSE) || reader_is(r, at, WORD_DISTINCT) ||
           reader_is(r, at, WORD_NOT) || reader_is(r, at, WORD_SUM) || reader_is(r, at, WORD_AND) ||
           reader_is(r, at, WORD_OR) || reader_is(r, at, WORD_HAVE) || reader_is(r, at, WORD_LOW) ||
           reader_column(r, at, COLUMN_TIME | COLUMN_FLAG, NONE).table != NONE;
}

static bool is_number(struct reader *r, size_t at)
{
    return at != NONE && open_span(r, at) && !r->spans.items[at].operand &&
           reader_column(r, at, COLUMN_NUMBER, NONE).table != NONE;
}

/* "how many VIPs live in Paris": the column says whose value comes. */
static bool has_own_value(struct reader *r, size_t at)
{
    struct frame_place place = reader_column(r, at, COLUMN_GROUP, NONE);
    size_t next = reader_next(r, at);
    uint32_t i = next < r->spans.n ? r->spans.items[next].first : LEXICON_NONE;

    for (; i != LEXICON_NONE; i = r->lexicon->meanings[i].next) {
        const struct meaning *value = &r->lexicon->meanings[i];

        if (value->kind == MEANS_VALUE && (size_t)value->a == place.table &&
            (size_t)value->b == place.column) {
            return true;
        }
    }
    return false;
}

/* The first thing behind "how many"; NONE. */
static size_t thing_after(struct reader *r, size_t at)
{
    for (at = reader_next(r, at); at < r->spans.n; at = reader_next(r, at)) {
        bool open = open_span(r, at);

        if (open && r->spans.items[at].operand && !is_table(r, at)) {
            return NONE;
        }
        if (open && (is_table(r, at) || reader_metric(r, at) != NONE)) {
            return r->spans.items[at].verb && !reader_is(r, at, MEANS_METRIC) ? NONE : at;
        }
        if (open && !reader_is(r, at, MEANS_VALUE) && !is_number(r, at) &&
            reader_column(r, at, COLUMN_GROUP, NONE).table != NONE) {
            if (has_own_value(r, at)) {
                return NONE;
            }
            return at;
        }
        if (!is_between(r, at)) {
            return NONE;
        }
    }
    return NONE;
}

static size_t thing_before(struct reader *r, size_t at)
{
    size_t last = reader_last(r, at);

    if (last != NONE && open_span(r, last) && !is_table(r, last) &&
        reader_column(r, last, COLUMN_GROUP, NONE).table != NONE) {
        return last;
    }
    for (size_t i = at; i > 0; i--) {
        if (is_table(r, i - 1)) {
            return i - 1;
        }
    }
    return NONE;
}

static void set_measure(struct reader *r, size_t at, enum meaning_kind kind)
{
    static const enum frame_aggregate of[] = {FRAME_SUM, FRAME_AVERAGE, FRAME_MAX, FRAME_MIN};

    r->aggregate_on = true;
    r->aggregate = of[kind - WORD_SUM];
    r->measure = at;
    reader_use(r, at, "measure");
}

/* 商品数量: a count, though a column of another table is called so. */
static bool is_count(struct reader *r, size_t at)
{
    size_t last = reader_last(r, at);

    if (!open_span(r, at) || !reader_is(r, at, WORD_COUNT) ||
        strcmp(r->spans.atoms.items[r->spans.items[at].from].full, "numbers") == 0) {
        return false;
    }
    if (!reader_is_model(r, at)) {
        return true;
    }
    return r->zh && last != NONE && is_table(r, last) &&
           reader_column(r, at, COLUMN_ANY, NONE).table != reader_table(r, last);
}

/* "average number of pages": the number is a column. */
static bool names_number(struct reader *r, size_t at)
{
    size_t next = reader_next(r, at);

    return next < r->spans.n && is_number(r, next) && !is_table(r, next) &&
           reader_metric(r, next) == NONE &&
           reader_column(r, next, COLUMN_GROUP, NONE).table == NONE;
}

/* "pending orders in Chicago, how many?" */
static size_t thing_far_before(const struct reader *r, size_t at)
{
    if (reader_next(r, at) < r->spans.n) {
        return NONE;
    }
    for (size_t i = 0; i < at; i++) {
        if (is_table(r, i) && !r->spans.items[i].verb) {
            return i;
        }
    }
    return NONE;
}

/* "how many hours": of a number that adds up its sum. */
static bool adds_up(struct reader *r, size_t at)
{
    struct frame_place place = reader_column(r, at, COLUMN_NUMBER, NONE);

    return is_number(r, at) && !is_table(r, at) && reader_metric(r, at) == NONE &&
           r->model->tables[place.table].columns[place.column].role == QN_ROLE_MEASURE;
}

/* "how many logins did customers have": the rows of the value, not the customers. */
static bool counts_value(struct reader *r, size_t at)
{
    size_t value = reader_next(r, at), thing;
    const struct meaning *means = reader_means(r, value, MEANS_VALUE);

    if (means == NULL || !open_span(r, value) || is_table(r, value) || value + 1 >= r->spans.n ||
        r->spans.items[value + 1].sign || !reader_is_stop(r, value + 1)) {
        return false;
    }
    for (thing = reader_next(r, value); thing < r->spans.n; thing = reader_next(r, thing)) {
        if (is_table(r, thing)) {
            size_t table = reader_table(r, thing);

            return table != (size_t)means->a && reader_is_up(r, (size_t)means->a, table);
        }
        if (!reader_is(r, thing, MEANS_VALUE)) {
            return false;
        }
    }
    return false;
}

/* 名称和床位数: a number of each row, beside what else is shown of it. */
static bool is_listed(struct reader *r, size_t at)
{
    size_t number = reader_last(r, at), joint, other;

    joint = number != NONE ? reader_last(r, number) : NONE;
    other = joint != NONE ? reader_last(r, joint) : NONE;
    return other != NONE && reader_is(r, joint, WORD_AND) && !reader_is_model(r, joint) &&
           open_span(r, other) && !is_table(r, other) &&
           reader_column(r, other, COLUMN_ANY, NONE).table != NONE;
}

/* VIP客户的登录次数, 延误次数: how often it was so. */
static bool counts_events(const struct reader *r, size_t at)
{
    size_t last = reader_last(r, at);

    return r->zh && strcmp(r->spans.atoms.items[r->spans.items[at].from].text, "次") == 0 &&
           last != NONE && open_span(r, last) && !is_table(r, last) &&
           (reader_is(r, last, MEANS_VALUE) || reader_is(r, last, MEANS_CONDITION));
}

static void set_value(struct reader *r, size_t at, size_t value)
{
    reader_use(r, at, "count");
    r->wants_count = true;
    r->value_counted = true;
    r->value = value;
}

/* Rows of a value, or a number that adds up, and no thing. */
static bool counts_other(struct reader *r, size_t at, size_t thing)
{
    if (r->counted != NONE) {
        return false;
    }
    if (thing == NONE && r->value == NONE && counts_events(r, at)) {
        set_value(r, at, reader_last(r, at));
        return true;
    }
    if (!r->zh && r->value == NONE && counts_value(r, at)) {
        set_value(r, at, reader_next(r, at));
        return true;
    }
    if (thing == NONE && r->measure == NONE && adds_up(r, reader_next(r, at))) {
        reader_use(r, at, "aggregate");
        set_measure(r, reader_next(r, at), WORD_SUM);
        return true;
    }
    return false;
}

static void count(struct reader *r, size_t at)
{
    size_t thing = thing_after(r, at);

    if (counts_other(r, at, thing)) {
        return;
    }
    if (!r->zh && thing == NONE && r->counted == NONE) {
        thing = thing_far_before(r, at);
    }

    if (!r->zh && names_number(r, at)) {
        reader_use(r, at, NULL);
        return;
    }
    if (r->zh && thing == NONE && r->counted == NONE && reader_last(r, at) != NONE &&
        open_span(r, reader_last(r, at)) && reader_is(r, reader_last(r, at), MEANS_VALUE) &&
        !is_table(r, reader_last(r, at))) {
        reader_use(r, at, "count");
        r->wants_count = true;
        r->value = reader_last(r, at);
        return;
    }

    if (r->zh && thing == NONE && is_number(r, reader_last(r, at)) && is_listed(r, at)) {
        reader_use(r, at, NULL);
        return;
    }
    if (r->zh && thing == NONE && r->measure == NONE && r->counted == NONE &&
        is_number(r, reader_last(r, at)) && !is_table(r, reader_last(r, at))) {
        reader_use(r, at, "aggregate");
        set_measure(r, reader_last(r, at), WORD_SUM);
        return;
    }

    reader_use(r, at, "count");
    r->wants_count = true;
    if (thing == NONE && r->zh && r->counted == NONE) {
        thing = thing_before(r, at);
    }
    if (thing != NONE && r->counted != NONE && thing != r->counted && is_table(r, thing) &&
        reader_next(r, thing) != NONE) {
        reader_doubt(r, 0.55);
    }
    if (thing == NONE || r->counted != NONE) {
        return;
    }
    if (reader_metric(r, thing) != NONE && !is_table(r, thing)) {
        r->measure = thing;
        reader_use(r, thing, "measure");
        return;
    }
    r->counted = thing;
    reader_use(r, thing, "counted");
}

/* "total" and "fines", with other words between: "total fines" is a metric. */
static size_t metric_of_both(const struct reader *r, size_t a, size_t b)
{
    uint32_t node = 0;
    const size_t spans[2] = {a, b};

    for (size_t s = 0; s < 2; s++) {
        for (size_t i = r->spans.items[spans[s]].from; i < r->spans.items[spans[s]].to; i++) {
            const char *text = r->spans.atoms.items[i].text;
            uint32_t atom = lexicon_atom(r->lexicon, text);

            if (strcmp(text, "the") == 0) {
                continue;
            }
            node = atom != LEXICON_NONE ? lexicon_step(r->lexicon, node, atom) : 0;
            if (node == 0) {
                return NONE;
            }
        }
    }
    const struct meaning *metric =
        lexicon_means(r->lexicon, lexicon_first(r->lexicon, node), MEANS_METRIC);

    return metric != NULL ? (size_t)metric->a : NONE;
}

static bool sum_of_thing(struct reader *r, size_t at, size_t thing, bool behind)
{
    size_t metric = behind ? metric_of_both(r, at, thing) : metric_of_both(r, thing, at);

    if (metric == NONE || r->measure != NONE) {
        return false;
    }
    r->metric = metric;
    r->measure = thing;
    reader_use(r, thing, "measure");
    return true;
}

static size_t over_filters(struct reader *r, size_t at)
{
    size_t next = reader_next(r, at);

    while (next < r->spans.n && open_span(r, next) && !is_table(r, next) &&
           (reader_is(r, next, MEANS_VALUE) || reader_is(r, next, MEANS_FALSE) ||
            reader_is(r, next, MEANS_CONDITION) ||
            reader_column(r, next, COLUMN_FLAG, NONE).table != NONE)) {
        next = reader_next(r, next);
    }
    return next;
}

/* sum(table.column) without a filter: the column; its average is another figure. */
static bool average_of_metric(struct reader *r, size_t at, size_t metric)
{
    const struct qn_model_metric *of = &r->model->metrics[metric];
    const char *expr = of->expr;
    char name[200];
    size_t n = 0;

    if (strncmp(expr, "sum(", 4) != 0 || of->filter[0] != '\0') {
        return false;
    }
    for (expr += 4; expr[n] != '\0' && expr[n] != ')' && n + 1 < sizeof(name); n++) {
        name[n] = expr[n];
    }
    name[n] = '\0';
    if (expr[n] != ')' || expr[n + 1] != '\0' ||
        !qn_model_find_column(r->model, name, &r->place.table, &r->place.column)) {
        return false;
    }
    set_measure(r, at, WORD_AVERAGE);
    return true;
}

/* "average rating", "total number of orders", "total orders", 总订单. */
static bool aggregate_after(struct reader *r, size_t at, enum meaning_kind kind)
{
    size_t next = reader_next(r, at), metric;

    if (next < r->spans.n && r->spans.items[next].used && r->spans.items[next].role == NULL) {
        next = reader_next(r, next);
    }
    metric = reader_metric(r, next);
    if (kind == WORD_SUM && is_table(r, over_filters(r, at)) &&
        sum_of_thing(r, at, over_filters(r, at), true)) {
        return true;
    }
    if (kind == WORD_SUM && !is_table(r, next) && is_table(r, over_filters(r, at))) {
        next = over_filters(r, at);
    }
    if (r->zh && kind == WORD_AVERAGE && next < r->spans.n && r->spans.items[next].used &&
        reader_is(r, next, WORD_EACH) && r->n_groups == 1) {
        r->fold = true;
        return true;
    }
    if (!open_span(r, next)) {
        return false;
    }
    if (metric != NONE && !is_table(r, next) &&
        (!is_number(r, next) || (kind == WORD_SUM && reader_metric_begins(r, metric, "sum(")))) {
        if (kind == WORD_AVERAGE && !reader_metric_begins(r, metric, "avg(") &&
            !average_of_metric(r, next, metric)) {
            r->fold = true;
        }
        return kind == WORD_SUM || kind == WORD_AVERAGE;
    }
    if (kind == WORD_SUM && is_table(r, next)) {
        r->wants_count = true;
        r->counted = r->counted == NONE ? next : r->counted;
        reader_use(r, next, "counted");
        return true;
    }
    if (is_table(r, next) && is_number(r, reader_next(r, next))) {
        reader_use(r, next, "table");
        next = reader_next(r, next);
    }
    if (r->measure == NONE && is_number(r, next)) {
        set_measure(r, next, kind);
        return true;
    }
    if (kind == WORD_AVERAGE && is_table(r, next)) {
        r->fold = true;
        return true;
    }
    return false;
}

/* "min and max price": the first of two. */
static bool aggregate_joined(struct reader *r, size_t at, enum meaning_kind kind)
{
    static const enum frame_aggregate of[] = {FRAME_SUM, FRAME_AVERAGE, FRAME_MAX, FRAME_MIN};
    size_t joint = at + 1, next = joint;

    while (next < r->spans.n && is_joint(r, next)) {
        next++;
    }
    if (r->zh || next == joint || next >= r->spans.n || r->spans.items[next].used ||
        reader_is_model(r, next) || r->n_also == 3) {
        return false;
    }
    for (int other = WORD_SUM; other <= WORD_MIN; other++) {
        if (reader_is(r, next, (enum meaning_kind)other)) {
            r->also[r->n_also++] = of[kind - WORD_SUM];
            reader_use_all(r, at, next, "aggregate");
            return true;
        }
    }
    return false;
}

static void aggregate(struct reader *r, size_t at, enum meaning_kind kind)
{
    size_t last = reader_last(r, at);

    if (aggregate_joined(r, at, kind)) {
        return;
    }
    if (aggregate_after(r, at, kind)) {
        reader_use(r, at, "aggregate");
        return;
    }
    if (last == NONE || r->measure != NONE) {
        return;
    }
    if (kind == WORD_SUM && reader_metric(r, last) != NONE && !is_table(r, last) &&
        reader_metric_begins(r, reader_metric(r, last), "sum(")) {
        reader_use(r, at, "aggregate");
    } else if (is_number(r, last) && (r->zh || kind != WORD_AVERAGE)) {
        reader_use(r, at, "aggregate");
        set_measure(r, last, kind);
    } else if (kind == WORD_SUM && is_table(r, last)) {
        bool amount = reader_means(r, at, WORD_SUM)->a == 1;

        if (sum_of_thing(r, at, last, false)) {
            reader_use(r, at, "aggregate");
        } else if (amount && reader_money(r, reader_table(r, last)).table != NONE) {
            r->place = reader_money(r, reader_table(r, last));
            set_measure(r, last, kind);
            reader_use(r, at, "aggregate");
        }
    }
}

/* The metrics that are not ordered by or compared; "orders" is one only when it is no table here.
 */
static void find_metric(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n && r->measure == NONE; at++) {
        if (open_span(r, at) && !r->spans.items[at].operand && reader_metric(r, at) != NONE &&
            !is_table(r, at)) {
            r->measure = at;
            reader_use(r, at, "measure");
        }
    }
}

/* ---- more than one ---- */

static bool is_whose(const struct reader *r, size_t at)
{
    const char *text = r->spans.atoms.items[r->spans.items[at].from].full;

    return strcmp(text, "their") == 0 || strcmp(text, "its") == 0 || strcmp(text, "his") == 0;
}

static bool is_measured(struct reader *r, size_t at)
{
    bool table = is_table(r, at) && (!r->zh || reader_is(r, reader_next(r, at), WORD_COUNT));

    return at == r->measure || at == r->counted || table ||
           (open_span(r, at) && !r->spans.items[at].operand && reader_metric(r, at) != NONE) ||
           (!r->zh && adds_up(r, at) && reader_column(r, at, COLUMN_GROUP, NONE).table == NONE);
}

/* "orders and the number of users": what is joined to it and measured too; NONE. */
static size_t joined(struct reader *r, size_t at)
{
    bool joint = false;

    for (at++; at < r->spans.n; at++) {
        if (is_joint(r, at)) {
            joint = true;
        } else if (joint && is_measured(r, at)) {
            return at;
        } else if (is_whose(r, at) ||
                   !(reader_is_stop(r, at) ||
                     ((joint || r->zh) &&
                      (reader_is(r, at, WORD_COUNT) || (!r->zh && reader_is(r, at, WORD_SUM))) &&
                      !reader_is_model(r, at)))) {
            return NONE;
        }
    }
    return NONE;
}

static void add_more(struct reader *r, size_t at, size_t base)
{
    if (at == base || r->n_more == FRAME_MEASURES_MAX - 1) {
        return;
    }
    r->more[r->n_more++] = at;
    reader_use(r, at, "measure");
}

/* "orders and revenue by channel", "revenue, units sold and orders". */
static void find_more(struct reader *r)
{
    size_t base = r->measure != NONE ? r->measure : r->counted, first = base;
    bool rows = r->wants_list && r->n_groups == 0 && r->counted == NONE;

    if (base == NONE || (r->zh && rows)) {
        return;
    }
    for (size_t at = base; at > 0; at--) {
        if (is_measured(r, at - 1) && joined(r, at - 1) == first) {
            first = at - 1;
        }
    }
    if (rows && is_table(r, first)) {
        return;
    }
    for (size_t at = first; at != NONE;) {
        size_t next = joined(r, at);

        add_more(r, at, base);
        at = next;
    }
}

void understand_counts(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        if (is_count(r, at)) {
            count(r, at);
        }
    }
    for (size_t at = 0; at < r->spans.n; at++) {
        for (int kind = WORD_SUM; kind <= WORD_MIN; kind++) {
            if (open_span(r, at) && reader_is(r, at, (enum meaning_kind)kind) &&
                !reader_is_model(r, at)) {
                aggregate(r, at, (enum meaning_kind)kind);
            }
        }
    }
    find_metric(r);
    find_more(r);
}
