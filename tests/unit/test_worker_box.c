#include "worker/box.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 20000

static struct worker_box *box;

static int set_up(void **state)
{
    (void)state;
    box = mmap(NULL, sizeof(*box), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return box != MAP_FAILED ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return munmap(box, sizeof(*box));
}

static void what_was_put_is_there_until_the_next(void **state)
{
    (void)state;
    assert_false(worker_box_has(box, 0));
    assert_true(worker_box_put(box, "one", 3));
    assert_true(worker_box_has(box, 0));
    assert_false(worker_box_has(box, 1));
    assert_int_equal(worker_box_len(box), 3);
    assert_memory_equal(box->bytes, "one", 3);
    assert_true(worker_box_put(box, "other", 5));
    assert_true(worker_box_has(box, 1));
    assert_int_equal(worker_box_len(box), 5);
}

static void what_does_not_fit_is_left_out(void **state)
{
    static const char large[WORKER_BOX_BYTES + 1];

    (void)state;
    assert_false(worker_box_put(box, large, sizeof(large)));
    assert_false(worker_box_put(box, large, 0));
    assert_false(worker_box_has(box, 0));
    assert_true(worker_box_put(box, large, sizeof(large) - 1));
    worker_box_point(box);
    assert_true(worker_box_has(box, 1));
    assert_int_equal(worker_box_len(box), 0);
}

static void a_length_that_lies_is_cut(void **state)
{
    (void)state;
    box->len = UINT32_MAX;
    assert_int_equal(worker_box_len(box), WORKER_BOX_BYTES);
}

static void who_sleeps_is_woken_by_what_comes(void **state)
{
    int status;

    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(worker_box_wait(box, 0, WAIT_MS) && worker_box_len(box) == 3 ? 0 : 1);
    assert_true(worker_box_put(box, "one", 3));
    worker_box_wake(box);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void waiting_has_an_end(void **state)
{
    (void)state;
    assert_false(worker_box_wait(box, 0, 1));
    assert_true(worker_box_wait(box, 1, WAIT_MS)); /* is another one: no sleep at all */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_put_is_there_until_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_length_that_lies_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_sleeps_is_woken_by_what_comes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(waiting_has_an_end, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
