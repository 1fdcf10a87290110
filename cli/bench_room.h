/* bench_room.h - where quern bench works: a namespace of its own, a connection and a client in
 * it, and the worker that serves it.
 *
 * Nothing outside of the namespace is read or written, and closing leaves nothing in it. Ctrl-C
 * does not end the process while a room is open: it is seen by cli_bench_room_look() and by the
 * waits here, which fail with QN_ESTATE then.
 */
#ifndef CLI_BENCH_ROOM_H
#define CLI_BENCH_ROOM_H

#include "link.h"
#include "stack.h"

#define CLI_BENCH_QUEUE "bench"

struct cli_bench_room {
    const struct cli *cli;
    char namespace_[16];
    struct cli_link link;
    struct qn_client *client;
    struct cli_stack *stack;
    bool works;                 /* a worker runs */
    bool made;                  /* there may be keys */
    char folder[CLI_PATH_SIZE]; /* of the worker's log */
    char worker[CLI_PATH_SIZE]; /* the program, and its words */
    char executors[16];
    const char *argv[4];
};

QN_MUST_CHECK int cli_bench_room_open(struct cli_bench_room *room, const struct cli *cli,
                                      struct qn_err *reterr);
/* Stops the worker and removes what is in the namespace; zeroed is fine. QN_OK: nothing is left. */
QN_MUST_CHECK int cli_bench_room_close(struct cli_bench_room *room, struct qn_err *reterr);

/* Starts a worker with so many executors; returns when it is ready. One at a time. */
QN_MUST_CHECK int cli_bench_room_hire(struct cli_bench_room *room, int executors,
                                      struct qn_err *reterr);
/* Stops it, and makes the queue as if it had never been. */
QN_MUST_CHECK int cli_bench_room_clear(struct cli_bench_room *room, struct qn_err *reterr);
/* Lets ms go by, or only looks (0). QN_ELOST when the worker has ended. */
QN_MUST_CHECK int cli_bench_room_look(struct cli_bench_room *room, int64_t ms,
                                      struct qn_err *reterr);

#endif
