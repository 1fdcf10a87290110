/* keys.h - the name of every key, in one place (docs/protocol.md). Pure.
 *
 * Keys of a queue are {ns:queue}:suffix, keys of the namespace {ns}:suffix; the
 * braces make all keys of a queue fall into one slot of a cluster.
 */
#ifndef BROKER_CLIENT_REDIS_KEYS_H
#define BROKER_CLIENT_REDIS_KEYS_H

#include <quern/client.h>

enum qn_key {
    QN_KEY_NONE,
    QN_KEY_META,
    QN_KEY_WAKE,
    QN_KEY_READY0,
    QN_KEY_READY1,
    QN_KEY_READY2,
    QN_KEY_READY3,
    QN_KEY_RUNNING,
    QN_KEY_LEASES,
    QN_KEY_DEAD,
    QN_KEY_TRY,
    QN_KEY_DUE,
    QN_KEY_RETRY,
    QN_KEY_FAILED,
    QN_KEY_ENDED,
    QN_KEY_CANCEL,
    QN_KEY_PROGRESS,
    QN_KEY_WAITERS,
    QN_KEY_FIRED,
    /* with a name behind them */
    QN_KEY_INBOX,
    QN_KEY_LOG,
    /* of the namespace */
    QN_KEY_PROTO,
    QN_KEY_QUEUES,
    QN_KEY_TASKS,
    QN_KEY_WORKERS,
    QN_KEY_WORKER,
    QN_KEY_LEAD,
    QN_KEY_SCHEDULES,
    QN_KEY_REVISION,
    QN_KEY_PAUSED,
    QN_KEY_PLANNED,
    QN_KEY_LAST,
    QN_KEY_FIRES,
    QN_KEY_ENDED_CHANNEL,
};

#define QN_KEY_SIZE 192 /* enough for every key, with NUL */

/* queue NULL: a key of the namespace. name NULL: a key that has none behind it. */
void qn_key_make(char out[QN_KEY_SIZE], const char *ns, const char *queue, enum qn_key key,
                 const char *name);
/* The word of the key in the heads of the Lua files: "ready0", "lead". */
const char *qn_key_word(enum qn_key key);
/* The queue in a key {ns:queue}:..., false when it is none. */
bool qn_key_queue(const char *key, size_t len, char queue[QN_QUEUE_MAX + 1]);

#endif
