#include "model_form.h"
#include "model_place.h"

#include "common/mem.h"
#include "common/str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct qn_model *model;
    struct qn_model_table *table; /* around what is read, or NULL */
    struct qn_buf text;           /* the one that is decoded */
    struct qn_err *reterr;
};

/* One value: where it goes and what it is. */
struct slot {
    const struct qn_field *field;
    char *item;
    const struct qn_json_item *value;
    const struct qn_model_place *place;
};

static int read_object(struct reader *r, const struct qn_form *form, void *item,
                       const struct slot *slot);

static int no_memory(struct reader *r)
{
    return qn_arena_status(&r->model->arena, "the model", r->reterr);
}

/* Decodes into r->text. */
static int decode(struct reader *r, const struct qn_json_item *value,
                  const struct qn_model_place *place)
{
    int rc = qn_model_place_want(place, value->type, QN_JSON_STRING, r->reterr);

    if (rc != QN_OK) {
        return rc;
    }
    qn_buf_reset(&r->text);
    rc = qn_json_unescape(value->value, &r->text);
    if (rc == QN_ELIMIT) {
        return qn_model_place_fail(place, "the text is too long", r->reterr);
    }
    return rc == QN_OK ? QN_OK : qn_fail(r->reterr, rc, "no memory for a model");
}

static int read_text(struct reader *r, const struct qn_json_item *value,
                     const struct qn_model_place *place, const char **ret)
{
    int rc = decode(r, value, place);

    if (rc == QN_OK) {
        *ret = qn_arena_str(&r->model->arena, r->text.data);
        rc = no_memory(r);
    }
    return rc;
}

static int read_number(struct reader *r, const struct slot *slot)
{
    int rc = qn_model_place_want(slot->place, slot->value->type, QN_JSON_NUMBER, r->reterr);
    double number;

    if (rc == QN_OK) {
        number = strtod(slot->value->value.data, NULL);
        memcpy(slot->item + slot->field->at, &number, sizeof(number));
    }
    return rc;
}

static int read_enum(struct reader *r, const struct slot *slot)
{
    int rc = decode(r, slot->value, slot->place);

    for (unsigned i = 0; rc == QN_OK && i < slot->field->n_names; i++) {
        if (strcmp(r->text.data, slot->field->names[i]) == 0) {
            memcpy(slot->item + slot->field->at, &i, sizeof(i));
            return QN_OK;
        }
    }
    return rc == QN_OK ? qn_model_place_fail(slot->place, "no such word", r->reterr) : rc;
}

static int count_items(struct reader *r, const struct slot *slot, size_t max, size_t *ret)
{
    struct qn_span list = slot->value->value;
    struct qn_json_walk walk;
    struct qn_json_item item;
    int rc = qn_model_place_want(slot->place, slot->value->type, QN_JSON_ARRAY, r->reterr);

    *ret = 0;
    if (rc != QN_OK || qn_json_walk_init(&walk, list.data, list.len) != QN_OK) {
        return rc;
    }
    while (qn_json_walk_next(&walk, &item)) {
        if (++*ret > max) {
            return qn_model_place_fail(slot->place, "the list is too long", r->reterr);
        }
    }
    return QN_OK;
}

typedef int item_fn(struct reader *r, const struct slot *slot, void *to);

/* The items of a list into an array of the arena. */
static int read_items(struct reader *r, const struct slot *slot, size_t size, size_t max,
                      item_fn *read_item)
{
    struct qn_span list = slot->value->value;
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t n, index = 0;
    char *items;
    int rc = count_items(r, slot, max, &n);

    if (rc != QN_OK || n == 0) {
        return rc;
    }
    items = qn_arena_alloc(&r->model->arena, n, size);
    if (items == NULL) {
        return no_memory(r);
    }
    memcpy(slot->item + slot->field->at, &items, sizeof(items));
    memcpy(slot->item + slot->field->number_at, &n, sizeof(n));
    if (qn_json_walk_init(&walk, list.data, list.len) != QN_OK) {
        return QN_OK;
    }
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        struct qn_model_place place = qn_model_place_of(slot->place, &item, index);
        struct slot inner = {slot->field, items, &item, &place};

        rc = read_item(r, &inner, items + size * index++);
    }
    return rc;
}

