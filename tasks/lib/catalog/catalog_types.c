#include "catalog_reading.h"

#include "common/str.h"
#include <string.h>

#define DOMAINS_DEEP 64

/* These never change: pg_type.dat of every PostgreSQL. */
enum oid {
    OID_MONEY = 790,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_TIMESTAMPTZ = 1184,
    OID_TIMETZ = 1266,
    OID_NUMERIC = 1700,
};

/* Those of extensions are told by their names, wherever they were put. */
static const struct {
    const char *name;
    enum qn_family family;
    bool extension;
} families[] = {
    {"int2", QN_FAMILY_INTEGER, false},
    {"int4", QN_FAMILY_INTEGER, false},
    {"int8", QN_FAMILY_INTEGER, false},
    {"oid", QN_FAMILY_INTEGER, false},
    {"numeric", QN_FAMILY_NUMERIC, false},
    {"money", QN_FAMILY_NUMERIC, false},
    {"float4", QN_FAMILY_FLOAT, false},
    {"float8", QN_FAMILY_FLOAT, false},
    {"text", QN_FAMILY_TEXT, false},
    {"varchar", QN_FAMILY_TEXT, false},
    {"bpchar", QN_FAMILY_TEXT, false},
    {"char", QN_FAMILY_TEXT, false},
    {"name", QN_FAMILY_TEXT, false},
    {"citext", QN_FAMILY_TEXT, true},
    {"bool", QN_FAMILY_BOOLEAN, false},
    {"date", QN_FAMILY_DATE, false},
    {"timestamp", QN_FAMILY_TIMESTAMP, false},
    {"timestamptz", QN_FAMILY_TIMESTAMP, false},
    {"time", QN_FAMILY_TIME, false},
    {"timetz", QN_FAMILY_TIME, false},
    {"interval", QN_FAMILY_INTERVAL, false},
    {"uuid", QN_FAMILY_UUID, false},
    {"json", QN_FAMILY_JSON, false},
    {"jsonb", QN_FAMILY_JSON, false},
    {"xml", QN_FAMILY_JSON, false},
    {"hstore", QN_FAMILY_JSON, true},
    {"bytea", QN_FAMILY_BYTES, false},
    {"inet", QN_FAMILY_NETWORK, false},
    {"cidr", QN_FAMILY_NETWORK, false},
    {"macaddr", QN_FAMILY_NETWORK, false},
    {"macaddr8", QN_FAMILY_NETWORK, false},
    {"point", QN_FAMILY_GEO, false},
    {"line", QN_FAMILY_GEO, false},
    {"lseg", QN_FAMILY_GEO, false},
    {"box", QN_FAMILY_GEO, false},
    {"path", QN_FAMILY_GEO, false},
    {"polygon", QN_FAMILY_GEO, false},
    {"circle", QN_FAMILY_GEO, false},
    {"geometry", QN_FAMILY_GEO, true},
    {"geography", QN_FAMILY_GEO, true},
};

static enum qn_family family_of(const struct qn_span *values)
{
    char kind = values[3].data[0];

    if (kind == 'e') {
        return QN_FAMILY_ENUM;
    }
    if (kind == 'r' || kind == 'm') {
        return QN_FAMILY_RANGE;
    }
    if (values[4].data[0] == 'A') {
        return QN_FAMILY_ARRAY;
    }
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (qn_span_is(values[1], families[i].name) && kind == 'b' &&
            families[i].extension != qn_catalog_true(values[2])) {
            return families[i].family;
        }
    }
    return QN_FAMILY_OTHER;
}

static void add_oid(struct qn_buf *array, unsigned oid)
{
    qn_buf_printf(array, "%s%u", array->len > 1 ? "," : "", oid);
}

