#include "relation_subtypes.h"

#include "relation_asker.h"
#include "relation_choose.h"
#include "relation_score.h"
#include <math.h>

#define TESTED_MIN 20
#define CHANCE     9.2 /* one in ten thousand */
#define DEPTH_MAX  8

bool qn_relation_subtypes_meant(double tested, double hits, double rows, double parent_rows)
{
    return tested >= TESTED_MIN && hits >= tested && rows >= 1 && rows <= 0.9 * parent_rows &&
           tested * log(parent_rows / rows) >= CHANCE;
}

/* Of each table the one that its own key refers to; QN_RELATION_NONE. */
static size_t *find_parents(const struct qn_relation_schema *schema,
                            const struct qn_relation_candidates *candidates)
{
    const struct qn_catalog *catalog = schema->catalog;
    size_t *parents = qn_arena_alloc(schema->arena, catalog->n_tables + 1, sizeof(size_t));

    for (size_t i = 0; parents != NULL && i < catalog->n_tables; i++) {
        const struct qn_catalog_table *table = &catalog->tables[i];

        parents[i] = QN_RELATION_NONE;
        for (size_t j = 0; j < table->n_references; j++) {
            const struct qn_catalog_reference *reference = &table->references[j];

            if (reference->n == 1 && qn_relation_asker_own_key(schema, i, reference->columns[0]) &&
                qn_relation_asker_own_key(schema, reference->parent,
                                          reference->parent_columns[0])) {
                parents[i] = reference->parent;
            }
        }
    }
    for (size_t i = 0; parents != NULL && i < candidates->n; i++) {
        const struct qn_relation_candidate *item = &candidates->items[i];

        if (item->chosen && item->score >= QN_RELATION_ACCEPT &&
            qn_relation_asker_own_key(schema, item->child, item->child_columns[0]) &&
            qn_relation_asker_own_key(schema, item->parent, item->parent_columns[0])) {
            parents[item->child] = item->parent;
        }
    }
    return parents;
}

static bool is_under(const size_t *parents, size_t table, size_t top)
{
    for (size_t i = 0; i < DEPTH_MAX && table != QN_RELATION_NONE; i++) {
        table = parents[table];
        if (table == top) {
            return true;
        }
    }
    return false;
}

/* from_party_uid: the column says of which of the two it is. */
static bool is_named(const struct qn_relation_schema *schema,
                     const struct qn_relation_candidate *candidate)
{
    const struct qn_relation_words *words = &schema->tables[candidate->parent].words;
    struct qn_relation_label label;

    qn_relation_schema_label(schema, candidate->child, candidate->child_columns[0], true, &label);
    for (size_t i = 0; i < label.base.n && words->n > 0; i++) {
        if (qn_relation_compare_words(&schema->lexicon, label.base.word[i],
                                      words->word[words->n - 1]) > 0.9) {
            return true;
        }
    }
    return false;
}

static bool settle_pair(const struct qn_relation_schema *schema, struct qn_relation_candidate *sub,
                        struct qn_relation_candidate *super)
{
    if (!sub->probed || !super->probed || sub->barred || super->barred) {
        return false;
    }
    if (sub->hits < 0.97 * super->hits || (is_named(schema, super) && !is_named(schema, sub))) {
        sub->barred = true;
        return true;
    }
    if (qn_relation_subtypes_meant(sub->tested, sub->hits, schema->tables[sub->parent].rows,
                                   schema->tables[super->parent].rows)) {
        super->barred = true;
        return true;
    }
    return false;
}

static bool settle_run(const struct qn_relation_schema *schema, const size_t *parents,
                       struct qn_relation_candidate *items, size_t n)
{
    bool changed = false;

    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            if (is_under(parents, items[i].parent, items[j].parent) &&
                qn_relation_asker_own_key(schema, items[i].parent, items[i].parent_columns[0]) &&
                qn_relation_asker_own_key(schema, items[j].parent, items[j].parent_columns[0])) {
                changed |= settle_pair(schema, &items[i], &items[j]);
            }
        }
    }
    return changed;
}

bool qn_relation_subtypes_settle(const struct qn_relation_schema *schema,
                                 struct qn_relation_candidates *candidates)
{
    const size_t *parents = find_parents(schema, candidates);
    bool changed = false;

    for (size_t i = 0; parents != NULL && i < candidates->n;) {
        struct qn_relation_candidate *items = &candidates->items[i];
        size_t end = qn_relation_choose_run(candidates, i);

        if (!qn_relation_asker_own_key(schema, items->child, items->child_columns[0]) &&
            settle_run(schema, parents, items, end - i)) {
            qn_relation_score_column(schema, items, end - i);
            changed = true;
        }
        i = end;
    }
    return changed;
}
