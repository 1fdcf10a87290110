/* toxic.h - jobs that harm the process that runs them.
 *
 *   segfault   touches what is not there
 *   memory     takes memory up to a limit of its own, and then what is not there
 *   storm      forks a bounded tree of processes and answers
 *   deaf       blocks all signals and does not end
 *   hang       does not end
 *   setsid     leaves a process in a session of its own and answers
 *
 * What is left behind ends by itself after CHAOS_STRAY_S, if nobody ends it.
 */
#ifndef TESTS_CHAOS_TOXIC_H
#define TESTS_CHAOS_TOXIC_H

#include <stdbool.h>

#define CHAOS_STRAY_S 600

/* Returns when the kind is one that answers; false for a kind there is not. */
bool toxic_run(const char *kind, void *ledger, const char *id);

#endif
