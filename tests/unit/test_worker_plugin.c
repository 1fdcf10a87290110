/* test_worker_plugin.c - plugins and folders of them become rows of the registry, in a
 * process that lives on: nothing is left of those that load them. */
#include "worker/sources.h"

#include "common/mem.h"
#include "worker/orphans.h"
#include "worker/plugin.h"
#include <dirent.h>
#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>

#define LONG_MS  60000 /* nothing here should take it */
#define SHORT_MS 100

struct world {
    struct worker_registry *registry;
    size_t files; /* open before */
};

static size_t open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t n = 0;

    while (readdir(folder))
        n++;
    closedir(folder);
    return n;
}

static const char *path_of(const char *plugin)
{
    static char path[4096];

    snprintf(path, sizeof(path), "%s/%s.so", HOSTILE_PLUGINS, plugin);
    return path;
}

static int enter(void **state)
{
    struct world *world = qn_zalloc(1, sizeof(*world));

    world->files = open_files();
    *state = world;
    return worker_registry_create(&world->registry, NULL, NULL);
}

static int leave(void **state)
{
    struct world *world = *state;
    pid_t left;
    int adopts = 1;

    worker_registry_free(world->registry);
    bool clean = open_files() == world->files && worker_orphans_list(&left, 1) == 0 &&
                 prctl(PR_GET_CHILD_SUBREAPER, &adopts) == 0 && adopts == 0;
    qn_free(world);
    return clean ? 0 : -1;
}

/* The process that asks has not loaded it. */
static void assert_not_loaded(const char *path)
{
    assert_null(dlopen(path, RTLD_NOW | RTLD_NOLOAD));
}

static void a_plugin_s_tasks_are_rows_with_its_file(void **state)
{
    struct world *world = *state;
    const char *path = path_of("fine");

    assert_int_equal(worker_plugin_add(world->registry, path, LONG_MS, NULL), QN_OK);
    assert_int_equal(worker_registry_count(world->registry), 1);
    const struct worker_task *row = worker_registry_row(world->registry, 0);
    assert_int_equal(row->source, WORKER_PLUGIN);
    assert_string_equal(row->file, path);
    assert_string_equal(row->task->name, "p.fine");
    assert_int_equal(row->task->max_attempts, 2);
    assert_null(row->task->run);
    assert_null(row->exec);
    assert_not_loaded(path);
}

static void a_plugin_that_hangs_is_ended_at_its_deadline(void **state)
{
    struct world *world = *state;
    char wanted[WORKER_FILE_TEXT_SIZE + 64], shown[WORKER_FILE_TEXT_SIZE];
    struct qn_err err;

    assert_int_equal(worker_plugin_add(world->registry, path_of("load_hang"), SHORT_MS, &err),
                     QN_ETIMEOUT);
    worker_file_text(path_of("load_hang"), shown);
    snprintf(wanted, sizeof(wanted), "%s: took longer than 100ms to load", shown);
    assert_string_equal(err.msg, wanted);
}

static void a_plugin_of_another_abi_has_a_code_of_its_own(void **state)
{
    struct world *world = *state;

    assert_int_equal(worker_plugin_add(world->registry, path_of("wrong_abi"), LONG_MS, NULL),
                     QN_EUNSUPPORTED);
    assert_int_equal(worker_plugin_add(world->registry, path_of("wrong_size"), LONG_MS, NULL),
                     QN_EUNSUPPORTED);
    assert_int_equal(worker_registry_count(world->registry), 0);
}

static void what_a_constructor_starts_is_gone_and_what_was_there_is_not(void **state)
{
    struct world *world = *state;
    pid_t before = fork(), left[2];

    if (before == 0) {
        pause();
        _exit(0);
    }
    assert_int_equal(worker_plugin_add(world->registry, path_of("load_forks"), LONG_MS, NULL),
                     QN_OK);
    assert_int_equal(worker_orphans_list(left, 2), 1);
    assert_int_equal(left[0], before);
    worker_orphans_end(NULL, 0);
    assert_int_equal(kill(before, 0), -1);
}

