/* config_set.h - how the readers of config_read.c give a value to config.c. */
#ifndef COMMON_CONFIG_SET_H
#define COMMON_CONFIG_SET_H

#include "config.h"

struct qn_given {
    const char *text;
    enum qn_setting_origin origin;
    int rank;
    const char *source; /* "quern.conf:12" */
};

/* The value is checked always, and taken unless a stronger one is there. */
QN_MUST_CHECK int qn_config_set(struct qn_config *config, size_t row, const struct qn_given *given,
                                struct qn_err *reterr);

#endif
