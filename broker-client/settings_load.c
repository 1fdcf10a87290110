#include "settings.h"

#include "common/log.h"
#include <string.h>

extern char **environ;

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

int qn_settings_log(const struct qn_config *config, const char *program, struct qn_err *reterr)
{
    const char *level_text = qn_config_text(config, "log-level");
    const char *format = qn_config_text(config, "log-format");
    enum qn_log_level level;

    if (qn_log_level_parse(level_text, &level) != QN_OK)
        return qn_fail(reterr, QN_EINVAL, "log-level: \"%s\" is none of debug, info, warn, error",
                       level_text);
    if (strcmp(format, "json") != 0 && strcmp(format, "text") != 0)
        return qn_fail(reterr, QN_EINVAL, "log-format: \"%s\" is neither json nor text", format);
    qn_log_setup(program, level, strcmp(format, "json") == 0 ? QN_LOG_JSON : QN_LOG_TEXT);
    return QN_OK;
}
