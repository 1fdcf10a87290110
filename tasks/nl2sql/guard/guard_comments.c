#include "guard_comments.h"

#include <pg_query.h>
#include <string.h>

/* Of a message: a varint, or bytes with their length before them. */
static bool field(struct qn_span *in, uint64_t *ret_number, uint64_t *ret_value,
                  struct qn_span *ret_bytes)
{
    uint64_t key;

    if (!qn_span_varint(in, &key)) {
        return false;
    }
    *ret_number = key >> 3;
    *ret_bytes = (struct qn_span){NULL, 0};
    if ((key & 7) == 0) {
        return qn_span_varint(in, ret_value);
    }
    return (key & 7) == 2 && qn_span_varint(in, ret_value) &&
           qn_span_bytes(in, (size_t)*ret_value, ret_bytes);
}

/* ScanToken: 1 start, 2 end, in bytes of the text. */
static bool blank(struct qn_span token, char *text, size_t len)
{
    uint64_t number, value, start = 0, end = 0;
    struct qn_span bytes;

    while (token.len > 0 && field(&token, &number, &value, &bytes)) {
        start = number == 1 ? value : start;
        end = number == 2 ? value : end;
    }
    if (start >= end || end > len || end - start < 2 ||
        (memcmp(text + start, "--", 2) != 0 && memcmp(text + start, "/*", 2) != 0)) {
        return false;
    }
    memset(text + start, ' ', (size_t)(end - start));
    return true;
}

const char *guard_without_comments(const char *sql, struct qn_arena *arena)
{
    const size_t len = strlen(sql);
    char *text = qn_arena_alloc(arena, len + 1, 1);
    PgQueryScanResult scanned;
    struct qn_span in, bytes;
    uint64_t number, value;
    bool any = false;

    if (text == NULL) {
        return NULL;
    }
    memcpy(text, sql, len);
    scanned = pg_query_scan(sql);
    in = (struct qn_span){scanned.pbuf.data, scanned.error == NULL ? scanned.pbuf.len : 0};
    while (in.len > 0 && field(&in, &number, &value, &bytes)) {
        any |= number == 2 && bytes.data != NULL && blank(bytes, text, len);
    }
    pg_query_free_scan_result(scanned);
    return any ? text : NULL;
}
