#include "sales_args.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/str.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const sales_statuses[] = {"pending", "paid", "shipped", "cancelled", "refunded", NULL};
#define STATUSES_PRESET (1U << 1 | 1U << 2) /* paid, shipped */

static const char *const formats[] = {"json", "csv", "html", NULL}; /* enum sales_format */
#define FORMATS_ALL (SALES_JSON | SALES_CSV | SALES_HTML)

static const char *const presets[] = {"yesterday", "last_7d", "mtd", "last_month",
                                      "qtd",       "ytd",     NULL};
static const char *const groups[] = {"day", "week", "month", NULL};
static const char *const compares[] = {"none", "previous", "year", NULL};

static const char *const delimiters[] = {"comma", "semicolon", "tab", "pipe", NULL};

#define WORD_SIZE 16 /* of dates and choices, as in struct sales_args */

enum kind { DATE, TEXT, FILLED, CHOICE, SET, FLAG, COUNT, DELIMITER };

/* One argument: what it is, and which member of struct sales_args it fills. */
struct rule {
    const char *name;
    enum kind kind;
    size_t place;
    size_t size;
    const char *const *words; /* of CHOICE and SET */
};

#define MEMBER(m) offsetof(struct sales_args, m), sizeof(((struct sales_args *)0)->m)

/* clang-format off */
static const struct rule rules[] = {
    {"from",          DATE,      MEMBER(from),          NULL},
    {"to",            DATE,      MEMBER(to),            NULL},
    {"preset",        CHOICE,    MEMBER(preset),        presets},
    {"tz",            FILLED,    MEMBER(tz),            NULL},
    {"group",         CHOICE,    MEMBER(group),         groups},
    {"compare",       CHOICE,    MEMBER(compare),       compares},
    {"currency",      TEXT,      MEMBER(currency),      NULL},
    {"top_n",         COUNT,     MEMBER(top_n),         NULL},
    {"statuses",      SET,       MEMBER(statuses),      sales_statuses},
    {"formats",       SET,       MEMBER(formats),       formats},
    {"csv_delimiter", DELIMITER, MEMBER(csv_delimiter), delimiters},
    {"csv_bom",       FLAG,      MEMBER(csv_bom),       NULL},
    {"csv_safe",      FLAG,      MEMBER(csv_safe),      NULL},
    {"force",         FLAG,      MEMBER(force),         NULL},
};
/* clang-format on */

/* Decodes a string into out. */
static int read_text(const char *name, const struct qn_json_item *item, char *out, size_t size,
                     struct qn_err *reterr)
{
    struct qn_buf text;
    int rc;

    if (item->type != QN_JSON_STRING) {
        return qn_fail(reterr, QN_EINVAL, "%s: must be a string", name);
    }
    qn_buf_init(&text, size - 1);
    rc = qn_json_unescape(item->value, &text);
    if (rc == QN_OK) {
        memcpy(out, text.data, text.len + 1);
    } else if (rc == QN_ELIMIT) {
        rc = qn_fail(reterr, QN_EINVAL, "%s: longer than %zu bytes", name, size - 1);
    } else {
        rc = qn_fail(reterr, rc, "%s: %s", name, qn_err_text(rc));
    }
    qn_buf_release(&text);
    return rc;
}

/* One of words; *ret is its place. */
static int read_choice(const struct rule *rule, const struct qn_json_item *item, char *out,
                       int *ret, struct qn_err *reterr)
{
    char list[128] = "";
    size_t used = 0;
    int rc = read_text(rule->name, item, out, WORD_SIZE, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    for (*ret = 0; rule->words[*ret] != NULL; ++*ret) {
        if (strcmp(rule->words[*ret], out) == 0) {
            return QN_OK;
        }
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used > 0 ? ", " : "",
                                 rule->words[*ret]);
    }
    return qn_fail(reterr, QN_EINVAL, "%s: \"%s\" is none of %s", rule->name, out, list);
}

static int read_date(const char *name, const struct qn_json_item *item, char *out,
                     struct qn_err *reterr)
{
    int rc = read_text(name, item, out, WORD_SIZE, reterr);
    long year;

    if (rc != QN_OK) {
        return rc;
    }
    if (qn_date_check(out) != QN_OK) {
        return qn_fail(reterr, QN_EINVAL, "%s: \"%s\" is no day of the calendar (YYYY-MM-DD)", name,
                       out);
    }
    year = strtol(out, NULL, 10);
    if (year < SALES_YEAR_FIRST || year > SALES_YEAR_LAST) {
        return qn_fail(reterr, QN_EINVAL, "%s: the year must be %d to %d", name, SALES_YEAR_FIRST,
                       SALES_YEAR_LAST);
    }
    return QN_OK;
}

/* An array of words, none twice, at least one, as bits. */
static int read_set(const struct rule *rule, const struct qn_json_item *item, unsigned *ret,
                    struct qn_err *reterr)
{
    struct qn_json_walk walk;
    struct qn_json_item word_item;
    char word[WORD_SIZE];

