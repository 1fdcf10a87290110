#include "reader.h"
#include "tasks/lib/model/model_text.h"

#include <string.h>

static enum frame_compare group_test(enum frame_test test)
{
    switch (test) {
    case FRAME_MORE:
        return FRAME_MORE_THAN;
    case FRAME_AT_LEAST:
        return FRAME_AT_LEAST_THAN;
    case FRAME_LESS:
        return FRAME_LESS_THAN;
    case FRAME_AT_MOST:
        return FRAME_AT_MOST_THAN;
    case FRAME_BETWEEN:
        return FRAME_BETWEEN_THEM;
    case FRAME_ABOVE_AVERAGE:
        return FRAME_MORE_THAN;
    case FRAME_BELOW_AVERAGE:
        return FRAME_LESS_THAN;
    default:
        return FRAME_EQUAL_TO;
    }
}

static void use_operands(struct reader *r, const struct reader_compare *c, bool right)
{
    if (c->left != NONE) {
        reader_use(r, c->left, "compared");
    }
    if (right && c->right != NONE) {
        reader_use(r, c->right, "compared");
    }
}

static void add_filter(struct reader *r, struct reader_compare *c, struct frame_place place)
{
    struct frame_filter filter = {.test = c->test, .of = place, .n_values = 0};

    while (filter.n_values < 2 && c->values[filter.n_values] != NULL) {
        filter.values[filter.n_values] = c->values[filter.n_values];
        filter.n_values++;
    }
    filter.negated = c->left != NONE && r->spans.items[c->left].negated;
    (void)reader_add_filter(r, filter);
    c->done = true;
}

static void add_having(struct reader *r, struct reader_compare *c, struct frame_measure measure)
{
    struct frame *frame = r->frame;

    if (frame->having) {
        reader_refuse(r, RULES_UNCLEAR);
        return;
    }
    if (frame->n_measures > 1) {
        reader_doubt(r, 0.6);
    }
    frame->having = true;
    frame->having_test = group_test(c->test);
    frame->having_values[0] = c->values[0];
    frame->having_values[1] = c->values[1];
    frame->having_average = c->average;
    frame->n_measures = 0;
    reader_add_measure(r, measure);
    c->done = true;
}

static struct frame_measure rows_of(size_t table)
{
    return (struct frame_measure){.metric = NONE, .aggregate = FRAME_COUNT, .of = {table, NONE}};
}

/* A column of what is asked for, or of what is above it; of what is below it is aggregated. */
static bool by_column(struct reader *r, struct reader_compare *c, size_t span, bool right)
{
    size_t base = r->n_anchors > 0 ? r->anchors[0].table : NONE;
    struct frame_place place;

    if (span == NONE || !reader_is(r, span, MEANS_COLUMN)) {
        return false;
    }
    place = reader_column(r, span, COLUMN_NUMBER, NONE);
    if (place.table == NONE) {
        return false;
    }
    use_operands(r, c, right);
    if (base == NONE || reader_is_up(r, base, place.table)) {
        add_filter(r, c, place);
        return true;
    }
    add_having(r, c,
               (struct frame_measure){.metric = NONE, .aggregate = FRAME_AVERAGE, .of = place});
    reader_doubt(r, 0.9);
    return true;
}

/* avg(orders.total_amount): orders.total_amount. */
static struct frame_place averaged(struct reader *r, size_t metric)
{
    const char *expr = r->model->metrics[metric].expr;
    struct frame_place place = reader_no_place();
    char name[200];
    size_t n = 0;

    for (expr += 4; expr[n] != '\0' && expr[n] != ')' && n + 1 < sizeof(name); n++) {
        name[n] = expr[n];
    }
    name[n] = '\0';
    if (expr[n] != ')' || expr[n + 1] != '\0' ||
        !qn_model_find_column(r->model, name, &place.table, &place.column)) {
        return reader_no_place();
    }
    return place;
}

static bool by_metric(struct reader *r, struct reader_compare *c, size_t span, bool right)
{
    size_t metric = reader_metric(r, span);
    struct frame_place place = reader_no_place();

    if (span == NONE || metric == NONE) {
        return false;
    }
    if (c->average && reader_metric_begins(r, metric, "avg(")) {
        place = averaged(r, metric);
    }
    use_operands(r, c, right);
    if (place.table != NONE && place.table == r->subject) {
        add_filter(r, c, place);
        return true;
    }
    add_having(r, c, (struct frame_measure){.metric = metric, .of = reader_no_place()});
    return true;
}

/* "more than 5 orders", 下单超过5次. */
static bool by_count(struct reader *r, struct reader_compare *c)
{
    bool right = c->right != NONE && c->right_near && reader_is(r, c->right, MEANS_TABLE) &&
                 !c->money && c->right != r->head && c->right != r->counted;
    size_t span = right ? c->right : c->left, table;

    if (span == NONE || c->average) {
        return false;
    }
    if (!right && !c->counted) {
        return false;
    }
    table = reader_table(r, span);
    if (table == NONE && c->counted) {
        table = reader_column(r, span, COLUMN_TIME, NONE).table;
    }
    if (table == NONE && reader_is(r, span, MEANS_VALUE)) {
        table = (size_t)reader_means(r, span, MEANS_VALUE)->a;
        r->spans.items[span].operand = false;
        add_having(r, c, rows_of(table));
        return true;
    }
    if (table == NONE || table == r->subject) {
        return false;
    }
    if (right && c->left != NONE && c->left != span) {
        r->spans.items[c->left].operand = false;
        c->left = NONE;
    }
    use_operands(r, c, right);
    add_having(r, c, rows_of(table));
    return true;
}

