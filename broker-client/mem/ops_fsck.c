/* ops_fsck.c - what can be wrong here is little: a job has one place by its make, and the
 * directory of the namespace has nothing that could be. */
#include "mem_type.h"

#include <string.h>

/* ---- survey ---- */

static bool is_damaged(const struct qn_mem_job *job)
{
    struct qn_record record;

    return qn_record_decode(qn_mem_span(&job->record), &record, NULL) != QN_OK;
}

/* The one page after that of the lines is of all other jobs. */
static bool is_on_page(const struct qn_mem_job *job, int64_t cursor)
{
    if (cursor == 0)
        return job->place == QN_MEM_READY;
    return job->place == QN_MEM_RUNNING || is_damaged(job);
}

void qn_mem_survey(struct qn_broker *b, const char *queue, int64_t cursor, qn_reply_fn *fn,
                   void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = queue ? qn_mem_begin(b, queue, answer) : NULL;
    struct qn_mem_job *job = NULL;
    size_t most = 0;

    if (answer && !queue) {
        answer->result.surveyed.next = QN_NO_TIME;
        answer->reply.surveyed = &answer->result.surveyed;
        qn_mem_tell(b, answer);
    }
    if (!answer || !q)
        return;
    if (cursor < 0)
        qn_mem_refuse(answer, QN_EINVAL, "a survey begins with the cursor 0");
    struct qn_surveyed *surveyed = &answer->result.surveyed;
    while ((job = qn_mem_next(q, job)) != NULL)
        most += is_on_page(job, cursor);
    const char **names = qn_mem_list(answer, most, sizeof(*names));
    int *sight = qn_mem_list(answer, most, sizeof(*sight));
    while (names && sight && (job = qn_mem_next(q, job)) != NULL) {
        if (!is_on_page(job, cursor))
            continue;
        sight[surveyed->n] = cursor == 0 ? QN_SIGHT_LINE : QN_SIGHT_ODD;
        names[surveyed->n++] = qn_mem_keep(answer, job->name, strlen(job->name));
    }
    surveyed->names = names;
    surveyed->sight = sight;
    surveyed->looked = (int64_t)surveyed->n;
    surveyed->line = cursor == 0;
    surveyed->next = cursor == 0 ? 1 : QN_NO_TIME;
    answer->reply.surveyed = surveyed;
    qn_mem_tell(b, answer);
}

/* ---- audit ---- */

struct audit {
    struct qn_mem_store *store;
    struct qn_mem_queue *queue;
    struct qn_mem_answer *answer;
    struct qn_finding *findings;
    unsigned how;
};

static void found(struct audit *audit, const struct qn_finding *finding)
{
    struct qn_audited *audited = &audit->answer->result.audited;
    struct qn_finding *to = &audit->findings[audited->n++];

    *to = *finding;
    to->name = qn_mem_keep(audit->answer, finding->name, strlen(finding->name));
    to->detail = qn_mem_keep(audit->answer, finding->detail, strlen(finding->detail));
}

static void audit_queue(struct audit *audit)
{
    bool mend = audit->how & QN_AUDIT_REPAIR;

    if (!(audit->how & QN_AUDIT_WAKE) || audit->queue->token ||
        audit->queue->paused_ms != QN_NO_TIME || !qn_mem_any_ready(audit->queue))
        return;
    if (mend)
        qn_mem_wake(audit->store, audit->queue);
    found(audit, &(struct qn_finding){.name = "",
                                      .fault = QN_FAULT_WAKE,
                                      .where = "wake",
                                      .detail = "no token",
                                      .repaired = mend});
}

static bool has_owner(const struct qn_mem_queue *queue, const struct qn_mem_job *job)
{
    for (const struct qn_mem_lease *lease = queue->leases; lease; lease = lease->next) {
        if (qn_mem_owns(job, lease->incarnation))
            return true;
    }
    return false;
}

static void audit_job(struct audit *audit, struct qn_mem_job *job)
{
    bool mend = audit->how & QN_AUDIT_REPAIR;
    struct qn_record record;
    struct qn_err err;

    if (qn_record_decode(qn_mem_span(&job->record), &record, &err) != QN_OK) {
        found(audit,
              &(struct qn_finding){
                  .name = job->name, .fault = QN_FAULT_DAMAGED, .where = "j", .detail = err.msg});
    } else if (job->place == QN_MEM_RUNNING && !has_owner(audit->queue, job)) {
        found(audit, &(struct qn_finding){.name = job->name,
                                          .fault = QN_FAULT_NO_LEASE,
                                          .where = "running",
                                          .detail = "",
                                          .repaired = mend});
        if (mend) {
            qn_mem_make_ready(audit->queue, job, true);
            qn_mem_wake(audit->store, audit->queue);
        }
    }
}

void qn_mem_audit(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                  unsigned how, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = queue ? qn_mem_begin(b, queue, answer) : NULL;

    if (answer && !queue) {
        answer->reply.audited = &answer->result.audited;
        qn_mem_tell(b, answer);
    }
    if (!answer || !q)
        return;
    struct audit audit = {
        .store = qn_mem_of(b)->store,
        .queue = q,
        .answer = answer,
        .findings = qn_mem_list(answer, n, sizeof(*audit.findings)),
        .how = how,
    };
    if (n < 1 || n > QN_PEEK_BATCH_MAX)
        qn_mem_refuse(answer, QN_EINVAL, "an audit takes 1-100 names");
    for (size_t i = 0; audit.findings && answer->reply.rc == QN_OK && i < n; i++) {
        struct qn_mem_job *job = *names[i] ? qn_mem_find(qn_mem_of(b)->store, q, names[i]) : NULL;
        if (!*names[i])
            audit_queue(&audit);
        else if (job)
            audit_job(&audit, job);
    }
    answer->result.audited.findings = audit.findings;
    answer->reply.audited = &answer->result.audited;
    qn_mem_tell(b, answer);
}
