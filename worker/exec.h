/* exec.h - a task that is a program: how it is started, and its run.
 *
 * The program gets the arguments on stdin (a file: it may read it or not), and finds
 * QUERN_JOB_ID, _TASK, _QUEUE, _ATTEMPT, _MAX_ATTEMPTS, QUERN_REQUEST_ID, PATH, HOME, USER, LANG,
 * TZ, TMPDIR and what its task file asks for in its environment; nothing else. Descriptor 3 takes
 * lines of JSON, each an object with one of:
 *
 *   {"progress":{"done":3,"total":10,"text":"..."}}   {"log":"..."}
 *   {"result":ANY}                                    {"error":"why it failed"}
 *   {"rejected":"why the arguments do not hold"}      {"snooze_ms":N}  {"retry_ms":N}
 *   {"artifact":{"name":"a.csv","type":"text/csv","path":"..."}}   stored when read
 *   {"follow_up":{"task":"...","queue":"...","args":{}}}
 *
 * stdout and stderr are log lines. It is in a process group of its own: at the soft limit
 * or a cancel the group gets TERM, at the end of the run all that is left of it is killed,
 * also what left the group (the executor is the subreaper while the program runs).
 *
 * The answer: exit 0 done (snooze when it said snooze_ms), 100 fail, any other retry, TERM after a
 * stop was asked for: retry with cause timeout. A program that dies of another signal takes its
 * executor with it in the same way, so that the supervisor judges one death as the other.
 * A line that is none of these, or over its maximum, ends the run: fail, with what was
 * wrong.
 *
 * Not here: reading task files (taskfile.h), the hard limit (the supervisor's).
 */
#ifndef WORKER_EXEC_H
#define WORKER_EXEC_H

#include <quern/job.h>

#define WORKER_EXEC_ARGS_MAX 64
#define WORKER_EXEC_ENV_MAX  64

/* All owned, one allocation each; freed with worker_exec_free(). */
struct worker_exec {
    char *folder;                         /* absolute: of the task file; it runs there */
    char *argv[WORKER_EXEC_ARGS_MAX + 1]; /* argv[0]: a path, or a name in PATH */
    char *pass[WORKER_EXEC_ENV_MAX + 1];  /* names of variables that it gets too */
};

void worker_exec_free(struct worker_exec *exec); /* NULL is fine */

/* Runs it to its end, in the executor. */
enum qn_outcome worker_exec_run(struct qn_job *job, const struct worker_exec *exec);

#endif
