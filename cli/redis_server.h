/* redis_server.h - a private Redis on a unix socket.
 *
 * The broker's is durable (AOF, synced every second) and never evicts; the cache's
 * keeps nothing and evicts what was not used for long.
 */
#ifndef CLI_REDIS_SERVER_H
#define CLI_REDIS_SERVER_H

#include "folder.h"

#define CLI_URL_SIZE 256

enum cli_redis_kind { CLI_REDIS_BROKER, CLI_REDIS_CACHE };

struct cli_redis {
    char socket[CLI_PATH_SIZE];
    char folder[CLI_PATH_SIZE];
    char url[CLI_URL_SIZE]; /* unix:///path */
    const char *argv[CLI_ARGS_MAX];
};

/* Returns when it answers. *redis is used until the stack is freed. */
QN_MUST_CHECK int cli_redis_start(struct cli_redis *redis, enum cli_redis_kind kind,
                                  struct cli_stack *stack, const struct cli_folder *folder,
                                  struct qn_err *reterr);

#endif
