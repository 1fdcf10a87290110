#include "query_role.h"

#include "common/str.h"
#include <string.h>

#define STRENGTH_MAX 120
#define ROLE_MAX     40

/* As in other places of Quern, what is PostgreSQL's own is not looked at. */
#define OWN_SCHEMAS "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

const char query_role_sql[] =
    "WITH me AS (SELECT oid, rolsuper FROM pg_roles WHERE rolname = current_user),"
    " may_be AS (SELECT r.* FROM me, pg_roles r"
    " WHERE NOT me.rolsuper AND pg_has_role(me.oid, r.oid, 'MEMBER')),"
    " makes AS (SELECT 'SCHEMA ' || quote_ident(n.nspname) AS name FROM pg_namespace n"
    " WHERE " OWN_SCHEMAS " AND EXISTS (SELECT FROM may_be b"
    " WHERE has_schema_privilege(b.oid, n.oid, 'CREATE'))"
    " UNION ALL SELECT 'DATABASE ' || quote_ident(current_database()) WHERE EXISTS"
    " (SELECT FROM may_be b WHERE has_database_privilege(b.oid, current_database(), 'CREATE'))),"
    " writes AS (SELECT c.oid::regclass::text AS name FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND " OWN_SCHEMAS
    " AND EXISTS (SELECT FROM may_be b WHERE b.oid = c.relowner"
    " OR has_table_privilege(b.oid, c.oid,"
    " 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
    " OR has_any_column_privilege(b.oid, c.oid, 'INSERT, UPDATE, REFERENCES')))"
    " SELECT current_user, CASE WHEN (SELECT rolsuper FROM me) THEN 'is a superuser'"
    " ELSE concat_ws(', ',"
    " (SELECT concat_ws(', ', CASE WHEN bool_or(rolsuper) THEN 'may become a superuser' END,"
    " CASE WHEN bool_or(rolcreatedb) THEN 'may make databases' END,"
    " CASE WHEN bool_or(rolcreaterole) THEN 'may make roles' END,"
    " CASE WHEN bool_or(rolreplication) THEN 'may replicate' END,"
    " CASE WHEN bool_or(rolbypassrls) THEN 'passes row security' END) FROM may_be"
    " HAVING bool_or(rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication"
    " OR rolbypassrls)),"
    " (SELECT 'is a member of ' || string_agg(rolname, ', ' ORDER BY rolname) FROM may_be"
    " WHERE rolname IN ('pg_read_server_files', 'pg_write_server_files',"
    " 'pg_execute_server_program', 'pg_write_all_data')),"
    " (SELECT format('owns or may write %s table(s), %s for one', count(*), min(name))"
    " FROM writes HAVING count(*) > 0),"
    " (SELECT format('may CREATE in %s', string_agg(name, ', ' ORDER BY name)) FROM makes"
    " HAVING count(*) > 0)) END";

/* ---- what is known ---- */

static struct {
    char digest[QN_DIGEST_SIZE];
    int64_t until_ms;
} kept[QUERY_ROLES_KEPT];
static size_t next_kept;

bool query_role_is_known(const char url_digest[QN_DIGEST_SIZE], int64_t now_ms)
{
    for (size_t i = 0; i < QUERY_ROLES_KEPT; i++) {
        if (now_ms < kept[i].until_ms && strcmp(kept[i].digest, url_digest) == 0) {
            return true;
        }
    }
    return false;
}

void query_role_keep(const char url_digest[QN_DIGEST_SIZE], int64_t now_ms)
{
    size_t at = QUERY_ROLES_KEPT;

    for (size_t i = 0; i < QUERY_ROLES_KEPT; i++) {
        if (strcmp(kept[i].digest, url_digest) == 0) {
            at = i;
        }
    }
    if (at == QUERY_ROLES_KEPT) {
        at = next_kept++ % QUERY_ROLES_KEPT;
    }
    (void)qn_str_copy(kept[at].digest, QN_DIGEST_SIZE, url_digest);
    kept[at].until_ms = now_ms + QUERY_ROLE_KEEP_MS;
}

/* ---- what is said ---- */

static void copy_plain(char *out, size_t size, const char *text)
{
    (void)qn_str_copy(out, size, text);
    out[qn_utf8_cut(out, strlen(out), size - 1)] = '\0';
    for (char *c = out; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ') {
            *c = ' ';
        }
    }
}

void query_role_say(struct qn_err *ret, const char *role, const char *strength)
{
    char who[ROLE_MAX], what[STRENGTH_MAX];

    copy_plain(who, sizeof(who), role);
    copy_plain(what, sizeof(what), strength);
    qn_fail(ret, QN_ESTATE,
            "the role \"%s\" is too strong: it %s; quern datasource makes one that only reads", who,
            what);
}
