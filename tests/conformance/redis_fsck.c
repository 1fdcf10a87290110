/* redis_fsck.c - what a hand in Redis breaks is found, named and mended, and no job is lost. */
#include "world.h"

#include "fsck_ops.h"
#include "world_redis.h"
#include <stdio.h>
#include <string.h>

#define NOBODY    ((enum qn_state)0)
#define KEY(word) "{test:" Q "}:" word

/* A fault is planted by commands, on a queue where a waits (priority 1), b is running, c is
 * scheduled, d retrying, e failed, f succeeded and INC has a lease. */
struct plant {
    const char *what;
    const char *commands[4];
    enum qn_fault fault;
    const char *name, *where, *detail; /* detail: a part of it */
    bool left;                         /* not mended */
    enum qn_state state;               /* of the job when it is mended */
};

/* clang-format off */
static const struct plant plants[] = {
    {"lost", {"DEL " KEY("ready:1")}, QN_FAULT_LOST, "a", "j", "", false, QN_QUEUED},
    {"lost from due", {"ZREM " KEY("due") " c"}, QN_FAULT_LOST, "c", "j", "", false, QN_SCHEDULED},
    {"lost from retry", {"ZREM " KEY("retry") " d"}, QN_FAULT_LOST, "d", "j", "", false, QN_QUEUED},
    {"lost from running", {"HDEL " KEY("running") " b"}, QN_FAULT_LOST, "b", "j", "", false, QN_QUEUED},
    {"twice in a line", {"RPUSH " KEY("ready:1") " .a"}, QN_FAULT_TWICE, "a", "ready:1 ready:1", "ready:1 counts", false, QN_QUEUED},
    {"in two lines", {"RPUSH " KEY("ready:3") " ?a"}, QN_FAULT_TWICE, "a", "ready:1 ready:3", "ready:1 counts", false, QN_QUEUED},
    {"in line and running", {"RPUSH " KEY("ready:0") " .b"}, QN_FAULT_TWICE, "b", "running ready:0", "running counts", false, QN_RUNNING},
    {"in line and due", {"RPUSH " KEY("ready:0") " .c"}, QN_FAULT_TWICE, "c", "due ready:0", "due counts", false, QN_SCHEDULED},
    {"in line and retrying", {"LPUSH " KEY("ready:0") " .d"}, QN_FAULT_TWICE, "d", "retry ready:0", "retry counts", false, QN_RETRYING},
    {"due and retrying", {"ZADD " KEY("due") " 1 d"}, QN_FAULT_TWICE, "d", "due retry", "retry counts", false, QN_RETRYING},
    {"running and retrying", {"ZADD " KEY("retry") " 1 b"}, QN_FAULT_TWICE, "b", "retry running", "running counts", false, QN_RUNNING},
    {"running for nobody and due", {"HSET " KEY("running") " c XXXXXXXXXXX:9", "HSET " KEY("meta") " run 9"}, QN_FAULT_TWICE, "c", "due running", "due counts", false, QN_SCHEDULED},
    {"running for nobody and in line", {"HSET " KEY("running") " a XXXXXXXXXXX:9", "HSET " KEY("meta") " run 9"}, QN_FAULT_TWICE, "a", "running ready:1", "the line counts", false, QN_QUEUED},
    {"due without record", {"ZADD " KEY("due") " 9 x"}, QN_FAULT_NO_RECORD, "x", "due", "", false, NOBODY},
    {"retrying without record", {"ZADD " KEY("retry") " 9 x"}, QN_FAULT_NO_RECORD, "x", "retry", "", false, NOBODY},
    {"running without record", {"HSET " KEY("running") " x XXXXXXXXXXX:1"}, QN_FAULT_NO_RECORD, "x", "running", "", false, NOBODY},
    {"its worker has what its record said", {"DEL " KEY("j:b")}, QN_FAULT_NO_RECORD, "b", "running", "alive", true, NOBODY},
    {"a dead letter without record", {"ZADD " KEY("failed") " 1750000000000 x"}, QN_FAULT_NO_RECORD, "x", "failed", "", false, NOBODY},
    {"ended and running", {"HSET " KEY("running") " f " INC ":1"}, QN_FAULT_NOT_LIVE, "f", "running", "", false, QN_SUCCEEDED},
    {"ended and due", {"ZADD " KEY("due") " 9 f", "ZADD " KEY("retry") " 9 f"}, QN_FAULT_NOT_LIVE, "f", "due retry", "", false, QN_SUCCEEDED},
    {"failed and no dead letter", {"ZREM " KEY("failed") " e"}, QN_FAULT_NOT_FAILED, "e", "failed", "missing", false, QN_FAILED},
    {"succeeded and a dead letter", {"ZADD " KEY("failed") " 9 f"}, QN_FAULT_NOT_FAILED, "f", "failed", "too much", false, QN_SUCCEEDED},
    {"waiting and a dead letter", {"ZADD " KEY("failed") " 9 a"}, QN_FAULT_NOT_FAILED, "a", "failed", "too much", false, QN_QUEUED},
    {"no lease", {"DEL " KEY("leases")}, QN_FAULT_NO_LEASE, "b", "running", INC, false, QN_RUNNING},
    {"no owner", {"HSET " KEY("running") " b nonsense"}, QN_FAULT_NO_LEASE, "b", "running", "no owner", false, QN_QUEUED},
    {"final for ever", {"PERSIST " KEY("j:f")}, QN_FAULT_NO_LIFE, "f", "j", "", false, QN_SUCCEEDED},
    {"failed for ever", {"PERSIST " KEY("j:e")}, QN_FAULT_NO_LIFE, "e", "j", "", false, QN_FAILED},
    {"a log for ever", {"SET " KEY("log:f") " x"}, QN_FAULT_NO_LIFE, "f", "log:f", "", false, NOBODY},
    {"a log of nobody", {"SET " KEY("log:x") " x"}, QN_FAULT_NO_LIFE, "x", "log:x", "", false, NOBODY},
    {"an inbox for ever", {"RPUSH " KEY("inbox:XXXXXXXXXXX") " stop"}, QN_FAULT_NO_LIFE, "inbox:XXXXXXXXXXX", "inbox:XXXXXXXXXXX", "", false, NOBODY},
    {"waiters for ever", {"HSET " KEY("waiters") " a nobody"}, QN_FAULT_NO_LIFE, "", "waiters", "", false, NOBODY},
    {"a try of nobody", {"HSET " KEY("try") " x t"}, QN_FAULT_REMAINS, "x", "try", "", false, NOBODY},
    {"notes of one that ended", {"HSET " KEY("try") " f t", "HSET " KEY("cancel") " f 1", "HSET " KEY("progress") " f 1"}, QN_FAULT_REMAINS, "f", "try cancel progress", "", false, QN_SUCCEEDED},
    {"progress of one that waits", {"HSET " KEY("progress") " a {}"}, QN_FAULT_REMAINS, "a", "progress", "", false, QN_QUEUED},
    {"a cancel of nobody", {"HSET " KEY("cancel") " x 1"}, QN_FAULT_REMAINS, "x", "cancel", "", false, NOBODY},
    {"a try that cannot be read", {"HSET " KEY("try") " d nonsense"}, QN_FAULT_REMAINS, "d", "try", "cannot be read", false, QN_RETRYING},
    {"no such version", {"SETRANGE " KEY("j:a") " 0 0"}, QN_FAULT_DAMAGED, "a", "j", "version 48", true, NOBODY},
    {"no such letter", {"SETRANGE " KEY("j:f") " 1 Q"}, QN_FAULT_DAMAGED, "f", "j", "no such kind: 0x51", true, NOBODY},
    {"an empty record", {"SET " KEY("j:x") " ''"}, QN_FAULT_DAMAGED, "x", "j", "", true, NOBODY},
    {"a record that is a list", {"RPUSH " KEY("j:x") " 1"}, QN_FAULT_DAMAGED, "x", "j", "it is a list", true, NOBODY},
    {"two tokens", {"RPUSH " KEY("wake") " 1 1"}, QN_FAULT_WAKE, "", "wake", "tokens", false, NOBODY},
    {"no token", {"DEL " KEY("wake")}, QN_FAULT_WAKE, "", "wake", "no token", false, NOBODY},
    {"a wrong flag", {"LSET " KEY("ready:1") " 0 ?a"}, QN_FAULT_FLAG, "a", "ready:1", "flag ?, not .", false, QN_QUEUED},
    {"a flag that nobody knows", {"LSET " KEY("ready:1") " 0 *a"}, QN_FAULT_FLAG, "a", "ready:1", "flag *, not .", false, QN_QUEUED},
    {"the line of another priority", {"RENAME " KEY("ready:1") " " KEY("ready:2")}, QN_FAULT_FLAG, "a", "ready:2", "belongs to ready:1", false, QN_QUEUED},
    {"a live job that would vanish", {"PEXPIRE " KEY("j:c") " 1000000"}, QN_FAULT_VANISHES, "c", "j", "", false, QN_SCHEDULED},
    {"a log of the wrong type", {"RPUSH " KEY("log:a") " 1"}, QN_FAULT_TYPE, "a", "log:a", "list, not string", false, QN_QUEUED},
    {"fired of the wrong type", {"SET " KEY("fired") " 1"}, QN_FAULT_TYPE, "", "fired", "string, not hash", false, NOBODY},
    {"no run", {"HSET " KEY("meta") " run x"}, QN_FAULT_FIGURE, "", "meta", "run", false, NOBODY},
    {"a run that was there before", {"HSET " KEY("meta") " run 1"}, QN_FAULT_FIGURE, "", "meta", "run", false, NOBODY},
    {"no tick", {"HSET " KEY("meta") " tick -"}, QN_FAULT_FIGURE, "", "meta", "tick", false, NOBODY},
    {"no total", {"HSET " KEY("meta") " enqueued 1.5"}, QN_FAULT_FIGURE, "", "meta", "enqueued", false, NOBODY},
    {"no mark", {"HSET " KEY("fired") " nightly x"}, QN_FAULT_FIGURE, "", "fired", "nightly", false, NOBODY},
    {"dead and alive", {"ZADD " KEY("dead") " 1 " INC}, QN_FAULT_TWO_LEASES, "", "leases dead", INC, false, NOBODY},
};
/* clang-format on */

