/* fuzz_frame.c - any split of a stream gives the same frames, and what was written
 * is read. */
#include "fuzz.h"

#include "common/frame.h"
#include <string.h>

#define INPUT_MAX        16384
#define FRAMES_MAX_BYTES (1024 * 1024)

/* Takes what frames there are; keeps them as type, length, body. */
static int take(struct qn_frame_reader *reader, struct qn_buf *seen)
{
    struct qn_frame frame;
    int rc;

    while ((rc = qn_frame_next(reader, &frame)) == QN_OK) {
        qn_buf_add_byte(seen, frame.type);
        qn_buf_add_u32(seen, (uint32_t)frame.body.len);
        qn_buf_add(seen, frame.body.data, frame.body.len);
    }
    return rc;
}

/* Reads bytes in pieces of 1 to most. Returns the last answer. */
static int read_in_pieces(struct qn_span bytes, size_t max, size_t most, struct qn_buf *seen)
{
    struct qn_frame_reader reader;
    int rc = QN_EAGAIN;

    qn_frame_reader_init(&reader, max);
    for (size_t turn = 0; bytes.len > 0 && rc == QN_EAGAIN; turn++) {
        size_t room, n = 1 + turn * 7 % most;
        char *into;

        FUZZ_REQUIRE(qn_frame_room(&reader, &into, &room) == QN_OK && room > 0);
        n = n < room ? n : room;
        n = n < bytes.len ? n : bytes.len;
        memcpy(into, bytes.data, n);
        qn_frame_filled(&reader, n);
        bytes.data += n;
        bytes.len -= n;
        FUZZ_REQUIRE(reader.buf.len <= max + 4);
        rc = take(&reader, seen);
    }
    if (rc == QN_EPROTO) {
        FUZZ_REQUIRE(take(&reader, seen) == QN_EPROTO);
    }
    qn_frame_reader_release(&reader);
    return rc;
}

static void require_same_frames(struct qn_span bytes, size_t max)
{
    static const size_t pieces[] = {1, 2, 3, 5, 64, 4096};
    struct qn_buf first, again;
    int rc;

    qn_buf_init(&first, FRAMES_MAX_BYTES);
    rc = read_in_pieces(bytes, max, bytes.len + 1, &first);
    FUZZ_REQUIRE(rc == QN_EAGAIN || rc == QN_EPROTO);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        qn_buf_init(&again, FRAMES_MAX_BYTES);
        FUZZ_REQUIRE(read_in_pieces(bytes, max, pieces[i], &again) == rc);
        FUZZ_REQUIRE(again.len == first.len && memcmp(again.data, first.data, first.len) == 0);
        qn_buf_release(&again);
    }
    qn_buf_release(&first);
}

/* Frames of the same bytes, in growing sizes, come back whole. */
static void require_round_trip(struct qn_span bytes)
{
    struct qn_buf stream, expected, seen;
    size_t at = 0;

    qn_buf_init(&stream, FRAMES_MAX_BYTES);
    qn_buf_init(&expected, FRAMES_MAX_BYTES);
    qn_buf_init(&seen, FRAMES_MAX_BYTES);
    for (size_t n = 0; at + n <= bytes.len; n = n * 2 + 1) {
        uint8_t type = (uint8_t)(at + n);

        FUZZ_REQUIRE(qn_frame_write(&stream, type, bytes.data + at, n) == QN_OK);
        qn_buf_add_byte(&expected, type);
        qn_buf_add_u32(&expected, (uint32_t)n);
        qn_buf_add(&expected, bytes.data + at, n);
        at += n;
    }
    FUZZ_REQUIRE(read_in_pieces((struct qn_span){stream.data, stream.len}, bytes.len + 1, 9,
                                &seen) == QN_EAGAIN);
    FUZZ_REQUIRE(seen.len == expected.len && memcmp(seen.data, expected.data, seen.len) == 0);
    qn_buf_release(&stream);
    qn_buf_release(&expected);
    qn_buf_release(&seen);
}

/* The first byte is the largest frame, the rest is the stream. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qn_span bytes;

    if (size == 0 || size > INPUT_MAX) {
        return 0;
    }
    bytes = (struct qn_span){.data = (const char *)data + 1, .len = size - 1};
    require_same_frames(bytes, data[0]);
    require_round_trip(bytes);
    return 0;
}
