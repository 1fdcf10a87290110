/* What stats shows: what fits, in which order, and how fast it goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/jobview.h"
#include "cli/statsview.h"
#include "common/json.h"
#include <stdio.h>
#include <string.h>

#define QUEUES   40
#define TEXT_MAX (64 * 1024)

struct room {
    struct cli_look look, before;
    struct cli_look_queue queues[QUEUES], earlier[QUEUES];
    char text[TEXT_MAX];
    size_t lines, widest;
};

static const struct qn_stats idle = {
    .oldest_ms = QN_NO_TIME, .paused_ms = QN_NO_TIME, .draining_ms = QN_NO_TIME, .workers = 1};

static int set_up(void **state)
{
    static struct room room;
    struct cli_term term;

    cli_term_init(&term, stdout); /* sets the locale that widths need */
    memset(&room, 0, sizeof(room));
    room.look = (struct cli_look){.now_ms = 1000000, .queues = room.queues};
    room.before = (struct cli_look){.now_ms = 998000, .queues = room.earlier};
    *state = &room;
    return 0;
}

static struct qn_stats *add_queue(struct room *room, const char *name)
{
    size_t n = room->look.n++;

    snprintf(room->queues[n].name, sizeof(room->queues[n].name), "%s", name);
    room->queues[n].stats = idle;
    room->earlier[n] = room->queues[n];
    room->before.n++;
    return &room->queues[n].stats;
}

static void add_queues(struct room *room, int n)
{
    char name[32];

    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "queue-%02d", i);
        add_queue(room, name);
    }
}

static void measure(struct room *room)
{
    room->lines = room->widest = 0;
    for (char *at = room->text; *at; at += strcspn(at, "\n") + 1) {
        char line[4096];
        snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
        size_t width = (size_t)cli_text_width(line);
        room->widest = width > room->widest ? width : room->widest;
        room->lines++;
    }
}

static void print(struct room *room, int width, int height, const struct cli_look *before)
{
    FILE *out = fmemopen(room->text, TEXT_MAX, "w");
    const struct cli_term term = {.out = out, .width = width};
    const struct cli_statsview view = {.look = &room->look,
                                       .before = before,
                                       .live = height > 0,
                                       .title = "title",
                                       .trouble = "",
                                       .height = height};
    struct qn_err err;

    assert_non_null(out);
    assert_int_equal(cli_statsview_print(&view, &term, &err), QN_OK);
    fclose(out);
    measure(room);
}

static void a_frame_fits_any_terminal_whatever_there_is_to_show(void **state)
{
    static const int widths[] = {40, 56, 60, 72, 80, 104, 200};
    struct room *room = *state;

    room->look.crew = (struct cli_look_crew){.running = 12, .executors = 400, .busy = 399};
    for (int n = 0; n <= QUEUES; n++) {
        for (int height = 11; height <= 60; height++) {
            print(room, 80, height, &room->before);
            assert_true(room->lines <= (size_t)height);
        }
        for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
            print(room, widths[i], 24, &room->before);
            assert_true(room->widest <= (size_t)widths[i]);
        }
        if (n < QUEUES)
            add_queue(room, "a-queue-with-a-name-of-32-bytes-")->workers = n % 2;
    }
}

static void figures_of_a_million_fit_80_columns(void **state)
{
    struct room *room = *state;
    struct qn_stats *stats = add_queue(room, "default");

    add_queue(room, "other");
    stats->queued[1] = 1234567;
    stats->running = 1000;
    stats->scheduled = stats->failed = 123456;
    stats->retrying = 12345;
    stats->oldest_ms = 1;
    stats->paused_ms = 1;
    print(room, 80, 24, NULL);
    assert_true(room->widest <= 80);
    assert_non_null(strstr(room->text, "1234567"));
    assert_non_null(strstr(room->text, "paused"));
}

