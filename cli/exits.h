/* exits.h - the exit codes of quern, the same for every command. */
#ifndef CLI_EXITS_H
#define CLI_EXITS_H

enum cli_exit {
    CLI_EXIT_OK = 0,
    CLI_EXIT_FAILED = 1,       /* an error, or the job failed */
    CLI_EXIT_USAGE = 2,        /* the command line is wrong, or arguments were refused */
    CLI_EXIT_NOT_FOUND = 3,    /* no such job, task, queue */
    CLI_EXIT_CONFLICT = 4,     /* not possible in its state */
    CLI_EXIT_TIMEOUT = 5,      /* waited long enough; the job goes on */
    CLI_EXIT_UNAVAILABLE = 69, /* the broker */
};

/* What help and the man pages say of them; ends with a NULL doc. */
struct cli_exit_doc {
    int code;
    const char *doc;
};
extern const struct cli_exit_doc cli_exit_docs[];

/* For a failure QN_E... */
int cli_exit_of(int rc);

#endif
