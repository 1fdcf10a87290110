/* zone_file.c - zones from TZif files. */
#include "common/mem.h"
#include "zone_data.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file: RFC 9636, section 3. All integers are big-endian. */
#define HEAD_SIZE   44
#define TYPE_SIZE   6
#define TYPES_MAX   256
#define CHANGES_MAX 4096
/* What the standard lets an offset be: 25 hours west to 26 east, less a second. */
#define OFFSET_MIN (-89999)
#define OFFSET_MAX 93599

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

static bool read_offset(const unsigned char *types, uint32_t type, int32_t *ret)
{
    *ret = (int32_t)be32(types + (size_t)type * TYPE_SIZE);
    return *ret >= OFFSET_MIN && *ret <= OFFSET_MAX;
}

/* Keeps only the moments at which the offset differs from before. */
static int read_changes(struct qn_zone *zone, const unsigned char *p, const struct head *head,
                        size_t time_size)
{
    const unsigned char *index = p + head->time * time_size;
    const unsigned char *types = index + head->time;
    int64_t last = QN_ZONE_EVER;
    int32_t offset = 0, after = 0;

    if (!read_offset(types, 0, &offset))
        return QN_ECORRUPT;
    zone->first = offset;
    zone->changes = qn_zalloc(head->time + 1, sizeof(*zone->changes));
    if (!zone->changes)
        return QN_ENOMEM;
    for (uint32_t i = 0; i < head->time; i++) {
        int64_t at = be_signed(p + i * time_size, time_size);
        if (index[i] >= head->type || at <= last || at >= -QN_ZONE_EVER ||
            !read_offset(types, index[i], &after))
            return QN_ECORRUPT;
        last = at;
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
    if (head.leap > 0)
        return qn_fail(reterr, QN_ECORRUPT, "it counts leap seconds");
    int rc = read_changes(zone, p, &head, time_size);
    if (rc < 0)
        return qn_fail(reterr, rc,
                       rc == QN_ENOMEM ? "out of memory" : "its changes are in disorder");
    return time_size == 8 ? read_footer(zone, p + size, len - size, reterr) : QN_OK;
}

static struct qn_zone *create(void)
{
    struct qn_zone *zone = qn_zalloc(1, sizeof(*zone));

    if (zone)
        zone->holders = 1;
    return zone;
}

int qn_zone_parse(struct qn_zone **ret, const char *name, const void *bytes, size_t len,
                  struct qn_err *reterr)
{
    struct qn_err why = {0};
    struct qn_zone *zone = create();

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

bool qn_zone_name_ok(const char *name)
{
    size_t len = strlen(name);
    bool part = false;

    if (len == 0 || len > QN_ZONE_NAME_MAX || strncmp(name, "right/", 6) == 0 ||
        strncmp(name, "posix", 5) == 0 || strcmp(name, "localtime") == 0)
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

static int read_all(int fd, unsigned char *out, size_t size, size_t *ret_len)
{
    size_t len = 0;
    ssize_t n = 1;

    while (n != 0 && len < size) {
        n = read(fd, out + len, size - len);
        if (n < 0 && errno != EINTR)
            return QN_ESYS;
        len += n > 0 ? (size_t)n : 0;
    }
    *ret_len = len;
    return QN_OK;
}

static int load_fd(struct qn_zone **ret, const char *name, int fd, struct qn_err *reterr)
{
    unsigned char *bytes = qn_alloc(QN_ZONE_FILE_MAX);
    size_t len = 0;

    if (!bytes)
        return qn_fail(reterr, QN_ENOMEM, "time zone \"%s\": out of memory", name);
    int rc = read_all(fd, bytes, QN_ZONE_FILE_MAX, &len);
    rc = rc < 0 ? qn_fail_sys(reterr, "time zone \"%s\"", name)
                : qn_zone_parse(ret, name, bytes, len, reterr);
    qn_free(bytes);
    return rc;
}

int qn_zone_path(const char *name, const char *dir, char out[QN_ZONE_PATH_SIZE],
                 struct qn_err *reterr)
{
    if (!qn_zone_name_ok(name))
        return qn_fail(reterr, QN_EINVAL, "\"%.80s\" is no name of a time zone", name);
    if (snprintf(out, QN_ZONE_PATH_SIZE, "%s/%s", dir ? dir : QN_ZONE_DIR, name) >=
        QN_ZONE_PATH_SIZE)
        return qn_fail(reterr, QN_EINVAL, "the zone directory's name is too long");
    return QN_OK;
}

int qn_zone_load_file(struct qn_zone **ret, const char *name, const char *path,
                      struct stat *ret_stat, struct qn_err *reterr)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int rc;

    if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
        return qn_fail_sys(reterr, "time zone \"%s\": %s", name, path);
    if (fd < 0 || fstat(fd, ret_stat) != 0 || !S_ISREG(ret_stat->st_mode))
        rc = qn_fail(reterr, QN_ENOTFOUND, "time zone \"%s\" is not known", name);
    else
        rc = load_fd(ret, name, fd, reterr);
    if (fd >= 0)
        close(fd);
    return rc;
}

int qn_zone_load(struct qn_zone **ret, const char *name, const char *dir, struct qn_err *reterr)
{
    char path[QN_ZONE_PATH_SIZE];
    struct stat unused;

    if (strcmp(name, "UTC") == 0) {
        *ret = create();
        return *ret ? QN_OK : qn_fail(reterr, QN_ENOMEM, "time zone \"UTC\": out of memory");
    }
    int rc = qn_zone_path(name, dir, path, reterr);
    return rc == QN_OK ? qn_zone_load_file(ret, name, path, &unused, reterr) : rc;
}
