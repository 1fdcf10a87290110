#include "follow.h"

#include "broker-client/sha256.h"
#include "common/log.h"
#include "common/mem.h"
#include "link.h"
#include <stdio.h>
#include <string.h>

#define AGAIN_MS 1000

/* The follow-ups of one run, on their way. */
struct letter {
    struct worker_follow *follow;
    struct letter *next;
    struct worker_run *run; /* NULL: dropped */
    int left;               /* answers that are missing */
    bool failed;
};

struct worker_follow {
    struct worker_base *base;
    struct worker_follow_events events;
    struct letter *letters;
    struct qn_timer *again;
    bool refused; /* the broker has no room: said once */
};

static void send_failed(void *arg);

int worker_follow_create(struct worker_follow **ret, struct worker_base *base,
                         const struct worker_follow_events *events, struct qn_err *reterr)
{
    struct worker_follow *follow = qn_zalloc(1, sizeof(*follow));

    if (!follow)
        return qn_fail(reterr, QN_ENOMEM, "follow-ups: out of memory");
    follow->base = base;
    follow->events = *events;
    int rc = qn_timer_create(&follow->again, base->loop, send_failed, follow, reterr);
    if (rc == QN_OK)
        *ret = follow;
    else
        qn_free(follow);
    return rc;
}

void worker_follow_free(struct worker_follow *follow)
{
    if (!follow)
        return;
    while (follow->letters) {
        struct letter *next = follow->letters->next;
        qn_free(follow->letters);
        follow->letters = next;
    }
    qn_timer_free(follow->again);
    qn_free(follow);
}

int worker_follow_name(const char *parent_id, int n, char out[QN_ID_TEXT_SIZE])
{
    uint8_t digest[QN_SHA256_BYTES];
    char text[QN_ID_SIZE + 16];
    int len = snprintf(text, sizeof(text), "%s\n%d", parent_id, n);

    if (len < 0 || (size_t)len >= sizeof(text) ||
        qn_sha256_of((struct qn_span){text, (size_t)len}, digest) < 0)
        return QN_EINVAL;
    qn_id_encode(digest, out);
    return QN_OK;
}

bool worker_follow_keep(struct worker_run *run, struct qn_span body)
{
    struct worker_follow_frame frame;

    if (run->n_follows >= WORKER_FOLLOWS_MAX || worker_link_decode_follow(body, &frame) != QN_OK)
        return false;
    qn_buf_add_u32(&run->follows, (uint32_t)body.len);
    qn_buf_add(&run->follows, body.data, body.len);
    run->n_follows++;
    return qn_buf_status(&run->follows) == QN_OK;
}

/* ---- answers ---- */

static void unlink_letter(struct letter *letter)
{
    struct letter **link = &letter->follow->letters;

    while (*link != letter)
        link = &(*link)->next;
    *link = letter->next;
    qn_free(letter);
}

/* A run whose follow-ups find no room does not end, which is to be seen. */
static void tell_refused(struct worker_follow *follow, const struct letter *letter,
                         const struct qn_reply *reply)
{
    bool refused = reply->rc == QN_EFULL;

    if (refused == follow->refused || (!refused && reply->rc != QN_OK))
        return;
    follow->refused = refused;
    if (refused)
        qn_log(QN_LOG_WARN, "no room for follow-up jobs: the jobs that make them cannot end",
               QN_STR("job", letter->run ? letter->run->name : ""), QN_STR("why", reply->err->msg));
    else
        qn_log(QN_LOG_INFO, "follow-up jobs are made again");
}

static void finish(struct letter *letter)
{
    struct worker_follow *follow = letter->follow;
    struct worker_run *run = letter->run;

    if (run && letter->failed) {
        qn_timer_set(follow->again, AGAIN_MS);
        return;
    }
    unlink_letter(letter);
    if (run)
        follow->events.made(follow->events.arg, run);
}

