/* second_hang.c - does not return where its tasks are run, deaf to every signal. */
#include "plugin.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

AT_LOAD hang_in_executor(void)
{
    char name[16] = "";
    sigset_t all;

    prctl(PR_GET_NAME, name);
    if (strcmp(name, "quern-executor") != 0)
        return;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (;;)
        pause();
}

FINE_PLUGIN("hang");
