/* programs.h - quern-api, quern-worker and quern-beat for quern dev. */
#ifndef CLI_PROGRAMS_H
#define CLI_PROGRAMS_H

#include "stack.h"

#define CLI_API_PORT 8000 /* when it is free */

struct cli_programs {
    char bin[CLI_PATH_SIZE]; /* where this program is, and the others too */
    char paths[3][CLI_PATH_SIZE];
    const char *argv[3][CLI_ARGS_MAX];
    char port[16];
    char api_url[64]; /* http://127.0.0.1:8000 */
};

/* One of them, beside this program. */
QN_MUST_CHECK int cli_program_path(char out[CLI_PATH_SIZE], const char *name,
                                   struct qn_err *reterr);
/* Finds them all. */
QN_MUST_CHECK int cli_programs_find(struct cli_programs *programs, struct qn_err *reterr);

/* Takes the database of the settings in the environment to what the worker needs of it. */
QN_MUST_CHECK int cli_programs_migrate(const struct cli_programs *programs, struct cli_stack *stack,
                                       struct qn_err *reterr);

/* Makes the database at url known as the datasource name, or gives its role its rights anew. */
QN_MUST_CHECK int cli_programs_add_datasource(const struct cli_programs *programs,
                                              struct cli_stack *stack, const char *name,
                                              const char *url, const char *hints,
                                              struct qn_err *reterr);

/* Each returns when the program is ready, the worker when the API lists it: start the
 * API first. Settings reach them by the environment. *programs is used until the stack
 * is freed. */
QN_MUST_CHECK int cli_programs_start_api(struct cli_programs *programs, struct cli_stack *stack,
                                         struct qn_err *reterr);
QN_MUST_CHECK int cli_programs_start_worker(struct cli_programs *programs, struct cli_stack *stack,
                                            struct qn_err *reterr);
QN_MUST_CHECK int cli_programs_start_beat(struct cli_programs *programs, struct cli_stack *stack,
                                          struct qn_err *reterr);

#endif