static size_t index_of(const struct got *taken, const char *name)
{
    for (size_t i = 0; i < taken->n; i++) {
        if (strcmp(taken->name[i], name) == 0)
            return i;
    }
    fail_msg("%s was not taken", name);
    return 0;
}

static void fill(struct world *w)
{
    const struct job others[] = {{.name = "b"}, {.name = "d"}, {.name = "e"}, {.name = "f"}};

    op_enqueue(w, others, 4);
    op_join(w, INC);
    struct got *taken = op_take(w, INC, 4);
    op_finish(w, taken, index_of(taken, "d"), QN_FIN_RETRY, DAY);
    op_finish(w, taken, index_of(taken, "e"), QN_FIN_FAILED, DAY);
    op_finish(w, taken, index_of(taken, "f"), QN_FIN_SUCCEEDED, DAY);
    /* the newest run goes on: it shows when numbers begin anew */
    op_finish(w, taken, index_of(taken, "b"), QN_FIN_RELEASE, 0);
    assert_int_equal(op_take(w, INC, 1)->n, 1);
    new_job(w, .name = "a", .priority = 1);
    new_job(w, .name = "c", .delay = DAY);
    assert_true(fsck_is_clean(w));
}

static void check_found(const struct plant *plant, const struct got *found, bool mended)
{
    if (found->n != 1 || found->code[0] != (int)plant->fault)
        fail_msg("%s: %zu findings, the first is %d of \"%s\" in %s: %s", plant->what, found->n,
                 found->code[0], found->name[0], found->name2[0], found->text);
    assert_string_equal(found->name[0], plant->name);
    assert_string_equal(found->name2[0], plant->where);
    if (!strstr(found->text, plant->detail))
        fail_msg("%s: \"%s\" is not in \"%s\"", plant->what, plant->detail, found->text);
    assert_int_equal(found->flag, mended);
}

