#include "gather.h"

#include "common/mem.h"
#include "common/str.h"
#include "number.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS_FIRST 256

void qn_gather_init(struct qn_gather *gather, const struct qn_catalog_column *column,
                    int64_t now_ms)
{
    *gather = (struct qn_gather){.column = column, .now = (double)now_ms / 1000, .random = 1};
    qn_values_init(&gather->values);
}

void qn_gather_release(struct qn_gather *gather)
{
    qn_values_release(&gather->values);
    qn_free(gather->numbers);
    gather->numbers = NULL;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * UINT64_C(0x2545f4914f6cdd1d) >> 32;
}

static void thin_numbers(struct qn_gather *gather)
{
    size_t kept = 0;

    for (size_t i = 0; i < gather->n_numbers; i++) {
        if ((next_random(&gather->random) & 1) == 0) {
            gather->numbers[kept++] = gather->numbers[i];
        }
    }
    gather->n_numbers = kept;
    gather->thinned++;
}

static int keep_number(struct qn_gather *gather, double number)
{
    if (gather->thinned > 0 &&
        (next_random(&gather->random) & ((UINT64_C(1) << gather->thinned) - 1)) != 0) {
        return QN_OK;
    }
    if (gather->n_numbers == QN_GATHER_NUMBERS_MAX) {
        thin_numbers(gather);
    }
    if (gather->n_numbers == gather->cap_numbers) {
        size_t cap = gather->cap_numbers == 0 ? NUMBERS_FIRST : gather->cap_numbers * 2;
        double *grown = qn_realloc_array(gather->numbers, cap, sizeof(*grown));

        if (grown == NULL) {
            return QN_ENOMEM;
        }
        gather->numbers = grown;
        gather->cap_numbers = cap;
    }
    gather->numbers[gather->n_numbers++] = number;
    return QN_OK;
}

static void add_moments(struct qn_gather *gather, double number)
{
    double delta = number - gather->mean;
    double step, term;

    gather->n++;
    step = delta / gather->n;
    term = delta * step * (gather->n - 1);
    gather->mean += step;
    gather->m3 += term * step * (gather->n - 2) - 3 * step * gather->m2;
    gather->m2 += term;
}

static void keep_text(char out[QN_PROFILE_TEXT + 1], struct qn_span text)
{
    size_t len = qn_utf8_cut(text.data, text.len, QN_PROFILE_TEXT);

    memcpy(out, text.data, len);
    out[len] = '\0';
}

/* Decimal texts of numbers that are the same as doubles. */
static int compare_digits(const char *a, const char *b)
{
    bool negative = a[0] == '-' && b[0] == '-';
    size_t left, right;
    int order;

    a += a[0] == '-';
    b += b[0] == '-';
    left = strcspn(a, ".");
    right = strcspn(b, ".");
    order = left != right ? (left < right ? -1 : 1) : strcmp(a, b);
    return negative ? -order : order;
}

static void bound_number(struct qn_gather *gather, struct qn_span text, double number)
{
    bool digits =
        gather->column->family == QN_FAMILY_INTEGER || gather->column->family == QN_FAMILY_NUMERIC;
    char copy[QN_PROFILE_TEXT + 1];
    bool first = !gather->bounded;

    if (!first && number > gather->low && number < gather->high) {
        return;
    }
    keep_text(copy, text);
    if (first || number < gather->low ||
        (number <= gather->low && digits && compare_digits(copy, gather->min) < 0)) {
        gather->low = number;
        memcpy(gather->min, copy, sizeof(copy));
    }
    if (first || number > gather->high ||
        (number >= gather->high && digits && compare_digits(copy, gather->max) > 0)) {
        gather->high = number;
        memcpy(gather->max, copy, sizeof(copy));
    }
    gather->bounded = true;
}

static int compare_bytes(struct qn_span text, const char *kept)
{
    size_t len = strlen(kept);
    int order = memcmp(text.data, kept, text.len < len ? text.len : len);

    return order != 0 ? order : (text.len > len) - (text.len < len);
}

static void bound_text(struct qn_gather *gather, struct qn_span text)
{
    text.len = qn_utf8_cut(text.data, text.len, QN_PROFILE_TEXT);
    if (!gather->bounded || compare_bytes(text, gather->min) < 0) {
        keep_text(gather->min, text);
    }
    if (!gather->bounded || compare_bytes(text, gather->max) > 0) {
        keep_text(gather->max, text);
    }
    gather->bounded = true;
}

