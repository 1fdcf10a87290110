/* upkeep.h - what the tasks of this room share: the servers that they work on, kept by an
 * executor, and the bounds of their arguments.
 *
 * None of them is connected to before it is needed. A setting that is empty gives NULL, and
 * the task decides whether it can do without.
 *
 * Not here: what they do.
 */
#ifndef TASKS_UPKEEP_UPKEEP_H
#define TASKS_UPKEEP_UPKEEP_H

#include "tasks/lib/answer.h"
#include "tasks/lib/kv.h"
#include "tasks/lib/postgres.h"
#include "tasks/lib/redis.h"
#include <quern/job.h>

#define UPKEEP_QUEUE      "upkeep"
#define UPKEEP_KEY_SIZE   192
#define UPKEEP_RESULT_MAX 4096

/* The group of the cache that lists of products are in (kv.h). */
#define UPKEEP_PRODUCTS "products"

struct upkeep {
    struct qn_pg *pg;     /* QUERN_DATABASE_URL */
    struct qn_rd *cache;  /* QUERN_CACHE_URL */
    struct qn_kv *values; /* the cache library on the same one */
};

/* For the rows of the tasks; the state is a struct upkeep. */
QN_MUST_CHECK int upkeep_init(void **ret_state, struct qn_err *reterr);
void upkeep_done(void *state);

/* Ready for this job, with its stop fd. QN_EINVAL where the setting is empty; for the cache
 * also when it is the broker: caches are evicted, swept and emptied. */
QN_MUST_CHECK int upkeep_need_database(const struct qn_job *job, struct qn_err *reterr);
QN_MUST_CHECK int upkeep_need_cache(const struct qn_job *job, struct qn_err *reterr);

/* "namespace:name", as the keys of an installation on this Redis begin; name is short. */
void upkeep_key(char out[UPKEEP_KEY_SIZE], const char *name);

/* An argument within bounds. False, and the job is rejected by name, for one that is not:
 * answer QN_FAIL. */
struct upkeep_bound {
    const char *name;
    int64_t least, most, preset;
};
bool upkeep_bounded(struct qn_job *job, const struct upkeep_bound *bound, int64_t *ret);

#endif
