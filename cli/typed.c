#include "typed.h"
#include "common/json.h"
#include "jsontext.h"
#include <string.h>

#define KEY_SIZE 128

int cli_task_find(const struct cli_pairs *tasks, const char *name, struct qn_span *ret,
                  struct qn_err *reterr)
{
    char known[QN_ERR_TEXT_MAX / 2] = "";
    size_t used = 0;

    for (size_t i = 0; i < tasks->n; i++) {
        struct qn_span json = tasks->all[i].value;
        if (strcmp(tasks->all[i].name, name) == 0 &&
            qn_json_check(json.data, json.len, NULL, NULL) == QN_OK) {
            *ret = json;
            return QN_OK;
        }
        int n = snprintf(known + used, sizeof(known) - used, " %s", tasks->all[i].name);
        used += n > 0 && used + (size_t)n < sizeof(known) ? (size_t)n : 0;
        known[used] = '\0';
    }
    return qn_fail(reterr, QN_ENOTFOUND, "task \"%.64s\": no worker has published it; known are:%s",
                   name, tasks->n > 0 ? known : " none");
}

/* ---- one word ---- */

struct word {
    char key[KEY_SIZE];
    const char *value;
    struct qn_err *err;
};

static int as_string(struct word *word, struct qn_buf *out)
{
    (void)word->err;
    return qn_json_add_str(out, word->value);
}

static int as_json(struct word *word, struct qn_buf *out, enum qn_json_type wanted,
                   const char *what)
{
    enum qn_json_type type;
    size_t len = strlen(word->value);

    if (qn_json_check(word->value, len, &type, NULL) != QN_OK || type != wanted)
        return qn_fail(word->err, QN_EINVAL, "%s: \"%.60s\" is no %s", word->key, word->value,
                       what);
    return qn_buf_add(out, word->value, len);
}

static int as_number(struct word *word, struct qn_buf *out)
{
    return as_json(word, out, QN_JSON_NUMBER, "number");
}

static int as_boolean(struct word *word, struct qn_buf *out)
{
    return as_json(word, out, QN_JSON_BOOLEAN, "true or false");
}

static int as_array(struct word *word, struct qn_buf *out)
{
    return as_json(word, out, QN_JSON_ARRAY, "JSON array");
}

static int as_object(struct word *word, struct qn_buf *out)
{
    return as_json(word, out, QN_JSON_OBJECT, "JSON object");
}

static int as_it_looks(struct word *word, struct qn_buf *out)
{
    size_t len = strlen(word->value);

    if (qn_json_check(word->value, len, NULL, NULL) == QN_OK)
        return qn_buf_add(out, word->value, len);
    return qn_json_add_str(out, word->value);
}

static const struct {
    const char *type;
    int (*add)(struct word *word, struct qn_buf *out);
} types[] = {
    {"string", as_string},   {"date", as_string}, {"integer", as_number}, {"number", as_number},
    {"boolean", as_boolean}, {"array", as_array}, {"object", as_object},
};

static int add_typed(struct word *word, struct qn_span param, struct qn_buf *out)
{
    char type[32];

    cli_json_text(param, "type", type, sizeof(type));
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].type, type) == 0)
            return types[i].add(word, out);
    return as_it_looks(word, out);
}

/* Finds the parameter of that name; the names of all go to known. */
static bool find_param(struct qn_span definition, const char *key, struct qn_span *ret, char *known,
                       size_t size)
{
    struct qn_json_item list, param;
    struct qn_json_walk walk;
    size_t used = 0;

    if (!cli_json_at(definition, "params", &list) ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK)
        return false;
    while (qn_json_walk_next(&walk, &param)) {
        char name[KEY_SIZE];
        cli_json_text(param.value, "name", name, sizeof(name));
        if (strcmp(name, key) == 0) {
            *ret = param.value;
            return true;
        }
        int n = snprintf(known + used, size - used, " %s", name);
        used += n > 0 && used + (size_t)n < size ? (size_t)n : 0;
        known[used] = '\0';
    }
    return false;
}

static int add_word(struct qn_span definition, struct word *word, struct qn_buf *out)
{
    char known[QN_ERR_TEXT_MAX / 2] = "";
    struct qn_span param;

    qn_json_add_key(out, word->key);
    if (definition.len == 0)
        return as_it_looks(word, out);
    if (!find_param(definition, word->key, &param, known, sizeof(known)))
        return qn_fail(word->err, QN_EINVAL, "%s: the task has no such parameter, but:%s",
                       word->key, known[0] ? known : " none");
    return add_typed(word, param, out);
}

int cli_typed_args(struct qn_span definition, const char *const *words, int n, struct qn_buf *out,
                   struct qn_err *reterr)
{
    struct word word = {.err = reterr};
    int rc = QN_OK;

    qn_buf_add_byte(out, '{');
    for (int i = 0; i < n && rc == QN_OK; i++) {
        size_t len = strcspn(words[i], "=");
        if (words[i][len] != '=' || len == 0 || len >= KEY_SIZE)
            return qn_fail(reterr, QN_EINVAL, "\"%.60s\" is not KEY=VALUE", words[i]);
        memcpy(word.key, words[i], len);
        word.key[len] = '\0';
        word.value = words[i] + len + 1;
        rc = add_word(definition, &word, out);
    }
    qn_buf_add_byte(out, '}');
    if (rc == QN_OK && qn_buf_status(out) != QN_OK)
        rc = qn_fail(reterr, qn_buf_status(out), "arguments: %s", qn_err_text(qn_buf_status(out)));
    return rc;
}
