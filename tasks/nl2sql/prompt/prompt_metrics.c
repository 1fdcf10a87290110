#include "clean_scan.h"
#include "prompt.h"
#include "prompt_schema.h"

#include "common/json.h"
#include "tasks/lib/llm/llm_data.h"
#include "tasks/lib/llm/llm_profile.h"
#include <string.h>

#define TABLES_MAX 16
#define TEXTS_MAX  3
#define WORDS_MAX  6
#define EXPR_MAX   1000 /* a longer expression is not shown: cut it would be another one */
#define NAME_SIZE  256

struct mentions {
    const struct qn_model *model;
    size_t tables[TABLES_MAX];
    size_t n;
    bool hidden;
};

static void add_mention(struct mentions *mentions, size_t table)
{
    for (size_t i = 0; i < mentions->n; i++) {
        if (mentions->tables[i] == table) {
            return;
        }
    }
    if (table != QN_MODEL_NONE && mentions->n < TABLES_MAX) {
        mentions->tables[mentions->n++] = table;
    }
    mentions->hidden |= table != QN_MODEL_NONE && !prompt_schema_has_table(mentions->model, table);
}

static bool is_name(struct qn_span text, struct clean_token token)
{
    const char first = text.data[token.start];

    return first == '"' || first == '_' || (first >= 'a' && first <= 'z') ||
           (first >= 'A' && first <= 'Z') || (unsigned char)first >= 0x80;
}

