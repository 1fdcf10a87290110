/* test_worker_registry.c - the tasks by name, and the mistakes in their definitions. */
#include "worker/registry.h"

#include "common/mem.h"
#include "worker/definition.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static enum qn_outcome nothing(struct qn_job *job)
{
    (void)job;
    return QN_DONE;
}

static const struct qn_param params[] = {
    {.name = "from", .type = QN_DATE, .required = true, .doc = "first day"},
    {.name = "step", .type = QN_STRING, .doc = "of the table", .choices = "day|week|month"},
    {.name = NULL},
};
static const struct qn_task zebra = {.name = "b.zebra", .summary = "Z", .run = nothing};
static const struct qn_task ant = {
    .name = "b.ant", .summary = "A", .run = nothing, .params = params, .queue = "small"};
static const struct qn_task anteater = {.name = "b.anteater", .summary = "E", .run = nothing};
static const struct qn_task *const three[] = {&zebra, &anteater, &ant, NULL};

static int index_of(const struct worker_registry *registry, const char *name)
{
    return worker_registry_index(registry, (struct qn_span){name, strlen(name)});
}

static void each_task_is_found_by_its_whole_name(void **state)
{
    struct worker_registry *registry;

    (void)state;
    assert_int_equal(worker_registry_create(&registry, three, NULL), QN_OK);
    assert_int_equal(worker_registry_count(registry), 3);
    assert_ptr_equal(worker_registry_at(registry, 0), &ant);
    assert_ptr_equal(worker_registry_at(registry, 1), &anteater);
    assert_ptr_equal(worker_registry_at(registry, 2), &zebra);
    assert_ptr_equal(worker_registry_find(registry, "b.ant"), &ant);
    assert_ptr_equal(worker_registry_find(registry, "b.anteater"), &anteater);
    assert_int_equal(index_of(registry, "b.zebra"), 2);
    assert_null(worker_registry_find(registry, "b.an"));
    assert_int_equal(index_of(registry, ""), -1);
    assert_int_equal(worker_registry_index(registry, (struct qn_span){.len = 0}), -1);
    worker_registry_free(registry);
}

static void no_table_is_an_empty_registry(void **state)
{
    struct worker_registry *registry;

    (void)state;
    assert_int_equal(worker_registry_create(&registry, NULL, NULL), QN_OK);
    assert_int_equal(worker_registry_count(registry), 0);
    assert_null(worker_registry_find(registry, "b.ant"));
    worker_registry_free(registry);
    worker_registry_free(NULL);
}

static void a_name_is_there_once(void **state)
{
    static const struct qn_task *const twice[] = {&ant, &zebra, &ant, NULL};
    struct worker_registry *registry;
    struct qn_err err;

    (void)state;
    assert_int_equal(worker_registry_create(&registry, twice, &err), QN_EEXISTS);
    assert_string_equal(err.msg, "task b.ant: there are two of this name");
}

static void assert_fault(struct qn_task task, const char *wanted)
{
    struct qn_err err;

    assert_int_equal(worker_task_check(&task, &err), QN_EINVAL);
    assert_string_equal(err.msg, wanted);
}

static void a_mistake_in_a_task_is_named(void **state)
{
    struct qn_task task = ant;

    (void)state;
    task.name = NULL;
    assert_fault(task, "a task has no name");
    task.name = "Report";
    assert_fault(task, "task \"Report\": the name is not 1-64 of [a-z0-9_.-]");
    task = ant;
    task.run = NULL;
    assert_fault(task, "task b.ant: run is missing");
    task = ant;
    task.summary = "two\nlines";
    assert_fault(task, "task b.ant: summary is not a line of 1-200 bytes");
    task = ant;
    task.queue = "a.b";
    assert_fault(task, "task b.ant: queue \"a.b\" is not 1-32 of [a-z0-9_-]");
    task = ant;
    task.soft_limit_ms = -1;
    assert_fault(task, "task b.ant: soft_limit_ms is not 0 to 7 days");
    task = ant;
    task.soft_limit_ms = task.hard_limit_ms = 1000;
    assert_fault(task, "task b.ant: soft_limit_ms is not below hard_limit_ms");
    task = ant;
    task.max_attempts = 1001;
    assert_fault(task, "task b.ant: max_attempts is not 0 to 1000");
}

