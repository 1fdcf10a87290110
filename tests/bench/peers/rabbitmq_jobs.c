/* rabbitmq_jobs.c - producer and worker of RabbitMQ.
 *
 *   rabbitmq_jobs one|bulk|roundtrip N
 *   rabbitmq_jobs purge
 *   rabbitmq_jobs worker PREFETCH ACKS
 *
 * The queue is durable, messages are persistent, the producer waits for confirms: of each
 * message, or of a portion. The worker acknowledges ACKS messages with one frame, and what it
 * has whenever there is no more. A message with reply-to is answered there.
 */
#include "jobs.h"
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum { CHANNEL = 1, PERSISTENT = 2, PORTION = 1000 };

static const char QUEUE[] = "peer";

static void need(int status, const char *what)
{
    if (status != AMQP_STATUS_OK)
        jobs_die(what, amqp_error_string2(status));
}

static void need_normal(amqp_rpc_reply_t reply, const char *what)
{
    if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION)
        jobs_die(what, amqp_error_string2(reply.library_error));
    if (reply.reply_type != AMQP_RESPONSE_NORMAL)
        jobs_die(what, "the server refused");
}

static void need_reply(amqp_connection_state_t link, const char *what)
{
    need_normal(amqp_get_rpc_reply(link), what);
}

