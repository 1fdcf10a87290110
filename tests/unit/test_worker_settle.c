#include "broker-client/retry.h"
#include "tests/support/torture.h"
#include "worker/settle.h"
#include <string.h>

enum { FATES = WORKER_FATE_RELEASED + 1 };
static const int fates = FATES;

static const struct worker_policy policy = {
    .max_attempts = 3, .max_deaths = 2, .result_ttl_ms = 1000, .failed_ttl_ms = 2000};
static const struct qn_try first = {.token = {.data = "-", .len = 1}};
static const char live[] = "\1L\0\0\0\0\0\0\0\0\0";

static struct worker_end end_of(enum worker_fate fate)
{
    return (struct worker_end){.fate = fate, .delay_ms = -1, .started_ms = 10, .ended_ms = 20};
}

static struct worker_verdict verdict_of(const struct worker_end *end, const struct qn_try *before)
{
    struct worker_verdict verdict;

    worker_settle(end, before, &policy, 7, &verdict);
    return verdict;
}

static struct worker_subject subject_of(const struct qn_try *before)
{
    return (struct worker_subject){.token = "aaaaaaaaaaa:5",
                                   .incarnation = "aaaaaaaaaaa",
                                   .before = before,
                                   .live = {.data = live, .len = sizeof(live) - 1}};
}

/* A final record as the broker makes it of what was encoded. */
static void decode_final(const struct qn_buf *data, char letter, struct qn_buf *whole,
                         struct qn_record *ret)
{
    qn_buf_add_byte(whole, 1);
    qn_buf_add_byte(whole, letter);
    qn_buf_add(whole, "\0\0\0\0\0\0\0\0\0\1-", 11);
    qn_buf_add(whole, data->data, data->len);
    assert_int_equal(
        qn_record_decode((struct qn_span){.data = whole->data, .len = whole->len}, ret, NULL),
        QN_OK);
}

static void each_fate_goes_where_the_table_says(void **state)
{
    static const struct {
        enum qn_finish_kind kind;
        enum qn_cause cause;
        int attempts, deaths, snoozes;
    } expected[FATES] = {
        [WORKER_FATE_DONE] = {QN_FIN_SUCCEEDED, QN_CAUSE_NONE, 1, 0, 0},
        [WORKER_FATE_RETRY] = {QN_FIN_RETRY, QN_CAUSE_ERROR, 1, 0, 0},
        [WORKER_FATE_FAIL] = {QN_FIN_FAILED, QN_CAUSE_ERROR, 1, 0, 0},
        [WORKER_FATE_SNOOZE] = {QN_FIN_SNOOZE, QN_CAUSE_NONE, 0, 0, 1},
        [WORKER_FATE_REJECTED] = {QN_FIN_FAILED, QN_CAUSE_REJECTED, 0, 0, 0},
        [WORKER_FATE_TIMED_OUT] = {QN_FIN_RETRY, QN_CAUSE_TIMEOUT, 1, 0, 0},
        [WORKER_FATE_CRASHED] = {QN_FIN_RETRY, QN_CAUSE_CRASHED, 1, 1, 0},
        [WORKER_FATE_OUT_OF_MEMORY] = {QN_FIN_RETRY, QN_CAUSE_OUT_OF_MEMORY, 1, 1, 0},
        [WORKER_FATE_CANCELLED] = {QN_FIN_CANCELLED, QN_CAUSE_NONE, 0, 0, 0},
        [WORKER_FATE_RELEASED] = {QN_FIN_RELEASE, QN_CAUSE_NONE, 0, 0, 0},
    };

    (void)state;
    for (int i = 0; i < fates; i++) {
        struct worker_end end = end_of((enum worker_fate)i);
        struct worker_verdict verdict = verdict_of(&end, &first);
        assert_int_equal(verdict.kind, expected[i].kind);
        assert_int_equal(verdict.cause, expected[i].cause);
        assert_int_equal(verdict.attempts, expected[i].attempts);
        assert_int_equal(verdict.deaths, expected[i].deaths);
        assert_int_equal(verdict.snoozes, expected[i].snoozes);
    }
}

