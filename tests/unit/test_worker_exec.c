/* test_worker_exec.c - the run of a program, in the process of the test: what it gets, what
 * it says, and that nothing of it is left. Deaths are in test_worker_exec.py. */
#include "tests/support/job_room.h"

#include "common/mem.h"
#include "worker/exec.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char top[] = "/tmp/qexecXXXXXX"; /* of the runs' folders */
static int files_before;

static int entries(const char *path)
{
    DIR *folder = opendir(path);
    int n = 0;

    while (folder && readdir(folder))
        n++;
    if (folder)
        closedir(folder);
    return n - 2;
}

static int enter(void **state)
{
    memcpy(top + strlen(top) - 6, "XXXXXX", 6);
    if (!mkdtemp(top) || setenv("TMPDIR", top, 1) < 0)
        return -1;
    files_before = entries("/proc/self/fd");
    return job_room_enter(state);
}

/* Neither a process, a descriptor nor a file is left of any run. */
static int leave(void **state)
{
    int rc = job_room_leave(state);

    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
        return -1;
    if (entries("/proc/self/fd") != files_before)
        return -1;
    return rc != 0 ? rc : rmdir(top);
}

/* ---- running ---- */

static enum qn_outcome run_words(struct room *room, const char *const *words)
{
    struct worker_exec exec = {.folder = (char *)(uintptr_t) "/"};

    for (size_t i = 0; words[i]; i++)
        exec.argv[i] = (char *)(uintptr_t)words[i];
    exec.pass[0] = (char *)(uintptr_t) "QUERN_JOB_ID";
    exec.pass[1] = (char *)(uintptr_t) "EXEC_TEST_ASKED";
    exec.pass[2] = (char *)(uintptr_t) "EXEC_TEST_UNSET";
    return worker_exec_run(room->job, &exec);
}

static enum qn_outcome run_shell(struct room *room, const char *script)
{
    const char *words[] = {"sh", "-c", script, NULL};

    return run_words(room, words);
}

static struct worker_result_frame result_of(struct room *room, const char *script)
{
    return job_room_finish(room, run_shell(room, script));
}

static void again(struct room *room)
{
    worker_job_clear(room->job);
    qn_buf_reset(&room->log);
    job_room_begin(room, NULL);
}

static bool has(struct qn_span text, const char *part)
{
    return memmem(text.data, text.len, part, strlen(part)) != NULL;
}

/* ---- what it gets ---- */

static void arguments_are_a_line_on_stdin_that_need_not_be_read(void **state)
{
    struct room *room = *state;
    char *large = qn_alloc(QN_ARGS_MAX + 1);

    job_room_begin(room, "{\"n\":1}");
    assert_true(qn_span_is(
        result_of(room, "read -r line && printf '{\"result\":%s}\\n' \"$line\" >&3").result,
        "{\"n\":1}"));
    snprintf(large, 32, "{\"text\":\"");
    memset(large + 9, 'x', QN_ARGS_MAX - 11);
    memcpy(large + QN_ARGS_MAX - 2, "\"}", 3);
    worker_job_clear(room->job);
    job_room_begin(room, large);
    assert_int_equal(run_shell(room, "exit 0"), QN_DONE);
    assert_int_equal(run_shell(room, "test $(wc -c) -eq $((1024 * 1024 + 1))"), QN_DONE);
    assert_int_equal(run_shell(room, "! echo x >/proc/self/fd/0"), QN_DONE);
    qn_free(large);
}

static void its_environment_is_what_is_listed_and_what_it_asked_for(void **state)
{
    static const char *const names[] = {
        "QUERN_JOB_ID=reports.abc\n",
        "QUERN_JOB_TASK=report.sales\n",
        "QUERN_JOB_QUEUE=reports\n",
        "QUERN_JOB_ATTEMPT=2\n",
        "QUERN_JOB_MAX_ATTEMPTS=5\n",
        "QUERN_REQUEST_ID=req-1\n",
        "QUERN_JOB_DIR=/tmp/qexec",
        "TMPDIR=/tmp/qexec",
        "PATH=",
        "HOME=/h\n",
        "USER=u\n",
        "LANG=C\n",
        "TZ=UTC\n",
        "EXEC_TEST_ASKED=yes\n",
    };
    struct room *room = *state;
    const char *words[] = {"env", NULL};

    setenv("EXEC_TEST_ASKED", "yes", 1);
    setenv("EXEC_TEST_SECRET", "no", 1);
    setenv("QUERN_JOB_ID", "another's", 1);
    setenv("HOME", "/h", 1);
    setenv("USER", "u", 1);
    setenv("LANG", "C", 1);
    setenv("TZ", "UTC", 1);
    assert_int_equal(run_words(room, words), QN_DONE);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_non_null(strstr(room->log.data, names[i]));
    assert_int_equal(job_room_lines(&room->log), sizeof(names) / sizeof(names[0]));
}

