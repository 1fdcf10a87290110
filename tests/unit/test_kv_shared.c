/* Many processes, one source. */
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
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CROWD      500
#define SOME       20
#define PATIENT_MS 60000

static const struct qn_kv_kind patient = {
    .name = "patient", .l2_ms = 600000, .grace_ms = 600000, .lease_ms = 120000, .wait_ms = 120000};
static const struct qn_kv_kind brief_lease = {
    .name = "brief-lease", .l2_ms = 600000, .lease_ms = 1000, .wait_ms = 120000};
static const struct qn_kv_kind impatient = {
    .name = "impatient", .l2_ms = 600000, .grace_ms = 600000, .lease_ms = 120000, .wait_ms = 50};

static struct redis_server server;

/* What all processes see. */
static struct {
    atomic_int loads, good, failed, from_source, waits, timeouts, leases_lost;
    atomic_int waiters; /* the load goes on once so many wait for it; -1: it never does */
    atomic_int loader;  /* its pid */
} * seen;

static struct qn_kv *open_kv(void)
{
    struct qn_kv_options options = {.url = server.url, .ns = "test", .timeout_ms = PATIENT_MS};
    struct qn_kv *kv = NULL;
    struct qn_err err;

    if (qn_kv_create(&kv, &options, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
    return kv;
}

static void rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
}

/* Until so many clients block. */
static void await_blocked(redisContext *control, int n)
{
    char wanted[64];
    bool there = false;

    snprintf(wanted, sizeof(wanted), "blocked_clients:%d\r", n);
    while (!there) {
        redisReply *info = redisCommand(control, "INFO clients");

        there = info != NULL && strstr(info->str, wanted) != NULL;
        freeReplyObject(info);
        rest();
    }
}

static int load(struct qn_kv_load *into, void *arg, struct qn_err *reterr)
{
    int fails_with = arg != NULL ? *(int *)arg : QN_OK;

    atomic_fetch_add(&seen->loads, 1);
    atomic_store(&seen->loader, getpid());
    while (atomic_load(&seen->waiters) < 0) {
        rest();
    }
    if (atomic_load(&seen->waiters) > 0) {
        redisContext *control = redisConnectUnix(server.socket);

        await_blocked(control, atomic_load(&seen->waiters));
        redisFree(control);
    }
    if (fails_with != QN_OK) {
        return qn_fail(reterr, fails_with, "the source is down");
    }
    return qn_buf_add_str(into->value, "the value");
}

static struct qn_kv_request request_of(const struct qn_kv_kind *kind, int *fails_with)
{
    static const struct qn_span part = {"a", 1};

    return (struct qn_kv_request){
        .kind = kind, .parts = &part, .n_parts = 1, .load = load, .arg = fails_with};
}

/* One get, and what came of it. */
static void get_once(struct qn_kv *kv, const struct qn_kv_kind *kind, int *fails_with)
{
    struct qn_kv_request request = request_of(kind, fails_with);
    enum qn_kv_from from = QN_KV_FROM_STALE;
    struct qn_err err = {.msg = ""};
    struct qn_buf out;
    int rc;

    qn_buf_init(&out, 100);
    rc = qn_kv_get(kv, &request, &out, &from, &err);
    atomic_fetch_add(&seen->good, rc == QN_OK && strcmp(out.data, "the value") == 0);
    atomic_fetch_add(&seen->failed, fails_with != NULL && rc == *fails_with &&
                                        strcmp(err.msg, "the source is down") == 0);
    atomic_fetch_add(&seen->from_source, rc == QN_OK && from == QN_KV_FROM_SOURCE);
    atomic_fetch_add(&seen->waits, (int)qn_kv_counters(kv)->waits);
    atomic_fetch_add(&seen->timeouts, rc == QN_EAGAIN);
    qn_buf_release(&out);
}

static pid_t start_one(const struct qn_kv_kind *kind, int *fails_with)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct qn_kv *kv = open_kv();

        get_once(kv, kind, fails_with);
        qn_kv_free(kv);
        _exit(0);
    }
    assert_true(pid > 0);
    return pid;
}

static void start_crowd(int n, const struct qn_kv_kind *kind, int *fails_with)
{
    for (int i = 0; i < n; i++) {
        start_one(kind, fails_with);
    }
}

static void await_crowd(int n)
{
    for (int i = 0; i < n; i++) {
        int status;
        pid_t pid = waitpid(-1, &status, 0);

        assert_true(pid > 0 && pid != server.pid);
        assert_true(WIFEXITED(status) || WTERMSIG(status) == SIGKILL);
    }
}

