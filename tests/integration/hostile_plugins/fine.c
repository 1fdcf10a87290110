/* fine.c - the plugin that others are measured by. */
#include "plugin.h"

FINE_PLUGIN("fine");
