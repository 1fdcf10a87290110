/* clean.h - what the parts of cache.clean_expired share.
 *
 * Not here: files (clean_files.h), which know nothing of jobs.
 */
#ifndef TASKS_UPKEEP_CLEAN_H
#define TASKS_UPKEEP_CLEAN_H

#include "upkeep.h"

#define CLEAN_DAY_MS ((int64_t)24 * 3600 * 1000)

/* What was removed, or with dry_run would be. */
struct clean_count {
    int64_t n;
    int64_t bytes; /* -1: not counted */
};

/* What is wrong with an entry of the cache. */
enum clean_fault {
    CLEAN_WITHOUT_LIFE, /* it would stay for ever */
    CLEAN_OLD_VERSION,  /* nobody asks for it any more */
    CLEAN_FAULTS,
};

struct clean {
    struct qn_job *job;
    bool dry_run;
    int64_t batch; /* rows or keys of one step */
    int64_t file_days, temporary_hours, once_days, usage_days;

    bool complete; /* false: it was told to stop before it had seen all */
    int64_t cache_seen;
    struct clean_count cache[CLEAN_FAULTS];
    bool has_once, has_usage; /* the tables are there */
    struct clean_count once, usage;
};

/* The entries of this installation's cache. It begins where the last run ended that did not
 * get through. */
QN_MUST_CHECK int clean_cache(struct clean *clean, struct qn_err *reterr);
/* Old rows of this namespace, in the tables that are there. */
QN_MUST_CHECK int clean_rows(struct clean *clean, struct qn_err *reterr);

#endif
