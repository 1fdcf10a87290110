#include "query.h"

#include "common/clock.h"
#include "query_lane.h"
#include "tasks/lib/postgres_flow.h"
#include <poll.h>
#include <stdio.h>

#define WAIT_MAX 60000

void query_init(struct query *query, struct qn_span sql)
{
    *query = (struct query){.sql = sql, .position = -1, .err = {.code = QN_OK}};
    query->verdict.class = GUARD_STATEMENT; /* not allowed: nobody has asked */
    query_rows_init(&query->rows);
}

void query_release(struct query *query)
{
    query_rows_release(&query->rows);
}

/* ---- waiting for all of them ---- */

struct waiting {
    struct pollfd fds[QUERY_AT_ONCE + 1];
    nfds_t n;
    int64_t until_ms;
};

static void add_lane(struct waiting *waiting, const struct query_lane *lane)
{
    int64_t until = lane->until_ms;

    if (lane->stage == QUERY_WAIT) {
        until = qn_mono_ms(&qn_clock_system) + QUERY_SLOT_LOOK_MS;
    } else {
        const int64_t deadline = qn_pg_deadline(lane->pg);

        waiting->fds[waiting->n++] = qn_pg_poll(lane->pg);
        until = deadline >= 0 && deadline < until ? deadline : until;
    }
    waiting->until_ms = until < waiting->until_ms ? until : waiting->until_ms;
}

/* True when the stop fd is readable. */
static bool wait_for_any(const struct query_call *call, const struct query_lane *lanes)
{
    const int64_t now = qn_mono_ms(&qn_clock_system);
    struct waiting waiting = {.n = 1, .until_ms = now + WAIT_MAX};

    waiting.fds[0] =
        (struct pollfd){.fd = call->stopped ? -1 : call->place->stop_fd, .events = POLLIN};
    for (size_t i = 0; i < QUERY_AT_ONCE; i++) {
        if (lanes[i].query != NULL) {
            add_lane(&waiting, &lanes[i]);
        }
    }
    (void)poll(waiting.fds, waiting.n, waiting.until_ms > now ? (int)(waiting.until_ms - now) : 0);
    return waiting.fds[0].revents != 0;
}

/* ---- all of them ---- */

struct round {
    struct query *queries;
    size_t n, next;
};

/* True while something is on its way. */
static bool step_all(struct query_call *call, struct query_lane *lanes, struct round *round)
{
    bool busy = false;

    for (size_t i = 0; i < QUERY_AT_ONCE; i++) {
        query_lane_step(&lanes[i]);
        while (lanes[i].query == NULL && round->next < round->n && !call->stopped) {
            query_lane_begin(&lanes[i], call, &round->queries[round->next++]);
            query_lane_step(&lanes[i]);
        }
        busy = busy || lanes[i].query != NULL;
    }
    return busy;
}

static void stop_all(struct query_call *call, struct query_lane *lanes, struct round *round)
{
    call->stopped = true;
    for (size_t i = 0; i < QUERY_AT_ONCE; i++) {
        query_lane_stop(&lanes[i]);
    }
    for (; round->next < round->n; round->next++) {
        struct query *query = &round->queries[round->next];

        query_rows_release(&query->rows); /* of a run before */
        query->rc = qn_fail(&query->err, QN_ETIMEOUT, "stopped by the soft limit");
    }
}

static int name_slots(struct query_call *call, struct qn_err *reterr)
{
    int rc = qn_digest_text(qn_pg_text(call->place->source->url), call->url_digest, reterr);

    if (rc == QN_OK) {
        snprintf(call->slot_name, sizeof(call->slot_name), "db-%.24s", call->url_digest);
    }
    return rc;
}

int query_run(const struct query_place *place, struct query *queries, size_t n,
              struct qn_buf *warning, struct qn_err *reterr)
{
    struct query_call call = {.place = place, .warning = warning};
    struct query_lane lanes[QUERY_AT_ONCE];
    struct round round = {queries, n, 0};
    int rc = name_slots(&call, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    for (size_t i = 0; i < QUERY_AT_ONCE; i++) {
        query_lane_init(&lanes[i]);
    }
    while (step_all(&call, lanes, &round)) {
        if (wait_for_any(&call, lanes)) {
            stop_all(&call, lanes, &round);
        }
    }
    return call.stopped ? qn_fail(reterr, QN_ETIMEOUT, "stopped by the soft limit") : QN_OK;
}
