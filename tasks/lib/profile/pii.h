/* pii.h - is a column about a person, and how such values are shown.
 *
 * Names decide (English, Chinese, pinyin; of the column, of its comment, and of its table when
 * the column is only called "name"), or what the values are: shapes, and checksums where
 * numbers have one. When in doubt a column is personal. Pure.
 *
 * Not here: hiding of columns from a model (model.h).
 */
#ifndef TASKS_LIB_PROFILE_PII_H
#define TASKS_LIB_PROFILE_PII_H

#include "profile.h"

/* Weights of values that pass a test, to be zeroed. */
struct qn_pii_counts {
    double all, values; /* weight; how many different ones */
    double email, phone, card, iban, resident, social, ip, secret;
};

void qn_pii_count(struct qn_pii_counts *counts, struct qn_span text, double weight);

/* column: a place in table's columns. */
enum qn_pii qn_pii_judge(const struct qn_catalog_table *table, size_t column,
                         const struct qn_pii_counts *counts);

/* A value as it may be shown: "j***@e***.com", "A***", "***1234", "1985-**-**", "***". For
 * QN_PII_NONE, e-mail addresses within the text only. */
int qn_pii_mask(enum qn_pii pii, struct qn_span text, struct qn_buf *out);

/* Checksums, over texts that may be grouped by blanks or hyphens. */
bool qn_pii_is_card(struct qn_span text);     /* 13 to 19 digits, Luhn */
bool qn_pii_is_iban(struct qn_span text);     /* ISO 13616, mod 97 */
bool qn_pii_is_resident(struct qn_span text); /* China, GB 11643: 18 places */
bool qn_pii_is_social(struct qn_span text);   /* United States, 123-45-6789 */

#endif
