/* config.h - settings from a table: file < environment < arguments.
 *
 * The caller owns the table (one row per setting) and the values. The engine
 * knows no setting by name. A bad value or one out of bounds is an error that
 * says file and line, variable or option, wherever it stands.
 *
 * A file is UTF-8 of at most 1 MiB, with lines that end in LF or CRLF:
 *
 *   # a comment
 *   name = value              the long option's name
 *   QUERN_NAME=value          .env style, "export " in front is allowed
 *   name = value  # comment   after a blank; a # without one is of the value
 *   name = 'as it stands'     no escapes
 *   name = "with \n \r \t \" \\ \$"
 *
 * Nothing is expanded or executed. The last line wins. An unknown name is an
 * error, but for names in capitals that do not begin as the table's variables do:
 * a .env is shared with other programs.
 *
 * In the environment, variables that no row knows and empty ones are not seen.
 */
#ifndef COMMON_CONFIG_H
#define COMMON_CONFIG_H

#include <quern/err.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum qn_setting_type { QN_SET_TEXT, QN_SET_INTEGER, QN_SET_BOOLEAN, QN_SET_DURATION, QN_SET_BYTES };

#define QN_SETTING_ALIASES 3

struct qn_setting {
    const char *name;                        /* "broker-url": option --broker-url, in files too */
    const char *env;                         /* "QUERN_BROKER_URL" */
    const char *aliases[QN_SETTING_ALIASES]; /* other variables, weaker than env, in order */
    enum qn_setting_type type;
    const char *preset; /* as text; NULL: empty */
    int64_t min, max;   /* INTEGER; DURATION in ms; BYTES. Both 0: no bounds */
    bool secret;        /* printed as ***; in a URL only the password is masked */
    unsigned programs;  /* bit set of who reads it, the caller's meaning */
    const char *doc;
};

enum qn_setting_origin { QN_FROM_PRESET, QN_FROM_FILE, QN_FROM_ENV, QN_FROM_ARGS };

struct qn_value {
    char *text;     /* owned; "" when empty */
    int64_t number; /* INTEGER, DURATION (ms), BYTES, BOOLEAN (0/1) */
    enum qn_setting_origin origin;
    int rank;         /* within the origin: 0 for the setting's own name, -1, ... for aliases */
    char source[128]; /* "quern.conf:12", "REDIS_URL", "--broker-url" */
};

struct qn_config {
    const struct qn_setting *table;
    size_t n;
    struct qn_value *values; /* one per row */
};

QN_MUST_CHECK int qn_config_create(struct qn_config *ret, const struct qn_setting *table, size_t n,
                                   struct qn_err *reterr); /* with presets */
void qn_config_release(struct qn_config *config);

QN_MUST_CHECK int qn_config_read_file(struct qn_config *config, const char *path, bool must_exist,
                                      struct qn_err *reterr);
QN_MUST_CHECK int qn_config_read_env(struct qn_config *config, char *const *environ_,
                                     struct qn_err *reterr);
/* argv[0] is the first word to read, not the program's name. Reads options of rows
 * that have a bit of programs: --name value, --name=value; a boolean takes a value
 * after "=" only and is true without. Stops at the first word that is no option or
 * after "--". An option that no row has is QN_ENOTFOUND, so that the caller may
 * know it. *ret_used is the number of words read before, also then. */
QN_MUST_CHECK int qn_config_read_args(struct qn_config *config, unsigned programs, int argc,
                                      char *const *argv, int *ret_used, struct qn_err *reterr);

/* By name; a name that is not in the table is a bug and aborts. */
const char *qn_config_text(const struct qn_config *config, const char *name);
int64_t qn_config_number(const struct qn_config *config, const char *name);
bool qn_config_flag(const struct qn_config *config, const char *name);
const struct qn_value *qn_config_value(const struct qn_config *config, const char *name);

/* Puts each value that is not empty into the process environment under its
 * env name. */
QN_MUST_CHECK int qn_config_export(const struct qn_config *config, struct qn_err *reterr);

/* What a person may see: secrets masked, long values cut. */
void qn_config_show(const struct qn_config *config, size_t row, char *out, size_t size);

#endif
