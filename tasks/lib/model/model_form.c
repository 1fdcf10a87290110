#include "model_form.h"

#include <math.h>
#include <string.h>

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

#define AT(type, member)    .at = offsetof(struct type, member)
#define MANY(type, member)  AT(type, member), .number_at = offsetof(struct type, n_##member)
#define ENUM(list, number)  .names = (list), .n_names = (number)
#define SOURCE(type, field) #field, QN_FIELD_ENUM, AT(type, field), ENUM_SOURCE
#define ENUM_SOURCE         ENUM(qn_model_source_names, QN_MODEL_SOURCES)

static const char *const relation_sources[] = {"declared", "inferred"};
static const char *const verdicts[] = {"suggested", "accepted", "rejected"};

static const struct qn_field words_fields[] = {
    {"en", QN_FIELD_TEXTS, MANY(qn_model_words, en)},
    {"zh", QN_FIELD_TEXTS, MANY(qn_model_words, zh)},
};
const struct qn_form qn_form_words = {
    sizeof(struct qn_model_words), 0, false, words_fields, COUNT_OF(words_fields),
};

static const struct qn_field said_fields[] = {
    {"text", QN_FIELD_TEXT, AT(qn_model_said, text)},
    {SOURCE(qn_model_said, source), .always = true},
};
const struct qn_form qn_form_said = {
    sizeof(struct qn_model_said), 0, false, said_fields, COUNT_OF(said_fields),
};

static const struct qn_field value_fields[] = {
    {"value", QN_FIELD_TEXT, .always = true, AT(qn_model_value, text)},
    {"share", QN_FIELD_NUMBER, .loose = true, AT(qn_model_value, share)},
    {"synonyms", QN_FIELD_WORDS, AT(qn_model_value, words)},
};
const struct qn_form qn_form_value = {
    sizeof(struct qn_model_value), 1000, false, value_fields, COUNT_OF(value_fields),
};

static const struct qn_field column_fields[] = {
    {"name", QN_FIELD_TEXT, .always = true, AT(qn_model_column, name)},
    {"type", QN_FIELD_TEXT, .always = true, AT(qn_model_column, type)},
    {"family", QN_FIELD_ENUM, .always = true, AT(qn_model_column, family),
     ENUM(qn_family_names, QN_FAMILIES)},
    {"role", QN_FIELD_ENUM, .always = true, AT(qn_model_column, role),
     ENUM(qn_role_names, QN_ROLES)},
    {SOURCE(qn_model_column, role_source)},
    {"pii", QN_FIELD_ENUM, AT(qn_model_column, pii), ENUM(qn_pii_names, QN_PIIS)},
    {"description", QN_FIELD_SAID, AT(qn_model_column, description)},
    {"synonyms", QN_FIELD_WORDS, AT(qn_model_column, words)},
    {"negated", QN_FIELD_WORDS, AT(qn_model_column, negated)},
    {"unit", QN_FIELD_TEXT, AT(qn_model_column, unit)},
    {SOURCE(qn_model_column, unit_source)},
    {"nullable", QN_FIELD_BOOL, AT(qn_model_column, nullable)},
    {"unique", QN_FIELD_BOOL, AT(qn_model_column, unique)},
    {"hidden", QN_FIELD_BOOL, AT(qn_model_column, hidden)},
    {SOURCE(qn_model_column, hidden_source)},
    {"distinct", QN_FIELD_NUMBER, .loose = true, AT(qn_model_column, distinct)},
    {"nulls", QN_FIELD_NUMBER, .loose = true, AT(qn_model_column, nulls)},
    {"min", QN_FIELD_TEXT, .loose = true, AT(qn_model_column, min)},
    {"max", QN_FIELD_TEXT, .loose = true, AT(qn_model_column, max)},
    {"values_complete", QN_FIELD_BOOL, AT(qn_model_column, values_complete)},
    {"values", QN_FIELD_LIST, MANY(qn_model_column, values), .form = &qn_form_value},
};
const struct qn_form qn_form_column = {
    sizeof(struct qn_model_column), 2000, false, column_fields, COUNT_OF(column_fields),
};

static const struct qn_field key_fields[] = {
    {"primary", QN_FIELD_BOOL, AT(qn_model_key, primary)},
    {"columns", QN_FIELD_COLUMNS, .always = true, AT(qn_model_key, columns),
     .number_at = offsetof(struct qn_model_key, n)},
};
static const struct qn_form key_form = {
    sizeof(struct qn_model_key), 1000, false, key_fields, COUNT_OF(key_fields),
};

