/* hello.c - what a new connection says first.
 *
 * First the small words in one write; then which scripts Redis knows, and the texts of the
 * others (all of them only to a server that has just started). They follow when Redis has
 * let us in, for it hangs up on a stranger who sends much, and why would be lost. The
 * connection is up when everything is answered. A broker that may throw keys away (eviction), is
 * older than 7.0, speaks a newer protocol or has only some of the slots is refused for good: no
 * later try would end better. A replica is left: the master may be there at the next try.
 */
#include "broker-client/sha256.h"
#include "common/str.h"
#include "conn_type.h"
#include "proto.h"
#include <string.h>

static struct qn_call *say(struct qn_conn *conn, struct qn_calls *to, qn_call_fn *fn,
                           const char *const *words)
{
    int n = 0;

    while (words[n])
        n++;
    struct qn_call *call = qn_call_create(NULL, n, fn, conn);
    if (!call)
        return NULL;
    for (int i = 0; i < n; i++)
        qn_call_add_str(call, words[i]);
    if (qn_buf_status(&call->bytes) != QN_OK) { /* half a command would swallow the next ones */
        qn_call_free(call);
        return NULL;
    }
    qn_calls_push(to, call);
    return call;
}

#define SAY(conn, fn, ...) say(conn, &(conn)->hello, fn, (const char *const[]){__VA_ARGS__, NULL})

static void must_be_ok(struct qn_call *call, int rc, const struct qn_err *err,
                       const redisReply *answer)
{
    (void)answer;
    if (rc != QN_OK)
        qn_conn_give_up(call->owner, QN_EUNKNOWN, err);
}

static void may_fail(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    (void)call;
    (void)rc;
    (void)err;
    (void)answer;
}

static void on_client_id(struct qn_call *call, int rc, const struct qn_err *err,
                         const redisReply *answer)
{
    struct qn_conn *conn = call->owner;

    (void)err;
    if (rc == QN_OK && answer->type == REDIS_REPLY_INTEGER)
        conn->client_id = answer->integer;
}

static bool keep_sha(struct qn_conn *conn, size_t script, const redisReply *answer)
{
    if (answer->type != REDIS_REPLY_STRING || answer->len != QN_SHA_LEN)
        return false;
    memcpy(conn->sha[script], answer->str, QN_SHA_LEN);
    return true;
}

static void on_script(struct qn_call *call, int rc, const struct qn_err *err,
                      const redisReply *answer)
{
    struct qn_conn *conn = call->owner;
    struct qn_err strange;

    if (conn->state == QN_CONN_UP && conn->reloads > 0)
        conn->reloads--;
    if (rc == QN_OK && keep_sha(conn, call->n, answer))
        return;
    if (rc == QN_OK)
        qn_fail(&strange, QN_EPROTO, "SCRIPT LOAD gave no hash");
    qn_conn_give_up(conn, QN_EUNKNOWN, rc == QN_OK ? &strange : err);
}

/* The value of "name:value" in the text of INFO, "" when it is not there. */
static void info_value(const redisReply *info, const char *name, char *out, size_t size)
{
    const char *at = info->type == REDIS_REPLY_STRING ? strstr(info->str, name) : NULL;
    size_t len = at ? strcspn(at + strlen(name), "\r\n") : 0;

    len = len < size ? len : size - 1;
    if (len > 0)
        memcpy(out, at + strlen(name), len);
    out[len] = '\0';
}

/* The number before the first dot; more than any version when it is none. */
static int64_t major_of(const char *version)
{
    int64_t major;

    return qn_strn_to_i64(version, strcspn(version, "."), &major) == QN_OK ? major : INT64_MAX;
}

/* A replica answers, and refuses each write: to come up would be a lie. */
static void on_role_info(struct qn_call *call, int rc, const struct qn_err *err,
                         const redisReply *answer)
{
    struct qn_conn *conn = call->owner;
    char role[16], master[128];
    struct qn_err why;

    (void)err;
    if (rc != QN_OK || conn->opt.inspects)
        return;
    info_value(answer, "role:", role, sizeof(role));
    if (strcmp(role, "slave") != 0)
        return;
    info_value(answer, "master_host:", master, sizeof(master));
    qn_fail(&why, QN_ECONN, "Redis is a replica (of %s), which takes no writes", master);
    qn_conn_give_up(conn, QN_EUNKNOWN, &why);
}

