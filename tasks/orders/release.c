/* release.c - orders.release: what was reserved for an order that was not made is free again.
 *
 * The row of orders.create in quern.once decides: who writes it first has the reservation. Once
 * this job has, the order cannot be made any more. That it succeeds is what gives the units
 * back to the sale, by the script that ends it; so it fails where there is nothing to give. */
#include "common/json.h"
#include "common/str.h"
#include "orders.h"
#include "step.h"
#include "tasks/lib/answer.h"
#include "tasks/lib/database.h"
#include <string.h>

#define RESERVATION_MAX 128 /* bytes */

static const struct qn_param params[] = {
    {.name = "reservation",
     .type = QN_STRING,
     .required = true,
     .doc = "id of the job of orders.create that has not made its order"},
    {.name = "product_id", .type = QN_INTEGER, .required = true, .doc = "what was reserved"},
    {.name = "quantity", .type = QN_INTEGER, .required = true, .doc = "units"},
    {.name = NULL},
};

static void tell(struct qn_job *job, const char *reservation, struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "reservation");
    qn_json_add_str(out, reservation);
    qn_json_add_key(out, "product_id");
    qn_json_add_i64(out, qn_job_arg_integer(job, "product_id", 0));
    qn_json_add_key(out, "quantity");
    qn_json_add_i64(out, qn_job_arg_integer(job, "quantity", 0));
    qn_json_add_key(out, ORDERS_RELEASED_BY);
    qn_json_add_str(out, qn_job_id(job));
    qn_buf_add_byte(out, '}');
}

/* An earlier run of this job did it, or it cannot be done. */
static int judge(struct qn_job *job, struct qn_span before, struct qn_err *reterr)
{
    struct qn_json_item by, order;
    const char *id = qn_job_id(job);

    if (before.len > 0 && qn_json_find(before.data, before.len, ORDERS_RELEASED_BY, &by)) {
        if (by.value.len == strlen(id) + 2 && memcmp(by.value.data + 1, id, strlen(id)) == 0) {
            return QN_OK;
        }
        return qn_fail(reterr, QN_ESTATE, "it was released before, by %.*s", (int)by.value.len,
                       by.value.data);
    }
    if (before.len > 0 && qn_json_find(before.data, before.len, "order_id", &order)) {
        return qn_fail(reterr, QN_ESTATE, "nothing to release: order %.*s was made",
                       (int)order.value.len, order.value.data);
    }
    return qn_fail(reterr, QN_ESTATE, "nothing to release: the order was made");
}

static int release(struct qn_job *job, struct qn_once *once, const char *reservation,
                   struct qn_err *reterr)
{
    struct qn_buf result;
    int rc = QN_OK;

    qn_buf_init(&result, ORDERS_RESULT_MAX);
    tell(job, reservation, &result);
    if (qn_buf_status(&result) != QN_OK) {
        rc = qn_fail(reterr, qn_buf_status(&result), "the result: out of memory");
    } else if (qn_once_is_done(once)) {
        rc = judge(job, qn_once_result(once), reterr);
    } else {
        rc = qn_once_commit(once, result.data, result.len, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_job_result(job, result.data, result.len, reterr);
    }
    qn_buf_release(&result);
    return rc;
}

static enum qn_outcome run(struct qn_job *job)
{
    const char *reservation = qn_job_arg_string(job, "reservation");
    struct qn_once once;
    struct qn_err err = {.code = QN_OK};

    if (reservation[0] == '\0' || strlen(reservation) > RESERVATION_MAX) {
        return qn_job_reject(job, "reservation: must be 1 to %d bytes", RESERVATION_MAX);
    }
    int rc =
        qn_once_begin_for(&once, qn_job_state(job), job, reservation, ORDERS_CREATE_STEP, &err);
    if (rc == QN_OK) {
        rc = release(job, &once, reservation, &err);
    }
    qn_once_release(&once);
    return qn_answer(job, rc, &err);
}

const struct qn_task orders_release_task = {
    .name = "orders.release",
    .summary = "Gives back what was reserved for an order that was not made",
    .params = params,
    .queue = "orders",
    .soft_limit_ms = 30000,
    .hard_limit_ms = 60000,
    .max_attempts = 100,
    .init = qn_database_init,
    .run = run,
    .done = qn_database_done,
};
