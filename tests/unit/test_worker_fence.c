/* What a run may use: chosen, entered, left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "worker/fence.h"
#include <sys/wait.h>
#include <unistd.h>

static void the_task_goes_before_the_settings(void **state)
{
    const struct worker_options options = {
        .memory_limit_bytes = 100, .cpu_limit_ms = 200, .open_files = 300, .cores = true};
    const struct qn_task plain = {.name = "a"};
    const struct qn_task own = {
        .name = "a", .memory_limit_bytes = 1, .cpu_limit_ms = 2, .max_open_files = 1000};
    struct worker_fence fence;

    (void)state;
    worker_fence_choose(&fence, &plain, &options);
    assert_int_equal(fence.memory_bytes, 100);
    assert_int_equal(fence.cpu_ms, 200);
    assert_int_equal(fence.files, 300);
    assert_true(fence.cores);
    worker_fence_choose(&fence, &own, &options);
    assert_int_equal(fence.memory_bytes, 1);
    assert_int_equal(fence.cpu_ms, 2);
    assert_int_equal(fence.files, 1000);
}

static void an_executor_keeps_the_descriptors_that_it_needs(void **state)
{
    const struct worker_options options = {.open_files = 3};
    const struct qn_task plain = {.name = "a"};
    struct worker_fence fence;

    (void)state;
    worker_fence_choose(&fence, &plain, &options);
    assert_int_equal(fence.files, 64);
}

static rlim_t soft(__rlimit_resource_t kind)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(kind, &limit), 0);
    return limit.rlim_cur;
}

static void what_was_before_is_there_after_the_run(void **state)
{
    const struct worker_fence fence = {.memory_bytes = 1 << 30, .cpu_ms = 7001, .files = 64};
    struct worker_fence_outside outside;
    rlim_t data = soft(RLIMIT_DATA), cpu = soft(RLIMIT_CPU), files = soft(RLIMIT_NOFILE);

    (void)state;
    worker_fence_enter(&fence, &outside);
    assert_int_equal(soft(RLIMIT_DATA), 1 << 30);
    assert_int_equal(soft(RLIMIT_NOFILE), 64);
    assert_true(soft(RLIMIT_CPU) >= 8 && soft(RLIMIT_CPU) < 60);
    worker_fence_leave(&outside);
    assert_true(soft(RLIMIT_DATA) == data && soft(RLIMIT_CPU) == cpu);
    assert_int_equal(soft(RLIMIT_NOFILE), files);
}

static void no_bound_changes_nothing(void **state)
{
    const struct worker_fence fence = {.cores = true};
    struct worker_fence_outside outside;
    rlim_t data = soft(RLIMIT_DATA), cpu = soft(RLIMIT_CPU), files = soft(RLIMIT_NOFILE);

    (void)state;
    worker_fence_enter(&fence, &outside);
    assert_true(soft(RLIMIT_DATA) == data && soft(RLIMIT_CPU) == cpu);
    assert_int_equal(soft(RLIMIT_NOFILE), files);
    worker_fence_leave(&outside);
    assert_true(worker_fence_lock(&fence));
}

static void a_program_cannot_raise_its_bounds(void **state)
{
    const struct worker_fence fence = {.files = 80, .cpu_ms = 1000};
    struct rlimit limit;
    int status;

    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        bool ok = worker_fence_lock(&fence) && getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
                  limit.rlim_cur == 80 && limit.rlim_max == 80 &&
                  getrlimit(RLIMIT_CPU, &limit) == 0 && limit.rlim_cur == 1 && limit.rlim_max == 2;
        _exit(ok ? 0 : 1);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_task_goes_before_the_settings),
        cmocka_unit_test(an_executor_keeps_the_descriptors_that_it_needs),
        cmocka_unit_test(what_was_before_is_there_after_the_run),
        cmocka_unit_test(no_bound_changes_nothing),
        cmocka_unit_test(a_program_cannot_raise_its_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
