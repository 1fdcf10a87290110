/* doctor_place.c - this machine: the folder of result files, the settings, the system. */
#include "broker-client/settings.h"
#include "common/str.h"
#include "doctor.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TEXT_SIZE        1024
#define SPACE_BYTES      (INT64_C(1) << 30)
#define SPACE_PERCENT    5
#define NAME_MAX_        64
#define FDS_PER_EXECUTOR 4 /* as a worker counts them */
#define FDS_SPARE        64

/* ---- the folder ---- */

static void look_at_space(struct cli_doctor *doctor, const char *name, const char *folder)
{
    struct statvfs fs;
    char free_text[QN_MS_TEXT_SIZE];

    if (statvfs(folder, &fs) < 0 || fs.f_blocks == 0) {
        cli_doctor_ok(doctor, name, "%s", folder);
        return;
    }
    int64_t left = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
    int64_t percent = (int64_t)(100.0 * (double)fs.f_bavail / (double)fs.f_blocks);
    qn_bytes_to_str(left / (1024 * 1024) * (1024 * 1024), free_text);
    if (left >= SPACE_BYTES && percent >= SPACE_PERCENT)
        cli_doctor_ok(doctor, name, "%s, %s free", folder, free_text);
    else
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WARNING,
                                            "jobs with result files fail when it is full",
                                            "find <artifact-dir> -type f -mtime +31 -delete"},
                       "%s: %s are free, %lld %%", folder, free_text, (long long)percent);
}

static void check_folder(struct cli_doctor *doctor, const char *name)
{
    static const char why[] = "jobs with result files fail";
    const char *folder = qn_config_text(&doctor->cli->config, "artifact-dir");
    char todo[TEXT_SIZE];
    struct stat is;

    snprintf(todo, sizeof(todo), "mkdir -p %s, writable for the user of quern-worker", folder);
    struct qn_verdict wrong = {name, QN_VERDICT_WRONG, why, todo};
    if (folder[0] == '\0')
        qn_verdict_add(&doctor->verdicts, &wrong, "artifact-dir is empty");
    else if (stat(folder, &is) < 0)
        qn_verdict_add(&doctor->verdicts, &wrong, "%s: %s", folder, strerror(errno));
    else if (!S_ISDIR(is.st_mode))
        qn_verdict_add(&doctor->verdicts, &wrong, "%s is no folder", folder);
    else if (access(folder, W_OK | X_OK) < 0)
        qn_verdict_add(&doctor->verdicts, &wrong, "%s is not writable for this user", folder);
    else
        look_at_space(doctor, name, folder);
}

/* ---- variables ---- */

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Letters to change, add or take away (Levenshtein). */
static int distance(const char *a, const char *b)
{
    int row[NAME_MAX_ + 1];
    size_t n = strlen(b);

    if (n > NAME_MAX_ || strlen(a) > NAME_MAX_)
        return NAME_MAX_;
    for (size_t j = 0; j <= n; j++)
        row[j] = (int)j;
    for (size_t i = 1; a[i - 1]; i++) {
        int above_left = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= n; j++) {
            int above = row[j];
            row[j] = least(above_left + (a[i - 1] != b[j - 1]), least(above, row[j - 1]) + 1);
            above_left = above;
        }
    }
    return row[n];
}

static bool is_known(const char *variable)
{
    for (int i = 0; i < qn_settings_n; i++)
        if (strcmp(qn_settings[i].env, variable) == 0)
            return true;
    return qn_str_starts(variable, "QUERN_JOB_"); /* given to programs that are tasks */
}

/* One that is at most two letters away, or NULL. */
static const char *nearest(const char *variable)
{
    const char *near = NULL;
    int most = 2;

    for (int i = 0; i < qn_settings_n; i++) {
        int far = distance(variable, qn_settings[i].env);
        if (far < most || (far == most && !near)) {
            near = qn_settings[i].env;
            most = far;
        }
    }
    return near;
}

static void tell_unknown(struct cli_doctor *doctor, const char *name, const char *variable)
{
    const char *near = nearest(variable);
    char todo[TEXT_SIZE];

    snprintf(todo, sizeof(todo), near ? "set %s instead" : "quern config lists the settings", near);
    qn_verdict_add(&doctor->verdicts,
                   &(struct qn_verdict){name, near ? QN_VERDICT_WRONG : QN_VERDICT_WARNING,
                                        "no program reads it, so what it says is not done", todo},
                   "%s is the name of no setting", variable);
}

