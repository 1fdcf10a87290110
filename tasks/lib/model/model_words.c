#include "model_build.h"
#include "model_lexicon.h"

#include <string.h>

#define CALLED_MAX 4  /* words of one synonym in a COMMENT */
#define SHORT_ZH   24 /* bytes: eight characters */

static void add_en(struct qn_model_build *build, struct qn_model_words *words, const char *text)
{
    qn_model_add_word(&build->model->arena, &words->en, &words->n_en, text);
}

static void add_zh(struct qn_model_build *build, struct qn_model_words *words, const char *text)
{
    qn_model_add_word(&build->model->arena, &words->zh, &words->n_zh, text);
}

/* "用户表" is the user table. */
static const char *without_table(struct qn_arena *arena, const char *text)
{
    static const char table[] = "表";
    size_t len = strlen(text), end = sizeof(table) - 1;

    return len > end && strcmp(text + len - end, table) == 0 ? qn_arena_text(arena, text, len - end)
                                                             : text;
}

/* A short Chinese comment is a name: 下单时间. */
static void add_comment_zh(struct qn_model_build *build, struct qn_model_words *words,
                           const char *comment)
{
    struct qn_arena *arena = &build->model->arena;
    const char *plain;

    if (!qn_has_cjk(comment) || strlen(comment) > SHORT_ZH ||
        qn_part_in(comment, "， 。 ： ； 、 （ , : ; (")) {
        return;
    }
    plain = qn_plain(arena, comment, SHORT_ZH);
    add_zh(build, words, without_table(arena, plain));
}

static size_t count_blanks(const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        n += text[i] == ' ' ? 1 : 0;
    }
    return n;
}

/* To the next ", ", " or " or " and ". */
static size_t item_len(const char *text, size_t len, size_t *ret_break)
{
    static const char *const breaks[] = {", or ", ", and ", ", ", " or ", " and "};

    for (size_t i = 0; i < len; i++) {
        for (size_t b = 0; b < sizeof(breaks) / sizeof(breaks[0]); b++) {
            *ret_break = strlen(breaks[b]);
            if (i + *ret_break <= len && strncmp(text + i, breaks[b], *ret_break) == 0) {
                return i;
            }
        }
    }
    *ret_break = 0;
    return len;
}

/* "Registered users, also called customers, buyers or members." */
static void add_called(struct qn_model_build *build, struct qn_model_words *words,
                       const char *comment)
{
    static const char *const marks[] = {"also called ", "also known as ", "aka "};
    const char *at = NULL;
    size_t len, gap, n = 0;

    comment = qn_plain(&build->scratch, comment, QN_MODEL_TEXT_MAX);
    for (size_t i = 0; at == NULL && i < sizeof(marks) / sizeof(marks[0]); i++) {
        at = strstr(comment, marks[i]);
        at = at != NULL ? at + strlen(marks[i]) : NULL;
    }
    if (at == NULL) {
        return;
    }
    for (len = strcspn(at, ".;:()"); len > 0 && n < 8; n++) {
        size_t item = item_len(at, len, &gap);

        if (item > 0 && item < QN_TOKEN_SIZE && count_blanks(at, item) < CALLED_MAX) {
            const char *text = qn_arena_text(&build->scratch, at, item);

            add_en(build, words, qn_plain(&build->model->arena, text, QN_TOKEN_SIZE));
        }
        at += item + gap;
        len -= item + gap;
    }
}

static void add_names(struct qn_model_build *build, struct qn_model_words *words, const char *name,
                      bool table)
{
    struct qn_arena *arena = &build->model->arena;
    struct qn_tokens tokens;

    if (!qn_is_ascii(name)) {
        const char *plain = qn_plain(arena, name, QN_MODEL_TEXT_MAX);

        if (qn_has_cjk(name)) {
            add_zh(build, words, table ? without_table(arena, plain) : plain);
        } else {
            add_en(build, words, plain);
        }
        return;
    }
    qn_tokens_of(&tokens, name);
    add_en(build, words, qn_humanised(arena, &tokens, table ? QN_SINGULAR : QN_AS_IT_IS));
    if (table) {
        add_en(build, words, qn_humanised(arena, &tokens, QN_PLURAL));
    }
    add_zh(build, words, qn_lexicon_zh(arena, &tokens));
}

/* is_active: active products. */
static void add_flag(struct qn_model_build *build, struct qn_model_words *words, const char *name)
{
    struct qn_tokens tokens;

    qn_tokens_of(&tokens, name);
    if (!qn_is_ascii(name) || tokens.n < 2 || !qn_word_in(tokens.items[0], " is has was can ")) {
        return;
    }
    memmove(tokens.items[0], tokens.items[1], (tokens.n - 1) * sizeof(tokens.items[0]));
    tokens.n--;
    add_en(build, words, qn_humanised(&build->model->arena, &tokens, QN_AS_IT_IS));
    add_zh(build, words, qn_lexicon_zh(&build->model->arena, &tokens));
}

static const struct qn_model_table *parent_of(const struct qn_model *model, size_t table,
                                              size_t column)
{
    for (size_t i = 0; i < model->n_relations; i++) {
        const struct qn_model_relation *relation = &model->relations[i];

        if (relation->child == table && relation->n == 1 &&
            relation->verdict == QN_MODEL_ACCEPTED && relation->child_columns[0] == column) {
            return &model->tables[relation->parent];
        }
    }
    return NULL;
}

/* reporter_user_id: the reporter of a ticket, where the user would be no name for it. */
static void add_part_played(struct qn_model_build *build, size_t table, size_t column)
{
    struct qn_model_column *of = &build->model->tables[table].columns[column];
    const struct qn_model_table *parent = parent_of(build->model, table, column);
    struct qn_tokens tokens, parents;
    char one[QN_TOKEN_SIZE];

    qn_tokens_of(&tokens, of->name);
    if (parent == NULL || !qn_is_ascii(of->name) || tokens.n < 2 ||
        !qn_word_in(qn_tokens_last(&tokens), " id fk key code no uuid ")) {
        return;
    }
    tokens.n--;
    qn_tokens_of(&parents, parent->name);
    qn_singular(one, qn_tokens_last(&parents));
    if (tokens.n > 1 && strcmp(qn_tokens_last(&tokens), one) == 0) {
        tokens.n--;
    }
    if (strcmp(qn_tokens_last(&tokens), one) != 0) {
        add_en(build, &of->words, qn_humanised(&build->model->arena, &tokens, QN_AS_IT_IS));
        add_zh(build, &of->words, qn_lexicon_zh(&build->model->arena, &tokens));
    }
}

static void build_column_words(struct qn_model_build *build, struct qn_model_column *column,
                               const struct qn_column_facts *facts)
{
    add_comment_zh(build, &column->words, facts->source->comment);
    if (column->role == QN_ROLE_FLAG) {
        add_flag(build, &column->words, column->name);
    }
    add_names(build, &column->words, column->name, false);
    add_called(build, &column->words, facts->source->comment);
}

void qn_model_build_words(struct qn_model_build *build, size_t place)
{
    struct qn_model_table *table = &build->model->tables[place];
    const struct qn_table_facts *facts = &build->tables[place];

    add_comment_zh(build, &table->words, facts->source->comment);
    add_names(build, &table->words, table->name, true);
    add_called(build, &table->words, facts->source->comment);
    for (size_t i = 0; i < table->n_columns; i++) {
        build_column_words(build, &table->columns[i], &facts->columns[i]);
        if (facts->columns[i].foreign) {
            add_part_played(build, place, i);
        }
    }
}