static int read_one_text(struct reader *r, const struct slot *slot, void *to)
{
    return read_text(r, slot->value, slot->place, to);
}

static int read_column(struct reader *r, const struct slot *slot, void *to)
{
    int rc = decode(r, slot->value, slot->place);
    size_t column;

    if (rc != QN_OK) {
        return rc;
    }
    column = r->table == NULL ? QN_MODEL_NONE : qn_model_column(r->table, r->text.data);
    memcpy(to, &column, sizeof(column));
    return column != QN_MODEL_NONE
               ? QN_OK
               : qn_model_place_fail(slot->place, "the table has no such column", r->reterr);
}

static int read_struct(struct reader *r, const struct slot *slot, void *to)
{
    const struct qn_form *form = slot->field->form;

    if (form->table) {
        r->table = to;
    }
    return read_object(r, form, to, slot);
}

static int find_columns(const struct qn_model_table *table, const char *const *names, size_t n,
                        size_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        ret[i] = qn_model_column(table, names[i]);
        if (ret[i] == QN_MODEL_NONE) {
            return QN_ENOTFOUND;
        }
    }
    return QN_OK;
}

static int place_relation(const struct qn_model *model, const struct qn_relation_names *names,
                          struct qn_model_relation *relation)
{
    relation->child = qn_model_table(model, names->child_schema, names->child_table);
    relation->parent = qn_model_table(model, names->parent_schema, names->parent_table);
    relation->n = names->n_child_columns;
    if (relation->child == QN_MODEL_NONE || relation->parent == QN_MODEL_NONE || relation->n == 0 ||
        relation->n > QN_RELATION_COLUMNS_MAX || relation->n != names->n_parent_columns) {
        return QN_ENOTFOUND;
    }
    if (find_columns(&model->tables[relation->child], names->child_columns, relation->n,
                     relation->child_columns) != QN_OK) {
        return QN_ENOTFOUND;
    }
    return find_columns(&model->tables[relation->parent], names->parent_columns, relation->n,
                        relation->parent_columns);
}

static int read_relation(struct reader *r, const struct slot *slot, void *to)
{
    struct qn_relation_names names = {0};
    struct qn_model_relation *relation = to;
    int rc = read_object(r, &qn_form_relation, &names, slot);

    if (rc != QN_OK) {
        return rc;
    }
    relation->score = names.score;
    relation->source = names.source;
    relation->verdict = names.verdict;
    relation->decided = names.decided;
    relation->one_to_one = names.one_to_one;
    relation->optional = names.optional;
    relation->junction = names.junction;
    relation->evidence = names.evidence;
    return place_relation(r->model, &names, relation) == QN_OK
               ? QN_OK
               : qn_model_place_fail(slot->place, "no such tables and columns", r->reterr);
}

static int read_bool(struct reader *r, const struct slot *slot)
{
    int rc = qn_model_place_want(slot->place, slot->value->type, QN_JSON_BOOLEAN, r->reterr);

    if (rc == QN_OK) {
        *(bool *)(slot->item + slot->field->at) = slot->value->value.data[0] == 't';
    }
    return rc;
}

static int read_field(struct reader *r, const struct slot *slot)
{
    const struct qn_field *field = slot->field;
    char *at = slot->item + field->at;

    switch (field->kind) {
    case QN_FIELD_TEXT:
        return read_text(r, slot->value, slot->place, (void *)at);
    case QN_FIELD_BOOL:
        return read_bool(r, slot);
    case QN_FIELD_NUMBER:
    case QN_FIELD_COUNT:
        return read_number(r, slot);
    case QN_FIELD_ENUM:
        return read_enum(r, slot);
    case QN_FIELD_TEXTS:
        return read_items(r, slot, sizeof(char *), QN_CATALOG_TABLES_MAX, read_one_text);
    case QN_FIELD_WORDS:
        return read_object(r, &qn_form_words, at, slot);
    case QN_FIELD_SAID:
        return read_object(r, &qn_form_said, at, slot);
    case QN_FIELD_COLUMN:
        return read_column(r, slot, at);
    case QN_FIELD_COLUMNS:
        return read_items(r, slot, sizeof(size_t), 64, read_column);
    case QN_FIELD_LIST:
        return read_items(r, slot, field->form->size, field->form->max, read_struct);
    default: /* QN_FIELD_RELATIONS */
        return read_items(r, slot, sizeof(struct qn_model_relation), QN_RELATIONS_MAX,
                          read_relation);
    }
}

