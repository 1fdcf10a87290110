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
#define SHARE      10000 /* entries of others' folders that the start of a run pays for */

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

/* What is looked at is counted: who goes on writing must not keep us. */
struct emptying {
    int top;
    unsigned number; /* of the next one that is moved up */
    size_t *most;
};

static struct dirent *next_entry(DIR *folder, struct emptying *it)
{
    struct dirent *entry = NULL;

    if (*it->most == 0)
        return NULL;
    do
        entry = readdir(folder);
    while (entry && is_dots(entry->d_name));
    *it->most -= entry != NULL;
    return entry;
}

/* Empties the folder in fd, which is closed. */
static void flatten(int fd, struct emptying *it)
{
    struct dirent *entry;

    fchmod(fd, FOLDER_RWX);
    DIR *folder = fdopendir(fd);
    if (!folder) {
        close(fd);
        return;
    }
    while ((entry = next_entry(folder, it)) != NULL) {
        if (unlinkat(fd, entry->d_name, 0) == 0 || errno != EISDIR)
            continue;
        if (unlinkat(fd, entry->d_name, AT_REMOVEDIR) < 0)
            move_up(fd, entry->d_name, it->top, &it->number);
    }
    closedir(folder);
}

/* One entry of top; false when nothing could be done about it. */
static bool remove_entry(const char *name, struct emptying *it)
{
    if (unlinkat(it->top, name, 0) == 0 || errno == ENOENT)
        return true;
    if (errno != EISDIR)
        return false;
    int fd = open_folder(it->top, name);
    if (fd >= 0)
        flatten(fd, it);
    return unlinkat(it->top, name, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

/* Until a look finds nothing it could remove. */
static void empty(int top, size_t *most)
{
    struct emptying it = {.top = top, .most = most};
    struct dirent *entry;
    size_t removed;

    fchmod(top, FOLDER_RWX);
    do {
        int fd = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
        if (!folder)
            return;
        removed = 0;
        while ((entry = next_entry(folder, &it)) != NULL)
            removed += remove_entry(entry->d_name, &it);
        closedir(folder);
    } while (removed > 0);
}

/* The run may have removed it, or have put something else in its place. */
static bool remove_name(const char *path)
{
    return rmdir(path) == 0 || errno == ENOENT || (errno == ENOTDIR && unlink(path) == 0);
}

bool worker_rundir_remove(struct worker_rundir *dir)
{
    size_t most = WORKER_RUNDIR_ALL;

    empty(dir->fd, &most);
    bool done = remove_name(dir->path);
    close(dir->fd);
    dir->fd = -1;
    return done;
}

/* ---- leftovers ---- */

/* The lock is what makes it ours; a folder of somebody else's is not opened for long. */
static bool remove_leftover(int top, const char *name, size_t *most)
{
    struct stat info;
    int fd = open_folder(top, name);
    bool done = fd >= 0 && fstat(fd, &info) == 0 && info.st_uid == geteuid() &&
                flock(fd, LOCK_EX | LOCK_NB) == 0;

    if (done) {
        empty(fd, most);
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

int worker_rundir_sweep(size_t most)
{
    DIR *folder = opendir(top_folder());
    struct dirent *entry;
    int n = 0;

    while (folder && most > 0 && (entry = readdir(folder)) != NULL) {
        if (qn_str_starts(entry->d_name, PREFIX))
            n += remove_leftover(dirfd(folder), entry->d_name, &most);
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
    worker_rundir_sweep(SHARE);
    for (int i = 0; i < TRIES; i++) {
        memcpy(ret->path + strlen(ret->path) - 6, "XXXXXX", 6);
        if (!mkdtemp(ret->path))
            break;
        if (hold(ret))
            return QN_OK;
    }
    return qn_fail_sys(reterr, "a folder for the run in %.200s", top);
}
