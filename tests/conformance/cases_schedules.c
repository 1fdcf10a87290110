/* Schedules: who may change them, and that a planned time is claimed once. Each change is sent
 * twice. */
#include "operate.h"
#include "schedules.h"

#include <stdio.h>
#include <string.h>

#define ME     "host:1:me"
#define HOURLY "{\"every\":\"1h\"}"
#define DAILY  "{\"every\":\"1d\"}"
#define NOTE   "{\"what\":\"made\"}"
#define WEEK   INT64_C(604800000)

static void lead(struct world *w, const char *holder)
{
    assert_int_equal(op_lead(w, holder, 60000)->number, 1);
}

static int64_t revision_of(struct world *w)
{
    return op_lead(w, "", 0)->revision;
}

/* All of the file of the beat that leads. */
static struct got *define_file(struct world *w, const char *holder, const char *names,
                               const char *json)
{
    static char name[8][QN_QUEUE_MAX + 1], source[8][32];
    struct qn_definition all[8];
    size_t n = 0;

    for (const char *at = names; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        snprintf(name[n], sizeof(name[n]), "%.*s", (int)len, at);
        snprintf(source[n], sizeof(source[n]), "file s.conf:%zu", n + 1);
        all[n] = (struct qn_definition){name[n], source[n], {json, strlen(json)}};
        n++;
        at += len;
    }
    return op_define(w, holder, all, n);
}

/* ---- definitions ---- */

static void a_definition_is_kept_with_its_source_and_when_it_changed(void **state)
{
    struct world *w = *state;
    char want[256];

    assert_string_equal(row_of(w, "a"), "");
    assert_int_equal(define_one(w, "a", HOURLY), QN_DEFINE_CREATED);
    snprintf(want, sizeof(want),
             "{\"changed_at\":%lld,\"source\":\"api\",\"every\":\"1h\"} paused -1 at 0 in  done "
             "passed 0: ",
             (long long)w->now_ms);
    world_advance(w, 1000);
    assert_int_equal(define_one(w, "a", HOURLY), QN_DEFINE_SAME);
    assert_string_equal(row_of(w, "a"), want);
    assert_int_equal(revision_of(w), 1);
}

static void a_change_counts_the_revision_and_the_version(void **state)
{
    struct world *w = *state;
    const char *a = "a", *b = "b";

    define_one(w, "a", HOURLY);
    define_one(w, "b", HOURLY);
    assert_int_equal(op_timetable(w, &a, 1)->number, 1);
    assert_int_equal(op_timetable(w, &b, 1)->number, 2);
    world_advance(w, 1000);
    assert_int_equal(define_one(w, "a", DAILY), QN_DEFINE_CHANGED);
    assert_int_equal(define_one(w, "a", DAILY), QN_DEFINE_SAME);
    assert_int_equal(op_timetable(w, &a, 1)->number, 3);
    assert_int_equal(op_timetable(w, &b, 1)->number, 2);
    assert_int_equal(revision_of(w), 3);
    assert_int_equal(op_timetable(w, NULL, 0)->n, 2);
    const char *const both[] = {"b", "none", "a"};
    assert_int_equal(op_timetable(w, both, 3)->n, 2);
    const struct got *names = op_schedule_names(w);
    assert_int_equal(names->n, 2);
    assert_true(strcmp(names->name[0], "a") == 0 || strcmp(names->name[1], "a") == 0);
}

