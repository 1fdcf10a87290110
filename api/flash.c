#include "flash.h"
#include "body.h"
#include "broker-client/sale.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "common/str.h"
#include "routes.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MARK_BYTES 8 /* of the hash of a body: one request or another */

/* ---- a body of few members ---- */

struct member {
    const char *name;
    int64_t min, max;
    bool is_time;
    int64_t *to;
    bool *given;
};

static int read_time(struct qn_span text, int64_t *ret)
{
    char copy[QN_TIME_TEXT_SIZE + 16];
    if (text.len < 3 || text.len - 2 >= sizeof(copy))
        return QN_EINVAL;
    memcpy(copy, text.data + 1, text.len - 2);
    copy[text.len - 2] = '\0';
    return qn_time_from_str(copy, ret);
}

static int read_member(const struct member *member, const struct qn_json_item *item,
                       struct api_fault *fault)
{
    bool ok = member->is_time
                  ? item->type == QN_JSON_STRING && read_time(item->value, member->to) == QN_OK
                  : item->type == QN_JSON_NUMBER && qn_json_is_integer(item->value, member->to);
    if (member->given)
        *member->given = true;
    if (ok && *member->to >= member->min && *member->to <= member->max)
        return QN_OK;
    if (member->is_time)
        return api_fault_set(fault, API_BAD_ARGUMENTS, member->name,
                             "%s must be a time such as \"2026-01-31T08:00:00Z\"", member->name);
    return api_fault_set(fault, API_BAD_ARGUMENTS, member->name,
                         "%s must be a whole number from %" PRId64 " to %" PRId64, member->name,
                         member->min, member->max);
}

static const struct member *member_named(const struct member *members, struct qn_span name)
{
    for (; members->name; members++)
        if (qn_span_is(name, members->name))
            return members;
    return NULL;
}

static int read_one(void *arg, const struct qn_json_item *item, struct api_fault *fault)
{
    const struct member *member = member_named(arg, item->key);
    if (!member)
        return api_body_unknown(item, fault);
    return item->type == QN_JSON_NULL ? QN_OK : read_member(member, item, fault); /* as if absent */
}

/* ---- buying ---- */

static int read_request(struct api_request *req, struct api_flash *flash, struct api_fault *fault)
{
    bool user = false, product = false;
    struct member members[] = {
        {"user_id", 1, INT64_MAX, false, &flash->user, &user},
        {"product_id", 1, INT64_MAX, false, &flash->product, &product},
        {"quantity", 1, API_FLASH_MAX, false, &flash->ask.quantity, NULL},
        {.name = NULL},
    };
    flash->ask.quantity = 1;
    int rc = api_body_members(req, read_one, members, fault);
    if (rc == QN_OK && !user)
        rc = api_fault_set(fault, API_BAD_ARGUMENTS, "user_id", "user_id is required");
    if (rc == QN_OK && !product)
        rc = api_fault_set(fault, API_BAD_ARGUMENTS, "product_id", "product_id is required");
    return rc;
}

/* The reservation is the id of the job that holds it. */
static void write_args(struct api_flash *flash, const char *name)
{
    snprintf(flash->args, sizeof(flash->args),
             "{\"user_id\":%" PRId64 ",\"product_id\":%" PRId64 ",\"quantity\":%" PRId64
             ",\"reservation\":\"" API_FLASH_QUEUE ".%s\"}",
             flash->user, flash->product, flash->ask.quantity, name);
    snprintf(flash->after, sizeof(flash->after),
             "{\"product_id\":%" PRId64 ",\"quantity\":%" PRId64
             ",\"reservation\":\"" API_FLASH_QUEUE ".%s\"}",
             flash->product, flash->ask.quantity, name);
}

static void write_ask(struct api_flash *flash, const struct api_enqueue *enqueue)
{
    snprintf(flash->item, sizeof(flash->item), "%" PRId64, flash->product);
    snprintf(flash->buyer, sizeof(flash->buyer), "%" PRId64, flash->user);
    snprintf(flash->mark, sizeof(flash->mark), "-");
    for (int i = 0; enqueue->key && i < MARK_BYTES; i++)
        snprintf(flash->mark + 2 * (size_t)i, 3, "%02x", enqueue->hash[i]);
    flash->ask.item = flash->item;
    flash->ask.buyer = flash->buyer;
    flash->ask.mark = flash->mark;
}

static void write_draft(struct qn_draft *draft, const struct api_flash *flash)
{
    qn_str_copy(draft->task, sizeof(draft->task), "orders.create");
    qn_str_copy(draft->queue, sizeof(draft->queue), API_FLASH_QUEUE);
    qn_str_copy(draft->on_failed, sizeof(draft->on_failed), "orders.release");
    draft->args = (struct qn_span){flash->args, strlen(flash->args)};
    draft->on_failed_args = (struct qn_span){flash->after, strlen(flash->after)};
}

static int prepare(struct api_enqueue *enqueue, struct api_fault *fault)
{
    struct api_flash *flash = qn_zalloc(1, sizeof(*flash));
    enqueue->flash = flash;
    enqueue->field_prefix = "";
    if (!flash || api_enqueue_name(enqueue, 0) < 0)
        return api_fault_set(fault, API_INTERNAL, NULL, "out of memory");
    int rc = read_request(enqueue->req, flash, fault);
    if (rc < 0)
        return rc;
    write_args(flash, enqueue->items[0].name);
    write_ask(flash, enqueue);
    write_draft(&enqueue->items[0].draft, flash);
    return QN_OK;
}

