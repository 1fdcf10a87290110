#include "broker-client/service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/qn_serviceXXXXXX";

struct room {
    struct qn_loop *loop;
    struct qn_service *service;
    struct qn_service_state says;
    int asked;
    int fd;
    char file[96];
};

static void ask(void *arg, struct qn_service_state *ret)
{
    struct room *room = arg;

    room->asked++;
    *ret = room->says;
}

static void open_room(struct room *room, bool manager, const char *watchdog_us)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct qn_service_options options = {
        .clock = &qn_clock_system, .file = room->file, .ask = ask, .arg = room};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s/manager", folder);
    room->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(room->fd, (struct sockaddr *)&address, sizeof(address)), 0);
    unsetenv("WATCHDOG_PID");
    setenv("NOTIFY_SOCKET", manager ? address.sun_path : "", 1);
    setenv("WATCHDOG_USEC", watchdog_us, 1);
    assert_int_equal(qn_loop_create(&room->loop, NULL), QN_OK);
    options.loop = room->loop;
    assert_int_equal(qn_service_create(&room->service, &options, NULL), QN_OK);
}

static void close_room(struct room *room)
{
    char path[128];

    qn_service_free(room->service);
    qn_loop_free(room->loop);
    close(room->fd);
    snprintf(path, sizeof(path), "%s/manager", folder);
    unlink(path);
}

/* Until it was asked once more. */
static void turn(struct room *room)
{
    int before = room->asked;

    for (int i = 0; i < 100 && room->asked == before; i++)
        assert_int_equal(qn_loop_once(room->loop, 2000, NULL), QN_OK);
    assert_int_equal(room->asked, before + 1);
}

static const char *heard(struct room *room)
{
    static char got[1024];
    ssize_t len = recv(room->fd, got, sizeof(got) - 1, 0);

    got[len > 0 ? len : 0] = '\0';
    return got;
}

static void say(struct room *room, bool ready, bool turns, const char *why)
{
    room->says = (struct qn_service_state){.ready = ready, .turns = turns};
    snprintf(room->says.why, sizeof(room->says.why), "%s", why);
}

static void ready_is_said_once_and_the_status_when_it_changes(void **state)
{
    struct room room = {.fd = -1};

    (void)state;
    open_room(&room, true, "300000");
    say(&room, false, true, "not yet");
    turn(&room);
    assert_string_equal(heard(&room), "STATUS=not yet\nWATCHDOG=1\n");
    say(&room, true, true, "ready");
    turn(&room);
    assert_string_equal(heard(&room), "READY=1\nSTATUS=ready\nWATCHDOG=1\n");
    say(&room, false, true, "away\nREADY=1"); /* one line, whatever a server said */
    turn(&room);
    assert_string_equal(heard(&room), "STATUS=away READY=1\nWATCHDOG=1\n");
    say(&room, true, true, "ready");
    turn(&room);
    assert_string_equal(heard(&room), "STATUS=ready\nWATCHDOG=1\n");
    qn_service_stopping(room.service);
    qn_service_stopping(room.service);
    assert_string_equal(heard(&room), "STOPPING=1\n");
    assert_string_equal(heard(&room), "");
    close_room(&room);
}

static void the_watchdog_hears_nothing_of_one_that_is_stuck(void **state)
{
    struct room room = {.fd = -1};

    (void)state;
    open_room(&room, true, "30000");
    say(&room, false, false, "stuck");
    turn(&room);
    assert_string_equal(heard(&room), "STATUS=stuck\n");
    turn(&room);
    assert_string_equal(heard(&room), "");
    say(&room, false, true, "stuck");
    turn(&room);
    assert_string_equal(heard(&room), "WATCHDOG=1\n");
    close_room(&room);
}

static void what_the_manager_did_not_take_is_said_again(void **state)
{
    struct room room = {.fd = -1};
    char path[128];
    char away[140];

    (void)state;
    open_room(&room, true, "30000");
    snprintf(path, sizeof(path), "%s/manager", folder);
    snprintf(away, sizeof(away), "%s.away", path);
    assert_int_equal(rename(path, away), 0);
    say(&room, true, true, "ready");
    turn(&room);
    assert_int_equal(rename(away, path), 0);
    turn(&room);
    assert_string_equal(heard(&room), "READY=1\nSTATUS=ready\nWATCHDOG=1\n");
    close_room(&room);
}

static void read_file(const struct room *room, struct qn_service_state *ret, int64_t later_ms)
{
    char line[300] = "";
    FILE *file = fopen(room->file, "re");

    assert_non_null(file);
    assert_non_null(fgets(line, sizeof(line), file));
    fclose(file);
    assert_int_equal(qn_service_parse(line, qn_mono_ms(&qn_clock_system) + later_ms, ret, NULL),
                     QN_OK);
}

static void the_file_says_the_same_and_goes_stale_with_the_loop(void **state)
{
    struct room room = {.fd = -1};
    struct qn_service_state seen;

    (void)state;
    snprintf(room.file, sizeof(room.file), "%s/health", folder);
    open_room(&room, false, "0");
    say(&room, true, true, "ready");
    turn(&room);
    read_file(&room, &seen, 0);
    assert_true(seen.ready && seen.turns);
    read_file(&room, &seen, QN_SERVICE_FRESH_MS + 2000);
    assert_false(seen.ready || seen.turns);
    say(&room, false, true, "the broker is away: gone");
    turn(&room);
    read_file(&room, &seen, 0);
    assert_true(!seen.ready && seen.turns);
    assert_string_equal(seen.why, "the broker is away: gone");
    say(&room, true, false, "stuck");
    turn(&room);
    read_file(&room, &seen, 0);
    assert_false(seen.ready || seen.turns);
    close_room(&room);
    assert_int_not_equal(access(room.file, F_OK), 0);
}

static void a_line_that_is_none_is_an_error(void **state)
{
    static const char *const lines[] = {"",         "ready",     "ready 5",
                                        "well 5 x", "ready x y", "ready  y"};
    char longer[400];
    struct qn_service_state seen;

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_int_equal(qn_service_parse(lines[i], 5, &seen, NULL), QN_EINVAL);
    memset(longer, 'r', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(qn_service_parse(longer, 5, &seen, NULL), QN_EINVAL);
    assert_int_equal(qn_service_parse("ready 9 of the future\n", 5, &seen, NULL), QN_OK);
    assert_false(seen.ready);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ready_is_said_once_and_the_status_when_it_changes),
        cmocka_unit_test(the_watchdog_hears_nothing_of_one_that_is_stuck),
        cmocka_unit_test(what_the_manager_did_not_take_is_said_again),
        cmocka_unit_test(the_file_says_the_same_and_goes_stale_with_the_loop),
        cmocka_unit_test(a_line_that_is_none_is_an_error),
    };

    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
