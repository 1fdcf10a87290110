#include "enqueue_parse.h"
#include "broker-client/taskdef.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/str.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 128 /* bytes of a decoded string: all of ours are shorter */

struct parse {
    struct api_draft *draft;
    struct api_fault *fault;
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
    char field[API_FIELD_SIZE];
    snprintf(field, sizeof(field), "%s%s", parse->prefix, parse->member->name);
    return api_fault_set(parse->fault, API_BAD_JOB, field, "%s %s", field, reason);
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

static int check_bounds(struct parse *parse, int64_t value, const char *unit)
{
    char reason[96];
    if (value >= parse->member->min && value <= parse->member->max)
        return QN_OK;
    snprintf(reason, sizeof(reason), "must be between %lld and %lld%s",
             (long long)parse->member->min, (long long)parse->member->max, unit);
    return refuse(parse, reason);
}

static int read_integer(struct parse *parse, const struct qn_json_item *item)
{
    int64_t value;
    if (item->type != QN_JSON_NUMBER || !qn_json_is_integer(item->value, &value))
        return refuse(parse, "must be an integer");
    int rc = check_bounds(parse, value, "");
    if (rc == QN_OK)
        *(int64_t *)place(parse) = value;
    return rc;
}

/* Seconds as a number, or text such as "1m30s". */
static int parse_duration(struct parse *parse, const struct qn_json_item *item, int64_t *ret_ms)
{
    char text[TEXT_MAX];
    if (item->type == QN_JSON_NUMBER && item->value.len < sizeof(text)) {
        memcpy(text, item->value.data, item->value.len);
        text[item->value.len] = '\0';
        double seconds = strtod(text, NULL);
        if (!(fabs(seconds) <= (double)API_DURATION_MAX_MS / 1000))
            return refuse(parse, "must be at most 3650 days");
        *ret_ms = llround(seconds * 1000);
        return check_bounds(parse, *ret_ms, " ms");
    }
    if (item->type != QN_JSON_STRING)
        return refuse(parse, "must be seconds or a duration such as \"1m30s\"");
    int rc = read_short(parse, item, text);
    if (rc == QN_OK && qn_str_to_ms(text, ret_ms) < 0)
        return refuse(parse, "must be seconds or a duration such as \"1m30s\"");
    return rc < 0 ? rc : check_bounds(parse, *ret_ms, " ms");
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
    parse->draft->args = item->value;
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
    static const struct {
        const char *name;
        enum qn_backoff kind;
    } kinds[] = {
        {"fixed", QN_BACKOFF_FIXED},
        {"linear", QN_BACKOFF_LINEAR},
        {"exponential", QN_BACKOFF_EXPONENTIAL},
    };
    char text[TEXT_MAX];
    int rc = read_short(parse, item, text);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(text, kinds[i].name) == 0) {
            parse->draft->retry.kind = kinds[i].kind;
            return QN_OK;
        }
    return refuse(parse, "must be fixed, linear or exponential");
}

static int read_retry(struct parse *parse, const struct qn_json_item *item);

#define AT(field) .offset = offsetof(struct api_draft, field)

static const struct member members[] = {
    {"task", read_name, AT(task), .valid = qn_task_name_ok, .rule = "must be 1-64 of [a-z0-9_.-]"},
    {"args", read_args, AT(args)},
    {"queue", read_name, AT(queue), .valid = qn_queue_ok, .rule = "must be 1-32 of [a-z0-9_-]"},
    {"name", read_name, AT(name), .valid = qn_name_ok, .rule = "must be 1-64 of [A-Za-z0-9_-]"},
    {"priority", read_integer, AT(priority), .max = 3},
    {"delay", read_delay, AT(delay_ms), .max = API_DURATION_MAX_MS},
    {"eta", read_eta, AT(eta_ms)},
    {"expires", read_expires, AT(expires_ms), .min = 1, .max = API_DURATION_MAX_MS},
    {"max_attempts", read_integer, AT(max_attempts), .min = 1, .max = 1000},
    {"retry", read_retry, AT(retry)},
    {"soft_limit", read_duration, AT(soft_limit_ms), .min = 1, .max = 7 * 86400000LL},
    {"hard_limit", read_duration, AT(hard_limit_ms), .min = 1, .max = 7 * 86400000LL},
    {"result_ttl", read_duration, AT(result_ttl_ms), .min = 1, .max = 365 * 86400000LL},
    {"tags", read_tags, AT(tags)},
    {.name = NULL},
};

