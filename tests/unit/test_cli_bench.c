/* What quern bench makes of what it measured, and of what it was told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/bench.h"
#include "cli/bench_info.h"
#include "common/json.h"
#include <string.h>

/* ---- figures ---- */

static void the_median_is_the_value_in_the_middle(void **state)
{
    const double one[] = {7}, three[] = {9, 1, 5}, four[] = {4, 1, 2, 100};

    (void)state;
    assert_true(cli_median(one, 1) == 7);
    assert_true(cli_median(three, 3) == 5);
    assert_true(cli_median(four, 4) == 3);
    assert_true(three[0] == 9 && three[2] == 5);
}

static void a_percentile_is_one_of_the_values(void **state)
{
    int64_t values[200];

    (void)state;
    for (int i = 0; i < 200; i++)
        values[i] = i + 1;
    assert_int_equal(cli_percentile(values, 200, 50), 100);
    assert_int_equal(cli_percentile(values, 200, 99), 198);
    assert_int_equal(cli_percentile(values, 200, 100), 200);
    assert_int_equal(cli_percentile(values, 200, 0), 1);
    assert_int_equal(cli_percentile(values, 3, 50), 2);
    assert_int_equal(cli_percentile(values, 1, 99), 1);
}

static void assert_text(double value, const char *text)
{
    char out[CLI_FIGURE_TEXT_SIZE];

    cli_figure_text(value, out);
    assert_string_equal(out, text);
}

static void numbers_are_told_with_the_digits_that_count(void **state)
{
    (void)state;
    assert_text(0, "0.00");
    assert_text(1.266, "1.27");
    assert_text(52.34, "52.3");
    assert_text(999, "999");
    assert_text(18400.4, "18,400");
    assert_text(251000, "251,000");
    assert_text(1234567, "1,234,567");
}

static const struct cli_figure_kind rate = {"drain_%d_executors", "drain, %d executors", "jobs/s"};
static const struct cli_figure_kind bulk = {"enqueue_bulk", "enqueue, in bulk", "jobs/s"};

static int add(struct cli_figures *figures, const struct cli_figure_kind *kind, int number,
               double value)
{
    return cli_figures_add(figures, kind, number, value, NULL);
}

static void json_has_the_median_of_each_figure(void **state)
{
    struct cli_figures figures = {.n = 0};
    struct qn_buf out;

    (void)state;
    assert_int_equal(add(&figures, &rate, 2, 10), QN_OK);
    assert_int_equal(add(&figures, &rate, 64, 75000), QN_OK);
    assert_int_equal(add(&figures, &bulk, 0, 3.5), QN_OK);
    assert_int_equal(add(&figures, &rate, 2, 30), QN_OK);
    assert_int_equal(add(&figures, &rate, 2, 12), QN_OK);
    assert_string_equal(figures.all[1].title, "drain, 64 executors");
    qn_buf_init(&out, 4096);
    assert_int_equal(cli_figures_json(&out, &figures), QN_OK);
    assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
    assert_string_equal(out.data,
                        "[\n {\"name\":\"drain_2_executors\",\"value\":12.0,\"unit\":\"jobs/s\"},"
                        "\n {\"name\":\"drain_64_executors\",\"value\":75000,\"unit\":\"jobs/s\"},"
                        "\n {\"name\":\"enqueue_bulk\",\"value\":3.50,\"unit\":\"jobs/s\"}\n]\n");
    qn_buf_release(&out);
}

static void no_figures_are_an_empty_list(void **state)
{
    struct cli_figures figures = {.n = 0};
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 4096);
    assert_int_equal(cli_figures_json(&out, &figures), QN_OK);
    assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
    qn_buf_release(&out);
}

static void too_many_figures_or_values_are_refused(void **state)
{
    static struct cli_figures figures;

    (void)state;
    figures.n = 0;
    for (int i = 0; i < CLI_RUNS_MAX; i++)
        assert_int_equal(add(&figures, &bulk, 0, i), QN_OK);
    assert_int_equal(add(&figures, &bulk, 0, 1), QN_ELIMIT);
    for (int i = 1; i < CLI_FIGURES_MAX; i++)
        assert_int_equal(add(&figures, &rate, i, 1), QN_OK);
    assert_int_equal(add(&figures, &rate, 0, 1), QN_ELIMIT);
    assert_int_equal(add(&figures, &rate, 1, 1), QN_OK);
}

/* ---- what Redis tells ---- */

