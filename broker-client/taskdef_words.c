#include "taskdef.h"

#include "common/json.h"
#include "common/str.h"
#include "taskdef_type.h"
#include <string.h>

static const struct qn_taskdef_param *find_param(const struct qn_taskdef *def, struct qn_span name)
{
    for (size_t i = 0; i < def->n_params; i++) {
        if (qn_span_is(name, def->params[i].name))
            return &def->params[i];
    }
    return NULL;
}

static void add_list(struct qn_buf *out, const char *text)
{
    qn_buf_add_byte(out, '[');
    for (;;) {
        size_t len = strcspn(text, ",");
        if (len > 0 || text[len] == ',')
            qn_json_add_string(out, text, len);
        if (text[len] == '\0')
            break;
        qn_buf_add_byte(out, ',');
        text += len + 1;
        if (*text == '\0')
            qn_json_add_str(out, "");
    }
    qn_buf_add_byte(out, ']');
}

/* As JSON when it is one of the wanted type, else as a string. */
static void add_json(struct qn_buf *out, const char *text, enum qn_json_type wanted)
{
    enum qn_json_type type;

    if (qn_json_check(text, strlen(text), &type, NULL) == QN_OK && type == wanted)
        qn_buf_add_str(out, text);
    else
        qn_json_add_str(out, text);
}

static void add_as_it_looks(struct qn_buf *out, const char *text)
{
    if (qn_json_check(text, strlen(text), NULL, NULL) == QN_OK)
        qn_buf_add_str(out, text);
    else
        qn_json_add_str(out, text);
}

static void add_value(struct qn_buf *out, enum qn_type type, const char *text)
{
    bool truth;

    switch (type) {
    case QN_INTEGER:
    case QN_NUMBER:
        add_json(out, text, QN_JSON_NUMBER);
        break;
    case QN_OBJECT:
        add_json(out, text, QN_JSON_OBJECT);
        break;
    case QN_ARRAY:
        if (*text == '[')
            add_json(out, text, QN_JSON_ARRAY);
        else
            add_list(out, text);
        break;
    case QN_BOOLEAN:
        if (qn_str_to_bool(text, &truth) == QN_OK)
            qn_buf_add_str(out, truth ? "true" : "false");
        else
            qn_json_add_str(out, text);
        break;
    case QN_STRING:
    case QN_DATE:
        qn_json_add_str(out, text);
        break;
    }
}

static int add_word(const struct qn_taskdef *def, const char *word, struct qn_buf *out,
                    struct qn_err *reterr)
{
    const char *equals = strchr(word, '=');
    struct qn_span name = {.data = word, .len = equals ? (size_t)(equals - word) : 0};

    if (!qn_utf8_valid(word, strlen(word)))
        return qn_fail(reterr, QN_EINVAL, "argument \"%.*s\": is no UTF-8", (int)name.len, word);
    if (name.len == 0)
        return qn_fail(reterr, QN_EINVAL, "\"%.100s\": is not key=value", word);
    if (out->data[out->len - 1] != '{')
        qn_buf_add_byte(out, ',');
    qn_json_add_string(out, name.data, name.len);
    qn_buf_add_byte(out, ':');
    const struct qn_taskdef_param *param = def ? find_param(def, name) : NULL;
    if (def)
        add_value(out, param ? param->type : QN_STRING, equals + 1);
    else
        add_as_it_looks(out, equals + 1);
    return QN_OK;
}

int qn_taskdef_words(const struct qn_taskdef *def, int n, const char *const *words,
                     struct qn_buf *out, struct qn_err *reterr)
{
    int rc = qn_buf_add_byte(out, '{');

    for (int i = 0; rc == QN_OK && i < n; i++) {
        rc = add_word(def, words[i], out, reterr);
        if (rc != QN_OK)
            return rc;
        rc = qn_buf_status(out);
    }
    if (rc == QN_OK)
        rc = qn_buf_add_byte(out, '}');
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "arguments: %s", qn_err_text(rc));
}
