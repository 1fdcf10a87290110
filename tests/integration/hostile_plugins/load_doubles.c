/* load_doubles.c - a constructor that returns in two processes. */
#include "plugin.h"

#include <unistd.h>

AT_LOAD twice(void)
{
    if (fork() < 0)
        abort();
}

FINE_PLUGIN("doubles");
