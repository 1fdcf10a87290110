/* ask_text.c - the explanation: what was done, in the language of the question, by a fixed form.
 *
 *     WHAT IT DOES. HOW MANY ROWS. [What is left out.]
 *
 * The rules say what their statement does; of another one the texts in it are told.
 */
#include "ask_run.h"
#include "literals.h"

#include <string.h>

#define EXPLANATION_MAX ((size_t)8000)

struct words { /* of a language */
    const char *stop, *by_model, *literals, *one_row, *no_row, *too_large, *dry, *comma, *end;
    const char *rows[2], *cut[2]; /* around a number */
};

static const struct words english = {
    .stop = ". ",
    .by_model = "A language model wrote the statement. ",
    .literals = "It asks for: ",
    .one_row = "1 row.",
    .no_row = "No row matches.",
    .too_large = "The first row is too large to be read.",
    .dry = "It was planned, not run.",
    .comma = ", ",
    .end = ". ",
    .rows = {"", " rows."},
    .cut = {" There are more: only the first ", " were read."},
};
static const struct words chinese = {
    .stop = "。",
    .by_model = "语句由语言模型编写。",
    .literals = "条件：",
    .one_row = "共 1 行。",
    .no_row = "没有符合条件的数据。",
    .too_large = "第一行数据过大，无法读取。",
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
    qn_buf_add_byte(out, reason[0] >= 'a' && reason[0] <= 'z' ? reason[0] - 'a' + 'A' : reason[0]);
    qn_buf_add_str(out, reason + 1);
    if (!ends_sentence(reason)) {
        qn_buf_add_str(out, words->stop);
    } else if (reason[strlen(reason) - 1] == '.') {
        qn_buf_add_byte(out, ' ');
    }
}

/* A statement that nobody put into words: the texts in it tell the most. */
static int add_literals(struct ask *ask, const struct words *words, struct qn_buf *out,
                        struct qn_err *reterr)
{
    struct literals literals;
    int rc;

    if (ask->route.reason[0] != '\0') {
        return QN_OK;
    }
    rc = literals_of(ask->route.sql, &ask->arena, &literals, reterr);
    for (size_t i = 0; rc == QN_OK && i < literals.n; i++) {
        qn_buf_add_str(out, i > 0 ? words->comma : words->literals);
        qn_buf_printf(out, "'%s'", literals.items[i]);
    }
    qn_buf_add_str(out, rc == QN_OK && literals.n > 0 ? words->end : "");
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
    if (rows->n_rows == 0 && rows->truncated) {
        qn_buf_add_str(out, words->too_large);
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
    rc = add_literals(ask, words, &out, reterr);
    add_rows(ask, words, &out);
    if (rc == QN_OK) { /* what is too long ends where it is full */
        ask->explanation = qn_arena_text(&ask->arena, out.data, out.len);
        rc = qn_arena_status(&ask->arena, "the explanation", reterr);
    }
    qn_buf_release(&out);
    return rc;
}