static void on_made(void *arg, const struct qn_reply *reply)
{
    struct letter *letter = arg;

    tell_refused(letter->follow, letter, reply);
    if (reply->rc != QN_OK && (qn_err_is_transient(reply->rc))) {
        letter->failed = true;
    } else if (reply->rc != QN_OK) {
        qn_log(QN_LOG_ERROR, "a follow-up job could not be made, ignoring it",
               QN_STR("job", letter->run ? letter->run->name : ""), QN_STR("why", reply->err->msg));
    }
    if (--letter->left == 0)
        finish(letter);
}

/* ---- sending ---- */

static int encode_body(const struct worker_run *run, const struct worker_follow_frame *frame,
                       const char *parent_id, struct qn_buf *out)
{
    const struct qn_body body = {
        .task = frame->task,
        .args = frame->args,
        .request_id = run->job.body.request_id,
        .parent = {.data = parent_id, .len = strlen(parent_id)},
    };

    return qn_body_encode(&body, out);
}

static void make(struct letter *letter, const char *parent_id, int n,
                 const struct worker_follow_frame *frame)
{
    struct worker_base *base = letter->follow->base;
    const struct worker_run *run = letter->run;
    char queue[QN_QUEUE_MAX + 1], name[QN_ID_TEXT_SIZE];
    struct qn_buf body;

    snprintf(queue, sizeof(queue), "%.*s", (int)frame->queue.len, frame->queue.data);
    qn_buf_init(&body, QN_RECORD_MAX);
    if (worker_follow_name(parent_id, n, name) != QN_OK ||
        encode_body(run, frame, parent_id, &body) != QN_OK) {
        qn_buf_release(&body);
        return;
    }
    const struct qn_new_job job = {
        .name = name,
        .body = {.data = body.data, .len = body.len},
        .follows = true,
    };
    letter->left++;
    base->broker->ops->enqueue(base->broker, queue[0] ? queue : worker_queue_name(base, run->queue),
                               &job, 1, on_made, letter);
    qn_buf_release(&body);
}

static void send_letter(struct letter *letter)
{
    const struct worker_run *run = letter->run;
    struct qn_span rest = {.data = run->follows.data, .len = run->follows.len}, body;
    struct worker_follow_frame frame;
    char parent_id[QN_ID_SIZE];
    uint32_t len;
    int n = 0;

    letter->failed = false;
    letter->left = 1; /* this function's own, until all are on their way */
    snprintf(parent_id, sizeof(parent_id), "%s.%s",
             worker_queue_name(letter->follow->base, run->queue), run->name);
    while (qn_span_u32(&rest, &len) && qn_span_bytes(&rest, len, &body)) {
        if (worker_link_decode_follow(body, &frame) == QN_OK)
            make(letter, parent_id, n, &frame);
        n++;
    }
    if (--letter->left == 0)
        finish(letter);
}

void worker_follow_send(struct worker_follow *follow, struct worker_run *run)
{
    struct letter *letter = worker_must_alloc(sizeof(*letter));

    *letter = (struct letter){.follow = follow, .next = follow->letters, .run = run};
    follow->letters = letter;
    if (worker_is_connected(follow->base)) {
        send_letter(letter);
    } else {
        letter->failed = true;
        qn_timer_set(follow->again, AGAIN_MS);
    }
}

void worker_follow_resend(struct worker_follow *follow)
{
    struct letter *letter = follow->letters;

    while (letter) {
        struct letter *next = letter->next;
        if (letter->left == 0 && letter->failed && letter->run)
            send_letter(letter);
        letter = next;
    }
}

static void send_failed(void *arg)
{
    struct worker_follow *follow = arg;

    if (worker_is_connected(follow->base))
        worker_follow_resend(follow);
    else if (follow->letters)
        qn_timer_set(follow->again, AGAIN_MS);
}

void worker_follow_drop(struct worker_follow *follow, void (*fn)(void *arg, struct worker_run *run),
                        void *arg)
{
    struct letter *letter = follow->letters;

    while (letter) {
        struct letter *next = letter->next;
        struct worker_run *run = letter->run;
        letter->run = NULL;
        if (letter->left == 0)
            unlink_letter(letter);
        if (run)
            fn(arg, run);
        letter = next;
    }
}
