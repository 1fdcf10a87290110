#include "spans.h"

#include <string.h>

#define COST_PHRASE  0.20
#define COST_STOP    0.24
#define COST_ARTICLE 0.02 /* [stop 1]: goes with any phrase */
#define COST_LAST    0.70 /* taken when nothing of the model fits */
#define COST_WORD    1.50
#define COST_HAN     1.00
#define COST_NUMBER  0.19
#define STEPS_MAX    200 /* of one walk through the phrases */

struct cut {
    size_t len;
    uint32_t first;
    double cost, extra;
    const char *number;
    bool est, er, verb;
    size_t sounds; /* characters taken for others that sound alike */
};

struct cutter {
    const struct lexicon *lexicon;
    const struct atoms *atoms;
    struct word_form (*forms)[FORMS_MAX];
    size_t *n_forms;
    struct cut *best;
    double *rest; /* cost from there to the end */
    size_t at;    /* where the walk began */
    size_t steps;
};

const struct meaning *lexicon_means(const struct lexicon *lexicon, uint32_t first,
                                    enum meaning_kind kind)
{
    for (; first != LEXICON_NONE; first = lexicon->meanings[first].next) {
        if (lexicon->meanings[first].kind == kind) {
            return &lexicon->meanings[first];
        }
    }
    return NULL;
}

static double phrase_cost(const struct lexicon *lexicon, uint32_t first)
{
    const struct meaning *meaning = &lexicon->meanings[first];

    if (meaning->next == LEXICON_NONE &&
        (meaning->kind == WORD_SOFT ||
         (meaning->kind != WORD_STOP && meaning->a == WORD_LAST_CHOICE))) {
        return COST_LAST;
    }
    if (meaning->kind != WORD_STOP || meaning->next != LEXICON_NONE) {
        return COST_PHRASE;
    }
    return meaning->a == WORD_ARTICLE ? COST_ARTICLE : COST_STOP;
}

static void take(struct cutter *c, struct cut cut)
{
    if (cut.cost + c->rest[c->at + cut.len] < c->rest[c->at] - 1e-9) {
        c->rest[c->at] = cut.cost + c->rest[c->at + cut.len];
        c->best[c->at] = cut;
    }
}

/* 下过单 is 下单. */
static bool is_aspect(const struct atom *atom)
{
    return strcmp(atom->text, "过") == 0 || strcmp(atom->text, "了") == 0;
}

/* One character may be another that sounds alike, of a phrase that has more of them; of short ones
 * only those of the model. */
static bool is_heard(const struct cutter *c, const struct cut *cut)
{
    if (cut->sounds == 0) {
        return true;
    }
    for (uint32_t at = cut->first; at != LEXICON_NONE; at = c->lexicon->meanings[at].next) {
        if (c->lexicon->meanings[at].kind >= WORD_KINDS) {
            return cut->sounds == 1 && cut->len > 1;
        }
    }
    return cut->sounds == 1 && cut->len > 2;
}

/* All phrases that begin at c->at, from the node on. */
static void walk(struct cutter *c, uint32_t node, struct cut so_far)
{
    size_t at = c->at + so_far.len;

    if (so_far.len > 0 && at < c->atoms->n && is_aspect(&c->atoms->items[at]) &&
        c->steps++ < STEPS_MAX) {
        struct cut cut = so_far;

        cut.len++;
        cut.extra += 0.02;
        walk(c, node, cut);
    }
    for (size_t f = 0; at < c->atoms->n && f < c->n_forms[at]; f++) {
        const struct word_form *form = &c->forms[at][f];
        uint32_t next = lexicon_step(c->lexicon, node, form->atom);
        struct cut cut = so_far;

        if (next == 0 || c->steps++ > STEPS_MAX) {
            continue;
        }
        cut.len++;
        cut.extra += form->cost;
        cut.est = cut.est || form->est;
        cut.er = cut.er || form->er;
        cut.verb = cut.verb || form->verb;
        cut.sounds += form->sound ? 1 : 0;
        cut.first = lexicon_first(c->lexicon, next);
        if (cut.first != LEXICON_NONE && is_heard(c, &cut)) {
            cut.cost = phrase_cost(c->lexicon, cut.first) + cut.extra;
            take(c, cut);
        }
        walk(c, next, cut);
    }
}

