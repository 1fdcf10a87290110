#include "write_say.h"

#include "calendar.h"
#include "tasks/lib/model/model_text.h"
#include <string.h>

struct say {
    const struct qn_model *model;
    const struct frame *frame;
    int zh; /* 1: Chinese, the second of each pair of words */
    struct qn_buf *out;
};

static void put(struct say *say, const char *text)
{
    qn_buf_add_str(say->out, text);
}

static void pick(struct say *say, const char *en, const char *zh)
{
    put(say, say->zh == 1 ? zh : en);
}

/* ---- words of the model ---- */

static const char *first_word(const struct say *say, const struct qn_model_words *words)
{
    if (say->zh == 1) {
        return words->n_zh > 0 ? words->zh[0] : NULL;
    }
    return words->n_en > 0 ? words->en[0] : NULL;
}

/* A name as it is, with blanks for what stands between its words. */
static void name(struct say *say, const char *text)
{
    for (; *text != '\0'; text++) {
        qn_buf_add_byte(say->out, *text == '_' ? ' ' : (unsigned char)*text);
    }
}

static void thing(struct say *say, const struct qn_model_words *words, const char *fallback)
{
    const char *word = first_word(say, words);

    if (word != NULL) {
        put(say, word);
    } else {
        name(say, fallback);
    }
}

/* Words with the last one in the plural; what is no short English word stays. */
static void plural(struct say *say, const char *text)
{
    const char *last = strrchr(text, ' ');
    char word[QN_TOKEN_SIZE];

    last = last != NULL ? last + 1 : text;
    if (say->zh == 1 || strlen(last) + 4 >= QN_TOKEN_SIZE || !qn_is_ascii(last)) {
        put(say, text);
        return;
    }
    qn_buf_add(say->out, text, (size_t)(last - text));
    qn_plural(word, last);
    put(say, word);
}

static void rows(struct say *say, size_t table)
{
    const struct qn_model_table *of = &say->model->tables[table];
    const char *word = first_word(say, &of->words);

    if (word != NULL) {
        plural(say, word);
    } else {
        name(say, of->name);
    }
}

static void column(struct say *say, struct frame_place place)
{
    const struct qn_model_table *table = &say->model->tables[place.table];

    if (place.column == QN_MODEL_NONE) {
        thing(say, &table->words, table->name);
    } else {
        const struct qn_model_column *of = &table->columns[place.column];

        thing(say, &of->words, of->name);
    }
}

static void value(struct say *say, struct frame_place place, const char *text)
{
    const struct qn_model_table *table = &say->model->tables[place.table];
    size_t at = place.column != QN_MODEL_NONE ? place.column : table->label;

    for (size_t i = 0; at != QN_MODEL_NONE && i < table->columns[at].n_values; i++) {
        const struct qn_model_value *one = &table->columns[at].values[i];

        if (strcmp(one->text, text) == 0) {
            thing(say, &one->words, text);
            return;
        }
    }
    put(say, text);
}

/* ---- measures, dimensions ---- */

static void measure(struct say *say, const struct frame_measure *of)
{
    static const char *const before[] = {
        "number of ", "number of different ", "total ", "average ", "lowest ", "highest "};
    static const char *const after[] = {"数量",   "不同值的数量", "总和",
                                        "平均值", "最低值",       "最高值"};

    if (of->metric != QN_MODEL_NONE) {
        const struct qn_model_metric *metric = &say->model->metrics[of->metric];

        thing(say, &metric->words, metric->name);
        return;
    }
    put(say, say->zh == 1 ? "" : before[of->aggregate]);
    if (of->of.column == QN_MODEL_NONE) {
        rows(say, of->of.table);
    } else {
        column(say, of->of);
        pick(say, " of ", "");
        if (say->zh == 0) {
            rows(say, of->of.table);
        }
    }
    put(say, say->zh == 1 ? after[of->aggregate] : "");
}

static void measures(struct say *say)
{
    for (size_t i = 0; i < say->frame->n_measures; i++) {
        if (i > 0) {
            pick(say, " and ", "和");
        }
        measure(say, &say->frame->measures[i]);
    }
}

