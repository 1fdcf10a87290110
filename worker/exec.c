#include "exec.h"

#include "common/mem.h"
#include "common/str.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void worker_exec_free(struct worker_exec *exec)
{
    if (!exec)
        return;
    qn_free(exec->folder);
    for (size_t i = 0; exec->argv[i]; i++)
        qn_free(exec->argv[i]);
    for (size_t i = 0; exec->pass[i]; i++)
        qn_free(exec->pass[i]);
    qn_free(exec);
}
