#include "frame_room.h"

#include "common/str.h"
#include "tasks/lib/json_tree.h"
#include <stdlib.h>
#include <string.h>

struct reader {
    const struct qn_model *model;
    struct qn_arena *arena;
    struct qn_err *err;
    int rc;
};

static void fail(struct reader *reader, const char *what, const char *word)
{
    if (reader->rc == QN_OK) {
        reader->rc = qn_fail(reader->err, QN_EINVAL, "%s %s", what, word);
    }
}

static size_t word_at(struct reader *reader, const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], word) == 0) {
            return i;
        }
    }
    fail(reader, "no such word:", word);
    return 0;
}

static struct frame_place place(struct reader *reader, const char *text)
{
    struct frame_place ret = {QN_MODEL_NONE, QN_MODEL_NONE};

    if (text[0] == '\0' || qn_model_find_column(reader->model, text, &ret.table, &ret.column)) {
        return ret;
    }
    ret.table = qn_model_find_table(reader->model, text, NULL);
    ret.column = QN_MODEL_NONE;
    if (ret.table == QN_MODEL_NONE) {
        fail(reader, "no such place:", text);
        ret.table = 0;
    }
    return ret;
}

static struct frame_dimension dimension(struct reader *reader, const char *text)
{
    static const char *const grains[] = {
        "",        "hour", "day",     "week",        "month",
        "quarter", "year", "weekday", "hour_of_day", "month_of_year"};
    const char *at = strchr(text, '@');
    struct frame_dimension ret = {.grain = FRAME_NO_GRAIN};

    if (at != NULL) {
        ret.grain = (enum frame_grain)word_at(reader, at + 1, grains, FRAME_MONTH_OF_YEAR + 1);
        text = qn_arena_text(reader->arena, text, (size_t)(at - text));
    }
    ret.of = place(reader, text);
    return ret;
}

static struct frame_measure measure(struct reader *reader, const struct qn_json_node *node)
{
    static const char *const calls[] = {"count", "count_distinct", "sum", "avg", "min", "max"};
    struct frame_measure ret = {.metric = QN_MODEL_NONE};
    const struct qn_json_node *first = node->first;

    if (strcmp(first->key, "metric") != 0) {
        ret.aggregate = (enum frame_aggregate)word_at(reader, first->key, calls, FRAME_MAX + 1);
        ret.of = place(reader, first->text);
        return ret;
    }
    for (size_t i = 0; i < reader->model->n_metrics; i++) {
        if (strcmp(reader->model->metrics[i].name, first->text) == 0) {
            ret.metric = i;
        }
    }
    if (ret.metric == QN_MODEL_NONE) {
        fail(reader, "no such metric:", first->text);
    }
    return ret;
}

static size_t condition(struct reader *reader, const char *word)
{
    for (size_t i = 0; i < reader->model->n_conditions; i++) {
        const struct qn_model_words *words = &reader->model->conditions[i].words;

        for (size_t k = 0; k < words->n_en; k++) {
            if (strcmp(words->en[k], word) == 0) {
                return i;
            }
        }
    }
    fail(reader, "no such condition:", word);
    return 0;
}

static const char *const tests[] = {
    "is",    "less",       "at_most",  "more",      "at_least",      "between",       "contains",
    "empty", "before_day", "from_day", "condition", "above_average", "below_average", "exists"};

static void days(struct frame_period *ret, const char *from, const char *to)
{
    qn_str_copy(ret->from, sizeof(ret->from), from);
    qn_str_copy(ret->to, sizeof(ret->to), to);
}

static size_t filters(struct reader *reader, const struct qn_json_node *list,
                      struct frame_filter *ret);

static void filter_member(struct reader *reader, const struct qn_json_node *node,
                          struct frame_filter *ret)
{
    const struct qn_json_node *value;

    ret->test = (enum frame_test)word_at(reader, node->key, tests, FRAME_EXISTS + 1);
    if (ret->test == FRAME_CONDITION) {
        ret->condition = condition(reader, node->text);
    } else if (ret->test == FRAME_EXISTS) {
        ret->related = place(reader, node->text).table;
    } else {
        for (value = node->first; value != NULL; value = value->next) {
            ret->values[ret->n_values++] = value->text;
        }
    }
}

static void filter(struct reader *reader, const struct qn_json_node *node, struct frame_filter *ret)
{
    const struct qn_json_node *inner = qn_json_member(node, "inner"), *at;
    struct frame_filter *list;

    *ret = (struct frame_filter){.negated = strcmp(qn_json_text(node, "not"), "true") == 0};
    ret->of = place(reader, qn_json_text(node, "of"));
    days(&ret->inner_period, qn_json_text(node, "from"), qn_json_text(node, "to"));
    if (inner != NULL) {
        list = qn_arena_alloc(reader->arena, FRAME_FILTERS_MAX, sizeof(*list));
        ret->n_inner = filters(reader, inner, list);
        ret->inner = list;
    }
    for (at = node->first; at != NULL; at = at->next) {
        if (strstr(" of not inner from to ", at->key) == NULL) {
            filter_member(reader, at, ret);
        }
    }
}

