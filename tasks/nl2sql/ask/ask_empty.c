/* ask_empty.c - an answer without rows: often a text in the statement is written as nobody wrote
 * it. The values that a model knows of the columns in use tell which one was meant.
 */
#include "ask_run.h"
#include "literals.h"

#include <string.h>
#include <strings.h>

#define USES_LEVELS 8
#define COLUMN_MAX  512

struct look {
    struct ask *ask;
    const struct qn_json_node *used; /* names "table.column" */
    struct literals literals;
};

static bool is_used(const struct look *look, const struct qn_model_table *table,
                    const struct qn_model_column *column)
{
    const struct qn_json_node *name = look->used != NULL ? look->used->first : NULL;
    char text[COLUMN_MAX];

    snprintf(text, sizeof(text), "%s.%s", table->name, column->name);
    while (name != NULL && strcmp(name->text, text) != 0) {
        name = name->next;
    }
    return name != NULL && !column->hidden && !table->hidden;
}

static bool has_word(const char *const *words, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(words[i], text) == 0) {
            return true;
        }
    }
    return false;
}

/* *ret_same: it is there as it is written. */
static const char *meant(const struct qn_model_column *column, const char *text, bool *ret_same)
{
    const char *found = NULL;

    for (size_t i = 0; i < column->n_values; i++) {
        const struct qn_model_value *value = &column->values[i];

        if (strcmp(value->text, text) == 0) {
            *ret_same = true;
            return NULL;
        }
        if (found == NULL && (strcasecmp(value->text, text) == 0 ||
                              has_word(value->words.en, value->words.n_en, text) ||
                              has_word(value->words.zh, value->words.n_zh, text))) {
            found = value->text;
        }
    }
    return found;
}

/* The question with the value in the place of what was written. */
static const char *rewrite(struct ask *ask, const char *text, const char *value)
{
    const char *question = ask->args.question, *at = strstr(question, text);

    return at != NULL ? qn_arena_printf(&ask->arena, "%.*s%s%s", (int)(at - question), question,
                                        value, at + strlen(text))
                      : NULL;
}

static void suggest(struct ask *ask, const char *place, const char *text, const char *value)
{
    const char *better = rewrite(ask, text, value);

    ask_warn(ask,
             ask_is_zh(ask) ? "%s 中没有“%s”，是否指“%s”？"
                            : "%s has no \"%s\"; did you mean \"%s\"?",
             place, text, value);
    if (better != NULL && ask->suggestions.n < ASK_SUGGESTIONS_MAX) {
        ask->suggestions.items[ask->suggestions.n++] = better;
    }
}

static void look_for(const struct look *look, const char *text)
{
    const struct qn_model *model = look->ask->database->model;
    const char *found = NULL, *place = "";
    bool same = false;

    for (size_t t = 0; t < model->n_tables; t++) {
        const struct qn_model_table *table = &model->tables[t];

        for (size_t c = 0; c < table->n_columns && !same; c++) {
            const struct qn_model_column *column = &table->columns[c];
            const char *value = is_used(look, table, column) ? meant(column, text, &same) : NULL;

            if (found == NULL && value != NULL) {
                found = value;
                place = qn_arena_printf(&look->ask->arena, "%s.%s", table->name, column->name);
            }
        }
    }
    if (found != NULL && !same) {
        suggest(look->ask, place, text, found);
    }
}

int ask_look_at_nothing(struct ask *ask, struct qn_err *reterr)
{
    const struct qn_buf *uses = &ask->route.uses;
    struct look look = {.ask = ask};
    struct qn_json_node *root = NULL;
    int rc = literals_of(ask->route.sql, &ask->arena, &look.literals, reterr);

    if (rc == QN_OK && uses->len > 0) {
        rc = qn_json_tree(&root, (struct qn_span){uses->data, uses->len}, USES_LEVELS, &ask->arena,
                          reterr);
    }
    look.used = qn_json_member(root, "columns");
    for (size_t i = 0; rc == QN_OK && i < look.literals.n; i++) {
        look_for(&look, look.literals.items[i]);
    }
    return rc == QN_OK ? qn_arena_status(&ask->arena, "the answer's texts", reterr) : rc;
}