static void four_descriptors_are_open_and_signals_are_as_at_a_login(void **state)
{
    struct room *room = *state;
    int stray = dup(0); /* not close-on-exec, as a library may leave it */
    sigset_t blocked, before;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    signal(SIGPIPE, SIG_IGN);
    const char *words[] = {"ls", "/proc/self/fd", NULL}; /* 4 is ls's own */
    assert_int_equal(run_words(room, words), QN_DONE);
    assert_string_equal(room->log.data, "0\n1\n2\n3\n4\n");
    qn_buf_reset(&room->log);
    const char *status[] = {"grep", "-E", "Sig(Blk|Ign)", "/proc/self/status", NULL};
    assert_int_equal(run_words(room, status), QN_DONE);
    assert_string_equal(room->log.data, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGPIPE, SIG_DFL);
    close(stray);
}

static void its_folder_is_gone_after_it_with_all_that_was_in_it(void **state)
{
    struct room *room = *state;

    assert_int_equal(run_shell(room, "test \"$PWD\" = / && cd \"$QUERN_JOB_DIR\" && mkdir -p a/b "
                                     "&& echo x >a/b/c && ln -s / a/root && chmod 0 a/b && "
                                     "test \"$(stat -c %a .)\" = 700 && mktemp"),
                     QN_DONE);
    assert_int_equal(entries(top), 0);
}

/* ---- what it says ---- */

static void all_it_says_reaches_the_job(void **state)
{
    struct room *room = *state;
    struct worker_result_frame result = result_of(
        room, "exec >&3\n"
              "echo '{\"progress\":{\"done\":1,\"total\":4,\"text\":\"a\"}}'\n"
              "echo\n"
              "printf '%s\\n' '{\"log\":\"one\\ntwo\"}'\n"
              "echo '{\"result\":1}'\n"
              "echo hi >\"$QUERN_JOB_DIR/f\"\n"
              "echo '{\"artifact\":{\"name\":\"f.txt\",\"type\":\"text/plain\",\"path\":\"f\"}}'\n"
              "echo '{\"follow_up\":{\"task\":\"a.b\",\"queue\":\"q\",\"args\":{\"n\":1}}}'\n"
              "echo '{\"follow_up\":{\"task\":\"a.c\"}}'\n"
              "printf '{\"result\":2}'");

    assert_true(result.outcome == QN_DONE && qn_span_is(result.result, "2"));
    assert_string_equal(room->progress.data, "{\"done\":1,\"total\":4,\"text\":\"a\"}\n");
    assert_string_equal(room->log.data, "one\ntwo\n");
    assert_string_equal(room->follows.data, "a.b|q|{\"n\":1}\na.c||{}\n");
    assert_true(has(result.artifacts, "\"name\":\"f.txt\",\"type\":\"text/plain\",\"size\":3,"));
}

static void what_ends_a_program_is_said(void **state)
{
    static const char *const wrong[][2] = {
        {"echo x >&3; exec sleep 60", "the program was ended: it wrote a line to descriptor 3 that "
                                      "is no JSON object: x (byte 0"},
        {"trap '' TERM; echo '[]' >&3; exec sleep 60", "that is no JSON object: []"},
        {"printf x >&3", "that is no JSON object: x"},
        {"head -c 2000000 /dev/zero >&3", "it wrote a line of over 1114112 bytes"},
        {"(printf '{\"result\":\"'; head -c 1048577 /dev/zero | tr '\\0' x; echo '\"}') >&3",
         "ended: result: 1048579 bytes, at most 1048576 are kept"},
        {"(printf '{\"follow_up\":{\"task\":\"a\",\"args\":{\"t\":\"'; "
         "head -c 1048577 /dev/zero | tr '\\0' x; echo '\"}}}') >&3",
         "follow-up: at most 100 of a job, 1048576 bytes of arguments"},
    };
    struct room *room = *state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct worker_result_frame result = result_of(room, wrong[i][0]);
        assert_true(result.outcome == QN_FAIL && result.cause == QN_CAUSE_ERROR);
        if (!has(result.error, wrong[i][1]))
            fail_msg("%s\ngot %.*s", wrong[i][0], (int)result.error.len, result.error.data);
        again(room);
    }
}