static const struct qn_field *field_of(const struct qn_form *form, struct qn_span name)
{
    for (size_t i = 0; i < form->n_fields; i++) {
        if (qn_span_is(name, form->fields[i].name)) {
            return &form->fields[i];
        }
    }
    return NULL;
}

/* What names columns or tables is read after them. */
static bool is_late(const struct qn_field *field)
{
    return field->kind == QN_FIELD_COLUMN || field->kind == QN_FIELD_RELATIONS ||
           (field->kind == QN_FIELD_LIST && field->form->fields[1].kind == QN_FIELD_COLUMNS);
}

static bool is_of_the_document(const struct qn_form *form, struct qn_span name)
{
    static const char *const names[] = {"format", "version", "state", "hash"};
    bool known = false;

    for (size_t i = 0; form == &qn_form_model && i < sizeof(names) / sizeof(names[0]); i++) {
        known = known || qn_span_is(name, names[i]);
    }
    return known;
}

/* Tells the fields that were there in bits. */
static int read_members(struct reader *r, const struct qn_form *form, const struct slot *outer,
                        bool late, unsigned *seen)
{
    struct qn_span object = outer->value->value;
    struct qn_json_walk walk;
    struct qn_json_item member;
    int rc = qn_json_walk_init(&walk, object.data, object.len);

    while (rc == QN_OK && qn_json_walk_next(&walk, &member)) {
        const struct qn_field *field = field_of(form, member.key);
        struct qn_model_place place = qn_model_place_of(outer->place, &member, 0);
        struct slot slot = {field, outer->item, &member, &place};

        if (field == NULL && !is_of_the_document(form, member.key)) {
            return qn_model_place_fail(&place, "no such member", r->reterr);
        }
        if (field != NULL && is_late(field) == late) {
            *seen |= 1U << (field - form->fields);
            rc = read_field(r, &slot);
        }
    }
    return rc;
}

static int read_object(struct reader *r, const struct qn_form *form, void *item,
                       const struct slot *slot)
{
    struct slot outer = {slot->field, item, slot->value, slot->place};
    unsigned seen = 0;
    int rc = qn_model_place_want(slot->place, slot->value->type, QN_JSON_OBJECT, r->reterr);

    if (rc != QN_OK) {
        return rc;
    }
    qn_form_preset(form, item);
    rc = read_members(r, form, &outer, false, &seen);
    if (rc == QN_OK) {
        rc = read_members(r, form, &outer, true, &seen);
    }
    for (size_t i = 0; rc == QN_OK && i < form->n_fields; i++) {
        if (form->fields[i].always && (seen & 1U << i) == 0) {
            struct qn_model_place place = {
                slot->place, {form->fields[i].name, strlen(form->fields[i].name)}, 0};

            rc = qn_model_place_fail(&place, "is missing", r->reterr);
        }
    }
    return rc;
}

static int read_hash(struct reader *r, const struct qn_json_item *value,
                     const struct qn_model_place *place)
{
    int rc = decode(r, value, place);

    if (rc == QN_OK && (r->text.len >= QN_CATALOG_HASH_SIZE ||
                        strspn(r->text.data, "0123456789abcdef") != r->text.len)) {
        rc = qn_model_place_fail(place, "a SHA-256 is expected", r->reterr);
    }
    if (rc == QN_OK) {
        memcpy(r->model->hash, r->text.data, r->text.len + 1);
    }
    return rc;
}