static void check_variables(struct cli_doctor *doctor, const char *name)
{
    int unknown = 0;

    for (char *const *entry = environ; *entry; entry++) {
        char variable[NAME_MAX_ + 1];
        size_t len = strcspn(*entry, "=");
        if (!qn_str_starts(*entry, "QUERN_") || len > NAME_MAX_)
            continue;
        snprintf(variable, sizeof(variable), "%.*s", (int)len, *entry);
        if (is_known(variable))
            continue;
        unknown++;
        tell_unknown(doctor, name, variable);
    }
    if (unknown == 0)
        cli_doctor_ok(doctor, name, "every QUERN_ variable is a setting");
}

/* ---- settings ---- */

static void check_limits(struct cli_doctor *doctor, const char *name)
{
    const struct qn_config *config = &doctor->cli->config;
    const char *soft = qn_config_text(config, "soft-limit");
    const char *hard = qn_config_text(config, "hard-limit");

    if (qn_config_number(config, "soft-limit") <= qn_config_number(config, "hard-limit"))
        cli_doctor_ok(doctor, name, "asked to stop after %s, killed after %s", soft, hard);
    else
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WRONG,
                                            "a worker with these settings does not start",
                                            "set QUERN_SOFT_LIMIT below QUERN_HARD_LIMIT"},
                       "soft-limit (%s) is above hard-limit (%s)", soft, hard);
}

/* The file that the setting comes from, when it holds something to be masked. */
static bool secret_file(const struct qn_config *config, size_t row, char out[TEXT_SIZE])
{
    const struct qn_value *value = &config->values[row];
    char shown[TEXT_SIZE];

    qn_config_show(config, row, shown, sizeof(shown));
    if (!config->table[row].secret || value->origin != QN_FROM_FILE || !strstr(shown, "***") ||
        !strrchr(value->source, ':'))
        return false;
    snprintf(out, TEXT_SIZE, "%.*s", (int)(strrchr(value->source, ':') - value->source),
             value->source);
    return true;
}

static void check_secrets(struct cli_doctor *doctor, const char *name)
{
    const struct qn_config *config = &doctor->cli->config;
    char file[TEXT_SIZE], todo[TEXT_SIZE + 16];
    struct stat is;

    for (size_t row = 0; row < config->n; row++) {
        if (!secret_file(config, row, file) || stat(file, &is) < 0)
            continue;
        snprintf(todo, sizeof(todo), "chmod o-rwx %s", file);
        if (is.st_mode & S_IROTH)
            qn_verdict_add(&doctor->verdicts,
                           &(struct qn_verdict){name, QN_VERDICT_WARNING,
                                                "every user of this machine knows it", todo},
                           "%s holds the secret %s and all may read it", file,
                           config->table[row].name);
        else
            cli_doctor_ok(doctor, name, "%s is not for all to read", file);
        return;
    }
}

/* ---- the machine ---- */

static void check_zones(struct cli_doctor *doctor, const char *name)
{
    const struct qn_config *config = &doctor->cli->config;
    struct qn_err err = {0};

    if (qn_settings_zone(config, &err) != QN_OK)
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WRONG,
                                            "worker and beat do not start with it",
                                            "set QUERN_TIMEZONE to a name below "
                                            "/usr/share/zoneinfo"},
                       "%s", err.msg);
    else if (access("/usr/share/zoneinfo/UTC", R_OK) < 0)
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WARNING, "schedules know UTC only",
                                            "apt-get install tzdata"},
                       "this machine has no time zones");
    else
        cli_doctor_ok(doctor, name, "timezone is %s", qn_config_text(config, "timezone"));
}

static void check_files(struct cli_doctor *doctor, const char *name)
{
    const struct qn_config *config = &doctor->cli->config;
    int64_t worker = qn_config_number(config, "concurrency") * FDS_PER_EXECUTOR + FDS_SPARE;
    int64_t api = qn_config_number(config, "max-connections") + FDS_SPARE;
    int64_t need = worker > api ? worker : api;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    if (limit.rlim_max == RLIM_INFINITY || (int64_t)limit.rlim_max >= need)
        cli_doctor_ok(doctor, name, "the limit is enough for these settings");
    else
        qn_verdict_add(&doctor->verdicts,
                       &(struct qn_verdict){name, QN_VERDICT_WARNING,
                                            "executors or connections fail under load",
                                            "ulimit -Hn 65536, or LimitNOFILE=65536 in the "
                                            "service"},
                       "a process may open %lld files, concurrency and max-connections need %lld",
                       (long long)limit.rlim_max, (long long)need);
}

const struct cli_doctor_check cli_doctor_place[] = {
    {"artifact-dir", check_folder},
    {"variables", check_variables},
    {"limits", check_limits},
    {"secrets", check_secrets},
    {"time-zones", check_zones},
    {"open-files", check_files},
    {NULL, NULL},
};
