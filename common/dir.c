#include "dir.h"

#include "str.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int make_one(const char *path, mode_t mode)
{
    return mkdir(path, mode) < 0 && errno != EEXIST ? -1 : 0;
}

static int make_all(const char *dir, mode_t mode)
{
    char path[QN_DIR_PATH_SIZE];
    size_t len = strlen(dir);

    if (!qn_str_copy(path, sizeof(path), dir)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    while (len > 1 && path[len - 1] == '/') { /* or the last part would be one of those above */
        path[--len] = '\0';
    }
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (make_one(path, 0755) < 0) {
            return -1;
        }
        *slash = '/';
    }
    return make_one(path, mode);
}

static int open_dir(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int qn_dir_open(const char *what, const char *path, mode_t mode, int *ret_fd, struct qn_err *reterr)
{
    int fd = open_dir(path);

    if (fd < 0 && errno == ENOENT && path[0] != '\0' && make_all(path, mode) == 0) {
        fd = open_dir(path);
    }
    if (fd < 0) {
        return qn_fail_sys(reterr, "%s %s", what, path);
    }
    *ret_fd = fd;
    return QN_OK;
}
