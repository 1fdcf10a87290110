/* plugin.h - what the hostile plugins have in common: a task that is fine. */
#ifndef TESTS_INTEGRATION_HOSTILE_PLUGINS_PLUGIN_H
#define TESTS_INTEGRATION_HOSTILE_PLUGINS_PLUGIN_H

#include <quern/job.h>
#include <quern/plugin.h>
#include <stdlib.h>

#define AT_LOAD static __attribute__((constructor)) void

static inline enum qn_outcome fine(struct qn_job *job)
{
    return qn_job_result(job, "{\"fine\":true}", 13, NULL) == QN_OK ? QN_DONE : QN_FAIL;
}

/* p.<what> */
#define FINE_TASK(what)                                                      \
    {                                                                        \
        .name = "p." what, .summary = "Fine", .max_attempts = 2, .run = fine \
    }

/* A plugin with one task: what is hostile is its constructor. */
#define FINE_PLUGIN(what)                                    \
    static const struct qn_task task = FINE_TASK(what);      \
    static const struct qn_task *const tasks[] = {&task, 0}; \
    QN_PLUGIN(tasks)

#endif
