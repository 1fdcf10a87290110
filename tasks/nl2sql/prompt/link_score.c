#include "link_parts.h"
#include "prompt_schema.h"

#include <math.h>
#include <string.h>

/* What a whole match is worth. Of a part of a text the square of the part counts. */
#define OF_NAME          10.0
#define OF_SYNONYM       9.0
#define OF_DESCRIPTION   1.5
#define OF_COLUMN        3.0
#define OF_VALUE         4.0
#define OF_COLUMN_TEXT   0.5
#define OF_METRIC        8.0
#define OF_CONDITION     5.0
#define OF_COLUMNS_MOST  9.0 /* all columns of a table together */
#define METRIC_TABLES    8
#define FEW_TABLES       8 /* so few that no word is common */
#define LEAST_OF_COMMON  0.15
#define WHOLE            0.99 /* a share of all, but for rounding */
#define WORDS_OF_A_MODEL 64

struct scoring {
    const struct qn_model *model;
    const struct prompt_words *words;
    struct qn_arena *arena;
    struct link_scores *ret;
    uint64_t unmet; /* words that may have a typing error */
    uint64_t met;   /* by any text so far */
    double rarity[WORDS_OF_A_MODEL];
    uint64_t of_table;
    bool any;      /* something of the table was met */
    bool *worthy;  /* tables of which something was met; NULL: all are looked at */
    double *asked; /* of the tables, by metrics and conditions: the best */
    bool texts;    /* descriptions of columns too */
};

static double worth(const struct scoring *scoring, struct prompt_match match)
{
    double rarest = match.bits == 0 ? 1 : 0;

    for (size_t i = 0; i < WORDS_OF_A_MODEL; i++) {
        if ((match.bits >> i & 1U) != 0 && scoring->rarity[i] > rarest) {
            rarest = scoring->rarity[i];
        }
    }
    return match.share * match.share * rarest * (match.share >= WHOLE ? match.size : 1);
}

static double score_text(struct scoring *scoring, const char *text)
{
    const struct prompt_match match =
        scoring->unmet != 0 ? prompt_words_match_fuzzy(scoring->words, scoring->unmet, text)
                            : prompt_words_match(scoring->words, text);

    if (match.share <= 0) {
        return 0;
    }
    scoring->of_table |= match.bits;
    scoring->any = true;
    return worth(scoring, match);
}

static double score_words(struct scoring *scoring, const struct qn_model_words *words)
{
    double best = 0;

    for (size_t i = 0; i < words->n_en; i++) {
        best = fmax(best, score_text(scoring, words->en[i]));
    }
    for (size_t i = 0; i < words->n_zh; i++) {
        best = fmax(best, score_text(scoring, words->zh[i]));
    }
    return best;
}

/* Only whole values count: half of one is another one. */
static double score_values(struct scoring *scoring, const struct qn_model_column *column)
{
    double best = 0;

    for (size_t i = 0; column->pii == QN_PII_NONE && i < column->n_values; i++) {
        best = fmax(best, score_text(scoring, column->values[i].text));
        best = fmax(best, score_words(scoring, &column->values[i].words));
    }
    return best > LEAST_OF_COMMON ? best : 0;
}

static double score_column(struct scoring *scoring, const struct qn_model_column *column)
{
    double name = score_text(scoring, column->name);

    name = fmax(name, score_words(scoring, &column->words));
    name = fmax(name, score_words(scoring, &column->negated));
    if (scoring->unmet == 0) {
        name = OF_COLUMN * name + OF_VALUE * score_values(scoring, column);
        return scoring->texts
                   ? name + OF_COLUMN_TEXT * score_text(scoring, column->description.text)
                   : name;
    }
    return OF_COLUMN * name;
}

static double score_columns(struct scoring *scoring, size_t table)
{
    const struct qn_model_table *of = &scoring->model->tables[table];
    double sum = 0;

    for (size_t i = 0; i < of->n_columns; i++) {
        double score;

        if (of->columns[i].hidden) {
            continue;
        }
        score = score_column(scoring, &of->columns[i]);
        if (score <= 0 || !prompt_schema_has_column(&of->columns[i])) {
            continue;
        }
        if (scoring->ret->columns[table] == NULL) {
            scoring->ret->columns[table] =
                qn_arena_alloc(scoring->arena, of->n_columns, sizeof(double));
        }
        if (scoring->ret->columns[table] == NULL) {
            return sum;
        }
        scoring->ret->columns[table][i] += score;
        sum += score;
    }
    return fmin(sum, OF_COLUMNS_MOST);
}

