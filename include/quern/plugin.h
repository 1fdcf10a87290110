/* plugin.h - tasks in a shared object that any worker can load.
 *
 *   static const struct qn_task *const tasks[] = {&thumbnail_task, NULL};
 *   QN_PLUGIN(tasks);
 *
 * Built with -shared -fPIC, without linking any library of Quern: what job.h and err.h
 * declare is found in the worker that loads it. The worker is given its path by the
 * setting task-path (quern-worker --task-path ./thumbnail.so).
 *
 * A worker loads it in child processes only, never in its supervisor: once at its start,
 * to read the definitions, and in each executor before the first job of one of its
 * tasks. It is refused, with a text that names the file and why, when it was built for
 * another ABI, misses the symbol below, has unresolved symbols, crashes or hangs (over
 * 10 s) while it is loaded, or defines a task badly: then the worker does not start. In an
 * executor the same is the failure of the job that needed it, which is tried again.
 *
 * A constructor runs in each of these processes, has no job, and may not fork: what it
 * starts is killed. What it has to prepare belongs into qn_task.init.
 *
 * Not here: unloading; a replaced file is seen by workers that start after.
 */
#ifndef QUERN_PLUGIN_H
#define QUERN_PLUGIN_H

#include <quern/task.h>
#include <quern/version.h>
#include <stdint.h>

#define QN_PLUGIN_MAGIC  UINT32_C(0x4e524551) /* "QERN" */
#define QN_PLUGIN_SYMBOL "quern_plugin"

/* The members down to version have these places in every ABI, so that a worker of any can
 * say what it was given. */
struct qn_plugin {
    uint32_t magic;                     /* QN_PLUGIN_MAGIC */
    uint32_t abi;                       /* QN_ABI_VERSION when it was built */
    uint32_t task_size;                 /* sizeof(struct qn_task) then */
    uint32_t param_size;                /* sizeof(struct qn_param) then */
    const char *version;                /* QN_VERSION then */
    const struct qn_task *const *tasks; /* ends with NULL */
};

#define QN_PLUGIN(table)                                                               \
    extern const struct qn_plugin quern_plugin __attribute__((visibility("default"))); \
    const struct qn_plugin quern_plugin = {                                            \
        .magic = QN_PLUGIN_MAGIC,                                                      \
        .abi = QN_ABI_VERSION,                                                         \
        .task_size = sizeof(struct qn_task),                                           \
        .param_size = sizeof(struct qn_param),                                         \
        .version = QN_VERSION,                                                         \
        .tasks = (table),                                                              \
    }

#endif
