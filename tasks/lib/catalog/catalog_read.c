#include "catalog_reading.h"
#include "catalog_sql.h"

#include "common/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OIDS_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define STEPS_OVER_MAX 16 /* failures of one statement */

static int ask(struct qn_catalog_reading *reading, const char *sql, const struct qn_buf *oids,
               qn_pg_row_fn *take, struct qn_err *reterr)
{
    struct qn_span param = {NULL, 0};

    if (oids != NULL) {
        param = qn_pg_bytes(oids->data, oids->len);
    }
    return qn_pg_stream(reading->pg, sql, &param, oids != NULL ? 1 : 0, take, reading, reterr);
}

/* After a failure within a savepoint: 0 to go on behind it, or why not. A deadline of the
 * server is not worth another one; the soft limit shows in the statement that goes back. */
static int step_over(struct qn_catalog_reading *reading, int rc, int *left, struct qn_err *reterr)
{
    int status = qn_catalog_taken(reading, reterr);

    if (status != QN_OK || rc == QN_ECONN || rc == QN_ENOMEM) {
        return status != QN_OK ? status : rc;
    }
    *left = rc == QN_ETIMEOUT ? 0 : *left - 1;
    return qn_pg_run(reading->pg, "ROLLBACK TO SAVEPOINT texts", NULL, 0, reterr);
}

/* A statement whose last parameter is where to begin and whose rows begin with their place. The
 * row at which it fails is left out, and all behind it after too many failures. */
static int ask_texts(struct qn_catalog_reading *reading, const char *sql,
                     const struct qn_span *oids, size_t n_oids, qn_pg_row_fn *take,
                     struct qn_err *reterr)
{
    int64_t from = 1;
    int left = STEPS_OVER_MAX;
    int rc = qn_pg_run(reading->pg, "SAVEPOINT texts", NULL, 0, reterr);

    while (rc == QN_OK && left > 0) {
        struct qn_span params[3] = {{NULL, 0}};
        char text[24];

        memcpy(params, oids, n_oids * sizeof(*oids));
        snprintf(text, sizeof(text), "%lld", (long long)from);
        params[n_oids] = qn_pg_text(text);
        reading->place = from - 1;
        rc = qn_pg_stream(reading->pg, sql, params, n_oids + 1, take, reading, reterr);
        if (rc == QN_OK) {
            return QN_OK;
        }
        rc = step_over(reading, rc, &left, reterr);
        from = reading->place + 2;
    }
    return rc;
}

static int by_name(const void *a, const void *b)
{
    const struct qn_catalog_table *left = a, *right = b;
    int order = strcmp(left->schema, right->schema);

    return order != 0 ? order : strcmp(left->name, right->name);
}

struct place {
    unsigned oid;
    size_t at;
};

static int by_oid(const void *a, const void *b)
{
    const struct place *left = a, *right = b;

    return (left->oid > right->oid) - (left->oid < right->oid);
}

/* By name, whatever the server's order is, and the ways to find them again. */
static int order_tables(struct qn_catalog_reading *reading, struct qn_err *reterr)
{
    struct qn_catalog *catalog = reading->catalog;
    struct place *places = qn_arena_alloc(&catalog->arena, catalog->n_tables, sizeof(*places));

    reading->by_oid = qn_arena_alloc(&catalog->arena, catalog->n_tables, sizeof(*reading->by_oid));
    if (places == NULL || reading->by_oid == NULL) {
        return qn_catalog_taken(reading, reterr);
    }
    if (catalog->n_tables > 0) {
        qsort(catalog->tables, catalog->n_tables, sizeof(*catalog->tables), by_name);
    }
    for (size_t i = 0; i < catalog->n_tables; i++) {
        places[i] = (struct place){catalog->tables[i].oid, i};
        qn_buf_printf(&reading->oids, "%s%u", i > 0 ? "," : "", catalog->tables[i].oid);
    }
    qsort(places, catalog->n_tables, sizeof(*places), by_oid);
    for (size_t i = 0; i < catalog->n_tables; i++) {
        reading->by_oid[i] = places[i].at;
    }
    return qn_buf_add_byte(&reading->oids, '}') == QN_OK
               ? QN_OK
               : qn_fail(reterr, QN_ENOMEM, "no memory for the catalogue");
}

