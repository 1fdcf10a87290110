#include "tasks/lib/llm/llm.h"

#include "common/mem.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define NOBODY "http://127.0.0.1:1" /* a port that nobody listens on */

static const struct qn_llm_message said = {"user", {"secret prompt", 13}};
static const struct qn_llm_request request = {
    .purpose = QN_LLM_SQL, .messages = &said, .n_messages = 1, .job = "j", .key = "k"};

struct seen {
    int rows;
    struct qn_llm_usage last;
};

static void see(void *arg, const struct qn_llm_usage *usage)
{
    struct seen *seen = arg;

    seen->rows++;
    seen->last = *usage;
}

static struct qn_llm_options options_of(struct seen *seen)
{
    return (struct qn_llm_options){.url = NOBODY,
                                   .key = "sk-geheim99",
                                   .model = "m",
                                   .prices = "1/1/1",
                                   .ns = "test",
                                   .budget_micro = {0, 1000000000, 1000000000, 1000000000},
                                   .backoff_ms = 1,
                                   .on_usage = see,
                                   .arg = seen};
}

static struct qn_llm *client(struct seen *seen)
{
    struct qn_llm_options options = options_of(seen);
    struct qn_llm *llm = NULL;

    assert_int_equal(qn_llm_create(&llm, &options, NULL), QN_OK);
    return llm;
}

static void a_call_makes_one_row_with_all_its_attempts(void **state)
{
    struct seen seen = {.rows = 0};
    struct qn_llm *llm = client(&seen);
    struct qn_llm_reply reply;
    struct qn_err err;

    (void)state;
    assert_int_equal(qn_llm_ask(llm, &request, &reply, &err), QN_ECONN);
    assert_int_equal(reply.class, QN_LLM_CONNECT);
    assert_int_equal(seen.rows, 1);
    assert_int_equal(seen.last.attempts, QN_LLM_ATTEMPTS);
    assert_int_equal(seen.last.cost_micro, 0);
    assert_string_equal(seen.last.job, "j");
    assert_string_equal(seen.last.model, "m");
    assert_int_equal(qn_llm_counters(llm)->requests, 3);
    assert_int_equal(qn_llm_counters(llm)->calls[QN_LLM_CONNECT], 1);
    assert_int_equal(qn_llm_counters(llm)->retries[QN_LLM_CONNECT], 2);
    assert_null(strstr(err.msg, "geheim"));
    assert_null(strstr(err.msg, "secret"));
    qn_llm_reply_release(&reply);
    qn_llm_free(llm);
}

static void a_request_that_is_none_is_never_sent(void **state)
{
    struct seen seen = {.rows = 0};
    struct qn_llm *llm = client(&seen);
    struct qn_llm_request none = request;
    struct qn_llm_reply reply;

    (void)state;
    none.n_messages = 0;
    assert_int_equal(qn_llm_ask(llm, &none, &reply, NULL), QN_EINVAL);
    assert_int_equal(reply.class, QN_LLM_CALLER);
    assert_int_equal(seen.rows, 0);
    assert_int_equal(qn_llm_counters(llm)->requests, 0);
    qn_llm_reply_release(&reply);
    qn_llm_free(llm);
}

static void a_job_that_is_stopped_asks_nothing(void **state)
{
    struct seen seen = {.rows = 0};
    struct qn_llm *llm = client(&seen);
    struct qn_llm_reply reply;
    int stop = eventfd(1, EFD_CLOEXEC);

    (void)state;
    qn_llm_heed(llm, stop);
    assert_int_equal(qn_llm_ask(llm, &request, &reply, NULL), QN_ETIMEOUT);
    assert_int_equal(reply.class, QN_LLM_STOPPED);
    qn_llm_reply_release(&reply);
    qn_llm_heed(llm, -1);
    assert_int_equal(qn_llm_ask(llm, &request, &reply, NULL), QN_ECONN);
    qn_llm_reply_release(&reply);
    qn_llm_free(llm);
    close(stop);
}

/* What a call came to, with the nth allocation failing. */
static int try_all(size_t nth, bool *ret_failed)
{
    struct seen seen = {.rows = 0};
    struct qn_llm_options options = options_of(&seen);
    struct qn_llm *llm = NULL;
    struct qn_llm_reply reply = {.class = QN_LLM_FINE};
    size_t before = qn_mem_count();
    struct qn_err err = {.code = QN_OK};
    int rc;

    qn_mem_fail_at(nth, 0);
    rc = qn_llm_create(&llm, &options, &err);
    if (rc == QN_OK) {
        rc = qn_llm_ask(llm, &request, &reply, &err);
    }
    *ret_failed = qn_mem_count() - before >= nth;
    qn_mem_fail_at(0, 0);
    assert_int_equal(err.code, rc);
    qn_llm_reply_release(&reply);
    qn_llm_free(llm);
    return rc;
}

static void without_memory_a_call_fails_and_nothing_is_lost(void **state)
{
    size_t live = qn_mem_live();
    bool failed = true;

    (void)state;
    for (size_t nth = 1; failed; nth++) {
        int rc = try_all(nth, &failed);

        assert_true(rc == QN_ECONN || (failed && rc == QN_ENOMEM));
        assert_int_equal(qn_mem_live(), live);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_makes_one_row_with_all_its_attempts),
        cmocka_unit_test(a_request_that_is_none_is_never_sent),
        cmocka_unit_test(a_job_that_is_stopped_asks_nothing),
        cmocka_unit_test(without_memory_a_call_fails_and_nothing_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
