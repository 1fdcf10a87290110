#include "gather.h"
#include "common/mem.h"
#include "common/str.h"
#include <string.h>

#define BYTES_MAX (1024 * 1024) /* of the bodies of one operation; a larger request goes alone */
#define EARLY_N   16            /* jobs that leave before the turn is over */
#define SPARES    4

/* Who asked, and for how many jobs. */
struct part {
    qn_reply_fn *fn;
    void *arg;
    size_t n;
};

/* One operation: it is open until it is sent, and kept until its answer is here. */
struct parcel {
    struct parcel *next;
    struct api_gather *gather;
    char queue[QN_QUEUE_MAX + 1];
    size_t n_jobs, n_parts, bytes;
    struct qn_new_job jobs[QN_ENQUEUE_BATCH_MAX];
    struct part parts[QN_ENQUEUE_BATCH_MAX];
};

struct api_gather {
    struct qn_broker *broker;
    struct qn_later *turn;
    struct parcel *open; /* at most one for a queue */
    struct parcel *spare;
    size_t n_spare;
};

static void send_parcel(struct parcel *parcel);

static void on_turn(void *arg)
{
    api_gather_flush(arg);
}

int api_gather_create(struct api_gather **ret, struct qn_broker *broker, struct qn_loop *loop,
                      struct qn_err *reterr)
{
    struct api_gather *gather = qn_zalloc(1, sizeof(*gather));
    if (!gather)
        return qn_fail(reterr, QN_ENOMEM, "out of memory");
    gather->broker = broker;
    int rc = qn_later_create(&gather->turn, loop, on_turn, gather, reterr);
    if (rc < 0)
        qn_free(gather);
    else
        *ret = gather;
    return rc;
}

void api_gather_free(struct api_gather *gather)
{
    if (!gather)
        return;
    while (gather->spare) {
        struct parcel *parcel = gather->spare;
        gather->spare = parcel->next;
        qn_free(parcel);
    }
    qn_later_free(gather->turn);
    qn_free(gather);
}

/* ---- parcels ---- */

static struct parcel *open_parcel(struct api_gather *gather, const char *queue)
{
    struct parcel *parcel = gather->spare;
    if (parcel) {
        gather->spare = parcel->next;
        gather->n_spare--;
    } else {
        parcel = qn_alloc(sizeof(*parcel));
    }
    if (!parcel)
        return NULL;
    parcel->gather = gather;
    parcel->n_jobs = parcel->n_parts = parcel->bytes = 0;
    qn_str_copy(parcel->queue, sizeof(parcel->queue), queue);
    parcel->next = gather->open;
    gather->open = parcel;
    return parcel;
}

static void drop_parcel(struct parcel *parcel)
{
    struct api_gather *gather = parcel->gather;
    if (gather->n_spare == SPARES) {
        qn_free(parcel);
        return;
    }
    parcel->next = gather->spare;
    gather->spare = parcel;
    gather->n_spare++;
}

static size_t bytes_of(const struct qn_new_job *jobs, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += jobs[i].body.len;
    return bytes;
}

/* The open one of a queue that has room; one that is full is sent first. */
static struct parcel *find_parcel(struct api_gather *gather, const char *queue, size_t n,
                                  size_t bytes)
{
    struct parcel **at = &gather->open;
    while (*at && strcmp((*at)->queue, queue) != 0)
        at = &(*at)->next;
    struct parcel *parcel = *at;
    if (!parcel)
        return open_parcel(gather, queue);
    if (parcel->n_jobs + n <= QN_ENQUEUE_BATCH_MAX && parcel->bytes + bytes <= BYTES_MAX)
        return parcel;
    *at = parcel->next;
    send_parcel(parcel);
    return open_parcel(gather, queue);
}

void api_gather_enqueue(struct api_gather *gather, const char *queue, const struct qn_new_job *jobs,
                        size_t n, qn_reply_fn *fn, void *arg)
{
    size_t bytes = bytes_of(jobs, n);
    struct parcel *parcel = find_parcel(gather, queue, n, bytes);
    if (!parcel) {
        gather->broker->ops->enqueue(gather->broker, queue, jobs, n, fn, arg);
        return;
    }
    memcpy(&parcel->jobs[parcel->n_jobs], jobs, n * sizeof(*jobs));
    parcel->parts[parcel->n_parts++] = (struct part){fn, arg, n};
    parcel->n_jobs += n;
    parcel->bytes += bytes;
    if (parcel->n_jobs >= EARLY_N)
        api_gather_flush(gather);
    else
        qn_later_set(gather->turn);
}

/* ---- sending, and the answer ---- */

static void on_enqueued(void *arg, const struct qn_reply *reply)
{
    struct parcel *parcel = arg;
    struct qn_reply own = *reply;
    size_t at = 0;
    for (size_t i = 0; i < parcel->n_parts; i++) {
        const struct part *part = &parcel->parts[i];
        struct qn_enqueued enqueued;
        if (reply->rc == QN_OK) {
            enqueued = *reply->enqueued;
            enqueued.n = part->n;
            enqueued.code += at;
            enqueued.holder += enqueued.holder ? at : 0;
            own.enqueued = &enqueued;
        }
        at += part->n;
        part->fn(part->arg, &own);
    }
    drop_parcel(parcel);
}

static void send_parcel(struct parcel *parcel)
{
    struct qn_broker *broker = parcel->gather->broker;
    broker->ops->enqueue(broker, parcel->queue, parcel->jobs, parcel->n_jobs, on_enqueued, parcel);
}

void api_gather_flush(struct api_gather *gather)
{
    while (gather->open) {
        struct parcel *parcel = gather->open;
        gather->open = parcel->next;
        send_parcel(parcel);
    }
    gather->broker->ops->push(gather->broker);
}
