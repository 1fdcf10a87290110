/* test_worker_artifact.c - files under their hash, whatever is killed when. */
#include "worker/artifact.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define HELLO_SHA "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static char root[] = "/tmp/quern-artifact-XXXXXX";

static const char *path(const char *name)
{
    static char text[4][512];
    static int turn;
    char *out = text[turn++ % 4];

    snprintf(out, sizeof(text[0]), "%s/%s", root, name);
    return out;
}

static int count(const char *folder)
{
    DIR *dir = opendir(folder);
    int n = 0;

    if (!dir)
        return -1;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

static void a_committed_file_is_found_under_its_hash(void **state)
{
    struct worker_artifact_file file;
    char sha[WORKER_SHA256_SIZE], text[16] = "";
    int64_t size;

    (void)state;
    assert_int_equal(worker_artifact_create(&file, path("a/b/c"), NULL), QN_OK);
    fputs("hello", file.stream);
    assert_int_equal(worker_artifact_commit(&file, &size, sha, NULL), QN_OK);
    assert_string_equal(sha, HELLO_SHA);
    assert_int_equal(size, 5);
    FILE *stream = fopen(path("a/b/c/2c/" HELLO_SHA), "re");
    assert_non_null(stream);
    assert_int_equal(fread(text, 1, sizeof(text), stream), 5);
    assert_string_equal(text, "hello");
    fclose(stream);
    assert_int_equal(count(path("a/b/c/tmp")), 0);
}

static void the_same_content_twice_is_one_file(void **state)
{
    struct worker_artifact_file file;
    char sha[WORKER_SHA256_SIZE];
    int64_t size;

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(worker_artifact_create(&file, path("same"), NULL), QN_OK);
        fputs("hello", file.stream);
        assert_int_equal(worker_artifact_commit(&file, &size, sha, NULL), QN_OK);
    }
    assert_int_equal(count(path("same/2c")), 1);
    assert_int_equal(count(path("same/tmp")), 0);
}

static void the_hash_is_of_what_is_there_after_seeks(void **state)
{
    struct worker_artifact_file file;
    char sha[WORKER_SHA256_SIZE];
    int64_t size;

    (void)state;
    assert_int_equal(worker_artifact_create(&file, path("seek"), NULL), QN_OK);
    fputs("jello", file.stream);
    rewind(file.stream);
    fputc('h', file.stream);
    assert_int_equal(worker_artifact_commit(&file, &size, sha, NULL), QN_OK);
    assert_string_equal(sha, HELLO_SHA);
}

static void an_abandoned_file_leaves_nothing(void **state)
{
    struct worker_artifact_file file;

    (void)state;
    assert_int_equal(worker_artifact_create(&file, path("abandon"), NULL), QN_OK);
    fputs("half", file.stream);
    assert_int_equal(count(path("abandon/tmp")), 1);
    worker_artifact_abandon(&file);
    assert_int_equal(count(path("abandon/tmp")), 0);
    assert_int_equal(count(path("abandon")), 1);
    worker_artifact_abandon(&file);
}

static void a_directory_that_cannot_be_is_named(void **state)
{
    struct worker_artifact_file file;
    struct qn_err err;
    char text[600];

    (void)state;
    int fd = open(path("plain"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(worker_artifact_create(&file, path("plain"), &err), QN_ESYS);
    snprintf(text, sizeof(text), "artifact directory %s: Not a directory", path("plain"));
    assert_string_equal(err.msg, text);
    assert_int_equal(worker_artifact_create(&file, path("plain/below"), &err), QN_ESYS);
    assert_non_null(strstr(err.msg, path("plain/below")));
    assert_int_equal(worker_artifact_create(&file, NULL, &err), QN_EINVAL);
    assert_string_equal(err.msg, "artifact directory: none is set");
}

static void a_full_disk_is_an_error_at_commit(void **state)
{
    struct worker_artifact_file file;
    struct qn_err err;
    char sha[WORKER_SHA256_SIZE];
    int64_t size;

    (void)state;
    assert_int_equal(worker_artifact_create(&file, path("full"), NULL), QN_OK);
    int full = open("/dev/full", O_RDWR | O_CLOEXEC);
    assert_true(full >= 0 && dup2(full, fileno(file.stream)) >= 0);
    close(full);
    fputs("hello", file.stream);
    assert_int_equal(worker_artifact_commit(&file, &size, sha, &err), QN_ESYS);
    assert_non_null(strstr(err.msg, "No space left on device"));
    assert_int_equal(count(path("full/tmp")), 0);
}

static void make_old(const char *name, int64_t age_s)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - age_s}, {.tv_sec = time(NULL) - age_s}};
    int fd = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