static void the_last_attempt_fails_with_its_cause(void **state)
{
    static const enum worker_fate again[] = {WORKER_FATE_RETRY, WORKER_FATE_TIMED_OUT,
                                             WORKER_FATE_CRASHED, WORKER_FATE_OUT_OF_MEMORY};
    struct qn_try before = first;

    (void)state;
    for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++) {
        struct worker_end end = end_of(again[i]);
        before.attempts = policy.max_attempts - 2;
        assert_int_equal(verdict_of(&end, &before).kind, QN_FIN_RETRY);
        before.attempts = policy.max_attempts - 1;
        assert_int_equal(verdict_of(&end, &before).kind, QN_FIN_FAILED);
        assert_int_equal(verdict_of(&end, &before).cause, verdict_of(&end, &first).cause);
        assert_int_equal(verdict_of(&end, &before).ms, policy.failed_ttl_ms);
    }
}

static void a_snooze_or_a_release_never_exhausts_a_job(void **state)
{
    const struct qn_try worn = {.attempts = 99, .deaths = 99, .snoozes = 99};
    struct worker_end snooze = end_of(WORKER_FATE_SNOOZE), release = end_of(WORKER_FATE_RELEASED);

    (void)state;
    assert_int_equal(verdict_of(&snooze, &worn).kind, QN_FIN_SNOOZE);
    assert_int_equal(verdict_of(&snooze, &worn).attempts, 99);
    assert_int_equal(verdict_of(&snooze, &worn).snoozes, 100);
    assert_int_equal(verdict_of(&release, &worn).kind, QN_FIN_RELEASE);
    assert_int_equal(verdict_of(&release, &worn).ms, 0);
}

static void deaths_end_a_job_before_its_attempts_do(void **state)
{
    const struct qn_try died = {.attempts = 1, .deaths = 1};
    struct worker_end crash = end_of(WORKER_FATE_CRASHED), retry = end_of(WORKER_FATE_RETRY);
    struct worker_end timeout = end_of(WORKER_FATE_TIMED_OUT);

    (void)state;
    assert_int_equal(verdict_of(&crash, &died).kind, QN_FIN_FAILED);
    assert_int_equal(verdict_of(&retry, &died).kind, QN_FIN_RETRY);
    assert_int_equal(verdict_of(&timeout, &died).kind, QN_FIN_RETRY);
    assert_int_equal(verdict_of(&timeout, &died).deaths, 1);
}

static void a_cancel_wins_over_all_but_success(void **state)
{
    (void)state;
    for (int i = 0; i < fates; i++) {
        struct worker_end end = end_of((enum worker_fate)i);
        end.cancel_asked = true;
        struct worker_verdict verdict = verdict_of(&end, &first);
        assert_int_equal(verdict.kind, i == WORKER_FATE_DONE ? QN_FIN_SUCCEEDED : QN_FIN_CANCELLED);
        assert_int_equal(verdict.cause, QN_CAUSE_NONE);
        assert_int_equal(verdict.ms, policy.result_ttl_ms);
    }
}

static void giving_up_after_the_soft_limit_is_a_timeout(void **state)
{
    struct worker_end end = end_of(WORKER_FATE_RETRY);

    (void)state;
    end.soft_over = true;
    assert_int_equal(verdict_of(&end, &first).cause, QN_CAUSE_TIMEOUT);
    end.fate = WORKER_FATE_FAIL;
    assert_int_equal(verdict_of(&end, &first).cause, QN_CAUSE_TIMEOUT);
    end.fate = WORKER_FATE_CRASHED;
    assert_int_equal(verdict_of(&end, &first).cause, QN_CAUSE_CRASHED);
    end.fate = WORKER_FATE_DONE;
    assert_int_equal(verdict_of(&end, &first).cause, QN_CAUSE_NONE);
}

static void a_delay_of_the_handler_wins_over_the_policy(void **state)
{
    struct worker_end end = end_of(WORKER_FATE_RETRY);

    (void)state;
    end.delay_ms = 0;
    assert_int_equal(verdict_of(&end, &first).ms, 0);
    end.delay_ms = 123456;
    assert_int_equal(verdict_of(&end, &first).ms, 123456);
    end.fate = WORKER_FATE_SNOOZE;
    assert_int_equal(verdict_of(&end, &first).ms, 123456);
    end.delay_ms = -1;
    assert_int_equal(verdict_of(&end, &first).ms, WORKER_SNOOZE_MS);
}

static int64_t delay_of(struct qn_retry retry, int attempts, uint64_t random)
{
    struct worker_policy with = policy;
    struct worker_end end = end_of(WORKER_FATE_RETRY);
    struct qn_try before = {.attempts = attempts - 1};
    struct worker_verdict verdict;

    with.retry = retry;
    with.max_attempts = 1000;
    worker_settle(&end, &before, &with, random, &verdict);
    return verdict.ms;
}

