/* load_hang.c - a constructor that does not return, deaf to every signal. */
#include "plugin.h"

#include <signal.h>
#include <unistd.h>

AT_LOAD hang(void)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (;;)
        pause();
}

FINE_PLUGIN("hang");