static void a_mistake_in_a_policy_is_named(void **state)
{
    struct qn_task task = ant;

    (void)state;
    task.retry.kind = (enum qn_backoff)9999;
    assert_fault(task, "task b.ant: retry.kind: 9999 is none");
    task = ant;
    task.retry.kind = QN_BACKOFF_LIST;
    assert_fault(task, "task b.ant: retry.delays: a list has at least one delay");
    task = ant;
    task.on_timeout.retry = (struct qn_retry){.kind = QN_BACKOFF_FIXED, .base_ms = -1};
    assert_fault(task, "task b.ant: on_timeout.retry.base: -1ms is not from 0 to 1d");
    task = ant;
    task.on_crash.max_attempts = 1001;
    assert_fault(task, "task b.ant: on_crash.max_attempts is not 0 to 1000");
}

static void a_mistake_in_a_declared_limit_is_named(void **state)
{
    struct qn_task task = ant;

    (void)state;
    task.concurrency = 1000000;
    task.rate = task.burst = 1000000;
    task.per_ms = INT64_C(31) * 24 * 3600 * 1000;
    assert_int_equal(worker_task_check(&task, NULL), QN_OK);
    task.per_ms++;
    assert_fault(task, "task b.ant: a figure of a limit is negative, above 1,000,000, or a time "
                       "above 31 days");
    task = ant;
    task.concurrency = -1;
    assert_fault(task, "task b.ant: a figure of a limit is negative, above 1,000,000, or a time "
                       "above 31 days");
    task = ant;
    task.rate = 1;
    assert_fault(task, "task b.ant: a rate needs the time that it is counted in");
    task = ant;
    task.burst = 1;
    assert_fault(task, "task b.ant: per_ms and burst go with a rate");
}

/* The second parameter has the mistake. */
static void assert_param_fault(struct qn_param second, const char *wanted)
{
    struct qn_param two[] = {params[0], second, {.name = NULL}};
    struct qn_task task = ant;
    char text[200];

    task.params = two;
    snprintf(text, sizeof(text), "task b.ant, parameter 2 (\"%s\"): %s", second.name, wanted);
    assert_fault(task, text);
}

static void a_mistake_in_a_parameter_is_named(void **state)
{
    (void)state;
    assert_param_fault((struct qn_param){.name = "a b", .doc = "d"},
                       "the name is not 1-64 of [A-Za-z0-9_]");
    assert_param_fault((struct qn_param){.name = "from", .doc = "d"}, "the name is there twice");
    assert_param_fault((struct qn_param){.name = "p", .type = (enum qn_type)77, .doc = "d"},
                       "there is no such type");
    assert_param_fault((struct qn_param){.name = "p"}, "doc is not a line of text");
    assert_param_fault((struct qn_param){.name = "p", .doc = "d", .preset = "1", .required = true},
                       "it is required and has a preset");
    assert_param_fault(
        (struct qn_param){.name = "p", .doc = "d", .type = QN_INTEGER, .choices = "1|2"},
        "only a string has choices");
    assert_param_fault((struct qn_param){.name = "p", .doc = "d", .choices = "a||b"},
                       "one of the choices is empty");
    assert_param_fault((struct qn_param){.name = "p", .doc = "d", .choices = "a|b|"},
                       "one of the choices is empty");
    assert_param_fault((struct qn_param){.name = "p", .doc = "d", .choices = "ab|b|ab"},
                       "one of the choices is there twice");
}

static void too_many_parameters_are_refused(void **state)
{
    struct qn_param many[WORKER_PARAMS_MAX + 2] = {{.name = NULL}};
    char names[WORKER_PARAMS_MAX + 1][16];
    struct qn_task task = ant;
    struct qn_err err;

    (void)state;
    for (int i = 0; i <= WORKER_PARAMS_MAX; i++) {
        snprintf(names[i], sizeof(names[i]), "p%d", i);
        many[i] = (struct qn_param){.name = names[i], .doc = "d"};
    }
    task.params = many;
    assert_int_equal(worker_task_check(&task, &err), QN_EINVAL);
    assert_non_null(strstr(err.msg, "parameter 65 (\"p64\"): there are too many"));
    many[WORKER_PARAMS_MAX].name = NULL;
    assert_int_equal(worker_task_check(&task, &err), QN_OK);
}

