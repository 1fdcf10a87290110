/* review_args.h - the arguments of metadata.review. Pure. */
#ifndef TASKS_METADATA_REVIEW_ARGS_H
#define TASKS_METADATA_REVIEW_ARGS_H

#include "common/buf.h"
#include "tasks/lib/catalog/catalog.h"
#include "tasks/lib/datasource.h"
#include <quern/task.h>

struct review_args {
    char database[QN_DATASOURCE_NAME_MAX + 1];
    struct qn_span edits; /* JSON, borrowed; empty: none */
    bool approve;
    int64_t version;                    /* of the approval; 0: the newest */
    char if_hash[QN_CATALOG_HASH_SIZE]; /* the newest model must have it; "": any */
};

extern const struct qn_param review_params[];

/* json passed the strict check and outlives ret. QN_EINVAL says which argument. */
QN_MUST_CHECK int review_args_parse(struct review_args *ret, const char *json, size_t len,
                                    struct qn_err *reterr);

#endif
