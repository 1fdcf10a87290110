#include "keys.h"

#include <stdio.h>
#include <string.h>

static const char *const words[] = {
    [QN_KEY_NONE] = "",
    [QN_KEY_META] = "meta",
    [QN_KEY_WAKE] = "wake",
    [QN_KEY_READY0] = "ready0",
    [QN_KEY_READY1] = "ready1",
    [QN_KEY_READY2] = "ready2",
    [QN_KEY_READY3] = "ready3",
    [QN_KEY_RUNNING] = "running",
    [QN_KEY_LEASES] = "leases",
    [QN_KEY_DEAD] = "dead",
    [QN_KEY_TRY] = "try",
    [QN_KEY_DUE] = "due",
    [QN_KEY_RETRY] = "retry",
    [QN_KEY_FAILED] = "failed",
    [QN_KEY_ENDED] = "ended",
    [QN_KEY_CANCEL] = "cancel",
    [QN_KEY_PROGRESS] = "progress",
    [QN_KEY_WAITERS] = "waiters",
    [QN_KEY_FIRED] = "fired",
    [QN_KEY_INBOX] = "inbox",
    [QN_KEY_LOG] = "log",
    [QN_KEY_PROTO] = "proto",
    [QN_KEY_QUEUES] = "queues",
    [QN_KEY_TASKS] = "tasks",
    [QN_KEY_WORKERS] = "workers",
    [QN_KEY_WORKER] = "worker",
    [QN_KEY_LEAD] = "lead",
    [QN_KEY_SCHEDULES] = "schedules",
    [QN_KEY_REVISION] = "schedules:rev",
    [QN_KEY_PAUSED] = "schedules:paused",
    [QN_KEY_PLANNED] = "schedules:planned",
    [QN_KEY_LAST] = "schedules:last",
    [QN_KEY_FIRES] = "fires",
    [QN_KEY_ENDED_CHANNEL] = "ended",
};

const char *qn_key_word(enum qn_key key)
{
    return words[key];
}

static const char *suffix_of(enum qn_key key)
{
    static const char *const ready[] = {"ready:0", "ready:1", "ready:2", "ready:3"};

    return key >= QN_KEY_READY0 && key <= QN_KEY_READY3 ? ready[key - QN_KEY_READY0] : words[key];
}

void qn_key_make(char out[QN_KEY_SIZE], const char *ns, const char *queue, enum qn_key key,
                 const char *name)
{
    const char *const parts[] = {
        "{",
        ns,
        queue ? ":" : "",
        queue ? queue : "",
        "}:",
        suffix_of(key),
        name ? ":" : "",
        name ? name : "",
    };
    size_t n = 0;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t len = strnlen(parts[i], QN_KEY_SIZE - 1 - n);
        memcpy(out + n, parts[i], len);
        n += len;
    }
    out[n] = '\0';
}

bool qn_key_queue(const char *key, size_t len, char queue[QN_QUEUE_MAX + 1])
{
    const char *colon = memchr(key, ':', len);
    const char *end = colon ? memchr(colon, '}', len - (size_t)(colon - key)) : NULL;
    size_t n = end ? (size_t)(end - colon - 1) : 0;

    if (!end || n == 0 || n > QN_QUEUE_MAX)
        return false;
    memcpy(queue, colon + 1, n);
    queue[n] = '\0';
    return true;
}