int qn_catalog_take_type(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct qn_catalog_reading *reading = arg;
    struct qn_arena *arena = &reading->catalog->arena;
    struct qn_catalog_type type = {
        .oid = (unsigned)qn_catalog_number(values[0]),
        .below = (unsigned)qn_catalog_number(values[5]),
        .name = qn_arena_text(arena, values[9].data, values[9].len),
        .below_name = qn_arena_text(arena, values[6].data, values[6].len),
        .typmod = (int)qn_catalog_number(values[7]),
        .family = family_of(values),
        .not_null = qn_catalog_true(values[8]),
    };

    (void)n;
    if (type.below != 0) {
        add_oid(&reading->domains, type.oid);
    } else if (type.family == QN_FAMILY_ENUM) {
        add_oid(&reading->enums, type.oid);
    }
    reading->types =
        qn_catalog_more(arena, reading->types, reading->n_types, sizeof(*reading->types));
    if (reading->types != NULL) {
        reading->types[reading->n_types++] = type;
    }
    return qn_catalog_taken(reading, reterr);
}

static struct qn_catalog_type *type_of(const struct qn_catalog_reading *reading, unsigned oid)
{
    size_t low = 0, high = reading->n_types;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (reading->types[middle].oid == oid) {
            return &reading->types[middle];
        }
        if (oid < reading->types[middle].oid) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

static void add_label(struct qn_catalog_reading *reading, struct qn_catalog_type *type,
                      struct qn_span text)
{
    struct qn_arena *arena = &reading->catalog->arena;
    const char **labels;

    if (type->labels.n == QN_CATALOG_LABELS_MAX || !qn_utf8_valid(text.data, text.len)) {
        return;
    }
    labels = qn_catalog_more(arena, type->labels.items, type->labels.n, sizeof(*labels));
    if (labels != NULL) {
        labels[type->labels.n++] = qn_arena_text(arena, text.data, text.len);
        type->labels.items = labels;
    }
}

int qn_catalog_take_label(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct qn_catalog_reading *reading = arg;
    struct qn_catalog_type *type = type_of(reading, (unsigned)qn_catalog_number(values[2]));

    (void)n;
    reading->place = qn_catalog_number(values[0]);
    if (type == NULL || values[3].data == NULL) {
        return QN_OK;
    }
    if (qn_span_is(values[1], "enum")) {
        add_label(reading, type, values[3]);
    } else if (type->labels.n == 0) {
        qn_catalog_labels_of(&type->labels, &reading->catalog->arena, NULL, values[3]);
    }
    return qn_catalog_taken(reading, reterr);
}

/* Modifiers of types as PostgreSQL packs them: length + 4; precision and scale, of 11 bits
 * with a sign, + 4. */
static void set_modifier(struct qn_catalog_column *column, unsigned oid, int typmod)
{
    column->zoned = oid == OID_TIMESTAMPTZ || oid == OID_TIMETZ;
    if (oid == OID_MONEY) {
        column->scale = 2;
    }
    if (typmod < 4) {
        return;
    }
    if (oid == OID_VARCHAR || oid == OID_BPCHAR) {
        column->length = typmod - 4;
    } else if (oid == OID_NUMERIC) {
        column->precision = ((typmod - 4) >> 16) & 0xffff;
        column->scale = (((typmod - 4) & 0x7ff) ^ 1024) - 1024;
    }
}

void qn_catalog_set_type(const struct qn_catalog_reading *reading, struct qn_catalog_column *column,
                         unsigned oid, int typmod)
{
    const struct qn_catalog_type *type = type_of(reading, oid);
    struct qn_catalog_labels labels = {NULL, 0};

    if (type != NULL && type->below != 0) {
        column->domain = type->name;
    }
    for (int deep = 0; type != NULL && type->below != 0 && deep < DOMAINS_DEEP; deep++) {
        column->not_null = column->not_null || type->not_null;
        labels = labels.n == 0 ? type->labels : labels;
        column->type = type->below_name;
        typmod = type->typmod;
        oid = type->below;
        type = type_of(reading, oid);
    }
    if (type != NULL) {
        column->family = type->family;
        labels = labels.n == 0 ? type->labels : labels;
    }
    column->labels = labels.items;
    column->n_labels = labels.n;
    set_modifier(column, oid, typmod);
}
