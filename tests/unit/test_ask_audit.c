/* Lines of the audit: each is whole, none is lost, and nothing but a file is written to. */
#include "common/buf.h"
#include "tasks/nl2sql/ask/audit.h"
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NOON    INT64_C(1751284800000) /* 2025-06-30 12:00 UTC */
#define FILE_OF "nl2sql-2025-06-30.jsonl"
#define MAX     ((size_t)1 << 20)

struct room {
    char folder[64], dir[96], path[160];
};

static int enter(void **state)
{
    struct room *room = test_calloc(1, sizeof(*room));

    snprintf(room->folder, sizeof(room->folder), "/tmp/qaudit-XXXXXX");
    assert_non_null(mkdtemp(room->folder));
    snprintf(room->dir, sizeof(room->dir), "%s/audit", room->folder);
    snprintf(room->path, sizeof(room->path), "%s/" FILE_OF, room->dir);
    *state = room;
    return 0;
}

static int leave(void **state)
{
    struct room *room = *state;

    unlink(room->path);
    rmdir(room->dir);
    unlink(room->dir);
    rmdir(room->folder);
    test_free(room);
    return 0;
}

static int append(const struct room *room, const char *line)
{
    return audit_append(room->dir, NOON, (struct qn_span){line, strlen(line)}, NULL);
}

static void read_all(const struct room *room, struct qn_buf *out)
{
    char bytes[4096];
    int fd = open(room->path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    assert_true(fd >= 0);
    qn_buf_init(out, MAX);
    while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
        assert_int_equal(qn_buf_add(out, bytes, (size_t)n), QN_OK);
    }
    close(fd);
}

static void lines_are_added_and_nobody_else_may_read_them(void **state)
{
    const struct room *room = *state;
    struct qn_buf all;
    struct stat file, folder;

    assert_int_equal(append(room, "{\"n\":1}"), QN_OK);
    assert_int_equal(append(room, "{\"n\":2}"), QN_OK);
    read_all(room, &all);
    assert_string_equal(all.data, "{\"n\":1}\n{\"n\":2}\n");
    assert_int_equal(stat(room->path, &file), 0);
    assert_int_equal(stat(room->dir, &folder), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_int_equal(folder.st_mode & 0777, 0700);
    qn_buf_release(&all);
}

static void a_line_that_was_cut_takes_no_other_with_it(void **state)
{
    const struct room *room = *state;
    struct qn_buf all;

    assert_int_equal(append(room, "{\"n\":1}"), QN_OK);
    assert_int_equal(truncate(room->path, 4), 0);
    assert_int_equal(append(room, "{\"n\":2}"), QN_OK);
    read_all(room, &all);
    assert_string_equal(all.data, "{\"n\"\n{\"n\":2}\n");
    qn_buf_release(&all);
}

static void a_link_or_a_pipe_in_the_place_of_the_file_is_refused(void **state)
{
    const struct room *room = *state;
    char other[160];

    assert_int_equal(mkdir(room->dir, 0700), 0);
    snprintf(other, sizeof(other), "%s/other", room->folder);
    assert_int_equal(symlink(other, room->path), 0);
    assert_int_equal(append(room, "{}"), QN_ESYS);
    assert_int_equal(access(other, F_OK), -1);
    assert_int_equal(unlink(room->path), 0);
    assert_int_equal(mkfifo(room->path, 0600), 0);
    assert_int_equal(append(room, "{}"), QN_ESYS);
}

static void a_folder_that_is_a_file_is_an_error(void **state)
{
    const struct room *room = *state;
    int fd = open(room->dir, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(append(room, "{}"), QN_ESYS);
}

/* Each process writes lines of its letter only. */
static void write_many(const struct room *room, int letter)
{
    char line[3000];

    memset(line, letter, sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    for (int i = 0; i < 50; i++) {
        if (append(room, line) != QN_OK) {
            _exit(1);
        }
    }
    _exit(0);
}

static void processes_do_not_mix_their_lines(void **state)
{
    const struct room *room = *state;
    struct qn_buf all;
    char *line, *rest;
    size_t n = 0;
    int status;

    for (int p = 0; p < 4; p++) {
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
            write_many(room, 'a' + p);
        }
    }
    for (int p = 0; p < 4; p++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    read_all(room, &all);
    for (rest = all.data; (line = strtok_r(rest, "\n", &rest)) != NULL; n++) {
        char whole[2] = {line[0], '\0'};

        assert_int_equal(strlen(line), 2999);
        assert_int_equal(strspn(line, whole), 2999);
    }
    assert_int_equal(n, 200);
    qn_buf_release(&all);
}

static void the_folder_is_the_setting_or_beside_the_artifacts(void **state)
{
    struct qn_buf folder;

    (void)state;
    qn_buf_init(&folder, MAX);
    setenv("QUERN_AUDIT_DIR", "", 1);
    unsetenv("QUERN_ARTIFACT_DIR");
    assert_int_equal(audit_folder(&folder, NULL), QN_ENOTFOUND);
    setenv("QUERN_ARTIFACT_DIR", "/a", 1);
    assert_int_equal(audit_folder(&folder, NULL), QN_OK);
    assert_string_equal(folder.data, "/a/audit");
    qn_buf_reset(&folder);
    setenv("QUERN_AUDIT_DIR", "/b", 1);
    assert_int_equal(audit_folder(&folder, NULL), QN_OK);
    assert_string_equal(folder.data, "/b");
    unsetenv("QUERN_AUDIT_DIR");
    unsetenv("QUERN_ARTIFACT_DIR");
    qn_buf_release(&folder);
}

int main(void)
{
#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, enter, leave)
    const struct CMUnitTest tests[] = {
        IN_ROOM(lines_are_added_and_nobody_else_may_read_them),
        IN_ROOM(a_line_that_was_cut_takes_no_other_with_it),
        IN_ROOM(a_link_or_a_pipe_in_the_place_of_the_file_is_refused),
        IN_ROOM(a_folder_that_is_a_file_is_an_error),
        IN_ROOM(processes_do_not_mix_their_lines),
        cmocka_unit_test(the_folder_is_the_setting_or_beside_the_artifacts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
