#include "lexicon.h"

#include <string.h>

#define EXACT   100
#define NAME    96 /* a name of the database: as good as a word, after it */
#define DERIVED 90
#define PART    80

static int add(struct lexicon *lexicon, const char *text, struct meaning meaning)
{
    return lexicon_add(lexicon, (struct qn_span){text, strlen(text)}, meaning);
}

/* "best-selling" is also typed "bestselling", and "sign-ups" "signups". */
static int add_joined(struct lexicon *lexicon, const char *text, struct meaning meaning)
{
    char joined[QN_MODEL_TEXT_MAX + 1];
    size_t n = 0;

    if (strchr(text, '-') == NULL) {
        return QN_OK;
    }
    for (; *text != '\0' && n < QN_MODEL_TEXT_MAX; text++) {
        if (*text != '-') {
            joined[n++] = *text;
        }
    }
    joined[n] = '\0';
    return add(lexicon, joined, meaning);
}

static int add_list(struct lexicon *lexicon, const char *const *texts, size_t n,
                    struct meaning meaning)
{
    for (size_t i = 0; i < n; i++) {
        int rc = add(lexicon, texts[i], meaning);

        rc = rc == QN_OK ? add_joined(lexicon, texts[i], meaning) : rc;
        if (rc != QN_OK) {
            return rc;
        }
    }
    return QN_OK;
}

static int add_words(struct lexicon *lexicon, const struct qn_model_words *words,
                     struct meaning meaning)
{
    int rc = add_list(lexicon, words->en, words->n_en, meaning);

    return rc == QN_OK ? add_list(lexicon, words->zh, words->n_zh, meaning) : rc;
}

static int add_thing(struct lexicon *lexicon, const char *name, const struct qn_model_words *words,
                     struct meaning meaning)
{
    int rc;

    meaning.score = EXACT;
    rc = add_words(lexicon, words, meaning);
    meaning.score = NAME;
    return rc == QN_OK ? add(lexicon, name, meaning) : rc;
}

static bool is_number(const char *text)
{
    return text[strspn(text, "0123456789.,-+ ")] == '\0';
}

static int add_value(struct lexicon *lexicon, const struct qn_model_value *value,
                     struct meaning meaning)
{
    int rc;

    meaning.score = EXACT;
    rc = add_words(lexicon, &value->words, meaning);
    if (rc != QN_OK || is_number(value->text) || value->text[0] == '\0') {
        return rc;
    }
    meaning.score = strlen(value->text) > 1 ? NAME : PART;
    return add(lexicon, value->text, meaning);
}

/* A hidden thing is known, so that asking for it is told from asking for nothing. */
static int add_hidden(struct lexicon *lexicon, const struct qn_model_column *column,
                      struct meaning meaning)
{
    struct qn_arena scratch;
    struct atoms atoms;
    int rc = add_thing(lexicon, column->name, &column->words, meaning);

    qn_arena_init(&scratch, 64 * 1024);
    atoms_split(&atoms, (struct qn_span){column->name, strlen(column->name)}, LEXICON_PHRASE_MAX,
                &scratch);
    meaning.score = PART;
    if (scratch.status == QN_OK && atoms.n > 1 && rc == QN_OK) {
        rc = add(lexicon, atoms.items[0].full, meaning);
    }
    qn_arena_release(&scratch);
    return rc;
}

static int add_column(struct lexicon *lexicon, size_t t, size_t c)
{
    const struct qn_model_column *column = &lexicon->model->tables[t].columns[c];
    struct meaning meaning = {.kind = MEANS_COLUMN, .a = (int32_t)t, .b = (int32_t)c};
    int rc;

    if (column->hidden || lexicon->model->tables[t].hidden) {
        meaning.kind = MEANS_HIDDEN;
        return add_hidden(lexicon, column, meaning);
    }
    rc = add_thing(lexicon, column->name, &column->words, meaning);
    meaning.score = EXACT;
    meaning.kind = MEANS_FALSE;
    rc = rc == QN_OK ? add_words(lexicon, &column->negated, meaning) : rc;
    meaning.kind = MEANS_VALUE;
    for (size_t i = 0; i < column->n_values && rc == QN_OK; i++) {
        meaning.c = (int32_t)i;
        rc = add_value(lexicon, &column->values[i], meaning);
    }
    return rc;
}

/* "tbl_customer" is "customer". */
static const char *without_noise(const char *name)
{
    static const char *const noise[] = {"tbl_", "t_", "tab_", "dim_", "fact_", "fct_",
                                        "vw_",  "v_", "tb_",  "mst_", "app_"};

    for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]); i++) {
        size_t len = strlen(noise[i]);

        if (strncmp(name, noise[i], len) == 0 && name[len] != '\0') {
            return name + len;
        }
    }
    return name;
}

static int add_table(struct lexicon *lexicon, size_t t)
{
    const struct qn_model_table *table = &lexicon->model->tables[t];
    struct meaning meaning = {.kind = MEANS_TABLE, .a = (int32_t)t};
    int rc = QN_OK;

    if (!table->hidden) {
        rc = add_thing(lexicon, table->name, &table->words, meaning);
        meaning.score = DERIVED;
        rc = rc == QN_OK ? add(lexicon, without_noise(table->name), meaning) : rc;
    }
    for (size_t c = 0; c < table->n_columns && rc == QN_OK; c++) {
        rc = add_column(lexicon, t, c);
    }
    return rc;
}

static int add_metrics(struct lexicon *lexicon)
{
    const struct qn_model *model = lexicon->model;
    int rc = QN_OK;

    for (size_t i = 0; i < model->n_metrics && rc == QN_OK; i++) {
        struct meaning meaning = {.kind = MEANS_METRIC, .a = (int32_t)i};

        meaning.score = model->metrics[i].source > QN_MODEL_LLM ? EXACT : DERIVED;
        rc = add_words(lexicon, &model->metrics[i].words, meaning);
        meaning.score -= EXACT - NAME;
        rc = rc == QN_OK ? add(lexicon, model->metrics[i].name, meaning) : rc;
    }
    for (size_t i = 0; i < model->n_conditions && rc == QN_OK; i++) {
        struct meaning meaning = {.kind = MEANS_CONDITION, .score = EXACT, .a = (int32_t)i};

        rc = add_words(lexicon, &model->conditions[i].words, meaning);
    }
    return rc;
}

int lexicon_add_model(struct lexicon *lexicon)
{
    int rc = add_metrics(lexicon);

    for (size_t t = 0; t < lexicon->model->n_tables && rc == QN_OK; t++) {
        rc = add_table(lexicon, t);
    }
    return rc;
}
