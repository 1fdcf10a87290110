/* load_crash.c - a constructor that crashes. */
#include "plugin.h"

#include <signal.h>

AT_LOAD crash(void)
{
    raise(SIGSEGV);
}

FINE_PLUGIN("crash");
