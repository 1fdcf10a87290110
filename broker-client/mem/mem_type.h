/* mem_type.h - the inside of the broker in memory.
 *
 * A store holds queues, a queue holds jobs; where a job stands is a field of the
 * job, and lists are made by looking at all of them. That is slow and plain: this
 * is the reference, not the product. Every operation works on the store at once;
 * its answer is kept and told from the loop.
 */
#ifndef BROKER_CLIENT_MEM_MEM_TYPE_H
#define BROKER_CLIENT_MEM_MEM_TYPE_H

#include "broker-client/loop.h"
#include "common/buf.h"
#include "mem.h"

#define QN_MEM_BUCKETS      1024
#define QN_MEM_WATCHERS_MAX 16
#define QN_MEM_FINAL_MIN_MS 600000
#define QN_MEM_PART_SIZE    65 /* of a task's name, or a limit key */
#define QN_MEM_LANE_SIZE    (2 * QN_MEM_PART_SIZE)
#define QN_MEM_SCOPE_SIZE   (5 + QN_MEM_PART_SIZE)

enum qn_mem_place {
    QN_MEM_READY,
    QN_MEM_PARKED, /* in line too, in its lane */
    QN_MEM_DUE,
    QN_MEM_RETRY,
    QN_MEM_RUNNING,
    QN_MEM_FAILED,
    QN_MEM_ENDED,
    QN_MEM_COMING, /* a follow-up, made in line when the operation is over */
};

struct qn_mem;

struct qn_mem_job {
    struct qn_mem_job *next; /* in its bucket */
    char name[QN_NAME_MAX + 1];
    enum qn_mem_place place;
    struct qn_buf record;  /* live or final, as on Redis */
    struct qn_buf attempt; /* its try */
    struct qn_buf progress;
    struct qn_buf log;
    int priority;
    int64_t order;   /* among the ready: lowest first; among the ended: highest first */
    int64_t at_ms;   /* due, or ended */
    int64_t gone_ms; /* end of a final record's life */
    int64_t cancel_ms;
    char token[QN_TOKEN_SIZE];
    char lane[QN_MEM_LANE_SIZE]; /* parked in it, or runs and came from it */
    bool counts[2];              /* runs, against the concurrency of its task, of its key */
    struct qn_mem *watchers[QN_MEM_WATCHERS_MAX];
};

struct qn_mem_lease {
    struct qn_mem_lease *next;
    char incarnation[QN_NAME_MAX + 1];
    int64_t expiry_ms;
    bool dead;
};

struct qn_mem_message {
    struct qn_mem_message *next;
    char incarnation[QN_NAME_MAX + 1];
    char text[QN_NAME_MAX + 16];
    int64_t gone_ms; /* of the whole inbox: a minute after the last message */
};

/* A name with a value: tasks, queues, workers, leaders, fired schedules. */
struct qn_mem_pair {
    struct qn_mem_pair *next;
    char *name;
    char *value;
    size_t len;
    int64_t number;
};

struct qn_mem_limit {
    struct qn_mem_limit *next;
    char scope[QN_MEM_SCOPE_SIZE];
    struct qn_limit set; /* without a scope of its own */
};

/* One whose turn comes, or that waits for a scope. */
struct qn_mem_lane {
    struct qn_mem_lane *next;
    char name[QN_MEM_LANE_SIZE];   /* "<task>/<key>" */
    char scope[QN_MEM_SCOPE_SIZE]; /* that holds it, "" none: it is in the ring */
    int priority;                  /* of its first job, when it came there */
    int64_t turn;
};

struct qn_mem_sale {
    struct qn_mem_sale *next;
    char item[QN_NAME_MAX + 1];
    int64_t stock, taken, returned, ends_ms, number;
};

struct qn_mem_try {
    struct qn_mem_try *next;
    char buyer[QN_NAME_MAX + 1], name[QN_NAME_MAX + 1], mark[QN_NAME_MAX + 1];
    int64_t at_ms;
    bool made; /* a job; else nothing was left */
};

struct qn_mem_queue {
    struct qn_mem_queue *next;
    struct qn_mem_store *store;
    char name[QN_QUEUE_MAX + 1];
    struct qn_mem_job *buckets[QN_MEM_BUCKETS];
    struct qn_mem_lease *leases;
    struct qn_mem_message *inbox;
    struct qn_mem_pair *fired;
    struct qn_mem_limit *limits; /* by scope */
    struct qn_mem_lane *lanes;
    struct qn_mem_pair *rates;   /* scope: theoretical arrival time, us */
    struct qn_mem_pair *refills; /* scope: when its next token is there, ms */
    struct qn_mem_sale *sales;
    struct qn_mem_try *tries; /* to buy, the newest first */
    int64_t sales_opened;
    struct qn_mem_pair *uniques; /* key: 's', 'f' or 'w' and the name; until when, ms */
    struct qn_stats totals;
    int64_t run;
    int64_t turn;
    int64_t max_jobs, max_bytes;
    int64_t tick_ms; /* QN_NO_TIME before the first recover */
    int64_t weighed_ms;
    int64_t paused_ms, draining_ms;
    int64_t first, last; /* orders given at the front and at the end */
    bool token;
};

