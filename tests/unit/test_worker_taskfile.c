/* test_worker_taskfile.c - task files: what they say, and each mistake with its place. */
#include "worker/taskfile.h"

#include "common/mem.h"
#include "worker/definition.h"
#include "worker/exec.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define TASK "[task a.b]\ncommand = sh\nsummary = s\n"

struct room {
    char folder[32];
    struct worker_registry *registry;
    struct qn_err why;
};

static int enter(void **state)
{
    struct room *room = qn_zalloc(1, sizeof(*room));

    snprintf(room->folder, sizeof(room->folder), "/tmp/qtaskXXXXXX");
    *state = room;
    return mkdtemp(room->folder) && worker_registry_create(&room->registry, NULL, NULL) == QN_OK
               ? 0
               : -1;
}

static int leave(void **state)
{
    struct room *room = *state;
    char command[64];

    worker_registry_free(room->registry);
    snprintf(command, sizeof(command), "rm -rf '%s'", room->folder);
    qn_free(room);
    return system(command) != 0 || qn_mem_live() != 0;
}

static const char *path_of(struct room *room, const char *name)
{
    static char path[128];

    snprintf(path, sizeof(path), "%s/%s", room->folder, name);
    return path;
}

static void write_file(struct room *room, const char *name, struct qn_span text, mode_t mode)
{
    FILE *file = fopen(path_of(room, name), "we");

    assert_non_null(file);
    assert_int_equal(fwrite(text.data, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path_of(room, name), mode), 0);
}

static int add(struct room *room, const char *text)
{
    struct qn_span span = {.data = text, .len = strlen(text)};

    write_file(room, "a.task", span, 0644);
    return worker_taskfile_add(room->registry, path_of(room, "a.task"), &room->why);
}

static const struct worker_task *row_of(struct room *room, const char *name)
{
    int at =
        worker_registry_index(room->registry, (struct qn_span){.data = name, .len = strlen(name)});

    assert_true(at >= 0);
    return worker_registry_row(room->registry, (size_t)at);
}

static void expect(struct room *room, const char *text)
{
    if (add(room, text) != QN_OK)
        fail_msg("%s", room->why.msg);
}

/* ---- what it says ---- */

static void a_whole_file_is_read(void **state)
{
    struct room *room = *state;

    expect(room, "# a comment\n"
                 "; another\n"
                 "\n"
                 "[task image.thumbnail]\n"
                 "command      = sh thumbnail.sh --fast\n"
                 "summary      = Makes a small picture = of a large one\n"
                 "queue        = images\n"
                 "soft-limit   = 25s\n"
                 "hard-limit   = 1m30s\n"
                 "max-attempts = 5\n"
                 "retry = list:1s:10s\n"
                 "timeout-retry = fixed:1m\n"
                 "timeout-attempts = 2\n"
                 "crash-retry = fixed:5s\n"
                 "crash-attempts = 3\n"
                 "memory-limit = 256MiB\n"
                 "cpu-limit = 10s\n"
                 "open-files = 100\n"
                 "concurrency = 2\n"
                 "rate = 10/1m\n"
                 "burst = 5\n"
                 "env          = QUERN_DATABASE_URL  http_proxy\n"
                 "  [param url]  \n"
                 "required = yes\n"
                 "doc=Where\n"
                 "[ param size ]\n"
                 "doc     = How large\n"
                 "choices = small|large\n"
                 "preset  = small\n"
                 "[task b]\n"
                 "command = sh\n"
                 "summary = The second");
    const struct worker_task *row = row_of(room, "image.thumbnail");
    const struct qn_task *task = row->task;
    assert_int_equal(row->source, WORKER_EXEC);
    assert_string_equal(task->summary, "Makes a small picture = of a large one");
    assert_string_equal(task->queue, "images");
    assert_true(task->soft_limit_ms == 25000 && task->hard_limit_ms == 90000);
    assert_int_equal(task->max_attempts, 5);
    assert_true(task->memory_limit_bytes == 256 << 20 && task->cpu_limit_ms == 10000);
    assert_true(task->max_open_files == 100 && task->concurrency == 2 && task->rate == 10);
    assert_true(task->per_ms == 60000 && task->burst == 5);
    assert_int_equal(task->retry.delays_ms[1], 10000);
    assert_int_equal(task->on_timeout.retry.base_ms, 60000);
    assert_int_equal(task->on_timeout.max_attempts, 2);
    assert_int_equal(task->on_crash.retry.base_ms, 5000);
    assert_int_equal(task->on_crash.max_attempts, 3);
    assert_string_equal(task->params[0].name, "url");
    assert_true(task->params[0].required && task->params[0].type == QN_STRING);
    assert_string_equal(task->params[1].choices, "small|large");
    assert_string_equal(task->params[1].preset, "small");
    assert_null(task->params[2].name);
    assert_string_equal(row->exec->folder, room->folder);
    assert_string_equal(row->exec->argv[1], "thumbnail.sh");
    assert_null(row->exec->argv[3]);
    assert_string_equal(row->exec->pass[1], "http_proxy");
    assert_null(row->exec->pass[2]);
    assert_int_equal(worker_registry_count(room->registry), 2);
}

