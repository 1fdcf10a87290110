#include "child.h"

#include "broker-client/record.h"
#include "broker-client/taskdef.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/str.h"
#include "common/streams.h"
#include "exec.h"
#include "job.h"
#include "orphans.h"
#include "plugin.h"
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define LARGE_BLOCK (128 * 1024)
#define SPARED_MAX  64 /* children that init made */

/* What this process holds of one task: made at its first job. */
struct prepared {
    const struct qn_task *task; /* with its code; NULL until it is known, and for a program */
    struct qn_taskdef *def;
    void *state;
    bool ready; /* init was done */
};

struct child {
    pid_t self;
    int stop_fd;
    int64_t settled; /* the last stop that was forgotten: nothing of it is left in stop_fd */
    bool rang;       /* a run saw its soft limit first, and made stop_fd readable by itself */
    const struct worker_page *page;
    const struct worker_registry *registry;
    struct prepared *prepared; /* one per task of the registry */
    struct qn_job *job;
    struct worker_child_link link;
    timer_t timer;
};

/* ---- up ---- */

static int send_progress(void *arg, struct qn_span json)
{
    return worker_child_link_send(arg, WORKER_FRAME_PROGRESS, json);
}

static int send_log(void *arg, struct qn_span lines)
{
    return worker_child_link_send(arg, WORKER_FRAME_LOG, lines);
}

static int send_follow(void *arg, const struct worker_follow_frame *follow)
{
    return worker_child_link_follow(arg, follow);
}

/* ---- limits and stops ---- */

/* The kernel keeps it even when all signals are blocked and the supervisor is
 * stopped. at_ms 0: off. */
static void arm_timer(struct child *child, int64_t at_ms)
{
    struct itimerspec when = {.it_value = {.tv_sec = 0}};

    if (at_ms > 0) {
        when.it_value.tv_sec = at_ms / 1000;
        when.it_value.tv_nsec = (at_ms % 1000) * 1000000;
    }
    timer_settime(child->timer, TIMER_ABSTIME, &when, NULL); /* fails for no valid time */
}

