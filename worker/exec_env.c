#include "exec_env.h"

#include "common/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_there(const struct worker_exec_env *env, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < env->n; i++) {
        if (strncmp(env->list[i], name, len) == 0 && env->list[i][len] == '=')
            return true;
    }
    return false;
}

/* The first value of a name stays: a task file cannot ask for another job's id. No value, no
 * variable. */
static bool add(struct worker_exec_env *env, const char *name, const char *value)
{
    if (!value || is_there(env, name))
        return true;
    size_t size = strlen(name) + strlen(value) + 2;
    char *made = qn_alloc(size);
    if (!made)
        return false;
    snprintf(made, size, "%s=%s", name, value);
    env->list[env->n++] = made;
    return true;
}

static bool add_number(struct worker_exec_env *env, const char *name, int number)
{
    char text[16];

    snprintf(text, sizeof(text), "%d", number);
    return add(env, name, text);
}

static bool add_job(struct worker_exec_env *env, const struct qn_job *job, const char *folder)
{
    return add(env, "QUERN_JOB_ID", qn_job_id(job)) &&
           add(env, "QUERN_JOB_TASK", qn_job_task(job)) &&
           add(env, "QUERN_JOB_QUEUE", qn_job_queue(job)) &&
           add_number(env, "QUERN_JOB_ATTEMPT", qn_job_attempt(job)) &&
           add_number(env, "QUERN_JOB_MAX_ATTEMPTS", qn_job_max_attempts(job)) &&
           add(env, "QUERN_REQUEST_ID", qn_job_request_id(job)) &&
           add(env, "QUERN_JOB_DIR", folder) && add(env, "TMPDIR", folder);
}

static bool pass(struct worker_exec_env *env, const char *name)
{
    return add(env, name, getenv(name));
}

int worker_exec_env_init(struct worker_exec_env *ret, const struct qn_job *job,
                         const struct worker_exec *exec, const char *folder, struct qn_err *reterr)
{
    static const char *const always[] = {"PATH", "HOME", "USER", "LANG", "TZ"};
    struct worker_exec_env env = {.n = 0};
    bool done = add_job(&env, job, folder);

    for (size_t i = 0; done && i < sizeof(always) / sizeof(always[0]); i++)
        done = pass(&env, always[i]);
    done = done && add(&env, "PATH", WORKER_EXEC_PATH);
    for (size_t i = 0; done && exec->pass[i]; i++)
        done = pass(&env, exec->pass[i]);
    if (!done) {
        worker_exec_env_release(&env);
        return qn_fail(reterr, QN_ENOMEM, "the program's environment: out of memory");
    }
    *ret = env;
    return QN_OK;
}

void worker_exec_env_release(struct worker_exec_env *env)
{
    while (env->n > 0)
        qn_free(env->list[--env->n]);
    env->list[0] = NULL;
}
