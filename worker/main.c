/* main.c - quern-worker with the bundled tasks. */
#include "tasks/tasks.h"
#include "worker.h"

int main(int argc, char **argv)
{
    return worker_main(argc, argv, qn_builtin_tasks);
}
