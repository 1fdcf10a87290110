/* doctor_queues.c - the namespace: whether somebody does the jobs that are there. */
#include "broker-client/fire_note.h"
#include "common/str.h"
#include "doctor.h"
#include "jsontext.h"
#include "link_schedule.h"
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE   256
#define TOLD_MAX    20 /* verdicts of one check */
#define NEARLY_FULL 80 /* percent of a budget */

/* What one check has told. */
struct tally {
    struct cli_doctor *doctor;
    const char *name;
    int told, left_out;
};

QN_PRINTF(5, 6)
static void tell(struct tally *tally, enum qn_verdict_state state, const char *why,
                 const char *todo, const char *fmt, ...)
{
    const struct qn_verdict verdict = {tally->name, state, why, todo};
    char what[2 * TEXT_SIZE];
    va_list args;

    /* what is wrong is never left out: it decides the exit code */
    if (tally->told >= TOLD_MAX && state != QN_VERDICT_WRONG) {
        tally->left_out++;
        return;
    }
    tally->told++;
    va_start(args, fmt);
    vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    qn_verdict_add(&tally->doctor->verdicts, &verdict, "%s", what);
}

static void end_tally(const struct tally *tally)
{
    const struct qn_verdict verdict = {tally->name, QN_VERDICT_WARNING, NULL, NULL};

    if (tally->left_out > 0)
        qn_verdict_add(&tally->doctor->verdicts, &verdict, "and %d more like these",
                       tally->left_out);
}

static void tell_failure(struct cli_doctor *doctor, const char *name, const struct qn_err *err)
{
    const struct qn_verdict verdict = {name, QN_VERDICT_WRONG,
                                       "the broker does not answer questions about jobs",
                                       "let its user run all commands on the namespace's keys"};

    qn_verdict_add(&doctor->verdicts, &verdict, "%s", err->msg);
}

/* ---- queues ---- */

static int64_t waiting(const struct qn_stats *stats)
{
    return qn_stats_queued(stats) + stats->scheduled + stats->retrying;
}

static void look_at_budget(struct tally *tally, const char *queue, const struct qn_stats *stats)
{
    const struct {
        const char *what;
        int64_t is, most;
    } bounds[] = {{"jobs", waiting(stats) + stats->running, stats->max_jobs},
                  {"bytes", stats->bytes, stats->max_bytes}};
    char todo[TEXT_SIZE];

    snprintf(todo, sizeof(todo), "more workers; or quern queue budget %s says how much may wait",
             queue);
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
        if (bounds[i].most > 0 &&
            (double)bounds[i].is >= (double)bounds[i].most * NEARLY_FULL / 100)
            tell(tally, QN_VERDICT_WARNING,
                 "at its budget new jobs are refused, with the word to come later", todo,
                 "queue %s holds %lld of %lld %s", queue, (long long)bounds[i].is,
                 (long long)bounds[i].most, bounds[i].what);
}

static void look_at_queue(struct tally *tally, const char *queue, const struct qn_stats *stats)
{
    char todo[TEXT_SIZE];
    int64_t n = waiting(stats);

    if (n > 0 && stats->workers == 0) {
        snprintf(todo, sizeof(todo), "quern-worker --queues %s", queue);
        tell(tally, QN_VERDICT_WRONG, "nobody will run them", todo,
             "queue %s: %lld jobs wait, and no worker serves it", queue, (long long)n);
    }
    snprintf(todo, sizeof(todo), "quern queue resume %s", queue);
    if (stats->paused_ms != QN_NO_TIME)
        tell(tally, QN_VERDICT_WARNING, "its jobs wait until it is resumed", todo,
             "queue %s is paused, %lld jobs wait", queue, (long long)n);
    else if (stats->draining_ms != QN_NO_TIME)
        tell(tally, QN_VERDICT_WARNING, "new jobs are refused until it is resumed", todo,
             "queue %s is draining", queue);
    look_at_budget(tally, queue, stats);
    if (stats->failed > 0) {
        snprintf(todo, sizeof(todo), "quern dead-letter list --queue %s", queue);
        tell(tally, QN_VERDICT_WARNING, "they failed for good and wait for somebody to look", todo,
             "queue %s: %lld dead letter%s", queue, (long long)stats->failed,
             stats->failed == 1 ? "" : "s");
    }
}

static void check_queues(struct cli_doctor *doctor, const char *name)
{
    struct tally tally = {.doctor = doctor, .name = name};
    struct cli_pairs queues = {0};
    struct qn_err err = {0};
    int rc = cli_link_queues(&doctor->link, &queues, &err);

    for (size_t i = 0; i < queues.n && rc == QN_OK; i++) {
        struct qn_stats stats;
        rc = cli_link_stats(&doctor->link, queues.all[i].name, &stats, &err);
        if (rc == QN_OK)
            look_at_queue(&tally, queues.all[i].name, &stats);
    }
    end_tally(&tally);
    if (rc != QN_OK)
        tell_failure(doctor, name, &err);
    else if (tally.told == 0)
        cli_doctor_ok(doctor, name, "%zu, all that have jobs are served", queues.n);
    cli_pairs_release(&queues);
}

/* ---- workers ---- */

static bool is_whole(struct qn_span json)
{
    enum qn_json_type type;

    return qn_json_check(json.data, json.len, &type, NULL) == QN_OK && type == QN_JSON_OBJECT;
}

static void look_at_worker(struct tally *tally, struct qn_span json)
{
    char version[TEXT_SIZE], host[TEXT_SIZE], pid[32];

    cli_json_text(json, "version", version, sizeof(version));
    cli_json_text(json, "host", host, sizeof(host));
    cli_json_text(json, "pid", pid, sizeof(pid));
    if (strcmp(version, QUERN_VERSION) != 0)
        tell(tally, QN_VERDICT_WARNING,
             "workers of several versions may do the same job in different ways",
             "install one version everywhere; a worker told TERM ends its jobs first",
             "worker %.64s:%s is version %.32s, this is %s", host, pid, version, QUERN_VERSION);
}