static void what_a_file_has_only_the_file_changes(void **state)
{
    struct world *w = *state;

    lead(w, ME);
    for (int i = 0; i < 2; i++)
        assert_int_equal(define_file(w, ME, "a b", HOURLY)->code[0],
                         i == 0 ? QN_DEFINE_CREATED : QN_DEFINE_SAME);
    assert_int_equal(revision_of(w), 1);
    assert_int_equal(define_one(w, "a", DAILY), QN_DEFINE_FILE);
    for (int i = 0; i < 2; i++)
        assert_int_equal(op_drop(w, "a")->number, QN_CHANGE_FILE);
    assert_int_equal(define_one(w, "live", DAILY), QN_DEFINE_CREATED);
    struct got *got = define_file(w, ME, "b", HOURLY);
    assert_int_equal(got->number, 1);
    assert_int_equal(got->code[0], QN_DEFINE_SAME);
    assert_string_equal(row_of(w, "a"), "");
    assert_non_null(strstr(row_of(w, "b"), "\"source\":\"file s.conf:1\"")); /* it moved up */
    assert_string_not_equal(row_of(w, "live"), "");
    got = define_file(w, ME, "", HOURLY);
    assert_int_equal(got->number, 1);
    assert_int_equal(define_file(w, ME, "", HOURLY)->number, 0);
    assert_int_equal(op_timetable(w, NULL, 0)->n, 1);
}

static void a_live_one_of_the_same_name_becomes_the_files(void **state)
{
    struct world *w = *state;

    lead(w, ME);
    define_one(w, "a", HOURLY);
    world_advance(w, 1000);
    assert_int_equal(define_file(w, ME, "a", HOURLY)->code[0], QN_DEFINE_CHANGED);
    assert_non_null(strstr(row_of(w, "a"), "\"source\":\"file s.conf:1\""));
    assert_int_equal(define_one(w, "a", HOURLY), QN_DEFINE_FILE);
}

static void only_who_leads_tells_a_file(void **state)
{
    struct world *w = *state;

    assert_true(define_file(w, ME, "a", HOURLY)->flag);
    lead(w, "other");
    assert_true(define_file(w, ME, "a", HOURLY)->flag);
    assert_int_equal(op_timetable(w, NULL, 0)->n, 0);
    assert_int_equal(revision_of(w), 0);
}

static void a_schedule_goes_with_all_that_was_kept_of_it(void **state)
{
    struct world *w = *state;

    lead(w, ME);
    define_one(w, "a", HOURLY);
    op_claim(w, ME, "a", w->now_ms, Q);
    op_note_fire(w, "a", w->now_ms, NOTE);
    op_pause_schedule(w, "a", true);
    assert_int_equal(op_fires(w, "a")->n, 1);
    for (int i = 0; i < 2; i++)
        assert_int_equal(op_drop(w, "a")->number, i == 0 ? QN_CHANGE_DONE : QN_CHANGE_NONE);
    assert_string_equal(row_of(w, "a"), "");
    assert_int_equal(op_fires(w, "a")->n, 0);
    world_advance(w, 1000);
    define_one(w, "a", HOURLY);
    assert_non_null(strstr(row_of(w, "a"), "paused -1 at 0 in  done passed 0: "));
}

static void ten_thousand_fit_and_no_more(void **state)
{
    struct world *w = *state;
    static char name[QN_DEFINE_BATCH_MAX][QN_QUEUE_MAX + 1];
    struct qn_definition some[QN_DEFINE_BATCH_MAX];

    for (int at = 0; at < QN_SCHEDULES_MAX; at += QN_DEFINE_BATCH_MAX) {
        for (int i = 0; i < QN_DEFINE_BATCH_MAX; i++) {
            snprintf(name[i], sizeof(name[i]), "s%d", at + i);
            some[i] = (struct qn_definition){name[i], "api", {HOURLY, strlen(HOURLY)}};
        }
        assert_int_equal(op_define(w, NULL, some, QN_DEFINE_BATCH_MAX)->code[99],
                         QN_DEFINE_CREATED);
    }
    assert_int_equal(define_one(w, "more", HOURLY), QN_DEFINE_FULL);
    assert_int_equal(define_one(w, "s7", "{\"every\":\"longer\"}"), QN_DEFINE_CHANGED);
    assert_int_equal(op_drop(w, "s8")->number, QN_CHANGE_DONE);
    assert_int_equal(define_one(w, "more", HOURLY), QN_DEFINE_CREATED);
}

