#include "cron_field.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct field_row {
    const char *name;
    int min, max, count;
    const char *names; /* three letters each, from min on */
    const char *named; /* for messages */
};

static const struct field_row rows[QN_CRON_FIELDS] = {
    [QN_CRON_SECOND] = {"second", 0, 59, 60, NULL, NULL},
    [QN_CRON_MINUTE] = {"minute", 0, 59, 60, NULL, NULL},
    [QN_CRON_HOUR] = {"hour", 0, 23, 24, NULL, NULL},
    [QN_CRON_DAY] = {"day of month", 1, 31, 31, NULL, NULL},
    [QN_CRON_MONTH] = {"month", 1, 12, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", "JAN-DEC"},
    [QN_CRON_WEEKDAY] = {"day of week", 0, 7, 7, "SUNMONTUEWEDTHUFRISAT", "SUN-SAT"},
};

/* One item of a field's list, being read. */
struct item {
    enum qn_cron_field field;
    const struct field_row *row;
    struct qn_span whole; /* for messages */
    struct qn_span rest;
    struct qn_err *err;
};

/* ---- what is wrong ---- */

/* Long items are cut: the text has its bound. */
static int refuse(const struct item *item, const char *why)
{
    return qn_fail(item->err, QN_EINVAL, "%s: \"%.*s%s\": %s", item->row->name,
                   item->whole.len > 40 ? 40 : (int)item->whole.len, item->whole.data,
                   item->whole.len > 40 ? "..." : "", why);
}

/* What a character may do in which field, and what is said of it in all others. */
static const struct {
    char letter;
    enum qn_cron_field field;
    const char *here, *elsewhere;
} hints[] = {
    {'?', QN_CRON_DAY, "? stands alone in its field", NULL},
    {'?', QN_CRON_WEEKDAY, "? stands alone in its field", "? is for the two day fields"},
    {'L', QN_CRON_DAY, "L takes no range and no step: L, L-n or LW", NULL},
    {'L', QN_CRON_WEEKDAY, "L stands behind one weekday, as in 5L", "L is for the two day fields"},
    {'W', QN_CRON_DAY, "W stands behind one day, as in 15W, or in LW", "W is for day of month"},
    {'#', QN_CRON_WEEKDAY, "# stands between one weekday and 1-5, as in 5#3",
     "# is for day of week"},
};

static const char *hint_of(const struct item *item, char at)
{
    const char *elsewhere = NULL;
    int letter = toupper((unsigned char)at);

    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        if (hints[i].letter != letter)
            continue;
        if (hints[i].field == item->field)
            return hints[i].here;
        elsewhere = hints[i].elsewhere;
    }
    return elsewhere;
}

/* No number and no name stands where one has to be. */
static int refuse_value(const struct item *item)
{
    const char *text = item->rest.data;
    size_t len = item->rest.len;
    bool is_word = len > 2 && isalpha((unsigned char)text[0]) && isalpha((unsigned char)text[1]);
    const char *hint = len > 0 && !is_word ? hint_of(item, text[0]) : NULL;
    char why[80];

    if (len > 0 && isdigit((unsigned char)text[0]))
        hint = "a number has one or two digits";
    else if (len > 0 && text[0] == '*')
        hint = "* stands alone or in front of a step";
    if (hint)
        return refuse(item, hint);
    if (!item->row->names)
        return refuse(item, is_word ? "it takes numbers, no names" : "a number was expected");
    snprintf(why, sizeof(why), "a number or a name of %s was expected", item->row->named);
    return refuse(item, why);
}

/* A whole item, and then something. */
static int refuse_rest(const struct item *item)
{
    char at = item->rest.data[0], why[48];
    const char *hint = hint_of(item, at);

    if (isdigit((unsigned char)at))
        hint = "a number has one or two digits";
    else if (at == '-')
        hint = "a range is two values with one -";
    else if (at == '/')
        hint = "there is one step at most";
    snprintf(why, sizeof(why), "'%c' does not belong there", at);
    return refuse(item, hint ? hint : why);
}

/* ---- values ---- */

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
        return refuse_value(item);
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
        return refuse(item, "a step of one or two digits was expected behind /");
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

