/* state.h - the states of a job, and what may lead from one to another.
 *
 * One table; docs/state-machine.md and the heads of the Lua files are checked
 * against it. enum qn_state and enum qn_cause are in <quern/client.h>.
 */
#ifndef BROKER_CLIENT_STATE_H
#define BROKER_CLIENT_STATE_H

#include <quern/client.h>

struct qn_state_row {
    enum qn_state state;
    const char *name;
    bool final;
    char letter;   /* in a final record, or 0 */
    unsigned next; /* bit set 1 << state of where it may go */
};

extern const struct qn_state_row qn_states[];
extern const int qn_states_n;

const struct qn_state_row *qn_state_row(enum qn_state state);
bool qn_state_is_final(enum qn_state state);
bool qn_state_may_follow(enum qn_state from, enum qn_state to);
int qn_state_parse(const char *name, enum qn_state *ret);
int qn_state_of_letter(char letter, enum qn_state *ret);

#endif
