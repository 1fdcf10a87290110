/* test_worker_link.c - the frames between supervisor and executor. */
#include "worker/link.h"

#include "broker-client/record.h"
#include "common/mem.h"
#include <limits.h>
#include <quern/job.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SPAN(text) ((struct qn_span){.data = (text), .len = sizeof(text) - 1})

static const struct worker_job_frame a_job = {
    .run = 7,
    .queue = SPAN("default"),
    .name = SPAN("0O6UsaXJM5_9WgzVf-AbCd"),
    .attempt = 2,
    .max_attempts = 5,
    .record = SPAN("\1L\0 bytes"),
};

static const struct worker_follow_frame a_follow = {
    .task = SPAN("mail.welcome"),
    .queue = SPAN("mails"),
    .args = SPAN("{\"to\":\"a@b\"}"),
};

static const struct worker_result_frame a_result = {
    .run = INT64_MAX,
    .outcome = QN_RETRY,
    .cause = QN_CAUSE_ERROR,
    .delay_ms = 1500,
    .error = SPAN("no r\xc3\xb6"
                  "ad"),
    .result = SPAN("{\"total\":\"12.50\"}"),
    .artifacts = SPAN("[{\"name\":\"a.csv\"}]"),
};

static void assert_span(struct qn_span got, struct qn_span wanted)
{
    assert_int_equal(got.len, wanted.len);
    if (wanted.len > 0)
        assert_memory_equal(got.data, wanted.data, wanted.len);
}

/* A copy of exactly len bytes, so that a sanitizer sees a read past the end. */
static struct qn_span exact(struct qn_span bytes, size_t len)
{
    char *copy = qn_alloc(len);

    memcpy(copy, bytes.data, len);
    return (struct qn_span){.data = copy, .len = len};
}

static void drop(struct qn_span copy)
{
    qn_free((void *)(uintptr_t)copy.data);
}

static struct qn_span view(const struct qn_buf *buf)
{
    return (struct qn_span){.data = buf->data, .len = buf->len};
}

static void what_was_encoded_is_decoded(void **state)
{
    struct worker_job_frame job;
    struct worker_follow_frame follow;
    struct worker_result_frame result;
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, WORKER_FRAME_MAX);
    assert_int_equal(worker_link_encode_job(&out, &a_job), QN_OK);
    assert_int_equal(worker_link_decode_job(view(&out), &job), QN_OK);
    assert_true(job.run == 7 && job.attempt == 2 && job.max_attempts == 5);
    assert_span(job.queue, a_job.queue);
    assert_span(job.name, a_job.name);
    assert_span(job.record, a_job.record);

    qn_buf_reset(&out);
    assert_int_equal(worker_link_encode_follow(&out, &a_follow), QN_OK);
    assert_int_equal(worker_link_decode_follow(view(&out), &follow), QN_OK);
    assert_span(follow.task, a_follow.task);
    assert_span(follow.queue, a_follow.queue);
    assert_span(follow.args, a_follow.args);

    qn_buf_reset(&out);
    assert_int_equal(worker_link_encode_result(&out, &a_result), QN_OK);
    assert_int_equal(worker_link_decode_result(view(&out), &result), QN_OK);
    assert_true(result.run == INT64_MAX && result.outcome == QN_RETRY);
    assert_true(result.cause == QN_CAUSE_ERROR && result.delay_ms == 1500);
    assert_span(result.error, a_result.error);
    assert_span(result.result, a_result.result);
    assert_span(result.artifacts, a_result.artifacts);
    qn_buf_release(&out);
}

/* Calls the three decoders; the number of those that took the bytes. */
static int decode_any(struct qn_span bytes)
{
    struct worker_job_frame job;
    struct worker_follow_frame follow;
    struct worker_result_frame result;

    return (worker_link_decode_job(bytes, &job) == QN_OK) +
           (worker_link_decode_follow(bytes, &follow) == QN_OK) +
           (worker_link_decode_result(bytes, &result) == QN_OK);
}

