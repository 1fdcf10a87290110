#include "json_tree.h"

#include <string.h>

struct reader {
    const char *at, *end, *start;
    struct qn_arena *arena;
    size_t depth, depth_max;
    struct open *top;
    struct open *spare; /* closed ones, to be used again */
    struct qn_json_node *root;
};

/* An object or array that is being read. */
struct open {
    struct open *below;
    struct qn_json_node *node;
    struct qn_json_node **tail;
};

static int bad(const struct reader *in, struct qn_err *reterr, const char *what)
{
    return qn_fail(reterr, QN_EINVAL, "byte %zu: %s", (size_t)(in->at - in->start), what);
}

static void blanks(struct reader *in)
{
    while (in->at < in->end &&
           (*in->at == ' ' || *in->at == '\t' || *in->at == '\n' || *in->at == '\r')) {
        in->at++;
    }
}

static bool take(struct reader *in, char byte)
{
    blanks(in);
    if (in->at < in->end && *in->at == byte) {
        in->at++;
        return true;
    }
    return false;
}

/* ---- strings ---- */

static int unescape(struct reader *in, struct qn_span raw, const char **ret, struct qn_err *reterr)
{
    struct qn_buf text;
    int rc;

    qn_buf_init(&text, raw.len + 1);
    rc = qn_json_unescape(raw, &text);
    if (rc == QN_OK && memchr(text.data, '\0', text.len) != NULL) {
        rc = QN_EINVAL;
    }
    if (rc == QN_OK) {
        *ret = qn_arena_text(in->arena, text.data, text.len);
    }
    qn_buf_release(&text);
    if (rc == QN_ENOMEM) {
        return qn_fail(reterr, rc, "no memory for a string");
    }
    return rc == QN_OK ? rc : bad(in, reterr, "a string that is none");
}

/* After the opening quote. */
static int read_string(struct reader *in, const char **ret, struct qn_err *reterr)
{
    const char *from = in->at;
    bool escapes = false;

    while (in->at < in->end && *in->at != '"') {
        if ((unsigned char)*in->at < 0x20) {
            return bad(in, reterr, "a control byte in a string");
        }
        escapes |= *in->at == '\\';
        in->at += *in->at == '\\' && in->end - in->at > 1 ? 2 : 1;
    }
    if (in->at >= in->end) {
        return bad(in, reterr, "a string without an end");
    }
    in->at++;
    if (escapes) {
        const size_t len = (size_t)(in->at - 1 - from);

        /* with its quotes: it is a value to the reader of escapes */
        return unescape(in, (struct qn_span){from - 1, len + 2}, ret, reterr);
    }
    *ret = qn_arena_text(in->arena, from, (size_t)(in->at - 1 - from));
    return QN_OK;
}

/* ---- values ---- */

static int read_word(struct reader *in, struct qn_json_node *node, struct qn_err *reterr)
{
    const char *from = in->at;

    while (in->at < in->end && strchr(",]} \t\r\n", *in->at) == NULL) {
        in->at++;
    }
    node->text = qn_arena_text(in->arena, from, (size_t)(in->at - from));
    if (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0) {
        node->type = QN_JSON_BOOLEAN;
    } else if (strcmp(node->text, "null") == 0) {
        node->type = QN_JSON_NULL;
    } else if (node->text[0] != '\0' &&
               strspn(node->text, "+-.0123456789eE") == strlen(node->text)) {
        node->type = QN_JSON_NUMBER;
    } else {
        return bad(in, reterr, "no value");
    }
    return QN_OK;
}

static int enter(struct reader *in, struct qn_json_node *node, struct qn_err *reterr)
{
    struct open *open = in->spare;

    if (in->depth == in->depth_max) {
        return qn_fail(reterr, QN_ELIMIT, "more than %zu levels", in->depth_max);
    }
    if (open != NULL) {
        in->spare = open->below;
    } else {
        open = qn_arena_alloc(in->arena, 1, sizeof(*open));
    }
    if (open == NULL) {
        return qn_arena_status(in->arena, "a JSON text", reterr);
    }
    *open = (struct open){.below = in->top, .node = node, .tail = &node->first};
    in->top = open;
    in->depth++;
    return QN_OK;
}

