/* model_layer.h - the form nlq-hints/1 and its superset for edits: what may stand in a layer, and
 * reading it once it is known to be right.
 */
#ifndef TASKS_LIB_MODEL_MODEL_LAYER_H
#define TASKS_LIB_MODEL_MODEL_LAYER_H

#include "model.h"

#include "common/json.h"

#define QN_LAYER_FORMAT       "nlq-hints/1"
#define QN_LAYER_BYTES_MAX    ((size_t)16 * 1024 * 1024)
#define QN_LAYER_ITEMS_MAX    5000 /* metrics, conditions, relations of a model */
#define QN_LAYER_VALUES_MAX   1000 /* of a column */
#define QN_LAYER_WARNINGS_MAX 200

struct qn_layer {
    struct qn_model *model;
    enum qn_model_source source;
    struct qn_buf text; /* the one that is decoded */
};

/* model: gets warnings about members that are not known; NULL: they are passed over. */
QN_MUST_CHECK int qn_layer_check(struct qn_span json, struct qn_model *model,
                                 struct qn_err *reterr);

/* A line for people, once: "tables.orders.label: no such column". */
void qn_layer_warn(struct qn_model *model, const char *fmt, ...) QN_PRINTF(2, 3);

/* All below read what passed the check; null is as if it were not there. */
bool qn_layer_find(struct qn_span object, const char *name, struct qn_json_item *ret);
/* In the model's arena; raw: as it is, else without control characters. */
const char *qn_layer_text(struct qn_layer *layer, struct qn_span value, bool raw);
const char *qn_layer_key(struct qn_layer *layer, const struct qn_json_item *item);
/* false when the member is not there. */
bool qn_layer_text_of(struct qn_layer *layer, struct qn_span object, const char *name, bool raw,
                      const char **ret);
bool qn_layer_bool_of(struct qn_span object, const char *name, bool *ret);
/* Adds the texts of {"en": [...], "zh": [...]}, or of one list, told apart by their letters. Those
 * of hints and people go before what is there. */
void qn_layer_words(struct qn_layer *layer, struct qn_span value, struct qn_model_words *words);
void qn_layer_texts(struct qn_layer *layer, struct qn_span list, const char *const **ret, size_t *n,
                    bool first);
size_t qn_layer_count(struct qn_span list);
size_t qn_layer_word_at(const char *word, const char *const *words, size_t n); /* n: not there */

/* Warns of each table.column in it that the model has not. of: who has it, a metric's name. */
void qn_layer_check_sql(struct qn_model *model, const char *of, const char *member,
                        const char *sql);

void qn_layer_merge_table(struct qn_layer *layer, size_t place, struct qn_span object);
void qn_layer_merge_metrics(struct qn_layer *layer, struct qn_span list);
void qn_layer_merge_conditions(struct qn_layer *layer, struct qn_span list);
void qn_layer_merge_relations(struct qn_layer *layer, struct qn_span list);

#endif
