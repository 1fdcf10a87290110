#include "array_text.h"

#include <string.h>

/* Bounds may stand before the elements: [0:1]={a,b}. */
void qn_array_walk_init(struct qn_array_walk *walk, struct qn_span text)
{
    const char *brace =
        text.len > 0 && text.data[0] == '[' ? memchr(text.data, '{', text.len) : text.data;

    *walk = (struct qn_array_walk){{"", 0}};
    if (brace != NULL && text.len > 0 && *brace == '{') {
        walk->rest = (struct qn_span){brace, text.len - (size_t)(brace - text.data)};
    }
}

static char peek(const struct qn_array_walk *walk)
{
    return walk->rest.len > 0 ? walk->rest.data[0] : '\0';
}

static char take(struct qn_array_walk *walk)
{
    char c = peek(walk);

    if (walk->rest.len > 0) {
        walk->rest.data++;
        walk->rest.len--;
    }
    return c;
}

static bool end(struct qn_array_walk *walk)
{
    walk->rest.len = 0;
    return false;
}

static bool take_quoted(struct qn_array_walk *walk, struct qn_buf *out)
{
    take(walk);
    while (walk->rest.len > 0) {
        char c = take(walk);

        if (c == '"') {
            return true;
        }
        qn_buf_add_byte(out, c == '\\' ? take(walk) : c);
    }
    return false;
}

bool qn_array_walk_next(struct qn_array_walk *walk, struct qn_buf *out, bool *ret_null)
{
    char c = take(walk); /* the brace, or the comma after the last */

    qn_buf_reset(out);
    *ret_null = false;
    if ((c != '{' && c != ',') || peek(walk) == '}' || peek(walk) == '{') {
        return end(walk);
    }
    if (peek(walk) == '"') {
        return take_quoted(walk, out) || end(walk);
    }
    while (walk->rest.len > 0 && peek(walk) != ',' && peek(walk) != '}') {
        c = take(walk);
        qn_buf_add_byte(out, c == '\\' ? take(walk) : c);
    }
    if (walk->rest.len == 0 || out->len == 0) {
        return end(walk);
    }
    *ret_null = out->len == 4 && memcmp(out->data, "NULL", 4) == 0;
    return true;
}
