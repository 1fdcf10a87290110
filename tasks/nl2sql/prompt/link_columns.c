#include "link_parts.h"
#include "prompt_schema.h"

#include "tasks/lib/llm/llm_profile.h"
#include <stdlib.h>

#define TABLE_TOKENS (LINK_TOKENS_MAX * 3 / 4) /* the rest is for joins, metrics and names */
#define TEXT_MAX     ((size_t)256 * 1024)

struct choice {
    size_t table; /* place in the link */
    size_t column;
    double score;
};

struct columns {
    const struct qn_model *model;
    const struct link_scores *scores;
    struct link *link;
    struct qn_buf text;
    int64_t tokens;
    bool **taken;
};

static int64_t measure(struct columns *columns)
{
    const int64_t tokens = qn_llm_estimate((struct qn_span){columns->text.data, columns->text.len});

    qn_buf_reset(&columns->text);
    return tokens;
}

static int64_t tokens_of_column(struct columns *columns, size_t table, size_t column)
{
    prompt_schema_column(&columns->text, columns->model, table, column);
    return measure(columns);
}

static bool in_key(const struct qn_model_table *table, size_t column)
{
    for (size_t i = 0; i < table->n_keys; i++) {
        for (size_t k = 0; table->keys[i].primary && k < table->keys[i].n; k++) {
            if (table->keys[i].columns[k] == column) {
                return true;
            }
        }
    }
    return false;
}

static bool is_needed(const struct qn_model_table *table, size_t column)
{
    const enum qn_role role = table->columns[column].role;

    return column == table->label || column == table->time || role == QN_ROLE_KEY ||
           role == QN_ROLE_FOREIGN || in_key(table, column);
}

static void need(struct columns *columns, size_t place, size_t column)
{
    const size_t table = columns->link->tables[place].table;

    if (!columns->taken[place][column] &&
        prompt_schema_has_column(&columns->model->tables[table].columns[column])) {
        columns->taken[place][column] = true;
        columns->link->tables[place].n_columns++;
        columns->tokens += tokens_of_column(columns, table, column);
    }
}

static void need_of_relations(struct columns *columns, size_t place)
{
    const struct qn_model *model = columns->model;
    const size_t table = columns->link->tables[place].table;

    for (size_t i = 0; i < model->n_relations; i++) {
        const struct qn_model_relation *relation = &model->relations[i];

        for (size_t k = 0; k < relation->n && relation->verdict == QN_MODEL_ACCEPTED; k++) {
            if (relation->child == table) {
                need(columns, place, relation->child_columns[k]);
            }
            if (relation->parent == table) {
                need(columns, place, relation->parent_columns[k]);
            }
        }
    }
}

/* Keys, foreign keys, label and time of a table; false when they have no room. */
static bool add_table(struct columns *columns, size_t place, struct qn_arena *arena)
{
    const size_t at = columns->link->tables[place].table;
    const struct qn_model_table *table = &columns->model->tables[at];
    const int64_t before = columns->tokens;

    columns->taken[place] = qn_arena_alloc(arena, table->n_columns + 1, sizeof(bool));
    if (columns->taken[place] == NULL) {
        return false;
    }
    prompt_schema_head(&columns->text, columns->model, at);
    prompt_schema_tail(&columns->text);
    columns->tokens += measure(columns);
    need_of_relations(columns, place);
    for (size_t i = 0; i < table->n_columns; i++) {
        if (is_needed(table, i)) {
            need(columns, place, i);
        }
    }
    if (columns->tokens > TABLE_TOKENS && place > 0) {
        columns->tokens = before;
        return false;
    }
    return true;
}

/* ---- the others ---- */

static double worth(const struct columns *columns, size_t place, size_t column)
{
    static const double of_role[QN_ROLES] = {
        [QN_ROLE_MEASURE] = 0.9, [QN_ROLE_DIMENSION] = 0.8, [QN_ROLE_TIME] = 0.7,
        [QN_ROLE_FLAG] = 0.6,    [QN_ROLE_AVERAGE] = 0.6,   [QN_ROLE_GEO] = 0.3,
    };
    const struct link_table *table = &columns->link->tables[place];
    const double *scores = columns->scores->columns[table->table];

    return of_role[columns->model->tables[table->table].columns[column].role] +
           (scores != NULL ? 4 * scores[column] : 0) - 0.01 * (double)place -
           (table->on_the_way ? 0.5 : 0);
}

static int better_first(const void *a, const void *b)
{
    const struct choice *x = a, *y = b;

    if (x->score < y->score || x->score > y->score) {
        return x->score < y->score ? 1 : -1;
    }
    if (x->table != y->table) {
        return x->table < y->table ? -1 : 1;
    }
    return x->column < y->column ? -1 : x->column > y->column;
}

static size_t find_choices(struct columns *columns, struct choice *choices)
{
    size_t n = 0;

    for (size_t place = 0; place < columns->link->n_tables; place++) {
        const struct qn_model_table *table =
            &columns->model->tables[columns->link->tables[place].table];

        for (size_t i = 0; i < table->n_columns; i++) {
            if (!columns->taken[place][i] && prompt_schema_has_column(&table->columns[i])) {
                choices[n++] = (struct choice){place, i, worth(columns, place, i)};
            }
        }
    }
    return n;
}

static void take_best(struct columns *columns, const struct choice *choices, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct link_table *table = &columns->link->tables[choices[i].table];
        int64_t tokens;

        if (table->n_columns >= LINK_COLUMNS_MAX) {
            continue;
        }
        tokens = tokens_of_column(columns, table->table, choices[i].column);
        if (columns->tokens + tokens <= TABLE_TOKENS) {
            columns->tokens += tokens;
            columns->taken[choices[i].table][choices[i].column] = true;
            table->n_columns++;
        }
    }
}

static void list(struct columns *columns, size_t place, struct qn_arena *arena)
{
    struct link_table *table = &columns->link->tables[place];
    const size_t all = columns->model->tables[table->table].n_columns;
    size_t n = 0;

    table->columns = qn_arena_alloc(arena, table->n_columns + 1, sizeof(*table->columns));
    for (size_t i = 0; table->columns != NULL && i < all; i++) {
        if (columns->taken[place][i]) {
            table->columns[n++] = i;
        } else if (!columns->model->tables[table->table].columns[i].hidden) {
            columns->link->left_columns++;
        }
    }
    table->n_columns = n;
}

void link_columns(const struct qn_model *model, const struct link_scores *scores,
                  struct qn_arena *arena, struct link *ret)
{
    struct columns columns = {.model = model, .scores = scores, .link = ret};
    struct choice *choices;
    size_t all = 0, n = 0;

    columns.taken = qn_arena_alloc(arena, ret->n_tables + 1, sizeof(*columns.taken));
    if (columns.taken == NULL) {
        ret->n_tables = 0;
        return;
    }
    qn_buf_init(&columns.text, TEXT_MAX);
    while (n < ret->n_tables && add_table(&columns, n, arena)) {
        all += model->tables[ret->tables[n].table].n_columns;
        n++;
    }
    ret->n_tables = n;
    choices = qn_arena_alloc(arena, all + 1, sizeof(*choices));
    if (choices != NULL) {
        all = find_choices(&columns, choices);
        qsort(choices, all, sizeof(*choices), better_first);
        take_best(&columns, choices, all);
    }
    for (size_t i = 0; i < ret->n_tables; i++) {
        list(&columns, i, arena);
    }
    qn_buf_release(&columns.text);
}
