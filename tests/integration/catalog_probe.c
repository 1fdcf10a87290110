/* catalog_probe.c - reads the catalogue of one database and prints it as JSON.
 *
 *   catalog_probe URL [INCLUDE[,INCLUDE...] [EXCLUDE[,EXCLUDE...]]]
 *
 * "" for a list that is empty. An error goes to stderr as "CODE text", exit code 1. With PROBE_TIME
 * in the environment it prints, instead of the catalogue, "seconds tables columns bytes" of reading
 * it; with PROBE_SNAPSHOT its snapshot; with PROBE_BEFORE=FILE what changed since the
 * snapshot in that file.
 */
#include "common/json.h"
#include "common/mem.h"
#include "tasks/lib/catalog/catalog_diff.h"
#include "tasks/lib/catalog/catalog_json.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OUTPUT_MAX ((size_t)512 * 1024 * 1024)

static void add_text(struct qn_buf *out, const char *key, const char *text)
{
    qn_json_add_key(out, key);
    qn_json_add_str(out, text);
}

static void add_number(struct qn_buf *out, const char *key, int64_t number)
{
    qn_json_add_key(out, key);
    qn_json_add_i64(out, number);
}

static void add_true(struct qn_buf *out, const char *key, bool is)
{
    qn_json_add_key(out, key);
    qn_buf_add_str(out, is ? "true" : "false");
}

static void add_texts(struct qn_buf *out, const char *key, const char *const *texts, size_t n)
{
    qn_json_add_key(out, key);
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        qn_json_add_str(out, texts[i]);
    }
    qn_buf_add_byte(out, ']');
}

static void add_columns(struct qn_buf *out, const char *key, const struct qn_catalog_table *table,
                        const size_t *columns, size_t n)
{
    qn_json_add_key(out, key);
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        qn_json_add_str(out, table->columns[columns[i]].name);
    }
    qn_buf_add_byte(out, ']');
}

static void add_column(struct qn_buf *out, const struct qn_catalog_column *column)
{
    qn_buf_add_byte(out, '{');
    add_text(out, "name", column->name);
    add_text(out, "type", column->type);
    add_text(out, "domain", column->domain);
    add_text(out, "comment", column->comment);
    add_text(out, "preset", column->preset);
    add_text(out, "family", qn_family_names[column->family]);
    add_number(out, "number", column->number);
    add_number(out, "length", column->length);
    add_number(out, "precision", column->precision);
    add_number(out, "scale", column->scale);
    add_true(out, "not_null", column->not_null);
    add_true(out, "identity", column->identity);
    add_true(out, "generated", column->generated);
    add_true(out, "zoned", column->zoned);
    add_true(out, "readable", column->readable);
    add_texts(out, "labels", column->labels, column->n_labels);
    qn_buf_add_byte(out, '}');
}

static void add_keys(struct qn_buf *out, const struct qn_catalog_table *table)
{
    qn_json_add_key(out, "keys");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < table->n_keys; i++) {
        const struct qn_catalog_key *key = &table->keys[i];

        qn_buf_add_str(out, i > 0 ? ",{" : "{");
        add_text(out, "name", key->name);
        add_columns(out, "columns", table, key->columns, key->n);
        add_true(out, "primary", key->primary);
        add_true(out, "constraint", key->constraint);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_byte(out, ']');
}

static void add_indexes(struct qn_buf *out, const struct qn_catalog_table *table)
{
    qn_json_add_key(out, "indexes");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < table->n_indexes; i++) {
        const struct qn_catalog_index *index = &table->indexes[i];

        qn_buf_add_str(out, i > 0 ? ",{" : "{");
        add_text(out, "name", index->name);
        add_columns(out, "columns", table, index->columns, index->n);
        add_true(out, "unique", index->unique);
        add_true(out, "partial", index->partial);
        add_true(out, "valid", index->valid);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_byte(out, ']');
}

static void add_references(struct qn_buf *out, const struct qn_catalog *catalog,
                           const struct qn_catalog_table *table)
{
    qn_json_add_key(out, "references");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < table->n_references; i++) {
        const struct qn_catalog_reference *reference = &table->references[i];
        const struct qn_catalog_table *parent = &catalog->tables[reference->parent];

        qn_buf_add_str(out, i > 0 ? ",{" : "{");
        add_text(out, "name", reference->name);
        add_text(out, "parent", parent->name);
        add_columns(out, "columns", table, reference->columns, reference->n);
        add_columns(out, "parent_columns", parent, reference->parent_columns, reference->n);
        add_true(out, "validated", reference->validated);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_byte(out, ']');
}

static void add_facts(struct qn_buf *out, const struct qn_catalog_table *table)
{
    add_text(out, "schema", table->schema);
    add_text(out, "name", table->name);
    add_text(out, "comment", table->comment);
    add_text(out, "view", table->view);
    add_text(out, "kind", qn_catalog_kind_names[table->kind]);
    add_text(out, "hash", table->hash);
    add_true(out, "partitioned", table->partitioned);
    add_true(out, "readable", table->readable);
    add_number(out, "rows", (int64_t)table->rows);
    add_number(out, "bytes", table->bytes);
    add_number(out, "pages", table->pages);
    add_number(out, "parts", table->parts);
    add_number(out, "analyzed_ms", table->analyzed_ms);
    add_texts(out, "checks", table->checks, table->n_checks);
}

static void add_table(struct qn_buf *out, const struct qn_catalog *catalog,
                      const struct qn_catalog_table *table)
{
    qn_buf_add_byte(out, '{');
    add_facts(out, table);
    qn_json_add_key(out, "columns");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < table->n_columns; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        add_column(out, &table->columns[i]);
    }
    qn_buf_add_byte(out, ']');
    add_keys(out, table);
    add_indexes(out, table);
    add_references(out, catalog, table);
    qn_buf_add_byte(out, '}');
}

