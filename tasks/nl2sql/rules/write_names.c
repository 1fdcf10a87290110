/* Names of columns of the answer, for people. */
#include "write_block.h"

#include "tasks/lib/model/model_sql.h"
#include "tasks/lib/model/model_text.h"
#include <string.h>

const char *write_name(struct write_run *run, const char *name)
{
    return qn_model_sql_name(run->arena, name);
}

const char *write_as(struct write_run *run, const char *expr, const char *name)
{
    const char *dot = strrchr(expr, '.');
    const char *quoted = write_name(run, name);

    /* o.status needs no AS status */
    if (dot != NULL && strcmp(dot + 1, quoted) == 0 && strpbrk(expr, " (:") == NULL) {
        return expr;
    }
    return qn_arena_printf(run->arena, "%s AS %s", expr, quoted);
}

const char *write_key_name(struct write_run *run, size_t dimension, size_t key)
{
    return qn_arena_printf(run->arena, "key%zu_%zu", dimension + 1, key + 1);
}

/* "order items" with lines below for blanks. */
static const char *underlined(struct write_run *run, const char *words)
{
    size_t len = strlen(words);
    char *out = qn_arena_alloc(run->arena, len + 1, 1);

    for (size_t i = 0; out != NULL && i < len; i++) {
        out[i] = (char)(words[i] == ' ' ? '_' : words[i]);
    }
    return out != NULL && len > 0 ? out : "value";
}

const char *write_table_name(struct write_run *run, size_t table, bool plural)
{
    struct qn_tokens tokens;

    write_table_words(&run->model->tables[table], &tokens);
    return underlined(run, qn_humanised(run->arena, &tokens, plural ? QN_PLURAL : QN_SINGULAR));
}

const char *write_column_name(struct write_run *run, struct frame_place place)
{
    struct qn_tokens tokens;

    qn_tokens_of(&tokens, run->model->tables[place.table].columns[place.column].name);
    return underlined(run, qn_humanised(run->arena, &tokens, QN_AS_IT_IS));
}

static const char *of_place(struct write_run *run, const struct frame_dimension *dimension)
{
    static const char *const grains[] = {
        [FRAME_NO_GRAIN] = "",
        [FRAME_HOUR] = "hour",
        [FRAME_DAY] = "day",
        [FRAME_WEEK] = "week",
        [FRAME_MONTH] = "month",
        [FRAME_QUARTER] = "quarter",
        [FRAME_YEAR] = "year",
        [FRAME_WEEKDAY] = "weekday",
        [FRAME_HOUR_OF_DAY] = "hour_of_day",
        [FRAME_MONTH_OF_YEAR] = "month_of_year",
    };
    size_t relation;

    if (dimension->grain != FRAME_NO_GRAIN) {
        return grains[dimension->grain];
    }
    if (write_is_rows(run, dimension->of, &relation) && relation == QN_MODEL_NONE) {
        return write_table_name(run, dimension->of.table, false);
    }
    return write_column_name(run, dimension->of);
}

const char *write_dimension_name(struct write_run *run, size_t place)
{
    const char *name = of_place(run, &run->frame->dimensions[place]);

    for (size_t i = 0; i < place; i++) {
        if (strcmp(of_place(run, &run->frame->dimensions[i]), name) == 0) {
            return qn_arena_printf(run->arena, "%s_%zu", name, place + 1);
        }
    }
    return name;
}
