#include "schedules.h"
#include "common/json.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "common/str.h"
#include "request.h"
#include "routes.h"
#include "server.h"
#include <stdlib.h>
#include <string.h>

#define LIMIT_DEFAULT 50
#define LIMIT_MAX     100

int api_schedule_number(const struct api_request *req, const char *name, int64_t preset,
                        int64_t max, int64_t *ret, struct api_fault *fault)
{
    const char *text = api_request_query(req, name);
    *ret = preset;
    if (!text || (qn_str_to_i64(text, ret) == QN_OK && *ret >= 1 && *ret <= max))
        return QN_OK;
    return api_fault_set(fault, API_BAD_QUERY, name, "%s must be 1 to %lld", name, (long long)max);
}

/* ---- all of them ---- */

struct listing {
    struct api_request *req;
    const char *begins; /* names that begin so */
    const char *after;  /* "" from the start */
    int64_t limit;
    bool failed;
    struct api_fault fault;
    /* of the page, in their order */
    char names[LIMIT_MAX][QN_QUEUE_MAX + 1];
    size_t n;
    bool more;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool is_wanted(const struct listing *listing, const char *name)
{
    return qn_str_starts(name, listing->begins) && strcmp(name, listing->after) > 0;
}

static int add_row(struct api_request *req, const struct qn_schedule_row *row, int64_t now_ms)
{
    struct qn_buf *out = &req->response.body;
    struct qn_schedule_view view;
    int rc = qn_schedule_view_make(&view, row, now_ms, req->server->zones, NULL);
    if (rc < 0)
        return rc;
    qn_buf_add_byte(out, '{');
    qn_schedule_view_json(out, &view, QN_SCHEDULE_TIMES_USUAL);
    qn_buf_add_byte(out, '}');
    qn_schedule_view_release(&view);
    return QN_OK;
}

static const struct qn_schedule_row *find_row(const struct qn_timetable *table, const char *name)
{
    for (size_t i = 0; i < table->n; i++)
        if (qn_span_is(table->rows[i].name, name))
            return &table->rows[i];
    return NULL;
}

/* The page, and the name that it ends with, null when it is the last. One that was removed since
 * its name was told is left out. */
static int add_page(const struct listing *listing, const struct qn_timetable *table, int64_t now_ms)
{
    struct qn_buf *out = &listing->req->response.body;
    const char *comma = "";
    int rc = QN_OK;
    qn_json_add_key(out, "schedules");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < listing->n && rc == QN_OK; i++) {
        const struct qn_schedule_row *row = find_row(table, listing->names[i]);
        if (!row)
            continue;
        qn_buf_add_str(out, comma);
        comma = ",";
        rc = add_row(listing->req, row, now_ms);
    }
    qn_buf_add_str(out, "],\"next\":");
    if (listing->more)
        qn_json_add_str(out, listing->names[listing->n - 1]);
    else
        qn_buf_add_str(out, "null");
    qn_buf_add_byte(out, '}');
    return rc;
}

static void respond_page(struct listing *listing, const struct qn_timetable *table, int64_t now_ms)
{
    if (add_page(listing, table, now_ms) < 0)
        api_respond_problem(listing->req, API_INTERNAL, NULL, "out of memory");
    else
        api_respond(listing->req);
}

static void on_timetable(void *arg, const struct qn_reply *reply)
{
    struct listing *listing = arg;
    if (reply->rc < 0)
        api_respond_broker(listing->req, reply);
    else
        respond_page(listing, reply->timetable, reply->now_ms);
}

/* Keeps the first of those that are wanted, in their order. */
static int choose(struct listing *listing, const struct qn_entries *all)
{
    char(*wanted)[QN_QUEUE_MAX + 1] = qn_zalloc(all->n + 1, sizeof(*wanted));
    size_t n = 0;
    if (!wanted)
        return QN_ENOMEM;
    for (size_t i = 0; i < all->n; i++) {
        struct qn_span name = all->entries[i].name;
        if (name.len > QN_QUEUE_MAX)
            continue; /* somebody's hand */
        memcpy(wanted[n], name.data, name.len);
        wanted[n][name.len] = '\0';
        n += qn_str_is_name(wanted[n], QN_QUEUE_MAX) && is_wanted(listing, wanted[n]);
    }
    qsort(wanted, n, sizeof(*wanted), by_name);
    listing->n = n < (size_t)listing->limit ? n : (size_t)listing->limit;
    listing->more = n > listing->n;
    memcpy(listing->names, wanted, listing->n * sizeof(*wanted));
    qn_free(wanted);
    return QN_OK;
}

/* All names are asked for, but no more definitions than are shown: there may be many. */
static void on_names(void *arg, const struct qn_reply *reply)
{
    struct listing *listing = arg;
    struct qn_broker *broker = listing->req->server->broker;
    const char *names[LIMIT_MAX];
    if (reply->rc < 0) {
        api_respond_broker(listing->req, reply);
        return;
    }
    if (listing->failed) {
        api_respond_fault(listing->req, &listing->fault);
        return;
    }
    if (choose(listing, reply->entries) < 0) {
        api_respond_problem(listing->req, API_INTERNAL, NULL, "out of memory");
        return;
    }
    for (size_t i = 0; i < listing->n; i++)
        names[i] = listing->names[i];
    if (listing->n > 0)
        broker->ops->timetable(broker, names, listing->n, on_timetable, listing);
    else
        respond_page(listing, &(struct qn_timetable){.n = 0}, 0);
}

/* Comes before the names. */
static void on_leader(void *arg, const struct qn_reply *reply)
{
    struct listing *listing = arg;
    listing->failed = reply->rc < 0;
    if (listing->failed) {
        api_fault_of_broker(&listing->fault, reply);
        return;
    }
    struct qn_buf *out = api_response_json(listing->req, 200);
    qn_buf_add_byte(out, '{');
    qn_json_member_flag(out, "leads", reply->lead->holder[0] != '\0');
    qn_json_member_text(out, "leader", reply->lead->holder);
}

