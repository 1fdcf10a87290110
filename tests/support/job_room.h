/* job_room.h - a job under test: a sink that remembers, a clock that stands still, a
 * folder for its files. The guarantees about it are in tests/unit/test_worker_job*.c.
 */
#ifndef TESTS_SUPPORT_JOB_ROOM_H
#define TESTS_SUPPORT_JOB_ROOM_H

#include "worker/job.h"

#define SPAN(text) ((struct qn_span){.data = (text), .len = sizeof(text) - 1})

struct room {
    struct qn_fake_clock clock;
    struct worker_page page;
    int stop_fd;
    struct qn_buf progress; /* a line each */
    struct qn_buf log;
    struct qn_buf follows;
    int fail; /* the sink's answer from now on */
    struct qn_job *job;
    struct qn_record record;
    char dir[64];
};

/* For cmocka: *state is the room; its job, run 7, has begun. */
int job_room_enter(void **state);
int job_room_leave(void **state);
int job_room_open(struct room *room); /* another job in place of the one there is */

void job_room_begin(struct room *room, const char *args);
struct worker_result_frame job_room_finish(struct room *room, enum qn_outcome outcome);
int job_room_lines(const struct qn_buf *buf);

#endif
