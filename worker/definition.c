#include "definition.h"

#include "broker-client/retry.h"
#include "broker-client/taskdef.h"
#include "common/json.h"
#include "common/mem.h"
#include "registry.h"
#include <limits.h>
#include <stdint.h>
#include <string.h>

struct kept {
    struct kept *next;
    char text[];
};

struct worker_definition {
    struct qn_task task;
    struct qn_param *params; /* n and one of zeros; NULL while n is 0 */
    size_t n;
    struct kept *kept;
};

/* ---- piece by piece ---- */

struct worker_definition *worker_definition_create(void)
{
    return qn_zalloc(1, sizeof(struct worker_definition));
}

void worker_definition_free(struct worker_definition *definition)
{
    if (!definition)
        return;
    while (definition->kept) {
        struct kept *next = definition->kept->next;
        qn_free(definition->kept);
        definition->kept = next;
    }
    qn_free(definition->params);
    qn_free(definition);
}

struct qn_task *worker_definition_task(struct worker_definition *definition)
{
    return &definition->task;
}

const char *worker_definition_keep(struct worker_definition *definition, const char *text,
                                   size_t len)
{
    struct kept *kept = len < SIZE_MAX / 2 ? qn_alloc(sizeof(*kept) + len + 1) : NULL;

    if (!kept)
        return NULL;
    memcpy(kept->text, text, len);
    kept->text[len] = '\0';
    kept->next = definition->kept;
    definition->kept = kept;
    return kept->text;
}

int worker_definition_param(struct worker_definition *definition, struct qn_param **ret,
                            struct qn_err *reterr)
{
    if (definition->n == WORKER_PARAMS_MAX)
        return qn_fail(reterr, QN_ELIMIT, "a task has at most %d parameters", WORKER_PARAMS_MAX);
    struct qn_param *grown =
        qn_realloc_array(definition->params, definition->n + 2, sizeof(*grown));
    if (!grown)
        return qn_fail(reterr, QN_ENOMEM, "a task's parameter: out of memory");
    memset(grown + definition->n, 0, 2 * sizeof(*grown));
    definition->params = grown;
    definition->task.params = grown;
    *ret = &grown[definition->n++];
    return QN_OK;
}

/* ---- from JSON ---- */

struct decoding {
    struct worker_definition *definition;
    struct qn_buf text; /* scratch */
    struct qn_err *reterr;
};

static int refuse(struct decoding *decoding, const char *member, const char *wanted)
{
    return qn_fail(decoding->reterr, QN_EINVAL, "task definition: \"%s\" is not %s", member,
                   wanted);
}

static int no_memory(struct decoding *decoding)
{
    return qn_fail(decoding->reterr, QN_ENOMEM, "task definition: out of memory");
}

/* The scratch text, kept. */
static int keep_text(struct decoding *decoding, const char **ret)
{
    if (qn_buf_status(&decoding->text) != QN_OK)
        return no_memory(decoding);
    *ret = worker_definition_keep(decoding->definition, decoding->text.data, decoding->text.len);
    return *ret ? QN_OK : no_memory(decoding);
}

/* *ret stays when the member is absent. */
static int read_text(struct decoding *decoding, struct qn_span object, const char *member,
                     const char **ret)
{
    struct qn_json_item item;

    if (!qn_json_find(object.data, object.len, member, &item))
        return QN_OK;
    if (item.type != QN_JSON_STRING)
        return refuse(decoding, member, "a string");
    qn_buf_reset(&decoding->text);
    if (qn_json_unescape(item.value, &decoding->text) == QN_EINVAL)
        return refuse(decoding, member, "a string");
    return keep_text(decoding, ret);
}

static int read_number(struct decoding *decoding, struct qn_span object, const char *member,
                       int64_t max, int64_t *ret)
{
    struct qn_json_item item;

    *ret = 0;
    if (!qn_json_find(object.data, object.len, member, &item))
        return QN_OK;
    if (item.type != QN_JSON_NUMBER || !qn_json_is_integer(item.value, ret) || *ret > max ||
        *ret < -max)
        return refuse(decoding, member, "an integer that fits");
    return QN_OK;
}

static int read_flag(struct decoding *decoding, struct qn_span object, const char *member,
                     bool *ret)
{
    struct qn_json_item item;

    if (!qn_json_find(object.data, object.len, member, &item))
        return QN_OK;
    if (item.type != QN_JSON_BOOLEAN)
        return refuse(decoding, member, "true or false");
    *ret = qn_span_is(item.value, "true");
    return QN_OK;
}

static int read_type(struct decoding *decoding, struct qn_span object, enum qn_type *ret)
{
    const char *name = "";
    int rc = read_text(decoding, object, "type", &name);

    return rc != QN_OK || qn_type_of(name, ret) ? rc : refuse(decoding, "type", "a type");
}

/* An array here, one text with | in a struct qn_param. */
static int read_choices(struct decoding *decoding, struct qn_span object, const char **ret)
{
    struct qn_json_item list, one;
    struct qn_json_walk walk;

    if (!qn_json_find(object.data, object.len, "choices", &list))
        return QN_OK;
    if (list.type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK)
        return refuse(decoding, "choices", "an array");
    qn_buf_reset(&decoding->text);
    for (int i = 0; qn_json_walk_next(&walk, &one); i++) {
        qn_buf_add_str(&decoding->text, i > 0 ? "|" : "");
        if (one.type != QN_JSON_STRING || qn_json_unescape(one.value, &decoding->text) == QN_EINVAL)
            return refuse(decoding, "choices", "an array of strings");
    }
    return keep_text(decoding, ret);
}

