#include "query_types.h"

#include <string.h>

static const struct {
    unsigned type;
    enum query_kind kind;
    const char *name;
} known[] = {
    {16, QUERY_BOOLEAN, "boolean"},
    {17, QUERY_OTHER, "bytea"},
    {18, QUERY_TEXT, "\"char\""},
    {19, QUERY_TEXT, "name"},
    {20, QUERY_INTEGER, "bigint"},
    {21, QUERY_INTEGER, "smallint"},
    {23, QUERY_INTEGER, "integer"},
    {25, QUERY_TEXT, "text"},
    {114, QUERY_JSON, "json"},
    {700, QUERY_NUMBER, "real"},
    {701, QUERY_NUMBER, "double precision"},
    {790, QUERY_NUMBER, "money"},
    {1042, QUERY_TEXT, "character"},
    {1043, QUERY_TEXT, "character varying"},
    {1082, QUERY_DATE, "date"},
    {1083, QUERY_OTHER, "time without time zone"},
    {1114, QUERY_TIMESTAMP, "timestamp without time zone"},
    {1184, QUERY_TIMESTAMP, "timestamp with time zone"},
    {1186, QUERY_OTHER, "interval"},
    {1266, QUERY_OTHER, "time with time zone"},
    {1700, QUERY_NUMBER, "numeric"},
    {2950, QUERY_OTHER, "uuid"},
    {3802, QUERY_JSON, "jsonb"},
};

const char *query_type_known(unsigned type, enum query_kind *ret_kind)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].type == type) {
            *ret_kind = known[i].kind;
            return known[i].name;
        }
    }
    return NULL;
}

/* unnest of several arrays is always PostgreSQL's own. */
const char query_types_sql[] =
    "SELECT pg_catalog.format_type(w.t, NULL), y.typcategory, n.nspname, c.relname, a.attname"
    " FROM unnest($1::pg_catalog.oid[], $2::pg_catalog.oid[], $3::pg_catalog.int2[])"
    " WITH ORDINALITY AS w (t, r, a, i)"
    " LEFT JOIN pg_catalog.pg_type y ON y.oid OPERATOR(pg_catalog.=) w.t"
    " LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) w.r"
    " LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
    " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) w.r"
    " AND a.attnum OPERATOR(pg_catalog.=) w.a ORDER BY w.i";

enum { TYPE, CATEGORY, SCHEMA, TABLE, COLUMN };

static void take_origin(struct query_column *column, const struct qn_span *values,
                        const struct qn_model *model)
{
    size_t table;

    if (model == NULL || values[SCHEMA].data == NULL || values[COLUMN].data == NULL) {
        return;
    }
    table = qn_model_table(model, values[SCHEMA].data, values[TABLE].data);
    if (table == QN_MODEL_NONE) {
        return;
    }
    column->column = qn_model_column(&model->tables[table], values[COLUMN].data);
    column->table = column->column != QN_MODEL_NONE ? table : QN_MODEL_NONE;
}

void query_types_take(struct query_column *column, const struct qn_span *values,
                      const struct qn_model *model, struct qn_arena *arena)
{
    if (column->type[0] == '\0' && values[TYPE].data != NULL) {
        column->type = qn_arena_text(arena, values[TYPE].data, values[TYPE].len);
        if (qn_span_is(values[CATEGORY], "S") || qn_span_is(values[CATEGORY], "E")) {
            column->kind = QUERY_TEXT;
        }
    }
    take_origin(column, values, model);
}

static enum qn_role role_of(enum query_kind kind)
{
    switch (kind) {
    case QUERY_INTEGER:
    case QUERY_NUMBER:
        return QN_ROLE_MEASURE;
    case QUERY_DATE:
    case QUERY_TIMESTAMP:
        return QN_ROLE_TIME;
    case QUERY_BOOLEAN:
        return QN_ROLE_FLAG;
    default:
        return QN_ROLE_TEXT;
    }
}

void query_types_finish(struct query_column *column, const struct qn_model *model)
{
    const struct qn_model_column *origin = NULL;

    if (column->table != QN_MODEL_NONE) {
        origin = &model->tables[column->table].columns[column->column];
    }
    if (column->type[0] == '\0') {
        column->type = "unknown"; /* the connection broke before it could be asked */
    }
    column->role = origin != NULL ? origin->role : role_of(column->kind);
    column->unit = origin != NULL ? origin->unit : "";
    for (size_t i = 0; origin == NULL && model != NULL && i < model->n_metrics; i++) {
        if (strcmp(model->metrics[i].name, column->name) == 0) {
            column->unit = model->metrics[i].unit;
        }
    }
}
