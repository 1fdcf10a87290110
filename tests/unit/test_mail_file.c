#include "common/mem.h"
#include "tasks/mail/file.h"
#include "tasks/mail/template.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/qmail.XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

/* Two levels are all that these tests make. */
static void empty(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        char below[4096];

        snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            unlink(below) < 0) {
            empty(below);
            rmdir(below);
        }
    }
    if (dir)
        closedir(dir);
}

static int remove_folder(void **state)
{
    (void)state;
    empty(folder);
    return rmdir(folder);
}

static int write_mail(const char *below, const char *text, char *path)
{
    char dir[128];
    struct qn_err err;

    snprintf(dir, sizeof(dir), "%s%s", folder, below);
    return mail_file_write(dir, "mail.x", (struct qn_span){text, strlen(text)}, path, &err);
}

static void expect_file(const char *path, const char *text)
{
    char found[100] = "";
    FILE *file = fopen(path, "re");

    assert_non_null(file);
    found[fread(found, 1, sizeof(found) - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(found, text);
}

static size_t count(const char *path)
{
    DIR *dir = opendir(path);
    size_t n = 0;

    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2;
}

static void a_mail_replaces_the_one_of_its_name_and_leaves_nothing_beside(void **state)
{
    char path[MAIL_PATH_SIZE], again[MAIL_PATH_SIZE];
    struct stat st;

    (void)state;
    assert_int_equal(write_mail("/a/b", "one", path), QN_OK);
    expect_file(path, "one");
    assert_int_equal(write_mail("/a/b", "two", again), QN_OK);
    assert_string_equal(path, again);
    expect_file(path, "two");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    path[strlen(path) - strlen("/mail.x.eml")] = '\0';
    assert_int_equal(count(path), 1);
}

static void a_link_in_its_place_is_replaced_and_not_followed(void **state)
{
    char path[MAIL_PATH_SIZE], link[128], target[128];
    FILE *file;

    (void)state;
    snprintf(target, sizeof(target), "%s/theirs", folder);
    snprintf(link, sizeof(link), "%s/mail.x.eml", folder);
    file = fopen(target, "we");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(symlink(target, link), 0);
    assert_int_equal(write_mail("", "mine", path), QN_OK);
    expect_file(target, "");
    expect_file(link, "mine");
}

static void what_cannot_be_written_is_an_error_and_leaves_nothing(void **state)
{
    char path[MAIL_PATH_SIZE], taken[128], name[300];
    struct qn_err err;

    (void)state;
    snprintf(taken, sizeof(taken), "%s/mail.x.eml", folder);
    assert_int_equal(mkdir(taken, 0700), 0);
    assert_int_equal(write_mail("", "mine", path), QN_ESYS);
    assert_int_equal(count(folder), 1);
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(mail_file_write(folder, name, (struct qn_span){"", 0}, path, &err), QN_EINVAL);
    assert_int_equal(mail_file_write("/dev/null/x", "m", (struct qn_span){"", 0}, path, &err),
                     QN_ESYS);
    assert_non_null(strstr(err.msg, "mail-dir /dev/null/x"));
}

/* ---- what they say ---- */

static void each_language_is_filled_and_escaped(void **state)
{
    static const char *const languages[] = {NULL, "en", "zh", "de"};
    const struct qn_address to = {.address = "a@b", .name = "<b>&{{name}}"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct mail_text text;
        struct qn_err err;

        assert_int_equal(mail_text_welcome(&text, languages[i], &to, &err), QN_OK);
        assert_non_null(strstr(text.subject, "<b>&{{name}}"));
        assert_non_null(strstr(text.text.data, "<b>&{{name}}"));
        assert_null(strstr(text.text.data, text.subject));
        assert_null(strstr(text.html.data, "<b>"));
        assert_non_null(strstr(text.html.data, "&lt;b&gt;&amp;{{name}}"));
        assert_null(strstr(text.text.data, "{{address}}"));
        assert_null(strstr(text.html.data, "{{address}}"));
        mail_text_release(&text);
    }
}

static void a_language_that_is_not_there_is_told(void **state)
{
    const struct qn_address to = {.address = "a@b", .name = "A"};
    struct mail_text text;
    struct qn_err err;

    (void)state;
    assert_int_equal(mail_text_welcome(&text, "xx", &to, &err), QN_ENOTFOUND);
    assert_string_equal(err.msg, "there is no text in \"xx\"");
    mail_text_release(&text);
}

static void no_allocation_that_fails_leaves_anything(void **state)
{
    const struct qn_address to = {.address = "a@b", .name = "A"};
    size_t before = qn_mem_live();
    int rc = QN_ENOMEM;

    (void)state;
    for (size_t nth = 1; rc != QN_OK; nth++) {
        struct mail_text text;
        struct qn_err err;

        qn_mem_fail_at(nth, 1);
        rc = mail_text_welcome(&text, "en", &to, &err);
        qn_mem_fail_at(0, 0);
        assert_true(rc == QN_OK || rc == QN_ENOMEM);
        mail_text_release(&text);
        assert_int_equal(qn_mem_live(), before);
        assert_true(nth < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_mail_replaces_the_one_of_its_name_and_leaves_nothing_beside, make_folder,
            remove_folder),
        cmocka_unit_test_setup_teardown(a_link_in_its_place_is_replaced_and_not_followed,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_an_error_and_leaves_nothing,
                                        make_folder, remove_folder),
        cmocka_unit_test(each_language_is_filled_and_escaped),
        cmocka_unit_test(a_language_that_is_not_there_is_told),
        cmocka_unit_test(no_allocation_that_fails_leaves_anything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
