#include "export_sql.h"

#include <string.h>
#include <strings.h>

static const char *const clauses[] = {
    "FROM",   "WHERE",      "GROUP BY",  "HAVING",    "ORDER BY",   "LIMIT",           "OFFSET",
    "JOIN",   "UNION",      "INTERSECT", "EXCEPT",    "LEFT JOIN",  "INNER JOIN",      "WINDOW",
    "SELECT", "CROSS JOIN", "FETCH",     "FULL JOIN", "RIGHT JOIN", "LEFT OUTER JOIN",
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

/* Bytes of the words that begin a clause; 0 of none. */
static size_t clause_len(const char *at)
{
    for (size_t i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++) {
        size_t len = strlen(clauses[i]);

        if (strncasecmp(at, clauses[i], len) == 0 && !is_word(at[len])) {
            return len;
        }
    }
    return 0;
}

/* Bytes up to the end of what is quoted at the front; a word of its own has one. */
static size_t quoted_len(const char *at)
{
    const char *end;
    size_t tag;

    if (*at == '\'' || *at == '"') {
        end = strchr(at + 1, *at);
        return end != NULL ? (size_t)(end - at) + 1 : strlen(at);
    }
    if (strncmp(at, "/*", 2) == 0) {
        end = strstr(at + 2, "*/");
        return end != NULL ? (size_t)(end - at) + 2 : strlen(at);
    }
    tag = *at == '$' ? strcspn(at + 1, "$ ") + 2 : 0;
    if (tag == 0 || at[tag - 1] != '$') {
        return 1;
    }
    for (end = at + tag; (end = strchr(end, '$')) != NULL; end++) {
        if (strncmp(end, at, tag) == 0) {
            return (size_t)(end - at) + tag;
        }
    }
    return strlen(at);
}

void export_sql_lay_out(const char *sql, struct qn_buf *out)
{
    bool plain =
        strchr(sql, '\n') == NULL && strchr(sql, '\\') == NULL && strstr(sql, "--") == NULL;
    size_t depth = 0, len;

    for (const char *at = sql; *at != '\0'; at += len) {
        size_t clause = plain && depth == 0 && *at == ' ' ? clause_len(at + 1) : 0;

        len = plain ? quoted_len(at) + clause : strlen(at);
        depth += *at == '(' ? 1 : 0;
        depth -= *at == ')' && depth > 0 ? 1 : 0;
        if (clause > 0) {
            qn_buf_add_byte(out, '\n');
            qn_buf_add(out, at + 1, clause);
        } else {
            qn_buf_add(out, at, len);
        }
    }
}
