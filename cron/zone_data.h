/* zone_data.h - what a zone is made of, for zone.c, zone_file.c and zone_cache.c only. */
#ifndef CRON_ZONE_DATA_H
#define CRON_ZONE_DATA_H

#include "zone.h"
#include "zone_rule.h"
#include <sys/stat.h>

struct qn_zone {
    int holders;
    int32_t first; /* offset before the first change */
    size_t n;
    struct qn_zone_change *changes; /* in order, each to another offset */
    bool has_rule;
    struct qn_zone_rule rule; /* for what comes behind the last change */
};

#define QN_ZONE_PATH_SIZE 4096
/* QN_EINVAL for a name that cannot be one. */
QN_MUST_CHECK int qn_zone_path(const char *name, const char *dir, char out[QN_ZONE_PATH_SIZE],
                               struct qn_err *reterr);
/* *ret_stat is of the file that was read, whatever stands there by now. */
QN_MUST_CHECK int qn_zone_load_file(struct qn_zone **ret, const char *name, const char *path,
                                    struct stat *ret_stat, struct qn_err *reterr);

#endif