static void definitions_have_a_size_and_a_shape(void **state)
{
    struct world *w = *state;
    static char large[QN_SCHEDULE_JSON_MAX + 2];
    struct qn_definition bad[] = {
        {"Bad", "api", {HOURLY, 14}}, {"", "api", {HOURLY, 14}},
        {"a", "", {HOURLY, 14}},      {"a", "a\"b", {HOURLY, 14}},
        {"a", "a\nb", {HOURLY, 14}},  {"a", "api", {"{}", 2}},
        {"a", "api", {"[1,2]", 5}},   {"a", "api", {large, QN_SCHEDULE_JSON_MAX + 1}},
    };

    memset(large, 'x', sizeof(large));
    memcpy(large, "{\"", 2);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_rc(op_define(w, NULL, &bad[i], 1), QN_EINVAL);
    assert_rc(op_define(w, NULL, bad, 0), QN_EINVAL);
    assert_rc(op_define(w, "", bad, 0), QN_EINVAL);
    assert_int_equal(op_timetable(w, NULL, 0)->n, 0);
}

static void names_are_checked_everywhere(void **state)
{
    struct world *w = *state;
    const char *bad = "A";

    assert_rc(op_drop(w, "A"), QN_EINVAL);
    assert_rc(op_pause_schedule(w, "A", true), QN_EINVAL);
    assert_rc(op_fires(w, "A"), QN_EINVAL);
    assert_rc(op_timetable(w, &bad, 1), QN_EINVAL);
    assert_rc(op_claim(w, ME, "A", 1, Q), QN_EINVAL);
    assert_rc(op_note_fire(w, "A", 1, NOTE), QN_EINVAL);
}

static void holders_times_and_queues_are_checked_too(void **state)
{
    struct world *w = *state;

    assert_rc(op_claim(w, "", "a", 1, Q), QN_EINVAL);
    assert_rc(op_claim(w, ME, "a", 0, Q), QN_EINVAL);
    assert_rc(op_claim(w, ME, "a", 1, "B C"), QN_EINVAL);
    assert_rc(op_note_fire(w, "a", -1, NOTE), QN_EINVAL);
    assert_rc(op_note_fire(w, "a", 1, ""), QN_EINVAL);
}

static void all_definitions_together_have_a_size_too(void **state)
{
    struct world *w = *state;
    static char large[QN_SCHEDULE_JSON_MAX + 1], name[QN_QUEUE_MAX + 1];
    int n = 0, code;

    memset(large, 'x', sizeof(large) - 1);
    memcpy(large, "{\"", 2);
    do {
        got_free_all();
        snprintf(name, sizeof(name), "s%d", n++);
        code = define_one(w, name, large);
    } while (code == QN_DEFINE_CREATED);
    assert_int_equal(code, QN_DEFINE_FULL);
    assert_int_equal(n - 1, QN_SCHEDULES_BYTES_MAX / (QN_SCHEDULE_JSON_MAX + 44));
    assert_int_equal(define_one(w, "s0", HOURLY), QN_DEFINE_CHANGED);
    assert_int_equal(define_one(w, name, large), QN_DEFINE_CREATED);
}

/* ---- pausing ---- */

