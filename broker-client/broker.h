/* broker.h - the contract between the programs and the broker.
 *
 * A struct qn_broker is an implementation (redis/, mem/) bound to a loop. Every
 * operation is asynchronous: it copies what it needs, returns at once, and
 * calls its reply function exactly once, later, from the loop, with a reply that
 * is borrowed for the call. Operations issued in one turn of the loop travel in
 * one write. Replies come in the order of the operations.
 *
 * reply->rc: QN_OK; QN_EUNKNOWN when the connection broke after sending (ask
 * again, with the same names and tokens: every operation is safe to send twice,
 * as docs/protocol.md tells); QN_ECONN when it was never sent; QN_ETIMEOUT when
 * the broker did not answer in time (the connection is then given up, so this
 * too is an unknown outcome); QN_EFULL when the broker has no room;
 * QN_ELOST when the incarnation has no lease; QN_EPROTO, QN_ECORRUPT.
 *
 * All times in replies are the broker's clock, Unix ms; now_ms is 0 where the
 * operation does not tell it (wait, log, tasks, queues, server). Only when memory
 * is out may the reply function be called before the operation returns.
 *
 * Not here: what a record means (record.h), retrying operations, deciding what
 * happens to a job.
 */
#ifndef BROKER_CLIENT_BROKER_H
#define BROKER_CLIENT_BROKER_H

#include "broker-client/loop.h"
#include "broker-client/record.h"
#include "common/clock.h"

#define QN_ENQUEUE_BATCH_MAX 450
#define QN_TAKE_BATCH_MAX    100
#define QN_FINISH_BATCH_MAX  100
#define QN_PEEK_BATCH_MAX    100
#define QN_LIST_PAGE_MAX     1000
#define QN_NO_TIME           (-1)

struct qn_broker;

/* What an operation answers. Which part is filled depends on the operation. */
struct qn_reply {
    int rc;
    const struct qn_err *err; /* text for rc, never NULL when rc != QN_OK */
    int64_t now_ms;
    union {
        const struct qn_enqueued *enqueued;
        const struct qn_taken *taken;
        const struct qn_finished *finished;
        const struct qn_renewed *renewed;
        const struct qn_reconciled *reconciled;
        const struct qn_recovered *recovered;
        const struct qn_forwarded *forwarded;
        const struct qn_cancelled *cancelled;
        const struct qn_peeked *peeked;
        const struct qn_listed *listed;
        const struct qn_stats *stats;
        const struct qn_woken *woken;
        const struct qn_entries *entries;
        const struct qn_codes *codes; /* note, wait */
        int64_t number;               /* left (leave), changed (pause), purged, ours (lead) */
        struct qn_span text;          /* log: the lines; server: a JSON object */
    };
};
typedef void qn_reply_fn(void *arg, const struct qn_reply *reply);

/* ---- producing ---- */

struct qn_new_job {
    const char *name;
    int priority;
    int64_t due_ms; /* with due_relative: from now; 0 none */
    bool due_relative;
    int64_t expires_ms;
    bool expires_relative;
    struct qn_span body;  /* qn_body_encode() */
    const char *schedule; /* NULL, or the schedule that fires */
    int64_t planned_ms;
};
enum qn_enqueue_code { QN_ENQ_EXISTS = 0, QN_ENQ_MADE = 1, QN_ENQ_FIRED_BEFORE = 2 };
struct qn_enqueued {
    size_t n;
    const int *code; /* enum qn_enqueue_code */
};

struct qn_cancelled {
    enum { QN_CANCEL_NONE, QN_CANCEL_DONE, QN_CANCEL_MARKED, QN_CANCEL_ENDED } code;
    enum qn_state state; /* when QN_CANCEL_ENDED: how */
};

/* ---- working ---- */

struct qn_take_entry {
    const char *name;
    int64_t run;
    struct qn_span record;
    struct qn_span attempt; /* the try, "" for none */
};
struct qn_taken {
    bool paused;
    int64_t next_due_ms; /* QN_NO_TIME when none, or when jobs are left */
    size_t n;
    const struct qn_take_entry *entries;
};

enum qn_finish_kind {
    QN_FIN_SUCCEEDED = 'S',
    QN_FIN_FAILED = 'F',
    QN_FIN_CANCELLED = 'C',
    QN_FIN_EXPIRED = 'X',
    QN_FIN_RETRY = 'R',
    QN_FIN_SNOOZE = 'Z',
    QN_FIN_RELEASE = 'Q',
};
struct qn_finish {
    const char *name;
    const char *token; /* "incarnation:run" */
    enum qn_finish_kind kind;
    int64_t ms;          /* life of a final record, or delay */
    struct qn_span data; /* qn_ending_encode() or qn_try_encode() */
    bool logged;
};
enum qn_finish_code {
    QN_FIN_OK = 1,
    QN_FIN_ALREADY = 2,
    QN_FIN_STALE = 3,
    QN_FIN_AS_CANCELLED = 4
};
struct qn_finished {
    size_t n;
    const int *code;
};

