#include "taskdef.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/str.h"
#include "taskdef_type.h"
#include <quern/client.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 60 /* bytes of a value or list that an error quotes */

/* One check under way: text is the string that is looked at, decoded; in the arguments
 * themselves, or in scratch when it has escapes. */
struct check {
    const struct qn_taskdef *def;
    struct qn_span text;
    struct qn_buf scratch;
    char *field;
    struct qn_err *reterr;
};

static void name_field(struct check *check, struct qn_span name)
{
    size_t len = qn_utf8_cut(name.data, name.len, QN_ARG_FIELD_SIZE - 1);

    if (!check->field)
        return;
    memcpy(check->field, name.data, len);
    check->field[len] = '\0';
}

static struct qn_span span_of(const char *text)
{
    return (struct qn_span){.data = text, .len = strlen(text)};
}

static int decode(struct check *check, struct qn_span escaped)
{
    if (escaped.len >= 2 && escaped.data[0] == '"')
        escaped = (struct qn_span){.data = escaped.data + 1, .len = escaped.len - 2};
    check->text = escaped;
    if (!memchr(escaped.data, '\\', escaped.len))
        return QN_OK;
    qn_buf_reset(&check->scratch);
    int rc = qn_json_unescape(escaped, &check->scratch);
    check->text = (struct qn_span){.data = check->scratch.data, .len = check->scratch.len};
    return rc == QN_OK
               ? QN_OK
               : qn_fail(check->reterr, rc, "arguments: %s while decoding", qn_err_text(rc));
}

static int wrong_type(struct check *check, const struct qn_taskdef_param *param,
                      const struct qn_json_item *item)
{
    int shown = (int)qn_utf8_cut(item->value.data, item->value.len, SHOWN_MAX);

    return qn_fail(check->reterr, QN_EINVAL, "argument \"%s\": must be %s %s, is %.*s", param->name,
                   strchr("aio", qn_type_name(param->type)[0]) ? "an" : "a",
                   qn_type_name(param->type), shown, item->value.data);
}

static int check_choice(struct check *check, const struct qn_taskdef_param *param)
{
    char list[3 * SHOWN_MAX] = "";
    size_t used = 0;

    for (size_t i = 0; i < param->n_choices; i++) {
        size_t len = strlen(param->choices[i]);
        if (check->text.len == len && memcmp(check->text.data, param->choices[i], len) == 0)
            return QN_OK;
        if (used + len + 3 < sizeof(list)) {
            memcpy(list + used, i ? ", " : "", i ? 2 : 0);
            used += i ? 2 : 0;
            memcpy(list + used, param->choices[i], len + 1);
            used += len;
        }
    }
    int shown = (int)qn_utf8_cut(check->text.data, check->text.len, SHOWN_MAX);
    return qn_fail(check->reterr, QN_EINVAL, "argument \"%s\": \"%.*s\" is none of: %s",
                   param->name, shown, check->text.data, list);
}

static bool is_date(struct qn_span text)
{
    char date[sizeof("YYYY-MM-DD")];

    if (text.len != sizeof(date) - 1)
        return false;
    memcpy(date, text.data, text.len);
    date[text.len] = '\0';
    return qn_date_check(date) == QN_OK;
}

static int check_string(struct check *check, const struct qn_taskdef_param *param,
                        const struct qn_json_item *item)
{
    int rc = decode(check, item->value);

    if (rc != QN_OK)
        return rc;
    if (param->type == QN_DATE && !is_date(check->text))
        return qn_fail(check->reterr, QN_EINVAL,
                       "argument \"%s\": \"%.*s\" is no date YYYY-MM-DD that exists", param->name,
                       (int)qn_utf8_cut(check->text.data, check->text.len, SHOWN_MAX),
                       check->text.data);
    return param->n_choices > 0 ? check_choice(check, param) : QN_OK;
}

