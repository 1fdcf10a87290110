/* analyzer.h - what clang's analyzer cannot see, since it reads one file at a time.
 *
 * A failure is negative: without this it follows paths on which a function
 * failed and its caller took the result for success. For check-tidy only.
 */
#ifndef SCRIPTS_ANALYZER_H
#define SCRIPTS_ANALYZER_H

#include "api/problem.h"

#include <quern/err.h>

#define qn_fail(err, code, ...) ((void)qn_fail(err, code, __VA_ARGS__), code)
#define qn_fail_sys(...)        ((void)qn_fail_sys(__VA_ARGS__), QN_ESYS)
#define api_fault_set(...)      ((void)api_fault_set(__VA_ARGS__), QN_EINVAL)

#endif
