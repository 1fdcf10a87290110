/* The file of schedules: what it says becomes definitions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "beat/file.h"
#include "common/mem.h"
#include <stdio.h>
#include <string.h>

static struct beat_file file;
static struct qn_err err;

static int parse(const char *text)
{
    const struct qn_schedule_rules rules = {.zone = "Asia/Shanghai"};
    char *copy = qn_strdup(text);

    file = (struct beat_file){0};
    err = (struct qn_err){.msg = ""};
    int rc = beat_file_parse(&file, "test.conf", copy, &rules, &err);
    qn_free(copy);
    return rc;
}

static void an_entry_is_read_with_all_its_keys(void **state)
{
    (void)state;
    int rc = parse("# comment\r\n"
                   "[schedule cleanup]\n  task = cache.clean_expired\n"
                   "cron = 0 1 * * *\nqueue=upkeep\nargs = {\"dry_run\": true}\n"
                   "priority = 2\nexpires = 90s\nmax-attempts = 3\nzone = Europe/Berlin\n"
                   "jitter = 5s\nstarts-at = 2025-01-01T00:00:00Z\nends_at = 2026-01-01T00:00:00Z\n"
                   "catch-up = all\ncatch-up-max = 7\noverlap = cancel_previous\n"
                   "tags = [\"a\"]\nretry = {\"kind\": \"fixed\", \"base\": \"1s\"}\n"
                   "unique = {\"until\": \"started\"}\non-failed = {\"task\": \"t.two\"}\n"
                   "limit-key = tenant\nsoft-limit = 5s\nhard-limit = 6s\nresult-ttl = 1h\n"
                   "delay = 2s\n"
                   "[schedule sync]\ntask = users.sync_activity\nevery = 300\n"
                   "[schedule once]\nat = 2030-01-01T00:00:00Z\ntask = t.one");
    assert_string_equal(err.msg, "");
    assert_int_equal(rc, QN_OK);
    assert_int_equal(file.n, 3);
    assert_string_equal(file.all[0].name, "cleanup");
    assert_string_equal(file.all[0].source, "file test.conf:2");
    assert_string_equal(
        file.all[0].json.data,
        "{\"cron\":\"0 1 * * *\",\"zone\":\"Europe/Berlin\",\"jitter\":\"5s\","
        "\"starts_at\":\"2025-01-01T00:00:00.000Z\",\"ends_at\":\"2026-01-01T00:00:00.000Z\","
        "\"catch_up\":\"all\",\"catch_up_max\":7,\"overlap\":\"cancel_previous\",\"job\":"
        "{\"task\":\"cache.clean_expired\",\"queue\":\"upkeep\",\"args\":{\"dry_run\":true},"
        "\"priority\":2,\"expires\":\"90s\",\"max_attempts\":3,\"tags\":[\"a\"],"
        "\"retry\":{\"kind\":\"fixed\",\"base\":\"1s\"},\"unique\":{\"until\":\"started\"},"
        "\"on_failed\":{\"task\":\"t.two\"},\"limit_key\":\"tenant\",\"soft_limit\":\"5s\","
        "\"hard_limit\":\"6s\",\"result_ttl\":\"1h\",\"delay\":\"2s\"}}");
    assert_int_equal(file.all[0].json.len, strlen(file.all[0].json.data));
    assert_string_equal(file.all[1].source, "file test.conf:26");
    assert_string_equal(file.all[1].json.data,
                        "{\"every\":\"5m\",\"zone\":\"Asia/Shanghai\",\"catch_up\":\"one\","
                        "\"overlap\":\"allow\",\"job\":{\"task\":\"users.sync_activity\"}}");
    assert_non_null(strstr(file.all[2].json.data, "{\"at\":\"2030-01-01T00:00:00Z\","));
    beat_file_release(&file);
}

static void a_mistake_is_refused_with_file_line_and_key(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"task = a", "test.conf:1: task: stands before"},
        {"[schedule A]", "test.conf:1: a schedule's name"},
        {"[schedule a", "test.conf:1: [schedule NAME]"},
        {"[other a]", "[schedule NAME]"},
        {"[schedule a]\nevery = 1s", "test.conf:1: a: task is required"},
        {"[schedule a]\ntask = t", "test.conf:1: a: one of cron, every and at"},
        {"[schedule a]\ntask = t\nevery = 1s\ncron = * * * * *",
         "test.conf:4: cron and another of cron, every and at"},
        {"[schedule a]\ntask = t\nevery = 1500ms", "test.conf:3: every must be"},
        {"[schedule a]\ntask = t\ncron = 61 * * * *\n\n[schedule b]",
         "test.conf:3: cron: minute: 61"},
        {"[schedule a]\nevery = 1s\ntask = T", "test.conf:3: task must be"},
        {"[schedule a]\ntask = t\ntask = u", "test.conf:3: task: is given twice"},
        {"[schedule a]\nmax-attempts = 1\nmax_attempts = 2", "test.conf:3: max_attempts: is given"},
        {"[schedule a]\ntask = t\nevery = 1s\nargs = [1]", "test.conf:4: args must be an object"},
        {"[schedule a]\nargs = {\"a\":1,\"a\":2}", "test.conf:2: args: byte 7: duplicate"},
        {"[schedule a]\nargs = {}, \"job\": {}", "test.conf:2: args: byte"},
        {"[schedule a]\ntask = t\nevery = 1s\nqueue = A B", "test.conf:4: queue must be"},
        {"[schedule a]\ntask = t\nevery = 1s\npriority = 4", "test.conf:4: priority must be"},
        {"[schedule a]\ntask = t\nevery = 1s\npriority = high", "test.conf:4: priority must be"},
        {"[schedule a]\ntask = t\nevery = 1s\nmax-attempts = 0", "test.conf:4: max_attempts must"},
        {"[schedule a]\ntask = t\nevery = 1s\nexpires = soon", "test.conf:4: expires must be"},
        {"[schedule a]\ntask = t\nevery = 1s\nretry = {\"base\": \"1y\"}",
         "test.conf:4: retry.base"},
        {"[schedule a]\ntask = t\nevery = 1s\noverlap = skip\nunique = {\"until\":\"started\"}",
         "test.conf:4: overlap \"skip\" and job.unique exclude each other"},
        {"[schedule a]\ntask = t\nevery = 1s\nzone = Mars/Olympus", "test.conf:4: zone: "},
        {"[schedule a]\ntask = t\nevery = 1s\ncolour = red", "test.conf:4: a job has no member"},
        {"[schedule a]\nnonsense", "test.conf:2: name = value"},
        {"[schedule a]\ntask = t\nevery = 1s\n[schedule b]\ntask = t\nevery = 1s\n[schedule a]\n"
         "task = t\nevery = 1s",
         "test.conf:7: a: there is a schedule of this name before"},
        {"[schedule a]\n01234567890123456789012345678901234567890123456789 = 1", "many letters"},
    };
    size_t live = qn_mem_live();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (parse(cases[i].text) != QN_EINVAL)
            fail_msg("accepted: %s", cases[i].text);
        if (!strstr(err.msg, cases[i].why))
            fail_msg("\"%s\" does not say \"%s\"", err.msg, cases[i].why);
        assert_null(file.all);
    }
    assert_int_equal(qn_mem_live(), live);
}

static void an_entry_has_an_end_to_its_keys(void **state)
{
    char text[4096] = "[schedule a]\n";
    size_t len = strlen(text);

    (void)state;
    for (int i = 0; i < 60; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "k%d = 1\n", i);
    assert_int_equal(parse(text), QN_EINVAL);
    assert_non_null(strstr(err.msg, "test.conf:50: k48: is one key too many"));
}

static void a_definition_of_a_file_is_no_larger_than_others(void **state)
{
    static const char head[] = "[schedule a]\ntask = t\nevery = 1s\nargs = {\"a\":\"";
    char *text = qn_zalloc(1, sizeof(head) + QN_SCHEDULE_JSON_MAX + 3);
    char *args = text + sizeof(head) - 1;

    (void)state;
    assert_non_null(text);
    memcpy(text, head, sizeof(head) - 1);
    memset(args, 'x', QN_SCHEDULE_JSON_MAX - 200);
    memcpy(args + QN_SCHEDULE_JSON_MAX - 200, "\"}", 3);
    assert_int_equal(parse(text), QN_OK);
    beat_file_release(&file);
    memset(args, 'x', QN_SCHEDULE_JSON_MAX);
    memcpy(args + QN_SCHEDULE_JSON_MAX, "\"}", 3);
    assert_int_equal(parse(text), QN_EINVAL);
    assert_non_null(strstr(err.msg, "test.conf:1: a: a schedule's definition is at most 64 KiB"));
    qn_free(text);
}

static void memory_that_ends_anywhere_leaks_nothing(void **state)
{
    static const char text[] = "[schedule a]\ntask = t\nevery = 1s\nqueue = q\nargs = {}\n"
                               "[schedule b]\ntask = t\ncron = * * * * *\nzone = Asia/Tokyo\n";
    const struct qn_schedule_rules rules = {.zone = "UTC"};
    char copy[sizeof(text)];
    size_t live = qn_mem_live(), nth = 0;
    int rc;

    (void)state;
    do {
        memcpy(copy, text, sizeof(text));
        qn_mem_fail_at(++nth, 0);
        rc = beat_file_parse(&file, "test.conf", copy, &rules, NULL);
        qn_mem_fail_at(0, 0);
        if (rc == QN_OK)
            beat_file_release(&file);
        assert_int_equal(qn_mem_live(), live);
    } while (rc == QN_ENOMEM);
    assert_int_equal(rc, QN_OK);
    assert_true(nth > 10);
}

static void a_source_needs_no_care_anywhere(void **state)
{
    const struct qn_schedule_rules rules = {.zone = NULL};
    char text[] = "[schedule a]\ntask = t\nevery = 1s", path[400];

    (void)state;
    memset(path, 'p', sizeof(path));
    memcpy(path, "a\"b\\c\nd\xc3\xa4", 9);
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(beat_file_parse(&file, path, text, &rules, &err), QN_OK);
    assert_memory_equal(file.all[0].source, "file a?b?c?d??ppp", 17);
    assert_true(strlen(file.all[0].source) <= QN_SOURCE_MAX);
    assert_non_null(strstr(file.all[0].source, "p:1"));
    beat_file_release(&file);
}

static void at_most_10000_are_read_and_each_by_its_own_name(void **state)
{
    struct qn_buf text;

    (void)state;
    qn_buf_init(&text, BEAT_FILE_MAX);
    for (int i = 0; i < QN_SCHEDULES_MAX; i++)
        qn_buf_printf(&text, "[schedule s%d]\ntask = t\nevery = 1s\n", i);
    assert_int_equal(parse(text.data), QN_OK);
    assert_int_equal(file.n, QN_SCHEDULES_MAX);
    assert_string_equal(file.all[9999].name, "s9999");
    beat_file_release(&file);
    qn_buf_add_str(&text, "[schedule more]\ntask = t\nevery = 1s\n");
    assert_int_equal(parse(text.data), QN_EINVAL);
    assert_non_null(strstr(err.msg, "test.conf:30001: more: too many schedules"));
    qn_buf_release(&text);
}

static void a_file_that_is_cut_off_or_flipped_breaks_nothing(void **state)
{
    static const char whole[] = "[schedule a]\ntask = t.one\ncron = */5 0 L * MON#2\nzone = "
                                "UTC\nargs = {\"x\":[1,2]}\nexpires = 5m\nretry = {\"base\":1}\n";
    char text[sizeof(whole)];
    const struct qn_schedule_rules rules = {.zone = "UTC"};

    (void)state;
    for (size_t i = 0; i < sizeof(whole); i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(text, whole, sizeof(whole));
            text[i] = (char)(text[i] ^ (1 << bit));
            text[sizeof(text) - 1] = '\0';
            if (beat_file_parse(&file, "test.conf", text, &rules, NULL) == QN_OK)
                beat_file_release(&file);
        }
}

static void an_editors_byte_order_mark_is_passed_over(void **state)
{
    (void)state;
    assert_int_equal(parse("\xef\xbb\xbf[schedule a]\ntask = t\nevery = 1s\n"), QN_OK);
    assert_int_equal(file.n, 1);
    beat_file_release(&file);
    assert_int_equal(parse(""), QN_OK);
    assert_int_equal(file.n, 0);
    beat_file_release(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_read_with_all_its_keys),
        cmocka_unit_test(a_mistake_is_refused_with_file_line_and_key),
        cmocka_unit_test(an_entry_has_an_end_to_its_keys),
        cmocka_unit_test(a_definition_of_a_file_is_no_larger_than_others),
        cmocka_unit_test(memory_that_ends_anywhere_leaks_nothing),
        cmocka_unit_test(a_source_needs_no_care_anywhere),
        cmocka_unit_test(at_most_10000_are_read_and_each_by_its_own_name),
        cmocka_unit_test(a_file_that_is_cut_off_or_flipped_breaks_nothing),
        cmocka_unit_test(an_editors_byte_order_mark_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
