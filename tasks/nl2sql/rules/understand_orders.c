#include "reader.h"

#include <stdlib.h>
#include <string.h>

static bool open_span(const struct reader *r, size_t at)
{
    return at < r->spans.n && !r->spans.items[at].used;
}

static int64_t small_number(const struct reader *r, size_t at)
{
    const char *text = open_span(r, at) ? r->spans.items[at].number : NULL;
    int64_t number;

    if (text == NULL || text[strspn(text, "0123456789")] != '\0' || strlen(text) > 5) {
        return 0;
    }
    number = strtoll(text, NULL, 10);
    return number <= 10000 ? number : 0;
}

static bool is_right(const struct reader *r, size_t at)
{
    for (size_t i = 0; i < r->n_compares; i++) {
        if (r->compares[i].right == at) {
            return true;
        }
    }
    return false;
}

/* What can be ordered by. */
static bool can_measure(struct reader *r, size_t at)
{
    if (at == NONE || at >= r->spans.n ||
        (r->spans.items[at].used && at != r->measure && at != r->counted)) {
        return false;
    }
    return reader_metric(r, at) != NONE || reader_is(r, at, MEANS_TABLE) ||
           reader_column(r, at, COLUMN_NUMBER | COLUMN_TIME, NONE).table != NONE ||
           (reader_is(r, at, MEANS_VALUE) && r->measure == NONE);
}

static void set_by(struct reader *r, size_t at)
{
    r->by = at;
    reader_use(r, at, "order");
}

static void set_limit(struct reader *r, size_t at)
{
    int64_t number = small_number(r, at);

    if (number > 0) {
        r->limit = number;
        reader_use(r, at, "limit");
        for (at++; open_span(r, at) && reader_is(r, at, WORD_UNIT_WORD) && !reader_is_model(r, at);
             at++) {
            reader_use(r, at, "limit");
        }
    }
}

/* "top 5", "bottom three", 前十. */
static bool top(struct reader *r, size_t at)
{
    bool bottom = reader_is(r, at, WORD_BOTTOM);
    size_t next = reader_next(r, at), last;

    if ((!bottom && !reader_is(r, at, WORD_TOP)) || reader_is_model(r, at)) {
        return false;
    }
    if (small_number(r, next) == 0) {
        return false;
    }
    if (next + 1 < r->spans.n &&
        strcmp(r->spans.atoms.items[r->spans.items[next + 1].from].text, "%") == 0) {
        reader_refuse(r, RULES_BEYOND);
    }
    r->order = bottom ? -1 : 1;
    set_limit(r, next);
    reader_use(r, at, "order");
    last = reader_last(r, at);
    if (r->zh && r->by == NONE && can_measure(r, last) && !reader_is(r, last, MEANS_TABLE)) {
        set_by(r, last);
    }
    return true;
}

static bool is_low(const struct reader *r, size_t at)
{
    return at < r->spans.n && reader_is(r, at, WORD_LOW);
}

/* "lowest product price": of the table its column. */
static size_t owned_by(struct reader *r, size_t at)
{
    size_t next = at < r->spans.n ? at + 1 : at;

    if (next >= r->spans.n || !reader_is(r, at, MEANS_TABLE) || !open_span(r, at) ||
        !open_span(r, next) || reader_is(r, next, MEANS_TABLE) ||
        reader_column(r, next, COLUMN_NUMBER, NONE).table != reader_table(r, at)) {
        return at;
    }
    return next;
}

static size_t owned_number(struct reader *r, size_t at)
{
    size_t next = owned_by(r, at);

    if (next != at) {
        reader_use(r, at, "table");
    }
    return next;
}

/* "cheap", "expensive": of a price, though the model has no such word. */
static bool is_dear(const struct reader *r, size_t at)
{
    const struct meaning *low = reader_means(r, at, WORD_LOW);
    const struct meaning *high = reader_means(r, at, WORD_HIGH);

    return open_span(r, at) && !reader_is_model(r, at) &&
           ((low != NULL && low->a == 1) || (high != NULL && high->a == 1));
}

static bool is_of_table(struct reader *r, size_t at, size_t table)
{
    const struct meaning *value = reader_value(r, at, table);

    return value == NULL || (size_t)value->a == table;
}

