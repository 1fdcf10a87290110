#include "activity_batch.h"
#include "common/id.h"
#include "common/json.h"
#include "upkeep_lua.h"
#include "upkeep_tasks.h"
#include <stdio.h>
#include <string.h>

#define BATCHES_MOST 64 /* of one run; and with so many beyond help, no more are made */
#define BATCHES_TEXT "64"

struct sync {
    struct qn_job *job;
    struct qn_rd *rd;
    char now[UPKEEP_KEY_SIZE], batches[UPKEEP_KEY_SIZE]; /* keys */
    struct activity_count sum;
    int64_t n_batches;
    int64_t n_bad; /* that cannot be counted, and trying again would not help */
    struct qn_err bad;
};

/* The batch first: one whose name is left is looked for again, in vain. */
static int forget(struct sync *sync, const struct activity_batch *batch, struct qn_err *reterr)
{
    const struct qn_span gone[] = {qn_rd_text("UNLINK"), qn_rd_text(batch->key)};
    const struct qn_span out[] = {qn_rd_text("SREM"), qn_rd_text(sync->batches),
                                  qn_rd_text(batch->name)};
    int rc = qn_rd_call(sync->rd, gone, 2, NULL, reterr);

    return rc == QN_OK ? qn_rd_call(sync->rd, out, 3, NULL, reterr) : rc;
}

static int count(struct sync *sync, const struct activity_batch *batch, struct qn_err *reterr)
{
    int rc = activity_batch_write(batch, &sync->sum, reterr);

    sync->n_batches += rc == QN_OK;
    return rc == QN_OK ? forget(sync, batch, reterr) : rc;
}

/* One that is beyond help must not keep the others: it is told at the end. */
static int count_or_note(struct sync *sync, struct qn_span name, struct qn_err *reterr)
{
    struct activity_batch batch;
    struct qn_err err = {.code = QN_OK};
    int rc = activity_batch_name(&batch, sync->job, name, &err);

    if (rc == QN_OK) {
        rc = count(sync, &batch, &err);
    }
    if (rc == QN_OK) {
        return QN_OK;
    }
    if (qn_err_is_transient(rc)) {
        return qn_fail(reterr, rc, "%s", err.msg);
    }
    sync->bad = err;
    sync->n_bad++;
    return QN_OK;
}

/* One that somebody else put there must not keep the others. */
static bool is_name(struct sync *sync, struct qn_span name)
{
    bool good = name.len > 0 && name.len < ACTIVITY_NAME_SIZE &&
                !memchr(name.data, '\n', name.len) && !memchr(name.data, '\0', name.len);

    if (!good) {
        (void)qn_fail(&sync->bad, QN_EINVAL,
                      "what stands among the batches of activity is no name");
        sync->n_bad++;
    }
    return good;
}

/* Names of batches, each with a line's end. */
static int list(struct sync *sync, struct qn_buf *names, struct qn_err *reterr)
{
    const struct qn_span args[] = {qn_rd_text("SRANDMEMBER"), qn_rd_text(sync->batches),
                                   qn_rd_text(BATCHES_TEXT)};
    struct qn_rd_value answer;
    int rc = qn_rd_call(sync->rd, args, 3, &answer, reterr);

    for (size_t i = 0; rc == QN_OK && i < answer.n; i++) {
        struct qn_rd_value name = qn_rd_item(&answer, i);

        if (!is_name(sync, name.bytes)) {
            continue;
        }
        qn_buf_add(names, name.bytes.data, name.bytes.len);
        if (qn_buf_add_byte(names, '\n') != QN_OK) {
            rc = qn_fail(reterr, QN_ELIMIT, "names of batches of activity that are too long");
        }
    }
    return rc;
}

