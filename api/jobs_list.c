#include "broker-client/job_json.h"
#include "broker-client/state.h"
#include "broker-client/taskdef.h"
#include "common/json.h"
#include "common/mem.h"
#include "common/str.h"
#include "directory.h"
#include "problem.h"
#include "routes.h"
#include "server.h"
#include <stdio.h>
#include <string.h>

#define READ_MAX      1000 /* records a page may cost */
#define CALLS_MAX     100  /* lists a page may look into */
#define LIMIT_DEFAULT 50
#define LIMIT_MAX     100

#define BIT(state) (1u << (state))

/* The lists of a queue, in the order they are shown. A list may hold names that
 * went on meanwhile: only states that belong to it are taken from it. */
static const struct list_row {
    char letter; /* in a cursor */
    enum qn_state state;
    unsigned states;
} lists[] = {
    {'r', QN_RUNNING, BIT(QN_RUNNING)},
    {'q', QN_QUEUED, BIT(QN_QUEUED) | BIT(QN_EXPIRED)},
    {'s', QN_SCHEDULED, BIT(QN_SCHEDULED)},
    {'t', QN_RETRYING, BIT(QN_RETRYING)},
    {'f', QN_FAILED, BIT(QN_FAILED)},
    {'e', QN_SUCCEEDED, BIT(QN_SUCCEEDED) | BIT(QN_CANCELLED) | BIT(QN_EXPIRED)},
};
#define LISTS (sizeof(lists) / sizeof(lists[0]))

struct listing {
    struct api_request *req;
    /* what is asked for */
    unsigned states; /* 0: all */
    char task[QN_NAME_MAX + 1];
    bool one_queue;
    int64_t limit;
    /* where we are */
    char queue[QN_QUEUE_MAX + 1];
    size_t list;
    int64_t offset;
    bool at_end;
    /* this page */
    int calls;
    int64_t read, found;
    int64_t next; /* page of the list, QN_NO_TIME at its end */
    char names[QN_PEEK_BATCH_MAX][QN_NAME_MAX + 1];
    size_t n_names;
};

static void go_on(struct listing *listing);

/* ---- what is asked for ---- */

static int parse_state(const char *text, unsigned *ret, struct api_fault *fault)
{
    for (int i = 0; text && i < qn_states_n; i++)
        if (strcmp(qn_states[i].name, text) == 0) {
            *ret = BIT(qn_states[i].state);
            return QN_OK;
        }
    if (!text)
        return QN_OK;
    return api_fault_set(fault, API_BAD_QUERY, "state", "there is no state \"%.40s\"", text);
}

static int parse_limit(const char *text, int64_t *ret, struct api_fault *fault)
{
    *ret = LIMIT_DEFAULT;
    if (!text || (qn_str_to_i64(text, ret) == QN_OK && *ret >= 1 && *ret <= LIMIT_MAX))
        return QN_OK;
    return api_fault_set(fault, API_BAD_QUERY, "limit", "limit must be 1 to %d", LIMIT_MAX);
}

static int parse_names(struct listing *listing, const char *task, const char *queue,
                       struct api_fault *fault)
{
    if (task && !qn_task_name_ok(task))
        return api_fault_set(fault, API_BAD_QUERY, "task", "task must be 1-64 of [a-z0-9_.-]");
    if (queue && !qn_queue_ok(queue))
        return api_fault_set(fault, API_BAD_QUERY, "queue", "queue must be 1-32 of [a-z0-9_-]");
    qn_str_copy(listing->task, sizeof(listing->task), task ? task : "");
    qn_str_copy(listing->queue, sizeof(listing->queue), queue ? queue : "");
    listing->one_queue = queue != NULL;
    return QN_OK;
}

/* "<queue>.<letter>.<offset>" */
static int parse_cursor(struct listing *listing, const char *text, struct api_fault *fault)
{
    if (!text)
        return QN_OK;
    size_t len = strcspn(text, ".");
    char queue[QN_QUEUE_MAX + 1] = "";
    if (len <= QN_QUEUE_MAX)
        memcpy(queue, text, len);
    const char *rest = text + len;
    size_t list = 0;
    while (list < LISTS && (rest[0] != '.' || rest[1] != lists[list].letter))
        list++;
    if (!qn_queue_ok(queue) || list == LISTS || rest[2] != '.' ||
        qn_str_to_i64(rest + 3, &listing->offset) < 0 || listing->offset < 0 ||
        listing->offset > INT32_MAX || (listing->one_queue && strcmp(queue, listing->queue) != 0))
        return api_fault_set(fault, API_BAD_QUERY, "cursor", "the cursor is not one of ours");
    memcpy(listing->queue, queue, sizeof(queue));
    listing->list = list;
    return QN_OK;
}

static int parse_query(struct listing *listing, struct api_fault *fault)
{
    const struct api_request *req = listing->req;
    int rc = parse_state(api_request_query(req, "state"), &listing->states, fault);
    if (rc == QN_OK)
        rc = parse_limit(api_request_query(req, "limit"), &listing->limit, fault);
    if (rc == QN_OK)
        rc = parse_names(listing, api_request_query(req, "task"), api_request_query(req, "queue"),
                         fault);
    if (rc == QN_OK)
        rc = parse_cursor(listing, api_request_query(req, "cursor"), fault);
    return rc;
}

/* ---- the page ---- */

