#include "broker-client/fault.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void every_fault_has_a_name_of_its_own_and_words(void **state)
{
    (void)state;
    for (int fault = QN_FAULT_LOST; fault < QN_FAULTS; fault++) {
        const struct qn_fault_row *row = qn_fault_row((enum qn_fault)fault);
        assert_non_null(row->name);
        assert_non_null(row->title);
        assert_true(strlen(row->why) > 20);
        assert_true((row->mend == NULL) == (fault == QN_FAULT_DAMAGED));
        for (int other = QN_FAULT_LOST; other < fault; other++)
            assert_string_not_equal(row->name, qn_fault_row((enum qn_fault)other)->name);
    }
    assert_string_equal(qn_fault_row((enum qn_fault)99)->name, "unknown");
}

static void a_finding_is_a_sentence_about_a_job_a_queue_or_a_worker(void **state)
{
    const struct {
        struct qn_finding finding;
        const char *text;
    } samples[] = {
        {{.name = "x", .fault = QN_FAULT_LOST, .where = "j", .detail = ""},
         "job q.x waits and stands in no line"},
        {{.name = "x",
          .fault = QN_FAULT_TWICE,
          .where = "due retry ready:0",
          .detail = "due counts"},
         "job q.x stands in due, retry and ready:0: due counts"},
        {{.name = "x", .fault = QN_FAULT_NO_LIFE, .where = "j", .detail = ""},
         "job q.x has no end of life in its record"},
        {{.name = "x", .fault = QN_FAULT_NO_LIFE, .where = "log:x", .detail = ""},
         "job q.x has no end of life in its log"},
        {{.name = "inbox:W", .fault = QN_FAULT_NO_LIFE, .where = "inbox:W", .detail = ""},
         "worker W in queue q has no end of life in its inbox"},
        {{.name = "x", .fault = QN_FAULT_NOT_FAILED, .where = "failed", .detail = "missing"},
         "job q.x failed and is no dead letter"},
        {{.name = "x", .fault = QN_FAULT_NOT_FAILED, .where = "failed", .detail = "too much"},
         "job q.x did not fail and is a dead letter"},
        {{.name = "", .fault = QN_FAULT_FIGURE, .where = "meta", .detail = "run"},
         "queue q has a wrong number in meta: run"},
    };
    struct qn_buf text;

    (void)state;
    qn_buf_init(&text, 4096);
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        qn_buf_reset(&text);
        qn_finding_text("q", &samples[i].finding, &text);
        assert_string_equal(text.data, samples[i].text);
    }
    qn_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_has_a_name_of_its_own_and_words),
        cmocka_unit_test(a_finding_is_a_sentence_about_a_job_a_queue_or_a_worker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
