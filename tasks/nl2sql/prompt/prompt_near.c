#include "prompt_words.h"

#include "prompt_schema.h"
#include "tasks/lib/distance.h"
#include "tasks/lib/model/model_sql.h"
#include <string.h>

#define NAME_MAX_  63
#define ENOUGH     0.45
#define LINKED     0.25 /* more for a table the question is about */
#define TABLE_ROOM ((size_t)8 * 1024)

struct search {
    const struct qn_model *model;
    const struct prompt_words *words; /* of the unknown name */
    uint64_t letters;                 /* those of them that may have a typing error */
    const char *name;                 /* its last part, small */
    struct prompt_near *ret;
    size_t n;
};

static void fold(const char *text, char out[NAME_MAX_ + 1])
{
    size_t n = 0;

    for (; *text != '\0' && n < NAME_MAX_; text++) {
        if (*text != '"') {
            out[n++] = (char)(*text >= 'A' && *text <= 'Z' ? *text + ('a' - 'A') : *text);
        }
    }
    out[n] = '\0';
}

/* By letters 0 to 1, 0 for what is further than a third. */
static double by_letters(const char *a, const char *text)
{
    char b[NAME_MAX_ + 1];
    size_t a_len = strlen(a), b_len, most, far;

    fold(text, b);
    b_len = strlen(b);
    most = (a_len > b_len ? a_len : b_len) / 3;
    far = qn_distance(a, a_len, b, b_len, most);
    return far <= most ? 1 - (double)far / (double)(b_len > 0 ? b_len : 1) : 0;
}

static double by_words(const struct search *search, const struct qn_model_words *words)
{
    double best = 0;

    for (size_t i = 0; i < words->n_en + words->n_zh; i++) {
        const char *word = i < words->n_en ? words->en[i] : words->zh[i - words->n_en];
        const double share = prompt_words_match_fuzzy(search->words, search->letters, word).share;

        best = share > best ? share : best;
    }
    return 0.9 * best;
}

static double judge(const struct search *search, const char *name,
                    const struct qn_model_words *words)
{
    const double letters = by_letters(search->name, name);
    const double tokens = 0.8 * prompt_words_match(search->words, name).share;
    double synonyms = by_words(search, words);

    synonyms = synonyms > tokens ? synonyms : tokens;
    return letters > synonyms ? letters : synonyms;
}

static void keep(struct search *search, double score, size_t table, size_t column)
{
    struct prompt_near near = {.score = score};
    struct qn_arena arena;
    size_t at = search->n;
    const char *text;

    while (at > 0 && search->ret[at - 1].score < score) {
        at--;
    }
    if (score < ENOUGH || at == PROMPT_NEAR_MAX) {
        return;
    }
    qn_arena_init(&arena, TABLE_ROOM);
    text = column == QN_MODEL_NONE ? qn_model_sql_table(&arena, search->model, table)
                                   : qn_model_sql_column(&arena, search->model, table, column);
    if (strlen(text) < sizeof(near.text) && arena.status == QN_OK) {
        memcpy(near.text, text, strlen(text) + 1);
        search->n += search->n < PROMPT_NEAR_MAX;
        memmove(&search->ret[at + 1], &search->ret[at],
                (search->n - at - 1) * sizeof(search->ret[0]));
        search->ret[at] = near;
    }
    qn_arena_release(&arena);
}

static bool is_linked(const struct link *link, size_t table)
{
    for (size_t i = 0; link != NULL && i < link->n_tables; i++) {
        if (link->tables[i].table == table) {
            return true;
        }
    }
    return false;
}

static void look_at(struct search *search, size_t place, double more)
{
    const struct qn_model_table *table = &search->model->tables[place];
    const double score = judge(search, table->name, &table->words);

    keep(search, score > 0 ? score + more : 0, place, QN_MODEL_NONE);
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct qn_model_column *column = &table->columns[i];

        if (prompt_schema_has_column(column)) {
            const double found = judge(search, column->name, &column->words);

            keep(search, found > 0 ? found + more : 0, place, i);
        }
    }
}

size_t prompt_words_near(const struct qn_model *model, const struct link *link, const char *name,
                         struct prompt_near ret[PROMPT_NEAR_MAX])
{
    const char *dot = strrchr(name, '.');
    struct prompt_words *words;
    char last[NAME_MAX_ + 1];
    struct search search = {.model = model, .ret = ret, .name = last};

    fold(dot != NULL ? dot + 1 : name, last);
    words = prompt_words_create(last);
    search.words = words;
    search.letters = words != NULL ? prompt_words_fuzzy(words) : 0;
    for (size_t i = 0; words != NULL && i < model->n_tables; i++) {
        const bool linked = is_linked(link, i);

        if (prompt_schema_has_table(model, i)) {
            look_at(&search, i, linked ? LINKED : 0);
        }
    }
    prompt_words_free(words);
    return search.n;
}
