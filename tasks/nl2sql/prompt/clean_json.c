#include "clean_parts.h"

#include "common/json.h"
#include <string.h>

static size_t skip_blanks(struct qn_span text, size_t at)
{
    while (at < text.len && strchr(" \t\r\n", text.data[at]) != NULL) {
        at++;
    }
    return at;
}

/* The string whose quote is at `at`: what is within. False: it never ends. */
static bool string_at(struct qn_span text, size_t at, struct qn_span *ret)
{
    size_t end = at + 1;

    while (end < text.len && text.data[end] != '"') {
        end += text.data[end] == '\\' ? 2 : 1;
    }
    *ret = (struct qn_span){text.data + at + 1, end - at - 1};
    return end < text.len;
}

/* Line ends that the writer forgot to escape are taken as they are. */
static struct qn_span decoded(struct qn_span within, struct qn_arena *arena)
{
    struct qn_span ret = {"", 0};
    struct qn_buf out;
    int rc;

    qn_buf_init(&out, within.len + 1);
    rc = qn_json_unescape(within, &out);
    if (rc == QN_OK && arena->status == QN_OK) {
        ret = (struct qn_span){qn_arena_text(arena, out.data, out.len), out.len};
    } else if (rc == QN_ENOMEM) {
        arena->status = rc;
    }
    ret.len = arena->status == QN_OK ? ret.len : 0;
    qn_buf_release(&out);
    return ret;
}

struct found {
    struct qn_span sql, reason; /* undecoded; data NULL: not there */
    bool cut;                   /* the statement never ends */
};

static const char statement_keys[] = "sql sql_query query statement";

static void note(struct found *found, struct qn_span key, struct qn_span value)
{
    if (found->sql.data == NULL && clean_word_in(key, statement_keys)) {
        found->sql = value;
    }
    if (found->reason.data == NULL && clean_word_in(key, "reason error message explanation")) {
        found->reason = value;
    }
}

/* String by string, so that what looks like JSON within a string is none. */
static void walk(struct qn_span text, struct found *ret)
{
    struct qn_span key, value;
    size_t at = 0;

    while (at < text.len) {
        const char *quote = memchr(text.data + at, '"', text.len - at);

        if (quote == NULL || !string_at(text, (size_t)(quote - text.data), &key)) {
            return;
        }
        at = skip_blanks(text, (size_t)(key.data - text.data) + key.len + 1);
        if (at >= text.len || text.data[at] != ':') {
            continue;
        }
        at = skip_blanks(text, at + 1);
        if (at < text.len && text.data[at] == '"') {
            if (!string_at(text, at, &value)) {
                ret->cut = clean_word_in(key, statement_keys);
                return;
            }
            note(ret, key, value);
            at += value.len + 2;
        }
    }
}

enum clean_json clean_json_sql(struct qn_span text, struct qn_arena *arena, struct qn_span *ret_sql,
                               struct qn_span *ret_reason)
{
    struct found found = {{NULL, 0}, {NULL, 0}, false};

    walk(text, &found);
    *ret_sql = *ret_reason = (struct qn_span){"", 0};
    if (found.reason.data != NULL) {
        *ret_reason = decoded(found.reason, arena);
    }
    if (found.sql.data != NULL) {
        *ret_sql = decoded(found.sql, arena);
    }
    if (found.cut && found.sql.data == NULL) {
        return CLEAN_JSON_CUT;
    }
    return found.sql.data != NULL || found.reason.data != NULL ? CLEAN_JSON_FOUND : CLEAN_JSON_NONE;
}