/* What jobs left that were killed, or failed. */
static int count_left(struct sync *sync, struct qn_err *reterr)
{
    struct qn_buf names;
    int rc;

    qn_buf_init(&names, (size_t)BATCHES_MOST * ACTIVITY_NAME_SIZE);
    rc = list(sync, &names, reterr);
    for (const char *at = names.data; rc == QN_OK && names.len > 0 && *at != '\0';) {
        size_t len = strcspn(at, "\n");

        rc = count_or_note(sync, (struct qn_span){at, len}, reterr);
        at += len + 1;
    }
    qn_buf_release(&names);
    return rc;
}

/* A name that nobody had before: a run that was stopped and wakes up must not fill one that
 * is counted. */
static int name(struct sync *sync, struct activity_batch *ret, struct qn_err *reterr)
{
    char token[QN_TOKEN_TEXT_SIZE], text[ACTIVITY_NAME_SIZE];
    int rc = qn_token_make(token, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    snprintf(text, sizeof(text), "%.72s/%s", qn_job_id(sync->job), token);
    return activity_batch_name(ret, sync->job, qn_rd_text(text), reterr);
}

static int move(struct sync *sync, struct activity_batch *ret, bool *ret_moved,
                struct qn_err *reterr)
{
    struct qn_rd_value answer;
    int rc = name(sync, ret, reterr);

    if (rc == QN_OK) {
        const struct qn_span keys[] = {qn_rd_text(sync->now), qn_rd_text(sync->batches),
                                       qn_rd_text(ret->key)};
        const struct qn_span arg = qn_rd_text(ret->name);
        const struct qn_rd_script script = {upkeep_lua_move, keys, 3, &arg, 1};

        rc = qn_rd_eval(sync->rd, &script, &answer, reterr);
    }
    if (rc == QN_OK) {
        *ret_moved = answer.integer == 1;
    }
    return rc;
}

static int count_now(struct sync *sync, struct qn_err *reterr)
{
    struct activity_batch batch;
    bool moved = false;
    int rc = move(sync, &batch, &moved, reterr);

    return rc == QN_OK && moved ? count(sync, &batch, reterr) : rc;
}

static int give_result(const struct sync *sync, struct qn_err *reterr)
{
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, UPKEEP_RESULT_MAX);
    qn_buf_add_str(&json, "{\"batches\":");
    qn_json_add_i64(&json, sync->n_batches);
    qn_buf_add_str(&json, ",\"counted\":");
    rc = activity_count_add(&json, &sync->sum);
    rc = rc == QN_OK ? qn_buf_add_byte(&json, '}') : rc;
    rc = rc == QN_OK ? qn_job_result(sync->job, json.data, json.len, reterr)
                     : qn_fail(reterr, rc, "the result: %s", qn_err_text(rc));
    qn_buf_release(&json);
    return rc;
}

static enum qn_outcome run(struct qn_job *job)
{
    const struct upkeep *upkeep = qn_job_state(job);
    struct sync sync = {.job = job, .rd = upkeep->cache};
    struct qn_err err = {.code = QN_OK};
    int rc = upkeep_need_cache(job, &err);

    upkeep_key(sync.now, "activity:now");
    upkeep_key(sync.batches, "activity:batches");
    if (rc == QN_OK) {
        rc = upkeep_need_database(job, &err);
    }
    if (rc == QN_OK) {
        rc = count_left(&sync, &err);
    }
    if (rc == QN_OK && sync.n_bad < BATCHES_MOST) {
        rc = count_now(&sync, &err);
    }
    if (rc == QN_OK && sync.n_bad > 0) {
        return qn_answer(job, sync.bad.code, &sync.bad);
    }
    if (rc == QN_OK) {
        rc = give_result(&sync, &err);
    }
    return qn_answer(job, rc, &err);
}

const struct qn_task activity_task = {
    .name = "users.sync_activity",
    .summary = "Takes the activity of users that Redis collected into PostgreSQL",
    .queue = UPKEEP_QUEUE,
    .soft_limit_ms = 240000,
    .hard_limit_ms = 300000,
    .init = upkeep_init,
    .run = run,
    .done = upkeep_done,
};
