#include "states.h"

#include <stdbool.h>

struct step {
    bool set;
    enum worker_state to;
};

#define TO(state)   \
    {               \
        true, state \
    }

static const struct row {
    const char *name;
    struct step on[WORKER_LEFT + 1];
} rows[] = {
    [WORKER_STARTING] = {"starting",
                         {[WORKER_JOINED] = TO(WORKER_RUNNING),
                          [WORKER_TERM] = TO(WORKER_DRAINING),
                          [WORKER_DRAIN] = TO(WORKER_DRAINING)}},
    [WORKER_RUNNING] = {"running",
                        {[WORKER_HUSH] = TO(WORKER_QUIET),
                         [WORKER_TERM] = TO(WORKER_DRAINING),
                         [WORKER_DRAIN] = TO(WORKER_DRAINING)}},
    [WORKER_QUIET] = {"quiet",
                      {[WORKER_TERM] = TO(WORKER_DRAINING), [WORKER_DRAIN] = TO(WORKER_DRAINING)}},
    [WORKER_DRAINING] = {"draining",
                         {[WORKER_TERM] = TO(WORKER_RELEASING),
                          [WORKER_TIME_UP] = TO(WORKER_RELEASING),
                          [WORKER_EMPTY] = TO(WORKER_LEAVING)}},
    [WORKER_RELEASING] =
        {"releasing", {[WORKER_EMPTY] = TO(WORKER_LEAVING), [WORKER_TIME_UP] = TO(WORKER_STOPPED)}},
    [WORKER_LEAVING] =
        {"leaving", {[WORKER_LEFT] = TO(WORKER_STOPPED), [WORKER_TIME_UP] = TO(WORKER_STOPPED)}},
    [WORKER_STOPPED] = {.name = "stopped"},
};

enum worker_state worker_state_next(enum worker_state state, enum worker_event event)
{
    const struct step *step = &rows[state].on[event];

    return step->set ? step->to : state;
}

const char *worker_state_name(enum worker_state state)
{
    return rows[state].name;
}
