#include "mem.h"

int qn_mem_open(struct qn_broker **ret, const struct qn_broker_options *options, const char *name,
                struct qn_err *reterr)
{
    (void)ret;
    (void)options;
    (void)name;
    return qn_fail(reterr, QN_EUNSUPPORTED, "mem: is not there yet");
}
