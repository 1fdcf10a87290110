#include "relations.h"

#include "common/clock.h"
#include "common/mem.h"
#include "relation_choose.h"
#include "relation_composite.h"
#include "relation_evidence.h"
#include "relation_probe.h"
#include "relation_score.h"
#include "relation_subtypes.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX ((size_t)512 * 1024 * 1024)

/* What one search works on. */
struct search {
    struct qn_relations *ret;
    const struct qn_catalog *catalog;
    struct qn_arena scratch;
    struct qn_relation_schema schema;
    struct qn_relation_candidates candidates; /* of one column */
    struct qn_relation_candidates composites;
    struct qn_relation_probe probe;
    bool probing;
};

static void add_relation(struct qn_relations *relations, const struct qn_relation *relation)
{
    if (relations->n < QN_RELATIONS_MAX && relations->items != NULL) {
        relations->items[relations->n++] = *relation;
    }
}

/* The same columns to the same ones, in any order. */
static bool same_reference(const struct qn_catalog_reference *a,
                           const struct qn_catalog_reference *b)
{
    if (a->parent != b->parent || a->n != b->n) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        size_t j = 0;

        while (j < b->n &&
               (a->columns[i] != b->columns[j] || a->parent_columns[i] != b->parent_columns[j])) {
            j++;
        }
        if (j == b->n) {
            return false;
        }
    }
    return true;
}

static bool is_repeated(const struct qn_catalog_table *table, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (same_reference(&table->references[i], &table->references[at])) {
            return true;
        }
    }
    return false;
}

static void tell_too_long(struct search *search, const struct qn_catalog_table *table,
                          const struct qn_catalog_reference *reference)
{
    if (search->ret->trouble[0] == '\0') {
        search->ret->trouble = qn_arena_printf(
            &search->ret->arena, "%s of %s was left out: it has more than %d columns",
            reference->name, table->name, QN_RELATION_COLUMNS_MAX);
    }
}

static void add_declared(struct search *search, size_t table)
{
    const struct qn_catalog_table *from = &search->catalog->tables[table];

    for (size_t i = 0; i < from->n_references; i++) {
        const struct qn_catalog_reference *reference = &from->references[i];
        struct qn_relation relation = {.child = table,
                                       .parent = reference->parent,
                                       .n = reference->n,
                                       .source = QN_RELATION_DECLARED,
                                       .score = 1,
                                       .orphans = NAN,
                                       .evidence = "declared as a foreign key"};

        if (reference->n > QN_RELATION_COLUMNS_MAX) {
            tell_too_long(search, from, reference);
        }
        if (reference->n == 0 || reference->n > QN_RELATION_COLUMNS_MAX || is_repeated(from, i)) {
            continue;
        }
        memcpy(relation.child_columns, reference->columns, reference->n * sizeof(size_t));
        memcpy(relation.parent_columns, reference->parent_columns, reference->n * sizeof(size_t));
        add_relation(search->ret, &relation);
    }
}

static bool is_declared(const struct search *search, const struct qn_relation_candidate *candidate)
{
    const struct qn_catalog_table *table = &search->catalog->tables[candidate->child];

    for (size_t i = 0; i < table->n_references; i++) {
        for (size_t j = 0; j < table->references[i].n; j++) {
            if (table->references[i].columns[j] == candidate->child_columns[0]) {
                return true;
            }
        }
    }
    return false;
}

static int probe_and_score(struct search *search, struct qn_relation_candidates *candidates,
                           struct qn_err *reterr)
{
    for (size_t i = 0; i < candidates->n;) {
        size_t end = qn_relation_choose_run(candidates, i);
        int rc = QN_OK;

        if (search->probing) {
            rc = qn_relation_probe_columns(&search->probe, &candidates->items[i], end - i, reterr);
        }
        if (rc != QN_OK) {
            return rc;
        }
        qn_relation_score_column(&search->schema, &candidates->items[i], end - i);
        i = end;
    }
    return QN_OK;
}

