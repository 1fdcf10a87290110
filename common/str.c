#include "str.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct unit {
    const char *name;
    int64_t factor;
};

/* From large to small: a duration names them in this order, each once. */
static const struct unit durations[] = {
    {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1},
};

static const struct unit sizes[] = {
    {"GiB", INT64_C(1) << 30}, {"MiB", INT64_C(1) << 20}, {"KiB", INT64_C(1) << 10},
    {"GB", INT64_C(1) << 30},  {"MB", INT64_C(1) << 20},  {"KB", INT64_C(1) << 10},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits at the front of text, as a number not above INT64_MAX. Returns how
 * many there are, 0 for none or too large a number. */
static size_t digits(const char *text, size_t len, int64_t *ret)
{
    int64_t value = 0;
    size_t n = 0;

    *ret = 0;
    while (n < len && is_digit(text[n])) {
        int digit = text[n] - '0';

        if (value > (INT64_MAX - digit) / 10) {
            return 0;
        }
        value = value * 10 + digit;
        n++;
    }
    *ret = value;
    return n;
}

int qn_strn_to_i64(const char *text, size_t len, int64_t *ret)
{
    bool negative = len > 0 && text[0] == '-';
    size_t i = negative ? 1 : 0;
    int64_t value = 0;

    if (i == len) {
        return QN_EINVAL;
    }
    /* Counts down from zero, which has one more place than up. */
    for (; i < len; i++) {
        int digit = text[i] - '0';

        if (!is_digit(text[i]) || value < (INT64_MIN + digit) / 10) {
            return QN_EINVAL;
        }
        value = value * 10 - digit;
    }
    if (!negative && value == INT64_MIN) {
        return QN_EINVAL;
    }
    *ret = negative ? value : -value;
    return QN_OK;
}

int qn_str_to_i64(const char *text, int64_t *ret)
{
    return qn_strn_to_i64(text, strlen(text), ret);
}

int qn_str_to_bool(const char *text, bool *ret)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

    for (size_t i = 0; i < COUNT(words); i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *ret = i % 2 == 1;
            return QN_OK;
        }
    }
    return QN_EINVAL;
}

static bool add_product(int64_t *sum, int64_t value, int64_t factor)
{
    if (value > (INT64_MAX - *sum) / factor) {
        return false;
    }
    *sum += value * factor;
    return true;
}

/* "m" is no unit in front of another letter: that would be "ms". */
static bool unit_at(const char *text, const char *name)
{
    size_t len = strlen(name);

    return strncmp(text, name, len) == 0 && (text[len] == '\0' || is_digit(text[len]));
}

int qn_str_to_ms(const char *text, int64_t *ret_ms)
{
    int64_t sum = 0, value;
    size_t unit = 0, n = digits(text, strlen(text), &value);

    if (n > 0 && text[n] == '\0') {
        if (!add_product(&sum, value, 1000)) {
            return QN_EINVAL;
        }
        *ret_ms = sum;
        return QN_OK;
    }
    do {
        n = digits(text, strlen(text), &value);
        text += n;
        while (unit < COUNT(durations) && !unit_at(text, durations[unit].name)) {
            unit++;
        }
        if (n == 0 || unit == COUNT(durations) ||
            !add_product(&sum, value, durations[unit].factor)) {
            return QN_EINVAL;
        }
        text += strlen(durations[unit++].name);
    } while (*text != '\0');
    *ret_ms = sum;
    return QN_OK;
}

int qn_str_to_bytes(const char *text, int64_t *ret_bytes)
{
    int64_t sum = 0, value, factor = 1;
    size_t n = digits(text, strlen(text), &value);
    size_t unit = 0;

    if (n == 0) {
        return QN_EINVAL;
    }
    if (text[n] != '\0') {
        while (unit < COUNT(sizes) && strcasecmp(text + n, sizes[unit].name) != 0) {
            unit++;
        }
        if (unit == COUNT(sizes)) {
            return QN_EINVAL;
        }
        factor = sizes[unit].factor;
    }
    if (!add_product(&sum, value, factor)) {
        return QN_EINVAL;
    }
    *ret_bytes = sum;
    return QN_OK;
}

void qn_ms_to_str(int64_t ms, char out[QN_MS_TEXT_SIZE])
{
    uint64_t rest = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
    int len = snprintf(out, QN_MS_TEXT_SIZE, "%s", ms < 0 ? "-" : "");

    if (rest == 0) {
        snprintf(out, QN_MS_TEXT_SIZE, "0s");
        return;
    }
    for (size_t i = 0; i < COUNT(durations); i++) {
        uint64_t factor = (uint64_t)durations[i].factor;

        if (rest >= factor) {
            len += snprintf(out + len, QN_MS_TEXT_SIZE - (size_t)len, "%llu%s",
                            (unsigned long long)(rest / factor), durations[i].name);
            rest %= factor;
        }
    }
}

void qn_bytes_to_str(int64_t bytes, char out[QN_MS_TEXT_SIZE])
{
    for (size_t i = 0; i < 3 && bytes != 0; i++) {
        if (bytes % sizes[i].factor == 0) {
            snprintf(out, QN_MS_TEXT_SIZE, "%lld%s", (long long)(bytes / sizes[i].factor),
                     sizes[i].name);
            return;
        }
    }
    snprintf(out, QN_MS_TEXT_SIZE, "%lld", (long long)bytes);
}

bool qn_str_copy(char *out, size_t size, const char *text)
{
    size_t len = strlen(text);
    size_t kept = qn_utf8_cut(text, len, size - 1);

    memcpy(out, text, kept);
    out[kept] = '\0';
    return kept == len;
}

size_t qn_i64_to_str(int64_t value, char out[QN_I64_TEXT_SIZE])
{
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    char digits[QN_I64_TEXT_SIZE];
    size_t at = sizeof(digits), len;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    len = sizeof(digits) - at;
    memcpy(out, digits + at, len);
    out[len] = '\0';
    return len;
}

bool qn_str_is_name(const char *text, size_t max)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t len = strspn(text, allowed);

    return len >= 1 && len <= max && text[len] == '\0';
}

bool qn_str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}
