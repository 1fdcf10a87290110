#include "pii.h"

#include <string.h>

#define CARD_LEAST  13
#define CARD_MOST   19
#define IBAN_LEAST  15
#define IBAN_MOST   34
#define RESIDENT    18
#define COMPACT_MAX 40

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Digits and capitals, without blanks and hyphens: how many, or 0. */
static size_t compact(struct qn_span text, char out[COMPACT_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];

        if (c == ' ' || c == '-') {
            continue;
        }
        if ((!is_digit(c) && !is_capital(c)) || n == COMPACT_MAX) {
            return 0;
        }
        out[n++] = c;
    }
    return n;
}

bool qn_pii_is_card(struct qn_span text)
{
    char digits[COMPACT_MAX];
    size_t n = compact(text, digits);
    int sum = 0, kinds = 0;

    if (n < CARD_LEAST || n > CARD_MOST || digits[0] == '0') {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        int value = digits[n - 1 - i] - '0';

        if (!is_digit(digits[n - 1 - i])) {
            return false;
        }
        kinds += value > 0;
        value *= i % 2 == 1 ? 2 : 1;
        sum += value > 9 ? value - 9 : value;
    }
    return sum % 10 == 0 && kinds > 1;
}

bool qn_pii_is_iban(struct qn_span text)
{
    char code[COMPACT_MAX];
    size_t n = compact(text, code);
    unsigned rest = 0;

    if (n < IBAN_LEAST || n > IBAN_MOST || !is_capital(code[0]) || !is_capital(code[1]) ||
        !is_digit(code[2]) || !is_digit(code[3])) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        char c = code[(i + 4) % n];

        rest =
            is_digit(c) ? rest * 10 + (unsigned)(c - '0') : rest * 100 + (unsigned)(c - 'A') + 10;
        rest %= 97;
    }
    return rest == 1;
}

bool qn_pii_is_resident(struct qn_span text)
{
    static const int weights[RESIDENT - 1] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const char last[] = "10X98765432";
    int sum = 0;

    if (text.len != RESIDENT) {
        return false;
    }
    for (size_t i = 0; i + 1 < RESIDENT; i++) {
        if (!is_digit(text.data[i])) {
            return false;
        }
        sum += (text.data[i] - '0') * weights[i];
    }
    if (memcmp(text.data + 6, "19", 2) != 0 && memcmp(text.data + 6, "20", 2) != 0) {
        return false;
    }
    return text.data[RESIDENT - 1] == last[sum % 11] ||
           (text.data[RESIDENT - 1] == 'x' && last[sum % 11] == 'X');
}

bool qn_pii_is_social(struct qn_span text)
{
    if (text.len != 11 || text.data[3] != '-' || text.data[6] != '-') {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (i != 3 && i != 6 && !is_digit(text.data[i])) {
            return false;
        }
    }
    return memcmp(text.data, "000", 3) != 0 && memcmp(text.data, "666", 3) != 0 &&
           text.data[0] != '9' && memcmp(text.data + 4, "00", 2) != 0 &&
           memcmp(text.data + 7, "0000", 4) != 0;
}
