#include "query_lane.h"

#include "common/clock.h"
#include "common/mem.h"
#include <string.h>

#define STOPPED  "stopped by the soft limit"
#define LATE     "PostgreSQL did not answer in time"
#define SAID_MAX ((size_t)32 * 1024 * 1024) /* a plan */

void query_lane_init(struct query_lane *lane)
{
    *lane = (struct query_lane){.of_source = {.fd = -1}, .of_host = {.fd = -1}};
}

void query_lane_fail(struct query_lane *lane, int rc, const struct qn_err *err)
{
    if (lane->query->rc == QN_OK) {
        lane->query->rc = rc;
        qn_fail(&lane->query->err, rc, "%s", err->msg);
    }
}

static void end(struct query_lane *lane)
{
    struct qn_err err = {.code = QN_OK};

    if (lane->query->rc == QN_OK) {
        int rc = query_take_end(&lane->take, &err);

        if (rc != QN_OK) {
            query_lane_fail(lane, rc, &err);
        }
    }
    if (lane->query->rc != QN_OK) {
        query_rows_release(&lane->query->rows);
    }
    qn_pg_free(lane->pg);
    qn_slot_give(&lane->of_host);
    qn_slot_give(&lane->of_source);
    query_take_release(&lane->take);
    qn_buf_release(&lane->said);
    qn_free(lane->sql);
    query_lane_init(lane);
}

static void fail_and_end(struct query_lane *lane, int rc, const struct qn_err *err)
{
    query_lane_fail(lane, rc, err);
    end(lane);
}

static void go(struct query_lane *lane, enum query_stage stage)
{
    struct qn_err err = {.code = QN_OK};
    int rc;

    if (stage == QUERY_OVER) {
        end(lane);
        return;
    }
    lane->stage = stage;
    lane->until_ms = qn_mono_ms(&qn_clock_system) + query_stage_ms(lane, stage) + QUERY_GRACE_MS;
    rc = query_stage_start(lane, stage, &err);
    if (rc != QN_OK && stage < QUERY_ROLLBACK) {
        fail_and_end(lane, rc, &err);
    } else if (rc != QN_OK) {
        end(lane); /* the rows are there; the server has rolled back */
    }
}

/* ---- the beginning ---- */

static int prepare(struct query_lane *lane, struct qn_err *reterr)
{
    const size_t before = strlen(GUARD_EXPLAIN);
    struct query *query = lane->query;

    if (query->verdict.class != GUARD_ALLOWED) {
        return qn_fail(reterr, QN_EINVAL, "a statement that the guard did not allow");
    }
    if (query->sql.len == 0 || query->sql.len > GUARD_SQL_MAX ||
        memchr(query->sql.data, '\0', query->sql.len) != NULL) {
        return qn_fail(reterr, QN_EINVAL, "a statement that the guard has not seen");
    }
    lane->sql = qn_alloc(before + query->sql.len + 1);
    if (lane->sql == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a statement");
    }
    memcpy(lane->sql, GUARD_EXPLAIN, before);
    memcpy(lane->sql + before, query->sql.data, query->sql.len);
    lane->sql[before + query->sql.len] = '\0';
    return qn_pg_create(&lane->pg, lane->call->place->source->url, reterr);
}

static int64_t rows_of(const struct query_lane *lane)
{
    const struct qn_datasource *source = lane->call->place->source;
    int64_t rows = lane->query->max_rows > 0 ? lane->query->max_rows : source->max_rows;

    if (rows <= 0) {
        rows = QUERY_ROWS_PRESET;
    }
    return rows < QUERY_ROWS_MAX ? rows : QUERY_ROWS_MAX;
}

static void reset(struct query *query)
{
    query_rows_release(&query->rows);
    query->ran = false;
    query->rc = QN_OK;
    query->err = (struct qn_err){.code = QN_OK};
    query->sqlstate[0] = '\0';
    query->hint[0] = '\0';
    query->position = -1;
    query->wait_ms = query->connect_ms = query->gate_ms = query->run_ms = 0;
}

