/* enqueue.h - from parsed jobs to jobs on the broker.
 *
 * Steps: check each item against the directory (again with a fresh copy before
 * a task is called unknown), name and pack it, one operation per queue, an answer
 * per item. An unknown outcome is asked again with the same names until the time
 * is over: nothing is made twice.
 *
 * An item that was refused takes no part in the later steps.
 */
#ifndef API_ENQUEUE_H
#define API_ENQUEUE_H

#include "digest.h"
#include "enqueue_parse.h"
#include "request.h"
#include "server.h"

struct api_item {
    struct qn_draft draft;
    bool refused;
    struct api_fault fault; /* why */
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
    bool existed;                 /* nothing was made: it was there */
    bool shared;                  /* so, and name is of another, which has its unique key */
    bool replaced;                /* another was cancelled for it */
    char holder[QN_NAME_MAX + 1]; /* who refused it, or ""  */
    bool grouped;                 /* is in a batch */
    size_t body_at, body_len;
};

struct api_flash; /* flash.h */
struct api_batch; /* the items of one queue */

/* The state of a request that makes jobs. */
struct api_enqueue {
    struct api_request *req;
    bool list;                /* the client sent an array */
    const char *field_prefix; /* of an argument's name in errors: "args." or "" */
    struct api_item *items;
    size_t n;
    const char *key; /* Idempotency-Key, or NULL */
    uint8_t hash[API_DIGEST_BYTES];
    bool looked_again; /* the directory is as fresh as it gets */
    struct qn_buf bodies;
    struct api_batch *batches;
    size_t open; /* batches without an answer */
    int64_t until_mono_ms;
    int64_t now_ms;                             /* the broker's clock when it made jobs */
    void (*ended)(struct api_enqueue *enqueue); /* NULL: the usual answer follows */
    struct api_flash *flash;                    /* NULL, or owned: the only item is of a sale */
};

/* jobs_enqueue.c: all batches are answered. */
void api_enqueue_answer(struct api_enqueue *enqueue);
/* The usual answer, for who has been told that it ended. */
void api_enqueue_respond(struct api_enqueue *enqueue);
/* One job, in the words of POST /v1/jobs; json passed the check and lives as long as the
 * request. */
void api_enqueue_one(struct api_request *req, struct qn_span json,
                     void (*ended)(struct api_enqueue *enqueue));

/* A door of one task: the body is its arguments, none at all counts as {}. */
void api_enqueue_task(struct api_request *req, const char *task);

/* For n items that the caller fills; the request owns it. */
QN_MUST_CHECK int api_enqueue_open(struct api_enqueue **ret, struct api_request *req, size_t n,
                                   struct api_fault *fault);

/* enqueue_check.c: refuses what cannot be, names and packs the rest, then sends. */
void api_enqueue_start(struct api_enqueue *enqueue);
/* Names item i now, for who must know. */
QN_MUST_CHECK int api_enqueue_name(struct api_enqueue *enqueue, size_t i);
/* Whether the directory knows what a job names, and its arguments fit; ret_queue gets where it
 * goes. prefix: of an argument's name in errors. What is unknown to an old copy a fresh one may
 * know. */
QN_MUST_CHECK int api_draft_check(const struct api_server *server, const struct qn_draft *draft,
                                  const char *prefix, char ret_queue[QN_QUEUE_MAX + 1],
                                  struct api_fault *fault);
bool api_fault_is_unknown(const struct api_fault *fault);

/* enqueue_send.c */
void api_enqueue_send(struct api_enqueue *enqueue);
void api_enqueue_free_batches(struct api_enqueue *enqueue);

#endif
