/* process.c - orders.process: the moment an order was processed, written once. */
#include "common/json.h"
#include "common/str.h"
#include "orders.h"
#include "step.h"
#include "tasks/lib/database.h"
#include <inttypes.h>

#define SHOWN "id, status, " ORDERS_TIME("processed_at")

/* The database's clock, but never before the order was placed, whoever's clock said so. */
static const char mark[] =
    "UPDATE orders SET processed_at = greatest(clock_timestamp(), created_at)"
    " WHERE id = $1::bigint AND processed_at IS NULL RETURNING " SHOWN;

/* A statement of its own: it sees what the one before may have waited for. */
static const char look[] = "SELECT " SHOWN " FROM orders WHERE id = $1::bigint";

static const struct qn_param params[] = {
    {.name = "order_id", .type = QN_INTEGER, .required = true, .doc = "id of the order"},
    {.name = NULL},
};

static void tell(struct qn_buf *out, const struct qn_pg_rows *rows, bool first)
{
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "order_id");
    qn_buf_add_str(out, qn_pg_str(rows, 0, 0));
    qn_json_add_key(out, "status");
    qn_json_add_str(out, qn_pg_str(rows, 0, 1));
    qn_json_add_key(out, "processed_at");
    qn_json_add_str(out, qn_pg_str(rows, 0, 2));
    qn_json_add_key(out, "processed_by_this_job");
    qn_buf_add_str(out, first ? "true}" : "false}");
}

static int process(void *arg, struct qn_pg *pg, struct qn_buf *ret_result, struct qn_err *reterr)
{
    int64_t order = *(const int64_t *)arg;
    char text[QN_PG_NUMBER_SIZE];
    const struct qn_span id = qn_pg_number(order, text);
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(pg, mark, &id, 1, &rows, reterr);
    bool first = rc == QN_OK && qn_pg_rows_count(rows) > 0;

    if (rc == QN_OK && !first) {
        qn_pg_rows_free(rows);
        rows = NULL;
        rc = qn_pg_query(pg, look, &id, 1, &rows, reterr);
    }
    if (rc == QN_OK && qn_pg_rows_count(rows) == 0) {
        rc = qn_fail(reterr, QN_ENOTFOUND, "order %" PRId64 " does not exist", order);
    }
    if (rc == QN_OK) {
        tell(ret_result, rows, first);
    }
    qn_pg_rows_free(rows);
    return rc;
}

static enum qn_outcome run(struct qn_job *job)
{
    int64_t order = qn_job_arg_integer(job, "order_id", 0);

    return orders_step(job, "process", process, &order);
}

const struct qn_task orders_process_task = {
    .name = "orders.process",
    .summary = "Marks an order as processed, once",
    .params = params,
    .queue = "orders",
    .soft_limit_ms = 30000,
    .hard_limit_ms = 60000,
    .init = qn_database_init,
    .run = run,
    .done = qn_database_done,
};