static void dimension(struct say *say, const struct frame_dimension *of)
{
    static const char *const en[] = {"",        "hour", "day",     "week",        "month",
                                     "quarter", "year", "weekday", "hour of day", "month of year"};
    static const char *const zh[] = {"",     "小时", "日",   "周",           "月",
                                     "季度", "年",   "星期", "一天中的小时", "月份"};

    if (of->grain != FRAME_NO_GRAIN) {
        pick(say, en[of->grain], zh[of->grain]);
    } else {
        column(say, of->of);
    }
}

static void dimensions(struct say *say)
{
    for (size_t i = 0; i < say->frame->n_dimensions; i++) {
        if (i > 0) {
            pick(say, " and ", "和");
        }
        dimension(say, &say->frame->dimensions[i]);
    }
}

/* ---- periods ---- */

static void period(struct say *say, const struct frame_period *of)
{
    char last[FRAME_DAY_SIZE] = "";
    int64_t day = 0;

    if (of->to[0] != '\0' && calendar_parse(of->to, &day)) {
        calendar_print(day - 1, last);
    }
    if (last[0] == '\0') {
        pick(say, "since ", "");
        put(say, of->from);
        pick(say, "", "以来");
    } else if (of->from[0] == '\0') {
        pick(say, "until ", "截至");
        put(say, last);
    } else if (strcmp(of->from, last) == 0) {
        pick(say, "on ", "");
        put(say, last);
    } else {
        pick(say, "from ", "");
        put(say, of->from);
        pick(say, " to ", "至");
        put(say, last);
    }
}

static bool is_open(const struct frame_period *of)
{
    return of->from[0] == '\0' && of->to[0] == '\0';
}

/* ---- filters ---- */

static void values(struct say *say, const struct frame_filter *filter, const char *en,
                   const char *zh)
{
    for (size_t i = 0; i < filter->n_values; i++) {
        if (i > 0) {
            pick(say, en, zh);
        }
        value(say, filter->of, filter->values[i]);
    }
}

static void compared(struct say *say, const struct frame_filter *filter)
{
    static const char *const en[] = {
        [FRAME_LESS] = " under ",        [FRAME_AT_MOST] = " at most ",
        [FRAME_MORE] = " over ",         [FRAME_AT_LEAST] = " at least ",
        [FRAME_BETWEEN] = " between ",   [FRAME_CONTAINS] = " with ",
        [FRAME_BEFORE_DAY] = " before ", [FRAME_FROM_DAY] = " not before "};
    static const char *const zh[] = {
        [FRAME_LESS] = "小于",       [FRAME_AT_MOST] = "不超过", [FRAME_MORE] = "大于",
        [FRAME_AT_LEAST] = "不小于", [FRAME_BETWEEN] = "介于",   [FRAME_CONTAINS] = "包含",
        [FRAME_BEFORE_DAY] = "早于", [FRAME_FROM_DAY] = "不早于"};

    pick(say, "", filter->negated ? "并非" : "");
    column(say, filter->of);
    pick(say, filter->negated ? " is not" : " is", "");
    pick(say, en[filter->test], zh[filter->test]);
    values(say, filter, " and ", "和");
}

static bool is_flag(const struct say *say, const struct frame_filter *filter)
{
    return filter->of.column != QN_MODEL_NONE && filter->n_values == 1 &&
           say->model->tables[filter->of.table].columns[filter->of.column].family ==
               QN_FAMILY_BOOLEAN;
}

static void is_one_of(struct say *say, const struct frame_filter *filter)
{
    if (is_flag(say, filter)) {
        const bool off = (strcmp(filter->values[0], "true") == 0) == filter->negated;

        pick(say, off ? "they are not " : "they are ", off ? "非" : "");
        column(say, filter->of);
        return;
    }
    column(say, filter->of);
    pick(say, filter->negated ? " is not " : " is ", filter->negated ? "不为" : "为");
    values(say, filter, " or ", "或");
}