static void a_pause_survives_a_change_and_its_times_are_passed_over(void **state)
{
    struct world *w = *state;
    char want[64];

    lead(w, ME);
    define_file(w, ME, "a", HOURLY);
    for (int i = 0; i < 2; i++)
        assert_int_equal(op_pause_schedule(w, "a", true)->number,
                         i == 0 ? QN_CHANGE_DONE : QN_CHANGE_SAME);
    snprintf(want, sizeof(want), " paused %lld at 0 in  done passed 0:", (long long)w->now_ms);
    world_advance(w, 5000);
    assert_int_equal(define_file(w, ME, "a", DAILY)->code[0], QN_DEFINE_CHANGED);
    assert_non_null(strstr(row_of(w, "a"), want));
    for (int i = 0; i < 2; i++)
        assert_int_equal(op_pause_schedule(w, "a", false)->number,
                         i == 0 ? QN_CHANGE_DONE : QN_CHANGE_SAME);
    snprintf(want, sizeof(want), " paused -1 at 0 in  done passed %lld:", (long long)w->now_ms);
    assert_non_null(strstr(row_of(w, "a"), want));
    lead(w, ME);
    assert_int_equal(op_claim(w, ME, "a", w->now_ms, Q)->code[0], QN_CLAIM_PAST);
    world_advance(w, 1);
    assert_int_equal(op_claim(w, ME, "a", w->now_ms, Q)->code[0], QN_CLAIM_OK);
    assert_int_equal(op_pause_schedule(w, "none", true)->number, QN_CHANGE_NONE);
}

/* ---- planned times ---- */

static void a_planned_time_is_claimed_noted_and_never_claimed_again(void **state)
{
    struct world *w = *state;
    int64_t at = w->now_ms;

    lead(w, ME);
    define_one(w, "a", HOURLY);
    for (int i = 0; i < 2; i++)
        assert_int_equal(op_claim(w, ME, "a", at, Q)->code[0], QN_CLAIM_OK);
    assert_non_null(strstr(row_of(w, "a"), "in default open"));
    for (int i = 0; i < 2; i++)
        assert_int_equal(op_note_fire(w, "a", at, NOTE)->code[0], i == 0);
    assert_non_null(strstr(row_of(w, "a"), "in default done"));
    assert_int_equal(op_claim(w, ME, "a", at, Q)->code[0], QN_CLAIM_PAST);
    assert_int_equal(op_claim(w, ME, "a", at - 1000, "other")->code[0], QN_CLAIM_PAST);
    assert_string_equal(op_fires(w, "a")->text, NOTE "\n");
    assert_non_null(strstr(row_of(w, "a"), ": " NOTE));
}

static void what_is_open_comes_first_and_stays_in_its_queue(void **state)
{
    struct world *w = *state;
    int64_t at = w->now_ms;

    lead(w, ME);
    define_one(w, "a", HOURLY);
    op_claim(w, ME, "a", at, "one");
    world_advance(w, 10000);
    assert_int_equal(define_one(w, "a", DAILY), QN_DEFINE_CHANGED);
    lead(w, ME);
    assert_int_equal(op_claim(w, ME, "a", at + 5000, "one")->code[0], QN_CLAIM_OPEN);
    assert_int_equal(op_claim(w, ME, "a", at, "two")->code[0], QN_CLAIM_OPEN);
    assert_int_equal(op_claim(w, ME, "a", at - 1, "one")->code[0], QN_CLAIM_OPEN);
    assert_int_equal(op_claim(w, ME, "a", at, "one")->code[0], QN_CLAIM_OK);
    assert_int_equal(op_note_fire(w, "a", at + 5000, NOTE)->code[0], 0);
    assert_int_equal(op_note_fire(w, "a", at, NOTE)->code[0], 1);
    assert_int_equal(op_claim(w, ME, "a", at + 5000, "two")->code[0], QN_CLAIM_OK);
}

static void only_who_leads_claims(void **state)
{
    struct world *w = *state;

    define_one(w, "a", HOURLY);
    struct got *got = op_claim(w, ME, "a", w->now_ms, Q);
    assert_true(got->flag);
    assert_int_equal(got->n, 0);
    lead(w, "other");
    assert_true(op_claim(w, ME, "a", w->now_ms, Q)->flag);
    assert_int_equal(op_claim(w, "other", "a", w->now_ms, Q)->code[0], QN_CLAIM_OK);
    op_lead(w, "other", 0);
    assert_true(op_claim(w, "other", "a", w->now_ms, Q)->flag);
}

