/* process.h - one child process: fork, become somebody, exec. */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include "stack.h"
#include <stddef.h>

/* Output goes to the end of the file log; a failed exec is told there and ends the
 * child with 127. */
QN_MUST_CHECK int cli_process_start(const struct cli_child_spec *spec, const char *log,
                                    pid_t *ret_pid, struct qn_err *reterr);
/* "ended with 1", "was ended by signal 9 (Killed)" */
void cli_process_how_ended(int status, char *out, size_t size);
/* Kills each direct child of this process; how many there were. */
int cli_process_kill_children(void);

/* Whether that user (0: we ourselves) may enter the folder. */
bool cli_process_may_enter(const char *folder, uid_t uid, gid_t gid);

#endif