static void refuses_all_cuts(const struct qn_buf *whole)
{
    for (size_t len = 0; len < whole->len; len++) {
        struct qn_span cut = exact(view(whole), len);
        assert_int_equal(decode_any(cut), 0);
        drop(cut);
    }
}

static void every_truncation_is_refused(void **state)
{
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, WORKER_FRAME_MAX);
    worker_link_encode_job(&out, &a_job);
    refuses_all_cuts(&out);
    qn_buf_reset(&out);
    worker_link_encode_follow(&out, &a_follow);
    refuses_all_cuts(&out);
    qn_buf_reset(&out);
    worker_link_encode_result(&out, &a_result);
    refuses_all_cuts(&out);
    qn_buf_release(&out);
}

static void one_byte_too_many_is_refused(void **state)
{
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, WORKER_FRAME_MAX);
    worker_link_encode_job(&out, &a_job);
    qn_buf_add_byte(&out, 0);
    assert_int_equal(decode_any(view(&out)), 0);
    qn_buf_reset(&out);
    worker_link_encode_follow(&out, &a_follow);
    qn_buf_add_byte(&out, 0);
    assert_int_equal(decode_any(view(&out)), 0);
    qn_buf_reset(&out);
    worker_link_encode_result(&out, &a_result);
    qn_buf_add_byte(&out, 0);
    assert_int_equal(decode_any(view(&out)), 0);
    qn_buf_release(&out);
}

static void any_changed_byte_decodes_in_bounds_or_not_at_all(void **state)
{
    struct worker_result_frame result;
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, WORKER_FRAME_MAX);
    worker_link_encode_result(&out, &a_result);
    for (size_t i = 0; i < out.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            struct qn_span changed = exact(view(&out), out.len);
            ((char *)(uintptr_t)changed.data)[i] ^= (char)(1 << bit);
            if (worker_link_decode_result(changed, &result) == QN_OK) {
                assert_true((int)result.outcome >= QN_DONE && result.outcome <= QN_SNOOZE);
                assert_true(result.delay_ms >= -1 && result.delay_ms <= WORKER_DELAY_MAX_MS);
                assert_true(worker_link_cause_ok(result.outcome, result.cause));
            }
            drop(changed);
        }
    }
    qn_buf_release(&out);
}

static int recode_result(const struct worker_result_frame *frame)
{
    struct worker_result_frame ret;
    struct qn_buf out;

    qn_buf_init(&out, WORKER_FRAME_MAX);
    int rc = worker_link_encode_result(&out, frame);
    if (rc == QN_OK)
        rc = worker_link_decode_result(view(&out), &ret);
    qn_buf_release(&out);
    return rc;
}

static void a_result_is_refused_whose_text_is_no_json(void **state)
{
    struct worker_result_frame frame = a_result;

    (void)state;
    frame.result = SPAN("{\"total\":}");
    assert_int_equal(recode_result(&frame), QN_EPROTO);
    frame.result = SPAN("1 2");
    assert_int_equal(recode_result(&frame), QN_EPROTO);
    frame.result = SPAN("");
    assert_int_equal(recode_result(&frame), QN_OK);
    frame.artifacts = SPAN("{}");
    assert_int_equal(recode_result(&frame), QN_EPROTO);
    frame.artifacts = SPAN("");
    frame.error = SPAN("\xff");
    assert_int_equal(recode_result(&frame), QN_EPROTO);
}

static void an_executor_says_no_cause_but_those_of_its_outcome(void **state)
{
    static const enum qn_cause allowed[][2] = {
        [QN_DONE] = {QN_CAUSE_NONE, QN_CAUSE_NONE},
        [QN_RETRY] = {QN_CAUSE_ERROR, QN_CAUSE_TIMEOUT},
        [QN_FAIL] = {QN_CAUSE_ERROR, QN_CAUSE_REJECTED},
        [QN_SNOOZE] = {QN_CAUSE_NONE, QN_CAUSE_NONE},
    };
    struct worker_result_frame frame = a_result;

    (void)state;
    for (int outcome = QN_DONE; outcome <= QN_SNOOZE; outcome++) {
        for (int cause = QN_CAUSE_NONE; cause <= QN_CAUSE_REJECTED; cause++) {
            bool fine = (int)allowed[outcome][0] == cause || (int)allowed[outcome][1] == cause;
            frame.outcome = (enum qn_outcome)outcome;
            frame.cause = (enum qn_cause)cause;
            assert_int_equal(recode_result(&frame), fine ? QN_OK : QN_EPROTO);
        }
    }
    frame.cause = QN_CAUSE_NONE;
    frame.outcome = (enum qn_outcome)(QN_SNOOZE + 1);
    assert_int_equal(recode_result(&frame), QN_EPROTO);
}

