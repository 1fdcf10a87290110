#include "schedule_words.h"
#include "broker-client/retry.h"
#include "broker-client/unique.h"
#include "common/json.h"
#include "common/json_member.h"
#include "common/str.h"
#include "unique.h"
#include <string.h>

/* What is being written. */
struct words {
    const struct cli *cli;
    struct qn_span args;
    struct qn_buf *out;
    struct qn_err *err;
    uint32_t written; /* rows that are, one bit each */
};

enum place { OF_SCHEDULE = 1, OF_JOB = 2, IS_WHEN = 4 };

struct row {
    const char *option, *member;
    unsigned place;
    int (*add)(struct words *w, const struct row *row, const char *value);
};

/* ---- values ---- */

static int add_text(struct words *w, const struct row *row, const char *value)
{
    qn_json_add_key(w->out, row->member);
    return qn_json_add_str(w->out, value);
}

static int add_number(struct words *w, const struct row *row, const char *value)
{
    int64_t number;

    if (qn_str_to_i64(value, &number) != QN_OK)
        return qn_fail(w->err, QN_EINVAL, "--%s: \"%.40s\" is no whole number", row->option, value);
    return qn_json_member_number(w->out, row->member, number);
}

static int add_args(struct words *w, const struct row *row, const char *value)
{
    struct qn_span args = w->args.len > 0 ? w->args : (struct qn_span){value, strlen(value)};
    enum qn_json_type type;
    struct qn_err why;

    if (qn_json_check(args.data, args.len, &type, &why) != QN_OK)
        return qn_fail(w->err, QN_EINVAL, "--args: %s", why.msg);
    if (type != QN_JSON_OBJECT)
        return qn_fail(w->err, QN_EINVAL, "--args: a JSON object is needed");
    return qn_json_member_raw(w->out, row->member, args.data, args.len);
}

static void add_ms(struct qn_buf *out, const char *member, int64_t ms)
{
    char text[QN_MS_TEXT_SIZE] = "";

    if (ms > 0)
        qn_ms_to_str(ms, text);
    qn_json_member_text(out, member, text);
}

static int add_retry(struct words *w, const struct row *row, const char *value)
{
    struct qn_retry retry;
    struct qn_err why;
    char text[QN_MS_TEXT_SIZE];

    if (qn_retry_parse(value, &retry, &why) != QN_OK)
        return qn_fail(w->err, QN_EINVAL, "--retry: %s", why.msg);
    qn_json_add_key(w->out, row->member);
    qn_buf_add_byte(w->out, '{');
    qn_json_member_text(w->out, "kind", qn_backoff_name(retry.kind));
    add_ms(w->out, "base", retry.base_ms);
    add_ms(w->out, "cap", retry.cap_ms);
    for (int i = 0; i < QN_DELAYS_MAX && retry.delays_ms[i] > 0; i++) {
        qn_ms_to_str(retry.delays_ms[i], text);
        qn_buf_add_str(w->out, i > 0 ? "," : ",\"delays\":[");
        qn_json_add_str(w->out, text);
    }
    return qn_buf_add_str(w->out, retry.delays_ms[0] > 0 ? "]}" : "}");
}

static int add_unique(struct words *w, const struct row *row, const char *value)
{
    struct qn_unique unique;
    char key[QN_UNIQUE_MAX + 1];
    struct qn_err why;

    if (cli_unique_parse(value, &unique, key, sizeof(key), &why) != QN_OK)
        return qn_fail(w->err, QN_EINVAL, "--unique: %s", why.msg);
    qn_json_add_key(w->out, row->member);
    qn_buf_add_byte(w->out, '{');
    qn_json_member_text(w->out, "until", qn_unique_untils[unique.until]);
    qn_json_member_text(w->out, "conflict", qn_unique_conflicts[unique.conflict]);
    add_ms(w->out, "for", unique.for_ms);
    qn_json_member_text(w->out, "key", key);
    return qn_buf_add_byte(w->out, '}');
}

/* TASK[=JSON] */
static int add_on_failed(struct words *w, const struct row *row, const char *value)
{
    size_t len = strcspn(value, "=");
    const char *args = value[len] == '=' ? value + len + 1 : "{}";
    struct qn_err why;

    if (qn_json_check(args, strlen(args), NULL, &why) != QN_OK)
        return qn_fail(w->err, QN_EINVAL, "--on-failed: %s", why.msg);
    qn_json_add_key(w->out, row->member);
    qn_buf_add_byte(w->out, '{');
    qn_json_add_key(w->out, "task");
    qn_json_add_string(w->out, value, len);
    qn_json_member_raw(w->out, "args", args, strlen(args));
    return qn_buf_add_byte(w->out, '}');
}

static int add_tags(struct words *w, const struct row *row, const char *value)
{
    (void)value;
    qn_json_add_key(w->out, row->member);
    for (int i = 0; cli_option_nth(w->cli, row->option, i); i++) {
        qn_buf_add_byte(w->out, i > 0 ? ',' : '[');
        qn_json_add_str(w->out, cli_option_nth(w->cli, row->option, i));
    }
    return qn_buf_add_byte(w->out, ']');
}

/* ---- the object ---- */

