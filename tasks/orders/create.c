/* create.c - orders.create: an order, its item and the stock they come out of, in one
 * transaction. Rows are locked in this order: the user, the product, what is new. */
#include "common/json.h"
#include "common/str.h"
#include "orders.h"
#include "step.h"
#include "tasks/lib/database.h"
#include <inttypes.h>
#include <string.h>

#define QUANTITY_MAX    1000000
#define RESERVATION_MAX 128 /* bytes */

static const struct qn_param params[] = {
    {.name = "user_id", .type = QN_INTEGER, .required = true, .doc = "who orders"},
    {.name = "product_id", .type = QN_INTEGER, .required = true, .doc = "what is ordered"},
    {.name = "quantity", .type = QN_INTEGER, .required = true, .doc = "units, 1 to 1000000"},
    {.name = "channel",
     .type = QN_STRING,
     .choices = "web|app|store",
     .preset = "web",
     .doc = "where it was ordered"},
    {.name = "reservation",
     .type = QN_STRING,
     .doc = "what reserved the units before, told again in the result; at most 128 bytes"},
    {.name = NULL},
};

/* It stays until the order is there, with a foreign key or without. */
static const char find_user[] = "SELECT true FROM users WHERE id = $1::bigint FOR KEY SHARE";

/* $1 user, $2 product, $3 quantity, $4 channel. Who waits for the product's row sees the
 * stock that is left behind it. */
static const char create[] =
    "WITH taken AS (UPDATE products SET stock = stock - $3::int"
    " WHERE id = $2::bigint AND stock >= $3::int RETURNING id, price, stock),"
    " made AS (INSERT INTO orders (user_id, status, channel, total_amount, created_at)"
    " SELECT $1::bigint, 'pending', $4, price * $3::int, clock_timestamp() FROM taken"
    " RETURNING id, status, total_amount, created_at),"
    " item AS (INSERT INTO order_items (order_id, product_id, quantity, unit_price)"
    " SELECT made.id, taken.id, $3::int, taken.price FROM made, taken RETURNING unit_price)"
    " SELECT made.id, made.status, item.unit_price, made.total_amount, taken.stock, " ORDERS_TIME(
        "made.created_at") " FROM made, item, taken";

static const char find_stock[] =
    "SELECT stock, stock >= $2::int FROM products WHERE id = $1::bigint";

struct order {
    int64_t user, product, quantity;
    const char *channel;
    const char *reservation; /* NULL: none */
};

static int read_order(struct qn_job *job, struct order *ret, struct qn_err *reterr)
{
    *ret = (struct order){
        .user = qn_job_arg_integer(job, "user_id", 0),
        .product = qn_job_arg_integer(job, "product_id", 0),
        .quantity = qn_job_arg_integer(job, "quantity", 0),
        .channel = qn_job_arg_string(job, "channel"),
        .reservation = qn_job_arg_string(job, "reservation"),
    };
    if (ret->channel == NULL) {
        ret->channel = "web";
    }
    if (ret->quantity < 1 || ret->quantity > QUANTITY_MAX) {
        return qn_fail(reterr, QN_EINVAL, "quantity: must be 1 to %d", QUANTITY_MAX);
    }
    if (ret->reservation != NULL && strlen(ret->reservation) > RESERVATION_MAX) {
        return qn_fail(reterr, QN_EINVAL, "reservation: longer than %d bytes", RESERVATION_MAX);
    }
    return QN_OK;
}

static int check_user(struct qn_pg *pg, int64_t user, struct qn_err *reterr)
{
    char text[QN_PG_NUMBER_SIZE];
    const struct qn_span id = qn_pg_number(user, text);
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(pg, find_user, &id, 1, &rows, reterr);

    if (rc == QN_OK && qn_pg_rows_count(rows) == 0) {
        rc = qn_fail(reterr, QN_ENOTFOUND, "user %" PRId64 " does not exist", user);
    }
    qn_pg_rows_free(rows);
    return rc;
}

