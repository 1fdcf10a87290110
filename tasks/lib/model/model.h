/* model.h - the semantic model: what the tables of a database mean, in words that people and
 * machines share.
 *
 * Made of layers, each over the one below: what the catalogue, profile and relations show
 * (rules), a language model's proposals, COMMENTs, the owner's hints, and what people decided.
 * A layer replaces what lies below it, field by field, and never what lies above: an edit of a
 * person stays through every later analysis. Each described thing says where its text is from.
 *
 * Everything here is pure. A model is in the memory of its arena and is not changed once it is
 * built, merged and sealed (qn_model_seal: the hash).
 *
 * Not here: storing and caching (model_store.h); other forms to read (model_export.h); what
 * changed between two (model_diff.h).
 */
#ifndef TASKS_LIB_MODEL_MODEL_H
#define TASKS_LIB_MODEL_MODEL_H

#include "tasks/lib/catalog/catalog.h"
#include "tasks/lib/profile/profile.h"
#include "tasks/lib/relations/relations.h"

#define QN_MODEL_FORMAT    "quern-model/1"
#define QN_MODEL_BYTES_MAX ((size_t)64 * 1024 * 1024) /* of the JSON, and of its arena */
#define QN_MODEL_VALUES    50                         /* of a category */
#define QN_MODEL_NONE      ((size_t)-1)
#define QN_MODEL_TEXT_MAX  1000 /* bytes of a description, synonym, value */
#define QN_MODEL_SQL_MAX   4000 /* of an expression, a filter */
#define QN_MODEL_WORDS     200  /* synonyms of a thing in a language, at most */

enum qn_model_source { /* a later one goes before an earlier one */
                       QN_MODEL_RULE,
                       QN_MODEL_LLM,
                       QN_MODEL_COMMENT,
                       QN_MODEL_HINTS,
                       QN_MODEL_HUMAN,
                       QN_MODEL_OWNER, /* of the datasource: what it hides nobody shows */
                       QN_MODEL_SOURCES,
};
extern const char *const qn_model_source_names[QN_MODEL_SOURCES];

enum qn_role { /* of a column */
               QN_ROLE_OTHER,
               QN_ROLE_KEY,     /* identifies the row */
               QN_ROLE_FOREIGN, /* refers to another table */
               QN_ROLE_MEASURE, /* a number that may be summed */
               QN_ROLE_AVERAGE, /* a number that may be averaged, not summed: price, rating, age,
                                   percent */
               QN_ROLE_DIMENSION,
               QN_ROLE_TIME,
               QN_ROLE_FLAG,
               QN_ROLE_LABEL, /* names the row for people */
               QN_ROLE_TEXT,
               QN_ROLE_GEO,
               QN_ROLE_PERSONAL, /* see pii */
               QN_ROLES,
};
extern const char *const qn_role_names[QN_ROLES]; /* "other", "key", "foreign_key", ... */

enum qn_purpose { /* of a table */
                  QN_PURPOSE_OTHER,
                  QN_PURPOSE_FACT, /* rows are events: a time and measures or many rows */
                  QN_PURPOSE_DIMENSION,
                  QN_PURPOSE_LOOKUP, /* few rows: codes and their texts */
                  QN_PURPOSE_JUNCTION,
                  QN_PURPOSES,
};
extern const char *const qn_purpose_names[QN_PURPOSES];

/* Texts are never NULL: "" where there is none. Words are shown and matched as they are. */
struct qn_model_words {
    const char *const *en;
    size_t n_en;
    const char *const *zh;
    size_t n_zh;
};

struct qn_model_said {
    const char *text;
    enum qn_model_source source;
};

struct qn_model_value {
    const char *text;
    double share; /* of the rows; NAN unknown */
    struct qn_model_words words;
};

struct qn_model_column {
    const char *name;
    const char *type;
    enum qn_family family;
    enum qn_role role;
    enum qn_model_source role_source;
    enum qn_pii pii;
    struct qn_model_said description;
    struct qn_model_words words;   /* synonyms */
    struct qn_model_words negated; /* of a flag: what its false is called */
    const char *unit;              /* "percent", "EUR", "ms"; "" */
    enum qn_model_source unit_source;
    struct qn_model_value *values; /* of a category all of them; of others samples, or none */
    size_t n_values;
    bool values_complete; /* values are all there are */
    bool nullable, unique, hidden;
    enum qn_model_source hidden_source;
    double distinct, nulls; /* NAN unknown */
    const char *min, *max;  /* "" unknown, and for personal data */
};

struct qn_model_key {
    const size_t *columns;
    size_t n;
    bool primary;
};

struct qn_model_table {
    const char *schema;
    const char *name;
    enum qn_catalog_kind kind;
    enum qn_purpose purpose;
    struct qn_model_said description;
    struct qn_model_words words;
    size_t label; /* the column that names a row; QN_MODEL_NONE */
    size_t time;  /* the column that says when it was; QN_MODEL_NONE */
    double rows;  /* -1 unknown */
    bool hidden;
    enum qn_model_source purpose_source, label_source, time_source, hidden_source;
    struct qn_model_column *columns;
    size_t n_columns;
    struct qn_model_key *keys;
    size_t n_keys;
    /* Of a model that was built: columns that the role may not read. A layer that hides one of
     * them names nothing unknown. */
    const char **unseen;
    size_t n_unseen;
};

