/* subject.h - what is done again and again, letting its first, second, ... allocation fail.
 *
 * A subject is a row of a table: torture.c runs it until no allocation fails. Each time it has
 * to return QN_ENOMEM (or to succeed, where it can do without), and what it made goes; after it
 * failed, the same thing has to succeed on what is left. Nothing stays alive.
 */
#ifndef TESTS_TORTURE_SUBJECT_H
#define TESTS_TORTURE_SUBJECT_H

#include "broker-client/broker.h"

struct torture_room {
    const char *url; /* of the broker */
    struct qn_loop *loop;
    struct qn_broker *broker; /* connected */
    void *own;                /* what the subject needs between its functions */
};

struct torture_subject {
    const char *name;
    bool needs_broker, only_mem;
    /* With memory, before; NULL: nothing. */
    void (*prepare)(struct torture_room *room);
    /* Makes something and releases it. It is called once more, with memory, when it failed. */
    int (*run)(struct torture_room *room, struct qn_err *reterr);
    void (*clean)(struct torture_room *room);
};

struct torture_table {
    const char *name;
    const struct torture_subject *subjects;
    size_t n;
};
extern const struct torture_table torture_parts, torture_broker, torture_client, torture_http,
    torture_programs;

/* ---- broker.c: an operation that waits for its answer ---- */

int torture_await(struct torture_room *room, const bool *done);
/* What a broker has kept of calls that are done: the next one asks for memory again. */
void torture_forget_calls(struct qn_broker *broker);
/* Jobs "ended" (failed), "queued", "due", "running" of worker TORTURE_WORKER. */
#define TORTURE_QUEUE  "default"
#define TORTURE_WORKER "AAAAAAAAAAA"
void torture_fill(struct torture_room *room);

#endif