/* Why nothing could be taken. */
static int refuse(struct qn_pg *pg, const struct order *order, struct qn_err *reterr)
{
    char texts[2][QN_PG_NUMBER_SIZE];
    const struct qn_span values[] = {qn_pg_number(order->product, texts[0]),
                                     qn_pg_number(order->quantity, texts[1])};
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(pg, find_stock, values, 2, &rows, reterr);

    if (rc == QN_OK && qn_pg_rows_count(rows) == 0) {
        rc = qn_fail(reterr, QN_ENOTFOUND, "product %" PRId64 " does not exist", order->product);
    } else if (rc == QN_OK && strcmp(qn_pg_str(rows, 0, 1), "t") == 0) {
        rc = qn_fail(reterr, QN_EAGAIN, "stock of product %" PRId64 " came back just now",
                     order->product);
    } else if (rc == QN_OK) {
        rc = qn_fail(reterr, QN_ESTATE,
                     "sold out: product %" PRId64 " has %s in stock, %" PRId64 " wanted",
                     order->product, qn_pg_str(rows, 0, 0), order->quantity);
    }
    qn_pg_rows_free(rows);
    return rc;
}

static void add_number(struct qn_buf *out, const char *name, int64_t value)
{
    qn_json_add_key(out, name);
    qn_json_add_i64(out, value);
}

static void add_text(struct qn_buf *out, const char *name, const char *value)
{
    qn_json_add_key(out, name);
    qn_json_add_str(out, value);
}

static void tell(struct qn_buf *out, const struct order *order, const struct qn_pg_rows *rows)
{
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "order_id");
    qn_buf_add_str(out, qn_pg_str(rows, 0, 0));
    add_text(out, "status", qn_pg_str(rows, 0, 1));
    add_number(out, "user_id", order->user);
    add_number(out, "product_id", order->product);
    add_number(out, "quantity", order->quantity);
    add_text(out, "unit_price", qn_pg_str(rows, 0, 2));
    add_text(out, "total_amount", qn_pg_str(rows, 0, 3));
    add_text(out, "channel", order->channel);
    qn_json_add_key(out, "stock_left");
    qn_buf_add_str(out, qn_pg_str(rows, 0, 4));
    add_text(out, "created_at", qn_pg_str(rows, 0, 5));
    if (order->reservation != NULL) {
        add_text(out, "reservation", order->reservation);
    }
    qn_buf_add_byte(out, '}');
}

/* The workers of a new version may be there before its migrations. */
static int not_inserted(int rc, const struct qn_err *err, struct qn_err *reterr)
{
    if (strstr(err->msg, "column \"id\"") != NULL && strstr(err->msg, "(23502)") != NULL) {
        return qn_fail(reterr, QN_EAGAIN,
                       "orders and order_items do not number their rows: run quern-worker migrate");
    }
    return qn_fail(reterr, rc, "%s", err->msg);
}

static int insert(struct qn_pg *pg, const struct order *order, struct qn_buf *ret_result,
                  struct qn_err *reterr)
{
    char texts[3][QN_PG_NUMBER_SIZE];
    const struct qn_span values[] = {
        qn_pg_number(order->user, texts[0]), qn_pg_number(order->product, texts[1]),
        qn_pg_number(order->quantity, texts[2]), qn_pg_text(order->channel)};
    struct qn_pg_rows *rows = NULL;
    struct qn_err err = {.code = QN_OK};
    int rc = qn_pg_query(pg, create, values, 4, &rows, &err);

    if (rc != QN_OK) {
        return not_inserted(rc, &err, reterr);
    }
    if (qn_pg_rows_count(rows) == 0) {
        rc = refuse(pg, order, reterr);
    } else {
        tell(ret_result, order, rows);
    }
    qn_pg_rows_free(rows);
    return rc;
}

static int make(void *arg, struct qn_pg *pg, struct qn_buf *ret_result, struct qn_err *reterr)
{
    const struct order *order = arg;
    int rc = check_user(pg, order->user, reterr);

    return rc == QN_OK ? insert(pg, order, ret_result, reterr) : rc;
}

static enum qn_outcome run(struct qn_job *job)
{
    struct order order;
    struct qn_err err;

    if (read_order(job, &order, &err) != QN_OK) {
        return qn_job_reject(job, "%s", err.msg);
    }
    return orders_step(job, ORDERS_CREATE_STEP, make, &order);
}

const struct qn_task orders_create_task = {
    .name = "orders.create",
    .summary = "Makes an order of one product out of stock, once",
    .params = params,
    .queue = "orders",
    .soft_limit_ms = 30000,
    .hard_limit_ms = 60000,
    .init = qn_database_init,
    .run = run,
    .done = qn_database_done,
};
