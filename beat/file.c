#include "file.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 48 /* of an entry: more than there are words */
#define KEY_SIZE 48

struct key {
    char name[KEY_SIZE]; /* with _ */
    int line;
};

/* A file being read, and the entry under way. */
struct reading {
    struct beat_file *out;
    const char *path;
    const struct qn_schedule_rules *rules;
    int line;
    struct qn_err *err;
    char name[QN_QUEUE_MAX + 1]; /* "" before the first entry */
    int head;                    /* line of it */
    struct key keys[KEYS_MAX];
    size_t n_keys;
    struct qn_buf own, job; /* members as JSON */
};

static int refuse_at(struct reading *r, int line, const char *key, const char *why)
{
    return qn_fail(r->err, QN_EINVAL, "%s:%d: %s%s%s", r->path, line, key, *key ? ": " : "", why);
}

static int refuse(struct reading *r, const char *key, const char *why)
{
    return refuse_at(r, r->line, key, why);
}

static int no_memory(struct reading *r)
{
    return qn_fail(r->err, QN_ENOMEM, "%s: out of memory", r->path);
}

/* ---- an entry ---- */

/* The line that gave a field such as "job.retry.base"; NULL: none did. */
static const struct key *key_of(const struct reading *r, const char *field)
{
    size_t skip = qn_str_starts(field, "job.") ? strlen("job.") : 0;
    size_t len = strcspn(field + skip, ".");

    for (size_t i = 0; len > 0 && i < r->n_keys; i++)
        if (strlen(r->keys[i].name) == len && strncmp(r->keys[i].name, field + skip, len) == 0)
            return &r->keys[i];
    return NULL;
}

/* A file has no "job": its words stand beside the schedule's own. */
static int refuse_field(struct reading *r, const char *field, const char *why)
{
    const struct key *key = key_of(r, field);
    const char *said = qn_str_starts(why, "job: ") ? why + strlen("job: ") : why;

    return key ? refuse_at(r, key->line, "", said) : refuse_at(r, r->head, r->name, said);
}

/* "file <path>:<line>", of letters that need no care anywhere. */
static void make_source(const struct reading *r, char text[QN_SOURCE_MAX + 1])
{
    int len = snprintf(text, QN_SOURCE_MAX + 1, "file %.160s:%d", r->path, r->head);

    for (int i = 0; i < len; i++)
        if (text[i] < ' ' || text[i] > '~' || text[i] == '"' || text[i] == '\\')
            text[i] = '?';
}

/* Room for one more; there is twice as much as before when it was full. */
static bool grow(struct beat_file *file)
{
    size_t n = file->n > 0 ? 2 * file->n : 1;

    if ((file->n & (file->n - 1)) != 0)
        return true;
    struct qn_definition *all = qn_realloc_array(file->all, n, sizeof(*all));
    if (all)
        file->all = all;
    char **blocks = all ? qn_realloc_array(file->blocks, n, sizeof(*blocks)) : NULL;
    if (blocks)
        file->blocks = blocks;
    return blocks != NULL;
}

static int add_definition(struct reading *r, const struct qn_buf *json)
{
    char source[QN_SOURCE_MAX + 1];

    make_source(r, source);
    size_t name_size = strlen(r->name) + 1, source_size = strlen(source) + 1;
    char *block = qn_alloc(name_size + source_size + json->len + 1);
    if (!block || !grow(r->out)) {
        qn_free(block);
        return no_memory(r);
    }
    memcpy(block, r->name, name_size);
    memcpy(block + name_size, source, source_size);
    memcpy(block + name_size + source_size, json->data, json->len + 1);
    r->out->blocks[r->out->n] = block;
    r->out->all[r->out->n++] = (struct qn_definition){
        .name = block,
        .source = block + name_size,
        .json = {block + name_size + source_size, json->len},
    };
    return QN_OK;
}

