#include "supervisor.h"

#include "alive.h"
#include "common/log.h"
#include "common/mem.h"
#include "dispatch.h"
#include "fetch.h"
#include "health.h"
#include "orphans.h"
#include "rundir.h"
#include "upkeep.h"
#include "vitals.h"
#include "waiting.h"

#define LEAVE_MS     2000
#define RELEASE_MS   5000 /* at least: to kill, and to give jobs back */
#define CHECK_MS_MAX 5000
#define UNSENT_SPARE 100 /* ends that may wait for the broker before nothing more is taken */

struct worker_supervisor {
    struct worker_base base;
    struct worker_dispatch dispatch;
    struct worker_lease *lease;
    struct worker_fetch *fetch;
    struct worker_waiting *waiting;
    struct worker_upkeep *upkeep;
    struct worker_alive *alive;
    struct worker_health *health;
    struct worker_vitals vitals;
    struct qn_service *service;
    struct qn_timer *check;    /* now and then */
    struct qn_timer *deadline; /* of the state */
    enum worker_state state;
    enum worker_exit exit_code;
    bool poked; /* something changed in this turn */
};

static void poke(void *arg)
{
    struct worker_supervisor *it = arg;

    it->poked = true;
}

/* ---- states ---- */

static void stop(struct worker_supervisor *it)
{
    qn_loop_stop(it->base.loop);
}

static void drain(struct worker_supervisor *it)
{
    worker_pool_close(it->dispatch.pool);
    if (it->base.options->stop_grace_ms > 0)
        qn_timer_set(it->deadline, it->base.options->stop_grace_ms);
}

static void release(struct worker_supervisor *it)
{
    int64_t lease_ms = it->base.options->lease_ms;

    worker_pool_release(it->dispatch.pool);
    qn_timer_set(it->deadline, lease_ms > RELEASE_MS ? lease_ms : RELEASE_MS);
}

static void leave(struct worker_supervisor *it)
{
    worker_upkeep_stop(it->upkeep);
    worker_alive_leave(it->alive);
    if (worker_is_connected(&it->base) && worker_lease_is_held(it->lease)) {
        worker_lease_leave(it->lease);
        qn_timer_set(it->deadline, LEAVE_MS);
    } else {
        qn_timer_set(it->deadline, 0);
    }
}

static void enter(struct worker_supervisor *it, enum worker_state state)
{
    static void (*const entries[])(struct worker_supervisor *) = {
        [WORKER_DRAINING] = drain,
        [WORKER_RELEASING] = release,
        [WORKER_LEAVING] = leave,
        [WORKER_STOPPED] = stop,
    };

    qn_log(QN_LOG_INFO, worker_state_name(state),
           QN_NUM("jobs", worker_pool_busy(it->dispatch.pool)),
           QN_STR("incarnation", it->base.incarnation));
    it->state = state;
    qn_timer_clear(it->deadline);
    if (state >= WORKER_DRAINING)
        qn_service_stopping(it->service);
    if (state < WORKER_LEAVING)
        worker_alive_say(it->alive, worker_state_name(state));
    if (entries[state])
        entries[state](it);
    poke(it);
}

void worker_supervisor_tell(struct worker_supervisor *supervisor, enum worker_event event)
{
    enum worker_state next = worker_state_next(supervisor->state, event);

    if (next == supervisor->state)
        return;
    /* Jobs could not be given back in time. */
    if (supervisor->state == WORKER_RELEASING && event == WORKER_TIME_UP)
        supervisor->exit_code = WORKER_EXIT_UNREACHABLE;
    enter(supervisor, next);
}

static void time_up(void *arg)
{
    worker_supervisor_tell(arg, WORKER_TIME_UP);
}

static void end(struct worker_supervisor *it, enum worker_exit exit_code)
{
    it->exit_code = exit_code;
    enter(it, WORKER_STOPPED);
}

/* ---- the look at the end of a turn ---- */

static bool may_take(const struct worker_supervisor *it)
{
    size_t unsent = it->base.runs.n_held - worker_pool_busy(it->dispatch.pool);

    return it->state == WORKER_RUNNING &&
           unsent < (size_t)it->base.options->concurrency + UNSENT_SPARE;
}