static void only_the_newest_version_is_claimed(void **state)
{
    struct world *w = *state;
    const struct qn_claim old[] = {{"a", w->now_ms, Q, 1}, {"b", w->now_ms, Q, 2}};

    lead(w, ME);
    define_one(w, "a", HOURLY);
    define_one(w, "b", HOURLY);
    op_pause_schedule(w, "a", true);
    struct got *got = op_claims(w, ME, old, 2);
    assert_int_equal(got->code[0], QN_CLAIM_CHANGED);
    assert_int_equal(got->code[1], QN_CLAIM_OK); /* the others go on */
    assert_int_equal(got->revision, 3);
    op_drop(w, "a");
    assert_int_equal(op_claims(w, ME, old, 1)->code[0], QN_CLAIM_PAST);
}

static void no_time_is_claimed_before_it_is_there(void **state)
{
    struct world *w = *state;

    lead(w, ME);
    define_one(w, "a", HOURLY);
    assert_int_equal(op_claim(w, ME, "a", w->now_ms + 1, Q)->code[0], QN_CLAIM_EARLY);
    world_advance(w, 1);
    assert_int_equal(op_claim(w, ME, "a", w->now_ms, Q)->code[0], QN_CLAIM_OK);
}

static void a_thousand_times_are_claimed_and_noted_at_once(void **state)
{
    struct world *w = *state;
    static char name[QN_CLAIM_BATCH_MAX + 1][QN_QUEUE_MAX + 1];
    static struct qn_definition all[QN_CLAIM_BATCH_MAX];
    static struct qn_claim claims[QN_CLAIM_BATCH_MAX + 1];

    lead(w, ME);
    for (int i = 0; i <= QN_CLAIM_BATCH_MAX; i++) {
        snprintf(name[i], sizeof(name[i]), "s%d", i);
        claims[i] = (struct qn_claim){name[i], w->now_ms, Q, 1};
        if (i < QN_CLAIM_BATCH_MAX)
            all[i] = (struct qn_definition){name[i], "file s:1", {HOURLY, strlen(HOURLY)}};
    }
    assert_ok(op_define(w, ME, all, QN_CLAIM_BATCH_MAX));
    assert_rc(op_claims(w, ME, claims, QN_CLAIM_BATCH_MAX + 1), QN_EINVAL);
    assert_rc(op_claims(w, ME, claims, 0), QN_EINVAL);
    struct got *got = op_claims(w, ME, claims, QN_CLAIM_BATCH_MAX);
    assert_int_equal(got->n, QN_CLAIM_BATCH_MAX);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(got->code[i], QN_CLAIM_OK);
    assert_non_null(strstr(row_of(w, "s999"), " open "));
}

/* ---- history ---- */

static void the_last_twenty_fires_are_kept(void **state)
{
    struct world *w = *state;
    char json[64];

    lead(w, ME);
    define_one(w, "a", HOURLY);
    for (int i = 0; i < QN_FIRES_KEPT + 5; i++, world_advance(w, 1000)) {
        snprintf(json, sizeof(json), "{\"n\":%d}", i);
        assert_int_equal(op_claim(w, ME, "a", w->now_ms, Q)->code[0], QN_CLAIM_OK);
        assert_int_equal(op_note_fire(w, "a", w->now_ms, json)->code[0], 1);
    }
    struct got *got = op_fires(w, "a");
    assert_int_equal(got->n, QN_FIRES_KEPT);
    assert_non_null(strstr(got->text, "{\"n\":24}\n{\"n\":23}\n"));
    assert_non_null(strstr(got->text, "{\"n\":5}\n"));
    assert_null(strstr(got->text, "{\"n\":4}\n"));
    assert_int_equal(define_one(w, "a", DAILY), QN_DEFINE_CHANGED);
    assert_int_equal(op_fires(w, "a")->n, QN_FIRES_KEPT);
    assert_non_null(strstr(row_of(w, "a"), ": {\"n\":24}"));
}

