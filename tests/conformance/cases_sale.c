/* cases_sale.c - jobs that take out of a sale and give back to it (docs/decisions/0013). */
#include "operate.h"

#include "broker-client/sale.h"
#include "common/str.h"
#include <stdio.h>
#include <string.h>

static struct got *sale(struct world *w, enum qn_sale_how how, int64_t stock, int64_t ends_ms)
{
    return op_sale(w, "7", how, stock, ends_ms);
}

static struct got *opened(struct world *w, int64_t stock)
{
    op_join(w, INC);
    return sale(w, QN_SALE_OPEN, stock, 0);
}

/* The code that a try of a buyer gets. */
static struct got *try(struct world *w, const char *name, const char *buyer, const char *mark)
{
    const struct qn_sale_ask ask = {.item = "7", .buyer = buyer, .quantity = 1, .mark = mark};

    return new_job(w, .name = name, .sale = &ask, .on_failed = "t.after");
}

static int buy(struct world *w, const char *name, const char *buyer)
{
    struct got *got = try(w, name, buyer, "-");

    assert_ok(got);
    return got->code[0];
}

static void assert_sale(struct world *w, int64_t taken, int64_t returned)
{
    const struct qn_sale *now = &sale(w, QN_SALE_LOOK, 0, 0)->sale;

    assert_true(now->there);
    assert_int_equal(now->taken, taken);
    assert_int_equal(now->returned, returned);
}

/* ---- taking ---- */

static void what_is_there_is_sold_and_no_more(void **state)
{
    struct world *w = *state;

    opened(w, 2);
    assert_int_equal(buy(w, "a", "1"), QN_ENQ_MADE);
    assert_int_equal(buy(w, "b", "2"), QN_ENQ_MADE);
    assert_int_equal(buy(w, "c", "3"), QN_ENQ_SOLD_OUT);
    assert_string_equal(take_names(w, 10), "a b");
    assert_int_equal(state_of(w, "c"), 0);
    assert_sale(w, 2, 0);
}

static void jobs_of_one_call_share_what_is_left(void **state)
{
    struct world *w = *state;
    const struct qn_sale_ask asks[] = {{.item = "7", .buyer = "1", .quantity = 2, .mark = "-"},
                                       {.item = "7", .buyer = "2", .quantity = 2, .mark = "-"},
                                       {.item = "7", .buyer = "3", .quantity = 1, .mark = "-"}};
    const struct job jobs[] = {{.name = "a", .sale = &asks[0]},
                               {.name = "b", .sale = &asks[1]},
                               {.name = "c", .sale = &asks[2]},
                               {.name = "d"}};

    opened(w, 3);
    struct got *got = op_enqueue(w, jobs, 4);
    assert_int_equal(got->code[0], QN_ENQ_MADE);
    assert_int_equal(got->code[1], QN_ENQ_SOLD_OUT);
    assert_int_equal(got->code[2], QN_ENQ_MADE);
    assert_int_equal(got->code[3], QN_ENQ_MADE);
    assert_sale(w, 3, 0);
    assert_int_equal(op_stats(w)->stats.enqueued, 3);
}

static void what_is_not_offered_is_said_so(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    assert_int_equal(buy(w, "a", "1"), QN_ENQ_NO_SALE);
    assert_false(sale(w, QN_SALE_LOOK, 0, 0)->sale.there);
    sale(w, QN_SALE_OPEN, 5, w->now_ms + 1000);
    assert_int_equal(buy(w, "a", "1"), QN_ENQ_MADE);
    world_advance(w, 1000);
    assert_int_equal(buy(w, "b", "1"), QN_ENQ_SALE_OVER);
    assert_int_equal(buy(w, "a", "1"), QN_ENQ_EXISTS);
    assert_true(sale(w, QN_SALE_CLOSE, 0, 0)->sale.there);
    assert_int_equal(buy(w, "b", "1"), QN_ENQ_NO_SALE);
    assert_false(sale(w, QN_SALE_CLOSE, 0, 0)->sale.there);
}

/* ---- tries ---- */

static void a_buyer_has_three_tries_in_any_minute(void **state)
{
    struct world *w = *state;

    opened(w, 2);
    assert_int_equal(buy(w, "a", "1"), QN_ENQ_MADE);
    world_advance(w, 20000);
    assert_int_equal(buy(w, "b", "1"), QN_ENQ_MADE);
    assert_int_equal(buy(w, "c", "1"), QN_ENQ_SOLD_OUT);
    struct got *fourth = try(w, "d", "1", "-");
    assert_int_equal(fourth->code[0], QN_ENQ_TRIES);
    assert_string_equal(fourth->name[0], "40000");
    assert_int_equal(buy(w, "e", "2"), QN_ENQ_SOLD_OUT); /* another has his own */
    world_advance(w, 39999);
    assert_string_equal(try(w, "d", "1", "-")->name[0], "1");
    world_advance(w, 1);
    assert_int_equal(buy(w, "d", "1"), QN_ENQ_SOLD_OUT);
    assert_string_equal(try(w, "f", "1", "-")->name[0], "20000");
}

