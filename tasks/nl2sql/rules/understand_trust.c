#include "reader.h"

#define LOST_MODEL   0.72 /* a thing of the model that nothing was made of */
#define LOST_WORD    0.55 /* a word that nobody knows */
#define LOST_NUMBER  0.55
#define LOST_HAN     0.55
#define LOST_CONTROL 0.55 /* a word of the language that should have meant something */

static const enum meaning_kind controls[] = {
    WORD_NOT,    WORD_BETWEEN,  WORD_SHARE,   WORD_RATE,    WORD_EACH,     WORD_MIN,
    WORD_MAX,    WORD_AVERAGE,  WORD_ORDINAL, WORD_OR_LESS, WORD_CONTAINS, WORD_MORE,
    WORD_LESS,   WORD_AT_LEAST, WORD_MONTH,   WORD_QUARTER, WORD_PERIOD,   WORD_BEFORE,
    WORD_NAMED,  WORD_STARTS,   WORD_HALF,    WORD_UNIT,    WORD_MOST,     WORD_LEAST,
    WORD_NEWEST, WORD_OLDEST,   WORD_TOP,     WORD_BOTTOM,  WORD_VERSUS,
};

/* Words that only help to read names say nothing by themselves. */
static bool is_unknown(const struct reader *r, const struct span *span)
{
    for (uint32_t at = span->first; at != LEXICON_NONE; at = r->lexicon->meanings[at].next) {
        uint8_t kind = r->lexicon->meanings[at].kind;

        if (kind != WORD_PERSON && kind != WORD_MONEY && kind != WORD_NOISE && kind != WORD_LOW &&
            kind != WORD_HIGH && kind != WORD_SOFT && kind != WORD_REFUSE_FIRST) {
            return false;
        }
    }
    return true;
}

/* What is left over lowers the trust, by what it could have meant. */
static double lost(struct reader *r, size_t at)
{
    const struct span *span = &r->spans.items[at];

    if (r->spans.atoms.items[span->from].quoted) {
        r->unknown++;
        return LOST_WORD;
    }
    if (span->sign || reader_is_stop(r, at)) {
        return 1;
    }
    if (span->number != NULL) {
        return span->number[0] == '1' && span->number[1] == '\0' ? 1 : LOST_NUMBER;
    }
    if (reader_is(r, at, WORD_SOFT) && r->frame->n_measures > 0 &&
        (r->frame->measures[0].metric != NONE ||
         r->frame->measures[0].aggregate > FRAME_COUNT_DISTINCT)) {
        return 1;
    }
    if (is_unknown(r, span)) {
        r->unknown++;
        return r->spans.atoms.items[span->from].kind == ATOM_HAN ? LOST_HAN : LOST_WORD;
    }
    if (reader_is_model(r, at)) {
        if (reader_metric(r, at) != NONE && !reader_is(r, at, MEANS_TABLE)) {
            return LOST_CONTROL;
        }
        return LOST_MODEL;
    }
    if (reader_is(r, at, WORD_STOP)) {
        return 1;
    }
    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
        if (reader_is(r, at, controls[i])) {
            return LOST_CONTROL;
        }
    }
    return 1;
}

void understand_trust(struct reader *r)
{
    double trust = r->doubts;

    for (size_t at = 0; at < r->spans.n; at++) {
        const struct span *span = &r->spans.items[at];

        if (span->used || span->operand) {
            trust *= span->score;
            r->consumed++;
        } else {
            trust *= lost(r, at);
        }
    }
    r->score = trust;
}
