#include "judge.h"

#include "common/str.h"
#include "shape.h"
#include <math.h>
#include <string.h>

#define NULLS_SHARE      0.2
#define IDENTIFIER_SHARE 0.99
#define IDENTIFIER_SEEN  10
#define CATEGORY_VALUES  20
#define CATEGORY_SHARE   0.05
#define SKEW             20
#define ZEROS_SHARE      0.5
#define DOMINATED_SHARE  0.9
#define REPEATED_SHARE   0.5 /* variants: of columns whose values come again */
#define MASK_MAX         (2 * QN_PROFILE_TEXT)

void qn_judge_init(struct qn_judge *judge, enum qn_family family)
{
    *judge = (struct qn_judge){.family = family};
    qn_values_init(&judge->folded);
}

void qn_judge_release(struct qn_judge *judge)
{
    qn_values_release(&judge->folded);
}

/* Capitals of ASCII, of Latin-1 and of Cyrillic, small. */
static size_t fold(struct qn_span text, char out[QN_PROFILE_TEXT])
{
    size_t n = text.len < QN_PROFILE_TEXT ? text.len : QN_PROFILE_TEXT;

    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text.data[i];
        unsigned char before = i > 0 ? (unsigned char)text.data[i - 1] : 0;

        if (c >= 'A' && c <= 'Z') {
            c = (unsigned char)(c + 0x20);
        } else if ((before == 0xc3 && c >= 0x80 && c <= 0x9e && c != 0x97) ||
                   (before == 0xd0 && c >= 0x90 && c <= 0x9f)) {
            c = (unsigned char)(c + 0x20);
        } else if (before == 0xd0 && c >= 0xa0 && c <= 0xaf) {
            c = (unsigned char)(c - 0x20);
            out[i - 1] = (char)0xd1;
        }
        out[i] = (char)c;
    }
    return n;
}

int qn_judge_add(struct qn_judge *judge, struct qn_span text, double weight)
{
    char folded[QN_PROFILE_TEXT];
    struct qn_span plain;

    if (judge->n == QN_JUDGE_VALUES) {
        return QN_OK;
    }
    judge->n++;
    if (judge->family == QN_FAMILY_INTEGER || judge->family == QN_FAMILY_NUMERIC) {
        qn_pii_count(&judge->pii, text, weight);
        return QN_OK;
    }
    if (judge->family != QN_FAMILY_TEXT) {
        return QN_OK;
    }
    judge->shapes[qn_shape_of(text)] += weight;
    qn_pii_count(&judge->pii, text, weight);
    plain = qn_shape_trim(text);
    if (plain.len == 0 || text.len + 4 > QN_PROFILE_TEXT) { /* cut: others may begin alike */
        return QN_OK;
    }
    judge->n_folded++;
    plain = (struct qn_span){folded, fold(plain, folded)};
    return qn_values_add(&judge->folded, qn_values_hash(0, plain), plain);
}

static void judge_shape(const struct qn_judge *judge, struct qn_profile_column *ret)
{
    double all = 0;

    for (int i = QN_SHAPE_NONE + 1; i < QN_SHAPES; i++) {
        all += judge->shapes[i];
        if (judge->shapes[i] > judge->shapes[ret->shape] || ret->shape == QN_SHAPE_NONE) {
            ret->shape = judge->shapes[i] > 0 ? (enum qn_shape)i : ret->shape;
        }
    }
    ret->shape_share = all > 0 ? judge->shapes[ret->shape] / all : NAN;
}

static bool is_category(enum qn_family family, const struct qn_profile_column *column, double rows)
{
    switch (family) {
    case QN_FAMILY_OTHER:
    case QN_FAMILY_JSON:
    case QN_FAMILY_BYTES:
    case QN_FAMILY_GEO:
    case QN_FAMILY_ARRAY:
        return false;
    default:
        return column->distinct >= 1 && column->distinct <= CATEGORY_VALUES &&
               column->distinct <= CATEGORY_SHARE * rows;
    }
}

static bool has_variants(const struct qn_judge *judge, const struct qn_profile_column *column)
{
    return judge->family == QN_FAMILY_TEXT && !(column->unique > REPEATED_SHARE) &&
           qn_values_distinct(&judge->folded) < (double)judge->n_folded;
}

void qn_judge_finish(const struct qn_judge *judge, const struct qn_catalog_table *table,
                     size_t column, struct qn_profile_column *ret)
{
    ret->shape = QN_SHAPE_NONE;
    judge_shape(judge, ret);
    ret->pii = qn_pii_judge(table, column, &judge->pii);
    ret->alerts = has_variants(judge, ret) ? 1U << QN_ALERT_VARIANTS : 0;
}

void qn_judge_alerts(enum qn_family family, double rows, struct qn_profile_column *column)
{
    double values = rows * (1 - column->nulls);
    const bool alerts[QN_ALERTS] = {
        [QN_ALERT_CONSTANT] = values > 1 && column->distinct == 1,
        [QN_ALERT_NULLS] = column->nulls >= NULLS_SHARE,
        [QN_ALERT_IDENTIFIER] = family == QN_FAMILY_TEXT && values >= IDENTIFIER_SEEN &&
                                column->unique >= IDENTIFIER_SHARE,
        [QN_ALERT_CATEGORY] = is_category(family, column, rows),
        [QN_ALERT_SKEWED] = fabs(column->skew) > SKEW,
        [QN_ALERT_ZEROS] = column->zeros >= ZEROS_SHARE,
        [QN_ALERT_DOMINATED] =
            column->n_top > 0 && column->distinct > 1 && column->top[0].share >= DOMINATED_SHARE,
        [QN_ALERT_FUTURE] = column->future > 0,
    };

    for (unsigned i = 0; i < QN_ALERTS; i++) {
        column->alerts |= alerts[i] ? 1U << i : 0;
    }
}

static const char *masked(const struct qn_profile_column *column, const char *text,
                          struct qn_arena *arena)
{
    struct qn_buf out;
    const char *kept;

    if (text[0] == '\0') {
        return text;
    }
    qn_buf_init(&out, MASK_MAX);
    if (qn_pii_mask(column->pii, (struct qn_span){text, strlen(text)}, &out) != QN_OK) {
        qn_buf_reset(&out);
    }
    kept = qn_arena_text(arena, out.data, qn_utf8_cut(out.data, out.len, QN_PROFILE_TEXT));
    qn_buf_release(&out);
    return kept;
}

void qn_judge_mask(struct qn_profile_column *column, struct qn_arena *arena)
{
    for (size_t i = 0; i < column->n_top; i++) {
        column->top[i].text = masked(column, column->top[i].text, arena);
    }
    column->min = masked(column, column->min, arena);
    column->max = masked(column, column->max, arena);
    if (column->pii == QN_PII_NONE) {
        return;
    }
    column->low = column->high = column->mean = column->deviation = column->skew = NAN;
    for (size_t i = 0; i < 3; i++) {
        column->quartile[i] = NAN;
    }
    column->binned = false;
    memset(column->bins, 0, sizeof(column->bins));
}
