/* refusal.h - what Redis's error replies mean to us: a table.
 *
 * None of them leaves anything changed. Some say that this connection, or this server,
 * is not the one to be asked any more: then the connection is to be left, and what comes
 * next may reach another server, or greet anew.
 */
#ifndef BROKER_CLIENT_REDIS_REFUSAL_H
#define BROKER_CLIENT_REDIS_REFUSAL_H

#include <stdbool.h>

struct qn_refusal {
    int rc;     /* of the call */
    bool leave; /* the connection */
};

/* text: the error reply, from its first word on. QN_EPROTO for one that is not known. */
struct qn_refusal qn_refusal_of(const char *text);
bool qn_refusal_is_noscript(const char *text);

#endif
