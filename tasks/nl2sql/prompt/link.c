#include "link.h"

#include "link_parts.h"
#include "prompt_schema.h"

#include <stdlib.h>

#define ASKED     1e6 /* a table that a person named */
#define NEIGHBOUR 2.0 /* a table joined to a strong one, of which a column is named */
#define STRONG    0.5 /* of the best score */

struct ranked {
    size_t table;
    double score;
    double tie; /* facts before others, large ones before small ones */
};

static int better_first(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->score < y->score || x->score > y->score) {
        return x->score < y->score ? 1 : -1;
    }
    if (x->tie < y->tie || x->tie > y->tie) {
        return x->tie < y->tie ? 1 : -1;
    }
    return x->table < y->table ? -1 : x->table > y->table;
}

static double tie_of(const struct qn_model_table *table)
{
    return table->rows + (table->purpose == QN_PURPOSE_FACT ? 1e15 : 0);
}

/* "city" is in many tables: that of the users of the orders is meant. */
static void favour(const struct link_scores *scores, size_t table, size_t strong, double least,
                   bool *favoured)
{
    if (scores->tables[strong] >= least && scores->columns[table] != NULL &&
        scores->tables[table] >= 0) {
        favoured[table] = true;
    }
}

static void favour_neighbours(const struct qn_model *model, const struct link_scores *scores,
                              struct qn_arena *arena)
{
    bool *favoured = qn_arena_alloc(arena, model->n_tables + 1, sizeof(*favoured));
    double best = 0;

    for (size_t i = 0; i < model->n_tables; i++) {
        best = scores->tables[i] > best ? scores->tables[i] : best;
    }
    for (size_t i = 0; favoured != NULL && best > 0 && i < model->n_relations; i++) {
        const struct qn_model_relation *relation = &model->relations[i];

        if (prompt_schema_has_relation(model, relation)) {
            favour(scores, relation->child, relation->parent, STRONG * best, favoured);
            favour(scores, relation->parent, relation->child, STRONG * best, favoured);
        }
    }
    for (size_t i = 0; favoured != NULL && i < model->n_tables; i++) {
        scores->tables[i] += favoured[i] ? NEIGHBOUR : 0;
    }
}

/* Those that may be shown, best first. */
static size_t rank(const struct qn_model *model, const struct link_scores *scores,
                   struct ranked *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < model->n_tables; i++) {
        if (scores->tables[i] >= 0) {
            ret[n++] = (struct ranked){i, scores->tables[i], tie_of(&model->tables[i])};
        }
    }
    qsort(ret, n, sizeof(*ret), better_first);
    return n;
}

/* How many of the best: all of a few; else none without a score, unless nothing was met. */
static size_t how_many(const struct ranked *ranked, size_t n)
{
    size_t most = n < LINK_TABLES_MAX ? n : LINK_TABLES_MAX;

    if (n > LINK_TABLES_MAX && ranked[0].score > 0) {
        while (ranked[most - 1].score <= 0) {
            most--;
        }
    }
    return most;
}

static void count_left(const struct qn_model *model, const struct ranked *ranked, size_t n,
                       struct qn_arena *arena, struct link *ret)
{
    size_t *others = qn_arena_alloc(arena, LINK_OTHERS_MAX, sizeof(*others));
    bool *in = qn_arena_alloc(arena, model->n_tables + 1, sizeof(*in));

    if (others == NULL || in == NULL) {
        return;
    }
    for (size_t i = 0; i < ret->n_tables; i++) {
        in[ret->tables[i].table] = true;
    }
    for (size_t i = 0; i < n && ret->n_others < LINK_OTHERS_MAX; i++) {
        if (!in[ranked[i].table]) {
            others[ret->n_others++] = ranked[i].table;
        }
    }
    ret->others = others;
    for (size_t i = 0; i < model->n_tables; i++) {
        ret->left_tables += !in[i] && !model->tables[i].hidden;
    }
}

static void choose(const struct qn_model *model, const struct link_scores *scores,
                   struct qn_arena *arena, struct link *ret)
{
    struct ranked *ranked = qn_arena_alloc(arena, model->n_tables + 1, sizeof(*ranked));
    size_t tables[LINK_TABLES_MAX + LINK_WAY_MAX], n, best, all;

    ret->tables = qn_arena_alloc(arena, LINK_TABLES_MAX + LINK_WAY_MAX, sizeof(*ret->tables));
    if (ranked == NULL || ret->tables == NULL) {
        return;
    }
    n = rank(model, scores, ranked);
    best = n > 0 ? how_many(ranked, n) : 0;
    for (size_t i = 0; i < best; i++) {
        tables[i] = ranked[i].table;
    }
    all = link_close(model, tables, best, arena);
    for (size_t i = 0; i < all; i++) {
        ret->tables[i] = (struct link_table){
            .table = tables[i], .score = scores->tables[tables[i]], .on_the_way = i >= best};
    }
    ret->n_tables = all;
    link_columns(model, scores, arena, ret);
    count_left(model, ranked, n, arena, ret);
}

int link_question(const struct qn_model *model, const char *question, const char *const *tables,
                  size_t n_tables, struct qn_arena *arena, struct link *ret, struct qn_err *reterr)
{
    struct prompt_words *words = prompt_words_create(question);
    struct link_scores scores;

    *ret = (struct link){0};
    if (words == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for the words of a question");
    }
    link_score(model, words, arena, &scores);
    if (arena->status == QN_OK) {
        favour_neighbours(model, &scores, arena);
    }
    for (size_t i = 0; i < n_tables && arena->status == QN_OK; i++) {
        const size_t table = qn_model_find_table(model, tables[i], NULL);

        if (table != QN_MODEL_NONE && scores.tables[table] >= 0) {
            scores.tables[table] += ASKED * (double)(n_tables - i);
        }
    }
    if (arena->status == QN_OK) {
        choose(model, &scores, arena, ret);
    }
    prompt_words_free(words);
    return qn_arena_status(arena, "the tables of a question", reterr);
}
