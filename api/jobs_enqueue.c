#include "common/json.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "enqueue.h"
#include "routes.h"
#include <stdio.h>
#include <string.h>

#define KEY_MAX      255
#define MADE_BYTES   256  /* about what a job takes in an answer; more makes the buffer grow */
#define AGAIN_MAX_MS 5000 /* how long an unknown outcome is asked again */

static void free_enqueue(void *state)
{
    struct api_enqueue *enqueue = state;
    api_enqueue_free_batches(enqueue);
    qn_buf_release(&enqueue->bodies);
    qn_free(enqueue->items);
    qn_free(enqueue->flash);
    qn_free(enqueue);
}

/* ---- the answer ---- */

static void add_id(struct qn_buf *out, const struct api_item *item)
{
    qn_buf_add_str(out, item->queue);
    qn_buf_add_byte(out, '.');
    qn_buf_add_str(out, item->name);
}

/* No name holds a character that JSON escapes. */
static void add_made(struct qn_buf *out, const struct api_item *item)
{
    bool later = item->draft.delay_ms > 0 || item->draft.eta_ms > 0;
    qn_buf_add_str(out, "{\"id\":\"");
    add_id(out, item);
    qn_buf_add_str(out, "\",\"task\":\"");
    qn_buf_add_str(out, item->draft.task);
    qn_buf_add_str(out, "\",\"queue\":\"");
    qn_buf_add_str(out, item->queue);
    if (item->existed)
        qn_buf_add_str(out, "\",\"existed\":true");
    else if (later)
        qn_buf_add_str(out, "\",\"state\":\"scheduled\",\"existed\":false");
    else
        qn_buf_add_str(out, "\",\"state\":\"queued\",\"existed\":false");
    qn_buf_add_str(out, item->replaced ? ",\"replaced\":true" : "");
    qn_buf_add_str(out, ",\"url\":\"/v1/jobs/");
    add_id(out, item);
    qn_buf_add_str(out, "\"}");
}

static void answer_one(struct api_enqueue *enqueue)
{
    struct api_request *req = enqueue->req;
    const struct api_item *item = &enqueue->items[0];
    char location[sizeof("/v1/jobs/") + QN_ID_SIZE];
    if (item->holder[0] != '\0') {
        snprintf(location, sizeof(location), "/v1/jobs/%s.%s", item->queue, item->holder);
        api_response_header(req, "Location", location);
    }
    if (item->refused) {
        api_respond_fault(req, &item->fault);
        return;
    }
    struct qn_buf *out = api_response_json(req, 202);
    (void)qn_buf_reserve(out, MADE_BYTES);
    add_made(out, item);
    snprintf(location, sizeof(location), "/v1/jobs/%s.%s", item->queue, item->name);
    api_response_header(req, "Location", location);
    api_response_header_int(req, "Retry-After", 1 + item->draft.delay_ms / 1000);
    api_respond(req);
}

static size_t count_refused(const struct api_enqueue *enqueue, bool only_by_broker)
{
    size_t n = 0;
    for (size_t i = 0; i < enqueue->n; i++) {
        const struct api_item *item = &enqueue->items[i];
        n += item->refused && (!only_by_broker || api_problem_status(item->fault.problem) >= 500);
    }
    return n;
}

static void answer_list(struct api_enqueue *enqueue)
{
    struct api_request *req = enqueue->req;
    size_t refused = count_refused(enqueue, false);
    if (enqueue->n > 0 && count_refused(enqueue, true) == enqueue->n) {
        api_respond_fault(req, &enqueue->items[0].fault);
        return;
    }
    struct qn_buf *out = api_response_json(req, refused > 0 ? 207 : 202);
    (void)qn_buf_reserve(out, (1 + enqueue->n) * MADE_BYTES);
    qn_buf_add_byte(out, '{');
    qn_json_member_number(out, "accepted", (int64_t)(enqueue->n - refused));
    qn_json_member_number(out, "refused", (int64_t)refused);
    qn_json_add_key(out, "jobs");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < enqueue->n; i++) {
        const struct api_item *item = &enqueue->items[i];
        qn_buf_add_str(out, i > 0 ? "," : "");
        if (item->refused) {
            qn_buf_add_str(out, "{\"error\":");
            api_problem_encode(&item->fault, NULL, out);
            qn_buf_add_byte(out, '}');
        } else {
            add_made(out, item);
        }
    }
    qn_buf_add_str(out, "]}");
    api_respond(req);
}

void api_enqueue_respond(struct api_enqueue *enqueue)
{
    if (enqueue->list)
        answer_list(enqueue);
    else
        answer_one(enqueue);
}

void api_enqueue_answer(struct api_enqueue *enqueue)
{
    if (enqueue->ended)
        enqueue->ended(enqueue);
    else
        api_enqueue_respond(enqueue);
}

/* ---- the request ---- */

static bool key_ok(const char *key)
{
    size_t len = strlen(key);
    for (size_t i = 0; i < len; i++)
        if (key[i] < 0x21 || key[i] > 0x7e)
            return false;
    return len > 0 && len <= KEY_MAX;
}

static int read_key(struct api_enqueue *enqueue, struct api_fault *fault)
{
    struct qn_span body = {enqueue->req->body.data, enqueue->req->body.len};
    enqueue->key = api_request_header(enqueue->req, "Idempotency-Key");
    if (!enqueue->key)
        return QN_OK;
    if (!key_ok(enqueue->key))
        return api_fault_set(fault, API_BAD_HEADER, "Idempotency-Key",
                             "Idempotency-Key must be 1-255 visible ASCII characters");
    if (api_digest(&body, 1, enqueue->hash) < 0)
        return api_fault_set(fault, API_INTERNAL, NULL, "out of memory");
    return QN_OK;
}

