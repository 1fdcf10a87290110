/* hello.h - the task hello.greet. */
#ifndef EXAMPLES_HELLO_HELLO_H
#define EXAMPLES_HELLO_HELLO_H

#include <quern/task.h>

extern const struct qn_task hello_task;

#endif
