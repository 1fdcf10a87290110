#include "zone_cache.h"

#include "common/mem.h"
#include "common/str.h"
#include "zone_data.h"
#include <string.h>

struct entry {
    char name[QN_ZONE_NAME_MAX + 1];
    struct qn_zone *zone;
    struct stat file; /* zeroes: there is none, as for UTC */
    int64_t looked_ms;
};

struct qn_zone_cache {
    const char *dir;
    const struct qn_clock *clock;
    int64_t recheck_ms;
    size_t n;
    struct entry *all[QN_ZONE_CACHE_MAX]; /* by name */
};

struct qn_zone_cache *qn_zone_cache_create(const char *dir, const struct qn_clock *clock,
                                           int64_t recheck_ms)
{
    struct qn_zone_cache *cache = qn_zalloc(1, sizeof(*cache));

    if (cache) {
        cache->dir = dir;
        cache->clock = clock;
        cache->recheck_ms = recheck_ms;
    }
    return cache;
}

void qn_zone_cache_free(struct qn_zone_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < cache->n; i++) {
        qn_zone_free(cache->all[i]->zone);
        qn_free(cache->all[i]);
    }
    qn_free(cache);
}

/* Where the name is, or belongs. */
static size_t position(const struct qn_zone_cache *cache, const char *name, bool *ret_there)
{
    size_t low = 0, high = cache->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(cache->all[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_there = low < cache->n && strcmp(cache->all[low]->name, name) == 0;
    return low;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int load(const struct qn_zone_cache *cache, const char *name, struct entry *ret,
                struct qn_err *reterr)
{
    char path[QN_ZONE_PATH_SIZE];

    ret->looked_ms = qn_mono_ms(cache->clock);
    if (strcmp(name, "UTC") == 0)
        return qn_zone_load(&ret->zone, name, cache->dir, reterr);
    int rc = qn_zone_path(name, cache->dir, path, reterr);
    return rc == QN_OK ? qn_zone_load_file(&ret->zone, name, path, &ret->file, reterr) : rc;
}

static void look_again(const struct qn_zone_cache *cache, struct entry *entry)
{
    char path[QN_ZONE_PATH_SIZE];
    struct entry fresh = {.zone = NULL};
    struct stat file;
    int64_t now = qn_mono_ms(cache->clock);

    if (now - entry->looked_ms < cache->recheck_ms || entry->file.st_ino == 0)
        return;
    entry->looked_ms = now;
    if (qn_zone_path(entry->name, cache->dir, path, NULL) != QN_OK || stat(path, &file) != 0 ||
        same_file(&file, &entry->file) || load(cache, entry->name, &fresh, NULL) != QN_OK)
        return;
    qn_zone_free(entry->zone);
    entry->zone = fresh.zone;
    entry->file = fresh.file;
}

/* Without memory for it, or at the bound, the zone is not kept. */
static void keep(struct qn_zone_cache *cache, size_t at, const char *name,
                 const struct entry *loaded)
{
    struct entry *entry = cache->n < QN_ZONE_CACHE_MAX ? qn_alloc(sizeof(*entry)) : NULL;

    if (!entry)
        return;
    *entry = *loaded;
    qn_str_copy(entry->name, sizeof(entry->name), name);
    qn_zone_share(entry->zone);
    memmove(&cache->all[at + 1], &cache->all[at], (cache->n - at) * sizeof(cache->all[0]));
    cache->all[at] = entry;
    cache->n++;
}

int qn_zone_cache_get(struct qn_zone_cache *cache, const char *name, struct qn_zone **ret,
                      struct qn_err *reterr)
{
    struct entry loaded = {.zone = NULL};
    bool there;
    size_t at = position(cache, name, &there);

    if (there) {
        look_again(cache, cache->all[at]);
        *ret = qn_zone_share(cache->all[at]->zone);
        return QN_OK;
    }
    int rc = load(cache, name, &loaded, reterr);
    if (rc < 0)
        return rc;
    keep(cache, at, name, &loaded);
    *ret = loaded.zone;
    return QN_OK;
}
