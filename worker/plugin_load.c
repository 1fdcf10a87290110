#include "plugin_load.h"

#include "common/str.h"
#include "registry.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* dlerror() begins with the name that was given to dlopen. */
static const char *reason(const char *file)
{
    const char *text = dlerror();
    size_t len = strlen(file);

    if (!text)
        return "no reason is known";
    if (strncmp(text, file, len) == 0 && strncmp(text + len, ": ", 2) == 0)
        return text + len + 2;
    return text;
}

static bool is_elf(const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char head[4] = "";

    if (fd < 0)
        return false;
    bool is = read(fd, head, sizeof(head)) == sizeof(head) && memcmp(head, "\177ELF", 4) == 0;
    close(fd);
    return is;
}

static int open_object(const char *file, void **ret, struct qn_err *reterr)
{
    pid_t self = getpid();

    if (access(file, R_OK) < 0)
        return qn_fail_sys(reterr, "cannot be read");
    if (!is_elf(file))
        return qn_fail(reterr, QN_EINVAL, "is not a shared object");
    *ret = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (getpid() != self)
        _exit(EX_OK); /* a process that a constructor forked came back here */
    return *ret ? QN_OK : qn_fail(reterr, QN_EINVAL, "cannot be loaded: %.180s", reason(file));
}

static int check_plugin(const struct qn_plugin *plugin, struct qn_err *reterr)
{
    if (plugin->magic != QN_PLUGIN_MAGIC)
        return qn_fail(reterr, QN_EINVAL, "its %s does not begin with QN_PLUGIN_MAGIC",
                       QN_PLUGIN_SYMBOL);
    if (plugin->abi != QN_ABI_VERSION)
        return qn_fail(reterr, QN_EUNSUPPORTED,
                       "built for ABI %u by Quern %.40s, this worker has ABI %d", plugin->abi,
                       plugin->version, QN_ABI_VERSION);
    if (plugin->task_size != sizeof(struct qn_task) ||
        plugin->param_size != sizeof(struct qn_param))
        return qn_fail(reterr, QN_EUNSUPPORTED,
                       "built with a qn_task of %u bytes and a qn_param of %u, this worker has "
                       "%zu and %zu: was it built for this kind of machine?",
                       plugin->task_size, plugin->param_size, sizeof(struct qn_task),
                       sizeof(struct qn_param));
    return QN_OK;
}

int worker_plugin_load(const char *file, const struct qn_plugin **ret, struct qn_err *reterr)
{
    void *object;
    int rc = open_object(file, &object, reterr);

    if (rc != QN_OK)
        return rc;
    const struct qn_plugin *plugin = dlsym(object, QN_PLUGIN_SYMBOL);
    if (!plugin)
        return qn_fail(reterr, QN_EINVAL, "does not export %s: QN_PLUGIN(table) defines it",
                       QN_PLUGIN_SYMBOL);
    rc = check_plugin(plugin, reterr);
    if (rc == QN_OK)
        *ret = plugin;
    return rc;
}

int worker_plugin_count(const struct qn_plugin *plugin, size_t *ret, struct qn_err *reterr)
{
    size_t n = 0;

    if (!plugin->tasks)
        return qn_fail(reterr, QN_EINVAL, "its table of tasks is NULL");
    while (n <= WORKER_TASKS_MAX && plugin->tasks[n])
        n++;
    if (n == 0)
        return qn_fail(reterr, QN_EINVAL, "its table of tasks is empty");
    if (n > WORKER_TASKS_MAX)
        return qn_fail(reterr, QN_EINVAL, "over %d tasks: does its table end with NULL?",
                       WORKER_TASKS_MAX);
    *ret = n;
    return QN_OK;
}
