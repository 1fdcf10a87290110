#include "report_view.h"

#include "report_words.h"
#include <math.h>
#include <string.h>

#define ARENA_MAX ((size_t)256 * 1024 * 1024)

/* The model follows the catalogue's order, with gaps: the place after the last one found is tried
 * first. */
static size_t find_table(const struct qn_catalog *catalog, size_t hint,
                         const struct qn_model_table *table)
{
    for (size_t i = 0; i < catalog->n_tables; i++) {
        size_t place = (hint + i) % catalog->n_tables;

        if (strcmp(catalog->tables[place].name, table->name) == 0 &&
            strcmp(catalog->tables[place].schema, table->schema) == 0) {
            return place;
        }
    }
    return QN_MODEL_NONE;
}

static size_t find_column(const struct qn_catalog_table *table, size_t hint, const char *name)
{
    for (size_t i = 0; table != NULL && i < table->n_columns; i++) {
        size_t place = (hint + i) % table->n_columns;

        if (strcmp(table->columns[place].name, name) == 0) {
            return place;
        }
    }
    return QN_MODEL_NONE;
}

static void match_columns(struct report_view *view, struct report_table *table)
{
    size_t hint = 0;

    table->columns = qn_arena_alloc(&view->arena, table->model->n_columns, sizeof(size_t));
    for (size_t i = 0; table->columns != NULL && i < table->model->n_columns; i++) {
        size_t place = find_column(table->catalog, hint, table->model->columns[i].name);

        table->columns[i] = place;
        hint = place == QN_MODEL_NONE ? hint : place + 1;
    }
}

static void match_tables(struct report_view *view)
{
    const struct qn_catalog *catalog = view->source->catalog;
    size_t hint = 0;

    for (size_t i = 0; i < view->model->n_tables; i++) {
        struct report_table *table = &view->tables[i];
        size_t place = QN_MODEL_NONE;

        table->model = &view->model->tables[i];
        if (catalog != NULL && catalog->n_tables > 0) {
            place = find_table(catalog, hint, table->model);
        }
        if (place != QN_MODEL_NONE) {
            hint = place + 1;
            table->catalog = &catalog->tables[place];
            table->profile = view->source->profiles == NULL ? NULL : &view->source->profiles[place];
        }
        match_columns(view, table);
    }
}

const struct qn_profile_column *report_profile(const struct report_table *table, size_t column)
{
    size_t place = table->columns[column];

    if (table->profile == NULL || place == QN_MODEL_NONE || place >= table->profile->n_columns ||
        table->profile->columns[place].tier == QN_PROFILE_NONE) {
        return NULL;
    }
    return &table->profile->columns[place];
}

bool report_has_schema(const struct report_view *view, size_t table)
{
    return view->schemas && strcmp(view->model->tables[table].schema, "public") != 0;
}

double report_rows(const struct report_table *table)
{
    bool seen = table->profile != NULL && table->profile->tier != QN_PROFILE_NONE;
    double rows = seen ? table->profile->rows : table->model->rows;

    return isfinite(rows) && rows >= 0 ? rows : -1;
}

static void count_columns(struct report_view *view, struct report_table *table)
{
    for (size_t i = 0; i < table->model->n_columns; i++) {
        const struct qn_profile_column *profile = report_profile(table, i);

        view->personal += table->model->columns[i].pii != QN_PII_NONE;
        for (size_t alert = 0; profile != NULL && alert < QN_ALERTS; alert++) {
            bool is = (profile->alerts & 1U << alert) != 0;

            table->alerts += is && report_alerts[alert].concern;
            view->notes += is && !report_alerts[alert].concern;
        }
    }
    view->alerts += table->alerts;
    view->n_columns += table->model->n_columns;
}

static void count_tables(struct report_view *view)
{
    for (size_t i = 0; i < view->model->n_tables; i++) {
        struct report_table *table = &view->tables[i];
        bool is_view = table->model->kind == QN_CATALOG_VIEW;
        double rows = report_rows(table);

        count_columns(view, table);
        view->n_views += is_view || table->model->kind == QN_CATALOG_MATVIEW;
        view->rows += rows > 0 && !is_view ? rows : 0;
        view->estimated = view->estimated || table->profile == NULL || !table->profile->complete;
        view->bytes +=
            table->catalog != NULL && table->catalog->bytes > 0 ? (double)table->catalog->bytes : 0;
        view->tiers[table->profile != NULL ? table->profile->tier : QN_PROFILE_NONE]++;
        view->schemas =
            view->schemas || strcmp(table->model->schema, view->tables[0].model->schema) != 0;
    }
}

static void count_relations(struct report_view *view)
{
    for (size_t i = 0; i < view->model->n_relations; i++) {
        const struct qn_model_relation *relation = &view->model->relations[i];

        view->suggested += relation->verdict == QN_MODEL_SUGGESTED;
        if (relation->verdict == QN_MODEL_ACCEPTED) {
            view->accepted++;
            view->declared += relation->source == QN_RELATION_DECLARED;
            view->tables[relation->child].parents++;
            view->tables[relation->parent].children++;
        }
    }
}

int report_view_init(struct report_view *view, const struct metadata_report_source *source)
{
    *view = (struct report_view){.source = source, .model = source->model};
    qn_arena_init(&view->arena, ARENA_MAX);
    view->tables = qn_arena_alloc(&view->arena, view->model->n_tables, sizeof(*view->tables));
    view->linked = qn_arena_alloc(&view->arena, view->model->n_tables, sizeof(*view->linked));
    if (view->arena.status == QN_OK) {
        match_tables(view);
    }
    if (view->arena.status == QN_OK) {
        count_tables(view);
        count_relations(view);
    }
    return qn_arena_status(&view->arena, "a report", NULL);
}

void report_view_release(struct report_view *view)
{
    qn_arena_release(&view->arena);
}
