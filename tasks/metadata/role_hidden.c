/* role_hidden.c - which columns are nobody's business, by what people say and by their names. */
#include "common/json.h"
#include "common/str.h"
#include "role_tables.h"
#include "tasks/lib/catalog/catalog.h"
#include <stdio.h>
#include <string.h>

#define WORDS_SIZE  256
#define PATTERN_MAX ((size_t)4096)

/* ---- by name ---- */

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/* "userApiKey" and "USER_API_KEY" become "_user_api_key_". A long name is cut. */
static void split(const char *name, char out[WORDS_SIZE])
{
    size_t n = 0;

    out[n++] = '_';
    for (size_t i = 0; name[i] != '\0' && n + 3 < WORDS_SIZE; i++) {
        char c = name[i];
        bool word = is_upper(c) || is_lower(c) || (unsigned char)c >= 0x80;

        if (i > 0 && is_upper(c) && is_lower(name[i - 1]) && out[n - 1] != '_') {
            out[n++] = '_';
        }
        if (word) {
            out[n++] = is_upper(c) ? (char)(c - 'A' + 'a') : c;
        } else if (out[n - 1] != '_') {
            out[n++] = '_';
        }
    }
    if (out[n - 1] != '_') {
        out[n++] = '_';
    }
    out[n] = '\0';
}

static bool has_any(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strstr(text, *words) != NULL) {
            return true;
        }
    }
    return false;
}

static bool starts_with_any(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (qn_str_starts(text, *words)) {
            return true;
        }
    }
    return false;
}

bool role_is_secret(const char *column, const char *type)
{
    static const char *const numbers[] = {"smallint", "integer",          "bigint", "numeric",
                                          "real",     "double precision", NULL};
    static const char *const others[] = {"boolean", "date", "time", "interval", NULL};
    static const char *const codes[] = {"_pin_", "_cvv_", "_cvc_", "_otp_", NULL};
    static const char *const texts[] = {
        "password",
        "passwd",
        "passphrase",
        "passcode",
        "_pwd_",
        "_secret_",
        "_secrets_",
        "_token_",
        "_tokens_",
        "_apikey_",
        "_api_key_",
        "_api_keys_",
        "_private_key_",
        "_access_key_",
        "_secret_key_",
        "_signing_key_",
        "_encryption_key_",
        "_salt_",
        "_credential_",
        "_credentials_",
        "\xe5\xaf\x86\xe7\xa0\x81" /* zh: password */,
        NULL,
    };
    char words[WORDS_SIZE];

    split(column, words);
    if (starts_with_any(type, others)) {
        return false;
    }
    return has_any(words, codes) || (!starts_with_any(type, numbers) && has_any(words, texts));
}

/* ---- by pattern ---- */

/* A glob without its dots, so to speak: what qn_glob_match makes of the part behind one. */
static bool name_matches(const char *glob, const char *name)
{
    char pattern[PATTERN_MAX];

    return snprintf(pattern, sizeof(pattern), "x.%s", glob) < (int)sizeof(pattern) &&
           qn_glob_match(pattern, "x", name);
}

static bool table_matches(const char *glob, size_t len, const struct role_table *table)
{
    char pattern[PATTERN_MAX];

    return len < sizeof(pattern) &&
           snprintf(pattern, sizeof(pattern), "%.*s", (int)len, glob) >= 0 &&
           (name_matches(pattern, table->name) ||
            qn_glob_match(pattern, table->schema, table->name));
}

/* Names may have dots in them: each dot may be the one that parts table and column. */
bool role_column_matches(const char *pattern, const struct role_table *table, const char *column)
{
    const char *dot = strchr(pattern, '.');

    if (name_matches(pattern, column)) {
        return true;
    }
    for (; dot != NULL; dot = strchr(dot + 1, '.')) {
        if (name_matches(dot + 1, column) &&
            table_matches(pattern, (size_t)(dot - pattern), table)) {
            return true;
        }
    }
    return false;
}

/* ---- by hints ---- */

struct hints {
    struct qn_arena *arena;
    struct datasource_list *list;
};

