#include "worker/queues.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct worker_queues parsed(const char *text, bool strict)
{
    struct worker_queues queues;

    assert_int_equal(worker_queues_parse(&queues, text, strict, NULL), QN_OK);
    worker_queues_all_ready(&queues);
    return queues;
}

static void names_and_weights_are_read(void **state)
{
    struct worker_queues queues = parsed("reports:3,default,low-1:1000", false);

    (void)state;
    assert_int_equal(queues.n, 3);
    assert_string_equal(queues.list[0].name, "reports");
    assert_int_equal(queues.list[0].weight, 3);
    assert_int_equal(queues.list[1].weight, 1);
    assert_int_equal(queues.list[2].weight, 1000);
    assert_int_equal(worker_queues_find(&queues, "default"), 1);
    assert_int_equal(worker_queues_find(&queues, "other"), WORKER_NO_QUEUE);
}

static void what_is_no_list_is_refused_by_name(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "name \"\""},
        {"a,", "name \"\""},
        {"a b", "name \"a b\""},
        {"Reports", "\"Reports\""},
        {"a,b,a", "\"a\" is there twice"},
        {"a:", "weight \"\""},
        {"a:0", "weight \"0\""},
        {"a:1001", "weight \"1001\""},
        {"a:-1", "weight \"-1\""},
        {"a:1:2", "weight \"1:2\""},
        {"abcdefghijklmnopqrstuvwxyz0123456", "abcdefghijklmnopqrstuvwxyz0123456"},
    };
    struct worker_queues queues;
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(worker_queues_parse(&queues, bad[i].text, false, &err), QN_EINVAL);
        assert_non_null(strstr(err.msg, bad[i].says));
    }
}

static void too_many_are_refused(void **state)
{
    char text[WORKER_QUEUES_MAX * 8 + 8] = "";
    struct worker_queues queues;
    size_t len = 0;

    (void)state;
    for (int i = 0; i <= WORKER_QUEUES_MAX; i++) {
        if (i == WORKER_QUEUES_MAX)
            assert_int_equal(worker_queues_parse(&queues, text, false, NULL), QN_OK);
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%sq%d", i ? "," : "", i);
    }
    assert_int_equal(worker_queues_parse(&queues, text, false, NULL), QN_EINVAL);
}

static void picks(struct worker_queues *queues, const char *expected)
{
    for (const char *name = expected; *name; name++) {
        size_t i = worker_queues_pick(queues);
        assert_true(i != WORKER_NO_QUEUE);
        assert_int_equal(queues->list[i].name[0], *name);
    }
}

static void weights_are_kept_smoothly(void **state)
{
    struct worker_queues queues = parsed("a:3,b:1", false);
    struct worker_queues five = parsed("a:5,b:1,c:1", false);

    (void)state;
    picks(&queues, "aabaaabaaaba");
    picks(&five, "aabacaaaabacaa");
}

static void a_queue_that_is_not_ready_is_passed_over(void **state)
{
    struct worker_queues queues = parsed("a:3,b:1", false);

    (void)state;
    queues.list[0].ready = false;
    picks(&queues, "bbb");
    queues.list[1].ready = false;
    assert_int_equal(worker_queues_pick(&queues), WORKER_NO_QUEUE);
    queues.list[0].ready = true;
    picks(&queues, "aaaa");
    queues.list[1].ready = true;
    picks(&queues, "aabaaaba");
}

static void strict_order_never_turns_while_the_first_has_work(void **state)
{
    struct worker_queues queues = parsed("a:1,b:1000,c", true);

    (void)state;
    picks(&queues, "aaaa");
    queues.list[0].ready = false;
    picks(&queues, "bbbb");
    queues.list[0].ready = true;
    picks(&queues, "a");
}

static void a_backlog_in_one_queue_does_not_hide_the_others(void **state)
{
    struct worker_queues queues = parsed("a,b", false);

    (void)state;
    queues.list[0].ready = queues.list[1].ready = false;
    queues.list[0].asked_ms = queues.list[1].asked_ms = 1000;
    worker_queues_look_beside(&queues,
                              1000 + WORKER_LOOK_MS); /* the tokens of all are waited for */
    assert_false(worker_queues_any_ready(&queues));
    queues.list[0].ready = true;
    worker_queues_look_beside(&queues, 1000 + WORKER_LOOK_MS - 1);
    assert_false(queues.list[1].ready);
    worker_queues_look_beside(&queues, 1000 + WORKER_LOOK_MS);
    assert_true(queues.list[1].ready);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_weights_are_read),
        cmocka_unit_test(what_is_no_list_is_refused_by_name),
        cmocka_unit_test(too_many_are_refused),
        cmocka_unit_test(weights_are_kept_smoothly),
        cmocka_unit_test(a_queue_that_is_not_ready_is_passed_over),
        cmocka_unit_test(a_backlog_in_one_queue_does_not_hide_the_others),
        cmocka_unit_test(strict_order_never_turns_while_the_first_has_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