static void break_and_mend(struct world *w, const struct plant *plant)
{
    got_free_all();
    redis_server_do(&world_server, "FLUSHALL");
    world_set_now(w, T0);
    fill(w);
    for (int i = 0; i < 4 && plant->commands[i]; i++)
        redis_server_do(&world_server, plant->commands[i]);
    check_found(plant, op_fsck(w, false), false);
    check_found(plant, op_fsck(w, false), false); /* looking changes nothing */
    check_found(plant, op_fsck(w, true), !plant->left);
    if (plant->left)
        check_found(plant, op_fsck(w, true), false);
    else
        assert_true(fsck_is_clean(w));
    if (plant->state && !plant->left)
        assert_state(w, plant->name, plant->state);
}

static void every_fault_is_found_named_and_mended(void **state)
{
    for (size_t i = 0; i < sizeof(plants) / sizeof(plants[0]); i++)
        break_and_mend(*state, &plants[i]);
}

/* ---- keys of the wrong type ---- */

static void a_fixed_key_of_the_wrong_type_is_put_aside_and_its_jobs_are_found(void **state)
{
    struct world *w = *state;
    static const char *const keys[] = {
        "meta", "wake", "ready:0", "ready:1", "ready:2", "ready:3", "running",  "leases",  "dead",
        "try",  "due",  "retry",   "failed",  "ended",   "cancel",  "progress", "waiters", "fired"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        got_free_all();
        redis_server_do(&world_server, "FLUSHALL");
        world_set_now(w, T0);
        fill(w);
        redis_server_do(&world_server, "SET {test:" Q "}:%s x", keys[i]);
        struct got *found = op_fsck(w, false);
        assert_int_equal(found->code[0], QN_FAULT_TYPE);
        assert_string_equal(found->name2[0], keys[i]);
        found = op_fsck(w, true);
        assert_true(found->flag);
        assert_true(fsck_is_clean(w));
        assert_int_equal(redis_server_do(&world_server, "EXISTS {test:" Q "}:aside:%s", keys[i]),
                         1);
        for (const char *name = "abcd"; *name; name++) {
            const char one[] = {*name, '\0'};
            assert_in_range(state_of(w, one), QN_SCHEDULED, QN_RETRYING);
        }
    }
}

