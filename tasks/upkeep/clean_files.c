#include "clean_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TMP         "tmp"
#define ASIDE       ".old"
#define HASH_DIGITS 64
#define RESULT_DIRS 256
#define NAME_SIZE   (HASH_DIGITS + sizeof(ASIDE))
#define FOLDER_SIZE 4
#define OPEN_FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* A folder that is gone through. */
struct folder {
    struct clean_files *files;
    int fd;
    char name[FOLDER_SIZE];
    bool temporary; /* tmp, not one of results */
};

static bool must_stop(const struct clean_files *files, int folders_done)
{
    return files->stop != NULL && files->stop(files->arg, folders_done);
}

/* A hash that belongs into this folder, with or without the mark of one that was put aside. */
static bool is_result(const struct folder *folder, const char *name)
{
    return strspn(name, "0123456789abcdef") == HASH_DIGITS && strncmp(name, folder->name, 2) == 0 &&
           (name[HASH_DIGITS] == '\0' || strcmp(name + HASH_DIGITS, ASIDE) == 0);
}

static bool is_old(const struct folder *folder, const struct stat *info)
{
    const struct clean_files *files = folder->files;
    int64_t most = folder->temporary ? files->temporary_age_s : files->result_age_s;

    return files->wall_s - (int64_t)info->st_mtime > most;
}

/* False for what is no file of ours, or gone by now. */
static bool look(const struct folder *folder, const char *name, struct stat *ret)
{
    return fstatat(folder->fd, name, ret, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(ret->st_mode);
}

/* Puts it aside unless it is; ret is its name then. */
static bool put_aside(const struct folder *folder, const char *name, char ret[NAME_SIZE])
{
    snprintf(ret, NAME_SIZE, "%.*s" ASIDE, HASH_DIGITS, name);
    return name[HASH_DIGITS] != '\0' || renameat(folder->fd, name, folder->fd, ret) == 0;
}

/* Under one hash is one content: another file that came meanwhile is as good. */
static void give_back(const struct folder *folder, const char *aside)
{
    char name[NAME_SIZE];

    snprintf(name, sizeof(name), "%.*s", HASH_DIGITS, aside);
    (void)renameat(folder->fd, aside, folder->fd, name);
}

static bool remove_result(const struct folder *folder, const char *name)
{
    char aside[NAME_SIZE];
    struct stat info;

    if (!put_aside(folder, name, aside) || !look(folder, aside, &info)) {
        return false;
    }
    if (!is_old(folder, &info)) {
        give_back(folder, aside);
        return false;
    }
    return unlinkat(folder->fd, aside, 0) == 0;
}

/* Who writes a temporary file holds a lock on it. */
static bool remove_temporary(const struct folder *folder, const char *name, bool dry_run)
{
    int fd = openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool gone = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
                (dry_run || unlinkat(folder->fd, name, 0) == 0);

    if (fd >= 0) {
        close(fd);
    }
    return gone;
}

static bool remove_old(const struct folder *folder, const char *name)
{
    bool dry_run = folder->files->dry_run;

    if (folder->temporary) {
        return remove_temporary(folder, name, dry_run);
    }
    return dry_run || remove_result(folder, name);
}

static void consider(const struct folder *folder, const char *name)
{
    struct clean_files *files = folder->files;
    struct clean_files_count *count = folder->temporary ? &files->temporary : &files->results;
    struct stat info;

    if (!look(folder, name, &info)) {
        return;
    }
    files->seen++;
    if (!is_old(folder, &info)) {
        if (!folder->temporary && !files->dry_run && name[HASH_DIGITS] != '\0') {
            give_back(folder, name);
        }
    } else if (remove_old(folder, name)) {
        count->files++;
        count->bytes += info.st_size;
    }
}

/* False when it was told to stop. */
static bool go_through(const struct folder *folder, DIR *dir, int folders_done)
{
    const struct dirent *entry;

    while ((entry = readdir(dir)) != NULL) {
        if (must_stop(folder->files, folders_done)) {
            return false;
        }
        if (folder->temporary || is_result(folder, entry->d_name)) {
            errno = 0;
            consider(folder, entry->d_name);
            /* gone by itself, or somebody writes it */
            folder->files->failed += errno != 0 && errno != ENOENT && errno != EWOULDBLOCK;
        }
    }
    return true;
}

/* Folders are made when they are needed: one that is not there holds nothing. */
static bool visit(struct clean_files *files, int dir_fd, int number, int folders_done)
{
    struct folder folder = {.files = files, .temporary = number == RESULT_DIRS};
    DIR *dir;
    bool ok;

    snprintf(folder.name, sizeof(folder.name), "%02x", (unsigned)number & 0xff);
    folder.fd = openat(dir_fd, folder.temporary ? TMP : folder.name, OPEN_FOLDER);
    if (folder.fd < 0) {
        files->failed += errno != ENOENT;
        return true;
    }
    dir = fdopendir(folder.fd);
    if (dir == NULL) {
        files->failed++;
        close(folder.fd);
        return true;
    }
    ok = go_through(&folder, dir, folders_done);
    closedir(dir);
    return ok;
}

int clean_files_run(struct clean_files *files, const char *dir, struct qn_err *reterr)
{
    int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int first = (int)((unsigned)files->first % CLEAN_FILES_FOLDERS);

    if (dir_fd < 0 && errno == ENOENT) {
        return qn_fail(reterr, QN_ENOTFOUND, "%.200s is not there", dir);
    }
    if (dir_fd < 0) {
        return qn_fail_sys(reterr, "%.200s", dir);
    }
    files->complete = true;
    for (int i = 0; i < CLEAN_FILES_FOLDERS && files->complete; i++) {
        files->complete =
            visit(files, dir_fd, (first + i) % CLEAN_FILES_FOLDERS, i) && !must_stop(files, i + 1);
    }
    close(dir_fd);
    return QN_OK;
}