/* "a"."b" is a.b. */
static void add_unquoted(struct qn_buf *out, struct qn_span escaped)
{
    struct qn_buf text;

    qn_buf_init(&text, PATTERN_MAX);
    if (qn_json_unescape(escaped, &text) != QN_OK) {
        qn_buf_add_byte(out, '*'); /* too long: rather too much than too little */
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '"') {
            qn_buf_add_byte(out, text.data[i]);
        }
    }
    qn_buf_release(&text);
}

static int hide(const struct hints *hints, struct qn_span table, struct qn_span column,
                struct qn_err *reterr)
{
    struct qn_buf pattern;
    int rc;

    qn_buf_init(&pattern, PATTERN_MAX * 3);
    add_unquoted(&pattern, table);
    qn_buf_add_byte(&pattern, '.');
    add_unquoted(&pattern, column);
    rc = datasource_list_add(hints->list, qn_arena_text(hints->arena, pattern.data, pattern.len),
                             reterr);
    qn_buf_release(&pattern);
    return rc == QN_OK ? qn_arena_status(hints->arena, "what hints hide", reterr) : rc;
}

static int hide_listed(const struct hints *hints, struct qn_span table, struct qn_span list,
                       struct qn_err *reterr)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    int rc = qn_json_walk_init(&walk, list.data, list.len);

    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        if (item.type == QN_JSON_STRING) {
            rc = hide(hints, table, item.value, reterr);
        }
    }
    return rc;
}

static bool is_true(struct qn_span object, const char *member)
{
    struct qn_json_item item;

    return qn_json_find(object.data, object.len, member, &item) && qn_span_is(item.value, "true");
}

static int hide_columns(const struct hints *hints, struct qn_span table, struct qn_span columns,
                        struct qn_err *reterr)
{
    struct qn_json_walk walk;
    struct qn_json_item column;
    int rc = qn_json_walk_init(&walk, columns.data, columns.len);

    while (rc == QN_OK && qn_json_walk_next(&walk, &column)) {
        if (column.type == QN_JSON_OBJECT && is_true(column.value, "hidden")) {
            rc = hide(hints, table, column.key, reterr);
        }
    }
    return rc;
}

static int take_table(const struct hints *hints, const struct qn_json_item *table,
                      struct qn_err *reterr)
{
    const struct qn_span all = {"*", 1};
    struct qn_json_item item;
    int rc = QN_OK;

    if (table->type != QN_JSON_OBJECT) {
        return QN_OK;
    }
    if (is_true(table->value, "hidden")) {
        return hide(hints, table->key, all, reterr);
    }
    if (qn_json_find(table->value.data, table->value.len, "hidden", &item) &&
        item.type == QN_JSON_ARRAY) {
        rc = hide_listed(hints, table->key, item.value, reterr);
    }
    if (rc == QN_OK && qn_json_find(table->value.data, table->value.len, "columns", &item) &&
        item.type == QN_JSON_OBJECT) {
        rc = hide_columns(hints, table->key, item.value, reterr);
    }
    return rc;
}

int role_hidden_of_hints(const char *hints, struct qn_arena *arena, struct datasource_list *list,
                         struct qn_err *reterr)
{
    const struct hints all = {arena, list};
    struct qn_json_walk walk;
    struct qn_json_item tables, table;
    enum qn_json_type type;
    int rc;

    if (hints[0] == '\0') {
        return QN_OK;
    }
    rc = qn_json_check(hints, strlen(hints), &type, reterr);
    if (rc != QN_OK || type != QN_JSON_OBJECT ||
        !qn_json_find(hints, strlen(hints), "tables", &tables)) {
        return rc;
    }
    rc = qn_json_walk_init(&walk, tables.value.data, tables.value.len);
    while (rc == QN_OK && qn_json_walk_next(&walk, &table)) {
        rc = take_table(&all, &table, reterr);
    }
    return rc == QN_OK || rc == QN_ELIMIT || rc == QN_ENOMEM
               ? rc
               : qn_fail(reterr, rc, "hints: tables is no object");
}
