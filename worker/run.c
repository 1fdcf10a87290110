#include "run.h"

#include "common/mem.h"
#include "common/str.h"
#include <quern/job.h>
#include <stdio.h>
#include <string.h>

#define SPARE_MAX  1024
#define KEEP_BYTES (16 * 1024) /* a spare run's buffers are no larger */

enum { BUFFERS = 6 };

static void buffers_of(struct worker_run *run, struct qn_buf *ret[BUFFERS])
{
    struct qn_buf *const all[BUFFERS] = {&run->record, &run->before,  &run->progress,
                                         &run->log,    &run->follows, &run->data};

    memcpy(ret, all, sizeof(all));
}

static struct worker_run *create(void)
{
    static const size_t most[BUFFERS] = {QN_RECORD_MAX,           QN_HISTORY_MAX + 256,
                                         WORKER_RUN_PROGRESS_MAX, QN_JOB_LOG_MAX,
                                         WORKER_RUN_FOLLOWS_MAX,  QN_RECORD_MAX};
    struct worker_run *run = qn_zalloc(1, sizeof(*run));
    struct qn_buf *buffers[BUFFERS];

    if (!run)
        return NULL;
    buffers_of(run, buffers);
    for (int i = 0; i < BUFFERS; i++)
        qn_buf_init(buffers[i], most[i]);
    return run;
}

static void destroy(struct worker_run *run)
{
    struct qn_buf *buffers[BUFFERS];

    buffers_of(run, buffers);
    for (int i = 0; i < BUFFERS; i++)
        qn_buf_release(buffers[i]);
    qn_free(run);
}

/* As a new one, but for the memory of its buffers. */
static void wipe(struct worker_run *run)
{
    struct worker_run clean = {.record = run->record,
                               .before = run->before,
                               .progress = run->progress,
                               .log = run->log,
                               .follows = run->follows,
                               .data = run->data};
    struct qn_buf *buffers[BUFFERS];

    *run = clean;
    buffers_of(run, buffers);
    for (int i = 0; i < BUFFERS; i++) {
        if (buffers[i]->cap > KEEP_BYTES)
            qn_buf_release(buffers[i]);
        else
            qn_buf_reset(buffers[i]);
    }
}

void worker_runs_init(struct worker_runs *runs)
{
    *runs = (struct worker_runs){.held = NULL};
}

static void destroy_all(struct worker_run *run)
{
    while (run) {
        struct worker_run *next = run->next;
        destroy(run);
        run = next;
    }
}

void worker_runs_release(struct worker_runs *runs)
{
    destroy_all(runs->held);
    destroy_all(runs->spare);
    worker_runs_init(runs);
}

static struct worker_run *get(struct worker_runs *runs)
{
    struct worker_run *run = runs->spare;

    if (!run)
        return create();
    runs->spare = run->next;
    runs->n_spare--;
    run->next = NULL;
    return run;
}

static void put(struct worker_runs *runs, struct worker_run *run)
{
    if (runs->n_spare >= SPARE_MAX) {
        destroy(run);
        return;
    }
    wipe(run);
    run->next = runs->spare;
    runs->spare = run;
    runs->n_spare++;
}

struct worker_run *worker_runs_add(struct worker_runs *runs, size_t queue,
                                   const struct qn_take_entry *entry, const char *incarnation)
{
    struct worker_run *run = get(runs);

    if (!run)
        return NULL;
    qn_buf_add(&run->record, entry->record.data, entry->record.len);
    qn_buf_add(&run->before, entry->attempt.data, entry->attempt.len);
    if (qn_buf_status(&run->record) != QN_OK || qn_buf_status(&run->before) != QN_OK) {
        put(runs, run);
        return NULL;
    }
    run->queue = queue;
    run->number = entry->run;
    qn_str_copy(run->name, sizeof(run->name), entry->name);
    snprintf(run->token, sizeof(run->token), "%.20s:%lld", incarnation, (long long)entry->run);
    run->next = runs->held;
    if (runs->held)
        runs->held->prev = run;
    runs->held = run;
    runs->n_held++;
    return run;
}

void worker_runs_drop(struct worker_runs *runs, struct worker_run *run)
{
    if (run->prev)
        run->prev->next = run->next;
    else
        runs->held = run->next;
    if (run->next)
        run->next->prev = run->prev;
    runs->n_held--;
    put(runs, run);
}

struct worker_run *worker_runs_find(const struct worker_runs *runs, size_t queue, const char *name)
{
    struct worker_run *run = runs->held;

    while (run && (run->doomed || run->queue != queue || strcmp(run->name, name) != 0))
        run = run->next;
    return run;
}
