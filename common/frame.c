#include "frame.h"

#define LENGTH_BYTES 4
#define READ_BYTES   4096 /* room while no more is known to be needed */

void qn_frame_reader_init(struct qn_frame_reader *reader, size_t max)
{
    size_t most = max < UINT32_MAX ? max : UINT32_MAX;

    qn_buf_init(&reader->buf, LENGTH_BYTES + most);
    reader->used = 0;
}

void qn_frame_reader_release(struct qn_frame_reader *reader)
{
    qn_buf_release(&reader->buf);
    reader->used = 0;
}

static struct qn_span unread(const struct qn_frame_reader *reader)
{
    return (struct qn_span){
        .data = reader->buf.data + reader->used,
        .len = reader->buf.len - reader->used,
    };
}

/* How much is missing of the frame that has begun, as far as one can tell. */
static size_t missing(const struct qn_frame_reader *reader)
{
    struct qn_span rest = unread(reader);
    uint32_t len;

    return qn_span_u32(&rest, &len) && len > rest.len ? len - rest.len : 0;
}

int qn_frame_room(struct qn_frame_reader *reader, char **ret, size_t *ret_len)
{
    struct qn_buf *buf = &reader->buf;
    size_t want, room;
    int rc;

    qn_buf_drop(buf, reader->used);
    reader->used = 0;
    room = buf->max - buf->len;
    if (room == 0) {
        return QN_ELIMIT;
    }
    want = missing(reader);
    want = want > READ_BYTES ? want : READ_BYTES;
    rc = qn_buf_reserve(buf, want < room ? want : room);
    if (rc != QN_OK) {
        return rc;
    }
    *ret = buf->data + buf->len;
    *ret_len = buf->cap - 1 - buf->len < room ? buf->cap - 1 - buf->len : room;
    return QN_OK;
}

void qn_frame_filled(struct qn_frame_reader *reader, size_t len)
{
    reader->buf.len += len;
    reader->buf.data[reader->buf.len] = '\0';
}

int qn_frame_feed(struct qn_frame_reader *reader, const char *bytes, size_t len)
{
    struct qn_buf *buf = &reader->buf;

    qn_buf_drop(buf, reader->used);
    reader->used = 0;
    if (len > buf->max - buf->len)
        return QN_ELIMIT;
    return qn_buf_add(buf, bytes, len);
}

bool qn_frame_reader_is_empty(const struct qn_frame_reader *reader)
{
    return reader->used == reader->buf.len;
}

int qn_frame_next(struct qn_frame_reader *reader, struct qn_frame *ret)
{
    struct qn_span rest = unread(reader);
    struct qn_span content;
    uint32_t len;

    if (!qn_span_u32(&rest, &len)) {
        return QN_EAGAIN;
    }
    if (len == 0 || len > reader->buf.max - LENGTH_BYTES) {
        return QN_EPROTO;
    }
    if (!qn_span_bytes(&rest, len, &content)) {
        return QN_EAGAIN;
    }
    reader->used += LENGTH_BYTES + len;
    qn_span_u8(&content, &ret->type);
    ret->body = content;
    return QN_OK;
}

int qn_frame_begin(struct qn_buf *out, uint8_t type, size_t *ret_mark)
{
    *ret_mark = out->len;
    qn_buf_add_u32(out, 0);
    return qn_buf_add_byte(out, type);
}

int qn_frame_end(struct qn_buf *out, size_t mark)
{
    size_t len = out->len - mark - LENGTH_BYTES;

    if (out->status == QN_OK && len > UINT32_MAX) {
        out->status = QN_ELIMIT;
    }
    if (out->status != QN_OK) {
        qn_buf_cut(out, mark);
        return out->status;
    }
    for (int i = 0; i < LENGTH_BYTES; i++) {
        out->data[mark + (size_t)i] = (char)(len >> (8 * i));
    }
    return QN_OK;
}

int qn_frame_write(struct qn_buf *out, uint8_t type, const void *body, size_t len)
{
    size_t mark;

    qn_frame_begin(out, type, &mark);
    qn_buf_add(out, body, len);
    return qn_frame_end(out, mark);
}
