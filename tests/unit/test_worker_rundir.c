/* test_worker_rundir.c - a run's folder goes with all that is in it, and nothing else does. */
#include "worker/rundir.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define DEPTH 3000 /* deeper than a path may be, and than descriptors reach */

static char top[] = "/tmp/qrundirXXXXXX";

static int setup(void **state)
{
    (void)state;
    memcpy(top + strlen(top) - 6, "XXXXXX", 6);
    return mkdtemp(top) && setenv("TMPDIR", top, 1) == 0 ? 0 : -1;
}

/* Empty, or the test failed. */
static int teardown(void **state)
{
    (void)state;
    return rmdir(top);
}

static struct worker_rundir made(void)
{
    struct worker_rundir dir;
    struct qn_err why;

    if (worker_rundir_create(&dir, &why) != QN_OK)
        fail_msg("%s", why.msg);
    return dir;
}

static void touch(int at, const char *name)
{
    int fd = openat(at, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    close(fd);
}

static void it_is_for_this_user_only(void **state)
{
    struct worker_rundir dir = made();
    struct stat info;

    (void)state;
    assert_int_equal(stat(dir.path, &info), 0);
    assert_true(S_ISDIR(info.st_mode) && (info.st_mode & 0777) == 0700);
    assert_int_equal(strncmp(dir.path, top, strlen(top)), 0);
    assert_true(worker_rundir_remove(&dir));
    assert_int_equal(access(dir.path, F_OK), -1);
}

static void folders_of_any_depth_and_without_rights_go_too(void **state)
{
    struct worker_rundir dir = made();
    int fd = dup(dir.fd);

    (void)state;
    for (int i = 0; i < DEPTH; i++) {
        assert_int_equal(mkdirat(fd, "d", 0700), 0);
        touch(fd, "f");
        int next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        close(fd);
        fd = next;
    }
    assert_int_equal(mkdirat(fd, "closed", 0700), 0);
    assert_int_equal(mkdirat(fd, "closed/inner", 0000), 0);
    assert_int_equal(fchmodat(fd, "closed", 0000, 0), 0);
    close(fd);
    assert_int_equal(fchmod(dir.fd, 0000), 0);
    assert_true(worker_rundir_remove(&dir));
}

static void a_link_is_removed_and_not_followed(void **state)
{
    struct worker_rundir dir = made();
    char outside[64];

    (void)state;
    snprintf(outside, sizeof(outside), "%s/outside", top);
    assert_int_equal(mkdir(outside, 0700), 0);
    int fd = open(outside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    touch(fd, "kept");
    assert_int_equal(symlinkat(outside, dir.fd, "link"), 0);
    assert_int_equal(mkdirat(dir.fd, "inner", 0700), 0);
    assert_int_equal(symlinkat("../../outside", dir.fd, "inner/link"), 0);
    assert_true(worker_rundir_remove(&dir));
    assert_int_equal(unlinkat(fd, "kept", 0), 0);
    close(fd);
    assert_int_equal(rmdir(outside), 0);
}

static void what_a_killed_one_left_goes_with_the_next(void **state)
{
    struct worker_rundir held = made(), next;
    int status;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        struct worker_rundir left = made();
        touch(left.fd, "f");
        raise(SIGKILL);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WTERMSIG(status), SIGKILL);
    assert_int_equal(worker_rundir_sweep(WORKER_RUNDIR_ALL), 1);
    next = made();
    assert_int_equal(worker_rundir_sweep(WORKER_RUNDIR_ALL), 0);
    assert_int_equal(access(held.path, F_OK), 0);
    assert_true(worker_rundir_remove(&next));
    assert_true(worker_rundir_remove(&held));
}

/* Nobody holds it any more. */
static struct worker_rundir left_behind(void)
{
    struct worker_rundir dir = made();

    touch(dir.fd, "a");
    touch(dir.fd, "b");
    assert_int_equal(mkdirat(dir.fd, "c", 0700), 0);
    return dir;
}

static void a_sweep_has_an_end_whatever_is_left(void **state)
{
    struct worker_rundir dir = left_behind();

    (void)state;
    close(dir.fd);
    assert_int_equal(worker_rundir_sweep(2), 0);
    assert_int_equal(access(dir.path, F_OK), 0);
    assert_int_equal(worker_rundir_sweep(2), 1);
    assert_int_equal(access(dir.path, F_OK), -1);
}

/* Rights are nothing to root. */
static int sweep_as_nobody(void)
{
    if (geteuid() == 0 && setuid(65534) < 0)
        return -1;
    struct worker_rundir dir = left_behind();
    fchmod(dir.fd, 0000);
    close(dir.fd);
    return worker_rundir_sweep(WORKER_RUNDIR_ALL);
}

static void what_a_killed_one_left_without_rights_goes_too(void **state)
{
    int status;

    (void)state;
    assert_int_equal(chmod(top, 0777), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(sweep_as_nobody());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
}

static void a_run_may_remove_it_or_put_something_in_its_place(void **state)
{
    struct worker_rundir gone = made(), file = made(), link = made();

    (void)state;
    assert_int_equal(rmdir(gone.path), 0);
    assert_true(worker_rundir_remove(&gone));
    assert_int_equal(rmdir(file.path), 0);
    touch(AT_FDCWD, file.path);
    assert_true(worker_rundir_remove(&file));
    assert_int_equal(rmdir(link.path), 0);
    assert_int_equal(symlink(top, link.path), 0);
    assert_true(worker_rundir_remove(&link));
}

static void no_place_for_it_is_an_error_that_names_the_place(void **state)
{
    struct worker_rundir dir;
    struct qn_err why;

    (void)state;
    setenv("TMPDIR", "/nowhere/at/all", 1);
    assert_int_equal(worker_rundir_create(&dir, &why), QN_ESYS);
    assert_non_null(strstr(why.msg, "/nowhere/at/all: No such file"));
    setenv("TMPDIR", "relative", 1);
    dir = made();
    assert_int_equal(strncmp(dir.path, "/tmp/", 5), 0);
    assert_true(worker_rundir_remove(&dir));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(it_is_for_this_user_only),
        CASE(folders_of_any_depth_and_without_rights_go_too),
        CASE(a_link_is_removed_and_not_followed),
        CASE(what_a_killed_one_left_goes_with_the_next),
        CASE(a_sweep_has_an_end_whatever_is_left),
        CASE(what_a_killed_one_left_without_rights_goes_too),
        CASE(a_run_may_remove_it_or_put_something_in_its_place),
        CASE(no_place_for_it_is_an_error_that_names_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
