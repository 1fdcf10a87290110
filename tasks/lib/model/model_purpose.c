#include "model_build.h"

#define LOOKUP_COLUMNS 6
#define LOOKUP_ROWS    1000

static size_t count_role(const struct qn_model_table *table, enum qn_role role)
{
    size_t n = 0;

    for (size_t i = 0; i < table->n_columns; i++) {
        n += table->columns[i].role == role ? 1 : 0;
    }
    return n;
}

static bool key_is_foreign(const struct qn_model_key *key, const struct qn_table_facts *facts)
{
    for (size_t i = 0; i < key->n; i++) {
        if (!facts->columns[key->columns[i]].foreign) {
            return false;
        }
    }
    return key->n > 1;
}

/* Two references are the key, and there is hardly more. */
static bool is_junction(const struct qn_model_table *table, const struct qn_table_facts *facts)
{
    size_t more = 0;
    bool linked = false;

    if (facts->parents < 2 || count_role(table, QN_ROLE_MEASURE) > 0) {
        return false;
    }
    for (size_t i = 0; i < table->n_keys; i++) {
        linked = linked || key_is_foreign(&table->keys[i], facts);
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct qn_column_facts *column = &facts->columns[i];

        more += !column->foreign && !column->primary && table->columns[i].role != QN_ROLE_TIME;
    }
    return linked && more <= 2;
}

static bool is_lookup(const struct qn_model_table *table, const struct qn_table_facts *facts)
{
    bool numbers = count_role(table, QN_ROLE_MEASURE) > 0 || count_role(table, QN_ROLE_AVERAGE) > 0;

    return facts->parents == 0 && !numbers && table->n_columns <= LOOKUP_COLUMNS &&
           table->rows <= LOOKUP_ROWS && facts->children > 0 &&
           count_role(table, QN_ROLE_PERSONAL) == 0;
}

static bool is_fact(const struct qn_model_table *table, const struct qn_table_facts *facts)
{
    bool time = table->time != QN_MODEL_NONE;
    bool measures = count_role(table, QN_ROLE_MEASURE) > 0;

    if (facts->named) { /* a ticket has a title too, and happens */
        return facts->titled && time && facts->parents > 1;
    }
    return (time && (measures || facts->parents > 0)) || (measures && facts->parents > 0);
}

void qn_model_build_purpose(struct qn_model_build *build, size_t place)
{
    struct qn_model_table *table = &build->model->tables[place];
    const struct qn_table_facts *facts = &build->tables[place];

    if (is_junction(table, facts)) {
        table->purpose = QN_PURPOSE_JUNCTION;
    } else if (is_lookup(table, facts)) {
        table->purpose = QN_PURPOSE_LOOKUP;
    } else if (is_fact(table, facts)) {
        table->purpose = QN_PURPOSE_FACT;
    } else if (facts->named || facts->children > 0) {
        table->purpose = QN_PURPOSE_DIMENSION;
    }
}
