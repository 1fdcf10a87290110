#include "judge.h"

#include "broker-client/taskdef.h"
#include "common/mem.h"
#include <string.h>

#define DEFS_AGE_MS   INT64_C(60000)
#define DEFS_RETRY_MS INT64_C(2000)

struct beat_judge {
    struct beat_judge_options o;
    struct qn_taskdef **defs;
    size_t n_defs;
    int64_t asked_ms; /* mono, -1 never */
    bool asking;
};

int beat_judge_create(struct beat_judge **ret, const struct beat_judge_options *options,
                      struct qn_err *reterr)
{
    struct beat_judge *judge = qn_zalloc(1, sizeof(*judge));

    if (!judge)
        return qn_fail(reterr, QN_ENOMEM, "judge: out of memory");
    judge->o = *options;
    judge->asked_ms = -1;
    *ret = judge;
    return QN_OK;
}

static void drop_defs(struct beat_judge *judge)
{
    for (size_t i = 0; i < judge->n_defs; i++)
        qn_taskdef_free(judge->defs[i]);
    qn_free(judge->defs);
    judge->defs = NULL;
    judge->n_defs = 0;
}

void beat_judge_free(struct beat_judge *judge)
{
    if (!judge)
        return;
    drop_defs(judge);
    qn_free(judge);
}

static void on_defs(void *arg, const struct qn_reply *reply)
{
    struct beat_judge *judge = arg;

    judge->asking = false;
    if (reply->rc < 0)
        return;
    drop_defs(judge);
    judge->asked_ms = qn_mono_ms(judge->o.clock);
    judge->defs = qn_zalloc(reply->entries->n, sizeof(struct qn_taskdef *));
    for (size_t i = 0; judge->defs && i < reply->entries->n; i++) {
        struct qn_taskdef *def = NULL;
        if (qn_taskdef_decode(&def, reply->entries->entries[i].value, NULL) == QN_OK)
            judge->defs[judge->n_defs++] = def;
    }
    judge->o.on_news(judge->o.arg);
}

/* True when the definitions are at most age_ms old; else they are asked for. */
static bool defs_are_fresh(struct beat_judge *judge, int64_t age_ms)
{
    if (judge->asked_ms >= 0 && qn_mono_ms(judge->o.clock) - judge->asked_ms <= age_ms)
        return true;
    if (!judge->asking) {
        judge->asking = true;
        judge->o.broker->ops->tasks(judge->o.broker, on_defs, judge);
    }
    return false;
}

void beat_judge_warm(struct beat_judge *judge)
{
    (void)defs_are_fresh(judge, DEFS_AGE_MS);
}

static const struct qn_taskdef *find_def(const struct beat_judge *judge, const char *task)
{
    for (size_t i = 0; i < judge->n_defs; i++)
        if (strcmp(qn_taskdef_name(judge->defs[i]), task) == 0)
            return judge->defs[i];
    return NULL;
}

static int check(const struct beat_judge *judge, const char *task, struct qn_span args,
                 struct qn_err *why)
{
    const struct qn_taskdef *def = find_def(judge, task);

    if (def)
        return qn_taskdef_check(def, args.data, args.len, NULL, why);
    return judge->o.accept_unknown
               ? QN_OK
               : qn_fail(why, QN_EINVAL, "no worker has published the task %s", task);
}

int beat_judge_ask(struct beat_judge *judge, const struct qn_draft *draft, const char **ret_queue,
                   struct qn_err *why)
{
    *ret_queue = draft->queue[0] ? draft->queue : "default";
    if (!defs_are_fresh(judge, DEFS_AGE_MS))
        return qn_fail(why, QN_EAGAIN, "the tasks' definitions are not here yet");
    const struct qn_taskdef *def = find_def(judge, draft->task);
    if (def && !draft->queue[0])
        *ret_queue = qn_taskdef_queue(def);
    int rc = check(judge, draft->task, draft->args, why);
    if (rc == QN_OK && draft->on_failed[0])
        rc = check(judge, draft->on_failed, draft->on_failed_args, why);
    if (rc < 0 && !defs_are_fresh(judge, DEFS_RETRY_MS))
        return qn_fail(why, QN_EAGAIN, "the tasks' definitions are asked for again");
    return rc;
}
