#include "describe_prompt.h"

#include "common/json.h"
#include "tasks/lib/llm/llm_data.h"
#include "tasks/metadata/describe_texts.h"
#include <string.h>

static void add_text(struct qn_buf *out, const char *key, const char *text)
{
    if (text[0] != '\0') {
        qn_json_add_key(out, key);
        qn_llm_add_data(out, text, QN_LLM_DATA_MAX);
    }
}

static void add_said(struct qn_buf *out, const struct qn_model_said *said)
{
    if (said->source >= QN_MODEL_COMMENT) {
        add_text(out, "comment", said->text);
    }
}

static void add_values(struct qn_buf *out, const struct qn_model_column *column)
{
    size_t n = column->n_values < DESCRIBE_VALUES_MAX ? column->n_values : DESCRIBE_VALUES_MAX;

    if (column->pii != QN_PII_NONE || !column->values_complete || n == 0) {
        return;
    }
    qn_json_add_key(out, "values");
    for (size_t i = 0; i < n; i++) {
        const char *text = column->values[i].text;

        qn_buf_add_byte(out, i == 0 ? '[' : ',');
        qn_llm_add_data(out, text, QN_LLM_DATA_MAX);
    }
    qn_buf_add_byte(out, ']');
}

static void add_column(struct qn_buf *out, const struct qn_model_column *column)
{
    qn_buf_add_byte(out, '{');
    add_text(out, "name", column->name);
    add_text(out, "type", column->type);
    add_text(out, "role", qn_role_names[column->role]);
    add_text(out, "unit", column->unit);
    add_said(out, &column->description);
    add_values(out, column);
    qn_buf_add_byte(out, '}');
}

static void add_relations(struct qn_buf *out, const struct describe_part *part)
{
    const struct qn_model *model = part->model;
    const char *before = "[";

    for (size_t i = 0; i < model->n_relations; i++) {
        const struct qn_model_relation *one = &model->relations[i];
        const struct qn_model_table *child = &model->tables[one->child];
        const struct qn_model_table *parent = &model->tables[one->parent];

        if (one->child != part->table || one->verdict != QN_MODEL_ACCEPTED || parent->hidden ||
            child->columns[one->child_columns[0]].hidden) {
            continue;
        }
        if (*before == '[') {
            qn_json_add_key(out, "refers_to");
        }
        qn_buf_add_str(out, before);
        qn_buf_add_byte(out, '{');
        add_text(out, "column", child->columns[one->child_columns[0]].name);
        add_text(out, "table", parent->name);
        qn_buf_add_byte(out, '}');
        before = ",";
    }
    qn_buf_add_str(out, *before == ',' ? "]" : "");
}

void describe_system(const struct describe_part *part, struct qn_buf *out)
{
    qn_buf_add_str(out, metadata_text_describe);
    qn_buf_printf(out, "Descriptions and synonyms are in %s.\n",
                  strcmp(part->language, "zh") == 0 ? "Chinese (simplified)" : "English");
}

void describe_user(const struct describe_part *part, struct qn_buf *out)
{
    const struct qn_model_table *table = &part->model->tables[part->table];

    qn_buf_add_str(out, "<table>\n{");
    add_text(out, "name", table->name);
    add_text(out, "schema", table->schema);
    add_text(out, "kind", qn_purpose_names[table->purpose]);
    add_said(out, &table->description);
    add_relations(out, part);
    qn_json_add_key(out, "columns");
    for (size_t i = 0; i < part->n_columns; i++) {
        qn_buf_add_str(out, i == 0 ? "[" : ",\n");
        add_column(out, &table->columns[part->columns[i]]);
    }
    qn_buf_add_str(out, part->n_columns == 0 ? "[]}\n</table>\n" : "]}\n</table>\n");
}
