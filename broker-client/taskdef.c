#include "taskdef.h"

#include "common/json.h"
#include "common/mem.h"
#include "retry.h"
#include "taskdef_type.h"
#include <json-c/json.h>
#include <string.h>

static const char *const type_names[] = {
    [QN_STRING] = "string",   [QN_INTEGER] = "integer", [QN_NUMBER] = "number",
    [QN_BOOLEAN] = "boolean", [QN_DATE] = "date",       [QN_ARRAY] = "array",
    [QN_OBJECT] = "object",
};
enum { TYPES = sizeof(type_names) / sizeof(type_names[0]) };

const char *qn_type_name(enum qn_type type)
{
    return (int)type >= 0 && (int)type < TYPES ? type_names[type] : "?";
}

bool qn_type_of(const char *name, enum qn_type *ret)
{
    for (int i = 0; i < TYPES; i++) {
        if (strcmp(type_names[i], name) == 0) {
            *ret = (enum qn_type)i;
            return true;
        }
    }
    return false;
}

bool qn_task_name_ok(const char *name)
{
    size_t len = name ? strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") : 0;

    return len >= 1 && len <= 64 && name[len] == '\0';
}

/* ---- encoding ---- */

static void add_text(struct qn_buf *out, const char *key, const char *text)
{
    if (!text)
        return;
    qn_json_add_key(out, key);
    qn_json_add_str(out, text);
}

static void add_number(struct qn_buf *out, const char *key, int64_t value)
{
    qn_json_add_key(out, key);
    qn_json_add_i64(out, value);
}

static void add_choices(struct qn_buf *out, const char *choices)
{
    const char *end;

    qn_json_add_key(out, "choices");
    qn_buf_add_byte(out, '[');
    for (; (end = strchr(choices, '|')) != NULL; choices = end + 1) {
        qn_json_add_string(out, choices, (size_t)(end - choices));
        qn_buf_add_byte(out, ',');
    }
    qn_json_add_str(out, choices);
    qn_buf_add_byte(out, ']');
}

static void add_param(struct qn_buf *out, const struct qn_param *param)
{
    qn_buf_add_byte(out, '{');
    add_text(out, "name", param->name);
    add_text(out, "type", qn_type_name(param->type));
    qn_json_add_key(out, "required");
    qn_buf_add_str(out, param->required ? "true" : "false");
    add_text(out, "doc", param->doc);
    if (param->choices)
        add_choices(out, param->choices);
    add_text(out, "preset", param->preset);
    qn_buf_add_byte(out, '}');
}

/* What is not set is not there. */
static void add_set(struct qn_buf *out, const char *name, int64_t value)
{
    if (value > 0)
        add_number(out, name, value);
}

static void add_retry(struct qn_buf *out, const char *name, const struct qn_retry *retry)
{
    char text[QN_RETRY_TEXT_SIZE];

    qn_retry_print(retry, text);
    if (text[0] != '\0')
        add_text(out, name, text);
}

static void add_cause(struct qn_buf *out, const char *name, const struct qn_retry_cause *cause)
{
    if (!qn_retry_is_set(&cause->retry) && cause->max_attempts <= 0)
        return;
    qn_json_add_key(out, name);
    qn_buf_add_byte(out, '{');
    add_retry(out, "retry", &cause->retry);
    add_set(out, "max_attempts", cause->max_attempts);
    qn_buf_add_byte(out, '}');
}

int qn_taskdef_encode(const struct qn_task *task, struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    add_text(out, "name", task->name);
    add_text(out, "summary", task->summary);
    add_text(out, "queue", task->queue ? task->queue : "default");
    add_number(out, "soft_limit_ms", task->soft_limit_ms);
    add_number(out, "hard_limit_ms", task->hard_limit_ms);
    add_number(out, "max_attempts", task->max_attempts);
    add_retry(out, "retry", &task->retry);
    add_cause(out, "on_timeout", &task->on_timeout);
    add_cause(out, "on_crash", &task->on_crash);
    add_set(out, "memory_limit_bytes", task->memory_limit_bytes);
    add_set(out, "cpu_limit_ms", task->cpu_limit_ms);
    add_set(out, "max_open_files", task->max_open_files);
    add_set(out, "concurrency", task->concurrency);
    add_set(out, "rate", task->rate);
    add_set(out, "per_ms", task->per_ms);
    add_set(out, "burst", task->burst);
    qn_json_add_key(out, "params");
    qn_buf_add_byte(out, '[');
    for (const struct qn_param *p = task->params; p && p->name; p++) {
        if (p != task->params)
            qn_buf_add_byte(out, ',');
        add_param(out, p);
    }
    qn_buf_add_str(out, "]}");
    return qn_buf_status(out);
}

/* ---- decoding ---- */

/* NULL in *ret when the member is absent; anything but a string is an error. */
static int copy_text(json_object *object, const char *key, char **ret)
{
    json_object *value;

    *ret = NULL;
    if (!json_object_object_get_ex(object, key, &value) || !value)
        return QN_OK;
    if (!json_object_is_type(value, json_type_string))
        return QN_EINVAL;
    *ret = qn_strdup(json_object_get_string(value));
    return *ret ? QN_OK : QN_ENOMEM;
}