static void add_inferred(struct search *search, const struct qn_relation_candidate *candidate)
{
    struct qn_relation relation = {.child = candidate->child,
                                   .parent = candidate->parent,
                                   .n = candidate->n,
                                   .source = QN_RELATION_INFERRED,
                                   .score = fmin(candidate->score, 0.999),
                                   .orphans = NAN};

    if (!candidate->chosen || candidate->score < QN_RELATION_SUGGEST ||
        is_declared(search, candidate)) {
        return;
    }
    memcpy(relation.child_columns, candidate->child_columns, sizeof(relation.child_columns));
    memcpy(relation.parent_columns, candidate->parent_columns, sizeof(relation.parent_columns));
    if (candidate->probed && candidate->tested > 0) {
        relation.orphans = 1 - candidate->hits / candidate->tested;
    }
    relation.evidence =
        qn_arena_str(&search->ret->arena, qn_relation_evidence(&search->schema, candidate));
    add_relation(search->ret, &relation);
}

static int by_child(const void *a, const void *b)
{
    const struct qn_relation *x = a, *y = b;

    if (x->child != y->child) {
        return x->child < y->child ? -1 : 1;
    }
    if (x->score > y->score || x->score < y->score) {
        return x->score > y->score ? -1 : 1;
    }
    if (x->child_columns[0] != y->child_columns[0]) {
        return x->child_columns[0] < y->child_columns[0] ? -1 : 1;
    }
    return x->n != y->n ? (x->n > y->n ? -1 : 1) : 0;
}

/* --- cardinality */

static bool is_unique(const struct search *search, const struct qn_relation *relation)
{
    const struct qn_profile_column *profile =
        relation->n != 1 ? NULL
                         : qn_relation_schema_profile(&search->schema, relation->child,
                                                      relation->child_columns[0]);

    return qn_catalog_is_unique(&search->catalog->tables[relation->child], relation->child_columns,
                                relation->n) ||
           (profile != NULL && profile->all_unique && profile->distinct_seen >= 20 &&
            search->catalog->tables[relation->child].n_keys == 0);
}

static bool is_optional(const struct search *search, const struct qn_relation *relation)
{
    for (size_t i = 0; i < relation->n; i++) {
        size_t column = relation->child_columns[i];
        const struct qn_profile_column *profile =
            qn_relation_schema_profile(&search->schema, relation->child, column);

        if (!search->catalog->tables[relation->child].columns[column].not_null &&
            (profile == NULL || isnan(profile->nulls) || profile->nulls > 0)) {
            return true;
        }
    }
    return false;
}

static bool in_key(const struct qn_catalog_key *key, const struct qn_relation *relation)
{
    for (size_t i = 0; i < relation->n; i++) {
        size_t j = 0;

        while (j < key->n && key->columns[j] != relation->child_columns[i]) {
            j++;
        }
        if (j == key->n) {
            return false;
        }
    }
    return true;
}

/* Relations at items, n of them, are of one child: a key that two of them make is a junction's. */
static void mark_junction(const struct search *search, struct qn_relation *items, size_t n)
{
    const struct qn_catalog_table *table = &search->catalog->tables[items[0].child];

    for (size_t i = 0; i < table->n_keys; i++) {
        const struct qn_catalog_key *key = &table->keys[i];
        size_t covered = 0, inside = 0;

        for (size_t j = 0; j < n; j++) {
            if (items[j].score >= QN_RELATION_ACCEPT && in_key(key, &items[j])) {
                covered += items[j].n;
                inside++;
            }
        }
        for (size_t j = 0; j < n && inside >= 2 && covered == key->n; j++) {
            items[j].junction |= items[j].score >= QN_RELATION_ACCEPT && in_key(key, &items[j]);
        }
    }
}

