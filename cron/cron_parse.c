#include "calendar.h"
#include "cron.h"
#include "cron_field.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* So many years from any on, within a century, have all calendars there are: each weekday of
 * 1 January, with and without a leap day. */
#define YEARS_OF_EACH_KIND 28
#define SOME_YEAR          2000

static int refuse_never(const struct qn_cron *cron, struct qn_err *reterr)
{
    for (int year = SOME_YEAR; year < SOME_YEAR + YEARS_OF_EACH_KIND; year++)
        for (int month = 1; month <= 12; month++)
            if (qn_cron_days(cron, year, month))
                return QN_OK;
    return qn_fail(reterr, QN_EINVAL,
                   "day of month, month and day of week: no date of any year matches all of them");
}

/* ---- @every ---- */

#define EVERY_MAX_S (366 * (int64_t)QN_DAY_S)

static int64_t take_number(const char **text)
{
    int64_t n = 0;

    for (; isdigit((unsigned char)**text); (*text)++)
        n = n > EVERY_MAX_S ? n : n * 10 + **text - '0';
    return n;
}

/* Whole numbers with units in the order d h m s, each at most once. */
static int parse_every(struct qn_cron *cron, const char *text, struct qn_err *reterr)
{
    static const char units[] = "dhms";
    static const int64_t seconds[] = {QN_DAY_S, 3600, 60, 1};
    int next_unit = 0;
    int64_t total = 0;

    if (!*text)
        return qn_fail(reterr, QN_EINVAL, "@every: a duration such as 90s or 1h30m is missing");
    while (*text) {
        const char *digits = text;
        int shown = strcspn(digits, " \t") < 40 ? (int)strcspn(digits, " \t") : 40;
        int64_t n = take_number(&text);
        const char *unit = *text ? strchr(units, *text) : NULL;
        if (text == digits || !unit)
            return qn_fail(reterr, QN_EINVAL,
                           "@every: \"%.*s\": whole numbers with units d, h, m, s were expected, "
                           "as in 1h30m",
                           shown, digits);
        if (unit - units < next_unit)
            return qn_fail(reterr, QN_EINVAL,
                           "@every: units stand in the order d, h, m, s, each once");
        total += n * seconds[unit - units];
        next_unit = (int)(unit - units) + 1;
        text++;
    }
    if (total < 1 || total > EVERY_MAX_S)
        return qn_fail(reterr, QN_EINVAL, "@every: the duration must be from 1s to 366d");
    cron->every_s = total;
    return QN_OK;
}

/* ---- macros and fields ---- */

static const char *macro_of(const char *text)
{
    static const char *const macros[][2] = {
        {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
        {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
        {"@hourly", "0 * * * *"},
    };

    for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++)
        if (strcasecmp(text, macros[i][0]) == 0)
            return macros[i][1];
    return NULL;
}

/* Splits at blanks; returns the number of fields, of which at most max are told. */
static int split(const char *text, struct qn_span *out, int max)
{
    int n = 0;

    for (;; n++) {
        text += strspn(text, " \t");
        size_t len = strcspn(text, " \t");
        if (len == 0)
            return n;
        if (n < max)
            out[n] = (struct qn_span){text, len};
        text += len;
    }
}

static int parse_fields(struct qn_cron *cron, const char *text, struct qn_err *reterr)
{
    struct qn_span fields[QN_CRON_FIELDS];
    int n = split(text, fields, QN_CRON_FIELDS);

    if (n != 5 && n != 6)
        return qn_fail(reterr, QN_EINVAL,
                       "%d field%s, but five were expected (minute, hour, day of month, month, day "
                       "of week), or six with seconds in front",
                       n, n == 1 ? "" : "s");
    cron->fixed = true;
    if (n == 5)
        cron->seconds = 1;
    for (int i = 0; i < n; i++) {
        int rc = qn_cron_field_parse(cron, (enum qn_cron_field)(i + QN_CRON_FIELDS - n), fields[i],
                                     reterr);
        if (rc < 0)
            return rc;
    }
    return refuse_never(cron, reterr);
}

/* A macro, or @every with its duration. */
static int parse_at(struct qn_cron *cron, const char *text, struct qn_err *reterr)
{
    size_t word = strcspn(text, " \t");
    const char *rest = text + word + strspn(text + word, " \t");
    const char *fields = macro_of(text);
    char name[16];

    if (word == 6 && strncasecmp(text, "@every", word) == 0)
        return parse_every(cron, rest, reterr);
    if (fields)
        return parse_fields(cron, fields, reterr);
    snprintf(name, sizeof(name), "%.*s", (int)word, text);
    if (macro_of(name))
        return qn_fail(reterr, QN_EINVAL, "%s: nothing may stand behind it", name);
    return qn_fail(reterr, QN_EINVAL,
                   "%s: there is @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly "
                   "and @every",
                   name);
}

static int check_text(const char *text, size_t len, struct qn_err *reterr)
{
    if (len == 0 || len > QN_CRON_TEXT_MAX)
        return qn_fail(reterr, QN_EINVAL, "%zu characters, but an expression has 1 to %d", len,
                       QN_CRON_TEXT_MAX);
    for (size_t i = 0; i < len; i++)
        if (text[i] != '\t' && (text[i] < ' ' || text[i] > '~'))
            return qn_fail(reterr, QN_EINVAL, "character %zu is not printable ASCII", i + 1);
    return QN_OK;
}

int qn_cron_parse_bytes(struct qn_cron *ret, const char *text, size_t len, struct qn_err *reterr)
{
    struct qn_cron cron = {0};
    char trimmed[QN_CRON_TEXT_MAX + 1];
    int rc = check_text(text, len, reterr);

    if (rc < 0)
        return rc;
    for (; len > 0 && (text[0] == ' ' || text[0] == '\t'); len--)
        text++;
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    memcpy(trimmed, text, len);
    trimmed[len] = '\0';
    rc =
        trimmed[0] == '@' ? parse_at(&cron, trimmed, reterr) : parse_fields(&cron, trimmed, reterr);
    if (rc == QN_OK)
        *ret = cron;
    return rc;
}

int qn_cron_parse(struct qn_cron *ret, const char *text, struct qn_err *reterr)
{
    return qn_cron_parse_bytes(ret, text, strlen(text), reterr);
}
