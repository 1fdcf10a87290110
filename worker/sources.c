#include "sources.h"

#include "common/mem.h"
#include "plugin.h"
#include "taskfile.h"
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct loading {
    struct worker_registry *registry;
    int64_t load_ms;
    worker_fault_fn *on_fault; /* NULL: the first fault is the end */
    void *arg;
};

/* QN_OK when one is to go on all the same. */
static int go_on(const struct loading *loading, int rc, const struct qn_err *why)
{
    if (rc == QN_OK || !loading->on_fault)
        return rc;
    loading->on_fault(loading->arg, why);
    return QN_OK;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len > end_len && strcmp(text + len - end_len, end) == 0;
}

static bool is_known(const struct worker_registry *registry, const char *file)
{
    for (size_t i = worker_registry_count(registry); i > 0; i--) {
        if (strcmp(worker_registry_row(registry, i - 1)->file, file) == 0)
            return true;
    }
    return false;
}

/* real is a regular file's path without links; name is how it was found. */
static int load_file(const struct loading *loading, const char *name, const char *real,
                     struct qn_err *reterr)
{
    struct worker_registry *registry = loading->registry;
    char shown[WORKER_FILE_TEXT_SIZE];

    worker_file_text(real, shown);
    if (is_known(registry, real))
        return qn_fail(reterr, QN_EEXISTS, "%s: is in task-path twice", shown);
    if (ends_with(name, ".so"))
        return worker_plugin_add(registry, real, loading->load_ms, reterr);
    if (ends_with(name, ".task"))
        return worker_taskfile_add(registry, real, reterr);
    return qn_fail(reterr, QN_EINVAL, "%s: is neither a plugin (.so) nor a task file (.task)",
                   shown);
}

/* ---- folders ---- */

static int is_source(const struct dirent *entry)
{
    return entry->d_name[0] != '.' &&
           (ends_with(entry->d_name, ".so") || ends_with(entry->d_name, ".task"));
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int find(const char *name, char real[PATH_MAX], struct stat *ret, struct qn_err *reterr)
{
    char shown[WORKER_FILE_TEXT_SIZE];

    worker_file_text(name, shown);
    if (!realpath(name, real) || stat(real, ret) < 0)
        return qn_fail_sys(reterr, "%s", shown);
    if (!S_ISREG(ret->st_mode) && !S_ISDIR(ret->st_mode))
        return qn_fail(reterr, QN_EINVAL, "%s: is neither a file nor a folder", shown);
    return QN_OK;
}

static int load_entry(const struct loading *loading, const char *folder, const char *entry,
                      struct qn_err *reterr)
{
    char name[PATH_MAX], real[PATH_MAX];
    struct stat is;

    if (snprintf(name, sizeof(name), "%s/%s", folder, entry) >= (int)sizeof(name))
        return qn_fail(reterr, QN_EINVAL, "%.100s: the path is too long", entry);
    int rc = find(name, real, &is, reterr);
    if (rc != QN_OK || S_ISDIR(is.st_mode))
        return rc;
    return load_file(loading, name, real, reterr);
}

static int load_folder(const struct loading *loading, const char *folder, struct qn_err *reterr)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, is_source, by_bytes);
    char shown[WORKER_FILE_TEXT_SIZE];
    int rc = QN_OK;

    worker_file_text(folder, shown);
    if (n < 0)
        return qn_fail_sys(reterr, "%s", shown);
    for (int i = 0; i < n; i++) {
        if (rc == QN_OK)
            rc = go_on(loading, load_entry(loading, folder, entries[i]->d_name, reterr), reterr);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

/* ---- the list ---- */

static int load(const struct loading *loading, const char *name, struct qn_err *reterr)
{
    char real[PATH_MAX];
    struct stat is;
    int rc = find(name, real, &is, reterr);

    if (rc != QN_OK)
        return rc;
    return S_ISDIR(is.st_mode) ? load_folder(loading, real, reterr)
                               : load_file(loading, name, real, reterr);
}

static int load_all(const struct loading *loading, const char *path, struct qn_err *reterr)
{
    int rc = QN_OK;

    while (rc == QN_OK && *path) {
        size_t len = strcspn(path, ":");
        char *name = qn_strndup(path, len);
        if (!name)
            return qn_fail(reterr, QN_ENOMEM, "out of memory");
        if (len > 0)
            rc = go_on(loading, load(loading, name, reterr), reterr);
        qn_free(name);
        path += len + (path[len] == ':');
    }
    return rc;
}

int worker_sources_load(struct worker_registry *registry, const char *path, int64_t load_ms,
                        struct qn_err *reterr)
{
    const struct loading loading = {.registry = registry, .load_ms = load_ms};
    struct qn_err why = {.code = QN_OK};
    int rc = load_all(&loading, path, &why);

    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "task-path: %s", why.msg);
}

void worker_sources_try(struct worker_registry *registry, const char *path, int64_t load_ms,
                        worker_fault_fn *on_fault, void *arg)
{
    const struct loading loading = {registry, load_ms, on_fault, arg};
    struct qn_err why = {.code = QN_OK};

    if (load_all(&loading, path, &why) != QN_OK)
        on_fault(arg, &why);
}
