/* model_store_type.h - the inside of the store, for the model_store*.c files only. */
#ifndef TASKS_LIB_MODEL_MODEL_STORE_TYPE_H
#define TASKS_LIB_MODEL_MODEL_STORE_TYPE_H

#include "model_store.h"

/* A query's first row; its last value, which may be larger than what qn_pg_query keeps, is
 * appended to text. */
struct qn_model_row {
    int64_t version;
    bool approved;
    char hash[QN_CATALOG_HASH_SIZE];
    struct qn_buf text;
    bool found;
};
void qn_model_row_init(struct qn_model_row *row);
void qn_model_row_release(struct qn_model_row *row);
/* sql gives version, approved, hash, text; no row leaves found false. */
QN_MUST_CHECK int qn_model_row_read(struct qn_model_row *row, struct qn_pg *pg, const char *sql,
                                    const struct qn_span *params, size_t n_params,
                                    struct qn_err *reterr);

/* A model as a text, of at most QN_MODEL_BYTES_MAX; to be released, whatever comes. */
QN_MUST_CHECK int qn_model_write(const struct qn_model *model, struct qn_buf *out,
                                 struct qn_err *reterr);

#endif
