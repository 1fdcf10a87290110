#include "relation_names.h"

#include "relation_roles.h"
#include <math.h>
#include <string.h>
#include <strings.h>

#define SAME   1.0
#define SHARED 0.5

bool qn_relation_names_is_measure(const struct qn_relation_schema *schema,
                                  const struct qn_relation_label *label)
{
    const struct qn_relation_words *base = &label->base;

    if (label->key[0] != '\0' && strcmp(label->key, "num") != 0 && strcmp(label->key, "no") != 0 &&
        strcmp(label->key, "number") != 0) {
        return false;
    }
    if (base->n == 0 || label->joint[0] != '\0') {
        return false;
    }
    return strcmp(base->word[base->n - 1], "order") == 0 || /* sort_order */
           qn_relation_word_is(&schema->lexicon, base->word[base->n - 1], QN_WORD_MEASURE) ||
           qn_relation_word_is(&schema->lexicon, base->word[0], QN_WORD_MEASURE);
}

/* id, no and code say different things: a column named _no seldom refers to a key named id. */
static int key_kind(const char *key)
{
    return qn_relation_words_is(key, "no nr num nbr number nummer bh hao bianhao") ? 1
           : qn_relation_words_is(key, "code cd dm daima codigo 代码")             ? 2
                                                                                   : 0;
}

static double agree(const struct qn_relation_label *label, const struct qn_relation_key *key)
{
    if (strcmp(label->key, key->label.key) == 0) {
        return 1;
    }
    if (label->key[0] == '\0' || key->label.key[0] == '\0') {
        return 0.99;
    }
    return key_kind(label->key) == key_kind(key->label.key) ? 0.99 : 0.94;
}

/* beds in ward: how many, not which. */
static bool is_count(const struct qn_relation_schema *schema, const struct qn_relation_asker *asker,
                     const struct qn_relation_label *label)
{
    const struct qn_catalog_column *column =
        &schema->catalog->tables[asker->table].columns[asker->column];
    size_t len = strlen(label->name);

    return !qn_relation_compare_marked(label) && label->base.n > 0 && len > 3 &&
           label->name[len - 1] == 's' && column->family != QN_FAMILY_TEXT &&
           !qn_relation_compare_ends(label->name, "ss") &&
           !qn_relation_compare_ends(label->name, "us") &&
           !qn_relation_compare_ends(label->name, "is");
}

/* zone2_id is not of zone1; of zone it may be the second. */
static double agree_numbers(const struct qn_relation_schema *schema,
                            const struct qn_relation_asker *asker,
                            const struct qn_relation_label *label, const char *number)
{
    const char *own = schema->tables[asker->table].number;
    size_t n = strlen(number);

    if (n == 0 || strcmp(label->number, number) == 0) {
        return 1;
    }
    if (label->number[0] == '\0') {
        return strcmp(own, number) == 0 ? 1 : own[0] == '\0' ? 0.8 : 0.55;
    }
    return strncmp(label->number, number, n) == 0 && label->number[n] == ' ' ? 1 : 0;
}

/* Of a name that is the key's own: its numbers go before those of the table. */
static double agree_key_numbers(const struct qn_relation_schema *schema,
                                const struct qn_relation_asker *asker,
                                const struct qn_relation_label *label,
                                const struct qn_relation_key *key)
{
    return agree_numbers(schema, asker, label,
                         key->label.number[0] != '\0' ? key->label.number
                                                      : schema->tables[key->table].number);
}

bool qn_relation_names_other_number(const struct qn_relation_schema *schema,
                                    const struct qn_relation_asker *asker,
                                    const struct qn_relation_key *key)
{
    if (key->table == asker->table || key->label.number[0] != '\0') {
        return false;
    }
    for (size_t i = 0; i < asker->n_forms; i++) {
        if (agree_numbers(schema, asker, &asker->forms[i], schema->tables[key->table].number) > 0) {
            return false;
        }
    }
    return asker->n_forms > 0;
}

