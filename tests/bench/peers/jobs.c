#include "jobs.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void jobs_die(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

const char *jobs_setting(const char *name)
{
    const char *value = getenv(name);
    if (!value)
        jobs_die(name, "is not set");
    return value;
}

long jobs_number(const char *name, const char *text)
{
    char *end = NULL;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < 0)
        jobs_die(name, "is not a number of at least 0");
    return number;
}

char *jobs_payload(size_t *ret_len)
{
    size_t len = (size_t)jobs_number("PEER_PAYLOAD", jobs_setting("PEER_PAYLOAD"));
    char *payload = malloc(len + 1);
    if (!payload)
        jobs_die("payload", "no memory");
    memset(payload, 'x', len);
    payload[len] = '\0';
    *ret_len = len;
    return payload;
}

int64_t jobs_now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void mark(int fd, long jobs)
{
    char line[96];
    int len = snprintf(line, sizeof(line), "%ld %ld %lld\n", (long)getpid(), jobs,
                       (long long)jobs_now_ns());
    if (write(fd, line, (size_t)len) != len)
        jobs_die("PEER_MARKS", "cannot be written");
}

void jobs_ended(void)
{
    static long since, step;
    static int fd = -1;
    if (fd < 0) {
        step = jobs_number("PEER_STEP", jobs_setting("PEER_STEP"));
        fd = open(jobs_setting("PEER_MARKS"), O_WRONLY | O_APPEND | O_CLOEXEC);
        if (fd < 0)
            jobs_die("PEER_MARKS", strerror(errno));
    }
    if (++since < step)
        return;
    mark(fd, since);
    since = 0;
}

void jobs_print_seconds(int64_t since_ns)
{
    printf("%.6f\n", (double)(jobs_now_ns() - since_ns) / 1e9);
}

void jobs_round_trips(void (*trip)(void *arg), void *arg, long count)
{
    for (long i = 0; i < JOBS_WARM + count; i++) {
        int64_t begun = jobs_now_ns();
        trip(arg);
        if (i >= JOBS_WARM)
            printf("%.1f\n", (double)(jobs_now_ns() - begun) / 1e3);
    }
}
