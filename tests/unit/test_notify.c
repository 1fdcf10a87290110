#include "common/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/qn_notifyXXXXXX";

/* Listens as a service manager does; name as in NOTIFY_SOCKET. */
static int listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    size_t len = strlen(name);

    assert_true(fd >= 0);
    memcpy(address.sun_path, name, len + 1);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    socklen_t size =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/' ? 1 : 0));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    return fd;
}

static void assert_heard(int fd, const char *message)
{
    char got[QN_NOTIFY_MAX] = "";
    ssize_t len = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);

    assert_int_equal(len, strlen(message));
    assert_string_equal(got, message);
}

static void says_to(const char *name)
{
    struct qn_notify notify;
    int fd = listen_at(name);

    qn_notify_init(&notify);
    assert_int_equal(qn_notify_say(&notify, "READY=1\nSTATUS=well\n"), QN_OK);
    assert_int_equal(qn_notify_say(&notify, "WATCHDOG=1"), QN_OK);
    assert_heard(fd, "READY=1\nSTATUS=well\n");
    assert_heard(fd, "WATCHDOG=1");
    close(fd);
}

static void a_path_and_an_abstract_name_are_reached(void **state)
{
    char name[96];

    (void)state;
    snprintf(name, sizeof(name), "%s/sock", folder);
    says_to(name);
    unlink(name);
    snprintf(name, sizeof(name), "@%s/abstract", folder);
    says_to(name);
}

static void children_do_not_speak_for_their_parent(void **state)
{
    struct qn_notify notify;

    (void)state;
    setenv("NOTIFY_SOCKET", "/nowhere", 1);
    setenv("WATCHDOG_USEC", "3000000", 1);
    unsetenv("WATCHDOG_PID");
    qn_notify_init(&notify);
    assert_int_equal(notify.watchdog_ms, 3000);
    assert_null(getenv("NOTIFY_SOCKET"));
    assert_null(getenv("WATCHDOG_USEC"));
    assert_null(getenv("WATCHDOG_PID"));
}

static void a_watchdog_of_another_process_is_none(void **state)
{
    struct qn_notify notify;
    char pid[24];

    (void)state;
    setenv("NOTIFY_SOCKET", "/nowhere", 1);
    setenv("WATCHDOG_USEC", "3000000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    qn_notify_init(&notify);
    assert_int_equal(notify.watchdog_ms, 0);
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    setenv("NOTIFY_SOCKET", "/nowhere", 1);
    setenv("WATCHDOG_USEC", "3000000", 1);
    setenv("WATCHDOG_PID", pid, 1);
    qn_notify_init(&notify);
    assert_int_equal(notify.watchdog_ms, 3000);
}

static void without_a_manager_nothing_is_said_and_nothing_fails(void **state)
{
    static const char *const names[] = {"", "@", "/", "relative", "vsock:2:1"};
    char longer[200];
    struct qn_notify notify;

    (void)state;
    unsetenv("NOTIFY_SOCKET");
    qn_notify_init(&notify);
    assert_int_equal(notify.len, 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        qn_notify_init(&notify);
        assert_int_equal(notify.len, 0);
        assert_int_equal(qn_notify_say(&notify, "READY=1"), QN_OK);
    }
    memset(longer, 'x', sizeof(longer) - 1);
    longer[0] = '/';
    longer[sizeof(longer) - 1] = '\0';
    setenv("NOTIFY_SOCKET", longer, 1);
    qn_notify_init(&notify);
    assert_int_equal(notify.len, 0);
    setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
    qn_notify_init(&notify);
    assert_int_equal(qn_notify_say(&notify, "READY=1"), QN_ECONN);
}

/* A manager that reads nothing must not stop the program. */
static void a_full_socket_is_not_waited_for(void **state)
{
    struct qn_notify notify;
    char name[96];
    int rc = QN_OK;

    (void)state;
    snprintf(name, sizeof(name), "@%s/full", folder);
    int fd = listen_at(name);
    qn_notify_init(&notify);
    for (int i = 0; i < 100000 && rc == QN_OK; i++)
        rc = qn_notify_say(&notify, "WATCHDOG=1");
    assert_int_equal(rc, QN_ECONN);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_and_an_abstract_name_are_reached),
        cmocka_unit_test(children_do_not_speak_for_their_parent),
        cmocka_unit_test(a_watchdog_of_another_process_is_none),
        cmocka_unit_test(without_a_manager_nothing_is_said_and_nothing_fails),
        cmocka_unit_test(a_full_socket_is_not_waited_for),
    };

    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
