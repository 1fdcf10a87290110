#include "model_build.h"
#include "model_lexicon.h"

#include <stdio.h>
#include <string.h>

#define VALUES_TOLD 12

struct subject {
    struct qn_arena *arena;
    const struct qn_model *model;
    const struct qn_model_table *table;
    const struct qn_model_column *column;
    const struct qn_model_relation *relation; /* the column's own, or NULL */
    struct qn_tokens tokens;
    const char *row;   /* "order" */
    const char *words; /* "total amount" */
};

static const char *capital(struct qn_arena *arena, const char *text)
{
    bool small = text[0] >= 'a' && text[0] <= 'z';

    return small ? qn_arena_printf(arena, "%c%s", text[0] - ('a' - 'A'), text + 1) : text;
}

static const char *first_word(const struct qn_model_words *words, bool zh)
{
    const char *en = words->n_en > 0 ? words->en[0] : "";

    return zh ? (words->n_zh > 0 ? words->zh[0] : en)
              : (en[0] == '\0' && words->n_zh > 0 ? words->zh[0] : en);
}

/* ": one of a, b, c" of a short closed list. */
static const char *told_values(struct qn_arena *arena, const struct qn_model_column *column,
                               bool zh)
{
    const char *text = "";

    if (!column->values_complete || column->n_values == 0 || column->n_values > VALUES_TOLD) {
        return "";
    }
    for (size_t i = 0; i < column->n_values; i++) {
        const char *between = i > 0 ? (zh ? "、" : ", ") : (zh ? "：" : ": one of ");

        text = qn_arena_printf(arena, "%s%s%s", text, between,
                               qn_plain(arena, column->values[i].text, 60));
    }
    return text;
}

static const char *const pii_en[QN_PIIS] = {
    "",          "e-mail address", "phone number", "name of a person", "address", "date of birth",
    "id number", "card number",    "bank account", "network address",  "secret",
};
static const char *const pii_zh[QN_PIIS] = {
    "",       "邮箱", "电话",     "姓名",     "地址", "出生日期",
    "证件号", "卡号", "银行账号", "网络地址", "密钥",
};

static bool is_done(const char *word)
{
    size_t len = strlen(word);

    return (len > 3 && strcmp(word + len - 2, "ed") == 0) ||
           qn_word_in(word, " sent paid sold built begun done made taken born won lost ");
}

/* Without its first or its last word. */
static const char *words_without(const struct subject *s, const struct qn_tokens *tokens,
                                 size_t first, size_t last)
{
    struct qn_tokens rest = {.n = 0};

    for (size_t i = first; i + last < tokens->n; i++) {
        memcpy(rest.items[rest.n++], tokens->items[i], QN_TOKEN_SIZE);
    }
    return qn_humanised(s->arena, &rest, QN_AS_IT_IS);
}

/* created_at: "When the order was created." last_active_at, welcome_sent_at: likewise. */
static const char *time_en(const struct subject *s)
{
    struct qn_tokens rest = s->tokens;
    const char *done;

    if (rest.n > 1 && qn_word_in(qn_tokens_last(&rest), " at on date time timestamp ts day ")) {
        rest.n--;
    }
    done = qn_tokens_last(&rest);
    if (rest.n == 1 && is_done(done)) {
        return qn_arena_printf(s->arena, "When the %s was %s.", s->row, done);
    }
    if (rest.n == 2 && qn_word_in(rest.items[0], " last first ") &&
        (is_done(done) || rest.n < s->tokens.n)) {
        return qn_arena_printf(s->arena, "When the %s was %s %s.", s->row, rest.items[0], done);
    }
    if (rest.n > 1 && is_done(done)) {
        return qn_arena_printf(s->arena, "When the %s of the %s was %s.",
                               words_without(s, &rest, 0, 1), s->row, done);
    }
    return qn_arena_printf(s->arena, "%s of the %s.", capital(s->arena, s->words), s->row);
}