void api_flash_buy(struct api_request *req)
{
    struct api_enqueue *enqueue = NULL;
    struct api_fault fault;
    int rc = api_enqueue_open(&enqueue, req, 1, &fault);
    if (rc == QN_OK)
        rc = prepare(enqueue, &fault);
    if (rc < 0)
        api_respond_fault(req, &fault);
    else
        api_enqueue_start(enqueue);
}

static void refuse_try(struct api_item *item, const char *wait)
{
    int64_t ms = 0;
    api_fault_set(&item->fault, API_TOO_MANY_TRIES, "user_id",
                  "a user has %d tries in a minute, and has used them", QN_SALE_TRIES);
    if (qn_str_to_i64(wait, &ms) == QN_OK && ms > 0)
        item->fault.retry_s = (ms + 999) / 1000;
}

void api_flash_read(const struct api_flash *flash, struct api_item *item, int code,
                    const char *holder)
{
    item->refused = true;
    if (code == QN_ENQ_TRIES)
        refuse_try(item, holder);
    else if (code == QN_ENQ_SOLD_OUT)
        api_fault_set(&item->fault, API_SOLD_OUT, "product_id",
                      "product %s is sold out, or fewer are left than wanted", flash->item);
    else if (code == QN_ENQ_NO_SALE)
        api_fault_set(&item->fault, API_NO_SUCH_SALE, "product_id",
                      "product %s is in no flash sale", flash->item);
    else if (code == QN_ENQ_SALE_OVER)
        api_fault_set(&item->fault, API_SALE_OVER, "product_id",
                      "the flash sale of product %s is over", flash->item);
    else
        api_fault_set(&item->fault, API_KEY_REUSED, "Idempotency-Key",
                      "the key was used before, with another body");
}

/* ---- the sales ---- */

static void add_sale(struct qn_buf *out, const char *product, const struct qn_sale *sale,
                     int64_t now_ms)
{
    int64_t left = sale->stock > sale->taken ? sale->stock - sale->taken : 0;
    qn_buf_printf(out, "{\"product_id\":%s", product);
    qn_json_member_number(out, "stock", sale->stock);
    qn_json_member_number(out, "taken", sale->taken);
    qn_json_member_number(out, "left", left);
    qn_json_member_number(out, "returned", sale->returned);
    qn_json_member_time(out, "ends_at", sale->ends_ms);
    qn_json_member_flag(out, "over", sale->ends_ms > 0 && now_ms >= sale->ends_ms);
    qn_buf_add_byte(out, '}');
}

static void on_sale(void *arg, const struct qn_reply *reply)
{
    struct api_request *req = arg;
    if (reply->rc < 0) {
        api_respond_broker(req, reply);
    } else if (reply->sale->no_room) {
        api_respond_problem(req, API_SALES_FULL, NULL, "there are as many sales as there may be");
    } else if (!reply->sale->there) {
        api_respond_problem(req, API_NO_SUCH_SALE, "product_id", "product %s is in no flash sale",
                            req->match.params[0]);
    } else {
        add_sale(api_response_json(req, 200), req->match.params[0], reply->sale, reply->now_ms);
        api_respond(req);
    }
}

/* As a number is written, so that each product has one address. */
static bool product_ok(const char *text)
{
    char again[QN_I64_TEXT_SIZE];
    int64_t product;
    if (qn_str_to_i64(text, &product) != QN_OK || product < 1)
        return false;
    qn_i64_to_str(product, again);
    return strcmp(text, again) == 0;
}

static void ask(struct api_request *req, enum qn_sale_how how, const struct qn_sale *set)
{
    struct qn_broker *broker = req->server->broker;
    if (!product_ok(req->match.params[0]))
        api_respond_problem(req, API_NO_SUCH_SALE, "product_id", "\"%.40s\" is no product's id",
                            req->match.params[0]);
    else
        broker->ops->sale(broker, API_FLASH_QUEUE, req->match.params[0], how, set, on_sale, req);
}

void api_flash_get(struct api_request *req)
{
    ask(req, QN_SALE_LOOK, NULL);
}

void api_flash_close(struct api_request *req)
{
    ask(req, QN_SALE_CLOSE, NULL);
}

void api_flash_open(struct api_request *req)
{
    struct qn_sale sale = {0};
    struct api_fault fault;
    bool stock = false;
    struct member members[] = {
        {"stock", 0, QN_SALE_STOCK_MAX, false, &sale.stock, &stock},
        {"ends_at", 1, INT64_C(1) << 52, true, &sale.ends_ms, NULL},
        {.name = NULL},
    };
    int rc = api_body_members(req, read_one, members, &fault);
    if (rc == QN_OK && !stock)
        rc = api_fault_set(&fault, API_BAD_ARGUMENTS, "stock", "stock is required");
    if (rc < 0)
        api_respond_fault(req, &fault);
    else
        ask(req, QN_SALE_OPEN, &sale);
}