static void a_run_by_hand_enters_the_history_once_and_nothing_else(void **state)
{
    struct world *w = *state;

    define_one(w, "a", HOURLY);
    for (int i = 0; i < 2; i++)
        assert_int_equal(op_note_fire(w, "a", 0, NOTE)->code[0], i == 0);
    assert_int_equal(op_fires(w, "a")->n, 1);
    assert_non_null(strstr(row_of(w, "a"), " at 0 in  done passed 0: "));
    assert_null(strstr(row_of(w, "a"), NOTE));
    assert_int_equal(op_note_fire(w, "none", 0, NOTE)->code[0], 0);
    assert_int_equal(op_note_fire(w, "none", 1000, NOTE)->code[0], 0);
    assert_int_equal(op_fires(w, "none")->n, 0);
}

/* ---- marks ---- */

static void a_mark_goes_a_week_after_its_time(void **state)
{
    struct world *w = *state;
    int64_t at = w->now_ms;

    assert_int_equal(new_job(w, .name = "a", .schedule = "s", .planned = at)->code[0], QN_ENQ_MADE);
    op_trim(w, DAY, 100);
    assert_int_equal(new_job(w, .name = "b", .schedule = "s", .planned = at)->code[0],
                     QN_ENQ_FIRED_BEFORE);
    world_advance(w, WEEK);
    op_trim(w, DAY, 100);
    assert_int_equal(new_job(w, .name = "b", .schedule = "s", .planned = at)->code[0],
                     QN_ENQ_FIRED_BEFORE);
    world_advance(w, 1);
    op_trim(w, DAY, 100);
    assert_int_equal(new_job(w, .name = "b", .schedule = "s", .planned = at)->code[0], QN_ENQ_MADE);
}

static void the_lease_tells_who_holds_it_to_everybody(void **state)
{
    struct world *w = *state;

    struct got *got = op_lead(w, "", 0);
    assert_int_equal(got->number, 0);
    assert_string_equal(got->text, "");
    lead(w, ME);
    got = op_lead(w, "", 0);
    assert_int_equal(got->number, 0);
    assert_string_equal(got->text, ME);
    assert_string_equal(op_lead(w, "other", 60000)->text, ME);
    op_lead(w, ME, 0);
    assert_string_equal(op_lead(w, "", 0)->text, "");
}

const struct CMUnitTest cases_schedules[] = {
    CASE(a_definition_is_kept_with_its_source_and_when_it_changed),
    CASE(a_change_counts_the_revision_and_the_version),
    CASE(what_a_file_has_only_the_file_changes),
    CASE(a_live_one_of_the_same_name_becomes_the_files),
    CASE(only_who_leads_tells_a_file),
    CASE(a_schedule_goes_with_all_that_was_kept_of_it),
    CASE(ten_thousand_fit_and_no_more),
    CASE(definitions_have_a_size_and_a_shape),
    CASE(names_are_checked_everywhere),
    CASE(holders_times_and_queues_are_checked_too),
    CASE(all_definitions_together_have_a_size_too),
    CASE(a_pause_survives_a_change_and_its_times_are_passed_over),
    CASE(a_planned_time_is_claimed_noted_and_never_claimed_again),
    CASE(what_is_open_comes_first_and_stays_in_its_queue),
    CASE(only_who_leads_claims),
    CASE(only_the_newest_version_is_claimed),
    CASE(no_time_is_claimed_before_it_is_there),
    CASE(a_thousand_times_are_claimed_and_noted_at_once),
    CASE(the_last_twenty_fires_are_kept),
    CASE(a_run_by_hand_enters_the_history_once_and_nothing_else),
    CASE(a_mark_goes_a_week_after_its_time),
    CASE(the_lease_tells_who_holds_it_to_everybody),
};
CASES(cases_schedules);