static int read_tables(struct qn_catalog_reading *reading, struct qn_err *reterr)
{
    struct qn_span oids;
    int rc = ask(reading, catalog_sql_database, NULL, qn_catalog_take_database, reterr);

    if (rc == QN_OK) {
        rc = ask(reading, catalog_sql_tables, NULL, qn_catalog_take_table, reterr);
    }
    if (rc == QN_OK) {
        rc = order_tables(reading, reterr);
    }
    if (rc != QN_OK) {
        return rc;
    }
    oids = qn_pg_bytes(reading->oids.data, reading->oids.len);
    return ask_texts(reading, catalog_sql_sizes, &oids, 1, qn_catalog_take_size, reterr);
}

static int read_types(struct qn_catalog_reading *reading, struct qn_err *reterr)
{
    struct qn_span oids[2];
    int rc = ask(reading, catalog_sql_types, &reading->oids, qn_catalog_take_type, reterr);

    qn_buf_add_byte(&reading->enums, '}');
    qn_buf_add_byte(&reading->domains, '}');
    if (rc != QN_OK) {
        return rc;
    }
    if (qn_buf_status(&reading->enums) != QN_OK || qn_buf_status(&reading->domains) != QN_OK) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for the catalogue");
    }
    oids[0] = qn_pg_bytes(reading->enums.data, reading->enums.len);
    oids[1] = qn_pg_bytes(reading->domains.data, reading->domains.len);
    return ask_texts(reading, catalog_sql_labels, oids, 2, qn_catalog_take_label, reterr);
}

static int read_columns(struct qn_catalog_reading *reading, struct qn_err *reterr)
{
    struct qn_span oids = qn_pg_bytes(reading->oids.data, reading->oids.len);
    int rc = ask(reading, catalog_sql_columns, &reading->oids, qn_catalog_take_column, reterr);

    if (rc == QN_OK) {
        rc = ask(reading, catalog_sql_indexes, &reading->oids, qn_catalog_take_index, reterr);
    }
    if (rc == QN_OK) {
        rc =
            ask(reading, catalog_sql_references, &reading->oids, qn_catalog_take_reference, reterr);
    }
    if (rc == QN_OK) {
        rc = ask_texts(reading, catalog_sql_texts, &oids, 1, qn_catalog_take_text, reterr);
    }
    return rc;
}

static int read_all(struct qn_catalog_reading *reading, struct qn_err *reterr)
{
    int rc = qn_pg_script(reading->pg, catalog_sql_begin, reterr);

    if (rc == QN_OK) {
        rc = read_tables(reading, reterr);
    }
    if (rc == QN_OK) {
        rc = read_types(reading, reterr);
    }
    if (rc == QN_OK) {
        rc = read_columns(reading, reterr);
    }
    if (rc == QN_OK && reading->hide != NULL && reading->hide->n > 0) {
        rc = qn_catalog_hide(reading, reterr);
    }
    qn_pg_rollback(reading->pg);
    return rc == QN_OK ? qn_catalog_hash(reading->catalog, reterr) : rc;
}

static void begin_array(struct qn_buf *array)
{
    qn_buf_init(array, OIDS_BYTES_MAX);
    qn_buf_add_byte(array, '{');
}

int qn_catalog_read_hiding(struct qn_catalog **ret, struct qn_pg *pg,
                           const struct qn_catalog_choice *choice,
                           const struct qn_catalog_hide *hide, struct qn_err *reterr)
{
    struct qn_catalog_reading reading = {.pg = pg, .choice = choice, .hide = hide};
    int rc;

    reading.catalog = qn_zalloc(1, sizeof(*reading.catalog));
    if (reading.catalog == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for the catalogue");
    }
    qn_arena_init(&reading.catalog->arena, QN_CATALOG_BYTES_MAX);
    begin_array(&reading.oids);
    begin_array(&reading.enums);
    begin_array(&reading.domains);
    rc = read_all(&reading, reterr);
    qn_buf_release(&reading.oids);
    qn_buf_release(&reading.enums);
    qn_buf_release(&reading.domains);
    if (rc != QN_OK) {
        qn_catalog_free(reading.catalog);
        return rc;
    }
    *ret = reading.catalog;
    return QN_OK;
}

int qn_catalog_read(struct qn_catalog **ret, struct qn_pg *pg,
                    const struct qn_catalog_choice *choice, struct qn_err *reterr)
{
    return qn_catalog_read_hiding(ret, pg, choice, NULL, reterr);
}
