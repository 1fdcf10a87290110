#include "feedback.h"

#include "ask/examples_kept.h"
#include "common/json_member.h"
#include "place/place.h"
#include "tasks/lib/answer.h"
#include "tasks/lib/args.h"
#include <string.h>

#define RESULT_MAX    ((size_t)4096)
#define SOFT_LIMIT_MS ((int64_t)60 * 1000)
#define HARD_LIMIT_MS ((int64_t)75 * 1000)

enum verdict { APPROVE, CORRECT, FORGET, VERDICTS };
static const char *const verdict_names[VERDICTS] = {"approve", "correct", "forget"};

static const struct qn_param params[] = {
    {.name = "database", .type = QN_STRING, .required = true, .doc = "a datasource's name"},
    {.name = "question", .type = QN_STRING, .required = true, .doc = "as it was asked"},
    {.name = "sql", .type = QN_STRING, .doc = "its statement; not needed to forget"},
    {.name = "verdict",
     .type = QN_STRING,
     .required = true,
     .choices = "approve|correct|forget",
     .doc = "the statement is right, this one would have been, or there is none to follow"},
    {.name = "language",
     .type = QN_STRING,
     .choices = "en|zh",
     .preset = "en",
     .doc = "of the question"},
    {.name = "by", .type = QN_STRING, .doc = "who says so"},
    {.name = NULL},
};

struct feedback {
    struct qn_job *job;
    struct place *place;
    struct qn_arena arena;
    struct examples_pair pair;
    enum verdict verdict;
    const struct place_database *database;
    bool there; /* it was kept, or there was something to forget */
};

static int check(const struct feedback *feedback, struct qn_err *reterr)
{
    const struct examples_pair *pair = &feedback->pair;

    if (!qn_datasource_is_name(pair->datasource)) {
        return qn_fail(reterr, QN_EINVAL, "database: must be a datasource's name");
    }
    if (pair->question[0] == '\0') {
        return qn_fail(reterr, QN_EINVAL, "question: is missing");
    }
    if (pair->sql[0] == '\0' && feedback->verdict != FORGET) {
        return qn_fail(reterr, QN_EINVAL, "sql: is missing");
    }
    return QN_OK;
}

static int read_args(struct feedback *feedback, struct qn_err *reterr)
{
    static const char *const languages[] = {"en", "zh"};
    struct examples_pair *pair = &feedback->pair;
    const struct qn_args_wanted texts[4] = {
        {"database", QN_ARGS_NAME_MAX, &pair->datasource, false},
        {"question", RULES_QUESTION_MAX, &pair->question, false},
        {"sql", GUARD_SQL_MAX, &pair->sql, false},
        {"by", QN_ARGS_NAME_MAX, &pair->by, false},
    };
    struct qn_arena *arena = &feedback->arena;
    struct qn_json_node *root;
    size_t verdict = VERDICTS, language = 0, len;
    const char *json = qn_job_args(feedback->job, &len);
    int rc = qn_args_read(&root, (struct qn_span){json, len}, QN_ARGS_BYTES_MAX, arena, reterr);

    *pair = (struct examples_pair){.datasource = "", .question = "", .sql = "", .by = ""};
    rc = rc == QN_OK ? qn_args_texts(root, texts, 4, arena, reterr) : rc;
    rc = rc == QN_OK
             ? qn_args_choice(root, "verdict", (struct qn_args_names){verdict_names, VERDICTS},
                              &verdict, reterr)
             : rc;
    rc = rc == QN_OK ? qn_args_choice(root, "language", (struct qn_args_names){languages, 2},
                                      &language, reterr)
                     : rc;
    if (rc == QN_OK && verdict == VERDICTS) {
        rc = qn_fail(reterr, QN_EINVAL, "verdict: is missing");
    }
    feedback->verdict = (enum verdict)verdict;
    pair->verdict = verdict < VERDICTS ? verdict_names[verdict] : "";
    pair->language = languages[language];
    return rc == QN_OK ? check(feedback, reterr) : rc;
}

