#include "model_build.h"

#include "common/mem.h"
#include <math.h>
#include <string.h>

#define SHORT_COMMENT 30 /* bytes: ten Chinese characters */
#define VALUE_MAX     200

const char *qn_model_short_comment(const char *comment)
{
    return strlen(comment) <= SHORT_COMMENT ? comment : "";
}

void qn_model_add_word(struct qn_arena *arena, const char *const **list, size_t *n,
                       const char *text)
{
    const char **words;

    for (size_t i = 0; i < *n; i++) {
        if (strcmp((*list)[i], text) == 0) {
            return;
        }
    }
    if (text[0] == '\0' || *n >= QN_MODEL_WORDS) {
        return;
    }
    words = qn_arena_grow(arena, *list, *n, sizeof(*words));
    if (words != NULL) {
        words[(*n)++] = text;
        *list = words;
    }
}

static const struct qn_profile_table *profile_of(const struct qn_model_build *build, size_t place)
{
    return build->profiles != NULL ? &build->profiles[place] : NULL;
}

static const struct qn_profile_column *profile_column(const struct qn_profile_table *profile,
                                                      size_t place)
{
    return profile != NULL && place < profile->n_columns ? &profile->columns[place] : NULL;
}

/* What is hidden has a name only: who asks for it is to be told so. */
static bool is_in(const struct qn_catalog_column *column)
{
    return column->readable || column->hidden;
}

/* Places of the table's columns in the model; QN_MODEL_NONE of what the role may not read. */
static size_t place_of(const struct qn_catalog_table *source, size_t column)
{
    size_t place = 0;

    for (size_t i = 0; i < column; i++) {
        place += is_in(&source->columns[i]) ? 1 : 0;
    }
    return is_in(&source->columns[column]) ? place : QN_MODEL_NONE;
}

static bool places_of(const struct qn_catalog_table *source, const size_t *columns, size_t n,
                      size_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        ret[i] = place_of(source, columns[i]);
        if (ret[i] == QN_MODEL_NONE) {
            return false;
        }
    }
    return true;
}

static void build_key(struct qn_model_build *build, struct qn_model_table *table,
                      struct qn_table_facts *facts, const struct qn_catalog_key *key)
{
    struct qn_model_key *to = &table->keys[table->n_keys];
    size_t *columns = qn_arena_alloc(&build->model->arena, key->n, sizeof(*columns));

    if (columns == NULL || !places_of(facts->source, key->columns, key->n, columns)) {
        return;
    }
    *to = (struct qn_model_key){columns, key->n, key->primary};
    table->n_keys++;
    if (key->n == 1) {
        table->columns[columns[0]].unique = true;
        facts->columns[columns[0]].primary |= key->primary;
    }
    for (size_t i = 0; key->primary && i < key->n; i++) {
        facts->columns[columns[i]].in_primary = true;
    }
}

static void build_keys(struct qn_model_build *build, struct qn_model_table *table,
                       struct qn_table_facts *facts)
{
    const struct qn_catalog_table *source = facts->source;

    table->keys = qn_arena_alloc(&build->model->arena, source->n_keys + 1, sizeof(*table->keys));
    for (size_t i = 0; table->keys != NULL && i < source->n_keys; i++) {
        if (source->keys[i].n > 0 && source->keys[i].n <= 64) {
            build_key(build, table, facts, &source->keys[i]);
        }
    }
}

/* Of texts the first and the last by the alphabet say nothing, and may say too much. */
static bool is_ordered(enum qn_family family)
{
    return family == QN_FAMILY_INTEGER || family == QN_FAMILY_NUMERIC ||
           family == QN_FAMILY_FLOAT || family == QN_FAMILY_DATE || family == QN_FAMILY_TIMESTAMP ||
           family == QN_FAMILY_TIME || family == QN_FAMILY_INTERVAL;
}

