#include "registry.h"

#include "broker-client/limits.h"
#include "broker-client/record.h"
#include "broker-client/retry.h"
#include "broker-client/taskdef.h"
#include "common/mem.h"
#include "common/str.h"
#include "definition.h"
#include "exec.h"
#include <stdio.h>
#include <string.h>

#define LIMIT_MAX_MS  (INT64_C(7) * 24 * 3600 * 1000) /* as the settings have it */
#define ATTEMPTS_MAX  1000
#define NAME_MAX_LEN  64
#define SUMMARY_BYTES 200

struct row {
    struct worker_task seen;
    struct worker_definition *definition; /* owned; NULL when compiled in */
    struct worker_exec *exec;             /* owned */
    char *file;                           /* owned; NULL when compiled in */
};

struct worker_registry {
    struct row *rows; /* sorted by name */
    size_t n;
};

/* ---- the check of one definition ---- */

static bool is_line(const char *text, size_t max)
{
    size_t len = strlen(text);

    if (len == 0 || len > max || !qn_utf8_valid(text, len))
        return false;
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return false;
    }
    return true;
}

static int check_retry(const struct qn_task *task, const char *of, const struct qn_retry *retry,
                       struct qn_err *reterr)
{
    struct qn_err why;

    if (qn_retry_check(retry, &why) == QN_OK)
        return QN_OK;
    return qn_fail(reterr, QN_EINVAL, "task %s: %s%s", task->name, of, why.msg);
}

static int check_cause(const struct qn_task *task, const char *of,
                       const struct qn_retry_cause *cause, struct qn_err *reterr)
{
    if (cause->max_attempts < 0 || cause->max_attempts > ATTEMPTS_MAX)
        return qn_fail(reterr, QN_EINVAL, "task %s: %smax_attempts is not 0 to %d", task->name, of,
                       ATTEMPTS_MAX);
    return check_retry(task, of, &cause->retry, reterr);
}

static int check_policies(const struct qn_task *task, struct qn_err *reterr)
{
    int rc = check_retry(task, "", &task->retry, reterr);

    if (rc == QN_OK)
        rc = check_cause(task, "on_timeout.", &task->on_timeout, reterr);
    return rc == QN_OK ? check_cause(task, "on_crash.", &task->on_crash, reterr) : rc;
}

static int check_limits(const struct qn_task *task, struct qn_err *reterr)
{
    int rc = check_policies(task, reterr);

    if (rc != QN_OK)
        return rc;
    if (task->soft_limit_ms < 0 || task->soft_limit_ms > LIMIT_MAX_MS)
        return qn_fail(reterr, QN_EINVAL, "task %s: soft_limit_ms is not 0 to 7 days", task->name);
    if (task->hard_limit_ms < 0 || task->hard_limit_ms > LIMIT_MAX_MS)
        return qn_fail(reterr, QN_EINVAL, "task %s: hard_limit_ms is not 0 to 7 days", task->name);
    if (task->hard_limit_ms > 0 && task->soft_limit_ms >= task->hard_limit_ms)
        return qn_fail(reterr, QN_EINVAL, "task %s: soft_limit_ms is not below hard_limit_ms",
                       task->name);
    if (task->max_attempts < 0 || task->max_attempts > ATTEMPTS_MAX)
        return qn_fail(reterr, QN_EINVAL, "task %s: max_attempts is not 0 to %d", task->name,
                       ATTEMPTS_MAX);
    return QN_OK;
}

/* What it declares of a queue; as the broker would refuse it. */
static int check_declared(const struct qn_task *task, struct qn_err *reterr)
{
    const struct qn_limit limit = {.scope = "task:any",
                                   .concurrency = task->concurrency,
                                   .rate = task->rate,
                                   .per_ms = task->per_ms,
                                   .burst = task->burst};
    const char *fault = qn_limits_fault(&limit, 1);

    if (!fault && task->rate == 0 && (task->per_ms > 0 || task->burst > 0))
        fault = "per_ms and burst go with a rate";
    return fault ? qn_fail(reterr, QN_EINVAL, "task %s: %s", task->name, fault) : QN_OK;
}

static bool param_name_ok(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    return len >= 1 && len <= NAME_MAX_LEN && name[len] == '\0';
}

static bool choice_repeats(const char *choice, size_t len, const char *rest)
{
    while (*rest == '|') {
        rest++;
        size_t other = strcspn(rest, "|");
        if (other == len && memcmp(choice, rest, len) == 0)
            return true;
        rest += other;
    }
    return false;
}

/* NULL, or what is wrong with "a|b|c". */
static const char *choices_fault(const char *choices)
{
    if (!is_line(choices, QN_TASKDEF_MAX))
        return "choices are empty or hold something else than text";
    for (const char *at = choices;; at++) {
        size_t len = strcspn(at, "|");
        if (len == 0)
            return "one of the choices is empty";
        if (choice_repeats(at, len, at + len))
            return "one of the choices is there twice";
        at += len;
        if (*at == '\0')
            return NULL;
    }
}