static pid_t await_loader(void)
{
    while (atomic_load(&seen->loader) == 0) {
        rest();
    }
    return atomic_load(&seen->loader);
}

static void five_hundred_waiters_make_one_load(void **state)
{
    (void)state;
    atomic_store(&seen->waiters, CROWD - 1);
    start_crowd(CROWD, &patient, NULL);
    await_crowd(CROWD);
    assert_int_equal(seen->loads, 1);
    assert_int_equal(seen->good, CROWD);
    assert_int_equal(seen->from_source, 1);
    assert_int_equal(seen->waits, CROWD - 1);
}

static void a_failure_is_shared_by_those_who_wait(void **state)
{
    int fails_with = QN_ECONN;

    (void)state;
    atomic_store(&seen->waiters, SOME - 1);
    start_crowd(SOME, &patient, &fails_with);
    await_crowd(SOME);
    assert_int_equal(seen->loads, 1);
    assert_int_equal(seen->failed, SOME);
    atomic_store(&seen->waiters, 0);
    start_crowd(1, &patient, NULL); /* who comes later asks anew, and at once */
    await_crowd(1);
    assert_int_equal(seen->loads, 2);
    assert_int_equal(seen->good, 1);
}

static void another_one_loads_after_a_loader_that_was_killed(void **state)
{
    (void)state;
    atomic_store(&seen->waiters, -1);
    start_crowd(SOME, &brief_lease, NULL);
    kill(await_loader(), SIGKILL);
    atomic_store(&seen->waiters, 0);
    await_crowd(SOME);
    assert_int_equal(seen->good, SOME - 1);
    assert_true(seen->loads >= 2 && seen->loads <= 3); /* 3: the lease was short */
}

static void nobody_waits_beyond_the_deadline(void **state)
{
    (void)state;
    atomic_store(&seen->waiters, -1);
    pid_t loader = start_one(&impatient, NULL);
    assert_int_equal(await_loader(), loader);
    start_crowd(SOME, &impatient, NULL);
    await_crowd(SOME); /* all but the loader end */
    assert_int_equal(seen->timeouts, SOME);
    assert_int_equal(seen->loads, 1);
    kill(loader, SIGKILL);
    await_crowd(1);
}

static void who_waits_too_long_gets_what_was(void **state)
{
    struct qn_kv *kv = open_kv();
    struct qn_kv_request request = request_of(&impatient, NULL);
    enum qn_kv_from from;
    struct qn_buf out;

    (void)state;
    get_once(kv, &impatient, NULL);
    redisReply *keys = redisCommand(server.control, "KEYS test:kv:impatient:*");
    for (size_t i = 0; i < keys->elements; i++) { /* past its life, within its grace */
        redis_server_do(&server, "PEXPIRE %s %d", keys->element[i]->str, 599000);
    }
    freeReplyObject(keys);
    atomic_store(&seen->waiters, -1);
    atomic_store(&seen->loader, 0);
    start_one(&impatient, NULL);
    pid_t loader = await_loader();
    qn_buf_init(&out, 100);
    assert_int_equal(qn_kv_get(kv, &request, &out, &from, NULL), QN_OK);
    assert_string_equal(out.data, "the value");
    assert_int_equal(from, QN_KV_FROM_STALE);
    assert_int_equal(qn_kv_counters(kv)->wait_timeouts, 1);
    qn_buf_release(&out);
    qn_kv_free(kv);
    kill(loader, SIGKILL);
    await_crowd(1);
}

static void a_stop_ends_the_wait(void **state)
{
    struct qn_kv *kv = open_kv();
    struct qn_kv_request request = request_of(&patient, NULL);
    int stop_fd = eventfd(1, EFD_CLOEXEC);
    struct qn_err err;
    struct qn_buf out;

    (void)state;
    atomic_store(&seen->waiters, -1);
    pid_t loader = start_one(&patient, NULL);
    assert_int_equal(await_loader(), loader);
    qn_kv_heed(kv, stop_fd);
    qn_buf_init(&out, 100);
    assert_int_equal(qn_kv_get(kv, &request, &out, NULL, &err), QN_ETIMEOUT);
    assert_string_equal(err.msg, "stopped by the soft limit");
    assert_int_equal(seen->loads, 1);
    assert_int_equal(qn_kv_counters(kv)->l2_errors, 0);
    qn_buf_release(&out);
    qn_kv_free(kv);
    close(stop_fd);
    kill(loader, SIGKILL);
    await_crowd(1);
}

