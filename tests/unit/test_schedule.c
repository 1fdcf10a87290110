#include "broker-client/schedule.h"

#include "broker-client/fire_note.h"
#include "common/json.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define JOB "\"job\":{\"task\":\"t.one\"}"

static struct qn_schedule it;
static char field[QN_DRAFT_FIELD_SIZE];
static struct qn_err err;

static int parse_by(const char *json, const struct qn_schedule_rules *rules)
{
    err = (struct qn_err){.msg = ""};
    return qn_schedule_parse(&it, "nightly", (struct qn_span){json, strlen(json)}, rules, field,
                             &err);
}

static int parse(const char *json)
{
    const struct qn_schedule_rules rules = {.zone = "Europe/Berlin"};

    return parse_by(json, &rules);
}

static void read_one(const char *json)
{
    if (parse(json) != QN_OK)
        fail_msg("%s: %s", json, err.msg);
}

/* 2025-06-30T12:00:00Z */
#define NOON INT64_C(1751284800)

static void every_member_is_read(void **state)
{
    (void)state;
    read_one("{\"cron\":\"0 1 * * *\",\"zone\":\"Asia/Tokyo\",\"jitter\":\"30s\","
             "\"starts_at\":\"2025-01-01T00:00:00Z\",\"ends_at\":\"2026-01-01T00:00:00.5Z\","
             "\"catch_up\":\"all\",\"catch_up_max\":7,\"overlap\":\"cancel_previous\","
             "\"job\":{\"task\":\"t.one\",\"args\":{\"a\":1},\"priority\":2,\"tags\":[\"x\"]}}");
    assert_string_equal(it.name, "nightly");
    assert_int_equal(it.kind, QN_SCHEDULE_CRON);
    assert_string_equal(it.when, "0 1 * * *");
    assert_string_equal(it.zone_name, "Asia/Tokyo");
    assert_int_equal(qn_zone_offset(it.zone, NOON), 9 * 3600);
    assert_int_equal(it.jitter_ms, 30000);
    assert_int_equal(it.starts_s, 1735689600);
    assert_int_equal(it.ends_s, 1767225601);
    assert_int_equal(it.catch_up, QN_CATCH_UP_ALL);
    assert_int_equal(it.catch_up_max, 7);
    assert_int_equal(it.overlap, QN_OVERLAP_CANCEL);
    assert_string_equal(it.draft.task, "t.one");
    assert_int_equal(it.draft.priority, 2);
    assert_true(qn_span_is(it.draft.args, "{\"a\":1}"));
    assert_true(it.draft.args.data >= it.text && it.draft.args.data < it.text + it.len);
    qn_schedule_release(&it);
    qn_schedule_release(&it); /* nothing is left to free */
}

static void what_is_not_given_is_as_usual(void **state)
{
    (void)state;
    read_one("{\"every\":300," JOB ",\"jitter\":null}");
    assert_int_equal(it.kind, QN_SCHEDULE_EVERY);
    assert_string_equal(it.when, "5m");
    assert_string_equal(it.zone_name, "Europe/Berlin");
    assert_int_equal(it.jitter_ms, 0);
    assert_int_equal(it.starts_s, 0);
    assert_int_equal(it.ends_s, INT64_MAX);
    assert_int_equal(it.catch_up, QN_CATCH_UP_ONE);
    assert_int_equal(it.overlap, QN_OVERLAP_ALLOW);
    assert_false(qn_schedule_of_file(&it));
    qn_schedule_release(&it);

    const struct qn_schedule_rules none = {.zone = NULL};
    assert_int_equal(parse_by("{\"every\":\"1s\"," JOB "}", &none), QN_OK);
    assert_string_equal(it.zone_name, "UTC");
    qn_schedule_release(&it);
}

static void a_kept_definition_tells_its_source_and_when_it_changed(void **state)
{
    const struct qn_schedule_rules rules = {.kept = true};
    const char *json =
        "{\"changed_at\":1750000000123,\"source\":\"file a.conf:3\",\"every\":\"1m\"," JOB "}";

    (void)state;
    assert_int_equal(parse_by(json, &rules), QN_OK);
    assert_int_equal(it.changed_ms, INT64_C(1750000000123));
    assert_string_equal(it.source, "file a.conf:3");
    assert_true(qn_schedule_of_file(&it));
    qn_schedule_release(&it);
    assert_int_equal(parse(json), QN_EINVAL);
    assert_string_equal(field, "changed_at");
}

