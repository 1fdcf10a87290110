/* test_worker_job_keep.c - what a job keeps: its files with the result, no memory. */
#include "tests/support/job_room.h"

#include "common/mem.h"
#include "worker/artifact.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct qn_artifact *open_artifact(struct room *room, const char *name, const char *text)
{
    struct qn_artifact *artifact;
    FILE *stream;

    assert_int_equal(qn_job_artifact_open(room->job, name, "text/csv", &artifact, &stream, NULL),
                     QN_OK);
    fputs(text, stream);
    return artifact;
}

static void committed_artifacts_are_listed_with_the_result(void **state)
{
    struct room *room = *state;

    assert_int_equal(qn_job_artifact_commit(open_artifact(room, "a.csv", "hello"), NULL), QN_OK);
    qn_job_artifact_abandon(open_artifact(room, "b.csv", "gone"));
    open_artifact(room, "c.csv", "left open");
    assert_int_equal(qn_job_artifact_commit(open_artifact(room, "b.csv", ""), NULL), QN_OK);
    struct worker_result_frame result = job_room_finish(room, QN_DONE);
    assert_true(
        qn_span_is(result.artifacts,
                   "[{\"name\":\"a.csv\",\"type\":\"text/csv\",\"size\":5,\"sha256\":"
                   "\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\"},"
                   "{\"name\":\"b.csv\",\"type\":\"text/csv\",\"size\":0,\"sha256\":"
                   "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]"));
    worker_job_clear(room->job);
    job_room_begin(room, NULL);
    assert_int_equal(job_room_finish(room, QN_DONE).artifacts.len, 0);
}

static void an_artifact_has_a_name_of_its_own(void **state)
{
    struct room *room = *state;
    struct qn_artifact *artifact, *open = open_artifact(room, "a.csv", "x");
    struct qn_err err;
    FILE *stream;

    assert_int_equal(qn_job_artifact_open(room->job, "a.csv", "text/csv", &artifact, &stream, &err),
                     QN_EEXISTS);
    assert_int_equal(qn_job_artifact_commit(open, NULL), QN_OK);
    assert_int_equal(qn_job_artifact_open(room->job, "a.csv", "text/csv", &artifact, &stream, &err),
                     QN_EEXISTS);
    assert_string_equal(err.msg, "artifact a.csv: this job has one of that name");
    assert_int_equal(qn_job_artifact_open(room->job, "../a", "text/csv", &artifact, &stream, &err),
                     QN_EINVAL);
    assert_int_equal(qn_job_artifact_open(room->job, "b", "text", &artifact, &stream, &err),
                     QN_EINVAL);
    assert_string_equal(err.msg, "artifact b: \"text\" is no media type");
}

static void artifacts_have_a_limit_that_the_list_can_hold(void **state)
{
    struct room *room = *state;
    struct qn_artifact *artifact;
    struct qn_err err;
    FILE *stream;
    char name[WORKER_ARTIFACT_NAME_MAX + 1];

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    for (int i = 0; i < WORKER_ARTIFACTS_OF_JOB; i++) {
        name[0] = (char)('0' + i / 10);
        name[1] = (char)('0' + i % 10);
        assert_int_equal(qn_job_artifact_commit(open_artifact(room, name, "x"), NULL), QN_OK);
    }
    assert_int_equal(qn_job_artifact_open(room->job, "one", "text/csv", &artifact, &stream, &err),
                     QN_ELIMIT);
    assert_true(job_room_finish(room, QN_DONE).artifacts.len <= WORKER_ARTIFACTS_MAX);
}

static void one_run(struct room *room)
{
    job_room_begin(room, "{\"s\":\"text\"}");
    assert_non_null(qn_job_arg_string(room->job, "s"));
    qn_job_progress(room->job, 1, 2, "half");
    qn_job_log(room->job, "a line");
    assert_int_equal(qn_job_result(room->job, "[1,2,3]", 7, NULL), QN_OK);
    job_room_finish(room, QN_DONE);
    worker_job_clear(room->job);
    qn_buf_reset(&room->progress);
    qn_buf_reset(&room->log);
}

static void a_run_leaves_no_memory_behind(void **state)
{
    struct room *room = *state;

    worker_job_clear(room->job);
    for (int i = 0; i < 3; i++)
        one_run(room);
    size_t live = qn_mem_live(), count = qn_mem_count();
    for (int i = 0; i < 1000; i++)
        one_run(room);
    assert_int_equal(qn_mem_live(), live);
    /* the string argument: its text and its place in the list */
    assert_true(qn_mem_count() - count <= 2 * 1000);
}

/* All that a handler may call; false when one said that there is no memory. */
static bool try_all(struct room *room)
{
    const struct worker_job_frame frame = {
        .run = 7, .queue = SPAN("reports"), .name = SPAN("abc"), .attempt = 1, .max_attempts = 1};
    struct qn_artifact *artifact;
    struct worker_result_frame result;
    FILE *stream;
    bool ok = true;

    room->record.body.args = SPAN("{\"s\":\"text\"}");
    ok &= worker_job_begin(room->job, &frame, &room->record, NULL, NULL) == QN_OK;
    ok &= qn_job_arg_string(room->job, "s") != NULL;
    qn_job_progress(room->job, 1, 2, "half");
    qn_job_log(room->job, "a line");
    qn_job_error(room->job, "an error");
    ok &= room->log.len > 0 && room->progress.len > 0;
    ok &= qn_job_result(room->job, "[1,2,3]", 7, NULL) == QN_OK;
    ok &= qn_job_follow_up(room->job, "a.b", NULL, NULL, 0, NULL) == QN_OK;
    if (qn_job_artifact_open(room->job, "a", "text/csv", &artifact, &stream, NULL) == QN_OK)
        ok &= qn_job_artifact_commit(artifact, NULL) == QN_OK;
    else
        ok = false;
    ok &= worker_job_finish(room->job, QN_DONE, &result) == QN_OK;
    worker_job_clear(room->job);
    return ok;
}

static void no_memory_is_an_error_and_leaves_nothing_behind(void **state)
{
    struct room *room = *state;
    int failures = 0;

    worker_job_clear(room->job);
    size_t live = qn_mem_live();
    for (size_t nth = 1; nth < 40; nth++) {
        assert_int_equal(job_room_open(room), QN_OK);
        qn_buf_release(&room->progress);
        qn_buf_release(&room->log);
        qn_buf_release(&room->follows);
        assert_int_equal(qn_mem_live(), live);
        qn_mem_fail_at(nth, 0);
        failures += !try_all(room);
        qn_mem_fail_at(0, 0);
    }
    assert_in_range(failures, 6, 39);
    assert_true(try_all(room));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, job_room_enter, job_room_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(committed_artifacts_are_listed_with_the_result),
        CASE(an_artifact_has_a_name_of_its_own),
        CASE(artifacts_have_a_limit_that_the_list_can_hold),
        CASE(a_run_leaves_no_memory_behind),
        CASE(no_memory_is_an_error_and_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