/* Over what narrows it: "the most 5-star reviews", 最大的一笔订单. */
static size_t next_measured(struct reader *r, size_t at)
{
    size_t next = reader_next(r, at);

    while (next < r->spans.n) {
        const struct span *span = &r->spans.items[next];
        bool figure = span->used && span->role != NULL &&
                      (strcmp(span->role, "comparator") == 0 || strcmp(span->role, "number") == 0);
        bool one = !span->used && span->number != NULL && strcmp(span->number, "1") == 0;
        bool unit = !span->used && reader_is(r, next, WORD_UNIT_WORD) && !reader_is_model(r, next);
        size_t behind = reader_next(r, next);
        bool narrow = behind < r->spans.n && reader_is(r, behind, MEANS_TABLE) &&
                      (is_right(r, next) ||
                       (!span->used && is_of_table(r, next, reader_table(r, behind)) &&
                        !reader_is(r, next, MEANS_TABLE) && reader_metric(r, next) == NONE &&
                        (reader_is(r, next, MEANS_VALUE) || reader_is(r, next, MEANS_FALSE) ||
                         reader_is(r, next, MEANS_CONDITION))));

        if (!figure && !one && !unit && !narrow) {
            break;
        }
        next = behind;
    }
    return next;
}

/* 最大的一笔订单金额: what stands behind 一笔. */
static size_t behind_article(const struct reader *r, size_t at)
{
    size_t unit = at + 1;

    if (unit >= r->spans.n || r->spans.items[at].number == NULL ||
        strcmp(r->spans.items[at].number, "1") != 0 || !reader_is(r, unit, WORD_UNIT_WORD) ||
        reader_is_model(r, unit)) {
        return at;
    }
    return reader_next(r, unit);
}

/* What the most is of: beside it. */
static void find_by(struct reader *r, size_t at)
{
    size_t next = next_measured(r, at), last = reader_last(r, at);

    while (next < r->spans.n && open_span(r, next) && !reader_is_model(r, next) &&
           (reader_is(r, next, WORD_COUNT) || reader_is(r, next, WORD_SUM) ||
            reader_is(r, next, WORD_AVERAGE))) {
        next = reader_next(r, next);
    }
    if (r->by != NONE) {
        return;
    }
    next = r->zh ? behind_article(r, next) : next;
    next = owned_number(r, next);
    if (next < r->spans.n && is_dear(r, next)) {
        r->order *= is_low(r, next) ? -1 : 1;
        reader_use(r, next, "order");
        return;
    }
    if (r->zh) {
        bool whose = last != NONE && reader_is(r, last, MEANS_TABLE) && can_measure(r, next) &&
                     !reader_is(r, next, MEANS_TABLE);

        if (!whose && can_measure(r, last) && !(reader_is(r, at, WORD_HIGH) && last == NONE)) {
            set_by(r, last);
        } else if (can_measure(r, next)) {
            r->order *= is_low(r, next) ? -1 : 1;
            set_by(r, next);
        }
        return;
    }
    if (can_measure(r, next)) {
        r->order *= is_low(r, next) ? -1 : 1;
        set_by(r, next);
    } else if (can_measure(r, last)) {
        set_by(r, last);
    }
}

static void find_ordinal(struct reader *r, size_t at)
{
    size_t last = reader_last(r, at);
    const struct meaning *ordinal = last != NONE ? reader_means(r, last, WORD_ORDINAL) : NULL;

    if (ordinal != NULL && open_span(r, last)) {
        r->offset = ordinal->a - 1;
        r->limit = 1;
        reader_use(r, last, "offset");
    }
}

/* "longest distance": the number behind is what is long. */
static bool is_long(struct reader *r, size_t at)
{
    size_t next = owned_by(r, reader_next(r, at));

    return r->by == NONE && (reader_is(r, at, WORD_HIGH) || is_low(r, at)) &&
           !reader_is_model(r, at) && open_span(r, next) && !reader_is(r, next, MEANS_TABLE) &&
           reader_column(r, next, COLUMN_NUMBER, NONE).table != NONE;
}

