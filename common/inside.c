#include "inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES (16 * 1024)

static bool is_name(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] > '~') {
            return false;
        }
    }
    return len > 0 && len <= QN_INSIDE_NAME_MAX && text[0] != '.';
}

/* The next name of a path, which moves on; false at its end, and for one that is none. */
static bool take_name(const char **path, char out[QN_INSIDE_NAME_MAX + 1])
{
    size_t len = strcspn(*path, "/");

    if (!is_name(*path, len)) {
        return false;
    }
    memcpy(out, *path, len);
    out[len] = '\0';
    *path += len;
    return true;
}

static int not_there(const char *path, struct qn_err *reterr)
{
    return qn_fail(reterr, QN_ENOTFOUND, "there is no %.120s", path);
}

/* A link, or a file where a folder should be, is as if nothing were there. */
static int failed(const char *path, struct qn_err *reterr)
{
    if (errno == ENOENT || errno == ELOOP || errno == ENOTDIR || errno == ENXIO) {
        return not_there(path, reterr);
    }
    return qn_fail_sys(reterr, "%.120s", path);
}

/* Opens the next name of *path in a folder, which is given back. */
static int step(int *at, const char **path, int flags)
{
    char name[QN_INSIDE_NAME_MAX + 1];
    int fd = -1, why = ENOENT;

    if (take_name(path, name)) {
        int how = **path == '/' ? O_PATH | O_DIRECTORY : flags;
        fd = openat(*at, name, how | O_NOFOLLOW | O_CLOEXEC);
        why = errno;
    }
    close(*at);
    *at = fd;
    errno = why;
    return fd;
}

/* flags: how the last name is opened. */
static int open_path(const char *root, const char *path, int flags, int *ret_fd,
                     struct qn_err *reterr)
{
    int at = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    const char *rest = path;

    if (at < 0) {
        return qn_fail_sys(reterr, "%s", root);
    }
    while (step(&at, &rest, flags) >= 0 && *rest == '/') {
        rest++;
    }
    if (at < 0) {
        return failed(path, reterr);
    }
    *ret_fd = at;
    return QN_OK;
}

int qn_inside_open(const char *root, const char *path, int *ret_fd, int64_t *ret_bytes,
                   struct qn_err *reterr)
{
    struct stat about;
    int fd = -1;
    int rc = open_path(root, path, O_RDONLY | O_NONBLOCK, &fd, reterr);

    if (rc < 0) {
        return rc;
    }
    if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode)) {
        close(fd);
        return not_there(path, reterr);
    }
    *ret_fd = fd;
    *ret_bytes = about.st_size;
    return QN_OK;
}

static int read_all(int fd, const char *path, struct qn_buf *out, struct qn_err *reterr)
{
    char chunk[CHUNK_BYTES];

    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return qn_fail_sys(reterr, "%.120s", path);
        }
        if (n == 0) {
            return QN_OK;
        }
        int rc = qn_buf_add(out, chunk, (size_t)n);
        if (rc < 0) {
            return qn_fail(reterr, rc, "%.120s: %s", path, qn_err_text(rc));
        }
    }
}

int qn_inside_read(const char *root, const char *path, struct qn_buf *out, struct qn_err *reterr)
{
    int64_t bytes = 0;
    int fd = -1;
    int rc = qn_inside_open(root, path, &fd, &bytes, reterr);

    if (rc < 0) {
        return rc;
    }
    rc = qn_buf_reserve(out, (size_t)bytes);
    if (rc < 0) {
        rc = qn_fail(reterr, rc, "%.120s, %lld bytes: %s", path, (long long)bytes, qn_err_text(rc));
    } else {
        rc = read_all(fd, path, out, reterr);
    }
    close(fd);
    return rc;
}

int qn_inside_each(const char *root, const char *path, qn_inside_fn *fn, void *arg,
                   struct qn_err *reterr)
{
    struct dirent *entry;
    int fd = -1;
    int rc = open_path(root, path, O_RDONLY | O_DIRECTORY, &fd, reterr);

    if (rc < 0) {
        return rc;
    }
    DIR *folder = fdopendir(fd);
    if (!folder) {
        rc = qn_fail_sys(reterr, "%.120s", path);
        close(fd);
        return rc;
    }
    while ((entry = readdir(folder)) != NULL) {
        if (is_name(entry->d_name, strlen(entry->d_name)) && !fn(arg, entry->d_name)) {
            break;
        }
    }
    closedir(folder);
    return QN_OK;
}
