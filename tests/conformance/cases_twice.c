/* cases_twice.c - every operation sent twice answers as docs/protocol.md says.
 *
 * What is not here has its case elsewhere: enqueue (cases_produce.c), finish,
 * cancel, reconcile (cases_work.c), recover, trim, pause (cases_upkeep.c), what people do
 * (cases_operate.c).
 */
#include "world.h"

#include <string.h>

static void take_sent_twice_takes_others_and_reconcile_gives_the_first_back(void **state)
{
    struct world *w = *state;
    const struct job jobs[] = {{.name = "a"}, {.name = "b"}};

    op_enqueue(w, jobs, 2);
    op_join(w, INC);
    op_take(w, INC, 1); /* this answer is lost */
    struct got *second = op_take(w, INC, 1);
    assert_string_equal(second->name[0], "b");
    const struct qn_held held[] = {{.name = "b", .token = second->token[0]}};
    assert_string_equal(op_reconcile(w, INC, held, 1)->name2[0], "a");
    assert_string_equal(op_take(w, INC, 1)->name[0], "a");
}

static void join_and_renew_sent_twice_renew(void **state)
{
    struct world *w = *state;

    for (int i = 0; i < 2; i++)
        assert_ok(op_join(w, INC));
    for (int i = 0; i < 2; i++)
        assert_ok(op_renew(w, INC));
    assert_int_equal(op_stats(w)->stats.workers, 1);
}

static void leave_sent_twice_changes_nothing(void **state)
{
    struct world *w = *state;

    op_join(w, INC);
    for (int i = 0; i < 2; i++)
        assert_int_equal(op_leave(w, INC)->number, 0);
    run_one(w, "a");
    for (int i = 0; i < 2; i++)
        assert_int_equal(op_leave(w, INC)->number, 1);
}

static void forward_sent_twice_moves_once(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a", .delay = 10);
    world_advance(w, 10);
    assert_int_equal(op_forward(w)->number, 1);
    assert_int_equal(op_forward(w)->number, 0);
    assert_int_equal(op_stats(w)->stats.queued[0], 1);
}

static void recover_sent_twice_moves_a_job_and_counts_its_death_once(void **state)
{
    struct world *w = *state;

    run_one(w, "a");
    op_recover(w);
    world_advance(w, LEASE);
    assert_int_equal(op_recover(w)->n, 1);
    assert_int_equal(op_recover(w)->n, 0);
    assert_int_equal(op_stats(w)->stats.queued[0], 1);
    assert_int_equal(op_peek(w, "a")->info[0]->deaths, 1);
}

static void watch_sent_twice_tells_once(void **state)
{
    struct world *w = *state;

    new_job(w, .name = "a");
    new_job(w, .name = "b");
    for (int i = 0; i < 2; i++)
        assert_int_equal(op_watch(w, "a", true)->code[0], 1);
    op_watch(w, "b", true);
    op_cancel(w, "a");
    op_cancel(w, "b");
    while (strcmp(w->ended, Q ".b") != 0) {
        bool never = false;
        struct qn_err err;
        assert_int_equal(qn_broker_pump(w->loop, &never, 10, &err), QN_ETIMEOUT);
    }
    assert_int_equal(w->ended_n, 2);
}

static void note_sent_twice_doubles_the_lines_only(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    for (int i = 0; i < 2; i++)
        assert_int_equal(op_note(w, "a", taken->token[0], "{\"done\":1}", "x\n")->code[0], 1);
    assert_string_equal(op_log(w, "a")->text, "x\nx\n");
    assert_string_equal(op_peek(w, "a")->info[0]->progress, "{\"done\":1}");
}

static void publish_alive_and_lead_sent_twice_are_the_same(void **state)
{
    struct world *w = *state;

    for (int i = 0; i < 2; i++) {
        assert_ok(op_publish(w, Q, "t.one", "{}"));
        assert_ok(op_alive(w, INC, 60000, "{}"));
        assert_int_equal(op_lead(w, "me", 60000)->number, 1);
    }
    assert_int_equal(op_entries(w, 0)->n, 1);
    assert_int_equal(op_entries(w, 1)->n, 1);
    assert_int_equal(op_entries(w, 2)->n, 1);
}

const struct CMUnitTest cases_twice[] = {
    CASE(take_sent_twice_takes_others_and_reconcile_gives_the_first_back),
    CASE(join_and_renew_sent_twice_renew),
    CASE(leave_sent_twice_changes_nothing),
    CASE(forward_sent_twice_moves_once),
    CASE(recover_sent_twice_moves_a_job_and_counts_its_death_once),
    CASE(watch_sent_twice_tells_once),
    CASE(note_sent_twice_doubles_the_lines_only),
    CASE(publish_alive_and_lead_sent_twice_are_the_same),
};
CASES(cases_twice);
