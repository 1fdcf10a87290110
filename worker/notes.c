#include "notes.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include "link.h"
#include <quern/job.h>

struct worker_notes {
    struct worker_base *base;
    struct worker_run *first; /* have something to send */
    struct qn_timer *timer;
    int64_t sent_ms;
};

static void flush(void *arg);

int worker_notes_create(struct worker_notes **ret, struct worker_base *base, struct qn_err *reterr)
{
    struct worker_notes *notes = qn_zalloc(1, sizeof(*notes));

    if (!notes)
        return qn_fail(reterr, QN_ENOMEM, "notes: out of memory");
    notes->base = base;
    int rc = qn_timer_create(&notes->timer, base->loop, flush, notes, reterr);
    if (rc == QN_OK)
        *ret = notes;
    else
        qn_free(notes);
    return rc;
}

void worker_notes_free(struct worker_notes *notes)
{
    if (!notes)
        return;
    qn_timer_free(notes->timer);
    qn_free(notes);
}

/* ---- sending ---- */

/* Progress that is lost is followed by more; log lines are not worth a double. */
static void on_noted(void *arg, const struct qn_reply *reply)
{
    (void)arg;
    (void)reply;
}

static struct qn_note note_of(const struct worker_run *run)
{
    return (struct qn_note){
        .name = run->name,
        .token = run->token,
        .progress = {.data = run->progress.data, .len = run->progress.len},
        .log = {.data = run->log.data, .len = run->log.len},
    };
}

static void send_notes(struct worker_notes *notes, size_t queue, const struct qn_note *list,
                       size_t n)
{
    struct worker_base *base = notes->base;

    if (n > 0 && worker_is_connected(base))
        base->broker->ops->note(base->broker, worker_queue_name(base, queue), list, n, on_noted,
                                NULL);
}

static void clear(struct worker_run *run)
{
    qn_buf_reset(&run->progress);
    qn_buf_reset(&run->log);
    run->noted = false;
}

/* Those of the first one's queue, as many as a call takes. */
static void flush_queue(struct worker_notes *notes)
{
    struct qn_note list[QN_FINISH_BATCH_MAX] = {{.name = NULL}};
    struct worker_run *sent[QN_FINISH_BATCH_MAX];
    struct worker_run **link = &notes->first;
    size_t queue = notes->first->queue;
    size_t n = 0;

    while (*link && n < QN_FINISH_BATCH_MAX) {
        struct worker_run *run = *link;
        if (run->queue != queue) {
            link = &run->queued;
            continue;
        }
        *link = run->queued;
        sent[n] = run;
        list[n++] = note_of(run);
    }
    send_notes(notes, queue, list, n);
    while (n > 0)
        clear(sent[--n]);
}

/* During an outage they wait, log lines up to the bound of their buffer. */
static void flush(void *arg)
{
    struct worker_notes *notes = arg;

    if (!worker_is_connected(notes->base)) {
        qn_timer_set(notes->timer, WORKER_NOTES_MS);
        return;
    }
    notes->sent_ms = worker_mono_ms(notes->base);
    while (notes->first)
        flush_queue(notes);
}

/* ---- collecting ---- */

static void enlist(struct worker_notes *notes, struct worker_run *run)
{
    int64_t since = worker_mono_ms(notes->base) - notes->sent_ms;

    if (run->noted)
        return;
    run->noted = true;
    run->queued = notes->first;
    notes->first = run;
    if (!qn_timer_is_set(notes->timer))
        qn_timer_set(notes->timer, since >= WORKER_NOTES_MS ? 0 : WORKER_NOTES_MS - since);
}

bool worker_notes_progress(struct worker_notes *notes, struct worker_run *run, struct qn_span json)
{
    enum qn_json_type type;

    if (json.len > WORKER_PROGRESS_MAX ||
        qn_json_check(json.data, json.len, &type, NULL) != QN_OK || type != QN_JSON_OBJECT)
        return false;
    qn_buf_reset(&run->progress);
    qn_buf_add(&run->progress, json.data, json.len);
    enlist(notes, run);
    return true;
}

/* What is over the bound of a job's log is dropped. */
bool worker_notes_log(struct worker_notes *notes, struct worker_run *run, struct qn_span lines)
{
    if (lines.len == 0 || lines.len > WORKER_LOG_CHUNK_MAX || lines.data[lines.len - 1] != '\n' ||
        !qn_utf8_valid(lines.data, lines.len))
        return false;
    if (run->logged + lines.len > QN_JOB_LOG_MAX)
        return true;
    run->logged += lines.len;
    qn_buf_add(&run->log, lines.data, lines.len);
    enlist(notes, run);
    return true;
}

void worker_notes_finish(struct worker_notes *notes, struct worker_run *run)
{
    struct worker_run **link = &notes->first;
    struct qn_note note = note_of(run);

    if (!run->noted)
        return;
    while (*link != run)
        link = &(*link)->queued;
    *link = run->queued;
    /* Its progress is of no interest any more. */
    note.progress = (struct qn_span){.data = "", .len = 0};
    if (note.log.len > 0 && !run->doomed)
        send_notes(notes, run->queue, &note, 1);
    clear(run);
}