/* ---- many faults at once ---- */

static void a_job_may_have_many_faults_and_all_are_mended_at_once(void **state)
{
    struct world *w = *state;

    fill(w);
    redis_server_do(&world_server, "RPUSH " KEY("ready:1") " .a ?a .a");
    redis_server_do(&world_server, "RPUSH " KEY("ready:3") " .a");
    redis_server_do(&world_server, "ZADD " KEY("due") " 5 a");
    redis_server_do(&world_server, "ZADD " KEY("failed") " 5 a");
    redis_server_do(&world_server, "HSET " KEY("progress") " a 1");
    redis_server_do(&world_server, "PEXPIRE " KEY("j:a") " 100000");
    redis_server_do(&world_server, "SET " KEY("log:a") " x");
    assert_true(op_fsck(w, false)->n >= 4);
    assert_true(op_fsck(w, true)->flag);
    assert_true(fsck_is_clean(w));
    assert_state(w, "a", QN_SCHEDULED); /* its time won */
    assert_int_equal(redis_server_do(&world_server, "LLEN " KEY("ready:1")), 0);
    assert_int_equal(redis_server_do(&world_server, "LLEN " KEY("ready:3")), 0);
}

static void elements_of_jobs_that_are_over_are_no_fault(void **state)
{
    struct world *w = *state;

    fill(w);
    op_cancel(w, "a");
    redis_server_do(&world_server, "LPUSH " KEY("ready:0") " .gone .f ?e");
    assert_true(fsck_is_clean(w));
}

static void a_dead_letter_whose_record_ran_out_is_no_fault(void **state)
{
    struct world *w = *state;

    fill(w);
    world_advance(w, DAY);
    redis_server_do(&world_server, "DEL " KEY("j:e"));
    assert_true(fsck_is_clean(w));
}

static void a_run_given_to_recover_is_given_back_by_it(void **state)
{
    struct world *w = *state;

    fill(w);
    redis_server_do(&world_server, "DEL " KEY("leases"));
    assert_true(op_fsck(w, true)->flag);
    op_join(w, OTHER);
    assert_int_equal(op_recover(w)->n, 1);
    assert_state(w, "b", QN_QUEUED);
    assert_true(fsck_is_clean(w));
}

static void what_is_put_in_line_wakes_a_worker(void **state)
{
    struct world *w = *state;

    fill(w);
    redis_server_do(&world_server, "DEL " KEY("ready:1") " " KEY("wake"));
    assert_int_equal(op_audit(w, "a", QN_AUDIT_REPAIR)->code[0], QN_FAULT_LOST);
    assert_int_equal(redis_server_do(&world_server, "LLEN " KEY("wake")), 1);
}

/* The present time is above every run that was ever given. */
static void numbers_of_runs_begin_anew_at_one_that_was_never_used(void **state)
{
    struct world *w = *state;
    char run[32];

    fill(w);
    redis_server_do(&world_server, "HDEL " KEY("meta") " run");
    assert_true(op_fsck(w, true)->flag);
    redis_server_text(&world_server, run, sizeof(run), "HGET " KEY("meta") " run");
    assert_string_equal(run, "1750000000000");
    assert_int_equal(op_take(w, INC, 1)->n, 1);
    assert_true(fsck_is_clean(w));
}