static void filters(struct say *say, const struct frame_filter *list, size_t n);

static void exists(struct say *say, const struct frame_filter *filter)
{
    pick(say, filter->negated ? "there are no " : "there are ", filter->negated ? "没有" : "有");
    rows(say, filter->related);
    if (filter->n_inner > 0) {
        pick(say, " (", "（");
        filters(say, filter->inner, filter->n_inner);
        pick(say, ")", "）");
    }
    if (!is_open(&filter->inner_period)) {
        pick(say, " ", "");
        period(say, &filter->inner_period);
    }
}

static void filter(struct say *say, const struct frame_filter *one)
{
    switch (one->test) {
    case FRAME_IS:
        is_one_of(say, one);
        break;
    case FRAME_CONDITION:
        pick(say, one->negated ? "they are not " : "they are ", one->negated ? "非" : "");
        thing(say, &say->model->conditions[one->condition].words, "");
        break;
    case FRAME_EMPTY:
        pick(say, "", one->negated ? "有" : "没有");
        column(say, one->of);
        pick(say, one->negated ? " is there" : " is missing", "");
        break;
    case FRAME_ABOVE_AVERAGE:
    case FRAME_BELOW_AVERAGE:
        column(say, one->of);
        pick(say, one->test == FRAME_ABOVE_AVERAGE ? " is above average" : " is below average",
             one->test == FRAME_ABOVE_AVERAGE ? "高于平均值" : "低于平均值");
        break;
    case FRAME_EXISTS:
        exists(say, one);
        break;
    default:
        compared(say, one);
        break;
    }
}

static void filters(struct say *say, const struct frame_filter *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            pick(say, " and ", "，");
        }
        filter(say, &list[i]);
    }
}

static void having(struct say *say)
{
    static const char *const en[] = {"more than ", "at least ", "less than ",
                                     "at most ",   "exactly ",  "between "};
    static const char *const zh[] = {"超过", "至少", "少于", "至多", "等于", "介于"};
    const struct frame *frame = say->frame;

    pick(say, say->frame->n_filters > 0 ? " and " : " where ", "，");
    measure(say, &frame->measures[0]);
    pick(say, " is ", "");
    if (frame->having_average) {
        pick(say, frame->having_test == FRAME_LESS_THAN ? "below" : "above",
             frame->having_test == FRAME_LESS_THAN ? "低于" : "高于");
        pick(say, " the average", "平均值");
        return;
    }
    pick(say, en[frame->having_test], zh[frame->having_test]);
    put(say, frame->having_values[0] != NULL ? frame->having_values[0] : "");
    if (frame->having_test == FRAME_BETWEEN_THEM && frame->having_values[1] != NULL) {
        pick(say, " and ", "和");
        put(say, frame->having_values[1]);
    }
}

/* ---- the sentence ---- */

/* What is ranked: all dimensions but the one within whose values it is. */
static void ranked(struct say *say)
{
    const struct frame *frame = say->frame;
    bool begun = false;

    for (size_t i = 0; i < frame->n_dimensions; i++) {
        const struct frame_dimension *one = &frame->dimensions[i];

        if (i == frame->per) {
            continue;
        }
        if (begun) {
            pick(say, " and ", "和");
        }
        begun = true;
        if (frame->limit > 1 && one->grain == FRAME_NO_GRAIN && one->of.column == QN_MODEL_NONE) {
            rows(say, one->of.table);
        } else {
            dimension(say, one);
        }
    }
}

static void top(struct say *say)
{
    const struct frame *frame = say->frame;
    const bool grouped = frame->per < frame->n_dimensions && frame->n_dimensions > 1;
    const long long n = (long long)frame->limit;

    if (say->zh == 1) {
        if (grouped) {
            put(say, "每个");
            dimension(say, &frame->dimensions[frame->per]);
            put(say, "中");
        }
        measures(say);
        qn_buf_printf(say->out, frame->ascending ? "最低的%lld个" : "最高的%lld个", n);
        ranked(say);
        return;
    }
    if (n > 1) {
        qn_buf_printf(say->out, frame->ascending ? "bottom %lld by " : "top %lld by ", n);
        measures(say);
        put(say, ": ");
        ranked(say);
    } else {
        put(say, "the ");
        ranked(say);
        put(say, frame->ascending ? " with the lowest " : " with the highest ");
        measures(say);
    }
    if (grouped) {
        put(say, " in each ");
        dimension(say, &frame->dimensions[frame->per]);
    }
}

