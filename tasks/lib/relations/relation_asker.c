#include "relation_asker.h"

#include <string.h>

static void add_form(struct qn_relation_asker *asker, const struct qn_relation_label *label)
{
    for (size_t i = 0; i < asker->n_forms; i++) {
        if (qn_relation_words_equal(&asker->forms[i].base, &label->base) &&
            strcmp(asker->forms[i].key, label->key) == 0) {
            return;
        }
    }
    if (asker->n_forms < QN_RELATION_FORMS) {
        asker->forms[asker->n_forms++] = *label;
    }
}

static void add_forms(const struct qn_relation_schema *schema, struct qn_relation_asker *asker,
                      const struct qn_relation_label *label)
{
    struct qn_relation_label split = *label;

    add_form(asker, label);
    if (label->key[0] == '\0' && label->joint[0] == '\0' && qn_relation_words_unfuse(&split.base)) {
        const char *ending = split.base.word[--split.base.n];

        memcpy(qn_relation_word_is(&schema->lexicon, ending, QN_WORD_JOINT) ? split.joint
                                                                            : split.key,
               ending, sizeof(split.key));
        add_form(asker, &split);
    }
}

/* other is base and "type", or base alone as a text: owner_type beside owner_id. */
static bool names_kind(const struct qn_relation_schema *schema,
                       const struct qn_relation_words *base, const struct qn_relation_label *other,
                       enum qn_family family)
{
    struct qn_relation_words front = other->base;

    if (qn_relation_words_equal(base, &other->base)) {
        return other->key[0] == '\0' && other->joint[0] == '\0' && family == QN_FAMILY_TEXT;
    }
    if (front.n < 1 ||
        !qn_relation_word_is(&schema->lexicon, front.word[front.n - 1], QN_WORD_KIND)) {
        return false;
    }
    front.n--;
    return qn_relation_words_equal(base, &front);
}

static bool is_polymorphic(const struct qn_relation_schema *schema,
                           const struct qn_relation_asker *asker)
{
    const struct qn_catalog_table *table = &schema->catalog->tables[asker->table];
    const struct qn_relation_words *base = &asker->forms[0].base;

    if (base->n == 0 ||
        !qn_relation_word_is(&schema->lexicon, base->word[base->n - 1], QN_WORD_ANYTHING)) {
        return false;
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        struct qn_relation_label other;

        qn_relation_schema_label(schema, asker->table, i, false, &other);
        if (i != asker->column && names_kind(schema, base, &other, table->columns[i].family)) {
            return true;
        }
    }
    return false;
}

bool qn_relation_asker_own_key(const struct qn_relation_schema *schema, size_t table, size_t column)
{
    const struct qn_catalog_table *from = &schema->catalog->tables[table];

    for (size_t i = 0; i < from->n_keys; i++) {
        if (from->keys[i].primary) {
            return from->keys[i].n == 1 && from->keys[i].columns[0] == column;
        }
    }
    for (size_t i = 0; i < schema->n_keys; i++) {
        if (schema->keys[i].table == table && schema->keys[i].primary) {
            return schema->keys[i].columns[0] == column;
        }
    }
    return false;
}

void qn_relation_asker_make(const struct qn_relation_schema *schema, size_t table, size_t column,
                            struct qn_relation_asker *ret)
{
    struct qn_relation_label label;

    *ret = (struct qn_relation_asker){.table = table, .column = column};
    qn_relation_schema_label(schema, table, column, false, &label);
    add_forms(schema, ret, &label);
    if (schema->tables[table].prefix[0] != '\0') {
        qn_relation_schema_label(schema, table, column, true, &label);
        add_forms(schema, ret, &label);
    }
    ret->polymorphic = is_polymorphic(schema, ret);
    ret->own_key = qn_relation_asker_own_key(schema, table, column);
}