/* Forgets a stop of the run before, not one of this run. */
static void settle_stop(struct child *child, int64_t run)
{
    int64_t stop_run = child->page->stop_run;
    uint64_t count;
    const uint64_t one = 1;

    if (stop_run == child->settled && !child->rang)
        return;
    if (read(child->stop_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
        return;
    child->rang = false;
    if (stop_run != run)
        child->settled = stop_run;
    else if (write(child->stop_fd, &one, sizeof(one)) < 0)
        return;
}

/* ---- what a task's code may do to its process ---- */

/* A process that it forked came back here: there is one executor, and one answer. */
static void end_copies(const struct child *child)
{
    if (getpid() != child->self)
        _exit(EX_OK);
}

/* ---- one run ---- */

static int decode_def(const struct qn_task *task, struct qn_taskdef **ret, struct qn_err *reterr)
{
    struct qn_buf json;

    qn_buf_init(&json, QN_TASKDEF_MAX);
    int rc = qn_taskdef_encode(task, &json);
    if (rc == QN_OK)
        rc = qn_taskdef_decode(ret, (struct qn_span){.data = json.data, .len = json.len}, reterr);
    else
        qn_fail(reterr, rc, "task %s: %s", task->name, qn_err_text(rc));
    qn_buf_release(&json);
    return rc;
}

/* Whoever made the job, a handler gets what its definition says. */
static int check_args(struct prepared *prepared, const struct qn_task *task,
                      const struct qn_record *record, struct qn_err *reterr)
{
    int rc = prepared->def ? QN_OK : decode_def(task, &prepared->def, reterr);

    if (rc == QN_OK)
        rc = qn_taskdef_check(prepared->def, record->body.args.data, record->body.args.len, NULL,
                              reterr);
    return rc;
}

/* A plugin is loaded here, which may be the end of this process. */
static int find_code(struct prepared *prepared, const struct worker_task *row,
                     struct qn_err *reterr)
{
    switch (row->source) {
    case WORKER_COMPILED_IN:
        prepared->task = row->task;
        break;
    case WORKER_PLUGIN:
        return worker_plugin_find(row, &prepared->task, reterr);
    case WORKER_EXEC:
        break;
    }
    return QN_OK;
}

static int prepare(const struct child *child, struct prepared *prepared,
                   const struct worker_task *row, struct qn_err *reterr)
{
    struct qn_err why = {.code = QN_OK};

    if (prepared->ready)
        return QN_OK;
    int rc = find_code(prepared, row, reterr);
    if (rc != QN_OK)
        return rc;
    const struct qn_task *task = prepared->task;
    rc = task && task->init ? task->init(&prepared->state, &why) : QN_OK;
    end_copies(child);
    if (rc != QN_OK)
        return qn_fail(reterr, rc, "task %s: init: %s", row->task->name,
                       why.code != QN_OK ? why.msg : qn_err_text(rc));
    prepared->ready = true;
    return QN_OK;
}

/* The answer for a run whose handler was not called. */
static int refuse(struct child *child, int64_t run, enum qn_outcome outcome,
                  const struct qn_err *why)
{
    struct worker_result_frame result = {
        .run = run,
        .outcome = outcome,
        .cause = outcome == QN_RETRY ? QN_CAUSE_ERROR : QN_CAUSE_REJECTED,
        .delay_ms = -1,
    };
    struct qn_buf text;

    qn_buf_init(&text, QN_ERROR_TEXT_MAX);
    worker_text_add(&text, why->msg, strlen(why->msg), "\t\n", QN_ERROR_TEXT_MAX);
    result.error = (struct qn_span){.data = text.data, .len = text.len};
    int rc = worker_child_link_result(&child->link, &result);
    qn_buf_release(&text);
    return rc;
}

/* What the run started ends with it, also what went into the background. */
static enum qn_outcome run_alone(const struct child *child, const struct qn_task *task)
{
    pid_t spared[SPARED_MAX];
    size_t n = worker_orphans_any() ? worker_orphans_list(spared, SPARED_MAX) : 0;

    worker_orphans_adopt();
    enum qn_outcome outcome = task->run(child->job);
    end_copies(child);
    if (worker_orphans_any())
        worker_orphans_end(spared, n);
    worker_orphans_disown();
    return outcome;
}

static enum qn_outcome handle(struct child *child, const struct prepared *prepared,
                              const struct worker_task *row)
{
    struct worker_fence_outside outside;

    if (row->source == WORKER_EXEC)
        return worker_exec_run(child->job, row->exec);
    worker_fence_enter(&child->page->fence, &outside);
    enum qn_outcome outcome = run_alone(child, prepared->task);
    worker_fence_leave(&outside);
    return outcome;
}

/* Calls the handler, if everything before it holds. */
static int call(struct child *child, const struct worker_job_frame *frame,
                const struct qn_record *record)
{
    int index = worker_registry_index(child->registry, record->body.task);
    struct worker_result_frame result;
    struct qn_err why;

    if (index < 0) {
        qn_fail(&why, QN_ENOTFOUND, "no task \"%.*s\" in this worker",
                (int)qn_utf8_cut(record->body.task.data, record->body.task.len, QN_NAME_MAX),
                record->body.task.data);
        return refuse(child, frame->run, QN_FAIL, &why);
    }
    const struct worker_task *row = worker_registry_row(child->registry, (size_t)index);
    struct prepared *prepared = &child->prepared[index];
    if (check_args(prepared, row->task, record, &why) != QN_OK)
        return refuse(child, frame->run, why.code == QN_ENOMEM ? QN_RETRY : QN_FAIL, &why);
    if (prepare(child, prepared, row, &why) != QN_OK)
        return refuse(child, frame->run, QN_RETRY, &why);
    if (worker_job_begin(child->job, frame, record, prepared->state, &why) != QN_OK)
        return refuse(child, frame->run, QN_FAIL, &why);
    int rc = worker_job_finish(child->job, handle(child, prepared, row), &result);
    if (rc == QN_OK)
        rc = worker_child_link_result(&child->link, &result);
    worker_job_clear(child->job);
    return rc;
}

static int do_job(struct child *child, struct qn_span body)
{
    struct worker_job_frame frame;
    struct qn_record record;
    struct qn_err why;
    int rc = worker_link_decode_job(body, &frame);

    if (rc != QN_OK)
        return rc;
    settle_stop(child, frame.run);
    qn_streams_fill(); /* the task before may have closed them */
    int64_t hard_at_ms = child->page->hard_at_ms;
    arm_timer(child, hard_at_ms > 0 ? hard_at_ms + WORKER_CHILD_GRACE_MS : 0);
    if (qn_record_decode(frame.record, &record, &why) != QN_OK)
        rc = refuse(child, frame.run, QN_FAIL, &why);
    else
        rc = call(child, &frame, &record);
    arm_timer(child, 0);
    return rc;
}

/* ---- the loop ---- */

/* QN_EAGAIN after QUIT, and without a supervisor. */
static int serve(struct child *child)
{
    struct qn_frame frame;
    int rc = worker_child_link_send(&child->link, WORKER_FRAME_READY, (struct qn_span){.len = 0});

    while (rc == QN_OK) {
        rc = worker_child_link_next(&child->link, &frame);
        if (rc == QN_OK && frame.type == WORKER_FRAME_QUIT)
            rc = QN_EAGAIN;
        else if (rc == QN_OK)
            rc = frame.type == WORKER_FRAME_JOB ? do_job(child, frame.body) : QN_EPROTO;
    }
    return rc;
}

static int make_timer(timer_t *ret, struct qn_err *reterr)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};

    if (timer_create(CLOCK_BOOTTIME, &event, ret) < 0)
        return qn_fail_sys(reterr, "executor: no timer");
    return QN_OK;
}

