#include "folder.h"
#include "common/str.h"
#include "process.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONGEST_SOCKET "/postgres/.s.PGSQL.5432"

static int lock_folder(struct cli_folder *folder, struct qn_err *reterr)
{
    char path[CLI_PATH_SIZE], pid[32] = "";
    int rc = cli_path_join(path, folder->root, "lock", reterr);

    if (rc != QN_OK)
        return rc;
    folder->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (folder->lock < 0)
        return qn_fail_sys(reterr, "%s", path);
    if (flock(folder->lock, LOCK_EX | LOCK_NB) == 0) {
        int len = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
        if (ftruncate(folder->lock, 0) < 0 || pwrite(folder->lock, pid, (size_t)len, 0) != len)
            return qn_fail_sys(reterr, "%s", path);
        return QN_OK;
    }
    if (pread(folder->lock, pid, sizeof(pid) - 1, 0) > 0)
        pid[strcspn(pid, "\n")] = '\0';
    return qn_fail(reterr, QN_EEXISTS,
                   "quern dev runs on this data folder already (process %s): "
                   "stop it, or give another folder with --data",
                   pid);
}

static int find_postgres_user(struct cli_folder *folder, struct qn_err *reterr)
{
    if (geteuid() != 0)
        return QN_OK;
    const struct passwd *user = getpwnam("postgres");
    if (!user || user->pw_uid == 0)
        return qn_fail(reterr, QN_ENOTFOUND,
                       "PostgreSQL does not run as root and there is no user postgres: "
                       "install the package postgresql, or run this as another user");
    folder->postgres_uid = user->pw_uid;
    folder->postgres_gid = user->pw_gid;
    return QN_OK;
}

static bool postgres_reaches(const struct cli_folder *folder, const char *path)
{
    return cli_process_may_enter(path, folder->postgres_uid, folder->postgres_gid);
}

/* A folder of ours that nobody else could have put there. */
static int make_safe(const char *path, struct qn_err *reterr)
{
    struct stat st;

    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return qn_fail_sys(reterr, "%s", path);
    if (lstat(path, &st) < 0)
        return qn_fail_sys(reterr, "%s", path);
    if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022) != 0)
        return qn_fail(reterr, QN_EINVAL,
                       "%s is not a folder of this user that only it may write to", path);
    return chmod(path, 0755) < 0 ? qn_fail_sys(reterr, "%s", path) : QN_OK;
}

static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

static void link_to(const struct cli_folder *folder, const char *name, const char *target)
{
    char path[CLI_PATH_SIZE];

    if (cli_path_join(path, folder->root, name, NULL) != QN_OK)
        return;
    (void)unlink(path);
    if (symlink(target, path) < 0)
        return; /* for people only */
}

static int place_postgres(struct cli_folder *folder, struct qn_err *reterr)
{
    char place[CLI_PATH_SIZE];
    int rc = QN_OK;

    folder->elsewhere = !postgres_reaches(folder, folder->root);
    if (!folder->elsewhere) {
        rc = cli_path_join(folder->postgres, folder->root, "postgres", reterr);
    } else {
        snprintf(place, sizeof(place), "/var/tmp/quern-dev-%016llx",
                 (unsigned long long)hash_of(folder->root));
        rc = make_safe(place, reterr);
        if (rc == QN_OK)
            rc = cli_path_join(folder->postgres, place, "postgres", reterr);
        if (rc == QN_OK)
            link_to(folder, "postgres", folder->postgres);
    }
    if (rc == QN_OK)
        rc = cli_path_make(folder->postgres, 0700, reterr);
    if (rc == QN_OK && folder->postgres_uid != 0 &&
        chown(folder->postgres, folder->postgres_uid, folder->postgres_gid) < 0)
        rc = qn_fail_sys(reterr, "%s", folder->postgres);
    return rc;
}

/* Where a short folder may be, "" where there is no other place than /tmp. */
static const char *runtime_base(void)
{
    const char *base = getenv("XDG_RUNTIME_DIR");

    if (!base || base[0] != '/' || access(base, W_OK | X_OK) < 0 ||
        strlen(base) + sizeof("/quern-XXXXXX" LONGEST_SOCKET) > CLI_SOCKET_MAX)
        return "";
    return base;
}

static bool is_short_run(const char *path)
{
    const char *const bases[] = {"/tmp", runtime_base()};
    struct stat st;

    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        size_t len = strlen(bases[i]);
        const char *name = path + len;
        if (len > 0 && strncmp(path, bases[i], len) == 0 && qn_str_starts(name, "/quern-") &&
            !strchr(name + 1, '/') && lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
            st.st_uid == geteuid())
            return true;
    }
    return false;
}

