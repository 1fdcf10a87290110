#include "model_sql.h"

#include "model_text.h"
#include <string.h>

/* clang-format off */
static const char reserved[] =
    " all analyse analyze and any array as asc asymmetric authorization binary both case cast "
    "check collate collation column concurrently constraint create cross current_catalog "
    "current_date current_role current_schema current_time current_timestamp current_user default "
    "deferrable desc distinct do else end except false fetch for foreign freeze from full grant "
    "group having ilike in initially inner intersect into is isnull join lateral leading left like "
    "limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps "
    "placing primary references returning right select session_user similar some symmetric "
    "tablesample table then to trailing true union unique user using variadic verbose when where "
    "window with ";
/* clang-format on */

static bool is_plain(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && !(name[0] >= '0' && name[0] <= '9') &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len &&
           !qn_word_in(name, reserved);
}

const char *qn_model_sql_name(struct qn_arena *arena, const char *name)
{
    size_t len = strlen(name), n = 0;
    char *out;

    if (is_plain(name)) {
        return name;
    }
    out = qn_arena_alloc(arena, 2 * len + 3, 1);
    if (out == NULL) {
        return "";
    }
    out[n++] = '"';
    for (size_t i = 0; i < len; i++) {
        if (name[i] == '"') {
            out[n++] = '"';
        }
        out[n++] = name[i];
    }
    out[n] = '"';
    return out;
}

const char *qn_model_sql_table(struct qn_arena *arena, const struct qn_model *model, size_t table)
{
    const struct qn_model_table *of = &model->tables[table];
    const char *name = qn_model_sql_name(arena, of->name);

    if (qn_model_table(model, "", of->name) != QN_MODEL_NONE) {
        return qn_arena_str(arena, name);
    }
    return qn_arena_printf(arena, "%s.%s", qn_model_sql_name(arena, of->schema), name);
}

const char *qn_model_sql_column(struct qn_arena *arena, const struct qn_model *model, size_t table,
                                size_t column)
{
    return qn_arena_printf(arena, "%s.%s", qn_model_sql_table(arena, model, table),
                           qn_model_sql_name(arena, model->tables[table].columns[column].name));
}