static void a_try_that_is_refused_for_want_of_tries_is_none(void **state)
{
    struct world *w = *state;

    opened(w, 9);
    for (int i = 0; i < 3; i++)
        assert_int_equal(buy(w, i == 0 ? "a" : i == 1 ? "b" : "c", "1"), QN_ENQ_MADE);
    world_advance(w, 30000);
    assert_int_equal(buy(w, "d", "1"), QN_ENQ_TRIES);
    world_advance(w, 30000);
    assert_int_equal(buy(w, "d", "1"), QN_ENQ_MADE);
}

static void a_clock_that_goes_back_locks_nobody_out(void **state)
{
    struct world *w = *state;

    opened(w, 9);
    for (int i = 0; i < 3; i++)
        assert_int_equal(buy(w, i == 0 ? "a" : i == 1 ? "b" : "c", "1"), QN_ENQ_MADE);
    world_advance(w, -3600000);
    assert_int_equal(buy(w, "d", "1"), QN_ENQ_MADE);
}

/* ---- sent twice ---- */

static void the_same_name_gets_the_same_answer_and_takes_nothing(void **state)
{
    struct world *w = *state;

    opened(w, 1);
    for (int i = 0; i < 5; i++)
        assert_int_equal(buy(w, "a", "1"), i == 0 ? QN_ENQ_MADE : QN_ENQ_EXISTS);
    for (int i = 0; i < 5; i++)
        assert_int_equal(buy(w, "b", "1"), QN_ENQ_SOLD_OUT);
    sale(w, QN_SALE_OPEN, 9, 0);
    assert_int_equal(buy(w, "b", "1"), QN_ENQ_SOLD_OUT);
    assert_int_equal(buy(w, "c", "1"), QN_ENQ_MADE); /* the third try */
    assert_sale(w, 2, 0);
}

static void a_name_with_another_mark_is_told(void **state)
{
    struct world *w = *state;

    opened(w, 0);
    assert_int_equal(try(w, "a", "1", "m1")->code[0], QN_ENQ_SOLD_OUT);
    assert_int_equal(try(w, "a", "1", "m1")->code[0], QN_ENQ_SOLD_OUT);
    assert_int_equal(try(w, "a", "1", "m2")->code[0], QN_ENQ_REUSED);
}

/* ---- a queue that takes nothing ---- */

static void a_full_or_draining_queue_takes_no_stock_and_no_try(void **state)
{
    struct world *w = *state;

    opened(w, 9);
    op_budget(w, 1, 0);
    assert_int_equal(buy(w, "a", "1"), QN_ENQ_MADE);
    for (int i = 0; i < 4; i++)
        assert_int_equal(buy(w, "b", "2"), QN_ENQ_FULL);
    op_gate(w, QN_GATE_DRAINING);
    for (int i = 0; i < 4; i++)
        assert_int_equal(buy(w, "b", "2"), QN_ENQ_DRAINING);
    assert_sale(w, 1, 0);
    op_gate(w, QN_GATE_OPEN);
    op_budget(w, 0, 0);
    assert_int_equal(buy(w, "b", "2"), QN_ENQ_MADE);
}

/* ---- giving back ---- */

/* Ends the next job of the line. */
static struct got *end_next(struct world *w, enum qn_finish_kind kind)
{
    return op_finish(w, op_take(w, INC, 1), 0, kind, DAY);
}

static void success_keeps_what_was_taken(void **state)
{
    struct world *w = *state;

    opened(w, 1);
    buy(w, "a", "1");
    end_next(w, QN_FIN_SUCCEEDED);
    assert_sale(w, 1, 0);
    assert_int_equal(buy(w, "b", "2"), QN_ENQ_SOLD_OUT);
}

static void the_success_of_the_follow_up_gives_back_once(void **state)
{
    struct world *w = *state;

    opened(w, 1);
    buy(w, "a", "1");
    end_next(w, QN_FIN_FAILED);
    assert_sale(w, 1, 0); /* not before somebody has looked */
    assert_int_equal(buy(w, "b", "2"), QN_ENQ_SOLD_OUT);
    struct got *taken = op_take(w, INC, 1);
    op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY);
    assert_sale(w, 0, 1);
    assert_int_equal(op_finish(w, taken, 0, QN_FIN_SUCCEEDED, DAY)->code[0], QN_FIN_ALREADY);
    assert_sale(w, 0, 1);
    assert_int_equal(buy(w, "c", "3"), QN_ENQ_MADE);
}

static void a_cancelled_one_gives_back_the_same_way(void **state)
{
    struct world *w = *state;

    opened(w, 1);
    buy(w, "a", "1");
    op_cancel(w, "a");
    end_next(w, QN_FIN_SUCCEEDED);
    assert_sale(w, 0, 1);
}

static void a_follow_up_that_fails_gives_nothing_back(void **state)
{
    struct world *w = *state;

    opened(w, 1);
    buy(w, "a", "1");
    end_next(w, QN_FIN_FAILED);
    struct got *taken = op_take(w, INC, 1);
    op_finish(w, taken, 0, QN_FIN_FAILED, DAY);
    assert_sale(w, 1, 0);
    op_replay(w, taken->name[0], w->now_ms);
    end_next(w, QN_FIN_SUCCEEDED);
    assert_sale(w, 0, 1);
}

