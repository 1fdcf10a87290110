/* kv_key.h - what a value is called: the names of its keys on Redis. Pure.
 *
 *   <ns>:kv:<kind>:<id>         the entry; the id is the SHA-256 of kind, group and parts
 *   <ns>:kv:<kind>:<id>:lock    the token of who loads it
 *   <ns>:kv:<kind>:<id>:wake    a list: what happened to the load
 *   <ns>:kv-version:<kind>[:<group>]
 */
#ifndef TASKS_LIB_KV_KEY_H
#define TASKS_LIB_KV_KEY_H

#include "common/id.h"
#include "digest.h"
#include "kv.h"

#define QN_KV_KIND_SIZE     33
#define QN_KV_GROUP_SIZE    (QN_KV_GROUP_MAX + 1)
#define QN_KV_VERSIONS_SIZE (2 * (QN_TOKEN_TEXT_SIZE - 1) + 1) /* kind's and group's */
#define QN_KV_NAME_SIZE     192

struct qn_kv_key {
    char id[QN_DIGEST_SIZE];
    char kind[QN_KV_KIND_SIZE];
    char group[QN_KV_GROUP_SIZE]; /* "": none */
    char entry[QN_KV_NAME_SIZE - 8], lock[QN_KV_NAME_SIZE], wake[QN_KV_NAME_SIZE];
    char kind_version[QN_KV_NAME_SIZE];
    char group_version[QN_KV_NAME_SIZE]; /* without a group: the kind's */
};

/* QN_EINVAL, with the reason. */
QN_MUST_CHECK int qn_kv_kind_check(const struct qn_kv_kind *kind, struct qn_err *reterr);
QN_MUST_CHECK int qn_kv_key_make(struct qn_kv_key *ret, const char *ns,
                                 const struct qn_kv_request *request, struct qn_err *reterr);
/* The key of a version alone; group NULL: the kind's. */
QN_MUST_CHECK int qn_kv_version_key(char out[QN_KV_NAME_SIZE], const char *ns, const char *kind,
                                    const char *group, struct qn_err *reterr);

#endif