static const struct qn_field table_fields[] = {
    {"schema", QN_FIELD_TEXT, .always = true, AT(qn_model_table, schema)},
    {"name", QN_FIELD_TEXT, .always = true, AT(qn_model_table, name)},
    {"kind", QN_FIELD_ENUM, .always = true, AT(qn_model_table, kind),
     ENUM(qn_catalog_kind_names, QN_CATALOG_KINDS)},
    {"purpose", QN_FIELD_ENUM, .always = true, AT(qn_model_table, purpose),
     ENUM(qn_purpose_names, QN_PURPOSES)},
    {SOURCE(qn_model_table, purpose_source)},
    {"rows", QN_FIELD_COUNT, .loose = true, AT(qn_model_table, rows)},
    {"description", QN_FIELD_SAID, AT(qn_model_table, description)},
    {"synonyms", QN_FIELD_WORDS, AT(qn_model_table, words)},
    {"label", QN_FIELD_COLUMN, AT(qn_model_table, label)},
    {SOURCE(qn_model_table, label_source)},
    {"time", QN_FIELD_COLUMN, AT(qn_model_table, time)},
    {SOURCE(qn_model_table, time_source)},
    {"hidden", QN_FIELD_BOOL, AT(qn_model_table, hidden)},
    {SOURCE(qn_model_table, hidden_source)},
    {"columns", QN_FIELD_LIST, .always = true, MANY(qn_model_table, columns),
     .form = &qn_form_column},
    {"keys", QN_FIELD_LIST, MANY(qn_model_table, keys), .form = &key_form},
};
const struct qn_form qn_form_table = {
    sizeof(struct qn_model_table), QN_CATALOG_TABLES_MAX, true, table_fields,
    COUNT_OF(table_fields),
};

static const struct qn_field relation_fields[] = {
    {"child_schema", QN_FIELD_TEXT, .always = true, AT(qn_relation_names, child_schema)},
    {"child_table", QN_FIELD_TEXT, .always = true, AT(qn_relation_names, child_table)},
    {"child_columns", QN_FIELD_TEXTS, .always = true, MANY(qn_relation_names, child_columns)},
    {"parent_schema", QN_FIELD_TEXT, .always = true, AT(qn_relation_names, parent_schema)},
    {"parent_table", QN_FIELD_TEXT, .always = true, AT(qn_relation_names, parent_table)},
    {"parent_columns", QN_FIELD_TEXTS, .always = true, MANY(qn_relation_names, parent_columns)},
    {"score", QN_FIELD_NUMBER, .loose = true, AT(qn_relation_names, score)},
    {"source", QN_FIELD_ENUM, .always = true, AT(qn_relation_names, source),
     ENUM(relation_sources, COUNT_OF(relation_sources))},
    {"verdict", QN_FIELD_ENUM, .always = true, AT(qn_relation_names, verdict),
     ENUM(verdicts, COUNT_OF(verdicts))},
    {SOURCE(qn_relation_names, decided)},
    {"one_to_one", QN_FIELD_BOOL, AT(qn_relation_names, one_to_one)},
    {"optional", QN_FIELD_BOOL, AT(qn_relation_names, optional)},
    {"junction", QN_FIELD_BOOL, AT(qn_relation_names, junction)},
    {"evidence", QN_FIELD_TEXT, .loose = true, AT(qn_relation_names, evidence)},
};
const struct qn_form qn_form_relation = {
    sizeof(struct qn_relation_names), QN_RELATIONS_MAX, false, relation_fields,
    COUNT_OF(relation_fields),
};

static const struct qn_field verdict_fields[] = {
    {"source", QN_FIELD_ENUM, AT(qn_model_relation, source),
     ENUM(relation_sources, COUNT_OF(relation_sources))},
    {"verdict", QN_FIELD_ENUM, AT(qn_model_relation, verdict), ENUM(verdicts, COUNT_OF(verdicts))},
    {SOURCE(qn_model_relation, decided)},
    {"one_to_one", QN_FIELD_BOOL, AT(qn_model_relation, one_to_one)},
    {"optional", QN_FIELD_BOOL, AT(qn_model_relation, optional)},
    {"junction", QN_FIELD_BOOL, AT(qn_model_relation, junction)},
};
const struct qn_form qn_form_verdict = {
    sizeof(struct qn_model_relation), 0, false, verdict_fields, COUNT_OF(verdict_fields),
};

