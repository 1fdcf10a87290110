/* main.c - quern-worker with the bundled tasks. */
#include "check.h"
#include "tasks/tasks.h"
#include <stddef.h>

static qn_check_fn *const checks[] = {qn_check_database, NULL};

int main(int argc, char **argv)
{
    return worker_main_with(argc, argv, qn_builtin_tasks, checks, qn_migrate_database,
                            qn_builtin_subcommands);
}
