#include "analysis_result.h"

#include "common/json.h"
#include "common/json_member.h"
#include <math.h>
#include <string.h>

#define RELATION_SHARE 2 /* relations may use half of the room, */
#define TABLE_SHARE    4 /* tables a quarter, the other lists an eighth each */
#define LIST_SHARE     8
#define NAME_MAX_BYTES 4096 /* of "schema.table" */
#define SCORE_DIGITS   10000

/* An array that stops growing at a maximum: what does not fit is counted. */
struct list {
    struct qn_buf *out;
    size_t until; /* bytes of out */
    size_t left_out;
};

static void list_begin(struct list *list, struct qn_buf *out, const char *key, size_t room)
{
    *list = (struct list){.out = out, .until = out->len + room};
    qn_json_add_key(out, key);
    qn_buf_add_byte(out, '[');
}

/* One item, or none of it. */
static void list_add(struct list *list, const struct qn_buf *item)
{
    if (list->out->len + item->len + 1 > list->until) {
        list->left_out++;
        return;
    }
    if (list->out->data[list->out->len - 1] != '[') {
        qn_buf_add_byte(list->out, ',');
    }
    qn_buf_add(list->out, item->data, item->len);
}

static size_t list_end(const struct list *list)
{
    qn_buf_add_byte(list->out, ']');
    return list->left_out;
}

int analysis_add_table_name(const struct qn_catalog *catalog, size_t table, struct qn_buf *out)
{
    const struct qn_catalog_table *which = &catalog->tables[table];

    if (qn_catalog_find(catalog, "", which->name) == QN_CATALOG_NONE) {
        qn_buf_add_str(out, which->schema);
        qn_buf_add_byte(out, '.');
    }
    return qn_buf_add_str(out, which->name);
}

static void add_table(struct qn_buf *out, const char *key, const struct qn_catalog *catalog,
                      size_t table)
{
    struct qn_buf name;

    qn_buf_init(&name, NAME_MAX_BYTES);
    analysis_add_table_name(catalog, table, &name);
    qn_json_add_key(out, key);
    qn_json_add_string(out, name.data, name.len);
    qn_buf_release(&name);
}

/* Numbers that are shares, scores and counts: short, and the same on every machine. */
static void add_number(struct qn_buf *out, const char *key, double value)
{
    qn_json_add_key(out, key);
    if (isfinite(value)) {
        qn_buf_printf(out, "%.10g", round(value * SCORE_DIGITS) / SCORE_DIGITS);
    } else {
        qn_buf_add_str(out, "null");
    }
}

static void add_columns(struct qn_buf *out, const char *key, const struct qn_catalog_table *table,
                        const size_t *columns, size_t n)
{
    qn_json_add_key(out, key);
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_byte(out, i == 0 ? '[' : ',');
        qn_json_add_str(out, table->columns[columns[i]].name);
    }
    qn_buf_add_byte(out, ']');
}

/* ---- relations ---- */

static void make_relation(struct qn_buf *out, const struct qn_catalog *catalog,
                          const struct qn_relation *relation, bool evidence)
{
    qn_buf_reset(out);
    qn_buf_add_byte(out, '{');
    add_table(out, "child_table", catalog, relation->child);
    add_columns(out, "child_columns", &catalog->tables[relation->child], relation->child_columns,
                relation->n);
    add_table(out, "parent_table", catalog, relation->parent);
    add_columns(out, "parent_columns", &catalog->tables[relation->parent], relation->parent_columns,
                relation->n);
    add_number(out, "score", relation->score);
    qn_json_member_text(out, "source",
                        relation->source == QN_RELATION_DECLARED ? "declared" : "inferred");
    qn_json_member_text(out, "cardinality", relation->one_to_one ? "1:1" : "N:1");
    qn_json_member_flag(out, "optional", relation->optional);
    if (evidence) {
        qn_json_member_text(out, "evidence", relation->evidence);
    }
    qn_buf_add_byte(out, '}');
}

static size_t relations_bytes(const struct qn_analysis *analysis, struct qn_buf *item)
{
    size_t bytes = 0;

    for (size_t i = 0; i < analysis->relations->n; i++) {
        make_relation(item, analysis->catalog, &analysis->relations->items[i], true);
        bytes += item->len + 1;
    }
    return bytes;
}

/* With evidence when all fit, else those that may be accepted before the others. */
static size_t add_relations(const struct qn_analysis *analysis, size_t room, struct qn_buf *item,
                            struct qn_buf *out)
{
    const struct qn_relations *relations = analysis->relations;
    bool evidence = relations_bytes(analysis, item) <= room;
    struct list list;

