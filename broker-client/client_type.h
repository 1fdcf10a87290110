/* client_type.h - the inside of a client, for client*.c.
 *
 * A job that is asked for passes three stations: it is judged (client_judge.c)
 * against the definitions (client_defs.c), put into a batch of its queue, and the
 * batch is sent (client_batch.c).
 */
#ifndef BROKER_CLIENT_CLIENT_TYPE_H
#define BROKER_CLIENT_CLIENT_TYPE_H

#include "broker.h"
#include "common/id.h"
#include "taskdef.h"
#include "unique.h"

/* Times the broker's definitions are looked at again. */
#define QN_DEFS_RETRY_MS (2 * INT64_C(1000))  /* when something is unknown or refused */
#define QN_DEFS_AGE_MS   (60 * INT64_C(1000)) /* in any case */

struct qn_defs {
    struct qn_taskdef **tasks; /* sorted by name */
    size_t n_tasks;
    char **queues; /* sorted */
    size_t n_queues;
    int64_t fetched_ms; /* mono, -1 never */
    bool fetching;
    int waiting; /* answers still to come */
    int rc;      /* of the last fetch */
    struct qn_err err;
};

/* Who is told what became of a job: one of both. */
struct qn_told {
    struct qn_receipt *out;
    qn_enqueued_fn *fn;
    void *arg;
};

/* A job in its batch. */
struct qn_item {
    char name[QN_NAME_MAX + 1];
    char unique_key[QN_UNIQUE_KEY_SIZE];
    struct qn_new_job job; /* name, unique key and body are set when it is sent */
    size_t body_at;
    size_t body_len;
    struct qn_told told;
};

struct qn_batch {
    struct qn_batch *next; /* of the spare ones */
    struct qn_client *client;
    char queue[QN_QUEUE_MAX + 1];
    struct qn_buf bodies;
    struct qn_item *items;
    struct qn_new_job *jobs; /* as many; filled when they are sent */
    size_t n;
    size_t cap;
};

/* A submitted job that waits for the definitions. */
struct qn_late {
    struct qn_late *next;
    struct qn_enqueue job; /* pointers into text, tags into the array behind */
    struct qn_told told;
    const char *tags[QN_TAGS_MAX + 1];
    char text[];
};

/* The last job that was registered as it was made. */
struct qn_awaited {
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
    int64_t until_ms; /* mono; 0: it is not registered, or was waited for */
    bool told;        /* of its end, or that ends may be lost */
};

struct qn_client {
    struct qn_loop *loop;
    struct qn_broker *broker;
    int64_t timeout_ms;
    struct qn_defs defs;
    struct qn_batch *open;  /* filled until the next service, or NULL */
    struct qn_batch *spare; /* done, for the next ones */
    size_t n_spare;
    struct qn_random_pool random; /* for names */
    struct qn_late *late;         /* first in, first out */
    struct qn_late **late_tail;
    size_t pending;   /* submitted and not told */
    size_t in_flight; /* batches */
    int batch_rc;     /* first failure of a batch since it was cleared */
    struct qn_err batch_err;
    bool idle;              /* no batch is in flight */
    bool has_room;          /* for one more, of an enqueue_many */
    bool fresh;             /* something was submitted since the last service */
    bool look;              /* the job that is waited for may have ended */
    bool unheard;           /* what was told may be lost: register again */
    const char *wait_queue; /* whose end is waited for, NULL none */
    const char *wait_name;
    struct qn_awaited awaited;
};

/* client_defs.c */
void qn_defs_init(struct qn_defs *defs);
void qn_defs_release(struct qn_defs *defs);
const struct qn_taskdef *qn_defs_task(const struct qn_defs *defs, const char *name);
bool qn_defs_queue(const struct qn_defs *defs, const char *name);
/* Asks for all definitions; qn_client_defs_came() is called when they are here. */
void qn_defs_fetch(struct qn_client *client);
/* They are to be looked at again: before a job is judged, or (refused) because it was refused. */
bool qn_defs_too_old(const struct qn_defs *defs, bool refused);
void qn_client_defs_came(struct qn_client *client);

/* client_judge.c: what is wrong with the job, or where it goes. */
QN_MUST_CHECK int qn_judge(const struct qn_client *client, const struct qn_enqueue *job,
                           char queue[QN_QUEUE_MAX + 1], struct qn_err *reterr);
/* A job that was judged, as it is sent. Its body is appended to out. */
QN_MUST_CHECK int qn_judge_fill(struct qn_client *client, const struct qn_enqueue *job,
                                struct qn_item *item, struct qn_buf *out, struct qn_err *reterr);
size_t qn_judge_args_len(const struct qn_enqueue *job);
size_t qn_judge_on_failed_len(const struct qn_enqueue *job);

/* client_batch.c */
/* *ret_doubt: it was refused by definitions that are old, and nothing was done with it; NULL:
 * refused all the same. Who is refused is told so at once, and its code returned. */
QN_MUST_CHECK int qn_batch_add(struct qn_client *client, const struct qn_enqueue *job,
                               const struct qn_told *told, bool *ret_doubt);
void qn_batch_refuse(struct qn_client *client, const struct qn_told *told,
                     const struct qn_err *why);
void qn_batch_flush(struct qn_client *client);
void qn_batch_free(struct qn_batch *batch);

/* client.c: runs the loop until *done; every operation is answered in time. */
QN_MUST_CHECK int qn_client_run(struct qn_client *client, const bool *done, struct qn_err *reterr);
QN_MUST_CHECK int qn_client_look(struct qn_client *client, const char *queue, const char *name,
                                 struct qn_job_info **ret, struct qn_err *reterr);

/* client_wait.c */
#define QN_WATCH_MS (60 * INT64_C(1000)) /* for which a job is registered */
qn_ended_fn qn_client_told;
/* A job that is awaited is about to be made; and it was, registered or not. */
void qn_client_awaits(struct qn_client *client, const char *queue, const char *name);
void qn_client_awaited(struct qn_client *client, bool watched);

#endif