static int read_param(struct decoding *decoding, struct qn_span object)
{
    struct qn_param *param;
    int rc = worker_definition_param(decoding->definition, &param, decoding->reterr);

    if (rc == QN_OK)
        rc = read_text(decoding, object, "name", &param->name);
    if (rc == QN_OK && !param->name)
        rc = refuse(decoding, "params", "an array of parameters with names");
    if (rc == QN_OK)
        rc = read_type(decoding, object, &param->type);
    if (rc == QN_OK)
        rc = read_flag(decoding, object, "required", &param->required);
    if (rc == QN_OK)
        rc = read_text(decoding, object, "doc", &param->doc);
    if (rc == QN_OK)
        rc = read_choices(decoding, object, &param->choices);
    if (rc == QN_OK)
        rc = read_text(decoding, object, "preset", &param->preset);
    return rc;
}

static int read_params(struct decoding *decoding, struct qn_span object)
{
    struct qn_json_item list, one;
    struct qn_json_walk walk;
    int rc = QN_OK;

    if (!qn_json_find(object.data, object.len, "params", &list))
        return QN_OK;
    if (list.type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK)
        return refuse(decoding, "params", "an array");
    while (rc == QN_OK && qn_json_walk_next(&walk, &one))
        rc = one.type == QN_JSON_OBJECT ? read_param(decoding, one.value)
                                        : refuse(decoding, "params", "an array of objects");
    return rc;
}

static int read_retry(struct decoding *decoding, struct qn_span object, struct qn_retry *ret)
{
    const char *text = NULL;
    int rc = read_text(decoding, object, "retry", &text);

    if (rc == QN_OK && text && qn_retry_parse(text, ret, NULL) != QN_OK)
        rc = refuse(decoding, "retry", "a retry policy");
    return rc;
}

static int read_cause(struct decoding *decoding, struct qn_span object, const char *member,
                      struct qn_retry_cause *ret)
{
    struct qn_json_item item;
    int64_t attempts = 0;

    if (!qn_json_find(object.data, object.len, member, &item))
        return QN_OK;
    if (item.type != QN_JSON_OBJECT)
        return refuse(decoding, member, "an object");
    int rc = read_retry(decoding, item.value, &ret->retry);
    if (rc == QN_OK)
        rc = read_number(decoding, item.value, "max_attempts", INT_MAX, &attempts);
    ret->max_attempts = (int)attempts;
    return rc;
}

static int read_texts(struct decoding *decoding, struct qn_span object)
{
    struct qn_task *task = &decoding->definition->task;
    int rc = read_text(decoding, object, "name", &task->name);

    if (rc == QN_OK)
        rc = read_text(decoding, object, "summary", &task->summary);
    if (rc == QN_OK)
        rc = read_text(decoding, object, "queue", &task->queue);
    return rc;
}

static int read_numbers(struct decoding *decoding, struct qn_span object)
{
    struct qn_task *task = &decoding->definition->task;
    int64_t attempts = 0;
    const struct {
        const char *member;
        int64_t max, *to;
    } numbers[] = {
        {"soft_limit_ms", INT64_MAX, &task->soft_limit_ms},
        {"hard_limit_ms", INT64_MAX, &task->hard_limit_ms},
        {"max_attempts", INT_MAX, &attempts},
        {"memory_limit_bytes", INT64_MAX, &task->memory_limit_bytes},
        {"cpu_limit_ms", INT64_MAX, &task->cpu_limit_ms},
        {"max_open_files", INT64_MAX, &task->max_open_files},
        {"concurrency", INT64_MAX, &task->concurrency},
        {"rate", INT64_MAX, &task->rate},
        {"per_ms", INT64_MAX, &task->per_ms},
        {"burst", INT64_MAX, &task->burst},
    };
    int rc = QN_OK;

    for (size_t i = 0; rc == QN_OK && i < sizeof(numbers) / sizeof(numbers[0]); i++)
        rc = read_number(decoding, object, numbers[i].member, numbers[i].max, numbers[i].to);
    task->max_attempts = (int)attempts;
    return rc;
}

static int read_task(struct decoding *decoding, struct qn_span object)
{
    struct qn_task *task = &decoding->definition->task;
    int rc = read_texts(decoding, object);

    if (rc == QN_OK)
        rc = read_numbers(decoding, object);
    if (rc == QN_OK)
        rc = read_retry(decoding, object, &task->retry);
    if (rc == QN_OK)
        rc = read_cause(decoding, object, "on_timeout", &task->on_timeout);
    if (rc == QN_OK)
        rc = read_cause(decoding, object, "on_crash", &task->on_crash);
    return rc == QN_OK ? read_params(decoding, object) : rc;
}

static int check_json(struct qn_span json, struct qn_err *reterr)
{
    enum qn_json_type type;
    struct qn_err why;

    if (json.len > QN_TASKDEF_MAX)
        return qn_fail(reterr, QN_EINVAL, "task definition: over %d bytes", QN_TASKDEF_MAX);
    int rc = qn_json_check(json.data, json.len, &type, &why);
    if (rc != QN_OK)
        return qn_fail(reterr, rc, "task definition: %s", why.msg);
    return type == QN_JSON_OBJECT
               ? QN_OK
               : qn_fail(reterr, QN_EINVAL, "task definition: not a JSON object");
}

int worker_definition_decode(struct worker_definition **ret, struct qn_span json,
                             struct qn_err *reterr)
{
    struct decoding decoding = {.reterr = reterr};
    int rc = check_json(json, reterr);

    if (rc != QN_OK)
        return rc;
    qn_buf_init(&decoding.text, QN_TASKDEF_MAX);
    decoding.definition = worker_definition_create();
    rc = decoding.definition ? read_task(&decoding, json) : no_memory(&decoding);
    qn_buf_release(&decoding.text);
    if (rc == QN_OK)
        *ret = decoding.definition;
    else
        worker_definition_free(decoding.definition);
    return rc;
}