    list_begin(&list, out, "relations", room);
    for (int sure = 1; sure >= 0; sure--) {
        for (size_t i = 0; i < relations->n; i++) {
            double score = relations->items[i].score;

            if (score >= QN_RELATION_SUGGEST && (score >= QN_RELATION_ACCEPT) == (sure == 1)) {
                make_relation(item, analysis->catalog, &relations->items[i], evidence);
                list_add(&list, item);
            }
        }
    }
    return list_end(&list);
}

/* ---- tables, alerts, personal data ---- */

static void make_table(struct qn_buf *out, const struct qn_analysis *analysis, size_t place)
{
    const struct qn_catalog_table *table = &analysis->catalog->tables[place];
    const struct qn_profile_table *profile = &analysis->profiles[place];
    size_t model = qn_model_table(analysis->model, table->schema, table->name);

    qn_buf_reset(out);
    qn_buf_add_byte(out, '{');
    add_table(out, "table", analysis->catalog, place);
    qn_json_member_text(out, "kind", qn_catalog_kind_names[table->kind]);
    if (model != QN_MODEL_NONE) {
        qn_json_member_text(out, "purpose",
                            qn_purpose_names[analysis->model->tables[model].purpose]);
    }
    qn_json_member_number(out, "columns", (int64_t)table->n_columns);
    add_number(out, "rows",
               profile->tier > QN_PROFILE_STATISTICS ? profile->rows
               : table->rows >= 0                    ? table->rows
                                                     : NAN);
    qn_json_member_text(out, "tier", qn_profile_tier_names[profile->tier]);
    if (!table->readable) {
        qn_json_member_flag(out, "readable", false);
    }
    qn_json_member_text(out, "trouble", profile->trouble);
    qn_buf_add_byte(out, '}');
}

static void make_finding(struct qn_buf *out, const struct qn_analysis *analysis, size_t table,
                         size_t column, const char *what)
{
    qn_buf_reset(out);
    qn_buf_add_byte(out, '{');
    add_table(out, "table", analysis->catalog, table);
    qn_json_member_text(out, "column", analysis->catalog->tables[table].columns[column].name);
    qn_json_member_text(out, "what", what);
    qn_buf_add_byte(out, '}');
}

/* What a column is (a category, an identifier) is in its role; here is what may be wrong with it.
 */
static void add_alerts_of(struct list *list, const struct qn_analysis *analysis, size_t table,
                          size_t column, struct qn_buf *item)
{
    const unsigned kinds = 1U << QN_ALERT_CATEGORY | 1U << QN_ALERT_IDENTIFIER;
    unsigned alerts = analysis->profiles[table].columns[column].alerts & ~kinds;

    for (unsigned i = 0; i < QN_ALERTS; i++) {
        if ((alerts & 1U << i) != 0) {
            make_finding(item, analysis, table, column, qn_alert_names[i]);
            list_add(list, item);
        }
    }
}

static void add_personal_of(struct list *list, const struct qn_analysis *analysis, size_t table,
                            size_t column, struct qn_buf *item)
{
    enum qn_pii pii = analysis->profiles[table].columns[column].pii;

    if (pii != QN_PII_NONE) {
        make_finding(item, analysis, table, column, qn_pii_names[pii]);
        list_add(list, item);
    }
}

static size_t add_findings(const struct qn_analysis *analysis, bool personal, size_t room,
                           struct qn_buf *item, struct qn_buf *out)
{
    struct list list;

    list_begin(&list, out, personal ? "personal" : "alerts", room);
    for (size_t i = 0; i < analysis->catalog->n_tables; i++) {
        for (size_t k = 0; k < analysis->profiles[i].n_columns; k++) {
            (personal ? add_personal_of : add_alerts_of)(&list, analysis, i, k, item);
        }
    }
    return list_end(&list);
}

static size_t add_tables(const struct qn_analysis *analysis, size_t room, struct qn_buf *item,
                         struct qn_buf *out)
{
    struct list list;

    list_begin(&list, out, "tables", room);
    for (size_t i = 0; i < analysis->catalog->n_tables; i++) {
        make_table(item, analysis, i);
        list_add(&list, item);
    }
    return list_end(&list);
}

/* ---- counts and the whole ---- */

