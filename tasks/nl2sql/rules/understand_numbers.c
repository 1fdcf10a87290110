#include "reader.h"

#include <string.h>

static const enum frame_test tests[] = {FRAME_MORE, FRAME_AT_LEAST, FRAME_LESS, FRAME_AT_MOST,
                                        FRAME_IS};

static bool open_span(const struct reader *r, size_t at)
{
    return at < r->spans.n && !r->spans.items[at].used;
}

static const char *number_at(const struct reader *r, size_t at)
{
    return open_span(r, at) ? r->spans.items[at].number : NULL;
}

static bool is_comparator(const struct reader *r, size_t at, int *ret)
{
    for (int kind = WORD_MORE; kind <= WORD_EQUAL; kind++) {
        if (open_span(r, at) && reader_is(r, at, (enum meaning_kind)kind)) {
            *ret = kind - WORD_MORE;
            return true;
        }
    }
    return false;
}

/* "born before 1980", of a column that holds years. */
static bool is_side(const struct reader *r, size_t at, int *ret)
{
    if (!open_span(r, at) || reader_is_model(r, at)) {
        return false;
    }
    *ret = reader_is(r, at, WORD_BEFORE)  ? WORD_LESS - WORD_MORE
           : reader_is(r, at, WORD_AFTER) ? 0
           : reader_is(r, at, WORD_SINCE) ? WORD_AT_LEAST - WORD_MORE
                                          : -1;
    return *ret >= 0;
}

static const char *first_text(const struct reader *r, size_t at)
{
    return r->spans.atoms.items[r->spans.items[at].from].text;
}

/* The span behind that is not nothing, a sign of a currency, or "有". */
static size_t operand_after(const struct reader *r, size_t at)
{
    at = reader_next(r, at);
    while (at < r->spans.n && !r->spans.items[at].used && r->spans.items[at].number == NULL &&
           (reader_is(r, at, WORD_HAVE) || r->spans.items[at].sign) && !reader_is_model(r, at)) {
        at = reader_next(r, at);
    }
    return at;
}

/* Units behind a number; returns what stands behind them. */
static size_t take_units(struct reader *r, size_t at, struct reader_compare *c)
{
    size_t from = at++;

    while (open_span(r, at)) {
        const struct meaning *unit = reader_means(r, at, WORD_UNIT_WORD);

        if (unit == NULL || (reader_is_model(r, at) && at != from + 1)) {
            break;
        }
        if (reader_is_model(r, at)) {
            break;
        }
        c->money = c->money || unit->a == 1;
        c->counted = c->counted || unit->a == 2;
        c->unit = unit->a == 0 ? at : c->unit;
        reader_use(r, at, "number");
        at++;
    }
    return at;
}

static bool names_thing(const struct reader *r, size_t at)
{
    return open_span(r, at) && reader_is_model(r, at);
}