static const struct {
    const char *json, *field, *part; /* of the message */
} refused[] = {
    {"", "", "byte 0"},
    {"[]", "", "must be an object"},
    {"{\"every\":\"1m\"}", "job", "is required"},
    {"{" JOB "}", "", "one of cron, every and at is required"},
    {"{\"every\":\"1m\",\"cron\":\"@daily\"," JOB "}", "cron", "another of cron, every and at"},
    {"{\"at\":\"2026-01-01T00:00:00Z\",\"every\":1," JOB "}", "every", "another of"},
    {"{\"every\":\"1m\",\"evry\":1," JOB "}", "evry", "no member \"evry\""},
    {"{\"every\":\"1m\",\"changed_at\":1," JOB "}", "changed_at", "no member"},
    {"{\"cron\":\"61 * * * *\"," JOB "}", "cron", "cron: "},
    {"{\"cron\":5," JOB "}", "cron", "must be a string"},
    {"{\"cron\":true," JOB "}", "cron", "must be a string"},
    {"{\"every\":\"500ms\"," JOB "}", "every", "whole seconds"},
    {"{\"every\":\"1500ms\"," JOB "}", "every", "whole seconds"},
    {"{\"every\":0," JOB "}", "every", "whole seconds"},
    {"{\"every\":1.5," JOB "}", "every", "whole seconds"},
    {"{\"every\":\"367d\"," JOB "}", "every", "1s to 366d"},
    {"{\"every\":99999999999999999999999," JOB "}", "every", "whole seconds"},
    {"{\"at\":\"tomorrow\"," JOB "}", "at", "must be a time"},
    {"{\"at\":\"1969-01-01T00:00:00Z\"," JOB "}", "at", "must be a time"},
    {"{\"at\":5," JOB "}", "at", "must be a time"},
    {"{\"every\":1,\"zone\":\"Mars/Base\"," JOB "}", "zone", "zone: "},
    {"{\"every\":1,\"zone\":\"../etc/passwd\"," JOB "}", "zone", "zone: "},
    {"{\"every\":1,\"zone\":\"\"," JOB "}", "zone", "must not be empty"},
    {"{\"every\":1,\"zone\":"
     "\"12345678901234567890123456789012345678901234567890123456789012345\"," JOB "}",
     "zone", "is too long"},
    {"{\"every\":1,\"jitter\":\"25h\"," JOB "}", "jitter", "at most 24h"},
    {"{\"every\":1,\"jitter\":-1," JOB "}", "jitter", "at most 24h"},
    {"{\"every\":1,\"jitter\":\"1m\",\"job\":{\"task\":\"t\",\"expires\":\"1m\"}}", "jitter",
     "below job.expires"},
    {"{\"every\":1,\"jitter\":[]," JOB "}", "jitter", "must be a string"},
    {"{\"every\":1,\"starts_at\":1," JOB "}", "starts_at", "must be a string"},
    {"{\"every\":1,\"ends_at\":\"2026-01-01\"," JOB "}", "ends_at", "must be a time"},
    {"{\"every\":1,\"starts_at\":\"2026-01-02T00:00:00Z\",\"ends_at\":\"2026-01-01T00:00:00Z\"," JOB
     "}",
     "ends_at", "before starts_at"},
    {"{\"every\":1,\"catch_up\":\"some\"," JOB "}", "catch_up", "must be skip, one or all"},
    {"{\"every\":1,\"catch_up\":1," JOB "}", "catch_up", "must be a string"},
    {"{\"every\":1,\"catch_up_max\":5," JOB "}", "catch_up_max", "with catch_up \"all\" only"},
    {"{\"every\":1,\"catch_up\":\"all\",\"catch_up_max\":0," JOB "}", "catch_up_max", "1 to 1000"},
    {"{\"every\":1,\"catch_up\":\"all\",\"catch_up_max\":1001," JOB "}", "catch_up_max", "1000"},
    {"{\"every\":1,\"overlap\":\"no\"," JOB "}", "overlap",
     "must be allow, skip or cancel_previous"},
    {"{\"every\":1,\"overlap\":\"skip\",\"job\":{\"task\":\"t\",\"unique\":{\"until\":\"started\"}}"
     "}",
     "overlap", "exclude each other"},
    {"{\"every\":1,\"job\":5}", "job", "must be an object"},
    {"{\"every\":1,\"job\":{}}", "job.task", "job: task is required"},
    {"{\"every\":1,\"job\":{\"task\":\"t\",\"priority\":9}}", "job.priority", "between 0 and 3"},
    {"{\"every\":1,\"job\":{\"task\":\"t\",\"taks\":9}}", "job.taks", "no member \"taks\""},
    {"{\"every\":1,\"job\":{\"task\":\"t\",\"name\":\"n\"}}", "job.name", "is made of"},
    {"{\"every\":1,\"job\":{\"task\":\"t\",\"eta\":\"2030-01-01T00:00:00Z\"}}", "job.eta",
     "single"},
    {"{\"every\":1,\"job\":{\"task\":\"t\",\"expires\":\"2030-01-01T00:00:00Z\"}}", "job.expires",
     "must be a duration"},
};

