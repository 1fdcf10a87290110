#include "model_layer.h"

#include <string.h>

#define NAME_MAX_BYTES 300

/* Past a literal or a comment, or at itself. */
static const char *past_text(const char *at)
{
    if (*at == '\'') {
        for (at++; *at != '\0'; at++) {
            if (*at == '\'' && at[1] != '\'') {
                return at + 1;
            }
            at += *at == '\'' ? 1 : 0;
        }
    }
    return at;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

/* One part of a name; at itself when there is none. */
static const char *past_part(const char *at)
{
    if (*at != '"') {
        while (is_name_byte(*at)) {
            at++;
        }
        return at;
    }
    for (at++; *at != '\0'; at++) {
        if (*at == '"' && at[1] != '"') {
            return at + 1;
        }
        at += *at == '"' ? 1 : 0;
    }
    return at;
}

static const char *past_name(const char *at, size_t *dots)
{
    const char *end = past_part(at);

    for (*dots = 0; end > at && *end == '.' && past_part(end + 1) > end + 1; ++*dots) {
        end = past_part(end + 1);
    }
    return end;
}

/* "table.column" with names that are there; a function of a schema is none. */
static void check_name(struct qn_model *model, const char *of, const char *member, const char *name,
                       size_t len)
{
    char word[NAME_MAX_BYTES];
    size_t table, column;

    if (len >= sizeof(word) || name[len] == '(') {
        return;
    }
    memcpy(word, name, len);
    word[len] = '\0';
    if (!qn_model_find_column(model, word, &table, &column)) {
        qn_layer_warn(model, "%s.%s: no column %s", of, member, word);
    }
}

void qn_layer_check_sql(struct qn_model *model, const char *of, const char *member, const char *sql)
{
    while (*sql != '\0') {
        const char *next = past_text(sql);
        size_t dots;

        if (next == sql) {
            bool digit = *sql >= '0' && *sql <= '9';

            next = past_name(sql, &dots);
            if (dots > 0 && !digit) {
                check_name(model, of, member, sql, (size_t)(next - sql));
            }
        }
        sql = next > sql ? next : sql + 1;
    }
}