static void the_delay_follows_the_jobs_policy(void **state)
{
    (void)state;
    assert_int_equal(delay_of((struct qn_retry){QN_BACKOFF_FIXED, 700, 0, {0}}, 9, 5), 700);
    assert_int_equal(delay_of((struct qn_retry){QN_BACKOFF_LINEAR, 700, 0, {0}}, 9, 5), 6300);
    assert_int_equal(delay_of((struct qn_retry){QN_BACKOFF_LINEAR, 700, 1000, {0}}, 9, 5), 1000);
    assert_int_equal(delay_of((struct qn_retry){QN_BACKOFF_FIXED, 0, 0, {0}}, 1, 5), 2000);
    for (int attempt = 1; attempt < 100; attempt++) {
        int64_t ms =
            delay_of((struct qn_retry){QN_BACKOFF_DEFAULT, 0, 0, {0}}, attempt, UINT64_MAX);
        assert_true(ms >= QN_RETRY_BASE_MS && ms <= QN_RETRY_CAP_MS);
        ms = delay_of((struct qn_retry){QN_BACKOFF_EXPONENTIAL, 100, 0, {0}}, attempt,
                      UINT64_MAX / 3);
        assert_true(ms >= 100 && ms <= QN_RETRY_CAP_MS);
    }
}

static void a_list_gives_its_delays_and_then_the_last(void **state)
{
    const struct qn_retry list = {.kind = QN_BACKOFF_LIST, .delays_ms = {100, 200, 900}};

    (void)state;
    assert_int_equal(delay_of(list, 1, 5), 100);
    assert_int_equal(delay_of(list, 2, 5), 200);
    assert_int_equal(delay_of(list, 3, 5), 900);
    assert_int_equal(delay_of(list, 400, 5), 900);
}

static const struct qn_task special = {
    .name = "a",
    .retry = {.kind = QN_BACKOFF_FIXED, .base_ms = 1000},
    .on_timeout = {.retry = {.kind = QN_BACKOFF_FIXED, .base_ms = 2000}},
    .on_crash = {.max_attempts = 2},
};

static struct worker_verdict verdict_of_special(enum worker_fate fate, int attempt,
                                                struct qn_retry jobs_own)
{
    const struct worker_policy with = {
        .max_attempts = 5, .max_deaths = 9, .retry = jobs_own, .task = &special};
    struct worker_end end = end_of(fate);
    struct qn_try before = {.attempts = attempt - 1};
    struct worker_verdict verdict;

    worker_settle(&end, &before, &with, 7, &verdict);
    return verdict;
}

static void each_cause_has_the_policy_of_its_task(void **state)
{
    const struct qn_retry none = {.kind = QN_BACKOFF_DEFAULT};

    (void)state;
    assert_int_equal(verdict_of_special(WORKER_FATE_RETRY, 1, none).ms, 1000);
    assert_int_equal(verdict_of_special(WORKER_FATE_TIMED_OUT, 1, none).ms, 2000);
    assert_int_equal(verdict_of_special(WORKER_FATE_CRASHED, 1, none).ms, 1000);
}

static void the_jobs_own_policy_goes_before_its_tasks(void **state)
{
    const struct qn_retry own = {.kind = QN_BACKOFF_FIXED, .base_ms = 300};

    (void)state;
    assert_int_equal(verdict_of_special(WORKER_FATE_RETRY, 1, own).ms, 300);
    assert_int_equal(verdict_of_special(WORKER_FATE_TIMED_OUT, 1, own).ms, 300);
}

static void a_cause_may_allow_fewer_attempts(void **state)
{
    const struct qn_retry none = {.kind = QN_BACKOFF_DEFAULT};

    (void)state;
    assert_int_equal(verdict_of_special(WORKER_FATE_CRASHED, 1, none).kind, QN_FIN_RETRY);
    struct worker_verdict last = verdict_of_special(WORKER_FATE_OUT_OF_MEMORY, 2, none);
    assert_int_equal(last.kind, QN_FIN_FAILED);
    assert_int_equal(last.cause, QN_CAUSE_OUT_OF_MEMORY);
    assert_int_equal(verdict_of_special(WORKER_FATE_TIMED_OUT, 4, none).kind, QN_FIN_RETRY);
    assert_int_equal(verdict_of_special(WORKER_FATE_TIMED_OUT, 5, none).kind, QN_FIN_FAILED);
}