/* The folder of sockets that a killed run left. */
static void remove_former_run(const char *link)
{
    char target[CLI_PATH_SIZE];
    ssize_t len = readlink(link, target, sizeof(target) - 1);

    if (len <= 0)
        return;
    target[len] = '\0';
    if (is_short_run(target))
        cli_tree_remove(target);
    (void)unlink(link);
}

static int make_short_run(struct cli_folder *folder, struct qn_err *reterr)
{
    const char *base = runtime_base();

    if (folder->postgres_uid != 0 || base[0] == '\0')
        base = "/tmp";
    snprintf(folder->run, sizeof(folder->run), "%s/quern-XXXXXX", base);
    if (!mkdtemp(folder->run))
        return qn_fail_sys(reterr, "%s", folder->run);
    qn_str_copy(folder->run_own, sizeof(folder->run_own), folder->run);
    link_to(folder, "run", folder->run);
    return chmod(folder->run, 0711) < 0 ? qn_fail_sys(reterr, "%s", folder->run) : QN_OK;
}

static int place_run(struct cli_folder *folder, struct qn_err *reterr)
{
    char sockets[CLI_PATH_SIZE];
    int rc = cli_path_join(folder->run, folder->root, "run", reterr);

    if (rc != QN_OK)
        return rc;
    remove_former_run(folder->run);
    if (folder->elsewhere || strlen(folder->run) + sizeof(LONGEST_SOCKET) > CLI_SOCKET_MAX)
        rc = make_short_run(folder, reterr);
    else
        rc = cli_path_make(folder->run, 0755, reterr);
    if (rc == QN_OK)
        rc = cli_path_join(sockets, folder->run, "postgres", reterr);
    if (rc == QN_OK)
        rc = cli_path_make(sockets, 0700, reterr);
    if (rc == QN_OK && folder->postgres_uid != 0 &&
        chown(sockets, folder->postgres_uid, folder->postgres_gid) < 0)
        rc = qn_fail_sys(reterr, "%s", sockets);
    return rc;
}

static int make_parts(struct cli_folder *folder, struct qn_err *reterr)
{
    char cache[CLI_PATH_SIZE];
    const struct {
        char *path;
        const char *name;
    } parts[] = {
        {folder->log, "log"},   {folder->redis, "redis/broker"},  {cache, "redis/cache"},
        {folder->demo, "demo"}, {folder->artifacts, "artifacts"}, {folder->mail, "mail"},
    };
    int rc = QN_OK;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == QN_OK; i++) {
        rc = cli_path_join(parts[i].path, folder->root, parts[i].name, reterr);
        if (rc == QN_OK)
            rc = cli_path_make(parts[i].path, 0700, reterr);
    }
    return rc;
}

/* Somebody else's links in it would lead us, and a cluster of another user does not
 * start. */
static int find_root(struct cli_folder *folder, const char *path, struct qn_err *reterr)
{
    struct stat st;
    char *real = realpath(path, NULL);
    int rc = QN_OK;

    if (!real || !qn_str_copy(folder->root, sizeof(folder->root), real) || stat(real, &st) < 0)
        rc = qn_fail_sys(reterr, "%s", path);
    else if (st.st_uid != geteuid())
        rc = qn_fail(reterr, QN_EINVAL,
                     "%s belongs to another user: give a folder of your own with --data", path);
    free(real);
    return rc;
}

int cli_folder_open(struct cli_folder *ret, const char *path, struct qn_err *reterr)
{
    *ret = (struct cli_folder){.lock = -1};
    int rc = cli_path_make(path, 0755, reterr);
    if (rc == QN_OK)
        rc = find_root(ret, path, reterr);
    if (rc == QN_OK)
        rc = lock_folder(ret, reterr);
    if (rc == QN_OK)
        rc = make_parts(ret, reterr);
    if (rc == QN_OK)
        rc = find_postgres_user(ret, reterr);
    if (rc == QN_OK)
        rc = place_postgres(ret, reterr);
    if (rc == QN_OK)
        rc = place_run(ret, reterr);
    if (rc != QN_OK)
        cli_folder_release(ret);
    return rc;
}

void cli_folder_release(struct cli_folder *folder)
{
    char link[CLI_PATH_SIZE];

    if (folder->run_own[0] != '\0') {
        cli_tree_remove(folder->run_own);
        if (cli_path_join(link, folder->root, "run", NULL) == QN_OK)
            (void)unlink(link);
        folder->run_own[0] = '\0';
    }
    if (folder->lock >= 0)
        close(folder->lock);
    folder->lock = -1;
}