/* The lines of an entry are over: do they make a schedule? */
static int check(struct reading *r, struct qn_schedule *ret)
{
    char field[QN_DRAFT_FIELD_SIZE];
    struct qn_err why = {0};
    struct qn_buf text;

    qn_buf_init(&text, 2 * BEAT_FILE_MAX);
    qn_buf_add_byte(&text, '{');
    qn_buf_add(&text, r->own.data, r->own.len);
    qn_buf_add_str(&text, r->own.len > 0 ? ",\"job\":{" : "\"job\":{");
    qn_buf_add(&text, r->job.data, r->job.len);
    qn_buf_add_str(&text, "}}");
    int rc = qn_buf_status(&text);
    if (rc == QN_OK)
        rc = qn_schedule_parse(ret, r->name, (struct qn_span){text.data, text.len}, r->rules, field,
                               &why);
    if (rc < 0)
        rc = rc == QN_EINVAL ? refuse_field(r, field, why.msg) : no_memory(r);
    qn_buf_release(&text);
    return rc;
}

static int complete(struct reading *r)
{
    struct qn_schedule schedule;
    struct qn_buf json;

    if (r->name[0] == '\0')
        return QN_OK;
    int rc = check(r, &schedule);
    if (rc < 0)
        return rc;
    qn_buf_init(&json, 2 * QN_SCHEDULE_JSON_MAX);
    rc = qn_schedule_encode(&schedule, &json);
    qn_schedule_release(&schedule);
    if (rc < 0)
        rc = no_memory(r);
    else if (json.len > QN_SCHEDULE_JSON_MAX)
        rc = refuse_at(r, r->head, r->name, "a schedule's definition is at most 64 KiB");
    else
        rc = add_definition(r, &json);
    qn_buf_release(&json);
    return rc;
}

static int begin(struct reading *r, char *line)
{
    char *end = strchr(line, ']');
    const char *name = line + strlen("[schedule ");

    if (!qn_str_starts(line, "[schedule ") || !end || end[1] != '\0')
        return refuse(r, "", "[schedule NAME] was expected");
    *end = '\0';
    int rc = complete(r);
    if (rc < 0)
        return rc;
    if (!qn_str_is_name(name, QN_QUEUE_MAX))
        return refuse(r, "", "a schedule's name is 1-32 of [a-z0-9_-]");
    if (r->out->n == QN_SCHEDULES_MAX)
        return refuse(r, name, "too many schedules: 10,000 at most");
    qn_str_copy(r->name, sizeof(r->name), name);
    r->head = r->line;
    r->n_keys = 0;
    qn_buf_reset(&r->own);
    qn_buf_reset(&r->job);
    return QN_OK;
}

/* ---- a line ---- */

enum form { TEXT, NUMBER, JSON };

/* Words of a schedule itself; all others are the job's. */
static const struct {
    const char *key;
    bool own;
    enum form form;
} words[] = {
    {"cron", true, TEXT},           {"every", true, TEXT},       {"at", true, TEXT},
    {"zone", true, TEXT},           {"jitter", true, TEXT},      {"starts_at", true, TEXT},
    {"ends_at", true, TEXT},        {"catch_up", true, TEXT},    {"overlap", true, TEXT},
    {"catch_up_max", true, NUMBER}, {"priority", false, NUMBER}, {"max_attempts", false, NUMBER},
    {"args", false, JSON},          {"tags", false, JSON},       {"retry", false, JSON},
    {"unique", false, JSON},        {"on_failed", false, JSON},
};

/* What is no number stays text, so that the check says what is wrong with it. */
static int add_value(struct reading *r, struct qn_buf *out, const char *value, enum form form)
{
    struct qn_err why = {0};
    int64_t number;

    if (form == NUMBER && qn_str_to_i64(value, &number) == QN_OK)
        return qn_json_add_i64(out, number);
    if (form != JSON)
        return qn_json_add_str(out, value);
    int rc = qn_json_check(value, strlen(value), NULL, &why);
    if (rc < 0)
        return rc == QN_ENOMEM ? rc : refuse(r, r->keys[r->n_keys - 1].name, why.msg);
    return qn_buf_add_str(out, value);
}

