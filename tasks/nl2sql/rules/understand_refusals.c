#include "reader.h"

/* A phrase that forbids an answer does so unless the model has it too. */
static void refuse_at(struct reader *r, size_t span, enum meaning_kind kind)
{
    const struct meaning *refuse = reader_means(r, span, kind);

    if (refuse != NULL && !reader_is_model(r, span) && r->spans.items[span].score > 0.999) {
        reader_refuse(r, (enum rules_refusal)refuse->a);
    }
}

static void refuse_hidden(struct reader *r, size_t span)
{
    if (!reader_is(r, span, MEANS_HIDDEN)) {
        return;
    }
    for (int kind = WORD_KINDS; kind < MEANS_HIDDEN; kind++) {
        if (reader_is(r, span, (enum meaning_kind)kind)) {
            return;
        }
    }
    reader_refuse(r, RULES_HIDDEN);
}

void understand_refusals(struct reader *r)
{
    size_t first = 0;

    while (first < r->spans.n && reader_is_stop(r, first)) {
        first++;
    }
    refuse_at(r, first, WORD_REFUSE_FIRST);
    for (size_t i = 0; i < r->spans.n; i++) {
        refuse_at(r, i, WORD_REFUSE);
        refuse_hidden(r, i);
    }
}
