/* model_set.c - edits that stand on a command line: tables.orders.description=TEXT. */
#include "common/json.h"
#include "model.h"
#include <string.h>

#define DEPTH_MAX 16
#define SETS_MAX  64

struct set {
    struct qn_span names[DEPTH_MAX];
    size_t depth;
    const char *value;
};

static int split(const char *word, struct set *ret, struct qn_err *reterr)
{
    const char *sign = strchr(word, '=');

    ret->depth = 0;
    if (!sign)
        return qn_fail(reterr, QN_EINVAL, "--set %.80s: PATH=VALUE is wanted", word);
    ret->value = sign + 1;
    for (const char *at = word; at <= sign;) {
        size_t len = strcspn(at, ".=");
        if (len == 0 || ret->depth == DEPTH_MAX)
            return qn_fail(reterr, QN_EINVAL,
                           "--set %.80s: names with dots between, such as "
                           "tables.orders.description=TEXT",
                           word);
        ret->names[ret->depth++] = (struct qn_span){at, len};
        at += len + 1;
    }
    return QN_OK;
}

static bool same(struct qn_span a, struct qn_span b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static bool begins_alike(const struct set *a, const struct set *b, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        if (i >= a->depth || i >= b->depth || !same(a->names[i], b->names[i]))
            return false;
    return true;
}

/* One of them would be within the other. */
static int check_pair(const struct set *a, const struct set *b, struct qn_err *reterr)
{
    size_t depth = a->depth < b->depth ? a->depth : b->depth;

    if (!begins_alike(a, b, depth))
        return QN_OK;
    return qn_fail(reterr, QN_EINVAL, "--set: %.*s is given twice",
                   (int)(b->value - 1 - b->names[0].data), b->names[0].data);
}

/* true, false, null, and what is written as a list, an object or in quotes, is JSON; all else is
 * text. */
static void add_value(struct qn_buf *out, const char *value)
{
    bool word =
        strcmp(value, "true") == 0 || strcmp(value, "false") == 0 || strcmp(value, "null") == 0;
    bool formed = value[0] == '{' || value[0] == '[' || value[0] == '"';

    if (word || (formed && qn_json_check(value, strlen(value), NULL, NULL) == QN_OK))
        qn_buf_add_str(out, value);
    else
        qn_json_add_str(out, value);
}

/* The first of the names that begin as its own up to this depth. */
static bool is_first(const struct set *sets, size_t i, size_t depth)
{
    for (size_t k = 0; k < i; k++)
        if (begins_alike(&sets[k], &sets[i], depth))
            return false;
    return true;
}

/* What is below the names that sets[which] has up to this depth. */
static void add_object(struct qn_buf *out, const struct set *sets, size_t n, size_t which,
                       size_t depth)
{
    const char *comma = "{";

    for (size_t i = 0; i < n; i++) {
        if (!begins_alike(&sets[i], &sets[which], depth) || !is_first(sets, i, depth + 1))
            continue;
        qn_buf_add_str(out, comma);
        qn_json_add_string(out, sets[i].names[depth].data, sets[i].names[depth].len);
        qn_buf_add_byte(out, ':');
        if (sets[i].depth == depth + 1)
            add_value(out, sets[i].value);
        else
            add_object(out, sets, n, i, depth + 1);
        comma = ",";
    }
    qn_buf_add_byte(out, '}');
}

int cli_model_set(const char *const *words, size_t n, struct qn_buf *out, struct qn_err *reterr)
{
    struct set sets[SETS_MAX] = {{.depth = 0}};
    int rc = QN_OK;

    if (n == 0 || n > SETS_MAX)
        return qn_fail(reterr, QN_EINVAL, "--set: 1 to %d of them", SETS_MAX);
    for (size_t i = 0; rc == QN_OK && i < n; i++) {
        rc = split(words[i], &sets[i], reterr);
        for (size_t k = 0; rc == QN_OK && k < i; k++)
            rc = check_pair(&sets[k], &sets[i], reterr);
    }
    if (rc == QN_OK)
        add_object(out, sets, n, 0, 0);
    return rc == QN_OK ? qn_buf_status(out) : rc;
}
