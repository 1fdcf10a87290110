#include "model_form.h"
#include "model_hidden.h"

#include "common/json.h"
#include "tasks/lib/digest.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    struct qn_buf *out;
    const struct qn_model *model;
    const struct qn_model_table *table; /* around what is written, or NULL */
    bool settled;
    bool samples; /* the values that are written are not all there are */
};

static void write_fields(struct writer *w, const struct qn_form *form, const void *item);

int qn_model_add_number(struct qn_buf *out, double value)
{
    char text[32];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    return qn_buf_add_str(out, text);
}

static void write_texts(struct qn_buf *out, const char *const *texts, size_t n)
{
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        qn_json_add_str(out, texts[i]);
    }
    qn_buf_add_byte(out, ']');
}

static void write_column(struct writer *w, size_t column)
{
    qn_json_add_str(w->out, w->table != NULL ? w->table->columns[column].name : "");
}

static void write_columns(struct writer *w, const size_t *columns, size_t n)
{
    qn_buf_add_byte(w->out, '[');
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(w->out, i > 0 ? "," : "");
        write_column(w, columns[i]);
    }
    qn_buf_add_byte(w->out, ']');
}

static void write_object(struct writer *w, const struct qn_form *form, const void *item)
{
    qn_buf_add_byte(w->out, '{');
    write_fields(w, form, item);
    qn_buf_add_byte(w->out, '}');
}

static bool words_are_empty(const struct qn_model_words *words)
{
    return words->n_en == 0 && words->n_zh == 0;
}

/* Values that a scan happened to meet, and nobody named. */
static bool is_mere_sample(const struct writer *w, const struct qn_form *form, const void *item)
{
    const struct qn_model_value *value = item;

    return w->settled && w->samples && form == &qn_form_value && words_are_empty(&value->words);
}

static void write_list(struct writer *w, const struct qn_form *form, const char *items, size_t n)
{
    const char *between = "";

    qn_buf_add_byte(w->out, '[');
    for (size_t i = 0; i < n; i++) {
        const char *item = items + i * form->size;

        if (is_mere_sample(w, form, item)) {
            continue;
        }
        qn_buf_add_str(w->out, between);
        between = ",";
        if (form == &qn_form_column) {
            w->samples = !((const struct qn_model_column *)(const void *)item)->values_complete;
        }
        if (form->table) {
            w->table = (const struct qn_model_table *)(const void *)item;
        }
        write_object(w, form, item);
    }
    qn_buf_add_byte(w->out, ']');
}

static struct qn_relation_names named(const struct qn_model *model,
                                      const struct qn_model_relation *relation,
                                      const char *child_columns[QN_RELATION_COLUMNS_MAX],
                                      const char *parent_columns[QN_RELATION_COLUMNS_MAX])
{
    const struct qn_model_table *child = &model->tables[relation->child];
    const struct qn_model_table *parent = &model->tables[relation->parent];

    for (size_t i = 0; i < relation->n; i++) {
        child_columns[i] = child->columns[relation->child_columns[i]].name;
        parent_columns[i] = parent->columns[relation->parent_columns[i]].name;
    }
    return (struct qn_relation_names){
        .child_schema = child->schema,
        .child_table = child->name,
        .parent_schema = parent->schema,
        .parent_table = parent->name,
        .child_columns = child_columns,
        .n_child_columns = relation->n,
        .parent_columns = parent_columns,
        .n_parent_columns = relation->n,
        .score = relation->score,
        .source = relation->source,
        .verdict = relation->verdict,
        .decided = relation->decided,
        .one_to_one = relation->one_to_one,
        .optional = relation->optional,
        .junction = relation->junction,
        .evidence = relation->evidence,
    };
}

static void write_relations(struct writer *w)
{
    qn_buf_add_byte(w->out, '[');
    for (size_t i = 0; i < w->model->n_relations; i++) {
        const char *children[QN_RELATION_COLUMNS_MAX], *parents[QN_RELATION_COLUMNS_MAX];
        struct qn_relation_names names =
            named(w->model, &w->model->relations[i], children, parents);

        qn_buf_add_str(w->out, i > 0 ? "," : "");
        write_object(w, &qn_form_relation, &names);
    }
    qn_buf_add_byte(w->out, ']');
}

static size_t number_of(const struct qn_field *field, const char *item)
{
    size_t n;

    memcpy(&n, item + field->number_at, sizeof(n));
    return n;
}

static unsigned enum_of(const char *at)
{
    unsigned value;

    memcpy(&value, at, sizeof(value));
    return value;
}

static const void *pointer_at(const char *at)
{
    const void *pointer;

    memcpy(&pointer, at, sizeof(pointer));
    return pointer;
}

static double double_at(const char *at)
{
    double value;

    memcpy(&value, at, sizeof(value));
    return value;
}

