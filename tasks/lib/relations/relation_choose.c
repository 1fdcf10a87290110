#include "relation_choose.h"

#include <string.h>

size_t qn_relation_choose_run(const struct qn_relation_candidates *candidates, size_t start)
{
    const struct qn_relation_candidate *first = &candidates->items[start];
    size_t end = start + 1;

    while (end < candidates->n && candidates->items[end].child == first->child &&
           candidates->items[end].n == first->n &&
           memcmp(candidates->items[end].child_columns, first->child_columns,
                  sizeof(first->child_columns)) == 0) {
        end++;
    }
    return end;
}

static bool is_primary(const struct qn_relation_schema *schema,
                       const struct qn_relation_candidate *candidate)
{
    return candidate->key != QN_RELATION_NONE && schema->keys[candidate->key].primary;
}

static bool beats(const struct qn_relation_schema *schema, const struct qn_relation_candidate *a,
                  const struct qn_relation_candidate *b)
{
    size_t a_len = strlen(schema->catalog->tables[a->parent].name);
    size_t b_len = strlen(schema->catalog->tables[b->parent].name);

    if (a->logit > b->logit || a->logit < b->logit) {
        return a->logit > b->logit;
    }
    if (is_primary(schema, a) != is_primary(schema, b)) {
        return is_primary(schema, a);
    }
    return a_len != b_len ? a_len < b_len : a->parent < b->parent;
}

static void choose_run(const struct qn_relation_schema *schema,
                       struct qn_relation_candidate *candidates, size_t n, double floor)
{
    struct qn_relation_candidate *best = NULL;

    for (size_t i = 0; i < n; i++) {
        candidates[i].chosen = false;
        if (candidates[i].score >= floor && (best == NULL || beats(schema, &candidates[i], best))) {
            best = &candidates[i];
        }
    }
    if (best != NULL) {
        best->chosen = true;
    }
}

/* The chosen candidate of a column; items are by child and column. */
static struct qn_relation_candidate *find_chosen(struct qn_relation_candidates *candidates,
                                                 size_t table, size_t column)
{
    size_t low = 0, high = candidates->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct qn_relation_candidate *item = &candidates->items[middle];

        if (item->child < table || (item->child == table && item->child_columns[0] < column)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < candidates->n && candidates->items[low].child == table &&
           candidates->items[low].child_columns[0] == column;
         low++) {
        if (candidates->items[low].chosen) {
            return &candidates->items[low];
        }
    }
    return NULL;
}

/* Two keys that refer to each other: the larger table is the parent, unless names say more. */
static void break_pair(const struct qn_relation_schema *schema, struct qn_relation_candidate *a,
                       struct qn_relation_candidate *b)
{
    double more = schema->tables[a->parent].rows - schema->tables[b->parent].rows;
    double better = a->logit - b->logit;
    bool keep_a = better > 0 || (!(better < 0) && more >= 0);

    (keep_a ? b : a)->chosen = false;
}

/* Of tables that share a key that none is named after, one is the parent of all: no chains. */
static void break_chains(struct qn_relation_candidates *candidates)
{
    for (size_t i = 0; i < candidates->n; i++) {
        struct qn_relation_candidate *item = &candidates->items[i], *next;

        if (!item->chosen || item->name.rule != QN_RELATION_RULE_SHARED) {
            continue;
        }
        next = find_chosen(candidates, item->parent, item->parent_columns[0]);
        if (next != NULL && next->name.rule == QN_RELATION_RULE_SHARED) {
            item->score = 0; /* chosen as yet, for those that refer to it */
        }
    }
    for (size_t i = 0; i < candidates->n; i++) {
        candidates->items[i].chosen &= candidates->items[i].score > 0;
    }
}

void qn_relation_choose(const struct qn_relation_schema *schema,
                        struct qn_relation_candidates *candidates, double floor)
{
    for (size_t i = 0; i < candidates->n;) {
        size_t end = qn_relation_choose_run(candidates, i);

        choose_run(schema, &candidates->items[i], end - i, floor);
        i = end;
    }
    for (size_t i = 0; i < candidates->n; i++) {
        struct qn_relation_candidate *item = &candidates->items[i], *back;

        if (!item->chosen || item->n != 1) {
            continue;
        }
        back = find_chosen(candidates, item->parent, item->parent_columns[0]);
        if (back != NULL && back != item && back->parent == item->child &&
            back->parent_columns[0] == item->child_columns[0]) {
            break_pair(schema, item, back);
        }
    }
    break_chains(candidates);
}
