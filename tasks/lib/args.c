#include "args.h"

#include "common/str.h"
#include <stdio.h>
#include <string.h>

#define LIST_SIZE   240 /* names in an error */
#define TREE_FACTOR 16  /* room for a tree, a byte of its JSON */

int qn_args_read(struct qn_json_node **ret_root, struct qn_span json, size_t max,
                 struct qn_arena *arena, struct qn_err *reterr)
{
    qn_arena_init(arena, TREE_FACTOR * max);
    *ret_root = NULL;
    return json.len > max ? qn_fail(reterr, QN_EINVAL, "the arguments have over %zu bytes", max)
                          : qn_json_tree(ret_root, json, QN_JSON_DEPTH_MAX, arena, reterr);
}

static const struct qn_json_node *find(const struct qn_json_node *root, const char *name)
{
    const struct qn_json_node *node = qn_json_member(root, name);

    return node != NULL && node->type != QN_JSON_NULL ? node : NULL;
}

/* ---- texts ---- */

static size_t count_characters(struct qn_span text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        n += ((unsigned char)text.data[i] & 0xc0U) != 0x80U ? 1 : 0;
    }
    return n;
}

static struct qn_span without_blanks(const char *text)
{
    static const char blanks[] = " \t\r\n";
    struct qn_span span;

    text += strspn(text, blanks);
    span = (struct qn_span){text, strlen(text)};
    while (span.len > 0 && strchr(blanks, span.data[span.len - 1]) != NULL) {
        span.len--;
    }
    return span;
}

static int take_text(const struct qn_json_node *node, const char *name, size_t max,
                     struct qn_arena *arena, const char **ret, struct qn_err *reterr)
{
    const struct qn_span text = without_blanks(node->text);
    size_t n = count_characters(text);

    if (node->type != QN_JSON_STRING) {
        return qn_fail(reterr, QN_EINVAL, "%s: must be a string", name);
    }
    if (n == 0 || n > max) {
        return qn_fail(reterr, QN_EINVAL, "%s: must have 1 to %zu characters", name, max);
    }
    *ret = qn_arena_text(arena, text.data, text.len);
    return qn_arena_status(arena, name, reterr);
}

int qn_args_text(const struct qn_json_node *root, const char *name, size_t max,
                 struct qn_arena *arena, const char **ret, struct qn_err *reterr)
{
    const struct qn_json_node *node = find(root, name);

    return node != NULL ? take_text(node, name, max, arena, ret, reterr) : QN_OK;
}

static bool is_empty(const struct qn_json_node *node)
{
    return node != NULL && node->type == QN_JSON_STRING && node->text[0] == '\0';
}

int qn_args_texts(const struct qn_json_node *root, const struct qn_args_wanted *wanted, size_t n,
                  struct qn_arena *arena, struct qn_err *reterr)
{
    int rc = QN_OK;

    for (size_t i = 0; i < n && rc == QN_OK; i++) {
        if (!wanted[i].may_be_empty || !is_empty(qn_json_member(root, wanted[i].name))) {
            rc = qn_args_text(root, wanted[i].name, wanted[i].max, arena, wanted[i].ret, reterr);
        }
    }
    return rc;
}

int qn_args_list(const struct qn_json_node *root, const char *name, size_t max,
                 struct qn_arena *arena, struct qn_args_names *ret, struct qn_err *reterr)
{
    const struct qn_json_node *list = find(root, name), *node;
    const char **items;
    size_t n = 0;
    int rc;

    if (list == NULL) {
        return QN_OK;
    }
    if (list->type != QN_JSON_ARRAY) {
        return qn_fail(reterr, QN_EINVAL, "%s: must be an array of strings", name);
    }
    items = qn_arena_alloc(arena, max, sizeof(*items));
    rc = qn_arena_status(arena, name, reterr);
    for (node = list->first; node != NULL && rc == QN_OK; node = node->next) {
        if (n == max) {
            return qn_fail(reterr, QN_EINVAL, "%s: must be %zu at most", name, max);
        }
        rc = take_text(node, name, QN_ARGS_NAME_MAX, arena, &items[n++], reterr);
    }
    *ret = (struct qn_args_names){items, n};
    return rc;
}

/* ---- others ---- */

int qn_args_flag(const struct qn_json_node *root, const char *name, bool *ret,
                 struct qn_err *reterr)
{
    const struct qn_json_node *node = find(root, name);

    if (node == NULL) {
        return QN_OK;
    }
    *ret = strcmp(node->text, "true") == 0;
    return node->type == QN_JSON_BOOLEAN
               ? QN_OK
               : qn_fail(reterr, QN_EINVAL, "%s: must be true or false", name);
}

int qn_args_integer(const struct qn_json_node *root, const char *name, int64_t least, int64_t most,
                    int64_t *ret, struct qn_err *reterr)
{
    const struct qn_json_node *node = find(root, name);
    int64_t value;

    if (node == NULL) {
        return QN_OK;
    }
    if (node->type != QN_JSON_NUMBER || qn_str_to_i64(node->text, &value) != QN_OK ||
        value < least || value > most) {
        return qn_fail(reterr, QN_EINVAL, "%s: must be an integer from %lld to %lld", name,
                       (long long)least, (long long)most);
    }
    *ret = value;
    return QN_OK;
}

static bool is_one(const struct qn_json_node *node, struct qn_args_names names, size_t *ret)
{
    for (*ret = 0; *ret < names.n; (*ret)++) {
        if (node->type == QN_JSON_STRING && strcmp(node->text, names.items[*ret]) == 0) {
            return true;
        }
    }
    return false;
}

static int refuse(const char *name, const char *what, struct qn_args_names names,
                  struct qn_err *reterr)
{
    char list[LIST_SIZE] = "";

    for (size_t i = 0; i < names.n; i++) {
        size_t len = strlen(list);

        snprintf(list + len, sizeof(list) - len, "%s%s", i > 0 ? ", " : "", names.items[i]);
    }
    return qn_fail(reterr, QN_EINVAL, "%s: must be %s %s", name, what, list);
}

int qn_args_choice(const struct qn_json_node *root, const char *name, struct qn_args_names names,
                   size_t *ret, struct qn_err *reterr)
{
    const struct qn_json_node *node = find(root, name);
    size_t place;

    if (node == NULL) {
        return QN_OK;
    }
    if (!is_one(node, names, &place)) {
        return refuse(name, "one of", names, reterr);
    }
    *ret = place;
    return QN_OK;
}

int qn_args_choices(const struct qn_json_node *root, const char *name, struct qn_args_names names,
                    bool *chosen, struct qn_err *reterr)
{
    const struct qn_json_node *list = find(root, name), *node;
    size_t place;

    if (list == NULL) {
        return QN_OK;
    }
    if (list->type != QN_JSON_ARRAY) {
        return refuse(name, "an array of", names, reterr);
    }
    for (node = list->first; node != NULL; node = node->next) {
        if (!is_one(node, names, &place)) {
            return refuse(name, "an array of", names, reterr);
        }
        chosen[place] = true;
    }
    return QN_OK;
}