static void what_is_wrong_is_refused_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        int rc = parse(refused[i].json);
        if (rc != QN_EINVAL || strcmp(field, refused[i].field) != 0 ||
            !strstr(err.msg, refused[i].part))
            fail_msg("%s: %d %s: %s", refused[i].json, rc, field, err.msg);
        assert_null(it.text);
        assert_null(it.zone);
    }
}

static void names_are_short_and_plain(void **state)
{
    const struct qn_schedule_rules rules = {.zone = "UTC"};
    const char *json = "{\"every\":1," JOB "}";
    static const char *const bad[] = {"", "Two", "a b", "a.b", "123456789012345678901234567890123"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct qn_span span = {json, strlen(json)};
        assert_int_equal(qn_schedule_parse(&it, bad[i], span, &rules, field, &err), QN_EINVAL);
        assert_string_equal(field, "name");
    }
}

static void a_definition_is_at_most_64_kib(void **state)
{
    static char json[QN_SCHEDULE_JSON_MAX + 64];
    const char *head = "{\"every\":1,\"job\":{\"task\":\"t\",\"args\":{\"a\":\"";
    size_t len = strlen(head);

    (void)state;
    memset(json, 'x', sizeof(json));
    memcpy(json, head, len);
    for (size_t size = QN_SCHEDULE_JSON_MAX; size <= QN_SCHEDULE_JSON_MAX + 1; size++) {
        memcpy(json + size - 4, "\"}}}", 5);
        assert_int_equal(parse(json), size > QN_SCHEDULE_JSON_MAX ? QN_EINVAL : QN_OK);
        memset(json + size - 4, 'x', 5);
        qn_schedule_release(&it);
    }
    assert_non_null(strstr(err.msg, "64 KiB"));
}

static const char *encode(void)
{
    static char text[4096];
    struct qn_buf out;

    qn_buf_init(&out, sizeof(text) - 1);
    assert_int_equal(qn_schedule_encode(&it, &out), QN_OK);
    memcpy(text, out.data, out.len + 1);
    qn_buf_release(&out);
    qn_schedule_release(&it);
    return text;
}