static void it_is_told_whose_delay_was_taken_and_what_forbade_one(void **state)
{
    const struct qn_retry none = {.kind = QN_BACKOFF_DEFAULT}, own = {.cap_ms = 300};
    const struct qn_try first_attempt = {.attempts = 0}, last_death = {.deaths = 1};
    struct worker_end named = end_of(WORKER_FATE_RETRY), crashed = end_of(WORKER_FATE_CRASHED);
    struct worker_end cancelled = end_of(WORKER_FATE_RETRY), done = end_of(WORKER_FATE_DONE);

    (void)state;
    named.delay_ms = 5;
    cancelled.cancel_asked = true;
    assert_string_equal(verdict_of(&named, &first_attempt).by, "run");
    assert_string_equal(verdict_of_special(WORKER_FATE_RETRY, 1, own).by, "job");
    assert_string_equal(verdict_of_special(WORKER_FATE_TIMED_OUT, 1, none).by, "on_timeout");
    assert_string_equal(verdict_of_special(WORKER_FATE_CRASHED, 1, none).by, "task");
    named.delay_ms = -1;
    assert_string_equal(verdict_of(&named, &first_attempt).by, "default");
    assert_string_equal(verdict_of_special(WORKER_FATE_CRASHED, 2, none).by, "on_crash");
    assert_string_equal(verdict_of_special(WORKER_FATE_CRASHED, 5, none).by, "max_attempts");
    assert_string_equal(verdict_of(&crashed, &last_death).by, "max_deaths");
    assert_null(verdict_of(&cancelled, &first_attempt).by);
    assert_null(verdict_of(&done, &first_attempt).by);
}

static void what_is_encoded_decodes_to_the_same_ending(void **state)
{
    static const char history[] = "{\"run\":\"x:1\",\"end\":\"retrying\"}\n";
    const struct qn_try before = {
        .attempts = 2, .deaths = 1, .history = {.data = history, .len = sizeof(history) - 1}};
    struct worker_subject subject = subject_of(&before);
    struct worker_end end = end_of(WORKER_FATE_CRASHED);
    struct qn_buf data, whole;
    struct qn_record record;

    (void)state;
    qn_buf_init(&data, QN_RECORD_MAX);
    qn_buf_init(&whole, QN_RECORD_MAX);
    end.error = (struct qn_span){.data = "died \"so\"", .len = 9};
    end.signal = 11;
    end.max_rss_bytes = 4096;
    struct worker_verdict verdict = verdict_of(&end, &before);
    assert_int_equal(verdict.kind, QN_FIN_FAILED);
    assert_int_equal(worker_settle_encode(&verdict, &end, &subject, &data), QN_OK);
    decode_final(&data, 'F', &whole, &record);
    assert_int_equal(record.ending.cause, QN_CAUSE_CRASHED);
    assert_int_equal(record.ending.attempts, 3);
    assert_int_equal(record.ending.deaths, 2);
    assert_int_equal(record.ending.signal, 11);
    assert_int_equal(record.ending.max_rss_bytes, 4096);
    assert_int_equal(record.ending.started_ms, 10);
    assert_true(qn_span_is(record.ending.error, "died \"so\""));
    assert_true(qn_span_is(record.ending.worker, "aaaaaaaaaaa"));
    assert_true(qn_span_is(record.ending.history,
                           "{\"run\":\"x:1\",\"end\":\"retrying\"}\n"
                           "{\"run\":\"aaaaaaaaaaa:5\",\"end\":\"failed\",\"cause\":\"crashed\","
                           "\"by\":\"max_attempts\",\"signal\":11,\"max_rss\":4096,"
                           "\"started_ms\":10,\"ended_ms\":20,\"error\":\"died \\\"so\\\"\"}\n"));
    qn_buf_release(&data);
    qn_buf_release(&whole);
}

static void a_retry_keeps_counts_token_and_history(void **state)
{
    struct worker_end end = end_of(WORKER_FATE_RETRY);
    struct worker_subject subject = subject_of(&first);
    struct worker_verdict verdict = verdict_of(&end, &first);
    struct qn_buf data;
    struct qn_try after;

    (void)state;
    qn_buf_init(&data, QN_RECORD_MAX);
    assert_int_equal(worker_settle_encode(&verdict, &end, &subject, &data), QN_OK);
    assert_int_equal(qn_try_decode((struct qn_span){.data = data.data, .len = data.len}, &after),
                     QN_OK);
    assert_int_equal(after.attempts, 1);
    assert_int_equal(after.deaths, 0);
    assert_true(qn_span_is(after.token, "aaaaaaaaaaa:5"));
    assert_non_null(strstr(after.history.data, "\"end\":\"retrying\""));
    qn_buf_release(&data);
}