/* ---- a loader that is late; two caches of one process are two callers ---- */

static struct qn_kv *rival;

static void lock_of(const char *kind, char out[256])
{
    redisReply *keys = redisCommand(server.control, "KEYS test:kv:%s:*:lock", kind);

    assert_int_equal(keys->elements, 1);
    snprintf(out, 256, "%s", keys->element[0]->str);
    freeReplyObject(keys);
}

static int load_with_a_rival(struct qn_kv_load *into, void *arg, struct qn_err *reterr)
{
    struct qn_kv_request request = request_of(&patient, NULL);
    char lock[256];
    struct qn_buf out;
    int rc;

    (void)reterr;
    if (strcmp(arg, "lease lost") == 0) { /* as if its time were over */
        lock_of("patient", lock);
        assert_true(qn_kv_load_keep(into));
        assert_int_equal(redis_server_do(&server, "DEL %s", lock), 1);
    }
    request.force = strcmp(arg, "forced") == 0;
    qn_buf_init(&out, 100);
    rc = qn_kv_get(rival, &request, &out, NULL, NULL);
    qn_buf_release(&out);
    return rc == QN_OK ? qn_buf_add_str(into->value, "too late") : rc;
}

static void overtaken(const char *how)
{
    struct qn_kv *kv = open_kv();
    struct qn_kv_request request = request_of(&patient, NULL);
    char words[32];
    struct qn_buf out;

    redis_server_do(&server, "FLUSHALL");
    snprintf(words, sizeof(words), "%s", how);
    rival = open_kv();
    qn_buf_init(&out, 100);
    request.load = load_with_a_rival;
    request.arg = words;
    assert_int_equal(qn_kv_get(kv, &request, &out, NULL, NULL), QN_OK);
    assert_string_equal(out.data, "too late");
    assert_int_equal(qn_kv_counters(kv)->late, 1);
    qn_buf_reset(&out);
    assert_int_equal(qn_kv_get(kv, &request, &out, NULL, NULL), QN_OK);
    assert_string_equal(out.data, "the value");
    qn_buf_release(&out);
    qn_kv_free(kv);
    qn_kv_free(rival);
}

static void a_late_loader_does_not_overwrite_a_newer_value(void **state)
{
    (void)state;
    overtaken("lease lost");
    overtaken("forced");
}

static int load_for_long(struct qn_kv_load *into, void *arg, struct qn_err *reterr)
{
    char lock[256];

    (void)arg;
    (void)reterr;
    lock_of("brief-lease", lock);
    redis_server_do(&server, "PEXPIRE %s 100000", lock);
    while (redis_server_do(&server, "PTTL %s", lock) > brief_lease.lease_ms) {
        assert_true(qn_kv_load_keep(into)); /* sends something once a third is over */
        rest();
    }
    redis_server_do(&server, "SET %s somebody PX 100000", lock);
    while (qn_kv_load_keep(into)) {
        rest();
    }
    return qn_buf_add_str(into->value, "the value");
}

static void a_long_load_keeps_its_lease_while_it_has_it(void **state)
{
    struct qn_kv *kv = open_kv();
    struct qn_kv_request request = request_of(&brief_lease, NULL);
    struct qn_buf out;

    (void)state;
    request.load = load_for_long;
    qn_buf_init(&out, 100);
    assert_int_equal(qn_kv_get(kv, &request, &out, NULL, NULL), QN_OK);
    assert_int_equal(qn_kv_counters(kv)->late, 1);
    qn_buf_release(&out);
    qn_kv_free(kv);
}

/* ---- */

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

static int fresh(void **state)
{
    (void)state;
    redis_server_do(&server, "FLUSHALL");
    memset(seen, 0, sizeof(*seen));
    return 0;
}

#define CASE(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(five_hundred_waiters_make_one_load),
        CASE(a_failure_is_shared_by_those_who_wait),
        CASE(another_one_loads_after_a_loader_that_was_killed),
        CASE(nobody_waits_beyond_the_deadline),
        CASE(who_waits_too_long_gets_what_was),
        CASE(a_stop_ends_the_wait),
        CASE(a_late_loader_does_not_overwrite_a_newer_value),
        CASE(a_long_load_keeps_its_lease_while_it_has_it),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