/* ---- items of a list ---- */

/* "a", "a/n", "a-b", "a-b/n", with a read already. */
static int range_item(struct item *item, int first, bool first_named, uint64_t *ret)
{
    bool is_weekday = item->field == QN_CRON_WEEKDAY;
    int last = first, step = 1;
    bool named = first_named, is_range = take_char(&item->rest, '-');

    if (is_range) {
        int rc = take_value(item, &last, &named);
        if (rc < 0)
            return rc;
        if (is_weekday && named && last == 0 && first != 0)
            last = 7;
        if (last < first)
            return refuse(item, "the range goes backwards");
    }
    bool stepped = item->rest.len > 0 && item->rest.data[0] == '/';
    int rc = take_step(item, &step);
    if (rc < 0)
        return rc;
    if (stepped && !is_range) {
        last = is_weekday ? 6 : item->row->max;
        if (first > last)
            return refuse(item, "7 takes no step, 0 does");
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
            *ret = bits_of(row->min, item->field == QN_CRON_WEEKDAY ? 6 : row->max, step);
    } else {
        rc = take_value(item, &first, &named);
        if (rc == QN_OK)
            rc = range_item(item, first, named, ret);
    }
    return rc == QN_OK && item->rest.len > 0 ? refuse_rest(item) : rc;
}

/* L, L-n, LW, behind the L. */
static int last_day(struct item *item, struct qn_span rest, struct qn_cron *cron)
{
    int n = 0;

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

/* L, L-n, LW, nW. QN_EAGAIN: it is none of them. */
static int special_day(struct item *item, struct qn_cron *cron)
{
    struct qn_span rest = item->rest;
    int n = 0;

    if (take_char(&rest, 'L'))
        return last_day(item, rest, cron);
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
        return refuse(item, "d#k takes one weekday and k from 1 to 5");
    cron->weekdays_nth[day % 7] |= (uint8_t)(1 << k);
    return QN_OK;
}

static void add_bits(struct qn_cron *cron, enum qn_cron_field field, uint64_t bits)
{
    switch (field) {
    case QN_CRON_SECOND:
        cron->seconds |= bits;
        break;
    case QN_CRON_MINUTE:
        cron->minutes |= bits;
        break;
    case QN_CRON_HOUR:
        cron->hours |= (uint32_t)bits;
        break;
    case QN_CRON_DAY:
        cron->days |= (uint32_t)bits;
        break;
    case QN_CRON_MONTH:
        cron->months |= (uint16_t)bits;
        break;
    default:
        cron->weekdays |= (uint8_t)((bits & 127) | (bits >> 7 & 1)); /* 7 is Sunday too */
        break;
    }
}

static int parse_item(struct qn_cron *cron, enum qn_cron_field field, struct qn_span text,
                      struct qn_err *reterr)
{
    struct item item = {field, &rows[field], text, text, reterr};
    uint64_t bits = 0;
    int rc = QN_EAGAIN;

    if (text.len == 0)
        return qn_fail(reterr, QN_EINVAL, "%s: an item of the list is empty", rows[field].name);
    if (field == QN_CRON_DAY)
        rc = special_day(&item, cron);
    else if (field == QN_CRON_WEEKDAY)
        rc = special_weekday(&item, cron);
    if (rc != QN_EAGAIN)
        return rc;
    rc = plain_item(&item, &bits);
    if (rc == QN_OK)
        add_bits(cron, field, bits);
    return rc;
}

int qn_cron_field_parse(struct qn_cron *cron, enum qn_cron_field field, struct qn_span text,
                        struct qn_err *reterr)
{
    bool is_day = field == QN_CRON_DAY || field == QN_CRON_WEEKDAY;

    if (is_day && qn_span_is(text, "?"))
        text = (struct qn_span){"*", 1};
    if (field == QN_CRON_DAY)
        cron->day_is_star = text.data[0] == '*';
    if (field == QN_CRON_WEEKDAY)
        cron->weekday_is_star = text.data[0] == '*';
    if ((field == QN_CRON_MINUTE || field == QN_CRON_HOUR) &&
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
