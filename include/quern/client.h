/* client.h - make jobs and ask for them, from any C program.
 *
 * One client owns one connection to the broker. It reconnects by itself with
 * backoff. Not thread-safe: one client per thread, and none across a fork: parent and child would
 * read the same answers and make the same ids.
 *
 * Delivery: when enqueue returns QN_OK the broker holds the job. QN_EUNKNOWN
 * says that the connection broke after the request was sent: call again with
 * the same id (the receipt holds the one that was made), which never makes a
 * second job and never revives a finished one.
 *
 * Arguments are checked against the task's definition, which workers publish on
 * the broker: an unknown task is refused unless accept_unknown is set.
 */
#ifndef QUERN_CLIENT_H
#define QUERN_CLIENT_H

#include <quern/err.h>
#include <quern/retry.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)

#define QN_NAME_MAX       64 /* of a job within its queue */
#define QN_QUEUE_MAX      32 /* of a queue or namespace, [a-z0-9_-] */
#define QN_ID_SIZE        (QN_QUEUE_MAX + 1 + QN_NAME_MAX + 1) /* "queue.name" and NUL */
#define QN_ARGS_MAX       (1024 * 1024)                        /* bytes of arguments */
#define QN_TAGS_MAX       16
#define QN_TAG_MAX        64 /* bytes of one tag */
#define QN_REQUEST_ID_MAX 64
#define QN_LIMIT_KEY_MAX  64
#define QN_UNIQUE_MAX     256

/* Unique jobs: of those with the same key, one task and one queue, one may be there. */
enum qn_unique_until {
    QN_UNIQUE_NO,
    QN_UNIQUE_STARTED,  /* until the first run begins */
    QN_UNIQUE_FINISHED, /* until the job has ended */
    QN_UNIQUE_WINDOW,   /* for for_ms, whatever becomes of the job */
};
enum qn_unique_conflict {
    QN_UNIQUE_REJECT,   /* QN_EEXISTS, and the receipt has the id of the one that is there */
    QN_UNIQUE_EXISTING, /* the receipt is of the one that is there */
    QN_UNIQUE_REPLACE,  /* that one is cancelled, unless it runs: then QN_EEXISTS */
};
struct qn_unique {
    enum qn_unique_until until;
    enum qn_unique_conflict conflict;
    int64_t for_ms; /* at most this long; 0: no bound (a window needs one) */
};

/* A job to be made. Zero in a field means the default. All pointers are
 * borrowed for the call. */
struct qn_enqueue {
    const char *task;
    const char *args; /* a JSON object; NULL: {} */
    size_t args_len;
    const char *queue;     /* NULL: the task's own, else "default" */
    const char *name;      /* the part of the id after the queue; NULL: a UUIDv7 */
    int priority;          /* 0-3, 3 first */
    int64_t delay_ms;      /* start not before now + delay, broker's clock */
    int64_t eta_ms;        /* or: not before this Unix time in ms */
    int64_t expires_in_ms; /* not started by then: expired */
    int64_t expires_at_ms; /* or: Unix time in ms */
    int max_attempts;
    struct qn_retry retry;
    int64_t soft_limit_ms;
    int64_t hard_limit_ms;
    int64_t result_ttl_ms;
    const char *const *tags; /* NULL-terminated, or NULL */
    const char *request_id;
    const char *limit_key; /* whose turn it is (a tenant); 1-64 of [A-Za-z0-9_.:@-]; NULL */
    struct qn_unique unique;
    const char *unique_key; /* what must be unique, at most QN_UNIQUE_MAX bytes; NULL: the args,
                               byte by byte */
    bool accept_unknown;    /* take a task that no worker has published */
    /* The job that is made in the same queue when this one ends failed, cancelled or expired, by
     * what ends it; NULL: none. Its arguments are a JSON object too. A purge makes none. */
    const char *on_failed;
    const char *on_failed_args;
    size_t on_failed_args_len;
    bool awaited; /* qn_client_wait() for it comes next, which then has less to ask */
};

struct qn_receipt {
    char id[QN_ID_SIZE];
    bool existed;  /* the id was there before, or one with its unique key: nothing was made */
    bool replaced; /* another with its unique key was cancelled for it */
    int code; /* QN_OK or why this one was refused. QN_ESTATE: its queue is draining; QN_EEXISTS: by
                 the job in id, which has its unique key; QN_EFULL: later, after retry_ms */
    int64_t retry_ms;
    char msg[QN_ERR_TEXT_MAX];
};

enum qn_state {
    QN_SCHEDULED = 1,
    QN_QUEUED,
    QN_RUNNING,
    QN_RETRYING,
    QN_SUCCEEDED,
    QN_FAILED,
    QN_CANCELLED,
    QN_EXPIRED,
};

enum qn_cause {
    QN_CAUSE_NONE,
    QN_CAUSE_ERROR,
    QN_CAUSE_TIMEOUT,
    QN_CAUSE_CRASHED,
    QN_CAUSE_OUT_OF_MEMORY,
    QN_CAUSE_LOST,
    QN_CAUSE_REJECTED,
};