int api_enqueue_open(struct api_enqueue **ret, struct api_request *req, size_t n,
                     struct api_fault *fault)
{
    struct api_enqueue *enqueue = qn_zalloc(1, sizeof(*enqueue));
    struct api_item *items = enqueue ? qn_zalloc(n > 0 ? n : 1, sizeof(*items)) : NULL;
    if (!items) {
        qn_free(enqueue);
        return api_fault_set(fault, API_INTERNAL, NULL, "out of memory");
    }
    int64_t again_ms = req->server->broker_timeout_ms;
    enqueue->req = req;
    enqueue->items = items;
    enqueue->n = n;
    enqueue->field_prefix = "args.";
    enqueue->until_mono_ms = qn_mono_ms(req->server->clock) +
                             (again_ms < AGAIN_MAX_MS ? again_ms : (int64_t)AGAIN_MAX_MS);
    qn_buf_init(&enqueue->bodies, 64 * 1024 * 1024);
    req->state = enqueue;
    req->free_state = free_enqueue;
    *ret = enqueue;
    return read_key(enqueue, fault);
}

static int check_text(const struct qn_buf *body, enum qn_json_type *ret_type,
                      struct api_fault *fault)
{
    struct qn_err err = {0};
    if (qn_json_check(body->data, body->len, ret_type, &err) == QN_OK)
        return QN_OK;
    return api_fault_set(fault, API_BAD_JSON, NULL, "%s", err.msg);
}

static size_t count_items(struct qn_span list)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t n = 0;
    if (qn_json_walk_init(&walk, list.data, list.len) == QN_OK)
        while (qn_json_walk_next(&walk, &item))
            n++;
    return n;
}

static void parse_item(struct api_enqueue *enqueue, size_t i, struct qn_span json)
{
    struct api_item *item = &enqueue->items[i];
    item->refused = api_draft_parse(json, &item->draft, &item->fault) < 0;
    if (!item->refused && enqueue->key && item->draft.name[0] != '\0') {
        api_fault_set(&item->fault, API_BAD_JOB, "name",
                      "name and Idempotency-Key exclude each other");
        item->refused = true;
    }
}

static int parse_list(struct api_request *req, struct qn_span json, struct api_enqueue **ret,
                      struct api_fault *fault)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t n = count_items(json);
    if (n == 0 || n > QN_ENQUEUE_BATCH_MAX)
        return api_fault_set(fault, API_BAD_JOB, NULL, "a list must hold 1 to %d jobs, not %zu",
                             QN_ENQUEUE_BATCH_MAX, n);
    int rc = api_enqueue_open(ret, req, n, fault);
    if (rc == QN_OK)
        rc = qn_json_walk_init(&walk, json.data, json.len);
    for (size_t i = 0; rc == QN_OK && i < n && qn_json_walk_next(&walk, &item); i++)
        parse_item(*ret, i, item.value);
    if (rc == QN_OK)
        (*ret)->list = true;
    return rc;
}

static struct qn_span trim(const struct qn_buf *body)
{
    static const char blanks[] = " \t\r\n";
    struct qn_span span = {body->data, body->len};
    while (span.len > 0 && strchr(blanks, span.data[0])) {
        span.data++;
        span.len--;
    }
    while (span.len > 0 && strchr(blanks, span.data[span.len - 1]))
        span.len--;
    return span;
}

void api_jobs_enqueue(struct api_request *req)
{
    struct api_enqueue *enqueue = NULL;
    struct api_fault fault;
    enum qn_json_type type;
    int rc = check_text(&req->body, &type, &fault);
    struct qn_span json = trim(&req->body);
    if (rc == QN_OK && type != QN_JSON_ARRAY) {
        api_enqueue_one(req, json, NULL);
        return;
    }
    if (rc == QN_OK)
        rc = parse_list(req, json, &enqueue, &fault);
    if (rc < 0)
        api_respond_fault(req, &fault);
    else
        api_enqueue_start(enqueue);
}

void api_enqueue_one(struct api_request *req, struct qn_span json,
                     void (*ended)(struct api_enqueue *enqueue))
{
    struct api_enqueue *enqueue = NULL;
    struct api_fault fault;
    if (api_enqueue_open(&enqueue, req, 1, &fault) < 0) {
        api_respond_fault(req, &fault);
        return;
    }
    enqueue->ended = ended;
    parse_item(enqueue, 0, json);
    if (enqueue->items[0].refused)
        api_respond_fault(req, &enqueue->items[0].fault);
    else
        api_enqueue_start(enqueue);
}

void api_enqueue_task(struct api_request *req, const char *task)
{
    struct api_enqueue *enqueue = NULL;
    struct api_fault fault;
    enum qn_json_type type = QN_JSON_OBJECT;
    int rc = req->body.len > 0 ? check_text(&req->body, &type, &fault) : QN_OK;
    if (rc == QN_OK && type != QN_JSON_OBJECT)
        rc = api_fault_set(&fault, API_BAD_ARGUMENTS, NULL, "the arguments must be an object");
    if (rc == QN_OK)
        rc = api_enqueue_open(&enqueue, req, 1, &fault);
    if (rc < 0) {
        api_respond_fault(req, &fault);
        return;
    }
    struct qn_draft *draft = &enqueue->items[0].draft;
    snprintf(draft->task, sizeof(draft->task), "%s", task);
    draft->args = trim(&req->body);
    enqueue->field_prefix = "";
    api_enqueue_start(enqueue);
}

void api_reports_sales(struct api_request *req)
{
    api_enqueue_task(req, "report.sales");
}
