/* What a request that makes one job may cost. Counted, never timed: a real API and a real Redis,
 * in one process with the clients, so that requests that are sent before the loop turns have
 * arrived together. */
#include "api/server.h"
#include "broker-client/settings.h"
#include "common/mem.h"
#include "tests/support/redis_server.h"
#include "tests/support/system_calls.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEERS     32 /* requests that arrive together */
#define ROUNDS    20
#define REQUESTS  (PEERS * ROUNDS)
#define TURN_MS   100
#define TURNS_MAX 200 /* of a round: more means that an answer is lost */

#define LEAST_TOGETHER    8  /* jobs of a script call, when so many requests are there */
#define MOST_BLOCKS       14 /* of our own per request */
#define MOST_SYSTEM_CALLS 7  /* per request, its line in the log included */

static const char task[] = "{\"name\":\"t.one\",\"summary\":\"\",\"queue\":\"default\","
                           "\"soft_limit_ms\":0,\"hard_limit_ms\":0,\"max_attempts\":0,"
                           "\"params\":[{\"name\":\"text\",\"type\":\"string\","
                           "\"required\":false,\"doc\":\"\"}]}";
static const char body[] = "{\"task\":\"t.one\",\"args\":{\"text\":\"a hundred bytes or so\"}}";

struct room {
    struct redis_server redis;
    struct qn_config config;
    struct qn_loop *loop;
    struct api_server *server;
    int peers[PEERS];
    size_t own_calls; /* system calls of the clients */
};

/* ---- a room with an API, and requests ---- */

static void turn(struct room *room)
{
    struct qn_err err;
    if (qn_loop_once(room->loop, TURN_MS, &err) != QN_OK)
        fail_msg("%s", err.msg);
}

static void start_api(struct room *room, char *level)
{
    static char name[] = "cost", port[] = "--port=0", namespace_[] = "--namespace=test";
    char url[200];
    char *const words[] = {name, url, port, namespace_, level, NULL};
    struct qn_err err = {0};
    int used;
    snprintf(url, sizeof(url), "--broker-url=%s", room->redis.url);
    if (qn_settings_load(&room->config, QN_PROG_API, 5, words, &used, &err) != QN_OK ||
        qn_settings_log(&room->config, "cost", &err) != QN_OK ||
        qn_loop_create(&room->loop, &err) != QN_OK ||
        api_server_create(&room->server, &room->config, room->loop, &err) != QN_OK)
        fail_msg("%s", err.msg);
    for (int i = 0; i < TURNS_MAX && room->server->broker->link != QN_LINK_UP; i++)
        turn(room);
}

static int connect_to(int port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        fail_msg("connect: %s", strerror(errno));
    return fd;
}

