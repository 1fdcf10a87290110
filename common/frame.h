/* frame.h - length-prefixed messages on a byte stream. Takes bytes, no sockets.
 *
 *   u32 length of type and body, little-endian | u8 type | body
 *
 * A length of 0 or above the reader's maximum is QN_EPROTO: the peer is not to
 * be believed any further.
 */
#ifndef COMMON_FRAME_H
#define COMMON_FRAME_H

#include "buf.h"

#define QN_FRAME_HEAD 5 /* bytes before the body */

struct qn_frame {
    uint8_t type;
    struct qn_span body; /* borrowed until the next call on the reader */
};

struct qn_frame_reader {
    struct qn_buf buf;
    size_t used; /* of buf, by frames already given out */
};

/* max is of type and body together. */
void qn_frame_reader_init(struct qn_frame_reader *reader, size_t max);
void qn_frame_reader_release(struct qn_frame_reader *reader);
/* Room to read into: at least 1 byte, never more in all than one frame of the
 * largest size. Then tell how much was filled. Take the frames that are there
 * first: a reader that is full is QN_ELIMIT. */
QN_MUST_CHECK int qn_frame_room(struct qn_frame_reader *reader, char **ret, size_t *ret_len);
void qn_frame_filled(struct qn_frame_reader *reader, size_t len);
/* Both, for bytes that are there already. QN_ELIMIT: nothing was taken. */
QN_MUST_CHECK int qn_frame_feed(struct qn_frame_reader *reader, const char *bytes, size_t len);
/* No part of a frame is left in it. */
bool qn_frame_reader_is_empty(const struct qn_frame_reader *reader);
/* QN_OK and a frame, QN_EAGAIN when more bytes are needed, QN_EPROTO, also from
 * then on. */
int qn_frame_next(struct qn_frame_reader *reader, struct qn_frame *ret);

/* Writing: begin, append the body to out, end patches the length. When any of it
 * failed, end takes back what there is of the frame and returns the failure, which
 * out remembers: no part of a frame is ever sent. */
int qn_frame_begin(struct qn_buf *out, uint8_t type, size_t *ret_mark);
int qn_frame_end(struct qn_buf *out, size_t mark);
int qn_frame_write(struct qn_buf *out, uint8_t type, const void *body, size_t len);

#endif