static const char *flag_en(const struct subject *s)
{
    const char *first = s->tokens.n > 1 ? s->tokens.items[0] : "";

    if (!qn_word_in(first, " is has was can ")) {
        return qn_arena_printf(s->arena, "Whether it holds for the %s: %s.", s->row, s->words);
    }
    return qn_arena_printf(s->arena, "Whether the %s %s %s.", s->row, first,
                           words_without(s, &s->tokens, 1, 0));
}

static const char *parent_word(const struct subject *s, bool zh)
{
    return s->relation == NULL ? "" : first_word(&s->model->tables[s->relation->parent].words, zh);
}

/* reporter_user_id says more than that it refers to users. */
static const char *foreign_en(const struct subject *s)
{
    const char *row = s->row, *parent = parent_word(s, false), *words;
    bool id = qn_word_in(qn_tokens_last(&s->tokens), " id no nr code key fk ref num uuid ");

    if (s->relation == NULL) {
        return qn_arena_printf(s->arena, "%s of the %s.", capital(s->arena, s->words), row);
    }
    words =
        s->tokens.n > 0 ? words_without(s, &s->tokens, 0, id && s->tokens.n > 1 ? 1 : 0) : s->words;
    if (strcmp(words, parent) == 0) {
        return qn_arena_printf(s->arena, "Refers to the %s of the %s.", parent, row);
    }
    words = capital(s->arena, words);
    return qn_word_in(qn_tokens_last(&s->tokens), " by of to ")
               ? qn_arena_printf(s->arena, "%s: refers to the %s.", words, parent)
               : qn_arena_printf(s->arena, "%s of the %s: refers to the %s.", words, row, parent);
}

static const char *column_en(const struct subject *s)
{
    const char *words = capital(s->arena, s->words);
    const char *values = told_values(s->arena, s->column, false);

    switch (s->column->role) {
    case QN_ROLE_KEY:
        return qn_arena_printf(s->arena, "Identifies the %s.", s->row);
    case QN_ROLE_FOREIGN:
        return foreign_en(s);
    case QN_ROLE_TIME:
        return time_en(s);
    case QN_ROLE_FLAG:
        return flag_en(s);
    case QN_ROLE_PERSONAL:
        if (s->column->hidden) {
            return "Secret; never shown.";
        }
        return qn_arena_printf(s->arena, "%s of the %s (personal data: %s).", words, s->row,
                               pii_en[s->column->pii]);
    case QN_ROLE_TEXT:
        return qn_arena_printf(s->arena, "%s of the %s, free text.", words, s->row);
    case QN_ROLE_GEO:
        return qn_arena_printf(s->arena, "%s of the %s, where it is.", words, s->row);
    default:
        return qn_arena_printf(s->arena, "%s of the %s%s.", words, s->row, values);
    }
}

static const char *column_zh(const struct subject *s)
{
    const char *values = told_values(s->arena, s->column, true);

    switch (s->column->role) {
    case QN_ROLE_KEY:
        return qn_arena_printf(s->arena, "%s的唯一标识。", s->row);
    case QN_ROLE_FOREIGN:
        return s->relation == NULL
                   ? qn_arena_printf(s->arena, "%s的%s。", s->row, s->words)
                   : qn_arena_printf(s->arena, "%s引用的%s。", s->row, parent_word(s, true));
    case QN_ROLE_FLAG:
        return qn_arena_printf(s->arena, "%s是否符合：%s。", s->row, s->words);
    case QN_ROLE_PERSONAL:
        if (s->column->hidden) {
            return "保密数据，不显示。";
        }
        return qn_arena_printf(s->arena, "%s的%s（个人信息：%s）。", s->row, s->words,
                               pii_zh[s->column->pii]);
    case QN_ROLE_TEXT:
        return qn_arena_printf(s->arena, "%s的%s（文本）。", s->row, s->words);
    default:
        return qn_arena_printf(s->arena, "%s的%s%s。", s->row, s->words, values);
    }
}

