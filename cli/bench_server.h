/* bench_server.h - what quern bench asks of the server itself. */
#ifndef CLI_BENCH_SERVER_H
#define CLI_BENCH_SERVER_H

#include "link.h"

QN_MUST_CHECK int cli_server_ping(struct cli_link *link, struct qn_err *reterr);

/* What the server has done so far. */
struct cli_server_work {
    int64_t cpu_us;  /* of the thread that runs the commands */
    int64_t scripts; /* calls of EVALSHA */
};
/* QN_EUNSUPPORTED, and why, when it does not tell. */
QN_MUST_CHECK int cli_server_work(struct cli_link *link, struct cli_server_work *ret,
                                  struct qn_err *reterr);

/* "Redis 7.0.15, AOF everysec", "" when it does not tell. */
void cli_server_about(struct cli_link *link, char *out, size_t size);

/* Whether this user of Redis may remove what is made; tried on a namespace that is empty. */
QN_MUST_CHECK int cli_server_may_sweep(struct cli_link *link, const char *namespace_,
                                       struct qn_err *reterr);
/* Removes the keys of a queue (NULL: of the namespace itself) in small steps. */
QN_MUST_CHECK int cli_server_sweep(struct cli_link *link, const char *queue, struct qn_err *reterr);

#endif
