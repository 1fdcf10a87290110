/* ask_answer.c - the result, as tasks/nl2sql/README.md says. */
#include "ask_run.h"
#include "route_json.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/json_member.h"
#include <string.h>

#define REST_MAX     ((size_t)700 * 1024) /* of all but the rows and the question */
#define PICTURE_MAX  ((size_t)16 * 1024 * 1024)
#define ROOM_FOR_END ((size_t)128 * 1024) /* warnings, times */

static void add_null(struct qn_buf *out, const char *key)
{
    qn_json_add_key(out, key);
    qn_buf_add_str(out, "null");
}

static void add_text(struct qn_buf *out, const char *key, const char *text)
{
    qn_json_add_key(out, key);
    qn_json_add_str(out, text);
}

static void add_ratio(struct qn_buf *out, const char *key, double value)
{
    qn_json_add_key(out, key);
    qn_buf_printf(out, "%.2f", value >= 0 && value <= 1 ? value : 0);
}

/* ---- the members ---- */

static void add_question(const struct ask *ask, struct qn_buf *out)
{
    add_text(out, "question", ask->args.question);
    add_text(out, "database", ask->name);
    add_text(out, "language", ask->route.language);
    qn_json_member_text(out, "thread", ask->args.thread);
    if (ask->turn > 0) {
        qn_json_member_number(out, "turn", ask->turn);
    }
    qn_json_member_flag(out, "answered", ask->answered);
    if (!ask->answered) {
        add_text(out, "code", ask->code);
        add_text(out, "reason", ask->reason);
    }
    if (ask->args.dry_run) {
        qn_json_member_flag(out, "dry_run", true);
    }
}

static void add_statement(const struct ask *ask, struct qn_buf *out)
{
    const struct route *route = &ask->route;
    const struct guard_verdict *verdict =
        route->sql[0] != '\0' ? &ask->query.verdict : &route->verdict;

    if (route->translator != ROUTE_AUTO) {
        add_text(out, "translator", route_translator_names[route->translator]);
        add_ratio(out, "confidence", route->confidence);
    }
    if (ask->answered) {
        add_text(out, "sql", route->sql);
    } else {
        add_null(out, "sql");
    }
    if (ask->answered || verdict->class != GUARD_ALLOWED) {
        qn_json_add_key(out, "verdict");
        qn_buf_add_byte(out, '{');
        add_text(out, "class", guard_class_names[verdict->class]);
        add_text(out, "reason", verdict->reason);
        qn_buf_add_byte(out, '}');
    }
}

static void add_texts(const struct ask *ask, struct qn_buf *out)
{
    add_text(out, "explanation", ask->explanation);
    qn_json_add_key(out, "understood");
    qn_buf_add_str(out, ask->route.understood);
    qn_json_add_key(out, "suggestions");
    route_json_texts(ask->suggestions.items, ask->suggestions.n, out);
    qn_json_add_key(out, "attempts");
    route_json_attempts(&ask->route, out);
}

static void add_cost(const struct ask *ask, struct qn_buf *out)
{
    const struct route *route = &ask->route;
    const bool asked = route->usage.model[0] != '\0';

    qn_json_add_key(out, "usage");
    if (asked) {
        route_json_usage(&route->usage, out);
    } else {
        qn_buf_add_str(out, "null");
    }
    qn_json_add_key(out, "cache");
    qn_buf_add_byte(out, '{');
    add_text(out, "model", ask->database->stored ? "stored" : "made");
    add_text(out, "sql", !asked ? "none" : route->sql_kept ? "hit" : "miss");
    qn_buf_add_byte(out, '}');
}

static void add_times(const struct ask *ask, struct qn_buf *out)
{
    const struct route *route = &ask->route;
    const struct {
        const char *name;
        int64_t ms;
    } times[] = {
        {"database", ask->database_ms},
        {"link", route->link_ms},
        {"rules", route->rules_ms},
        {"llm", route->llm_ms},
        {"guard", route->guard_ms},
        {"wait", ask->query.wait_ms},
        {"connect", ask->query.connect_ms},
        {"gate", route->gate_ms + ask->query.gate_ms},
        {"run", ask->query.run_ms},
        {"chart", ask->chart_ms},
        {"total", qn_mono_ms(&qn_clock_system) - ask->begin_ms},
    };

    qn_json_add_key(out, "timings");
    qn_buf_add_byte(out, '{');
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        qn_json_member_number(out, times[i].name, times[i].ms);
    }
    qn_buf_add_byte(out, '}');
}

/* ---- fitting ---- */

