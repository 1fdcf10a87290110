#include "url.h"

#include "str.h"
#include <string.h>

#define DEFAULT_PORT        6379
#define UNIX_PATH_MAX_BYTES 107

static int bad(struct qn_err *reterr, const char *why)
{
    return qn_fail(reterr, QN_EINVAL, "%s", why);
}

static bool copy_part(char *out, size_t size, const char *from, size_t len)
{
    if (len >= size)
        return false;
    memcpy(out, from, len);
    out[len] = '\0';
    return true;
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) % 16 : -1;
}

/* In place; false for a broken escape or a NUL. */
static bool decode_percent(char *text)
{
    char *out = text;

    for (; *text; text++) {
        int high, low;
        if (*text != '%') {
            *out++ = *text;
            continue;
        }
        high = hex_value(text[1]);
        low = high < 0 ? -1 : hex_value(text[2]);
        if (low < 0 || high * 16 + low == 0)
            return false;
        *out++ = (char)(high * 16 + low);
        text += 2;
    }
    *out = '\0';
    return true;
}

/* "[user][:password]" up to the @ at end. */
static int parse_login(const char *text, const char *end, struct qn_url *url, struct qn_err *reterr)
{
    const char *colon = memchr(text, ':', (size_t)(end - text));
    const char *user_end = colon ? colon : end;

    if (!copy_part(url->user, sizeof(url->user), text, (size_t)(user_end - text)))
        return bad(reterr, "the user name is too long");
    if (colon &&
        !copy_part(url->password, sizeof(url->password), colon + 1, (size_t)(end - colon - 1)))
        return bad(reterr, "the password is too long");
    if (!decode_percent(url->user) || !decode_percent(url->password))
        return bad(reterr, "a % in user or password must be followed by two hex digits");
    return QN_OK;
}

static int parse_db(const char *text, struct qn_url *url, struct qn_err *reterr)
{
    int64_t db;

    if (*text == '\0')
        return QN_OK;
    if (qn_str_to_i64(text, &db) != QN_OK || db < 0 || db > 65535)
        return bad(reterr, "the database must be a number from 0 on");
    url->db = (int)db;
    return QN_OK;
}

static int parse_port(const char *text, size_t len, struct qn_url *url, struct qn_err *reterr)
{
    int64_t port;

    if (qn_strn_to_i64(text, len, &port) != QN_OK || port < 1 || port > 65535)
        return bad(reterr, "the port must be from 1 to 65535");
    url->port = (int)port;
    return QN_OK;
}

/* "host[:port][/db]", the host in [] when it has colons. */
static int parse_tcp(const char *text, struct qn_url *url, struct qn_err *reterr)
{
    size_t len = strcspn(text, "/?");
    const char *slash = text + len;
    const char *host = text;
    size_t host_len = strcspn(text, ":/?");
    int rc = QN_OK;

    url->port = DEFAULT_PORT;
    if (text[0] == '[') {
        host = text + 1;
        host_len = strcspn(host, "]/?");
        if (host[host_len] != ']')
            return bad(reterr, "a [ without its ]");
        text = host + host_len + 1;
    } else {
        text += host_len;
    }
    if (host_len == 0 || !copy_part(url->host, sizeof(url->host), host, host_len))
        return bad(reterr, "the host is empty or too long");
    if (*text == ':')
        rc = parse_port(text + 1, (size_t)(slash - text - 1), url, reterr);
    else if (text != slash)
        rc = bad(reterr, "something stands between host and port");
    if (rc == QN_OK && *slash == '?')
        rc = bad(reterr, "redis:// knows no ?options");
    if (rc == QN_OK && *slash == '/')
        rc = parse_db(slash + 1, url, reterr);
    return rc;
}

static int parse_unix(const char *text, struct qn_url *url, struct qn_err *reterr)
{
    size_t len = strcspn(text, "?");

    if (text[0] != '/' || len < 2)
        return bad(reterr, "unix:// needs an absolute path");
    if (len > UNIX_PATH_MAX_BYTES || !copy_part(url->host, sizeof(url->host), text, len))
        return bad(reterr, "the path of a socket is at most 107 bytes");
    if (text[len] == '\0')
        return QN_OK;
    if (!qn_str_starts(text + len, "?db="))
        return bad(reterr, "unix:// knows the option ?db=n only");
    return parse_db(text + len + 4, url, reterr);
}

int qn_url_parse(const char *text, struct qn_url *ret, struct qn_err *reterr)
{
    struct qn_url url = {0};
    int rc = QN_OK;

    if (qn_str_starts(text, "mem:")) {
        url.scheme = QN_URL_MEM;
        if (!copy_part(url.host, sizeof(url.host), text + 4, strlen(text + 4)))
            return bad(reterr, "the name is too long");
        *ret = url;
        return QN_OK;
    }
    if (qn_str_starts(text, "rediss://"))
        return qn_fail(reterr, QN_EUNSUPPORTED,
                       "rediss:// (TLS) is not supported, put a TLS proxy in front");
    if (qn_str_starts(text, "redis://"))
        url.scheme = QN_URL_TCP;
    else if (qn_str_starts(text, "unix://") || qn_str_starts(text, "redis+unix://"))
        url.scheme = QN_URL_UNIX;
    else
        return bad(reterr, "must begin with redis://, unix:// or mem:");
    text = strstr(text, "://") + 3;
    const char *at = memrchr(text, '@', strcspn(text, url.scheme == QN_URL_TCP ? "/?" : "?"));
    if (at) {
        rc = parse_login(text, at, &url, reterr);
        text = at + 1;
    }
    if (rc == QN_OK)
        rc = url.scheme == QN_URL_TCP ? parse_tcp(text, &url, reterr)
                                      : parse_unix(text, &url, reterr);
    if (rc == QN_OK)
        *ret = url;
    return rc;
}