/* "orders and products": what a junction links, what a fact belongs to. */
static const char *parents_of(const struct subject *s, bool zh)
{
    size_t place = (size_t)(s->table - s->model->tables), seen[8], n = 0;
    const char *text = "";

    for (size_t i = 0; i < s->model->n_relations && n < 8; i++) {
        const struct qn_model_relation *relation = &s->model->relations[i];
        bool again = relation->child != place || relation->parent == place ||
                     relation->verdict != QN_MODEL_ACCEPTED;

        for (size_t j = 0; j < n; j++) {
            again = again || seen[j] == relation->parent;
        }
        if (!again) {
            const char *between = n == 0 ? "" : zh ? "、" : " and ";

            seen[n++] = relation->parent;
            text = qn_arena_printf(s->arena, "%s%s%s", text, between,
                                   first_word(&s->model->tables[relation->parent].words, zh));
        }
    }
    return text;
}

static const char *table_en(const struct subject *s, const char *parents)
{
    const char *many = s->table->words.n_en > 1 ? s->table->words.en[1] : s->words;
    const char *big = capital(s->arena, many);

    switch (s->table->purpose) {
    case QN_PURPOSE_JUNCTION:
        return qn_arena_printf(s->arena, "Links %s.", parents);
    case QN_PURPOSE_LOOKUP:
        return qn_arena_printf(s->arena, "List of %s that others refer to.", many);
    default:
        return parents[0] != '\0' ? qn_arena_printf(s->arena, "%s, each with its %s.", big, parents)
                                  : qn_arena_printf(s->arena, "%s, one per row.", big);
    }
}

static const char *table_zh(const struct subject *s, const char *parents)
{
    switch (s->table->purpose) {
    case QN_PURPOSE_JUNCTION:
        return qn_arena_printf(s->arena, "%s之间的关联。", parents);
    case QN_PURPOSE_LOOKUP:
        return qn_arena_printf(s->arena, "%s的字典表。", s->words);
    default:
        return parents[0] != '\0'
                   ? qn_arena_printf(s->arena, "%s，每行一条，关联%s。", s->words, parents)
                   : qn_arena_printf(s->arena, "%s，每行一条。", s->words);
    }
}

static struct qn_model_said said_of(struct qn_model_build *build, const char *comment,
                                    const char *by_rule)
{
    const char *text = qn_plain(&build->model->arena, comment, QN_MODEL_TEXT_MAX);

    if (text[0] != '\0') {
        return (struct qn_model_said){text, QN_MODEL_COMMENT};
    }
    text = qn_plain(&build->model->arena, by_rule, QN_MODEL_TEXT_MAX);
    return (struct qn_model_said){text, QN_MODEL_RULE};
}

static const struct qn_model_relation *relation_of(const struct qn_model *model, size_t table,
                                                   size_t column)
{
    for (size_t i = 0; i < model->n_relations; i++) {
        const struct qn_model_relation *relation = &model->relations[i];

        if (relation->child == table && relation->verdict == QN_MODEL_ACCEPTED &&
            relation->n == 1 && relation->child_columns[0] == column) {
            return relation;
        }
    }
    return NULL;
}

void qn_model_build_descriptions(struct qn_model_build *build, size_t place)
{
    struct qn_model_table *table = &build->model->tables[place];
    const struct qn_table_facts *facts = &build->tables[place];
    bool zh = strcmp(build->model->language, "zh") == 0;
    struct subject s = {.arena = &build->scratch, .model = build->model, .table = table};
    const char *parents = parents_of(&s, zh);

    s.row = s.words = first_word(&table->words, zh);
    if (s.row[0] == '\0') {
        s.row = s.words = zh ? "行" : "row";
    }
    table->description =
        said_of(build, facts->source->comment, zh ? table_zh(&s, parents) : table_en(&s, parents));
    for (size_t i = 0; i < table->n_columns; i++) {
        struct qn_model_column *column = &table->columns[i];

        s.column = column;
        s.words = first_word(&column->words, zh);
        if (s.words[0] == '\0') { /* a name of blanks */
            s.words = zh ? "列" : "column";
        }
        s.relation = column->role == QN_ROLE_FOREIGN ? relation_of(build->model, place, i) : NULL;
        qn_tokens_of(&s.tokens, qn_is_ascii(column->name) ? column->name : "");
        column->description =
            said_of(build, facts->columns[i].source->comment, zh ? column_zh(&s) : column_en(&s));
    }
}
