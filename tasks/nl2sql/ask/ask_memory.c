/* ask_memory.c - what Quern's own database knows of a question: the thread, approved pairs. */
#include "ask_run.h"

#include "examples_kept.h"
#include <string.h>

static bool is_named(const struct ask *ask)
{
    return ask->database->source->name[0] != '\0';
}

/* All of the host's places taken: a matter of time. */
static int open_quern(struct ask *ask, struct qn_pg **ret, struct qn_err *reterr)
{
    int rc = place_quern(ask->place, ret, reterr);

    ask->delay_ms = rc == QN_EAGAIN ? ASK_BUSY_MS : 0;
    return rc;
}

/* What was asked when more could be seen is told to nobody: neither the rules nor a model. */
static int leave_out(struct ask *ask, struct qn_err *reterr)
{
    struct thread *thread = &ask->thread;
    size_t n = 0;
    int rc = QN_OK;

    for (size_t i = 0; i < thread->n && rc == QN_OK; i++) {
        const struct qn_span sql = {thread->turns[i].sql, strlen(thread->turns[i].sql)};
        struct guard_verdict verdict;

        rc = guard_check(ask->database->guard, sql, &verdict, NULL, reterr);
        if (rc == QN_OK && verdict.class == GUARD_ALLOWED) {
            thread->turns[n++] = thread->turns[i];
        }
    }
    if (n < thread->n) {
        qn_job_log(ask->job, "%zu turns of the thread are left out: the guard refuses them now",
                   thread->n - n);
    }
    thread->n = n;
    return rc;
}

int ask_remember(struct ask *ask, struct qn_err *reterr)
{
    const struct qn_datasource *source = ask->database->source;
    const char *thread = ask->args.thread;
    struct qn_pg *quern;
    int rc;

    if (thread[0] == '\0') {
        return QN_OK;
    }
    if (!is_named(ask)) {
        ask_warn(ask, "thread: only datasources have threads, so this question stands alone");
        return QN_OK;
    }
    rc = open_quern(ask, &quern, reterr);
    rc = rc == QN_OK
             ? thread_load(&ask->thread, quern, source->name, thread, qn_job_id(ask->job), reterr)
             : rc;
    place_quern_end(ask->place);
    return rc == QN_OK ? leave_out(ask, reterr) : rc;
}

int ask_load_examples(void *arg, struct examples *ret, struct qn_err *reterr)
{
    struct ask *ask = arg;
    int rc;

    if (!is_named(ask)) {
        return QN_OK;
    }
    rc = examples_kept(ret, ask->place, ask->database, reterr);
    ask->delay_ms = rc == QN_EAGAIN ? ASK_BUSY_MS : 0;
    if (rc == QN_OK && ret->left_out > 0) {
        qn_job_log(ask->job, "%zu approved pairs are left out: the guard refuses them now",
                   ret->left_out);
    }
    return rc;
}

int ask_note_turn(struct ask *ask, struct qn_err *reterr)
{
    const struct thread_turn turn = {.datasource = ask->database->source->name,
                                     .thread = ask->args.thread,
                                     .job = qn_job_id(ask->job),
                                     .question = ask->args.question,
                                     .sql = ask->route.sql,
                                     .translator = route_translator_names[ask->route.translator],
                                     .language = ask->route.language,
                                     .model_hash = ask->database->model->hash};
    struct qn_pg *quern;
    int rc;

    if (!ask->answered || ask->args.thread[0] == '\0' || !is_named(ask)) {
        return QN_OK;
    }
    rc = open_quern(ask, &quern, reterr);
    rc = rc == QN_OK ? thread_add(quern, &turn, &ask->turn, reterr) : rc;
    place_quern_end(ask->place);
    return rc;
}