    *ret = 0;
    if (item->type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, item->value.data, item->value.len) != QN_OK) {
        return qn_fail(reterr, QN_EINVAL, "%s: must be an array of strings", rule->name);
    }
    while (qn_json_walk_next(&walk, &word_item)) {
        int place;
        int rc = read_choice(rule, &word_item, word, &place, reterr);

        if (rc != QN_OK) {
            return rc;
        }
        if ((*ret & 1U << place) != 0) {
            return qn_fail(reterr, QN_EINVAL, "%s: \"%s\" is named twice", rule->name, word);
        }
        *ret |= 1U << place;
    }
    return *ret != 0 ? QN_OK : qn_fail(reterr, QN_EINVAL, "%s: must name at least one", rule->name);
}

static int read_flag(const char *name, const struct qn_json_item *item, bool *ret,
                     struct qn_err *reterr)
{
    if (item->type != QN_JSON_BOOLEAN) {
        return qn_fail(reterr, QN_EINVAL, "%s: must be true or false", name);
    }
    *ret = qn_span_is(item->value, "true");
    return QN_OK;
}

static int read_count(const char *name, const struct qn_json_item *item, int *ret,
                      struct qn_err *reterr)
{
    int64_t n;

    if (item->type != QN_JSON_NUMBER || !qn_json_is_integer(item->value, &n) || n < 1 ||
        n > SALES_TOP_MAX) {
        return qn_fail(reterr, QN_EINVAL, "%s: must be an integer, 1 to %d", name, SALES_TOP_MAX);
    }
    *ret = (int)n;
    return QN_OK;
}

static int read_argument(struct sales_args *args, const struct rule *rule,
                         const struct qn_json_item *item, struct qn_err *reterr)
{
    char *out = (char *)args + rule->place;
    char word[WORD_SIZE];
    int rc, place;

    switch (rule->kind) {
    case DATE:
        return read_date(rule->name, item, out, reterr);
    case CHOICE:
        return read_choice(rule, item, out, &place, reterr);
    case SET:
        return read_set(rule, item, (void *)out, reterr);
    case FLAG:
        return read_flag(rule->name, item, (void *)out, reterr);
    case COUNT:
        return read_count(rule->name, item, (void *)out, reterr);
    case DELIMITER:
        rc = read_choice(rule, item, word, &place, reterr);
        *out = rc == QN_OK ? ",;\t|"[place] : *out;
        return rc;
    case TEXT:
    case FILLED:
    default:
        rc = read_text(rule->name, item, out, rule->size, reterr);
        if (rc == QN_OK && rule->kind == FILLED && *out == '\0') {
            return qn_fail(reterr, QN_EINVAL, "%s: must not be empty", rule->name);
        }
        return rc;
    }
}

static int read_member(struct sales_args *args, const struct qn_json_item *item, const char *name,
                       struct qn_err *reterr)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (strcmp(rules[i].name, name) == 0) {
            return read_argument(args, &rules[i], item, reterr);
        }
    }
    return qn_fail(reterr, QN_EINVAL, "%s: no such argument", name);
}

/* Dates compare as their texts do. */
static int check_period(const struct sales_args *args, struct qn_err *reterr)
{
    char limit[16];
    bool dates = args->from[0] != '\0' || args->to[0] != '\0';

    if (args->preset[0] != '\0') {
        return dates ? qn_fail(reterr, QN_EINVAL, "preset: not together with from and to") : QN_OK;
    }
    if (args->from[0] == '\0') {
        return qn_fail(reterr, QN_EINVAL, "from: required, unless there is a preset");
    }
    if (args->to[0] == '\0') {
        return qn_fail(reterr, QN_EINVAL, "to: required with from");
    }
    if (strcmp(args->to, args->from) < 0) {
        return qn_fail(reterr, QN_EINVAL, "to: %s is before from, %s", args->to, args->from);
    }
    snprintf(limit, sizeof(limit), "%04ld%.6s",
             (strtol(args->from, NULL, 10) + SALES_YEARS_MAX) % 10000, args->from + 4);
    if (strcmp(args->to, limit) >= 0) {
        return qn_fail(reterr, QN_EINVAL, "to: %s is more than %d years after from, %s", args->to,
                       SALES_YEARS_MAX, args->from);
    }
    return QN_OK;
}

int sales_args_parse(struct sales_args *ret, const char *json, size_t len, struct qn_err *reterr)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    struct qn_buf name;
    int rc = QN_OK;

    *ret = (struct sales_args){.compare = "none",
                               .top_n = 10,
                               .statuses = STATUSES_PRESET,
                               .formats = FORMATS_ALL,
                               .csv_delimiter = ',',
                               .csv_safe = true};
    if (qn_json_walk_init(&walk, json, len) != QN_OK || !walk.object) {
        return qn_fail(reterr, QN_EINVAL, "arguments: must be a JSON object");
    }
    qn_buf_init(&name, 64);
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        qn_buf_reset(&name);
        rc = qn_json_unescape(item.key, &name);
        if (rc == QN_ELIMIT) {
            rc = qn_fail(reterr, QN_EINVAL, "arguments: a name that is too long");
        } else if (rc != QN_OK) {
            rc = qn_fail(reterr, rc, "arguments: %s", qn_err_text(rc));
        } else if (item.type != QN_JSON_NULL) {
            rc = read_member(ret, &item, name.data, reterr);
        }
    }
    qn_buf_release(&name);
    return rc == QN_OK ? check_period(ret, reterr) : rc;
}
