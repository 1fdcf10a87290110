/* zone.h - an IANA time zone: the offset at any moment, and its changes.
 *
 * Reads TZif files (RFC 9636) by itself: versions 1 to 4, 64-bit data where
 * there is some, and the footer's POSIX TZ rule for the time behind the last
 * change. libc's zone functions are global, silent about unknown names and slow
 * to switch; see docs/dependencies.md.
 *
 * Names are strict: an unknown zone is an error, never UTC. "UTC" needs no file.
 */
#ifndef CRON_ZONE_H
#define CRON_ZONE_H

#include <quern/err.h>
#include <stddef.h>
#include <stdint.h>

#define QN_ZONE_DIR      "/usr/share/zoneinfo"
#define QN_ZONE_NAME_MAX 64
#define QN_ZONE_FILE_MAX (64 * 1024)

struct qn_zone;

/* dir NULL: QN_ZONE_DIR. QN_EINVAL for a name that cannot be one (absolute,
 * "..", posixrules, right/...), QN_ENOTFOUND, QN_ECORRUPT. */
QN_MUST_CHECK int qn_zone_load(struct qn_zone **ret, const char *name, const char *dir,
                               struct qn_err *reterr);
/* The same from the file's bytes. */
QN_MUST_CHECK int qn_zone_parse(struct qn_zone **ret, const char *name, const void *bytes,
                                size_t len, struct qn_err *reterr);
void qn_zone_free(struct qn_zone *zone);

/* Seconds east of UTC at that Unix second. */
int32_t qn_zone_offset(const struct qn_zone *zone, int64_t second);

/* A moment at which the offset really changes. */
struct qn_zone_change {
    int64_t at_s;
    int32_t before, after;
};
/* The last one at or before a second; the first one after it. */
bool qn_zone_change_before(const struct qn_zone *zone, int64_t second, struct qn_zone_change *ret);
bool qn_zone_change_after(const struct qn_zone *zone, int64_t second, struct qn_zone_change *ret);

#endif
