/* url.h - where a Redis is, out of its URL. Pure.
 *
 *   redis://[[user]:password@]host[:port][/db]
 *   unix:///path[?db=n], also redis+unix:///path and unix://:password@/path
 *   mem:[name], for who has something of its own there
 *
 * Percent-encoding is decoded in user and password. Errors never quote the
 * password.
 */
#ifndef COMMON_URL_H
#define COMMON_URL_H

#include <quern/err.h>

enum qn_url_scheme { QN_URL_TCP, QN_URL_UNIX, QN_URL_MEM };

struct qn_url {
    enum qn_url_scheme scheme;
    char host[256]; /* of a socket: the path; of mem: the name */
    int port;
    int db;
    char user[128];
    char password[512]; /* "" none */
};

QN_MUST_CHECK int qn_url_parse(const char *text, struct qn_url *ret, struct qn_err *reterr);

#endif