static void on_memory_info(struct qn_call *call, int rc, const struct qn_err *err,
                           const redisReply *answer)
{
    const struct qn_conn *conn = call->owner;
    char policy[64];
    struct qn_err why;

    (void)err;
    if (rc != QN_OK || conn->opt.inspects)
        return;
    info_value(answer, "maxmemory_policy:", policy, sizeof(policy));
    if (policy[0] != '\0' && strcmp(policy, "noeviction") != 0) {
        qn_fail(&why, QN_EUNSUPPORTED,
                "Redis would throw jobs away: maxmemory-policy is %s, must be noeviction", policy);
        qn_conn_refuse(call->owner, &why);
    }
}

static int load_script(struct qn_conn *conn, struct qn_calls *to, size_t script)
{
    struct qn_buf text;

    qn_buf_init(&text, QN_SCRIPT_TEXT_MAX);
    int rc = qn_script_text((enum qn_script)script, conn->opt.now_text, &text);
    const char *const words[] = {"SCRIPT", "LOAD", text.data, NULL};
    struct qn_call *call = rc == QN_OK ? say(conn, to, on_script, words) : NULL;
    qn_buf_release(&text);
    if (!call)
        return QN_ENOMEM;
    call->n = script;
    call->deadline_ms = qn_mono_ms(conn->opt.clock) + conn->opt.timeout_ms;
    return QN_OK;
}

static void give_up_on_scripts(struct qn_conn *conn)
{
    struct qn_err why;

    qn_fail(&why, QN_ENOMEM, "no memory for the scripts");
    qn_conn_give_up(conn, QN_EUNKNOWN, &why);
}

/* Who is not told which ones are there sends them all. */
static void on_known(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    struct qn_conn *conn = call->owner;
    bool told = rc == QN_OK && answer->type == REDIS_REPLY_ARRAY && answer->elements == QN_SCRIPTS;

    (void)err;
    rc = QN_OK;
    for (size_t i = 0; i < QN_SCRIPTS && rc == QN_OK; i++) {
        if (!told || answer->element[i]->integer != 1)
            rc = load_script(conn, &conn->hello, i);
    }
    if (rc != QN_OK)
        give_up_on_scripts(conn);
    else
        qn_later_set(conn->turn);
}

/* The hash of a text is its name; once in the life of a connection. */
static int name_scripts(struct qn_conn *conn)
{
    struct qn_buf text;
    int rc = QN_OK;

    qn_buf_init(&text, QN_SCRIPT_TEXT_MAX);
    for (size_t i = 0; i < QN_SCRIPTS && rc == QN_OK; i++) {
        if (conn->sha[i][0])
            continue;
        qn_buf_reset(&text);
        rc = qn_script_text((enum qn_script)i, conn->opt.now_text, &text);
        if (rc == QN_OK)
            rc = qn_sha1_hex((struct qn_span){.data = text.data, .len = text.len}, conn->sha[i]);
    }
    qn_buf_release(&text);
    return rc;
}

static int ask_scripts(struct qn_conn *conn)
{
    const char *words[2 + QN_SCRIPTS + 1] = {"SCRIPT", "EXISTS"};

    if (name_scripts(conn) != QN_OK)
        return QN_ENOMEM;
    for (size_t i = 0; i < QN_SCRIPTS; i++)
        words[2 + i] = conn->sha[i];
    return say(conn, &conn->hello, on_known, words) ? QN_OK : QN_ENOMEM;
}

static void on_proto(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    struct qn_conn *conn = call->owner;
    char key[QN_KEY_SIZE];
    struct qn_err why;

    if (rc != QN_OK) {
        qn_conn_give_up(conn, QN_EUNKNOWN, err);
        return;
    }
    if (answer->type == REDIS_REPLY_STRING && major_of(answer->str) > QN_PROTO_MAJOR) {
        qn_fail(&why, QN_EUNSUPPORTED,
                "the broker's data has protocol %.20s, this program knows %s", answer->str,
                QN_PROTO_TEXT);
        qn_conn_refuse(conn, &why);
        return;
    }
    qn_key_make(key, conn->opt.ns, NULL, QN_KEY_PROTO, NULL);
    bool absent = answer->type == REDIS_REPLY_NIL && !conn->opt.inspects;
    bool said = !absent || SAY(conn, may_fail, "SET", key, QN_PROTO_TEXT, "NX"); /* if not full */
    if (said && ask_scripts(conn) == QN_OK)
        qn_later_set(conn->turn);
    else
        give_up_on_scripts(conn);
}

