#include "file.h"

#include "common/id.h"
#include "common/str.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes dir and what is missing above it, like mkdir -p. */
static int make_dirs(const char *dir)
{
    char path[MAIL_PATH_SIZE];

    if (!qn_str_copy(path, sizeof(path), dir)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0755) < 0 && errno != EEXIST) {
            return -1;
        }
        *slash = '/';
    }
    return mkdir(path, 0750) < 0 && errno != EEXIST ? -1 : 0;
}

static int open_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0 || errno != ENOENT || make_dirs(dir) < 0) {
        return fd;
    }
    return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int write_all(int fd, struct qn_span bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.data, bytes.len);

        if (n < 0 && errno != EINTR) {
            return -1;
        }
        if (n > 0) {
            bytes.data += n;
            bytes.len -= (size_t)n;
        }
    }
    return fsync(fd);
}

static int fill(int dir, const char *part, struct qn_span message)
{
    int fd = openat(dir, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int rc, sys;

    if (fd < 0) {
        return -1;
    }
    rc = write_all(fd, message);
    sys = errno;
    if (close(fd) < 0 && rc == 0) {
        return -1;
    }
    errno = sys;
    return rc;
}

/* A new name is on disk when its directory is. */
static int put(int dir, const char *part, const char *name, struct qn_span message)
{
    int sys;

    if (fill(dir, part, message) == 0 && renameat(dir, part, dir, name) == 0 && fsync(dir) == 0) {
        return 0;
    }
    sys = errno;
    (void)unlinkat(dir, part, 0);
    errno = sys;
    return -1;
}

int mail_file_write(const char *dir, const char *name, struct qn_span message, char *ret_path,
                    struct qn_err *reterr)
{
    char file[NAME_MAX + 1], part[NAME_MAX + 1], token[QN_TOKEN_TEXT_SIZE];
    int rc = qn_token_make(token, reterr);
    int fd;

    if (rc != QN_OK) {
        return rc;
    }
    if (snprintf(file, sizeof(file), "%s.eml", name) >= (int)sizeof(file) ||
        snprintf(part, sizeof(part), ".%s.part", token) >= (int)sizeof(part) ||
        snprintf(ret_path, MAIL_PATH_SIZE, "%s/%s", dir, file) >= MAIL_PATH_SIZE) {
        return qn_fail(reterr, QN_EINVAL, "mail-dir: the path is too long");
    }
    fd = open_dir(dir);
    if (fd < 0) {
        return qn_fail_sys(reterr, "mail-dir %s", dir);
    }
    if (put(fd, part, file, message) < 0) {
        rc = qn_fail_sys(reterr, "%s: cannot be written", ret_path);
    }
    close(fd);
    return rc;
}