struct qn_renewed {
    size_t n;
    const char *const *cancel; /* names in this queue whose cancel was asked for */
};

struct qn_held {
    const char *name;
    const char *token;
};
struct qn_reconciled {
    size_t n_gone, n_requeued;
    const char *const *gone;     /* held, but not ours: kill */
    const char *const *requeued; /* ours, but not held: given back */
};

struct qn_note {
    const char *name;
    const char *token;
    struct qn_span progress; /* JSON, "" none */
    struct qn_span log;      /* lines, "" none */
};
struct qn_codes {
    size_t n;
    const int *code;
};

/* A token of a queue, or a message to this incarnation. */
struct qn_woken {
    const char *queue;   /* NULL: nothing came in time */
    const char *message; /* "" for a wake token; "cancel <name>" */
};

/* ---- upkeep ---- */

struct qn_recover {
    int64_t lease_ms;
    int max_deaths;
    int64_t final_ttl_ms;
    int64_t failed_ttl_ms;
    int limit;
};
struct qn_recovered {
    bool time_lost;
    bool more;
    int64_t next_expiry_ms; /* QN_NO_TIME */
    size_t n_requeued, n_failed, n_cancelled;
    const char *const *requeued;
    const char *const *failed;
    const char *const *cancelled;
};
struct qn_forwarded {
    int64_t moved;
    int64_t next_due_ms; /* QN_NO_TIME */
};

/* ---- looking ---- */

struct qn_peek_entry {
    struct qn_span record;               /* data NULL: no such job; the rest is then empty */
    struct qn_span token;                /* running */
    int64_t due_ms, retry_ms, cancel_ms; /* QN_NO_TIME */
    struct qn_span attempt;
    struct qn_span progress;
};
struct qn_peeked {
    size_t n;
    const struct qn_peek_entry *entries;
};

/* QN_SUCCEEDED, QN_CANCELLED and QN_EXPIRED share one list of ended jobs. */
struct qn_listed {
    int64_t next; /* offset of the next page, QN_NO_TIME at the end */
    size_t n;
    const char *const *names;
};

struct qn_stats {
    int64_t queued[4], running, scheduled, retrying, failed, ended, workers;
    int64_t oldest_ms; /* enqueue time of the next in line, QN_NO_TIME */
    int64_t paused_ms; /* since when, QN_NO_TIME */
    /* totals since the queue began */
    int64_t enqueued, succeeded, failures, cancelled, expired, retried, recovered;
};

/* Names with a value: tasks (definition JSON), workers (description JSON),
 * queues (value ""). */
struct qn_entry {
    struct qn_span name;
    struct qn_span value;
};
struct qn_entries {
    size_t n;
    const struct qn_entry *entries;
};

/* Every operation takes the reply function and its argument last; the result of
 * the call itself is void: whatever goes wrong comes through the reply. */
struct qn_broker_ops {
    void (*free)(struct qn_broker *b);

    void (*enqueue)(struct qn_broker *b, const char *queue, const struct qn_new_job *jobs, size_t n,
                    qn_reply_fn *fn, void *arg);
    void (*cancel)(struct qn_broker *b, const char *queue, const char *name, int64_t final_ttl_ms,
                   qn_reply_fn *fn, void *arg);

    void (*join)(struct qn_broker *b, const char *queue, const char *incarnation, int64_t lease_ms,
                 qn_reply_fn *fn, void *arg);
    void (*renew)(struct qn_broker *b, const char *queue, const char *incarnation, int64_t lease_ms,
                  qn_reply_fn *fn, void *arg);
    void (*leave)(struct qn_broker *b, const char *queue, const char *incarnation, qn_reply_fn *fn,
                  void *arg);
    void (*take)(struct qn_broker *b, const char *queue, const char *incarnation, int want,
                 int64_t final_ttl_ms, qn_reply_fn *fn, void *arg);
    void (*finish)(struct qn_broker *b, const char *queue, const struct qn_finish *runs, size_t n,
                   int64_t final_ttl_ms, qn_reply_fn *fn, void *arg);
    void (*reconcile)(struct qn_broker *b, const char *queue, const char *incarnation,
                      const struct qn_held *held, size_t n, qn_reply_fn *fn, void *arg);
    void (*note)(struct qn_broker *b, const char *queue, const struct qn_note *notes, size_t n,
                 qn_reply_fn *fn, void *arg);
    /* Waits on the waiting connection for a wake token of one of queues (none
     * when n is 0) or a message in the incarnation's inbox of all_queues. One at a
     * time; stop_waiting ends a wait under way early with an empty reply. While the
     * waiting connection is down, time goes by and nothing comes. */
    void (*wait)(struct qn_broker *b, const char *incarnation, const char *const *queues, size_t n,
                 const char *const *all_queues, size_t n_all, int64_t timeout_ms, qn_reply_fn *fn,
                 void *arg);
    void (*stop_waiting)(struct qn_broker *b);

