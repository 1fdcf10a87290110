#include "address.h"

#include "common/str.h"
#include <stdint.h>
#include <string.h>

#define LOCAL_MAX 64
#define LABEL_MAX 63
#define LETTERS   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS    "0123456789"
#define ATEXT     LETTERS DIGITS "!#$%&'*+-/=?^_`{|}~"

/* One of set, NUL is none. */
static bool is_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* Words of set with single dots between them. */
static bool is_dotted(const char *text, size_t len, const char *set)
{
    bool may_dot = false;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' ? !may_dot : !is_of(text[i], set)) {
            return false;
        }
        may_dot = text[i] != '.';
    }
    return may_dot;
}

static bool are_labels(const char *domain, size_t len)
{
    size_t start = 0;

    for (size_t i = 0; i <= len; i++) {
        if (i < len && domain[i] != '.') {
            continue;
        }
        if (i == start || i - start > LABEL_MAX || domain[start] == '-' || domain[i - 1] == '-') {
            return false;
        }
        start = i + 1;
    }
    return is_dotted(domain, len, LETTERS DIGITS "-");
}

int qn_address_check(const char *address, size_t len, struct qn_err *reterr)
{
    const char *at = memchr(address, '@', len);
    size_t local = at != NULL ? (size_t)(at - address) : len;

    if (len > QN_ADDRESS_MAX) {
        return qn_fail(reterr, QN_EINVAL, "is longer than %d bytes", QN_ADDRESS_MAX);
    }
    if (at == NULL) {
        return qn_fail(reterr, QN_EINVAL, "has no @");
    }
    if (local > LOCAL_MAX) {
        return qn_fail(reterr, QN_EINVAL, "has more than %d bytes before the @", LOCAL_MAX);
    }
    if (!is_dotted(address, local, ATEXT)) {
        return qn_fail(reterr, QN_EINVAL, "has characters before the @ that are not taken");
    }
    if (!are_labels(at + 1, len - local - 1)) {
        return qn_fail(reterr, QN_EINVAL, "has no domain of ASCII letters, digits and hyphens");
    }
    return QN_OK;
}

/* The character at text, whose UTF-8 is valid. */
static uint32_t next_character(const char *text, size_t *ret_len)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t len = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    uint32_t value = len == 1 ? at[0] : at[0] & (0xffU >> (len + 1));

    for (size_t i = 1; i < len; i++) {
        value = value << 6 | (at[i] & 0x3fU);
    }
    *ret_len = len;
    return value;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

int qn_address_check_name(const char *name, size_t len, struct qn_err *reterr)
{
    size_t size;

    if (len > QN_ADDRESS_NAME_MAX) {
        return qn_fail(reterr, QN_EINVAL, "is longer than %d bytes", QN_ADDRESS_NAME_MAX);
    }
    if (!qn_utf8_valid(name, len)) {
        return qn_fail(reterr, QN_EINVAL, "is not UTF-8");
    }
    for (size_t i = 0; i < len; i += size) {
        uint32_t c = next_character(name + i, &size);

        if (is_control(c)) {
            return qn_fail(reterr, QN_EINVAL, "has the control character U+%04X at byte %zu",
                           (unsigned)c, i);
        }
    }
    return QN_OK;
}

struct part {
    const char *start;
    size_t len;
};

/* Without blanks around it, and without one pair of quotes. */
static struct part trim(const char *start, size_t len)
{
    while (len > 0 && start[0] == ' ') {
        start++;
        len--;
    }
    while (len > 0 && start[len - 1] == ' ') {
        len--;
    }
    if (len >= 2 && start[0] == '"' && start[len - 1] == '"') {
        return (struct part){start + 1, len - 2};
    }
    return (struct part){start, len};
}

int qn_address_parse(const char *text, struct qn_address *ret, struct qn_err *reterr)
{
    size_t len = strlen(text);
    const char *open = strchr(text, '<');
    struct part name = {"", 0}, address = trim(text, len);
    struct qn_err err = {.code = QN_OK};
    int rc;

    if (open != NULL && text[len - 1] == '>') {
        name = trim(text, (size_t)(open - text));
        address = (struct part){open + 1, (size_t)(text + len - 1 - (open + 1))};
    }
    rc = qn_address_check(address.start, address.len, &err);
    if (rc != QN_OK) {
        return qn_fail(reterr, rc, "the address %s", err.msg);
    }
    rc = qn_address_check_name(name.start, name.len, &err);
    if (rc == QN_OK && memchr(name.start, '"', name.len) != NULL) {
        rc = qn_fail(&err, QN_EINVAL, "has a quote in it");
    }
    if (rc != QN_OK) {
        return qn_fail(reterr, rc, "the name %s", err.msg);
    }
    *ret = (struct qn_address){.address = ""};
    memcpy(ret->address, address.start, address.len);
    memcpy(ret->name, name.start, name.len);
    return QN_OK;
}
