#include "catalog_reading.h"
#include "catalog_text.h"

#include <string.h>

static void take_check(struct qn_catalog_reading *reading, struct qn_catalog_table *table,
                       const struct qn_span *values)
{
    struct qn_arena *arena = &reading->catalog->arena;
    size_t place = qn_catalog_numbered(table, qn_catalog_number(values[3]));
    struct qn_catalog_labels labels;
    const char **checks;

    checks = qn_catalog_more(arena, table->checks, table->n_checks, sizeof(*checks));
    if (checks != NULL) {
        checks[table->n_checks++] = qn_catalog_sql(arena, values[5]);
        table->checks = checks;
    }
    if (place != QN_CATALOG_NONE && qn_catalog_true(values[4]) &&
        qn_catalog_labels_of(&labels, arena, table->columns[place].name, values[5])) {
        table->columns[place].labels = labels.items;
        table->columns[place].n_labels = labels.n;
    }
}

static void take_preset(struct qn_catalog_reading *reading, struct qn_catalog_table *table,
                        const struct qn_span *values)
{
    size_t place = qn_catalog_numbered(table, qn_catalog_number(values[3]));
    struct qn_catalog_column *column;

    if (place == QN_CATALOG_NONE) {
        return;
    }
    column = &table->columns[place];
    column->preset = qn_catalog_sql(&reading->catalog->arena, values[5]);
    column->identity = column->identity || strncmp(column->preset, "nextval(", 8) == 0;
}

int qn_catalog_take_text(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct qn_catalog_reading *reading = arg;
    struct qn_catalog_table *table = qn_catalog_of(reading, values[2]);

    (void)n;
    reading->place = qn_catalog_number(values[0]);
    if (table == NULL || values[5].data == NULL) {
        return QN_OK;
    }
    if (qn_span_is(values[1], "check")) {
        take_check(reading, table, values);
    } else if (qn_span_is(values[1], "preset")) {
        take_preset(reading, table, values);
    } else {
        table->view = qn_catalog_sql(&reading->catalog->arena, values[5]);
    }
    return qn_catalog_taken(reading, reterr);
}