static int note_key(struct reading *r, const char *key)
{
    struct key *noted = &r->keys[r->n_keys];

    if (r->n_keys == KEYS_MAX)
        return refuse(r, key, "is one key too many");
    if (!qn_str_copy(noted->name, KEY_SIZE, key))
        return refuse(r, "", "a key has too many letters");
    for (char *at = noted->name; *at; at++)
        if (*at == '-')
            *at = '_';
    noted->line = r->line;
    for (size_t i = 0; i < r->n_keys; i++)
        if (strcmp(r->keys[i].name, noted->name) == 0)
            return refuse(r, key, "is given twice");
    r->n_keys++;
    return QN_OK;
}

static int take_pair(struct reading *r, const char *key, const char *value)
{
    size_t i = 0;
    int rc =
        r->name[0] ? note_key(r, key) : refuse(r, key, "stands before the first [schedule NAME]");

    if (rc < 0)
        return rc;
    const char *name = r->keys[r->n_keys - 1].name;
    while (i < sizeof(words) / sizeof(words[0]) && strcmp(words[i].key, name) != 0)
        i++;
    bool known = i < sizeof(words) / sizeof(words[0]);
    struct qn_buf *out = known && words[i].own ? &r->own : &r->job;
    qn_json_add_key(out, name);
    rc = add_value(r, out, value, known ? words[i].form : TEXT);
    return rc == QN_ENOMEM || rc == QN_ELIMIT ? no_memory(r) : rc;
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
    return take_pair(r, trim(line), trim(equals + 1));
}

/* ---- the whole ---- */

static int by_name(const void *a, const void *b)
{
    const struct qn_definition *one = *(const struct qn_definition *const *)a;
    const struct qn_definition *two = *(const struct qn_definition *const *)b;
    int order = strcmp(one->name, two->name);

    return order != 0 ? order : (one > two) - (one < two);
}

/* Names are compared in the end: 10,000 against each other would take a while. */
static int check_names(struct reading *r)
{
    size_t n = r->out->n;
    const struct qn_definition **sorted = qn_zalloc(n + 1, sizeof(*sorted));
    int rc = QN_OK;

    if (!sorted)
        return no_memory(r);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &r->out->all[i];
    qsort(sorted, n, sizeof(*sorted), by_name);
    for (size_t i = 1; rc == QN_OK && i < n; i++)
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0) {
            const char *line = strrchr(sorted[i]->source, ':');
            rc = qn_fail(r->err, QN_EINVAL, "%s%s: %s: there is a schedule of this name before",
                         r->path, line, sorted[i]->name);
        }
    qn_free(sorted);
    return rc;
}

int beat_file_parse(struct beat_file *ret, const char *path, char *text,
                    const struct qn_schedule_rules *rules, struct qn_err *reterr)
{
    struct beat_file file = {0};
    struct reading r = {.out = &file, .path = path, .rules = rules, .err = reterr};
    int rc = QN_OK;

    qn_buf_init(&r.own, BEAT_FILE_MAX);
    qn_buf_init(&r.job, BEAT_FILE_MAX);
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
    if (rc == QN_OK)
        rc = check_names(&r);
    qn_buf_release(&r.own);
    qn_buf_release(&r.job);
    if (rc < 0)
        beat_file_release(&file);
    else
        *ret = file;
    return rc;
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

int beat_file_load(struct beat_file *ret, const char *path, const struct qn_schedule_rules *rules,
                   struct qn_err *reterr)
{
    struct qn_buf text;
    FILE *file = fopen(path, "re");

    if (!file)
        return qn_fail_sys(reterr, "schedule file %s", path);
    qn_buf_init(&text, BEAT_FILE_MAX);
    int rc = read_all(file, path, &text, reterr);
    if (rc == QN_OK)
        rc = beat_file_parse(ret, path, text.data, rules, reterr);
    qn_buf_release(&text);
    fclose(file);
    return rc;
}

void beat_file_release(struct beat_file *file)
{
    for (size_t i = 0; i < file->n; i++)
        qn_free(file->blocks[i]);
    qn_free(file->blocks);
    qn_free(file->all);
    *file = (struct beat_file){0};
}
