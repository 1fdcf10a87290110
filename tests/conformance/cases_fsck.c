/* cases_fsck.c - survey and audit, as far as both implementations can be damaged. */
#include "world.h"

#include "fsck_ops.h"
#include <stdio.h>
#include <string.h>

static void a_queue_that_is_well_has_no_findings(void **state)
{
    struct world *w = *state;
    const struct job jobs[] = {
        {.name = "a"},
        {.name = "b", .priority = 3},
        {.name = "c", .delay = DAY},
        {.name = "d"},
        {.name = "e"},
        {.name = "f"},
    };

    op_enqueue(w, jobs, 6);
    new_job(w, .name = "g", .expires_in = DAY, .priority = 1);
    op_join(w, INC);
    struct got *taken = op_take(w, INC, 5);
    op_note(w, taken->name[0], taken->token[0], "{}", "line\n");
    op_finish(w, taken, 1, QN_FIN_SUCCEEDED, DAY);
    op_finish(w, taken, 2, QN_FIN_FAILED, DAY);
    op_finish(w, taken, 3, QN_FIN_RETRY, DAY);
    op_cancel(w, taken->name[0]);
    op_watch(w, "c", true);
    op_cancel(w, "f");
    assert_true(fsck_is_clean(w));
}

static void an_empty_queue_has_no_findings(void **state)
{
    assert_true(fsck_is_clean(*state));
}

static void a_survey_tells_the_lines_first_and_ends(void **state)
{
    struct world *w = *state;
    char name[16];

    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        new_job(w, .name = name, .priority = i % 4);
    }
    int in_line = 0, pages = 0;
    bool others = false;
    struct got *page = NULL;
    for (int64_t cursor = 0; cursor != QN_NO_TIME; cursor = page->next, pages++) {
        page = op_survey(w, cursor);
        assert_ok(page);
        assert_false(others && page->flag);
        others = !page->flag;
        in_line += page->flag ? (int)page->n : 0;
        assert_true(pages < 100);
    }
    assert_int_equal(in_line, 20);
    assert_true(others);
}

static void a_record_that_does_not_decode_is_named_and_left(void **state)
{
    struct world *w = *state;
    static const char body[] = "\x02\x7f-"; /* a field of 127 bytes that has one */
    const struct qn_new_job job = {.name = "a", .body = {.data = body, .len = 3}};
    struct got *got = got_create();

    w->broker->ops->enqueue(w->broker, Q, &job, 1, on_reply, got);
    world_turn(w, &got->done);
    assert_ok(got);
    for (int repair = 0; repair < 2; repair++) {
        struct got *found = op_fsck(w, repair);
        assert_int_equal(found->n, 1);
        assert_int_equal(found->code[0], QN_FAULT_DAMAGED);
        assert_string_equal(found->name[0], "a");
        assert_false(found->flag);
    }
    assert_non_null(strstr(op_fsck(w, false)->text, "cut off"));
}

static void a_missing_token_is_found_and_put_back(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    assert_int_equal(op_audit(w, "", QN_AUDIT_WAKE)->n, 0);
    assert_int_equal(op_wait(w, true, 1000)->n2, 0); /* somebody has the token now */
    assert_int_equal(op_audit(w, "", 0)->n, 0);
    struct got *found = op_audit(w, "", QN_AUDIT_WAKE);
    assert_int_equal(found->n, 1);
    assert_int_equal(found->code[0], QN_FAULT_WAKE);
    found = op_audit(w, "", QN_AUDIT_WAKE | QN_AUDIT_REPAIR);
    assert_true(found->flag);
    assert_int_equal(op_audit(w, "", QN_AUDIT_WAKE)->n, 0);
}

static void a_paused_queue_needs_no_token(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    op_pause(w, true);
    assert_int_equal(op_audit(w, "", QN_AUDIT_WAKE)->n, 0);
}

static void an_audit_of_nobody_says_nothing(void **state)
{
    struct world *w = *state;

    assert_int_equal(op_audit(w, "nobody", QN_AUDIT_LINES)->n, 0);
    assert_int_equal(op_audit(w, "inbox:nobody", QN_AUDIT_REPAIR)->n, 0);
}

static void without_a_queue_the_namespace_is_looked_at(void **state)
{
    struct world *w = *state;
    struct qn_fsck_totals totals;
    struct qn_err err;
    struct got *got = got_create();
    const struct qn_fsck_options options = {
        .loop = w->loop,
        .broker = w->broker,
        .timeout_ms = 5000,
        .on_finding = fsck_keep,
        .arg = got,
    };

    op_publish(w, Q, "t.one", "{}");
    op_alive(w, INC, 60000, "{}");
    op_lead(w, INC, 60000);
    assert_int_equal(qn_fsck(&options, &totals, &err), QN_OK);
    assert_int_equal(totals.found, 0);
}

static void too_many_names_and_bad_cursors_are_refused(void **state)
{
    struct world *w = *state;
    const char *names[QN_PEEK_BATCH_MAX + 1];

    for (size_t i = 0; i <= QN_PEEK_BATCH_MAX; i++)
        names[i] = "a";
    for (size_t n = 0; n <= QN_PEEK_BATCH_MAX + 1; n += QN_PEEK_BATCH_MAX + 1) {
        struct got *got = got_create();
        w->broker->ops->audit(w->broker, Q, names, n, 0, on_reply, got);
        world_turn(w, &got->done);
        assert_rc(got, QN_EINVAL);
    }
    assert_rc(op_survey(w, -2), QN_EINVAL);
}

const struct CMUnitTest cases_fsck[] = {
    CASE(a_queue_that_is_well_has_no_findings),
    CASE(an_empty_queue_has_no_findings),
    CASE(a_survey_tells_the_lines_first_and_ends),
    CASE(a_record_that_does_not_decode_is_named_and_left),
    CASE(a_missing_token_is_found_and_put_back),
    CASE(a_paused_queue_needs_no_token),
    CASE(an_audit_of_nobody_says_nothing),
    CASE(without_a_queue_the_namespace_is_looked_at),
    CASE(too_many_names_and_bad_cursors_are_refused),
};
CASES(cases_fsck);