/* clang-format off */
static const struct row rows[] = {
    {"cron",         "cron",         OF_SCHEDULE | IS_WHEN, add_text},
    {"every",        "every",        OF_SCHEDULE | IS_WHEN, add_text},
    {"at",           "at",           OF_SCHEDULE | IS_WHEN, add_text},
    {"zone",         "zone",         OF_SCHEDULE,           add_text},
    {"jitter",       "jitter",       OF_SCHEDULE,           add_text},
    {"starts-at",    "starts_at",    OF_SCHEDULE,           add_text},
    {"ends-at",      "ends_at",      OF_SCHEDULE,           add_text},
    {"catch-up",     "catch_up",     OF_SCHEDULE,           add_text},
    {"catch-up-max", "catch_up_max", OF_SCHEDULE,           add_number},
    {"overlap",      "overlap",      OF_SCHEDULE,           add_text},
    {"task",         "task",         OF_JOB,                add_text},
    {"args",         "args",         OF_JOB,                add_args},
    {"queue",        "queue",        OF_JOB,                add_text},
    {"priority",     "priority",     OF_JOB,                add_number},
    {"expires",      "expires",      OF_JOB,                add_text},
    {"max-attempts", "max_attempts", OF_JOB,                add_number},
    {"retry",        "retry",        OF_JOB,                add_retry},
    {"soft-limit",   "soft_limit",   OF_JOB,                add_text},
    {"hard-limit",   "hard_limit",   OF_JOB,                add_text},
    {"result-ttl",   "result_ttl",   OF_JOB,                add_text},
    {"limit-key",    "limit_key",    OF_JOB,                add_text},
    {"unique",       "unique",       OF_JOB,                add_unique},
    {"on-failed",    "on_failed",    OF_JOB,                add_on_failed},
    {"tag",          "tags",         OF_JOB,                add_tags},
};
/* clang-format on */
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Members that the broker's side writes. */
static const char *const not_said[] = {"source", "changed_at", "job"};

static const char *given(const struct words *w, const struct row *row)
{
    if (row->add == add_args && w->args.len > 0)
        return "";
    return cli_option(w->cli, row->option);
}

static bool is_taken_away(const struct words *w, const struct row *row, const char *value)
{
    return value[0] == '\0' && !(row->add == add_args && w->args.len > 0);
}

/* Whether an option speaks of the member, or of another one that excludes it or on which its
 * meaning depends. */
static bool is_replaced(const struct words *w, struct qn_span key)
{
    bool when = false, is_when = false;

    if (qn_span_is(key, "catch_up_max") && cli_option(w->cli, "catch-up"))
        return true;
    for (size_t i = 0; i < ROWS; i++) {
        bool said = given(w, &rows[i]) != NULL;
        bool this = qn_span_is(key, rows[i].member);
        if (this && said)
            return true;
        when = when || (said && rows[i].place & IS_WHEN);
        is_when = is_when || (this && rows[i].place & IS_WHEN);
    }
    for (size_t i = 0; i < sizeof(not_said) / sizeof(not_said[0]); i++)
        if (qn_span_is(key, not_said[i]))
            return true;
    return when && is_when;
}

static void copy_member(struct qn_buf *out, const struct qn_json_item *item)
{
    if (out->len > 0 && out->data[out->len - 1] != '{')
        qn_buf_add_byte(out, ',');
    qn_buf_add_byte(out, '"');
    qn_buf_add(out, item->key.data, item->key.len);
    qn_buf_add_str(out, "\":");
    qn_buf_add(out, item->value.data, item->value.len);
}

static int add_said(struct words *w, const struct row *row)
{
    const char *value = given(w, row);

    w->written |= UINT32_C(1) << (row - rows);
    return value && !is_taken_away(w, row, value) ? row->add(w, row, value) : QN_OK;
}

/* What was before, in its order: a job that is said again in the same words is the same. */
static int add_before(struct words *w, struct qn_span before, enum place place)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    int rc = QN_OK;

    if (before.len == 0 || qn_json_walk_init(&walk, before.data, before.len) != QN_OK)
        return QN_OK;
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        if (!is_replaced(w, item.key))
            copy_member(w->out, &item);
        for (size_t i = 0; i < ROWS && rc == QN_OK; i++)
            if (rows[i].place & place && qn_span_is(item.key, rows[i].member))
                rc = add_said(w, &rows[i]);
    }
    return rc;
}

/* The members of a place: those that were there, then those that are new. */
static int add_members(struct words *w, struct qn_span before, enum place place)
{
    qn_buf_add_byte(w->out, '{');
    int rc = add_before(w, before, place);
    for (size_t i = 0; i < ROWS && rc == QN_OK; i++)
        if (rows[i].place & place && !(w->written & UINT32_C(1) << i))
            rc = add_said(w, &rows[i]);
    return rc;
}

int cli_schedule_words(const struct cli *cli, struct qn_span before, struct qn_span args,
                       struct qn_buf *out, struct qn_err *reterr)
{
    struct words w = {.cli = cli, .args = args, .out = out, .err = reterr};
    struct qn_json_item job = {.value = {NULL, 0}};

    if (before.len > 0)
        (void)qn_json_find(before.data, before.len, "job", &job);
    int rc = add_members(&w, before, OF_SCHEDULE);
    if (rc == QN_OK) {
        qn_json_add_key(out, "job");
        rc = add_members(&w, job.value, OF_JOB);
    }
    if (rc != QN_OK)
        return rc;
    qn_buf_add_str(out, "}}");
    rc = qn_buf_status(out);
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "the definition: %s", qn_err_text(rc));
}

const char *cli_schedule_said(const struct cli *cli)
{
    for (size_t i = 0; i < ROWS; i++)
        if (cli_option(cli, rows[i].option))
            return rows[i].option;
    return NULL;
}