static bool names_itself(const struct qn_relation_schema *schema, const struct qn_relation_key *key)
{
    const struct qn_relation_words *base = &key->label.base;

    return key->primary && key->label.key[0] != '\0' && qn_relation_compare_says(base) &&
           !qn_relation_compare_all(&schema->lexicon, base, QN_WORD_GENERIC | QN_WORD_MEASURE);
}

/* By the name of the table that the key is the key of. */
static struct qn_relation_name by_table(const struct qn_relation_schema *schema,
                                        const struct qn_relation_asker *asker,
                                        const struct qn_relation_label *label,
                                        const struct qn_relation_key *key)
{
    struct qn_relation_name name = qn_relation_name_none;

    if ((!key->own && !key->primary) || label->base.n == 0 ||
        (label->key[0] == '\0' && !qn_relation_compare_says(&label->base))) {
        return qn_relation_name_none;
    }
    name = qn_relation_compare_table(schema, asker, &label->base, &schema->tables[key->table].words,
                                     key->table == asker->table);
    if (!key->own && (name.rule != QN_RELATION_RULE_TABLE || name.quality < 1)) {
        return qn_relation_name_none; /* patient_id, for patients.person_id, needs all of its name
                                       */
    }
    if (names_itself(schema, key)) { /* athlete.player_no: player is another name of athlete */
        struct qn_relation_name other =
            qn_relation_compare_table(schema, asker, &label->base, &key->label.base, false);

        other.score *= 0.95;
        name = qn_relation_name_better(name, other);
    }
    if (key->table == asker->table && name.rule != QN_RELATION_RULE_ROLE) {
        return qn_relation_name_none; /* order_no in orders */
    }
    name.score *= agree(label, key) * (key->primary ? 1 : 0.98) *
                  agree_numbers(schema, asker, label, schema->tables[key->table].number);
    if (qn_relation_word_is(&schema->lexicon, label->base.word[0], QN_WORD_FOREIGN)) {
        name.score *= 0.75; /* external_order_id: of another system's orders */
    }
    if (!qn_relation_compare_marked(label)) {
        name.score *= name.rule == QN_RELATION_RULE_TABLE ? 0.92 : 0.87;
        name.score *= schema->marked && key->family == QN_FAMILY_INTEGER ? 0.85 : 1;
    }
    if (qn_relation_names_is_measure(schema, label) || is_count(schema, asker, label)) {
        name.score *= 0.6;
    }
    return name;
}

static bool same_label(const struct qn_relation_label *a, const struct qn_relation_label *b)
{
    return strcasecmp(a->name, b->name) == 0 ||
           (qn_relation_words_equal(&a->base, &b->base) && strcmp(a->key, b->key) == 0 &&
            strcmp(a->joint, b->joint) == 0);
}

/* legajo_jefe for legajo: the key's own name, then a role. */
static bool is_before_role(const struct qn_relation_schema *schema,
                           const struct qn_relation_label *label,
                           const struct qn_relation_label *key)
{
    const size_t n = strlen(key->name);
    struct qn_relation_words role;

    if (n < 5 || strncasecmp(label->name, key->name, n) != 0 || label->name[n] != '_') {
        return false;
    }
    qn_relation_words_split(&role, label->name + n);
    return role.n == 1 && strlen(role.word[0]) >= 3 && role.word[0][0] > '9' &&
           !qn_relation_compare_all(&schema->lexicon, &role,
                                    QN_WORD_GENERIC | QN_WORD_MEASURE | QN_WORD_KIND | QN_WORD_KEY |
                                        QN_WORD_NOISE);
}