enum qn_model_verdict { QN_MODEL_SUGGESTED, QN_MODEL_ACCEPTED, QN_MODEL_REJECTED };

struct qn_model_relation {
    size_t child, parent; /* places in tables */
    size_t child_columns[QN_RELATION_COLUMNS_MAX];
    size_t parent_columns[QN_RELATION_COLUMNS_MAX];
    size_t n;
    double score;
    enum qn_relation_source source;
    enum qn_model_verdict verdict; /* of people, else by the score */
    enum qn_model_source decided;  /* who gave the verdict */
    bool one_to_one, optional, junction;
    const char *evidence;
};

/* Expressions are SQL over "table.column" names, from hints, people or rules; names that are no
 * plain identifiers are quoted as in SQL, and have their schema before them where several
 * schemas have the table. */
struct qn_model_metric {
    const char *name;
    const char *expr;
    const char *filter; /* "" none */
    const char *from;   /* a table, as in expr; "" when expr names it */
    const char *time;   /* "table.column" */
    const char *item_expr;
    const char *const *item_level_for; /* names of tables */
    size_t n_item_level_for;
    const char *unit;
    bool additive;
    enum qn_model_source source; /* of all but the words and the description */
    struct qn_model_words words;
    struct qn_model_said description;
};

struct qn_model_condition { /* words that stand for a WHERE */
    struct qn_model_words words;
    const char *table;
    const char *where;
    enum qn_model_source source;
};

struct qn_model {
    struct qn_arena arena;
    const char *datasource; /* "" of a database by URL */
    const char *database;
    const char *time_zone;
    const char *reference_day; /* "2025-06-30", "" is today */
    const char *week_start;    /* "monday" */
    const char *language;      /* of the descriptions by rules: "en", "zh" */
    enum qn_model_source time_zone_source, reference_day_source, week_start_source;
    const char *catalog_hash;
    int64_t version; /* 0: not stored */
    bool approved;
    struct qn_model_table *tables; /* by schema, name */
    size_t n_tables;
    struct qn_model_relation *relations;
    size_t n_relations;
    struct qn_model_metric *metrics;
    size_t n_metrics;
    struct qn_model_condition *conditions;
    size_t n_conditions;
    const char *const *warnings; /* what hints or edits name and is not there */
    size_t n_warnings;
    /* Of what it means: no version, state or time, and no sizes, shares, counts and extremes, which
     * change while the meaning does not. */
    char hash[QN_CATALOG_HASH_SIZE];
};

struct qn_model_options {
    const char *datasource;
    const char *time_zone;
    const char *language; /* "en" or "zh" */
};

/* From what was read; profiles as in relations.h; relations NULL: none. Unreadable tables and
 * columns are left out; hidden ones are in it by name and type, hidden. */
QN_MUST_CHECK int qn_model_build(struct qn_model **ret, const struct qn_catalog *catalog,
                                 const struct qn_profile_table *profiles,
                                 const struct qn_relations *relations,
                                 const struct qn_model_options *options, struct qn_err *reterr);
void qn_model_free(struct qn_model *model); /* NULL is fine */

/* A layer: JSON of the form nlq-hints/1 (docs/tasks/semantic-model.md), of which edits are a
 * superset: descriptions, roles, hidden tables, verdicts on relations. source: QN_MODEL_HINTS,
 * QN_MODEL_LLM or QN_MODEL_HUMAN. What it names and is not there becomes a warning, never an
 * error; QN_EINVAL for a text that is not of the form, with the place; the model is as it was then.
 * After another failure it can only be freed. */
QN_MUST_CHECK int qn_model_merge(struct qn_model *model, struct qn_span json,
                                 enum qn_model_source source, struct qn_err *reterr);
/* Checks a layer by itself: what is no such document. */
QN_MUST_CHECK int qn_model_check_layer(struct qn_span json, struct qn_err *reterr);

/* Takes out what tells of hidden tables and columns: values, extremes, relations, texts and metrics
 * by rules, labels and times; then sets the hash. After the last merge. */
QN_MUST_CHECK int qn_model_seal(struct qn_model *model, struct qn_err *reterr);

/* The form quern-model/1, and back, the same: bytes too. */
int qn_model_to_json(const struct qn_model *model, struct qn_buf *out);
QN_MUST_CHECK int qn_model_from_json(struct qn_model **ret, struct qn_span json,
                                     struct qn_err *reterr);

/* schema "": the name alone, when only one schema has it. QN_MODEL_NONE. */
size_t qn_model_table(const struct qn_model *model, const char *schema, const char *name);
size_t qn_model_column(const struct qn_model_table *table, const char *name);

/* A table as hints and expressions write it: table, schema.table, each quoted or not. Finds names
 * with dots in them too. ret_many (NULL is fine): several schemas have it, so none was taken. */
size_t qn_model_find_table(const struct qn_model *model, const char *word, bool *ret_many);
/* "table.column", likewise; false when there is no such thing. */
bool qn_model_find_column(const struct qn_model *model, const char *word, size_t *ret_table,
                          size_t *ret_column);

#endif
