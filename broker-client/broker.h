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
#include "broker-client/sale.h"
#include "broker-client/timetable.h"
#include "common/clock.h"

#define QN_ENQUEUE_BATCH_MAX 450
#define QN_TAKE_BATCH_MAX    100
#define QN_FINISH_BATCH_MAX  100
#define QN_PEEK_BATCH_MAX    100
#define QN_LIMIT_BATCH_MAX   100
#define QN_LIST_PAGE_MAX     1000
#define QN_WEIGH_EVERY_MS    30000
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
        const struct qn_codes *codes;   /* note, wait, replay, forget, note_fires */
        const struct qn_purged *purged; /* purge, trim */
        const struct qn_surveyed *surveyed;
        const struct qn_audited *audited;
        const struct qn_limits *limits;
        const struct qn_sale *sale;
        const struct qn_lead *lead;
        const struct qn_timetable *timetable;
        const struct qn_defined *defined;
        const struct qn_claimed *claimed;
        int64_t number;      /* left (leave), changed (gate), told (message), ahead (place), an enum
                                qn_change_code (drop, pause) */
        struct qn_span text; /* log: the lines; server: a JSON object */
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
    bool follows;           /* a follow-up: a draining or full queue takes it too */
    bool keyed;             /* the body has a limit key */
    const char *unique_key; /* NULL, or 32 hex digits (qn_unique_key()) */
    struct qn_unique unique;
    const struct qn_sale_ask *sale; /* NULL, or of a job that asks only for a priority besides */
    int64_t watch_ms; /* its end is waited for on this broker object, as by watch(); 0: it is not */
};
enum qn_enqueue_code {
    QN_ENQ_EXISTS = 0,
    QN_ENQ_MADE = 1, /* holder: of the job that it replaced, which is cancelled; or "" */
    QN_ENQ_FIRED_BEFORE = 2,
    QN_ENQ_DRAINING = 3, /* the queue takes no new jobs; nothing was made or marked as fired */
    QN_ENQ_UNIQUE = 4,   /* refused: holder has its unique key */
    QN_ENQ_SHARED = 5,   /* nothing made: holder has its unique key, and stands for it */
    QN_ENQ_FULL = 6,     /* the queue or the broker has no room: later, after retry_ms */
    QN_ENQ_SOLD_OUT = 7,
    QN_ENQ_TRIES = 8, /* this buyer has no try left; holder: ms until the next, in digits */
    QN_ENQ_NO_SALE = 9,
    QN_ENQ_SALE_OVER = 10,
    QN_ENQ_REUSED = 11, /* a try with this name had another mark */
};
struct qn_enqueued {
    size_t n;
    const int *code;           /* enum qn_enqueue_code */
    const char *const *holder; /* names, "" none */
    int64_t retry_ms;          /* when some are QN_ENQ_FULL, else 0 */
    bool watched; /* all jobs of the call were made, and have a watch_ms: their ends will be told */
};

struct qn_cancelled {
    enum { QN_CANCEL_NONE, QN_CANCEL_DONE, QN_CANCEL_MARKED, QN_CANCEL_ENDED } code;
    enum qn_state state; /* when QN_CANCEL_ENDED: how */
};

/* ---- operating ---- */

/* An open queue; a paused one gives out nothing; a draining one takes in nothing. OPEN
 * ends both of the others. */
enum qn_gate { QN_GATE_OPEN, QN_GATE_PAUSED, QN_GATE_DRAINING };

/* A job that has ended, as the caller saw it: of a later end of the same job (it was
 * replayed meanwhile) nothing is changed. ended_ms 0 (replay only): of a job that waits for
 * its next attempt, and need not any more, or that is in line past its start deadline (it
 * shows as expired already), which holds no more then. */
struct qn_ended_job {
    const char *name;
    int64_t ended_ms;
};
enum qn_ended_code {
    QN_ENDED_NONE = 0,      /* no such job */
    QN_ENDED_DONE = 1,      /* replayed, or forgotten */
    QN_ENDED_LIVE = 2,      /* it has not ended, or lives again: replayed before */
    QN_ENDED_CHANGED = 3,   /* it ended at another time than the caller saw */
    QN_ENDED_SUCCEEDED = 4, /* replay: there is nothing to do again */
    QN_ENDED_DAMAGED = 5,   /* replay: its record does not decode */
    QN_ENDED_UNIQUE = 6,    /* replay: another job has its unique key now */
};

