/* exits.h - how quern-worker ends; 69 and 70 as in sysexits.h. */
#ifndef WORKER_EXITS_H
#define WORKER_EXITS_H

enum worker_exit {
    WORKER_EXIT_OK = 0,
    WORKER_EXIT_FAILED = 1,       /* could not start */
    WORKER_EXIT_USAGE = 2,        /* wrong option, setting or subcommand */
    WORKER_EXIT_UNREACHABLE = 69, /* the broker, for as long as give-up says */
    WORKER_EXIT_INTERNAL = 70,
};

#endif
