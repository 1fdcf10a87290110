#include "catalog.h"

#include "common/mem.h"
#include <string.h>

const char *const qn_family_names[QN_FAMILIES] = {
    [QN_FAMILY_OTHER] = "other",     [QN_FAMILY_INTEGER] = "integer",
    [QN_FAMILY_NUMERIC] = "numeric", [QN_FAMILY_FLOAT] = "float",
    [QN_FAMILY_TEXT] = "text",       [QN_FAMILY_BOOLEAN] = "boolean",
    [QN_FAMILY_DATE] = "date",       [QN_FAMILY_TIMESTAMP] = "timestamp",
    [QN_FAMILY_TIME] = "time",       [QN_FAMILY_INTERVAL] = "interval",
    [QN_FAMILY_UUID] = "uuid",       [QN_FAMILY_ENUM] = "enum",
    [QN_FAMILY_JSON] = "json",       [QN_FAMILY_BYTES] = "bytes",
    [QN_FAMILY_NETWORK] = "network", [QN_FAMILY_GEO] = "geo",
    [QN_FAMILY_ARRAY] = "array",     [QN_FAMILY_RANGE] = "range",
};

const char *const qn_catalog_kind_names[QN_CATALOG_KINDS] = {
    [QN_CATALOG_TABLE] = "table",
    [QN_CATALOG_VIEW] = "view",
    [QN_CATALOG_MATVIEW] = "materialized view",
    [QN_CATALOG_FOREIGN] = "foreign table",
};

void qn_catalog_free(struct qn_catalog *catalog)
{
    if (catalog != NULL) {
        qn_arena_release(&catalog->arena);
        qn_free(catalog);
    }
}

static size_t find_alone(const struct qn_catalog *catalog, const char *name)
{
    size_t found = QN_CATALOG_NONE;

    for (size_t i = 0; i < catalog->n_tables; i++) {
        if (strcmp(catalog->tables[i].name, name) != 0) {
            continue;
        }
        if (found != QN_CATALOG_NONE) {
            return QN_CATALOG_NONE;
        }
        found = i;
    }
    return found;
}

size_t qn_catalog_find(const struct qn_catalog *catalog, const char *schema, const char *name)
{
    size_t low = 0, high = catalog->n_tables;

    if (schema[0] == '\0') {
        return find_alone(catalog, name);
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(schema, catalog->tables[middle].schema);

        if (order == 0) {
            order = strcmp(name, catalog->tables[middle].name);
        }
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return QN_CATALOG_NONE;
}

size_t qn_catalog_column(const struct qn_catalog_table *table, const char *name)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (strcmp(table->columns[i].name, name) == 0) {
            return i;
        }
    }
    return QN_CATALOG_NONE;
}

int qn_catalog_add_name(struct qn_buf *out, const char *name)
{
    qn_buf_add_byte(out, '"');
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '"') {
            qn_buf_add_byte(out, '"');
        }
        qn_buf_add_byte(out, *c);
    }
    return qn_buf_add_byte(out, '"');
}

int qn_catalog_add_table(struct qn_buf *out, const struct qn_catalog_table *table)
{
    qn_catalog_add_name(out, table->schema);
    qn_buf_add_byte(out, '.');
    return qn_catalog_add_name(out, table->name);
}

static bool holds(const size_t *columns, size_t n, size_t column)
{
    for (size_t i = 0; i < n; i++) {
        if (columns[i] == column) {
            return true;
        }
    }
    return false;
}

bool qn_catalog_is_unique(const struct qn_catalog_table *table, const size_t *columns, size_t n)
{
    for (size_t i = 0; i < table->n_keys; i++) {
        const struct qn_catalog_key *key = &table->keys[i];
        size_t held = 0;

        while (held < key->n && holds(columns, n, key->columns[held])) {
            held++;
        }
        if (held == key->n) {
            return true;
        }
    }
    return false;
}

/* The next character, or byte where the text is no UTF-8. */
static size_t step(const char *text)
{
    size_t n = 1;

    while (((unsigned char)text[0] & 0xc0) == 0xc0 && ((unsigned char)text[n] & 0xc0) == 0x80) {
        n++;
    }
    return n;
}

static bool match(struct qn_span glob, const char *text)
{
    const char *at = glob.data, *end = glob.data + glob.len;
    const char *star = NULL, *retry = NULL;

    while (*text != '\0') {
        if (at < end && *at == '*') {
            star = ++at;
            retry = text;
        } else if (at < end && *at == '?') {
            at++;
            text += step(text);
        } else if (at < end && *at == *text) {
            at++;
            text++;
        } else if (star != NULL) {
            at = star;
            retry += step(retry);
            text = retry;
        } else {
            return false;
        }
    }
    while (at < end && *at == '*') {
        at++;
    }
    return at == end;
}

bool qn_glob_match(const char *glob, const char *schema, const char *name)
{
    const char *dot = strchr(glob, '.');
    const char *rest = dot != NULL ? dot + 1 : glob;

    return (dot == NULL || match((struct qn_span){glob, (size_t)(dot - glob)}, schema)) &&
           match((struct qn_span){rest, strlen(rest)}, name);
}
