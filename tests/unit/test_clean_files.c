/* test_clean_files.c - old result files go, and only they. */
#include "tasks/upkeep/clean_files.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW      2000000000
#define DAY      86400
#define MOST_AGE (31 * DAY)
#define ROUNDS   300
#define HASH     "ab00000000000000000000000000000000000000000000000000000000000000"

static char root[] = "/tmp/quern-clean-XXXXXX";

static const char *path(const char *name)
{
    static char text[4][512];
    static int turn;
    char *out = text[turn++ % 4];

    snprintf(out, sizeof(text[0]), "%s/%s", root, name);
    return out;
}

static void make(const char *name, const char *content, int64_t written_s)
{
    const struct timespec times[2] = {{.tv_sec = written_s}, {.tv_sec = written_s}};
    int fd = open(path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

static bool is_there(const char *name)
{
    struct stat info;

    return lstat(path(name), &info) == 0;
}

/* A name of 64 digits in the folder ab, told apart by its last one. */
static const char *hash(char last)
{
    static char text[2][80];
    static int turn;
    char *out = text[turn++ % 2];

    snprintf(out, sizeof(text[0]), "ab/%.63s%c", HASH, last);
    return out;
}

static struct clean_files run(bool dry_run)
{
    struct clean_files files = {
        .wall_s = NOW, .result_age_s = MOST_AGE, .temporary_age_s = DAY, .dry_run = dry_run};

    assert_int_equal(clean_files_run(&files, root, NULL), QN_OK);
    return files;
}

static void remove_all(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s' && mkdir -p '%s/ab' '%s/tmp'", root, root,
             root);
    assert_int_equal(system(command), 0);
}

static int setup(void **state)
{
    (void)state;
    remove_all();
    return 0;
}

static void what_is_older_than_its_age_goes_and_is_counted(void **state)
{
    struct clean_files files;

    (void)state;
    make(hash('1'), "12345", NOW - MOST_AGE - 1);
    make(hash('2'), "123", NOW - MOST_AGE);
    make("tmp/old", "1234567", NOW - DAY - 1);
    make("tmp/new", "12", NOW - DAY);
    files = run(true);
    assert_true(is_there(hash('1')) && is_there("tmp/old"));
    assert_int_equal(files.results.bytes, 5);
    files = run(false);
    assert_false(is_there(hash('1')) || is_there("tmp/old"));
    assert_true(is_there(hash('2')) && is_there("tmp/new"));
    assert_int_equal(files.results.files, 1);
    assert_int_equal(files.results.bytes, 5);
    assert_int_equal(files.temporary.files, 1);
    assert_int_equal(files.temporary.bytes, 7);
    assert_int_equal(files.seen, 4);
    assert_int_equal(files.failed, 0);
    assert_true(files.complete);
}

static void names_of_another_kind_are_left(void **state)
{
    static const char *const names[] = {
        "ab/short",
        "ab/AB00000000000000000000000000000000000000000000000000000000000000",
        "ab/cd00000000000000000000000000000000000000000000000000000000000000",
        "ab/" HASH "0",
        "ab/" HASH ".new",
        "ab/" HASH ".old.old",
        "models/shop/1.json",
        "models/shop/" HASH,
        "top",
    };

    (void)state;
    assert_int_equal(mkdir(path("models"), 0755), 0);
    assert_int_equal(mkdir(path("models/shop"), 0755), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        make(names[i], "x", 1);
    }
    assert_int_equal(run(false).seen, 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_true(is_there(names[i]));
    }
}

static void a_temporary_file_that_somebody_writes_stays(void **state)
{
    int fd;

    (void)state;
    make("tmp/locked", "x", 1);
    fd = open(path("tmp/locked"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(run(false).temporary.files, 0);
    assert_true(is_there("tmp/locked"));
    close(fd);
    assert_int_equal(run(false).temporary.files, 1);
}

static void what_a_killed_run_put_aside_is_given_back_or_removed(void **state)
{
    char aside[2][96];

    (void)state;
    snprintf(aside[0], sizeof(aside[0]), "%s.old", hash('1'));
    snprintf(aside[1], sizeof(aside[1]), "%s.old", hash('2'));
    make(aside[0], "fresh", NOW - 10);
    make(aside[1], "gone", 1);
    (void)run(true);
    assert_true(is_there(aside[0]) && is_there(aside[1]));
    assert_int_equal(run(false).results.files, 1);
    assert_true(is_there(hash('1')));
    assert_false(is_there(aside[0]) || is_there(aside[1]) || is_there(hash('2')));
}

static bool stop_after(void *arg, int folders_done)
{
    int *left = arg;

    (void)folders_done;
    return (*left)-- <= 0;
}

static void told_to_stop_it_stops_and_another_begin_reaches_the_rest(void **state)
{
    int left = 3;
    struct clean_files files = {.wall_s = NOW,
                                .result_age_s = MOST_AGE,
                                .temporary_age_s = DAY,
                                .stop = stop_after,
                                .arg = &left};

    (void)state;
    make(hash('1'), "x", 1);
    assert_int_equal(clean_files_run(&files, root, NULL), QN_OK);
    assert_false(files.complete);
    assert_true(is_there(hash('1')));
    files.first = 0xab + 7 * CLEAN_FILES_FOLDERS;
    left = 3;
    assert_int_equal(clean_files_run(&files, root, NULL), QN_OK);
    assert_false(files.complete);
    assert_false(is_there(hash('1')));
}

static void a_folder_that_is_not_there_is_not_found(void **state)
{
    struct clean_files files = {.wall_s = NOW};
    struct qn_err err;

    (void)state;
    assert_int_equal(clean_files_run(&files, path("nowhere"), &err), QN_ENOTFOUND);
    assert_non_null(strstr(err.msg, "nowhere"));
    make("file", "x", 1);
    assert_int_equal(clean_files_run(&files, path("file"), &err), QN_ESYS);
    assert_int_equal(err.sys, ENOTDIR);
}

/* As a worker stores a file, under another name first; not in tmp, where now is another time. */
static void store_again(int go)
{
    char byte;

    assert_int_equal(read(go, &byte, 1), 1);
    make("again", "x", NOW);
    _exit(rename(path("again"), path(hash('1'))) == 0 ? 0 : 1);
}

static void a_file_that_is_made_anew_meanwhile_is_never_lost(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        int go[2], status;
        pid_t child;

        make(hash('1'), "x", 1);
        assert_int_equal(pipe(go), 0);
        child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            store_again(go[0]);
        }
        assert_int_equal(write(go[1], "", 1), 1);
        run(false);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        assert_true(is_there(hash('1')));
        close(go[0]);
        close(go[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_older_than_its_age_goes_and_is_counted, setup),
        cmocka_unit_test_setup(names_of_another_kind_are_left, setup),
        cmocka_unit_test_setup(a_temporary_file_that_somebody_writes_stays, setup),
        cmocka_unit_test_setup(what_a_killed_run_put_aside_is_given_back_or_removed, setup),
        cmocka_unit_test_setup(told_to_stop_it_stops_and_another_begin_reaches_the_rest, setup),
        cmocka_unit_test_setup(a_folder_that_is_not_there_is_not_found, setup),
        cmocka_unit_test_setup(a_file_that_is_made_anew_meanwhile_is_never_lost, setup),
    };
    int failed;

    if (!mkdtemp(root)) {
        return 1;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove_all();
    rmdir(path("ab"));
    rmdir(path("tmp"));
    rmdir(root);
    return failed;
}