static void add_catalog(struct qn_buf *out, const struct qn_catalog *catalog)
{
    qn_buf_add_byte(out, '{');
    add_text(out, "database", catalog->database);
    add_text(out, "role", catalog->role);
    add_text(out, "time_zone", catalog->time_zone);
    add_number(out, "server_version", catalog->server_version);
    add_true(out, "superuser", catalog->superuser);
    add_true(out, "writes", catalog->writes);
    add_true(out, "recovery", catalog->recovery);
    add_number(out, "unreadable", (int64_t)catalog->unreadable);
    add_number(out, "left_out", (int64_t)catalog->left_out);
    add_text(out, "hash", catalog->hash);
    qn_json_add_key(out, "tables");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < catalog->n_tables; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        add_table(out, catalog, &catalog->tables[i]);
    }
    qn_buf_add_str(out, "]}");
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t count_columns(const struct qn_catalog *catalog)
{
    size_t n = 0;

    for (size_t i = 0; i < catalog->n_tables; i++) {
        n += catalog->tables[i].n_columns;
    }
    return n;
}

static int read_file(const char *path, struct qn_buf *out)
{
    char bytes[65536];
    FILE *file = fopen(path, "rb");
    size_t got;

    while (file != NULL && (got = fread(bytes, 1, sizeof(bytes), file)) > 0) {
        qn_buf_add(out, bytes, got);
    }
    return file != NULL && fclose(file) == 0 ? qn_buf_status(out) : QN_ESYS;
}

/* What changed, and of each table whether it did. */
static int diff(const struct qn_catalog *catalog, const char *path, struct qn_buf *out,
                struct qn_err *err)
{
    static const char *const words[] = {"same", "changed", "added"};
    struct qn_catalog_snapshot *before = NULL;
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, OUTPUT_MAX);
    rc = read_file(path, &json);
    if (rc == QN_OK) {
        rc = qn_catalog_snapshot_read(&before, (struct qn_span){json.data, json.len}, err);
    }
    if (rc == QN_OK) {
        qn_buf_add_str(out, "{\"diff\":");
        rc = qn_catalog_diff(before, catalog, out, err);
        qn_buf_add_str(out, ",\"tables\":{");
        for (size_t i = 0; i < catalog->n_tables; i++) {
            add_text(out, catalog->tables[i].name,
                     words[qn_catalog_change_of(before, &catalog->tables[i])]);
        }
        qn_buf_add_str(out, "}}");
    }
    qn_catalog_snapshot_free(before);
    qn_buf_release(&json);
    return rc;
}

static int print(const struct qn_catalog *catalog, double took, struct qn_err *err)
{
    struct qn_buf out;
    int rc = QN_OK;

    if (getenv("PROBE_TIME") != NULL) {
        printf("%.3f %zu %zu %zu\n", took, catalog->n_tables, count_columns(catalog),
               catalog->arena.used);
        return QN_OK;
    }
    qn_buf_init(&out, OUTPUT_MAX);
    if (getenv("PROBE_SNAPSHOT") != NULL) {
        qn_catalog_to_json(catalog, &out);
    } else if (getenv("PROBE_BEFORE") != NULL) {
        rc = diff(catalog, getenv("PROBE_BEFORE"), &out, err);
    } else {
        add_catalog(&out, catalog);
    }
    rc = rc == QN_OK ? qn_buf_status(&out) : rc;
    if (rc == QN_OK) {
        rc = qn_json_check(out.data, out.len, NULL, err);
    }
    if (rc == QN_OK) {
        printf("%s\n", out.data);
    }
    qn_buf_release(&out);
    return rc;
}

/* Words of a list, in place. */
static size_t split(char *list, const char **words)
{
    char *rest;
    size_t n = 0;

    for (char *word = strtok_r(list, ",", &rest); word != NULL && n < QN_CATALOG_GLOBS_MAX;
         word = strtok_r(NULL, ",", &rest)) {
        words[n++] = word;
    }
    return n;
}

static int run(struct qn_pg *pg, const struct qn_catalog_choice *choice, struct qn_err *err)
{
    struct qn_catalog *catalog = NULL;
    double begun;
    int rc = qn_pg_ready(pg, "catalog_probe", -1, err);

    begun = seconds();
    if (rc == QN_OK) {
        rc = qn_catalog_read(&catalog, pg, choice, err);
    }
    if (rc == QN_OK) {
        rc = print(catalog, seconds() - begun, err);
    }
    qn_catalog_free(catalog);
    return rc;
}

int main(int argc, char **argv)
{
    const char *include[QN_CATALOG_GLOBS_MAX], *exclude[QN_CATALOG_GLOBS_MAX];
    struct qn_catalog_choice choice = {.include = include, .exclude = exclude};
    struct qn_err err = {.code = QN_OK};
    struct qn_pg *pg = NULL;
    int rc;

    if (argc < 2) {
        fputs("usage: catalog_probe URL [INCLUDE [EXCLUDE]]\n", stderr);
        return 64;
    }
    choice.n_include = argc > 2 ? split(argv[2], include) : 0;
    choice.n_exclude = argc > 3 ? split(argv[3], exclude) : 0;
    rc = qn_pg_create(&pg, argv[1], &err);
    if (rc == QN_OK) {
        rc = run(pg, &choice, &err);
    }
    if (rc != QN_OK) {
        fprintf(stderr, "%s %s\n", qn_err_name(rc), err.msg);
    }
    qn_pg_free(pg);
    if (qn_mem_live() != 0) {
        fprintf(stderr, "%zu blocks were not freed\n", qn_mem_live());
        return 1;
    }
    return rc == QN_OK ? 0 : 1;
}
