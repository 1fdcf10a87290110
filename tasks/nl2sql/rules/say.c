#include "say.h"

#include "calendar.h"
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

static const char *place_word(const struct qn_model *model, struct frame_place place, bool zh)
{
    const struct qn_model_table *table;

    if (place.table == QN_MODEL_NONE) {
        return "";
    }
    table = &model->tables[place.table];
    return place.column == QN_MODEL_NONE ? table_word(model, place.table, zh)
                                         : first_word(&table->columns[place.column].words, zh,
                                                      table->columns[place.column].name);
}

static void say_measure(const struct qn_model *model, const struct frame_measure *measure, bool zh,
                        struct qn_buf *out)
{
    static const char *const en[] = {
        "number of ", "number of different ", "sum of ", "average ", "lowest ", "highest "};
    static const char *const han[] = {"数量:", "不同的数量:", "总和:", "平均:", "最低:", "最高:"};

    if (measure->metric != QN_MODEL_NONE) {
        qn_buf_add_str(out, first_word(&model->metrics[measure->metric].words, zh,
                                       model->metrics[measure->metric].name));
        return;
    }
    qn_buf_printf(out, "%s%s", (zh ? han : en)[measure->aggregate],
                  place_word(model, measure->of, zh));
}

static const char *grain_word(enum frame_grain grain, bool zh)
{
    static const char *const en[] = {"",
                                     "hour",
                                     "day",
                                     "week",
                                     "month",
                                     "quarter",
                                     "year",
                                     "weekday",
                                     "hour of the day",
                                     "month of the year"};
    static const char *const han[] = {"",     "小时", "天",     "周",   "月",
                                      "季度", "年",   "星期几", "时段", "月份"};

    return (zh ? han : en)[grain];
}

static void say_dimensions(const struct qn_model *model, const struct frame *frame, bool zh,
                           struct qn_buf *out)
{
    for (size_t i = 0; i < frame->n_dimensions; i++) {
        const struct frame_dimension *dimension = &frame->dimensions[i];

        qn_buf_add_str(out, i == 0 ? (zh ? ", 按" : " by ") : (zh ? "、" : " and "));
        qn_buf_add_str(out, dimension->grain != FRAME_NO_GRAIN
                                ? grain_word(dimension->grain, zh)
                                : place_word(model, dimension->of, zh));
    }
}

static void say_period(const struct frame_period *period, bool zh, struct qn_buf *out)
{
    char last[FRAME_DAY_SIZE] = "";
    int64_t day;

    if (calendar_parse(period->to, &day)) {
        calendar_print(day - 1, last);
    }
    if (period->from[0] != '\0' && last[0] != '\0') {
        qn_buf_printf(out, zh ? ", %s 至 %s" : ", %s to %s", period->from, last);
    } else if (period->from[0] != '\0') {
        qn_buf_printf(out, zh ? ", 自 %s" : ", from %s", period->from);
    } else if (last[0] != '\0') {
        qn_buf_printf(out, zh ? ", 至 %s" : ", until %s", last);
    }
}

static const char *test_word(enum frame_test test, bool zh)
{
    switch (test) {
    case FRAME_LESS:
        return zh ? "小于" : "under";
    case FRAME_AT_MOST:
        return zh ? "至多" : "at most";
    case FRAME_MORE:
        return zh ? "大于" : "over";
    case FRAME_AT_LEAST:
        return zh ? "至少" : "at least";
    case FRAME_BETWEEN:
        return zh ? "介于" : "between";
    case FRAME_CONTAINS:
        return zh ? "包含" : "containing";
    case FRAME_EMPTY:
        return zh ? "为空" : "empty";
    case FRAME_ABOVE_AVERAGE:
        return zh ? "高于平均" : "above average";
    case FRAME_BELOW_AVERAGE:
        return zh ? "低于平均" : "below average";
    default:
        return zh ? "是" : "is";
    }
}

static void say_filter(const struct qn_model *model, const struct frame_filter *filter, bool zh,
                       struct qn_buf *out)
{
    const char *no = zh ? "不" : "not ";

    if (filter->test == FRAME_EXISTS) {
        const char *with = filter->negated ? (zh ? "没有" : "without ") : (zh ? "有" : "with ");

        qn_buf_printf(out, ", %s%s", with, table_word(model, filter->related, zh));
        say_period(&filter->inner_period, zh, out);
        return;
    }
    if (filter->test == FRAME_CONDITION) {
        qn_buf_printf(out, ", %s%s", filter->negated ? no : "",
                      first_word(&model->conditions[filter->condition].words, zh, ""));
        return;
    }
    qn_buf_printf(out, ", %s %s%s", place_word(model, filter->of, zh), filter->negated ? no : "",
                  test_word(filter->test, zh));
    for (size_t i = 0; i < filter->n_values; i++) {
        qn_buf_printf(out, "%s%.80s", i == 0 ? " " : ", ", filter->values[i]);
    }
}