/* NULL, or what is wrong with the parameter. */
static const char *param_fault(const struct qn_param *param)
{
    if (!param_name_ok(param->name))
        return "the name is not 1-64 of [A-Za-z0-9_]";
    if ((int)param->type < QN_STRING || (int)param->type > QN_OBJECT)
        return "there is no such type";
    if (!param->doc || !is_line(param->doc, QN_TASKDEF_MAX))
        return "doc is not a line of text";
    if (param->preset && !is_line(param->preset, QN_TASKDEF_MAX))
        return "preset is not a line of text";
    if (param->required && param->preset)
        return "it is required and has a preset";
    if (param->choices && param->type != QN_STRING)
        return "only a string has choices";
    return param->choices ? choices_fault(param->choices) : NULL;
}

static int check_params(const struct qn_task *task, struct qn_err *reterr)
{
    const struct qn_param *params = task->params;

    for (size_t i = 0; params && params[i].name; i++) {
        const char *fault = i < WORKER_PARAMS_MAX ? param_fault(&params[i]) : "there are too many";
        for (size_t j = 0; !fault && j < i; j++) {
            if (strcmp(params[j].name, params[i].name) == 0)
                fault = "the name is there twice";
        }
        if (fault)
            return qn_fail(reterr, QN_EINVAL, "task %s, parameter %zu (\"%.64s\"): %s", task->name,
                           i + 1, params[i].name, fault);
    }
    return QN_OK;
}

static int check_size(const struct qn_task *task, struct qn_err *reterr)
{
    struct qn_buf json;

    qn_buf_init(&json, QN_TASKDEF_MAX);
    int rc = qn_taskdef_encode(task, &json);
    qn_buf_release(&json);
    if (rc == QN_ELIMIT)
        return qn_fail(reterr, QN_EINVAL, "task %s: the definition is over %d bytes", task->name,
                       QN_TASKDEF_MAX);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "task %s: %s", task->name, qn_err_text(rc));
}

/* All but run, which a task from outside has not got here. */
static int check_definition(const struct qn_task *task, struct qn_err *reterr)
{
    int rc;

    if (!task->name)
        return qn_fail(reterr, QN_EINVAL, "a task has no name");
    if (!qn_task_name_ok(task->name))
        return qn_fail(reterr, QN_EINVAL, "task \"%.80s\": the name is not 1-64 of [a-z0-9_.-]",
                       task->name);
    if (!task->summary || !is_line(task->summary, SUMMARY_BYTES))
        return qn_fail(reterr, QN_EINVAL, "task %s: summary is not a line of 1-%d bytes",
                       task->name, SUMMARY_BYTES);
    if (task->queue && !qn_queue_ok(task->queue))
        return qn_fail(reterr, QN_EINVAL, "task %s: queue \"%.80s\" is not 1-32 of [a-z0-9_-]",
                       task->name, task->queue);
    rc = check_limits(task, reterr);
    if (rc == QN_OK)
        rc = check_declared(task, reterr);
    if (rc == QN_OK)
        rc = check_params(task, reterr);
    return rc == QN_OK ? check_size(task, reterr) : rc;
}

int worker_task_check(const struct qn_task *task, struct qn_err *reterr)
{
    int rc = check_definition(task, reterr);

    if (rc == QN_OK && !task->run)
        rc = qn_fail(reterr, QN_EINVAL, "task %s: run is missing", task->name);
    return rc;
}

/* ---- the table ---- */

static int compare(struct qn_span name, const char *other)
{
    size_t len = strlen(other);
    int order = memcmp(name.data, other, name.len < len ? name.len : len);

    return order != 0 ? order : (name.len > len) - (name.len < len);
}

/* Where the name is, or would be. */
static size_t place(const struct worker_registry *registry, struct qn_span name, bool *ret_there)
{
    size_t from = 0, to = registry->n;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare(name, registry->rows[middle].seen.task->name);
        if (order == 0) {
            *ret_there = true;
            return middle;
        }
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    *ret_there = false;
    return from;
}

void worker_file_text(const char *file, char out[WORKER_FILE_TEXT_SIZE])
{
    size_t len = strlen(file), room = WORKER_FILE_TEXT_SIZE - 1;

    if (len <= room)
        memcpy(out, file, len + 1);
    else
        snprintf(out, WORKER_FILE_TEXT_SIZE, "...%s", file + len - (room - 3));
}

static int refuse_twice(const struct worker_task *there, const struct worker_task *task,
                        struct qn_err *reterr)
{
    char first[WORKER_FILE_TEXT_SIZE], second[WORKER_FILE_TEXT_SIZE];