struct qn_mem_store {
    struct qn_mem_store *next;
    char name[256];
    char ns[QN_QUEUE_MAX + 1];
    int users;
    const struct qn_clock *clock;
    struct qn_mem_queue *queues;
    struct qn_mem_pair *tasks, *served, *workers, *leaders;
    struct qn_mem_schedule *plans;
    int64_t revision; /* of plans */
    struct qn_mem *brokers;
};

struct qn_mem_block {
    struct qn_mem_block *next;
    char bytes[];
};

struct qn_mem_answer {
    struct qn_mem_answer *next;
    qn_reply_fn *fn; /* NULL: the end of a job */
    void *arg;
    struct qn_reply reply;
    struct qn_err err;
    union {
        struct qn_enqueued enqueued;
        struct qn_taken taken;
        struct qn_finished finished;
        struct qn_renewed renewed;
        struct qn_reconciled reconciled;
        struct qn_recovered recovered;
        struct qn_forwarded forwarded;
        struct qn_cancelled cancelled;
        struct qn_peeked peeked;
        struct qn_listed listed;
        struct qn_stats stats;
        struct qn_woken woken;
        struct qn_entries entries;
        struct qn_codes codes;
        struct qn_purged purged;
        struct qn_surveyed surveyed;
        struct qn_audited audited;
        struct qn_limits limits;
        struct qn_sale sale;
        struct qn_lead lead;
        struct qn_timetable timetable;
        struct qn_defined defined;
        struct qn_claimed claimed;
    } result;
    struct qn_mem_block *blocks; /* freed with it */
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
};

/* A broker object. */
struct qn_mem {
    struct qn_broker base;
    struct qn_mem *next; /* in the store */
    struct qn_mem_store *store;
    struct qn_timer *turn;
    struct qn_timer *wait_end;
    struct qn_mem_answer *answers, **answers_tail;
    bool watches;
    bool begun;
    /* the wait under way */
    struct qn_mem_answer *waiting;
    char incarnation[QN_NAME_MAX + 1];
    char *wait_queues; /* names, each ends with NUL; those for tokens first */
    size_t n_tokens, n_inboxes;
};

/* store.c */
struct qn_mem_store *qn_mem_store_open(const char *name, const char *ns,
                                       const struct qn_clock *clock);
void qn_mem_store_close(struct qn_mem_store *store);
int64_t qn_mem_now(const struct qn_mem_store *store);
struct qn_mem_queue *qn_mem_queue(struct qn_mem_store *store, const char *name);
struct qn_mem_job *qn_mem_find(struct qn_mem_store *store, struct qn_mem_queue *queue,
                               const char *name);
struct qn_mem_job *qn_mem_add(struct qn_mem_queue *queue, const char *name);
void qn_mem_drop(struct qn_mem_queue *queue, struct qn_mem_job *job);
/* All jobs, one after the other; NULL begins and ends. */
struct qn_mem_job *qn_mem_next(struct qn_mem_queue *queue, const struct qn_mem_job *job);
struct qn_mem_lease *qn_mem_lease(struct qn_mem_queue *queue, const char *incarnation);
/* Messages that nobody read in time go. */
void qn_mem_tidy_inbox(struct qn_mem_queue *queue);
struct qn_mem_pair *qn_mem_pair(struct qn_mem_pair *list, const char *name);
struct qn_mem_pair *qn_mem_pair_set(struct qn_mem_pair **list, struct qn_span name,
                                    struct qn_span value, int64_t number);
void qn_mem_pair_drop(struct qn_mem_pair **list, const char *name);
void qn_mem_pairs_free(struct qn_mem_pair **list);

/* move.c: what the transitions share */
bool qn_mem_is_live(const struct qn_mem_job *job);
void qn_mem_make_ready(struct qn_mem_queue *queue, struct qn_mem_job *job, bool front);
void qn_mem_tell_watchers(struct qn_mem_queue *queue, struct qn_mem_job *job);
/* Makes the record final; data is what stands behind the token. */
void qn_mem_end(struct qn_mem_queue *queue, struct qn_mem_job *job, char letter, const char *token,
                struct qn_span data, int64_t life_ms);
