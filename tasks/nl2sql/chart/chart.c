#include "chart.h"

#include "chart_rules.h"
#include "tasks/lib/model/model_text.h"
#include <stdio.h>
#include <string.h>

#define ARENA_BYTES  ((size_t)16 * 1024 * 1024)
#define NAME_BYTES   90 /* of a column's name in a reason */
#define REASON_BYTES 4096

const char *const chart_type_names[CHART_TYPES] = {
    "table",       "number",   "tiles", "line",    "multi_line", "bar",   "bar_horizontal",
    "grouped_bar", "heat_map", "donut", "scatter", "histogram",  "points"};

static bool holds(const struct chart_rule *rule, const struct chart_facts *facts)
{
    return (facts->hold & rule->needs) == rule->needs && (facts->hold & rule->lacks) == 0;
}

static const struct chart_rule *find_choice(const struct chart_facts *facts)
{
    const struct chart_rule *rule = chart_rules;

    while (rule->offered || !holds(rule, facts)) {
        rule++; /* the last one always holds */
    }
    return rule;
}

/* NULL when the rows do not allow it. */
static const struct chart_rule *find_wish(const struct chart_facts *facts, enum chart_type type)
{
    for (size_t i = 0; i < chart_rules_count; i++) {
        if (chart_rules[i].type == type && holds(&chart_rules[i], facts)) {
            return &chart_rules[i];
        }
    }
    return NULL;
}

static bool is_named(const struct chart *chart, enum chart_type type)
{
    bool named = chart->type == type;

    for (size_t i = 0; i < chart->n_alternatives; i++) {
        named = named || chart->alternatives[i] == type;
    }
    return named;
}

static void find_alternatives(struct chart *chart, const struct chart_facts *facts)
{
    for (size_t i = 0; i < chart_rules_count && chart->n_alternatives < CHART_ALTERNATIVES; i++) {
        if (holds(&chart_rules[i], facts) && !is_named(chart, chart_rules[i].type)) {
            chart->alternatives[chart->n_alternatives++] = chart_rules[i].type;
        }
    }
}

static void take_measures(struct chart *chart, const struct chart_facts *facts, size_t most)
{
    for (size_t i = 0; i < facts->n_measures && i < most; i++) {
        chart->y[chart->n_y++] = facts->measures[i];
    }
}

static void take_columns(struct chart *chart, const struct query_rows *rows)
{
    for (size_t i = 0; i < rows->n_columns && i < CHART_SERIES_MAX; i++) {
        chart->y[chart->n_y++] = i;
    }
}

static void take_points(struct chart *chart, const struct chart_facts *facts)
{
    chart->x = facts->longitude;
    chart->series = facts->x;
    chart->y[chart->n_y++] = facts->latitude;
    take_measures(chart, facts, 1);
}

static void assign(struct chart *chart, const struct chart_facts *facts,
                   const struct query_rows *rows)
{
    switch (chart->type) {
    case CHART_TABLE:
        break;
    case CHART_NUMBER:
    case CHART_TILES:
        take_columns(chart, rows);
        break;
    case CHART_POINTS:
        take_points(chart, facts);
        break;
    case CHART_SCATTER:
        chart->x = facts->measures[0];
        chart->series = facts->x;
        chart->y[chart->n_y++] = facts->measures[1];
        break;
    case CHART_HISTOGRAM:
        take_measures(chart, facts, 1);
        break;
    default:
        chart->x = facts->x;
        chart->series = facts->series;
        take_measures(chart, facts,
                      chart->type == CHART_LINE ||
                              (chart->type == CHART_GROUPED_BAR && facts->series == QN_MODEL_NONE)
                          ? CHART_LINES_MOST
                          : 1);
        break;
    }
}

/* Reasons. */

struct reason {
    struct chart *chart;
    const struct chart_facts *facts;
    const struct query_rows *rows;
    bool zh;
    struct qn_buf text;
};

static void say_name(struct reason *reason, size_t column)
{
    if (column != QN_MODEL_NONE) {
        qn_buf_add_str(&reason->text, qn_plain(&reason->chart->arena,
                                               reason->rows->columns[column].name, NAME_BYTES));
    }
}

static void say_measures(struct reason *reason)
{
    for (size_t i = 0; i < reason->chart->n_y; i++) {
        bool last = i + 1 == reason->chart->n_y;

        if (i > 0) {
            qn_buf_add_str(&reason->text, reason->zh ? "、" : last ? " and " : ", ");
        }
        say_name(reason, reason->chart->y[i]);
    }
}

static void say_word(struct reason *reason, const char *word, size_t len)
{
    const struct chart *chart = reason->chart;
    struct qn_span span = {word, len};

    if (qn_span_is(span, "x")) {
        say_name(reason, chart->x);
    } else if (qn_span_is(span, "y") && chart->type == CHART_POINTS) {
        say_name(reason, chart->y[0]);
    } else if (qn_span_is(span, "y")) {
        say_measures(reason);
    } else if (qn_span_is(span, "series")) {
        say_name(reason, chart->series);
    } else if (qn_span_is(span, "most")) {
        qn_buf_printf(&reason->text, "%zu", chart->most);
    } else if (qn_span_is(span, "n")) {
        qn_buf_printf(&reason->text, "%zu",
                      chart->series != QN_MODEL_NONE ? reason->facts->n_series
                                                     : reason->facts->n_x);
    }
}

