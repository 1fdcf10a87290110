/* dev.h - quern dev: everything on this machine, with a private Redis and PostgreSQL.
 *
 * It owns what it starts: Ctrl-C, TERM and HUP stop all of it in order, and when it
 * is killed the kernel ends its children. The data stays for the next time.
 */
#ifndef CLI_DEV_H
#define CLI_DEV_H

#include "term.h"

struct cli_dev_options {
    const char *data;       /* folder */
    bool sample;            /* the shop, when it is not there */
    int scale;              /* of the shop; 0: the one that is there, else 1 */
    bool demo;              /* run the main job and show it */
    bool once;              /* end after that */
    bool verbose;           /* all log lines, from the start */
    bool quiet;             /* logs go to their files only */
    const char *broker_url; /* given servers, which are used and not started; NULL: private */
    const char *cache_url;
    const char *database_url;
    const char *task_path; /* settings of the worker; NULL: its own */
    const char *queues;
    const char *concurrency;
    const char *self; /* how this program was called, for hints */
};

/* The exit code of the program. */
int cli_dev_run(const struct cli_dev_options *options, const struct cli_term *term);

#endif