static bool is_empty(const struct qn_field *field, const char *item)
{
    const char *at = item + field->at;

    switch (field->kind) {
    case QN_FIELD_TEXT:
    case QN_FIELD_SAID: /* its text comes first */
        return ((const char *)pointer_at(at))[0] == '\0';
    case QN_FIELD_BOOL:
        return !*(const bool *)at;
    case QN_FIELD_NUMBER:
        return !isfinite(double_at(at));
    case QN_FIELD_COUNT:
        return !(double_at(at) >= 0) || !isfinite(double_at(at));
    case QN_FIELD_ENUM:
        return enum_of(at) == 0;
    case QN_FIELD_WORDS:
        return words_are_empty((const void *)at);
    case QN_FIELD_COLUMN:
        return *(const size_t *)(const void *)at == QN_MODEL_NONE;
    default:
        return number_of(field, item) == 0;
    }
}

static void write_value(struct writer *w, const struct qn_field *field, const char *item)
{
    const char *at = item + field->at;

    switch (field->kind) {
    case QN_FIELD_TEXT:
        qn_json_add_str(w->out, pointer_at(at));
        break;
    case QN_FIELD_BOOL:
        qn_buf_add_str(w->out, *(const bool *)at ? "true" : "false");
        break;
    case QN_FIELD_NUMBER:
    case QN_FIELD_COUNT:
        qn_model_add_number(w->out, double_at(at));
        break;
    case QN_FIELD_ENUM:
        qn_json_add_str(w->out, field->names[enum_of(at)]);
        break;
    case QN_FIELD_TEXTS:
        write_texts(w->out, pointer_at(at), number_of(field, item));
        break;
    case QN_FIELD_WORDS:
        write_object(w, &qn_form_words, at);
        break;
    case QN_FIELD_SAID:
        write_object(w, &qn_form_said, at);
        break;
    case QN_FIELD_COLUMN:
        write_column(w, *(const size_t *)(const void *)at);
        break;
    case QN_FIELD_COLUMNS:
        write_columns(w, pointer_at(at), number_of(field, item));
        break;
    case QN_FIELD_LIST:
        write_list(w, field->form, pointer_at(at), number_of(field, item));
        break;
    case QN_FIELD_RELATIONS:
        write_relations(w);
        break;
    }
}

static void write_fields(struct writer *w, const struct qn_form *form, const void *item)
{
    for (size_t i = 0; i < form->n_fields; i++) {
        const struct qn_field *field = &form->fields[i];

        if ((w->settled && field->loose) || (!field->always && is_empty(field, item))) {
            continue;
        }
        qn_json_add_key(w->out, field->name);
        write_value(w, field, item);
    }
}

int qn_form_write(const struct qn_form *form, const void *item, const struct qn_model *model,
                  bool settled, struct qn_buf *out)
{
    struct writer w = {.out = out, .model = model, .settled = settled};

    if (form->table) {
        w.table = item;
    }
    write_fields(&w, form, item);
    return qn_buf_status(out);
}

int qn_form_write_field(const struct qn_form *form, const struct qn_field *field, const void *item,
                        const struct qn_form_around *around, struct qn_buf *out)
{
    struct writer w = {.out = out, .model = around->model, .table = around->table, .settled = true};

    if (form == &qn_form_column) {
        w.samples = !((const struct qn_model_column *)item)->values_complete;
    }
    if (is_empty(field, item) && field->kind != QN_FIELD_ENUM && field->kind != QN_FIELD_BOOL) {
        return qn_buf_add_str(out, "null");
    }
    write_value(&w, field, item);
    return qn_buf_status(out);
}

int qn_model_to_json(const struct qn_model *model, struct qn_buf *out)
{
    qn_buf_add_str(out, "{\"format\":\"" QN_MODEL_FORMAT "\",\"version\":");
    qn_json_add_i64(out, model->version);
    qn_buf_add_str(out, model->approved ? ",\"state\":\"approved\"" : ",\"state\":\"draft\"");
    qn_json_add_key(out, "hash");
    qn_json_add_str(out, model->hash);
    qn_form_write(&qn_form_model, model, model, false, out);
    return qn_buf_add_byte(out, '}');
}

int qn_model_seal(struct qn_model *model, struct qn_err *reterr)
{
    struct qn_buf content;
    int rc = qn_model_clear_hidden(model, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    qn_buf_init(&content, QN_MODEL_BYTES_MAX);
    qn_buf_add_byte(&content, '{');
    qn_form_write(&qn_form_model, model, model, true, &content);
    rc = qn_buf_add_byte(&content, '}');
    if (rc != QN_OK) {
        rc = qn_fail(reterr, rc,
                     rc == QN_ENOMEM ? "no memory for a model" : "the model is too large");
    } else {
        rc = qn_digest_text((struct qn_span){content.data, content.len}, model->hash, reterr);
    }
    qn_buf_release(&content);
    return rc;
}