static void say(struct reason *reason, const char *text)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, "{"), word;

        qn_buf_add(&reason->text, text, plain);
        text += plain;
        if (*text == '{') {
            word = strcspn(text, "}");
            say_word(reason, text + 1, word - 1);
            text += word + 1;
        }
    }
}

static bool draws(const struct chart *chart, size_t column)
{
    bool drawn = chart->x == column;

    for (size_t i = 0; i < chart->n_y; i++) {
        drawn = drawn || chart->y[i] == column;
    }
    return drawn;
}

/* Measures that the picture has no room for are not forgotten. */
static void say_rest(struct reason *reason)
{
    bool all = true;

    for (size_t i = 0; i < reason->facts->n_measures; i++) {
        all = all && draws(reason->chart, reason->facts->measures[i]);
    }
    if (!all && reason->chart->type != CHART_TABLE) {
        qn_buf_add_str(&reason->text,
                       reason->zh ? "其余度量见表格。" : " The other measures are in the table.");
    }
}

static enum chart_type type_of(const char *name)
{
    size_t type = 0;

    while (type < CHART_TYPES && strcmp(chart_type_names[type], name) != 0) {
        type++;
    }
    return (enum chart_type)type;
}

static void say_refused(struct reason *reason, const char *wish)
{
    enum chart_type type = type_of(wish);
    const struct chart_type_text *text;

    if (type == CHART_TYPES) {
        const char *name = qn_plain(&reason->chart->arena, wish, NAME_BYTES);

        qn_buf_printf(&reason->text,
                      reason->zh ? "没有名为“%s”的图形。" : " There is no chart called \"%s\".",
                      name);
        return;
    }
    text = &chart_type_texts[type];
    if (reason->zh) {
        qn_buf_printf(&reason->text, "要求的%s不适用：它需要%s。", text->zh, text->zh_needs);
    } else {
        qn_buf_printf(&reason->text, " Asked for was %s, which needs %s.", text->en,
                      text->en_needs);
    }
}

static int say_reason(struct reason *reason, const struct chart_rule *rule, const char *refused,
                      struct qn_err *reterr)
{
    struct chart *chart = reason->chart;

    qn_buf_init(&reason->text, REASON_BYTES);
    say(reason, reason->zh ? rule->zh : rule->en);
    say_rest(reason);
    if (refused[0] != '\0') {
        say_refused(reason, refused);
    }
    chart->reason = qn_arena_text(&chart->arena, reason->text.data, reason->text.len);
    if (qn_buf_status(&reason->text) != QN_OK) {
        return qn_fail(reterr, qn_buf_status(&reason->text), "the reason of a picture");
    }
    return qn_arena_status(&chart->arena, "the picture of an answer", reterr);
}

/* The rule that holds for the wish, else the first one that holds; ret_refused: the wish, or "". */
static const struct chart_rule *decide(const struct chart_facts *facts, const char *wish,
                                       const char **ret_refused)
{
    const struct chart_rule *rule = NULL;
    enum chart_type type = type_of(wish);

    *ret_refused = "";
    if (wish[0] != '\0' && type != CHART_TYPES) {
        rule = find_wish(facts, type);
    }
    if (rule == NULL) {
        *ret_refused = wish;
        rule = find_choice(facts);
    }
    return rule;
}

int chart_choose(struct chart *ret, const struct query_rows *rows, const struct chart_wish *wish,
                 struct qn_err *reterr)
{
    struct chart_facts facts;
    struct reason reason = {.chart = ret, .facts = &facts, .rows = rows};
    const struct chart_rule *rule;
    const char *refused;
    int rc;

    *ret = (struct chart){.x = QN_MODEL_NONE, .series = QN_MODEL_NONE, .reason = ""};
    qn_arena_init(&ret->arena, ARENA_BYTES);
    ret->title = qn_arena_str(&ret->arena, wish->title);
    rc = chart_facts_find(&facts, rows, wish->share, &ret->arena, reterr);
    if (rc == QN_OK) {
        reason.zh = strcmp(wish->language, "zh") == 0;
        ret->language = reason.zh ? "zh" : "en";
        rule = decide(&facts, wish->type, &refused);
        ret->type = rule->type;
        ret->most = rule->most;
        ret->other = rule->other;
        assign(ret, &facts, rows);
        find_alternatives(ret, &facts);
        rc = say_reason(&reason, rule, refused, reterr);
        qn_buf_release(&reason.text);
    }
    if (rc != QN_OK) {
        chart_release(ret);
    }
    return rc;
}

void chart_release(struct chart *chart)
{
    qn_arena_release(&chart->arena);
    *chart = (struct chart){.x = QN_MODEL_NONE, .series = QN_MODEL_NONE};
}
