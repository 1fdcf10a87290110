#include "broker-client/bounds.h"
#include "broker-client/taskdef.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include "schedule.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A file being read. */
struct reading {
    struct beat_schedules *out;
    const char *file;
    const char *zone; /* for entries that name none */
    int line;
    struct qn_err *err;
};

static int give_up(struct reading *r, int rc, const char *key, const char *why)
{
    return qn_fail(r->err, rc, "%s:%d: %s%s%s", r->file, r->line, key, *key ? ": " : "", why);
}

static int refuse(struct reading *r, const char *key, const char *why)
{
    return give_up(r, QN_EINVAL, key, why);
}

static struct beat_schedule *current(struct reading *r)
{
    return r->out->n ? &r->out->all[r->out->n - 1] : NULL;
}

static int set_text(struct reading *r, char **field, const char *key, const char *value)
{
    if (*field)
        return refuse(r, key, "is given twice");
    *field = qn_strdup(value);
    return *field ? QN_OK : give_up(r, QN_ENOMEM, key, "out of memory");
}

static int set_task(struct reading *r, const char *key, const char *value)
{
    if (!qn_task_name_ok(value))
        return refuse(r, key, "a task name is 1-64 of [a-z0-9_.-]");
    return set_text(r, &current(r)->task, key, value);
}

static int set_queue(struct reading *r, const char *key, const char *value)
{
    if (!qn_str_is_name(value, QN_QUEUE_MAX))
        return refuse(r, key, "a queue name is 1-32 of [a-z0-9_-]");
    return set_text(r, &current(r)->queue, key, value);
}

static int set_args(struct reading *r, const char *key, const char *value)
{
    enum qn_json_type type;
    struct qn_err why = {0};

    if (strlen(value) > QN_ARGS_MAX)
        return refuse(r, key, "over 1 MiB");
    if (qn_json_check(value, strlen(value), &type, &why) < 0)
        return refuse(r, key, why.msg);
    if (type != QN_JSON_OBJECT)
        return refuse(r, key, "a JSON object was expected");
    return set_text(r, &current(r)->args, key, value);
}

static bool has_time(const struct beat_schedule *s)
{
    return s->cron.every_s || s->cron.months;
}

static int set_cron(struct reading *r, const char *key, const char *value)
{
    struct qn_err why = {0};

    if (has_time(current(r)))
        return refuse(r, key, "cron or every is given before");
    if (qn_cron_parse(&current(r)->cron, value, &why) < 0)
        return refuse(r, key, why.msg);
    return set_text(r, &current(r)->when, key, value);
}

static int set_every(struct reading *r, const char *key, const char *value)
{
    int64_t ms = 0;

    if (has_time(current(r)))
        return refuse(r, key, "cron or every is given before");
    if (qn_str_to_ms(value, &ms) < 0 || ms < 1000 || ms % 1000 != 0 || ms > QN_DAYS_MS(366))
        return refuse(r, key, "a duration of whole seconds, 1s to 366d, was expected");
    current(r)->cron.every_s = ms / 1000;
    current(r)->every = true;
    return set_text(r, &current(r)->when, key, value);
}

static int set_zone(struct reading *r, const char *key, const char *value)
{
    struct qn_err why = {0};

    if (current(r)->zone)
        return refuse(r, key, "is given twice");
    int rc = qn_zone_load(&current(r)->zone, value, NULL, &why);
    if (rc < 0)
        return give_up(r, rc == QN_ENOMEM ? rc : QN_EINVAL, key, why.msg);
    return set_text(r, &current(r)->zone_name, key, value);
}

static int set_number(struct reading *r, const char *key, const char *value)
{
    bool priority = strcmp(key, "priority") == 0;
    int64_t number = 0;

    if (qn_str_to_i64(value, &number) < 0 || number < !priority ||
        number > (priority ? QN_PRIORITY_MAX : QN_ATTEMPTS_MAX))
        return refuse(r, key, priority ? "0 to 3 was expected" : "1 to 1000 was expected");
    *(priority ? &current(r)->priority : &current(r)->max_attempts) = (int)number;
    return QN_OK;
}

static int set_expires(struct reading *r, const char *key, const char *value)
{
    if (qn_str_to_ms(value, &current(r)->expires_ms) < 0 || current(r)->expires_ms < 1 ||
        current(r)->expires_ms > QN_DELAY_MAX_MS)
        return refuse(r, key, "a duration such as 90s, at most 3650d, was expected");
    return QN_OK;
}

static const struct {
    const char *key;
    int (*set)(struct reading *r, const char *key, const char *value);
} keys[] = {
    {"task", set_task},       {"cron", set_cron},       {"every", set_every},
    {"zone", set_zone},       {"queue", set_queue},     {"args", set_args},
    {"priority", set_number}, {"expires", set_expires}, {"max-attempts", set_number},
};

