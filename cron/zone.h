/* zone.h - an IANA time zone: the offset at any moment, and its changes.
 *
 * Reads TZif files (RFC 9636) by itself: versions 1 to 4, 64-bit data where
 * there is some, and the footer's POSIX TZ rule for the time behind the last
 * change. libc's zone functions are global, silent about unknown names and slow
 * to switch; see docs/dependencies.md.
 *
 * Names are strict: an unknown zone is an error, never UTC. "UTC" needs no file.
 *
 * A zone never changes. It is freed when all who hold it have given it back;
 * the count is for one thread.
 *
 * Not here: many zones, and files that change (zone_cache.h).
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
 * "..", posixrules, localtime, right/...), QN_ENOTFOUND, QN_ECORRUPT. */
QN_MUST_CHECK int qn_zone_load(struct qn_zone **ret, const char *name, const char *dir,
                               struct qn_err *reterr);
/* The same from the file's bytes. */
QN_MUST_CHECK int qn_zone_parse(struct qn_zone **ret, const char *name, const void *bytes,
                                size_t len, struct qn_err *reterr);
struct qn_zone *qn_zone_share(struct qn_zone *zone); /* one more holder */
void qn_zone_free(struct qn_zone *zone);             /* one less; NULL is fine */

/* Parts of [A-Za-z0-9+_-], joined by single slashes: it cannot leave a folder. */
bool qn_zone_name_ok(const char *name);

/* Seconds east of UTC at that Unix second. */
int32_t qn_zone_offset(const struct qn_zone *zone, int64_t second);

/* The time around a moment in which the offset stays the same, [begin_s, until_s).
 * QN_ZONE_EVER stands for no beginning and, negative, for no end. */
#define QN_ZONE_EVER (-(INT64_C(1) << 60))
struct qn_zone_span {
    int64_t begin_s, until_s;
    int32_t before, offset; /* before begin_s, and in the span */
};
void qn_zone_span_at(const struct qn_zone *zone, int64_t second, struct qn_zone_span *ret);

/* A moment at which the offset really changes. */
struct qn_zone_change {
    int64_t at_s;
    int32_t before, after;
};
/* The last one at or before a second; the first one after it. */
bool qn_zone_change_before(const struct qn_zone *zone, int64_t second, struct qn_zone_change *ret);
bool qn_zone_change_after(const struct qn_zone *zone, int64_t second, struct qn_zone_change *ret);

/* From this second on there is only a rule, or nothing any more: what follows repeats
 * every 400 years. */
int64_t qn_zone_settles_s(const struct qn_zone *zone);

/* RFC 3339 in whole seconds with the zone's offset: the instant, and what clocks there show.
 * An offset with seconds, as some were before 1972, is written without them, and the clock
 * time belongs to the offset written. Years 0 to 9999. */
#define QN_ZONE_TEXT_SIZE 32
void qn_zone_time_to_str(const struct qn_zone *zone, int64_t second, char out[QN_ZONE_TEXT_SIZE]);

#endif
