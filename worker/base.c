#include "base.h"

#include "common/log.h"
#include "common/mem.h"
#include <stdlib.h>

void *worker_must_alloc(size_t size)
{
    void *block = qn_alloc(size);

    if (!block) {
        qn_log(QN_LOG_ERROR, "out of memory");
        abort();
    }
    return block;
}
