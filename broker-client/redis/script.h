/* script.h - the table of scripts: names, KEYS, texts.
 *
 * A text is put together of the first line (#!lua flags=...), now(),
 * lib.lua, what it shares with some others, and the body. docs/protocol.md has the same
 * table for people; a unit test compares KEYS with the heads of the files.
 */
#ifndef BROKER_CLIENT_REDIS_SCRIPT_H
#define BROKER_CLIENT_REDIS_SCRIPT_H

#include "common/buf.h"
#include "keys.h"

#define QN_SCRIPT_KEYS_MAX   20
#define QN_SCRIPT_SHARED_MAX 2
#define QN_SCRIPT_TEXT_MAX   (64 * 1024)

enum qn_script {
    QN_SCRIPT_ENQUEUE,
    QN_SCRIPT_FOLLOW, /* enqueue of follow-ups only: on a full Redis too */
    QN_SCRIPT_TAKE,
    QN_SCRIPT_FINISH,
    QN_SCRIPT_JOIN,
    QN_SCRIPT_RENEW,
    QN_SCRIPT_LEAVE,
    QN_SCRIPT_RECONCILE,
    QN_SCRIPT_RECOVER,
    QN_SCRIPT_FORWARD,
    QN_SCRIPT_CANCEL,
    QN_SCRIPT_TRIM,
    QN_SCRIPT_GATE,
    QN_SCRIPT_BUDGET,
    QN_SCRIPT_LIMIT,
    QN_SCRIPT_LIMITS,
    QN_SCRIPT_SALE,
    QN_SCRIPT_REPLAY,
    QN_SCRIPT_FORGET,
    QN_SCRIPT_PURGE,
    QN_SCRIPT_MESSAGE,
    QN_SCRIPT_NOTE,
    QN_SCRIPT_WAIT,
    QN_SCRIPT_PEEK,
    QN_SCRIPT_LIST,
    QN_SCRIPT_STATS,
    QN_SCRIPT_SURVEY,
    QN_SCRIPT_AUDIT,
    QN_SCRIPT_PLACE,
    QN_SCRIPT_LEAD,
    QN_SCRIPT_ALIVE,
    QN_SCRIPT_PUBLISH,
    QN_SCRIPT_WORKERS,
    QN_SCRIPT_TIMETABLE,
    QN_SCRIPT_DEFINE,
    QN_SCRIPT_DROP,
    QN_SCRIPT_PAUSE,
    QN_SCRIPT_CLAIM,
    QN_SCRIPT_NOTE_FIRES,
    QN_SCRIPTS,
};

struct qn_script_row {
    const char *name;
    const char *body;
    const char *first;                        /* line in place of the body's own, or NULL */
    const char *shared[QN_SCRIPT_SHARED_MAX]; /* texts that it shares with others, or NULL */
    bool of_queue;                            /* KEYS are of one queue */
    bool of_space;                            /* or, without a queue, alike of the namespace */
    unsigned char keys[QN_SCRIPT_KEYS_MAX];   /* enum qn_key, QN_KEY_NONE ends */
};

extern const struct qn_script_row qn_scripts[QN_SCRIPTS];

int qn_script_n_keys(enum qn_script script);
/* now_text: the Lua text that defines now(). */
QN_MUST_CHECK int qn_script_text(enum qn_script script, const char *now_text, struct qn_buf *out);

#endif
