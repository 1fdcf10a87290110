/* null_table.c - no table of tasks. */
#include "plugin.h"

QN_PLUGIN(NULL);
