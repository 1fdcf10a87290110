/* registry.h - the tasks this worker knows, by name.
 *
 * Filled at start, from tables of definitions and by sources.h; each definition is
 * checked: a mistake in one is an error that names the task, the parameter and what is
 * wrong, before any job is taken. A row says how the task is run; everybody else sees a
 * struct qn_task, wherever it came from.
 *
 * Not here: reading plugins and task files (plugin.h, taskfile.h), the tasks' state,
 * which belongs to the executor (child.h).
 */
#ifndef WORKER_REGISTRY_H
#define WORKER_REGISTRY_H

#include "common/buf.h"
#include <quern/task.h>

#define WORKER_TASKS_MAX  1000
#define WORKER_PARAMS_MAX 64 /* of one task */

struct worker_registry;
struct worker_definition;
struct worker_exec;

enum worker_source { WORKER_COMPILED_IN, WORKER_PLUGIN, WORKER_EXEC };

struct worker_task {
    const struct qn_task *task; /* init, run, done are NULL unless compiled in */
    enum worker_source source;
    const char *file;               /* the plugin or the task file; "" when compiled in */
    const struct worker_exec *exec; /* what to start; NULL but for WORKER_EXEC */
};

/* With the tasks of a table that ends with NULL; NULL for no table. */
QN_MUST_CHECK int worker_registry_create(struct worker_registry **ret,
                                         const struct qn_task *const *tasks, struct qn_err *reterr);
void worker_registry_free(struct worker_registry *registry); /* NULL is fine */

/* QN_EINVAL for a definition that does not hold, QN_EEXISTS for a name that is there,
 * QN_ELIMIT over WORKER_TASKS_MAX. */
QN_MUST_CHECK int worker_registry_add(struct worker_registry *registry, const struct qn_task *task,
                                      struct qn_err *reterr);
/* The same for a task of a plugin (exec NULL) or a program. The registry owns definition and
 * exec from then on, also when it fails; file is copied. */
QN_MUST_CHECK int worker_registry_add_outside(struct worker_registry *registry,
                                              struct worker_definition *definition,
                                              struct worker_exec *exec, const char *file,
                                              struct qn_err *reterr);

/* In the order of their names. at: i below count. index: -1 when there is none. */
size_t worker_registry_count(const struct worker_registry *registry);
const struct qn_task *worker_registry_at(const struct worker_registry *registry, size_t i);
const struct worker_task *worker_registry_row(const struct worker_registry *registry, size_t i);
int worker_registry_index(const struct worker_registry *registry, struct qn_span name);
const struct qn_task *worker_registry_find(const struct worker_registry *registry,
                                           const char *name); /* or NULL */

/* A file's name as errors show it: of a long one the end. */
#define WORKER_FILE_TEXT_SIZE 100
void worker_file_text(const char *file, char out[WORKER_FILE_TEXT_SIZE]);

/* The check of one definition. */
QN_MUST_CHECK int worker_task_check(const struct qn_task *task, struct qn_err *reterr);

#endif
