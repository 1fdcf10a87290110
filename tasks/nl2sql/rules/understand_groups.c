#include "reader.h"

static bool open_span(const struct reader *r, size_t at)
{
    return at < r->spans.n && !r->spans.items[at].used && !r->spans.items[at].operand;
}

static int32_t grain_at(const struct reader *r, size_t at)
{
    const struct meaning *grain = reader_means(r, at, WORD_GRAIN);
    const struct meaning *unit = reader_means(r, at, WORD_UNIT);

    if (grain != NULL) {
        return grain->a;
    }
    return unit != NULL && unit->a != WORD_HALF_YEAR ? unit->a : FRAME_NO_GRAIN;
}

static bool can_group(struct reader *r, size_t at)
{
    if (!open_span(r, at)) {
        return false;
    }
    return grain_at(r, at) != FRAME_NO_GRAIN || reader_is(r, at, MEANS_TABLE) ||
           reader_column(r, at, COLUMN_GROUP | COLUMN_FLAG, NONE).table != NONE;
}

/* "customer city": the table says whose. */
static size_t owned(struct reader *r, size_t at)
{
    size_t next = reader_next(r, at);
    size_t table = reader_table(r, at);

    if (table == NONE || !open_span(r, next) || reader_is(r, next, MEANS_TABLE)) {
        return NONE;
    }
    return reader_column(r, next, COLUMN_GROUP | COLUMN_FLAG, table).table == table ? next : NONE;
}

static size_t keep(struct reader *r, size_t at, bool each)
{
    struct reader_group *group = &r->groups[r->n_groups];
    size_t column = reader_is(r, at, MEANS_TABLE) ? owned(r, at) : NONE;

    if (r->n_groups == FRAME_DIMENSIONS_MAX) {
        reader_refuse(r, RULES_UNCLEAR);
        return at;
    }
    *group = (struct reader_group){.at = at, .owner = NONE, .each = each};
    group->grain = reader_is_model(r, at) ? FRAME_NO_GRAIN : grain_at(r, at);
    if (column != NONE) {
        group->owner = at;
        group->at = column;
        reader_use(r, at, "dimension");
    }
    reader_use(r, group->at, "dimension");
    r->n_groups++;
    return group->at;
}

static bool is_comma(const struct reader *r, size_t at)
{
    const struct atom *atom = &r->spans.atoms.items[r->spans.items[at].from];

    return r->spans.items[at].sign && atom->text[0] == ',';
}

/* "by channel and month": what follows is grouped by too, unless it is measured. */
static void keep_more(struct reader *r, size_t at, bool each)
{
    for (;;) {
        size_t joint = at + 1, next;

        while (joint < r->spans.n && reader_is_stop(r, joint) && !is_comma(r, joint)) {
            joint++;
        }
        if (joint >= r->spans.n || r->spans.items[joint].used ||
            !(reader_is(r, joint, WORD_AND) || is_comma(r, joint))) {
            return;
        }
        next = reader_next(r, joint);
        if (next < r->spans.n && reader_is(r, next, WORD_AND)) {
            next = reader_next(r, next);
        }
        if (next < r->spans.n && open_span(r, next) &&
            (reader_is(r, next, WORD_EACH) || reader_is(r, next, WORD_BY)) &&
            !reader_is_model(r, next)) {
            return;
        }
        if (!can_group(r, next) || reader_metric(r, next) != NONE ||
            (reader_is(r, next, MEANS_TABLE) && reader_next(r, next) < r->spans.n &&
             reader_is(r, reader_next(r, next), WORD_COUNT))) {
            return;
        }
        reader_use(r, joint, "and");
        at = keep(r, next, each);
    }
}

/* "top 3 branches by fines": of each branch there are many. */
static bool is_ranked_by(struct reader *r, size_t at)
{
    size_t table = reader_table(r, at), head = NONE;
    bool ranked = false;

    if (r->before != NULL && r->before->ordered && r->before->n_dimensions > 0 &&
        reader_metric(r, at) != NONE) {
        return true;
    }

    for (size_t i = 0; i < at; i++) {
        struct frame_place column;

        ranked = ranked || (!reader_is_model(r, i) &&
                            (reader_is(r, i, WORD_TOP) || reader_is(r, i, WORD_BOTTOM) ||
                             reader_is(r, i, WORD_MOST) || reader_is(r, i, WORD_LEAST)));
        if (!ranked || head != NONE || r->spans.items[i].used) {
            continue;
        }
        column = reader_column(r, i, COLUMN_GROUP, NONE);
        head = reader_is(r, i, MEANS_TABLE) ? reader_table(r, i) : column.table;
        if (head == table && column.table != NONE) {
            return true;
        }
    }
    return ranked && head != NONE && head != table && !reader_is_up(r, head, table);
}