/* "cheapest", "the most expensive", "highest revenue", 最高, 最便宜. */
static bool most(struct reader *r, size_t at)
{
    const struct span *span = &r->spans.items[at];
    bool least = reader_is(r, at, WORD_LEAST) || reader_is(r, at, WORD_IMPLIES_LEAST);

    if (span->est && can_measure(r, at)) {
        r->order = is_low(r, at) ? -1 : 1;
        r->superlative = true;
        find_ordinal(r, at);
        set_by(r, at);
        return true;
    }
    if (span->est && is_dear(r, at)) {
        r->order = is_low(r, at) ? -1 : 1;
        r->superlative = true;
        find_ordinal(r, at);
        reader_use(r, at, "order");
        return true;
    }
    if (span->est && !r->zh && is_long(r, at)) {
        r->order = is_low(r, at) ? -1 : 1;
        r->superlative = true;
        reader_use(r, at, "order");
        find_ordinal(r, at);
        find_by(r, at);
        return true;
    }
    if (reader_is(r, at, WORD_IMPLIES_MOST)) {
        r->order = least || (r->zh && r->order < 0) ? -1 : 1;
        r->superlative = true;
        r->vague = r->by == NONE && !can_measure(r, at);
        if (can_measure(r, at) && r->by == NONE) {
            set_by(r, at);
        }
        reader_use(r, at, "order");
        return true;
    }
    if ((!least && !reader_is(r, at, WORD_MOST)) || (reader_is_model(r, at) && r->zh) ||
        (r->order != 0 && r->by != NONE && !reader_is(r, at, WORD_TOP))) {
        return false;
    }
    if (reader_is(r, at, WORD_HIGH) || reader_is(r, at, WORD_LOW)) {
        return false;
    }
    if (!r->zh && r->superlative && !r->by_time && r->order == (least ? 1 : -1)) {
        reader_doubt(r, 0.55);
    }
    r->order = least ? -1 : 1;
    r->superlative = true;
    r->vague = reader_means(r, at, least ? WORD_LEAST : WORD_MOST)->a == 1;
    reader_use(r, at, "order");
    find_ordinal(r, at);
    find_by(r, at);
    if (r->zh && r->vague && r->by != NONE && reader_is(r, r->by, MEANS_TABLE) &&
        reader_metric(r, r->by) == NONE) {
        reader_doubt(r, 0.55); /* 评价最好的: not the most of them */
    }
    return true;
}

/* "newest 10 orders", "the last 5 orders", 最近注册的5个用户. */
static bool newest(struct reader *r, size_t at)
{
    bool oldest = reader_is(r, at, WORD_OLDEST), last = reader_is(r, at, WORD_LAST);
    size_t next = reader_next(r, at), before = reader_last(r, at);
    bool number = small_number(r, next) > 0;
    bool unit = next < r->spans.n && reader_is(r, next, WORD_UNIT) && !reader_is_model(r, next);

    if ((reader_is_model(r, at) && !reader_is(r, at, MEANS_COLUMN)) || unit) {
        return false;
    }
    if (!oldest && !reader_is(r, at, WORD_NEWEST) &&
        !(last && (number || reader_is(r, next, MEANS_TABLE)))) {
        return false;
    }
    if (!r->zh && oldest && reader_is(r, at, WORD_TOP) && number) {
        oldest = true;
    }
    r->newest = at;
    r->order = oldest ? -1 : 1;
    r->by_time = true;
    r->superlative = true;
    if (number) {
        set_limit(r, next);
        next = reader_next(r, next);
    } else if (before != NONE && small_number(r, before) > 0) {
        set_limit(r, before);
    }
    if (open_span(r, next) && reader_column(r, next, COLUMN_TIME, NONE).table != NONE) {
        r->by = next;
        reader_use(r, next, "order");
    }
    reader_use(r, at, "order");
    return true;
}

/* "sorted by price", 按价格排序, "in descending order". */
static void sorted(struct reader *r, size_t at)
{
    size_t next = reader_next(r, at), last = reader_last(r, at);

    if (next < r->spans.n && open_span(r, next) && reader_is(r, next, WORD_BY)) {
        reader_use(r, next, "order");
        next = reader_next(r, next);
    }
    if (!r->zh && can_measure(r, next)) {
        set_by(r, next);
    } else if (last != NONE && can_measure(r, last) && r->by == NONE) {
        set_by(r, last);
    } else if (can_measure(r, next) && r->by == NONE) {
        set_by(r, next);
    }
    r->order = r->order != 0 ? r->order : 1;
    reader_use(r, at, "order");
}