static void a_file_of_a_result_is_a_file_and_no_link(void **state)
{
    static const char *const wrong[][2] = {
        {"ln -s /etc/passwd p", "Too many levels of symbolic links"},
        {"mkfifo p", "\"p\" is no file"},
        {"mkdir p", "\"p\" is no file"},
        {"true", "No such file or directory"},
    };
    struct room *room = *state;
    char script[256];

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(script, sizeof(script),
                 "cd \"$QUERN_JOB_DIR\"; %s; echo "
                 "'{\"artifact\":{\"name\":\"a\",\"type\":\"a/b\",\"path\":\"p\"}}' >&3",
                 wrong[i][0]);
        struct worker_result_frame result = result_of(room, script);
        assert_int_equal(result.outcome, QN_FAIL);
        if (!has(result.error, wrong[i][1]))
            fail_msg("%s\ngot %.*s", wrong[i][0], (int)result.error.len, result.error.data);
        again(room);
    }
}

static void a_store_out_of_reach_is_a_retry(void **state)
{
    struct room *room = *state;

    snprintf(room->dir, sizeof(room->dir), "/proc/none");
    struct worker_result_frame result =
        result_of(room, "echo x >$QUERN_JOB_DIR/p; echo "
                        "'{\"artifact\":{\"name\":\"a\",\"type\":\"a/b\",\"path\":\"p\"}}' >&3");
    assert_int_equal(result.outcome, QN_RETRY);
    assert_true(has(result.error, "artifact directory /proc/none"));
}

/* ---- its answer ---- */

static void the_exit_code_is_the_answer(void **state)
{
    static const struct {
        const char *script;
        enum qn_outcome outcome;
        enum qn_cause cause;
        int64_t delay_ms;
        const char *error;
    } cases[] = {
        {"exit 0", QN_DONE, QN_CAUSE_NONE, -1, ""},
        {"echo bad; exit 0", QN_DONE, QN_CAUSE_NONE, -1, ""},
        {"exit 100", QN_FAIL, QN_CAUSE_ERROR, -1, "the program ended with exit code 100"},
        {"exit 1", QN_RETRY, QN_CAUSE_ERROR, -1, "the program ended with exit code 1"},
        {"exit 255", QN_RETRY, QN_CAUSE_ERROR, -1, "the program ended with exit code 255"},
        {"echo a; echo 'b: c'; echo ' '; exit 3", QN_RETRY, QN_CAUSE_ERROR, -1,
         "the program ended with exit code 3: b: c"},
        {"echo '{\"error\":\"why\"}' >&3; echo a; exit 3", QN_RETRY, QN_CAUSE_ERROR, -1, "why"},
        {"echo '{\"retry_ms\":5}' >&3; exit 3", QN_RETRY, QN_CAUSE_ERROR, 5,
         "the program ended with exit code 3"},
        {"echo '{\"retry_ms\":5}' >&3; exit 0", QN_DONE, QN_CAUSE_NONE, -1, ""},
        {"echo '{\"snooze_ms\":7}' >&3; exit 0", QN_SNOOZE, QN_CAUSE_NONE, 7, ""},
        {"echo '{\"snooze_ms\":7}' >&3; exit 1", QN_RETRY, QN_CAUSE_ERROR, -1,
         "the program ended with exit code 1"},
        {"echo '{\"rejected\":\"odd\"}' >&3; exit 0", QN_FAIL, QN_CAUSE_REJECTED, -1, "odd"},
        {"echo '{\"rejected\":\"odd\"}' >&3; exit 1", QN_FAIL, QN_CAUSE_REJECTED, -1, "odd"},
        {"exec 0<&- 1>&- 2>&- 3>&-; exit 4", QN_RETRY, QN_CAUSE_ERROR, -1,
         "the program ended with exit code 4"},
    };
    struct room *room = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct worker_result_frame result = result_of(room, cases[i].script);
        if (result.outcome != cases[i].outcome || result.cause != cases[i].cause ||
            result.delay_ms != cases[i].delay_ms || !qn_span_is(result.error, cases[i].error))
            fail_msg("%s: outcome %d, cause %d, delay %d, error %.*s", cases[i].script,
                     (int)result.outcome, (int)result.cause, (int)result.delay_ms,
                     (int)result.error.len, result.error.data);
        again(room);
    }
}

