/* The schedule file and the planned times that follow from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "beat/describe.h"
#include "beat/schedule.h"
#include "common/json.h"
#include "common/mem.h"
#include <stdio.h>
#include <string.h>

static int parse(struct beat_schedules *ret, const char *text, struct qn_err *err)
{
    char *copy = qn_strdup(text);
    int rc = beat_schedules_parse(ret, "test.conf", copy, "Asia/Shanghai", err);

    qn_free(copy);
    return rc;
}

static void an_entry_is_read_with_all_its_keys(void **state)
{
    struct beat_schedules s = {0};
    struct qn_err err = {0};
    (void)state;
    assert_int_equal(parse(&s,
                           "# comment\r\n"
                           "[schedule cleanup]\n  task = cache.clean_expired\n"
                           "cron = 0 1 * * *\nqueue=upkeep\nargs = {\"dry_run\": true}\n"
                           "priority = 2\nexpires = 90s\nmax-attempts = 3\nzone = Europe/Berlin\n"
                           "[schedule sync]\ntask = users.sync_activity\nevery = 300s\n",
                           &err),
                     QN_OK);
    assert_int_equal(s.n, 2);
    assert_string_equal(s.all[0].name, "cleanup");
    assert_string_equal(s.all[0].task, "cache.clean_expired");
    assert_string_equal(s.all[0].queue, "upkeep");
    assert_string_equal(s.all[0].args, "{\"dry_run\": true}");
    assert_int_equal(s.all[0].priority, 2);
    assert_int_equal(s.all[0].expires_ms, 90000);
    assert_int_equal(s.all[0].max_attempts, 3);
    assert_null(s.all[1].queue);
    assert_string_equal(s.all[1].args, "{}");
    /* 2025-06-30T12:00:00Z: one in the morning in Berlin is 23:00 UTC */
    assert_int_equal(beat_schedule_after(&s.all[0], 1751284800), 1751324400);
    beat_schedules_release(&s);
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
        {"[schedule a]\nevery = 1s", "test.conf:1: a: task is missing"},
        {"[schedule a]\ntask = t", "cron or every is missing"},
        {"[schedule a]\ntask = t\nevery = 1s\ncron = * * * * *",
         "test.conf:4: cron: cron or every"},
        {"[schedule a]\ntask = t\nevery = 1500ms", "whole seconds"},
        {"[schedule a]\ntask = t\ncron = 61 * * * *", "test.conf:3: cron: minute: 61"},
        {"[schedule a]\ntask = T", "test.conf:2: task: a task name"},
        {"[schedule a]\ntask = t\ntask = u", "test.conf:3: task: is given twice"},
        {"[schedule a]\nargs = [1]", "a JSON object was expected"},
        {"[schedule a]\nargs = {\"a\":1,\"a\":2}", "duplicate"},
        {"[schedule a]\nqueue = A B", "a queue name"},
        {"[schedule a]\npriority = 4", "0 to 3"},
        {"[schedule a]\nmax-attempts = 0", "1 to 1000"},
        {"[schedule a]\nexpires = soon", "a duration"},
        {"[schedule a]\nzone = Mars/Olympus", "Mars/Olympus"},
        {"[schedule a]\ncolour = red", "test.conf:2: colour: is no part of a schedule"},
        {"[schedule a]\nnonsense", "name = value"},
        {"[schedule a]\ntask = t\nevery = 1s\n[schedule a]", "test.conf:4: a: there is a schedule"},
    };
    size_t live = qn_mem_live();
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct beat_schedules s = {0};
        struct qn_err err = {0};
        if (parse(&s, cases[i].text, &err) != QN_EINVAL)
            fail_msg("accepted: %s", cases[i].text);
        if (!strstr(err.msg, cases[i].why))
            fail_msg("\"%s\" does not say \"%s\"", err.msg, cases[i].why);
    }
    assert_int_equal(qn_mem_live(), live);
}

static void arguments_have_the_same_cap_as_everywhere(void **state)
{
    static const char head[] = "[schedule a]\ntask = t\nevery = 1s\nargs = ";
    struct beat_schedules s = {0};
    struct qn_err err = {0};
    char *text = qn_zalloc(1, sizeof(head) + QN_ARGS_MAX + 1), *args = text + sizeof(head) - 1;

    (void)state;
    assert_non_null(text);
    memcpy(text, head, sizeof(head) - 1);
    memset(args, ' ', QN_ARGS_MAX);
    args[0] = '{';
    args[QN_ARGS_MAX - 1] = '}';
    assert_int_equal(parse(&s, text, &err), QN_OK);
    beat_schedules_release(&s);
    args[QN_ARGS_MAX - 1] = ' ';
    args[QN_ARGS_MAX] = '}';
    assert_int_equal(parse(&s, text, &err), QN_EINVAL);
    assert_non_null(strstr(err.msg, "test.conf:4: args: over 1 MiB"));
    qn_free(text);
}

static void all_beats_plan_an_interval_for_the_same_moments(void **state)
{
    struct beat_schedule s = {.cron = {.every_s = 300}};
    (void)state;
    assert_int_equal(beat_schedule_after(&s, 0), 300);
    assert_int_equal(beat_schedule_after(&s, 299), 300);
    assert_int_equal(beat_schedule_after(&s, 300), 600);
}

static void of_several_missed_times_only_the_last_is_made_up_for(void **state)
{
    struct beat_schedule s = {.cron = {.every_s = 10}};
    int missed = -1;
    (void)state;
    assert_int_equal(beat_schedule_catch_up(&s, 1000, 1060, &missed), 1060);
    assert_int_equal(missed, 5);
    assert_int_equal(beat_schedule_catch_up(&s, 1000, 1015, &missed), 1010);
    assert_int_equal(missed, 0);
    assert_int_equal(beat_schedule_catch_up(&s, 1000, 1005, &missed), 1010);
    assert_int_equal(missed, 0);
}

