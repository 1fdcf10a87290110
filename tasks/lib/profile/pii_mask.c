#include "pii.h"

#include "common/utf8.h"
#include "shape.h"
#include <string.h>

#define STARS      "***"
#define ENDING_MAX 12

static int add_first(struct qn_buf *out, struct qn_span text)
{
    return qn_buf_add(out, text.data, qn_utf8_char(text.data, text.len));
}

/* What may be shown of a domain: ".com". */
static bool is_ending(struct qn_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!((text.data[i] >= 'a' && text.data[i] <= 'z') ||
              (text.data[i] >= 'A' && text.data[i] <= 'Z'))) {
            return false;
        }
    }
    return text.len >= 2 && text.len <= ENDING_MAX;
}

/* "j***@e***.com" */
static void mask_email(struct qn_span text, struct qn_buf *out)
{
    const char *at = memchr(text.data, '@', text.len);
    struct qn_span domain;
    size_t dot;

    if (at == NULL) {
        qn_buf_add_str(out, STARS);
        return;
    }
    domain = (struct qn_span){at + 1, text.len - (size_t)(at + 1 - text.data)};
    dot = domain.len;
    while (dot > 0 && domain.data[dot - 1] != '.') {
        dot--;
    }
    if (at > text.data) {
        add_first(out, text);
    }
    qn_buf_add_str(out, STARS "@");
    if (dot > 1) {
        add_first(out, domain);
    }
    qn_buf_add_str(out, STARS);
    if (dot > 1 && is_ending((struct qn_span){domain.data + dot, domain.len - dot})) {
        qn_buf_add(out, domain.data + dot - 1, domain.len - dot + 1);
    }
}

/* "***42": the last places, of letters and digits, where at least twice as many are hidden. */
static void mask_number(struct qn_span text, size_t keep, struct qn_buf *out)
{
    char last[4];
    size_t all = 0, n = 0;

    for (size_t i = text.len; i > 0; i--) {
        char c = text.data[i - 1];

        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
            all++;
            if (n < keep) {
                last[sizeof(last) - ++n] = c;
            }
        }
    }
    qn_buf_add_str(out, STARS);
    if (all >= 3 * keep) {
        qn_buf_add(out, last + sizeof(last) - n, n);
    }
}

/* "1985-**-**" of what begins with a year. */
static void mask_birth(struct qn_span text, struct qn_buf *out)
{
    size_t digits = 0;

    while (digits < text.len && text.data[digits] >= '0' && text.data[digits] <= '9') {
        digits++;
    }
    if (digits != 4 || text.len < 6) {
        qn_buf_add_str(out, STARS);
        return;
    }
    qn_buf_add(out, text.data, digits);
    qn_buf_add_str(out, "-**-**");
}

/* "192.***" */
static void mask_ip(struct qn_span text, struct qn_buf *out)
{
    size_t first = 0;

    while (first < text.len && text.data[first] != '.' && text.data[first] != ':') {
        first++;
    }
    qn_buf_add(out, text.data, first < text.len ? first + 1 : 0);
    qn_buf_add_str(out, STARS);
}

static bool is_part_of_email(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           ((unsigned char)c & 0x80) != 0 || (c != '\0' && strchr("._%+-@", c) != NULL);
}

/* Words with an @ inside, within any text. */
static void mask_words(struct qn_span text, struct qn_buf *out)
{
    size_t i = 0;

    while (i < text.len) {
        size_t end = i;

        while (end < text.len && is_part_of_email(text.data[end])) {
            end++;
        }
        if (end > i + 2 && memchr(text.data + i + 1, '@', end - i - 2) != NULL) {
            mask_email((struct qn_span){text.data + i, end - i}, out);
        } else {
            qn_buf_add(out, text.data + i, end - i);
        }
        i = end;
        if (i < text.len) {
            qn_buf_add_byte(out, (unsigned char)text.data[i++]);
        }
    }
}

int qn_pii_mask(enum qn_pii pii, struct qn_span text, struct qn_buf *out)
{
    struct qn_span trimmed = qn_shape_trim(text);

    if (pii == QN_PII_NONE) {
        mask_words(text, out);
        return qn_buf_status(out);
    }
    if (trimmed.len == 0) {
        return qn_buf_add(out, text.data, text.len);
    }
    switch (pii) {
    case QN_PII_EMAIL:
        mask_email(trimmed, out);
        break;
    case QN_PII_NAME:
        add_first(out, trimmed);
        qn_buf_add_str(out, STARS);
        break;
    case QN_PII_PHONE:
        mask_number(trimmed, 2, out);
        break;
    case QN_PII_ID_NUMBER:
    case QN_PII_CARD:
    case QN_PII_IBAN:
        mask_number(trimmed, 4, out);
        break;
    case QN_PII_BIRTH:
        mask_birth(trimmed, out);
        break;
    case QN_PII_IP:
        mask_ip(trimmed, out);
        break;
    default:
        qn_buf_add_str(out, STARS);
        break;
    }
    return qn_buf_status(out);
}
