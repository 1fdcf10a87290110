#include "lanes.h"

#include "common/mem.h"
#include "common/str.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define US_PER_MS 1000

/* ---- scopes ---- */

static const struct qn_limit *limit_of(const struct qn_mem_queue *queue, const char *scope)
{
    for (const struct qn_mem_limit *limit = queue->limits; limit; limit = limit->next) {
        if (strcmp(limit->scope, scope) == 0)
            return &limit->set;
    }
    return NULL;
}

static struct qn_mem_scope scope_named(const struct qn_mem_queue *queue, const char *name)
{
    struct qn_mem_scope scope = {.limit = limit_of(queue, name)};

    qn_str_copy(scope.name, sizeof(scope.name), name);
    if (!scope.limit && strncmp(name, "key:", 4) == 0)
        scope.limit = limit_of(queue, "key:*");
    return scope;
}

/* Of "<task>/<key>": one or two. */
static size_t scopes_of(const struct qn_mem_queue *queue, const char *lane,
                        struct qn_mem_scope scopes[2])
{
    size_t task_len = strcspn(lane, "/");
    char name[QN_MEM_SCOPE_SIZE];

    snprintf(name, sizeof(name), "task:%.*s", (int)task_len, lane);
    scopes[0] = scope_named(queue, name);
    if (lane[task_len] == '\0' || lane[task_len + 1] == '\0')
        return 1;
    snprintf(name, sizeof(name), "key:%.64s", lane + task_len + 1);
    scopes[1] = scope_named(queue, name);
    return 2;
}

int64_t qn_mem_lanes_running(struct qn_mem_queue *queue, const char *scope)
{
    int64_t n = 0;
    struct qn_mem_scope scopes[2];

    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(queue, job)) != NULL;) {
        if (job->place != QN_MEM_RUNNING || job->lane[0] == '\0')
            continue;
        for (size_t i = scopes_of(queue, job->lane, scopes); i-- > 0;)
            n += job->counts[i] && strcmp(scopes[i].name, scope) == 0;
    }
    return n;
}

/* ---- tokens: GCRA ---- */

static double burst_of(const struct qn_limit *limit)
{
    return (double)(limit->burst > 0 ? limit->burst : limit->rate);
}

static double ms_per_token(const struct qn_limit *limit)
{
    return (double)limit->per_ms / (double)limit->rate;
}

/* The theoretical arrival time; one that this limit cannot have led to was of another. */
static double arrival_of(struct qn_mem_queue *queue, const struct qn_mem_scope *scope)
{
    const struct qn_mem_pair *rate = qn_mem_pair(queue->rates, scope->name);
    double now = (double)qn_mem_now(queue->store);
    double arrival = rate ? (double)rate->number / US_PER_MS : 0;
    double latest = now + burst_of(scope->limit) * ms_per_token(scope->limit) + 1;

    return arrival > latest || arrival < now ? now : arrival;
}

static void pay(struct qn_mem_queue *queue, const struct qn_mem_scope *scope)
{
    double arrival = arrival_of(queue, scope) + ms_per_token(scope->limit);
    struct qn_span name = {.data = scope->name, .len = strlen(scope->name)};

    qn_mem_pair_set(&queue->rates, name, (struct qn_span){0}, (int64_t)(arrival * US_PER_MS + 0.5));
}

bool qn_mem_lanes_has_room(struct qn_mem_queue *queue, const struct qn_mem_scope *scope,
                           int64_t *ret_at)
{
    const struct qn_limit *limit = scope->limit;

    *ret_at = QN_NO_TIME;
    if (!limit)
        return true;
    if (limit->concurrency > 0 && qn_mem_lanes_running(queue, scope->name) >= limit->concurrency)
        return false;
    if (limit->rate == 0)
        return true;
    double at = arrival_of(queue, scope) - (burst_of(limit) - 1) * ms_per_token(limit);
    if (at <= (double)qn_mem_now(queue->store))
        return true;
    *ret_at = (int64_t)at + (at > (double)(int64_t)at);
    return false;
}

static void set_refill(struct qn_mem_queue *queue, const char *scope, int64_t at_ms)
{
    struct qn_span name = {.data = scope, .len = strlen(scope)};

    if (at_ms != QN_NO_TIME)
        qn_mem_pair_set(&queue->refills, name, (struct qn_span){0}, at_ms);
}

/* ---- lanes ---- */

int qn_mem_lanes_compare(const struct qn_mem_job *a, const struct qn_mem_job *b)
{
    struct qn_record left = {0}, right = {0};
    int order = strcmp(a->lane, b->lane);

    if (order == 0)
        order = b->priority - a->priority;
    if (order != 0)
        return order;
    (void)!qn_record_decode(qn_mem_span(&a->record), &left, NULL);
    (void)!qn_record_decode(qn_mem_span(&b->record), &right, NULL);
    if (left.enqueued_ms != right.enqueued_ms)
        return left.enqueued_ms < right.enqueued_ms ? -1 : 1;
    return strcmp(a->name, b->name);
}

