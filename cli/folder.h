/* folder.h - the data folder of quern dev: one at a time may use it.
 *
 *   lock env schedule.conf   artifacts/ mail/ log/ redis/broker/ redis/cache/ demo/
 *   postgres/                the cluster, or a link to it
 *   run/                     the sockets, or a link to a shorter folder
 *
 * PostgreSQL refuses to run as root. Then it runs as the user postgres, who must be
 * able to reach its files: when it cannot reach the data folder, the cluster is in
 * /var/tmp and the sockets are in /tmp. A socket's path has at most 107 bytes.
 */
#ifndef CLI_FOLDER_H
#define CLI_FOLDER_H

#include "stack.h"

#define CLI_SOCKET_MAX 107

struct cli_folder {
    char root[CLI_PATH_SIZE]; /* absolute */
    char log[CLI_PATH_SIZE];
    char redis[CLI_PATH_SIZE];
    char postgres[CLI_PATH_SIZE]; /* holds the cluster; belongs to postgres_uid */
    char artifacts[CLI_PATH_SIZE];
    char mail[CLI_PATH_SIZE];
    char demo[CLI_PATH_SIZE];
    char run[CLI_PATH_SIZE];     /* where sockets are */
    char run_own[CLI_PATH_SIZE]; /* to be removed at the end, or "" */
    bool elsewhere;              /* postgres is not inside root */
    uid_t postgres_uid;          /* 0: we ourselves */
    gid_t postgres_gid;
    int lock;
};

/* Makes what is missing. QN_EEXISTS when another quern dev uses the folder. */
QN_MUST_CHECK int cli_folder_open(struct cli_folder *ret, const char *path, struct qn_err *reterr);
void cli_folder_release(struct cli_folder *folder);

/* <folder>/<name>; QN_ELIMIT. */
QN_MUST_CHECK int cli_path_join(char out[CLI_PATH_SIZE], const char *folder, const char *name,
                                struct qn_err *reterr);
/* The folder, and those above it. */
QN_MUST_CHECK int cli_path_make(const char *folder, mode_t mode, struct qn_err *reterr);
/* With all that is in it, as far as possible; links are removed, not followed. */
void cli_tree_remove(const char *path);
/* A whole small file at once. */
QN_MUST_CHECK int cli_path_write(const char *path, const char *bytes, size_t len,
                                 struct qn_err *reterr);

#endif
