#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_SIZE 16384

static int read_all(int fd, const char *path, struct qn_buf *out, struct qn_err *reterr)
{
    char bytes[READ_SIZE];
    ssize_t n;

    do {
        n = read(fd, bytes, sizeof(bytes));
        if (n > 0 && qn_buf_add(out, bytes, (size_t)n) != QN_OK) {
            return qn_fail(reterr, qn_buf_status(out), "%s: larger than %zu KiB", path,
                           out->max >> 10);
        }
    } while (n > 0 || (n < 0 && errno == EINTR));
    return n == 0 ? QN_OK : qn_fail_sys(reterr, "%s: cannot be read", path);
}

int qn_file_read(const char *path, struct qn_buf *out, struct qn_err *reterr)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat stat;
    int rc;

    if (fd < 0) {
        return qn_fail_sys(reterr, "%s: cannot be opened", path);
    }
    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
        rc = qn_fail(reterr, QN_EINVAL, "%s: is not a file", path);
    } else {
        rc = read_all(fd, path, out, reterr);
    }
    close(fd);
    return rc;
}