static double skip_cost(const struct atom *atom)
{
    static const double costs[] = {
        [ATOM_WORD] = COST_WORD, [ATOM_HAN] = COST_HAN, [ATOM_NUMBER] = 0.3, [ATOM_SIGN] = 0.01};

    return costs[atom->kind];
}

static void cut_at(struct cutter *c, size_t at, struct qn_arena *arena)
{
    struct cut cut = {.len = 1, .first = LEXICON_NONE, .cost = skip_cost(&c->atoms->items[at])};

    c->at = at;
    c->steps = 0;
    c->rest[at] = 1e9;
    take(c, cut);
    cut.len = spans_number(c->lexicon, c->atoms, at, arena, &cut.number);
    if (cut.len > 0) {
        cut.cost = COST_NUMBER;
        take(c, cut);
    }
    walk(c, 0, (struct cut){.first = LEXICON_NONE});
}

static const char *number_of(const struct lexicon *lexicon, const struct atoms *atoms, size_t at,
                             const struct cut *cut, struct qn_arena *arena)
{
    const struct atom *last = &atoms->items[at + cut->len - 1];
    const struct meaning *number = cut->number == NULL && strcmp(last->full, last->text) == 0
                                       ? lexicon_means(lexicon, cut->first, WORD_NUMBER)
                                       : NULL;

    return number != NULL ? qn_arena_printf(arena, "%d", number->a) : cut->number;
}

static void add_span(struct spans *ret, const struct lexicon *lexicon, const struct cut *cut,
                     size_t at, struct qn_arena *arena)
{
    struct span *span = &ret->items[ret->n++];

    *span = (struct span){.from = at,
                          .to = at + cut->len,
                          .first = cut->first,
                          .score = 1.0 - cut->extra * 0.25,
                          .number = number_of(lexicon, &ret->atoms, at, cut, arena),
                          .est = cut->est,
                          .er = cut->er,
                          .verb = cut->verb,
                          .sign = ret->atoms.items[at].kind == ATOM_SIGN};
}

int spans_cut(struct spans *ret, const struct lexicon *lexicon, struct qn_span text,
              struct qn_arena *arena, struct qn_err *reterr)
{
    struct cutter c = {.lexicon = lexicon, .atoms = &ret->atoms};
    size_t n;

    atoms_split(&ret->atoms, text, RULES_QUESTION_MAX, arena);
    n = ret->atoms.n;
    c.forms = qn_arena_alloc(arena, n + 1, sizeof(*c.forms));
    c.n_forms = qn_arena_alloc(arena, n + 1, sizeof(*c.n_forms));
    c.best = qn_arena_alloc(arena, n + 1, sizeof(*c.best));
    c.rest = qn_arena_alloc(arena, n + 1, sizeof(*c.rest));
    ret->items = qn_arena_alloc(arena, SPANS_MAX, sizeof(*ret->items));
    ret->n = 0;
    if (arena->status != QN_OK) {
        return qn_arena_status(arena, "a question", reterr);
    }
    for (size_t i = 0; i < n; i++) {
        c.n_forms[i] = spans_forms(lexicon, &ret->atoms.items[i], c.forms[i]);
    }
    for (size_t i = n; i > 0; i--) {
        cut_at(&c, i - 1, arena);
    }
    for (size_t at = 0; at < n; at += c.best[at].len) {
        if (ret->n == SPANS_MAX) {
            return qn_fail(reterr, QN_ELIMIT, "the question has over %d phrases", SPANS_MAX);
        }
        add_span(ret, lexicon, &c.best[at], at, arena);
    }
    return QN_OK;
}