static int read_type(json_object *object, enum qn_type *ret)
{
    json_object *value;

    if (!json_object_object_get_ex(object, "type", &value) ||
        !json_object_is_type(value, json_type_string))
        return QN_EINVAL;
    return qn_type_of(json_object_get_string(value), ret) ? QN_OK : QN_EINVAL;
}

static int read_choices(json_object *object, struct qn_taskdef_param *param)
{
    json_object *list;

    if (!json_object_object_get_ex(object, "choices", &list) || !list)
        return QN_OK;
    if (!json_object_is_type(list, json_type_array))
        return QN_EINVAL;
    size_t n = json_object_array_length(list);
    param->choices = qn_zalloc(n, sizeof(*param->choices));
    if (!param->choices)
        return QN_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        json_object *one = json_object_array_get_idx(list, i);
        if (!one || !json_object_is_type(one, json_type_string))
            return QN_EINVAL;
        param->choices[i] = qn_strdup(json_object_get_string(one));
        if (!param->choices[i])
            return QN_ENOMEM;
        param->n_choices = i + 1;
    }
    return QN_OK;
}

static int read_param(json_object *object, struct qn_taskdef_param *param)
{
    json_object *required;

    if (!object || !json_object_is_type(object, json_type_object))
        return QN_EINVAL;
    int rc = copy_text(object, "name", &param->name);
    if (rc == QN_OK && (!param->name || param->name[0] == '\0'))
        rc = QN_EINVAL;
    if (rc == QN_OK)
        rc = read_type(object, &param->type);
    if (rc == QN_OK)
        rc = read_choices(object, param);
    if (json_object_object_get_ex(object, "required", &required))
        param->required = json_object_get_boolean(required);
    return rc;
}

static int read_params(json_object *root, struct qn_taskdef *def)
{
    json_object *list;

    if (!json_object_object_get_ex(root, "params", &list) || !list)
        return QN_OK;
    if (!json_object_is_type(list, json_type_array))
        return QN_EINVAL;
    size_t n = json_object_array_length(list);
    def->params = qn_zalloc(n, sizeof(*def->params));
    if (!def->params)
        return QN_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        def->n_params = i + 1;
        int rc = read_param(json_object_array_get_idx(list, i), &def->params[i]);
        if (rc != QN_OK)
            return rc;
    }
    return QN_OK;
}

static int read_def(json_object *root, struct qn_taskdef *def)
{
    int rc = copy_text(root, "name", &def->name);

    if (rc == QN_OK && !qn_task_name_ok(def->name))
        rc = QN_EINVAL;
    if (rc == QN_OK)
        rc = copy_text(root, "queue", &def->queue);
    if (rc == QN_OK)
        rc = read_params(root, def);
    return rc;
}

static json_object *parse(struct qn_span json)
{
    json_tokener *tokener = json_tokener_new();
    json_object *root = NULL;

    if (tokener) {
        root = json_tokener_parse_ex(tokener, json.data, (int)json.len);
        json_tokener_free(tokener);
    }
    return root;
}

int qn_taskdef_decode(struct qn_taskdef **ret, struct qn_span json, struct qn_err *reterr)
{
    enum qn_json_type type;
    struct qn_err why;

    if (json.len > QN_TASKDEF_MAX)
        return qn_fail(reterr, QN_ELIMIT, "task definition: over %d bytes", QN_TASKDEF_MAX);
    int rc = qn_json_check(json.data, json.len, &type, &why);
    if (rc == QN_ENOMEM)
        return qn_fail(reterr, rc, "task definition: out of memory");
    if (rc != QN_OK || type != QN_JSON_OBJECT)
        return qn_fail(reterr, QN_ECORRUPT, "task definition: %s",
                       rc != QN_OK ? why.msg : "not a JSON object");
    json_object *root = parse(json);
    struct qn_taskdef *def = qn_zalloc(1, sizeof(*def));
    rc = root && def ? read_def(root, def) : QN_ENOMEM;
    json_object_put(root);
    if (rc == QN_OK) {
        *ret = def;
        return QN_OK;
    }
    qn_taskdef_free(def);
    if (rc == QN_ENOMEM)
        return qn_fail(reterr, rc, "task definition: out of memory");
    return qn_fail(reterr, QN_ECORRUPT, "task definition: a member is missing or of a wrong type");
}

static void release_param(struct qn_taskdef_param *param)
{
    for (size_t i = 0; i < param->n_choices; i++)
        qn_free(param->choices[i]);
    qn_free(param->choices);
    qn_free(param->name);
}

void qn_taskdef_free(struct qn_taskdef *def)
{
    if (!def)
        return;
    for (size_t i = 0; i < def->n_params; i++)
        release_param(&def->params[i]);
    qn_free(def->params);
    qn_free(def->queue);
    qn_free(def->name);
    qn_free(def);
}

const char *qn_taskdef_name(const struct qn_taskdef *def)
{
    return def->name;
}

const char *qn_taskdef_queue(const struct qn_taskdef *def)
{
    return def->queue ? def->queue : "default";
}
