#include "calendar.h"
#include "common/buf.h"
#include "common/str.h"
#include "cron.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

enum field { SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };

struct field_row {
    const char *name;
    int min, max, count;
    const char *names; /* three letters each, from min on */
};

static const struct field_row rows[FIELDS] = {
    [SECOND] = {"second", 0, 59, 60, NULL},
    [MINUTE] = {"minute", 0, 59, 60, NULL},
    [HOUR] = {"hour", 0, 23, 24, NULL},
    [DAY] = {"day of month", 1, 31, 31, NULL},
    [MONTH] = {"month", 1, 12, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"},
    [WEEKDAY] = {"day of week", 0, 7, 7, "SUNMONTUEWEDTHUFRISAT"},
};

/* One item of a field's list, being read. */
struct item {
    const struct field_row *row;
    struct qn_span whole; /* for messages */
    struct qn_span rest;
    struct qn_err *err;
};

static int refuse(const struct item *item, const char *why)
{
    return qn_fail(item->err, QN_EINVAL, "%s: \"%.*s\": %s", item->row->name, (int)item->whole.len,
                   item->whole.data, why);
}

static bool take_char(struct qn_span *span, char wanted)
{
    if (span->len == 0 || toupper((unsigned char)span->data[0]) != wanted)
        return false;
    span->data++;
    span->len--;
    return true;
}

/* One or two digits. */
static bool take_digits(struct qn_span *span, int *ret)
{
    size_t n = 0;
    int value = 0;

    while (n < span->len && isdigit((unsigned char)span->data[n])) {
        value = value * 10 + span->data[n] - '0';
        if (++n > 2)
            return false;
    }
    if (n == 0)
        return false;
    span->data += n;
    span->len -= n;
    *ret = value;
    return true;
}

static bool take_name(struct qn_span *span, const struct field_row *row, int *ret)
{
    if (!row->names || span->len < 3)
        return false;
    for (int i = 0; row->names[3 * i]; i++) {
        if (strncasecmp(span->data, row->names + 3 * i, 3) == 0) {
            span->data += 3;
            span->len -= 3;
            *ret = row->min + i;
            return true;
        }
    }
    return false;
}

/* A number or a name of this field, within its bounds. */
static int take_value(struct item *item, int *ret, bool *ret_named)
{
    const struct field_row *row = item->row;

    *ret_named = take_name(&item->rest, row, ret);
    if (*ret_named)
        return QN_OK;
    if (!take_digits(&item->rest, ret))
        return refuse(item, row->names ? "a number or a name was expected"
                                       : "a number of one or two digits was expected");
    if (*ret < row->min || *ret > row->max)
        return qn_fail(item->err, QN_EINVAL, "%s: %d is not in %d-%d", row->name, *ret, row->min,
                       row->max);
    return QN_OK;
}

static int take_step(struct item *item, int *ret)
{
    *ret = 1;
    if (!take_char(&item->rest, '/'))
        return QN_OK;
    if (!take_digits(&item->rest, ret))
        return refuse(item, "a step was expected after /");
    if (*ret < 1 || *ret > item->row->count)
        return qn_fail(item->err, QN_EINVAL, "%s: step %d is not in 1-%d", item->row->name, *ret,
                       item->row->count);
    return QN_OK;
}

static uint64_t bits_of(int first, int last, int step)
{
    uint64_t bits = 0;

    for (int i = first; i <= last; i += step)
        bits |= UINT64_C(1) << i;
    return bits;
}

/* "a", "a/n", "a-b", "a-b/n", with a read already. */
static int range_item(struct item *item, int first, bool first_named, uint64_t *ret)
{
    const struct field_row *row = item->row;
    int last = first, step = 1;
    bool named = first_named, is_range = take_char(&item->rest, '-');

    if (is_range) {
        int rc = take_value(item, &last, &named);
        if (rc < 0)
            return rc;
        if (row == &rows[WEEKDAY] && named && last == 0 && first != 0)
            last = 7;
        if (last < first)
            return refuse(item, "the range goes backwards");
    }
    bool stepped = item->rest.len > 0 && item->rest.data[0] == '/';
    int rc = take_step(item, &step);
    if (rc < 0)
        return rc;
    if (stepped && !is_range) {
        last = row == &rows[WEEKDAY] ? 6 : row->max;
        if (first > last)
            return refuse(item, "7 cannot have a step");
    }
    *ret = bits_of(first, last, step);
    return QN_OK;
}

/* "*", "*" with a step, or what begins with a value. */
static int plain_item(struct item *item, uint64_t *ret)
{
    const struct field_row *row = item->row;
    int first = 0, step = 1, rc;
    bool named = false;

    if (take_char(&item->rest, '*')) {
        rc = take_step(item, &step);
        if (rc == QN_OK)
            *ret = bits_of(row->min, row == &rows[WEEKDAY] ? 6 : row->max, step);
    } else {
        rc = take_value(item, &first, &named);
        if (rc == QN_OK)
            rc = range_item(item, first, named, ret);
    }
    if (rc == QN_OK && item->rest.len > 0)
        rc = refuse(item, "there is something behind it that does not belong there");
    return rc;
}

/* L, L-n, LW, nW. QN_EAGAIN: it is none of them. */
static int special_day(struct item *item, struct qn_cron *cron)
{
    struct qn_span rest = item->rest;
    int n = 0;

    if (take_char(&rest, 'L')) {
        if (rest.len == 0) {
            cron->days_from_end |= 1;
            return QN_OK;
        }
        if (rest.len == 1 && take_char(&rest, 'W')) {
            cron->last_workday = true;
            return QN_OK;
        }
        if (!take_char(&rest, '-') || !take_digits(&rest, &n) || rest.len > 0)
            return refuse(item, "L, L-n or LW was expected");
        if (n < 1 || n > 30)
            return refuse(item, "L-n takes n from 1 to 30");
        cron->days_from_end |= UINT32_C(1) << n;
        return QN_OK;
    }
    if (!take_digits(&rest, &n) || rest.len != 1 || !take_char(&rest, 'W'))
        return QN_EAGAIN;
    if (n < 1 || n > 31)
        return refuse(item, "nW takes n from 1 to 31");
    cron->days_workday |= UINT32_C(1) << n;
    return QN_OK;
}

/* d#k, dL. QN_EAGAIN: it is none of them. */
static int special_weekday(struct item *item, struct qn_cron *cron)
{
    struct qn_span rest = item->rest;
    int day = 0, k = 0;

    if (!take_name(&rest, item->row, &day) && !take_digits(&rest, &day))
        return QN_EAGAIN;
    if (day > 7 || rest.len == 0)
        return QN_EAGAIN;
    if (rest.len == 1 && take_char(&rest, 'L')) {
        cron->weekdays_last |= (uint8_t)(1 << day % 7);
        return QN_OK;
    }
    if (!take_char(&rest, '#'))
        return QN_EAGAIN;
    if (!take_digits(&rest, &k) || rest.len > 0 || k < 1 || k > 5)
        return refuse(item, "d#k takes k from 1 to 5");
    cron->weekdays_nth[day % 7] |= (uint8_t)(1 << k);
    return QN_OK;
}

static void add_bits(struct qn_cron *cron, enum field field, uint64_t bits)
{
    switch (field) {
    case SECOND:
        cron->seconds |= bits;
        break;
    case MINUTE:
        cron->minutes |= bits;
        break;
    case HOUR:
        cron->hours |= (uint32_t)bits;
        break;
    case DAY:
        cron->days |= (uint32_t)bits;
        break;
    case MONTH:
        cron->months |= (uint16_t)bits;
        break;
    default:
        cron->weekdays |= (uint8_t)((bits & 127) | (bits >> 7 & 1)); /* 7 is Sunday too */
        break;
    }
}

static int parse_item(struct qn_cron *cron, enum field field, struct qn_span text,
                      struct qn_err *reterr)
{
    struct item item = {&rows[field], text, text, reterr};
    uint64_t bits = 0;
    int rc = QN_EAGAIN;

    if (text.len == 0)
        return qn_fail(reterr, QN_EINVAL, "%s: an item of the list is empty", rows[field].name);
    if (field == DAY)
        rc = special_day(&item, cron);
    else if (field == WEEKDAY)
        rc = special_weekday(&item, cron);
    if (rc != QN_EAGAIN)
        return rc;
    rc = plain_item(&item, &bits);
    if (rc == QN_OK)
        add_bits(cron, field, bits);
    return rc;
}

static int parse_field(struct qn_cron *cron, enum field field, struct qn_span text,
                       struct qn_err *reterr)
{
    bool is_day = field == DAY || field == WEEKDAY;

    if (is_day && qn_span_is(text, "?"))
        text = (struct qn_span){"*", 1};
    if (field == DAY)
        cron->day_is_star = text.data[0] == '*';
    if (field == WEEKDAY)
        cron->weekday_is_star = text.data[0] == '*';
    if ((field == MINUTE || field == HOUR) &&
        (memchr(text.data, '*', text.len) || memchr(text.data, '/', text.len)))
        cron->fixed = false;
    for (;;) {
        const char *comma = memchr(text.data, ',', text.len);
        size_t len = comma ? (size_t)(comma - text.data) : text.len;
        int rc = parse_item(cron, field, (struct qn_span){text.data, len}, reterr);
        if (rc < 0 || !comma)
            return rc;
        text.data += len + 1;
        text.len -= len + 1;
    }
}

static int refuse_never(const struct qn_cron *cron, const char *text, struct qn_err *reterr)
{
    int64_t first = qn_days_of_date((struct qn_date){2000, 1, 1});

    for (int64_t day = first; day < first + 146097; day++) {
        struct qn_date date = qn_date_of_days(day);
        if (qn_cron_day_matches(cron, date.year, date.month, date.day))
            return QN_OK;
    }
    return qn_fail(reterr, QN_EINVAL, "\"%s\": no day of the calendar matches", text);
}

/* Whole numbers with units in the order d h m s, each at most once. */
static int parse_every(struct qn_cron *cron, const char *text, struct qn_err *reterr)
{
    static const char units[] = "dhms";
    static const int64_t seconds[] = {86400, 3600, 60, 1};
    int next_unit = 0;
    int64_t total = 0;

    if (!*text)
        return qn_fail(reterr, QN_EINVAL, "@every: a duration is missing");
    while (*text) {
        int64_t n = 0;
        const char *digits = text;
        while (isdigit((unsigned char)*text) && text - digits < 9)
            n = n * 10 + *text++ - '0';
        const char *unit = *text ? strchr(units + next_unit, *text) : NULL;
        if (text == digits || !unit)
            return qn_fail(reterr, QN_EINVAL,
                           "@every: a duration such as 90s or 1h30m was expected");
        total += n * seconds[unit - units];
        next_unit = (int)(unit - units) + 1;
        text++;
    }
    if (total < 1 || total > 366 * 86400)
        return qn_fail(reterr, QN_EINVAL, "@every: the duration must be from 1s to 366d");
    cron->every_s = total;
    return QN_OK;
}

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

/* Splits at blanks; returns the number of fields, at most max + 1. */
static int split(const char *text, struct qn_span *out, int max)
{
    int n = 0;

    for (;;) {
        text += strspn(text, " \t");
        size_t len = strcspn(text, " \t");
        if (len == 0)
            return n;
        if (n == max)
            return n + 1;
        out[n++] = (struct qn_span){text, len};
        text += len;
    }
}

static int parse_fields(struct qn_cron *cron, const char *text, struct qn_err *reterr)
{
    struct qn_span fields[FIELDS];
    int n = split(text, fields, FIELDS);

    if (n != 5 && n != 6)
        return qn_fail(reterr, QN_EINVAL, "\"%s\": five fields were expected, or six with seconds",
                       text);
    cron->fixed = true;
    if (n == 5)
        cron->seconds = 1;
    for (int i = 0; i < n; i++) {
        int rc = parse_field(cron, (enum field)(i + FIELDS - n), fields[i], reterr);
        if (rc < 0)
            return rc;
    }
    return refuse_never(cron, text, reterr);
}

static int check_text(const char *text, struct qn_err *reterr)
{
    size_t len = strlen(text);

    if (len == 0 || len > QN_CRON_TEXT_MAX)
        return qn_fail(reterr, QN_EINVAL, "the expression must have 1 to %d characters",
                       QN_CRON_TEXT_MAX);
    for (size_t i = 0; i < len; i++)
        if (text[i] != '\t' && (text[i] < ' ' || text[i] > '~'))
            return qn_fail(reterr, QN_EINVAL, "character %zu is not printable ASCII", i + 1);
    return QN_OK;
}

int qn_cron_parse(struct qn_cron *ret, const char *text, struct qn_err *reterr)
{
    struct qn_cron cron = {0};
    char trimmed[QN_CRON_TEXT_MAX + 1];
    int rc = check_text(text, reterr);

    if (rc < 0)
        return rc;
    text += strspn(text, " \t");
    size_t len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    memcpy(trimmed, text, len);
    trimmed[len] = '\0';

    size_t word = strcspn(trimmed, " \t");
    if (word == 6 && strncasecmp(trimmed, "@every", 6) == 0) {
        const char *duration = trimmed + word + strspn(trimmed + word, " \t");
        rc = parse_every(&cron, duration, reterr);
    } else if (trimmed[0] == '@') {
        const char *fields = macro_of(trimmed);
        rc = fields ? parse_fields(&cron, fields, reterr)
                    : qn_fail(reterr, QN_EINVAL, "\"%s\" is not known", trimmed);
    } else {
        rc = parse_fields(&cron, trimmed, reterr);
    }
    if (rc == QN_OK)
        *ret = cron;
    return rc;
}