static void look(struct worker_supervisor *it)
{
    size_t idle = worker_pool_idle(it->dispatch.pool);

    if (it->state == WORKER_STOPPED)
        return;
    worker_outbox_flush(it->dispatch.outbox);
    if (may_take(it))
        worker_fetch_turn(it->fetch, idle);
    size_t asked = worker_fetch_asked(it->fetch);
    if (worker_lease_is_held(it->lease))
        worker_waiting_turn(it->waiting,
                            may_take(it) && worker_lease_may_take(it->lease) && idle > asked &&
                                !worker_queues_any_ready(&it->base.queues),
                            asked > 0);
    if (it->base.runs.n_held == 0 && asked == 0 && worker_pool_processes(it->dispatch.pool) == 0)
        worker_supervisor_tell(it, WORKER_EMPTY);
}

static void end_of_turn(void *arg)
{
    struct worker_supervisor *it = arg;

    worker_pool_collect(it->dispatch.pool);
    if (it->poked) {
        it->poked = false;
        look(it);
    }
}

static void ask_vitals(void *arg, struct qn_service_state *ret)
{
    const struct worker_supervisor *it = arg;
    const struct worker_vitals_now now = {
        .state = it->state,
        .executors = worker_pool_alive(it->dispatch.pool),
        .full = it->state == WORKER_RUNNING && !may_take(it),
    };

    worker_vitals_judge(&it->vitals, &now, ret);
}

static void check(void *arg)
{
    struct worker_supervisor *it = arg;
    int64_t third = it->base.options->lease_ms / 3;

    worker_pool_check(it->dispatch.pool);
    qn_timer_set(it->check, third < CHECK_MS_MAX ? third : CHECK_MS_MAX);
}

void worker_supervisor_sweep(struct worker_supervisor *supervisor)
{
    worker_pool_sweep(supervisor->dispatch.pool);
}

/* ---- what the parts tell ---- */

static void on_taken(void *arg, size_t queue, const struct qn_take_entry *entry, int64_t now_ms)
{
    struct worker_supervisor *it = arg;

    worker_dispatch_taken(&it->dispatch, queue, entry, now_ms);
}

static void on_due(void *arg, size_t queue, int64_t in_ms)
{
    struct worker_supervisor *it = arg;

    worker_upkeep_due(it->upkeep, queue, in_ms);
}

static void on_run_ended(void *arg, struct worker_run *run, const struct worker_end *how)
{
    struct worker_supervisor *it = arg;

    worker_dispatch_ended(&it->dispatch, run, how);
    poke(it);
}

static bool on_note(void *arg, struct worker_run *run, const struct qn_frame *frame)
{
    struct worker_supervisor *it = arg;

    return worker_dispatch_note(&it->dispatch, run, frame);
}

static void on_told(void *arg, struct worker_run *run, int code)
{
    struct worker_supervisor *it = arg;

    worker_dispatch_told(&it->dispatch, run, code);
    poke(it);
}

static void on_follows_made(void *arg, struct worker_run *run)
{
    struct worker_supervisor *it = arg;

    worker_outbox_add(it->dispatch.outbox, run);
    poke(it);
}

static void on_woken(void *arg, size_t queue)
{
    struct worker_supervisor *it = arg;

    it->base.queues.list[queue].ready = true;
}

static void on_cancel(void *arg, size_t queue, const char *name)
{
    struct worker_supervisor *it = arg;

    worker_dispatch_cancel(&it->dispatch, queue, name);
}

static void on_message(void *arg, enum worker_event event)
{
    qn_log(QN_LOG_INFO, "told by an operator",
           QN_STR("what", event == WORKER_HUSH ? "quiet" : "stop"));
    worker_supervisor_tell(arg, event);
}

/* ---- what the lease tells ---- */

/* Tokens may have been lost while nobody listened. */
static void on_held(void *arg)
{
    struct worker_supervisor *it = arg;

    worker_queues_all_ready(&it->base.queues);
    worker_supervisor_tell(it, WORKER_JOINED);
    worker_follow_resend(it->dispatch.follow);
    poke(it);
}

static void on_lost(void *arg)
{
    struct worker_supervisor *it = arg;

    worker_dispatch_lost(&it->dispatch);
    worker_alive_publish(it->alive); /* the broker may have been emptied */
    poke(it);
}

