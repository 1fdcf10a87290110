#include "reader.h"

static bool open_span(const struct reader *r, size_t at)
{
    return at < r->spans.n && !r->spans.items[at].used && !reader_is_model(r, at);
}

static bool take(struct reader *r, enum meaning_kind kind, const char *role)
{
    bool found = false;

    for (size_t at = 0; at < r->spans.n; at++) {
        if (open_span(r, at) && reader_is(r, at, kind)) {
            reader_use(r, at, role);
            found = true;
        }
    }
    return found;
}

/* "when" is the first word but for signs and articles. */
static bool asks_when(const struct reader *r)
{
    for (size_t at = 0; at < r->spans.n && reader_is_stop(r, at); at++) {
        const struct meaning *stop = reader_means(r, at, WORD_STOP);

        if (stop != NULL && stop->a == WORD_WHEN) {
            return true;
        }
    }
    return false;
}

/* "change" and "compared" say something only with two periods or two values. */
void understand_wishes(struct reader *r)
{
    bool yoy = take(r, WORD_YOY_GROWTH, "comparison");
    bool mom = take(r, WORD_MOM_GROWTH, "comparison");

    r->wants_growth = take(r, WORD_GROWTH, "comparison") || yoy || mom;
    r->year_ago = take(r, WORD_YEAR_AGO, "comparison") || yoy;
    r->step_ago = take(r, WORD_STEP_AGO, "comparison") || mom;
    for (size_t at = 0; at < r->spans.n; at++) {
        if (open_span(r, at) && reader_is(r, at, WORD_VERSUS)) {
            r->wants_compare = true;
        }
        if (open_span(r, at) && r->n_periods == 2 &&
            (reader_is(r, at, WORD_MORE) || reader_is(r, at, WORD_LESS))) {
            r->wants_compare = true;
            reader_use(r, at, "comparison");
        }
        if (open_span(r, at) && reader_is(r, at, WORD_SHARE)) {
            r->share_at = at;
            r->wants_share = true;
            reader_use(r, at, "share");
        }
        if (open_span(r, at) && reader_is(r, at, WORD_RATE)) {
            r->share_at = at;
            r->wants_rate = true;
            reader_use(r, at, "share");
        }
        if (open_span(r, at) && reader_is(r, at, WORD_LIST)) {
            r->wants_list = true;
        }
        if (open_span(r, at) && reader_is(r, at, WORD_TREND)) {
            r->wants_trend = true;
        }
    }
    r->wants_when = asks_when(r);
    r->wants_compare = r->wants_compare || r->year_ago || r->step_ago || r->wants_growth;
}