static void folded(struct say *say)
{
    static const char *const en[] = {"number of ",   "number of ",  "total over all ",
                                     "average per ", "lowest per ", "highest per "};
    static const char *const zh[] = {"的数量", "的数量", "合计", "平均", "最低", "最高"};
    const struct frame *frame = say->frame;

    if (say->zh == 1) {
        dimensions(say);
        put(say, zh[frame->fold]);
    } else {
        put(say, en[frame->fold]);
        dimensions(say);
    }
    if (frame->fold > FRAME_COUNT_DISTINCT) {
        pick(say, ": ", "");
        measures(say);
    }
}

static void figures(struct say *say)
{
    const struct frame *frame = say->frame;

    if (frame->n_part > 0) {
        pick(say, "percent where ", "占比（");
        filters(say, frame->part, frame->n_part);
        pick(say, ", of ", "）：");
    }
    if (frame->folded) {
        folded(say);
    } else if (frame->limit > 0 && frame->n_dimensions > 0) {
        top(say);
    } else if (frame->n_dimensions > 0 && say->zh == 1) {
        put(say, "按");
        dimensions(say);
        put(say, "统计");
        measures(say);
    } else {
        measures(say);
        put(say, frame->n_dimensions > 0 ? " by " : "");
        dimensions(say);
    }
    if (frame->share) {
        pick(say, ", with the share of each", "及占比");
    }
}

static void listed(struct say *say)
{
    const struct frame *frame = say->frame;
    const bool distinct = frame->kind == FRAME_DISTINCT && frame->n_columns > 0;

    if (distinct) {
        pick(say, "the different values of ", "不同的");
        column(say, frame->columns[0]);
        pick(say, " of ", "，");
    } else if (frame->limit > 0) {
        qn_buf_printf(say->out, say->zh == 1 ? "%lld个" : "%lld ", (long long)frame->limit);
    }
    if (frame->table != QN_MODEL_NONE) {
        rows(say, frame->table);
    }
    if (frame->ordered && frame->order.table != QN_MODEL_NONE) {
        pick(say, frame->ascending ? ", lowest " : ", highest ", "，按");
        column(say, frame->order);
        pick(say, " first", frame->ascending ? "升序" : "降序");
    }
}

static void body(struct say *say)
{
    const struct frame *frame = say->frame;

    if (frame->kind == FRAME_LIST || frame->kind == FRAME_DISTINCT) {
        listed(say);
    } else {
        figures(say);
    }
    if (frame->n_filters > 0) {
        pick(say, " where ", "，");
        filters(say, frame->filters, frame->n_filters);
    }
    if (frame->having) {
        having(say);
    }
    if (!is_open(&frame->period)) {
        pick(say, ", ", "，");
        period(say, &frame->period);
    }
    if (frame->kind == FRAME_COMPARE && !is_open(&frame->before)) {
        pick(say, ", compared with the one ", "，对比");
        period(say, &frame->before);
    }
}

int write_sentence(const struct qn_model *model, const struct frame *frame, const char *language,
                   struct qn_buf *out)
{
    struct say say = {
        .model = model, .frame = frame, .zh = strcmp(language, "zh") == 0 ? 1 : 0, .out = out};
    size_t begin = out->len;

    body(&say);
    if (say.zh == 0 && out->len > begin && out->data[begin] >= 'a' && out->data[begin] <= 'z') {
        out->data[begin] = (char)(out->data[begin] - 'a' + 'A');
    }
    pick(&say, ".", "。");
    return qn_buf_status(out);
}