static int set_up(struct child *child, struct qn_err *reterr)
{
    size_t n = worker_registry_count(child->registry);
    const struct worker_job_setup setup = {
        .clock = &qn_clock_system,
        .page = child->page,
        .stop_fd = child->stop_fd,
        .rang = &child->rang,
        .sink = {&child->link, send_progress, send_log, send_follow},
        .artifact_dir = getenv("QUERN_ARTIFACT_DIR"),
    };
    int rc = make_timer(&child->timer, reterr);

    if (rc != QN_OK)
        return rc;
    child->prepared = qn_zalloc(n, sizeof(*child->prepared));
    if (!child->prepared)
        return qn_fail(reterr, QN_ENOMEM, "executor: out of memory");
    return worker_job_create(&child->job, &setup, reterr);
}

static void tear_down(struct child *child)
{
    for (size_t i = worker_registry_count(child->registry); child->prepared && i > 0; i--) {
        struct prepared *prepared = &child->prepared[i - 1];
        if (prepared->ready && prepared->task && prepared->task->done)
            prepared->task->done(prepared->state);
        qn_taskdef_free(prepared->def);
    }
    qn_free(child->prepared);
    worker_job_free(child->job);
    worker_child_link_release(&child->link);
}

static int exit_code(int rc, const struct qn_err *why)
{
    if (rc == QN_EAGAIN || rc == QN_ECONN)
        return EX_OK;
    qn_log(QN_LOG_ERROR, "executor stops", QN_STR("error", why->msg));
    return rc == QN_EPROTO ? EX_SOFTWARE : EX_OSERR;
}

int worker_child_main(const struct worker_ends *ends, const struct worker_registry *registry)
{
    struct child child = {
        .self = getpid(),
        .stop_fd = ends->stop_fd,
        .page = &ends->down->page,
        .registry = registry,
    };
    struct qn_err why = {.code = QN_OK};

    /* Fixed, or glibc keeps ever larger freed blocks for itself. */
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
    mallopt(M_TRIM_THRESHOLD, LARGE_BLOCK);
    worker_fence_begin();
    worker_child_link_init(&child.link, ends);
    int rc = set_up(&child, &why);
    if (rc == QN_OK) {
        rc = serve(&child);
        qn_fail(&why, rc, "the link to the supervisor: %s", qn_err_text(rc));
    }
    tear_down(&child);
    return exit_code(rc, &why);
}
