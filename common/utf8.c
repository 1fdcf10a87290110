#include "utf8.h"

#include "str.h"
#include <stdint.h>
#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* Bytes of the sequence that a first byte announces, 0 for none. */
static size_t announced(uint8_t first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xc2 || first > 0xf4) { /* 80-BF go on; C0, C1 are overlong */
        return 0;
    }
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The second byte is where overlong forms (E0, F0), surrogates (ED) and what
 * lies beyond U+10FFFF (F4) show. */
static bool second_fits(uint8_t first, uint8_t second)
{
    uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

    return second >= low && second <= high;
}

size_t qn_utf8_char(const char *text, size_t len)
{
    uint8_t first = len > 0 ? (uint8_t)text[0] : 0xff;
    size_t n = announced(first);

    if (n == 0 || n > len || (n > 1 && !second_fits(first, (uint8_t)text[1]))) {
        return 0;
    }
    for (size_t i = 2; i < n; i++) {
        if (((uint8_t)text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return n;
}

bool qn_utf8_valid(const char *text, size_t len)
{
    size_t i = 0;

    while (i < len) {
        uint64_t eight;
        size_t n;

        if (len - i >= sizeof(eight)) {
            memcpy(&eight, text + i, sizeof(eight));
            if ((eight & HIGH_BITS) == 0) {
                i += sizeof(eight);
                continue;
            }
        }
        n = qn_utf8_char(text + i, len - i);
        if (n == 0) {
            return false;
        }
        i += n;
    }
    return true;
}

size_t qn_utf8_cut(const char *text, size_t len, size_t max)
{
    if (len <= max) {
        return len;
    }
    /* Looks at bytes before max only: those from there on may be lost. */
    for (size_t back = 1; back <= 3 && back <= max; back++) {
        uint8_t byte = (uint8_t)text[max - back];

        if ((byte & 0xc0) != 0x80) {
            return announced(byte) > back ? max - back : max;
        }
    }
    return max;
}
