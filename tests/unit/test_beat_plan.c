/* Which schedule is due first, and what a load of the timetable leaves as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "beat/plan.h"
#include "broker-client/broker.h"
#include "common/log.h"
#include "common/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW       INT64_C(1751284800) /* 2025-06-30T12:00:00Z */
#define ROWS_MAX  10000
#define TEXT_SIZE 160

static struct qn_zone_cache *zones;
static struct beat_plan *plan;
static struct qn_schedule_row rows[ROWS_MAX];
static char names[ROWS_MAX][QN_QUEUE_MAX + 1], texts[ROWS_MAX][TEXT_SIZE];
static size_t n_rows;

static int setup(void **state)
{
    (void)state;
    zones = qn_zone_cache_create(NULL, &qn_clock_system, 60000);
    plan = beat_plan_create(zones);
    n_rows = 0;
    return zones && plan ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    beat_plan_free(plan);
    qn_zone_cache_free(zones);
    return 0;
}

/* Changed an hour ago. */
static struct qn_schedule_row *row(const char *name, const char *when)
{
    struct qn_schedule_row *made = &rows[n_rows];

    snprintf(names[n_rows], sizeof(names[0]), "%s", name);
    snprintf(texts[n_rows], TEXT_SIZE,
             "{\"changed_at\":%lld,\"source\":\"api\",%s,\"job\":{\"task\":\"t\"}}",
             (long long)(NOW - 3600) * 1000, when);
    *made = (struct qn_schedule_row){
        .name = {names[n_rows], strlen(names[n_rows])},
        .definition = {texts[n_rows], strlen(texts[n_rows])},
        .paused_ms = QN_NO_TIME,
        .planned = {.queue = "", .version = 1},
    };
    n_rows++;
    return made;
}

static void load_at(int64_t now_s, bool anew)
{
    const struct qn_timetable table = {.n = n_rows, .rows = rows};

    assert_int_equal(beat_plan_load(plan, &table, now_s, anew), QN_OK);
    assert_int_equal(beat_plan_n(plan), n_rows);
    for (size_t i = 0; i < n_rows; i++)
        beat_plan_settle(plan);
}

/* A turn of the loop must end long before the lease does. */
static void what_is_missed_is_worked_out_in_parts(void **state)
{
    const struct qn_timetable table = {.n = ROWS_MAX, .rows = rows};
    struct beat_entry *entry;
    size_t taken = 0, parts = 0;

    (void)state;
    for (int i = 0; i < ROWS_MAX; i++) {
        char name[32];
        snprintf(name, sizeof(name), "s%d", i);
        row(name, "\"every\":1,\"catch_up\":\"all\",\"catch_up_max\":7")->planned.at_ms =
            (NOW - 1800) * 1000;
    }
    assert_int_equal(beat_plan_load(plan, &table, NOW, true), QN_OK);
    assert_null(beat_plan_take(plan, NOW));
    for (; taken < ROWS_MAX && parts <= ROWS_MAX; parts++) {
        assert_true(beat_plan_first_s(plan) <= NOW); /* there is something to do now */
        beat_plan_settle(plan);
        size_t before = taken;
        while ((entry = beat_plan_take(plan, NOW)) != NULL) {
            assert_int_equal(entry->next_s, NOW - 10 - 6);
            taken++;
        }
        assert_in_range(taken - before, 1, 100);
    }
    assert_int_equal(taken, ROWS_MAX);
}

static void what_is_due_first_comes_first(void **state)
{
    int64_t last = 0;

    (void)state;
    for (int i = 0; i < ROWS_MAX; i++) {
        char name[32], when[64];
        snprintf(name, sizeof(name), "s%d", i);
        snprintf(when, sizeof(when), "\"every\":%d", 1 + i * 7919 % 9973);
        row(name, when)->planned.at_ms = NOW * 1000;
    }
    load_at(NOW, true);
    for (int i = 0; i < ROWS_MAX; i++) {
        struct beat_entry *entry = beat_plan_take(plan, INT64_MAX - 1);
        assert_non_null(entry);
        assert_true(entry->next_s >= last);
        assert_int_equal(entry->next_s, qn_schedule_after(&entry->schedule, NOW));
        last = entry->next_s;
    }
    assert_null(beat_plan_take(plan, INT64_MAX - 1));
    assert_int_equal(beat_plan_first_s(plan), INT64_MAX);
}