static void check_workers(struct cli_doctor *doctor, const char *name)
{
    struct tally tally = {.doctor = doctor, .name = name};
    struct cli_pairs workers = {0};
    struct qn_err err = {0};
    int rc = cli_link_workers(&doctor->link, &workers, &err);

    for (size_t i = 0; i < workers.n; i++)
        if (is_whole(workers.all[i].value))
            look_at_worker(&tally, workers.all[i].value);
    end_tally(&tally);
    if (rc != QN_OK)
        tell_failure(doctor, name, &err);
    else if (workers.n == 0)
        tell(&tally, QN_VERDICT_WARNING, "jobs wait until one comes", "quern-worker",
             "no worker is running");
    else if (tally.told == 0)
        cli_doctor_ok(doctor, name, "%zu, of version %s", workers.n, QUERN_VERSION);
    cli_pairs_release(&workers);
}

/* ---- tasks ---- */

static bool worker_knows(struct qn_span worker, const char *task)
{
    struct qn_json_item list, item;
    struct qn_json_walk walk;
    char name[TEXT_SIZE];

    if (cli_json_number(worker, "tasks_more", 0) > 0)
        return true; /* it tells only some */
    if (!cli_json_at(worker, "tasks", &list) ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK)
        return false;
    while (qn_json_walk_next(&walk, &item)) {
        struct qn_buf text;
        qn_buf_init(&text, sizeof(name));
        bool is = item.type == QN_JSON_STRING && qn_json_unescape(item.value, &text) == QN_OK &&
                  strcmp(text.data, task) == 0;
        qn_buf_release(&text);
        if (is)
            return true;
    }
    return false;
}

static bool anybody_knows(const struct cli_pairs *workers, const char *task)
{
    for (size_t i = 0; i < workers->n; i++)
        if (is_whole(workers->all[i].value) && worker_knows(workers->all[i].value, task))
            return true;
    return false;
}

static void check_tasks(struct cli_doctor *doctor, const char *name)
{
    struct tally tally = {.doctor = doctor, .name = name};
    struct cli_pairs tasks = {0}, workers = {0};
    struct qn_err err = {0};
    int rc = cli_link_tasks(&doctor->link, &tasks, &err);

    if (rc == QN_OK)
        rc = cli_link_workers(&doctor->link, &workers, &err);
    for (size_t i = 0; i < tasks.n && workers.n > 0; i++)
        if (!anybody_knows(&workers, tasks.all[i].name))
            tell(&tally, QN_VERDICT_WARNING, "its jobs are accepted, and then wait",
                 "start a worker that has it, compiled in or in its task-path",
                 "task %.64s: no living worker has it", tasks.all[i].name);
    end_tally(&tally);
    if (rc != QN_OK)
        tell_failure(doctor, name, &err);
    else if (tally.told == 0 && workers.n > 0)
        cli_doctor_ok(doctor, name, "%zu, each of them some worker has", tasks.n);
    cli_pairs_release(&tasks);
    cli_pairs_release(&workers);
}

/* ---- schedules ---- */

static void look_at_schedule(struct tally *tally, const struct qn_schedule_view *view)
{
    char todo[TEXT_SIZE];
    struct qn_fire fire;

    snprintf(todo, sizeof(todo), "quern schedule history %s", view->name);
    if (view->state == QN_SCHEDULE_DAMAGED)
        tell(tally, QN_VERDICT_WRONG, "it makes no jobs",
             "quern schedule change says it anew; install one version everywhere",
             "schedule %s: %.160s", view->name, view->why.msg);
    else if (view->last &&
             qn_fire_decode(&fire, (struct qn_span){view->last, strlen(view->last)}) == QN_OK &&
             fire.what == QN_FIRE_REFUSED)
        tell(tally, QN_VERDICT_WARNING, "its last planned time made no job", todo,
             "schedule %s: %.160s", view->name, fire.error);
}

static void check_schedules(struct cli_doctor *doctor, const char *name)
{
    struct tally tally = {.doctor = doctor, .name = name};
    struct cli_schedules schedules = {.n = 0};
    char leader[QN_HOLDER_MAX + 1] = "";
    struct qn_err err = {0};
    size_t paused = 0;
    int rc = cli_link_schedules(&doctor->link, &schedules, &err);

    if (rc == QN_OK)
        rc = cli_link_leader(&doctor->link, leader, &err);
    for (size_t i = 0; i < schedules.n && rc == QN_OK; i++) {
        look_at_schedule(&tally, &schedules.all[i]);
        paused += schedules.all[i].state == QN_SCHEDULE_PAUSED;
    }
    end_tally(&tally);
    if (rc != QN_OK)
        tell_failure(doctor, name, &err);
    else if (schedules.n > 0 && leader[0] == '\0')
        tell(&tally, QN_VERDICT_WRONG, "no schedule makes a job any more", "quern-beat",
             "%zu schedule%s, and no quern-beat leads", schedules.n, schedules.n == 1 ? "" : "s");
    else if (schedules.n == 0)
        cli_doctor_ok(doctor, name, "none");
    else if (tally.told == 0)
        cli_doctor_ok(doctor, name, "%zu, %zu of them paused; %s leads", schedules.n, paused,
                      leader);
    cli_schedules_release(&schedules);
}

const struct cli_doctor_check cli_doctor_queues[] = {
    {"queues", check_queues},
    {"workers", check_workers},
    {"tasks", check_tasks},
    {"schedules", check_schedules},
    {NULL, NULL},
};