static void sizes_over_the_limit_are_refused(void **state)
{
    struct worker_result_frame frame = a_result;
    char *large = qn_alloc(QN_RESULT_MAX + 1);

    (void)state;
    memset(large, ' ', QN_RESULT_MAX + 1);
    large[0] = '1';
    frame.result = (struct qn_span){.data = large, .len = QN_RESULT_MAX};
    assert_int_equal(recode_result(&frame), QN_OK);
    frame.result.len++;
    assert_int_equal(recode_result(&frame), QN_EPROTO);
    frame.result.len = 0;
    frame.error = (struct qn_span){.data = large, .len = QN_ERROR_TEXT_MAX + 1};
    assert_int_equal(recode_result(&frame), QN_EPROTO);
    qn_free(large);
}

static void numbers_out_of_bounds_are_not_encoded(void **state)
{
    struct worker_result_frame result = a_result;
    struct worker_job_frame job = a_job;
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, WORKER_FRAME_MAX);
    result.delay_ms = -2;
    assert_int_equal(worker_link_encode_result(&out, &result), QN_EINVAL);
    result.delay_ms = WORKER_DELAY_MAX_MS + 1;
    assert_int_equal(worker_link_encode_result(&out, &result), QN_EINVAL);
    job.run = 0;
    assert_int_equal(worker_link_encode_job(&out, &job), QN_EINVAL);
    job.run = 1;
    job.attempt = 0;
    assert_int_equal(worker_link_encode_job(&out, &job), QN_EINVAL);
    assert_int_equal(out.len, 0);
}

static int recode_follow(struct qn_span task, struct qn_span queue, struct qn_span args)
{
    struct worker_follow_frame frame = {.task = task, .queue = queue, .args = args}, ret;
    struct qn_buf out;

    qn_buf_init(&out, WORKER_FRAME_MAX);
    worker_link_encode_follow(&out, &frame);
    int rc = worker_link_decode_follow(view(&out), &ret);
    qn_buf_release(&out);
    return rc;
}

static void a_follow_up_needs_names_that_are_names(void **state)
{
    (void)state;
    assert_int_equal(recode_follow(SPAN("a.b"), SPAN(""), SPAN("{}")), QN_OK);
    assert_int_equal(recode_follow(SPAN(""), SPAN(""), SPAN("{}")), QN_EPROTO);
    assert_int_equal(recode_follow(SPAN("A"), SPAN(""), SPAN("{}")), QN_EPROTO);
    assert_int_equal(recode_follow(SPAN("a\0b"), SPAN(""), SPAN("{}")), QN_EPROTO);
    assert_int_equal(recode_follow(SPAN("a"), SPAN("q.r"), SPAN("{}")), QN_EPROTO);
    assert_int_equal(recode_follow(SPAN("a"), SPAN("q"), SPAN("[]")), QN_EPROTO);
    assert_int_equal(recode_follow(SPAN("a"), SPAN("q"), SPAN("")), QN_EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_encoded_is_decoded),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(one_byte_too_many_is_refused),
        cmocka_unit_test(any_changed_byte_decodes_in_bounds_or_not_at_all),
        cmocka_unit_test(a_result_is_refused_whose_text_is_no_json),
        cmocka_unit_test(an_executor_says_no_cause_but_those_of_its_outcome),
        cmocka_unit_test(sizes_over_the_limit_are_refused),
        cmocka_unit_test(numbers_out_of_bounds_are_not_encoded),
        cmocka_unit_test(a_follow_up_needs_names_that_are_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