static bool by_money(struct reader *r, struct reader_compare *c)
{
    size_t table = r->subject;
    struct frame_place place;

    if (c->left != NONE && reader_is(r, c->left, MEANS_TABLE)) {
        table = reader_table(r, c->left);
    } else if (c->right != NONE && reader_is(r, c->right, MEANS_TABLE)) {
        table = reader_table(r, c->right);
    }
    table = table == NONE && r->n_anchors > 0 && r->frame->n_dimensions == 0 && r->head == NONE
                ? r->anchors[0].table
                : table;
    if (table == NONE || c->counted) {
        return false;
    }
    place = reader_money(r, table);
    if (place.table == NONE) {
        return false;
    }
    if (c->left != NONE) {
        r->spans.items[c->left].operand = false;
    }
    add_filter(r, c, place);
    return true;
}

/* "more than 300 in stock": the condition says of which column. */
static bool by_condition(struct reader *r, struct reader_compare *c)
{
    const struct meaning *condition = reader_means(r, c->right, MEANS_CONDITION);
    struct frame_place place = reader_no_place();
    const char *where;
    char name[200];
    size_t n;

    if (condition == NULL) {
        return false;
    }
    where = r->model->conditions[condition->a].where;
    n = strcspn(where, " <>=!");
    if (n >= sizeof(name)) {
        return false;
    }
    memcpy(name, where, n);
    name[n] = '\0';
    if (!qn_model_find_column(r->model, name, &place.table, &place.column) ||
        (reader_column_sort(r, place) & COLUMN_NUMBER) == 0) {
        return false;
    }
    reader_use(r, c->right, "compared");
    add_filter(r, c, place);
    return true;
}

/* "less than 20 instead": of what was compared before. */
static bool by_before(struct reader *r, struct reader_compare *c)
{
    const struct frame *before = r->before;

    if (before == NULL || c->left != NONE || c->right != NONE) {
        return false;
    }
    for (size_t i = 0; i < before->n_filters; i++) {
        const struct frame_filter *filter = &before->filters[i];

        if (filter->test >= FRAME_LESS && filter->test <= FRAME_BETWEEN) {
            add_filter(r, c, filter->of);
            return true;
        }
    }
    if (before->having) {
        add_having(r, c, before->measures[0]);
        return true;
    }
    return false;
}

static bool has_word(const char *name, const char *word)
{
    struct qn_tokens tokens;

    qn_tokens_of(&tokens, name);
    for (size_t i = 0; i < tokens.n; i++) {
        if (strcmp(tokens.items[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_in_unit(const struct qn_model_column *column, const char *unit)
{
    bool is = has_word(column->name, unit);

    for (size_t i = 0; i < column->words.n_en; i++) {
        is = is || has_word(column->words.en[i], unit);
    }
    return is;
}

/* "trips over 1000 km": the only column of theirs that is called so. */
static bool by_unit(struct reader *r, struct reader_compare *c)
{
    struct frame_place found = reader_no_place();
    size_t table = r->n_anchors > 0 ? r->anchors[0].table : NONE, n = 0;
    const char *unit;

    if (c->unit == NONE || table == NONE) {
        return false;
    }
    unit = r->spans.atoms.items[r->spans.items[c->unit].from].text;
    for (size_t i = 0; i < r->model->tables[table].n_columns; i++) {
        const struct frame_place place = {table, i};

        if (!r->model->tables[table].columns[i].hidden &&
            (reader_column_sort(r, place) & COLUMN_NUMBER) != 0 &&
            is_in_unit(&r->model->tables[table].columns[i], unit)) {
            found = place;
            n++;
        }
    }
    if (n != 1) {
        return false;
    }
    if (c->left != NONE) {
        r->spans.items[c->left].operand = false;
    }
    add_filter(r, c, found);
    return true;
}

static void resolve(struct reader *r, struct reader_compare *c)
{
    bool near = c->right != NONE && c->right_near;
    bool adjective = near && !c->average && !reader_is(r, c->right, MEANS_TABLE);

    if (by_before(r, c) || (near && by_condition(r, c))) {
        return;
    }
    if (by_metric(r, c,
                  c->left != NONE && !reader_is(r, c->left, MEANS_TABLE) &&
                          !reader_is(r, c->left, MEANS_COLUMN)
                      ? c->left
                      : NONE,
                  c->average)) {
        return;
    }
    if (c->average && near && r->subject != NONE && reader_table(r, c->right) == r->subject &&
        (reader_metric(r, c->right) == NONE ||
         !reader_metric_begins(r, reader_metric(r, c->right), "avg(")) &&
        by_money(r, c)) {
        return;
    }
    if (c->average && near && (c->left == NONE || !r->spans.items[c->left].operand) &&
        by_metric(r, c, c->right, true)) {
        return;
    }
    if (by_column(r, c, c->left, c->average) || (near && by_column(r, c, c->right, true)) ||
        (adjective && by_metric(r, c, c->right, true)) || by_count(r, c)) {
        return;
    }
    if ((c->average && near && by_metric(r, c, c->right, true)) || by_unit(r, c) ||
        by_money(r, c)) {
        return;
    }
    reader_refuse(r, RULES_UNCLEAR);
}

void understand_compares(struct reader *r)
{
    for (size_t i = 0; i < r->n_compares; i++) {
        resolve(r, &r->compares[i]);
    }
}
