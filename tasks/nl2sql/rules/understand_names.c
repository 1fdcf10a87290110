#include "reader.h"

/* Things called by their own name: "product Wireless Mouse", 商品“龙井茶”. The name is taken as it
 * stands in the question. */

static const struct atom *first_atom(const struct reader *r, size_t span)
{
    return &r->spans.atoms.items[r->spans.items[span].from];
}

static bool is_capital(const struct reader *r, size_t span)
{
    const struct atom *atom = first_atom(r, span);
    char c = r->spans.atoms.text.data[atom->from];

    return atom->kind == ATOM_WORD && ((c >= 'A' && c <= 'Z') || (unsigned char)c >= 0xC3);
}

static size_t quoted_end(const struct reader *r, size_t at)
{
    size_t to = at;

    while (to < r->spans.n && first_atom(r, to)->quoted) {
        to++;
    }
    return to;
}

/* Words with capitals, one of them unknown at least. */
static size_t capitals_end(const struct reader *r, size_t at, bool *ret_unknown)
{
    size_t to = at;

    *ret_unknown = false;
    while (to < r->spans.n && is_capital(r, to) && !r->spans.items[to].used) {
        *ret_unknown = *ret_unknown || r->spans.items[to].first == LEXICON_NONE;
        to++;
    }
    return to;
}

static bool is_value(const struct reader *r, size_t from, size_t to)
{
    return to == from + 1 && reader_is(r, from, MEANS_VALUE);
}

/* "products whose name contains": of the table named before, else of the first with that label. */
static size_t table_of_label(const struct reader *r, size_t at)
{
    size_t found = NONE, before = at;

    while (before > 0 && !reader_is(r, before - 1, MEANS_TABLE)) {
        before--;
    }
    for (uint32_t i = r->spans.items[at].first; i != LEXICON_NONE;
         i = r->lexicon->meanings[i].next) {
        const struct meaning *meaning = &r->lexicon->meanings[i];
        size_t table = (size_t)meaning->a;

        if (meaning->kind != MEANS_COLUMN || r->model->tables[table].label != (size_t)meaning->b) {
            continue;
        }
        if (before > 0 && reader_table(r, before - 1) == table) {
            return table;
        }
        found = found == NONE ? table : found;
    }
    return found;
}

/* The table that stands beside the name: "product X", "X products", "products called X". */
static size_t table_beside(const struct reader *r, size_t from, size_t to, bool behind)
{
    size_t last = reader_last(r, from), next = to;

    while (last != NONE && !reader_is_model(r, last) &&
           (reader_is(r, last, WORD_NAMED) || reader_is(r, last, WORD_CONTAINS))) {
        last = reader_last(r, last);
    }
    if (last != NONE && reader_is(r, last, MEANS_TABLE)) {
        return reader_table(r, last);
    }
    if (last != NONE && reader_is(r, last, MEANS_COLUMN)) {
        return table_of_label(r, last);
    }
    while (behind && next < r->spans.n && reader_is_stop(r, next)) {
        next++;
    }
    return behind && next < r->spans.n && reader_is(r, next, MEANS_TABLE) ? reader_table(r, next)
                                                                          : NONE;
}

static enum frame_test test_before(struct reader *r, size_t from)
{
    size_t last = reader_last(r, from);

    if (last == NONE || reader_is_model(r, last)) {
        return FRAME_IS;
    }
    if (reader_is(r, last, WORD_CONTAINS)) {
        reader_use(r, last, "value");
        return FRAME_CONTAINS;
    }
    if (reader_is(r, last, WORD_NAMED)) {
        reader_use(r, last, "value");
    }
    return FRAME_IS;
}

static void take(struct reader *r, size_t from, size_t to, size_t table)
{
    const struct qn_model_table *of = &r->model->tables[table];
    struct frame_filter filter = {.n_values = 1};

    if (of->label == QN_MODEL_NONE || of->columns[of->label].hidden ||
        of->columns[of->label].family != QN_FAMILY_TEXT) {
        return;
    }
    filter.test = test_before(r, from);
    filter.of = (struct frame_place){table, of->label};
    filter.values[0] = reader_text(r, from, to);
    (void)reader_add_filter(r, filter);
    reader_use_all(r, from, to, "value");
    reader_doubt(r, 0.95);
}

void understand_names(struct reader *r)
{
    for (size_t at = 0; at < r->spans.n;) {
        bool quoted = first_atom(r, at)->quoted, unknown = quoted;
        size_t to = quoted ? quoted_end(r, at) : capitals_end(r, at, &unknown);
        size_t table = NONE;

        if (to > at && unknown && at > 0 && !is_value(r, at, to)) {
            table = table_beside(r, at, to, quoted);
        }
        if (table != NONE) {
            take(r, at, to, table);
        }
        at = to > at && table != NONE ? to : at + 1;
    }
}