static void finish(struct search *search)
{
    struct qn_relations *ret = search->ret;

    qsort(ret->items, ret->n, sizeof(*ret->items), by_child);
    for (size_t i = 0; i < ret->n; i++) {
        ret->items[i].one_to_one = is_unique(search, &ret->items[i]);
        ret->items[i].optional = is_optional(search, &ret->items[i]);
    }
    for (size_t i = 0; i < ret->n;) {
        size_t end = i + 1;

        while (end < ret->n && ret->items[end].child == ret->items[i].child) {
            end++;
        }
        mark_junction(search, &ret->items[i], end - i);
        i = end;
    }
}

/* --- the search */

static int infer(struct search *search, struct qn_err *reterr)
{
    int rc;

    qn_relation_candidates_find(&search->candidates, &search->schema);
    rc = qn_arena_status(&search->scratch, "the search for relations", reterr);
    if (rc == QN_OK) {
        rc = probe_and_score(search, &search->candidates, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    qn_relation_choose(&search->schema, &search->candidates, QN_RELATION_SUGGEST);
    if (qn_relation_subtypes_settle(&search->schema, &search->candidates)) {
        qn_relation_choose(&search->schema, &search->candidates, QN_RELATION_SUGGEST);
    }
    rc = qn_relation_composite_find(&search->composites, &search->schema, &search->candidates,
                                    search->probing ? &search->probe : NULL, reterr);
    if (rc == QN_OK) {
        rc = probe_and_score(search, &search->composites, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    qn_relation_composite_settle(&search->composites, &search->schema, &search->candidates);
    for (size_t i = 0; i < search->candidates.n; i++) {
        add_inferred(search, &search->candidates.items[i]);
    }
    for (size_t i = 0; i < search->composites.n; i++) {
        add_inferred(search, &search->composites.items[i]);
    }
    return qn_arena_status(&search->scratch, "the search for relations", reterr);
}

static int run(struct search *search, const struct qn_relations_wish *wish,
               const struct qn_profile_table *profiles, struct qn_err *reterr)
{
    int rc = QN_OK;

    search->ret->items =
        qn_arena_alloc(&search->ret->arena, QN_RELATIONS_MAX, sizeof(struct qn_relation));
    search->ret->trouble = "";
    for (size_t i = 0; i < search->catalog->n_tables; i++) {
        add_declared(search, i);
    }
    qn_relation_schema_make(&search->schema, &search->scratch, search->catalog, profiles);
    rc = qn_arena_status(&search->scratch, "the search for relations", reterr);
    if (rc == QN_OK && !wish->declared_only) {
        rc = infer(search, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_arena_status(&search->ret->arena, "relations", reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    finish(search);
    search->ret->probes = search->probe.statements;
    if (search->ret->trouble[0] == '\0' && search->probe.trouble != NULL) {
        search->ret->trouble = qn_arena_str(&search->ret->arena, search->probe.trouble);
    }
    return qn_arena_status(&search->ret->arena, "relations", reterr);
}

int qn_relations_find(struct qn_relations **ret, struct qn_pg *pg, const struct qn_catalog *catalog,
                      const struct qn_profile_table *profiles, const struct qn_relations_wish *wish,
                      struct qn_err *reterr)
{
    struct search search = {.catalog = catalog, .probing = pg != NULL};
    int rc;

    search.ret = qn_zalloc(1, sizeof(*search.ret));
    if (search.ret == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for relations");
    }
    qn_arena_init(&search.ret->arena, BYTES_MAX);
    qn_arena_init(&search.scratch, BYTES_MAX);
    search.probe = (struct qn_relation_probe){
        .pg = pg,
        .arena = &search.scratch,
        .schema = &search.schema,
        .query_ms = wish->query_ms,
        .deadline_ms = qn_mono_ms(&qn_clock_system) + wish->total_ms,
        .trouble = "",
    };
    rc = run(&search, wish, profiles, reterr);
    qn_arena_release(&search.scratch);
    if (rc != QN_OK) {
        qn_relations_free(search.ret);
        return rc;
    }
    *ret = search.ret;
    return QN_OK;
}

void qn_relations_free(struct qn_relations *relations)
{
    if (relations != NULL) {
        qn_arena_release(&relations->arena);
        qn_free(relations);
    }
}
