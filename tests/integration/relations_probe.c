/* relations_probe.c - the relations of a database, for measuring.
 *
 *   relations_probe URL [names]
 *
 * Prints a line for each: child table, its columns, parent table, its columns, score, source and
 * evidence, parted by tabs, columns by commas. names: without looking into the data. Statements
 * and times go to stderr. An error is "CODE text", exit code 1.
 */
#include "common/clock.h"
#include "tasks/lib/relations/relations.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX ((size_t)256 * 1024 * 1024)

static int profile_all(struct qn_profile_table *profiles, struct qn_arena *arena, struct qn_pg *pg,
                       const struct qn_catalog *catalog, struct qn_err *err)
{
    const struct qn_profile_wish wish = {.tier = QN_PROFILE_SAMPLED,
                                         .query_ms = 10000,
                                         .table_ms = 10000,
                                         .now_ms = qn_wall_ms(&qn_clock_system),
                                         .seed = 1};
    int rc = QN_OK;

    for (size_t i = 0; i < catalog->n_tables && rc == QN_OK; i++) {
        rc = qn_profile_table(&profiles[i], arena, pg, &catalog->tables[i], &wish, err);
    }
    return rc;
}

static void print_columns(const struct qn_catalog_table *table, const size_t *columns, size_t n)
{
    printf("\t");
    for (size_t i = 0; i < n; i++) {
        printf("%s%s", i > 0 ? "," : "", table->columns[columns[i]].name);
    }
}

static void print(const struct qn_catalog *catalog, const struct qn_relations *relations)
{
    for (size_t i = 0; i < relations->n; i++) {
        const struct qn_relation *item = &relations->items[i];

        printf("%s", catalog->tables[item->child].name);
        print_columns(&catalog->tables[item->child], item->child_columns, item->n);
        printf("\t%s", catalog->tables[item->parent].name);
        print_columns(&catalog->tables[item->parent], item->parent_columns, item->n);
        printf("\t%.3f\t%s\t%s%s%s%s\n", item->score,
               item->source == QN_RELATION_DECLARED ? "declared" : "inferred", item->evidence,
               item->one_to_one ? "; 1:1" : "", item->optional ? "; optional" : "",
               item->junction ? "; junction" : "");
    }
}

static int find(struct qn_pg *pg, bool names_only, struct qn_err *err)
{
    const struct qn_relations_wish wish = {.query_ms = 5000, .total_ms = 60000};
    struct qn_catalog *catalog = NULL;
    struct qn_relations *relations = NULL;
    struct qn_profile_table *profiles = NULL;
    struct qn_arena arena;
    int64_t read_ms, start_ms = 0;
    int rc = qn_catalog_read(&catalog, pg, NULL, err);

    qn_arena_init(&arena, ARENA_MAX);
    if (rc == QN_OK && !names_only) {
        profiles = qn_arena_alloc(&arena, catalog->n_tables + 1, sizeof(*profiles));
        rc = profiles == NULL ? QN_ENOMEM : profile_all(profiles, &arena, pg, catalog, err);
    }
    read_ms = qn_mono_ms(&qn_clock_system);
    if (rc == QN_OK) {
        rc = qn_relations_find(&relations, names_only ? NULL : pg, catalog, profiles, &wish, err);
    }
    start_ms = qn_mono_ms(&qn_clock_system);
    if (rc == QN_OK) {
        print(catalog, relations);
        fprintf(stderr, "tables %zu, probes %zu, ms %lld, bytes %zu%s%s\n", catalog->n_tables,
                relations->probes, (long long)(start_ms - read_ms), relations->arena.used,
                relations->trouble[0] != '\0' ? ", " : "", relations->trouble);
    }
    qn_relations_free(relations);
    qn_catalog_free(catalog);
    qn_arena_release(&arena);
    return rc;
}

int main(int argc, char **argv)
{
    struct qn_err err = {0};
    struct qn_pg *pg = NULL;
    int rc;

    if (argc < 2) {
        fprintf(stderr, "relations_probe URL [names]\n");
        return 2;
    }
    rc = qn_pg_create(&pg, argv[1], &err);
    if (rc == QN_OK) {
        rc = qn_pg_ready(pg, "relations_probe", -1, &err);
    }
    if (rc == QN_OK) {
        rc = find(pg, argc > 2 && strcmp(argv[2], "names") == 0, &err);
    }
    qn_pg_free(pg);
    if (rc != QN_OK) {
        fprintf(stderr, "%d %s\n", rc, err.msg);
    }
    return rc == QN_OK ? 0 : 1;
}