static void build_column(struct qn_model_build *build, struct qn_model_column *column,
                         const struct qn_column_facts *facts)
{
    struct qn_arena *arena = &build->model->arena;
    const struct qn_catalog_column *source = facts->source;
    const struct qn_profile_column *profile = facts->profile;
    bool known = profile != NULL && profile->tier != QN_PROFILE_NONE;

    column->name = qn_arena_str(arena, source->name);
    column->type = qn_plain(arena, source->type, QN_MODEL_TEXT_MAX);
    column->family = source->family;
    column->nullable = !source->not_null;
    column->unit = column->min = column->max = "";
    column->description.text = "";
    column->distinct = known ? profile->distinct : NAN;
    column->nulls = known ? profile->nulls : NAN;
    if (known && profile->pii == QN_PII_NONE && is_ordered(source->family)) {
        column->min = qn_plain(arena, profile->min, VALUE_MAX);
        column->max = qn_plain(arena, profile->max, VALUE_MAX);
    }
}

static void build_columns(struct qn_model_build *build, struct qn_model_table *table,
                          struct qn_table_facts *facts)
{
    const struct qn_catalog_table *source = facts->source;
    size_t n = 0;

    table->columns =
        qn_arena_alloc(&build->model->arena, source->n_columns + 1, sizeof(*table->columns));
    facts->columns =
        qn_arena_alloc(&build->scratch, source->n_columns + 1, sizeof(*facts->columns));
    table->unseen =
        qn_arena_alloc(&build->model->arena, source->n_columns + 1, sizeof(*table->unseen));
    if (table->columns == NULL || facts->columns == NULL || table->unseen == NULL) {
        return;
    }
    for (size_t i = 0; i < source->n_columns; i++) {
        if (!is_in(&source->columns[i])) {
            table->unseen[table->n_unseen++] =
                qn_arena_str(&build->model->arena, source->columns[i].name);
        } else {
            facts->columns[n].source = &source->columns[i];
            facts->columns[n].profile =
                source->columns[i].hidden ? NULL : profile_column(facts->profile, i);
            build_column(build, &table->columns[n], &facts->columns[n]);
            n++;
        }
    }
    table->n_columns = n;
    build_keys(build, table, facts);
}

static double rows_of(const struct qn_table_facts *facts)
{
    bool known = facts->profile != NULL && facts->profile->tier != QN_PROFILE_NONE &&
                 facts->profile->rows >= 0;

    return known ? facts->profile->rows : facts->source->rows;
}

static void build_table(struct qn_model_build *build, size_t place, size_t from)
{
    struct qn_model_table *table = &build->model->tables[place];
    struct qn_table_facts *facts = &build->tables[place];

    facts->source = &build->catalog->tables[from];
    facts->profile = profile_of(build, from);
    table->schema = qn_arena_str(&build->model->arena, facts->source->schema);
    table->name = qn_arena_str(&build->model->arena, facts->source->name);
    table->kind = facts->source->kind;
    table->hidden = facts->source->hidden;
    table->hidden_source = facts->source->hidden_for_good ? QN_MODEL_OWNER : QN_MODEL_RULE;
    table->rows = rows_of(facts);
    table->label = table->time = QN_MODEL_NONE;
    table->description.text = "";
    build_columns(build, table, facts);
}

void qn_model_build_tables(struct qn_model_build *build)
{
    size_t n = build->catalog->n_tables;

    build->model->tables =
        qn_arena_alloc(&build->model->arena, n + 1, sizeof(*build->model->tables));
    build->tables = qn_arena_alloc(&build->scratch, n + 1, sizeof(*build->tables));
    build->table_places = qn_arena_alloc(&build->scratch, n + 1, sizeof(*build->table_places));
    if (build->model->tables == NULL || build->tables == NULL || build->table_places == NULL) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        build->table_places[i] = QN_MODEL_NONE;
        if (build->catalog->tables[i].readable || build->catalog->tables[i].hidden) {
            build_table(build, build->model->n_tables, i);
            build->table_places[i] = build->model->n_tables++;
        }
    }
}

static bool build_relation(struct qn_model_build *build, const struct qn_relation *from,
                           struct qn_model_relation *to)
{
    size_t child = build->table_places[from->child], parent = build->table_places[from->parent];

