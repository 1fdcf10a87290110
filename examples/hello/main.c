/* main.c - a worker that knows one task. */
#include "hello.h"
#include <quern/worker.h>
#include <stddef.h>

static const struct qn_task *const tasks[] = {&hello_task, NULL};

int main(int argc, char **argv)
{
    return qn_worker_main(argc, argv, tasks);
}