static const struct qn_field metric_fields[] = {
    {"name", QN_FIELD_TEXT, .always = true, AT(qn_model_metric, name)},
    {SOURCE(qn_model_metric, source), .always = true},
    {"description", QN_FIELD_SAID, AT(qn_model_metric, description)},
    {"synonyms", QN_FIELD_WORDS, AT(qn_model_metric, words)},
    {"expr", QN_FIELD_TEXT, .always = true, AT(qn_model_metric, expr)},
    {"filter", QN_FIELD_TEXT, AT(qn_model_metric, filter)},
    {"from", QN_FIELD_TEXT, AT(qn_model_metric, from)},
    {"time", QN_FIELD_TEXT, AT(qn_model_metric, time)},
    {"item_expr", QN_FIELD_TEXT, AT(qn_model_metric, item_expr)},
    {"item_level_for", QN_FIELD_TEXTS, MANY(qn_model_metric, item_level_for)},
    {"unit", QN_FIELD_TEXT, AT(qn_model_metric, unit)},
    {"additive", QN_FIELD_BOOL, AT(qn_model_metric, additive)},
};
const struct qn_form qn_form_metric = {
    sizeof(struct qn_model_metric), 5000, false, metric_fields, COUNT_OF(metric_fields),
};

static const struct qn_field condition_fields[] = {
    {"synonyms", QN_FIELD_WORDS, AT(qn_model_condition, words)},
    {"table", QN_FIELD_TEXT, .always = true, AT(qn_model_condition, table)},
    {"where", QN_FIELD_TEXT, .always = true, AT(qn_model_condition, where)},
    {SOURCE(qn_model_condition, source)},
};
const struct qn_form qn_form_condition = {
    sizeof(struct qn_model_condition), 5000, false, condition_fields, COUNT_OF(condition_fields),
};

static const struct qn_field model_fields[] = {
    {"datasource", QN_FIELD_TEXT, .always = true, AT(qn_model, datasource)},
    {"database", QN_FIELD_TEXT, .always = true, AT(qn_model, database)},
    {"catalog_hash", QN_FIELD_TEXT, .loose = true, AT(qn_model, catalog_hash)},
    {"language", QN_FIELD_TEXT, AT(qn_model, language)},
    {"time_zone", QN_FIELD_TEXT, AT(qn_model, time_zone)},
    {SOURCE(qn_model, time_zone_source)},
    {"reference_day", QN_FIELD_TEXT, AT(qn_model, reference_day)},
    {SOURCE(qn_model, reference_day_source)},
    {"week_start", QN_FIELD_TEXT, AT(qn_model, week_start)},
    {SOURCE(qn_model, week_start_source)},
    {"tables", QN_FIELD_LIST, .always = true, MANY(qn_model, tables), .form = &qn_form_table},
    {"relations", QN_FIELD_RELATIONS, .always = true, MANY(qn_model, relations)},
    {"metrics", QN_FIELD_LIST, .always = true, MANY(qn_model, metrics), .form = &qn_form_metric},
    {"conditions", QN_FIELD_LIST, .always = true, MANY(qn_model, conditions),
     .form = &qn_form_condition},
    {"warnings", QN_FIELD_TEXTS, .always = true, MANY(qn_model, warnings)},
};
const struct qn_form qn_form_model = {
    sizeof(struct qn_model), 0, false, model_fields, COUNT_OF(model_fields),
};

/* A field begins as what is left out when it is written. */
static void preset(const struct qn_field *field, void *at)
{
    static const char *const nothing = "";
    const size_t nowhere = QN_MODEL_NONE;
    const double unknown = NAN, uncounted = -1;

    switch (field->kind) {
    case QN_FIELD_TEXT:
        memcpy(at, &nothing, sizeof(nothing));
        break;
    case QN_FIELD_SAID:
        *(struct qn_model_said *)at = (struct qn_model_said){nothing, QN_MODEL_RULE};
        break;
    case QN_FIELD_NUMBER:
        memcpy(at, &unknown, sizeof(unknown));
        break;
    case QN_FIELD_COUNT:
        memcpy(at, &uncounted, sizeof(uncounted));
        break;
    case QN_FIELD_COLUMN:
        memcpy(at, &nowhere, sizeof(nowhere));
        break;
    default: /* zero is right */
        break;
    }
}

void qn_form_preset(const struct qn_form *form, void *item)
{
    for (size_t i = 0; i < form->n_fields; i++) {
        preset(&form->fields[i], (char *)item + form->fields[i].at);
    }
}
