/* main.c - quern-worker with the bundled tasks. */
#include "tasks/tasks.h"
#include <quern/worker.h>

int main(int argc, char **argv)
{
    return qn_worker_main(argc, argv, qn_builtin_tasks);
}