static int parse_query(struct listing *listing, struct api_fault *fault)
{
    const char *name = api_request_query(listing->req, "name");
    const char *cursor = api_request_query(listing->req, "cursor");
    listing->begins = name ? name : "";
    listing->after = cursor ? cursor : "";
    if (listing->begins[0] != '\0' && !qn_str_is_name(listing->begins, QN_QUEUE_MAX))
        return api_fault_set(fault, API_BAD_QUERY, "name", "name must be 1-32 of [a-z0-9_-]");
    if (listing->after[0] != '\0' && !qn_str_is_name(listing->after, QN_QUEUE_MAX))
        return api_fault_set(fault, API_BAD_QUERY, "cursor", "the cursor is not one of ours");
    return api_schedule_number(listing->req, "limit", LIMIT_DEFAULT, LIMIT_MAX, &listing->limit,
                               fault);
}

void api_schedules_list(struct api_request *req)
{
    struct qn_broker *broker = req->server->broker;
    struct api_fault fault;
    struct listing *listing = qn_zalloc(1, sizeof(*listing));
    if (!listing) {
        api_respond_problem(req, API_INTERNAL, NULL, "out of memory");
        return;
    }
    listing->req = req;
    req->state = listing;
    req->free_state = qn_free;
    if (parse_query(listing, &fault) < 0) {
        api_respond_fault(req, &fault);
        return;
    }
    broker->ops->lead(broker, "beat", "", 0, on_leader, listing);
    broker->ops->schedule_names(broker, on_names, listing);
}

/* ---- one of them ---- */

struct reading {
    struct api_request *req;
    api_schedule_fn *then;
};

void api_schedule_none(struct api_request *req)
{
    api_respond_problem(req, API_NO_SUCH_SCHEDULE, NULL, "there is no schedule \"%.64s\"",
                        req->match.params[0]);
}

bool api_schedule_name(struct api_request *req)
{
    bool ok = qn_str_is_name(req->match.params[0], QN_QUEUE_MAX);
    if (!ok)
        api_schedule_none(req);
    return ok;
}

static void on_row(void *arg, const struct qn_reply *reply)
{
    struct reading reading = *(struct reading *)arg;
    struct qn_zone_cache *zones = reading.req->server->zones;
    struct qn_schedule_view view;
    qn_free(arg);
    if (reply->rc < 0) {
        api_respond_broker(reading.req, reply);
    } else if (reply->timetable->n == 0) {
        api_schedule_none(reading.req);
    } else if (qn_schedule_view_make(&view, &reply->timetable->rows[0], reply->now_ms, zones,
                                     NULL) < 0) {
        api_respond_problem(reading.req, API_INTERNAL, NULL, "out of memory");
    } else {
        reading.then(reading.req, &view);
        qn_schedule_view_release(&view);
    }
}

void api_schedule_read(struct api_request *req, api_schedule_fn *then)
{
    struct qn_broker *broker = req->server->broker;
    const char *name = req->match.params[0];
    if (!api_schedule_name(req))
        return;
    struct reading *reading = qn_alloc(sizeof(*reading));
    if (!reading) {
        api_respond_problem(req, API_INTERNAL, NULL, "out of memory");
        return;
    }
    *reading = (struct reading){req, then};
    broker->ops->timetable(broker, &name, 1, on_row, reading);
}

static void show(struct api_request *req, const struct qn_schedule_view *view)
{
    struct qn_buf *out = api_response_json(req, 200);
    qn_buf_add_byte(out, '{');
    qn_schedule_view_json(out, view, QN_SCHEDULE_TIMES_USUAL);
    qn_buf_add_byte(out, '}');
    api_respond(req);
}

void api_schedules_get(struct api_request *req)
{
    api_schedule_read(req, show);
}

static void show_next(struct api_request *req, const struct qn_schedule_view *view)
{
    struct api_fault fault;
    int64_t count;
    if (api_schedule_number(req, "count", QN_SCHEDULE_TIMES_USUAL, QN_SCHEDULE_TIMES_MAX, &count,
                            &fault) < 0) {
        api_respond_fault(req, &fault);
        return;
    }
    if (view->state == QN_SCHEDULE_DAMAGED) {
        api_respond_problem(req, API_INTERNAL, NULL, "%s", view->why.msg);
        return;
    }
    struct qn_buf *out = api_response_json(req, 200);
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "name", view->name);
    qn_json_member_text(out, "state", qn_schedule_states[view->state]);
    qn_json_member_text(out, "zone", view->schedule.zone_name);
    qn_json_add_key(out, "next");
    qn_schedule_json_next(out, &view->schedule, view->now_ms / 1000, (int)count);
    qn_buf_add_byte(out, '}');
    api_respond(req);
}

void api_schedules_next(struct api_request *req)
{
    api_schedule_read(req, show_next);
}

/* ---- its history ---- */

static void on_fires(void *arg, const struct qn_reply *reply)
{
    struct api_request *req = arg;
    if (reply->rc < 0) {
        api_respond_broker(req, reply);
        return;
    }
    struct qn_buf *out = api_response_json(req, 200);
    qn_schedule_json_fires(out, req->match.params[0], reply->entries);
    api_respond(req);
}

static void ask_fires(struct api_request *req, const struct qn_schedule_view *view)
{
    struct qn_broker *broker = req->server->broker;
    broker->ops->fires(broker, view->name, on_fires, req);
}

void api_schedules_fires(struct api_request *req)
{
    api_schedule_read(req, ask_fires);
}