static int check_value(struct check *check, const struct qn_taskdef_param *param,
                       const struct qn_json_item *item)
{
    static const enum qn_json_type wanted[] = {
        [QN_STRING] = QN_JSON_STRING,   [QN_INTEGER] = QN_JSON_NUMBER, [QN_NUMBER] = QN_JSON_NUMBER,
        [QN_BOOLEAN] = QN_JSON_BOOLEAN, [QN_DATE] = QN_JSON_STRING,    [QN_ARRAY] = QN_JSON_ARRAY,
        [QN_OBJECT] = QN_JSON_OBJECT,
    };
    int64_t integer;

    if (item->type == QN_JSON_NULL && !param->required)
        return QN_OK;
    if (item->type != wanted[param->type])
        return wrong_type(check, param, item);
    if (param->type == QN_INTEGER && !qn_json_is_integer(item->value, &integer))
        return wrong_type(check, param, item);
    return item->type == QN_JSON_STRING ? check_string(check, param, item) : QN_OK;
}

static const struct qn_taskdef_param *find_param(const struct check *check)
{
    for (size_t i = 0; i < check->def->n_params; i++) {
        const char *name = check->def->params[i].name;
        if (strlen(name) == check->text.len && memcmp(name, check->text.data, check->text.len) == 0)
            return &check->def->params[i];
    }
    return NULL;
}

/* The names of all parameters, as many as the text takes. */
static void list_params(const struct qn_taskdef *def, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < def->n_params; i++) {
        int n = snprintf(out + used, size - used, " %s", def->params[i].name);
        if (n < 0 || used + (size_t)n >= size)
            break;
        used += (size_t)n;
    }
    out[used] = '\0';
}

static int refuse_unknown(struct check *check)
{
    char known[QN_ERR_TEXT_MAX / 2];

    list_params(check->def, known, sizeof(known));
    return qn_fail(check->reterr, QN_EINVAL,
                   "argument \"%.*s\": task %s has none of that name, but:%s",
                   (int)qn_utf8_cut(check->text.data, check->text.len, SHOWN_MAX), check->text.data,
                   check->def->name, *known ? known : " none");
}

static int check_member(struct check *check, const struct qn_json_item *item)
{
    int rc = decode(check, item->key);

    if (rc != QN_OK)
        return rc;
    name_field(check, check->text);
    const struct qn_taskdef_param *param = find_param(check);
    if (!param)
        return refuse_unknown(check);
    return check_value(check, param, item);
}

static int check_missing(struct check *check, const char *args, size_t len)
{
    struct qn_json_item item;

    for (size_t i = 0; i < check->def->n_params; i++) {
        const struct qn_taskdef_param *param = &check->def->params[i];
        if (param->required && !qn_json_find(args, len, param->name, &item)) {
            name_field(check, span_of(param->name));
            return qn_fail(check->reterr, QN_EINVAL, "argument \"%s\": is required", param->name);
        }
    }
    return QN_OK;
}

static int check_members(struct check *check, const char *args, size_t len)
{
    struct qn_json_walk walk;
    struct qn_json_item item;

    int rc = qn_json_walk_init(&walk, args, len);
    while (rc == QN_OK && qn_json_walk_next(&walk, &item))
        rc = check_member(check, &item);
    return rc == QN_OK ? check_missing(check, args, len) : rc;
}

int qn_taskdef_check(const struct qn_taskdef *def, const char *args, size_t len, char *field,
                     struct qn_err *reterr)
{
    struct check check = {.def = def, .field = field, .reterr = reterr};
    enum qn_json_type type;
    struct qn_err why;

    name_field(&check, span_of(""));
    if (!args || len == 0) {
        args = "{}";
        len = 2;
    }
    if (len > QN_ARGS_MAX)
        return qn_fail(reterr, QN_ELIMIT, "arguments: %zu bytes, at most %d are allowed", len,
                       QN_ARGS_MAX);
    int rc = qn_json_check(args, len, &type, &why);
    if (rc != QN_OK)
        return qn_fail(reterr, rc, "arguments: %s", why.msg);
    if (type != QN_JSON_OBJECT)
        return qn_fail(reterr, QN_EINVAL, "arguments: must be a JSON object");
    qn_buf_init(&check.scratch, QN_ARGS_MAX);
    rc = check_members(&check, args, len);
    qn_buf_release(&check.scratch);
    if (rc == QN_OK)
        name_field(&check, span_of(""));
    return rc;
}
