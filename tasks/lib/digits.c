#include "digits.h"

#include <string.h>

static size_t count_digits(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && text[n] >= '0' && text[n] <= '9') {
        n++;
    }
    return n;
}

void qn_digits_add(struct qn_buf *out, struct qn_span decimal)
{
    size_t sign = decimal.len > 0 && decimal.data[0] == '-' ? 1 : 0;
    size_t whole = count_digits(decimal.data + sign, decimal.len - sign);

    qn_buf_add(out, decimal.data, sign);
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0) {
            qn_buf_add_byte(out, ',');
        }
        qn_buf_add_byte(out, decimal.data[sign + i]);
    }
    qn_buf_add(out, decimal.data + sign + whole, decimal.len - sign - whole);
}