void query_lane_begin(struct query_lane *lane, struct query_call *call, struct query *query)
{
    struct qn_err err = {.code = QN_OK};
    int rc;

    query_lane_init(lane);
    reset(query);
    lane->call = call;
    lane->query = query;
    lane->stage = QUERY_WAIT;
    lane->since_ms = qn_mono_ms(&qn_clock_system);
    qn_buf_init(&lane->said, SAID_MAX);
    query_take_init(&lane->take, &query->rows, call->place->model, rows_of(lane));
    rc = prepare(lane, &err);
    if (rc != QN_OK) {
        fail_and_end(lane, rc, &err);
    }
}

/* ---- slots ---- */

/* Those of the datasource first: who waits for one of them holds none of the host's. */
static int take_slots(struct query_lane *lane, struct qn_err *reterr)
{
    int64_t of_source = lane->call->place->source->connections;
    const int64_t of_host = qn_slot_connections();
    int rc;

    of_source = of_source < 1 ? 1 : of_source > QN_SLOT_MAX ? QN_SLOT_MAX : of_source;
    rc = qn_slot_take(&lane->of_source, lane->call->slot_name, of_source, 0, -1, reterr);
    if (rc == QN_EAGAIN) {
        return qn_fail(reterr, rc, "all %lld connections of the datasource on this host are taken",
                       (long long)of_source);
    }
    if (rc == QN_OK) {
        rc = qn_slot_take(&lane->of_host, QN_SLOT_DATABASE, of_host, 0, -1, reterr);
    }
    if (rc != QN_OK) {
        qn_slot_give(&lane->of_source);
    }
    return rc != QN_EAGAIN
               ? rc
               : qn_fail(reterr, rc, "all %lld connections to databases of this host are taken",
                         (long long)of_host);
}

static void wait_for_slots(struct query_lane *lane)
{
    const int64_t deadline = lane->call->place->deadline_ms;
    const int64_t now = qn_mono_ms(&qn_clock_system);
    struct qn_err err = {.code = QN_OK};
    int rc = take_slots(lane, &err);

    lane->query->wait_ms = now - lane->since_ms;
    if (rc == QN_EAGAIN && lane->query->wait_ms < QUERY_SLOT_WAIT_MS &&
        (deadline <= 0 || now < deadline)) {
        return;
    }
    if (rc != QN_OK) {
        fail_and_end(lane, rc, &err);
        return;
    }
    lane->since_ms = now;
    go(lane, QUERY_CONNECT);
}

/* ---- on its way ---- */

/* The server's own limit is over too: a cancel would only wait for what does not answer. */
static void end_late(struct query_lane *lane)
{
    struct qn_err err;

    qn_pg_close(lane->pg);
    if (lane->stage < QUERY_ROLLBACK) {
        qn_fail(&err, QN_ETIMEOUT, "%s", lane->call->stopped ? STOPPED : LATE);
        query_lane_fail(lane, QN_ETIMEOUT, &err);
    }
    end(lane);
}

static void step_stage(struct query_lane *lane)
{
    struct qn_err err = {.code = QN_OK};
    bool done;
    int rc;

    rc = qn_pg_step(lane->pg, &done, &err);
    if (!done && qn_mono_ms(&qn_clock_system) >= lane->until_ms) {
        end_late(lane);
        return;
    }
    if (done && !lane->call->stopped) {
        go(lane, query_stage_end(lane, rc, &err));
    } else if (done && lane->stage < QUERY_ROLLBACK) {
        qn_fail(&err, QN_ETIMEOUT, "%s", STOPPED);
        fail_and_end(lane, QN_ETIMEOUT, &err);
    } else if (done) {
        end(lane);
    }
}

void query_lane_step(struct query_lane *lane)
{
    enum query_stage before;

    do { /* what is there at once needs no poll */
        before = lane->stage;
        if (lane->query != NULL && lane->stage == QUERY_WAIT) {
            wait_for_slots(lane);
        } else if (lane->query != NULL) {
            step_stage(lane);
        }
    } while (lane->query != NULL && lane->stage != before);
}

void query_lane_stop(struct query_lane *lane)
{
    struct qn_err err = {.code = QN_OK};

    if (lane->query == NULL) {
        return;
    }
    if (lane->stage == QUERY_WAIT) {
        qn_fail(&err, QN_ETIMEOUT, "%s", STOPPED);
        fail_and_end(lane, QN_ETIMEOUT, &err);
    } else {
        qn_pg_abort(lane->pg, QN_ETIMEOUT, STOPPED);
    }
}