/* sjbmid for bmid, lieferant_kdnr for kdnr: a role before the key's own name. */
static struct qn_relation_name by_key_name(const struct qn_relation_schema *schema,
                                           const struct qn_relation_label *label,
                                           const struct qn_relation_key *key)
{
    const struct qn_relation_words *base = &key->label.base;
    size_t n = strlen(key->label.name), len = strlen(label->name);
    struct qn_relation_words tail = label->base;

    if (!key->own || !qn_relation_compare_says(base) ||
        qn_relation_compare_all(&schema->lexicon, base, QN_WORD_GENERIC | QN_WORD_MEASURE)) {
        return qn_relation_name_none;
    }
    if (tail.n > base->n && strcmp(label->key, key->label.key) == 0) {
        qn_relation_words_drop(&tail, 0, tail.n - base->n);
        if (qn_relation_words_equal(&tail, base)) {
            return qn_relation_name_worth(0.92, QN_RELATION_RULE_ROLE, 1);
        }
    }
    if (n >= 4 && len >= n + 2 && strcasecmp(label->name + len - n, key->label.name) == 0) {
        return qn_relation_name_worth(0.87, QN_RELATION_RULE_ROLE, 1);
    }
    if (key->primary && is_before_role(schema, label, &key->label)) {
        return qn_relation_name_worth(0.84, QN_RELATION_RULE_ROLE, 1);
    }
    return qn_relation_name_none;
}

static struct qn_relation_name by_same_name(const struct qn_relation_schema *schema,
                                            const struct qn_relation_asker *asker,
                                            const struct qn_relation_label *label,
                                            const struct qn_relation_key *key)
{
    const struct qn_relation_lexicon *lexicon = &schema->lexicon;
    const struct qn_relation_words *base = &key->label.base;
    bool of_table;

    if (key->table == asker->table || !qn_relation_compare_says(&label->base) ||
        !same_label(label, &key->label)) {
        return qn_relation_name_none;
    }
    of_table =
        qn_relation_compare_tails(lexicon, &label->base, &schema->tables[key->table].words).n > 0;
    if (base->n == 0) { /* a prefix of its table's columns: emp_id in emp */
        return of_table ? qn_relation_name_worth(SAME, QN_RELATION_RULE_SAME, 1)
                        : qn_relation_name_none;
    }
    if (qn_relation_compare_all(lexicon, base, QN_WORD_GENERIC | QN_WORD_MEASURE) && !of_table) {
        return qn_relation_name_none;
    }
    if (key->own) {
        return qn_relation_name_worth(of_table ? SAME : 0.9, QN_RELATION_RULE_SAME, 1);
    }
    if (key->primary) {
        return qn_relation_name_worth(0.66, QN_RELATION_RULE_SAME, 1);
    }
    return qn_relation_name_worth(
        key->declared && key->family == QN_FAMILY_TEXT && label->key[0] == '\0' ? 0.8 : 0.55,
        QN_RELATION_RULE_SAME, 1);
}

/* airport_iata for airports.iata: the table's name, then the key's. */
static struct qn_relation_name by_property(const struct qn_relation_schema *schema,
                                           const struct qn_relation_asker *asker,
                                           const struct qn_relation_label *label,
                                           const struct qn_relation_key *key)
{
    const struct qn_relation_lexicon *lexicon = &schema->lexicon;
    struct qn_relation_words rest = label->base;
    struct qn_relation_tail tail;
    struct qn_relation_name name;

    tail = qn_relation_compare_tails(lexicon, &rest, &key->label.base);
    if (key->label.base.n == 0 || tail.n < key->label.base.n || tail.n >= rest.n) {
        return qn_relation_name_none;
    }
    rest.n -= tail.n;
    name =
        qn_relation_compare_table(schema, asker, &rest, &schema->tables[key->table].words, false);
    if (name.score == 0 || key->table == asker->table) {
        return qn_relation_name_none;
    }
    if (qn_relation_compare_all(lexicon, &key->label.base, QN_WORD_GENERIC)) {
        return qn_relation_name_worth(0.5, QN_RELATION_RULE_PROPERTY, name.score);
    }
    return qn_relation_name_worth(0.95, QN_RELATION_RULE_PROPERTY, name.score * tail.quality);
}