static size_t filters(struct reader *reader, const struct qn_json_node *list,
                      struct frame_filter *ret)
{
    size_t n = 0;

    for (const struct qn_json_node *at = list != NULL ? list->first : NULL; at != NULL;
         at = at->next) {
        filter(reader, at, &ret[n++]);
    }
    return n;
}

static void lists(struct reader *reader, const struct qn_json_node *root, struct frame *ret)
{
    const struct qn_json_node *list = qn_json_member(root, "measures");

    for (list = list != NULL ? list->first : NULL; list != NULL; list = list->next) {
        ret->measures[ret->n_measures++] = measure(reader, list);
    }
    list = qn_json_member(root, "dimensions");
    for (list = list != NULL ? list->first : NULL; list != NULL; list = list->next) {
        ret->dimensions[ret->n_dimensions++] = dimension(reader, list->text);
    }
    list = qn_json_member(root, "columns");
    for (list = list != NULL ? list->first : NULL; list != NULL; list = list->next) {
        ret->columns[ret->n_columns++] = place(reader, list->text);
    }
    ret->n_filters = filters(reader, qn_json_member(root, "filters"), ret->filters);
    ret->n_part = filters(reader, qn_json_member(root, "part"), ret->part);
}

static void having(struct reader *reader, const struct qn_json_node *root, struct frame *ret)
{
    static const char *const words[] = {"more", "at_least", "less", "at_most", "equal", "between"};
    const struct qn_json_node *list = qn_json_member(root, "having");

    if (list == NULL) {
        return;
    }
    list = list->first;
    ret->having = true;
    ret->having_test =
        (enum frame_compare)word_at(reader, list->text, words, FRAME_BETWEEN_THEM + 1);
    for (size_t i = 0; i < 2 && list->next != NULL; i++) {
        list = list->next;
        ret->having_values[i] = list->text;
    }
}

static int64_t number(const struct qn_json_node *root, const char *name)
{
    return strtoll(qn_json_text(root, name), NULL, 10);
}

static bool flag(const struct qn_json_node *root, const char *name)
{
    return strcmp(qn_json_text(root, name), "true") == 0;
}

static void rest(struct reader *reader, const struct qn_json_node *root, struct frame *ret)
{
    static const char *const folds[] = {"count", "count_distinct", "sum", "avg", "min", "max"};
    const struct qn_json_node *before = qn_json_member(root, "before");
    const char *fold = qn_json_text(root, "fold");

    ret->time = place(reader, qn_json_text(root, "time"));
    ret->order = place(reader, qn_json_text(root, "order"));
    days(&ret->period, qn_json_text(root, "from"), qn_json_text(root, "to"));
    if (before != NULL) {
        days(&ret->before, before->first->text, before->first->next->text);
    }
    ret->limit = number(root, "limit");
    ret->offset = number(root, "offset");
    if (qn_json_member(root, "per") != NULL) {
        ret->per = (size_t)number(root, "per");
    }
    if (fold[0] != '\0') {
        ret->folded = true;
        ret->fold = (enum frame_aggregate)word_at(reader, fold, folds, FRAME_MAX + 1);
    }
    ret->ordered = flag(root, "ordered");
    ret->ascending = flag(root, "ascending");
    ret->share = flag(root, "share");
    ret->zero = flag(root, "zero");
    ret->growth = flag(root, "growth");
    ret->having_average = flag(root, "having_average");
    ret->distinct_rows = flag(root, "distinct_rows");
}

int frame_room_read(struct frame *ret, const struct qn_model *model, struct qn_span json,
                    struct qn_arena *arena, struct qn_err *reterr)
{
    static const char *const kinds[] = {"measure", "list", "distinct", "compare"};
    struct reader reader = {.model = model, .arena = arena, .err = reterr};
    struct qn_json_node *root;
    int rc = qn_json_tree(&root, json, 20, arena, reterr);

    frame_init(ret);
    if (rc != QN_OK) {
        return rc;
    }
    ret->kind =
        (enum frame_kind)word_at(&reader, qn_json_text(root, "kind"), kinds, FRAME_COMPARE + 1);
    ret->table = place(&reader, qn_json_text(root, "table")).table;
    lists(&reader, root, ret);
    having(&reader, root, ret);
    rest(&reader, root, ret);
    rc = qn_arena_status(arena, "a frame", reterr);
    return rc != QN_OK ? rc : reader.rc;
}
