#include "postgres_server.h"
#include "common/buf.h"
#include "common/clock.h"
#include "common/str.h"
#include "process.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM_MS 1200000 /* a large shop takes minutes */
#define READY_MS   60000
#define STOP_MS    15000
#define FORMER_MS  15000 /* until the server of a killed run has ended */

/* ---- where PostgreSQL is ---- */

static bool has_programs(const char *folder)
{
    static const char *const programs[] = {"postgres", "initdb", "psql"};
    char path[CLI_PATH_SIZE];

    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        if (cli_path_join(path, folder, programs[i], NULL) != QN_OK || access(path, X_OK) < 0)
            return false;
    return true;
}

static bool find_on_path(char out[CLI_PATH_SIZE])
{
    const char *path = getenv("PATH");

    while (path && *path) {
        size_t len = strcspn(path, ":");
        if (len > 0 && len < CLI_PATH_SIZE) {
            memcpy(out, path, len);
            out[len] = '\0';
            if (out[0] == '/' && has_programs(out))
                return true;
        }
        path += len + (path[len] == ':');
    }
    return false;
}

static long version_of(const char *path)
{
    const char *digits = strpbrk(path, "0123456789");

    return digits ? strtol(digits, NULL, 10) : 0;
}

/* The newest one where distributions put them. */
static bool find_installed(char out[CLI_PATH_SIZE])
{
    glob_t found = {0};
    long best = -1;

    (void)glob("/usr/lib/postgresql/*/bin", 0, NULL, &found);
    (void)glob("/usr/pgsql-*/bin", GLOB_APPEND, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++)
        if (version_of(found.gl_pathv[i]) > best && has_programs(found.gl_pathv[i]) &&
            qn_str_copy(out, CLI_PATH_SIZE, found.gl_pathv[i]))
            best = version_of(found.gl_pathv[i]);
    globfree(&found);
    return best >= 0;
}

static int find_programs(struct cli_postgres *postgres, struct qn_err *reterr)
{
    if (!find_on_path(postgres->bin) && !find_installed(postgres->bin))
        return qn_fail(reterr, QN_ENOTFOUND,
                       "PostgreSQL's programs (postgres, initdb, psql) were not found: "
                       "install the package postgresql");
    return cli_path_join(postgres->server, postgres->bin, "postgres", reterr);
}

/* ---- its programs ---- */

static int run_program(struct cli_postgres *postgres, const char *name, const char *const *args,
                       bool as_server, struct qn_err *reterr)
{
    char program[CLI_PATH_SIZE];
    const char *argv[CLI_ARGS_MAX] = {program};
    int rc = cli_path_join(program, postgres->bin, name, reterr);

    for (size_t i = 0; args[i]; i++)
        argv[i + 1] = args[i];
    const struct cli_child_spec spec = {
        .name = name,
        .argv = argv,
        .folder = postgres->folder->postgres,
        .uid = as_server ? postgres->folder->postgres_uid : 0,
        .gid = as_server ? postgres->folder->postgres_gid : 0,
        .stop_signal = SIGTERM,
        .death_signal = SIGKILL,
        .stop_ms = STOP_MS,
    };
    return rc == QN_OK ? cli_stack_run(postgres->stack, &spec, PROGRAM_MS, reterr) : rc;
}

/* Clients run as we do: they read files that the server's user may not. */
static int run_sql(struct cli_postgres *postgres, const char *database, const char *sql,
                   struct qn_err *reterr)
{
    const char *const args[] = {"-X", "-q",    "-v", "ON_ERROR_STOP=1", "-h", postgres->sockets,
                                "-U", "quern", "-d", database,          "-c", sql,
                                NULL};

    return run_program(postgres, "psql", args, false, reterr);
}

/* ---- the cluster ---- */

/* Made beside its place and moved there, so that half a cluster never counts. */
static int make_cluster(struct cli_postgres *postgres, struct qn_err *reterr)
{
    char version[CLI_PATH_SIZE], unfinished[CLI_PATH_SIZE];
    int rc = cli_path_join(version, postgres->cluster, "PG_VERSION", reterr);

    if (rc == QN_OK)
        rc = cli_path_join(unfinished, postgres->folder->postgres, "unfinished", reterr);
    if (rc != QN_OK || access(version, F_OK) == 0)
        return rc;
    const char *const args[] = {
        "-D",   unfinished, "-U",      "quern",     "--auth=trust",      "-E",
        "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions", NULL};
    cli_tree_remove(unfinished);
    rc = run_program(postgres, "initdb", args, true, reterr);
    if (rc == QN_OK && rename(unfinished, postgres->cluster) < 0)
        rc = qn_fail_sys(reterr, "%s", postgres->cluster);
    postgres->was_made = rc == QN_OK;
    return rc;
}