static bool is_of(const struct reader *r, size_t at)
{
    static const char *const of[] = {"的", "of", "that", "which", "who"};

    for (size_t i = 0; at < r->spans.n && i < sizeof(of) / sizeof(of[0]); i++) {
        if (strcmp(first_text(r, at), of[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void find_right(struct reader *r, size_t at, struct reader_compare *c)
{
    c->right_near = !is_of(r, at);
    while (at < r->spans.n && reader_is_stop(r, at)) {
        at++;
    }
    while (open_span(r, at) && reader_is(r, at, WORD_DISTINCT) && !reader_is_model(r, at)) {
        at = reader_next(r, at);
    }
    c->right = names_thing(r, at) ? at : NONE;
    if (c->right != NONE && reader_is(r, at, MEANS_VALUE) && !reader_is(r, at, MEANS_TABLE) &&
        names_thing(r, reader_next(r, at)) && reader_is(r, reader_next(r, at), MEANS_TABLE)) {
        c->right = reader_next(r, at);
    }
}

/* 商品数量: a count of the table, though a column of another one is called so. */
static bool is_count_of(struct reader *r, size_t at)
{
    size_t last = reader_last(r, at);

    return r->zh && last != NONE && names_thing(r, last) && reader_is(r, last, MEANS_TABLE) &&
           reader_column(r, at, COLUMN_ANY, NONE).table != reader_table(r, last);
}

static void find_left(struct reader *r, size_t at, struct reader_compare *c)
{
    size_t left = reader_last(r, at);

    while (left != NONE && open_span(r, left) && !reader_is_model(r, left) &&
           (reader_is(r, left, WORD_HAVE) || reader_is(r, left, WORD_VERSUS) ||
            reader_is(r, left, WORD_WHICH) || reader_is(r, left, WORD_EQUAL) ||
            r->spans.items[left].sign)) {
        left = reader_last(r, left);
    }
    if (left != NONE && open_span(r, left) && reader_is(r, left, WORD_MONEY) &&
        !reader_is_model(r, left)) {
        c->money = true;
        reader_use(r, left, "compared");
        left = reader_last(r, left);
    }
    if (left != NONE && open_span(r, left) && reader_is(r, left, WORD_COUNT) &&
        (!reader_is_model(r, left) || is_count_of(r, left)) &&
        names_thing(r, reader_last(r, left))) {
        c->counted = true;
        reader_use(r, left, "count");
        left = reader_last(r, left);
    }
    c->left = left != NONE && names_thing(r, left) ? left : NONE;
}

static struct reader_compare *new_compare(struct reader *r, size_t at)
{
    struct reader_compare *c = &r->compares[r->n_compares];

    if (r->n_compares == READER_COMPARES_MAX) {
        return NULL;
    }
    *c = (struct reader_compare){.at = at, .unit = NONE, .left = NONE, .right = NONE};
    return c;
}

static void keep(struct reader *r, struct reader_compare *c)
{
    bool thing =
        c->left != NONE && (reader_is(r, c->left, MEANS_TABLE) ||
                            (!reader_is(r, c->left, MEANS_METRIC) &&
                             reader_column(r, c->left, COLUMN_NUMBER, NONE).table == NONE));
    bool counted = c->counted && (c->right == NONE || !c->right_near);

    if (c->left != NONE && (!thing || counted)) {
        r->spans.items[c->left].operand = true;
    }
    reader_use(r, c->at, "comparator");
    r->n_compares++;
}

/* "between 200 and 500", 200到500, "200-500": the second number, and where it is. */
static const char *second_number(const struct reader *r, size_t at, bool opened, size_t *ret)
{
    size_t to = at + 1;

    while (open_span(r, to) && reader_is(r, to, WORD_UNIT_WORD) && !reader_is_model(r, to)) {
        to++;
    }
    if (!open_span(r, to) ||
        !(reader_is(r, to, WORD_TO) || (opened && reader_is(r, to, WORD_AND)) ||
          strcmp(first_text(r, to), "-") == 0 || strcmp(first_text(r, to), "~") == 0)) {
        return NULL;
    }
    *ret = operand_after(r, to);
    return number_at(r, *ret);
}

static bool read_between(struct reader *r, size_t at, size_t number, bool opened)
{
    struct reader_compare *c = new_compare(r, at);
    size_t last = number, behind;
    const char *high = second_number(r, number, opened, &last);

    if (c == NULL || high == NULL) {
        return false;
    }
    c->test = FRAME_BETWEEN;
    c->values[0] = number_at(r, number);
    c->values[1] = high;
    find_left(r, at, c);
    behind = take_units(r, last, c);
    find_right(r, behind, c);
    reader_use_all(r, at, last + 1, "number");
    keep(r, c);
    return true;
}

/* "above the average price", 高于平均. */
static bool read_average(struct reader *r, size_t at, size_t operand, int kind)
{
    struct reader_compare *c = new_compare(r, at);
    size_t metric = reader_metric(r, operand);
    bool named = metric != NONE && reader_metric_begins(r, metric, "avg(");

    if (c == NULL || kind >= 4 || !open_span(r, operand) ||
        (!named && !reader_is(r, operand, WORD_AVERAGE))) {
        return false;
    }
    c->test = kind < 2 ? FRAME_ABOVE_AVERAGE : FRAME_BELOW_AVERAGE;
    c->average = true;
    find_left(r, at, c);
    if (named) {
        c->right = operand;
        c->right_near = true;
    } else {
        find_right(r, operand + 1, c);
    }
    reader_use(r, operand, "average");
    keep(r, c);
    return true;
}

/* "longer than 1000 km": what is long is told by the unit. */
static bool read_long(struct reader *r, size_t at)
{
    struct reader_compare *c = new_compare(r, at);
    size_t than = reader_next(r, at), operand = operand_after(r, than), behind;

    if (c == NULL || !r->spans.items[at].er || reader_is_model(r, at) ||
        !(reader_is(r, at, WORD_HIGH) || reader_is(r, at, WORD_LOW)) || !open_span(r, than) ||
        !reader_is(r, than, WORD_VERSUS) || number_at(r, operand) == NULL ||
        !reader_is(r, operand + 1, WORD_UNIT_WORD)) {
        return false;
    }
    c->test = reader_is(r, at, WORD_LOW) ? FRAME_LESS : FRAME_MORE;
    c->values[0] = number_at(r, operand);
    find_left(r, at, c);
    behind = take_units(r, operand, c);
    find_right(r, behind, c);
    reader_use(r, than, "comparator");
    reader_use(r, operand, "number");
    keep(r, c);
    return true;
}

/* "more expensive than 100", "cheaper than 100". */
static bool read_than(struct reader *r, size_t at)
{
    struct reader_compare *c = new_compare(r, at);
    size_t adjective = at, than, operand;
    bool more = reader_is(r, at, WORD_MORE) && !reader_is_model(r, at);

    if (more) {
        adjective = reader_next(r, at);
    } else if (!r->spans.items[at].er) {
        return false;
    }
    than = reader_next(r, adjective);
    if (c == NULL || !names_thing(r, adjective) || !reader_is(r, adjective, MEANS_COLUMN) ||
        !open_span(r, than) || !reader_is(r, than, WORD_VERSUS)) {
        return false;
    }
    operand = operand_after(r, than);
    c->test = reader_is(r, adjective, WORD_LOW) ? FRAME_LESS : FRAME_MORE;
    c->left = adjective;
    if (open_span(r, operand) && reader_is(r, operand, WORD_AVERAGE)) {
        c->test = c->test == FRAME_LESS ? FRAME_BELOW_AVERAGE : FRAME_ABOVE_AVERAGE;
        c->average = true;
    } else if (number_at(r, operand) == NULL) {
        return false;
    }
    c->values[0] = number_at(r, operand);
    (void)take_units(r, operand, c);
    reader_use(r, than, "comparator");
    reader_use(r, operand, "number");
    keep(r, c);
    if (!more) {
        r->spans.items[at].used = false;
    }
    return true;
}

static bool read_comparator(struct reader *r, size_t at)
{
    size_t operand = operand_after(r, at), behind;
    struct reader_compare *c;
    int kind;

    if (reader_is(r, at, WORD_BETWEEN) || reader_is(r, at, WORD_FROM)) {
        if (number_at(r, operand) != NULL && read_between(r, at, operand, true)) {
            return true;
        }
    }
    if (!is_comparator(r, at, &kind) && !(is_side(r, at, &kind) && number_at(r, operand) != NULL &&
                                          strlen(number_at(r, operand)) == 4)) {
        return false;
    }
    if (read_average(r, at, operand, kind)) {
        return true;
    }
    c = new_compare(r, at);
    if (c == NULL || number_at(r, operand) == NULL) {
        return false;
    }
    c->test = tests[kind];
    c->values[0] = number_at(r, operand);
    find_left(r, at, c);
    behind = take_units(r, operand, c);
    if (open_span(r, behind) && reader_is(r, behind, WORD_OR_MORE) && c->test == FRAME_IS) {
        c->test = FRAME_AT_LEAST;
        reader_use(r, behind++, "comparator");
    }
    find_right(r, behind, c);
    reader_use(r, operand, "number");
    keep(r, c);
    return true;
}

/* "4 or more", 3条以上, "100-200 yuan", "rating 5", "5 stars". */
/* 最大的一笔订单金额: "a", not "one". */
static bool is_article(const struct reader *r, size_t at, const struct reader_compare *c)
{
    return r->zh && c->counted && strcmp(first_text(r, at), "一") == 0;
}

static bool read_number(struct reader *r, size_t at)
{
    struct reader_compare *c = new_compare(r, at);
    size_t behind, before = reader_last(r, at), thing;
    bool more, less;

    if (before != NONE && reader_is(r, before, WORD_ORDINAL_MARK)) {
        return false;
    }
    if (c == NULL || read_between(r, at, at, false)) {
        return c != NULL;
    }
    behind = take_units(r, at, c);
    thing = names_thing(r, behind) && !r->spans.items[behind].est &&
                    reader_column(r, behind, COLUMN_NUMBER, NONE).table != NONE
                ? behind
                : NONE;
    behind = thing != NONE ? thing + 1 : behind;
    more = open_span(r, behind) && reader_is(r, behind, WORD_OR_MORE);
    less = open_span(r, behind) && reader_is(r, behind, WORD_OR_LESS);
    find_left(r, at, c);
    if (more || less) {
        c->test = more ? FRAME_AT_LEAST : FRAME_AT_MOST;
        reader_use(r, behind, "comparator");
        find_right(r, behind + 1, c);
        c->right = thing != NONE ? thing : c->right;
    } else if (thing != NONE && is_article(r, at, c)) {
        reader_use(r, at, NULL);
        return false;
    } else if (thing != NONE && (before == NONE || !(reader_is(r, before, WORD_TOP) ||
                                                     reader_is(r, before, WORD_BOTTOM) ||
                                                     reader_is(r, before, WORD_LAST)))) {
        c->test = FRAME_IS;
        c->right = thing;
        c->right_near = true;
    } else if (c->left != NONE && !c->counted &&
               reader_column(r, c->left, COLUMN_NUMBER, NONE).table != NONE &&
               !reader_is(r, c->left, MEANS_TABLE) &&
               !(r->zh && before != NONE && reader_is(r, before, WORD_MOST))) {
        c->test = FRAME_IS;
    } else {
        return false;
    }
    c->values[0] = number_at(r, at);
    keep(r, c);
    return true;
}

void understand_numbers(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        if (open_span(r, at) && !read_than(r, at) && !read_long(r, at)) {
            (void)read_comparator(r, at);
        }
    }
    for (size_t at = 0; at < r->spans.n; at++) {
        if (number_at(r, at) != NULL) {
            (void)read_number(r, at);
        }
    }
}