const char *qn_state_name(enum qn_state state); /* "queued" */
const char *qn_cause_name(enum qn_cause cause); /* "" for none */

/* What is known of a job. Strings are owned by the struct's allocation and are
 * "" when absent; times are Unix ms of the broker's clock, 0 when absent. */
struct qn_job_info {
    char id[QN_ID_SIZE];
    enum qn_state state;
    enum qn_cause cause;
    const char *task;
    const char *args; /* JSON */
    size_t args_len;
    const char *result; /* JSON, "" when none */
    size_t result_len;
    const char *error;
    const char *progress;  /* JSON {"done","total","text"}, "" when none */
    const char *artifacts; /* JSON array, "" when none */
    const char *history;   /* JSON lines, one per ended attempt */
    const char *request_id;
    const char *tags;   /* JSON array */
    const char *worker; /* incarnation that runs or ended it */
    const char *limit_key;
    const char *behind_limit;      /* the scope of a limit that it waits behind, "" none */
    const char *parent;            /* id of the job that it follows */
    const char *on_failed;         /* task of its follow-up when it ends without success */
    const char *on_failed_args;    /* JSON */
    char on_failed_id[QN_ID_SIZE]; /* the one that was made, "" none */
    struct qn_unique unique;       /* until QN_UNIQUE_NO: it need not be */
    int priority;
    int attempts; /* that counted */
    int max_attempts;
    int deaths;
    bool cancel_requested;
    int64_t enqueued_ms;
    int64_t due_ms;
    int64_t expires_ms;
    int64_t started_ms;
    int64_t ended_ms;
    int64_t kept_until_ms; /* when the record of an ended job goes */
};

struct qn_client;

struct qn_client_options {
    const char *url;        /* redis://host:port/db, unix:///path; NULL: QUERN_BROKER_URL,
                               then redis://127.0.0.1:6379/0 */
    const char *namespace_; /* NULL: QUERN_NAMESPACE, then "quern" */
    int64_t timeout_ms;     /* of each call; 0: 5000 */
};

QN_MUST_CHECK int qn_client_open(struct qn_client **ret, const struct qn_client_options *options,
                                 struct qn_err *reterr);
void qn_client_close(struct qn_client *client); /* NULL is fine */

/* One job. */
QN_MUST_CHECK int qn_client_enqueue(struct qn_client *client, const struct qn_enqueue *job,
                                    struct qn_receipt *ret, struct qn_err *reterr);

/* Many: each is judged by itself, ret[i] tells. Returns QN_OK when the broker
 * answered for all that were valid, even if some were refused. */
QN_MUST_CHECK int qn_client_enqueue_many(struct qn_client *client, const struct qn_enqueue *jobs,
                                         size_t n, struct qn_receipt *ret, struct qn_err *reterr);

/* Asynchronous: submit copies what it needs and returns; fn is called from
 * qn_client_service(). Poll qn_client_fd() for qn_client_events() (POLLIN |
 * POLLOUT), at most qn_client_wait_ms(), then call service. */
typedef void qn_enqueued_fn(void *arg, const struct qn_receipt *receipt);
QN_MUST_CHECK int qn_client_submit(struct qn_client *client, const struct qn_enqueue *job,
                                   qn_enqueued_fn *fn, void *arg, struct qn_err *reterr);
int qn_client_fd(const struct qn_client *client);
short qn_client_events(const struct qn_client *client);
int64_t qn_client_wait_ms(const struct qn_client *client); /* -1: no limit */
QN_MUST_CHECK int qn_client_service(struct qn_client *client, struct qn_err *reterr);
size_t qn_client_pending(const struct qn_client *client);

/* Look, wait for the end (or the time), cancel. The info is one allocation, to
 * be freed with qn_job_info_free(). Waiting past timeout_ms: QN_ETIMEOUT, and
 * *ret holds the state at that time; a broker that says nothing holds it up for as long as any
 * call. */
QN_MUST_CHECK int qn_client_get(struct qn_client *client, const char *id, struct qn_job_info **ret,
                                struct qn_err *reterr);
QN_MUST_CHECK int qn_client_wait(struct qn_client *client, const char *id, int64_t timeout_ms,
                                 struct qn_job_info **ret, struct qn_err *reterr);
/* *ret_state: QN_CANCELLED now, QN_RUNNING when its worker was told to stop it,
 * else the final state that it had before. */
QN_MUST_CHECK int qn_client_cancel(struct qn_client *client, const char *id,
                                   enum qn_state *ret_state, struct qn_err *reterr);
/* Starts a job anew that failed, was cancelled or expired, with no attempt used; one that waits
 * for its next attempt goes now. QN_OK: *ret_state is QN_QUEUED, it is in line. QN_ESTATE:
 * *ret_state is the state that forbids it. An unknown outcome is asked for once more here; after
 * QN_EUNKNOWN calling again is safe. */
QN_MUST_CHECK int qn_client_retry(struct qn_client *client, const char *id,
                                  enum qn_state *ret_state, struct qn_err *reterr);
void qn_job_info_free(struct qn_job_info *info);

#pragma GCC visibility pop

#endif
