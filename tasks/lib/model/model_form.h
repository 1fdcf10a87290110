/* model_form.h - quern-model/1 as tables: which member of the JSON is which field of which
 * struct. The writer and the reader both go by them.
 */
#ifndef TASKS_LIB_MODEL_MODEL_FORM_H
#define TASKS_LIB_MODEL_MODEL_FORM_H

#include "model.h"

enum qn_field_kind {
    QN_FIELD_TEXT,      /* const char *; left out when "" */
    QN_FIELD_BOOL,      /* left out when false */
    QN_FIELD_NUMBER,    /* double; left out when NAN */
    QN_FIELD_COUNT,     /* double; left out when negative */
    QN_FIELD_ENUM,      /* left out when 0 */
    QN_FIELD_TEXTS,     /* const char *const * and its number */
    QN_FIELD_WORDS,     /* struct qn_model_words */
    QN_FIELD_SAID,      /* struct qn_model_said */
    QN_FIELD_COLUMN,    /* size_t, by the name of a column of the table around it */
    QN_FIELD_COLUMNS,   /* const size_t * and its number, likewise */
    QN_FIELD_LIST,      /* structs of a form, and their number */
    QN_FIELD_RELATIONS, /* struct qn_model_relation *, and their number */
};

struct qn_form;

struct qn_field {
    const char *name;
    enum qn_field_kind kind;
    bool always;      /* written when empty too */
    bool loose;       /* changes while the meaning does not: no part of the hash */
    size_t at;        /* offset */
    size_t number_at; /* of the number of a list */
    const char *const *names;
    size_t n_names;
    const struct qn_form *form;
};

struct qn_form {
    size_t size;
    size_t max; /* items of a list */
    bool table; /* of struct qn_model_table: columns are named within it */
    const struct qn_field *fields;
    size_t n_fields;
};

extern const struct qn_form qn_form_model, qn_form_column, qn_form_value, qn_form_words;
extern const struct qn_form qn_form_said, qn_form_relation;
extern const struct qn_form qn_form_table, qn_form_metric, qn_form_condition;
extern const struct qn_form qn_form_verdict; /* of struct qn_model_relation, by places */

/* What a relation is in JSON: names for places. */
struct qn_relation_names {
    const char *child_schema, *child_table, *parent_schema, *parent_table;
    const char *const *child_columns, *const *parent_columns;
    size_t n_child_columns, n_parent_columns;
    double score;
    enum qn_relation_source source;
    enum qn_model_verdict verdict;
    enum qn_model_source decided;
    bool one_to_one, optional, junction;
    const char *evidence;
};

/* Begins every item of a list: what is left out when written. */
void qn_form_preset(const struct qn_form *form, void *item);

/* Members of the form, after what out holds of an object. settled: without the loose ones. */
int qn_form_write(const struct qn_form *form, const void *item, const struct qn_model *model,
                  bool settled, struct qn_buf *out);

struct qn_form_around {
    const struct qn_model *model;
    const struct qn_model_table *table; /* NULL: none */
};
/* The value of one field, settled; null when it is left out. */
int qn_form_write_field(const struct qn_form *form, const struct qn_field *field, const void *item,
                        const struct qn_form_around *around, struct qn_buf *out);

int qn_model_add_number(struct qn_buf *out, double value); /* the shortest that reads the same */

#endif
