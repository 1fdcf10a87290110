#include "prompt_schema.h"

#include "common/json.h"
#include "prompt.h"
#include "prompt_data.h"
#include "tasks/lib/llm/llm_data.h"
#include "tasks/lib/llm/llm_profile.h"
#include "tasks/lib/model/model_sql.h"
#include <string.h>

#define WORDS_SHOWN  6  /* synonyms of a thing in a language */
#define VALUES_SHOWN 30 /* of a category */
#define MEANS_SHOWN  3  /* synonyms of a value in a language */
#define NAMES_ROOM   ((size_t)8 * 1024)

bool prompt_schema_has_table(const struct qn_model *model, size_t table)
{
    const struct qn_model_table *of = &model->tables[table];

    return !of->hidden && prompt_data_is_name(of->name) && prompt_data_is_name(of->schema);
}

bool prompt_schema_has_column(const struct qn_model_column *column)
{
    return !column->hidden && prompt_data_is_name(column->name) &&
           prompt_data_is_name(column->type);
}

bool prompt_schema_has_relation(const struct qn_model *model,
                                const struct qn_model_relation *relation)
{
    const struct qn_model_table *child = &model->tables[relation->child];
    const struct qn_model_table *parent = &model->tables[relation->parent];

    if (relation->verdict != QN_MODEL_ACCEPTED || child->hidden || parent->hidden) {
        return false;
    }
    for (size_t i = 0; i < relation->n; i++) {
        if (!prompt_schema_has_column(&child->columns[relation->child_columns[i]]) ||
            !prompt_schema_has_column(&parent->columns[relation->parent_columns[i]])) {
            return false;
        }
    }
    return true;
}

/* ---- names ---- */

/* Of a name that may be shown there is always room, but for memory. */
static void add_name(struct qn_buf *out, const struct qn_arena *arena, const char *name)
{
    if (arena->status != QN_OK) {
        out->status = QN_ENOMEM;
    } else {
        qn_buf_add_str(out, name);
    }
}

static void add_table(struct qn_buf *out, const struct qn_model *model, size_t table)
{
    struct qn_arena arena;

    qn_arena_init(&arena, NAMES_ROOM);
    add_name(out, &arena, qn_model_sql_table(&arena, model, table));
    qn_arena_release(&arena);
}

static void add_column(struct qn_buf *out, const struct qn_model *model, size_t table,
                       size_t column, bool qualified)
{
    struct qn_arena arena;
    const char *name;
    size_t skip;

    qn_arena_init(&arena, NAMES_ROOM);
    name = qn_model_sql_column(&arena, model, table, column);
    skip = qualified ? 0 : strlen(qn_model_sql_table(&arena, model, table)) + 1;
    add_name(out, &arena, arena.status == QN_OK ? name + skip : "");
    qn_arena_release(&arena);
}

/* ---- what is known, as JSON ---- */

/* Begins a member of the remark that began at `from`; the first one begins the remark. */
static void add_key(struct qn_buf *out, size_t from, const char *key)
{
    qn_buf_add_str(out, out->len == from ? " -- {" : ", ");
    qn_json_add_str(out, key);
    qn_buf_add_str(out, ": ");
}

static void end_remark(struct qn_buf *out, size_t from)
{
    qn_buf_add_str(out, out->len > from ? "}\n" : "\n");
}

static void add_text(struct qn_buf *out, size_t from, const char *key, const char *text)
{
    if (text[0] != '\0') {
        add_key(out, from, key);
        qn_llm_add_data(out, text, PROMPT_TEXT_MAX);
    }
}

static size_t pick(const struct qn_model_words *words, size_t most, const char **ret)
{
    size_t n = 0;

    for (size_t i = 0; i < words->n_en && i < most; i++) {
        ret[n++] = words->en[i];
    }
    for (size_t i = 0; i < words->n_zh && i < most; i++) {
        ret[n++] = words->zh[i];
    }
    return n;
}

static void add_words(struct qn_buf *out, size_t from, const char *key,
                      const struct qn_model_words *words)
{
    const char *shown[2 * WORDS_SHOWN];
    const size_t n = pick(words, WORDS_SHOWN, shown);

    if (n > 0) {
        add_key(out, from, key);
        qn_llm_add_data_list(out, shown, n, PROMPT_TEXT_MAX);
    }
}

static void add_values(struct qn_buf *out, size_t from, const struct qn_model_column *column)
{
    if (column->n_values == 0 || !column->values_complete || column->pii != QN_PII_NONE ||
        column->role == QN_ROLE_PERSONAL) {
        return;
    }
    add_key(out, from, column->n_values > VALUES_SHOWN ? "some values" : "values");
    qn_buf_add_byte(out, '{');
    for (size_t i = 0; i < column->n_values && i < VALUES_SHOWN; i++) {
        const char *shown[2 * MEANS_SHOWN];
        const size_t n = pick(&column->values[i].words, MEANS_SHOWN, shown);

        qn_buf_add_str(out, i > 0 ? ", " : "");
        qn_llm_add_data(out, column->values[i].text, PROMPT_TEXT_MAX);
        qn_buf_add_str(out, ": ");
        qn_llm_add_data_list(out, shown, n, PROMPT_TEXT_MAX);
    }
    qn_buf_add_byte(out, '}');
}

