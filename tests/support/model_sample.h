/* model_sample.h - models, catalogues and profiles made by hand, for tests of what shows them. */
#ifndef TESTS_SUPPORT_MODEL_SAMPLE_H
#define TESTS_SUPPORT_MODEL_SAMPLE_H

#include "tasks/lib/model/model.h"
#include <math.h>
#include <stdio.h>

struct model_sample {
    struct qn_model model;
    struct qn_catalog catalog;
    struct qn_profile_table *profiles;
    struct qn_arena arena;
};

static inline void model_sample_column(struct model_sample *sample, size_t t, size_t c)
{
    const char *name = c == 0 ? "id" : qn_arena_printf(&sample->arena, "c%zu", c);

    sample->model.tables[t].columns[c] =
        (struct qn_model_column){.name = name,
                                 .type = "integer",
                                 .family = QN_FAMILY_INTEGER,
                                 .description = {"", QN_MODEL_RULE},
                                 .unit = "",
                                 .min = "",
                                 .max = ""};
    sample->catalog.tables[t].columns[c] =
        (struct qn_catalog_column){.name = name, .type = "integer"};
    sample->profiles[t].columns[c] = (struct qn_profile_column){.tier = QN_PROFILE_EXACT,
                                                                .distinct = 7,
                                                                .min = "1",
                                                                .max = "12000",
                                                                .low = 1,
                                                                .high = 12000,
                                                                .mean = 5,
                                                                .deviation = 2.5,
                                                                .quartile = {2, 40, 6},
                                                                .length_max = NAN,
                                                                .bins = {0.5, 0, 0.25, NAN, 0.25},
                                                                .binned = true};
}

static inline void model_sample_table(struct model_sample *sample, size_t t, size_t columns)
{
    struct qn_arena *arena = &sample->arena;
    struct qn_model_key *key = qn_arena_alloc(arena, 1, sizeof(*key));
    const char *name = qn_arena_printf(arena, "t%zu", t);

    *key = (struct qn_model_key){qn_arena_alloc(arena, 1, sizeof(size_t)), 1, true};
    sample->model.tables[t] = (struct qn_model_table){
        .schema = "public",
        .name = name,
        .description = {"Rows of something.", QN_MODEL_RULE},
        .label = QN_MODEL_NONE,
        .time = QN_MODEL_NONE,
        .rows = 10.0 * (double)(t + 1),
        .columns = qn_arena_alloc(arena, columns, sizeof(struct qn_model_column)),
        .n_columns = columns,
        .keys = key,
        .n_keys = 1};
    sample->catalog.tables[t] = (struct qn_catalog_table){
        .schema = "public",
        .name = name,
        .bytes = 8192,
        .columns = qn_arena_alloc(arena, columns, sizeof(struct qn_catalog_column)),
        .n_columns = columns};
    sample->profiles[t] = (struct qn_profile_table){
        .tier = QN_PROFILE_EXACT,
        .asked = QN_PROFILE_EXACT,
        .trouble = "",
        .rows = 10.0 * (double)(t + 1),
        .complete = true,
        .columns = qn_arena_alloc(arena, columns, sizeof(struct qn_profile_column)),
        .n_columns = columns};
    for (size_t c = 0; c < columns; c++) {
        model_sample_column(sample, t, c);
    }
}

/* Tables t0, t1, ... with columns id (the key), c1, c2, ...; nothing refers to anything. */
static inline void model_sample_init(struct model_sample *sample, size_t tables, size_t columns)
{
    struct qn_arena *arena = &sample->arena;

    *sample = (struct model_sample){
        .model = {.datasource = "", .database = "sample", .time_zone = "UTC", .language = "en"},
        .catalog = {.database = "sample", .role = "reader", .server_version = 150020}};
    qn_arena_init(arena, (size_t)1 << 30);
    sample->model.tables = qn_arena_alloc(arena, tables + 1, sizeof(struct qn_model_table));
    sample->model.n_tables = sample->catalog.n_tables = tables;
    sample->model.relations =
        qn_arena_alloc(arena, 4 * tables + 8, sizeof(struct qn_model_relation));
    sample->catalog.tables = qn_arena_alloc(arena, tables + 1, sizeof(struct qn_catalog_table));
    sample->profiles = qn_arena_alloc(arena, tables + 1, sizeof(struct qn_profile_table));
    for (size_t t = 0; t < tables; t++) {
        model_sample_table(sample, t, columns);
    }
}

/* The text, then one that begins to run from right to left and does not end, and an address. */
static inline const char *model_sample_hostile(const char *text)
{
    static char hostile[200];

    snprintf(hostile, sizeof(hostile), "%s%c%c%c\xd7\xa9 url(http://x)", text, 0xe2, 0x80, 0xae);
    return hostile;
}

static inline void model_sample_release(struct model_sample *sample)
{
    qn_arena_release(&sample->arena);
}

static inline struct qn_model_relation *model_sample_relate(struct model_sample *sample,
                                                            size_t child, size_t column,
                                                            size_t parent)
{
    struct qn_model_relation *relation = &sample->model.relations[sample->model.n_relations++];

    *relation = (struct qn_model_relation){.child = child,
                                           .parent = parent,
                                           .child_columns = {column},
                                           .n = 1,
                                           .score = 1,
                                           .verdict = QN_MODEL_ACCEPTED,
                                           .evidence = "it was said"};
    return relation;
}

#endif
