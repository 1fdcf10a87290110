#include "select.h"

#include <stdio.h>
#include <string.h>

#define SEEDS 1000003

int qn_select_begin(struct qn_buf *out, int64_t statement_ms)
{
    return qn_buf_printf(out,
                         "BEGIN READ ONLY; SET LOCAL statement_timeout = %lld; "
                         "SET LOCAL lock_timeout = 1000; SET LOCAL TimeZone = 'UTC'; "
                         "SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; "
                         "SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; "
                         "SET LOCAL jit = off",
                         (long long)(statement_ms > 0 ? statement_ms : 1));
}

void qn_select_pattern(struct qn_buf *out, const char *pattern,
                       const struct qn_catalog_column *column)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern != '@') {
            qn_buf_add_byte(out, *pattern);
            continue;
        }
        qn_buf_add_str(out, "t.");
        qn_catalog_add_name(out, column->name);
    }
}

#define TEXT    "@::pg_catalog.text"
#define LEFT(x) "pg_catalog.left(" x ", 200)"
#define PACKED  "pg_catalog.pg_column_size(@) OPERATOR(pg_catalog.<=) 65536"
#define BYTES   "pg_catalog.octet_length(" TEXT ")"
#define HASH    "pg_catalog.md5(" TEXT ")"

static bool is_short_text(const struct qn_catalog_column *column)
{
    return column->length > 0 && column->length * 4 <= QN_PROFILE_TEXT;
}

static void add_text(struct qn_buf *out, const struct qn_catalog_column *column)
{
    if (is_short_text(column)) {
        qn_select_pattern(out, TEXT ", NULL", column);
        return;
    }
    qn_select_pattern(
        out,
        LEFT(TEXT) ", CASE WHEN " BYTES " OPERATOR(pg_catalog.>) 200 THEN CASE WHEN " PACKED
                   " THEN pg_catalog.concat_ws(' ', " BYTES ", pg_catalog.char_length(" TEXT
                   "), " HASH ") ELSE " BYTES "::pg_catalog.text END END",
        column);
}

/* The whole of a long value is unpacked for its hash, so that two that begin alike differ. */
static void add_other(struct qn_buf *out, const struct qn_catalog_column *column)
{
    qn_select_pattern(out,
                      "CASE WHEN @ IS NULL THEN NULL WHEN " PACKED " THEN " LEFT(
                          TEXT) " ELSE '' END, "
                                "CASE WHEN " PACKED " THEN CASE WHEN pg_catalog.pg_column_size(@) "
                                "OPERATOR(pg_catalog.>) 60 THEN pg_catalog.concat_ws(' ', " BYTES
                                ", -1, " HASH
                                ") END ELSE pg_catalog.pg_column_size(@)::pg_catalog.text END",
                      column);
}

static void add_bytes(struct qn_buf *out, const struct qn_catalog_column *column)
{
    qn_select_pattern(
        out,
        LEFT("pg_catalog.substring(@, 1, 100)::pg_catalog.text") ", CASE WHEN @ IS NOT NULL "
                                                                 "THEN pg_catalog.concat_ws(' ', "
                                                                 "pg_catalog.octet_length(@), -1, "
                                                                 "CASE WHEN " PACKED
                                                                 " THEN pg_catalog.md5(@) END) END",
        column);
}

static void add_column(struct qn_buf *out, const struct qn_catalog_column *column)
{
    switch (column->family) {
    case QN_FAMILY_INTEGER:
    case QN_FAMILY_FLOAT:
    case QN_FAMILY_BOOLEAN:
    case QN_FAMILY_DATE:
    case QN_FAMILY_TIMESTAMP:
    case QN_FAMILY_TIME:
    case QN_FAMILY_INTERVAL:
    case QN_FAMILY_UUID:
    case QN_FAMILY_ENUM:
    case QN_FAMILY_NETWORK:
        qn_select_pattern(out, "@, NULL", column);
        return;
    case QN_FAMILY_NUMERIC: /* money too; its digits may be many thousands */
        qn_select_pattern(out, LEFT("@::pg_catalog.numeric::pg_catalog.text") ", NULL", column);
        return;
    case QN_FAMILY_TEXT:
        add_text(out, column);
        return;
    case QN_FAMILY_BYTES:
        add_bytes(out, column);
        return;
    default:
        add_other(out, column);
        return;
    }
}

static void add_from(struct qn_buf *out, const struct qn_catalog_table *table,
                     const struct qn_sample *sample)
{
    unsigned long long seed = sample->seed % SEEDS;

    qn_buf_add_str(out, " FROM ");
    qn_catalog_add_table(out, table);
    qn_buf_add_str(out, " AS t");
    if (sample->how == QN_READ_BERNOULLI || sample->how == QN_READ_SYSTEM) {
        qn_buf_printf(out, " TABLESAMPLE pg_catalog.%s (%.9g) REPEATABLE (%llu)",
                      sample->how == QN_READ_SYSTEM ? "system" : "bernoulli", sample->percent,
                      seed);
    }
    if (sample->how == QN_READ_SYSTEM && sample->keep < 1) {
        qn_buf_printf(out,
                      " WHERE (pg_catalog.hashtextextended(t.ctid::pg_catalog.text, %llu) "
                      "OPERATOR(pg_catalog.&) 1048575) OPERATOR(pg_catalog.<) %.0f",
                      seed, sample->keep * 1048576);
    } else if (sample->how == QN_READ_RANDOM) {
        qn_buf_printf(out, " WHERE pg_catalog.random() OPERATOR(pg_catalog.<) %.9g",
                      sample->percent / 100);
    }
    if (sample->limit > 0) {
        qn_buf_printf(out, " LIMIT %lld", (long long)sample->limit);
    }
}

int qn_select_values(struct qn_buf *out, const struct qn_catalog_table *table,
                     const size_t *columns, size_t n, const struct qn_sample *sample)
{
    qn_buf_add_str(out, "SELECT ");
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(out, i > 0 ? ", " : "");
        add_column(out, &table->columns[columns[i]]);
    }
    add_from(out, table, sample);
    return qn_buf_status(out);
}
