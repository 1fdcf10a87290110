#include "broker-client/schedule_json.h"

#include "common/json.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define KEPT(when)                                           \
    "{\"changed_at\":1751000000000,\"source\":\"api\"," when \
    ",\"zone\":\"Europe/Berlin\",\"job\":{\"task\":\"t.one\"}}"
#define NOON INT64_C(1751284800) /* 2025-06-30T12:00:00Z */

static struct qn_span span(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

static void view_of(struct qn_schedule_view *ret, const char *definition, int64_t paused_ms,
                    const char *last)
{
    const struct qn_schedule_row row = {.name = span("nightly"),
                                        .definition = span(definition),
                                        .paused_ms = paused_ms,
                                        .last = span(last)};

    assert_int_equal(qn_schedule_view_make(ret, &row, NOON * 1000, NULL, NULL), QN_OK);
}

static void check_json(const char *definition, int64_t paused_ms, const char *last,
                       const char *wanted)
{
    struct qn_schedule_view view;
    struct qn_buf out;

    view_of(&view, definition, paused_ms, last);
    qn_buf_init(&out, 64 * 1024);
    qn_buf_add_byte(&out, '{');
    qn_schedule_view_json(&out, &view, 2);
    assert_int_equal(qn_buf_add_byte(&out, '}'), QN_OK);
    assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
    assert_string_equal(out.data, wanted);
    qn_buf_release(&out);
    qn_schedule_view_release(&view);
}

static void a_schedule_is_shown_with_its_next_times(void **state)
{
    (void)state;
    check_json(KEPT("\"cron\":\"0 1 * * *\""), QN_NO_TIME, "{\"what\":\"made\"}",
               "{\"name\":\"nightly\",\"state\":\"active\",\"text\":\"At 01:00 every day\","
               "\"definition\":{\"cron\":\"0 1 * * *\",\"zone\":\"Europe/Berlin\","
               "\"catch_up\":\"one\",\"overlap\":\"allow\",\"job\":{\"task\":\"t.one\"}},"
               "\"source\":\"api\",\"changed_at\":\"2025-06-27T04:53:20.000Z\","
               "\"next\":[\"2025-07-01T01:00:00+02:00\",\"2025-07-02T01:00:00+02:00\"],"
               "\"last\":{\"what\":\"made\"}}");
}

static void how_a_job_is_laid_out_is_no_change(void **state)
{
    static const char *const jobs[] = {
        "{\"task\":\"t.one\",\"args\":{\"a b\":\" \\\" c\\\\\",\"d\":[1,2]}}",
        " {\t\"task\" : \"t.one\",\r\n\"args\":{ \"a b\" :\" \\\" c\\\\\", \"d\": [ 1, 2 ]} }\n",
    };
    static const struct qn_schedule_rules rules = {.zone = "UTC"};
    struct qn_buf out[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char json[512], field[QN_DRAFT_FIELD_SIZE];
        struct qn_schedule schedule;
        struct qn_err err;
        snprintf(json, sizeof(json), "{\"every\":60,\"job\":%s}", jobs[i]);
        assert_int_equal(qn_schedule_parse(&schedule, "x", span(json), &rules, field, &err), QN_OK);
        qn_buf_init(&out[i], 4096);
        qn_schedule_encode(&schedule, &out[i]);
        qn_schedule_release(&schedule);
    }
    assert_string_equal(out[0].data, out[1].data);
    assert_non_null(strstr(out[0].data, jobs[0]));
    qn_buf_release(&out[0]);
    qn_buf_release(&out[1]);
}

static void a_paused_one_says_since_when(void **state)
{
    struct qn_schedule_view view;

    (void)state;
    view_of(&view, KEPT("\"every\":\"1h\""), NOON * 1000 - 1000, "");
    assert_int_equal(view.state, QN_SCHEDULE_PAUSED);
    assert_int_equal(view.paused_ms, NOON * 1000 - 1000);
    qn_schedule_view_release(&view);
}

static void one_without_a_next_time_is_over(void **state)
{
    struct qn_schedule_view view;

    (void)state;
    view_of(&view, KEPT("\"at\":\"2025-06-30T12:00:00Z\""), QN_NO_TIME, "");
    assert_int_equal(view.state, QN_SCHEDULE_OVER);
    qn_schedule_view_release(&view);
    view_of(&view, KEPT("\"at\":\"2025-06-30T12:00:01Z\""), QN_NO_TIME, "");
    assert_int_equal(view.state, QN_SCHEDULE_ACTIVE);
    qn_schedule_view_release(&view);
}

static void what_does_not_read_is_damaged_and_says_why(void **state)
{
    static const char *const bad[] = {
        "", "{", "[]", "{}", KEPT("\"cron\":\"x\""), KEPT("\"size\":1")};
    struct qn_schedule_view view;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        view_of(&view, bad[i], QN_NO_TIME, "{");
        assert_int_equal(view.state, QN_SCHEDULE_DAMAGED);
        assert_true(view.why.msg[0] != '\0');
        assert_null(view.last);
        qn_schedule_view_release(&view);
    }
    check_json(KEPT("\"at\":5"), QN_NO_TIME, "[]",
               "{\"name\":\"nightly\",\"state\":\"damaged\",\"error\":\"at must be a time such as "
               "\\\"2026-01-31T08:00:00+01:00\\\"\"}");
}