static int read_document_member(struct reader *r, const struct qn_json_item *member)
{
    struct qn_model_place top = {0};
    struct qn_model_place place = qn_model_place_of(&top, member, 0);

    if (qn_span_is(member->key, "format")) {
        return qn_span_is(member->value, "\"" QN_MODEL_FORMAT "\"")
                   ? QN_OK
                   : qn_model_place_fail(&place, QN_MODEL_FORMAT " is expected", r->reterr);
    }
    if (qn_span_is(member->key, "version")) {
        return member->type == QN_JSON_NUMBER &&
                       qn_json_is_integer(member->value, &r->model->version) &&
                       r->model->version >= 0
                   ? QN_OK
                   : qn_model_place_fail(&place, "a whole number is expected", r->reterr);
    }
    if (qn_span_is(member->key, "state")) {
        r->model->approved = qn_span_is(member->value, "\"approved\"");
        return r->model->approved || qn_span_is(member->value, "\"draft\"")
                   ? QN_OK
                   : qn_model_place_fail(&place, "draft or approved is expected", r->reterr);
    }
    return qn_span_is(member->key, "hash") ? read_hash(r, member, &place) : QN_OK;
}

static int read_document(struct reader *r, struct qn_span json)
{
    static const char *const names[] = {"format", "version", "state", "hash"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct qn_json_item member;
        int rc;

        if (!qn_json_find(json.data, json.len, names[i], &member)) {
            return qn_fail(r->reterr, QN_EINVAL, "%s: is missing", names[i]);
        }
        rc = read_document_member(r, &member);
        if (rc != QN_OK) {
            return rc;
        }
    }
    return QN_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_columns(struct reader *r, const struct qn_model_table *table)
{
    const char **names = qn_arena_alloc(&r->model->arena, table->n_columns + 1, sizeof(*names));

    if (names == NULL) {
        return no_memory(r);
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        names[i] = table->columns[i].name;
    }
    qsort(names, table->n_columns, sizeof(*names), by_name);
    for (size_t i = 1; i < table->n_columns; i++) {
        if (strcmp(names[i - 1], names[i]) == 0) {
            return qn_fail(r->reterr, QN_EINVAL, "tables: two columns of one name");
        }
    }
    return QN_OK;
}

/* Names are looked up by halving, so their order counts. */
static int check_tables(struct reader *r)
{
    const struct qn_model *model = r->model;
    int rc = QN_OK;

    for (size_t i = 0; rc == QN_OK && i < model->n_tables; i++) {
        const struct qn_model_table *before = i > 0 ? &model->tables[i - 1] : NULL;
        const struct qn_model_table *table = &model->tables[i];
        int order = before == NULL ? -1 : strcmp(before->schema, table->schema);

        order = order != 0 ? order : strcmp(before->name, table->name);
        if (order >= 0) {
            return qn_fail(r->reterr, QN_EINVAL, "tables: not in the order of their names");
        }
        rc = check_columns(r, table);
    }
    return rc;
}

static int read_model(struct reader *r, struct qn_span json)
{
    struct qn_model_place top = {0};
    struct qn_json_item whole = {.value = json};
    struct slot slot = {NULL, (char *)r->model, &whole, &top};
    int rc = qn_json_check(json.data, json.len, &whole.type, r->reterr);

    if (rc == QN_OK) {
        rc = qn_model_place_want(&top, whole.type, QN_JSON_OBJECT, r->reterr);
    }
    if (rc == QN_OK) {
        rc = read_document(r, json);
    }
    if (rc == QN_OK) {
        rc = read_object(r, &qn_form_model, r->model, &slot);
    }
    return rc;
}

int qn_model_from_json(struct qn_model **ret, struct qn_span json, struct qn_err *reterr)
{
    struct reader r = {.reterr = reterr};
    int rc;

    if (json.len > QN_MODEL_BYTES_MAX) {
        return qn_fail(reterr, QN_ELIMIT, "the model is larger than 64 MiB");
    }
    r.model = qn_zalloc(1, sizeof(*r.model));
    if (r.model == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a model");
    }
    qn_arena_init(&r.model->arena, QN_MODEL_BYTES_MAX);
    qn_buf_init(&r.text, QN_MODEL_SQL_MAX);
    rc = read_model(&r, json);
    if (rc == QN_OK) {
        rc = check_tables(&r);
    }
    qn_buf_release(&r.text);
    if (rc != QN_OK) {
        qn_model_free(r.model);
        return rc;
    }
    *ret = r.model;
    return QN_OK;
}