/* The same for a job that no run ended. */
void qn_mem_bury(struct qn_mem_queue *queue, struct qn_mem_job *job, char letter, int64_t life_ms);
/* Puts the follow-ups of those that ended in this operation in line. */
void qn_mem_follow_up(struct qn_mem_queue *queue);
void qn_mem_set(struct qn_buf *to, struct qn_span bytes);
struct qn_span qn_mem_span(const struct qn_buf *buf);
/* Puts the token, unless paused, and gives it to somebody who waits. */
void qn_mem_wake(struct qn_mem_store *store, struct qn_mem_queue *queue);
/* In the lists, or in a lane whose turn comes. */
bool qn_mem_any_ready(struct qn_mem_queue *queue);
/* In line, but a take would find it expired. */
bool qn_mem_is_too_late(const struct qn_mem_queue *queue, const struct qn_mem_job *job);
/* Ends a job that must not start: too late, or asked to cancel. False: it may. */
bool qn_mem_end_unstarted(struct qn_mem_queue *queue, struct qn_mem_job *job, int64_t life_ms);
/* Leaves the place where it is: what its run counted against has room again. */
void qn_mem_leave_place(struct qn_mem_queue *queue, struct qn_mem_job *job);
int64_t qn_mem_next_due(struct qn_mem_queue *queue);
/* Of the running jobs that it says yes to, the one that was taken last: jobs go back to the
 * front of the line in this order. */
typedef bool qn_mem_is_fn(const struct qn_mem_queue *queue, const struct qn_mem_job *job,
                          const void *arg);
struct qn_mem_job *qn_mem_last_run(struct qn_mem_queue *queue, qn_mem_is_fn *is, const void *arg);
bool qn_mem_owns(const struct qn_mem_job *job, const char *incarnation);

/* ops_schedules.c */
void qn_mem_plans_free(struct qn_mem_store *store);

/* mem.c */
struct qn_mem *qn_mem_of(struct qn_broker *broker);
/* NULL when it was told at once that memory is out. */
struct qn_mem_answer *qn_mem_answer(struct qn_broker *broker, qn_reply_fn *fn, void *arg);
/* A copy that lives as long as the answer; "" and rc when memory is out. */
const char *qn_mem_keep(struct qn_mem_answer *answer, const void *bytes, size_t len);
struct qn_span qn_mem_keep_span(struct qn_mem_answer *answer, struct qn_span span);
void *qn_mem_list(struct qn_mem_answer *answer, size_t n, size_t size);
void qn_mem_refuse(struct qn_mem_answer *answer, int rc, const char *why);
void qn_mem_tell(struct qn_broker *broker, struct qn_mem_answer *answer);
/* Checks the queue's name; NULL when the answer has been told. */
struct qn_mem_queue *qn_mem_begin(struct qn_broker *broker, const char *queue,
                                  struct qn_mem_answer *answer);
void qn_mem_serve_waits(struct qn_mem_store *store);
/* Into the inbox of a worker; false when memory is out. */
bool qn_mem_post(struct qn_mem_queue *queue, const char *incarnation, const char *text);
void qn_mem_tell_end(struct qn_mem *mem, const char *queue, const char *name);

/* Answers with those of list whose number is greater than after. */
void qn_mem_tell_pairs(struct qn_broker *b, const struct qn_mem_pair *list, int64_t after,
                       qn_reply_fn *fn, void *arg);

/* The operations. */
void qn_mem_enqueue(struct qn_broker *b, const char *queue, const struct qn_new_job *jobs, size_t n,
                    qn_reply_fn *fn, void *arg);
void qn_mem_cancel(struct qn_broker *b, const char *queue, const char *name, int64_t final_ttl_ms,
                   qn_reply_fn *fn, void *arg);
void qn_mem_join(struct qn_broker *b, const char *queue, const char *incarnation, int64_t lease_ms,
                 qn_reply_fn *fn, void *arg);
void qn_mem_renew(struct qn_broker *b, const char *queue, const char *incarnation, int64_t lease_ms,
                  qn_reply_fn *fn, void *arg);
void qn_mem_leave(struct qn_broker *b, const char *queue, const char *incarnation, qn_reply_fn *fn,
                  void *arg);
void qn_mem_take(struct qn_broker *b, const char *queue, const char *incarnation, int want,
                 int64_t final_ttl_ms, qn_reply_fn *fn, void *arg);
void qn_mem_finish(struct qn_broker *b, const char *queue, const struct qn_finish *runs, size_t n,
                   int64_t final_ttl_ms, qn_reply_fn *fn, void *arg);
void qn_mem_reconcile(struct qn_broker *b, const char *queue, const char *incarnation,
                      const struct qn_held *held, size_t n, qn_reply_fn *fn, void *arg);
void qn_mem_note(struct qn_broker *b, const char *queue, const struct qn_note *notes, size_t n,
                 qn_reply_fn *fn, void *arg);
void qn_mem_wait(struct qn_broker *b, const char *incarnation, const char *const *queues, size_t n,
                 const char *const *all_queues, size_t n_all, int64_t timeout_ms, qn_reply_fn *fn,
                 void *arg);
