#include "draft.h"

#include "bounds.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/str.h"
#include "limits.h"
#include "retry.h"
#include "taskdef.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCEPT_UNKNOWN "accept_unknown"
#define LONGEST_S      ((double)QN_DELAY_MAX_MS / 1000)
#define TEXT_MAX       128 /* bytes of a decoded string: all of ours are shorter */

struct parse {
    struct qn_draft *draft;
    const struct qn_draft_rules *rules;
    char *field; /* that is wrong, when there is one */
    struct qn_err *err;
    const struct member *member; /* under way */
    const char *prefix;          /* of its name in errors */
    bool eta, delay;
};

/* A member of a job: how it is read, where it goes, within which bounds. */
struct member {
    const char *name;
    int (*read)(struct parse *parse, const struct qn_json_item *item);
    size_t offset;
    int64_t min, max;
    bool (*valid)(const char *text);
    const char *rule;
};

static int refuse(struct parse *parse, const char *reason)
{
    snprintf(parse->field, QN_DRAFT_FIELD_SIZE, "%s%s", parse->prefix, parse->member->name);
    return qn_fail(parse->err, QN_EINVAL, "%s %s", parse->field, reason);
}

static void *place(struct parse *parse)
{
    return (char *)parse->draft + parse->member->offset;
}

/* A short string, decoded. */
static int read_short(struct parse *parse, const struct qn_json_item *item, char text[TEXT_MAX])
{
    struct qn_buf buf;
    if (item->type != QN_JSON_STRING)
        return refuse(parse, "must be a string");
    qn_buf_init(&buf, TEXT_MAX - 1);
    int rc = qn_json_unescape(item->value, &buf);
    if (rc == QN_OK)
        memcpy(text, buf.data, buf.len + 1);
    qn_buf_release(&buf);
    if (rc == QN_ENOMEM)
        return qn_fail(parse->err, rc, "out of memory");
    return rc == QN_OK ? QN_OK : refuse(parse, "is too long");
}

static int read_name(struct parse *parse, const struct qn_json_item *item)
{
    char text[TEXT_MAX];
    int rc = read_short(parse, item, text);
    if (rc < 0)
        return rc;
    if (!parse->member->valid(text))
        return refuse(parse, parse->member->rule);
    memcpy(place(parse), text, strlen(text) + 1);
    return QN_OK;
}

static bool is_within(const struct member *member, int64_t value)
{
    return value >= member->min && value <= member->max;
}

static int refuse_duration(struct parse *parse)
{
    char reason[96], low[QN_MS_TEXT_SIZE], high[QN_MS_TEXT_SIZE];
    qn_ms_to_str(parse->member->min, low);
    qn_ms_to_str(parse->member->max, high);
    snprintf(reason, sizeof(reason), "must be between %s and %s", low, high);
    return refuse(parse, reason);
}

static int read_integer(struct parse *parse, const struct qn_json_item *item)
{
    const struct member *member = parse->member;
    char reason[64];
    int64_t value;
    if (item->type != QN_JSON_NUMBER || !qn_json_is_integer(item->value, &value))
        return refuse(parse, "must be an integer");
    if (!is_within(member, value)) {
        snprintf(reason, sizeof(reason), "must be between %lld and %lld", (long long)member->min,
                 (long long)member->max);
        return refuse(parse, reason);
    }
    *(int64_t *)place(parse) = value;
    return QN_OK;
}

static int read_flag(struct parse *parse, const struct qn_json_item *item)
{
    if (item->type != QN_JSON_BOOLEAN)
        return refuse(parse, "must be true or false");
    *(bool *)place(parse) = qn_span_is(item->value, "true");
    return QN_OK;
}

