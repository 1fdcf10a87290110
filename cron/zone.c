#include "zone.h"

#include "calendar.h"
#include "common/mem.h"
#include "zone_rule.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct qn_zone {
    int32_t first; /* offset before the first change */
    size_t n;
    struct qn_zone_change *changes;
    bool has_rule;
    struct qn_zone_rule rule; /* for what comes behind the last change */
};

/* The file: RFC 9636, section 3. All integers are big-endian. */
#define HEAD_SIZE   44
#define TYPE_SIZE   6
#define TYPES_MAX   256
#define CHANGES_MAX 4096

struct head {
    char version;
    uint32_t isut, isstd, leap, time, type, chars;
};

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be_signed(const unsigned char *p, size_t size)
{
    if (size == 4)
        return (int32_t)be32(p);
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool read_head(const unsigned char *p, size_t len, struct head *ret)
{
    if (len < HEAD_SIZE || memcmp(p, "TZif", 4) != 0)
        return false;
    *ret = (struct head){
        .version = (char)p[4],
        .isut = be32(p + 20),
        .isstd = be32(p + 24),
        .leap = be32(p + 28),
        .time = be32(p + 32),
        .type = be32(p + 36),
        .chars = be32(p + 40),
    };
    return ret->type >= 1 && ret->type <= TYPES_MAX && ret->time <= CHANGES_MAX &&
           ret->chars <= QN_ZONE_FILE_MAX && ret->leap <= CHANGES_MAX && ret->isut <= TYPES_MAX &&
           ret->isstd <= TYPES_MAX;
}

static size_t block_size(const struct head *head, size_t time_size)
{
    return head->time * (time_size + 1) + (size_t)head->type * TYPE_SIZE + head->chars +
           head->leap * (time_size + 4) + head->isstd + head->isut;
}

/* Keeps only the moments at which the offset differs from before. */
static int read_changes(struct qn_zone *zone, const unsigned char *p, const struct head *head,
                        size_t time_size)
{
    const unsigned char *index = p + head->time * time_size;
    const unsigned char *types = index + head->time;
    int32_t offset = (int32_t)be32(types);

    zone->first = offset;
    zone->changes = qn_zalloc(head->time + 1, sizeof(*zone->changes));
    if (!zone->changes)
        return QN_ENOMEM;
    int64_t last = INT64_MIN;
    for (uint32_t i = 0; i < head->time; i++) {
        int64_t at = be_signed(p + i * time_size, time_size);
        if (index[i] >= head->type || at <= last)
            return QN_ECORRUPT;
        last = at;
        int32_t after = (int32_t)be32(types + (size_t)index[i] * TYPE_SIZE);
        if (after != offset)
            zone->changes[zone->n++] = (struct qn_zone_change){at, offset, after};
        offset = after;
    }
    return QN_OK;
}

static int read_footer(struct qn_zone *zone, const unsigned char *p, size_t len,
                       struct qn_err *reterr)
{
    if (len < 2 || p[0] != '\n')
        return qn_fail(reterr, QN_ECORRUPT, "the footer is missing");
    const unsigned char *end = memchr(p + 1, '\n', len - 1);
    if (!end)
        return qn_fail(reterr, QN_ECORRUPT, "the footer does not end");
    if (end == p + 1)
        return QN_OK;
    zone->has_rule = true;
    return qn_zone_rule_parse(&zone->rule, (const char *)p + 1, (size_t)(end - p - 1), reterr);
}

static int read_file(struct qn_zone *zone, const unsigned char *p, size_t len,
                     struct qn_err *reterr)
{
    struct head head;
    size_t time_size = 4;

    if (!read_head(p, len, &head))
        return qn_fail(reterr, QN_ECORRUPT, "not a TZif file");
    p += HEAD_SIZE;
    len -= HEAD_SIZE;
    if (head.version >= '2') {
        size_t old = block_size(&head, 4);
        if (len < old || !read_head(p + old, len - old, &head))
            return qn_fail(reterr, QN_ECORRUPT, "its 64-bit part is missing");
        p += old + HEAD_SIZE;
        len -= old + HEAD_SIZE;
        time_size = 8;
    }
    size_t size = block_size(&head, time_size);
    if (len < size)
        return qn_fail(reterr, QN_ECORRUPT, "it ends too early");
    int rc = read_changes(zone, p, &head, time_size);
    if (rc < 0)
        return qn_fail(reterr, rc,
                       rc == QN_ENOMEM ? "out of memory" : "its changes are in disorder");
    return time_size == 8 ? read_footer(zone, p + size, len - size, reterr) : QN_OK;
}

int qn_zone_parse(struct qn_zone **ret, const char *name, const void *bytes, size_t len,
                  struct qn_err *reterr)
{
    struct qn_err why = {0};
    struct qn_zone *zone = qn_zalloc(1, sizeof(*zone));

    if (!zone)
        return qn_fail(reterr, QN_ENOMEM, "time zone \"%s\": out of memory", name);
    int rc = read_file(zone, bytes, len, &why);
    if (rc < 0) {
        qn_zone_free(zone);
        return qn_fail(reterr, rc, "time zone \"%s\": %s", name, why.msg);
    }
    *ret = zone;
    return QN_OK;
}

void qn_zone_free(struct qn_zone *zone)
{
    if (!zone)
        return;
    qn_free(zone->changes);
    qn_free(zone);
}

/* Parts of [A-Za-z0-9+_-], joined by single slashes. */
static bool name_ok(const char *name)
{
    size_t len = strlen(name);
    bool part = false;

    if (len == 0 || len > QN_ZONE_NAME_MAX || strncmp(name, "right/", 6) == 0 ||
        strncmp(name, "posix", 5) == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (name[i] == '/' && !part)
            return false;
        part = name[i] != '/';
        if (part &&
            !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+_-", name[i]))
            return false;
    }
    return part;
}

static int read_zone_file(struct qn_zone **ret, const char *name, FILE *file, struct qn_err *reterr)
{
    unsigned char *bytes = qn_alloc(QN_ZONE_FILE_MAX);

    if (!bytes)
        return qn_fail(reterr, QN_ENOMEM, "time zone \"%s\": out of memory", name);
    size_t len = fread(bytes, 1, QN_ZONE_FILE_MAX, file);
    int rc = ferror(file) ? qn_fail(reterr, QN_ENOTFOUND, "time zone \"%s\" is not known", name)
                          : qn_zone_parse(ret, name, bytes, len, reterr);
    qn_free(bytes);
    return rc;
}

int qn_zone_load(struct qn_zone **ret, const char *name, const char *dir, struct qn_err *reterr)
{
    char path[4096];

    if (!name_ok(name))
        return qn_fail(reterr, QN_EINVAL, "\"%.80s\" is no name of a time zone", name);
    if (strcmp(name, "UTC") == 0) {
        *ret = qn_zalloc(1, sizeof(**ret));
        return *ret ? QN_OK : qn_fail(reterr, QN_ENOMEM, "time zone: out of memory");
    }
    if (snprintf(path, sizeof(path), "%s/%s", dir ? dir : QN_ZONE_DIR, name) >= (int)sizeof(path))
        return qn_fail(reterr, QN_EINVAL, "the zone directory's name is too long");
    FILE *file = fopen(path, "rbe");
    if (!file)
        return qn_fail(reterr, QN_ENOTFOUND, "time zone \"%s\" is not known (%s: %s)", name, path,
                       strerror(errno));
    int rc = read_zone_file(ret, name, file, reterr);
    fclose(file);
    return rc;
}

static int64_t last_change(const struct qn_zone *zone)
{
    return zone->n ? zone->changes[zone->n - 1].at_s : INT64_MIN;
}

static int year_of(int64_t second)
{
    return qn_date_of_days(qn_day_of_second(second)).year;
}

#define RULE_YEARS 5

/* The rule's real changes in the years around one, in order. A change that is
 * undone at the same moment is none. */
static size_t rule_window(const struct qn_zone *zone, int year,
                          struct qn_zone_change ret[2 * RULE_YEARS])
{
    struct qn_zone_rule_change all[2 * RULE_YEARS];
    size_t n = 0;

    if (!zone->has_rule || !zone->rule.has_summer)
        return 0;
    for (int i = 0; i < RULE_YEARS; i++)
        qn_zone_rule_changes(&zone->rule, year - 2 + i, &all[2 * i]);
    int32_t offset = all[0].after;
    for (size_t i = 1; i < 2 * RULE_YEARS; i++) {
        bool undone = i + 1 < 2 * RULE_YEARS && all[i + 1].at_s <= all[i].at_s;
        if (undone || all[i].after == offset)
            continue;
        if (all[i].at_s > last_change(zone))
            ret[n++] = (struct qn_zone_change){all[i].at_s, offset, all[i].after};
        offset = all[i].after;
    }
    return n;
}

/* The number of table changes at or before a second. */
static size_t table_position(const struct qn_zone *zone, int64_t second)
{
    size_t low = 0, high = zone->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].at_s <= second)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool qn_zone_change_before(const struct qn_zone *zone, int64_t second, struct qn_zone_change *ret)
{
    struct qn_zone_change window[2 * RULE_YEARS];
    size_t n = second > last_change(zone) ? rule_window(zone, year_of(second), window) : 0;

    while (n > 0) {
        if (window[--n].at_s <= second) {
            *ret = window[n];
            return true;
        }
    }
    size_t position = table_position(zone, second);
    if (position == 0)
        return false;
    *ret = zone->changes[position - 1];
    return true;
}

bool qn_zone_change_after(const struct qn_zone *zone, int64_t second, struct qn_zone_change *ret)
{
    struct qn_zone_change window[2 * RULE_YEARS];
    size_t position = table_position(zone, second);

    if (position < zone->n) {
        *ret = zone->changes[position];
        return true;
    }
    size_t n = rule_window(zone, year_of(second), window);
    for (size_t i = 0; i < n; i++) {
        if (window[i].at_s > second) {
            *ret = window[i];
            return true;
        }
    }
    return false;
}

int32_t qn_zone_offset(const struct qn_zone *zone, int64_t second)
{
    struct qn_zone_change change;

    if (qn_zone_change_before(zone, second, &change))
        return change.after;
    return zone->n == 0 && zone->has_rule ? zone->rule.standard : zone->first;
}