static void send_one(struct room *room, int fd)
{
    char text[512];
    int len = snprintf(text, sizeof(text),
                       "POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                       sizeof(body) - 1, body);
    room->own_calls++;
    assert_int_equal(send(fd, text, (size_t)len, MSG_NOSIGNAL), len);
}

/* An answer comes in one piece: it is sent in one, and far smaller than the socket's room. */
static bool has_answer(struct room *room, int fd)
{
    char text[2048];
    room->own_calls++;
    ssize_t got = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return false;
    assert_true(got > 0);
    text[got] = '\0';
    assert_non_null(strstr(text, "HTTP/1.1 202 "));
    assert_non_null(strstr(text, "\"id\":\""));
    return true;
}

static void do_round(struct room *room)
{
    bool answered[PEERS] = {false};
    int left = PEERS;
    for (int i = 0; i < PEERS; i++)
        send_one(room, room->peers[i]);
    for (int turns = 0; left > 0; turns++) {
        assert_true(turns < TURNS_MAX);
        turn(room);
        for (int i = 0; i < PEERS; i++)
            if (!answered[i] && has_answer(room, room->peers[i])) {
                answered[i] = true;
                left--;
            }
    }
}

/* With the first requests connections are opened, the directory is read, buffers grow. */
static void open_room(struct room *room, bool with_log)
{
    static char silent[] = "--log-level=warn", preset[] = "--log-level=info";
    memset(room, 0, sizeof(*room));
    redis_server_start(&room->redis);
    redis_server_do(&room->redis, "HSET {test}:tasks t.one %s", task);
    redis_server_do(&room->redis, "SADD {test}:queues default");
    start_api(room, with_log ? preset : silent);
    for (int i = 0; i < PEERS; i++)
        room->peers[i] = connect_to(api_server_port(room->server));
    do_round(room);
    do_round(room);
}

static void close_room(struct room *room)
{
    for (int i = 0; i < PEERS; i++)
        close(room->peers[i]);
    api_server_free(room->server);
    qn_loop_free(room->loop);
    qn_config_release(&room->config);
    redis_server_stop(&room->redis);
}

/* ---- what is counted ---- */

static void requests_that_arrive_together_share_script_calls(void **state)
{
    struct room room;
    (void)state;
    open_room(&room, false);
    long before = redis_server_calls(&room.redis, "evalsha");
    for (int i = 0; i < ROUNDS; i++)
        do_round(&room);
    long calls = redis_server_calls(&room.redis, "evalsha") - before;
    print_message("%ld script calls for %d rounds of %d requests\n", calls, ROUNDS, PEERS);
    assert_in_range(calls, ROUNDS, REQUESTS / LEAST_TOGETHER);
    assert_int_equal(redis_server_do(&room.redis, "LLEN {test:default}:ready:0"),
                     REQUESTS + 2 * PEERS);
    close_room(&room);
}

static void a_request_takes_few_blocks_of_memory(void **state)
{
    struct room room;
    (void)state;
    open_room(&room, false);
    size_t before = qn_mem_count(), live = qn_mem_live();
    for (int i = 0; i < ROUNDS; i++)
        do_round(&room);
    size_t blocks = qn_mem_count() - before;
    print_message("%.1f blocks for a request\n", (double)blocks / REQUESTS);
    assert_true(blocks <= (size_t)MOST_BLOCKS * REQUESTS);
    /* And leaves none, once the last ones are put away. */
    for (int i = 0; i < TURNS_MAX && qn_mem_live() > live + 8; i++)
        turn(&room);
    assert_in_range(qn_mem_live(), 0, live + 8);
    close_room(&room);
}

/* ---- system calls ---- */

struct traced {
    struct room room;
    size_t *own_calls; /* of the clients, while it was counted: shared with who asks */
};

static void prepare(void *arg)
{
    struct traced *traced = arg;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(null, STDERR_FILENO); /* lines of the log cost what they cost, but are not shown */
    open_room(&traced->room, true);
}

static void work(void *arg)
{
    struct traced *traced = arg;
    size_t before = traced->room.own_calls;
    for (int i = 0; i < ROUNDS; i++)
        do_round(&traced->room);
    *traced->own_calls = traced->room.own_calls - before;
}

static void clear_up(void *arg)
{
    struct traced *traced = arg;
    close_room(&traced->room);
}

static void a_request_takes_few_system_calls(void **state)
{
    size_t *own_calls =
        mmap(NULL, sizeof(*own_calls), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct traced traced = {.own_calls = own_calls};
    const struct counted_work counted = {prepare, work, clear_up, &traced};
    (void)state;
    assert_ptr_not_equal(own_calls, MAP_FAILED);
    long calls = system_calls_of(&counted);
    if (calls < 0) {
        print_message("system calls are not counted: nothing may be traced here\n");
        skip();
    }
    calls -= (long)*own_calls;
    print_message("%.1f system calls for a request\n", (double)calls / REQUESTS);
    assert_in_range(calls, 1, (long)MOST_SYSTEM_CALLS * REQUESTS);
    munmap(own_calls, sizeof(*own_calls));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_that_arrive_together_share_script_calls),
        cmocka_unit_test(a_request_takes_few_blocks_of_memory),
        cmocka_unit_test(a_request_takes_few_system_calls),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