static void what_is_encoded_reads_as_the_same(void **state)
{
    const char *want =
        "{\"cron\":\"0 1 * * *\",\"zone\":\"Asia/Tokyo\",\"jitter\":\"1m30s\","
        "\"starts_at\":\"2025-01-01T00:00:00.000Z\",\"ends_at\":\"2026-01-01T00:00:00.000Z\","
        "\"catch_up\":\"all\",\"catch_up_max\":7,\"overlap\":\"skip\",\"job\":{\"task\":"
        "\"t.one\"}}";

    (void)state;
    read_one(
        " { \"job\": { \"task\" : \"t.one\" }, \"jitter\": 90, \"overlap\": \"skip\","
        "\"catch_up_max\":7, \"catch_up\":\"all\", \"ends_at\":\"2026-01-01T01:00:00+01:00\","
        "\"starts_at\":\"2025-01-01T00:00:00Z\",\"zone\":\"Asia/Tokyo\",\"cron\":\"0 1 * * *\"}");
    const char *got = encode();
    assert_string_equal(got, want);
    read_one(want);
    assert_string_equal(encode(), want);
    read_one("{\"at\":\"2030-01-01T00:00:00Z\"," JOB "}");
    assert_string_equal(encode(), "{\"at\":\"2030-01-01T00:00:00Z\",\"zone\":\"Europe/Berlin\","
                                  "\"catch_up\":\"one\",\"overlap\":\"allow\"," JOB "}");
}

/* ---- when ---- */

static void an_interval_is_due_at_multiples_since_1970(void **state)
{
    (void)state;
    read_one("{\"every\":\"5m\"," JOB "}");
    assert_int_equal(qn_schedule_after(&it, 0), 300);
    assert_int_equal(qn_schedule_after(&it, 299), 300);
    assert_int_equal(qn_schedule_after(&it, 300), 600);
    assert_int_equal(qn_schedule_last(&it, 0, 1199), 900);
    assert_int_equal(qn_schedule_last(&it, 900, 1199), INT64_MIN);
    assert_int_equal(qn_schedule_last(&it, 899, 900), 900);
    assert_int_equal(qn_schedule_count(&it, 0, 1200, 100), 4);
    assert_int_equal(qn_schedule_count(&it, 0, 1200, 3), 3);
    qn_schedule_release(&it);
}

static void a_single_time_is_due_once(void **state)
{
    (void)state;
    read_one("{\"at\":\"2025-06-30T14:00:00+02:00\"," JOB "}");
    assert_int_equal(qn_schedule_after(&it, 0), NOON);
    assert_int_equal(qn_schedule_after(&it, NOON - 1), NOON);
    assert_int_equal(qn_schedule_after(&it, NOON), INT64_MAX);
    assert_int_equal(qn_schedule_last(&it, 0, NOON + 5), NOON);
    assert_int_equal(qn_schedule_count(&it, 0, INT64_MAX - 1, 10), 1);
    qn_schedule_release(&it);
}

static void nothing_is_due_outside_of_start_and_end(void **state)
{
    (void)state;
    read_one("{\"every\":\"1h\",\"starts_at\":\"2025-06-30T12:00:00Z\","
             "\"ends_at\":\"2025-06-30T14:00:00Z\"," JOB "}");
    assert_int_equal(qn_schedule_after(&it, 0), NOON);
    assert_int_equal(qn_schedule_after(&it, NOON), NOON + 3600);
    assert_int_equal(qn_schedule_after(&it, NOON + 3600), NOON + 7200);
    assert_int_equal(qn_schedule_after(&it, NOON + 7200), INT64_MAX);
    assert_int_equal(qn_schedule_count(&it, 0, INT64_MAX - 1, 10), 3);
    qn_schedule_release(&it);
}

static void the_last_time_is_found_however_far_it_is(void **state)
{
    (void)state;
    read_one("{\"cron\":\"0 0 29 2 *\",\"zone\":\"UTC\"," JOB "}"); /* 2024-02-29 */
    assert_int_equal(qn_schedule_last(&it, 0, NOON), 1709164800);
    qn_schedule_release(&it);
    read_one("{\"cron\":\"*/10 * * * * *\",\"zone\":\"UTC\"," JOB "}");
    assert_int_equal(qn_schedule_last(&it, 0, NOON - 1), NOON - 10);
    qn_schedule_release(&it);
}

static int64_t due(int64_t done_s, int64_t now_s, int64_t *ret_missed)
{
    *ret_missed = -1;
    return qn_schedule_due(&it, done_s, now_s, ret_missed);
}