static void on_until(void *arg, int64_t mono_ms)
{
    struct worker_supervisor *it = arg;

    worker_vitals_until(&it->vitals, mono_ms);
    worker_pool_lease(it->dispatch.pool, mono_ms);
}

static void on_resend(void *arg)
{
    struct worker_supervisor *it = arg;

    worker_outbox_flush(it->dispatch.outbox);
}

static void on_gone(void *arg, size_t queue, const char *name)
{
    struct worker_supervisor *it = arg;

    worker_dispatch_gone(&it->dispatch, queue, name);
}

static void on_left(void *arg)
{
    worker_supervisor_tell(arg, WORKER_LEFT);
}

static void on_asked(void *arg, bool reached)
{
    struct worker_supervisor *it = arg;

    worker_vitals_reached(&it->vitals);
    if (reached && worker_is_connected(&it->base))
        worker_health_reached(it->health);
}

/* ---- what taking and waiting tell ---- */

static void on_take_answered(void *arg, const struct qn_reply *reply)
{
    struct worker_supervisor *it = arg;
    bool ready = worker_vitals_may_take(&it->vitals);

    worker_vitals_taken(&it->vitals, reply);
    if (worker_vitals_may_take(&it->vitals) != ready && it->state == WORKER_RUNNING)
        worker_alive_say(it->alive, worker_state_name(it->state)); /* not only at its next time */
}

static void on_wait_ended(void *arg, bool heard)
{
    struct worker_supervisor *it = arg;

    worker_vitals_waited(&it->vitals, heard);
}

/* ---- what health tells ---- */

static void on_connected(void *arg)
{
    struct worker_supervisor *it = arg;

    worker_vitals_connected(&it->vitals);
    worker_lease_connected(it->lease); /* first: what is sent first is what renews */
    worker_alive_publish(it->alive);
    worker_upkeep_start(it->upkeep);
    poke(it);
}

static void on_disconnected(void *arg, const char *why)
{
    struct worker_supervisor *it = arg;

    worker_vitals_disconnected(&it->vitals, why);
    worker_lease_disconnected(it->lease);
}

static void on_hopeless(void *arg, enum worker_exit exit_code)
{
    end(arg, exit_code);
}

/* ---- life ---- */

static int create_work(struct worker_supervisor *it, struct qn_err *reterr)
{
    const struct worker_pool_events pool = {it, poke, on_run_ended, on_note};
    const struct worker_outbox_events outbox = {it, on_told};
    const struct worker_follow_events follow = {it, on_follows_made};
    int rc = worker_pool_create(&it->dispatch.pool, &it->base, &pool, reterr);

    it->dispatch.base = &it->base;
    if (rc == QN_OK)
        rc = worker_outbox_create(&it->dispatch.outbox, &it->base, &outbox, reterr);
    if (rc == QN_OK)
        rc = worker_notes_create(&it->dispatch.notes, &it->base, reterr);
    if (rc == QN_OK)
        rc = worker_follow_create(&it->dispatch.follow, &it->base, &follow, reterr);
    return rc;
}

static int create_taking(struct worker_supervisor *it, struct qn_err *reterr)
{
    const struct worker_lease_events lease = {it,        on_held, on_lost, on_until, on_resend,
                                              on_cancel, on_gone, on_left, on_asked};
    const struct worker_fetch_events fetch = {it, on_taken, on_due, poke, on_take_answered};
    const struct worker_waiting_events waiting = {it,         on_woken, on_cancel,
                                                  on_message, poke,     on_wait_ended};
    int rc = worker_lease_create(&it->lease, &it->base, &lease, reterr);

    if (rc == QN_OK)
        rc = worker_fetch_create(&it->fetch, &it->base, it->lease, &fetch, reterr);
    if (rc == QN_OK)
        rc = worker_waiting_create(&it->waiting, &it->base, &waiting, reterr);
    if (rc == QN_OK)
        rc = worker_upkeep_create(&it->upkeep, &it->base, reterr);
    if (rc == QN_OK)
        rc = worker_alive_create(&it->alive, &it->base, it->dispatch.pool, ask_vitals, it, reterr);
    return rc;
}

