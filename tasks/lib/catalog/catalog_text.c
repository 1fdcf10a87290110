#include "catalog_text.h"

#include "catalog.h"
#include "common/str.h"
#include "common/utf8.h"
#include <stdio.h>
#include <string.h>

/* C0, DEL, and C1 in its two bytes. */
static bool is_control(const char *text, size_t len)
{
    unsigned char first = (unsigned char)text[0];

    if (len == 2) {
        return first == 0xc2 && (unsigned char)text[1] < 0xa0;
    }
    return len == 1 && (first < ' ' || first == 0x7f);
}

static size_t add_blank(char *out, size_t used)
{
    if (used > 0 && out[used - 1] != ' ') {
        out[used++] = ' ';
    }
    return used;
}

const char *qn_catalog_comment(struct qn_arena *arena, struct qn_span text)
{
    size_t max = text.len < QN_CATALOG_TEXT_MAX ? text.len : QN_CATALOG_TEXT_MAX;
    char *out = max > 0 ? qn_arena_alloc(arena, max + 1, 1) : NULL;
    size_t used = 0;

    if (out == NULL) {
        return "";
    }
    for (size_t at = 0; at < text.len;) {
        size_t len = qn_utf8_char(text.data + at, text.len - at);

        if (used + (len > 0 ? len : 1) > max) {
            break;
        }
        if (len == 0 || text.data[at] == ' ' || is_control(text.data + at, len)) {
            used = add_blank(out, used);
        } else {
            memcpy(out + used, text.data + at, len);
            used += len;
        }
        at += len > 0 ? len : 1;
    }
    while (used > 0 && out[used - 1] == ' ') {
        used--;
    }
    out[used] = '\0';
    return out;
}

uint64_t qn_catalog_fnv(struct qn_span bytes)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < bytes.len; i++) {
        hash = (hash ^ (unsigned char)bytes.data[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

const char *qn_catalog_sql(struct qn_arena *arena, struct qn_span text)
{
    char remark[64] = "";
    size_t len = text.len;
    char *out;

    if (len > QN_CATALOG_TEXT_MAX) {
        snprintf(remark, sizeof(remark), " /* %zu bytes, %016llx */", text.len,
                 (unsigned long long)qn_catalog_fnv(text));
        len = qn_utf8_cut(text.data, text.len, QN_CATALOG_TEXT_MAX - strlen(remark));
    }
    out = len > 0 ? qn_arena_alloc(arena, len + strlen(remark) + 1, 1) : NULL;
    if (out == NULL) {
        return "";
    }
    memcpy(out, text.data, len);
    memcpy(out + len, remark, strlen(remark));
    for (size_t at = 0; at < len;) {
        size_t step = qn_utf8_char(out + at, len - at);

        if (step == 0) {
            out[at] = '?';
        }
        at += step > 0 ? step : 1;
    }
    return out;
}