static void no_memory_leaves_nothing_behind(void **state)
{
    struct worker_registry *registry;
    size_t live = qn_mem_live();
    int rc = QN_ENOMEM;

    (void)state;
    for (size_t nth = 1; rc != QN_OK; nth++) {
        qn_mem_fail_at(nth, 0);
        rc = worker_registry_create(&registry, three, NULL);
        assert_true(rc == QN_OK || rc == QN_ENOMEM);
        if (rc != QN_OK)
            assert_int_equal(qn_mem_live(), live);
    }
    qn_mem_fail_at(0, 0);
    worker_registry_free(registry);
    assert_int_equal(qn_mem_live(), live);
}

static struct worker_definition *define(const char *name)
{
    struct worker_definition *definition = worker_definition_create();

    worker_definition_task(definition)->name =
        worker_definition_keep(definition, name, strlen(name));
    worker_definition_task(definition)->summary = "From outside";
    return definition;
}

static void a_task_from_outside_has_a_row_that_says_whence(void **state)
{
    struct worker_registry *registry;
    size_t live = qn_mem_live();
    char file[] = "/x/a.so";

    (void)state;
    assert_int_equal(worker_registry_create(&registry, three, NULL), QN_OK);
    assert_int_equal(worker_registry_add_outside(registry, define("b.bee"), NULL, file, NULL),
                     QN_OK);
    file[0] = '?';
    const struct worker_task *row =
        worker_registry_row(registry, (size_t)index_of(registry, "b.bee"));
    assert_string_equal(row->file, "/x/a.so");
    assert_int_equal(row->source, WORKER_PLUGIN);
    assert_string_equal(row->task->summary, "From outside");
    row = worker_registry_row(registry, (size_t)index_of(registry, "b.ant"));
    assert_int_equal(row->source, WORKER_COMPILED_IN);
    assert_string_equal(row->file, "");
    worker_registry_free(registry);
    assert_int_equal(qn_mem_live(), live);
}

static void a_refused_task_from_outside_is_freed_and_named_with_its_file(void **state)
{
    static const struct {
        const char *name, *wanted;
        int rc;
    } cases[] = {
        {"b.ant", "/x/b.so: task b.ant is compiled in already", QN_EEXISTS},
        {"b.bee", "/x/b.so: task b.bee is in /x/a.so too", QN_EEXISTS},
        {"B", "/x/b.so: task \"B\": the name is not 1-64 of [a-z0-9_.-]", QN_EINVAL},
    };
    struct worker_registry *registry;
    struct qn_err err;

    (void)state;
    assert_int_equal(worker_registry_create(&registry, three, NULL), QN_OK);
    assert_int_equal(worker_registry_add_outside(registry, define("b.bee"), NULL, "/x/a.so", NULL),
                     QN_OK);
    size_t live = qn_mem_live();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(
            worker_registry_add_outside(registry, define(cases[i].name), NULL, "/x/b.so", &err),
            cases[i].rc);
        assert_string_equal(err.msg, cases[i].wanted);
        assert_int_equal(qn_mem_live(), live);
    }
    assert_int_equal(worker_registry_add_outside(registry, define("b.bee"), NULL, "/x/a.so", &err),
                     QN_EEXISTS);
    assert_string_equal(err.msg, "/x/a.so: task b.bee is there twice");
    worker_registry_free(registry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_task_is_found_by_its_whole_name),
        cmocka_unit_test(no_table_is_an_empty_registry),
        cmocka_unit_test(a_name_is_there_once),
        cmocka_unit_test(a_mistake_in_a_task_is_named),
        cmocka_unit_test(a_mistake_in_a_policy_is_named),
        cmocka_unit_test(a_mistake_in_a_declared_limit_is_named),
        cmocka_unit_test(a_mistake_in_a_parameter_is_named),
        cmocka_unit_test(too_many_parameters_are_refused),
        cmocka_unit_test(a_task_from_outside_has_a_row_that_says_whence),
        cmocka_unit_test(a_refused_task_from_outside_is_freed_and_named_with_its_file),
        cmocka_unit_test(no_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