static void two_files_with_one_task_are_both_named(void **state)
{
    struct world *world = *state;
    char first[4096];
    struct qn_err err;

    snprintf(first, sizeof(first), "%s", path_of("fine"));
    assert_int_equal(worker_plugin_add(world->registry, first, LONG_MS, NULL), QN_OK);
    assert_int_equal(worker_plugin_add(world->registry, path_of("fine_changed"), LONG_MS, &err),
                     QN_EEXISTS);
    assert_non_null(strstr(err.msg, "fine_changed.so: task p.fine is in "));
    assert_non_null(strstr(err.msg, "fine.so too"));
}

static void an_empty_list_and_empty_entries_are_nothing(void **state)
{
    struct world *world = *state;

    assert_int_equal(worker_sources_load(world->registry, "", LONG_MS, NULL), QN_OK);
    assert_int_equal(worker_sources_load(world->registry, "::", LONG_MS, NULL), QN_OK);
    assert_int_equal(worker_registry_count(world->registry), 0);
}

static void a_list_is_read_in_its_order(void **state)
{
    struct world *world = *state;
    char list[8192];
    struct qn_err err;

    snprintf(list, sizeof(list), "%s:/nowhere/x.so", path_of("null_table"));
    assert_int_equal(worker_sources_load(world->registry, list, LONG_MS, &err), QN_EINVAL);
    assert_non_null(strstr(err.msg, "null_table.so: its table of tasks is NULL"));
    snprintf(list, sizeof(list), "/nowhere/x.so:%s", path_of("null_table"));
    assert_int_equal(worker_sources_load(world->registry, list, LONG_MS, &err), QN_ESYS);
    assert_string_equal(err.msg, "task-path: /nowhere/x.so: No such file or directory");
}

static void a_folder_without_tasks_is_nothing(void **state)
{
    struct world *world = *state;
    char folder[] = "/tmp/quern-plugin-XXXXXX";

    assert_non_null(mkdtemp(folder));
    assert_int_equal(worker_sources_load(world->registry, folder, LONG_MS, NULL), QN_OK);
    assert_int_equal(worker_registry_count(world->registry), 0);
    rmdir(folder);
}

static void a_long_name_is_shown_by_its_end(void **state)
{
    char file[300], shown[WORKER_FILE_TEXT_SIZE];

    (void)state;
    memset(file, 'x', sizeof(file));
    snprintf(file + 250, 50, "/plugin.so");
    worker_file_text(file, shown);
    assert_int_equal(strlen(shown), WORKER_FILE_TEXT_SIZE - 1);
    assert_memory_equal(shown, "...x", 4);
    assert_string_equal(shown + strlen(shown) - 10, "/plugin.so");
    worker_file_text("/a", shown);
    assert_string_equal(shown, "/a");
}

static void no_memory_leaves_nothing_behind(void **state)
{
    struct world *world = *state;
    size_t live = qn_mem_live();
    int rc = QN_ENOMEM;

    for (size_t nth = 1; rc != QN_OK; nth++) {
        qn_mem_fail_at(nth, 0);
        rc = worker_sources_load(world->registry, path_of("fine"), LONG_MS, NULL);
        assert_int_not_equal(rc, QN_ETIMEOUT);
        if (rc != QN_OK)
            assert_int_equal(qn_mem_live(), live);
    }
    qn_mem_fail_at(0, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)
    const struct CMUnitTest tests[] = {
        CASE(a_plugin_s_tasks_are_rows_with_its_file),
        CASE(a_plugin_that_hangs_is_ended_at_its_deadline),
        CASE(a_plugin_of_another_abi_has_a_code_of_its_own),
        CASE(what_a_constructor_starts_is_gone_and_what_was_there_is_not),
        CASE(two_files_with_one_task_are_both_named),
        CASE(an_empty_list_and_empty_entries_are_nothing),
        CASE(a_list_is_read_in_its_order),
        CASE(a_folder_without_tasks_is_nothing),
        cmocka_unit_test(a_long_name_is_shown_by_its_end),
        CASE(no_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
