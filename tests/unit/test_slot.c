/* Slots of a host, between processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tasks/lib/slot.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG_MS 60000

static char folder[] = "/tmp/quern-slots-XXXXXX";
static char own[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/quern-slots-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(own, sizeof(own), "%s/quern-%ld", folder, (long)geteuid());
    return setenv("QUERN_LOCK_DIR", folder, 1);
}

static int tear_down(void **state)
{
    static const char *const files[] = {"a.slots", "b.slots"};
    char path[sizeof(own) + 16];

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", own, files[i]);
        unlink(path);
    }
    if (rmdir(own) != 0) {
        unlink(own);
    }
    return rmdir(folder);
}

static int take(struct qn_slot *slot, const char *name, int64_t slots)
{
    return qn_slot_take(slot, name, slots, 0, -1, NULL);
}

static void so_many_and_no_more(void **state)
{
    struct qn_slot slots[3], more;
    struct qn_err err = {.code = QN_OK};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(take(&slots[i], "a", 3), QN_OK);
    }
    assert_int_equal(qn_slot_take(&more, "a", 3, 1, -1, &err), QN_EAGAIN);
    assert_string_equal(err.msg, "all 3 slots of a on this host are taken");
    assert_int_equal(more.fd, -1);
    assert_int_equal(take(&more, "b", 1), QN_OK); /* of another name */
    qn_slot_give(&more);
    qn_slot_give(&more);
    qn_slot_give(&slots[1]);
    assert_int_equal(take(&more, "a", 3), QN_OK);
    assert_int_equal(more.place, slots[1].place);
    qn_slot_give(&more);
    qn_slot_give(&slots[0]);
    qn_slot_give(&slots[2]);
}

/* A child that holds all of them until it is killed; returns when it does. */
static pid_t holder(int64_t slots)
{
    int ready[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        struct qn_slot held;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (int64_t i = 0; i < slots; i++) {
            if (take(&held, "a", slots) != QN_OK) {
                _exit(1);
            }
        }
        close(ready[0]);
        (void)!write(ready[1], "x", 1);
        for (;;) {
            pause();
        }
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void a_killed_process_holds_none(void **state)
{
    struct qn_slot slot;
    pid_t pid = holder(4);

    (void)state;
    assert_int_equal(take(&slot, "a", 4), QN_EAGAIN);
    kill(pid, SIGKILL);
    assert_int_equal(qn_slot_take(&slot, "a", 4, LONG_MS, -1, NULL), QN_OK);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    qn_slot_give(&slot);
}

static void a_wait_ends_when_one_is_given(void **state)
{
    struct qn_slot slot;
    int go[2], status;
    char byte;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(go), 0);
    assert_int_equal(take(&slot, "a", 1), QN_OK);
    pid = fork();
    if (pid == 0) {
        struct qn_slot mine;

        qn_slot_give(&slot); /* the fork's: the lock is the parent's as well */
        (void)!write(go[1], "x", 1);
        _exit(qn_slot_take(&mine, "a", 1, LONG_MS, -1, NULL) == QN_OK ? 0 : 1);
    }
    close(go[1]);
    assert_int_equal(read(go[0], &byte, 1), 1);
    close(go[0]);
    qn_slot_give(&slot);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_wait_ends_with_the_stop(void **state)
{
    struct qn_slot slot, more;
    struct qn_err err = {.code = QN_OK};
    int stop[2];

    (void)state;
    assert_int_equal(pipe(stop), 0);
    assert_int_equal(take(&slot, "a", 1), QN_OK);
    assert_int_equal(write(stop[1], "x", 1), 1);
    assert_int_equal(qn_slot_take(&more, "a", 1, LONG_MS, stop[0], &err), QN_ETIMEOUT);
    assert_string_equal(err.msg, "stopped by the soft limit");
    assert_int_equal(more.fd, -1);
    close(stop[0]);
    close(stop[1]);
    qn_slot_give(&slot);
}

static void names_and_numbers_that_are_none_are_refused(void **state)
{
    static const char *const names[] = {
        "", "../a", "A", "a.b",
        "0123456789012345678901234567890123456789012345678901234567890123x"};
    struct qn_slot slot;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(take(&slot, names[i], 1), QN_EINVAL);
    }
    assert_int_equal(take(&slot, "a", 0), QN_EINVAL);
    assert_int_equal(take(&slot, "a", QN_SLOT_MAX + 1), QN_EINVAL);
}

static void nothing_of_others_is_followed(void **state)
{
    char target[sizeof(folder) + 8], link[sizeof(own) + 16];
    struct qn_slot slot;

    (void)state;
    snprintf(target, sizeof(target), "%s/x", folder);
    assert_int_equal(mkdir(target, 0700), 0);
    assert_int_equal(symlink(target, own), 0);
    assert_int_equal(take(&slot, "a", 1), QN_ESYS); /* a link for the folder */
    assert_int_equal(unlink(own), 0);
    assert_int_equal(mkdir(own, 0700), 0);
    assert_int_equal(chmod(own, 0777), 0);
    assert_int_equal(take(&slot, "a", 1), QN_ESYS); /* a folder that others write */
    assert_int_equal(chmod(own, 0700), 0);
    snprintf(link, sizeof(link), "%s/a.slots", own);
    assert_int_equal(symlink("../x/victim", link), 0);
    assert_int_equal(take(&slot, "a", 1), QN_ESYS); /* a link for the file */
    assert_int_equal(unlink(link), 0);
    assert_int_equal(take(&slot, "a", 1), QN_OK);
    qn_slot_give(&slot);
    assert_int_equal(rmdir(target), 0); /* nothing is in it */
}

static void connections_are_a_setting(void **state)
{
    (void)state;
    assert_int_equal(unsetenv("QUERN_DATABASE_CONNECTIONS"), 0);
    assert_int_equal(qn_slot_connections(), 30);
    assert_int_equal(setenv("QUERN_DATABASE_CONNECTIONS", "7", 1), 0);
    assert_int_equal(qn_slot_connections(), 7);
    assert_int_equal(setenv("QUERN_DATABASE_CONNECTIONS", "0", 1), 0);
    assert_int_equal(qn_slot_connections(), 30);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(so_many_and_no_more),
        TEST(a_killed_process_holds_none),
        TEST(a_wait_ends_when_one_is_given),
        TEST(a_wait_ends_with_the_stop),
        TEST(names_and_numbers_that_are_none_are_refused),
        TEST(nothing_of_others_is_followed),
        TEST(connections_are_a_setting),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
