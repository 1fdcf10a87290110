/* Many processes read while one changes the source and invalidates, and Redis is killed, stopped
 * and emptied at random. */
#include "tasks/lib/kv.h"
#include "tests/support/redis_server.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READERS     6
#define KEYS        3
#define CHANGES     400
#define KILL_EVERY  80
#define STOP_EVERY  50
#define FLUSH_EVERY 35
#define TIMEOUT_MS  100

static const struct qn_kv_kind shared = {.name = "shared",
                                         .l2_ms = 600000,
                                         .hot_ms = 700000,
                                         .grace_ms = 600000,
                                         .lease_ms = 200,
                                         .wait_ms = 5000};

static struct redis_server server;

/* What all processes see. */
static struct {
    atomic_llong current; /* what the source has */
    atomic_llong known;   /* nobody who begins from now on may get less */
    atomic_llong gets, hits, loads, wrong;
    atomic_bool over;
} * seen;

static struct qn_kv *open_kv(void)
{
    struct qn_kv_options options = {.url = server.url, .ns = "test", .timeout_ms = TIMEOUT_MS};
    struct qn_kv *kv = NULL;

    if (qn_kv_create(&kv, &options, NULL) != QN_OK) {
        abort();
    }
    return kv;
}

static void rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
}

/* Reads, and hands it over only later. */
static int load(struct qn_kv_load *into, void *arg, struct qn_err *reterr)
{
    long long value = atomic_load(&seen->current);

    (void)arg;
    (void)reterr;
    atomic_fetch_add(&seen->loads, 1);
    if (value % 3 == 0) {
        rest();
    }
    return qn_buf_printf(into->value, "%lld", value);
}

static void read_one(struct qn_kv *kv, int number)
{
    struct qn_span part = {(const char *)&number, sizeof(number)};
    struct qn_kv_request request = {.kind = &shared,
                                    .parts = &part,
                                    .n_parts = 1,
                                    .group = number == 0 ? "group" : NULL,
                                    .load = load};
    long long least = atomic_load(&seen->known);
    enum qn_kv_from from = QN_KV_FROM_STALE;
    struct qn_buf out;

    qn_buf_init(&out, 100);
    if (qn_kv_get(kv, &request, &out, &from, NULL) != QN_OK ||
        strtoll(out.data, NULL, 10) < least) {
        atomic_fetch_add(&seen->wrong, 1);
    }
    atomic_fetch_add(&seen->gets, 1);
    atomic_fetch_add(&seen->hits, from == QN_KV_FROM_L2);
    qn_buf_release(&out);
}

static pid_t start_reader(pid_t parent)
{
    pid_t pid = fork();

    if (pid != 0) {
        assert_true(pid > 0);
        return pid;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1);
    }
    struct qn_kv *kv = open_kv();
    for (int i = getpid(); !atomic_load(&seen->over); i++) {
        read_one(kv, i % KEYS);
    }
    qn_kv_free(kv);
    _exit(0);
}

/* Group and kind in turns; the keys without the group need the kind's. */
static void change(struct qn_kv *kv)
{
    long long next = atomic_fetch_add(&seen->current, 1) + 1;

    while (qn_kv_invalidate(kv, &shared, "group", NULL) != QN_OK ||
           qn_kv_invalidate(kv, &shared, NULL, NULL) != QN_OK) {
        rest();
    }
    atomic_store(&seen->known, next);
}

static void await_gets(long long n)
{
    long long until = atomic_load(&seen->gets) + n;

    while (atomic_load(&seen->gets) < until) {
        rest();
    }
}

static void trouble(int i)
{
    if (i % KILL_EVERY == KILL_EVERY - 1) {
        redis_server_kill(&server);
        await_gets(20);
        redis_server_again(&server);
    }
    if (i % STOP_EVERY == STOP_EVERY - 1) {
        kill(server.pid, SIGSTOP);
        await_gets(20);
        kill(server.pid, SIGCONT);
    }
    if (i % FLUSH_EVERY == FLUSH_EVERY - 1) {
        redis_server_do(&server, "FLUSHALL");
    }
}

static void no_get_after_an_invalidation_sees_an_older_value(void **state)
{
    struct qn_kv *kv = open_kv();
    pid_t readers[READERS];

    (void)state;
    for (int i = 0; i < READERS; i++) {
        readers[i] = start_reader(getpid());
    }
    for (int i = 0; i < CHANGES; i++) {
        change(kv);
        await_gets(i % 40);
        trouble(i);
        if (i % 10 == 0) { /* maybe in the middle of a load */
            int victim = i / 10 % READERS;

            kill(readers[victim], SIGKILL);
            assert_int_equal(waitpid(readers[victim], NULL, 0), readers[victim]);
            readers[victim] = start_reader(getpid());
        }
    }
    atomic_store(&seen->over, true);
    for (int i = 0; i < READERS; i++) {
        int status;

        assert_int_equal(waitpid(readers[i], &status, 0), readers[i]);
        assert_int_equal(status, 0);
    }
    print_message("%lld gets, %lld from Redis, %lld loads\n", (long long)seen->gets,
                  (long long)seen->hits, (long long)seen->loads);
    assert_int_equal(seen->wrong, 0);
    assert_true(seen->hits > CHANGES); /* else it shows nothing */
    qn_kv_free(kv);
}

static int start(void **state)
{
    (void)state;
    redis_server_start(&server);
    seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return seen == MAP_FAILED ? -1 : 0;
}

static int stop(void **state)
{
    (void)state;
    redis_server_stop(&server);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_get_after_an_invalidation_sees_an_older_value),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