static amqp_connection_state_t link_open(void)
{
    amqp_connection_state_t link = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(link);
    int port = (int)jobs_number("PEER_BROKER", jobs_setting("PEER_BROKER"));
    if (!socket)
        jobs_die("connection", "no memory");
    need(amqp_socket_open(socket, "127.0.0.1", port), "connection");
    need_normal(amqp_login(link, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"),
                "login");
    amqp_channel_open(link, CHANNEL);
    need_reply(link, "channel");
    amqp_queue_declare(link, CHANNEL, amqp_cstring_bytes(QUEUE), 0, 1, 0, 0, amqp_empty_table);
    need_reply(link, "queue");
    return link;
}

static void link_close(amqp_connection_state_t link)
{
    amqp_connection_close(link, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(link);
}

/* ---- producing ---- */

/* reply_to: a queue, or empty. */
static void publish(amqp_connection_state_t link, amqp_bytes_t body, amqp_bytes_t reply_to)
{
    amqp_basic_properties_t properties = {
        ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG,
        .delivery_mode = PERSISTENT,
    };
    if (reply_to.len > 0) {
        properties._flags |= AMQP_BASIC_REPLY_TO_FLAG;
        properties.reply_to = reply_to;
    }
    need(amqp_basic_publish(link, CHANNEL, amqp_empty_bytes, amqp_cstring_bytes(QUEUE), 0, 0,
                            &properties, body),
         "publish");
}

/* Confirms may come one for many. */
static void wait_confirmed(amqp_connection_state_t link, uint64_t tag)
{
    uint64_t confirmed = 0;
    while (confirmed < tag) {
        amqp_frame_t frame;
        need(amqp_simple_wait_frame(link, &frame), "confirm");
        if (frame.frame_type != AMQP_FRAME_METHOD ||
            frame.payload.method.id != AMQP_BASIC_ACK_METHOD)
            jobs_die("confirm", "the server refused a message");
        const amqp_basic_ack_t *ack = frame.payload.method.decoded;
        confirmed = ack->delivery_tag;
        amqp_maybe_release_buffers(link);
    }
}

static void enqueue(long jobs, long portion)
{
    amqp_connection_state_t link = link_open();
    size_t len;
    char *payload = jobs_payload(&len);
    amqp_bytes_t body = {.len = len, .bytes = payload};
    amqp_confirm_select(link, CHANNEL);
    need_reply(link, "confirm");
    int64_t begun = jobs_now_ns();
    for (long done = 0; done < jobs;) {
        long until = done + portion < jobs ? done + portion : jobs;
        for (; done < until; done++)
            publish(link, body, amqp_empty_bytes);
        wait_confirmed(link, (uint64_t)done);
    }
    jobs_print_seconds(begun);
    free(payload);
    link_close(link);
}

struct asking {
    amqp_connection_state_t link;
    amqp_bytes_t payload, replies;
};

static void trip(void *arg)
{
    struct asking *asking = arg;
    amqp_envelope_t envelope;
    publish(asking->link, asking->payload, asking->replies);
    amqp_maybe_release_buffers(asking->link);
    if (amqp_consume_message(asking->link, &envelope, NULL, 0).reply_type != AMQP_RESPONSE_NORMAL)
        jobs_die("reply", "none came");
    amqp_destroy_envelope(&envelope);
}

static void round_trips(long count)
{
    amqp_connection_state_t link = link_open();
    size_t len;
    char *payload = jobs_payload(&len);
    amqp_queue_declare_ok_t *queue =
        amqp_queue_declare(link, CHANNEL, amqp_empty_bytes, 0, 0, 1, 1, amqp_empty_table);
    need_reply(link, "queue of replies");
    struct asking asking = {.link = link,
                            .payload = {.len = len, .bytes = payload},
                            .replies = amqp_bytes_malloc_dup(queue->queue)};
    amqp_basic_consume(link, CHANNEL, asking.replies, amqp_empty_bytes, 0, 1, 0, amqp_empty_table);
    need_reply(link, "consume");
    jobs_round_trips(trip, &asking, count);
    amqp_bytes_free(asking.replies);
    free(payload);
    link_close(link);
}

static void purge(void)
{
    amqp_connection_state_t link = link_open();
    amqp_queue_purge(link, CHANNEL, amqp_cstring_bytes(QUEUE));
    need_reply(link, "purge");
    link_close(link);
}

/* ---- working ---- */

static void answer(amqp_connection_state_t link, amqp_bytes_t reply_to)
{
    need(amqp_basic_publish(link, CHANNEL, amqp_empty_bytes, reply_to, 0, 0, NULL,
                            amqp_cstring_bytes("done")),
         "reply");
}

static void run(amqp_connection_state_t link, const amqp_message_t *message)
{
    if (message->properties._flags & AMQP_BASIC_REPLY_TO_FLAG)
        answer(link, message->properties.reply_to);
    else
        jobs_ended();
}

/* Whether there was a message; waits for it unless something is to be acknowledged. */
static bool receive(amqp_connection_state_t link, amqp_envelope_t *ret, bool waits)
{
    struct timeval now = {0};
    amqp_maybe_release_buffers(link);
    amqp_rpc_reply_t reply = amqp_consume_message(link, ret, waits ? NULL : &now, 0);
    if (reply.reply_type == AMQP_RESPONSE_NORMAL)
        return true;
    if (reply.reply_type != AMQP_RESPONSE_LIBRARY_EXCEPTION ||
        reply.library_error != AMQP_STATUS_TIMEOUT)
        jobs_die("worker", "the connection broke");
    return false;
}

static void work(long prefetch, long acks)
{
    amqp_connection_state_t link = link_open();
    amqp_basic_qos(link, CHANNEL, 0, (uint16_t)prefetch, 0);
    need_reply(link, "qos");
    amqp_basic_consume(link, CHANNEL, amqp_cstring_bytes(QUEUE), amqp_empty_bytes, 0, 0, 0,
                       amqp_empty_table);
    need_reply(link, "consume");
    uint64_t last = 0;
    long unacked = 0;
    for (;;) {
        amqp_envelope_t envelope;
        bool got = receive(link, &envelope, unacked == 0);
        if (got) {
            run(link, &envelope.message);
            last = envelope.delivery_tag;
            unacked++;
            amqp_destroy_envelope(&envelope);
        }
        if (unacked >= acks || !got) {
            need(amqp_basic_ack(link, CHANNEL, last, acks > 1), "ack");
            unacked = 0;
        }
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (argc == 4 && strcmp(what, "worker") == 0)
        work(jobs_number("PREFETCH", argv[2]), jobs_number("ACKS", argv[3]));
    else if (argc == 2 && strcmp(what, "purge") == 0)
        purge();
    else if (argc == 3 && strcmp(what, "one") == 0)
        enqueue(jobs_number("N", argv[2]), 1);
    else if (argc == 3 && strcmp(what, "bulk") == 0)
        enqueue(jobs_number("N", argv[2]), PORTION);
    else if (argc == 3 && strcmp(what, "roundtrip") == 0)
        round_trips(jobs_number("N", argv[2]));
    else
        jobs_die("rabbitmq_jobs", "one|bulk|roundtrip N, purge, or worker PREFETCH ACKS");
    return 0;
}