/* ---- tables ---- */

static void add_own_column(struct qn_buf *out, size_t from, const char *key,
                           const struct qn_model_table *table, size_t column)
{
    if (column != QN_MODEL_NONE && prompt_schema_has_column(&table->columns[column])) {
        add_text(out, from, key, table->columns[column].name);
    }
}

void prompt_schema_head(struct qn_buf *out, const struct qn_model *model, size_t table)
{
    const struct qn_model_table *of = &model->tables[table];
    size_t from;

    qn_buf_add_str(out, "CREATE TABLE ");
    add_table(out, model, table);
    qn_buf_add_str(out, " (");
    from = out->len;
    add_text(out, from, "is", of->description.text);
    add_words(out, from, "also called", &of->words);
    add_own_column(out, from, "shown by", of, of->label);
    add_own_column(out, from, "time", of, of->time);
    end_remark(out, from);
}

static bool is_primary(const struct qn_model_table *table, size_t column)
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

void prompt_schema_column(struct qn_buf *out, const struct qn_model *model, size_t table,
                          size_t column)
{
    const struct qn_model_column *of = &model->tables[table].columns[column];
    size_t from;

    qn_buf_add_str(out, "  ");
    add_column(out, model, table, column, false);
    qn_buf_printf(out, " %s%s,", of->type,
                  is_primary(&model->tables[table], column) ? " PRIMARY KEY"
                  : of->nullable                            ? ""
                                                            : " NOT NULL");
    from = out->len;
    add_text(out, from, "is", of->description.text);
    add_words(out, from, "also called", &of->words);
    add_words(out, from, "false is", &of->negated);
    add_text(out, from, "unit", of->unit);
    if (of->role == QN_ROLE_AVERAGE) {
        add_text(out, from, "sum", "has no meaning");
    }
    add_values(out, from, of);
    end_remark(out, from);
}

void prompt_schema_tail(struct qn_buf *out)
{
    qn_buf_add_str(out, ");\n");
}

/* ---- the whole ---- */

static bool has(const struct link *link, size_t table)
{
    for (size_t i = 0; i < link->n_tables; i++) {
        if (link->tables[i].table == table) {
            return true;
        }
    }
    return false;
}

static void add_joins(struct qn_buf *out, const struct qn_model *model, const struct link *link)
{
    const char *title = "Joins:\n";

    for (size_t i = 0; i < model->n_relations; i++) {
        const struct qn_model_relation *relation = &model->relations[i];

        if (!has(link, relation->child) || !has(link, relation->parent) ||
            !prompt_schema_has_relation(model, relation)) {
            continue;
        }
        qn_buf_add_str(out, title);
        title = "";
        for (size_t k = 0; k < relation->n; k++) {
            qn_buf_add_str(out, k == 0 ? "  " : " AND ");
            add_column(out, model, relation->child, relation->child_columns[k], true);
            qn_buf_add_str(out, " = ");
            add_column(out, model, relation->parent, relation->parent_columns[k], true);
        }
        qn_buf_add_str(out, relation->one_to_one ? " (one to one)\n" : " (many to one)\n");
    }
}

static void add_others(struct qn_buf *out, const struct qn_model *model, const struct link *link)
{
    const char *title = "Other tables exist, with columns that are not shown:";

    for (size_t i = 0; i < link->n_others; i++) {
        const size_t before = out->len;

        qn_buf_add_str(out, title);
        qn_buf_add_str(out, title[0] != '\0' ? " " : ", ");
        add_table(out, model, link->others[i]);
        if (qn_llm_estimate((struct qn_span){out->data, out->len}) > LINK_TOKENS_MAX) {
            qn_buf_cut(out, before);
            break;
        }
        title = "";
    }
    qn_buf_add_str(out, title[0] == '\0' ? "\n" : "");
}

void prompt_schema_write(struct qn_buf *out, const struct qn_model *model, const struct link *link)
{
    struct qn_buf text;

    qn_buf_init(&text, PROMPT_BYTES_MAX);
    for (size_t i = 0; i < link->n_tables; i++) {
        const struct link_table *table = &link->tables[i];

        prompt_schema_head(&text, model, table->table);
        for (size_t k = 0; k < table->n_columns; k++) {
            prompt_schema_column(&text, model, table->table, table->columns[k]);
        }
        prompt_schema_tail(&text);
    }
    add_joins(&text, model, link);
    prompt_schema_metrics(&text, model, link);
    if (link->left_columns > 0) {
        qn_buf_printf(&text, "%zu columns of these tables are not shown.\n", link->left_columns);
    }
    if (link->left_tables > 0) {
        qn_buf_printf(&text, "%zu tables are not shown.\n", link->left_tables);
    }
    add_others(&text, model, link);
    qn_buf_add(out, text.data, text.len);
    if (qn_buf_status(&text) != QN_OK) {
        out->status = qn_buf_status(&text);
    }
    qn_buf_release(&text);
}