/* As the database knows it: quoted as it is, else small. */
static void name_of(struct qn_span text, struct clean_token token, char out[NAME_SIZE])
{
    const bool quoted = text.data[token.start] == '"';
    size_t n = 0;

    for (size_t i = token.start + quoted; i + quoted < token.end && n + 1 < NAME_SIZE; i++) {
        const char c = text.data[i];

        i += quoted && c == '"';
        out[n++] = (char)(!quoted && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    out[n] = '\0';
}

/* Names before a dot are tables; where two schemas have one, or it is a schema, nobody is meant. */
static void find_tables(struct mentions *mentions, struct qn_span text,
                        const struct clean_tokens *tokens)
{
    char name[NAME_SIZE];

    for (size_t i = 0; i + 1 < tokens->n; i++) {
        if (is_name(text, tokens->items[i]) && text.data[tokens->items[i + 1].start] == '.') {
            name_of(text, tokens->items[i], name);
            add_mention(mentions, qn_model_find_table(mentions->model, name, NULL));
        }
    }
}

/* A name of a hidden column of the tables it is of. */
static void find_hidden(struct mentions *mentions, struct qn_span text,
                        const struct clean_tokens *tokens)
{
    char name[NAME_SIZE];

    for (size_t i = 0; i < tokens->n && !mentions->hidden; i++) {
        if (!is_name(text, tokens->items[i])) {
            continue;
        }
        name_of(text, tokens->items[i], name);
        for (size_t k = 0; k < mentions->n; k++) {
            const struct qn_model_table *table = &mentions->model->tables[mentions->tables[k]];
            const size_t column = qn_model_column(table, name);

            mentions->hidden |=
                column != QN_MODEL_NONE && !prompt_schema_has_column(&table->columns[column]);
        }
    }
}

static void look_at(struct mentions *mentions, const char *const *texts, size_t n)
{
    struct clean_tokens tokens[TEXTS_MAX];
    struct qn_arena arena;

    qn_arena_init(&arena, (size_t)4 * 1024 * 1024);
    for (size_t i = 0; i < n; i++) {
        const struct qn_span text = {texts[i], strlen(texts[i])};

        tokens[i] = text.len > 0 ? clean_scan(text, &arena) : (struct clean_tokens){NULL, 0, 0};
        find_tables(mentions, text, &tokens[i]);
        mentions->hidden |= tokens[i].end < text.len;
    }
    for (size_t i = 0; i < n; i++) {
        find_hidden(mentions, (struct qn_span){texts[i], strlen(texts[i])}, &tokens[i]);
    }
    mentions->hidden |= arena.status != QN_OK;
    qn_arena_release(&arena);
}

size_t prompt_metric_tables(const struct qn_model *model, const struct qn_model_metric *metric,
                            size_t *ret, size_t most, bool *ret_hidden)
{
    struct mentions mentions = {.model = model};
    const char *const texts[] = {metric->expr, metric->filter, metric->time};

    if (metric->from[0] != '\0') {
        add_mention(&mentions, qn_model_find_table(model, metric->from, NULL));
    }
    look_at(&mentions, texts, sizeof(texts) / sizeof(texts[0]));
    *ret_hidden = mentions.hidden;
    for (size_t i = 0; i < mentions.n && i < most; i++) {
        ret[i] = mentions.tables[i];
    }
    return mentions.n < most ? mentions.n : most;
}

/* ---- writing ---- */

static bool has_all(const struct link *link, const size_t *tables, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;

        while (k < link->n_tables && link->tables[k].table != tables[i]) {
            k++;
        }
        if (k == link->n_tables) {
            return false;
        }
    }
    return n > 0;
}

static void add_member(struct qn_buf *out, const char *key, const char *text)
{
    if (text[0] != '\0') {
        qn_buf_add_str(out, ", ");
        qn_json_add_str(out, key);
        qn_buf_add_str(out, ": ");
        qn_llm_add_data(out, text, EXPR_MAX);
    }
}

static void add_words(struct qn_buf *out, const struct qn_model_words *words)
{
    const char *shown[2 * WORDS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < words->n_en && i < WORDS_MAX; i++) {
        shown[n++] = words->en[i];
    }
    for (size_t i = 0; i < words->n_zh && i < WORDS_MAX; i++) {
        shown[n++] = words->zh[i];
    }
    qn_llm_add_data_list(out, shown, n, PROMPT_TEXT_MAX);
}

static bool item_form_shown(const struct qn_model *model, const struct qn_model_metric *metric,
                            const struct link *link)
{
    struct mentions mentions = {.model = model};
    const char *const texts[] = {metric->item_expr};

    if (metric->item_expr[0] == '\0' || strlen(metric->item_expr) > EXPR_MAX) {
        return false;
    }
    look_at(&mentions, texts, 1);
    return !mentions.hidden && has_all(link, mentions.tables, mentions.n);
}

static bool add_metric(struct qn_buf *out, const struct qn_model *model,
                       const struct qn_model_metric *metric, const struct link *link)
{
    const size_t from = qn_model_find_table(model, metric->from, NULL);
    size_t tables[TABLES_MAX], n;
    bool hidden;

    if (from != QN_MODEL_NONE && !has_all(link, &from, 1)) {
        return false;
    }
    n = prompt_metric_tables(model, metric, tables, TABLES_MAX, &hidden);
    if (hidden || !has_all(link, tables, n) || strlen(metric->expr) > EXPR_MAX ||
        strlen(metric->filter) > EXPR_MAX) {
        return false;
    }
    qn_buf_add_str(out, "  {\"metric\": ");
    qn_llm_add_data(out, metric->name, PROMPT_TEXT_MAX);
    qn_buf_add_str(out, ", \"also called\": ");
    add_words(out, &metric->words);
    add_member(out, "is", metric->description.text);
    add_member(out, "expression", metric->expr);
    add_member(out, "from", metric->from);
    add_member(out, "where", metric->filter);
    add_member(out, "time", metric->time);
    add_member(out, "unit", metric->unit);
    if (item_form_shown(model, metric, link)) {
        add_member(out, "expression by item", metric->item_expr);
        qn_buf_add_str(out, ", \"by item for\": ");
        qn_llm_add_data_list(out, metric->item_level_for, metric->n_item_level_for,
                             PROMPT_TEXT_MAX);
    }
    qn_buf_add_str(out, "}\n");
    return true;
}

static bool add_condition(struct qn_buf *out, const struct qn_model *model,
                          const struct qn_model_condition *condition, const struct link *link)
{
    struct mentions mentions = {.model = model};
    const char *const texts[] = {condition->where};

    if (strlen(condition->where) > EXPR_MAX) {
        return false;
    }
    add_mention(&mentions, qn_model_find_table(model, condition->table, NULL));
    look_at(&mentions, texts, 1);
    if (mentions.hidden || !has_all(link, mentions.tables, mentions.n)) {
        return false;
    }
    qn_buf_add_str(out, "  {\"words\": ");
    add_words(out, &condition->words);
    add_member(out, "where", condition->where);
    qn_buf_add_str(out, "}\n");
    return true;
}

/* Cuts what passes the room again. */
static bool fits(struct qn_buf *out, size_t before)
{
    if (qn_llm_estimate((struct qn_span){out->data, out->len}) <= LINK_TOKENS_MAX) {
        return true;
    }
    qn_buf_cut(out, before);
    return false;
}

void prompt_schema_metrics(struct qn_buf *out, const struct qn_model *model,
                           const struct link *link)
{
    const char *title = "Metrics, which mean this and nothing else:\n";

    for (size_t i = 0; i < model->n_metrics; i++) {
        const size_t before = out->len;

        qn_buf_add_str(out, title);
        if (!add_metric(out, model, &model->metrics[i], link)) {
            qn_buf_cut(out, before);
        } else if (!fits(out, before)) {
            break;
        } else {
            title = "";
        }
    }
    title = "Words that stand for a condition:\n";
    for (size_t i = 0; i < model->n_conditions; i++) {
        const size_t before = out->len;

        qn_buf_add_str(out, title);
        if (!add_condition(out, model, &model->conditions[i], link)) {
            qn_buf_cut(out, before);
        } else if (!fits(out, before)) {
            break;
        } else {
            title = "";
        }
    }
}