static struct qn_mem_job *first_of(struct qn_mem_queue *queue, const char *lane)
{
    struct qn_mem_job *first = NULL;

    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(queue, job)) != NULL;) {
        if (job->place == QN_MEM_PARKED && strcmp(job->lane, lane) == 0 &&
            (!first || qn_mem_lanes_compare(job, first) < 0))
            first = job;
    }
    return first;
}

static struct qn_mem_lane *find_lane(struct qn_mem_queue *queue, const char *name)
{
    struct qn_mem_lane *lane = queue->lanes;

    while (lane && strcmp(lane->name, name) != 0)
        lane = lane->next;
    return lane;
}

static void drop_lane(struct qn_mem_queue *queue, struct qn_mem_lane *lane)
{
    struct qn_mem_lane **at = &queue->lanes;

    while (*at != lane)
        at = &(*at)->next;
    *at = lane->next;
    qn_free(lane);
}

/* To the end of the ring; a lane without a job goes. */
static bool enter_ring(struct qn_mem_queue *queue, struct qn_mem_lane *lane)
{
    const struct qn_mem_job *first = first_of(queue, lane->name);

    if (!first) {
        drop_lane(queue, lane);
        return false;
    }
    lane->scope[0] = '\0';
    lane->priority = first->priority;
    lane->turn = ++queue->turn;
    return true;
}

static void hold(struct qn_mem_queue *queue, struct qn_mem_lane *lane, const char *scope,
                 int64_t at_ms)
{
    qn_str_copy(lane->scope, sizeof(lane->scope), scope);
    lane->turn = ++queue->turn;
    set_refill(queue, scope, at_ms);
}

/* Of those that wait for a scope ("" the ring) the one whose turn it is. */
static struct qn_mem_lane *first_at(const struct qn_mem_queue *queue, const char *scope)
{
    struct qn_mem_lane *first = NULL;

    for (struct qn_mem_lane *lane = queue->lanes; lane; lane = lane->next) {
        if (strcmp(lane->scope, scope) != 0)
            continue;
        bool higher = first && *scope == '\0' && lane->priority > first->priority;
        bool same = first && (*scope != '\0' || lane->priority == first->priority);
        if (!first || higher || (same && lane->turn < first->turn))
            first = lane;
    }
    return first;
}

/* One of those who wait for a scope gets a turn, if it has room. */
static void call_one(struct qn_mem_queue *queue, const struct qn_mem_scope *scope)
{
    int64_t at;
    struct qn_mem_lane *lane = first_at(queue, scope->name);

    if (!lane)
        return;
    if (!qn_mem_lanes_has_room(queue, scope, &at)) {
        set_refill(queue, scope->name, at);
        return;
    }
    while (lane && !enter_ring(queue, lane))
        lane = first_at(queue, scope->name);
}

static void call_one_each(struct qn_mem_queue *queue, const char *lane)
{
    struct qn_mem_scope scopes[2];
    size_t n = scopes_of(queue, lane, scopes);

    for (size_t i = 0; i < n; i++)
        call_one(queue, &scopes[i]);
}

/* ---- what the operations ask for ---- */

bool qn_mem_lanes_park(struct qn_mem_queue *queue, struct qn_mem_job *job)
{
    struct qn_record record;
    struct qn_mem_scope scopes[2];
    char name[QN_MEM_LANE_SIZE];

    if (qn_record_decode(qn_mem_span(&job->record), &record, NULL) != QN_OK)
        return false;
    snprintf(name, sizeof(name), "%.*s/%.*s", (int)record.body.task.len, record.body.task.data,
             (int)record.body.limit_key.len, record.body.limit_key.data);
    (void)scopes_of(queue, name, scopes);
    if (record.body.limit_key.len == 0 && !scopes[0].limit)
        return false;
    struct qn_mem_lane *lane = find_lane(queue, name);
    if (!lane)
        lane = qn_zalloc(1, sizeof(*lane));
    if (!lane)
        return false;
    job->place = QN_MEM_PARKED;
    qn_str_copy(job->lane, sizeof(job->lane), name);
    if (lane->name[0] == '\0') {
        qn_str_copy(lane->name, sizeof(lane->name), name);
        lane->next = queue->lanes;
        queue->lanes = lane;
        enter_ring(queue, lane);
    } else if (lane->scope[0] == '\0' && lane->priority < job->priority) {
        enter_ring(queue, lane);
    }
    return true;
}

bool qn_mem_lanes_any(const struct qn_mem_queue *queue)
{
    return first_at(queue, "") != NULL;
}

struct qn_mem_lane *qn_mem_lanes_next(struct qn_mem_queue *queue, int priority)
{
    struct qn_mem_lane *lane = first_at(queue, "");

    return lane && lane->priority >= priority ? lane : NULL;
}

/* The first scope of a lane without room keeps it back. */
static bool is_kept(struct qn_mem_queue *queue, struct qn_mem_lane *lane)
{
    struct qn_mem_scope scopes[2];
    size_t n = scopes_of(queue, lane->name, scopes);
    int64_t at;

    for (size_t i = 0; i < n; i++) {
        if (!qn_mem_lanes_has_room(queue, &scopes[i], &at)) {
            hold(queue, lane, scopes[i].name, at);
            return true;
        }
    }
    return false;
}

