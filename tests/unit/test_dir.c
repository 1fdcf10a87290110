#include "common/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64];
static mode_t mask;

static int make_root(void **state)
{
    (void)state;
    mask = umask(022);
    snprintf(root, sizeof(root), "/tmp/qdir.XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static int remove_root(void **state)
{
    (void)state;
    umask(mask);
    return nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *below(const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", root, name);
    return path;
}

static void expect_open(const char *name, mode_t mode)
{
    struct qn_err err = {.msg = ""};
    struct stat opened, found;
    int fd = -1;

    if (qn_dir_open("a place", below(name), mode, &fd, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
    assert_int_equal(fstat(fd, &opened), 0);
    assert_int_equal(stat(below(name), &found), 0);
    assert_int_equal(opened.st_ino, found.st_ino);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
}

static void expect_mode(const char *name, mode_t mode)
{
    struct stat found;

    assert_int_equal(stat(below(name), &found), 0);
    assert_true(S_ISDIR(found.st_mode));
    assert_int_equal(found.st_mode & 0777, mode);
}

static void expect_refused(const char *path, int sys, const char *text)
{
    struct qn_err err = {.msg = ""};
    int fd = -1;

    assert_int_equal(qn_dir_open("a place", path, 0755, &fd, &err), QN_ESYS);
    assert_int_equal(err.sys, sys);
    assert_int_equal(strncmp(err.msg, text, strlen(text)), 0);
    assert_int_equal(fd, -1);
}

static void what_is_missing_is_made_and_only_the_last_has_the_mode(void **state)
{
    (void)state;
    expect_open("a/b/c", 0750);
    expect_mode("a", 0755);
    expect_mode("a/b", 0755);
    expect_mode("a/b/c", 0750);
    expect_open("a//d/", 0700);
    expect_mode("a/d", 0700);
}

static void what_is_there_stays_as_it_is(void **state)
{
    (void)state;
    assert_int_equal(mkdir(below("kept"), 0711), 0);
    expect_open("kept", 0700);
    expect_open("kept/inner", 0700);
    expect_mode("kept", 0711);
}

static void a_link_to_a_directory_is_followed(void **state)
{
    (void)state;
    assert_int_equal(mkdir(below("real"), 0755), 0);
    assert_int_equal(symlink("real", below("link")), 0);
    expect_open("link/inner", 0755);
    expect_mode("real/inner", 0755);
}

static void what_cannot_be_opened_is_told_with_its_name_and_reason(void **state)
{
    static char longest[QN_DIR_PATH_SIZE + 2];
    char text[512];
    int fd = open(below("file"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    snprintf(text, sizeof(text), "a place %s: Not a directory", below("file"));
    expect_refused(below("file"), ENOTDIR, text);
    expect_refused(below("file/inner"), ENOTDIR, "a place /tmp/qdir.");
    assert_int_equal(symlink("nowhere", below("dangling")), 0);
    expect_refused(below("dangling"), ENOENT, "a place /tmp/qdir.");
    expect_refused("", ENOENT, "a place : ");
    memset(longest, 'x', sizeof(longest) - 1);
    expect_refused(longest, ENAMETOOLONG, "a place xxx");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_missing_is_made_and_only_the_last_has_the_mode),
        CASE(what_is_there_stays_as_it_is),
        CASE(a_link_to_a_directory_is_followed),
        CASE(what_cannot_be_opened_is_told_with_its_name_and_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
