#include "shape.h"

#include "common/json.h"
#include <string.h>

#define EMAIL_LOCAL_MAX 64
#define CODE_WORD_MAX   12 /* a word of capitals: a code */
#define PROSE_BYTES     80
#define PROSE_WORDS     8
#define PHONE_LEAST     7
#define PHONE_MOST      15
#define MOBILE_DIGITS   11 /* of China: 1, then 3 to 9 */
#define GROUPS_MAX      6

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c)
{
    return is_upper(c) || (c >= 'a' && c <= 'z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_wide(char c)
{
    return ((unsigned char)c & 0x80) != 0;
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

struct qn_span qn_shape_trim(struct qn_span text)
{
    while (text.len > 0 && is_blank(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.data[text.len - 1])) {
        text.len--;
    }
    return text;
}

/* pattern: 9 a digit, h a hex digit, all else itself. */
static bool matches(struct qn_span text, const char *pattern)
{
    size_t i = 0;

    for (; i < text.len && pattern[i] != '\0'; i++) {
        char c = text.data[i];

        if (pattern[i] == '9' ? !is_digit(c) : pattern[i] == 'h' ? !is_hex(c) : c != pattern[i]) {
            return false;
        }
    }
    return i == text.len && pattern[i] == '\0';
}

static bool is_uuid(struct qn_span text)
{
    return matches(text, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh");
}

/* "2025-06-30", alone or before a time of day. */
static bool is_date(struct qn_span text)
{
    if (text.len < 10 || !matches((struct qn_span){text.data, 10}, "9999-99-99") ||
        text.data[5] > '1' || text.data[8] > '3') {
        return false;
    }
    return text.len == 10 || (text.len >= 16 && (text.data[10] == 'T' || text.data[10] == ' ') &&
                              matches((struct qn_span){text.data + 11, 5}, "99:99"));
}

static bool is_domain(struct qn_span text)
{
    size_t label = 0, dots = 0, letters = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];

        if (c == '.') {
            if (label == 0 || i + 1 == text.len) {
                return false;
            }
            dots++;
            label = letters = 0;
        } else if (is_letter(c) || is_wide(c) || is_digit(c) || c == '-') {
            label++;
            letters += is_letter(c) || is_wide(c);
        } else {
            return false;
        }
    }
    return dots > 0 && letters >= 2;
}

static bool is_email(struct qn_span text)
{
    const char *at = memchr(text.data, '@', text.len);
    size_t local = at != NULL ? (size_t)(at - text.data) : 0;
    const struct qn_span domain = {text.data + local + 1, text.len - local - 1};

    if (local == 0 || local > EMAIL_LOCAL_MAX || text.data[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < local; i++) {
        char c = text.data[i];

        if (!is_letter(c) && !is_digit(c) && !is_wide(c) && !is_one_of(c, ".!#$%&'*+-/=?^_`{|}~")) {
            return false;
        }
    }
    return is_domain(domain);
}

static bool has_blank(struct qn_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_blank(text.data[i])) {
            return true;
        }
    }
    return false;
}

static bool is_url(struct qn_span text)
{
    size_t i = 0;

    if (has_blank(text)) {
        return false;
    }
    if (text.len > 4 && memcmp(text.data, "www.", 4) == 0) {
        return true;
    }
    while (i < text.len && (is_letter(text.data[i]) || (i > 0 && is_one_of(text.data[i], "+-.")))) {
        i++;
    }
    return i >= 2 && text.len > i + 3 && memcmp(text.data + i, "://", 3) == 0;
}

bool qn_shape_is_ipv4(struct qn_span text)
{
    unsigned value = 0, parts = 1;
    size_t digits = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (is_digit(text.data[i])) {
            value = value * 10 + (unsigned)(text.data[i] - '0');
            digits++;
        } else if (text.data[i] == '.' && digits > 0) {
            parts++;
            value = 0;
            digits = 0;
        } else {
            return false;
        }
        if (digits > 3 || value > 255) {
            return false;
        }
    }
    return parts == 4 && digits > 0;
}

static bool is_number(struct qn_span text)
{
    size_t i = text.data[0] == '-' || text.data[0] == '+', digits = 0, points = 0;

    for (; i < text.len; i++) {
        char c = text.data[i];

        if (is_digit(c)) {
            digits++;
        } else if (c == '.' && points == 0) {
            points++;
        } else if (c != ',' || digits == 0 || points > 0 || i + 3 >= text.len) {
            break;
        }
    }
    if (digits == 0) {
        return false;
    }
    if (i < text.len && (text.data[i] == 'e' || text.data[i] == 'E')) {
        const struct qn_span power = {text.data + i + 1, text.len - i - 1};
        size_t sign = power.len > 0 && (power.data[0] == '-' || power.data[0] == '+');

        return power.len > sign && power.len <= sign + 3 && is_digit(power.data[sign]) &&
               is_digit(power.data[power.len - 1]);
    }
    return i == text.len || (i + 1 == text.len && text.data[i] == '%');
}

