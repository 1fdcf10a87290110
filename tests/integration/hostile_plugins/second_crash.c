/* second_crash.c - crashes where its tasks are run, not where they are read. */
#include "plugin.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

AT_LOAD crash_in_executor(void)
{
    char name[16] = "";

    prctl(PR_GET_NAME, name);
    if (strcmp(name, "quern-executor") == 0)
        raise(SIGSEGV);
}

FINE_PLUGIN("second");
