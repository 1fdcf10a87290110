/* undefined_symbol.c - calls what no worker has. */
#include "plugin.h"

void qn_job_foo(void);
AT_LOAD call(void)
{
    qn_job_foo();
}

FINE_PLUGIN("undefined");
