#include "lexicon.h"

#include <string.h>

#define EXACT   100
#define NAME    96 /* a name of the database: as good as a word, after it */
#define DERIVED 90
#define SAME    84 /* another word for it */
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

static uint32_t node_of(const struct lexicon *lexicon, struct qn_span phrase);

static bool is_known(const struct lexicon *lexicon, const char *text)
{
    uint32_t node = node_of(lexicon, (struct qn_span){text, strlen(text)});

    return node != 0 && lexicon_first(lexicon, node) != LEXICON_NONE;
}

/* "vehicle type" of vehicles is also their "type", where the languages have no such word. */
static int add_parts(struct lexicon *lexicon, const struct qn_model_table *table,
                     const struct qn_model_words *words, struct meaning meaning)
{
    meaning.score = PART;
    for (size_t i = 0; i < words->n_en; i++) {
        for (size_t w = 0; w < table->words.n_en; w++) {
            size_t len = strlen(table->words.en[w]);
            const char *all = words->en[i], *rest = all + len + 1;
            int rc = QN_OK;

            if (strncmp(all, table->words.en[w], len) == 0 && all[len] == ' ' &&
                !is_known(lexicon, rest)) {
                rc = add(lexicon, rest, meaning);
            }
            if (rc != QN_OK) {
                return rc;
            }
        }
    }
    return QN_OK;
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
    rc = rc == QN_OK ? add_parts(lexicon, &lexicon->model->tables[t], &column->words, meaning) : rc;
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

static uint32_t node_of(const struct lexicon *lexicon, struct qn_span phrase)
{
    struct qn_arena scratch;
    struct atoms atoms;
    uint32_t node = 0;

    qn_arena_init(&scratch, 64 * 1024);
    atoms_split(&atoms, phrase, LEXICON_PHRASE_MAX, &scratch);
    for (size_t i = 0; i < atoms.n; i++) {
        uint32_t atom = lexicon_atom(lexicon, atoms.items[i].text);

        node = atom != LEXICON_NONE ? lexicon_step(lexicon, node, atom) : 0;
        if (node == 0) {
            break;
        }
    }
    qn_arena_release(&scratch);
    return node;
}

static bool is_taken(const struct lexicon *lexicon, uint32_t node)
{
    for (uint32_t at = node != 0 ? lexicon_first(lexicon, node) : LEXICON_NONE; at != LEXICON_NONE;
         at = lexicon->meanings[at].next) {
        if (lexicon->meanings[at].kind >= WORD_KINDS) {
            return true;
        }
    }
    return false;
}

static size_t meanings_of(const struct lexicon *lexicon, struct meaning *ret, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < lexicon->same.n; i++) {
        uint32_t node = node_of(lexicon, lexicon->same.words[i]);
        uint32_t at = node != 0 ? lexicon_first(lexicon, node) : LEXICON_NONE;

        for (; at != LEXICON_NONE && n < max; at = lexicon->meanings[at].next) {
            const struct meaning *meaning = &lexicon->meanings[at];

            if (meaning->kind == MEANS_TABLE || meaning->kind == MEANS_COLUMN ||
                meaning->kind == MEANS_METRIC) {
                ret[n++] = *meaning;
            }
        }
    }
    return n;
}

int lexicon_add_same(struct lexicon *lexicon)
{
    struct meaning found[64];
    size_t n = meanings_of(lexicon, found, sizeof(found) / sizeof(found[0]));
    bool taken[LEXICON_SAME_MAX] = {false};

    for (size_t i = 0; i < lexicon->same.n; i++) {
        taken[i] = is_taken(lexicon, node_of(lexicon, lexicon->same.words[i]));
    }
    for (size_t i = 0; i < lexicon->same.n; i++) {
        for (size_t m = 0; m < n && !taken[i]; m++) {
            struct meaning meaning = found[m];
            int rc;

            meaning.score = meaning.score < SAME ? meaning.score : SAME;
            rc = lexicon_add(lexicon, lexicon->same.words[i], meaning);
            if (rc != QN_OK) {
                return rc;
            }
        }
    }
    return QN_OK;
}