/* 销量排名第三, 倒数第二, 第二大. */
static void nth(struct reader *r, size_t at)
{
    size_t number = at + 1, next = number + 1, last = reader_last(r, at);
    int64_t n = number < r->spans.n ? small_number(r, number) : 0;

    if (n == 0) {
        return;
    }
    reader_use(r, at, "offset");
    reader_use(r, number, "offset");
    while (next < r->spans.n && open_span(r, next) && reader_is(r, next, WORD_UNIT_WORD) &&
           !reader_is_model(r, next)) {
        reader_use(r, next++, "offset");
    }
    r->offset = n - 1;
    r->limit = 1;
    r->superlative = true;
    r->order = r->order != 0 ? r->order : 1;
    if (last != NONE && open_span(r, last) && reader_is(r, last, WORD_BOTTOM) &&
        !reader_is_model(r, last)) {
        r->order = -1;
        reader_use(r, last, "order");
        last = reader_last(r, last);
    }
    if (r->by == NONE && can_measure(r, last)) {
        set_by(r, last);
    }
    if (open_span(r, next) && (reader_is(r, next, WORD_HIGH) || reader_is(r, next, WORD_LOW))) {
        r->order = reader_is(r, next, WORD_LOW) ? -r->order : r->order;
        if (r->by == NONE && can_measure(r, next)) {
            set_by(r, next);
        }
        reader_use(r, next, "order");
    }
}

static void direction(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        if (!open_span(r, at)) {
            continue;
        }
        if (reader_is(r, at, WORD_ASCENDING) || reader_is(r, at, WORD_DESCENDING)) {
            r->order = reader_is(r, at, WORD_ASCENDING) ? -1 : 1;
            r->sorted = true;
            reader_use(r, at, "order");
        }
    }
}

/* "top 5 products by revenue": what is behind "by" and no dimension. */
static void find_by_word(struct reader *r)
{
    bool ranked = r->before != NULL;

    for (size_t at = 0; at < r->spans.n; at++) {
        ranked = ranked || (open_span(r, at) && !reader_is_model(r, at) &&
                            (reader_is(r, at, WORD_TOP) || reader_is(r, at, WORD_BOTTOM) ||
                             reader_is(r, at, WORD_MOST) || reader_is(r, at, WORD_LEAST)));
    }
    for (size_t at = 0; at < r->spans.n && r->by == NONE; at++) {
        size_t next = reader_next(r, at);

        if (!open_span(r, at) || !reader_is(r, at, WORD_BY) || reader_is_model(r, at)) {
            continue;
        }
        while (next < r->spans.n && reader_is(r, next, WORD_COUNT) && !reader_is_model(r, next)) {
            next = reader_next(r, next);
        }
        if (can_measure(r, next) && (ranked || !reader_is(r, next, MEANS_TABLE)) &&
            (!reader_is(r, next, MEANS_VALUE) || reader_metric(r, next) != NONE)) {
            reader_use(r, at, "order");
            set_by(r, next);
        }
    }
}

/* 张三的订单 has no number. */
static bool is_name(const struct reader *r, size_t at)
{
    size_t behind = at + 1;

    return r->zh && r->order == 0 && behind < r->spans.n &&
           strcmp(r->spans.atoms.items[r->spans.items[behind].from].text, "的") == 0;
}

/* A free number beside an order is how many. */
static void free_limit(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n && r->limit == 0; at++) {
        size_t next = reader_next(r, at);

        if (small_number(r, at) == 0 || is_name(r, at)) {
            continue;
        }
        while (open_span(r, next) && reader_is(r, next, WORD_UNIT_WORD) &&
               !reader_is_model(r, next)) {
            next = reader_next(r, next);
        }
        if (r->order != 0 || reader_is(r, next, MEANS_TABLE) || r->before != NULL) {
            set_limit(r, at);
        }
    }
}

void understand_orders(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        if (open_span(r, at) && reader_is(r, at, WORD_ORDER) && !reader_is_model(r, at)) {
            sorted(r, at);
        }
    }
    find_by_word(r);
    for (size_t at = 0; at < r->spans.n && r->zh; at++) {
        if (open_span(r, at) && reader_is(r, at, WORD_ORDINAL_MARK)) {
            nth(r, at);
        }
    }
    for (size_t at = 0; at < r->spans.n; at++) {
        bool open = open_span(r, at) || at == r->measure;

        if (open && !r->spans.items[at].operand && !top(r, at) && !newest(r, at)) {
            (void)most(r, at);
        }
    }
    direction(r);
    r->order = r->order == 0 && r->by != NONE ? 1 : r->order;
    free_limit(r);
}