/* Seconds as a number, or text such as "1m30s". */
static int parse_duration(struct parse *parse, const struct qn_json_item *item, int64_t *ret_ms)
{
    char text[TEXT_MAX];
    if (item->type == QN_JSON_NUMBER && item->value.len < sizeof(text)) {
        memcpy(text, item->value.data, item->value.len);
        text[item->value.len] = '\0';
        double seconds = strtod(text, NULL);
        if (!(seconds >= -LONGEST_S && seconds <= LONGEST_S))
            return refuse_duration(parse);
        *ret_ms = (int64_t)(seconds * 1000 + (seconds < 0 ? -0.5 : 0.5)); /* no libm for one */
        return is_within(parse->member, *ret_ms) ? QN_OK : refuse_duration(parse);
    }
    if (item->type != QN_JSON_STRING)
        return refuse(parse, "must be seconds or a duration such as \"1m30s\"");
    int rc = read_short(parse, item, text);
    if (rc == QN_OK && qn_str_to_ms(text, ret_ms) < 0)
        return refuse(parse, "must be seconds or a duration such as \"1m30s\"");
    if (rc == QN_OK && !is_within(parse->member, *ret_ms))
        return refuse_duration(parse);
    return rc;
}

static int read_duration(struct parse *parse, const struct qn_json_item *item)
{
    int64_t ms;
    int rc = parse_duration(parse, item, &ms);
    if (rc == QN_OK)
        *(int64_t *)place(parse) = ms;
    return rc;
}

static int read_delay(struct parse *parse, const struct qn_json_item *item)
{
    parse->delay = true;
    return read_duration(parse, item);
}

static int read_eta(struct parse *parse, const struct qn_json_item *item)
{
    char text[TEXT_MAX];
    int64_t at;
    parse->eta = true;
    int rc = read_short(parse, item, text);
    if (rc < 0)
        return rc;
    if (qn_time_from_str(text, &at) < 0 || at <= 0)
        return refuse(parse, "must be a time such as \"2026-01-31T08:00:00Z\"");
    parse->draft->eta_ms = at;
    return QN_OK;
}

static int read_expires(struct parse *parse, const struct qn_json_item *item)
{
    char text[TEXT_MAX];
    int64_t at;
    if (item->type == QN_JSON_STRING) {
        int rc = read_short(parse, item, text);
        if (rc < 0)
            return rc;
        if (qn_time_from_str(text, &at) == QN_OK && at > 0) {
            parse->draft->expires_ms = at;
            return QN_OK;
        }
        if (qn_str_to_ms(text, &at) < 0)
            return refuse(parse, "must be a duration or a time such as \"2026-01-31T08:00:00Z\"");
    }
    parse->draft->expires_relative = true;
    return read_duration(parse, item);
}

static int read_args(struct parse *parse, const struct qn_json_item *item)
{
    if (item->type != QN_JSON_OBJECT)
        return refuse(parse, "must be an object");
    if (item->value.len > QN_ARGS_MAX)
        return refuse(parse, "must be at most 1 MiB");
    *(struct qn_span *)place(parse) = item->value;
    return QN_OK;
}

static int read_tags(struct parse *parse, const struct qn_json_item *item)
{
    struct qn_json_walk walk;
    struct qn_json_item tag;
    size_t n = 0;
    if (item->type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, item->value.data, item->value.len) < 0)
        return refuse(parse, "must be an array of strings");
    while (qn_json_walk_next(&walk, &tag)) {
        char text[TEXT_MAX];
        int rc = read_short(parse, &tag, text);
        if (rc < 0)
            return rc;
        if (text[0] == '\0' || strlen(text) > QN_TAG_MAX)
            return refuse(parse, "must hold strings of 1 to 64 bytes");
        if (++n > QN_TAGS_MAX)
            return refuse(parse, "must hold at most 16 strings");
    }
    parse->draft->tags = item->value;
    return QN_OK;
}

static int read_retry_kind(struct parse *parse, const struct qn_json_item *item)
{
    char text[TEXT_MAX];
    int rc = read_short(parse, item, text);
    if (rc < 0)
        return rc;
    for (enum qn_backoff kind = QN_BACKOFF_FIXED; kind <= QN_BACKOFF_LIST; kind++)
        if (strcmp(text, qn_backoff_name(kind)) == 0) {
            parse->draft->retry.kind = kind;
            return QN_OK;
        }
    return refuse(parse, "must be fixed, linear, exponential or list");
}

