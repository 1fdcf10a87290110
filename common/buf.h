/* buf.h - growable bytes with a maximum it is born with.
 *
 * data is never NULL and always ends in a NUL that len does not count. When an
 * append fails (QN_ELIMIT over the maximum, QN_ENOMEM) the buffer stays as it
 * was, remembers the failure and refuses what is appended after it: a writer may
 * append blindly and ask qn_buf_status() once at the end.
 */
#ifndef COMMON_BUF_H
#define COMMON_BUF_H

#include <quern/err.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qn_buf {
    char *data;
    size_t len;
    size_t cap;
    size_t max;
    int status; /* first failure since init or reset */
};

void qn_buf_init(struct qn_buf *buf, size_t max);        /* allocates nothing */
void qn_buf_release(struct qn_buf *buf);                 /* ready for init; zeroed is fine */
void qn_buf_reset(struct qn_buf *buf);                   /* length and status 0, keeps memory */
int qn_buf_status(const struct qn_buf *buf);             /* QN_OK or the first failure */
char *qn_buf_steal(struct qn_buf *buf, size_t *ret_len); /* caller frees with qn_free;
                                                            NULL when out of memory */

int qn_buf_add(struct qn_buf *buf, const void *bytes, size_t len);
int qn_buf_add_str(struct qn_buf *buf, const char *text);
int qn_buf_add_byte(struct qn_buf *buf, int byte);
int qn_buf_printf(struct qn_buf *buf, const char *fmt, ...) QN_PRINTF(2, 3);
int qn_buf_vprintf(struct qn_buf *buf, const char *fmt, va_list args) QN_PRINTF(2, 0);
int qn_buf_reserve(struct qn_buf *buf, size_t extra); /* room; no failure is remembered */
void qn_buf_drop(struct qn_buf *buf, size_t len);     /* from the front */
void qn_buf_cut(struct qn_buf *buf, size_t len);      /* shorten to len */

/* Little-endian integers and LEB128 varints, as frames and records use them. */
int qn_buf_add_u32(struct qn_buf *buf, uint32_t value);
int qn_buf_add_u64(struct qn_buf *buf, uint64_t value);
int qn_buf_add_varint(struct qn_buf *buf, uint64_t value);

/* A cursor over bytes somebody else owns; every get checks the rest and
 * returns false when there is too little, leaving the cursor where it was. */
struct qn_span {
    const char *data;
    size_t len;
};
bool qn_span_u8(struct qn_span *span, uint8_t *ret);
bool qn_span_u32(struct qn_span *span, uint32_t *ret);
bool qn_span_u64(struct qn_span *span, uint64_t *ret);
/* Refuses more than 64 bits and a longer form than needed. */
bool qn_span_varint(struct qn_span *span, uint64_t *ret);
bool qn_span_bytes(struct qn_span *span, size_t len, struct qn_span *ret);
bool qn_span_is(struct qn_span span, const char *text);

#endif