static void check_words(const char *definition, const char *wanted)
{
    struct qn_schedule_view view;
    struct qn_buf out;

    view_of(&view, definition, QN_NO_TIME, "");
    qn_buf_init(&out, 4096);
    qn_schedule_words(&view.schedule, &out);
    assert_string_equal(out.data, wanted);
    qn_buf_release(&out);
    qn_schedule_view_release(&view);
}

static void when_it_is_due_is_told_in_words(void **state)
{
    (void)state;
    check_words(KEPT("\"cron\":\"0 9 * * mon#1\""), "At 09:00 on the first Monday of the month");
    check_words(KEPT("\"cron\":\"@every 90s\""), "Every 1m30s, at multiples of it");
    check_words(KEPT("\"every\":300"), "Every 5m, at multiples of it");
    check_words(KEPT("\"at\":\"2026-01-01T00:00:00Z\""), "Once, at 2026-01-01T01:00:00+01:00");
}

static void times_have_the_offset_of_their_zone(void **state)
{
    struct qn_schedule_view view;
    char text[QN_SCHEDULE_TIME_SIZE];

    (void)state;
    view_of(&view, KEPT("\"every\":\"1h\""), QN_NO_TIME, "");
    qn_schedule_time(&view.schedule, NOON, text);
    assert_string_equal(text, "2025-06-30T14:00:00+02:00");
    qn_schedule_view_release(&view);
    view_of(&view,
            "{\"changed_at\":1,\"source\":\"api\",\"every\":\"1h\",\"zone\":\"America/St_Johns\","
            "\"job\":{\"task\":\"t.one\"}}",
            QN_NO_TIME, "");
    qn_schedule_time(&view.schedule, NOON, text);
    assert_string_equal(text, "2025-06-30T09:30:00-02:30");
    qn_schedule_view_release(&view);
}

static void lines_of_history_that_do_not_read_are_left_out(void **state)
{
    const struct qn_entry entries[] = {{.value = span("{")},
                                       {.value = span("{\"what\":\"made\"}")},
                                       {.value = span("5")},
                                       {.value = span("{\"what\":\"run\"}")}};
    const struct qn_entries fires = {4, entries};
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 4096);
    qn_schedule_json_fires(&out, "nightly", &fires);
    assert_string_equal(
        out.data, "{\"name\":\"nightly\",\"fires\":[{\"what\":\"made\"},{\"what\":\"run\"}]}");
    qn_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_schedule_is_shown_with_its_next_times),
        cmocka_unit_test(how_a_job_is_laid_out_is_no_change),
        cmocka_unit_test(a_paused_one_says_since_when),
        cmocka_unit_test(one_without_a_next_time_is_over),
        cmocka_unit_test(what_does_not_read_is_damaged_and_says_why),
        cmocka_unit_test(when_it_is_due_is_told_in_words),
        cmocka_unit_test(times_have_the_offset_of_their_zone),
        cmocka_unit_test(lines_of_history_that_do_not_read_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