static int read_delays(struct parse *parse, const struct qn_json_item *item)
{
    struct qn_json_walk walk;
    struct qn_json_item delay;
    int rc = QN_OK;
    if (item->type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, item->value.data, item->value.len) < 0)
        return refuse(parse, "must be an array of times");
    for (int n = 0; rc == QN_OK && qn_json_walk_next(&walk, &delay); n++) {
        if (n == QN_DELAYS_MAX)
            return refuse(parse, "must hold at most 16 times");
        rc = parse_duration(parse, &delay, &parse->draft->retry.delays_ms[n]);
    }
    return rc;
}

static bool limit_key_ok(const char *text)
{
    return qn_limit_key_ok((struct qn_span){text, strlen(text)});
}

/* A word of a list, whose place counts. */
static int read_word(struct parse *parse, const struct qn_json_item *item, const char *const *words,
                     int *ret)
{
    char text[TEXT_MAX];
    int rc = read_short(parse, item, text);
    for (int i = 0; rc == QN_OK && words[i]; i++)
        if (strcmp(words[i], text) == 0) {
            *ret = i;
            return QN_OK;
        }
    return rc == QN_OK ? refuse(parse, parse->member->rule) : rc;
}

static int read_until(struct parse *parse, const struct qn_json_item *item)
{
    int place = 0;
    int rc = read_word(parse, item, qn_unique_untils + QN_UNIQUE_STARTED, &place);
    if (rc == QN_OK)
        parse->draft->unique.until = (enum qn_unique_until)(QN_UNIQUE_STARTED + place);
    return rc;
}

static int read_conflict(struct parse *parse, const struct qn_json_item *item)
{
    int place = 0;
    int rc = read_word(parse, item, qn_unique_conflicts, &place);
    if (rc == QN_OK)
        parse->draft->unique.conflict = (enum qn_unique_conflict)place;
    return rc;
}

static int read_unique_what(struct parse *parse, const struct qn_json_item *item)
{
    struct qn_buf text;
    qn_buf_init(&text, QN_UNIQUE_MAX);
    bool ok = item->type == QN_JSON_STRING && qn_json_unescape(item->value, &text) == QN_OK &&
              text.len > 0 && !memchr(text.data, '\0', text.len);
    if (ok)
        memcpy(parse->draft->unique_what, text.data, text.len);
    qn_buf_release(&text);
    return ok ? QN_OK : refuse(parse, parse->member->rule);
}

static int read_unique(struct parse *parse, const struct qn_json_item *item);
static int read_on_failed(struct parse *parse, const struct qn_json_item *item);
static int read_retry(struct parse *parse, const struct qn_json_item *item);

#define AT(field) .offset = offsetof(struct qn_draft, field)

/* clang-format off */
static const struct member members[] = {
    {"task", read_name, AT(task), .valid = qn_task_name_ok, .rule = "must be 1-64 of [a-z0-9_.-]"},
    {"args", read_args, AT(args)},
    {"queue", read_name, AT(queue), .valid = qn_queue_ok, .rule = "must be 1-32 of [a-z0-9_-]"},
    {"name", read_name, AT(name), .valid = qn_name_ok, .rule = "must be 1-64 of [A-Za-z0-9_-]"},
    {"priority", read_integer, AT(priority), .max = QN_PRIORITY_MAX},
    {"delay", read_delay, AT(delay_ms), .max = QN_DELAY_MAX_MS},
    {"eta", read_eta, AT(eta_ms)},
    {"expires", read_expires, AT(expires_ms), .min = 1, .max = QN_DELAY_MAX_MS},
    {"max_attempts", read_integer, AT(max_attempts), .min = 1, .max = QN_ATTEMPTS_MAX},
    {"retry", read_retry, AT(retry)},
    {"soft_limit", read_duration, AT(soft_limit_ms), .min = 1, .max = QN_LIMIT_MAX_MS},
    {"hard_limit", read_duration, AT(hard_limit_ms), .min = 1, .max = QN_LIMIT_MAX_MS},
    {"result_ttl", read_duration, AT(result_ttl_ms), .min = 1, .max = QN_RESULT_MAX_MS},
    {"tags", read_tags, AT(tags)},
    {"limit_key", read_name, AT(limit_key), .valid = limit_key_ok, .rule = "must be 1-64 of [A-Za-z0-9_.:@-]"},
    {"unique", read_unique, AT(unique)},
    {"on_failed", read_on_failed, AT(on_failed)},
    {ACCEPT_UNKNOWN, read_flag, AT(accept_unknown)},
    {.name = NULL},
};

