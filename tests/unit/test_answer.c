#include "tasks/lib/answer.h"
#include "tests/support/job_double.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CODES 16

static enum qn_outcome answer(int rc, const char *error)
{
    struct qn_job job;
    struct qn_err err = {.code = QN_OK, .msg = "50% of it: no text of a format"};
    enum qn_outcome outcome;

    job_double_init(&job, "{}", NULL);
    outcome = qn_answer(&job, rc, &err);
    assert_string_equal(job.error.len > 0 ? job.error.data : "", error);
    assert_false(job.rejected);
    job_double_release(&job);
    return outcome;
}

static void what_went_well_is_done_and_has_no_error(void **state)
{
    (void)state;
    assert_int_equal(answer(QN_OK, ""), QN_DONE);
}

static void only_what_may_pass_by_itself_is_tried_again(void **state)
{
    int retried = 0;

    (void)state;
    for (int rc = -1; rc >= -CODES; rc--) {
        enum qn_outcome outcome = answer(rc, "50% of it: no text of a format");

        assert_int_equal(outcome, qn_err_is_transient(rc) ? QN_RETRY : QN_FAIL);
        retried += outcome == QN_RETRY;
    }
    assert_in_range(retried, 1, CODES - 1);
    assert_int_equal(answer(QN_ECONN, "50% of it: no text of a format"), QN_RETRY);
    assert_int_equal(answer(QN_EINVAL, "50% of it: no text of a format"), QN_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_went_well_is_done_and_has_no_error),
        cmocka_unit_test(only_what_may_pass_by_itself_is_tried_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
