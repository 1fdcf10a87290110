#include "rundir.h"

#include "common/str.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX     "quern-run-"
#define TRIES      10
#define FOLDER_RWX 0700

/* ---- removing ---- */

static int open_folder(int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 && errno == EACCES && fchmodat(at, name, FOLDER_RWX, AT_SYMLINK_NOFOLLOW) == 0)
        fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A folder within a folder is moved up into top, so that no depth of folders needs more
 * than one descriptor or a deeper stack. */
static bool move_up(int from, const char *name, int top, unsigned *number)
{
    char up[32];
    int rc;

    /* Its ".." is written. Where links cannot be told apart (no /proc), its mode has to do. */
    if (fchmodat(from, name, FOLDER_RWX, AT_SYMLINK_NOFOLLOW) < 0 && errno != EOPNOTSUPP)
        return false;
    do {
        snprintf(up, sizeof(up), ".up-%u", (*number)++);
        rc = renameat2(from, name, top, up, RENAME_NOREPLACE);
    } while (rc < 0 && errno == EEXIST);
    return rc == 0;
}

/* Empties the folder in fd, which is closed. */
static void flatten(int fd, int top, unsigned *number)
{
    struct dirent *entry;

    fchmod(fd, FOLDER_RWX);
    DIR *folder = fdopendir(fd);
    if (!folder) {
        close(fd);
        return;
    }
    while ((entry = readdir(folder)) != NULL) {
        if (is_dots(entry->d_name) || unlinkat(fd, entry->d_name, 0) == 0 || errno != EISDIR)
            continue;
        if (unlinkat(fd, entry->d_name, AT_REMOVEDIR) < 0)
            move_up(fd, entry->d_name, top, number);
    }
    closedir(folder);
}

/* One entry of top; false when nothing could be done about it. */
static bool remove_entry(int top, const char *name, unsigned *number)
{
    if (unlinkat(top, name, 0) == 0 || errno == ENOENT)
        return true;
    if (errno != EISDIR)
        return false;
    int fd = open_folder(top, name);
    if (fd >= 0)
        flatten(fd, top, number);
    return unlinkat(top, name, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

/* Until a look finds nothing it could remove. True when it is empty. */
static bool empty(int top)
{
    struct dirent *entry;
    unsigned number = 0;
    size_t removed, left;

    fchmod(top, FOLDER_RWX);
    do {
        int fd = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
        if (!folder)
            return false;
        removed = left = 0;
        while ((entry = readdir(folder)) != NULL) {
            if (is_dots(entry->d_name))
                continue;
            bool gone = remove_entry(top, entry->d_name, &number);
            removed += gone;
            left += !gone;
        }
        closedir(folder);
    } while (removed > 0);
    return left == 0;
}

bool worker_rundir_remove(struct worker_rundir *dir)
{
    bool done = empty(dir->fd);

    done = rmdir(dir->path) == 0 && done;
    close(dir->fd);
    dir->fd = -1;
    return done;
}

/* ---- leftovers ---- */

/* The lock is what makes it ours; a folder of somebody else's is not opened for long. */
static bool remove_leftover(int top, const char *name)
{
    struct stat info;
    int fd = openat(top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool done = fd >= 0 && fstat(fd, &info) == 0 && info.st_uid == geteuid() &&
                flock(fd, LOCK_EX | LOCK_NB) == 0;

    if (done) {
        empty(fd);
        done = unlinkat(top, name, AT_REMOVEDIR) == 0;
    }
    if (fd >= 0)
        close(fd);
    return done;
}

static const char *top_folder(void)
{
    const char *top = getenv("TMPDIR");

    return top && top[0] == '/' ? top : "/tmp";
}

int worker_rundir_sweep(void)
{
    DIR *folder = opendir(top_folder());
    struct dirent *entry;
    int n = 0;

    while (folder && (entry = readdir(folder)) != NULL) {
        if (qn_str_starts(entry->d_name, PREFIX))
            n += remove_leftover(dirfd(folder), entry->d_name);
    }
    if (folder)
        closedir(folder);
    return n;
}

/* ---- making ---- */

/* False when a sweep of another process took it before it had its lock. */
static bool hold(struct worker_rundir *dir)
{
    struct stat held, named;

    dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir->fd >= 0 && flock(dir->fd, LOCK_EX | LOCK_NB) == 0 && fstat(dir->fd, &held) == 0 &&
        lstat(dir->path, &named) == 0 && held.st_ino == named.st_ino)
        return true;
    if (dir->fd >= 0)
        close(dir->fd);
    return false;
}

int worker_rundir_create(struct worker_rundir *ret, struct qn_err *reterr)
{
    const char *top = top_folder();

    if (snprintf(ret->path, sizeof(ret->path), "%s/" PREFIX "XXXXXX", top) >=
        (int)sizeof(ret->path))
        return qn_fail(reterr, QN_EINVAL, "TMPDIR: too long a path");
    worker_rundir_sweep();
    for (int i = 0; i < TRIES; i++) {
        memcpy(ret->path + strlen(ret->path) - 6, "XXXXXX", 6);
        if (!mkdtemp(ret->path))
            break;
        if (hold(ret))
            return QN_OK;
    }
    return qn_fail_sys(reterr, "a folder for the run in %.200s", top);
}