static void each_time_comes_once_and_in_order(void **state)
{
    int64_t fired = 0, last = NOW;

    (void)state;
    row("a", "\"every\":2")->planned.at_ms = NOW * 1000;
    row("b", "\"every\":3")->planned.at_ms = NOW * 1000;
    row("c", "\"every\":5")->planned.at_ms = NOW * 1000;
    load_at(NOW, true);
    for (;;) {
        struct beat_entry *entry = beat_plan_take(plan, NOW + 30);
        if (!entry)
            break;
        assert_true(entry->next_s >= last);
        last = entry->next_s;
        fired++;
        beat_plan_done(entry, NOW + 30);
        assert_int_equal(entry->done_s, last);
        beat_plan_give(plan, entry);
    }
    assert_int_equal(fired, 15 + 10 + 6);
    assert_int_equal(beat_plan_first_s(plan), NOW + 32);
}

static void nothing_is_due_before_its_time(void **state)
{
    (void)state;
    row("a", "\"every\":3600")->planned.at_ms = NOW * 1000;
    load_at(NOW, true);
    assert_null(beat_plan_take(plan, NOW + 3599));
    assert_non_null(beat_plan_take(plan, NOW + 3600));
}

static void a_new_leader_goes_by_the_policy_and_tells_what_was_missed(void **state)
{
    struct beat_entry *entry;

    (void)state;
    row("a", "\"every\":60")->planned.at_ms = (NOW - 600) * 1000;
    load_at(NOW + 30, true);
    entry = beat_plan_take(plan, NOW + 30);
    assert_non_null(entry);
    assert_int_equal(entry->next_s, NOW);
    assert_int_equal(entry->missed, 9);
    beat_plan_done(entry, NOW + 30);
    assert_int_equal(entry->missed, 0);
    assert_int_equal(entry->next_s, NOW + 60);
}

static void an_open_claim_comes_first_for_its_queue_even_when_paused(void **state)
{
    struct beat_entry *entry;

    (void)state;
    struct qn_schedule_row *made = row("a", "\"every\":60,\"catch_up\":\"skip\"");
    made->planned = (struct qn_planned){.at_ms = (NOW - 599) * 1000, .queue = "old", .open = true};
    made->paused_ms = NOW * 1000;
    load_at(NOW + 30, true);
    entry = beat_plan_take(plan, NOW + 30);
    assert_non_null(entry);
    assert_int_equal(entry->next_s, NOW - 599);
    assert_string_equal(entry->queue, "old");
    beat_plan_done(entry, NOW + 30);
    assert_false(entry->open);
    assert_int_equal(entry->next_s, NOW + 60); /* by the policy: it may be long ago */
    assert_int_equal(entry->missed, 10);
    beat_plan_give(plan, entry); /* it is paused */
    assert_int_equal(beat_plan_first_s(plan), INT64_MAX);
}

static void paused_and_done_ones_are_not_due(void **state)
{
    (void)state;
    row("paused", "\"every\":1")->paused_ms = NOW * 1000;
    row("done", "\"at\":\"2025-06-30T11:30:00Z\"")->planned.at_ms = (NOW - 1800) * 1000;
    row("over", "\"every\":1,\"ends_at\":\"2025-06-30T10:00:00Z\"");
    load_at(NOW, true);
    assert_int_equal(beat_plan_first_s(plan), INT64_MAX);
}

static void times_before_a_change_do_not_fire(void **state)
{
    (void)state;
    row("a", "\"cron\":\"0 10,11,13 * * *\",\"zone\":\"UTC\""); /* changed at 11:00 */
    load_at(NOW, true);
    assert_int_equal(beat_plan_first_s(plan), NOW - 3600); /* not before it */
    rows[0].definition.data = "{\"changed_at\":1751281200001,\"source\":\"api\",\"cron\":"
                              "\"0 10,11,13 * * *\",\"zone\":\"UTC\",\"job\":{\"task\":\"t\"}}";
    rows[0].definition.len = strlen(rows[0].definition.data);
    load_at(NOW, false);
    assert_int_equal(beat_plan_first_s(plan), NOW + 3600);
}

static void a_load_leaves_what_did_not_change_as_it_was(void **state)
{
    struct beat_entry *entry;

    (void)state;
    row("a", "\"every\":60,\"catch_up\":\"all\"")->planned.at_ms = (NOW - 300) * 1000;
    row("b", "\"every\":3600")->planned.at_ms = NOW * 1000;
    load_at(NOW + 20, true);
    entry = beat_plan_take(plan, NOW);
    assert_int_equal(entry->next_s, NOW - 240);
    beat_plan_done(entry, NOW + 20);
    beat_plan_give(plan, entry); /* the note is on its way: the row does not know */
    row("c", "\"every\":3600")->planned.at_ms = NOW * 1000;
    load_at(NOW + 20, false);
    assert_int_equal(beat_plan_first_s(plan), NOW - 180);
    entry = beat_plan_take(plan, NOW);
    beat_plan_doubt(entry);
    beat_plan_give(plan, entry);
    beat_plan_settle(plan);
    assert_int_equal(beat_plan_first_s(plan), NOW + 3600);
    load_at(NOW + 20, false);
    assert_int_equal(beat_plan_first_s(plan), NOW - 240); /* as the row says */
}