static void lines_may_end_as_windows_ends_them(void **state)
{
    struct room *room = *state;

    expect(room, "[task a.b]\r\ncommand = sh\r\n\r\nsummary = s\r\n");
    assert_string_equal(row_of(room, "a.b")->task->summary, "s");
}

static void every_type_can_be_named(void **state)
{
    static const char *const names[] = {
        [QN_STRING] = "string",   [QN_INTEGER] = "integer", [QN_NUMBER] = "number",
        [QN_BOOLEAN] = "boolean", [QN_DATE] = "date",       [QN_ARRAY] = "array",
        [QN_OBJECT] = "object",
    };
    struct room *room = *state;
    char text[1024] = TASK;

    for (int i = QN_STRING; i <= QN_OBJECT; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "[param p%d]\ntype = %s\ndoc = d\n", i, names[i]);
    expect(room, text);
    for (int i = QN_STRING; i <= QN_OBJECT; i++)
        assert_int_equal(row_of(room, "a.b")->task->params[i].type, i);
}

static void words_are_split_at_blanks_outside_of_quotes(void **state)
{
    static const char *const words[] = {
        "sh", "a b", "", "c\"d\\e\\f", "g h'i", "\"$HOME\"", "\\n", NULL,
    };
    struct room *room = *state;

    expect(room,
           "[task a.b]\nsummary = s\n"
           "command = sh \t \"a b\" \"\" \"c\\\"d\\\\e\\f\" g\" h'i\" \"\\\"$HOME\\\"\" \\n\n");
    for (size_t i = 0; words[i]; i++)
        assert_string_equal(row_of(room, "a.b")->exec->argv[i], words[i]);
    assert_null(row_of(room, "a.b")->exec->argv[7]);
}

/* ---- mistakes ---- */

/* A file, and how the text about it begins. */
static void expect_mistake(const char *text, const char *said)
{
    struct room *room = NULL;
    char wanted[256];

    assert_int_equal(enter((void **)&room), 0);
    snprintf(wanted, sizeof(wanted), "%s/%s", room->folder, said);
    if (add(room, text) == QN_OK || strncmp(room->why.msg, wanted, strlen(wanted)) != 0)
        fail_msg("%s\nwanted %s\ngot    %s", text, wanted, room->why.msg);
    assert_int_equal(leave((void **)&room), 0);
}