static double score_table(struct scoring *scoring, size_t table)
{
    const struct qn_model_table *of = &scoring->model->tables[table];
    double name = OF_NAME * score_text(scoring, of->name);

    name = fmax(name, OF_SYNONYM * score_words(scoring, &of->words));
    if (scoring->unmet == 0) {
        name += OF_DESCRIPTION * score_text(scoring, of->description.text);
    }
    return name + score_columns(scoring, table);
}

static void each_table(struct scoring *scoring)
{
    for (size_t i = 0; i < scoring->model->n_tables; i++) {
        if (scoring->ret->tables[i] >= 0 && (scoring->worthy == NULL || scoring->worthy[i])) {
            scoring->of_table = 0;
            scoring->ret->tables[i] += score_table(scoring, i);
            scoring->met |= scoring->of_table;
        }
    }
}

/* First which tables are met at all, and how many have each word: a word that half of all tables
 * have tells little. */
static void weigh_words(struct scoring *scoring)
{
    const size_t n = scoring->model->n_tables;
    size_t seen[WORDS_OF_A_MODEL] = {0};

    for (size_t i = 0; i < n; i++) {
        if (scoring->ret->tables[i] >= 0) {
            scoring->any = false;
            scoring->of_table = 0;
            score_table(scoring, i);
            scoring->worthy[i] = scoring->any;
        }
        for (size_t k = 0; k < WORDS_OF_A_MODEL; k++) {
            seen[k] += scoring->of_table >> k & 1U;
        }
    }
    for (size_t k = 0; k < WORDS_OF_A_MODEL; k++) {
        if (seen[k] > 0) {
            scoring->rarity[k] =
                fmax(LEAST_OF_COMMON, log(((double)n + 1) / (double)seen[k]) / log((double)n + 1));
        }
    }
    for (size_t i = 0; i < n; i++) {
        scoring->ret->columns[i] = NULL;
    }
}

/* ---- metrics and conditions ---- */

static void add(struct scoring *scoring, size_t table, double score)
{
    if (table != QN_MODEL_NONE && score > scoring->asked[table]) {
        scoring->asked[table] = score;
    }
}

static void score_metric(struct scoring *scoring, const struct qn_model_metric *metric)
{
    const double score =
        fmax(score_text(scoring, metric->name), score_words(scoring, &metric->words));
    size_t tables[METRIC_TABLES], n;
    bool hidden;

    if (score <= LEAST_OF_COMMON) {
        return;
    }
    n = prompt_metric_tables(scoring->model, metric, tables, METRIC_TABLES, &hidden);
    for (size_t i = 0; i < n && !hidden; i++) {
        add(scoring, tables[i], OF_METRIC * score);
    }
}

static void each_metric(struct scoring *scoring)
{
    const struct qn_model *model = scoring->model;

    for (size_t i = 0; i < model->n_metrics; i++) {
        score_metric(scoring, &model->metrics[i]);
    }
    for (size_t i = 0; i < model->n_conditions; i++) {
        const double score = score_words(scoring, &model->conditions[i].words);

        if (score > LEAST_OF_COMMON) {
            add(scoring, qn_model_find_table(model, model->conditions[i].table, NULL),
                OF_CONDITION * score);
        }
    }
}

/* ---- all ---- */

void link_score(const struct qn_model *model, const struct prompt_words *words,
                struct qn_arena *arena, struct link_scores *ret)
{
    struct scoring scoring = {.model = model, .words = words, .arena = arena, .ret = ret};
    const size_t n = model->n_tables;

    ret->tables = qn_arena_alloc(arena, n + 1, sizeof(*ret->tables));
    ret->columns = qn_arena_alloc(arena, n + 1, sizeof(*ret->columns));
    scoring.asked = qn_arena_alloc(arena, n + 1, sizeof(*scoring.asked));
    scoring.worthy = n > FEW_TABLES ? qn_arena_alloc(arena, n + 1, sizeof(bool)) : NULL;
    if (arena->status != QN_OK) {
        return;
    }
    for (size_t i = 0; i < WORDS_OF_A_MODEL; i++) {
        scoring.rarity[i] = 1;
    }
    for (size_t i = 0; i < n; i++) {
        ret->tables[i] = prompt_schema_has_table(model, i) ? 0 : -1;
    }
    if (scoring.worthy != NULL) {
        weigh_words(&scoring);
    }
    scoring.texts = true;
    each_table(&scoring);
    each_metric(&scoring);
    scoring.unmet = prompt_words_fuzzy(words) & ~scoring.met;
    if (scoring.unmet != 0) {
        scoring.worthy = NULL;
        each_table(&scoring);
        each_metric(&scoring);
    }
    for (size_t i = 0; i < n; i++) {
        ret->tables[i] += ret->tables[i] >= 0 ? scoring.asked[i] : 0;
    }
}
