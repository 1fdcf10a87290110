#include "reader.h"

#include <string.h>

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
    WORD_NEWEST, WORD_OLDEST,   WORD_AFTER,   WORD_SINCE,   WORD_UNTIL,    WORD_TOP,
    WORD_BOTTOM, WORD_VERSUS,
};

/* Words that only help to read names say nothing by themselves. */
static bool is_unknown(const struct reader *r, const struct span *span)
{
    for (uint32_t at = span->first; at != LEXICON_NONE; at = r->lexicon->meanings[at].next) {
        uint8_t kind = r->lexicon->meanings[at].kind;

        if (kind != WORD_PERSON && kind != WORD_MONEY && kind != WORD_NOISE && kind != WORD_LOW &&
            kind != WORD_HIGH && kind != WORD_SOFT && kind != WORD_FRESH &&
            kind != WORD_REFUSE_FIRST) {
            return false;
        }
    }
    return true;
}

static const char *text_of(const struct reader *r, size_t at)
{
    return r->spans.atoms.items[r->spans.items[at].from].text;
}

/* 3门, 多少门, 哪门, 这门: what counts stands behind how many, or which. */
static bool is_counter(const struct reader *r, size_t at)
{
    static const char *const pointers[] = {"这", "那", "某", "该", "此", "整", "任", "首", "末"};
    static const enum meaning_kind before[] = {
        WORD_COUNT, WORD_EACH, WORD_WHICH, WORD_UNIT_WORD, WORD_LAST, WORD_NEWEST, WORD_DISTINCT};

    if (at == 0 || r->spans.items[at - 1].number != NULL) {
        return at > 0;
    }
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
        if (reader_is(r, at - 1, before[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
        if (strcmp(text_of(r, at - 1), pointers[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* A character that says nothing alone, and is half of many words: [stop 2]. */
static bool is_half(const struct reader *r, size_t at)
{
    const struct meaning *stop = at < r->spans.n ? reader_means(r, at, WORD_STOP) : NULL;

    return stop != NULL && stop->a == WORD_HALF_OF && !r->spans.items[at].used &&
           r->spans.items[at].to == r->spans.items[at].from + 1;
}

/* 条件 is a word, not 条 and 件. */
static bool is_first_half(const struct reader *r, size_t at)
{
    return is_half(r, at) && is_half(r, at + 1) && !is_counter(r, at);
}

/* 跑了多少趟: a verb that says no more than what it is done with. */
static bool has_object(const struct reader *r, size_t at)
{
    for (size_t i = at + 1; i < r->spans.n && i < at + 5 && !r->spans.items[i].sign; i++) {
        if (reader_is_model(r, i)) {
            return r->spans.items[i].used &&
                   (reader_is(r, i, MEANS_TABLE) || reader_is(r, i, MEANS_METRIC) ||
                    reader_is(r, i, MEANS_COLUMN) || reader_is(r, i, MEANS_VALUE));
        }
    }
    return false;
}

/* 完成的已送达行程: another word says which rows. */
static bool has_state(const struct reader *r)
{
    const struct frame *frame = r->frame;
    size_t metric = frame->n_measures > 0 ? frame->measures[0].metric : NONE, table;

    if (metric != NONE && r->model->metrics[metric].filter[0] != '\0') {
        return true;
    }
    table = metric != NONE          ? reader_metric_table(r, metric)
            : frame->n_measures > 0 ? frame->measures[0].of.table
                                    : NONE;
    for (size_t i = 0; i < frame->n_filters && table != NONE; i++) {
        if (frame->filters[i].of.table == table &&
            (frame->filters[i].test == FRAME_IS || frame->filters[i].test == FRAME_CONDITION)) {
            return true;
        }
    }
    return false;
}

static bool is_idle(const struct reader *r, size_t at)
{
    const struct meaning *soft = reader_means(r, at, WORD_SOFT);

    if (soft == NULL) {
        return false;
    }
    if (soft->a == 2) {
        return has_state(r);
    }
    return (r->frame->n_measures > 0 && (r->frame->measures[0].metric != NONE ||
                                         r->frame->measures[0].aggregate > FRAME_COUNT_DISTINCT)) ||
           (soft->a == 1 && has_object(r, at));
}

/* A name: Arne is not "are". */
static bool is_capital(const struct reader *r, size_t at)
{
    const struct atom *atom = &r->spans.atoms.items[r->spans.items[at].from];
    char first = r->spans.atoms.text.data[atom->from];

    return atom->kind == ATOM_WORD && at > 0 && first >= 'A' && first <= 'Z';
}

/* What is left over lowers the trust, by what it could have meant. */
static double lost(struct reader *r, size_t at)
{
    const struct span *span = &r->spans.items[at];

    if (r->spans.atoms.items[span->from].quoted) {
        r->unknown++;
        return LOST_WORD;
    }
    if (r->zh && is_first_half(r, at)) {
        r->unknown++;
        return LOST_HAN;
    }
    if (reader_is_stop(r, at) && span->score < 1 && is_capital(r, at)) {
        r->unknown++;
        return LOST_WORD;
    }
    if (span->sign || reader_is_stop(r, at)) {
        return reader_is_stop(r, at) ? span->score : 1;
    }
    if (span->number != NULL) {
        bool digits = r->spans.atoms.items[span->from].kind == ATOM_NUMBER;

        return strcmp(span->number, "1") == 0 && !digits ? 1 : LOST_NUMBER;
    }
    if (is_idle(r, at)) {
        return 1;
    }
    if (r->zh && reader_is(r, at, WORD_UNIT_WORD) && !reader_is(r, at, WORD_STOP) &&
        r->spans.atoms.items[span->from].kind == ATOM_HAN && !reader_is_model(r, at)) {
        bool counter = is_counter(r, at);

        r->unknown += counter ? 0 : 1;
        return counter ? 1 : LOST_HAN;
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
    if (reader_is(r, at, WORD_HAVE) && has_object(r, at)) {
        return 1;
    }
    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
        if (reader_is(r, at, controls[i])) {
            return LOST_CONTROL;
        }
    }
    return 1;
}

/* "tolls and weight by month": a column that is shown where no rows are. */
static double unseen(struct reader *r)
{
    const struct frame *frame = r->frame;

    for (size_t i = 0; i < r->n_shown && frame->kind == FRAME_MEASURE && !r->zh; i++) {
        struct frame_place place = r->shown[i];
        bool seen = place.column == NONE || (reader_column_sort(r, place) & COLUMN_OTHER) == 0 ||
                    (reader_column_sort(r, place) & COLUMN_GROUP) != 0;

        for (size_t d = 0; d < frame->n_dimensions && seen; d++) {
            seen = frame->dimensions[d].of.table != place.table ||
                   frame->dimensions[d].of.column != place.column;
        }
        for (size_t m = 0; m < frame->n_measures && seen; m++) {
            seen = frame->measures[m].of.table != place.table ||
                   frame->measures[m].of.column != place.column;
        }
        for (size_t f = 0; f < frame->n_filters && seen; f++) {
            seen = frame->filters[f].of.table != place.table ||
                   frame->filters[f].of.column != place.column;
        }
        if (seen) {
            return LOST_MODEL;
        }
    }
    return 1;
}

void understand_trust(struct reader *r)
{
    double trust = r->doubts * (r->n_also > 0 && r->frame->n_measures < 2 ? 0.55 : unseen(r));

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
