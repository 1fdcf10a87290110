/* ask_memory.c - what Quern's own database knows of a question: the thread, approved pairs. */
#include "ask_run.h"

static bool is_named(const struct ask *ask)
{
    return ask->database->source->name[0] != '\0';
}

/* Without a language model nobody reads them. */
static bool wants_examples(struct ask *ask)
{
    struct qn_llm *llm;

    return is_named(ask) && ask->args.translator != ROUTE_RULES &&
           place_llm(ask->place, &llm, NULL) == QN_OK;
}

/* All of the host's places taken: a matter of time. */
static int open_quern(struct ask *ask, struct qn_pg **ret, struct qn_err *reterr)
{
    int rc = place_quern(ask->place, ret, reterr);

    ask->delay_ms = rc == QN_EAGAIN ? ASK_BUSY_MS : 0;
    return rc;
}

static int load(struct ask *ask, struct qn_pg *quern, bool examples, struct qn_err *reterr)
{
    const char *source = ask->database->source->name;
    int rc = QN_OK;

    if (ask->args.thread[0] != '\0') {
        rc =
            thread_load(&ask->thread, quern, source, ask->args.thread, qn_job_id(ask->job), reterr);
    }
    if (rc == QN_OK && examples) {
        rc = examples_load(&ask->examples, quern, source, ask->database->guard,
                           ask->database->model->hash, reterr);
    }
    if (rc == QN_OK && ask->examples.left_out > 0) {
        qn_job_log(ask->job, "%zu approved pairs are left out: the guard refuses them now",
                   ask->examples.left_out);
    }
    return rc;
}

int ask_remember(struct ask *ask, struct qn_err *reterr)
{
    const bool examples = wants_examples(ask);
    struct qn_pg *quern;
    int rc;

    if (ask->args.thread[0] != '\0' && !is_named(ask)) {
        ask_warn(ask, "thread: only datasources have threads, so this question stands alone");
    }
    if (!is_named(ask) || (ask->args.thread[0] == '\0' && !examples)) {
        return QN_OK;
    }
    rc = open_quern(ask, &quern, reterr);
    rc = rc == QN_OK ? load(ask, quern, examples, reterr) : rc;
    place_quern_end(ask->place);
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