/* What may run at once and how often, of a scope of a queue (docs/limits.md):
 * "task:<task>", "key:<key>", or "key:*", which holds for each key that has none of its
 * own. Zero: no such limit. A limit that an operator set goes before one that a task
 * declares. Rates are a token bucket: rate tokens in per_ms, at most burst (0: rate) saved. */
struct qn_limit {
    const char *scope;
    int64_t concurrency;
    int64_t rate, per_ms, burst;
    bool declared;      /* by a task; else an operator set it */
    int64_t running;    /* told: runs that count against it */
    int64_t held;       /* told: lanes that wait for it */
    int64_t next_at_ms; /* told: when the next token is there, QN_NO_TIME: now */
};
struct qn_limits {
    size_t n;
    const struct qn_limit *limits;
};

/* How far trim has come with weighing, from the newest on; zero at first. */
struct qn_weighed {
    char after[QN_NAME_MAX + 1];
    int64_t bytes;
};
struct qn_purged {
    int64_t n;
    bool more;               /* call again */
    struct qn_weighed until; /* trim: where the next call begins */
};
struct qn_trim {
    int64_t max_age_ms;
    int64_t max_count;
    int64_t max_bytes; /* of records and logs; 0: not weighed */
    struct qn_weighed from;
};

/* ---- checking ---- */

/* What a glance at a name says; it decides nothing, an audit does. */
enum qn_sight {
    QN_SIGHT_LINE = 0,     /* stands in a line */
    QN_SIGHT_ODD_LINE = 1, /* so, and something is odd */
    QN_SIGHT_ALONE = 2,    /* a live job that is in no set: it must stand in a line */
    QN_SIGHT_ODD = 3,      /* something is odd */
};
struct qn_surveyed {
    int64_t next;   /* cursor of the next page, QN_NO_TIME at the end */
    int64_t looked; /* how many things were looked at */
    int line;       /* which one the page is of, 1-4, from its back; they come first. 0: of none */
    size_t n;
    const char *const *names; /* may be ill-formed, or "inbox:<incarnation>" */
    const int *sight;
};

/* What does not fit together; fault.h tells people what it means. */
enum qn_fault {
    QN_FAULT_LOST = 1,   /* live, and in no list: put in line */
    QN_FAULT_TWICE,      /* in more than one place: the others are removed */
    QN_FAULT_NO_RECORD,  /* in a set, without a record: removed, but from a living worker's hands */
    QN_FAULT_NOT_LIVE,   /* running, due or retrying, though it has ended: removed */
    QN_FAULT_NOT_FAILED, /* among the dead letters though it is none: removed; or the other way:
                            added */
    QN_FAULT_NO_LEASE,   /* runs for a worker that has no lease: given to recover */
    QN_FAULT_NO_LIFE,    /* would stay for ever: gets a life time */
    QN_FAULT_REMAINS,    /* notes about a job that is none, or over: removed */
    QN_FAULT_DAMAGED,    /* the record does not decode: left for people */
    QN_FAULT_WAKE,       /* of the queue: jobs wait and no token, or too many: one is left */
    QN_FAULT_FLAG,       /* its element is not what the record asks for: mended in its place */
    QN_FAULT_VANISHES,   /* live, with an end of its life: that is taken off */
    QN_FAULT_TYPE,       /* a key of the wrong type: put aside for 7 days */
    QN_FAULT_FIGURE,     /* of the queue: a number that is none, or too small: set anew */
    QN_FAULT_TWO_LEASES, /* of the queue: a worker with a lease that was declared dead: it lives */
    QN_FAULTS,
};
struct qn_finding {
    const char *name; /* "" the queue, "inbox:<incarnation>", or a key of the namespace */
    enum qn_fault fault;
    const char *where;  /* keys without their tag, such as "retry ready:0" */
    const char *detail; /* "" none */
    bool repaired;
};
enum qn_audit_how {
    QN_AUDIT_REPAIR = 1,
    QN_AUDIT_LINES = 2, /* look through the lines also for jobs that are in a set: slow when
                           these are long */
    QN_AUDIT_WAKE = 4,  /* of the queue: is there a token? One may be missing for a moment,
                           between a worker's waking and its take */
};
struct qn_audited {
    size_t n;
    const struct qn_finding *findings;
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
    bool returns; /* the live record says what its success gives back to a sale */
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
    const char *message; /* "" for a wake token; "cancel <name>", "quiet", "stop" */
    bool heard;          /* the broker answered; else the connection was down all the time */
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
    int64_t life_ms; /* left of the record of an ended job; QN_NO_TIME */
    /* queued behind a limit: "<scope> <running> <concurrency> <next token ms, or -1>" */
    struct qn_span held;
};
struct qn_peeked {
    size_t n;
    const struct qn_peek_entry *entries;
};

