#include "executor_room.h"

#include "broker-client/record.h"
#include "common/mem.h"
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 20000 /* until a test gives up */

int executor_room_done_fd = -1;

static _Noreturn void be_child(struct room *room, int fd, int done)
{
    const struct worker_ends ends = {.fd = fd,
                                     .stop_fd = room->stop_fd,
                                     .down = room->down,
                                     .up = room->up,
                                     .rope = worker_bell_rope(room->bell)};

    close(room->fd);
    executor_room_done_fd = done;
    _exit(worker_child_main(&ends, room->registry));
}

static void *map_shared(size_t size)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void rung(void *arg)
{
    (void)arg;
}

int executor_room_enter(void **state, const struct qn_task *tasks, size_t n)
{
    struct room *room = qn_zalloc(1, sizeof(*room));
    int pair[2], done[2];

    if (worker_registry_create(&room->registry, NULL, NULL) != QN_OK ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 || pipe(done) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (worker_registry_add(room->registry, &tasks[i], NULL) != QN_OK)
            return -1;
    }
    room->down = map_shared(sizeof(*room->down));
    room->up = map_shared(sizeof(*room->up));
    room->page = &room->down->page;
    if (qn_loop_create(&room->loop, NULL) != QN_OK ||
        worker_bell_create(&room->bell, room->loop, rung, NULL, NULL) != QN_OK)
        return -1;
    room->stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    room->fd = pair[0];
    room->done_fd = done[0];
    qn_frame_reader_init(&room->reader, WORKER_FRAME_MAX);
    qn_buf_init(&room->out, WORKER_FRAME_MAX + QN_FRAME_HEAD);
    room->pid = fork();
    if (room->pid == 0)
        be_child(room, pair[1], done[1]);
    close(pair[1]);
    close(done[1]);
    *state = room;
    return room->pid > 0 ? 0 : -1;
}

int executor_room_leave(void **state)
{
    struct room *room = *state;

    if (room->pid > 0) {
        kill(room->pid, SIGKILL);
        waitpid(room->pid, NULL, 0);
    }
    if (room->fd >= 0)
        close(room->fd);
    close(room->stop_fd);
    close(room->done_fd);
    worker_bell_free(room->bell);
    qn_loop_free(room->loop);
    munmap(room->down, sizeof(*room->down));
    munmap(room->up, sizeof(*room->up));
    qn_frame_reader_release(&room->reader);
    qn_buf_release(&room->out);
    worker_registry_free(room->registry);
    qn_free(room);
    return 0;
}

/* An answer in the box was put there before the bell rang, or the stream ended. */
static bool read_box(struct room *room)
{
    const struct worker_box *box = &room->up->box;

    if (!worker_box_has(box, room->seen))
        return false;
    room->seen++;
    assert_int_equal(qn_frame_feed(&room->reader, box->bytes, worker_box_len(box)), QN_OK);
    return true;
}

static bool read_socket(struct room *room)
{
    size_t len;
    char *into;

    assert_int_equal(qn_frame_room(&room->reader, &into, &len), QN_OK);
    ssize_t n = recv(room->fd, into, len, 0);
    if (n > 0)
        qn_frame_filled(&room->reader, (size_t)n);
    return n > 0 || read_box(room);
}

void executor_room_hang_up(struct room *room)
{
    assert_int_equal(shutdown(room->fd, SHUT_WR), 0);
    worker_box_point(&room->down->box);
    worker_box_wake(&room->down->box);
}

bool executor_room_next(struct room *room, struct qn_frame *ret)
{
    struct pollfd wait[] = {{.fd = room->fd, .events = POLLIN},
                            {.fd = worker_bell_rope(room->bell).fd, .events = POLLIN}};
    uint64_t rings;

    while (qn_frame_next(&room->reader, ret) != QN_OK) {
        assert_true(poll(wait, 2, WAIT_MS) > 0);
        if (wait[1].revents && read(wait[1].fd, &rings, sizeof(rings)) > 0)
            (void)read_box(room);
        else if (!read_socket(room))
            return false;
    }
    return true;
}

void executor_room_expect(struct room *room, enum worker_frame type, const char *body)
{
    struct qn_frame frame;

    assert_true(executor_room_next(room, &frame));
    assert_int_equal(frame.type, type);
    if (body) {
        assert_int_equal(frame.body.len, strlen(body));
        assert_memory_equal(frame.body.data, body, strlen(body));
    }
}

struct worker_result_frame executor_room_result(struct room *room)
{
    struct worker_result_frame result;
    struct qn_frame frame;

    do
        assert_true(executor_room_next(room, &frame));
    while (frame.type != WORKER_FRAME_RESULT);
    assert_int_equal(worker_link_decode_result(frame.body, &result), QN_OK);
    assert_true(result.run == room->run);
    return result;
}

void executor_room_send(struct room *room)
{
    assert_int_equal(qn_buf_status(&room->out), QN_OK);
    worker_box_point(&room->down->box);
    worker_box_wake(&room->down->box);
    for (size_t at = 0; at < room->out.len;) {
        ssize_t n = send(room->fd, room->out.data + at, room->out.len - at, MSG_NOSIGNAL);
        assert_true(n > 0);
        at += (size_t)n;
    }
    qn_buf_reset(&room->out);
}

void executor_room_put(struct room *room)
{
    assert_int_equal(qn_buf_status(&room->out), QN_OK);
    assert_true(worker_box_put(&room->down->box, room->out.data, room->out.len));
    qn_buf_reset(&room->out);
    worker_box_wake(&room->down->box);
}

void executor_room_add_job(struct room *room, struct qn_span record)
{
    const struct worker_job_frame job = {
        .run = ++room->run,
        .queue = {.data = "default", .len = 7},
        .name = {.data = "abc", .len = 3},
        .attempt = 1,
        .max_attempts = 3,
        .record = record,
    };
    size_t mark;

    qn_frame_begin(&room->out, WORKER_FRAME_JOB, &mark);
    assert_int_equal(worker_link_encode_job(&room->out, &job), QN_OK);
    assert_int_equal(qn_frame_end(&room->out, mark), QN_OK);
}

void executor_room_add(struct room *room, const char *task, const char *args)
{
    struct qn_body body = {
        .task = {.data = task, .len = strlen(task)},
        .args = {.data = args, .len = strlen(args)},
    };
    struct qn_buf record;

    qn_buf_init(&record, QN_RECORD_MAX);
    qn_buf_add(&record, "\1L\0", 3);
    qn_buf_add_u64(&record, 1750000000000);
    assert_int_equal(qn_body_encode(&body, &record), QN_OK);
    executor_room_add_job(room, (struct qn_span){.data = record.data, .len = record.len});
    qn_buf_release(&record);
}

struct worker_result_frame executor_room_do(struct room *room, const char *task, const char *args)
{
    executor_room_add(room, task, args);
    executor_room_send(room);
    return executor_room_result(room);
}

void assert_span_text(struct qn_span got, const char *wanted)
{
    assert_int_equal(got.len, strlen(wanted));
    assert_memory_equal(got.data, wanted, got.len);
}

int executor_room_end(struct room *room)
{
    struct qn_frame frame;
    int status;

    while (executor_room_next(room, &frame)) {
    }
    assert_int_equal(waitpid(room->pid, &status, 0), room->pid);
    room->pid = -1;
    return status;
}

void executor_room_assert_exit(struct room *room, int code)
{
    int status = executor_room_end(room);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
}