/* "by revenue" orders; "by city" groups. */
static bool is_order(struct reader *r, size_t at)
{
    size_t behind = reader_next(r, at);

    if (behind < r->spans.n && reader_is(r, behind, WORD_ORDER) && r->zh) {
        return true;
    }
    if (reader_is(r, at, MEANS_TABLE)) {
        return is_ranked_by(r, at);
    }
    return reader_metric(r, at) != NONE || reader_is(r, at, WORD_COUNT) ||
           reader_is(r, at, WORD_SUM) || reader_is(r, at, WORD_AVERAGE) ||
           (!reader_is(r, at, MEANS_TABLE) &&
            reader_column(r, at, COLUMN_GROUP | COLUMN_FLAG, NONE).table == NONE &&
            reader_column(r, at, COLUMN_NUMBER, NONE).table != NONE);
}

/* "orders by customers from Berlin" are theirs; nothing is grouped. */
static bool is_about(struct reader *r, size_t at)
{
    size_t next = reader_next(r, at);
    size_t table = reader_is(r, at, MEANS_TABLE) ? reader_table(r, at) : NONE;
    const struct meaning *value;

    while (next < r->spans.n && reader_is(r, next, WORD_FROM) && !reader_is_model(r, next)) {
        next = reader_next(r, next);
    }
    if (r->zh || table == NONE || next >= r->spans.n || reader_is(r, next, MEANS_TABLE)) {
        return false;
    }
    value = reader_value(r, next, table);
    return value != NULL && (size_t)value->a == table;
}

static bool group_after(struct reader *r, size_t at)
{
    size_t next = reader_next(r, at);
    bool each = reader_is(r, at, WORD_EACH);

    if (next < r->spans.n && open_span(r, next) && reader_is(r, next, WORD_DISTINCT) &&
        !reader_is_model(r, next)) {
        reader_use(r, next, "group");
        next = reader_next(r, next);
    }
    if (next < r->spans.n && open_span(r, next) && reader_is(r, next, WORD_EACH) &&
        !reader_is_model(r, next)) {
        reader_use(r, next, "group");
        next = reader_next(r, next);
    }
    if (!each && is_about(r, next)) {
        return false;
    }
    if (r->zh && reader_is(r, at, WORD_DISTINCT) && reader_last(r, at) != NONE &&
        reader_is(r, reader_last(r, at), WORD_COUNT)) {
        reader_use(r, at, "count");
        return false;
    }
    if (!can_group(r, next) || (!each && is_order(r, next))) {
        return false;
    }
    reader_use(r, at, "group");
    keep_more(r, keep(r, next, each), each);
    return true;
}

static void group_before(struct reader *r, size_t at)
{
    size_t last = reader_last(r, at);

    size_t next = reader_next(r, at);

    if (next < r->spans.n && reader_is(r, next, WORD_WHICH)) {
        return;
    }
    if (last != NONE && can_group(r, last) && r->n_groups == 0 &&
        !reader_is(r, last, MEANS_TABLE)) {
        reader_use(r, at, "group");
        (void)keep(r, last, false);
    }
}

void understand_groups(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n; at++) {
        if (!open_span(r, at) || reader_is_model(r, at)) {
            continue;
        }
        if (reader_is(r, at, WORD_GRAIN)) {
            keep_more(r, keep(r, at, false), false);
        } else if (reader_is(r, at, WORD_EACH) || reader_is(r, at, WORD_BY)) {
            (void)group_after(r, at);
        } else if (reader_is(r, at, WORD_EACH_AFTER)) {
            group_before(r, at);
        } else if (reader_is(r, at, WORD_UNIT) && reader_next(r, at) < r->spans.n &&
                   reader_is(r, reader_next(r, at), WORD_TREND)) {
            (void)keep(r, at, false);
        }
    }
}
