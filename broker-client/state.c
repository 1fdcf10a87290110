#include "state.h"

#include <string.h>

#define TO(state) (1u << (state))

/* clang-format off */
const struct qn_state_row qn_states[] = {
    {QN_SCHEDULED, "scheduled", false, 0,
     TO(QN_QUEUED) | TO(QN_CANCELLED)},
    {QN_QUEUED, "queued", false, 0,
     TO(QN_RUNNING) | TO(QN_CANCELLED) | TO(QN_EXPIRED)},
    {QN_RUNNING, "running", false, 0,
     TO(QN_SUCCEEDED) | TO(QN_FAILED) | TO(QN_CANCELLED) | TO(QN_EXPIRED) | TO(QN_RETRYING) |
     TO(QN_SCHEDULED) | TO(QN_QUEUED)},
    {QN_RETRYING, "retrying", false, 0,
     TO(QN_QUEUED) | TO(QN_CANCELLED)},
    {QN_SUCCEEDED, "succeeded", true, 'S', 0},
    {QN_FAILED, "failed", true, 'F', TO(QN_QUEUED)},
    {QN_CANCELLED, "cancelled", true, 'C', TO(QN_QUEUED)},
    {QN_EXPIRED, "expired", true, 'E', TO(QN_QUEUED)},
};
/* clang-format on */

const int qn_states_n = (int)(sizeof(qn_states) / sizeof(qn_states[0]));

static const char *const causes[] = {
    [QN_CAUSE_NONE] = "",
    [QN_CAUSE_ERROR] = "error",
    [QN_CAUSE_TIMEOUT] = "timeout",
    [QN_CAUSE_CRASHED] = "crashed",
    [QN_CAUSE_OUT_OF_MEMORY] = "out_of_memory",
    [QN_CAUSE_LOST] = "lost",
    [QN_CAUSE_REJECTED] = "rejected",
};

const struct qn_state_row *qn_state_row(enum qn_state state)
{
    for (int i = 0; i < qn_states_n; i++) {
        if (qn_states[i].state == state)
            return &qn_states[i];
    }
    return NULL;
}

bool qn_state_is_final(enum qn_state state)
{
    const struct qn_state_row *row = qn_state_row(state);

    return row && row->final;
}

bool qn_state_may_follow(enum qn_state from, enum qn_state to)
{
    const struct qn_state_row *row = qn_state_row(from);

    return row && (row->next & TO(to)) != 0;
}

int qn_state_parse(const char *name, enum qn_state *ret)
{
    for (int i = 0; i < qn_states_n; i++) {
        if (strcmp(qn_states[i].name, name) == 0) {
            *ret = qn_states[i].state;
            return QN_OK;
        }
    }
    return QN_EINVAL;
}

int qn_state_of_letter(char letter, enum qn_state *ret)
{
    for (int i = 0; i < qn_states_n; i++) {
        if (letter != 0 && qn_states[i].letter == letter) {
            *ret = qn_states[i].state;
            return QN_OK;
        }
    }
    return QN_EINVAL;
}

const char *qn_state_name(enum qn_state state)
{
    const struct qn_state_row *row = qn_state_row(state);

    return row ? row->name : "?";
}

const char *qn_cause_name(enum qn_cause cause)
{
    int n = (int)(sizeof(causes) / sizeof(causes[0]));

    return (int)cause >= 0 && (int)cause < n ? causes[cause] : "?";
}
