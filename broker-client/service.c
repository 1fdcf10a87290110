#include "service.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/notify.h"
#include "common/str.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS       1000
#define PER_WATCHDOG  3 /* looks, so that one may be missed */
#define LINE_MAX_SIZE (QN_SERVICE_WHY_MAX + 64)

struct qn_service {
    struct qn_service_options o;
    struct qn_notify notify;
    struct qn_timer *timer;
    bool said_ready;
    bool stopping;
    bool complained; /* about the file */
    char why[QN_SERVICE_WHY_MAX];
};

static const char *word_of(const struct qn_service_state *state)
{
    return !state->turns ? "stuck" : state->ready ? "ready" : "waiting";
}

/* ---- the file ---- */

static int write_line(const char *path, const char *line)
{
    size_t len = strlen(line);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);

    if (fd < 0)
        return -errno;
    int rc = write(fd, line, len) == (ssize_t)len ? 0 : -EIO;
    return close(fd) < 0 ? -errno : rc;
}

/* Whoever reads sees the old line or the new one. */
static int replace_file(const char *path, const char *line)
{
    char beside[PATH_MAX];
    int len = snprintf(beside, sizeof(beside), "%s.new", path);

    if (len < 0 || (size_t)len >= sizeof(beside))
        return -ENAMETOOLONG;
    int rc = write_line(beside, line);
    return rc == 0 && rename(beside, path) < 0 ? -errno : rc;
}

static void tell_file(struct qn_service *service, const struct qn_service_state *state)
{
    char line[LINE_MAX_SIZE];

    if (service->o.file[0] == '\0')
        return;
    snprintf(line, sizeof(line), "%s %lld %s\n", word_of(state),
             (long long)qn_mono_ms(service->o.clock), state->why);
    int rc = replace_file(service->o.file, line);
    if (rc < 0 && !service->complained)
        qn_log(QN_LOG_ERROR, "the health file cannot be written", QN_STR("path", service->o.file),
               QN_STR("why", strerror(-rc)));
    service->complained = rc < 0;
}

static int parse_fields(char *line, struct qn_service_state *ret, int64_t *ret_ms)
{
    char *time = strchr(line, ' ');
    char *why = time ? strchr(time + 1, ' ') : NULL;

    if (!why)
        return QN_EINVAL;
    *time++ = *why++ = '\0';
    ret->ready = strcmp(line, "ready") == 0;
    ret->turns = ret->ready || strcmp(line, "waiting") == 0;
    if (!ret->turns && strcmp(line, "stuck") != 0)
        return QN_EINVAL;
    snprintf(ret->why, sizeof(ret->why), "%.*s", (int)strcspn(why, "\n"), why);
    return qn_str_to_i64(time, ret_ms);
}

int qn_service_parse(const char *line, int64_t now_mono_ms, struct qn_service_state *ret,
                     struct qn_err *reterr)
{
    char copy[LINE_MAX_SIZE];
    int64_t at_ms;

    *ret = (struct qn_service_state){.ready = false};
    if (strlen(line) >= sizeof(copy))
        return qn_fail(reterr, QN_EINVAL, "no line of a health file");
    qn_str_copy(copy, sizeof(copy), line);
    if (parse_fields(copy, ret, &at_ms) != QN_OK)
        return qn_fail(reterr, QN_EINVAL, "no line of a health file");
    int64_t age_ms = now_mono_ms - at_ms;
    if (age_ms >= 0 && age_ms <= QN_SERVICE_FRESH_MS)
        return QN_OK;
    *ret = (struct qn_service_state){.ready = false};
    snprintf(ret->why, sizeof(ret->why), "nothing was heard for %lld ms", (long long)age_ms);
    return QN_OK;
}

/* ---- the service manager ---- */

static void tell_manager(struct qn_service *service, const struct qn_service_state *state)
{
    char message[QN_NOTIFY_MAX];
    bool now_ready = state->ready && !service->said_ready && !service->stopping;
    bool changed = strcmp(state->why, service->why) != 0;
    int len = 0;

    message[0] = '\0';
    if (now_ready)
        len += snprintf(message + len, sizeof(message) - (size_t)len, "READY=1\n");
    if (changed)
        len += snprintf(message + len, sizeof(message) - (size_t)len, "STATUS=%s\n", state->why);
    if (service->notify.watchdog_ms > 0 && state->turns)
        len += snprintf(message + len, sizeof(message) - (size_t)len, "WATCHDOG=1\n");
    if (len == 0 || qn_notify_say(&service->notify, message) != QN_OK)
        return; /* said again at the next look */
    service->said_ready = service->said_ready || now_ready;
    qn_str_copy(service->why, sizeof(service->why), state->why);
}

static int64_t period(const struct qn_service *service)
{
    int64_t part = service->notify.watchdog_ms / PER_WATCHDOG;

    if (service->notify.watchdog_ms == 0 || part > LOOK_MS)
        return LOOK_MS;
    return part > 0 ? part : 1;
}

/* It may hold what a server said. */
static void make_one_line(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ')
            *text = ' ';
    }
}

static void look(void *arg)
{
    struct qn_service *service = arg;
    struct qn_service_state state = {.ready = false};

    service->o.ask(service->o.arg, &state);
    make_one_line(state.why);
    tell_manager(service, &state);
    tell_file(service, &state);
    qn_timer_set(service->timer, period(service));
}

/* ---- life ---- */

int qn_service_create(struct qn_service **ret, const struct qn_service_options *options,
                      struct qn_err *reterr)
{
    struct qn_service *service = qn_zalloc(1, sizeof(*service));

    if (!service)
        return qn_fail(reterr, QN_ENOMEM, "service: out of memory");
    service->o = *options;
    qn_notify_init(&service->notify);
    int rc = qn_timer_create(&service->timer, options->loop, look, service, reterr);
    if (rc != QN_OK) {
        qn_free(service);
        return rc;
    }
    if (service->notify.len > 0 || options->file[0] != '\0')
        qn_timer_set(service->timer, 0);
    *ret = service;
    return QN_OK;
}

void qn_service_stopping(struct qn_service *service)
{
    if (service->stopping)
        return;
    service->stopping = true;
    (void)qn_notify_say(&service->notify, "STOPPING=1\n");
}

void qn_service_free(struct qn_service *service)
{
    if (!service)
        return;
    if (service->o.file[0] != '\0')
        (void)unlink(service->o.file);
    qn_timer_free(service->timer);
    qn_free(service);
}
