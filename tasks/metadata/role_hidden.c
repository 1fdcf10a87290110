/* role_hidden.c - which columns are nobody's business, by what people say and by their names. */
#include "common/str.h"
#include "role_tables.h"
#include "tasks/lib/hidden.h"
#include <string.h>

#define WORDS_SIZE 256

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

/* ---- by pattern, by hints ---- */

bool role_column_matches(const char *pattern, const struct role_table *table, const char *column)
{
    return qn_hidden_matches(pattern, table->schema, table->name, column);
}

static int take(void *arg, const char *pattern, struct qn_err *reterr)
{
    return datasource_list_add(arg, pattern, reterr);
}

int role_hidden_of_hints(const char *hints, struct qn_arena *arena, struct datasource_list *list,
                         struct qn_err *reterr)
{
    return qn_hidden_of_hints(qn_pg_text(hints), arena, take, list, reterr);
}