static void what_does_not_fit_is_counted_and_is_what_has_least_to_do(void **state)
{
    struct room *room = *state;

    add_queues(room, QUEUES);
    room->queues[39].stats.queued[0] = 5;
    room->queues[38].stats.running = 1;
    room->queues[37].stats.draining_ms = 1;
    print(room, 80, 24, NULL);
    assert_int_equal(room->lines, 24);
    const char *last = strstr(room->text, "queue-39"), *first = strstr(room->text, "queue-00");
    assert_non_null(first);
    assert_non_null(strstr(room->text, "queue-38"));
    assert_non_null(strstr(room->text, "queue-37"));
    assert_null(strstr(room->text, "queue-36"));
    assert_true(first < last); /* by name all the same */
    assert_non_null(strstr(room->text, "+ 26 more"));
}

static void queues_that_were_not_looked_at_are_counted_too(void **state)
{
    struct room *room = *state;

    add_queues(room, 2);
    room->look.left_out = 7;
    print(room, 0, 0, NULL);
    assert_non_null(strstr(room->text, "+ 7 more"));
}

static void one_look_shows_all_queues_and_no_rates(void **state)
{
    struct room *room = *state;

    add_queues(room, QUEUES);
    print(room, 80, 0, NULL);
    assert_non_null(strstr(room->text, "queue-39"));
    assert_null(strstr(room->text, "per second"));
    assert_null(strstr(room->text, "more"));
}

static void the_sum_is_of_all_queues_also_of_those_not_shown(void **state)
{
    struct room *room = *state;
    struct qn_stats sum;

    add_queues(room, QUEUES);
    for (int i = 0; i < QUEUES; i++) {
        room->queues[i].stats.queued[i % 4] = 10;
        room->queues[i].stats.oldest_ms = 5000 - i;
    }
    cli_look_sum(&room->look, &sum);
    assert_int_equal(qn_stats_queued(&sum), 400);
    assert_int_equal(sum.oldest_ms, 5000 - 39);
    assert_int_equal(sum.paused_ms, QN_NO_TIME);
    print(room, 80, 24, NULL);
    assert_non_null(strstr(room->text, "\nall           400 "));
}

static void states_are_told_by_what_matters_most(void **state)
{
    struct room *room = *state;

    add_queues(room, 6);
    room->queues[0].stats.paused_ms = room->queues[0].stats.draining_ms = 1;
    room->queues[1].stats.draining_ms = 1;
    room->queues[2].stats.workers = 0;
    room->queues[3].stats.max_jobs = room->queues[3].stats.running = 2;
    room->queues[4].stats.max_bytes = room->queues[4].stats.bytes = 100;
    print(room, 80, 0, NULL);
    static const char *const wanted[] = {"paused", "draining", "no worker", "full", "full", "open"};
    const char *at = room->text;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++, at++) {
        at = strstr(at, wanted[i]);
        assert_non_null(at);
    }
}

/* ---- rates ---- */

static void rates_are_differences_by_the_brokers_clock(void **state)
{
    struct room *room = *state;
    struct qn_stats *stats = add_queue(room, "a");

    stats->enqueued = 20;
    stats->succeeded = 10;
    stats->failures = 1;
    struct cli_look_rates rates = cli_look_rates(&room->before, &room->look, NULL);
    assert_true(rates.known);
    assert_int_equal((int)(rates.enqueued * 10), 100);
    assert_int_equal((int)(rates.succeeded * 10), 50);
    assert_int_equal((int)(rates.failed * 10), 5);
    print(room, 80, 24, &room->before);
    assert_non_null(strstr(room->text, "10.0 enqueued, 5.0 succeeded, 0.5 failed"));
}