static const struct member unique_members[] = {
    {"until", read_until, AT(unique.until), .rule = "must be started, finished or window"},
    {"conflict", read_conflict, AT(unique.conflict), .rule = "must be reject, existing or replace"},
    {"for", read_duration, AT(unique.for_ms), .min = 1, .max = QN_UNIQUE_FOR_MAX},
    {"key", read_unique_what, AT(unique_what), .rule = "must be a string of 1-256 bytes without NUL"},
    {.name = NULL},
};

static const struct member on_failed_members[] = {
    {"task", read_name, AT(on_failed), .valid = qn_task_name_ok, .rule = "must be 1-64 of [a-z0-9_.-]"},
    {"args", read_args, AT(on_failed_args)},
    {.name = NULL},
};

static const struct member retry_members[] = {
    {"kind", read_retry_kind, AT(retry.kind)},
    {"base", read_duration, AT(retry.base_ms), .min = 1, .max = QN_RETRY_BASE_MAX},
    {"cap", read_duration, AT(retry.cap_ms), .min = 1, .max = QN_RETRY_CAP_MAX},
    {"delays", read_delays, AT(retry.delays_ms), .min = 1, .max = QN_RETRY_CAP_MAX},
    {.name = NULL},
};
/* clang-format on */

/* NULL: there is none, or QN_ENOMEM. */
static int find_member(const struct parse *parse, const struct member *table, struct qn_span key,
                       const struct member **ret)
{
    char text[TEXT_MAX];
    struct qn_buf buf;
    qn_buf_init(&buf, TEXT_MAX - 1);
    int rc = qn_json_unescape(key, &buf);
    if (rc == QN_OK)
        memcpy(text, buf.data, buf.len + 1);
    qn_buf_release(&buf);
    bool more = parse->rules && parse->rules->accept_unknown;
    *ret = NULL;
    for (const struct member *m = table; rc == QN_OK && !*ret && m->name; m++)
        if (strcmp(m->name, text) == 0 && (more || strcmp(text, ACCEPT_UNKNOWN) != 0))
            *ret = m;
    return rc == QN_ENOMEM ? qn_fail(parse->err, rc, "out of memory") : QN_OK;
}

static int refuse_member(struct parse *parse, struct qn_span key)
{
    int shown = (int)qn_utf8_cut(key.data, key.len, 64);
    snprintf(parse->field, QN_DRAFT_FIELD_SIZE, "%s%.*s", parse->prefix, shown, key.data);
    return qn_fail(parse->err, QN_EINVAL, "a job has no member \"%s\"", parse->field);
}

static int read_members(struct parse *parse, const struct member *table, struct qn_span json)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    int rc = qn_json_walk_init(&walk, json.data, json.len);
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        rc = find_member(parse, table, item.key, &parse->member);
        if (rc == QN_OK && !parse->member)
            rc = refuse_member(parse, item.key);
        else if (rc == QN_OK && item.type != QN_JSON_NULL) /* the same as absent */
            rc = parse->member->read(parse, &item);
    }
    return rc;
}

static int refuse_whole(struct parse *parse, const char *field, const char *reason)
{
    qn_str_copy(parse->field, QN_DRAFT_FIELD_SIZE, field);
    return qn_fail(parse->err, QN_EINVAL, "%s", reason);
}

