/* relation_schema.h - a catalogue made ready for the search: words of tables and columns without
 * the habits of whoever named them, and the keys that can be referred to.
 *
 * Habits are found in the schema itself: a first word that most tables share (tbl_, app_), a
 * first word that most columns of one table share (l_orderkey, emp_name).
 *
 * Keys are those declared; of a table without one, columns that the profile saw to be unique.
 *
 * Not here: comparing names (relation_names.h); composite keys that nobody declared
 * (relation_composite.h).
 */
#ifndef TASKS_LIB_RELATIONS_RELATION_SCHEMA_H
#define TASKS_LIB_RELATIONS_RELATION_SCHEMA_H

#include "relation_lexicon.h"
#include "relations.h"

#define QN_RELATION_NONE       ((size_t)-1)
#define QN_RELATION_PROVEN_MAX 6 /* undeclared keys of one table */

/* A column's name, taken apart: "from_account_id" is base {from, account}, key "id". */
struct qn_relation_label {
    const char *name;
    struct qn_relation_words base;
    char key[QN_RELATION_WORD_SIZE];    /* "id", "code", ...; "" */
    char joint[QN_RELATION_WORD_SIZE];  /* what it ended with: "by", "to", "of"; "" */
    bool foreign;                       /* fk_dean, dean_fk: says that it refers to something */
    char number[QN_RELATION_WORD_SIZE]; /* all digits: "1" of team1_id; "" */
};

struct qn_relation_key {
    size_t table;
    size_t columns[QN_RELATION_COLUMNS_MAX];
    size_t n;
    bool primary;
    bool declared;         /* false: only its data is unique */
    bool own;              /* names this table's rows, not another's (a shared key) or a property */
    enum qn_family family; /* of a single column */
    struct qn_relation_label label; /* of a single column */
};

struct qn_relation_table {
    struct qn_relation_words words;
    char prefix[QN_RELATION_WORD_SIZE]; /* of its columns, "" none; "?" any single letter */
    char number[QN_RELATION_WORD_SIZE]; /* its digits but for those of a habit: "2" of zone2 */
    unsigned flags;                     /* QN_WORD_... of its last word */
    bool usable;                        /* a table with rows of its own that may be read */
    double rows;                        /* -1 unknown */
};

struct qn_relation_schema {
    struct qn_arena *arena;
    const struct qn_catalog *catalog;
    const struct qn_profile_table *profiles;
    struct qn_relation_lexicon lexicon;
    struct qn_relation_table *tables; /* as the catalogue's */
    struct qn_relation_key *keys;     /* by table; of a table the primary one first */
    size_t n_keys;
    bool marked; /* what refers to a table here says so: customer_id, seldom customer */
};

/* Memory is the arena's: ask for its status. */
void qn_relation_schema_make(struct qn_relation_schema *ret, struct qn_arena *arena,
                             const struct qn_catalog *catalog,
                             const struct qn_profile_table *profiles);

/* prefixed: with the prefix that columns of the table share. */
void qn_relation_schema_label(const struct qn_relation_schema *schema, size_t table, size_t column,
                              bool prefixed, struct qn_relation_label *ret);

/* NULL when there is none. */
const struct qn_profile_column *qn_relation_schema_profile(const struct qn_relation_schema *schema,
                                                           size_t table, size_t column);

/* True for columns that may be a key, or refer to one. */
bool qn_relation_schema_fits(const struct qn_catalog_column *column);

/* integer and numeric are one. */
bool qn_relation_schema_same_family(enum qn_family a, enum qn_family b);

#endif
