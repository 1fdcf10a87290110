#include "audit.h"

#include "common/clock.h"
#include "common/dir.h"
#include "common/str.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MODE 0700
#define FILE_MODE   0600
#define DAY_LEN     10

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    return value != NULL ? value : "";
}

int audit_folder(struct qn_buf *out, struct qn_err *reterr)
{
    const char *own = setting("QUERN_AUDIT_DIR"), *artifacts = setting("QUERN_ARTIFACT_DIR");
    int rc;

    if (own[0] == '\0' && artifacts[0] == '\0') {
        return qn_fail(reterr, QN_ENOTFOUND, "neither audit-dir nor artifact-dir is set");
    }
    rc = own[0] != '\0' ? qn_buf_add_str(out, own) : qn_buf_printf(out, "%s/audit", artifacts);
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "audit-dir: %s", qn_err_text(rc));
}

bool audit_is_required(void)
{
    bool required = false;

    return qn_str_to_bool(setting("QUERN_AUDIT_REQUIRED"), &required) == QN_OK && required;
}

static int open_file(const char *dir, const char *name, int *ret_fd, struct qn_err *reterr)
{
    struct stat info;
    int folder, fd;
    int rc = qn_dir_open("audit-dir", dir, FOLDER_MODE, &folder, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    fd = openat(folder, name, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                FILE_MODE);
    if (fd < 0) {
        rc = qn_fail_sys(reterr, "%.100s/%s", dir, name);
    } else if (fstat(fd, &info) != 0) {
        rc = qn_fail_sys(reterr, "%.100s/%s", dir, name);
    } else if (!S_ISREG(info.st_mode)) {
        rc = qn_fail(reterr, QN_ESYS, "%.100s/%s: is no file", dir, name);
    }
    close(folder);
    if (rc != QN_OK && fd >= 0) {
        close(fd);
    }
    *ret_fd = fd;
    return rc;
}

/* Whether the last line is whole. */
static bool ends_well(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    char last = '\n';

    return size <= 0 || (pread(fd, &last, 1, size - 1) == 1 && last == '\n');
}

static int write_line(int fd, struct qn_span line, struct qn_err *reterr)
{
    struct qn_buf whole;
    ssize_t n;
    int rc;

    qn_buf_init(&whole, AUDIT_LINE_MAX + 2);
    if (!ends_well(fd)) {
        qn_buf_add_byte(&whole, '\n');
    }
    qn_buf_add(&whole, line.data, line.len);
    rc = qn_buf_add_byte(&whole, '\n');
    if (rc != QN_OK) {
        rc = qn_fail(reterr, rc, "a line of the audit: %s", qn_err_text(rc));
    } else {
        do {
            n = write(fd, whole.data, whole.len);
        } while (n < 0 && errno == EINTR);
        if (n < 0) {
            rc = qn_fail_sys(reterr, "a line of the audit");
        } else if ((size_t)n < whole.len) {
            rc = qn_fail(reterr, QN_ESYS, "a line of the audit: the disk is full");
        }
    }
    qn_buf_release(&whole);
    return rc;
}

int audit_append(const char *dir, int64_t wall_ms, struct qn_span line, struct qn_err *reterr)
{
    char time[QN_TIME_TEXT_SIZE], name[64];
    int fd = -1, rc;

    qn_time_to_str(wall_ms, time);
    snprintf(name, sizeof(name), "nl2sql-%.*s.jsonl", DAY_LEN, time);
    rc = open_file(dir, name, &fd, reterr);
    if (rc == QN_OK) {
        rc = write_line(fd, line, reterr);
        close(fd);
    }
    return rc;
}
