#include "unique.h"

#include "broker-client/unique.h"
#include "common/str.h"
#include <string.h>

#define TEXT_MAX 512

static int word_at(const char *const *words, const char *text)
{
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0)
            return i;
    }
    return -1;
}

/* One member. False: it is none, or has no such value. */
static bool take(const char *name, const char *value, struct qn_unique *unique)
{
    int at;

    if (strcmp(name, "until") == 0 && (at = word_at(qn_unique_untils, value)) > 0)
        unique->until = (enum qn_unique_until)at;
    else if (strcmp(name, "conflict") == 0 && (at = word_at(qn_unique_conflicts, value)) >= 0)
        unique->conflict = (enum qn_unique_conflict)at;
    else
        return strcmp(name, "for") == 0 && qn_str_to_ms(value, &unique->for_ms) == QN_OK;
    return true;
}

/* Somebody wrote a member behind the key, which would become part of it. */
static bool holds_member(const char *key)
{
    return strstr(key, ",until=") || strstr(key, ",for=") || strstr(key, ",conflict=");
}

int cli_unique_parse(const char *text, struct qn_unique *ret, char *key, size_t size,
                     struct qn_err *reterr)
{
    struct qn_unique made = {.until = QN_UNIQUE_NO};
    char copy[TEXT_MAX], *rest = copy, *what;
    bool ok = qn_str_copy(copy, sizeof(copy), text);

    key[0] = '\0';
    what = ok ? strstr(copy, "key=") : NULL;
    if (what && (what == copy || what[-1] == ',')) {
        ok = what[4] != '\0' && qn_str_copy(key, size, what + 4);
        if (holds_member(key))
            return qn_fail(reterr, QN_EINVAL, "key=TEXT goes to the end");
        *(what == copy ? what : what - 1) = '\0';
    }
    while (ok && rest && *rest) {
        char *value = strsep(&rest, ","), *name = strsep(&value, "=");
        ok = value ? take(name, value, &made) : take("until", name, &made);
    }
    if (!ok)
        return qn_fail(reterr, QN_EINVAL,
                       "\"%.60s\" is not until=started|finished|window with for=TIME, "
                       "conflict=reject|existing|replace, key=TEXT",
                       text);
    if (made.until == QN_UNIQUE_NO)
        return qn_fail(reterr, QN_EINVAL, "until=started|finished|window is missing");
    int rc = qn_unique_check(&made, reterr);
    if (rc == QN_OK)
        *ret = made;
    return rc;
}