static void a_mistake_in_a_limit_is_named(void **state)
{
    static const char *const wrong[][2] = {
        {TASK "concurrency = 0\n", "a.task:4: concurrency: a whole number from 1 to 1000000"},
        {TASK "concurrency = 1000001\n", "a.task:4: concurrency: a whole number from 1 to"},
        {TASK "rate = 10\n", "a.task:4: rate: starts in a time, like 10/1m or 100/1h"},
        {TASK "rate = 0/1m\n", "a.task:4: rate: starts in a time"},
        {TASK "burst = many\n", "a.task:4: burst: a whole number from 1 to 1000000"},
        {TASK "burst = 5\n", "a.task: task a.b: per_ms and burst go with a rate"},
        {TASK "rate = 1/32d\n", "a.task: task a.b: a figure of a limit is"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        expect_mistake(wrong[i][0], wrong[i][1]);
}

static void a_mistake_has_file_line_and_key(void **state)
{
    static const char *const wrong[][2] = {
        {"", "a.task:1: there is no [task NAME]"},
        {"# only this\n", "a.task:1: there is no [task NAME]"},
        {"\xef\xbb\xbf" TASK, "a.task:1: begins with a byte order mark"},
        {"\n\xff", "a.task:2: the line is not UTF-8"},
        {TASK "queue = a\x01", "a.task:4: the line holds a control character"},
        {"command = sh\n", "a.task:1: \"command\" stands above the first [task]"},
        {"[param x]\n", "a.task:1: [param]: there is no [task] above it"},
        {"[task a.b\n", "a.task:1: \"[task a.b\" has no ] at its end"},
        {"[task]\n", "a.task:1: \"[task]\" has no name"},
        {"[]\n", "a.task:1: \"[]\" is neither"},
        {"[tusk a.b]\n", "a.task:1: \"[tusk a.b]\" is neither"},
        {"[task A.B]\n", "a.task:1: \"A.B\" is no task's name"},
        {TASK "words\n", "a.task:4: \"words\" is neither a [section] nor key = value"},
        {TASK "sumary = s\n", "a.task:4: \"sumary\" is no key of a [task]"},
        {TASK "[param x]\nqueue = a\n", "a.task:5: \"queue\" is no key of a [param]"},
        {TASK "summary = t\n", "a.task:4: summary: is there twice"},
        {TASK "queue =  \n", "a.task:4: queue: is empty"},
        {TASK "queue = A\n", "a.task:4: queue: a queue's name is"},
        {TASK "soft-limit = 0\n", "a.task:4: soft-limit: a time like"},
        {TASK "hard-limit = soon\n", "a.task:4: hard-limit: a time like"},
        {TASK "retry = often\n",
         "a.task:4: retry: a policy like exponential:2s:10m or list:1s:10s:1m"},
        {TASK "memory-limit = 0\n", "a.task:4: memory-limit: a size like 256MiB, over 0"},
        {TASK "cpu-limit = soon\n", "a.task:4: cpu-limit: a time like 25s, 500ms or 1h30m, over 0"},
        {TASK "open-files = 63\n", "a.task:4: open-files: a whole number from 64"},
        {TASK "max-attempts = 0\n", "a.task:4: max-attempts: a whole number from 1"},
        {TASK "max-attempts = 99999999999\n", "a.task:4: max-attempts: a whole number from 1"},
        {TASK "env = A =B\n", "a.task:4: \"=B\" in env is no name of a variable"},
        {TASK "env = 1A\n", "a.task:4: \"1A\" in env is no name of a variable"},
        {TASK "[param x]\ntype = text\n", "a.task:5: type: one of string, integer"},
        {TASK "[param x]\nrequired = maybe\n", "a.task:5: required: yes or no"},
        {"[task a.b]\nsummary = s\n", "a.task:1: task a.b: there is no command"},
        {"[task a.b]\nsummary = s\n[task c]\n", "a.task:1: task a.b: there is no command"},
        {"[task a.b]\ncommand = sh \"a\n", "a.task:2: command: a \" without its other one"},
        {"[task a.b]\ncommand = sh -c 'a b'\n", "a.task:2: command: no shell sees it"},
        {"[task a.b]\ncommand = \"\" a\n", "a.task:2: command: the first word is empty"},
        {"[task a.b]\ncommand = ./none\nsummary = s\n",
         "a.task:2: command: ./none: No such file or directory"},
        {"[task a.b]\n\ncommand = ./a.task\nsummary = s\n",
         "a.task:3: command: ./a.task: Permission denied (is it"},
        {"[task a.b]\ncommand = no-such-program-here\nsummary = s\n",
         "a.task:2: command: no-such-program-here: No such file or directory"},
        {"[task a.b]\ncommand = /\nsummary = s\n", "a.task:2: command: /: Permission denied"},
        {"[task a.b]\ncommand = sh\n", "a.task: task a.b: summary is not a line"},
        {TASK "[param x y]\ndoc = d\n", "a.task: task a.b, parameter 1 (\"x y\"): the name"},
        {TASK "[param x]\n", "a.task: task a.b, parameter 1 (\"x\"): doc is not"},
        {TASK "soft-limit = 2s\nhard-limit = 1s\n", "a.task: task a.b: soft_limit_ms is not below"},
        {TASK TASK, "a.task: task a.b is there twice"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        expect_mistake(wrong[i][0], wrong[i][1]);
}

static void numbers_of_words_names_and_parameters_have_limits(void **state)
{
    struct room *room = *state;
    struct qn_buf text;

    qn_buf_init(&text, 100000);
    qn_buf_add_str(&text, "[task a.b]\nsummary = s\ncommand = sh");
    for (int i = 0; i < WORKER_EXEC_ARGS_MAX; i++)
        qn_buf_add_str(&text, " x");
    assert_int_equal(add(room, text.data), QN_EINVAL);
    assert_non_null(strstr(room->why.msg, "a.task:3: command: more than 64 words"));
    qn_buf_reset(&text);
    qn_buf_add_str(&text, TASK "env =");
    for (int i = 0; i < WORKER_EXEC_ENV_MAX + 1; i++)
        qn_buf_add_str(&text, " X");
    assert_int_equal(add(room, text.data), QN_EINVAL);
    assert_non_null(strstr(room->why.msg, "a.task:4: env: more than 64 names"));
    qn_buf_reset(&text);
    qn_buf_add_str(&text, TASK);
    for (int i = 0; i < WORKER_PARAMS_MAX + 1; i++)
        qn_buf_printf(&text, "[param p%d]\ndoc = d\n", i);
    assert_int_equal(add(room, text.data), QN_EINVAL);
    assert_non_null(strstr(room->why.msg, "a.task:132: [param]: a task has at most 64"));
    qn_buf_release(&text);
}

static void a_file_that_is_none_or_too_large_is_refused(void **state)
{
    struct room *room = *state;
    char *large = qn_alloc(WORKER_TASKFILE_MAX + 1);

    memset(large, '\n', WORKER_TASKFILE_MAX + 1);
    write_file(room, "a.task", (struct qn_span){large, WORKER_TASKFILE_MAX + 1}, 0644);
    assert_int_equal(worker_taskfile_add(room->registry, path_of(room, "a.task"), &room->why),
                     QN_EINVAL);
    assert_non_null(strstr(room->why.msg, "a.task: over 262144 bytes"));
    qn_free(large);
    assert_int_equal(mkfifo(path_of(room, "b.task"), 0600), 0);
    assert_int_equal(worker_taskfile_add(room->registry, path_of(room, "b.task"), &room->why),
                     QN_ESYS);
    assert_int_equal(worker_taskfile_add(room->registry, path_of(room, "c.task"), &room->why),
                     QN_ESYS);
    assert_non_null(strstr(room->why.msg, "c.task: No such file"));
}

static void programs_are_beside_the_file_that_a_link_means(void **state)
{
    struct room *room = *state;
    char real[64];

    snprintf(real, sizeof(real), "%s/real", room->folder);
    assert_int_equal(mkdir(real, 0700), 0);
    write_file(room, "real/p.sh", (struct qn_span){"#!/bin/sh\n", 10}, 0755);
    write_file(room, "real/b.task",
               (struct qn_span){"[task c]\ncommand = ./p.sh\nsummary = s\n", 38}, 0644);
    assert_int_equal(symlink("real/b.task", path_of(room, "a.task")), 0);
    if (worker_taskfile_add(room->registry, path_of(room, "a.task"), &room->why) != QN_OK)
        fail_msg("%s", room->why.msg);
    assert_string_equal(row_of(room, "c")->exec->folder, real);
}

/* ---- memory ---- */

static int forget(void *arg, int line, struct worker_definition *definition_take,
                  struct worker_exec *exec_take, struct qn_err *reterr)
{
    (void)arg;
    (void)line;
    (void)reterr;
    worker_definition_free(definition_take);
    worker_exec_free(exec_take);
    return QN_OK;
}

static void without_memory_nothing_is_left_behind(void **state)
{
    static const char text[] = TASK "env = A B\n[param x]\ndoc = d\n[param y]\ndoc = e\n" TASK;
    const struct worker_taskfile_sink sink = {NULL, forget};
    size_t live = qn_mem_live(), nth = 1;
    int rc = QN_ENOMEM;

    (void)state;
    for (; rc != QN_OK; nth++) {
        qn_mem_fail_at(nth, 0);
        rc = worker_taskfile_parse((struct qn_span){text, sizeof(text) - 1}, "/", &sink, NULL);
        qn_mem_fail_at(0, 0);
        assert_true(rc == QN_OK || rc == QN_ENOMEM);
        assert_int_equal(qn_mem_live(), live);
    }
    assert_true(nth > 10);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_whole_file_is_read),
        CASE(lines_may_end_as_windows_ends_them),
        CASE(every_type_can_be_named),
        CASE(words_are_split_at_blanks_outside_of_quotes),
        cmocka_unit_test(a_mistake_has_file_line_and_key),
        cmocka_unit_test(a_mistake_in_a_limit_is_named),
        CASE(numbers_of_words_names_and_parameters_have_limits),
        CASE(a_file_that_is_none_or_too_large_is_refused),
        CASE(programs_are_beside_the_file_that_a_link_means),
        CASE(without_memory_nothing_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
