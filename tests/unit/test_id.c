#include "common/id.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW INT64_C(1751267700123)

static void text_and_bytes_go_both_ways(void **state)
{
    uint8_t bytes[QN_ID_BYTES], back[QN_ID_BYTES];
    char text[QN_ID_TEXT_SIZE];

    (void)state;
    for (int i = 0; i < 2000; i++) {
        assert_int_equal(qn_random(bytes, sizeof(bytes), NULL), QN_OK);
        qn_id_encode(bytes, text);
        assert_int_equal(strlen(text), QN_ID_TEXT_SIZE - 1);
        assert_int_equal(qn_id_decode(text, back), QN_OK);
        assert_memory_equal(bytes, back, sizeof(bytes));
    }
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static void texts_sort_as_their_bytes(void **state)
{
    uint8_t a[QN_ID_BYTES], b[QN_ID_BYTES];
    char x[QN_ID_TEXT_SIZE], y[QN_ID_TEXT_SIZE];

    (void)state;
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(qn_random(a, sizeof(a), NULL), QN_OK);
        memcpy(b, a, sizeof(b));
        b[i % QN_ID_BYTES] = (uint8_t)(a[i % QN_ID_BYTES] + 1 + i % 255);
        qn_id_encode(a, x);
        qn_id_encode(b, y);
        assert_int_equal(sign(memcmp(a, b, sizeof(a))), sign(strcmp(x, y)));
    }
}

static void another_text_than_encode_makes_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "short",
                                      "----------------------x",
                                      "--------------------------",
                                      "---------------------!",
                                      "---------------------0",
                                      "---------------------\xc3",
                                      "---------- -----------"};
    uint8_t bytes[QN_ID_BYTES];

    (void)state;
    assert_int_equal(qn_id_decode("----------------------", bytes), QN_OK);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(qn_id_decode(bad[i], bytes), QN_EINVAL);
    }
}

static void a_name_is_a_uuid_version_7_of_its_time(void **state)
{
    uint8_t bytes[QN_ID_BYTES];
    char text[QN_ID_TEXT_SIZE];
    int64_t ms = 0;

    (void)state;
    assert_int_equal(qn_id_make(NOW, text, NULL), QN_OK);
    assert_int_equal(qn_id_decode(text, bytes), QN_OK);
    for (int i = 0; i < 6; i++) {
        ms = ms << 8 | bytes[i];
    }
    assert_true(ms == NOW);
    assert_int_equal(bytes[6] >> 4, 7);
    assert_int_equal(bytes[8] >> 6, 2);
}

/* More than the counter of one millisecond holds, and the clock goes back. */
static void names_increase_whatever_the_clock_does(void **state)
{
    static const int64_t steps[] = {0, 0, 0, 1, -1, -5000, 0, 2};
    char last[QN_ID_TEXT_SIZE] = "", text[QN_ID_TEXT_SIZE];

    (void)state;
    for (int i = 0; i < 20000; i++) {
        assert_int_equal(qn_id_make(NOW + 10 + steps[i % 8], text, NULL), QN_OK);
        assert_true(strcmp(last, text) < 0);
        memcpy(last, text, sizeof(last));
    }
}

static void times_that_do_not_fit_are_refused(void **state)
{
    struct qn_err err;
    char text[QN_ID_TEXT_SIZE];

    (void)state;
    assert_int_equal(qn_id_make(-1, text, &err), QN_EINVAL);
    assert_int_equal(qn_id_make(INT64_C(1) << 48, text, &err), QN_EINVAL);
    assert_string_equal(err.msg, "no id for the time 281474976710656");
}

#define THREADS    4
#define PER_THREAD 3000

static void *make_many(void *names)
{
    char(*out)[QN_ID_TEXT_SIZE] = names;

    for (int i = 0; i < PER_THREAD; i++) {
        if (qn_id_make(NOW + 100, out[i], NULL) != QN_OK) {
            return NULL;
        }
    }
    return names;
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void threads_make_different_names(void **state)
{
    static char names[THREADS * PER_THREAD][QN_ID_TEXT_SIZE];
    pthread_t threads[THREADS];
    void *done;

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, make_many, names[i * PER_THREAD]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &done);
        assert_non_null(done);
    }
    qsort(names, THREADS * PER_THREAD, sizeof(names[0]), compare_text);
    for (int i = 1; i < THREADS * PER_THREAD; i++) {
        assert_string_not_equal(names[i - 1], names[i]);
    }
}

static void a_child_makes_other_names_than_its_parent(void **state)
{
    char mine[QN_ID_TEXT_SIZE], theirs[QN_ID_TEXT_SIZE];
    int fds[2], status;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(fds), 0);
    child = fork();
    if (child == 0) {
        bool good = qn_id_make(NOW, theirs, NULL) == QN_OK &&
                    write(fds[1], theirs, sizeof(theirs)) == (ssize_t)sizeof(theirs);
        _exit(good ? 0 : 1);
    }
    assert_int_equal(qn_id_make(NOW, mine, NULL), QN_OK);
    assert_int_equal(read(fds[0], theirs, sizeof(theirs)), sizeof(theirs));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_string_not_equal(mine, theirs);
    close(fds[0]);
    close(fds[1]);
}

static void tokens_have_eleven_characters(void **state)
{
    char one[QN_TOKEN_TEXT_SIZE], two[QN_TOKEN_TEXT_SIZE];

    (void)state;
    assert_int_equal(qn_token_make(one, NULL), QN_OK);
    assert_int_equal(qn_token_make(two, NULL), QN_OK);
    assert_int_equal(strlen(one), 11);
    assert_string_not_equal(one, two);
}

/* Many more than a pool holds. */
static void names_from_a_pool_differ_and_increase(void **state)
{
    static struct qn_random_pool pool;
    char last[QN_ID_TEXT_SIZE] = "", text[QN_ID_TEXT_SIZE];
    char one[QN_TOKEN_TEXT_SIZE] = "", two[QN_TOKEN_TEXT_SIZE];
    uint8_t before[QN_ID_BYTES] = {0}, bytes[QN_ID_BYTES];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(qn_id_make_from(&pool, NOW + 20000, text, NULL), QN_OK);
        assert_int_equal(qn_token_make_from(&pool, two, NULL), QN_OK);
        assert_int_equal(qn_id_decode(text, bytes), QN_OK);
        assert_true(strcmp(last, text) < 0);
        assert_memory_not_equal(before + 9, bytes + 9, 7); /* the random end */
        assert_string_not_equal(one, two);
        memcpy(last, text, sizeof(last));
        memcpy(one, two, sizeof(one));
        memcpy(before, bytes, sizeof(before));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_bytes_go_both_ways),
        cmocka_unit_test(texts_sort_as_their_bytes),
        cmocka_unit_test(another_text_than_encode_makes_is_refused),
        cmocka_unit_test(a_name_is_a_uuid_version_7_of_its_time),
        cmocka_unit_test(names_increase_whatever_the_clock_does),
        cmocka_unit_test(times_that_do_not_fit_are_refused),
        cmocka_unit_test(threads_make_different_names),
        cmocka_unit_test(a_child_makes_other_names_than_its_parent),
        cmocka_unit_test(tokens_have_eleven_characters),
        cmocka_unit_test(names_from_a_pool_differ_and_increase),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