static void only_old_files_that_nobody_holds_are_leftovers(void **state)
{
    struct worker_artifact_file file;
    int64_t now_ms = (int64_t)time(NULL) * 1000;

    (void)state;
    assert_int_equal(worker_artifact_sweep(path("nowhere"), now_ms), 0);
    assert_int_equal(worker_artifact_create(&file, path("sweep"), NULL), QN_OK);
    make_old(path("sweep/tmp/killed"), WORKER_LEFTOVER_AGE_S + 1);
    make_old(path("sweep/tmp/young"), WORKER_LEFTOVER_AGE_S - 600);
    make_old(path("sweep/tmp/held"), WORKER_LEFTOVER_AGE_S + 1);
    int held = open(path("sweep/tmp/held"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(held, LOCK_EX), 0);
    assert_int_equal(worker_artifact_sweep(path("sweep"), now_ms), 1);
    assert_int_equal(access(path("sweep/tmp/killed"), F_OK), -1);
    assert_int_equal(count(path("sweep/tmp")), 3);
    int64_t later_ms = now_ms + INT64_C(1000) * (WORKER_LEFTOVER_AGE_S + 60);
    assert_int_equal(worker_artifact_sweep(path("sweep"), later_ms), 1);
    assert_int_equal(access(path("sweep/tmp/young"), F_OK), -1);
    close(held);
    worker_artifact_abandon(&file);
}

static void a_link_among_the_leftovers_is_not_followed(void **state)
{
    int64_t later_ms = ((int64_t)time(NULL) + 2 * WORKER_LEFTOVER_AGE_S) * 1000;

    (void)state;
    assert_int_equal(mkdir(path("links"), 0700), 0);
    assert_int_equal(mkdir(path("links/tmp"), 0700), 0);
    assert_int_equal(symlink("/etc/passwd", path("links/tmp/link")), 0);
    assert_int_equal(mkfifo(path("links/tmp/fifo"), 0600), 0);
    assert_int_equal(worker_artifact_sweep(path("links"), later_ms), 0);
}

static void names_are_plain(void **state)
{
    char longest[WORKER_ARTIFACT_NAME_MAX + 2];

    (void)state;
    assert_true(worker_artifact_name_ok("report.csv"));
    assert_true(worker_artifact_name_ok("_-9"));
    assert_false(worker_artifact_name_ok(""));
    assert_false(worker_artifact_name_ok(".hidden"));
    assert_false(worker_artifact_name_ok("a/b"));
    assert_false(worker_artifact_name_ok("a b"));
    assert_false(worker_artifact_name_ok("a\n"));
    memset(longest, 'x', sizeof(longest));
    longest[WORKER_ARTIFACT_NAME_MAX + 1] = '\0';
    assert_false(worker_artifact_name_ok(longest));
    longest[WORKER_ARTIFACT_NAME_MAX] = '\0';
    assert_true(worker_artifact_name_ok(longest));
}

static void types_are_media_types(void **state)
{
    (void)state;
    assert_true(worker_artifact_type_ok("text/csv"));
    assert_true(worker_artifact_type_ok("text/html; charset=utf-8"));
    assert_true(worker_artifact_type_ok("image/svg+xml"));
    assert_false(worker_artifact_type_ok(""));
    assert_false(worker_artifact_type_ok("text"));
    assert_false(worker_artifact_type_ok("text/"));
    assert_false(worker_artifact_type_ok("text/csv;"));
    assert_false(worker_artifact_type_ok("text/csv\r\nSet-Cookie: a=b"));
    assert_false(worker_artifact_type_ok("text/csv; charset"));
    assert_false(worker_artifact_type_ok("text/csv; charset=\"utf-8\""));
}

static int make_root(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_committed_file_is_found_under_its_hash),
        cmocka_unit_test(the_same_content_twice_is_one_file),
        cmocka_unit_test(the_hash_is_of_what_is_there_after_seeks),
        cmocka_unit_test(an_abandoned_file_leaves_nothing),
        cmocka_unit_test(a_directory_that_cannot_be_is_named),
        cmocka_unit_test(a_full_disk_is_an_error_at_commit),
        cmocka_unit_test(only_old_files_that_nobody_holds_are_leftovers),
        cmocka_unit_test(a_link_among_the_leftovers_is_not_followed),
        cmocka_unit_test(names_are_plain),
        cmocka_unit_test(types_are_media_types),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
