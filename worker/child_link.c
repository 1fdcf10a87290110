#include "child_link.h"

#include "job.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* An executor ends with its supervisor by a signal, which a task that changes its user can
 * lose: so it looks now and then. */
#define LOOK_MS 30000

void worker_child_link_init(struct worker_child_link *link, const struct worker_ends *ends)
{
    *link = (struct worker_child_link){.ends = *ends, .parent = getppid()};
    qn_frame_reader_init(&link->reader, WORKER_FRAME_MAX);
    qn_buf_init(&link->out, WORKER_FRAME_MAX + QN_FRAME_HEAD);
}

void worker_child_link_release(struct worker_child_link *link)
{
    qn_buf_release(&link->out);
    qn_frame_reader_release(&link->reader);
}

/* ---- up ---- */

static int send_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return QN_ECONN;
        data += n;
        len -= (size_t)n;
    }
    return QN_OK;
}

/* Sends the one frame that out holds. */
static int flush(struct worker_child_link *link)
{
    int rc = qn_buf_status(&link->out);

    if (rc == QN_OK)
        rc = send_all(link->ends.fd, link->out.data, link->out.len);
    qn_buf_reset(&link->out);
    link->by_socket = true;
    return rc;
}

int worker_child_link_send(struct worker_child_link *link, enum worker_frame type,
                           struct qn_span body)
{
    qn_frame_write(&link->out, (uint8_t)type, body.data, body.len);
    return flush(link);
}

int worker_child_link_follow(struct worker_child_link *link,
                             const struct worker_follow_frame *follow)
{
    size_t mark;

    qn_frame_begin(&link->out, WORKER_FRAME_FOLLOW, &mark);
    worker_link_encode_follow(&link->out, follow);
    qn_frame_end(&link->out, mark);
    return flush(link);
}

int worker_child_link_result(struct worker_child_link *link,
                             const struct worker_result_frame *result)
{
    struct qn_buf *out = &link->out;
    size_t mark;

    qn_frame_begin(out, WORKER_FRAME_RESULT, &mark);
    int rc = worker_link_encode_result(out, result);
    qn_frame_end(out, mark);
    if (rc == QN_OK && qn_buf_status(out) == QN_OK && !link->by_socket &&
        worker_box_put(&link->ends.up->box, out->data, out->len)) {
        qn_buf_reset(out);
        worker_bell_ring(&link->ends.rope);
        return QN_OK;
    }
    int sent = flush(link);
    return rc == QN_OK ? sent : rc;
}

/* ---- down ---- */

/* QN_EAGAIN at the end of the stream. */
static int receive(struct worker_child_link *link)
{
    char *into;
    size_t room;
    ssize_t n;
    int rc = qn_frame_room(&link->reader, &into, &room);

    if (rc != QN_OK)
        return rc;
    do
        n = recv(link->ends.fd, into, room, 0);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return n == 0 || errno == ECONNRESET ? QN_EAGAIN : QN_ECONN;
    qn_frame_filled(&link->reader, (size_t)n);
    return QN_OK;
}

/* QN_EAGAIN when the supervisor is gone. */
static int wait_for_message(struct worker_child_link *link)
{
    const struct worker_box *box = &link->ends.down->box;

    while (!worker_box_wait(box, link->seen, LOOK_MS)) {
        if (getppid() != link->parent)
            return QN_EAGAIN;
    }
    link->seen++;
    return QN_OK;
}

static int take_message(struct worker_child_link *link)
{
    const struct worker_box *box = &link->ends.down->box;
    size_t len = worker_box_len(box);
    int rc = len > 0 ? qn_frame_feed(&link->reader, box->bytes, len) : receive(link);

    atomic_store(&link->ends.up->taken, link->seen);
    return rc;
}

/* What a large job needed is given back: an idle executor is small. */
static void shrink(struct worker_child_link *link)
{
    struct qn_frame_reader *reader = &link->reader;

    worker_buffer_trim(&link->out);
    if (qn_frame_reader_is_empty(reader) && reader->buf.cap > WORKER_BUFFER_KEEP) {
        qn_frame_reader_release(reader);
        qn_frame_reader_init(reader, WORKER_FRAME_MAX);
    }
}

/* Part of a frame: the rest is on its way over the socket. */
static int get_more(struct worker_child_link *link)
{
    if (!qn_frame_reader_is_empty(&link->reader))
        return receive(link);
    shrink(link);
    int rc = wait_for_message(link);
    return rc == QN_OK ? take_message(link) : rc;
}

int worker_child_link_next(struct worker_child_link *link, struct qn_frame *ret)
{
    int rc;

    while ((rc = qn_frame_next(&link->reader, ret)) == QN_EAGAIN) {
        rc = get_more(link);
        if (rc != QN_OK)
            return rc;
    }
    link->by_socket = false;
    return rc;
}