static void late_times_fire_each_whatever_the_policy(void **state)
{
    static const char *const policies[] = {"skip", "one", "all"};
    char json[128];
    int64_t missed;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        snprintf(json, sizeof(json), "{\"every\":1,\"catch_up\":\"%s\"," JOB "}", policies[i]);
        read_one(json);
        assert_int_equal(due(NOON - 9, NOON, &missed), NOON - 8);
        assert_int_equal(missed, 0);
        assert_int_equal(due(NOON - 10, NOON, &missed), NOON - 9);
        assert_int_equal(missed, 0);
        assert_int_equal(due(NOON, NOON, &missed), NOON + 1);
        assert_int_equal(missed, 0);
        qn_schedule_release(&it);
    }
}

static void missed_times_go_by_the_policy(void **state)
{
    int64_t missed;

    (void)state;
    read_one("{\"every\":60,\"catch_up\":\"skip\"," JOB "}");
    assert_int_equal(due(NOON - 600, NOON + 30, &missed), NOON + 60);
    assert_int_equal(missed, 10);
    assert_int_equal(due(NOON - 600, NOON + 5, &missed), NOON); /* late */
    assert_int_equal(missed, 9);
    qn_schedule_release(&it);
    read_one("{\"every\":60,\"catch_up\":\"one\"," JOB "}");
    assert_int_equal(due(NOON - 600, NOON + 30, &missed), NOON);
    assert_int_equal(missed, 9);
    assert_int_equal(due(NOON - 60, NOON + 30, &missed), NOON);
    assert_int_equal(missed, 0);
    assert_int_equal(due(0, NOON + 30, &missed), NOON);
    assert_int_equal(missed, 1000);
    qn_schedule_release(&it);
    read_one("{\"every\":60,\"catch_up\":\"all\",\"catch_up_max\":3," JOB "}");
    assert_int_equal(due(NOON - 600, NOON + 30, &missed), NOON - 120);
    assert_int_equal(missed, 7);
    assert_int_equal(due(NOON - 240, NOON + 30, &missed), NOON - 120); /* four of three */
    assert_int_equal(missed, 1);
    assert_int_equal(due(NOON - 180, NOON + 30, &missed), NOON - 120);
    assert_int_equal(missed, 0);
    assert_int_equal(due(NOON - 60, NOON + 30, &missed), NOON);
    assert_int_equal(missed, 0);
    assert_int_equal(due(0, NOON + 30, &missed), NOON - 120);
    qn_schedule_release(&it);
    read_one("{\"at\":\"2025-06-30T12:00:00Z\",\"catch_up\":\"skip\"," JOB "}");
    assert_int_equal(due(NOON - 60, NOON + 30, &missed), INT64_MAX);
    assert_int_equal(missed, 1);
    assert_int_equal(due(NOON - 60, NOON + 9, &missed), NOON);
    qn_schedule_release(&it);
}

static void times_before_a_change_or_in_a_pause_are_dealt_with(void **state)
{
    struct qn_planned planned = {.queue = ""};

    (void)state;
    it = (struct qn_schedule){.changed_ms = 5000};
    assert_int_equal(qn_schedule_done_s(&it, &planned), 4); /* 5.000 is not before 5.000 */
    it.changed_ms = 5001;
    assert_int_equal(qn_schedule_done_s(&it, &planned), 5);
    planned.at_ms = 9000;
    assert_int_equal(qn_schedule_done_s(&it, &planned), 9);
    planned.passed_ms = 12999;
    assert_int_equal(qn_schedule_done_s(&it, &planned), 12);
    it.changed_ms = 0;
    planned = (struct qn_planned){.queue = ""};
    assert_int_equal(qn_schedule_done_s(&it, &planned), 0);
}

