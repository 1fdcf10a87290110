#include "alive.h"

#include "broker-client/taskdef.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "declare.h"
#include <string.h>
#include <unistd.h>

#define DESCRIPTION_MAX (512 * 1024)
#define HEARTBEAT_MIN   1000
#define PUBLISH_MAX     200 /* tasks of one call */
#define TOLD_MAX        200 /* tasks of a description */

struct worker_alive {
    struct worker_base *base;
    const struct worker_pool *pool;
    qn_service_fn *ask;
    void *ask_arg;
    struct qn_timer *timer;
    struct qn_buf text;
    const char *state;
    char host[65];
    int64_t started_ms; /* broker's clock, 0 not known yet */
};

static void tick(void *arg);

int worker_alive_create(struct worker_alive **ret, struct worker_base *base,
                        const struct worker_pool *pool, qn_service_fn *ask, void *ask_arg,
                        struct qn_err *reterr)
{
    struct worker_alive *alive = qn_zalloc(1, sizeof(*alive));

    if (!alive)
        return qn_fail(reterr, QN_ENOMEM, "description: out of memory");
    alive->base = base;
    alive->pool = pool;
    alive->ask = ask;
    alive->ask_arg = ask_arg;
    alive->state = "starting";
    qn_buf_init(&alive->text, DESCRIPTION_MAX);
    if (gethostname(alive->host, sizeof(alive->host) - 1) < 0)
        alive->host[0] = '\0';
    int rc = qn_timer_create(&alive->timer, base->loop, tick, alive, reterr);
    if (rc == QN_OK)
        *ret = alive;
    else
        worker_alive_free(alive);
    return rc;
}

void worker_alive_free(struct worker_alive *alive)
{
    if (!alive)
        return;
    qn_timer_free(alive->timer);
    qn_buf_release(&alive->text);
    qn_free(alive);
}

/* ---- the description ---- */

static void add_text(struct qn_buf *out, const char *key, const char *text)
{
    qn_json_add_key(out, key);
    qn_json_add_str(out, text);
}

static void add_number(struct qn_buf *out, const char *key, int64_t number)
{
    qn_json_add_key(out, key);
    qn_json_add_i64(out, number);
}

static void add_queues(struct qn_buf *out, const struct worker_queues *queues)
{
    qn_json_add_key(out, "queues");
    for (size_t i = 0; i < queues->n; i++) {
        qn_buf_add_str(out, i == 0 ? "[{" : ",{");
        add_text(out, "name", queues->list[i].name);
        add_number(out, "weight", queues->list[i].weight);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_byte(out, ']');
}

static void add_tasks(struct qn_buf *out, const struct worker_registry *registry)
{
    size_t n = worker_registry_count(registry);

    qn_json_add_key(out, "tasks");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < n && i < TOLD_MAX; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        qn_json_add_str(out, worker_registry_at(registry, i)->name);
    }
    qn_buf_add_byte(out, ']');
    if (n > TOLD_MAX)
        add_number(out, "tasks_more", (int64_t)(n - TOLD_MAX));
}

static void add_job(struct qn_buf *out, const struct worker_base *base,
                    const struct worker_run *run, pid_t pid)
{
    char id[QN_ID_SIZE];

    snprintf(id, sizeof(id), "%s.%s", worker_queue_name(base, run->queue), run->name);
    qn_buf_add_byte(out, '{');
    add_text(out, "id", id);
    add_text(out, "task", run->task);
    add_number(out, "since_ms", run->started_ms);
    add_number(out, "soft_ms", run->soft_ms);
    add_number(out, "hard_ms", run->hard_ms);
    add_number(out, "pid", pid);
    qn_buf_add_byte(out, '}');
}

static void add_jobs(struct qn_buf *out, const struct worker_alive *alive)
{
    int n = 0;

    qn_json_add_key(out, "jobs");
    qn_buf_add_byte(out, '[');
    for (int slot = 0; slot < alive->base->options->concurrency; slot++) {
        pid_t pid;
        const struct worker_run *run = worker_pool_run_at(alive->pool, (size_t)slot, &pid);
        if (!run)
            continue;
        if (n++ > 0)
            qn_buf_add_byte(out, ',');
        add_job(out, alive->base, run, pid);
    }
    qn_buf_add_byte(out, ']');
}

static void add_ready(struct qn_buf *out, const struct worker_alive *alive)
{
    struct qn_service_state state = {.ready = false};

    alive->ask(alive->ask_arg, &state);
    qn_json_add_key(out, "ready");
    qn_buf_add_str(out, state.ready ? "true" : "false");
    add_text(out, "why", state.why);
}

