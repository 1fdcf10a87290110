/* ask_text.c - the explanation: what was done, in the language of the question, by a fixed form.
 *
 *     WHAT IT DOES. [Filters: ...] HOW MANY ROWS. [What is left out.]
 */
#include "ask_run.h"
#include "literals.h"

#include <string.h>

#define EXPLANATION_MAX ((size_t)8000)
#define SPANS_LEVELS    8

struct words { /* of a language */
    const char *stop, *by_model, *filters, *one_row, *no_row, *dry, *comma, *end;
    const char *rows[2], *cut[2]; /* around a number */
};

static const struct words english = {
    .stop = ". ",
    .by_model = "A language model wrote the statement. ",
    .filters = "It asks for: ",
    .one_row = "1 row.",
    .no_row = "No row matches.",
    .dry = "It was planned, not run.",
    .comma = ", ",
    .end = ". ",
    .rows = {"", " rows."},
    .cut = {" There are more: only the first ", " were read."},
};
static const struct words chinese = {
    .stop = "。",
    .by_model = "语句由语言模型编写。",
    .filters = "条件：",
    .one_row = "共 1 行。",
    .no_row = "没有符合条件的数据。",
    .dry = "仅作计划，未执行。",
    .comma = "，",
    .end = "。",
    .rows = {"共 ", " 行。"},
    .cut = {"结果更多，仅读取了前 ", " 行。"},
};

static bool ends_sentence(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && (strchr(".!?", text[len - 1]) != NULL ||
                       (len >= 3 && strcmp(text + len - 3, "。") == 0));
}

static void add_what(const struct ask *ask, const struct words *words, struct qn_buf *out)
{
    const char *reason = ask->route.reason;

    if (reason[0] == '\0') {
        qn_buf_add_str(out, ask->route.translator == ROUTE_LLM ? words->by_model : "");
        return;
    }
    qn_buf_add_str(out, reason);
    if (!ends_sentence(reason)) {
        qn_buf_add_str(out, words->stop);
    } else if (reason[strlen(reason) - 1] == '.') {
        qn_buf_add_byte(out, ' ');
    }
}

/* Periods, values and the like, and not what is shown. */
static bool is_filter(const char *as)
{
    static const char *const kinds[] = {"time",   "period",   "value",      "condition",
                                        "filter", "negation", "comparator", "comparison"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(as, kinds[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* How many. */
static size_t add_understood(struct ask *ask, const struct words *words, struct qn_buf *out)
{
    const struct qn_span json = {ask->route.understood, strlen(ask->route.understood)};
    const struct qn_json_node *span;
    struct qn_json_node *root = NULL;
    size_t n = 0;

    if (qn_json_tree(&root, json, SPANS_LEVELS, &ask->arena, NULL) != QN_OK) {
        return 0;
    }
    for (span = root->first; span != NULL; span = span->next) {
        const char *means = qn_json_text(span, "means"), *text = qn_json_text(span, "text");

        if (is_filter(qn_json_text(span, "as"))) {
            qn_buf_add_str(out, n++ > 0 ? words->comma : words->filters);
            qn_buf_add_str(out, means[0] != '\0' ? means : text);
        }
    }
    return n;
}

static int add_literals(struct ask *ask, const struct words *words, struct qn_buf *out, size_t *ret,
                        struct qn_err *reterr)
{
    struct literals literals;
    int rc = literals_of(ask->route.sql, &ask->arena, &literals, reterr);

    for (*ret = 0; rc == QN_OK && *ret < literals.n; (*ret)++) {
        qn_buf_add_str(out, *ret > 0 ? words->comma : words->filters);
        qn_buf_printf(out, "'%s'", literals.items[*ret]);
    }
    return rc;
}

/* Where the sentence of the rules does not say them, or nothing was found. */
static int add_filters(struct ask *ask, const struct words *words, struct qn_buf *out,
                       struct qn_err *reterr)
{
    const bool ran = !ask->args.dry_run, empty = ran && ask->query.rows.n_rows == 0;
    int rc = QN_OK;
    size_t n = 0;

    if (ask->route.reason[0] != '\0' && !empty) {
        return QN_OK;
    }
    if (ask->route.translator == ROUTE_RULES) {
        n = add_understood(ask, words, out);
    } else {
        rc = add_literals(ask, words, out, &n, reterr);
    }
    qn_buf_add_str(out, n > 0 ? words->end : "");
    return rc;
}

static void add_number(const char *const around[2], size_t n, struct qn_buf *out)
{
    qn_buf_printf(out, "%s%zu%s", around[0], n, around[1]);
}

static void add_rows(const struct ask *ask, const struct words *words, struct qn_buf *out)
{
    const struct query_rows *rows = &ask->query.rows;

    if (ask->args.dry_run) {
        qn_buf_add_str(out, words->dry);
        return;
    }
    if (rows->n_rows < 2) {
        qn_buf_add_str(out, rows->n_rows == 0 ? words->no_row : words->one_row);
    } else {
        add_number(words->rows, rows->n_rows, out);
    }
    if (rows->truncated) {
        add_number(words->cut, rows->n_rows, out);
    }
}

int ask_explain(struct ask *ask, struct qn_err *reterr)
{
    const struct words *words = ask_is_zh(ask) ? &chinese : &english;
    struct qn_buf out;
    int rc;

    if (!ask->answered) {
        return QN_OK;
    }
    qn_buf_init(&out, EXPLANATION_MAX);
    add_what(ask, words, &out);
    rc = add_filters(ask, words, &out, reterr);
    add_rows(ask, words, &out);
    if (rc == QN_OK) { /* what is too long ends where it is full */
        ask->explanation = qn_arena_text(&ask->arena, out.data, out.len);
        rc = qn_arena_status(&ask->arena, "the explanation", reterr);
    }
    qn_buf_release(&out);
    return rc;
}
