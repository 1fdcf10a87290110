#include "settings.h"

#include "common/str.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ZONES    "/usr/share/zoneinfo"
#define ZONE_MAX 64

/* The file must be known before the environment and the arguments are applied,
 * though both are stronger than it: look for its name first. */
static const char *file_from_args(int argc, char *const *argv)
{
    for (int i = 1; i < argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--config=", 9) == 0)
            return argv[i] + 9;
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
            return argv[i + 1];
    }
    return NULL;
}

static const char *file_from_env(void)
{
    for (char *const *entry = environ; *entry; entry++) {
        if (strncmp(*entry, "QUERN_CONFIG=", 13) == 0 && (*entry)[13] != '\0')
            return *entry + 13;
    }
    return NULL;
}

static int read_file(struct qn_config *config, int argc, char *const *argv, struct qn_err *reterr)
{
    const char *path = file_from_args(argc, argv);

    if (!path)
        path = file_from_env();
    if (!path)
        return qn_config_read_file(config, ".env", false, reterr);
    return qn_config_read_file(config, path, true, reterr);
}

int qn_settings_load(struct qn_config *ret, enum qn_program program, int argc, char *const *argv,
                     int *ret_used, struct qn_err *reterr)
{
    int rc = qn_config_create(ret, qn_settings, (size_t)qn_settings_n, reterr);

    if (rc != QN_OK)
        return rc;
    rc = read_file(ret, argc, argv, reterr);
    if (rc == QN_OK)
        rc = qn_config_read_env(ret, environ, reterr);
    if (rc == QN_OK)
        rc = qn_config_read_args(ret, program, argc - 1, argv + 1, ret_used, reterr);
    if (rc != QN_OK && rc != QN_ENOTFOUND)
        qn_config_release(ret);
    return rc;
}

int qn_settings_level(const struct qn_config *config, enum qn_log_level *ret, struct qn_err *reterr)
{
    const struct qn_value *value = qn_config_value(config, "log-level");

    if (qn_log_level_parse(value->text, ret) != QN_OK)
        return qn_fail(reterr, QN_EINVAL,
                       "%s: log-level is one of debug, info, warn, error, not \"%.40s\"",
                       value->source, value->text);
    return QN_OK;
}

/* A relative path of the names that zones have. */
static bool is_zone_name(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len <= ZONE_MAX && name[0] != '/' && !strstr(name, "..") &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
               len;
}

static bool is_zone(const char *name)
{
    char path[sizeof(ZONES) + 1 + ZONE_MAX], magic[4] = "";

    if (!is_zone_name(name))
        return false;
    snprintf(path, sizeof(path), "%s/%s", ZONES, name);
    FILE *file = fopen(path, "re");
    bool is = file && fread(magic, 1, sizeof(magic), file) == sizeof(magic) &&
              memcmp(magic, "TZif", sizeof(magic)) == 0;
    if (file)
        fclose(file);
    return is;
}

int qn_settings_zone(const struct qn_config *config, struct qn_err *reterr)
{
    const struct qn_value *value = qn_config_value(config, "timezone");

    if (strcmp(value->text, "UTC") == 0 || access(ZONES, F_OK) < 0 || is_zone(value->text))
        return QN_OK;
    return qn_fail(reterr, QN_EINVAL,
                   "%s: timezone: there is no time zone \"%.60s\"; Europe/Berlin is one",
                   value->source, value->text);
}

int qn_settings_log(const struct qn_config *config, const char *program, struct qn_err *reterr)
{
    const char *format = qn_config_text(config, "log-format");
    enum qn_log_level level;

    int rc = qn_settings_level(config, &level, reterr);
    if (rc != QN_OK)
        return rc;
    if (strcmp(format, "json") != 0 && strcmp(format, "text") != 0)
        return qn_fail(reterr, QN_EINVAL, "log-format: \"%s\" is neither json nor text", format);
    qn_log_setup(program, level, strcmp(format, "json") == 0 ? QN_LOG_JSON : QN_LOG_TEXT);
    return QN_OK;
}
