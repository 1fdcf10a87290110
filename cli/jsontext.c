#include "jsontext.h"
#include "common/str.h"
#include <string.h>

#define NAME_MAX_ 64

bool cli_json_at(struct qn_span json, const char *path, struct qn_json_item *ret)
{
    char name[NAME_MAX_];

    for (;;) {
        size_t len = strcspn(path, ".");
        if (len >= sizeof(name) || json.len == 0 || json.data[0] != '{')
            return false;
        memcpy(name, path, len);
        name[len] = '\0';
        if (!qn_json_find(json.data, json.len, name, ret))
            return false;
        if (path[len] == '\0')
            return true;
        json = ret->value;
        path += len + 1;
    }
}

void cli_json_text(struct qn_span json, const char *path, char *out, size_t size)
{
    struct qn_json_item item;
    struct qn_buf text;

    out[0] = '\0';
    if (!cli_json_at(json, path, &item) || item.type == QN_JSON_NULL)
        return;
    qn_buf_init(&text, item.value.len + 1);
    int rc = item.type == QN_JSON_STRING ? qn_json_unescape(item.value, &text)
                                         : qn_buf_add(&text, item.value.data, item.value.len);
    if (rc == QN_OK) {
        qn_buf_cut(&text, qn_utf8_cut(text.data, text.len, size - 1));
        qn_str_copy(out, size, text.data);
    }
    qn_buf_release(&text);
}

bool cli_json_list(struct qn_span json, const char *path, struct qn_json_walk *ret)
{
    struct qn_json_item list;

    return cli_json_at(json, path, &list) && list.type == QN_JSON_ARRAY &&
           qn_json_walk_init(ret, list.value.data, list.value.len) == QN_OK;
}

void cli_json_add_text(struct qn_buf *out, const struct qn_json_item *item)
{
    int rc = QN_EINVAL;

    if (item->type == QN_JSON_STRING)
        rc = qn_json_unescape(item->value, out);
    if (rc == QN_EINVAL)
        qn_buf_add(out, item->value.data, item->value.len);
}

void cli_json_add_list(struct qn_buf *out, struct qn_span json, const char *path)
{
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (!cli_json_list(json, path, &walk))
        return;
    for (size_t i = 0; qn_json_walk_next(&walk, &item); i++) {
        qn_buf_add_str(out, i > 0 ? ", " : "");
        cli_json_add_text(out, &item);
    }
}

int64_t cli_json_number(struct qn_span json, const char *path, int64_t preset)
{
    struct qn_json_item item;
    int64_t number;

    if (!cli_json_at(json, path, &item) || item.type != QN_JSON_NUMBER ||
        !qn_json_is_integer(item.value, &number))
        return preset;
    return number;
}
