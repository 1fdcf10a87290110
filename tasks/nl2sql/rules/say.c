#include "say.h"

#include <string.h>

static const char *first_word(const struct qn_model_words *words, bool zh, const char *name)
{
    if (zh && words->n_zh > 0) {
        return words->zh[0];
    }
    return !zh && words->n_en > 0 ? words->en[0] : name;
}

static const char *table_word(const struct qn_model *model, size_t table, bool zh)
{
    return first_word(&model->tables[table].words, zh, model->tables[table].name);
}

int say_why_not(const struct qn_model *model, const struct understood *understood,
                const char *detail, struct qn_buf *out, struct qn_err *reterr)
{
    static const char *const en[RULES_REFUSALS] = {
        "",
        "The question was not understood well enough.",
        "This asks for causes, forecasts or studies, which rules cannot answer.",
        "The data does not seem to hold what is asked for.",
        "This asks for something that is hidden.",
        "Data is only read here, never changed.",
        "This is no question about the data."};
    static const char *const han[RULES_REFUSALS] = {"",
                                                    "没有充分理解这个问题。",
                                                    "这涉及原因、预测或深入分析，规则无法回答。",
                                                    "数据中似乎没有所问的内容。",
                                                    "所问的内容是隐藏的。",
                                                    "这里只读取数据，不做修改。",
                                                    "这不是关于数据的问题。"};
    bool zh = understood->language[0] == 'z';
    int rc;

    (void)model;
    qn_buf_add_str(out, (zh ? han : en)[understood->refusal]);
    if (understood->unknown[0] != '\0' &&
        (understood->refusal == RULES_MISSING || understood->refusal == RULES_UNCLEAR)) {
        qn_buf_printf(out, zh ? "不认识:%.300s" : " Not known: %.300s", understood->unknown);
    }
    if (detail[0] != '\0') {
        qn_buf_printf(out, " (%s)", detail);
    }
    rc = qn_buf_status(out);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "the reason is too long");
}

/* ---- suggestions ---- */

static const struct qn_model_metric *best_metric(const struct qn_model *model)
{
    const struct qn_model_metric *best = NULL;

    for (size_t i = 0; i < model->n_metrics; i++) {
        const struct qn_model_metric *metric = &model->metrics[i];

        if (metric->additive && metric->time[0] != '\0' &&
            (best == NULL || metric->source > best->source)) {
            best = metric;
        }
    }
    return best;
}

static const char *some_dimension(const struct qn_model *model, size_t table, bool zh)
{
    for (size_t c = 0; c < model->tables[table].n_columns; c++) {
        const struct qn_model_column *column = &model->tables[table].columns[c];

        if (column->role == QN_ROLE_DIMENSION && !column->hidden) {
            return first_word(&column->words, zh, column->name);
        }
    }
    return NULL;
}

/* What the metric is of, else what has figures. */
static size_t main_table(const struct qn_model *model, const struct qn_model_metric *metric)
{
    size_t best = QN_MODEL_NONE, column;

    if (metric != NULL && qn_model_find_column(model, metric->time, &best, &column) &&
        !model->tables[best].hidden && some_dimension(model, best, false) != NULL) {
        return best;
    }
    best = QN_MODEL_NONE;

    for (size_t t = 0; t < model->n_tables; t++) {
        bool fact = model->tables[t].purpose == QN_PURPOSE_FACT && !model->tables[t].hidden;
        if (fact && (best == QN_MODEL_NONE || some_dimension(model, best, false) == NULL)) {
            best = t;
        }
    }
    return best != QN_MODEL_NONE || model->n_tables == 0 ? best : 0;
}

/* "order" is "orders" when they are many; names of the database stay as they are. */
static void add_plural(struct qn_buf *out, const char *word)
{
    size_t n = strlen(word);
    char last = n > 0 ? word[n - 1] : '\0', before = n > 1 ? word[n - 2] : '\0';

    if (last == 's' && before != 's') {
        qn_buf_add_str(out, word);
    } else if (last == 'y' && strchr("aeiou", before) == NULL) {
        qn_buf_add(out, word, n - 1);
        qn_buf_add_str(out, "ies");
    } else if (last == 's' || last == 'x' || (last == 'h' && (before == 'c' || before == 's'))) {
        qn_buf_printf(out, "%ses", word);
    } else {
        qn_buf_printf(out, "%ss", word);
    }
}

static void say_count(struct qn_buf *out, const struct qn_model *model, size_t table, bool zh,
                      const char *dimension)
{
    const struct qn_model_words *words = &model->tables[table].words;
    const char *word = table_word(model, table, zh);

    if (zh) {
        qn_buf_printf(out, dimension != NULL ? "各%s的%s数量" : "%s一共有多少？",
                      dimension != NULL ? dimension : word, word);
        return;
    }
    qn_buf_add_str(out, dimension != NULL ? "Number of " : "How many ");
    if (words->n_en > 0) {
        add_plural(out, word);
    } else {
        qn_buf_add_str(out, word);
    }
    if (dimension != NULL) {
        qn_buf_printf(out, " by %s", dimension);
    } else {
        qn_buf_add_str(out, " are there?");
    }
}

int say_suggestions(const struct qn_model *model, const char *language, struct rules_answer *ret,
                    struct qn_err *reterr)
{
    bool zh = language[0] == 'z';
    const struct qn_model_metric *metric = best_metric(model);
    size_t table = main_table(model, metric);
    const char *dimension = table != QN_MODEL_NONE ? some_dimension(model, table, zh) : NULL;

    ret->n_suggestions = 0;
    if (metric != NULL) {
        qn_buf_printf(&ret->suggestions[ret->n_suggestions++],
                      zh ? "上个月的%s是多少？" : "What was the %s last month?",
                      first_word(&metric->words, zh, metric->name));
    }
    if (table != QN_MODEL_NONE) {
        say_count(&ret->suggestions[ret->n_suggestions++], model, table, zh, NULL);
    }
    if (dimension != NULL) {
        say_count(&ret->suggestions[ret->n_suggestions++], model, table, zh, dimension);
    }
    for (size_t i = 0; i < ret->n_suggestions; i++) {
        int rc = qn_buf_status(&ret->suggestions[i]);

        if (rc != QN_OK) {
            return qn_fail(reterr, rc, "a suggestion is too long");
        }
    }
    return QN_OK;
}
