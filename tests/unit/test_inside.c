#include "common/inside.h"

#include "common/mem.h"
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

static const char *below(const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", root, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(below(name), "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static int make_root(void **state)
{
    (void)state;
    snprintf(root, sizeof(root), "/tmp/qinside.XXXXXX");
    if (!mkdtemp(root) || mkdir(below("in"), 0755) < 0 || mkdir(below("in/a"), 0755) < 0) {
        return -1;
    }
    write_file("secret", "secret");
    write_file("in/one", "1");
    write_file("in/a/two", "22");
    write_file("in/.dot", "3");
    return 0;
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
    return nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *inside(void)
{
    static char path[80];

    snprintf(path, sizeof(path), "%s/in", root);
    return path;
}

static int read_it(const char *path, size_t max, struct qn_buf *out)
{
    qn_buf_init(out, max);
    return qn_inside_read(inside(), path, out, NULL);
}

static void a_file_below_the_root_is_read_whole(void **state)
{
    struct qn_buf out;

    (void)state;
    assert_int_equal(read_it("one", 100, &out), QN_OK);
    assert_string_equal(out.data, "1");
    qn_buf_release(&out);
    assert_int_equal(read_it("a/two", 100, &out), QN_OK);
    assert_string_equal(out.data, "22");
    qn_buf_release(&out);
}

static void no_path_leads_out_of_the_root(void **state)
{
    static const char *const paths[] = {
        "../secret", "a/../one", "a/../../secret", "/etc/hostname", "",  "/",    "a/",    "a//two",
        "./one",     ".dot",     "one/",           "one/x",         "a", " one", "o\nne", "none",
    };
    struct qn_buf out;

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_int_equal(read_it(paths[i], 100, &out), QN_ENOTFOUND);
        assert_int_equal(out.len, 0);
        qn_buf_release(&out);
    }
}

static void no_link_below_the_root_is_followed(void **state)
{
    struct qn_buf out;
    char target[256];

    (void)state;
    snprintf(target, sizeof(target), "%s", below("secret"));
    assert_int_equal(symlink(target, below("in/link")), 0);
    assert_int_equal(symlink(root, below("in/out")), 0);
    assert_int_equal(symlink("one", below("in/near")), 0);
    assert_int_equal(symlink(inside(), below("way")), 0);
    assert_int_equal(read_it("link", 100, &out), QN_ENOTFOUND);
    assert_int_equal(read_it("out/secret", 100, &out), QN_ENOTFOUND);
    assert_int_equal(read_it("near", 100, &out), QN_ENOTFOUND);
    qn_buf_release(&out);
    qn_buf_init(&out, 100);
    assert_int_equal(qn_inside_read(below("way"), "one", &out, NULL), QN_OK); /* the root may be */
    qn_buf_release(&out);
}

static void what_is_no_file_is_not_there_and_nobody_waits_for_it(void **state)
{
    struct qn_buf out;

    (void)state;
    assert_int_equal(mkfifo(below("in/pipe"), 0644), 0);
    assert_int_equal(read_it("pipe", 100, &out), QN_ENOTFOUND);
    qn_buf_release(&out);
}

static void a_file_over_the_limit_is_refused(void **state)
{
    struct qn_buf out;

    (void)state;
    assert_int_equal(read_it("a/two", 1, &out), QN_ELIMIT);
    assert_int_equal(out.len, 0);
    qn_buf_release(&out);
    assert_int_equal(read_it("a/two", 2, &out), QN_OK);
    qn_buf_release(&out);
}

static void a_root_that_is_away_is_another_failure(void **state)
{
    struct qn_buf out;
    struct qn_err err = {0};

    (void)state;
    qn_buf_init(&out, 100);
    assert_int_equal(qn_inside_read(below("away"), "one", &out, &err), QN_ESYS);
    assert_int_equal(qn_inside_read(below("secret"), "one", &out, &err), QN_ESYS);
    qn_buf_release(&out);
}

static bool count(void *arg, const char *name)
{
    size_t *found = arg;

    assert_true(name[0] != '.');
    return ++*found < 2;
}

static void names_are_told_until_enough(void **state)
{
    size_t found = 0;

    (void)state;
    write_file("in/a/three", "");
    write_file("in/a/four", "");
    write_file("in/a/.hidden", "");
    write_file("in/a/with blank", "");
    assert_int_equal(qn_inside_each(inside(), "a", count, &found, NULL), QN_OK);
    assert_int_equal(found, 2);
    assert_int_equal(qn_inside_each(inside(), "none", count, &found, NULL), QN_ENOTFOUND);
    assert_int_equal(qn_inside_each(inside(), "one", count, &found, NULL), QN_ENOTFOUND);
    assert_int_equal(qn_inside_each(below("away"), "a", count, &found, NULL), QN_ESYS);
}

static int open_fds(void)
{
    int n = 0;

    for (int fd = 0; fd < 256; fd++) {
        n += fcntl(fd, F_GETFD) >= 0;
    }
    return n;
}

static void no_descriptor_is_left_open(void **state)
{
    struct qn_buf out;
    size_t found = 0;
    int before = open_fds();

    (void)state;
    no_path_leads_out_of_the_root(state);
    a_file_below_the_root_is_read_whole(state);
    a_file_over_the_limit_is_refused(state);
    assert_int_equal(qn_inside_each(inside(), "a", count, &found, NULL), QN_OK);
    for (size_t nth = 1; nth < 4; nth++) {
        qn_mem_fail_at(nth, 1);
        int rc = read_it("a/two", 100, &out);
        qn_mem_fail_at(0, 0);
        assert_true(rc == QN_OK || rc == QN_ENOMEM);
        qn_buf_release(&out);
    }
    assert_int_equal(open_fds(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_below_the_root_is_read_whole, make_root,
                                        remove_root),
        cmocka_unit_test_setup_teardown(no_path_leads_out_of_the_root, make_root, remove_root),
        cmocka_unit_test_setup_teardown(no_link_below_the_root_is_followed, make_root, remove_root),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_not_there_and_nobody_waits_for_it,
                                        make_root, remove_root),
        cmocka_unit_test_setup_teardown(a_file_over_the_limit_is_refused, make_root, remove_root),
        cmocka_unit_test_setup_teardown(a_root_that_is_away_is_another_failure, make_root,
                                        remove_root),
        cmocka_unit_test_setup_teardown(names_are_told_until_enough, make_root, remove_root),
        cmocka_unit_test_setup_teardown(no_descriptor_is_left_open, make_root, remove_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
