#include "exec.h"

#include "common/mem.h"
#include "common/str.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void worker_exec_free(struct worker_exec *exec)
{
    if (!exec)
        return;
    qn_free(exec->folder);
    for (size_t i = 0; exec->argv[i]; i++)
        qn_free(exec->argv[i]);
    for (size_t i = 0; exec->pass[i]; i++)
        qn_free(exec->pass[i]);
    qn_free(exec);
}

/* errno says why not. */
static bool may_run(const char *path)
{
    struct stat info;

    if (stat(path, &info) < 0)
        return false;
    errno = EACCES;
    return S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

static bool join(char out[PATH_MAX], const char *folder, size_t len, const char *name)
{
    errno = ENAMETOOLONG;
    return snprintf(out, PATH_MAX, "%.*s/%s", (int)len, folder, name) < PATH_MAX;
}

static bool find_in_path(const char *name, char ret[PATH_MAX])
{
    const char *at = getenv("PATH");
    int why = ENOENT;

    for (at = at ? at : WORKER_EXEC_PATH; *at != '\0'; at += *at == ':') {
        size_t len = strcspn(at, ":");
        if (*at == '/' && join(ret, at, len, name) && may_run(ret))
            return true;
        why = *at == '/' && errno == EACCES ? EACCES : why;
        at += len;
    }
    errno = why;
    return false;
}

int worker_exec_locate(const struct worker_exec *exec, char ret[PATH_MAX], struct qn_err *reterr)
{
    const char *name = exec->argv[0];
    bool found;

    if (name[0] == '/')
        found = qn_str_copy(ret, PATH_MAX, name) && may_run(ret);
    else if (strchr(name, '/'))
        found = join(ret, exec->folder, strlen(exec->folder), name) && may_run(ret);
    else
        found = find_in_path(name, ret);
    return found ? QN_OK : qn_fail_sys(reterr, "%.150s", name);
}