/* Line n (from 1) of postmaster.pid: 1 is the process, 8 its state. */
static bool pid_file_line(const struct cli_postgres *postgres, int n, char *out, size_t size)
{
    char path[CLI_PATH_SIZE];
    FILE *file = NULL;

    if (cli_path_join(path, postgres->cluster, "postmaster.pid", NULL) == QN_OK)
        file = fopen(path, "re");
    if (!file)
        return false;
    char line[2 * CLI_PATH_SIZE]; /* one of them is a path */
    bool there = true;
    for (int i = 0; i < n && there; i++)
        there = fgets(line, sizeof(line), file) != NULL;
    fclose(file);
    if (!there)
        return false;
    line[strcspn(line, " \n")] = '\0';
    return qn_str_copy(out, size, line);
}

static bool is_server_of(int64_t pid, const char *cluster)
{
    char path[64], folder[CLI_PATH_SIZE];

    snprintf(path, sizeof(path), "/proc/%lld/cwd", (long long)pid);
    ssize_t len = readlink(path, folder, sizeof(folder) - 1);
    if (len <= 0)
        return false;
    folder[len] = '\0';
    return strcmp(folder, cluster) == 0;
}

static bool former_has_ended(void *arg)
{
    const struct cli_postgres *postgres = arg;
    char text[64];
    int64_t pid = 0;

    return !pid_file_line(postgres, 1, text, sizeof(text)) || qn_str_to_i64(text, &pid) != QN_OK ||
           pid <= 0 || !is_server_of(pid, postgres->cluster);
}

/* A killed run leaves postmaster.pid; its number may be another process by now,
 * which PostgreSQL would take for a server. The folder's lock is ours, so there is
 * none but one that is just about to end. */
static int clear_former(struct cli_postgres *postgres, struct qn_err *reterr)
{
    char path[CLI_PATH_SIZE];
    int64_t deadline = qn_mono_ms(&qn_clock_system) + FORMER_MS;
    int rc = QN_OK;

    while (rc == QN_OK && !former_has_ended(postgres)) {
        if (qn_mono_ms(&qn_clock_system) > deadline)
            return qn_fail(reterr, QN_EEXISTS,
                           "a PostgreSQL of a former run still works in %s: end it, or give "
                           "another folder with --data",
                           postgres->cluster);
        rc = cli_stack_rest(postgres->stack, 20, reterr);
    }
    if (rc == QN_OK)
        rc = cli_path_join(path, postgres->cluster, "postmaster.pid", reterr);
    if (rc == QN_OK && unlink(path) < 0 && errno != ENOENT)
        rc = qn_fail_sys(reterr, "%s", path);
    return rc;
}

static bool takes_connections(void *arg)
{
    const struct cli_postgres *postgres = arg;
    char text[64];
    int64_t pid = 0;

    return pid_file_line(postgres, 1, text, sizeof(text)) && qn_str_to_i64(text, &pid) == QN_OK &&
           pid == postgres->pid && pid_file_line(postgres, 8, text, sizeof(text)) &&
           strcmp(text, "ready") == 0;
}

static int start_server(struct cli_postgres *postgres, struct qn_err *reterr)
{
    const char *const argv[] = {postgres->server,
                                "-D",
                                postgres->cluster,
                                "-k",
                                postgres->sockets,
                                "-c",
                                "listen_addresses=",
                                "-c",
                                "unix_socket_permissions=0700",
                                "-c",
                                "synchronous_commit=off",
                                "-c",
                                "logging_collector=off",
                                NULL};
    struct cli_child *child = NULL;

    memcpy(postgres->argv, argv, sizeof(argv));
    /* INT is its fast shutdown, QUIT the immediate one; its own processes end with it. */
    const struct cli_child_spec spec = {
        .name = "postgres",
        .argv = postgres->argv,
        .folder = postgres->cluster,
        .uid = postgres->folder->postgres_uid,
        .gid = postgres->folder->postgres_gid,
        .stop_signal = SIGINT,
        .death_signal = SIGQUIT,
        .stop_ms = STOP_MS,
        .again = true,
    };
    int rc = cli_stack_start(postgres->stack, &spec, &child, reterr);
    if (rc != QN_OK)
        return rc;
    postgres->pid = cli_child_pid(child);
    return cli_stack_await(postgres->stack, child, READY_MS, takes_connections, postgres, reterr);
}

int cli_postgres_start(struct cli_postgres *postgres, struct cli_stack *stack,
                       const struct cli_folder *folder, struct qn_err *reterr)
{
    *postgres = (struct cli_postgres){.folder = folder, .stack = stack};
    int rc = find_programs(postgres, reterr);
    if (rc == QN_OK)
        rc = cli_path_join(postgres->cluster, folder->postgres, "cluster", reterr);
    if (rc == QN_OK)
        rc = cli_path_join(postgres->sockets, folder->run, "postgres", reterr);
    if (rc == QN_OK)
        rc = make_cluster(postgres, reterr);
    if (rc == QN_OK)
        rc = clear_former(postgres, reterr);
    return rc == QN_OK ? start_server(postgres, reterr) : rc;
}