/* By the order of the labels, which are all that an enum has. */
static void bound_label(struct qn_gather *gather, struct qn_span text)
{
    size_t i = 0;

    while (i < gather->column->n_labels && !qn_span_is(text, gather->column->labels[i])) {
        i++;
    }
    if (i == gather->column->n_labels) {
        return;
    }
    if (!gather->bounded || i < gather->min_label) {
        gather->min_label = i;
        keep_text(gather->min, text);
    }
    if (!gather->bounded || i > gather->max_label) {
        gather->max_label = i;
        keep_text(gather->max, text);
    }
    gather->bounded = true;
}

static int add_number(struct qn_gather *gather, struct qn_span text)
{
    enum qn_family family = gather->column->family;
    bool signs = family == QN_FAMILY_INTEGER || family == QN_FAMILY_NUMERIC ||
                 family == QN_FAMILY_FLOAT || family == QN_FAMILY_INTERVAL;
    double number;

    if (!qn_number_parse(family, text, &number)) {
        return QN_OK;
    }
    if (signs) {
        gather->zeros += fpclassify(number) == FP_ZERO;
        gather->negatives += number < 0;
    }
    if (family == QN_FAMILY_DATE || family == QN_FAMILY_TIMESTAMP) {
        gather->future += number > gather->now;
    }
    add_moments(gather, number);
    bound_number(gather, text, number);
    return keep_number(gather, number);
}

static bool is_blank(struct qn_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != ' ' && (text.data[i] < '\t' || text.data[i] > '\r')) {
            return false;
        }
    }
    return text.len > 0;
}

static double characters(struct qn_span text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        n += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    }
    return (double)n;
}

static void add_length(struct qn_gather *gather, double length)
{
    gather->length_min = gather->lengths == 0 ? length : fmin(gather->length_min, length);
    gather->length_max = gather->lengths == 0 ? length : fmax(gather->length_max, length);
    gather->length_sum += length;
    gather->lengths++;
}

/* Characters of a value of which only the beginning came: as told, or in the same proportion
 * to its bytes as in the beginning. */
static double whole_length(struct qn_span value, struct qn_span rest)
{
    char *end;
    double bytes = strtod(rest.data, &end);
    double told = *end == ' ' ? strtod(end, NULL) : -1;

    if (told >= 0) {
        return told;
    }
    return value.len > 0 ? floor(bytes * characters(value) / (double)value.len) : bytes;
}

static void add_text(struct qn_gather *gather, struct qn_span value, struct qn_span rest)
{
    add_length(gather, rest.data != NULL ? whole_length(value, rest) : characters(value));
    gather->empties += value.len == 0 && rest.data == NULL;
    gather->blanks += rest.data == NULL && is_blank(value);
    if (value.len > 0 || rest.data == NULL) {
        bound_text(gather, value);
    }
}

/* 1.50 is 1.5, and -0 is 0. */
static struct qn_span as_compared(const struct qn_gather *gather, struct qn_span value)
{
    enum qn_family family = gather->column->family;

    if (family == QN_FAMILY_FLOAT && qn_span_is(value, "-0")) {
        return (struct qn_span){"0", 1};
    }
    if (family == QN_FAMILY_NUMERIC && memchr(value.data, '.', value.len) != NULL) {
        while (value.data[value.len - 1] == '0') {
            value.len--;
        }
        value.len -= value.data[value.len - 1] == '.';
    }
    return value;
}

static int add_by_family(struct qn_gather *gather, struct qn_span value, struct qn_span rest)
{
    switch (gather->column->family) {
    case QN_FAMILY_TEXT:
        add_text(gather, value, rest);
        return QN_OK;
    case QN_FAMILY_BYTES:
        add_length(gather, rest.data != NULL ? strtod(rest.data, NULL) : 0);
        return QN_OK;
    case QN_FAMILY_UUID:
        bound_text(gather, value);
        return QN_OK;
    case QN_FAMILY_ENUM:
        bound_label(gather, value);
        return QN_OK;
    default:
        return qn_number_has(gather->column->family) ? add_number(gather, value) : QN_OK;
    }
}

int qn_gather_add(struct qn_gather *gather, struct qn_span value, struct qn_span rest,
                  struct qn_err *reterr)
{
    uint64_t hash;
    int rc;

    gather->rows++;
    if (value.data == NULL) {
        gather->nulls++;
        return QN_OK;
    }
    if (gather->column->family == QN_FAMILY_BOOLEAN && value.len == 1) {
        value = value.data[0] == 't' ? (struct qn_span){"true", 4} : (struct qn_span){"false", 5};
    }
    hash = qn_values_hash(0, as_compared(gather, value));
    if (rest.data != NULL) {
        hash = qn_values_hash(hash, rest);
    }
    rc = qn_values_add(&gather->values, hash, value);
    if (rc == QN_OK) {
        rc = add_by_family(gather, value, rest);
    }
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "no memory for the values of a column");
}
