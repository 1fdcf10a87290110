#include "common/str.h"
#include "folder.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FDS 8

int cli_path_join(char out[CLI_PATH_SIZE], const char *folder, const char *name,
                  struct qn_err *reterr)
{
    int len = snprintf(out, CLI_PATH_SIZE, "%s/%s", folder, name);

    if (len < 0 || len >= CLI_PATH_SIZE)
        return qn_fail(reterr, QN_ELIMIT, "%.100s...: the path is too long", folder);
    return QN_OK;
}

static int make_one(const char *folder, mode_t mode, struct qn_err *reterr)
{
    struct stat st;

    if (mkdir(folder, mode) == 0)
        return QN_OK;
    if (errno == EEXIST && stat(folder, &st) == 0 && S_ISDIR(st.st_mode))
        return QN_OK;
    return qn_fail_sys(reterr, "%s", folder);
}

int cli_path_make(const char *folder, mode_t mode, struct qn_err *reterr)
{
    char path[CLI_PATH_SIZE];
    int rc = QN_OK;

    if (!qn_str_copy(path, sizeof(path), folder))
        return qn_fail(reterr, QN_ELIMIT, "%.100s...: the path is too long", folder);
    for (char *at = path + 1; rc == QN_OK && (at = strchr(at, '/')); at++) {
        *at = '\0';
        rc = make_one(path, 0755, reterr);
        *at = '/';
    }
    return rc == QN_OK ? make_one(path, mode, reterr) : rc;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

int cli_path_write(const char *path, const char *bytes, size_t len, struct qn_err *reterr)
{
    int rc = QN_OK;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || !write_all(fd, bytes, len))
        rc = qn_fail_sys(reterr, "%s", path);
    if (fd >= 0 && close(fd) < 0 && rc == QN_OK)
        rc = qn_fail_sys(reterr, "%s", path);
    return rc;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void cli_tree_remove(const char *path)
{
    (void)nftw(path, remove_entry, OPEN_FDS, FTW_DEPTH | FTW_PHYS);
}
