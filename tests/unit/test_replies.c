#include "broker-client/redis/replies.h"
#include "common/mem.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include <string.h>

struct room {
    redisReader *reader;
    struct qn_replies replies;
};

static int set_up(void **state)
{
    struct room *room = qn_zalloc(1, sizeof(*room));

    room->reader = redisReaderCreate();
    qn_replies_init(&room->replies);
    qn_replies_serve(&room->replies, room->reader);
    *state = room;
    return 0;
}

static int tear_down(void **state)
{
    struct room *room = *state;

    redisReaderFree(room->reader);
    qn_replies_release(&room->replies);
    qn_free(room);
    return 0;
}

static redisReply *read_text(struct room *room, const char *text, size_t len)
{
    void *reply = NULL;

    assert_int_equal(redisReaderFeed(room->reader, text, len), REDIS_OK);
    (void)redisReaderGetReply(room->reader, &reply);
    return reply;
}

static redisReply *read_str(struct room *room, const char *text)
{
    return read_text(room, text, strlen(text));
}

static void every_type_of_answer_is_read_as_hiredis_would(void **state)
{
    struct room *room = *state;
    static const char text[] =
        "*6\r\n$3\r\na\0b\r\n:-7\r\n$-1\r\n+OK\r\n*2\r\n$0\r\n\r\n*0\r\n-ERR no\r\n";

    assert_null(read_text(room, text, 10)); /* the rest is on its way */
    redisReply *reply = read_text(room, text + 10, sizeof(text) - 1 - 10);
    assert_non_null(reply);
    assert_int_equal(reply->type, REDIS_REPLY_ARRAY);
    assert_int_equal(reply->elements, 6);
    redisReply **elements = reply->element;
    assert_int_equal(elements[0]->type, REDIS_REPLY_STRING);
    assert_int_equal(elements[0]->len, 3);
    assert_memory_equal(elements[0]->str, "a\0b", 4);
    assert_int_equal(elements[1]->type, REDIS_REPLY_INTEGER);
    assert_true(elements[1]->integer == -7);
    assert_int_equal(elements[2]->type, REDIS_REPLY_NIL);
    assert_int_equal(elements[3]->type, REDIS_REPLY_STATUS);
    assert_string_equal(elements[3]->str, "OK");
    assert_int_equal(elements[4]->elements, 2);
    assert_string_equal(elements[4]->element[0]->str, "");
    assert_int_equal(elements[4]->element[1]->elements, 0);
    assert_int_equal(elements[5]->type, REDIS_REPLY_ERROR);
    assert_string_equal(elements[5]->str, "ERR no");
}

static void small_answers_cost_one_block_for_all(void **state)
{
    struct room *room = *state;

    assert_non_null(read_str(room, "*2\r\n$3\r\nabc\r\n:1\r\n"));
    qn_replies_reset(&room->replies);
    size_t before = qn_mem_count();
    for (int i = 0; i < 1000; i++) {
        assert_non_null(read_str(room, "*2\r\n$3\r\nabc\r\n:1\r\n"));
        qn_replies_reset(&room->replies);
    }
    assert_int_equal(qn_mem_count(), before);
}

static void what_a_large_answer_needed_is_given_back(void **state)
{
    struct room *room = *state;
    size_t live = qn_mem_live(), size = 3 * QN_REPLIES_KEEP;
    char *text = qn_zalloc(1, size);
    int head = snprintf(text, size, "*2\r\n:1\r\n$%d\r\n", 2 * QN_REPLIES_KEEP);

    memset(text + head, 'x', 2 * QN_REPLIES_KEEP);
    memcpy(text + head + 2 * QN_REPLIES_KEEP, "\r\n", 2);
    redisReply *reply = read_text(room, text, (size_t)head + 2 * QN_REPLIES_KEEP + 2);
    assert_non_null(reply);
    assert_int_equal(reply->element[1]->len, 2 * QN_REPLIES_KEEP);
    assert_int_equal(reply->element[0]->integer, 1);
    qn_replies_reset(&room->replies);
    qn_free(text);
    assert_int_equal(qn_mem_live(), live);
}

static void an_array_of_absurd_size_is_refused(void **state)
{
    struct room *room = *state;

    assert_null(read_str(room, "*1000000000\r\n"));
    assert_int_not_equal(room->reader->err, 0);
    assert_true(qn_mem_live() < 10);
}

static void without_memory_the_reader_fails_and_nothing_leaks(void **state)
{
    struct room *room = *state;

    qn_mem_fail_at(1, 0);
    assert_null(read_str(room, "*1\r\n:1\r\n"));
    qn_mem_fail_at(0, 0);
    assert_int_not_equal(room->reader->err, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_type_of_answer_is_read_as_hiredis_would, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(small_answers_cost_one_block_for_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_large_answer_needed_is_given_back, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_array_of_absurd_size_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_memory_the_reader_fails_and_nothing_leaks, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