static void what_is_gone_or_changed_follows(void **state)
{
    (void)state;
    row("a", "\"every\":60")->planned.at_ms = NOW * 1000;
    row("b", "\"every\":3600")->planned.at_ms = NOW * 1000;
    load_at(NOW, true);
    assert_int_equal(beat_plan_first_s(plan), NOW + 60);
    rows[0] = rows[1];
    n_rows = 1;
    load_at(NOW, false);
    assert_int_equal(beat_plan_first_s(plan), NOW + 3600);
    rows[0].paused_ms = NOW * 1000;
    rows[0].planned.version = 2;
    load_at(NOW, false);
    assert_int_equal(beat_plan_first_s(plan), INT64_MAX);
    n_rows = 0;
    load_at(NOW, false);
}

static void what_cannot_be_read_keeps_nobody_from_firing(void **state)
{
    (void)state;
    row("a", "\"every\":60")->planned.at_ms = NOW * 1000;
    rows[0].definition.len -= 3;
    row("b", "\"every\":3600")->planned.at_ms = NOW * 1000;
    row("c", "\"every\":1800,\"zone\":\"Mars/Base\"")->planned.at_ms = NOW * 1000;
    load_at(NOW, true);
    assert_int_equal(beat_plan_first_s(plan), NOW + 3600);
    rows[0].definition.len += 3;
    load_at(NOW, false);
    assert_int_equal(beat_plan_first_s(plan), NOW + 60);
}

static void the_last_job_is_taken_over(void **state)
{
    static const char last[] = "{\"what\":\"refused\",\"error\":\"x\",\"last_job\":\"q.a-1\"}";

    (void)state;
    row("a", "\"every\":60")->last = (struct qn_span){last, sizeof(last) - 1};
    load_at(NOW, true);
    assert_string_equal(beat_plan_take(plan, INT64_MAX - 1)->last_job, "q.a-1");
}

/* A zone of which another file says the same or something else. */
static void a_zone_that_changed_moves_its_schedules(void **state)
{
    char folder[] = "/tmp/test_beat_plan.XXXXXX", command[512];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(command, sizeof(command), "cp /usr/share/zoneinfo/Asia/Tokyo %s/Here", folder);
    assert_int_equal(system(command), 0);
    beat_plan_free(plan);
    qn_zone_cache_free(zones);
    zones = qn_zone_cache_create(folder, &qn_clock_system, 0);
    plan = beat_plan_create(zones);
    row("a", "\"cron\":\"0 22 * * *\",\"zone\":\"Here\"")->planned.at_ms = NOW * 1000;
    load_at(NOW, true);
    assert_int_equal(beat_plan_first_s(plan), NOW + 3600); /* 13:00 UTC */
    beat_plan_zones(plan, NOW);
    assert_int_equal(beat_plan_first_s(plan), NOW + 3600);
    snprintf(command, sizeof(command),
             "cp /usr/share/zoneinfo/Asia/Shanghai %s/new && mv %s/new %s/Here", folder, folder,
             folder);
    assert_int_equal(system(command), 0);
    beat_plan_zones(plan, NOW);
    beat_plan_settle(plan);
    assert_int_equal(beat_plan_first_s(plan), NOW + 7200);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_due_first_comes_first),
        CASE(what_is_missed_is_worked_out_in_parts),
        CASE(each_time_comes_once_and_in_order),
        CASE(nothing_is_due_before_its_time),
        CASE(a_new_leader_goes_by_the_policy_and_tells_what_was_missed),
        CASE(an_open_claim_comes_first_for_its_queue_even_when_paused),
        CASE(paused_and_done_ones_are_not_due),
        CASE(times_before_a_change_do_not_fire),
        CASE(a_load_leaves_what_did_not_change_as_it_was),
        CASE(what_is_gone_or_changed_follows),
        CASE(what_cannot_be_read_keeps_nobody_from_firing),
        CASE(the_last_job_is_taken_over),
        CASE(a_zone_that_changed_moves_its_schedules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
