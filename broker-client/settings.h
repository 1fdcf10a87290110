/* settings.h - the one table of settings, shared by all programs.
 *
 * file < environment < arguments. The file is --config, QUERN_CONFIG, else
 * ./.env when it is there. docs/configuration.md is checked against the table.
 */
#ifndef BROKER_CLIENT_SETTINGS_H
#define BROKER_CLIENT_SETTINGS_H

#include "common/config.h"
#include "common/log.h"

enum qn_program {
    QN_PROG_CLI = 1,
    QN_PROG_API = 2,
    QN_PROG_WORKER = 4,
    QN_PROG_BEAT = 8,
    QN_PROG_ALL = 15,
};

extern const struct qn_setting qn_settings[];
extern const int qn_settings_n;

/* Presets, file, environment, then the options at the front of argv that belong
 * to program. *ret_used words of argv (from argv[1] on) were options. QN_ENOTFOUND
 * at an option that is no setting of this program: *ret is filled with what came
 * before it, for a caller that has options of its own. */
QN_MUST_CHECK int qn_settings_load(struct qn_config *ret, enum qn_program program, int argc,
                                   char *const *argv, int *ret_used, struct qn_err *reterr);

QN_MUST_CHECK int qn_settings_level(const struct qn_config *config, enum qn_log_level *ret,
                                    struct qn_err *reterr);
/* Whether this machine knows the setting timezone; it is so where it knows none. */
QN_MUST_CHECK int qn_settings_zone(const struct qn_config *config, struct qn_err *reterr);

/* Level and format of the log lines of this program, from the settings. */
QN_MUST_CHECK int qn_settings_log(const struct qn_config *config, const char *program,
                                  struct qn_err *reterr);

#endif
