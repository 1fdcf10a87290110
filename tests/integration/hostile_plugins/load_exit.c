/* load_exit.c - a constructor that ends the process. */
#include "plugin.h"

AT_LOAD leave(void)
{
    exit(7);
}

FINE_PLUGIN("exit");