static void no_rate_is_told_where_none_is_known(void **state)
{
    struct room *room = *state;
    struct qn_stats *stats = add_queue(room, "a");

    assert_false(cli_look_rates(NULL, &room->look, NULL).known);
    assert_false(cli_look_rates(&room->before, &room->look, "other").known);
    room->earlier[0].stats.enqueued = 5; /* the totals began anew */
    assert_false(cli_look_rates(&room->before, &room->look, "a").known);
    stats->enqueued = 6;
    assert_true(cli_look_rates(&room->before, &room->look, "a").known);
    room->look.now_ms = room->before.now_ms; /* time stands still, or went back */
    assert_false(cli_look_rates(&room->before, &room->look, "a").known);
    print(room, 120, 24, &room->before);
    assert_non_null(strstr(room->text, "per second  -\n"));
}

static void a_wide_terminal_shows_the_rates_of_each_queue(void **state)
{
    struct room *room = *state;

    add_queues(room, 2);
    room->queues[1].stats.succeeded = 3;
    print(room, CLI_STATSVIEW_WIDE - 1, 24, &room->before);
    assert_null(strstr(room->text, "DONE/S"));
    print(room, CLI_STATSVIEW_WIDE, 24, &room->before);
    assert_non_null(strstr(room->text, "DONE/S"));
    assert_non_null(strstr(room->text, "1.5"));
}

/* ---- JSON ---- */

static void the_json_of_a_look_passes_the_strict_check(void **state)
{
    struct room *room = *state;
    struct qn_json_item item;
    struct qn_buf out;

    add_queues(room, 3);
    qn_buf_init(&out, TEXT_MAX);
    assert_int_equal(cli_look_json(&out, &room->look, NULL), QN_OK);
    assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
    assert_true(qn_json_find(out.data, out.len, "broker", &item));
    assert_true(qn_span_is(item.value, "null")); /* it did not tell */
    assert_null(strstr(out.data, "per_second"));
    room->look.server = (struct cli_look_server){.known = true, .version = "7.0.15"};
    qn_buf_reset(&out);
    assert_int_equal(cli_look_json(&out, &room->look, &room->before), QN_OK);
    assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
    assert_non_null(strstr(out.data, "\"per_second\":{\"enqueued\":0.000"));
    qn_buf_release(&out);
}

/* ---- figures ---- */

static void counts_have_their_thousands_parted(void **state)
{
    static const struct {
        int64_t count;
        const char *text;
    } cases[] = {{0, "0"},          {999, "999"},        {1000, "1,000"},
                 {12345, "12,345"}, {123456, "123,456"}, {INT64_MAX, "9,223,372,036,854,775,807"}};
    char text[CLI_COUNT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cli_count_print(cases[i].count, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void ages_are_short(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{-5, "0s"},      {99999, "99s"},     {100000, "1m"},
                 {6000000, "1h"}, {172799999, "47h"}, {172800000, "2d"}};
    char text[CLI_TIME_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cli_age_print(cases[i].ms, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_frame_fits_any_terminal_whatever_there_is_to_show, set_up),
        cmocka_unit_test_setup(figures_of_a_million_fit_80_columns, set_up),
        cmocka_unit_test_setup(what_does_not_fit_is_counted_and_is_what_has_least_to_do, set_up),
        cmocka_unit_test_setup(queues_that_were_not_looked_at_are_counted_too, set_up),
        cmocka_unit_test_setup(one_look_shows_all_queues_and_no_rates, set_up),
        cmocka_unit_test_setup(the_sum_is_of_all_queues_also_of_those_not_shown, set_up),
        cmocka_unit_test_setup(states_are_told_by_what_matters_most, set_up),
        cmocka_unit_test_setup(rates_are_differences_by_the_brokers_clock, set_up),
        cmocka_unit_test_setup(no_rate_is_told_where_none_is_known, set_up),
        cmocka_unit_test_setup(a_wide_terminal_shows_the_rates_of_each_queue, set_up),
        cmocka_unit_test_setup(the_json_of_a_look_passes_the_strict_check, set_up),
        cmocka_unit_test(counts_have_their_thousands_parted),
        cmocka_unit_test(ages_are_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
