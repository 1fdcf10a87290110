#include "reader.h"

#include <string.h>

static bool has_han_between(const struct reader *r, size_t from, size_t to, const char *text)
{
    for (size_t i = from; i < to && i < r->spans.n; i++) {
        if (strcmp(r->spans.atoms.items[r->spans.items[i].from].text, text) == 0) {
            return true;
        }
    }
    return false;
}

/* "share of app orders that were cancelled": what stands before the thing is of the whole. */
static bool is_of_whole(const struct reader *r, size_t filter)
{
    size_t at = r->filter_at[filter], thing = r->head != NONE ? r->head : r->counted, last = at;

    for (size_t i = 0; i < r->frame->n_filters; i++) {
        last = r->filter_at[i] > last ? r->filter_at[i] : last;
    }
    if (last == at) {
        return false;
    }
    if (r->zh) {
        return has_han_between(r, at, last, "中") || has_han_between(r, at, last, "里");
    }
    return thing != NONE && at < thing && last > thing;
}

/* Shares and rates: parts of a whole. */
void understand_parts(struct reader *r)
{
    struct frame *frame = r->frame;
    size_t kept = 0;

    frame->kind = FRAME_MEASURE;
    if (!r->has_measure && r->subject != NONE) {
        reader_add_measure(r, (struct frame_measure){.metric = NONE,
                                                     .aggregate = FRAME_COUNT,
                                                     .of = {r->subject, NONE}});
    }
    if (frame->n_measures != 1) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    if (frame->n_filters == 0 ||
        (r->wants_share && frame->n_dimensions > 0 && frame->measures[0].metric != NONE)) {
        frame->share = true;
        if (frame->n_dimensions == 0) {
            reader_refuse(r, RULES_UNCLEAR);
        }
        return;
    }
    for (size_t i = 0; i < frame->n_filters; i++) {
        if (is_of_whole(r, i)) {
            frame->filters[kept++] = frame->filters[i];
        } else {
            frame->part[frame->n_part++] = frame->filters[i];
        }
    }
    frame->n_filters = kept;
}