static void memory_that_ends_anywhere_leaks_nothing(void **state)
{
    size_t live = qn_mem_live();
    (void)state;
    for (size_t nth = 1; nth < 100; nth++) {
        struct beat_schedules s = {0};
        char text[] =
            "[schedule a]\ntask = t\nevery = 1s\nqueue = q\nargs = {}\nzone = Asia/Tokyo\n"
            "[schedule b]\ntask = t\ncron = * * * * *\n";
        qn_mem_fail_at(nth, 0);
        int rc = beat_schedules_parse(&s, "test.conf", text, "UTC", NULL);
        qn_mem_fail_at(0, 0);
        if (rc == QN_OK) {
            assert_true(nth > 5);
            beat_schedules_release(&s);
            assert_int_equal(qn_mem_live(), live);
            return;
        }
        assert_int_equal(qn_mem_live(), live);
    }
    fail_msg("it never succeeded");
}

static void a_byte_order_mark_is_passed_over(void **state)
{
    struct beat_schedules s = {0};
    struct qn_err err = {0};

    (void)state;
    assert_int_equal(parse(&s, "\xef\xbb\xbf[schedule a]\ntask = t\nevery = 5s\n", &err), QN_OK);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.all[0].line, 1);
    beat_schedules_release(&s);
}

static void describe(const struct beat_schedule *schedule, const char *leader, struct qn_buf *out)
{
    const struct beat_about about = {
        .file = "test.conf", .leader = leader, .now_ms = INT64_C(1751284800123), .times = 2};

    qn_buf_reset(out);
    assert_int_equal(beat_describe(schedule, &about, out), QN_OK);
    assert_int_equal(qn_json_check(out->data, out->len, NULL, NULL), QN_OK);
}

static void a_description_says_all_of_a_schedule(void **state)
{
    struct beat_schedules s = {0};
    struct qn_err err = {0};
    struct qn_buf out;

    (void)state;
    assert_int_equal(parse(&s,
                           "[schedule night]\ntask = t.a\ncron = 0 1 * * *\nzone = Europe/Berlin\n"
                           "queue = q\nargs = {\"a\": 1}\npriority = 2\nexpires = 90m\n"
                           "max-attempts = 3\n[schedule pulse]\ntask = t.b\nevery = 300s\n",
                           &err),
                     QN_OK);
    qn_buf_init(&out, 1 << 16);
    describe(&s.all[0], "h:1", &out);
    assert_string_equal(
        out.data,
        "{\"name\":\"night\",\"cron\":\"0 1 * * *\",\"zone\":\"Europe/Berlin\",\"job\":{\"task\":"
        "\"t.a\",\"args\":{\"a\": 1},\"queue\":\"q\",\"priority\":2,\"expires\":\"1h30m\","
        "\"max_attempts\":3},\"source\":\"test.conf:1\",\"next\":[\"2025-07-01T01:00:00+02:00\","
        "\"2025-07-02T01:00:00+02:00\"],\"leader\":\"h:1\",\"told_at\":"
        "\"2025-06-30T12:00:00.123Z\"}");
    describe(&s.all[1], NULL, &out);
    assert_string_equal(out.data,
                        "{\"name\":\"pulse\",\"every\":\"300s\",\"zone\":\"Asia/Shanghai\","
                        "\"job\":{\"task\":\"t.b\",\"args\":{}},\"source\":\"test.conf:10\","
                        "\"next\":[\"2025-06-30T20:05:00+08:00\",\"2025-06-30T20:10:00+08:00\"]}");
    qn_buf_release(&out);
    beat_schedules_release(&s);
}

static void what_it_last_did_is_recalled(void **state)
{
    struct beat_schedules s = {0};
    struct qn_err err = {0};
    struct qn_buf out;
    struct beat_schedule *one;

    (void)state;
    assert_int_equal(parse(&s, "[schedule a]\ntask = t\nevery = 5s\n", &err), QN_OK);
    one = &s.all[0];
    one->last_s = 1751284795;
    snprintf(one->last_job, sizeof(one->last_job), "q.a-1751284795");
    qn_buf_init(&out, 1 << 16);
    describe(one, "h:1", &out);
    one->last_s = 0;
    one->last_job[0] = '\0';
    beat_recall(one, out.data, out.len);
    assert_int_equal(one->last_s, 1751284795);
    assert_string_equal(one->last_job, "q.a-1751284795");
    /* what we know ourselves is newer */
    one->last_s++;
    one->last_job[0] = '\0';
    beat_recall(one, out.data, out.len);
    assert_string_equal(one->last_job, "");
    static const char *const bad[] = {
        "", "{", "[]", "5", "{\"last_planned_at\":5}", "{\"last_planned_at\":\"soon\"}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        beat_recall(one, bad[i], strlen(bad[i]));
    assert_int_equal(one->last_s, 1751284796);
    qn_buf_release(&out);
    beat_schedules_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_read_with_all_its_keys),
        cmocka_unit_test(a_mistake_is_refused_with_file_line_and_key),
        cmocka_unit_test(arguments_have_the_same_cap_as_everywhere),
        cmocka_unit_test(all_beats_plan_an_interval_for_the_same_moments),
        cmocka_unit_test(of_several_missed_times_only_the_last_is_made_up_for),
        cmocka_unit_test(memory_that_ends_anywhere_leaks_nothing),
        cmocka_unit_test(a_byte_order_mark_is_passed_over),
        cmocka_unit_test(a_description_says_all_of_a_schedule),
        cmocka_unit_test(what_it_last_did_is_recalled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