static void a_stop_is_term_and_what_was_said_by_halves_is_dropped(void **state)
{
    struct room *room = *state;
    const uint64_t one = 1;

    room->page.stop_run = 7;
    assert_int_equal(write(room->stop_fd, &one, sizeof(one)), sizeof(one));
    struct worker_result_frame result =
        result_of(room, "printf '{\"result\":1}\\n{\"resu' >&3; exec sleep 60");
    assert_true(result.outcome == QN_RETRY && result.cause == QN_CAUSE_TIMEOUT);
    assert_true(qn_span_is(result.error, "the program was asked to stop, and TERM ended it"));
}

static void what_cannot_be_started_says_why_and_is_tried_again(void **state)
{
    struct room *room = *state;
    const char *none[] = {"./no/such/program", NULL}, *folder[] = {"/etc", NULL};
    const char *text[] = {"/etc/passwd", NULL}, *unknown[] = {"no-such-program-here", NULL};
    struct worker_result_frame result = job_room_finish(room, run_words(room, none));

    assert_true(result.outcome == QN_RETRY && result.cause == QN_CAUSE_ERROR);
    assert_true(
        qn_span_is(result.error, "cannot start ./no/such/program: No such file or directory"));
    result = job_room_finish(room, run_words(room, folder));
    assert_true(qn_span_is(result.error, "cannot start /etc: Permission denied"));
    result = job_room_finish(room, run_words(room, text));
    assert_true(qn_span_is(result.error, "cannot start /etc/passwd: Permission denied"));
    result = job_room_finish(room, run_words(room, unknown));
    assert_true(
        qn_span_is(result.error, "cannot start no-such-program-here: No such file or directory"));
}

static void a_folder_that_went_away_is_no_start(void **state)
{
    struct room *room = *state;
    struct worker_exec exec = {.folder = (char *)(uintptr_t) "/no/such/folder",
                               .argv = {(char *)(uintptr_t) "true"}};
    struct worker_result_frame result = job_room_finish(room, worker_exec_run(room->job, &exec));

    assert_int_equal(result.outcome, QN_RETRY);
    assert_true(has(result.error, "cannot start true: No such file or directory"));
}

/* ---- what it leaves ---- */

static void nothing_that_it_started_is_left(void **state)
{
    static const char *const scripts[] = {
        "sleep 61 & exit 0",
        "setsid sleep 61 & exit 0",
        "(setsid sh -c 'sleep 61 & sleep 61' &) ; exit 0",
        "trap '' TERM HUP; (trap '' TERM HUP; setsid sleep 61 &) & exit 0",
    };
    struct room *room = *state;

    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
        assert_int_equal(run_shell(room, scripts[i]), QN_DONE);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void a_child_of_another_is_spared(void **state)
{
    pid_t other = fork();
    int status;

    if (other == 0) {
        while (true)
            pause();
    }
    assert_int_equal(run_shell(*state, "sleep 61 & exit 0"), QN_DONE);
    assert_int_equal(waitpid(other, &status, WNOHANG), 0);
    assert_int_equal(kill(other, SIGKILL), 0);
    assert_int_equal(waitpid(other, &status, 0), other);
}

static void an_end_is_told_whatever_a_task_before_it_ignored(void **state)
{
    signal(SIGCHLD, SIG_IGN);
    assert_int_equal(run_shell(*state, "exit 100"), QN_FAIL);
    assert_true(signal(SIGCHLD, SIG_DFL) == SIG_DFL);
}

static void output_after_its_end_is_not_waited_for(void **state)
{
    struct room *room = *state;

    assert_int_equal(run_shell(room, "echo first; (while :; do echo more; done) & exit 0"),
                     QN_DONE);
    assert_int_equal(strncmp(room->log.data, "first\n", 6), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(arguments_are_a_line_on_stdin_that_need_not_be_read),
        CASE(its_environment_is_what_is_listed_and_what_it_asked_for),
        CASE(four_descriptors_are_open_and_signals_are_as_at_a_login),
        CASE(its_folder_is_gone_after_it_with_all_that_was_in_it),
        CASE(all_it_says_reaches_the_job),
        CASE(what_ends_a_program_is_said),
        CASE(a_file_of_a_result_is_a_file_and_no_link),
        CASE(a_store_out_of_reach_is_a_retry),
        CASE(the_exit_code_is_the_answer),
        CASE(a_stop_is_term_and_what_was_said_by_halves_is_dropped),
        CASE(what_cannot_be_started_says_why_and_is_tried_again),
        CASE(a_folder_that_went_away_is_no_start),
        CASE(nothing_that_it_started_is_left),
        CASE(a_child_of_another_is_spared),
        CASE(an_end_is_told_whatever_a_task_before_it_ignored),
        CASE(output_after_its_end_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