static void ask_proto(struct qn_conn *conn)
{
    char key[QN_KEY_SIZE];
    struct qn_err why;

    qn_key_make(key, conn->opt.ns, NULL, QN_KEY_PROTO, NULL);
    if (!SAY(conn, on_proto, "GET", key)) {
        qn_fail(&why, QN_ENOMEM, "no memory to ask for the protocol");
        qn_conn_give_up(conn, QN_EUNKNOWN, &why);
        return;
    }
    qn_later_set(conn->turn);
}

/* One queue is one slot, but each queue, and what belongs to all, is another. */
static void on_cluster_info(struct qn_call *call, int rc, const struct qn_err *err,
                            const redisReply *answer)
{
    struct qn_conn *conn = call->owner;
    char size[32] = "";
    struct qn_err why;

    if (rc == QN_ECONN)
        must_be_ok(call, rc, err, answer);
    if (rc == QN_ECONN)
        return;
    if (rc == QN_OK)
        info_value(answer, "cluster_size:", size, sizeof(size));
    if (size[0] == '\0' || major_of(size) < 2 || conn->opt.inspects) {
        ask_proto(conn);
        return;
    }
    qn_fail(&why, QN_EUNSUPPORTED,
            "Redis is a cluster of %s masters: all queues of a namespace must be on one", size);
    qn_conn_refuse(conn, &why);
}

static void on_server_info(struct qn_call *call, int rc, const struct qn_err *err,
                           const redisReply *answer)
{
    struct qn_conn *conn = call->owner;
    char version[32] = "", mode[32] = "";
    struct qn_err why;

    if (rc == QN_ECONN)
        must_be_ok(call, rc, err, answer);
    if (rc == QN_ECONN)
        return;
    if (rc == QN_OK) {
        info_value(answer, "redis_version:", version, sizeof(version));
        info_value(answer, "redis_mode:", mode, sizeof(mode));
    }
    if (version[0] != '\0' && major_of(version) < 7 && !conn->opt.inspects) {
        qn_fail(&why, QN_EUNSUPPORTED, "Redis %s is too old, 7.0 or newer is needed", version);
        qn_conn_refuse(conn, &why);
        return;
    }
    if (strcmp(mode, "cluster") == 0 && SAY(conn, on_cluster_info, "CLUSTER", "INFO"))
        qn_later_set(conn->turn);
    else
        ask_proto(conn);
}

int qn_conn_reload(struct qn_conn *conn)
{
    int rc = QN_OK;

    conn->reloads = QN_SCRIPTS;
    for (size_t i = 0; i < QN_SCRIPTS && rc == QN_OK; i++)
        rc = load_script(conn, &conn->pending, i);
    return rc;
}

static int ask_server(struct qn_conn *conn)
{
    if (!SAY(conn, on_role_info, "INFO", "replication") ||
        !SAY(conn, on_memory_info, "INFO", "memory") ||
        !SAY(conn, on_server_info, "INFO", "server"))
        return QN_ENOMEM;
    return QN_OK;
}

int qn_conn_say_hello(struct qn_conn *conn)
{
    const struct qn_url *url = conn->opt.url;
    char db[16];
    bool said = true;

    snprintf(db, sizeof(db), "%d", url->db);
    if (url->password[0] && url->user[0])
        said = SAY(conn, must_be_ok, "AUTH", url->user, url->password) != NULL;
    else if (url->password[0])
        said = SAY(conn, must_be_ok, "AUTH", url->password) != NULL;
    said = said && SAY(conn, must_be_ok, "SELECT", db);
    said = said && SAY(conn, may_fail, "CLIENT", "SETNAME", conn->opt.client_name);
    said = said && SAY(conn, on_client_id, "CLIENT", "ID");
    if (said && conn->opt.now_text)
        said = ask_server(conn) == QN_OK;
    if (said && conn->opt.channel)
        said = SAY(conn, must_be_ok, "SUBSCRIBE", conn->opt.channel) != NULL;
    return said ? QN_OK : QN_ENOMEM;
}
