#include "postgres_address.h"

#include "common/str.h"
#include "postgres_type.h"
#include <string.h>

static const char unreadable[] = "the database URL is not one that libpq understands";

/* ---- of a text ---- */

int qn_pg_place_of(const char *url, struct qn_pg_place *ret, struct qn_err *reterr)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    const struct {
        const char *keyword;
        char *out;
    } wanted[] = {
        {"host", ret->host}, {"port", ret->port}, {"dbname", ret->database}, {"user", ret->user}};

    if (options == NULL) {
        return qn_fail(reterr, QN_EINVAL, "%s", unreadable);
    }
    *ret = (struct qn_pg_place){.host = ""};
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
            if (option->val != NULL && strcmp(option->keyword, wanted[i].keyword) == 0) {
                (void)qn_str_copy(wanted[i].out, QN_PG_PLACE_SIZE, option->val);
            }
        }
    }
    PQconninfoFree(options);
    return QN_OK;
}

int qn_pg_password_of(const char *url, struct qn_buf *out, struct qn_err *reterr)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    int rc = QN_ENOTFOUND;

    if (options == NULL) {
        return qn_fail(reterr, QN_EINVAL, "%s", unreadable);
    }
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        if (strcmp(option->keyword, "password") == 0 && option->val != NULL) {
            rc = qn_buf_add_str(out, option->val);
        }
    }
    PQconninfoFree(options);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "the database URL has no password");
}

/* ---- of a connection ---- */

static bool is_left_out(const char *keyword)
{
    static const char *const names[] = {
        "user",
        "password",
        "passfile",
        "service",
        "application_name",
        "options",
        "replication",
        "fallback_application_name",
        "client_encoding",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(keyword, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void add_option(struct qn_buf *out, const char *keyword, const char *value)
{
    if (out->len > 0) {
        qn_buf_add_byte(out, ' ');
    }
    qn_buf_add_str(out, keyword);
    qn_buf_add_str(out, "='");
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '\'' || *c == '\\') {
            qn_buf_add_byte(out, '\\');
        }
        qn_buf_add_byte(out, *c);
    }
    qn_buf_add_byte(out, '\'');
}

static bool is_preset(const PQconninfoOption *option)
{
    return option->compiled != NULL && strcmp(option->compiled, option->val) == 0;
}

int qn_pg_address(struct qn_pg *pg, const char *user, const char *password, struct qn_buf *out,
                  struct qn_err *reterr)
{
    PQconninfoOption *options = pg->conn != NULL ? PQconninfo(pg->conn) : NULL;
    const char *own = pg->conn != NULL ? PQpass(pg->conn) : NULL;
    int rc;

    if (options == NULL) {
        return qn_fail(reterr, QN_ECONN, "PostgreSQL: not connected");
    }
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        if (option->val != NULL && option->val[0] != '\0' && !is_left_out(option->keyword) &&
            (!is_preset(option) || strcmp(option->keyword, "port") == 0)) {
            add_option(out, option->keyword, option->val);
        }
    }
    PQconninfoFree(options);
    add_option(out, "user", user != NULL ? user : PQuser(pg->conn));
    if (user == NULL) {
        password = own;
    }
    if (password != NULL && password[0] != '\0') {
        add_option(out, "password", password);
    }
    rc = qn_buf_status(out);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "the database's address is too long");
}

int qn_pg_verifier(struct qn_pg *pg, const char *user, const char *password,
                   char out[QN_PG_VERIFIER_SIZE], struct qn_err *reterr)
{
    char *text =
        pg->conn != NULL ? PQencryptPasswordConn(pg->conn, password, user, "scram-sha-256") : NULL;
    bool fits = text != NULL && qn_str_copy(out, QN_PG_VERIFIER_SIZE, text);

    PQfreemem(text);
    return fits ? QN_OK : qn_fail(reterr, QN_ENOMEM, "PostgreSQL: no verifier of a password");
}
