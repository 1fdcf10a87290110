#include "buf.h"

#include "mem.h"
#include <stdio.h>
#include <string.h>

#define FIRST_CAP  64
#define VARINT_MAX 10 /* bytes of 64 bits, 7 in each */

/* What an empty buffer shows. cap 0 tells that it is not the buffer's own; it
 * is never written. */
static char empty[1];

void qn_buf_init(struct qn_buf *buf, size_t max)
{
    *buf = (struct qn_buf){.data = empty, .max = max < PTRDIFF_MAX ? max : PTRDIFF_MAX - 1};
}

void qn_buf_release(struct qn_buf *buf)
{
    if (buf->cap > 0) {
        qn_free(buf->data);
    }
    qn_buf_init(buf, buf->max);
}

void qn_buf_reset(struct qn_buf *buf)
{
    qn_buf_cut(buf, 0);
    buf->status = QN_OK;
}

int qn_buf_status(const struct qn_buf *buf)
{
    return buf->status;
}

char *qn_buf_steal(struct qn_buf *buf, size_t *ret_len)
{
    char *data = buf->cap > 0 ? buf->data : qn_zalloc(1, 1);

    if (data == NULL) {
        return NULL;
    }
    if (ret_len != NULL) {
        *ret_len = buf->len;
    }
    qn_buf_init(buf, buf->max);
    return data;
}

int qn_buf_reserve(struct qn_buf *buf, size_t extra)
{
    size_t need, cap;
    char *data;

    if (extra > buf->max - buf->len) {
        return QN_ELIMIT;
    }
    need = buf->len + extra + 1;
    if (need <= buf->cap) {
        return QN_OK;
    }
    cap = buf->cap > FIRST_CAP / 2 ? buf->cap * 2 : FIRST_CAP;
    cap = cap < buf->max + 1 ? cap : buf->max + 1;
    cap = cap > need ? cap : need;
    data = qn_realloc(buf->cap > 0 ? buf->data : NULL, cap);
    if (data == NULL) {
        return QN_ENOMEM;
    }
    data[buf->len] = '\0';
    buf->data = data;
    buf->cap = cap;
    return QN_OK;
}

/* Room for an append, or the failure that is remembered. */
static int grow(struct qn_buf *buf, size_t extra)
{
    if (buf->status == QN_OK) {
        buf->status = qn_buf_reserve(buf, extra);
    }
    return buf->status;
}

static void added(struct qn_buf *buf, size_t len)
{
    buf->len += len;
    buf->data[buf->len] = '\0';
}

int qn_buf_add(struct qn_buf *buf, const void *bytes, size_t len)
{
    if (len == 0 || grow(buf, len) != QN_OK) {
        return buf->status;
    }
    memcpy(buf->data + buf->len, bytes, len);
    added(buf, len);
    return QN_OK;
}

int qn_buf_add_str(struct qn_buf *buf, const char *text)
{
    return qn_buf_add(buf, text, strlen(text));
}

int qn_buf_add_byte(struct qn_buf *buf, int byte)
{
    char one = (char)byte;

    return qn_buf_add(buf, &one, 1);
}

int qn_buf_printf(struct qn_buf *buf, const char *fmt, ...)
{
    va_list args;
    int rc;

    va_start(args, fmt);
    rc = qn_buf_vprintf(buf, fmt, args);
    va_end(args);
    return rc;
}

int qn_buf_vprintf(struct qn_buf *buf, const char *fmt, va_list args)
{
    va_list again;
    size_t room = buf->cap - buf->len; /* 0 when empty: then cap and len are 0 */
    int len;

    if (buf->status != QN_OK) {
        return buf->status;
    }
    va_copy(again, args);
    len = vsnprintf(room > 0 ? buf->data + buf->len : NULL, room, fmt, args);
    if (len < 0) {
        buf->status = QN_EINVAL;
    } else if ((size_t)len >= room && grow(buf, (size_t)len) == QN_OK) {
        vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
    }
    va_end(again);
    if (buf->status == QN_OK) {
        buf->len += (size_t)len;
    } else if (buf->cap > 0) {
        buf->data[buf->len] = '\0';
    }
    return buf->status;
}

void qn_buf_drop(struct qn_buf *buf, size_t len)
{
    if (len >= buf->len) {
        qn_buf_cut(buf, 0);
        return;
    }
    if (len > 0) {
        buf->len -= len;
        memmove(buf->data, buf->data + len, buf->len + 1);
    }
}

void qn_buf_cut(struct qn_buf *buf, size_t len)
{
    if (len < buf->len) {
        buf->len = len;
        buf->data[len] = '\0';
    }
}

static int add_le(struct qn_buf *buf, uint64_t value, size_t size)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    return qn_buf_add(buf, bytes, size);
}

int qn_buf_add_u32(struct qn_buf *buf, uint32_t value)
{
    return add_le(buf, value, 4);
}

int qn_buf_add_u64(struct qn_buf *buf, uint64_t value)
{
    return add_le(buf, value, 8);
}

int qn_buf_add_varint(struct qn_buf *buf, uint64_t value)
{
    uint8_t bytes[VARINT_MAX];
    size_t len = 0;

    while (value >= 0x80) {
        bytes[len++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    bytes[len++] = (uint8_t)value;
    return qn_buf_add(buf, bytes, len);
}

static void skip(struct qn_span *span, size_t len)
{
    span->data += len;
    span->len -= len;
}

static bool get_le(struct qn_span *span, size_t size, uint64_t *ret)
{
    uint64_t value = 0;

    if (span->len < size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        value |= (uint64_t)(uint8_t)span->data[i] << (8 * i);
    }
    skip(span, size);
    *ret = value;
    return true;
}

bool qn_span_u8(struct qn_span *span, uint8_t *ret)
{
    uint64_t value;

    if (!get_le(span, 1, &value)) {
        return false;
    }
    *ret = (uint8_t)value;
    return true;
}

bool qn_span_u32(struct qn_span *span, uint32_t *ret)
{
    uint64_t value;

    if (!get_le(span, 4, &value)) {
        return false;
    }
    *ret = (uint32_t)value;
    return true;
}

bool qn_span_u64(struct qn_span *span, uint64_t *ret)
{
    return get_le(span, 8, ret);
}

bool qn_span_varint(struct qn_span *span, uint64_t *ret)
{
    uint64_t value = 0;

    for (size_t i = 0; i < span->len && i < VARINT_MAX; i++) {
        uint8_t byte = (uint8_t)span->data[i];

        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte & 0x80) {
            continue;
        }
        /* One value has one form: no empty last byte, nothing above bit 63. */
        if ((byte == 0 && i > 0) || (i == VARINT_MAX - 1 && byte > 1)) {
            return false;
        }
        skip(span, i + 1);
        *ret = value;
        return true;
    }
    return false;
}

bool qn_span_bytes(struct qn_span *span, size_t len, struct qn_span *ret)
{
    if (span->len < len) {
        return false;
    }
    *ret = (struct qn_span){.data = span->data, .len = len};
    skip(span, len);
    return true;
}

bool qn_span_is(struct qn_span span, const char *text)
{
    size_t len = strlen(text);

    return span.len == len && (len == 0 || memcmp(span.data, text, len) == 0);
}
