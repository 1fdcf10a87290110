#include "broker-client/settings.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/quern-settings-XXXXXX";

static int enter_folder(void **state)
{
    (void)state;
    for (int i = 0; i < qn_settings_n; i++) {
        unsetenv(qn_settings[i].env);
        for (int k = 0; k < QN_SETTING_ALIASES && qn_settings[i].aliases[k]; k++)
            unsetenv(qn_settings[i].aliases[k]);
    }
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    unlink(".env");
    unlink("other.conf");
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static char words[256];
static char *argv[16];
static int argc;

/* The command line that the next load reads. */
static void line(const char *text)
{
    char *rest;

    snprintf(words, sizeof(words), "%s", text);
    argc = 0;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    argv[argc] = NULL;
}

static void write_file(const char *path, const char *text)
{
    FILE *stream = fopen(path, "we");

    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static struct qn_config load(int *used)
{
    struct qn_config config;
    struct qn_err err;

    if (qn_settings_load(&config, QN_PROG_WORKER, argc, argv, used, &err) != QN_OK)
        fail_msg("%s", err.msg);
    return config;
}

static void every_preset_is_valid(void **state)
{
    int used;

    (void)state;
    line("quern-worker");
    struct qn_config config = load(&used);
    assert_int_equal(used, 0);
    assert_int_equal(qn_config_number(&config, "hard-limit"), 1800000);
    assert_int_equal(qn_config_number(&config, "soft-limit"), 1500000);
    assert_int_equal(qn_config_number(&config, "max-jobs-per-child"), 1000);
    assert_string_equal(qn_config_text(&config, "timezone"), "Asia/Shanghai");
    qn_config_release(&config);
}

static void arguments_win_over_environment_over_file(void **state)
{
    int used;

    (void)state;
    line("quern-worker --concurrency 3 run task");
    write_file(".env", "QUERN_CONCURRENCY=1\nQUERN_LEASE=1s\nQUERN_QUEUES=a\n");
    setenv("QUERN_CONCURRENCY", "2", 1);
    setenv("QUERN_LEASE", "2s", 1);
    struct qn_config config = load(&used);
    assert_int_equal(used, 2);
    assert_int_equal(qn_config_number(&config, "concurrency"), 3);
    assert_int_equal(qn_config_number(&config, "lease"), 2000);
    assert_string_equal(qn_config_text(&config, "queues"), "a");
    qn_config_release(&config);
    unsetenv("QUERN_CONCURRENCY");
    unsetenv("QUERN_LEASE");
    unlink(".env");
}

static void a_named_file_is_read_and_must_exist(void **state)
{
    struct qn_config config;
    struct qn_err err;
    int used;

    (void)state;
    line("quern-worker --config other.conf");
    assert_int_not_equal(qn_settings_load(&config, QN_PROG_WORKER, argc, argv, &used, &err), QN_OK);
    assert_non_null(strstr(err.msg, "other.conf"));
    write_file("other.conf", "queues = fromfile\n");
    config = load(&used);
    assert_string_equal(qn_config_text(&config, "queues"), "fromfile");
    qn_config_release(&config);
    line("quern-worker");
    setenv("QUERN_CONFIG", "other.conf", 1);
    config = load(&used);
    assert_string_equal(qn_config_text(&config, "queues"), "fromfile");
    qn_config_release(&config);
    unsetenv("QUERN_CONFIG");
}

static void the_founding_names_are_aliases(void **state)
{
    int used;

    (void)state;
    line("quern-worker");
    setenv("REDIS_URL", "redis://seed/1", 1);
    setenv("DATABASE_URL", "postgresql://seed/db", 1);
    struct qn_config config = load(&used);
    assert_string_equal(qn_config_text(&config, "broker-url"), "redis://seed/1");
    assert_string_equal(qn_config_text(&config, "database-url"), "postgresql://seed/db");
    qn_config_release(&config);
    unsetenv("REDIS_URL");
    unsetenv("DATABASE_URL");
}

static void a_program_has_no_options_of_another(void **state)
{
    struct qn_config config;
    struct qn_err err;
    int used;

    (void)state;
    line("quern-worker --queues a --port 1");
    assert_int_equal(qn_settings_load(&config, QN_PROG_WORKER, argc, argv, &used, &err),
                     QN_ENOTFOUND);
    assert_int_equal(used, 2);
    assert_string_equal(qn_config_text(&config, "queues"), "a");
    qn_config_release(&config);
}

static void read_line(struct qn_config *ret, const char *text)
{
    struct qn_err err;
    int used;

    line(text);
    assert_int_equal(qn_settings_load(ret, QN_PROG_WORKER, argc, argv, &used, &err), QN_OK);
}

static void a_time_zone_is_one_of_this_machine(void **state)
{
    static const char *const good[] = {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"};
    static const char *const bad[] = {
        "Mars/Base", ":/etc/localtime", "/etc/localtime", "../../../etc/passwd",
        "Europe",    "zone.tab",        "CST8CDT4"};
    struct qn_config config;
    struct qn_err err;
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(text, sizeof(text), "quern-worker --timezone %s", good[i]);
        read_line(&config, text);
        assert_int_equal(qn_settings_zone(&config, &err), QN_OK);
        qn_config_release(&config);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(text, sizeof(text), "quern-worker --timezone %s", bad[i]);
        read_line(&config, text);
        assert_int_equal(qn_settings_zone(&config, &err), QN_EINVAL);
        assert_non_null(strstr(err.msg, "--timezone: timezone: there is no time zone"));
        qn_config_release(&config);
    }
}

static void a_log_level_is_one_of_four(void **state)
{
    enum qn_log_level level;
    struct qn_config config;
    struct qn_err err;

    (void)state;
    read_line(&config, "quern-worker --log-level error");
    assert_int_equal(qn_settings_level(&config, &level, &err), QN_OK);
    assert_int_equal(level, QN_LOG_ERROR);
    qn_config_release(&config);
    read_line(&config, "quern-worker --log-level loud");
    assert_int_equal(qn_settings_level(&config, &level, &err), QN_EINVAL);
    assert_string_equal(err.msg,
                        "--log-level: log-level is one of debug, info, warn, error, not \"loud\"");
    qn_config_release(&config);
}

static void names_and_variables_are_unique(void **state)
{
    (void)state;
    for (int i = 0; i < qn_settings_n; i++) {
        assert_non_null(qn_settings[i].doc);
        assert_int_not_equal(qn_settings[i].programs, 0);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(qn_settings[i].name, qn_settings[k].name);
            assert_string_not_equal(qn_settings[i].env, qn_settings[k].env);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_preset_is_valid),
        cmocka_unit_test(arguments_win_over_environment_over_file),
        cmocka_unit_test(a_named_file_is_read_and_must_exist),
        cmocka_unit_test(the_founding_names_are_aliases),
        cmocka_unit_test(a_program_has_no_options_of_another),
        cmocka_unit_test(a_time_zone_is_one_of_this_machine),
        cmocka_unit_test(a_log_level_is_one_of_four),
        cmocka_unit_test(names_and_variables_are_unique),
    };

    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