static void finish_page(struct listing *listing)
{
    struct qn_buf *out = &listing->req->response.body;
    qn_buf_add_byte(out, ']');
    qn_json_add_key(out, "next");
    if (listing->at_end)
        qn_buf_add_str(out, "null");
    else
        qn_buf_printf(out, "\"%s.%c.%lld\"", listing->queue, lists[listing->list].letter,
                      (long long)listing->offset);
    qn_buf_add_byte(out, '}');
    api_respond(listing->req);
}

/* The queue behind the present one, "" at the end. */
static void next_queue(struct listing *listing)
{
    const struct api_directory *dir = listing->req->server->directory;
    for (size_t i = 0; !listing->one_queue && i < api_directory_queues(dir); i++)
        if (strcmp(api_directory_queue(dir, i), listing->queue) > 0) {
            qn_str_copy(listing->queue, sizeof(listing->queue), api_directory_queue(dir, i));
            return;
        }
    listing->at_end = true;
}

static void next_list(struct listing *listing)
{
    listing->offset = 0;
    if (++listing->list == LISTS) {
        listing->list = 0;
        next_queue(listing);
    }
}

/* A page may hold fewer names than it passes over. */
static void next_page(struct listing *listing)
{
    if (listing->next == QN_NO_TIME)
        next_list(listing);
    else
        listing->offset = listing->next;
}

static bool wanted(const struct listing *listing, const struct qn_job_info *info)
{
    unsigned states = lists[listing->list].states;
    if (listing->states)
        states &= listing->states;
    return states & BIT(info->state) &&
           (listing->task[0] == '\0' || strcmp(listing->task, info->task) == 0);
}

static void show(struct listing *listing, size_t i, const struct qn_peek_entry *entry,
                 int64_t now_ms)
{
    struct qn_buf *out = &listing->req->response.body;
    struct qn_job_info *info = NULL;
    /* One that does not decode, or was forgotten meanwhile, is not shown. */
    if (qn_job_info_make(&info, listing->queue, listing->names[i], entry, now_ms, NULL) < 0)
        return;
    if (wanted(listing, info)) {
        qn_buf_add_str(out, listing->found++ > 0 ? "," : "");
        qn_job_json(out, info, QN_JOB_LINKS);
    }
    qn_job_info_free(info);
}

static void on_peeked(void *arg, const struct qn_reply *reply)
{
    struct listing *listing = arg;
    if (reply->rc < 0) {
        api_respond_broker(listing->req, reply);
        return;
    }
    size_t i = 0;
    for (; i < listing->n_names && i < reply->peeked->n && listing->found < listing->limit; i++)
        show(listing, i, &reply->peeked->entries[i], reply->now_ms);
    listing->read += (int64_t)i;
    listing->offset += (int64_t)i;
    if (i == listing->n_names)
        next_page(listing);
    go_on(listing);
}

static void on_listed(void *arg, const struct qn_reply *reply)
{
    struct listing *listing = arg;
    struct qn_broker *broker = listing->req->server->broker;
    const char *names[QN_PEEK_BATCH_MAX];
    if (reply->rc < 0) {
        api_respond_broker(listing->req, reply);
        return;
    }
    const struct qn_listed *listed = reply->listed;
    listing->n_names = 0;
    listing->next = listed->next;
    for (size_t i = 0; i < listed->n && i < QN_PEEK_BATCH_MAX; i++) {
        names[i] = listing->names[i];
        qn_str_copy(listing->names[i], sizeof(listing->names[i]), listed->names[i]);
        listing->n_names++;
    }
    if (listing->n_names > 0) {
        broker->ops->peek(broker, listing->queue, names, listing->n_names, on_peeked, listing);
        return;
    }
    next_page(listing);
    go_on(listing);
}

static bool page_is_full(const struct listing *listing)
{
    return listing->at_end || listing->found >= listing->limit || listing->read >= READ_MAX ||
           listing->calls >= CALLS_MAX;
}

static void go_on(struct listing *listing)
{
    struct qn_broker *broker = listing->req->server->broker;
    while (!page_is_full(listing) && listing->states &&
           !(lists[listing->list].states & listing->states))
        next_list(listing);
    if (page_is_full(listing)) {
        finish_page(listing);
        return;
    }
    bool filtered = listing->states || listing->task[0] != '\0';
    int64_t want = filtered ? QN_PEEK_BATCH_MAX : listing->limit - listing->found;
    if (want > READ_MAX - listing->read)
        want = READ_MAX - listing->read;
    listing->calls++;
    broker->ops->list(broker, listing->queue, lists[listing->list].state, listing->offset,
                      (int)want, on_listed, listing);
}

static void on_directory(void *arg, const struct api_fault *fault)
{
    struct listing *listing = arg;
    if (fault) {
        api_respond_fault(listing->req, fault);
        return;
    }
    if (listing->queue[0] == '\0')
        next_queue(listing);
    qn_buf_add_str(api_response_json(listing->req, 200), "{\"jobs\":[");
    go_on(listing);
}

void api_jobs_list(struct api_request *req)
{
    struct api_fault fault;
    struct listing *listing = qn_zalloc(1, sizeof(*listing));
    if (!listing) {
        api_respond_problem(req, API_INTERNAL, NULL, "out of memory");
        return;
    }
    listing->req = req;
    req->state = listing;
    req->free_state = qn_free;
    if (parse_query(listing, &fault) < 0)
        api_respond_fault(req, &fault);
    else
        api_directory_fresh(req->server->directory, API_DIRECTORY_AGE_MS, on_directory, listing);
}
