/* What a job may cost in the supervisor. Counted, never timed: a real supervisor with its
 * executors, on a real Redis, and a producer beside it. */
#include "broker-client/settings.h"
#include "worker/supervisor.h"
#include <quern/client.h>
#include <quern/job.h>

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mem.h"
#include "tests/support/redis_server.h"
#include "tests/support/system_calls.h"
#include <cmocka.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define JOBS     4000
#define TURN_MS  100
#define TURNS    100000 /* more means that a job is lost */
#define BATCH    400
#define LEFT_FOR 100 /* blocks and system calls of what comes by the clock */

#define MOST_SYSTEM_CALLS 8 /* per job */
#define MOST_SCRIPT_CALLS 2 /* per job: a take and a finish, when it has them for itself */

/* Seen by all processes of a test. */
struct page {
    atomic_long done;
    size_t blocks;
};

struct room {
    struct redis_server redis;
    struct page *page;
    int go[2]; /* a byte: the producer makes JOBS jobs */
    struct worker_registry *registry;
    struct worker_options options;
    struct qn_config config;
    struct qn_loop *loop;
    struct worker_supervisor *supervisor;
};

static struct page *shared; /* for the task, which runs in executors */

static enum qn_outcome count_it(struct qn_job *job)
{
    (void)job;
    atomic_fetch_add(&shared->done, 1);
    return QN_DONE;
}

static const struct qn_task task = {.name = "t.count", .summary = "counts", .run = count_it};
static const struct qn_task *const tasks[] = {&task, NULL};

static void must(int rc, const struct qn_err *err)
{
    if (rc == QN_OK)
        return;
    fprintf(stderr, "%s\n", err->msg);
    _exit(2);
}

/* ---- the producer ---- */

static void make_jobs(struct qn_client *client)
{
    static struct qn_receipt receipts[BATCH];
    static struct qn_enqueue jobs[BATCH];
    struct qn_err err;

    for (int i = 0; i < BATCH; i++)
        jobs[i] = (struct qn_enqueue){.task = task.name, .accept_unknown = true};
    for (int i = 0; i < JOBS; i += BATCH)
        must(qn_client_enqueue_many(client, jobs, BATCH, receipts, &err), &err);
}

static void start_producer(struct room *room)
{
    const struct qn_client_options options = {.url = room->redis.url, .namespace_ = "test"};
    struct qn_client *client;
    struct qn_err err;
    char byte;
    pid_t pid = pipe(room->go) < 0 ? -1 : fork();

    if (pid < 0)
        _exit(2);
    if (pid > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(room->go[1]);
    must(qn_client_open(&client, &options, &err), &err);
    while (read(room->go[0], &byte, 1) == 1)
        make_jobs(client);
    _exit(0);
}

/* ---- the worker, in the process that is counted ---- */

static void start_worker(struct room *room)
{
    static char name[] = "cost", namespace_[] = "--namespace=test", eight[] = "--concurrency=8",
                level[] = "--log-level=warn";
    char url[200];
    char *const words[] = {name, url, namespace_, eight, level, NULL};
    struct qn_err err;
    int used;

    snprintf(url, sizeof(url), "--broker-url=%s", room->redis.url);
    must(qn_settings_load(&room->config, QN_PROG_WORKER, 5, words, &used, &err), &err);
    must(qn_settings_log(&room->config, "cost", &err), &err);
    must(worker_options_read(&room->options, &room->config, &err), &err);
    must(worker_registry_create(&room->registry, tasks, &err), &err);
    must(qn_loop_create(&room->loop, &err), &err);
    must(worker_supervisor_create(&room->supervisor, &room->options, room->registry, room->loop,
                                  &qn_clock_system, &err),
         &err);
}

/* Jobs until so many are done in all. */
static void run_jobs(struct room *room, long wanted)
{
    struct qn_err err;
    int turns = 0;

    if (write(room->go[1], "", 1) != 1)
        _exit(2);
    for (; atomic_load(&room->page->done) < wanted && turns < TURNS; turns++)
        must(qn_loop_once(room->loop, TURN_MS, &err), &err);
    if (turns == TURNS)
        _exit(3);
}

static void prepare(void *arg)
{
    struct room *room = arg;

    shared = room->page;
    start_producer(room);
    start_worker(room);
    run_jobs(room, JOBS); /* executors start, buffers grow */
}

static void work(void *arg)
{
    struct room *room = arg;
    size_t before = qn_mem_count();

    run_jobs(room, 2 * (long)JOBS);
    room->page->blocks = qn_mem_count() - before;
}

static void clear_up(void *arg)
{
    struct room *room = arg;

    close(room->go[1]);
    worker_supervisor_free(room->supervisor);
}

/* ---- what is counted ---- */

static int set_up(void **state)
{
    struct room *room = calloc(1, sizeof(*room));

    if (!room)
        return -1;
    redis_server_start(&room->redis);
    room->page =
        mmap(NULL, sizeof(*room->page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *state = room;
    return room->page == MAP_FAILED;
}

static int tear_down(void **state)
{
    struct room *room = *state;

    redis_server_stop(&room->redis);
    munmap(room->page, sizeof(*room->page));
    free(room);
    return 0;
}

static void a_job_asks_for_no_memory_and_makes_few_calls(void **state)
{
    struct room *room = *state;
    const struct counted_work counted = {prepare, work, clear_up, room};
    long calls = system_calls_of(&counted);

    if (calls < 0) {
        print_message("nothing is counted: nothing may be traced here\n");
        skip();
    }
    print_message("%zu blocks of memory, %.2f system calls a job\n", room->page->blocks,
                  (double)calls / JOBS);
    assert_in_range(room->page->blocks, 0, LEFT_FOR);
    assert_in_range(calls, JOBS, MOST_SYSTEM_CALLS * JOBS + LEFT_FOR);
    /* Both rounds; those of the producer are few. */
    long scripts = redis_server_calls(&room->redis, "evalsha");
    print_message("%.2f script calls a job\n", (double)scripts / (2 * JOBS));
    assert_in_range(scripts, 2, 2 * JOBS * MOST_SCRIPT_CALLS + 2 * LEFT_FOR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_job_asks_for_no_memory_and_makes_few_calls, set_up,
                                        tear_down),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
