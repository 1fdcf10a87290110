#include "tasks/lib/redis.h"
#include "tests/support/redis_server.h"
#include "tests/support/torture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000

static struct redis_server server;

static struct qn_rd *open_with(const struct qn_rd_options *options)
{
    struct qn_err err;
    struct qn_rd *rd = NULL;

    if (qn_rd_create(&rd, options, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
    return rd;
}

static struct qn_rd *open_rd(void)
{
    return open_with(&(struct qn_rd_options){.url = server.url, .timeout_ms = PATIENCE_MS});
}

/* Words without blanks. */
static int say(struct qn_rd *rd, const char *line, struct qn_rd_value *ret, struct qn_err *err)
{
    struct qn_span args[16];
    size_t n = 0;

    for (const char *at = line; *at != '\0'; at += strspn(at, " ")) {
        args[n].data = at;
        args[n].len = strcspn(at, " ");
        at += args[n++].len;
    }
    return qn_rd_call(rd, args, n, ret, err);
}

static void says(struct qn_rd *rd, const char *line, const char *answer)
{
    struct qn_rd_value value;
    struct qn_err err;

    if (say(rd, line, &value, &err) != QN_OK) {
        fail_msg("%s: %s", line, err.msg);
    }
    assert_string_equal(value.bytes.data, answer);
}

static void each_type_of_answer_arrives(void **state)
{
    static const char bytes[] = "a\0b\r\n";
    struct qn_span set[] = {qn_rd_text("SET"), qn_rd_text("bytes"), {bytes, 5}};
    struct qn_rd *rd = open_rd();
    struct qn_rd_value value, item;

    (void)state;
    says(rd, "SET k v", "OK");
    assert_int_equal(qn_rd_call(rd, set, 3, NULL, NULL), QN_OK);
    assert_int_equal(say(rd, "MGET bytes none k", &value, NULL), QN_OK);
    assert_int_equal(value.type, QN_RD_LIST);
    assert_int_equal(value.n, 3);
    item = qn_rd_item(&value, 0);
    assert_int_equal(item.bytes.len, 5);
    assert_memory_equal(item.bytes.data, bytes, 5);
    assert_int_equal(qn_rd_item(&value, 1).type, QN_RD_NIL);
    assert_int_equal(qn_rd_item(&value, 2).type, QN_RD_BYTES);
    assert_int_equal(qn_rd_item(&value, 3).type, QN_RD_NIL);
    assert_int_equal(say(rd, "INCRBY n 41", &value, NULL), QN_OK);
    assert_int_equal(value.type, QN_RD_INTEGER);
    assert_int_equal(value.integer, 41);
    assert_int_equal(qn_rd_item(&value, 0).type, QN_RD_NIL);
    assert_int_equal(qn_rd_sent(rd), 4);
    qn_rd_free(rd);
}

static void an_error_of_the_server_is_told_and_the_connection_lives(void **state)
{
    struct qn_rd *rd = open_rd();
    struct qn_err err;

    (void)state;
    says(rd, "SET k v", "OK");
    assert_int_equal(say(rd, "LPUSH k x", NULL, &err), QN_EINVAL);
    assert_non_null(strstr(err.msg, "WRONGTYPE"));
    says(rd, "GET k", "v");
    assert_int_equal(redis_server_do(&server, "CONFIG SET maxmemory 1"), 0);
    assert_int_equal(say(rd, "SET k w", NULL, &err), QN_EFULL);
    redis_server_do(&server, "CONFIG SET maxmemory 0");
    says(rd, "GET k", "v");
    qn_rd_free(rd);
}

static void an_url_that_is_none_is_refused_without_its_password(void **state)
{
    static const char *const bad[] = {"", "http://:geheim@x", "mem:", "redis://:geheim@",
                                      "unix://x"};
    struct qn_rd_options options = {.timeout_ms = 1};
    struct qn_rd *rd;
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        options.url = bad[i];
        assert_int_equal(qn_rd_create(&rd, &options, &err), QN_EINVAL);
        assert_null(strstr(err.msg, "geheim"));
    }
}

static void nobody_there_is_no_connection(void **state)
{
    struct qn_rd *rd = open_with(&(struct qn_rd_options){.url = "redis://:geheim@127.0.0.1:1/0"});
    struct qn_err err;

    (void)state;
    assert_int_equal(say(rd, "GET k", NULL, &err), QN_ECONN);
    assert_null(strstr(err.msg, "geheim"));
    qn_rd_free(rd);
}

static void a_password_and_a_database_are_used(void **state)
{
    char url[256];
    struct qn_rd *rd = open_rd();
    struct qn_err err;

    (void)state;
    redis_server_do(&server, "CONFIG SET requirepass geheim");
    assert_int_equal(say(rd, "GET k", NULL, &err), QN_EINVAL);
    assert_non_null(strstr(err.msg, "NOAUTH"));
    qn_rd_free(rd);
    snprintf(url, sizeof(url), "unix://:falsch@%s", server.socket);
    rd = open_with(&(struct qn_rd_options){.url = url});
    assert_int_equal(say(rd, "GET k", NULL, &err), QN_EINVAL);
    assert_non_null(strstr(err.msg, "AUTH"));
    assert_null(strstr(err.msg, "falsch"));
    qn_rd_free(rd);
    snprintf(url, sizeof(url), "unix://default:geheim@%s?db=3", server.socket);
    rd = open_with(&(struct qn_rd_options){.url = url});
    says(rd, "SET where three", "OK");
    qn_rd_free(rd);
    redis_server_do(&server, "CONFIG SET requirepass %s", "");
    assert_int_equal(redis_server_do(&server, "EXISTS where"), 0);
    redis_server_do(&server, "SELECT 3");
    assert_int_equal(redis_server_do(&server, "EXISTS where"), 1);
    redis_server_do(&server, "SELECT 0");
}

static void a_server_that_was_started_again_is_found_again(void **state)
{
    struct qn_rd *rd = open_rd();
    struct qn_err err;

    (void)state;
    says(rd, "SET k v", "OK");
    redis_server_kill(&server);
    assert_int_equal(say(rd, "GET k", NULL, &err), QN_ECONN);
    redis_server_again(&server);
    says(rd, "GET k", "");
    redis_server_kill(&server);
    redis_server_again(&server);
    says(rd, "SET k w", "OK"); /* the break was noticed before the command was sent */
    qn_rd_free(rd);
}

/* In a child: ends the server once somebody waits on it. */
static pid_t kill_while_waited_for(void)
{
    const struct timespec pause = {.tv_nsec = 1000 * 1000};
    pid_t pid = fork();
    char info[4096];

    if (pid != 0) {
        return pid;
    }
    server.control = redisConnectUnix(server.socket);
    do {
        nanosleep(&pause, NULL);
        redis_server_text(&server, info, sizeof(info), "INFO clients");
    } while (strstr(info, "blocked_clients:1") == NULL);
    kill(server.pid, SIGKILL);
    _exit(0);
}

static void a_connection_lost_after_the_command_is_an_unknown_outcome(void **state)
{
    const struct qn_span args[] = {qn_rd_text("BLPOP"), qn_rd_text("nothing"), qn_rd_text("0")};
    struct qn_rd *rd = open_rd();
    struct qn_err err;
    pid_t killer = kill_while_waited_for();

    (void)state;
    assert_int_equal(qn_rd_wait(rd, args, 3, PATIENCE_MS, NULL, &err), QN_EUNKNOWN);
    assert_int_equal(waitpid(killer, NULL, 0), killer);
    redis_server_kill(&server);
    redis_server_again(&server);
    says(rd, "SET k v", "OK");
    qn_rd_free(rd);
}

static void a_server_that_does_not_answer_is_given_up_and_its_answer_dropped(void **state)
{
    struct qn_rd *rd = open_with(&(struct qn_rd_options){.url = server.url, .timeout_ms = 1000});
    struct qn_err err;

    (void)state;
    says(rd, "SET k old", "OK");
    kill(server.pid, SIGSTOP);
    assert_int_equal(say(rd, "GET k", NULL, &err), QN_ETIMEOUT);
    kill(server.pid, SIGCONT);
    redis_server_do(&server, "SET k new");
    says(rd, "GET k", "new");
    qn_rd_free(rd);
}

static void the_stop_fd_ends_a_wait(void **state)
{
    const struct qn_span args[] = {qn_rd_text("BLPOP"), qn_rd_text("nothing"), qn_rd_text("0")};
    struct qn_rd *rd = open_rd();
    int stop_fd = eventfd(1, EFD_CLOEXEC);
    struct qn_err err;

    (void)state;
    qn_rd_heed(rd, stop_fd);
    assert_int_equal(qn_rd_wait(rd, args, 3, PATIENCE_MS, NULL, &err), QN_ETIMEOUT);
    assert_string_equal(err.msg, "stopped by the soft limit");
    qn_rd_heed(rd, -1);
    says(rd, "SET k v", "OK");
    close(stop_fd);
    qn_rd_free(rd);
}

static void an_answer_over_the_maximum_is_refused(void **state)
{
    struct qn_rd *rd = open_with(&(struct qn_rd_options){.url = server.url, .answer_max = 100000});
    struct qn_err err;

    (void)state;
    redis_server_do(&server, "SETRANGE large 200000 x");
    redis_server_do(&server, "SETRANGE fits 90000 x");
    assert_int_equal(say(rd, "GET large", NULL, &err), QN_ELIMIT);
    assert_int_equal(say(rd, "GET fits", NULL, &err), QN_OK);
    qn_rd_free(rd);
}

static void what_is_no_redis_is_not_believed(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char url[160];
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct qn_err err;

    (void)state;
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/other", server.dir);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    snprintf(url, sizeof(url), "unix://%s", address.sun_path);
    pid_t pid = fork();
    if (pid == 0) {
        int peer = accept(fd, NULL, NULL);
        char byte;
        bool said =
            read(peer, &byte, 1) == 1 && write(peer, "HTTP/1.1 400 Bad Request\r\n\r\n", 28) == 28;

        while (read(peer, &byte, 1) == 1) { /* until the other side hangs up */
        }
        _exit(said ? 0 : 1);
    }
    struct qn_rd *rd = open_with(&(struct qn_rd_options){.url = url});
    assert_int_equal(say(rd, "GET k", NULL, &err), QN_EPROTO);
    qn_rd_free(rd);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(fd);
    unlink(address.sun_path);
}

static void a_script_travels_once(void **state)
{
    struct qn_span keys[] = {qn_rd_text("a"), qn_rd_text("b")}, args[] = {qn_rd_text("x")};
    struct qn_rd_script script = {"#!lua flags=no-writes\nreturn {KEYS[1], KEYS[2], ARGV[1]}", keys,
                                  2, args, 1};
    struct qn_rd *rd = open_rd();
    struct qn_rd_value value;
    struct qn_err err;

    (void)state;
    for (int flushed = 0; flushed < 2; flushed++) {
        int64_t sent = qn_rd_sent(rd);

        redis_server_do(&server, "SCRIPT FLUSH");
        assert_int_equal(qn_rd_eval(rd, &script, &value, &err), QN_OK);
        assert_string_equal(qn_rd_item(&value, 2).bytes.data, "x");
        assert_int_equal(qn_rd_sent(rd) - sent, 2);
        assert_int_equal(qn_rd_eval(rd, &script, &value, &err), QN_OK);
        assert_int_equal(qn_rd_sent(rd) - sent, 3);
    }
    script.text = "#!lua\nreturn redis.call('LPUSH', KEYS[1]";
    assert_int_equal(qn_rd_eval(rd, &script, &value, &err), QN_EINVAL);
    script.n_args = 100;
    assert_int_equal(qn_rd_eval(rd, &script, &value, &err), QN_EINVAL);
    qn_rd_free(rd);
}

struct found {
    struct qn_rd *rd;
    bool seen[2500];
    int others;
    int calls;
};

static int note_keys(void *arg, const struct qn_span *keys, size_t n, struct qn_err *reterr)
{
    struct found *found = arg;
    struct qn_rd_value value;

    (void)reterr;
    found->calls++;
    assert_int_equal(say(found->rd, "PING", &value, NULL), QN_OK);
    for (size_t i = 0; i < n; i++) {
        int number = -1;

        if (sscanf(keys[i].data, "many:%d", &number) == 1 && number >= 0 && number < 2500) {
            found->seen[number] = true;
        } else {
            found->others++;
        }
    }
    return QN_OK;
}

static int remove_keys(void *arg, const struct qn_span *keys, size_t n, struct qn_err *reterr)
{
    int64_t removed;

    return qn_rd_unlink(arg, keys, n, &removed, reterr);
}

static int fail_at_once(void *arg, const struct qn_span *keys, size_t n, struct qn_err *reterr)
{
    (void)arg;
    (void)keys;
    (void)n;
    return qn_fail(reterr, QN_ELOST, "enough");
}

static void a_scan_finds_every_key_and_may_remove_it(void **state)
{
    struct qn_rd *rd = open_rd();
    static struct found found;
    struct qn_span twice[] = {qn_rd_text("many:1"), qn_rd_text("many:1"), qn_rd_text("no")};
    struct qn_err err;
    int64_t n;

    (void)state;
    for (int i = 0; i < 2500; i++) {
        redis_server_do(&server, "SET many:%d x", i);
        redis_server_do(&server, "SET other:%d x", i);
    }
    found.rd = rd;
    assert_int_equal(qn_rd_scan(rd, "many:*", note_keys, &found, &err), QN_OK);
    assert_int_equal(found.others, 0);
    assert_true(found.calls >= 5);
    for (int i = 0; i < 2500; i++) {
        assert_true(found.seen[i]);
    }
    assert_int_equal(qn_rd_scan(rd, "many:*", fail_at_once, NULL, &err), QN_ELOST);
    assert_int_equal(qn_rd_unlink(rd, twice, 3, &n, &err), QN_OK);
    assert_int_equal(n, 1);
    assert_int_equal(qn_rd_scan(rd, "many:*", remove_keys, rd, &err), QN_OK);
    assert_int_equal(redis_server_do(&server, "EXISTS many:2 other:2"), 1);
    memset(&found, 0, sizeof(found));
    found.rd = rd;
    assert_int_equal(qn_rd_scan(rd, "many:*", note_keys, &found, &err), QN_OK);
    for (int i = 0; i < 2500; i++) {
        assert_false(found.seen[i]);
    }
    qn_rd_free(rd);
}

static int make_one(void)
{
    struct qn_rd_options options = {.url = "redis://localhost"};
    struct qn_rd *rd = NULL;
    int rc = qn_rd_create(&rd, &options, NULL);

    qn_rd_free(rd);
    return rc;
}

static void no_memory_is_told(void **state)
{
    (void)state;
    torture(make_one);
}

static int start(void **state)
{
    (void)state;
    redis_server_start(&server);
    return 0;
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
        cmocka_unit_test(each_type_of_answer_arrives),
        cmocka_unit_test(an_error_of_the_server_is_told_and_the_connection_lives),
        cmocka_unit_test(an_url_that_is_none_is_refused_without_its_password),
        cmocka_unit_test(nobody_there_is_no_connection),
        cmocka_unit_test(a_password_and_a_database_are_used),
        cmocka_unit_test(a_server_that_was_started_again_is_found_again),
        cmocka_unit_test(a_connection_lost_after_the_command_is_an_unknown_outcome),
        cmocka_unit_test(a_server_that_does_not_answer_is_given_up_and_its_answer_dropped),
        cmocka_unit_test(the_stop_fd_ends_a_wait),
        cmocka_unit_test(an_answer_over_the_maximum_is_refused),
        cmocka_unit_test(what_is_no_redis_is_not_believed),
        cmocka_unit_test(a_script_travels_once),
        cmocka_unit_test(a_scan_finds_every_key_and_may_remove_it),
        cmocka_unit_test(no_memory_is_told),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
