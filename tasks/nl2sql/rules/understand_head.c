#include "reader.h"

#include <string.h>

static bool open_span(const struct reader *r, size_t at)
{
    return at < r->spans.n && !r->spans.items[at].used && !r->spans.items[at].operand &&
           !r->spans.items[at].negated;
}

static bool is_compared(const struct reader *r, size_t at)
{
    for (size_t i = 0; i < r->n_compares; i++) {
        const struct reader_compare *c = &r->compares[i];
        bool table = c->left == NONE || !r->spans.items[c->left].operand ||
                     !reader_is(r, c->left, MEANS_COLUMN);

        if (c->right == at && c->right_near && table && !c->money) {
            return true;
        }
    }
    return false;
}

static bool can_head(struct reader *r, size_t at)
{
    if (!open_span(r, at) || is_compared(r, at)) {
        return false;
    }
    if (reader_is(r, at, MEANS_TABLE)) {
        return !r->spans.items[at].verb;
    }
    return !reader_is(r, at, MEANS_VALUE) && !reader_is(r, at, MEANS_METRIC) &&
           (reader_column(r, at, COLUMN_GROUP, NONE).table != NONE);
}

static void set_head(struct reader *r, size_t at, bool which)
{
    r->head = at;
    r->which = which;
    reader_use(r, at, "thing");
}

/* "which month", 哪一天. */
static bool unit_head(struct reader *r, size_t at)
{
    const struct meaning *unit = reader_means(r, at, WORD_UNIT);

    unit = unit != NULL ? unit : reader_means(r, at, WORD_GRAIN);
    if (unit == NULL || !open_span(r, at) || reader_is_model(r, at)) {
        return false;
    }
    r->head_unit = unit->a;
    set_head(r, at, true);
    return true;
}

/* "what is the lowest price of": the price is asked for. */
static bool is_figure(struct reader *r, size_t at)
{
    return !r->zh && at == r->by && !r->spans.items[at].est && !reader_is(r, at, WORD_HIGH) &&
           !reader_is(r, at, WORD_LOW) && !reader_is(r, at, MEANS_TABLE) &&
           reader_metric(r, at) == NONE && reader_column(r, at, COLUMN_NUMBER, NONE).table != NONE;
}

/* "which team": a column, though a value is called so too. */
static bool is_column_too(struct reader *r, size_t at)
{
    size_t next = reader_next(r, at);

    return !r->zh && reader_is(r, at, MEANS_VALUE) && !reader_is(r, at, MEANS_TABLE) &&
           reader_column(r, at, COLUMN_GROUP, NONE).table != NONE &&
           !(next < r->spans.n && reader_is(r, next, MEANS_TABLE));
}

/* Behind "which", over numbers, values and units: what is asked for. */
static bool after_which(struct reader *r, size_t at)
{
    size_t first = reader_next(r, at);

    if (first < r->spans.n && (r->order != 0 || r->wants_compare) && unit_head(r, first)) {
        return true;
    }
    if (open_span(r, first) && r->order != 0 && is_column_too(r, first)) {
        set_head(r, first, true);
        return true;
    }
    for (; first < r->spans.n; first = reader_next(r, first)) {
        if (first == r->measure || first == r->counted || is_figure(r, first)) {
            return false;
        }
        if (can_head(r, first)) {
            set_head(r, first, true);
            return true;
        }
        if (!r->spans.items[first].used && r->spans.items[first].number == NULL &&
            !reader_is(r, first, WORD_UNIT_WORD) && !reader_is(r, first, MEANS_VALUE) &&
            !reader_is(r, first, WORD_DISTINCT) && !reader_is(r, first, WORD_LIST) &&
            !reader_is(r, first, MEANS_CONDITION) && !reader_is(r, first, MEANS_FALSE) &&
            reader_column(r, first, COLUMN_FLAG | COLUMN_TIME, NONE).table == NONE) {
            return false;
        }
    }
    return false;
}

static bool find_which(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        bool which = reader_is(r, at, WORD_WHICH) ||
                     (r->zh && reader_is(r, at, WORD_LIST) && reader_is(r, at, WORD_WHICH));

        if (which && !r->spans.items[at].used && !reader_is_model(r, at) && after_which(r, at)) {
            return true;
        }
    }
    return false;
}

/* Tables first; a column only when no table is there. */
static size_t pick(struct reader *r, bool last, bool table)
{
    size_t found = NONE;

    for (size_t at = 0; at < r->spans.n; at++) {
        if (can_head(r, at) && (!table || reader_is(r, at, MEANS_TABLE)) &&
            (found == NONE || last)) {
            found = at;
        }
    }
    return found;
}

static void find_who(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        if (reader_is(r, at, WORD_WHO) && !r->spans.items[at].used) {
            r->wants_person = true;
            reader_use(r, at, "thing");
        }
    }
}

/* "the largest order": what seemed ordered by is what is asked for. */
static void find_ordered(struct reader *r)
{
    if (r->head == NONE && r->by != NONE && !r->wants_person && r->n_groups == 0 &&
        r->before == NULL && reader_is(r, r->by, MEANS_TABLE) &&
        !reader_is(r, r->by, MEANS_COLUMN)) {
        r->head = r->by;
        r->by = NONE;
    }
}

void understand_head(struct reader *r)
{
    size_t head;

    if (find_which(r)) {
        return;
    }
    if (r->counted != NONE && r->order == 0 && r->before == NULL) {
        find_who(r);
        return;
    }
    head = pick(r, r->zh, true);
    if (head == NONE) {
        find_who(r);
    }
    if (head == NONE && !r->wants_person) {
        head = pick(r, r->zh && r->order != 0, false);
    }
    if (head != NONE) {
        set_head(r, head, false);
    }
    find_ordered(r);
}