/* ---- the shop ---- */

/* The scale is noted beside the cluster when all is loaded, and before that the note
 * is taken away: half a shop never counts. */
static int read_scale(const char *path)
{
    char text[32] = "";
    int64_t scale = 0;
    FILE *file = fopen(path, "re");

    if (!file)
        return 0;
    if (!fgets(text, sizeof(text), file))
        text[0] = '\0';
    fclose(file);
    text[strcspn(text, "\n")] = '\0';
    return qn_str_to_i64(text, &scale) == QN_OK && scale > 0 && scale <= CLI_SCALE_MAX ? (int)scale
                                                                                       : 0;
}

static int load(struct cli_postgres *postgres, const char *sql_file, int scale,
                struct qn_err *reterr)
{
    char scale_word[32];
    int rc = run_sql(postgres, "postgres", "DROP DATABASE IF EXISTS shop", reterr);

    snprintf(scale_word, sizeof(scale_word), "scale=%d", scale);
    const char *const args[] = {"-X", "-q",     "-v", "ON_ERROR_STOP=1", "-v", scale_word,
                                "-v", "seed=0", "-h", postgres->sockets, "-U", "quern",
                                "-d", "shop",   "-f", sql_file,          NULL};
    if (rc == QN_OK)
        rc = run_sql(postgres, "postgres", "CREATE DATABASE shop", reterr);
    if (rc == QN_OK)
        rc = run_program(postgres, "psql", args, false, reterr);
    if (rc == QN_OK)
        rc = run_sql(postgres, "shop", "ANALYZE", reterr);
    return rc;
}

/* Escapes what a URL's query does not hold as it is. */
static void add_url_path(struct qn_buf *out, const char *path)
{
    for (; *path; path++) {
        if (strchr("/-._~", *path) || (*path >= '0' && *path <= '9') ||
            (*path >= 'A' && *path <= 'Z') || (*path >= 'a' && *path <= 'z'))
            qn_buf_add_byte(out, *path);
        else
            qn_buf_printf(out, "%%%02X", (unsigned char)*path);
    }
}

static int make_url(struct cli_postgres *postgres, struct qn_err *reterr)
{
    struct qn_buf url;

    qn_buf_init(&url, sizeof(postgres->url) - 1);
    qn_buf_add_str(&url, "postgresql://quern@/shop?host=");
    add_url_path(&url, postgres->sockets);
    int rc = qn_buf_status(&url);
    if (rc == QN_OK)
        qn_str_copy(postgres->url, sizeof(postgres->url), url.data);
    qn_buf_release(&url);
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "%s: too long for a URL", postgres->sockets);
}

static bool noted(const char *path)
{
    return access(path, F_OK) == 0;
}

int cli_postgres_make_database(struct cli_postgres *postgres, struct qn_err *reterr)
{
    char made[CLI_PATH_SIZE], loaded[CLI_PATH_SIZE];
    int rc = cli_path_join(made, postgres->folder->postgres, "shop.empty", reterr);

    if (rc == QN_OK)
        rc = cli_path_join(loaded, postgres->folder->postgres, "shop.scale", reterr);
    if (rc == QN_OK)
        rc = make_url(postgres, reterr);
    if (rc != QN_OK || (!postgres->was_made && (noted(made) || noted(loaded))))
        return rc;
    rc = run_sql(postgres, "postgres", "DROP DATABASE IF EXISTS shop", reterr);
    if (rc == QN_OK)
        rc = run_sql(postgres, "postgres", "CREATE DATABASE shop", reterr);
    return rc == QN_OK ? cli_path_write(made, "", 0, reterr) : rc;
}

int cli_postgres_load_shop(struct cli_postgres *postgres, const char *sql_file, int scale,
                           struct qn_err *reterr)
{
    char note[CLI_PATH_SIZE], text[32];
    int rc = cli_path_join(note, postgres->folder->postgres, "shop.scale", reterr);

    if (rc == QN_OK)
        rc = make_url(postgres, reterr);
    if (rc != QN_OK)
        return rc;
    postgres->scale = postgres->was_made ? 0 : read_scale(note);
    if (postgres->scale > 0 && (scale == 0 || scale == postgres->scale))
        return QN_OK;
    postgres->scale = scale > 0 ? scale : 1;
    (void)unlink(note);
    rc = load(postgres, sql_file, postgres->scale, reterr);
    int len = snprintf(text, sizeof(text), "%d\n", postgres->scale);
    postgres->was_loaded = rc == QN_OK;
    return rc == QN_OK ? cli_path_write(note, text, (size_t)len, reterr) : rc;
}