static int create_timers(struct worker_supervisor *it, struct qn_err *reterr)
{
    int rc = qn_timer_create(&it->check, it->base.loop, check, it, reterr);

    if (rc == QN_OK)
        rc = qn_timer_create(&it->deadline, it->base.loop, time_up, it, reterr);
    return rc;
}

static int open_service(struct worker_supervisor *it, struct qn_err *reterr)
{
    const struct qn_service_options service = {
        .loop = it->base.loop,
        .clock = it->base.clock,
        .file = it->base.options->health_file,
        .ask = ask_vitals,
        .arg = it,
    };

    return qn_service_create(&it->service, &service, reterr);
}

static int open_broker(struct worker_supervisor *it, struct qn_err *reterr)
{
    const struct worker_health_events health = {it, on_connected, on_disconnected, on_hopeless};
    const struct worker_options *options = it->base.options;
    const struct qn_broker_options broker = {
        .loop = it->base.loop,
        .clock = it->base.clock,
        .url = options->broker_url,
        .namespace_ = options->namespace_,
        .program = "quern-worker",
        .timeout_ms = options->broker_timeout_ms,
        .waits = true,
    };
    int rc = qn_broker_open(&it->base.broker, &broker, reterr);

    return rc == QN_OK ? worker_health_create(&it->health, &it->base, &health, reterr) : rc;
}

int worker_supervisor_create(struct worker_supervisor **ret, const struct worker_options *options,
                             const struct worker_registry *registry, struct qn_loop *loop,
                             const struct qn_clock *clock, struct qn_err *reterr)
{
    struct worker_supervisor *it = qn_zalloc(1, sizeof(*it));

    if (!it)
        return qn_fail(reterr, QN_ENOMEM, "supervisor: out of memory");
    it->base.loop = loop;
    it->base.clock = clock;
    it->base.options = options;
    it->base.registry = registry;
    worker_runs_init(&it->base.runs);
    worker_vitals_init(&it->vitals, &it->base);
    int rc = worker_queues_parse(&it->base.queues, options->queues, options->strict_order, reterr);
    if (rc == QN_OK)
        rc = create_timers(it, reterr);
    if (rc == QN_OK)
        rc = create_work(it, reterr);
    if (rc == QN_OK)
        rc = create_taking(it, reterr);
    if (rc == QN_OK)
        rc = open_service(it, reterr);
    if (rc == QN_OK)
        rc = open_broker(it, reterr);
    if (rc != QN_OK) {
        worker_supervisor_free(it);
        return rc;
    }
    qn_loop_before_wait(loop, end_of_turn, it);
    worker_orphans_adopt();
    worker_pool_start(it->dispatch.pool);
    qn_timer_set(it->check, CHECK_MS_MAX);
    *ret = it;
    return QN_OK;
}

/* The broker goes before the parts that wait for its answers. */
void worker_supervisor_free(struct worker_supervisor *supervisor)
{
    if (!supervisor)
        return;
    supervisor->base.closing = true;
    qn_loop_before_wait(supervisor->base.loop, NULL, NULL);
    qn_service_free(supervisor->service);
    worker_pool_free(supervisor->dispatch.pool);
    supervisor->dispatch.pool = NULL;
    worker_orphans_end(NULL, 0);
    worker_rundir_sweep(WORKER_RUNDIR_ALL);
    if (supervisor->base.broker)
        qn_broker_close(supervisor->base.broker);
    worker_health_free(supervisor->health);
    worker_alive_free(supervisor->alive);
    worker_upkeep_free(supervisor->upkeep);
    worker_waiting_free(supervisor->waiting);
    worker_fetch_free(supervisor->fetch);
    worker_lease_free(supervisor->lease);
    worker_follow_free(supervisor->dispatch.follow);
    worker_notes_free(supervisor->dispatch.notes);
    worker_outbox_free(supervisor->dispatch.outbox);
    worker_runs_release(&supervisor->base.runs);
    qn_timer_free(supervisor->check);
    qn_timer_free(supervisor->deadline);
    qn_free(supervisor);
}

enum worker_exit worker_supervisor_exit(const struct worker_supervisor *supervisor)
{
    return supervisor->exit_code;
}