/* QN_SUCCEEDED, QN_CANCELLED and QN_EXPIRED share one list of ended jobs. A name may be
 * of a job that is in another state by now, or gone: peek, and leave those out. */
struct qn_listed {
    int64_t next; /* offset or cursor of the next page, QN_NO_TIME at the end */
    size_t n;
    const char *const *names;
};

struct qn_stats {
    int64_t queued[4], running, scheduled, retrying, failed, ended, workers;
    int64_t parked;              /* queued too: in lanes, by limit or key */
    int64_t bytes;               /* of live records */
    int64_t max_bytes, max_jobs; /* the budget, 0 none */
    int64_t
        oldest_ms; /* of the next of each priority, when the first one was enqueued; QN_NO_TIME */
    int64_t paused_ms;   /* since when, QN_NO_TIME */
    int64_t draining_ms; /* the same */
    /* totals since the queue began */
    int64_t enqueued, succeeded, failures, cancelled, expired, retried, recovered, replayed, purged;
};

/* All that are in line, parked ones too. */
int64_t qn_stats_queued(const struct qn_stats *stats);

/* Names with a value: tasks (definition JSON), workers (description JSON), fires (name "", JSON,
 * the newest first), queues and names of schedules (value ""). */
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
    /* Forgets dead letters, the oldest first: those too old, those too many, those that do not fit
     * into the bytes. The newest one does, however large. They are weighed when nobody began to
     * within QN_WEIGH_EVERY_MS. */
    void (*trim)(struct qn_broker *b, const char *queue, const struct qn_trim *how, qn_reply_fn *fn,
                 void *arg);

    void (*peek)(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                 qn_reply_fn *fn, void *arg);
    void (*list)(struct qn_broker *b, const char *queue, enum qn_state state, int64_t offset,
                 int limit, qn_reply_fn *fn, void *arg);
    void (*log)(struct qn_broker *b, const char *queue, const char *name, qn_reply_fn *fn,
                void *arg);
    void (*stats)(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg);
    /* How many are taken before it; -1: not queued, or 10,000 of its priority are before it.
     * On Redis jobs that were cancelled in line may still be counted. */
    void (*place)(struct qn_broker *b, const char *queue, const char *name, qn_reply_fn *fn,
                  void *arg);

    void (*gate)(struct qn_broker *b, const char *queue, enum qn_gate gate, qn_reply_fn *fn,
                 void *arg);
    /* How much may wait in the queue: live jobs, and bytes of their records; 0: no bound. */
    void (*budget)(struct qn_broker *b, const char *queue, int64_t max_jobs, int64_t max_bytes,
                   qn_reply_fn *fn, void *arg);
    /* Sets limits, 1-100, each scope once; one with concurrency and rate 0 is removed. A declared
     * one neither replaces nor removes what an operator set. */
    void (*limit)(struct qn_broker *b, const char *queue, const struct qn_limit *limits, size_t n,
                  qn_reply_fn *fn, void *arg);
    /* All of a queue, at most 1,000, by scope. */
    void (*limits)(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg);
    /* set: stock (from 0) and ends_ms of QN_SALE_OPEN, else NULL. */
    void (*sale)(struct qn_broker *b, const char *queue, const char *item, enum qn_sale_how how,
                 const struct qn_sale *set, qn_reply_fn *fn, void *arg);
    /* Ended jobs (but those that succeeded) start anew, with no attempt used; retrying ones go now.
     * 1 to QN_PEEK_BATCH_MAX. The code is an enum qn_ended_code. */
    void (*replay)(struct qn_broker *b, const char *queue, const struct qn_ended_job *jobs,
                   size_t n, qn_reply_fn *fn, void *arg);
    /* Removes ended jobs with their log. The same bounds and codes. */
    void (*forget)(struct qn_broker *b, const char *queue, const struct qn_ended_job *jobs,
                   size_t n, qn_reply_fn *fn, void *arg);
    /* Destroys jobs of one state (queued, scheduled, retrying) that were enqueued until
     * before_ms (broker's clock), at most 500 at a time: call again with the same arguments
     * while there is more. n may be 0 then. */
    void (*purge)(struct qn_broker *b, const char *queue, enum qn_state state, int64_t before_ms,
                  qn_reply_fn *fn, void *arg);
    /* To the inbox of a worker that serves this queue: "quiet" or "stop". */
    void (*message)(struct qn_broker *b, const char *queue, const char *incarnation,
                    const char *text, qn_reply_fn *fn, void *arg);
    /* Both take queue NULL for the keys of the namespace, whose names are their words.
     *
     * A page of a walk through all that the queue holds, from a cursor (0 at first): the names in
     * its lines, then those in other places that somebody should look at. Sees what is there all
     * the time, some of it more than once. */
    void (*survey)(struct qn_broker *b, const char *queue, int64_t cursor, qn_reply_fn *fn,
                   void *arg);
    /* Looks at everything about these names (1 to QN_PEEK_BATCH_MAX, as a survey tells them; "" is
     * the queue itself) in one moment, and mends it when asked to. how: enum qn_audit_how. */
    void (*audit)(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                  unsigned how, qn_reply_fn *fn, void *arg);

    /* Registers (or withdraws) names of a queue as waited for on this broker
     * object's channel, for ttl_ms (register again before): then peek, then wait.
     * Ends are told to on_ended. A code of 0: no room, or nobody listens just now: peek now and
     * then. */
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
    /* A lease that one program at a time may have; lease_ms 0 gives it back. holder "": only who
     * has it is asked. */
    void (*lead)(struct qn_broker *b, const char *what, const char *holder, int64_t lease_ms,
                 qn_reply_fn *fn, void *arg);

    /* ---- schedules (timetable.h) ---- */

    /* Their names, in no order. */
    void (*schedule_names)(struct qn_broker *b, qn_reply_fn *fn, void *arg);
    /* Those of these names that exist; n 0: all. */
    void (*timetable)(struct qn_broker *b, const char *const *names, size_t n, qn_reply_fn *fn,
                      void *arg);
    /* holder NULL: live ones, 1-100, each is judged by itself. Else whoever leads as "beat" tells
     * all that are in its file: these become the file's, the file's others are removed. */
    void (*define)(struct qn_broker *b, const char *holder, const struct qn_definition *all,
                   size_t n, qn_reply_fn *fn, void *arg);
    /* With its history. */
    void (*drop)(struct qn_broker *b, const char *name, qn_reply_fn *fn, void *arg);
    /* Planned times while it is paused are passed over. Of a file's too. */
    void (*pause)(struct qn_broker *b, const char *name, bool paused, qn_reply_fn *fn, void *arg);
    /* 1-1,000 planned times, of each schedule one. */
    void (*claim)(struct qn_broker *b, const char *holder, const struct qn_claim *claims, size_t n,
                  qn_reply_fn *fn, void *arg);
    /* 1-1,000. Codes: 1 noted; 0 noted before, or of no schedule. */
    void (*note_fires)(struct qn_broker *b, const struct qn_fire_note *fires, size_t n,
                       qn_reply_fn *fn, void *arg);
    /* The last 20 of one. */
    void (*fires)(struct qn_broker *b, const char *name, qn_reply_fn *fn, void *arg);

    /* Version, memory, eviction policy, persistence as a JSON object; members that the
     * server does not tell (it may forbid CONFIG) are not there. */
    void (*server)(struct qn_broker *b, qn_reply_fn *fn, void *arg);

    /* For programs with a loop of their own: the command connection's fd (-1 while
     * there is none) and what it waits for, of enum qn_io. */
    int (*poll)(struct qn_broker *b, unsigned *ret_wants);
    /* What was asked for so far leaves now, not at the end of the turn: for a caller whose turn is
     * long, so that the broker works on the first part of it while he makes the rest. */
    void (*push)(struct qn_broker *b);
};

/* The connection as its owner sees it. on_change is called from the loop at each
 * change; after DOWN the broker reconnects by itself with backoff. */
enum qn_link { QN_LINK_DOWN, QN_LINK_UP, QN_LINK_REFUSED /* newer protocol: gives up */ };
typedef void qn_link_fn(void *arg, enum qn_link link, const struct qn_err *why);
/* A waited-for job ended. Called with name NULL whenever the subscription has come
 * up, the first time too, or has gone: register and look again. What ended in between was
 * not told; while it is gone, watch answers 0. */
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
    bool inspects;       /* only looks, writes nothing: a server that is too old or evicts is not
                            refused */
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
