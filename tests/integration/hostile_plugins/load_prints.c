/* load_prints.c - a constructor that writes where results go. */
#include "plugin.h"

AT_LOAD print(void)
{
    puts("printed while it was loaded");
    fflush(stdout);
}

FINE_PLUGIN("prints");
