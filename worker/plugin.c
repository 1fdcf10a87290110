#include "plugin.h"

#include "broker-client/taskdef.h"
#include "definition.h"
#include "plugin_load.h"
#include "plugin_probe.h"
#include <string.h>

/* ---- at the start ---- */

struct adding {
    struct worker_registry *registry;
    const char *file;
};

static int add(void *arg, struct qn_span json, struct qn_err *reterr)
{
    const struct adding *adding = arg;
    struct worker_definition *definition;
    char shown[WORKER_FILE_TEXT_SIZE];
    struct qn_err why;
    int rc = worker_definition_decode(&definition, json, &why);

    if (rc == QN_OK)
        return worker_registry_add_outside(adding->registry, definition, NULL, adding->file,
                                           reterr);
    worker_file_text(adding->file, shown);
    return qn_fail(reterr, rc, "%s: %s", shown, why.msg);
}

int worker_plugin_add(struct worker_registry *registry, const char *file, int64_t load_ms,
                      struct qn_err *reterr)
{
    struct adding adding = {.registry = registry, .file = file};

    return worker_plugin_probe(file, load_ms, add, &adding, reterr);
}

/* ---- in an executor ---- */

static const struct qn_task *search(const struct qn_plugin *plugin, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        const struct qn_task *task = plugin->tasks[i];
        if (task->name && strcmp(task->name, name) == 0)
            return task;
    }
    return NULL;
}

/* Both as they are published. */
static int compare(const struct qn_task *task, const struct qn_task *known, bool *ret_same)
{
    struct qn_buf mine, theirs;

    qn_buf_init(&mine, QN_TASKDEF_MAX);
    qn_buf_init(&theirs, QN_TASKDEF_MAX);
    int rc = qn_taskdef_encode(known, &mine);
    if (rc == QN_OK)
        rc = qn_taskdef_encode(task, &theirs);
    *ret_same = mine.len == theirs.len && memcmp(mine.data, theirs.data, mine.len) == 0;
    qn_buf_release(&mine);
    qn_buf_release(&theirs);
    return rc;
}

static int find(const struct worker_task *row, const struct qn_task **ret, struct qn_err *reterr)
{
    const struct qn_plugin *plugin;
    bool same = false;
    size_t n;
    int rc = worker_plugin_load(row->file, &plugin, reterr);

    if (rc == QN_OK)
        rc = worker_plugin_count(plugin, &n, reterr);
    if (rc != QN_OK)
        return rc;
    const struct qn_task *task = search(plugin, n, row->task->name);
    if (!task)
        return qn_fail(reterr, QN_ESTATE,
                       "task %s is not in it any more: the file changed, restart the worker",
                       row->task->name);
    rc = worker_task_check(task, reterr);
    if (rc != QN_OK)
        return rc;
    rc = compare(task, row->task, &same);
    if (rc != QN_OK)
        return qn_fail(reterr, rc, "task %s: %s", row->task->name, qn_err_text(rc));
    if (!same)
        return qn_fail(reterr, QN_ESTATE,
                       "task %s is defined otherwise than when the worker started: the file "
                       "changed, restart the worker",
                       row->task->name);
    *ret = task;
    return QN_OK;
}

int worker_plugin_find(const struct worker_task *row, const struct qn_task **ret,
                       struct qn_err *reterr)
{
    char shown[WORKER_FILE_TEXT_SIZE];
    struct qn_err why = {.code = QN_OK};
    int rc = find(row, ret, &why);

    worker_file_text(row->file, shown);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "%s: %s", shown, why.msg);
}