static void occupy(struct qn_mem_queue *queue, struct qn_mem_job *job)
{
    struct qn_mem_scope scopes[2];
    size_t n = scopes_of(queue, job->lane, scopes);

    job->place = QN_MEM_RUNNING;
    for (size_t i = 0; i < n; i++) {
        const struct qn_limit *limit = scopes[i].limit;
        job->counts[i] = limit && limit->concurrency > 0;
        if (limit && limit->rate > 0)
            pay(queue, &scopes[i]);
    }
}

struct qn_mem_job *qn_mem_lanes_turn(struct qn_mem_queue *queue, struct qn_mem_lane *lane,
                                     int64_t final_ttl_ms)
{
    char name[QN_MEM_LANE_SIZE];
    struct qn_mem_job *job;

    qn_str_copy(name, sizeof(name), lane->name);
    while ((job = first_of(queue, name)) != NULL && qn_mem_end_unstarted(queue, job, final_ttl_ms))
        continue;
    if (job && is_kept(queue, lane))
        job = NULL;
    else if (job)
        occupy(queue, job);
    if (lane->scope[0] == '\0')
        (void)enter_ring(queue, lane);
    call_one_each(queue, name);
    return job;
}

void qn_mem_lanes_release(struct qn_mem_queue *queue, struct qn_mem_job *job)
{
    char name[QN_MEM_LANE_SIZE];

    qn_str_copy(name, sizeof(name), job->lane);
    job->lane[0] = '\0';
    job->counts[0] = job->counts[1] = false;
    if (name[0] != '\0')
        call_one_each(queue, name);
    if (qn_mem_lanes_any(queue))
        qn_mem_wake(queue->store, queue);
}

/* The scope whose token comes first. */
static const struct qn_mem_pair *first_refill(const struct qn_mem_queue *queue)
{
    const struct qn_mem_pair *first = queue->refills;

    for (const struct qn_mem_pair *pair = first; pair; pair = pair->next) {
        if (pair->number < first->number ||
            (pair->number == first->number && strcmp(pair->name, first->name) < 0))
            first = pair;
    }
    return first;
}

int64_t qn_mem_lanes_next_refill(const struct qn_mem_queue *queue)
{
    const struct qn_mem_pair *first = first_refill(queue);

    return first ? first->number : QN_NO_TIME;
}

void qn_mem_lanes_refill(struct qn_mem_queue *queue)
{
    const struct qn_mem_pair *pair;

    while ((pair = first_refill(queue)) != NULL && pair->number <= qn_mem_now(queue->store)) {
        struct qn_mem_scope scope = scope_named(queue, pair->name);
        qn_mem_pair_drop(&queue->refills, scope.name);
        call_one(queue, &scope);
    }
}

static void call_all(struct qn_mem_queue *queue, const char *scope)
{
    struct qn_mem_lane *lane;

    qn_mem_pair_drop(&queue->refills, scope);
    while ((lane = first_at(queue, scope)) != NULL)
        (void)enter_ring(queue, lane);
}

void qn_mem_lanes_call_all(struct qn_mem_queue *queue, const char *scope)
{
    char name[QN_MEM_SCOPE_SIZE];
    struct qn_mem_lane *lane = queue->lanes;

    call_all(queue, scope);
    while (strcmp(scope, "key:*") == 0 && lane) {
        if (strncmp(lane->scope, "key:", 4) != 0) {
            lane = lane->next;
            continue;
        }
        qn_str_copy(name, sizeof(name), lane->scope);
        call_all(queue, name);
        lane = queue->lanes;
    }
}

int64_t qn_mem_lanes_held(const struct qn_mem_queue *queue, const char *scope)
{
    int64_t n = 0;

    for (const struct qn_mem_lane *lane = queue->lanes; lane; lane = lane->next)
        n += strcmp(lane->scope, scope) == 0;
    return n;
}

void qn_mem_lanes_held_by(struct qn_mem_queue *queue, const struct qn_mem_job *job,
                          char out[QN_MEM_HELD_SIZE])
{
    struct qn_mem_scope scopes[2];
    size_t n = job->place == QN_MEM_PARKED ? scopes_of(queue, job->lane, scopes) : 0;
    int64_t at;

    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        if (qn_mem_lanes_has_room(queue, &scopes[i], &at))
            continue;
        snprintf(out, QN_MEM_HELD_SIZE, "%s %" PRId64 " %" PRId64 " %" PRId64, scopes[i].name,
                 qn_mem_lanes_running(queue, scopes[i].name), scopes[i].limit->concurrency, at);
        return;
    }
}

void qn_mem_lanes_free(struct qn_mem_queue *queue)
{
    for (struct qn_mem_lane *lane = queue->lanes, *next; lane; lane = next) {
        next = lane->next;
        qn_free(lane);
    }
    for (struct qn_mem_limit *limit = queue->limits, *next; limit; limit = next) {
        next = limit->next;
        qn_free(limit);
    }
    qn_mem_pairs_free(&queue->rates);
    qn_mem_pairs_free(&queue->refills);
}