static void leave(struct reader *in)
{
    struct open *open = in->top;

    in->top = open->below;
    open->below = in->spare;
    in->spare = open;
    in->depth--;
}

static int read_key(struct reader *in, struct qn_json_node *node, struct qn_err *reterr)
{
    int rc;

    if (!take(in, '"')) {
        return bad(in, reterr, "no key");
    }
    rc = read_string(in, &node->key, reterr);
    if (rc == QN_OK && !take(in, ':')) {
        rc = bad(in, reterr, "no colon");
    }
    blanks(in);
    return rc;
}

static int read_value(struct reader *in, struct qn_err *reterr)
{
    struct qn_json_node *node = qn_arena_alloc(in->arena, 1, sizeof(*node));
    int rc = QN_OK;

    if (node == NULL) {
        return qn_arena_status(in->arena, "a JSON text", reterr);
    }
    *node = (struct qn_json_node){.key = "", .text = ""};
    if (in->top == NULL) {
        in->root = node;
    } else {
        *in->top->tail = node;
        in->top->tail = &node->next;
        rc = in->top->node->type == QN_JSON_OBJECT ? read_key(in, node, reterr) : QN_OK;
    }
    if (rc != QN_OK) {
        return rc;
    }
    if (take(in, '"')) {
        node->type = QN_JSON_STRING;
        return read_string(in, &node->text, reterr);
    }
    if (take(in, '{')) {
        node->type = QN_JSON_OBJECT;
        return enter(in, node, reterr);
    }
    if (take(in, '[')) {
        node->type = QN_JSON_ARRAY;
        return enter(in, node, reterr);
    }
    return read_word(in, node, reterr);
}

/* Closes what ends here; true when a value is to come, false at the end of the text. */
static bool between(struct reader *in, int *ret_rc, struct qn_err *reterr)
{
    while (in->top != NULL) {
        const bool object = in->top->node->type == QN_JSON_OBJECT;
        const bool empty = in->top->node->first == NULL;

        if (take(in, object ? '}' : ']')) {
            leave(in);
            continue;
        }
        if (!empty && !take(in, ',')) {
            *ret_rc = bad(in, reterr, "no comma");
        }
        blanks(in);
        return *ret_rc == QN_OK;
    }
    blanks(in);
    if (in->at != in->end) {
        *ret_rc = bad(in, reterr, "something after the value");
    }
    return false;
}

int qn_json_tree(struct qn_json_node **ret, struct qn_span json, size_t depth_max,
                 struct qn_arena *arena, struct qn_err *reterr)
{
    struct reader in = {.at = json.data,
                        .end = json.data + json.len,
                        .start = json.data,
                        .arena = arena,
                        .depth_max = depth_max};
    int rc = QN_OK;

    *ret = NULL;
    do {
        rc = read_value(&in, reterr);
    } while (rc == QN_OK && between(&in, &rc, reterr));
    if (rc == QN_OK) {
        rc = qn_arena_status(arena, "a JSON text", reterr);
    }
    if (rc == QN_OK) {
        *ret = in.root;
    }
    return rc;
}

const struct qn_json_node *qn_json_member(const struct qn_json_node *node, const char *key)
{
    const struct qn_json_node *at = node != NULL ? node->first : NULL;

    if (node == NULL || node->type != QN_JSON_OBJECT) {
        return NULL;
    }
    while (at != NULL && strcmp(at->key, key) != 0) {
        at = at->next;
    }
    return at;
}

const char *qn_json_text(const struct qn_json_node *node, const char *key)
{
    const struct qn_json_node *at = qn_json_member(node, key);

    return at != NULL ? at->text : "";
}
