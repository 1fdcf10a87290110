/* subcommand.h - a subcommand of quern-worker that its program hands in, as its tasks: what
 * needs a library that only tasks have.
 *
 * Not here: the worker's own subcommands (worker/worker.c).
 */
#ifndef COMMON_SUBCOMMAND_H
#define COMMON_SUBCOMMAND_H

#include "config.h"

/* argv[0] is its name. Settings are in config, and in the environment for who reads them there.
 * Returns the exit code, as programs of Quern do: 0 done, 1 failed, 2 wrong words, 3 no such
 * thing, 4 not possible as things are. */
typedef int qn_subcommand_fn(int argc, char **argv, const struct qn_config *config);

struct qn_subcommand {
    const char *name;
    const char *words;   /* behind the name, for --help */
    const char *summary; /* a line, for --help */
    qn_subcommand_fn *run;
};

#endif