static int read_retry(struct parse *parse, const struct qn_json_item *item)
{
    if (item->type != QN_JSON_OBJECT)
        return refuse(parse, "must be an object with kind, base, cap, delays");
    parse->prefix = "retry.";
    int rc = read_members(parse, retry_members, item->value);
    parse->prefix = "";
    const struct qn_retry *retry = &parse->draft->retry;
    if (rc == QN_OK && retry->cap_ms > 0 && retry->cap_ms < retry->base_ms)
        return refuse_whole(parse, "retry.cap", "retry.cap must not be below retry.base");
    if (rc == QN_OK && (retry->kind == QN_BACKOFF_LIST) != (retry->delays_ms[0] > 0))
        return refuse_whole(parse, "retry.delays", "a list, and nothing else, has retry.delays");
    return rc;
}

static int read_unique(struct parse *parse, const struct qn_json_item *item)
{
    const struct qn_unique *unique = &parse->draft->unique;
    if (item->type != QN_JSON_OBJECT)
        return refuse(parse, "must be an object with until, for, key, conflict");
    parse->prefix = "unique.";
    int rc = read_members(parse, unique_members, item->value);
    parse->prefix = "";
    if (rc == QN_OK && unique->until == QN_UNIQUE_NO)
        return refuse_whole(parse, "unique.until", "unique.until is required");
    if (rc == QN_OK && unique->until == QN_UNIQUE_WINDOW && unique->for_ms == 0)
        return refuse_whole(parse, "unique.for", "unique.for is required: how long the window is");
    return rc;
}

static int read_on_failed(struct parse *parse, const struct qn_json_item *item)
{
    if (item->type != QN_JSON_OBJECT)
        return refuse(parse, "must be an object with task, args");
    parse->prefix = "on_failed.";
    int rc = read_members(parse, on_failed_members, item->value);
    parse->prefix = "";
    if (rc == QN_OK && parse->draft->on_failed[0] == '\0')
        return refuse_whole(parse, "on_failed.task", "on_failed.task is required");
    return rc;
}

static int make_unique_key(struct qn_draft *draft, struct qn_err *reterr)
{
    struct qn_span task = {draft->task, strlen(draft->task)};
    struct qn_span what = {draft->unique_what, strlen(draft->unique_what)};
    if (draft->unique.until == QN_UNIQUE_NO)
        return QN_OK;
    if (what.len == 0)
        what = draft->args.len > 0 ? draft->args : (struct qn_span){"{}", 2};
    return qn_unique_key(task, what, draft->unique_key, reterr);
}

/* What no single member tells. */
static int check_whole(struct parse *parse)
{
    const struct qn_draft *draft = parse->draft;
    if (draft->task[0] == '\0')
        return refuse_whole(parse, "task", "task is required");
    if (parse->eta && parse->delay)
        return refuse_whole(parse, "eta", "eta and delay exclude each other");
    if (draft->hard_limit_ms > 0 && draft->soft_limit_ms > draft->hard_limit_ms)
        return refuse_whole(parse, "soft_limit", "soft_limit must not be above hard_limit");
    int64_t due_ms = draft->expires_relative ? draft->delay_ms : draft->eta_ms;
    if (draft->expires_ms > 0 && due_ms > 0 && draft->expires_ms <= due_ms)
        return refuse_whole(parse, "expires", "expires before it may start");
    return QN_OK;
}

int qn_draft_parse(struct qn_span json, const struct qn_draft_rules *rules, struct qn_draft *ret,
                   char field[QN_DRAFT_FIELD_SIZE], struct qn_err *reterr)
{
    struct parse parse = {
        .draft = ret, .rules = rules, .field = field, .err = reterr, .prefix = ""};
    memset(ret, 0, sizeof(*ret));
    field[0] = '\0';
    if (json.len == 0 || json.data[0] != '{')
        return refuse_whole(&parse, "", "a job must be an object");
    int rc = read_members(&parse, members, json);
    if (rc == QN_OK && ret->task[0] == '\0' && rules && rules->task)
        qn_str_copy(ret->task, sizeof(ret->task), rules->task);
    if (rc == QN_OK)
        rc = check_whole(&parse);
    return rc == QN_OK ? make_unique_key(ret, reterr) : rc;
}
