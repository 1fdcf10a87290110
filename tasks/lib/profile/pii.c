#include "pii.h"

#include "pii_words.h"
#include "shape.h"
#include <string.h>

#define COMMENT_MAX 60 /* bytes: a longer one tells of more than the column */

/* Begins of what is secret wherever it is. */
static bool is_secret(struct qn_span text)
{
    static const char *const starts[] = {
        "$2a$",     "$2b$", "$2y$",  "$argon2",    "$pbkdf2",  "$scrypt$",
        "$6$",      "$5$",  "$1$",   "{SSHA}",     "{bcrypt}", "sk_live_",
        "sk_test_", "ghp_", "xoxb-", "-----BEGIN", "AKIA",     "SCRAM-SHA-256$"};

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        size_t len = strlen(starts[i]);

        if (text.len > len && memcmp(text.data, starts[i], len) == 0) {
            return true;
        }
    }
    return text.len > 40 && memcmp(text.data, "eyJ", 3) == 0 &&
           memchr(text.data, '.', text.len) != NULL;
}

void qn_pii_count(struct qn_pii_counts *counts, struct qn_span text, double weight)
{
    enum qn_shape shape;

    text = qn_shape_trim(text);
    if (text.len == 0) {
        return;
    }
    shape = qn_shape_of(text);
    counts->all += weight;
    counts->values++;
    counts->email += shape == QN_SHAPE_EMAIL ? weight : 0;
    counts->phone += shape == QN_SHAPE_PHONE ? weight : 0;
    counts->card += qn_pii_is_card(text) ? weight : 0;
    counts->iban += qn_pii_is_iban(text) ? weight : 0;
    counts->resident += qn_pii_is_resident(text) ? weight : 0;
    counts->social += qn_pii_is_social(text) ? weight : 0;
    counts->ip += qn_shape_is_ipv4(text) ? weight : 0;
    counts->secret += is_secret(text) ? weight : 0;
}

/* What chance does not make: share of the values, and how many different ones there must be. */
static enum qn_pii by_values(const struct qn_pii_counts *counts, bool code)
{
    const struct {
        enum qn_pii pii;
        double passed, share, values;
    } tests[] = {
        {QN_PII_EMAIL, counts->email, 0.5, 1},
        {QN_PII_SECRET, counts->secret, 0.5, 1},
        {QN_PII_ID_NUMBER, counts->resident, 0.7, 2},
        {QN_PII_CARD, counts->card, 0.8, 10},
        {QN_PII_IBAN, counts->iban, 0.7, 2},
        {QN_PII_ID_NUMBER, counts->social, 0.9, 5},
        {QN_PII_IP, counts->ip, 0.8, 3},
        {QN_PII_PHONE, counts->phone, 0.8, 3},
    };

    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        bool doubtful = tests[i].pii == QN_PII_PHONE || tests[i].pii == QN_PII_IP;

        if (counts->all > 0 && tests[i].passed >= tests[i].share * counts->all &&
            counts->values >= tests[i].values && !(code && doubtful)) {
            return tests[i].pii;
        }
    }
    return QN_PII_NONE;
}

static enum qn_pii by_names(const struct qn_catalog_table *table,
                            const struct qn_catalog_column *column, const char *tokens)
{
    char words[QN_PII_NAME_MAX];
    enum qn_pii pii = qn_pii_of_name(tokens, column->name, column->family);

    if (pii != QN_PII_NONE) {
        return pii;
    }
    qn_pii_tokens(table->name, words);
    if (column->family == QN_FAMILY_TEXT && qn_pii_is_plain_name(tokens, column->name) &&
        qn_pii_is_people(words, table->name)) {
        return QN_PII_NAME;
    }
    if (column->comment[0] == '\0' || strlen(column->comment) > COMMENT_MAX) {
        return QN_PII_NONE;
    }
    qn_pii_tokens(column->comment, words);
    return qn_pii_of_name(words, column->comment, column->family);
}

enum qn_pii qn_pii_judge(const struct qn_catalog_table *table, size_t column,
                         const struct qn_pii_counts *counts)
{
    const struct qn_catalog_column *at = &table->columns[column];
    char tokens[QN_PII_NAME_MAX];
    enum qn_pii pii;
    bool key;

    qn_pii_tokens(at->name, tokens);
    key = at->family == QN_FAMILY_INTEGER && qn_catalog_is_unique(table, &column, 1);
    pii = by_values(counts, key || qn_pii_is_code(tokens, at->name));
    if (pii != QN_PII_NONE) {
        return pii;
    }
    pii = by_names(table, at, tokens);
    if (pii == QN_PII_NONE && at->family == QN_FAMILY_NETWORK && strcmp(at->type, "inet") == 0) {
        return QN_PII_IP;
    }
    return pii;
}
