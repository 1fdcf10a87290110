/* completion.h - what a shell offers behind the cursor.
 *
 * The script of a shell asks "quern completion words -- WORD ..." at each TAB, with the words
 * of the line behind quern up to the cursor, the last one unfinished; so what is offered is
 * always what the installed quern knows. The answer is a candidate a line; ":files" and
 * ":folders" ask the shell for names of its own.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "common/buf.h"

struct cli;

struct cli_shell {
    const char *name;
    const char *folder, *file; /* below share/, where the shell looks for it */
    const char *script;
};
extern const struct cli_shell cli_shells[]; /* ends with a NULL name */

/* Appends the candidates that begin as the last word does. The broker is asked where names of
 * tasks, queues, workers or schedules are wanted, for half a second at most; without it there
 * are none of these. */
void cli_complete(struct qn_buf *out, const char *const *words, int n);

#endif