static void describe(struct worker_alive *alive)
{
    const struct worker_base *base = alive->base;
    struct qn_buf *out = &alive->text;

    qn_buf_reset(out);
    qn_buf_add_byte(out, '{');
    add_text(out, "incarnation", base->incarnation);
    add_text(out, "host", alive->host);
    add_number(out, "pid", getpid());
    add_text(out, "version", QUERN_VERSION);
    add_text(out, "state", alive->state);
    add_ready(out, alive);
    add_number(out, "started_ms", alive->started_ms);
    add_number(out, "concurrency", base->options->concurrency);
    add_number(out, "idle", (int64_t)worker_pool_idle(alive->pool));
    add_number(out, "busy", (int64_t)worker_pool_busy(alive->pool));
    add_number(out, "processes", (int64_t)worker_pool_processes(alive->pool));
    add_queues(out, &base->queues);
    add_tasks(out, base->registry);
    add_jobs(out, alive);
    qn_buf_add_byte(out, '}');
}

static void on_said(void *arg, const struct qn_reply *reply)
{
    (void)arg;
    if (reply->rc != QN_OK && reply->rc != QN_ECONN && reply->rc != QN_EUNKNOWN)
        qn_log(QN_LOG_WARN, "the description was not taken", QN_STR("why", reply->err->msg));
}

static void say(struct worker_alive *alive, int64_t life_ms)
{
    struct worker_base *base = alive->base;

    if (!worker_is_connected(base) || base->incarnation[0] == '\0')
        return;
    if (alive->started_ms == 0)
        alive->started_ms = worker_broker_ms(base);
    describe(alive);
    if (qn_buf_status(&alive->text) == QN_OK)
        base->broker->ops->alive(base->broker, base->incarnation, life_ms, alive->text.data,
                                 on_said, NULL);
}

static int64_t heartbeat(const struct worker_alive *alive)
{
    int64_t third = alive->base->options->lease_ms / 3;

    return third > HEARTBEAT_MIN ? third : HEARTBEAT_MIN;
}

static void tick(void *arg)
{
    struct worker_alive *alive = arg;

    say(alive, 3 * heartbeat(alive));
    qn_timer_set(alive->timer, heartbeat(alive));
}

void worker_alive_say(struct worker_alive *alive, const char *state)
{
    alive->state = state;
    qn_timer_set(alive->timer, 0);
}

void worker_alive_leave(struct worker_alive *alive)
{
    alive->state = "stopped";
    qn_timer_clear(alive->timer);
    say(alive, 1);
}

/* ---- tasks, their limits, and queues ---- */

static void on_published(void *arg, const struct qn_reply *reply)
{
    (void)arg;
    if (reply->rc != QN_OK && reply->rc != QN_ECONN && reply->rc != QN_EUNKNOWN)
        qn_log(QN_LOG_ERROR, "tasks and queues could not be published",
               QN_STR("why", reply->err->msg));
}

/* The definitions of tasks first to last, one behind the other in text. */
static size_t encode_tasks(const struct worker_registry *registry, size_t first,
                           struct qn_entry *ret, struct qn_buf *text)
{
    size_t end[PUBLISH_MAX], n = 0;

    for (; n < PUBLISH_MAX && first + n < worker_registry_count(registry); n++) {
        if (qn_taskdef_encode(worker_registry_at(registry, first + n), text) != QN_OK)
            return 0;
        end[n] = text->len;
    }
    for (size_t i = 0, from = 0; i < n; from = end[i], i++) {
        const char *name = worker_registry_at(registry, first + i)->name;
        ret[i].name = (struct qn_span){.data = name, .len = strlen(name)};
        ret[i].value = (struct qn_span){.data = text->data + from, .len = end[i] - from};
    }
    return n;
}

void worker_alive_publish(struct worker_alive *alive)
{
    struct worker_base *base = alive->base;
    struct qn_entry tasks[PUBLISH_MAX];
    struct qn_buf text;
    size_t first = 0, n;

    qn_buf_init(&text, (size_t)PUBLISH_MAX * QN_TASKDEF_MAX);
    while ((n = encode_tasks(base->registry, first, tasks, &text)) > 0) {
        base->broker->ops->publish(base->broker, NULL, tasks, n, on_published, NULL);
        first += n;
        qn_buf_reset(&text);
    }
    qn_buf_release(&text);
    if (first < worker_registry_count(base->registry))
        qn_log(QN_LOG_ERROR, "tasks could not be encoded",
               QN_STR("first", worker_registry_at(base->registry, first)->name));
    for (size_t i = 0; i < base->queues.n; i++)
        base->broker->ops->publish(base->broker, worker_queue_name(base, i), NULL, 0, on_published,
                                   NULL);
    worker_declare_limits(base);
}
