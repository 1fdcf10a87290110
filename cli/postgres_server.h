/* postgres_server.h - a private PostgreSQL on a unix socket, with the sample shop.
 *
 * It listens on no port. Whoever may enter the socket's folder (its owner, and
 * root) is let in as the role quern; nobody else can reach it.
 */
#ifndef CLI_POSTGRES_SERVER_H
#define CLI_POSTGRES_SERVER_H

#include "folder.h"

#define CLI_SCALE_MAX 10000

struct cli_postgres {
    const struct cli_folder *folder;
    struct cli_stack *stack;
    char bin[CLI_PATH_SIZE];     /* folder of its programs */
    char server[CLI_PATH_SIZE];  /* program */
    char cluster[CLI_PATH_SIZE]; /* data directory */
    char sockets[CLI_PATH_SIZE];
    char url[CLI_PATH_SIZE]; /* of the shop */
    const char *argv[CLI_ARGS_MAX];
    pid_t pid;
    bool was_made;   /* the cluster is new */
    bool was_loaded; /* so is the shop */
    int scale;       /* of the shop that is there */
};

/* Makes the cluster at the first time; returns when it takes connections. *postgres
 * and folder are used until the stack is freed. */
QN_MUST_CHECK int cli_postgres_start(struct cli_postgres *postgres, struct cli_stack *stack,
                                     const struct cli_folder *folder, struct qn_err *reterr);
/* The database "shop", made empty when it is not there. */
QN_MUST_CHECK int cli_postgres_make_database(struct cli_postgres *postgres, struct qn_err *reterr);
/* The same: loaded when it is missing, or of another scale than wanted
 * (0: any will do). */
QN_MUST_CHECK int cli_postgres_load_shop(struct cli_postgres *postgres, const char *sql_file,
                                         int scale, struct qn_err *reterr);

#endif
