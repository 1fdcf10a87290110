/* query_lane.h - one statement on its way: slots, connection, transaction, gate, rows.
 *
 * Never waits: who has several lanes polls for all of them.
 */
#ifndef TASKS_NL2SQL_QUERY_QUERY_LANE_H
#define TASKS_NL2SQL_QUERY_QUERY_LANE_H

#include "query.h"
#include "query_take.h"
#include "tasks/lib/digest.h"
#include "tasks/lib/slot.h"

#define QUERY_SLOT_WAIT_MS 10000
#define QUERY_SLOT_LOOK_MS 50
#define QUERY_GATE_MS      5000 /* planning computes what does not change: it may take long too */
#define QUERY_GRACE_MS     2000 /* after the server should have ended a statement */
#define QUERY_ROW_BYTES    (2 * QUERY_BYTES_MAX)
#define QUERY_SLOT_SIZE    32

/* What all lanes of a call share. */
struct query_call {
    const struct query_place *place;
    struct qn_buf *warning; /* NULL: nobody wants it */
    bool warned, stopped;
    char url_digest[QN_DIGEST_SIZE];
    char slot_name[QUERY_SLOT_SIZE]; /* of the datasource */
};

enum query_stage {
    QUERY_OVER,
    QUERY_WAIT, /* for slots */
    QUERY_CONNECT,
    QUERY_BEGIN,
    QUERY_SETTINGS,
    QUERY_ROLE,
    QUERY_GATE,
    QUERY_RUN,
    QUERY_ROLLBACK,
    QUERY_TYPES,
};

struct query_lane {
    struct query_call *call;
    struct query *query; /* NULL: none */
    enum query_stage stage;
    struct qn_pg *pg;
    struct qn_slot of_source, of_host;
    struct query_take take;
    struct qn_buf said; /* the role's row, or the plan */
    char *sql;          /* GUARD_EXPLAIN and the statement */
    int64_t since_ms;   /* of what is measured now */
    int64_t until_ms;   /* then this side ends the stage */
};

void query_lane_init(struct query_lane *lane);
void query_lane_begin(struct query_lane *lane, struct query_call *call, struct query *query);
/* As far as it goes without waiting; lane->query is NULL when it is over. */
void query_lane_step(struct query_lane *lane);
/* Ended on the server; go on stepping. */
void query_lane_stop(struct query_lane *lane);

/* The first failure of a statement stays. */
void query_lane_fail(struct query_lane *lane, int rc, const struct qn_err *err);

/* ---- query_stages.c: those that ask the server ---- */

/* How long it may take, but for QUERY_GRACE_MS. */
int64_t query_stage_ms(const struct query_lane *lane, enum query_stage stage);
QN_MUST_CHECK int query_stage_start(struct query_lane *lane, enum query_stage stage,
                                    struct qn_err *reterr);
/* It ended with rc; gives the next one. */
enum query_stage query_stage_end(struct query_lane *lane, int rc, struct qn_err *err);

#endif