    if (child == QN_MODEL_NONE || parent == QN_MODEL_NONE || from->score < QN_RELATION_SUGGEST) {
        return false;
    }
    *to = (struct qn_model_relation){
        .child = child,
        .parent = parent,
        .n = from->n,
        .score = from->score,
        .source = from->source,
        .verdict = from->score >= QN_RELATION_ACCEPT ? QN_MODEL_ACCEPTED : QN_MODEL_SUGGESTED,
        .one_to_one = from->one_to_one,
        .optional = from->optional,
        .junction = from->junction,
        .evidence = qn_plain(&build->model->arena, from->evidence, QN_MODEL_TEXT_MAX),
    };
    return places_of(build->tables[child].source, from->child_columns, from->n,
                     to->child_columns) &&
           places_of(build->tables[parent].source, from->parent_columns, from->n,
                     to->parent_columns);
}

static void note_relation(struct qn_model_build *build, const struct qn_model_relation *relation)
{
    struct qn_table_facts *child = &build->tables[relation->child];

    if (relation->verdict != QN_MODEL_ACCEPTED) {
        return;
    }
    for (size_t i = 0; i < relation->n; i++) {
        child->columns[relation->child_columns[i]].foreign = true;
    }
    if (relation->child != relation->parent) {
        child->parents++;
        build->tables[relation->parent].children++;
    }
}

void qn_model_build_relations(struct qn_model_build *build, const struct qn_relations *relations)
{
    struct qn_model *model = build->model;
    size_t n = relations != NULL ? relations->n : 0;

    model->relations = qn_arena_alloc(&model->arena, n + 1, sizeof(*model->relations));
    for (size_t i = 0; model->relations != NULL && i < n; i++) {
        struct qn_model_relation *to = &model->relations[model->n_relations];

        if (build_relation(build, &relations->items[i], to)) {
            note_relation(build, to);
            model->n_relations++;
        }
    }
}

static int status_of(struct qn_model_build *build, struct qn_err *reterr)
{
    int rc = qn_arena_status(&build->model->arena, "the model", reterr);

    return rc != QN_OK ? rc : qn_arena_status(&build->scratch, "the model", reterr);
}

static int run(struct qn_model_build *build, const struct qn_relations *relations,
               struct qn_err *reterr)
{
    int rc;

    qn_model_build_tables(build);
    rc = status_of(build, reterr);
    if (rc != QN_OK) { /* what follows counts on its arrays */
        return rc;
    }
    qn_model_build_relations(build, relations);
    for (size_t i = 0; i < build->model->n_tables; i++) {
        qn_model_build_roles(build, i);
        qn_model_build_labels(build, i);
        qn_model_build_values(build, i);
    }
    for (size_t i = 0; i < build->model->n_tables; i++) {
        qn_model_build_purpose(build, i);
        qn_model_build_words(build, i);
    }
    for (size_t i = 0; i < build->model->n_tables; i++) {
        qn_model_build_descriptions(build, i);
    }
    qn_model_build_metrics(build);
    return status_of(build, reterr);
}

static void begin(struct qn_model *model, const struct qn_catalog *catalog,
                  const struct qn_model_options *options)
{
    struct qn_arena *arena = &model->arena;
    bool zh = options->language != NULL && strcmp(options->language, "zh") == 0;

    model->datasource = qn_arena_str(arena, options->datasource);
    model->database = qn_arena_str(arena, catalog->database);
    model->time_zone = qn_arena_str(arena, options->time_zone);
    model->reference_day = "";
    model->week_start = "monday";
    model->language = zh ? "zh" : "en";
    model->catalog_hash = qn_arena_str(arena, catalog->hash);
}

int qn_model_build(struct qn_model **ret, const struct qn_catalog *catalog,
                   const struct qn_profile_table *profiles, const struct qn_relations *relations,
                   const struct qn_model_options *options, struct qn_err *reterr)
{
    struct qn_model_build build = {.catalog = catalog, .profiles = profiles};
    int rc;

    build.model = qn_zalloc(1, sizeof(*build.model));
    if (build.model == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a model");
    }
    qn_arena_init(&build.model->arena, QN_MODEL_BYTES_MAX);
    qn_arena_init(&build.scratch, QN_MODEL_BYTES_MAX);
    begin(build.model, catalog, options);
    rc = run(&build, relations, reterr);
    qn_arena_release(&build.scratch);
    if (rc != QN_OK) {
        qn_model_free(build.model);
        return rc;
    }
    *ret = build.model;
    return QN_OK;
}
