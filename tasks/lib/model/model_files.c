#include "model_files.h"

#include "common/dir.h"
#include "common/json.h"
#include "common/str.h"
#include "tasks/lib/datasource.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODELS      "models"
#define INDEX       "index.json"
#define BESIDE      ".new" /* of a name while it is written */
#define GONE        ".gone"
#define NAME_SIZE   (QN_DATASOURCE_NAME_MAX + 32)
#define INDEX_MAX   ((size_t)1024 * 1024)
#define SUFFIX_MAX  8
#define OPEN_FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define TRIES       100

/* ---- folders ---- */

static int open_models(const char *artifact_dir, int *ret_fd, struct qn_err *reterr)
{
    char path[QN_DIR_PATH_SIZE];
    int n = snprintf(path, sizeof(path), "%s/" MODELS, artifact_dir);

    if (artifact_dir[0] == '\0' || n < 0 || (size_t)n >= sizeof(path)) {
        return qn_fail(reterr, QN_EINVAL, "published models: no artifact directory is set");
    }
    return qn_dir_open("published models", path, 0755, ret_fd, reterr);
}

/* Nothing was published where there is no folder for it, and none is made. */
static bool has_models(const char *artifact_dir)
{
    char path[QN_DIR_PATH_SIZE];
    int n = snprintf(path, sizeof(path), "%s/" MODELS, artifact_dir);

    return n > 0 && (size_t)n < sizeof(path) && access(path, F_OK) == 0;
}

static int check_name(const char *datasource, struct qn_err *reterr)
{
    return qn_datasource_is_name(datasource)
               ? QN_OK
               : qn_fail(reterr, QN_EINVAL, "published models: not a datasource's name");
}

/* The lock of a folder that was removed meanwhile keeps nobody out. */
static bool is_there(int models_fd, const char *name, int fd)
{
    struct stat mine, named;

    return fstat(fd, &mine) == 0 && fstatat(models_fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;
}

/* Who changes a datasource's files holds a lock on its folder. */
static int lock_folder(int models_fd, const char *name, int *ret_fd, struct qn_err *reterr)
{
    for (int i = 0; i < TRIES; i++) {
        int fd;

        if (mkdirat(models_fd, name, 0755) < 0 && errno != EEXIST) {
            return qn_fail_sys(reterr, "published models: cannot make %s", name);
        }
        fd = openat(models_fd, name, OPEN_FOLDER);
        if (fd < 0 && errno == ENOENT) {
            continue;
        }
        if (fd < 0) {
            return qn_fail_sys(reterr, "published models: %s", name);
        }
        if (flock(fd, LOCK_EX) == 0 && is_there(models_fd, name, fd)) {
            *ret_fd = fd;
            return QN_OK;
        }
        close(fd);
    }
    return qn_fail(reterr, QN_EAGAIN, "published models: %s is removed again and again", name);
}

/* ---- a file ---- */

static bool write_all(int fd, struct qn_span bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.data, bytes.len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        bytes.data += n;
        bytes.len -= (size_t)n;
    }
    return true;
}

static int put_file(int dir_fd, const char *name, struct qn_span bytes, struct qn_err *reterr)
{
    char beside[NAME_SIZE];
    int fd, rc = QN_OK;

    snprintf(beside, sizeof(beside), ".%s" BESIDE, name);
    fd = openat(dir_fd, beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) {
        return qn_fail_sys(reterr, "published models: cannot write %s", name);
    }
    if (!write_all(fd, bytes)) {
        rc = qn_fail_sys(reterr, "published models: cannot write %s", name);
    }
    if (close(fd) < 0 && rc == QN_OK) {
        rc = qn_fail_sys(reterr, "published models: cannot write %s", name);
    }
    if (rc == QN_OK && renameat(dir_fd, beside, dir_fd, name) < 0) {
        rc = qn_fail_sys(reterr, "published models: cannot put %s", name);
    }
    if (rc != QN_OK) {
        (void)unlinkat(dir_fd, beside, 0);
    }
    return rc;
}

static int put_versioned(int dir_fd, int64_t version, const struct qn_model_file *file,
                         struct qn_err *reterr)
{
    size_t len = strspn(file->suffix, "abcdefghijklmnopqrstuvwxyz");
    char name[NAME_SIZE];

    if (version < 1 || len == 0 || len > SUFFIX_MAX || file->suffix[len] != '\0') {
        return qn_fail(reterr, QN_EINVAL, "published models: version %lld.%.16s is no name",
                       (long long)version, file->suffix);
    }
    snprintf(name, sizeof(name), "%lld.%s", (long long)version, file->suffix);
    return put_file(dir_fd, name, file->bytes, reterr);
}

/* ---- the index ---- */

static int64_t revision_of(struct qn_span index)
{
    struct qn_json_item item;
    int64_t revision = 0;

    if (!qn_json_find(index.data, index.len, "revision", &item) ||
        !qn_json_is_integer(item.value, &revision)) {
        return 0;
    }
    return revision;
}

