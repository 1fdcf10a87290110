/* zone_cache.h - zones by name, each read once, and anew when its file has changed.
 *
 * A package update puts new zone data under a program that runs. Asked for a zone, the cache
 * looks at its file again when the last look is recheck_ms old: device, inode, size and time of
 * change. Another file is read; one that is gone or cannot be read, as in the middle of an
 * update, leaves the zone as it was until the next look.
 *
 * What it returns is held by the caller as well: it stays as it is, also when the cache has
 * another one by now or is freed, until qn_zone_free(). Who keeps zones, such as quern-beat,
 * asks again from time to time and compares the pointers: another pointer means other data,
 * so that planned times are to be worked out anew.
 *
 * A name that is not known is asked for each time; at most QN_ZONE_CACHE_MAX zones are kept,
 * what is more is read each time. One thread.
 */
#ifndef CRON_ZONE_CACHE_H
#define CRON_ZONE_CACHE_H

#include "common/clock.h"
#include "zone.h"

#define QN_ZONE_CACHE_MAX 1024 /* there are some 600 names */

struct qn_zone_cache;

/* dir NULL: QN_ZONE_DIR. Clock and dir are borrowed. NULL: out of memory. */
struct qn_zone_cache *qn_zone_cache_create(const char *dir, const struct qn_clock *clock,
                                           int64_t recheck_ms);
void qn_zone_cache_free(struct qn_zone_cache *cache); /* NULL is fine */

/* The caller gives *ret back with qn_zone_free(). Errors as of qn_zone_load(). */
QN_MUST_CHECK int qn_zone_cache_get(struct qn_zone_cache *cache, const char *name,
                                    struct qn_zone **ret, struct qn_err *reterr);

#endif
