#include "slot.h"

#include "common/clock.h"
#include "common/dir.h"
#include "common/str.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_BYTES 64
#define LOOK_MS        50 /* the kernel tells nobody that a lock is free */
#define OWN_ONLY       0700

/* ---- the file ---- */

/* In a directory that others write too: nothing of theirs is followed or used. */
static int open_own(int top, const char *path, struct qn_err *reterr)
{
    char name[32];
    struct stat info;
    int fd;

    snprintf(name, sizeof(name), "quern-%ld", (long)geteuid());
    if (mkdirat(top, name, OWN_ONLY) != 0 && errno != EEXIST) {
        return qn_fail_sys(reterr, "lock-dir: %s/%s", path, name);
    }
    fd = openat(top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        qn_fail_sys(reterr, "lock-dir: %s/%s", path, name);
    } else if (info.st_uid != geteuid() || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        qn_fail(reterr, QN_ESYS, "lock-dir: %s/%s is not this user's alone", path, name);
    } else {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    return QN_ESYS;
}

/* Each place that is held has a description of the file of its own, as locks belong to those. */
static int open_file(const char *name, struct qn_err *reterr)
{
    const char *path = getenv("QUERN_LOCK_DIR");
    char file[NAME_MAX_BYTES + sizeof(".slots")];
    int top, own, fd;

    if (path == NULL || path[0] == '\0') {
        path = QN_SLOT_DIR;
    }
    if (qn_dir_open("lock-dir", path, OWN_ONLY, &top, reterr) != QN_OK) {
        return QN_ESYS;
    }
    own = open_own(top, path, reterr);
    close(top);
    if (own < 0) {
        return own;
    }
    snprintf(file, sizeof(file), "%s.slots", name);
    fd = openat(own, file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    close(own);
    return fd >= 0 ? fd : qn_fail_sys(reterr, "lock-dir: %s", file);
}

/* ---- places ---- */

/* QN_EAGAIN when none is free. */
static int lock_one(struct qn_slot *slot, int64_t slots, struct qn_err *reterr)
{
    const int64_t first = getpid() % slots; /* processes look at different ones first */

    for (int64_t i = 0; i < slots; i++) {
        const int place = (int)((first + i) % slots);
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = place, .l_len = 1};

        if (fcntl(slot->fd, F_OFD_SETLK, &lock) == 0) {
            slot->place = place;
            return QN_OK;
        }
        if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
            return qn_fail_sys(reterr, "a lock");
        }
    }
    return QN_EAGAIN;
}

static int wait_for_one(struct qn_slot *slot, int64_t slots, int64_t wait_ms, int stop_fd,
                        struct qn_err *reterr)
{
    const int64_t begun = qn_mono_ms(&qn_clock_system);
    struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
    int rc;

    while ((rc = lock_one(slot, slots, reterr)) == QN_EAGAIN) {
        const int64_t left = begun + wait_ms - qn_mono_ms(&qn_clock_system);

        if (left <= 0) {
            return QN_EAGAIN;
        }
        if (poll(&stop, 1, left < LOOK_MS ? (int)left : LOOK_MS) > 0) {
            return qn_fail(reterr, QN_ETIMEOUT, "stopped by the soft limit");
        }
    }
    return rc;
}

int qn_slot_take(struct qn_slot *ret, const char *name, int64_t slots, int64_t wait_ms, int stop_fd,
                 struct qn_err *reterr)
{
    int rc;

    *ret = (struct qn_slot){.fd = -1};
    if (!qn_str_is_name(name, NAME_MAX_BYTES)) {
        return qn_fail(reterr, QN_EINVAL, "slots: a name is 1 to %d of a-z, 0-9, _ and -",
                       NAME_MAX_BYTES);
    }
    if (slots < 1 || slots > QN_SLOT_MAX) {
        return qn_fail(reterr, QN_EINVAL, "slots of %s: must be 1 to %d", name, QN_SLOT_MAX);
    }
    ret->fd = open_file(name, reterr);
    if (ret->fd < 0) {
        ret->fd = -1;
        return QN_ESYS;
    }
    rc = wait_for_one(ret, slots, wait_ms, stop_fd, reterr);
    if (rc != QN_OK) {
        qn_slot_give(ret);
    }
    return rc != QN_EAGAIN ? rc
                           : qn_fail(reterr, rc, "all %lld slots of %s on this host are taken",
                                     (long long)slots, name);
}

void qn_slot_give(struct qn_slot *slot)
{
    if (slot->fd >= 0) {
        close(slot->fd);
    }
    slot->fd = -1;
}

int64_t qn_slot_connections(void)
{
    const char *text = getenv("QUERN_DATABASE_CONNECTIONS");
    int64_t n;

    return text != NULL && qn_str_to_i64(text, &n) == QN_OK && n >= 1 && n <= QN_SLOT_MAX
               ? n
               : QN_SLOT_CONNECTIONS;
}
