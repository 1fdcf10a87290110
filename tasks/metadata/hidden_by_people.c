#include "hidden_by_people.h"

#include "tasks/lib/model/model_store.h"

/* What rules hide they hide again. */
static bool said_hidden(bool hidden, enum qn_model_source source)
{
    return hidden && source == QN_MODEL_HUMAN;
}

static int add_table(struct qn_hidden *hidden, const struct qn_model_table *table,
                     struct qn_err *reterr)
{
    int rc = QN_OK;

    if (said_hidden(table->hidden, table->hidden_source)) {
        return qn_hidden_add_column(hidden, table->schema, table->name, "*", reterr);
    }
    for (size_t i = 0; rc == QN_OK && i < table->n_columns; i++) {
        const struct qn_model_column *column = &table->columns[i];

        if (said_hidden(column->hidden, column->hidden_source)) {
            rc = qn_hidden_add_column(hidden, table->schema, table->name, column->name, reterr);
        }
    }
    return rc;
}

int metadata_hidden_by_people(struct qn_hidden *hidden, struct qn_pg *pg, const char *datasource,
                              struct qn_err *reterr)
{
    struct qn_model *newest = NULL;
    int rc = qn_model_load(&newest, pg, datasource, -1, reterr);

    for (size_t i = 0; rc == QN_OK && i < newest->n_tables; i++) {
        rc = add_table(hidden, &newest->tables[i], reterr);
    }
    qn_model_free(newest);
    return rc == QN_ENOTFOUND ? QN_OK : rc;
}
