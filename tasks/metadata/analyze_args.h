/* analyze_args.h - the arguments of metadata.analyze. Pure. */
#ifndef TASKS_METADATA_ANALYZE_ARGS_H
#define TASKS_METADATA_ANALYZE_ARGS_H

#include "tasks/lib/catalog/catalog.h"
#include "tasks/lib/profile/profile.h"
#include <quern/task.h>

#define ANALYZE_ARGS_BYTES ((size_t)64 * 1024)
#define ANALYZE_GLOB_MAX   256 /* bytes */

struct analyze_args {
    struct qn_arena arena; /* of the texts */
    const char *database;
    const char *hints;    /* a file's path, "" none */
    const char *language; /* "en" or "zh" */
    enum qn_profile_tier tier;
    bool declared_only;
    bool full;
    bool describe;
    int64_t max_cost_micro; /* 0: none */
    struct qn_catalog_choice choice;
    struct qn_catalog_choice within; /* the datasource's own, which holds as well */
};

extern const struct qn_param analyze_params[];

/* json passed the strict check. Failures say which argument: QN_EINVAL. Release also then. */
QN_MUST_CHECK int analyze_args_parse(struct analyze_args *ret, const char *json, size_t len,
                                     struct qn_err *reterr);
void analyze_args_release(struct analyze_args *args);

/* Sets within, which choice then refers to (args does not move), from
 * {"include":[...],"exclude":[...],"schemas":[...]}, as a datasource keeps them; "" is none. */
QN_MUST_CHECK int analyze_args_keep_within(struct analyze_args *args, const char *json,
                                           struct qn_err *reterr);

#endif