void qn_mem_stop_waiting(struct qn_broker *b);
void qn_mem_forward(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg);
void qn_mem_recover(struct qn_broker *b, const char *queue, const struct qn_recover *how,
                    qn_reply_fn *fn, void *arg);
void qn_mem_trim(struct qn_broker *b, const char *queue, const struct qn_trim *how, qn_reply_fn *fn,
                 void *arg);
void qn_mem_peek(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                 qn_reply_fn *fn, void *arg);
void qn_mem_listing(struct qn_broker *b, const char *queue, enum qn_state state, int64_t offset,
                    int limit, qn_reply_fn *fn, void *arg);
void qn_mem_log(struct qn_broker *b, const char *queue, const char *name, qn_reply_fn *fn,
                void *arg);
void qn_mem_stats(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg);
void qn_mem_gate(struct qn_broker *b, const char *queue, enum qn_gate gate, qn_reply_fn *fn,
                 void *arg);
void qn_mem_place(struct qn_broker *b, const char *queue, const char *name, qn_reply_fn *fn,
                  void *arg);
void qn_mem_survey(struct qn_broker *b, const char *queue, int64_t cursor, qn_reply_fn *fn,
                   void *arg);
void qn_mem_audit(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                  unsigned how, qn_reply_fn *fn, void *arg);
void qn_mem_budget(struct qn_broker *b, const char *queue, int64_t max_jobs, int64_t max_bytes,
                   qn_reply_fn *fn, void *arg);
void qn_mem_limit(struct qn_broker *b, const char *queue, const struct qn_limit *limits, size_t n,
                  qn_reply_fn *fn, void *arg);
void qn_mem_sale(struct qn_broker *b, const char *queue, const char *item, enum qn_sale_how how,
                 const struct qn_sale *set, qn_reply_fn *fn, void *arg);
void qn_mem_limits(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg);
void qn_mem_replay(struct qn_broker *b, const char *queue, const struct qn_ended_job *jobs,
                   size_t n, qn_reply_fn *fn, void *arg);
void qn_mem_forget(struct qn_broker *b, const char *queue, const struct qn_ended_job *jobs,
                   size_t n, qn_reply_fn *fn, void *arg);
void qn_mem_purge(struct qn_broker *b, const char *queue, enum qn_state state, int64_t before_ms,
                  qn_reply_fn *fn, void *arg);
void qn_mem_message(struct qn_broker *b, const char *queue, const char *incarnation,
                    const char *text, qn_reply_fn *fn, void *arg);
void qn_mem_watch(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                  bool on, int64_t ttl_ms, qn_reply_fn *fn, void *arg);
void qn_mem_publish(struct qn_broker *b, const char *queue_or_null, const struct qn_entry *tasks,
                    size_t n, qn_reply_fn *fn, void *arg);
void qn_mem_tasks(struct qn_broker *b, qn_reply_fn *fn, void *arg);
void qn_mem_queues(struct qn_broker *b, qn_reply_fn *fn, void *arg);
void qn_mem_alive(struct qn_broker *b, const char *incarnation, int64_t life_ms, const char *json,
                  qn_reply_fn *fn, void *arg);
void qn_mem_workers(struct qn_broker *b, qn_reply_fn *fn, void *arg);
void qn_mem_lead(struct qn_broker *b, const char *what, const char *holder, int64_t lease_ms,
                 qn_reply_fn *fn, void *arg);
void qn_mem_schedule_names(struct qn_broker *b, qn_reply_fn *fn, void *arg);
void qn_mem_timetable(struct qn_broker *b, const char *const *names, size_t n, qn_reply_fn *fn,
                      void *arg);
void qn_mem_define(struct qn_broker *b, const char *holder, const struct qn_definition *all,
                   size_t n, qn_reply_fn *fn, void *arg);
void qn_mem_drop_schedule(struct qn_broker *b, const char *name, qn_reply_fn *fn, void *arg);
void qn_mem_pause(struct qn_broker *b, const char *name, bool paused, qn_reply_fn *fn, void *arg);
void qn_mem_claim_times(struct qn_broker *b, const char *holder, const struct qn_claim *claims,
                        size_t n, qn_reply_fn *fn, void *arg);
void qn_mem_note_fires(struct qn_broker *b, const struct qn_fire_note *fires, size_t n,
                       qn_reply_fn *fn, void *arg);
void qn_mem_fires(struct qn_broker *b, const char *name, qn_reply_fn *fn, void *arg);
void qn_mem_server(struct qn_broker *b, qn_reply_fn *fn, void *arg);
int qn_mem_poll(struct qn_broker *b, unsigned *ret_wants);
void qn_mem_push(struct qn_broker *b);

#endif