    void (*forward)(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg);
    void (*recover)(struct qn_broker *b, const char *queue, const struct qn_recover *how,
                    qn_reply_fn *fn, void *arg);
    void (*purge)(struct qn_broker *b, const char *queue, int64_t max_age_ms, int64_t max_count,
                  qn_reply_fn *fn, void *arg);

    void (*peek)(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                 qn_reply_fn *fn, void *arg);
    void (*list)(struct qn_broker *b, const char *queue, enum qn_state state, int64_t offset,
                 int limit, qn_reply_fn *fn, void *arg);
    void (*log)(struct qn_broker *b, const char *queue, const char *name, qn_reply_fn *fn,
                void *arg);
    void (*stats)(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg);
    void (*pause)(struct qn_broker *b, const char *queue, bool paused, qn_reply_fn *fn, void *arg);

    /* Registers (or withdraws) names of a queue as waited for on this broker
     * object's channel, for ttl_ms (register again before): then peek, then wait.
     * Ends are told to on_ended. A code of 0: no room, peek now and then. */
    void (*watch)(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                  bool on, int64_t ttl_ms, qn_reply_fn *fn, void *arg);

    /* The directory of the namespace. */
    void (*publish)(struct qn_broker *b, const char *queue_or_null, const struct qn_entry *tasks,
                    size_t n, qn_reply_fn *fn, void *arg);
    void (*tasks)(struct qn_broker *b, qn_reply_fn *fn, void *arg);
    void (*queues)(struct qn_broker *b, qn_reply_fn *fn, void *arg);
    void (*alive)(struct qn_broker *b, const char *incarnation, int64_t life_ms, const char *json,
                  qn_reply_fn *fn, void *arg);
    void (*workers)(struct qn_broker *b, qn_reply_fn *fn, void *arg);
    void (*lead)(struct qn_broker *b, const char *what, const char *holder, int64_t lease_ms,
                 qn_reply_fn *fn, void *arg);
    /* Version, memory, eviction policy, persistence as a JSON object. */
    void (*server)(struct qn_broker *b, qn_reply_fn *fn, void *arg);

    /* For programs with a loop of their own: the command connection's fd (-1 while
     * there is none) and what it waits for, of enum qn_io. */
    int (*poll)(struct qn_broker *b, unsigned *ret_wants);
};

/* The connection as its owner sees it. on_change is called from the loop at each
 * change; after DOWN the broker reconnects by itself with backoff. */
enum qn_link { QN_LINK_DOWN, QN_LINK_UP, QN_LINK_REFUSED /* newer protocol: gives up */ };
typedef void qn_link_fn(void *arg, enum qn_link link, const struct qn_err *why);
/* A waited-for job ended. Called with name NULL whenever the subscription has come
 * up, the first time too: what ended before was not told, look again. */
typedef void qn_ended_fn(void *arg, const char *queue, const char *name);

struct qn_broker {
    const struct qn_broker_ops *ops;
    qn_link_fn *on_link;
    void *on_link_arg;
    qn_ended_fn *on_ended;
    void *on_ended_arg;
    enum qn_link link;
};

struct qn_broker_options {
    struct qn_loop *loop;         /* borrowed */
    const struct qn_clock *clock; /* borrowed */
    const char *url;              /* redis://[:password@]host[:port][/db], unix:///path[?db=n],
                                     mem: */
    const char *namespace_;
    const char *program; /* for CLIENT SETNAME: "quern-worker" */
    int64_t timeout_ms;  /* of connecting and of each answer */
    bool waits;          /* will use wait(): has a second connection */
    bool watches;        /* will use watch(): has a subscribing connection */
};

/* By the URL's scheme. Does not wait for the connection: operations issued while
 * it is down fail with QN_ECONN at once (before the first connect they are kept,
 * up to the timeout). */
QN_MUST_CHECK int qn_broker_open(struct qn_broker **ret, const struct qn_broker_options *options,
                                 struct qn_err *reterr);
/* Pending replies get QN_EUNKNOWN. NULL is fine. Not from inside a reply. */
void qn_broker_close(struct qn_broker *broker);

/* Runs the loop until *done or the time is over (QN_ETIMEOUT). For programs that
 * do one thing after the other. */
QN_MUST_CHECK int qn_broker_pump(struct qn_loop *loop, const bool *done, int64_t timeout_ms,
                                 struct qn_err *reterr);

/* The reply of peek as a person sees it: one allocation. QN_ENOTFOUND when there
 * is no such job. now_ms decides whether a queued job has expired. */
QN_MUST_CHECK int qn_job_info_make(struct qn_job_info **ret, const char *queue, const char *name,
                                   const struct qn_peek_entry *entry, int64_t now_ms,
                                   struct qn_err *reterr);

#endif