static void a_replayed_job_that_fails_again_gives_back_by_another_follow_up(void **state)
{
    struct world *w = *state;

    opened(w, 2);
    buy(w, "a", "1");
    end_next(w, QN_FIN_FAILED);
    op_replay(w, "a", w->now_ms);
    end_next(w, QN_FIN_SUCCEEDED); /* the first follow-up */
    assert_sale(w, 0, 1);
    end_next(w, QN_FIN_FAILED);
    end_next(w, QN_FIN_FAILED); /* its handler finds that it was given back */
    assert_sale(w, 0, 1);
}

static void what_was_taken_from_an_older_sale_is_not_given_to_a_newer_one(void **state)
{
    struct world *w = *state;

    opened(w, 1);
    buy(w, "a", "1");
    end_next(w, QN_FIN_FAILED);
    sale(w, QN_SALE_CLOSE, 0, 0);
    sale(w, QN_SALE_OPEN, 1, 0);
    assert_int_equal(buy(w, "b", "2"), QN_ENQ_MADE);
    end_next(w, QN_FIN_SUCCEEDED); /* the follow-up of a */
    assert_sale(w, 1, 0);
    assert_int_equal(buy(w, "c", "3"), QN_ENQ_SOLD_OUT);
}

static void a_sale_that_is_changed_keeps_what_was_taken(void **state)
{
    struct world *w = *state;

    opened(w, 3);
    buy(w, "a", "1");
    buy(w, "b", "2");
    sale(w, QN_SALE_OPEN, 1, 0);
    assert_sale(w, 2, 0);
    assert_int_equal(buy(w, "c", "3"), QN_ENQ_SOLD_OUT);
    sale(w, QN_SALE_OPEN, 3, 0);
    assert_int_equal(buy(w, "d", "3"), QN_ENQ_MADE);
}

/* ---- bounds ---- */

static void what_is_not_well_formed_is_refused(void **state)
{
    struct world *w = *state;
    const struct qn_sale_ask wrong[] = {{.item = "7 8", .buyer = "1", .quantity = 1, .mark = "-"},
                                        {.item = "7", .buyer = "", .quantity = 1, .mark = "-"},
                                        {.item = "7", .buyer = "1", .quantity = 0, .mark = "-"},
                                        {.item = "7", .buyer = "1", .quantity = 1, .mark = "\n"}};
    const struct qn_sale_ask right = {.item = "7", .buyer = "1", .quantity = 1, .mark = "-"};

    opened(w, 1);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_rc(new_job(w, .name = "a", .sale = &wrong[i]), QN_EINVAL);
    assert_rc(new_job(w, .name = "a", .sale = &right, .delay = 10), QN_EINVAL);
    assert_rc(sale(w, QN_SALE_OPEN, -1, 0), QN_EINVAL);
    assert_sale(w, 0, 0);
}

static void a_queue_has_a_thousand_sales_at_most(void **state)
{
    struct world *w = *state;
    char item[16];

    for (int i = 0; i < 1000; i++) {
        snprintf(item, sizeof(item), "%d", i);
        assert_true(op_sale(w, item, QN_SALE_OPEN, 1, 0)->sale.there);
        got_free_all();
    }
    assert_true(op_sale(w, "1000", QN_SALE_OPEN, 1, 0)->sale.no_room);
    assert_true(op_sale(w, "999", QN_SALE_OPEN, 2, 0)->sale.there);
    op_sale(w, "0", QN_SALE_CLOSE, 0, 0);
    assert_true(op_sale(w, "1000", QN_SALE_OPEN, 1, 0)->sale.there);
}

const struct CMUnitTest cases_sale[] = {
    CASE(what_is_there_is_sold_and_no_more),
    CASE(jobs_of_one_call_share_what_is_left),
    CASE(what_is_not_offered_is_said_so),
    CASE(a_buyer_has_three_tries_in_any_minute),
    CASE(a_try_that_is_refused_for_want_of_tries_is_none),
    CASE(a_clock_that_goes_back_locks_nobody_out),
    CASE(the_same_name_gets_the_same_answer_and_takes_nothing),
    CASE(a_name_with_another_mark_is_told),
    CASE(a_full_or_draining_queue_takes_no_stock_and_no_try),
    CASE(success_keeps_what_was_taken),
    CASE(the_success_of_the_follow_up_gives_back_once),
    CASE(a_cancelled_one_gives_back_the_same_way),
    CASE(a_follow_up_that_fails_gives_nothing_back),
    CASE(a_replayed_job_that_fails_again_gives_back_by_another_follow_up),
    CASE(what_was_taken_from_an_older_sale_is_not_given_to_a_newer_one),
    CASE(a_sale_that_is_changed_keeps_what_was_taken),
    CASE(what_is_not_well_formed_is_refused),
    CASE(a_queue_has_a_thousand_sales_at_most),
};
CASES(cases_sale);
