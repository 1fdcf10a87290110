#include "script.h"

#include "lua_texts.h"
#include <string.h>

#define READY QN_KEY_READY0, QN_KEY_READY1, QN_KEY_READY2, QN_KEY_READY3
#define QUEUE(script, text, ...) \
    [script] = {.name = #text, .body = qn_lua_##text, .of_queue = true, .keys = {__VA_ARGS__}}
#define LANES(script, text, ...)          \
    [script] = {.name = #text,            \
                .body = qn_lua_##text,    \
                .shared = {qn_lua_lanes}, \
                .of_queue = true,         \
                .keys = {__VA_ARGS__}}
#define MAKES(script, first_line, ...)                  \
    [script] = {.name = "enqueue",                      \
                .body = qn_lua_enqueue,                 \
                .first = (first_line),                  \
                .shared = {qn_lua_lanes, qn_lua_flash}, \
                .of_queue = true,                       \
                .keys = {__VA_ARGS__}}
#define LOOKS(script, text, ...)                       \
    [script] = {.name = #text,                         \
                .body = qn_lua_##text,                 \
                .shared = {qn_lua_look, qn_lua_lanes}, \
                .of_queue = true,                      \
                .of_space = true,                      \
                .keys = {__VA_ARGS__}}
#define PLANS(script, text, ...)         \
    [script] = {.name = #text,           \
                .body = qn_lua_##text,   \
                .shared = {qn_lua_plan}, \
                .of_queue = false,       \
                .keys = {__VA_ARGS__}}
#define SPACE(script, text, ...) \
    [script] = {.name = #text, .body = qn_lua_##text, .of_queue = false, .keys = {__VA_ARGS__}}

/* clang-format off */
const struct qn_script_row qn_scripts[QN_SCRIPTS] = {
    MAKES(QN_SCRIPT_ENQUEUE, NULL, QN_KEY_META),
    MAKES(QN_SCRIPT_FOLLOW, "#!lua flags=allow-oom\n", QN_KEY_META),
    LANES(QN_SCRIPT_TAKE, take, QN_KEY_META),
    LANES(QN_SCRIPT_FINISH, finish, QN_KEY_META),
    QUEUE(QN_SCRIPT_JOIN, join, QN_KEY_META, QN_KEY_LEASES, QN_KEY_DEAD),
    QUEUE(QN_SCRIPT_RENEW, renew, QN_KEY_META, QN_KEY_LEASES, QN_KEY_CANCEL),
    QUEUE(QN_SCRIPT_LEAVE, leave, QN_KEY_META, QN_KEY_LEASES, QN_KEY_RUNNING),
    LANES(QN_SCRIPT_RECONCILE, reconcile, QN_KEY_META, QN_KEY_WAKE, READY, QN_KEY_RUNNING,
          QN_KEY_LEASES, QN_KEY_DEAD, QN_KEY_PROGRESS),
    LANES(QN_SCRIPT_RECOVER, recover, QN_KEY_META, QN_KEY_WAKE, READY, QN_KEY_RUNNING,
          QN_KEY_LEASES, QN_KEY_DEAD, QN_KEY_TRY, QN_KEY_FAILED, QN_KEY_CANCEL,
          QN_KEY_PROGRESS),
    LANES(QN_SCRIPT_FORWARD, forward, QN_KEY_META, QN_KEY_WAKE, READY, QN_KEY_DUE, QN_KEY_RETRY),
    LANES(QN_SCRIPT_CANCEL, cancel, QN_KEY_META, QN_KEY_RUNNING, QN_KEY_CANCEL),
    QUEUE(QN_SCRIPT_TRIM, trim, QN_KEY_META, QN_KEY_FAILED),
    QUEUE(QN_SCRIPT_GATE, gate, QN_KEY_META, QN_KEY_WAKE, READY),
    QUEUE(QN_SCRIPT_BUDGET, budget, QN_KEY_META),
    LANES(QN_SCRIPT_LIMIT, limit, QN_KEY_META, QN_KEY_WAKE),
    LANES(QN_SCRIPT_LIMITS, limits, QN_KEY_META),
    QUEUE(QN_SCRIPT_SALE, sale, QN_KEY_META),
    QUEUE(QN_SCRIPT_REPLAY, replay, QN_KEY_META, QN_KEY_WAKE, READY, QN_KEY_RUNNING, QN_KEY_DUE,
          QN_KEY_RETRY, QN_KEY_TRY, QN_KEY_FAILED, QN_KEY_CANCEL),
    QUEUE(QN_SCRIPT_FORGET, forget, QN_KEY_META, QN_KEY_FAILED),
    QUEUE(QN_SCRIPT_PURGE, purge, QN_KEY_META, READY, QN_KEY_RUNNING, QN_KEY_DUE, QN_KEY_RETRY,
          QN_KEY_TRY, QN_KEY_CANCEL),
    QUEUE(QN_SCRIPT_MESSAGE, message, QN_KEY_META, QN_KEY_LEASES),
    QUEUE(QN_SCRIPT_NOTE, note, QN_KEY_META, QN_KEY_RUNNING, QN_KEY_PROGRESS),
    QUEUE(QN_SCRIPT_WAIT, wait, QN_KEY_META, QN_KEY_WAITERS),
    LANES(QN_SCRIPT_PEEK, peek, QN_KEY_META, QN_KEY_RUNNING, QN_KEY_DUE, QN_KEY_RETRY, QN_KEY_TRY,
          QN_KEY_CANCEL, QN_KEY_PROGRESS),
    QUEUE(QN_SCRIPT_LIST, list, QN_KEY_META, READY, QN_KEY_RUNNING, QN_KEY_DUE, QN_KEY_RETRY,
          QN_KEY_FAILED, QN_KEY_ENDED),
    QUEUE(QN_SCRIPT_STATS, stats, QN_KEY_META, READY, QN_KEY_RUNNING, QN_KEY_DUE, QN_KEY_RETRY,
          QN_KEY_FAILED, QN_KEY_ENDED, QN_KEY_LEASES),
    QUEUE(QN_SCRIPT_PLACE, place, QN_KEY_META, READY, QN_KEY_RUNNING, QN_KEY_DUE, QN_KEY_RETRY),
    LOOKS(QN_SCRIPT_SURVEY, survey, QN_KEY_META, READY, QN_KEY_RUNNING, QN_KEY_DUE, QN_KEY_RETRY,
          QN_KEY_FAILED, QN_KEY_TRY, QN_KEY_CANCEL, QN_KEY_PROGRESS),
    LOOKS(QN_SCRIPT_AUDIT, audit, QN_KEY_META, QN_KEY_WAKE, READY, QN_KEY_RUNNING, QN_KEY_LEASES,
          QN_KEY_DEAD, QN_KEY_TRY, QN_KEY_DUE, QN_KEY_RETRY, QN_KEY_FAILED, QN_KEY_ENDED,
          QN_KEY_CANCEL, QN_KEY_PROGRESS, QN_KEY_WAITERS, QN_KEY_FIRED),
    SPACE(QN_SCRIPT_LEAD, lead, QN_KEY_REVISION, QN_KEY_LEAD),
    SPACE(QN_SCRIPT_ALIVE, alive, QN_KEY_WORKERS, QN_KEY_WORKER),
    SPACE(QN_SCRIPT_PUBLISH, publish, QN_KEY_QUEUES, QN_KEY_TASKS),
    SPACE(QN_SCRIPT_WORKERS, workers, QN_KEY_WORKERS),
    SPACE(QN_SCRIPT_TIMETABLE, timetable, QN_KEY_SCHEDULES, QN_KEY_REVISION, QN_KEY_PAUSED,
          QN_KEY_PLANNED, QN_KEY_LAST),
    PLANS(QN_SCRIPT_DEFINE, define, QN_KEY_SCHEDULES, QN_KEY_REVISION, QN_KEY_PAUSED,
          QN_KEY_PLANNED, QN_KEY_LAST, QN_KEY_LEAD),
    PLANS(QN_SCRIPT_DROP, drop, QN_KEY_SCHEDULES, QN_KEY_REVISION, QN_KEY_PAUSED, QN_KEY_PLANNED,
          QN_KEY_LAST),
    PLANS(QN_SCRIPT_PAUSE, pause, QN_KEY_SCHEDULES, QN_KEY_REVISION, QN_KEY_PAUSED,
          QN_KEY_PLANNED),
    PLANS(QN_SCRIPT_CLAIM, claim, QN_KEY_SCHEDULES, QN_KEY_REVISION, QN_KEY_PLANNED,
          QN_KEY_LEAD),
    PLANS(QN_SCRIPT_NOTE_FIRES, note_fires, QN_KEY_SCHEDULES, QN_KEY_PLANNED, QN_KEY_LAST),
};
/* clang-format on */

int qn_script_n_keys(enum qn_script script)
{
    int n = 0;

    while (n < QN_SCRIPT_KEYS_MAX && qn_scripts[script].keys[n] != QN_KEY_NONE)
        n++;
    return n;
}

int qn_script_text(enum qn_script script, const char *now_text, struct qn_buf *out)
{
    const char *body = qn_scripts[script].body;
    const char *first_line = qn_scripts[script].first ? qn_scripts[script].first : body;
    size_t first = strcspn(body, "\n") + 1;

    qn_buf_add(out, first_line, strcspn(first_line, "\n") + 1);
    qn_buf_add_str(out, now_text);
    qn_buf_add_str(out, qn_lua_lib);
    for (size_t i = 0; i < QN_SCRIPT_SHARED_MAX && qn_scripts[script].shared[i]; i++)
        qn_buf_add_str(out, qn_scripts[script].shared[i]);
    qn_buf_add_str(out, body + first);
    return qn_buf_status(out);
}