static void jitter_is_the_same_for_the_same_time_and_spreads(void **state)
{
    int below[10] = {0};

    (void)state;
    read_one("{\"every\":60,\"jitter\":\"10s\"," JOB "}");
    for (int64_t i = 0; i < 1000; i++) {
        int64_t ms = qn_schedule_jitter_ms(&it, NOON + 60 * i);
        assert_int_equal(ms, qn_schedule_jitter_ms(&it, NOON + 60 * i));
        assert_in_range(ms, 0, 9999);
        below[ms / 1000]++;
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(below[i], 50, 150);
    int64_t mine = qn_schedule_jitter_ms(&it, NOON);
    snprintf(it.name, sizeof(it.name), "other");
    assert_int_not_equal(qn_schedule_jitter_ms(&it, NOON), mine);
    it.jitter_ms = 0;
    assert_int_equal(qn_schedule_jitter_ms(&it, NOON), 0);
    qn_schedule_release(&it);
}

/* ---- what became of a planned time ---- */

static void a_note_reads_as_it_was_written(void **state)
{
    const struct qn_fire fire = {.planned_ms = NOON * 1000,
                                 .at_ms = NOON * 1000 + 123,
                                 .what = QN_FIRE_REFUSED,
                                 .error = "no \"room\"",
                                 .last_job = "q.nightly-1",
                                 .missed = 3};
    struct qn_fire got;
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, QN_FIRE_JSON_MAX);
    assert_int_equal(qn_fire_encode(&fire, &out), QN_OK);
    assert_int_equal(qn_fire_decode(&got, (struct qn_span){out.data, out.len}), QN_OK);
    assert_int_equal(got.planned_ms, fire.planned_ms);
    assert_int_equal(got.at_ms, fire.at_ms);
    assert_int_equal(got.what, QN_FIRE_REFUSED);
    assert_string_equal(got.error, fire.error);
    assert_string_equal(got.last_job, fire.last_job);
    assert_string_equal(got.job, "");
    assert_int_equal(got.missed, 3);
    qn_buf_release(&out);
}

static void the_longest_note_fits(void **state)
{
    struct qn_fire fire = {.planned_ms = NOON * 1000, .at_ms = 1, .missed = 1000};
    struct qn_buf out;

    (void)state;
    memset(fire.error, '\x01', sizeof(fire.error) - 1);
    memset(fire.job, 'j', sizeof(fire.job) - 1);
    memset(fire.last_job, 'j', sizeof(fire.last_job) - 1);
    qn_buf_init(&out, QN_FIRE_JSON_MAX);
    assert_int_equal(qn_fire_encode(&fire, &out), QN_OK);
    qn_buf_release(&out);
}

static void what_is_no_note_is_refused(void **state)
{
    static const char *const bad[] = {"", "{", "[]", "{}", "{\"what\":\"eaten\"}", "{\"what\":1}"};
    struct qn_fire got;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(qn_fire_decode(&got, (struct qn_span){bad[i], strlen(bad[i])}),
                         QN_ECORRUPT);
    assert_int_equal(qn_fire_decode(&got, (struct qn_span){0}), QN_ECORRUPT);
    const char *odd = "{\"what\":\"run\",\"missed\":1.5,\"job\":7,\"at\":\"x\",\"more\":[]}";
    assert_int_equal(qn_fire_decode(&got, (struct qn_span){odd, strlen(odd)}), QN_OK);
    assert_int_equal(got.what, QN_FIRE_RUN);
    assert_int_equal(got.missed, 0);
    assert_string_equal(got.job, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_is_read),
        cmocka_unit_test(what_is_not_given_is_as_usual),
        cmocka_unit_test(a_kept_definition_tells_its_source_and_when_it_changed),
        cmocka_unit_test(what_is_wrong_is_refused_by_name),
        cmocka_unit_test(names_are_short_and_plain),
        cmocka_unit_test(a_definition_is_at_most_64_kib),
        cmocka_unit_test(what_is_encoded_reads_as_the_same),
        cmocka_unit_test(an_interval_is_due_at_multiples_since_1970),
        cmocka_unit_test(a_single_time_is_due_once),
        cmocka_unit_test(nothing_is_due_outside_of_start_and_end),
        cmocka_unit_test(the_last_time_is_found_however_far_it_is),
        cmocka_unit_test(late_times_fire_each_whatever_the_policy),
        cmocka_unit_test(missed_times_go_by_the_policy),
        cmocka_unit_test(times_before_a_change_or_in_a_pause_are_dealt_with),
        cmocka_unit_test(jitter_is_the_same_for_the_same_time_and_spreads),
        cmocka_unit_test(a_note_reads_as_it_was_written),
        cmocka_unit_test(the_longest_note_fits),
        cmocka_unit_test(what_is_no_note_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