static void what_reconcile_gives_back_leaves_no_progress(void **state)
{
    struct world *w = *state;
    struct got *taken = run_one(w, "a");

    op_note(w, "a", taken->token[0], "{\"done\":1}", "");
    op_reconcile(w, INC, NULL, 0);
    op_cancel(w, "a");
    assert_true(fsck_is_clean(w));
}

/* Long lines: pages, and several audits. */
static void thousands_that_are_lost_are_put_in_line_again(void **state)
{
    struct world *w = *state;
    enum { N = 3000, BATCH = 100 };
    static char names[BATCH][16];
    struct job jobs[BATCH];

    for (int i = 0; i < N; i += BATCH) {
        for (int k = 0; k < BATCH; k++) {
            snprintf(names[k], sizeof(names[k]), "n%d", i + k);
            jobs[k] = (struct job){.name = names[k]};
        }
        op_enqueue(w, jobs, BATCH);
    }
    assert_true(fsck_is_clean(w));
    redis_server_do(&world_server, "LTRIM " KEY("ready:0") " 100 -101");
    struct got *found = op_fsck(w, true);
    assert_int_equal(found->n, 200);
    assert_true(found->flag);
    assert_true(fsck_is_clean(w));
    assert_int_equal(op_stats(w)->stats.queued[0], N);
}

static void a_full_redis_can_be_mended(void **state)
{
    struct world *w = *state;

    fill(w);
    redis_server_do(&world_server, "DEL " KEY("ready:1"));
    redis_server_do(&world_server, "CONFIG SET maxmemory 1");
    struct got *found = op_fsck(w, true);
    redis_server_do(&world_server, "CONFIG SET maxmemory 0");
    assert_int_equal(found->n, 1);
    assert_true(found->flag);
    assert_state(w, "a", QN_QUEUED);
}

/* ---- the two readers of a record ---- */

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void spoil(struct qn_buf *record, unsigned *seed)
{
    size_t at = next_random(seed) % record->len;

    switch (next_random(seed) % 3) {
    case 0:
        record->data[at] = (char)next_random(seed);
        break;
    case 1:
        qn_buf_cut(record, at);
        break;
    default:
        record->data[at] ^= (char)(1 << next_random(seed) % 8);
        break;
    }
}

static void the_script_and_the_programs_agree_which_records_decode(void **state)
{
    struct world *w = *state;
    unsigned seed = 7;
    int damaged = 0;

    fill(w);
    static const char *const names[] = {"a", "c", "d", "e", "f"};
    for (int i = 0; i < 1500; i++) {
        const char *name = names[i % 5];
        redisReply *got = redisCommand(world_server.control, "GET " KEY("j:%s"), name);
        struct qn_record decoded;
        struct qn_buf record;
        qn_buf_init(&record, QN_RECORD_MAX);
        qn_buf_add(&record, got->str, got->len);
        freeReplyObject(got);
        spoil(&record, &seed);
        const struct qn_span bytes = {.data = record.data, .len = record.len};
        bool is_bad = qn_record_decode(bytes, &decoded, NULL) != QN_OK;
        freeReplyObject(redisCommand(world_server.control, "SET " KEY("j:spoilt") " %b",
                                     record.data, record.len));
        struct got *found = op_audit(w, "spoilt", 0);
        bool says_bad = found->n > 0 && found->code[0] == QN_FAULT_DAMAGED;
        if (says_bad != is_bad)
            fail_msg("round %d, of %s: the script says %d, the program %d", i, name, says_bad,
                     is_bad);
        damaged += is_bad;
        qn_buf_release(&record);
        got_free_all();
    }
    assert_in_range(damaged, 100, 1400);
}

int main(void)
{
    const struct CMUnitTest cases[] = {
        CASE(every_fault_is_found_named_and_mended),
        CASE(a_fixed_key_of_the_wrong_type_is_put_aside_and_its_jobs_are_found),
        CASE(a_job_may_have_many_faults_and_all_are_mended_at_once),
        CASE(elements_of_jobs_that_are_over_are_no_fault),
        CASE(a_dead_letter_whose_record_ran_out_is_no_fault),
        CASE(a_run_given_to_recover_is_given_back_by_it),
        CASE(what_is_put_in_line_wakes_a_worker),
        CASE(numbers_of_runs_begin_anew_at_one_that_was_never_used),
        CASE(what_reconcile_gives_back_leaves_no_progress),
        CASE(thousands_that_are_lost_are_put_in_line_again),
        CASE(a_full_redis_can_be_mended),
        CASE(the_script_and_the_programs_agree_which_records_decode),
    };

    return cmocka_run_group_tests(cases, NULL, NULL);
}
