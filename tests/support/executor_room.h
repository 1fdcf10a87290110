/* executor_room.h - an executor in a real child process; the test is its supervisor.
 * The guarantees about it are in tests/unit/test_worker_child.c.
 */
#ifndef TESTS_SUPPORT_EXECUTOR_ROOM_H
#define TESTS_SUPPORT_EXECUTOR_ROOM_H

#include "common/frame.h"
#include "worker/child.h"
#include <sys/types.h>

struct room {
    struct worker_registry *registry;
    struct worker_down *down;
    struct worker_up *up;
    struct worker_page *page; /* of down */
    struct qn_loop *loop;
    struct worker_bell *bell;
    uint32_t seen; /* messages of the box up */
    pid_t pid;
    int fd;
    int stop_fd;
    int done_fd; /* what done told */
    struct qn_frame_reader reader;
    struct qn_buf out;
    int64_t run;
};

/* For cmocka: *state is the room. */
int executor_room_enter(void **state, const struct qn_task *tasks, size_t n);
int executor_room_leave(void **state);
extern int executor_room_done_fd; /* in the child: what is written to it, room->done_fd reads */

/* Gathers frames; send sends them. */
void executor_room_add_job(struct room *room, struct qn_span record);
void executor_room_add(struct room *room, const char *task, const char *args);
void executor_room_send(struct room *room);
void executor_room_put(struct room *room); /* through the box, where they must fit */

/* No supervisor any more. */
void executor_room_hang_up(struct room *room);

/* The next frame, or false at the end of the stream. */
bool executor_room_next(struct room *room, struct qn_frame *ret);
void executor_room_expect(struct room *room, enum worker_frame type, const char *body);
/* Passes over the frames before it. */
struct worker_result_frame executor_room_result(struct room *room);
/* All three. */
struct worker_result_frame executor_room_do(struct room *room, const char *task, const char *args);
void assert_span_text(struct qn_span got, const char *wanted);

int executor_room_end(struct room *room); /* its status as waitpid has it */
void executor_room_assert_exit(struct room *room, int code);

#endif