static struct qn_relation_name compare_form(const struct qn_relation_schema *schema,
                                            const struct qn_relation_asker *asker,
                                            const struct qn_relation_label *label,
                                            const struct qn_relation_key *key)
{
    const double fit = agree_key_numbers(schema, asker, label, key);
    struct qn_relation_name name =
        qn_relation_name_less(by_same_name(schema, asker, label, key), fit);

    name = qn_relation_name_better(
        name, qn_relation_name_less(by_property(schema, asker, label, key), fit));
    name =
        qn_relation_name_better(name, qn_relation_name_less(by_key_name(schema, label, key), fit));
    name = qn_relation_name_better(name, by_table(schema, asker, label, key));
    if (asker->polymorphic) {
        return name.rule == QN_RELATION_RULE_TABLE && name.quality == 1 ? name
                                                                        : qn_relation_name_none;
    }
    return qn_relation_name_better(
        name, qn_relation_name_less(qn_relation_roles(schema, asker, label, key),
                                    is_count(schema, asker, label) ? 0.6 : 1));
}

/* A key that two tables share needs one that is named after it: customer_id, customers. */
static bool is_hub(const struct qn_relation_schema *schema, const struct qn_relation_asker *asker,
                   const struct qn_relation_key *key)
{
    const struct qn_relation_words *parent = &schema->tables[key->table].words;

    if (qn_relation_words_equal(parent, &schema->tables[asker->table].words)) {
        return false; /* orders_2023 and orders_2024 */
    }
    for (size_t i = 0; i < asker->n_forms; i++) {
        const struct qn_relation_words *base = &asker->forms[i].base;
        size_t n = qn_relation_compare_tails(&schema->lexicon, base, parent).n;
        size_t own =
            qn_relation_compare_tails(&schema->lexicon, base, &schema->tables[asker->table].words)
                .n;

        if (n > 0 && (n == parent->n || (n == base->n && own < n))) {
            return true;
        }
    }
    return false;
}

struct qn_relation_name qn_relation_names_compare(const struct qn_relation_schema *schema,
                                                  const struct qn_relation_asker *asker,
                                                  const struct qn_relation_key *key)
{
    struct qn_relation_name best = qn_relation_name_none;

    for (size_t i = 0; i < asker->n_forms; i++) {
        best = qn_relation_name_better(best, compare_form(schema, asker, &asker->forms[i], key));
    }
    if (asker->own_key &&
        (key->table == asker->table || best.quality < 0.9 ||
         (best.rule != QN_RELATION_RULE_SAME && best.rule != QN_RELATION_RULE_TABLE))) {
        return qn_relation_name_none;
    }
    if (asker->own_key && !is_hub(schema, asker, key)) {
        return qn_relation_name_worth(fmin(best.score, SHARED), QN_RELATION_RULE_SHARED, 1);
    }
    return best;
}

bool qn_relation_names_own(const struct qn_relation_schema *schema,
                           const struct qn_relation_key *key)
{
    const struct qn_relation_words *base = &key->label.base;
    struct qn_relation_tail tail;

    if (key->n != 1) {
        return false;
    }
    if (base->n == 0) {
        return key->primary || key->label.key[0] != '\0';
    }
    tail = qn_relation_compare_tails(&schema->lexicon, base, &schema->tables[key->table].words);
    if (tail.n == base->n || tail.n == schema->tables[key->table].words.n) {
        return key->primary || key->label.key[0] != '\0';
    }
    if (!key->primary) {
        return false;
    }
    for (size_t i = 0; i < schema->catalog->n_tables; i++) {
        const struct qn_relation_words *words = &schema->tables[i].words;

        tail = qn_relation_compare_tails(&schema->lexicon, base, words);
        if (i != key->table && tail.n == words->n && tail.n > 0 && tail.quality > 0.8) {
            return false;
        }
    }
    return true;
}