/* A picture that is too large is left out, and told. */
static void add_picture(struct ask *ask, struct qn_buf *out)
{
    struct qn_buf json, svg;

    qn_buf_init(&json, PICTURE_MAX);
    qn_buf_init(&svg, PICTURE_MAX);
    if (ask->drawn) {
        chart_json(&ask->chart, &ask->query.rows, &json);
        chart_svg(&ask->chart, &ask->query.rows, &svg);
    }
    if (qn_buf_status(&json) != QN_OK || qn_buf_status(&svg) != QN_OK ||
        out->len + json.len + 2 * svg.len > REST_MAX) {
        ask_warn(ask, "the picture is too large for a result and is left out");
        qn_buf_cut(&json, 0);
        qn_buf_cut(&svg, 0);
    }
    qn_json_add_key(out, "chart");
    qn_buf_add_str(out, json.len > 0 ? json.data : "null");
    add_text(out, "svg", svg.data);
    qn_buf_release(&json);
    qn_buf_release(&svg);
}

/* Appends the first n rows, unless they take more than room. */
static bool add_rows(const struct query_rows *rows, size_t n, size_t room, struct qn_buf *out)
{
    struct query_rows first = *rows;
    struct qn_buf json;
    bool fits;

    first.n_rows = n;
    first.truncated = rows->truncated || n < rows->n_rows;
    qn_buf_init(&json, room);
    query_rows_json(&first, &json);
    fits = qn_buf_status(&json) == QN_OK;
    if (fits) {
        qn_buf_add_str(out, out->data[out->len - 1] == '{' ? "" : ",");
        qn_buf_add(out, json.data, json.len);
    }
    qn_buf_release(&json);
    return fits;
}

/* How many rows may fit: JSON is no shorter than the cells. */
static size_t most_rows(const struct query_rows *rows, size_t room)
{
    size_t bytes = 0;

    for (size_t i = 0; i < rows->n_rows * rows->n_columns; i++) {
        bytes += rows->cells[i].len;
        if (bytes > room) {
            return i / rows->n_columns;
        }
    }
    return rows->n_rows;
}

/* As many rows as there is room for: at most a sixteenth too few. */
static size_t fit_rows(const struct query_rows *rows, size_t room, struct qn_buf *out)
{
    size_t n = most_rows(rows, room);

    while (!add_rows(rows, n, room, out) && n > 0) {
        n -= n / 16 + 1;
    }
    return n;
}

static void write_rows(struct ask *ask, struct qn_buf *out, struct qn_buf *rest)
{
    const struct query_rows *rows = &ask->query.rows;
    const size_t used = ROOM_FOR_END + out->len + rest->len;
    size_t n = fit_rows(rows, used < QN_RESULT_MAX ? QN_RESULT_MAX - used : 0, out);

    if (n < rows->n_rows) {
        ask_warn(ask,
                 ask_is_zh(ask) ? "结果过大，此处仅有 %zu 行中的前 %zu 行；导出的文件包含全部。"
                                : "of %zu rows the first %zu are here, for their size; exported "
                                  "files have all",
                 rows->n_rows, n);
    }
}

/* Rows last of all, for what is left of the room; the warning that they were cut comes after. */
static int write_result(struct ask *ask, struct qn_buf *out, struct qn_buf *rest)
{
    const bool rows = ask->answered && !ask->args.dry_run;

    qn_buf_add_byte(out, '{');
    add_question(ask, out);
    add_statement(ask, out);
    add_texts(ask, rest);
    add_cost(ask, rest);
    if (rows) {
        add_picture(ask, rest);
        write_rows(ask, out, rest);
    }
    qn_buf_add_byte(out, ',');
    qn_buf_add(out, rest->data, rest->len);
    qn_json_add_key(out, "warnings");
    route_json_texts(ask->warnings.items, ask->warnings.n, out);
    add_times(ask, out);
    qn_buf_add_byte(out, '}');
    return qn_buf_status(rest) == QN_OK ? qn_buf_status(out) : qn_buf_status(rest);
}

int ask_answer(struct ask *ask, struct qn_err *reterr)
{
    struct qn_buf out, rest;
    int rc;

    qn_buf_init(&out, QN_RESULT_MAX);
    qn_buf_init(&rest, QN_RESULT_MAX);
    rc = write_result(ask, &out, &rest);
    rc = rc == QN_OK ? qn_job_result(ask->job, out.data, out.len, reterr)
                     : qn_fail(reterr, rc, "the result: %s", qn_err_text(rc));
    qn_buf_release(&out);
    qn_buf_release(&rest);
    return rc;
}
