#include "reader.h"

/* The only table whose rows refer to it; NONE. */
static size_t only_below(const struct reader *r, size_t table)
{
    size_t found = NONE;

    for (size_t i = 0; i < r->model->n_relations; i++) {
        const struct qn_model_relation *one = &r->model->relations[i];

        if (one->verdict != QN_MODEL_ACCEPTED || one->parent != table || one->child == table) {
            continue;
        }
        if (found != NONE && found != one->child) {
            return NONE;
        }
        found = one->child;
    }
    return found;
}

static void add_unused(struct reader *r)
{
    size_t below = r->subject != NONE ? only_below(r, r->subject) : NONE;

    if (!r->unused) {
        return;
    }
    if (below == NONE || r->n_exists == READER_EXISTS_MAX) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    r->exists[r->n_exists] = below;
    r->exists_not[r->n_exists++] = true;
}

static void add_exists(struct reader *r)
{
    for (size_t i = 0; i < r->n_exists; i++) {
        struct frame_filter filter = {.test = FRAME_EXISTS, .related = r->exists[i]};

        filter.negated = r->exists_not[i];
        filter.of = (struct frame_place){r->subject != NONE ? r->subject
                                         : r->n_anchors > 0 ? r->anchors[0].table
                                                            : NONE,
                                         NONE};
        if (filter.of.table == NONE || filter.of.table == filter.related) {
            reader_refuse(r, RULES_UNCLEAR);
            return;
        }
        (void)reader_add_filter(r, filter);
    }
}

/* "VIP customers who bought via the app": what rows of a table below must be is said of them. */
static void fold_exists(struct reader *r)
{
    struct frame *frame = r->frame;

    for (size_t e = 0; e < frame->n_filters; e++) {
        struct frame_filter *exists = &frame->filters[e];
        struct frame_filter *inner;
        size_t kept = 0;

        if (exists->test != FRAME_EXISTS || exists->n_inner > 0) {
            continue;
        }
        inner = qn_arena_alloc(r->arena, FRAME_FILTERS_MAX, sizeof(*inner));
        for (size_t i = 0; inner != NULL && i < frame->n_filters; i++) {
            struct frame_filter *filter = &frame->filters[i];
            size_t table = filter->through ? filter->via.table : filter->of.table;
            bool below = filter->test != FRAME_EXISTS && table != exists->of.table &&
                         table != NONE && !reader_is_up(r, exists->of.table, table);

            if (below) {
                inner[exists->n_inner++] = *filter;
            } else {
                frame->filters[kept++] = *filter;
                exists = i == e ? &frame->filters[kept - 1] : exists;
            }
        }
        exists->inner = inner;
        frame->n_filters = kept;
        return;
    }
}

/* The tables that must have a row, or none, as filters. */
void understand_exists(struct reader *r)
{
    add_unused(r);
    add_exists(r);
    fold_exists(r);
}