static void add_model(const struct analysis_result *result, struct qn_buf *out)
{
    const struct qn_model *model = result->analysis->model;

    qn_json_add_key(out, "model");
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "hash", model->hash);
    qn_json_member_flag(out, "stored", result->stored);
    if (result->stored) {
        qn_json_member_number(out, "version", model->version);
        qn_json_member_text(out, "state", model->approved ? "approved" : "draft");
        qn_json_member_flag(out, "new", result->fresh);
    }
    qn_json_member_number(out, "metrics", (int64_t)model->n_metrics);
    qn_buf_add_byte(out, '}');
}

static void add_counts(const struct qn_analysis *analysis, struct qn_buf *out)
{
    const struct qn_catalog *catalog = analysis->catalog;
    int64_t columns = 0, bytes = 0, accepted = 0, suggested = 0, tiers[QN_PROFILE_TIERS] = {0};

    for (size_t i = 0; i < catalog->n_tables; i++) {
        columns += (int64_t)catalog->tables[i].n_columns;
        bytes += catalog->tables[i].bytes;
        tiers[analysis->profiles[i].tier]++;
    }
    for (size_t i = 0; i < analysis->relations->n; i++) {
        double score = analysis->relations->items[i].score;

        accepted += score >= QN_RELATION_ACCEPT;
        suggested += score >= QN_RELATION_SUGGEST && score < QN_RELATION_ACCEPT;
    }
    qn_json_add_key(out, "counts");
    qn_buf_add_byte(out, '{');
    qn_json_member_number(out, "tables", (int64_t)catalog->n_tables);
    qn_json_member_number(out, "columns", columns);
    qn_json_member_number(out, "bytes", bytes);
    qn_json_member_number(out, "unreadable", (int64_t)catalog->unreadable);
    qn_json_member_number(out, "excluded", (int64_t)catalog->left_out);
    qn_json_member_number(out, "relations_accepted", accepted);
    qn_json_member_number(out, "relations_suggested", suggested);
    qn_json_member_number(out, "profiles_kept", (int64_t)analysis->kept);
    qn_buf_add_byte(out, '}');
    qn_json_add_key(out, "tiers");
    qn_buf_add_byte(out, '{');
    for (size_t i = 0; i < QN_PROFILE_TIERS; i++) {
        qn_json_member_number(out, qn_profile_tier_names[i], tiers[i]);
    }
    qn_buf_add_byte(out, '}');
}

static size_t add_warnings(const struct analysis_result *result, size_t room, struct qn_buf *item,
                           struct qn_buf *out)
{
    const struct qn_model *model = result->analysis->model;
    struct list list;

    list_begin(&list, out, "warnings", room);
    for (size_t i = 0; i < result->n_warnings + model->n_warnings; i++) {
        qn_buf_reset(item);
        qn_json_add_str(item, i < result->n_warnings ? result->warnings[i]
                                                     : model->warnings[i - result->n_warnings]);
        list_add(&list, item);
    }
    return list_end(&list);
}

static void add_times(const struct qn_analysis *analysis, struct qn_buf *out)
{
    qn_json_add_key(out, "ms");
    qn_buf_add_byte(out, '{');
    for (size_t i = 0; i < QN_ANALYSIS_STEPS; i++) {
        qn_json_member_number(out, qn_analysis_step_names[i], analysis->ms[i]);
    }
    qn_buf_add_byte(out, '}');
}

int analysis_result_to_json(const struct analysis_result *result, size_t max, struct qn_buf *out)
{
    const struct qn_analysis *analysis = result->analysis;
    size_t left_out = 0;
    struct qn_buf item;

    qn_buf_init(&item, max);
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "schema", "quern.metadata.analysis/1");
    qn_json_member_text(out, "datasource", result->datasource);
    qn_json_member_text(out, "database", analysis->catalog->database);
    left_out += add_relations(analysis, max / RELATION_SHARE, &item, out);
    add_model(result, out);
    add_counts(analysis, out);
    left_out += add_tables(analysis, max / TABLE_SHARE, &item, out);
    left_out += add_findings(analysis, false, max / LIST_SHARE / 2, &item, out);
    left_out += add_findings(analysis, true, max / LIST_SHARE / 2, &item, out);
    left_out += add_warnings(result, max / LIST_SHARE / 4, &item, out);
    if (result->changes.len > 0 && result->changes.len < max / LIST_SHARE / 2) {
        qn_json_member_raw(out, "changes", result->changes.data, result->changes.len);
    } else {
        left_out += result->changes.len > 0;
    }
    qn_json_member_raw(out, "described", result->described.data, result->described.len);
    qn_json_member_number(out, "left_out", (int64_t)left_out);
    add_times(analysis, out);
    qn_buf_add_byte(out, '}');
    qn_buf_release(&item);
    return qn_buf_status(out);
}
