/* describe_store.h - what a language model said of the tables of a datasource, in Quern's own
 * database: a layer of the model that each later analysis lays under what people say.
 *
 * Kept table by table as it is made, so that a job that is tried again goes on where it was. One
 * of another definition of the table counts no more.
 */
#ifndef TASKS_METADATA_DESCRIBE_STORE_H
#define TASKS_METADATA_DESCRIBE_STORE_H

#include "tasks/lib/postgres.h"

struct describe_row {
    const char *datasource;
    const char *schema, *name;
    const char *hash;     /* of the table's definition */
    const char *language; /* "en", "zh" */
    const char *version;  /* of the prompt */
    const char *model;    /* the language model */
};

/* Appends the layer. QN_ENOTFOUND: none of this definition. ret_same: language and version are
 * those of the row. */
QN_MUST_CHECK int describe_load(struct qn_pg *pg, const struct describe_row *row,
                                struct qn_buf *out, bool *ret_same, struct qn_err *reterr);
/* In place of the one before. QN_ENOTFOUND: there is no such datasource any more. */
QN_MUST_CHECK int describe_save(struct qn_pg *pg, const struct describe_row *row,
                                struct qn_span layer, struct qn_err *reterr);

#endif
