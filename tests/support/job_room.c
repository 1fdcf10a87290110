#include "job_room.h"

#include "common/json.h"
#include "common/mem.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#define SENT_MAX (256 * 1024)

static int take_progress(void *arg, struct qn_span json)
{
    struct room *room = arg;

    assert_int_equal(qn_json_check(json.data, json.len, NULL, NULL), QN_OK);
    assert_true(json.len <= WORKER_PROGRESS_MAX);
    qn_buf_add(&room->progress, json.data, json.len);
    qn_buf_add_byte(&room->progress, '\n');
    return room->fail;
}

static int take_log(void *arg, struct qn_span lines)
{
    struct room *room = arg;

    assert_true(lines.len <= WORKER_LOG_CHUNK_MAX);
    assert_int_equal(lines.data[lines.len - 1], '\n');
    qn_buf_add(&room->log, lines.data, lines.len);
    return room->fail;
}

static int take_follow(void *arg, const struct worker_follow_frame *follow)
{
    struct room *room = arg;

    qn_buf_printf(&room->follows, "%.*s|%.*s|%.*s\n", (int)follow->task.len, follow->task.data,
                  (int)follow->queue.len, follow->queue.data, (int)follow->args.len,
                  follow->args.data);
    return room->fail;
}

void job_room_begin(struct room *room, const char *args)
{
    const struct worker_job_frame frame = {
        .run = 7, .queue = SPAN("reports"), .name = SPAN("abc"), .attempt = 2, .max_attempts = 5};

    room->record = (struct qn_record){.letter = 'L'};
    room->record.body.task = SPAN("report.sales");
    room->record.body.request_id = SPAN("req-1");
    room->record.body.args = (struct qn_span){.data = args, .len = args ? strlen(args) : 0};
    assert_int_equal(worker_job_begin(room->job, &frame, &room->record, room, NULL), QN_OK);
}

int job_room_open(struct room *room)
{
    const struct worker_job_setup setup = {
        .clock = &room->clock.clock,
        .page = &room->page,
        .stop_fd = room->stop_fd,
        .sink = {room, take_progress, take_log, take_follow},
        .artifact_dir = room->dir,
    };

    worker_job_free(room->job);
    room->job = NULL;
    return worker_job_create(&room->job, &setup, NULL);
}

int job_room_enter(void **state)
{
    struct room *room = qn_zalloc(1, sizeof(*room));

    qn_fake_clock_init(&room->clock, 1000000, 1750000000000);
    room->stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    qn_buf_init(&room->progress, SENT_MAX);
    qn_buf_init(&room->log, SENT_MAX);
    qn_buf_init(&room->follows, SENT_MAX);
    snprintf(room->dir, sizeof(room->dir), "/tmp/quern-job-XXXXXX");
    if (!mkdtemp(room->dir))
        return -1;
    if (job_room_open(room) != QN_OK)
        return -1;
    job_room_begin(room, NULL);
    *state = room;
    return 0;
}

int job_room_leave(void **state)
{
    struct room *room = *state;
    char command[128];

    worker_job_free(room->job);
    qn_buf_release(&room->progress);
    qn_buf_release(&room->log);
    qn_buf_release(&room->follows);
    close(room->stop_fd);
    snprintf(command, sizeof(command), "rm -rf '%s'", room->dir);
    qn_free(room);
    return system(command) != 0 || qn_mem_live() != 0;
}

int job_room_lines(const struct qn_buf *buf)
{
    int n = 0;

    for (size_t i = 0; i < buf->len; i++)
        n += buf->data[i] == '\n';
    return n;
}

struct worker_result_frame job_room_finish(struct room *room, enum qn_outcome outcome)
{
    struct worker_result_frame result;

    assert_int_equal(worker_job_finish(room->job, outcome, &result), QN_OK);
    return result;
}