static void say_subject(const struct qn_model *model, const struct frame *frame, bool zh,
                        struct qn_buf *out)
{
    if (frame->n_measures == 0) {
        struct frame_place place = {frame->table, QN_MODEL_NONE};

        qn_buf_add_str(out, frame->kind == FRAME_DISTINCT ? place_word(model, frame->columns[0], zh)
                                                          : place_word(model, place, zh));
        return;
    }
    for (size_t i = 0; i < frame->n_measures; i++) {
        qn_buf_add_str(out, i > 0 ? ", " : "");
        say_measure(model, &frame->measures[i], zh, out);
    }
}

static void say_end(const struct qn_model *model, const struct frame *frame, bool zh,
                    struct qn_buf *out)
{
    for (size_t i = 0; i < frame->n_filters; i++) {
        say_filter(model, &frame->filters[i], zh, out);
    }
    for (size_t i = 0; i < frame->n_part; i++) {
        qn_buf_add_str(out, i == 0 ? (zh ? "; 占比" : "; share of those with") : "");
        say_filter(model, &frame->part[i], zh, out);
    }
    if (frame->share) {
        qn_buf_add_str(out, zh ? ", 占比" : ", as a share of the whole");
    }
    if (frame->limit > 0) {
        qn_buf_printf(out, zh ? ", 前 %lld 个" : ", the first %lld", (long long)frame->limit);
    }
    if (frame->ordered) {
        qn_buf_add_str(out, frame->ascending ? (zh ? ", 升序" : ", lowest first")
                                             : (zh ? ", 降序" : ", highest first"));
    }
}

int say_frame(const struct qn_model *model, const struct understood *understood, struct qn_buf *out,
              struct qn_err *reterr)
{
    const struct frame *frame = &understood->frame;
    bool zh = understood->language[0] == 'z';
    int rc;

    say_subject(model, frame, zh, out);
    say_dimensions(model, frame, zh, out);
    say_period(&frame->period, zh, out);
    if (frame->kind == FRAME_COMPARE) {
        qn_buf_add_str(out, zh ? ", 对比" : ", compared with");
        say_period(&frame->before, zh, out);
    }
    say_end(model, frame, zh, out);
    rc = qn_buf_status(out);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "the sentence is too long");
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

static size_t biggest_table(const struct qn_model *model)
{
    size_t best = QN_MODEL_NONE;

    for (size_t t = 0; t < model->n_tables; t++) {
        bool fact = model->tables[t].purpose == QN_PURPOSE_FACT && !model->tables[t].hidden;

        if (fact && (best == QN_MODEL_NONE || some_dimension(model, best, false) == NULL)) {
            best = t;
        }
    }
    return best != QN_MODEL_NONE || model->n_tables == 0 ? best : 0;
}

int say_suggestions(const struct qn_model *model, const char *language, struct rules_answer *ret,
                    struct qn_err *reterr)
{
    bool zh = language[0] == 'z';
    const struct qn_model_metric *metric = best_metric(model);
    size_t table = biggest_table(model);
    const char *word = table != QN_MODEL_NONE ? table_word(model, table, zh) : "";
    const char *dimension = table != QN_MODEL_NONE ? some_dimension(model, table, zh) : NULL;

    ret->n_suggestions = 0;
    if (metric != NULL) {
        qn_buf_printf(&ret->suggestions[ret->n_suggestions++],
                      zh ? "上个月的%s是多少？" : "What was the %s last month?",
                      first_word(&metric->words, zh, metric->name));
    }
    if (table != QN_MODEL_NONE) {
        qn_buf_printf(&ret->suggestions[ret->n_suggestions++],
                      zh ? "%s一共有多少？" : "What is the number of %s?", word);
    }
    if (dimension != NULL) {
        struct qn_buf *out = &ret->suggestions[ret->n_suggestions++];

        qn_buf_printf(out, zh ? "各%s的%s数量" : "By %s: number of %s", dimension, word);
    }
    for (size_t i = 0; i < ret->n_suggestions; i++) {
        int rc = qn_buf_status(&ret->suggestions[i]);

        if (rc != QN_OK) {
            return qn_fail(reterr, rc, "a suggestion is too long");
        }
    }
    return QN_OK;
}
