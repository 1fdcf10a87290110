#include "artifact.h"

#include "broker-client/sha256.h"
#include "common/dir.h"
#include "common/id.h"
#include "common/str.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TMP       "tmp"
#define READ_SIZE 16384
#define LETTERS   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS    "0123456789"

/* ---- what may be said of a file ---- */

bool worker_artifact_name_ok(const char *name)
{
    size_t len = strspn(name, LETTERS DIGITS "._-");

    return len >= 1 && len <= WORKER_ARTIFACT_NAME_MAX && name[len] == '\0' && name[0] != '.';
}

/* Passes over one token of RFC 9110; false when there is none. */
static bool token(const char **at)
{
    size_t len = strspn(*at, LETTERS DIGITS "!#$%&'*+-.^_`|~");

    *at += len;
    return len > 0;
}

bool worker_artifact_type_ok(const char *media_type)
{
    const char *at = media_type;

    if (strlen(media_type) > WORKER_ARTIFACT_TYPE_MAX || !token(&at) || *at++ != '/' || !token(&at))
        return false;
    while (*at == ';') {
        at += strspn(at, "; ");
        if (!token(&at) || *at++ != '=' || !token(&at))
            return false;
    }
    return *at == '\0';
}

/* ---- writing ---- */

static int make_dir_at(int dir_fd, const char *name)
{
    return mkdirat(dir_fd, name, 0755) < 0 && errno != EEXIST ? -1 : 0;
}

static int open_stream(struct worker_artifact_file *file, struct qn_err *reterr)
{
    int fd = openat(file->dir_fd, file->tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    if (fd < 0)
        return qn_fail_sys(reterr, "artifact directory %s: cannot write", file->dir);
    (void)flock(fd, LOCK_EX | LOCK_NB); /* without locks, leftovers stay */
    file->stream = fdopen(fd, "w+");
    if (file->stream)
        return QN_OK;
    int rc = qn_fail_sys(reterr, "artifact directory %s: cannot write", file->dir);
    close(fd);
    unlinkat(file->dir_fd, file->tmp, 0);
    return rc;
}

int worker_artifact_create(struct worker_artifact_file *ret, const char *dir, struct qn_err *reterr)
{
    struct worker_artifact_file file = {.dir_fd = -1};
    char random[QN_TOKEN_TEXT_SIZE];

    if (!dir || dir[0] == '\0')
        return qn_fail(reterr, QN_EINVAL, "artifact directory: none is set");
    int rc = qn_token_make(random, reterr);
    if (rc != QN_OK)
        return rc;
    qn_str_copy(file.dir, sizeof(file.dir), dir);
    snprintf(file.tmp, sizeof(file.tmp), TMP "/%s", random);
    rc = qn_dir_open("artifact directory", dir, 0755, &file.dir_fd, reterr);
    if (rc != QN_OK)
        return rc;
    if (make_dir_at(file.dir_fd, TMP) < 0)
        rc = qn_fail_sys(reterr, "artifact directory %s: cannot make " TMP, file.dir);
    else
        rc = open_stream(&file, reterr);
    if (rc != QN_OK)
        close(file.dir_fd);
    else
        *ret = file;
    return rc;
}

/* Ends the file; tmp is gone, or was renamed away. */
static void end(struct worker_artifact_file *file)
{
    if (file->dir_fd < 0)
        return;
    fclose(file->stream);
    unlinkat(file->dir_fd, file->tmp, 0);
    close(file->dir_fd);
    file->dir_fd = -1;
    file->stream = NULL;
}

void worker_artifact_abandon(struct worker_artifact_file *file)
{
    end(file);
}

static bool add_all(struct qn_sha256 *sha, int fd, int64_t *ret_size)
{
    char block[READ_SIZE];
    ssize_t n;
    int64_t size = 0;

    while ((n = pread(fd, block, sizeof(block), (off_t)size)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || qn_sha256_add(sha, block, (size_t)n) < 0)
            return false;
        size += n;
    }
    *ret_size = size;
    return true;
}

/* The handler may have sought and written over, so the hash is of what is there. */
static int hash_file(int fd, int64_t *ret_size, char hex[WORKER_SHA256_SIZE], struct qn_err *reterr)
{
    struct qn_sha256 *sha = NULL;
    uint8_t bytes[QN_SHA256_BYTES];
    int rc = qn_sha256_create(&sha, reterr);

    if (rc < 0)
        return rc;
    errno = 0;
    bool ok = add_all(sha, fd, ret_size) && qn_sha256_end(sha, bytes) == QN_OK;
    qn_sha256_free(sha);
    if (!ok)
        return qn_fail_sys(reterr, "artifact: cannot read back what was written");
    qn_sha256_hex(bytes, hex);
    return QN_OK;
}

/* A rename is durable when the directory that got the name is. */
static int move(struct worker_artifact_file *file, const char *hex, struct qn_err *reterr)
{
    char to[WORKER_SHA256_SIZE + 3], folder[3] = {hex[0], hex[1], '\0'};

    snprintf(to, sizeof(to), "%s/%s", folder, hex);
    if (make_dir_at(file->dir_fd, folder) < 0)
        return qn_fail_sys(reterr, "artifact directory %s: cannot make %s", file->dir, folder);
    if (renameat(file->dir_fd, file->tmp, file->dir_fd, to) < 0)
        return qn_fail_sys(reterr, "artifact directory %s: cannot name %s", file->dir, to);
    int fd = openat(file->dir_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 || fsync(fd) < 0 || fsync(file->dir_fd) < 0
                 ? qn_fail_sys(reterr, "artifact directory %s: cannot sync", file->dir)
                 : QN_OK;
    if (fd >= 0)
        close(fd);
    return rc;
}

int worker_artifact_commit(struct worker_artifact_file *file, int64_t *ret_size,
                           char ret_sha256[WORKER_SHA256_SIZE], struct qn_err *reterr)
{
    int fd = fileno(file->stream);
    int rc = QN_OK;

    errno = 0;
    if (fflush(file->stream) != 0 || ferror(file->stream) || fsync(fd) < 0)
        rc = qn_fail_sys(reterr, "artifact directory %s: not all could be written", file->dir);
    if (rc == QN_OK)
        rc = hash_file(fd, ret_size, ret_sha256, reterr);
    if (rc == QN_OK)
        rc = move(file, ret_sha256, reterr);
    end(file);
    return rc;
}

/* ---- leftovers ---- */

static bool is_leftover(int tmp_fd, const char *name, int64_t wall_ms)
{
    struct stat info;
    int fd = openat(tmp_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool is = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
              wall_ms / 1000 - info.st_mtime >= WORKER_LEFTOVER_AGE_S &&
              flock(fd, LOCK_EX | LOCK_NB) == 0;

    if (fd >= 0)
        close(fd);
    return is;
}

int worker_artifact_sweep(const char *dir, int64_t wall_ms)
{
    char path[4096];
    struct dirent *entry;
    int n = 0;

    snprintf(path, sizeof(path), "%s/" TMP, dir);
    DIR *tmp = opendir(path);
    while (tmp && (entry = readdir(tmp)) != NULL) {
        if (is_leftover(dirfd(tmp), entry->d_name, wall_ms) &&
            unlinkat(dirfd(tmp), entry->d_name, 0) == 0)
            n++;
    }
    if (tmp)
        closedir(tmp);
    return n;
}