/* What the guard refuses is nobody's example. */
static int check_statement(const struct feedback *feedback, struct qn_err *reterr)
{
    const struct qn_span sql = {feedback->pair.sql, strlen(feedback->pair.sql)};
    struct guard_verdict verdict;
    int rc = guard_check(feedback->database->guard, sql, &verdict, NULL, reterr);

    return rc == QN_OK && verdict.class != GUARD_ALLOWED
               ? qn_fail(reterr, QN_EINVAL, "sql: refused (%s): %s",
                         guard_class_names[verdict.class], verdict.reason)
               : rc;
}

/* What was changed is changed: a cache that does not learn of it ends by time. */
static void tell_cache(const struct feedback *feedback)
{
    struct qn_err err = {.code = QN_OK};

    if (examples_changed(feedback->place, feedback->pair.datasource, &err) != QN_OK) {
        qn_job_log(feedback->job, "warning: the cache does not know yet, for up to 10 minutes: %s",
                   err.msg);
    }
}

static int change(struct feedback *feedback, struct qn_err *reterr)
{
    const struct examples_pair *pair = &feedback->pair;
    struct qn_pg *quern;
    int rc = place_quern(feedback->place, &quern, reterr);

    if (rc == QN_OK && feedback->verdict == FORGET) {
        rc = examples_forget(quern, pair->datasource, pair->question, &feedback->there, reterr);
    } else if (rc == QN_OK) {
        rc = examples_keep(quern, pair, reterr);
        feedback->there = rc == QN_OK;
    }
    place_quern_end(feedback->place);
    if (rc == QN_OK) {
        tell_cache(feedback);
    }
    return rc;
}

static int give(const struct feedback *feedback, struct qn_err *reterr)
{
    struct qn_buf json;
    int rc;

    qn_job_log(feedback->job, "%s: %s by \"%s\"%s", feedback->pair.datasource,
               feedback->pair.verdict, feedback->pair.by,
               feedback->there ? "" : ": there was nothing to forget");
    qn_buf_init(&json, RESULT_MAX);
    qn_buf_add_byte(&json, '{');
    qn_json_member_text(&json, "database", feedback->pair.datasource);
    qn_json_member_text(&json, "verdict", feedback->pair.verdict);
    qn_json_member_flag(&json, feedback->verdict == FORGET ? "forgotten" : "kept", feedback->there);
    qn_json_member_text(&json, "model", feedback->pair.model_hash);
    qn_buf_add_byte(&json, '}');
    rc = qn_buf_status(&json);
    rc = rc == QN_OK ? qn_job_result(feedback->job, json.data, json.len, reterr)
                     : qn_fail(reterr, rc, "the result: %s", qn_err_text(rc));
    qn_buf_release(&json);
    return rc;
}

static int take(struct feedback *feedback, struct qn_err *reterr)
{
    int rc = read_args(feedback, reterr);

    rc = rc == QN_OK ? place_names(feedback->place, feedback->pair.datasource, "",
                                   &feedback->database, reterr)
                     : rc;
    if (rc == QN_OK && feedback->verdict != FORGET) {
        rc = check_statement(feedback, reterr);
    }
    feedback->pair.model_hash = rc == QN_OK ? feedback->database->model->hash : "";
    return rc;
}

static enum qn_outcome run(struct qn_job *job)
{
    struct feedback feedback = {.job = job, .place = qn_job_state(job)};
    struct qn_err err = {.code = QN_OK};
    enum qn_outcome outcome;
    int rc;

    place_begin(feedback.place, job);
    rc = take(&feedback, &err);
    if (rc == QN_EINVAL || rc == QN_ENOTFOUND) {
        outcome = qn_job_reject(job, "%s", err.msg);
    } else {
        rc = rc == QN_OK ? change(&feedback, &err) : rc;
        rc = rc == QN_OK ? give(&feedback, &err) : rc;
        outcome = qn_answer(job, rc, &err);
    }
    qn_arena_release(&feedback.arena);
    return outcome;
}

const struct qn_task nl2sql_feedback_task = {
    .name = "nl2sql.feedback",
    .summary = "Keeps a question with the statement a person approves, as an example",
    .params = params,
    .soft_limit_ms = SOFT_LIMIT_MS,
    .hard_limit_ms = HARD_LIMIT_MS,
    .init = place_init,
    .run = run,
    .done = place_done,
};