static struct qn_span span(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

static void cpu_is_of_the_main_thread(void **state)
{
    int64_t us = 0;

    (void)state;
    assert_true(cli_info_cpu_us(span("# CPU\r\nused_cpu_sys:9.0\r\nused_cpu_user:9.0\r\n"
                                     "used_cpu_sys_main_thread:1.000250\r\n"
                                     "used_cpu_user_main_thread:12.5\r\n"),
                                &us));
    assert_int_equal(us, 13500250);
}

static void cpu_that_is_not_told_is_not_made_up(void **state)
{
    static const char *const texts[] = {
        "",
        "\r\n",
        "used_cpu_sys:1.0\r\nused_cpu_user:1.0\r\n",
        "used_cpu_sys_main_thread:1.0\r\n",
        "used_cpu_sys_main_thread:\r\nused_cpu_user_main_thread:1.0\r\n",
        "used_cpu_sys_main_thread:1.x\r\nused_cpu_user_main_thread:1.0\r\n",
        "used_cpu_sys_main_thread:1.-5\r\nused_cpu_user_main_thread:1.0\r\n",
        "used_cpu_sys_main_thread:1.1234567\r\nused_cpu_user_main_thread:1.0\r\n",
    };
    int64_t us = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(cli_info_cpu_us(span(texts[i]), &us));
    assert_false(cli_info_cpu_us((struct qn_span){NULL, 0}, &us));
}

static void calls_are_of_that_command_alone(void **state)
{
    const char *text = "# Commandstats\r\n"
                       "cmdstat_evalsha_ro:calls=7,usec=1\r\n"
                       "cmdstat_evalsha:calls=1234,usec=9,usec_per_call=0.01\r\n"
                       "cmdstat_eval:calls=3";

    (void)state;
    assert_int_equal(cli_info_calls(span(text), "evalsha"), 1234);
    assert_int_equal(cli_info_calls(span(text), "eval"), 3);
    assert_int_equal(cli_info_calls(span(text), "ping"), 0);
    assert_int_equal(cli_info_calls(span("cmdstat_ping:calls=many"), "ping"), 0);
}

/* ---- when to look ---- */

static void a_drain_is_looked_at_seldom_and_its_end_seen_soon(void **state)
{
    int64_t all = 100000, now_us = 0, seen_us = 0;
    int looks = 0;

    (void)state;
    /* 50,000 jobs/s: the end comes after two seconds */
    for (int64_t done = 0; done < all; looks++) {
        now_us += cli_bench_next_look_ms(done, all, now_us / 1000) * 1000;
        done = now_us / 20 < all ? now_us / 20 : all;
        seen_us = now_us;
    }
    assert_in_range(seen_us, 2000000, 2004000);
    assert_in_range(looks, 8, 24);
    assert_int_equal(cli_bench_next_look_ms(1, 1000000, 1000), 250);
    assert_int_equal(cli_bench_next_look_ms(999999, 1000000, 1000), 2);
}

/* ---- options ---- */

static struct cli given;

static const struct cli_option options[] = {
    {"jobs", "N", ""}, {"executors", "LIST", ""}, {"payload", "BYTES", ""},
    {"runs", "N", ""}, {"only", "PARTS", ""},     {"json", "FILE", ""},
};

static void give(int option, const char *value)
{
    given = (struct cli){.n_options = 1};
    given.options[0].option = &options[option];
    given.options[0].value = value;
}

static void what_is_not_said_has_a_default(void **state)
{
    struct cli_bench_options read;

    (void)state;
    given = (struct cli){.n_options = 0};
    assert_int_equal(cli_bench_options_read(&given, &read, NULL), QN_OK);
    assert_int_equal(read.jobs, 100000);
    assert_int_equal(read.payload, 100);
    assert_int_equal(read.runs, 3);
    assert_int_equal(read.n_executors, 4);
    assert_int_equal(read.executors[3], 64);
    for (int i = 0; i < CLI_BENCH_PARTS; i++)
        assert_true(read.parts[i]);
    assert_null(read.file);
}

static void lists_are_read_word_by_word(void **state)
{
    struct cli_bench_options read;

    (void)state;
    give(1, "128,1,7");
    assert_int_equal(cli_bench_options_read(&given, &read, NULL), QN_OK);
    assert_int_equal(read.n_executors, 3);
    assert_int_equal(read.executors[0], 128);
    assert_int_equal(read.executors[2], 7);
    give(4, "roundtrip,enqueue");
    assert_int_equal(cli_bench_options_read(&given, &read, NULL), QN_OK);
    assert_true(read.parts[CLI_BENCH_ROUNDTRIP]);
    assert_true(read.parts[CLI_BENCH_ENQUEUE]);
    assert_false(read.parts[CLI_BENCH_DRAIN]);
}

static void what_makes_no_sense_is_refused_with_its_name(void **state)
{
    static const struct {
        int option;
        const char *value, *says;
    } wrong[] = {
        {0, "0", "--jobs: from 1"},
        {0, "many", "--jobs"},
        {0, "99999999999", "--jobs"},
        {1, "", "--executors"},
        {1, "2,,4", "--executors"},
        {1, "2,", "--executors"},
        {1, "0", "--executors"},
        {1, "1001", "--executors"},
        {1, "2,2", "twice"},
        {1, "1,2,3,4,5,6,7,8,9,10,11", "at most 10"},
        {2, "1000001", "--payload"},
        {3, "0", "--runs"},
        {3, "26", "--runs"},
        {4, "drain,sleep", "\"sleep\""},
        {4, "", "--only"},
        {4, "drains", "\"drains\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct cli_bench_options read;
        struct qn_err err = {0};
        give(wrong[i].option, wrong[i].value);
        assert_int_equal(cli_bench_options_read(&given, &read, &err), QN_EINVAL);
        assert_non_null(strstr(err.msg, wrong[i].says));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_is_the_value_in_the_middle),
        cmocka_unit_test(a_percentile_is_one_of_the_values),
        cmocka_unit_test(numbers_are_told_with_the_digits_that_count),
        cmocka_unit_test(json_has_the_median_of_each_figure),
        cmocka_unit_test(no_figures_are_an_empty_list),
        cmocka_unit_test(too_many_figures_or_values_are_refused),
        cmocka_unit_test(cpu_is_of_the_main_thread),
        cmocka_unit_test(cpu_that_is_not_told_is_not_made_up),
        cmocka_unit_test(calls_are_of_that_command_alone),
        cmocka_unit_test(a_drain_is_looked_at_seldom_and_its_end_seen_soon),
        cmocka_unit_test(what_is_not_said_has_a_default),
        cmocka_unit_test(lists_are_read_word_by_word),
        cmocka_unit_test(what_makes_no_sense_is_refused_with_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
