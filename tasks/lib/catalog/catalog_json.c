#include "catalog_json.h"

#include "catalog_reading.h"
#include "catalog_text.h"
#include "common/json.h"
#include "common/str.h"
#include "tasks/lib/digest.h"
#include <string.h>

#define LINE_MAX_BYTES ((size_t)16 * 1024 * 1024)

struct writer {
    const struct qn_catalog *catalog;
    struct qn_buf *out;
    struct qn_buf line; /* one definition */
};

/* The line as a string, and begins the next. */
static void add_line(struct writer *writer)
{
    struct qn_buf *line = &writer->line;

    if (line->len > QN_CATALOG_WORDS_MAX) {
        uint64_t hash = qn_catalog_fnv((struct qn_span){line->data, line->len});

        qn_buf_cut(line, qn_utf8_cut(line->data, line->len, QN_CATALOG_WORDS_MAX - 24));
        qn_buf_printf(line, " ... #%016llx", (unsigned long long)hash);
    }
    if (qn_buf_status(line) != QN_OK) {
        writer->out->status = writer->out->status == QN_OK ? line->status : writer->out->status;
        return;
    }
    qn_json_add_string(writer->out, line->data, line->len);
    qn_buf_reset(line);
}

static void add_comma(struct qn_buf *out)
{
    if (out->len > 0 && out->data[out->len - 1] != '[') {
        qn_buf_add_byte(out, ',');
    }
}

static void add_names(struct qn_buf *line, const struct qn_catalog_table *table,
                      const size_t *columns, size_t n)
{
    qn_buf_add_byte(line, '(');
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(line, i > 0 ? ", " : "");
        qn_catalog_add_name(line, table->columns[columns[i]].name);
    }
    qn_buf_add_byte(line, ')');
}

static void add_labels(struct qn_buf *line, const struct qn_catalog_column *column)
{
    for (size_t i = 0; i < column->n_labels; i++) {
        qn_buf_printf(line, "%s'%s'", i > 0 ? ", " : " in (", column->labels[i]);
    }
    qn_buf_add_str(line, column->n_labels > 0 ? ")" : "");
}

static void add_words(struct qn_buf *line, const char *before, const char *text)
{
    if (text[0] != '\0') {
        qn_buf_add_str(line, before);
        qn_buf_add_str(line, text);
    }
}

static void add_column(struct writer *writer, const struct qn_catalog_column *column)
{
    struct qn_buf *line = &writer->line;

    add_comma(writer->out);
    qn_buf_add_byte(writer->out, '[');
    qn_json_add_str(writer->out, column->name);
    qn_buf_add_byte(writer->out, ',');
    qn_buf_add_str(line, column->type);
    add_words(line, " of domain ", column->domain);
    qn_buf_add_str(line, column->not_null ? " not null" : "");
    qn_buf_add_str(line, column->identity ? " identity" : "");
    add_words(line, column->generated ? " generated " : " default ", column->preset);
    add_labels(line, column);
    qn_buf_add_str(line, column->readable ? "" : " not readable");
    add_words(line, " comment ", column->comment);
    add_line(writer);
    qn_buf_add_byte(writer->out, ']');
}

static void add_keys(struct writer *writer, const struct qn_catalog_table *table)
{
    for (size_t i = 0; i < table->n_keys; i++) {
        add_comma(writer->out);
        qn_buf_add_str(&writer->line, table->keys[i].primary ? "primary key " : "unique ");
        add_names(&writer->line, table, table->keys[i].columns, table->keys[i].n);
        add_line(writer);
    }
}

static void add_references(struct writer *writer, const struct qn_catalog_table *table)
{
    for (size_t i = 0; i < table->n_references; i++) {
        const struct qn_catalog_reference *reference = &table->references[i];
        const struct qn_catalog_table *parent = &writer->catalog->tables[reference->parent];

        add_comma(writer->out);
        add_names(&writer->line, table, reference->columns, reference->n);
        qn_buf_add_str(&writer->line, " to ");
        qn_catalog_add_table(&writer->line, parent);
        qn_buf_add_byte(&writer->line, ' ');
        add_names(&writer->line, parent, reference->parent_columns, reference->n);
        qn_buf_add_str(&writer->line, reference->validated ? "" : " not valid");
        add_line(writer);
    }
}

static void add_indexes(struct writer *writer, const struct qn_catalog_table *table)
{
    for (size_t i = 0; i < table->n_indexes; i++) {
        const struct qn_catalog_index *index = &table->indexes[i];

        add_comma(writer->out);
        qn_catalog_add_name(&writer->line, index->name);
        qn_buf_add_byte(&writer->line, ' ');
        add_names(&writer->line, table, index->columns, index->n);
        qn_buf_add_str(&writer->line, index->unique ? " unique" : "");
        qn_buf_add_str(&writer->line, index->partial ? " partial" : "");
        qn_buf_add_str(&writer->line, index->valid ? "" : " not valid");
        add_line(writer);
    }
}