static const struct member retry_members[] = {
    {"kind", read_retry_kind, AT(retry.kind)},
    {"base", read_duration, AT(retry.base_ms), .min = 1, .max = 86400000LL},
    {"cap", read_duration, AT(retry.cap_ms), .min = 1, .max = 7 * 86400000LL},
    {.name = NULL},
};

static const struct member *find_member(const struct member *table, struct qn_span key)
{
    char text[TEXT_MAX];
    struct qn_buf buf;
    qn_buf_init(&buf, TEXT_MAX - 1);
    bool known = qn_json_unescape(key, &buf) == QN_OK;
    if (known)
        memcpy(text, buf.data, buf.len + 1);
    qn_buf_release(&buf);
    for (const struct member *m = table; known && m->name; m++)
        if (strcmp(m->name, text) == 0)
            return m;
    return NULL;
}

static int refuse_member(struct parse *parse, struct qn_span key)
{
    char field[API_FIELD_SIZE];
    int shown = (int)qn_utf8_cut(key.data, key.len, 64);
    snprintf(field, sizeof(field), "%s%.*s", parse->prefix, shown, key.data);
    return api_fault_set(parse->fault, API_BAD_JOB, field, "a job has no member \"%s\"", field);
}

static int read_members(struct parse *parse, const struct member *table, struct qn_span json)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    int rc = qn_json_walk_init(&walk, json.data, json.len);
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        parse->member = find_member(table, item.key);
        if (!parse->member)
            rc = refuse_member(parse, item.key);
        else if (item.type != QN_JSON_NULL) /* the same as absent */
            rc = parse->member->read(parse, &item);
    }
    return rc;
}

static int read_retry(struct parse *parse, const struct qn_json_item *item)
{
    if (item->type != QN_JSON_OBJECT)
        return refuse(parse, "must be an object with kind, base, cap");
    parse->prefix = "retry.";
    int rc = read_members(parse, retry_members, item->value);
    parse->prefix = "";
    const struct qn_retry *retry = &parse->draft->retry;
    if (rc == QN_OK && retry->cap_ms > 0 && retry->cap_ms < retry->base_ms)
        return api_fault_set(parse->fault, API_BAD_JOB, "retry.cap",
                             "retry.cap must not be below retry.base");
    return rc;
}

/* What no single member tells. */
static int check_whole(struct parse *parse)
{
    const struct api_draft *draft = parse->draft;
    struct api_fault *fault = parse->fault;
    if (draft->task[0] == '\0')
        return api_fault_set(fault, API_BAD_JOB, "task", "task is required");
    if (parse->eta && parse->delay)
        return api_fault_set(fault, API_BAD_JOB, "eta", "eta and delay exclude each other");
    if (draft->hard_limit_ms > 0 && draft->soft_limit_ms > draft->hard_limit_ms)
        return api_fault_set(fault, API_BAD_JOB, "soft_limit",
                             "soft_limit must not be above hard_limit");
    int64_t due_ms = draft->expires_relative ? draft->delay_ms : draft->eta_ms;
    if (draft->expires_ms > 0 && due_ms > 0 && draft->expires_ms <= due_ms)
        return api_fault_set(fault, API_BAD_JOB, "expires", "expires before it may start");
    return QN_OK;
}

int api_draft_parse(struct qn_span json, struct api_draft *ret, struct api_fault *fault)
{
    struct parse parse = {.draft = ret, .fault = fault, .prefix = ""};
    memset(ret, 0, sizeof(*ret));
    if (json.len == 0 || json.data[0] != '{')
        return api_fault_set(fault, API_BAD_JOB, NULL, "a job must be an object");
    int rc = read_members(&parse, members, json);
    return rc == QN_OK ? check_whole(&parse) : rc;
}

void api_draft_body(const struct api_draft *draft, struct qn_body *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->task = (struct qn_span){draft->task, strlen(draft->task)};
    ret->args = draft->args.len > 0 ? draft->args : (struct qn_span){"{}", 2};
    ret->max_attempts = (int)draft->max_attempts;
    ret->retry = draft->retry;
    ret->soft_limit_ms = draft->soft_limit_ms;
    ret->hard_limit_ms = draft->hard_limit_ms;
    ret->result_ttl_ms = draft->result_ttl_ms;
    ret->tags = draft->tags;
}

void api_draft_job(const struct api_draft *draft, struct qn_new_job *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->priority = (int)draft->priority;
    ret->due_relative = draft->delay_ms > 0;
    ret->due_ms = draft->delay_ms > 0 ? draft->delay_ms : draft->eta_ms;
    ret->expires_relative = draft->expires_relative;
    ret->expires_ms = draft->expires_ms;
}
