#include "common/frame.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/torture.h"
#include <cmocka.h>
#include <string.h>

/* Gives the reader len bytes, room by room. */
static int feed(struct qn_frame_reader *reader, const char *bytes, size_t len)
{
    while (len > 0) {
        char *into;
        size_t room;
        int rc = qn_frame_room(reader, &into, &room);

        if (rc != QN_OK) {
            return rc;
        }
        room = room < len ? room : len;
        memcpy(into, bytes, room);
        qn_frame_filled(reader, room);
        bytes += room;
        len -= room;
    }
    return QN_OK;
}

static void what_is_written_is_read(void **state)
{
    struct qn_frame_reader reader;
    struct qn_frame frame;
    struct qn_buf out;
    size_t mark;

    (void)state;
    qn_buf_init(&out, 1000);
    assert_int_equal(qn_frame_write(&out, 7, "abc", 3), QN_OK);
    assert_int_equal(qn_frame_begin(&out, 255, &mark), QN_OK);
    qn_buf_printf(&out, "%s", "built in place");
    assert_int_equal(qn_frame_end(&out, mark), QN_OK);
    assert_int_equal(qn_frame_write(&out, 0, NULL, 0), QN_OK);
    assert_memory_equal(out.data, "\4\0\0\0\7abc", 8);

    qn_frame_reader_init(&reader, 100);
    assert_int_equal(feed(&reader, out.data, out.len), QN_OK);
    assert_int_equal(qn_frame_next(&reader, &frame), QN_OK);
    assert_int_equal(frame.type, 7);
    assert_true(qn_span_is(frame.body, "abc"));
    assert_int_equal(qn_frame_next(&reader, &frame), QN_OK);
    assert_int_equal(frame.type, 255);
    assert_true(qn_span_is(frame.body, "built in place"));
    assert_int_equal(qn_frame_next(&reader, &frame), QN_OK);
    assert_int_equal(frame.body.len, 0);
    assert_int_equal(qn_frame_next(&reader, &frame), QN_EAGAIN);
    qn_frame_reader_release(&reader);
    qn_buf_release(&out);
}

static void a_frame_may_come_byte_by_byte(void **state)
{
    static const char stream[] = "\3\0\0\0\1xy\1\0\0\0\2";
    struct qn_frame_reader reader;
    struct qn_frame frame;
    int frames = 0;

    (void)state;
    qn_frame_reader_init(&reader, 3);
    for (size_t i = 0; i < sizeof(stream) - 1; i++) {
        assert_int_equal(feed(&reader, stream + i, 1), QN_OK);
        while (qn_frame_next(&reader, &frame) == QN_OK) {
            frames++;
        }
    }
    assert_int_equal(frames, 2);
    assert_int_equal(frame.type, 2);
    qn_frame_reader_release(&reader);
}

static void a_peer_that_lies_about_a_length_is_not_believed_again(void **state)
{
    static const char *const lies[] = {"\0\0\0\0", "\5\0\0\0", "\xff\xff\xff\xff"};
    struct qn_frame_reader reader;
    struct qn_frame frame;

    (void)state;
    for (int i = 0; i < 3; i++) {
        qn_frame_reader_init(&reader, 4);
        assert_int_equal(feed(&reader, lies[i], 4), QN_OK);
        assert_int_equal(qn_frame_next(&reader, &frame), QN_EPROTO);
        assert_int_equal(feed(&reader, "\1\0\0", 3), QN_OK);
        assert_int_equal(qn_frame_next(&reader, &frame), QN_EPROTO);
        qn_frame_reader_release(&reader);
    }
}

static void a_reader_holds_one_frame_at_most(void **state)
{
    struct qn_frame_reader reader;
    struct qn_frame frame;
    char *into;
    size_t room, filled = 0;

    (void)state;
    qn_frame_reader_init(&reader, 10000);
    while (qn_frame_room(&reader, &into, &room) == QN_OK) {
        assert_true(room > 0);
        memcpy(into, "\x10\x27\0\0", filled == 0 ? 4 : 0); /* 10000 */
        qn_frame_filled(&reader, filled == 0 ? 4 : room);
        filled += filled == 0 ? 4 : room;
    }
    assert_int_equal(filled, 10004);
    assert_int_equal(qn_frame_room(&reader, &into, &room), QN_ELIMIT);
    assert_int_equal(qn_frame_next(&reader, &frame), QN_OK);
    assert_int_equal(frame.body.len, 9999);
    assert_int_equal(qn_frame_room(&reader, &into, &room), QN_OK);
    qn_frame_reader_release(&reader);
}

static void a_body_is_borrowed_until_the_next_call(void **state)
{
    struct qn_frame_reader reader;
    struct qn_frame one, two;

    (void)state;
    qn_frame_reader_init(&reader, 100);
    assert_int_equal(feed(&reader, "\2\0\0\0\1a\2\0\0\0\2b", 12), QN_OK);
    assert_int_equal(qn_frame_next(&reader, &one), QN_OK);
    assert_true(qn_span_is(one.body, "a"));
    assert_int_equal(qn_frame_next(&reader, &two), QN_OK);
    assert_true(qn_span_is(two.body, "b"));
    qn_frame_reader_release(&reader);
}

static void a_frame_that_does_not_fit_leaves_nothing_behind(void **state)
{
    struct qn_buf out;

    (void)state;
    for (size_t max = 8; max < 14; max++) {
        qn_buf_init(&out, max);
        assert_int_equal(qn_frame_write(&out, 1, "abc", 3), QN_OK);
        assert_int_equal(qn_frame_write(&out, 2, "defg", 4), QN_ELIMIT);
        assert_int_equal(out.len, 8);
        assert_int_equal(qn_buf_status(&out), QN_ELIMIT);
        qn_buf_release(&out);
    }
}

static int write_and_read(void)
{
    static char body[9000];
    struct qn_frame_reader reader;
    struct qn_frame frame;
    struct qn_buf out;
    int rc;

    qn_frame_reader_init(&reader, 10000);
    qn_buf_init(&out, 20000);
    rc = qn_frame_write(&out, 1, body, sizeof(body));
    if (rc == QN_OK) {
        rc = feed(&reader, out.data, out.len);
    }
    if (rc == QN_OK) {
        rc = qn_frame_next(&reader, &frame);
    }
    qn_frame_reader_release(&reader);
    qn_buf_release(&out);
    return rc;
}

static void out_of_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    torture(write_and_read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_frame_may_come_byte_by_byte),
        cmocka_unit_test(a_peer_that_lies_about_a_length_is_not_believed_again),
        cmocka_unit_test(a_reader_holds_one_frame_at_most),
        cmocka_unit_test(a_body_is_borrowed_until_the_next_call),
        cmocka_unit_test(a_frame_that_does_not_fit_leaves_nothing_behind),
        cmocka_unit_test(out_of_memory_is_told_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