/* The digits of a text in groups, parted by marks that phone numbers have. */
struct groups {
    size_t len[GROUPS_MAX];
    size_t n, digits;
    char first;
    bool plus, bracket;
};

static bool read_groups(struct qn_span text, struct groups *ret)
{
    bool inside = false;

    *ret = (struct groups){.first = '\0'};
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];

        if (is_digit(c)) {
            if (!inside && ret->n == GROUPS_MAX) {
                return false;
            }
            ret->n += !inside;
            ret->len[ret->n - 1]++;
            ret->first = ret->digits++ == 0 ? c : ret->first;
            inside = true;
            continue;
        }
        inside = false;
        ret->plus |= c == '+' && i == 0;
        ret->bracket |= c == '(';
        if (!is_one_of(c, " -.()/") && !(c == '+' && i == 0)) {
            return false;
        }
    }
    return ret->digits > 0;
}

static bool is_phone(struct qn_span text)
{
    struct groups groups;

    if (!read_groups(text, &groups) || groups.digits < PHONE_LEAST || groups.digits > PHONE_MOST ||
        qn_shape_is_ipv4(text)) {
        return false;
    }
    if (groups.plus || groups.bracket) {
        return true;
    }
    if (groups.n == 1) {
        return groups.digits == MOBILE_DIGITS && text.len == MOBILE_DIGITS && groups.first == '1' &&
               text.data[1] >= '3';
    }
    for (size_t i = 0; i < groups.n; i++) {
        if (groups.len[i] < 2 && i > 0) {
            return false;
        }
    }
    return (groups.first == '0' && groups.digits >= 9) || groups.len[groups.n - 1] == 4;
}

static bool is_json(struct qn_span text)
{
    char next = text.len > 1 ? text.data[1] : '\0';

    if (text.data[0] != '{' && text.data[0] != '[') {
        return false;
    }
    if (text.len + 4 > QN_PROFILE_TEXT) { /* cut */
        return text.data[0] == '{' ? next == '"' : is_one_of(next, "{[\"") || is_digit(next);
    }
    return qn_json_check(text.data, text.len, NULL, NULL) == QN_OK;
}

struct traits {
    size_t words, upper, lower, wide, digits, marks, stops;
};

static struct traits traits_of(struct qn_span text)
{
    struct traits ret = {.words = 1};

    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool blank = is_blank(c);

        ret.words += blank && i > 0 && !is_blank(text.data[i - 1]);
        ret.upper += is_upper(c);
        ret.lower += is_letter(c) && !is_upper(c);
        ret.wide += is_wide(c);
        ret.digits += is_digit(c);
        ret.stops +=
            (c == '.' || c == '!' || c == '?') && i + 1 < text.len && is_blank(text.data[i + 1]);
        ret.marks += !blank && !is_letter(c) && !is_digit(c) && !is_wide(c);
    }
    return ret;
}

/* What is left: a code, a few words, or sentences. */
static enum qn_shape by_words(struct qn_span text)
{
    struct traits traits = traits_of(text);

    if (traits.words > PROSE_WORDS || (traits.words > 1 && text.len > PROSE_BYTES) ||
        (traits.stops > 0 && traits.words > 4) || traits.wide > PROSE_BYTES) {
        return QN_SHAPE_PROSE;
    }
    if (traits.words > 1 || traits.wide > 0) {
        bool digits = traits.digits > 0 && traits.upper + traits.lower + traits.wide == 0;

        return digits ? QN_SHAPE_CODE : QN_SHAPE_WORDS;
    }
    if (traits.digits > 0 || traits.marks > 0 || traits.upper == 0) {
        return QN_SHAPE_CODE;
    }
    return traits.lower == 0 && text.len <= CODE_WORD_MAX ? QN_SHAPE_CODE : QN_SHAPE_WORDS;
}

enum qn_shape qn_shape_of(struct qn_span text)
{
    static const struct {
        enum qn_shape shape;
        bool (*is)(struct qn_span text);
    } shapes[] = {
        {QN_SHAPE_UUID, is_uuid}, {QN_SHAPE_DATE, is_date},   {QN_SHAPE_EMAIL, is_email},
        {QN_SHAPE_URL, is_url},   {QN_SHAPE_PHONE, is_phone}, {QN_SHAPE_NUMBER, is_number},
        {QN_SHAPE_JSON, is_json},
    };

    text = qn_shape_trim(text);
    if (text.len == 0) {
        return QN_SHAPE_NONE;
    }
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (shapes[i].is(text)) {
            return shapes[i].shape;
        }
    }
    return by_words(text);
}
