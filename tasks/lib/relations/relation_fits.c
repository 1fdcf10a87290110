#include "relation_fits.h"

/* Numbers of the child are all within the key's, whose range is not that of all the others. */
static bool may_hold_numbers(const struct qn_profile_column *child,
                             const struct qn_profile_column *key)
{
    double range = key->high - key->low + 1;

    return child->distinct_seen >= 10 && child->low >= key->low && child->high <= key->high &&
           (key->low > 100 || key->distinct < 0.7 * range);
}

static bool may_hold_texts(const struct qn_profile_column *child,
                           const struct qn_profile_column *key)
{
    return child->distinct_seen >= 3 && child->length_min >= key->length_min &&
           child->length_max <= key->length_max && child->length_max <= 60;
}

bool qn_relation_fits(const struct qn_relation_schema *schema,
                      const struct qn_relation_asker *asker, const struct qn_relation_key *key)
{
    const enum qn_family family =
        schema->catalog->tables[asker->table].columns[asker->column].family;
    const struct qn_profile_column *child =
        qn_relation_schema_profile(schema, asker->table, asker->column);
    const struct qn_profile_column *parent =
        qn_relation_schema_profile(schema, key->table, key->columns[0]);

    if (key->n != 1 || !qn_relation_schema_same_family(key->family, family) || child == NULL ||
        parent == NULL || child->distinct_seen > parent->distinct * 1.02 || parent->distinct < 5) {
        return false;
    }
    switch (family) {
    case QN_FAMILY_TEXT:
        return may_hold_texts(child, parent);
    case QN_FAMILY_UUID:
        return child->distinct_seen >= 3;
    case QN_FAMILY_INTEGER:
    case QN_FAMILY_NUMERIC:
        return may_hold_numbers(child, parent);
    default:
        return false;
    }
}

bool qn_relation_fits_mark(const struct qn_relation_schema *schema,
                           const struct qn_relation_asker *asker, const struct qn_relation_key *key)
{
    const enum qn_family family =
        schema->catalog->tables[asker->table].columns[asker->column].family;
    const struct qn_profile_column *child =
        qn_relation_schema_profile(schema, asker->table, asker->column);
    const struct qn_profile_column *parent =
        qn_relation_schema_profile(schema, key->table, key->columns[0]);

    return key->n == 1 && key->own && key->primary && child != NULL && parent != NULL &&
           family == QN_FAMILY_INTEGER && key->family == QN_FAMILY_INTEGER &&
           child->low >= parent->low && child->high <= parent->high &&
           child->distinct_seen <= parent->distinct * 1.02 && child->distinct_seen > 0;
}