    if (task->source == WORKER_COMPILED_IN)
        return qn_fail(reterr, QN_EEXISTS, "task %s: there are two of this name", task->task->name);
    worker_file_text(there->file, first);
    worker_file_text(task->file, second);
    if (there->source == WORKER_COMPILED_IN)
        return qn_fail(reterr, QN_EEXISTS, "%s: task %s is compiled in already", second,
                       task->task->name);
    if (strcmp(there->file, task->file) == 0)
        return qn_fail(reterr, QN_EEXISTS, "%s: task %s is there twice", second, task->task->name);
    return qn_fail(reterr, QN_EEXISTS, "%s: task %s is in %s too", second, task->task->name, first);
}

static int insert(struct worker_registry *registry, const struct row *row, struct qn_err *reterr)
{
    const char *name = row->seen.task->name;
    bool there;
    size_t at = place(registry, (struct qn_span){name, strlen(name)}, &there);

    if (there)
        return refuse_twice(&registry->rows[at].seen, &row->seen, reterr);
    if (registry->n == WORKER_TASKS_MAX)
        return qn_fail(reterr, QN_ELIMIT, "task %s: over %d tasks", name, WORKER_TASKS_MAX);
    struct row *grown = qn_realloc_array(registry->rows, registry->n + 1, sizeof(*grown));
    if (!grown)
        return qn_fail(reterr, QN_ENOMEM, "task %s: out of memory", name);
    memmove(grown + at + 1, grown + at, (registry->n - at) * sizeof(*grown));
    grown[at] = *row;
    registry->rows = grown;
    registry->n++;
    return QN_OK;
}

int worker_registry_add(struct worker_registry *registry, const struct qn_task *task,
                        struct qn_err *reterr)
{
    const struct row row = {.seen = {.task = task, .source = WORKER_COMPILED_IN, .file = ""}};
    int rc = worker_task_check(task, reterr);

    return rc == QN_OK ? insert(registry, &row, reterr) : rc;
}

static void release_row(struct row *row)
{
    worker_definition_free(row->definition);
    worker_exec_free(row->exec);
    qn_free(row->file);
}

/* The text of a mistake begins with the file that has it. */
static int check_outside(const struct qn_task *task, const char *file, struct qn_err *reterr)
{
    char shown[WORKER_FILE_TEXT_SIZE];
    struct qn_err why;
    int rc = check_definition(task, &why);

    worker_file_text(file, shown);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "%s: %s", shown, why.msg);
}

int worker_registry_add_outside(struct worker_registry *registry,
                                struct worker_definition *definition, struct worker_exec *exec,
                                const char *file, struct qn_err *reterr)
{
    struct row row = {.definition = definition, .exec = exec, .file = qn_strdup(file)};
    int rc = row.file ? check_outside(worker_definition_task(definition), file, reterr)
                      : qn_fail(reterr, QN_ENOMEM, "tasks: out of memory");

    row.seen = (struct worker_task){
        .task = worker_definition_task(definition),
        .source = exec ? WORKER_EXEC : WORKER_PLUGIN,
        .file = row.file,
        .exec = exec,
    };
    if (rc == QN_OK)
        rc = insert(registry, &row, reterr);
    if (rc != QN_OK)
        release_row(&row);
    return rc;
}

int worker_registry_create(struct worker_registry **ret, const struct qn_task *const *tasks,
                           struct qn_err *reterr)
{
    struct worker_registry *registry = qn_zalloc(1, sizeof(*registry));
    int rc = registry ? QN_OK : qn_fail(reterr, QN_ENOMEM, "tasks: out of memory");

    for (; rc == QN_OK && tasks && *tasks; tasks++)
        rc = worker_registry_add(registry, *tasks, reterr);
    if (rc != QN_OK) {
        worker_registry_free(registry);
        return rc;
    }
    *ret = registry;
    return QN_OK;
}

void worker_registry_free(struct worker_registry *registry)
{
    if (!registry)
        return;
    for (size_t i = 0; i < registry->n; i++)
        release_row(&registry->rows[i]);
    qn_free(registry->rows);
    qn_free(registry);
}

size_t worker_registry_count(const struct worker_registry *registry)
{
    return registry->n;
}

const struct qn_task *worker_registry_at(const struct worker_registry *registry, size_t i)
{
    return registry->rows[i].seen.task;
}

const struct worker_task *worker_registry_row(const struct worker_registry *registry, size_t i)
{
    return &registry->rows[i].seen;
}

int worker_registry_index(const struct worker_registry *registry, struct qn_span name)
{
    bool there = false;
    size_t at = name.len > 0 ? place(registry, name, &there) : 0;

    return there ? (int)at : -1;
}

const struct qn_task *worker_registry_find(const struct worker_registry *registry, const char *name)
{
    int at = worker_registry_index(registry, (struct qn_span){name, strlen(name)});

    return at >= 0 ? registry->rows[at].seen.task : NULL;
}
