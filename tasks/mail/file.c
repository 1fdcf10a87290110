#include "file.h"

#include "common/dir.h"
#include "common/id.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

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
    rc = qn_dir_open("mail-dir", dir, 0750, &fd, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    if (put(fd, part, file, message) < 0) {
        rc = qn_fail_sys(reterr, "%s: cannot be written", ret_path);
    }
    close(fd);
    return rc;
}
