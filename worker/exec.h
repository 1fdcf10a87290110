/* exec.h - a task that is a program: how it is started, and its run.
 *
 * The program runs in the folder of its task file. It gets the arguments, one line of
 * JSON, on stdin (a file: it may read it or not). Its environment is QUERN_JOB_ID,
 * QUERN_JOB_TASK, QUERN_JOB_QUEUE, QUERN_JOB_ATTEMPT, QUERN_JOB_MAX_ATTEMPTS,
 * QUERN_REQUEST_ID ("" when there is none), QUERN_JOB_DIR and TMPDIR (both: a folder of this run's
 * own, removed with it), and of the worker's PATH, HOME, USER, LANG, TZ and what its task file asks
 * for; nothing else. Descriptors 0 to 3 are open, no others. Descriptor 3 takes lines of
 * JSON, each an object with one of:
 *
 *   {"progress":{"done":3,"total":10,"text":"..."}}   total and text may be left out
 *   {"log":"..."}
 *   {"result":ANY}                                    the last one counts
 *   {"error":"why it failed"}                         for any exit code but 0
 *   {"rejected":"why the arguments do not hold"}      ends so, whatever the exit code
 *   {"snooze_ms":N}                                   with exit 0: run it again then
 *   {"retry_ms":N}                                    with a retry: when
 *   {"artifact":{"name":"a.csv","type":"text/csv","path":"..."}}   copied when read; path:
 *                                                     from QUERN_JOB_DIR, a file, no link
 *   {"follow_up":{"task":"...","queue":"...","args":{}}}    queue and args may be left out
 *
 * stdout and stderr are log lines, one per line; what is over QN_JOB_LOG_MAX is read and dropped. A
 * pipe may be closed at any time. When the program has ended, what is in its pipes is
 * still read, and the end of a pipe is a line's end too.
 *
 * It is in a process group of its own: at the soft limit or a cancel the group gets TERM,
 * once (and CONT, should it sleep). At the end of the run all that is left of it is
 * killed, also what left the group: the executor is the subreaper while the program runs.
 * Its fence (fence.h) holds for good; nothing it starts gains rights (sudo does not work).
 *
 * The answer: exit 0 done, 100 fail, any other retry; its error is what it said, else the
 * code and its last log line. TERM, after a stop was asked for: retry with cause timeout.
 * A program that dies of another signal takes its executor with it in the same way, so
 * that the supervisor judges one death as the other. One that cannot be started: retry. A line that
 * is none of these, or over WORKER_EXEC_LINE_MAX, ends the run: fail, with what was
 * wrong.
 *
 * Not here: reading task files (taskfile.h), the hard limit (the supervisor's: it kills
 * the executor, which takes the program along).
 */
#ifndef WORKER_EXEC_H
#define WORKER_EXEC_H

#include <limits.h>
#include <quern/job.h>

#define WORKER_EXEC_ARGS_MAX 64
#define WORKER_EXEC_ENV_MAX  64
#define WORKER_EXEC_PATH     "/usr/local/bin:/usr/bin:/bin" /* when there is no PATH */

/* All owned, one allocation each; freed with worker_exec_free(). */
struct worker_exec {
    char *folder;                         /* absolute: of the task file; it runs there */
    char *argv[WORKER_EXEC_ARGS_MAX + 1]; /* argv[0]: a path, or a name in PATH */
    char *pass[WORKER_EXEC_ENV_MAX + 1];  /* names of variables that it gets too */
};

void worker_exec_free(struct worker_exec *exec); /* NULL is fine */

/* The file that argv[0] means now: with a slash from the folder, else the first one in
 * the absolute folders of PATH that may be executed. QN_ESYS with the system's reason. */
QN_MUST_CHECK int worker_exec_locate(const struct worker_exec *exec, char ret[PATH_MAX],
                                     struct qn_err *reterr);

/* Runs it to its end, in the executor. */
enum qn_outcome worker_exec_run(struct qn_job *job, const struct worker_exec *exec);

#endif