/* What every entry must have, once its lines are over. */
static int complete(struct reading *r)
{
    struct beat_schedule *s = current(r);
    struct qn_err why = {0};

    if (!s)
        return QN_OK;
    r->line = s->line;
    if (!s->task)
        return refuse(r, s->name, "task is missing");
    if (!has_time(s))
        return refuse(r, s->name, "cron or every is missing");
    if (!s->args && set_text(r, &s->args, "args", "{}") < 0)
        return QN_ENOMEM;
    if (s->zone)
        return QN_OK;
    int rc = qn_zone_load(&s->zone, r->zone, NULL, &why);
    if (rc < 0)
        return give_up(r, rc == QN_ENOMEM ? rc : QN_EINVAL, s->name, why.msg);
    return set_text(r, &s->zone_name, "zone", r->zone);
}

static int begin(struct reading *r, char *line)
{
    char *end = strchr(line, ']');
    const char *name = line + strlen("[schedule ");
    int at = r->line;

    if (!qn_str_starts(line, "[schedule ") || !end || end[1] != '\0')
        return refuse(r, "", "[schedule NAME] was expected");
    *end = '\0';
    int rc = complete(r);
    if (rc < 0)
        return rc;
    r->line = at;
    if (!qn_str_is_name(name, QN_QUEUE_MAX))
        return refuse(r, "", "a schedule's name is 1-32 of [a-z0-9_-]");
    for (size_t i = 0; i < r->out->n; i++)
        if (strcmp(r->out->all[i].name, name) == 0)
            return refuse(r, name, "there is a schedule of this name before");
    if (r->out->n == BEAT_SCHEDULES_MAX)
        return refuse(r, name, "too many schedules");
    struct beat_schedule *all =
        qn_realloc_array(r->out->all, r->out->n + 1, sizeof(struct beat_schedule));
    if (!all)
        return give_up(r, QN_ENOMEM, name, "out of memory");
    r->out->all = all;
    all[r->out->n] = (struct beat_schedule){.line = at, .next_s = INT64_MAX};
    qn_str_copy(all[r->out->n].name, sizeof(all[0].name), name);
    r->out->n++;
    return QN_OK;
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\r", text[len - 1]))
        text[--len] = '\0';
    return text;
}

static int read_line(struct reading *r, char *line)
{
    line = trim(line);
    if (*line == '\0' || *line == '#')
        return QN_OK;
    if (*line == '[')
        return begin(r, line);
    char *equals = strchr(line, '=');
    if (!equals)
        return refuse(r, "", "name = value was expected");
    *equals = '\0';
    const char *key = trim(line), *value = trim(equals + 1);
    if (!current(r))
        return refuse(r, key, "stands before the first [schedule NAME]");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(key, keys[i].key) == 0)
            return keys[i].set(r, key, value);
    return refuse(r, key, "is no part of a schedule");
}

int beat_schedules_parse(struct beat_schedules *ret, const char *file, char *text, const char *zone,
                         struct qn_err *reterr)
{
    struct beat_schedules schedules = {0};
    struct reading r = {.out = &schedules, .file = file, .zone = zone, .err = reterr};
    int rc = QN_OK;

    if (text && qn_str_starts(text, "\xef\xbb\xbf")) /* editors' byte order mark */
        text += 3;
    while (text && rc == QN_OK) {
        char *line = text, *newline = strchr(text, '\n');
        if (newline)
            *newline = '\0';
        text = newline ? newline + 1 : NULL;
        r.line++;
        rc = read_line(&r, line);
    }
    if (rc == QN_OK)
        rc = complete(&r);
    if (rc < 0) {
        beat_schedules_release(&schedules);
        return rc;
    }
    *ret = schedules;
    return QN_OK;
}

static int read_all(FILE *file, const char *path, struct qn_buf *out, struct qn_err *reterr)
{
    char chunk[4096];
    size_t len;

    while ((len = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        if (memchr(chunk, '\0', len))
            return qn_fail(reterr, QN_EINVAL, "%s: there is a NUL byte in it", path);
        if (qn_buf_add(out, chunk, len) < 0)
            return qn_fail(reterr, QN_ELIMIT, "%s: too large", path);
    }
    return ferror(file) ? qn_fail_sys(reterr, "%s", path) : QN_OK;
}

int beat_schedules_load(struct beat_schedules *ret, const char *path, const char *zone,
                        struct qn_err *reterr)
{
    struct qn_buf text;
    FILE *file = fopen(path, "re");

    if (!file)
        return qn_fail_sys(reterr, "schedule file %s", path);
    qn_buf_init(&text, BEAT_FILE_MAX);
    int rc = read_all(file, path, &text, reterr);
    if (rc == QN_OK)
        rc = beat_schedules_parse(ret, path, text.data, zone, reterr);
    qn_buf_release(&text);
    fclose(file);
    return rc;
}