static void add_member(struct writer *writer, const char *key, const char *text)
{
    qn_json_add_key(writer->out, key);
    qn_buf_add_str(&writer->line, text);
    add_line(writer);
}

static void begin_list(struct writer *writer, const char *key)
{
    qn_json_add_key(writer->out, key);
    qn_buf_add_byte(writer->out, '[');
}

static void add_lists(struct writer *writer, const struct qn_catalog_table *table)
{
    begin_list(writer, "columns");
    for (size_t i = 0; i < table->n_columns; i++) {
        add_column(writer, &table->columns[i]);
    }
    qn_buf_add_byte(writer->out, ']');
    begin_list(writer, "keys");
    add_keys(writer, table);
    qn_buf_add_byte(writer->out, ']');
    begin_list(writer, "references");
    add_references(writer, table);
    qn_buf_add_byte(writer->out, ']');
    begin_list(writer, "indexes");
    add_indexes(writer, table);
    qn_buf_add_byte(writer->out, ']');
    begin_list(writer, "checks");
    for (size_t i = 0; i < table->n_checks; i++) {
        add_comma(writer->out);
        qn_buf_add_str(&writer->line, table->checks[i]);
        add_line(writer);
    }
    qn_buf_add_byte(writer->out, ']');
}

static void add_table(struct writer *writer, const struct qn_catalog_table *table)
{
    qn_buf_add_byte(writer->out, '{');
    add_member(writer, "schema", table->schema);
    add_member(writer, "name", table->name);
    add_member(writer, "kind", qn_catalog_kind_names[table->kind]);
    qn_json_add_key(writer->out, "partitioned");
    qn_buf_add_str(writer->out, table->partitioned ? "true" : "false");
    qn_json_add_key(writer->out, "readable");
    qn_buf_add_str(writer->out, table->readable ? "true" : "false");
    add_member(writer, "comment", table->comment);
    add_lists(writer, table);
    add_member(writer, "view", table->view);
    qn_buf_add_byte(writer->out, '}');
}

int qn_catalog_table_to_json(const struct qn_catalog *catalog, const struct qn_catalog_table *table,
                             struct qn_buf *out)
{
    struct writer writer = {.catalog = catalog, .out = out};

    qn_buf_init(&writer.line, LINE_MAX_BYTES);
    add_table(&writer, table);
    qn_buf_release(&writer.line);
    return qn_buf_status(out);
}

int qn_catalog_to_json(const struct qn_catalog *catalog, struct qn_buf *out)
{
    struct writer writer = {.catalog = catalog, .out = out};

    qn_buf_init(&writer.line, LINE_MAX_BYTES);
    qn_buf_add_str(out, "{\"format\":\"" QN_CATALOG_FORMAT "\"");
    add_member(&writer, "hash", catalog->hash);
    begin_list(&writer, "tables");
    for (size_t i = 0; i < catalog->n_tables; i++) {
        add_comma(out);
        qn_buf_add_byte(out, '{');
        add_member(&writer, "hash", catalog->tables[i].hash);
        qn_json_add_key(out, "table");
        add_table(&writer, &catalog->tables[i]);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_str(out, "]}");
    qn_buf_release(&writer.line);
    return qn_buf_status(out);
}

int qn_catalog_hash(struct qn_catalog *catalog, struct qn_err *reterr)
{
    struct qn_buf table, all;
    int rc = QN_OK;

    qn_buf_init(&table, QN_CATALOG_BYTES_MAX);
    qn_buf_init(&all, (size_t)QN_CATALOG_TABLES_MAX * QN_CATALOG_HASH_SIZE);
    for (size_t i = 0; i < catalog->n_tables && rc == QN_OK; i++) {
        qn_buf_reset(&table);
        rc = qn_catalog_table_to_json(catalog, &catalog->tables[i], &table);
        if (rc == QN_OK) {
            rc = qn_digest_text((struct qn_span){table.data, table.len}, catalog->tables[i].hash,
                                NULL);
        }
        qn_buf_add_str(&all, catalog->tables[i].hash);
    }
    rc = rc == QN_OK ? qn_buf_status(&all) : rc;
    if (rc == QN_OK) {
        rc = qn_digest_text((struct qn_span){all.data, all.len}, catalog->hash, NULL);
    }
    qn_buf_release(&table);
    qn_buf_release(&all);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "no memory for the catalogue's hash");
}
