#include "model_build.h"
#include "model_sql.h"

#include <string.h>

#define METRICS_MAX   200 /* of all tables */
#define METRICS_TABLE 6   /* of one */

struct metric_text {
    const char *name, *expr, *en, *en_more, *zh, *said;
};

static const char *named(struct qn_arena *arena, const char *table, const char *what,
                         const char *end)
{
    struct qn_tokens tokens;
    const char *text;
    char *out;

    qn_tokens_of(&tokens, what);
    text =
        qn_arena_printf(arena, "%s %s %s", table, qn_humanised(arena, &tokens, QN_AS_IT_IS), end);
    out = qn_arena_alloc(arena, strlen(text) + 1, 1);
    for (size_t i = 0, n = 0; out != NULL && text[i] != '\0'; i++) {
        if (text[i] != ' ' || (n > 0 && out[n - 1] != '_')) {
            out[n++] = (char)(text[i] == ' ' ? '_' : text[i]);
        }
    }
    return out != NULL ? out : "";
}

static bool is_taken(const struct qn_model *model, const char *name)
{
    for (size_t i = 0; i < model->n_metrics; i++) {
        if (strcmp(model->metrics[i].name, name) == 0) {
            return true;
        }
    }
    return name[0] == '\0';
}

static void add_metric(struct qn_model_build *build, size_t place, const struct metric_text *text,
                       bool additive, const char *unit)
{
    struct qn_model *model = build->model;
    struct qn_arena *arena = &model->arena;
    const struct qn_model_table *table = &model->tables[place];
    struct qn_model_metric *metric;

    if (model->n_metrics >= METRICS_MAX || is_taken(model, text->name)) {
        return;
    }
    metric = &model->metrics[model->n_metrics++];
    *metric = (struct qn_model_metric){
        .name = text->name,
        .expr = text->expr,
        .filter = "",
        .from = qn_model_sql_table(arena, model, place),
        .time = table->time == QN_MODEL_NONE
                    ? ""
                    : qn_model_sql_column(arena, model, place, table->time),
        .item_expr = "",
        .unit = unit,
        .additive = additive,
        .description = {text->said, QN_MODEL_RULE},
    };
    qn_model_add_word(arena, &metric->words.en, &metric->words.n_en, text->en);
    qn_model_add_word(arena, &metric->words.en, &metric->words.n_en, text->en_more);
    qn_model_add_word(arena, &metric->words.zh, &metric->words.n_zh, text->zh);
}

static const char *first_of(const char *const *words, size_t n)
{
    return n > 0 ? words[0] : "";
}

static const char *with_zh(struct qn_arena *arena, const char *before, const char *word,
                           const char *after)
{
    return word[0] == '\0' ? "" : qn_arena_printf(arena, "%s%s%s", before, word, after);
}

static void add_count(struct qn_model_build *build, size_t place)
{
    struct qn_arena *arena = &build->model->arena;
    const struct qn_model_words *words = &build->model->tables[place].words;
    const char *one = first_of(words->en, words->n_en);
    const char *many = words->n_en > 1 ? words->en[1] : one;
    const char *zh = first_of(words->zh, words->n_zh);
    struct metric_text text = {
        .name = named(arena, one[0] != '\0' ? one : zh, "", "count"),
        .expr = "count(*)",
        .en = one[0] == '\0' ? "" : qn_arena_printf(arena, "number of %s", many),
        .en_more = one[0] == '\0' ? "" : qn_arena_printf(arena, "%s count", one),
        .zh = with_zh(arena, "", zh, "数"),
        .said = qn_arena_printf(arena, "Number of %s.", one[0] != '\0' ? many : zh),
    };

    add_metric(build, place, &text, true, "");
}

static void add_number(struct qn_model_build *build, size_t place, size_t at)
{
    struct qn_arena *arena = &build->model->arena;
    const struct qn_model_table *table = &build->model->tables[place];
    const struct qn_model_column *column = &table->columns[at];
    bool sum = column->role == QN_ROLE_MEASURE;
    const char *one = first_of(table->words.en, table->words.n_en);
    const char *en = first_of(column->words.en, column->words.n_en);
    const char *zh = first_of(column->words.zh, column->words.n_zh);
    const char *shown = en[0] != '\0' ? en : zh;
    const char *table_shown = one[0] != '\0' ? one : first_of(table->words.zh, table->words.n_zh);
    /* "total total amount" would be odd. */
    const char *before = !sum ? "average " : strncmp(en, "total ", 6) == 0 ? "" : "total ";
    struct metric_text text = {
        .name = named(arena, table_shown, column->name, sum ? "sum" : "avg"),
        .expr = qn_arena_printf(arena, "%s(%s)", sum ? "sum" : "avg",
                                qn_model_sql_column(arena, build->model, place, at)),
        .en = en[0] == '\0' ? "" : qn_arena_printf(arena, "%s%s", before, en),
        .en_more = sum && en[0] != '\0' ? qn_arena_printf(arena, "sum of %s", en) : "",
        .zh = with_zh(arena, sum ? (strncmp(zh, "总", 3) == 0 ? "" : "总") : "平均", zh, ""),
        .said = qn_arena_printf(arena, "%s of %s over %s.", sum ? "Sum" : "Average", shown,
                                table->words.n_en > 1 ? table->words.en[1] : table_shown),
    };

    add_metric(build, place, &text, sum, column->unit);
}

void qn_model_build_metrics(struct qn_model_build *build)
{
    struct qn_model *model = build->model;

    model->metrics = qn_arena_alloc(&model->arena, METRICS_MAX, sizeof(*model->metrics));
    for (size_t i = 0; model->metrics != NULL && i < model->n_tables; i++) {
        const struct qn_model_table *table = &model->tables[i];
        size_t before = model->n_metrics;

        if (table->purpose != QN_PURPOSE_FACT) {
            continue;
        }
        add_count(build, i);
        for (size_t c = 0; c < table->n_columns; c++) {
            enum qn_role role = table->columns[c].role;

            if ((role == QN_ROLE_MEASURE || role == QN_ROLE_AVERAGE) && !table->columns[c].hidden &&
                model->n_metrics - before < METRICS_TABLE) {
                add_number(build, i, c);
            }
        }
    }
}
