#include "refusal.h"

#include "common/str.h"
#include <quern/err.h>
#include <stddef.h>

static const struct row {
    const char *word;
    struct qn_refusal means;
} rows[] = {
    /* no room, or the disk does not take it */
    {"OOM ", {QN_EFULL, false}},
    {"MISCONF ", {QN_EFULL, false}},
    /* a cluster: the keys of several queues */
    {"CROSSSLOT ", {QN_EUNSUPPORTED, false}},
    /* passes, here */
    {"BUSY ", {QN_ECONN, false}},
    {"TRYAGAIN ", {QN_ECONN, false}},
    {"CLUSTERDOWN ", {QN_ECONN, false}},
    {"NOREPLICAS ", {QN_ECONN, false}},
    /* a replica, or one that is becoming one: the master is somewhere else */
    {"READONLY ", {QN_ECONN, true}},
    {"UNBLOCKED ", {QN_ECONN, true}},
    {"MASTERDOWN ", {QN_ECONN, true}},
    {"LOADING ", {QN_ECONN, true}},
    /* who we are is not known any more: say it again */
    {"NOAUTH ", {QN_ECONN, true}},
};

struct qn_refusal qn_refusal_of(const char *text)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (qn_str_starts(text, rows[i].word))
            return rows[i].means;
    }
    return (struct qn_refusal){QN_EPROTO, false};
}

bool qn_refusal_is_noscript(const char *text)
{
    return qn_str_starts(text, "NOSCRIPT");
}