/* False when there is none that can be read. */
static bool read_index(int dir_fd, struct qn_buf *out)
{
    int fd = openat(dir_fd, INDEX, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    char bytes[4096];
    enum qn_json_type type;
    ssize_t n;

    if (fd < 0) {
        return false;
    }
    do {
        n = read(fd, bytes, sizeof(bytes));
    } while ((n > 0 && qn_buf_add(out, bytes, (size_t)n) == QN_OK) || (n < 0 && errno == EINTR));
    close(fd);
    return n == 0 && qn_json_check(out->data, out->len, &type, NULL) == QN_OK &&
           type == QN_JSON_OBJECT;
}

/* Two may publish at once, each with what it read: the newer stays. */
static bool is_outdated(int dir_fd, struct qn_span index)
{
    struct qn_buf there;
    bool outdated;

    qn_buf_init(&there, INDEX_MAX);
    outdated = read_index(dir_fd, &there) &&
               revision_of((struct qn_span){there.data, there.len}) > revision_of(index);
    qn_buf_release(&there);
    return outdated;
}

static bool is_named(struct qn_span index, int64_t version)
{
    struct qn_json_item list, item, number;
    struct qn_json_walk walk;
    int64_t one = 0;

    if (!qn_json_find(index.data, index.len, "versions", &list) ||
        qn_json_walk_init(&walk, list.value.data, list.value.len) != QN_OK) {
        return true;
    }
    while (qn_json_walk_next(&walk, &item)) {
        if (qn_json_find(item.value.data, item.value.len, "version", &number) &&
            qn_json_is_integer(number.value, &one) && one == version) {
            return true;
        }
    }
    return false;
}

/* A version's file that the index does not name, or what a killed writer left. */
static bool is_left(struct qn_span index, const char *name)
{
    size_t digits = strspn(name, "0123456789");
    size_t len = strlen(name);
    int64_t version = 0;

    if (name[0] == '.') {
        return len > strlen(BESIDE) && strcmp(name + len - strlen(BESIDE), BESIDE) == 0;
    }
    return digits > 0 && name[digits] == '.' && qn_strn_to_i64(name, digits, &version) == QN_OK &&
           !is_named(index, version);
}

static void remove_left(int dir_fd, struct qn_span index)
{
    int fd = openat(dir_fd, ".", OPEN_FOLDER);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (dir == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (is_left(index, entry->d_name)) {
            (void)unlinkat(dir_fd, entry->d_name, 0);
        }
    }
    closedir(dir);
}

static int put_index(int dir_fd, struct qn_span index, struct qn_err *reterr)
{
    int rc;

    if (is_outdated(dir_fd, index)) {
        return QN_OK;
    }
    rc = put_file(dir_fd, INDEX, index, reterr);
    if (rc == QN_OK) {
        remove_left(dir_fd, index);
    }
    return rc;
}

/* ---- publishing ---- */

static int check_index(struct qn_span index, struct qn_err *reterr)
{
    enum qn_json_type type;
    int rc = qn_json_check(index.data, index.len, &type, reterr);

    return rc != QN_OK || type == QN_JSON_OBJECT
               ? rc
               : qn_fail(reterr, QN_EINVAL, "published models: the index is no object");
}

int qn_model_publish(const char *artifact_dir, const char *datasource, int64_t version,
                     const struct qn_model_file *files, size_t n_files, struct qn_span index,
                     struct qn_err *reterr)
{
    int models_fd = -1, fd = -1;
    int rc = check_name(datasource, reterr);

    if (rc == QN_OK) {
        rc = check_index(index, reterr);
    }
    if (rc == QN_OK) {
        rc = open_models(artifact_dir, &models_fd, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    rc = lock_folder(models_fd, datasource, &fd, reterr);
    for (size_t i = 0; i < n_files && rc == QN_OK; i++) {
        rc = put_versioned(fd, version, &files[i], reterr);
    }
    if (rc == QN_OK) {
        rc = put_index(fd, index, reterr);
    }
    if (fd >= 0) {
        close(fd);
    }
    close(models_fd);
    return rc;
}

/* ---- taking back ---- */

static void empty_folder(int dir_fd)
{
    int fd = openat(dir_fd, ".", OPEN_FOLDER);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (dir == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            (void)unlinkat(dir_fd, entry->d_name, 0);
        }
    }
    closedir(dir);
}

/* Of a killed run too. */
static void remove_gone(int models_fd, const char *gone)
{
    int fd = openat(models_fd, gone, OPEN_FOLDER);

    if (fd >= 0) {
        empty_folder(fd);
        close(fd);
        (void)unlinkat(models_fd, gone, AT_REMOVEDIR);
    }
}

/* In one step none of it is to be seen any more. */
static int unpublish_locked(int models_fd, const char *name, struct qn_err *reterr)
{
    char gone[NAME_SIZE];

    snprintf(gone, sizeof(gone), ".%s" GONE, name);
    remove_gone(models_fd, gone);
    if (renameat(models_fd, name, models_fd, gone) < 0) {
        return qn_fail_sys(reterr, "published models: cannot remove %s", name);
    }
    remove_gone(models_fd, gone);
    return QN_OK;
}

int qn_model_unpublish(const char *artifact_dir, const char *datasource, struct qn_err *reterr)
{
    struct stat info;
    int models_fd = -1, fd = -1;
    int rc = check_name(datasource, reterr);

    if (rc != QN_OK || !has_models(artifact_dir)) {
        return rc;
    }
    rc = open_models(artifact_dir, &models_fd, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    if (fstatat(models_fd, datasource, &info, AT_SYMLINK_NOFOLLOW) == 0) {
        rc = lock_folder(models_fd, datasource, &fd, reterr);
        if (rc == QN_OK) {
            rc = unpublish_locked(models_fd, datasource, reterr);
            close(fd);
        }
    }
    close(models_fd);
    return rc;
}
