#include "tasks/reports/sales.h"
#include "tasks/reports/sales_args.h"
#include "tasks/tasks.h"
#include "tests/support/job_double.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOBODY "postgresql://u:secret@127.0.0.1:1/shop"

/* Runs the task; error gets what the job says. */
static enum qn_outcome run_on(const char *url, bool stopped, const char *args, char *error,
                              size_t size)
{
    struct qn_job job;
    struct qn_err err;
    void *state = NULL;
    enum qn_outcome outcome;

    setenv("QUERN_DATABASE_URL", url, 1);
    assert_int_equal(sales_task.init(&state, &err), QN_OK);
    job_double_init(&job, args, state);
    if (stopped) {
        job_double_stop(&job);
    }
    outcome = sales_task.run(&job);
    assert_int_equal(job.rejected, outcome == QN_FAIL); /* nothing else is for good here */
    snprintf(error, size, "%s", job.error.data);
    assert_int_equal(job.n_files, 0);
    job_double_release(&job);
    sales_task.done(state);
    return outcome;
}

static enum qn_outcome run(const char *args, char *error, size_t size)
{
    return run_on(NOBODY, false, args, error, size);
}

static void bad_arguments_are_rejected_by_name(void **state)
{
    char error[300];

    (void)state;
    assert_int_equal(run("{\"from\":\"2026-02-30\",\"to\":\"2026-03-01\"}", error, sizeof(error)),
                     QN_FAIL);
    assert_string_equal(error, "from: \"2026-02-30\" is no day of the calendar (YYYY-MM-DD)");
}

static void a_database_that_is_not_there_is_tried_again(void **state)
{
    char error[300];

    (void)state;
    assert_int_equal(run("{\"preset\":\"mtd\"}", error, sizeof(error)), QN_RETRY);
    assert_non_null(strstr(error, "no connection"));
    assert_null(strstr(error, "secret"));
}

/* Somebody listens, and never says a word. */
static void the_soft_limit_ends_the_wait_for_a_connection(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char url[128], error[300];

    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    snprintf(url, sizeof(url), "postgresql://u@127.0.0.1:%d/shop", ntohs(address.sin_port));
    assert_int_equal(run_on(url, true, "{\"preset\":\"mtd\"}", error, sizeof(error)), QN_RETRY);
    assert_string_equal(error, "stopped by the soft limit");
    close(fd);
}

static void without_a_database_url_there_is_no_start(void **state)
{
    struct qn_err err;
    void *task_state = NULL;

    (void)state;
    unsetenv("QUERN_DATABASE_URL");
    assert_int_equal(sales_task.init(&task_state, &err), QN_EINVAL);
    assert_string_equal(err.msg, "QUERN_DATABASE_URL is not set");
}

/* What is published and what is read are two tables: they must name the same. */
static void every_published_parameter_is_read(void **state)
{
    static const char *const values[] = {
        [QN_STRING] = "17", [QN_INTEGER] = "\"x\"", [QN_BOOLEAN] = "17",
        [QN_DATE] = "17",   [QN_ARRAY] = "17",
    };

    (void)state;
    for (const struct qn_param *param = sales_task.params; param->name != NULL; param++) {
        struct sales_args args;
        struct qn_err err = {.code = QN_OK};
        char json[128];

        snprintf(json, sizeof(json), "{\"%s\":%s}", param->name, values[param->type]);
        assert_int_equal(sales_args_parse(&args, json, strlen(json), &err), QN_EINVAL);
        assert_int_equal(strncmp(err.msg, param->name, strlen(param->name)), 0);
        assert_non_null(strstr(err.msg, ": must be "));
    }
}

static void the_task_is_among_the_builtin_ones(void **state)
{
    (void)state;
    assert_ptr_equal(qn_builtin_tasks[0], &sales_task);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_arguments_are_rejected_by_name),
        cmocka_unit_test(a_database_that_is_not_there_is_tried_again),
        cmocka_unit_test(the_soft_limit_ends_the_wait_for_a_connection),
        cmocka_unit_test(without_a_database_url_there_is_no_start),
        cmocka_unit_test(every_published_parameter_is_read),
        cmocka_unit_test(the_task_is_among_the_builtin_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