static void only_success_keeps_its_result(void **state)
{
    struct worker_subject subject = subject_of(&first);

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct worker_end end = end_of(i == 0 ? WORKER_FATE_DONE : WORKER_FATE_FAIL);
        struct worker_verdict verdict = verdict_of(&end, &first);
        struct qn_buf data, whole;
        struct qn_record record;
        qn_buf_init(&data, QN_RECORD_MAX);
        qn_buf_init(&whole, QN_RECORD_MAX);
        end.result = (struct qn_span){.data = "[1]", .len = 3};
        assert_int_equal(worker_settle_encode(&verdict, &end, &subject, &data), QN_OK);
        decode_final(&data, i == 0 ? 'S' : 'F', &whole, &record);
        assert_int_equal(record.ending.result.len, i == 0 ? 3 : 0);
        assert_int_equal(record.ending.history.len == 0, i == 0);
        qn_buf_release(&data);
        qn_buf_release(&whole);
    }
}

static void no_error_text_makes_a_line_that_does_not_fit(void **state)
{
    static char text[QN_ERROR_TEXT_MAX];
    struct worker_subject subject = subject_of(&first);

    (void)state;
    for (int byte = 0; byte < 256; byte += 15) {
        struct worker_end end = end_of(WORKER_FATE_RETRY);
        struct worker_verdict verdict = verdict_of(&end, &first);
        struct qn_buf data;
        memset(text, byte, sizeof(text));
        end.error = (struct qn_span){.data = text, .len = sizeof(text)};
        qn_buf_init(&data, QN_RECORD_MAX);
        assert_int_equal(worker_settle_encode(&verdict, &end, &subject, &data), QN_OK);
        assert_true(data.len < WORKER_HISTORY_LINE_MAX + 256);
        qn_buf_release(&data);
    }
}

static void a_job_without_a_record_can_still_be_ended(void **state)
{
    struct worker_end end = end_of(WORKER_FATE_REJECTED);
    struct worker_subject subject = subject_of(&first);
    struct worker_verdict verdict = verdict_of(&end, &first);
    struct qn_buf data;

    (void)state;
    subject.live = (struct qn_span){.data = "", .len = 0};
    qn_buf_init(&data, QN_RECORD_MAX);
    assert_int_equal(worker_settle_encode(&verdict, &end, &subject, &data), QN_OK);
    assert_true(data.len > 0);
    qn_buf_release(&data);
}

static int encode_once(void)
{
    struct worker_end end = end_of(WORKER_FATE_FAIL);
    struct worker_subject subject = subject_of(&first);
    struct worker_verdict verdict = verdict_of(&end, &first);
    struct qn_buf data;

    qn_buf_init(&data, QN_RECORD_MAX);
    int rc = worker_settle_encode(&verdict, &end, &subject, &data);
    qn_buf_release(&data);
    return rc;
}

static void encoding_survives_the_end_of_memory(void **state)
{
    (void)state;
    torture(encode_once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fate_goes_where_the_table_says),
        cmocka_unit_test(the_last_attempt_fails_with_its_cause),
        cmocka_unit_test(a_snooze_or_a_release_never_exhausts_a_job),
        cmocka_unit_test(deaths_end_a_job_before_its_attempts_do),
        cmocka_unit_test(a_cancel_wins_over_all_but_success),
        cmocka_unit_test(giving_up_after_the_soft_limit_is_a_timeout),
        cmocka_unit_test(a_delay_of_the_handler_wins_over_the_policy),
        cmocka_unit_test(the_delay_follows_the_jobs_policy),
        cmocka_unit_test(a_list_gives_its_delays_and_then_the_last),
        cmocka_unit_test(each_cause_has_the_policy_of_its_task),
        cmocka_unit_test(the_jobs_own_policy_goes_before_its_tasks),
        cmocka_unit_test(a_cause_may_allow_fewer_attempts),
        cmocka_unit_test(it_is_told_whose_delay_was_taken_and_what_forbade_one),
        cmocka_unit_test(what_is_encoded_decodes_to_the_same_ending),
        cmocka_unit_test(a_retry_keeps_counts_token_and_history),
        cmocka_unit_test(only_success_keeps_its_result),
        cmocka_unit_test(no_error_text_makes_a_line_that_does_not_fit),
        cmocka_unit_test(a_job_without_a_record_can_still_be_ended),
        cmocka_unit_test(encoding_survives_the_end_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
