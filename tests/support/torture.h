/* torture.h - runs a scenario again and again, letting its first, second, ...
 * allocation fail, until none does. Each time it must return QN_ENOMEM and leave
 * no block behind.
 */
#ifndef TESTS_SUPPORT_TORTURE_H
#define TESTS_SUPPORT_TORTURE_H

#include "common/mem.h"
#include <quern/err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef int torture_fn(void);

/* The scenario releases what it made, and succeeds when memory does. */
static inline void torture(torture_fn *scenario)
{
    size_t live = qn_mem_live();
    size_t nth = 0;
    int rc;

    do {
        qn_mem_fail_at(++nth, 0);
        rc = scenario();
        qn_mem_fail_at(0, 0);
        assert_int_equal(qn_mem_live(), live);
        assert_true(rc == QN_OK || rc == QN_ENOMEM);
        assert_true(nth < 10000);
    } while (rc != QN_OK);
    assert_true(nth > 1); /* else it allocates nothing and shows nothing */
}

#endif
