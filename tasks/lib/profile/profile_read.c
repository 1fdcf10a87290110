#include "gather.h"
#include "profile_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)1024 * 1024)

struct reading {
    struct qn_profile_table *ret;
    struct qn_arena *arena;
    const struct qn_catalog_table *table;
    struct qn_buf text; /* the last string, decoded */
    int status;
};

static double number_of(const struct qn_json_item *item)
{
    char copy[80];

    if (item->type != QN_JSON_NUMBER || item->value.len >= sizeof(copy)) {
        return NAN;
    }
    memcpy(copy, item->value.data, item->value.len);
    copy[item->value.len] = '\0';
    return strtod(copy, NULL);
}

static double member_number(struct qn_span object, const char *name)
{
    struct qn_json_item item;

    return qn_json_find(object.data, object.len, name, &item) ? number_of(&item) : NAN;
}

static bool member_bool(struct qn_span object, const char *name)
{
    struct qn_json_item item;

    return qn_json_find(object.data, object.len, name, &item) && item.type == QN_JSON_BOOLEAN &&
           item.value.data[0] == 't';
}

/* Decoded, until the next is; "" when there is none. */
static const char *decode(struct reading *reading, const struct qn_json_item *item)
{
    qn_buf_reset(&reading->text);
    if (item->type == QN_JSON_STRING) {
        int rc = qn_json_unescape(item->value, &reading->text);

        reading->status = reading->status == QN_OK ? rc : reading->status;
    }
    return reading->text.data;
}

static const char *member_text(struct reading *reading, struct qn_span object, const char *name)
{
    struct qn_json_item item;

    return qn_json_find(object.data, object.len, name, &item) ? decode(reading, &item) : "";
}

static const char *kept_text(struct reading *reading, struct qn_span object, const char *name)
{
    return qn_arena_str(reading->arena, member_text(reading, object, name));
}

/* A word's place in names, 0 for one that is not there. */
static unsigned place_of(const char *word, const char *const *names, unsigned n)
{
    while (--n > 0 && strcmp(names[n], word) != 0) {
    }
    return n;
}

/* The items of an array member, of which there are at most max. */
static size_t items_of(struct qn_span object, const char *name, struct qn_json_item *items,
                       size_t max)
{
    struct qn_json_item array;
    struct qn_json_walk walk;
    size_t n = 0;

    if (!qn_json_find(object.data, object.len, name, &array) || array.type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, array.value.data, array.value.len) != QN_OK) {
        return 0;
    }
    while (n < max && qn_json_walk_next(&walk, &items[n])) {
        n++;
    }
    return n;
}

static void read_numbers(struct qn_span object, const char *name, double *out, size_t n)
{
    struct qn_json_item items[QN_PROFILE_BINS];
    size_t found = items_of(object, name, items, n);

    for (size_t i = 0; i < found; i++) {
        out[i] = number_of(&items[i]);
    }
}

static void read_alerts(struct reading *reading, struct qn_span object,
                        struct qn_profile_column *column)
{
    struct qn_json_item items[QN_ALERTS];
    size_t n = items_of(object, "alerts", items, QN_ALERTS);

    for (size_t i = 0; i < n; i++) {
        const char *word = decode(reading, &items[i]);
        unsigned alert = place_of(word, qn_alert_names, QN_ALERTS);

        if (strcmp(word, qn_alert_names[alert]) == 0) {
            column->alerts |= 1U << alert;
        }
    }
}

static int read_top(struct reading *reading, struct qn_span object,
                    struct qn_profile_column *column)
{
    struct qn_json_item items[QN_PROFILE_VALUES];
    size_t n = items_of(object, "top", items, QN_PROFILE_VALUES);

    column->top = qn_arena_alloc(reading->arena, n > 0 ? n : 1, sizeof(*column->top));
    if (column->top == NULL) {
        return QN_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        column->top[i].text = kept_text(reading, items[i].value, "value");
        column->top[i].share = member_number(items[i].value, "share");
    }
    column->n_top = n;
    return QN_OK;
}

static int read_column(struct reading *reading, struct qn_span object,
                       struct qn_profile_column *column)
{
    qn_profile_column_init(column);
    column->tier = (enum qn_profile_tier)place_of(member_text(reading, object, "tier"),
                                                  qn_profile_tier_names, QN_PROFILE_TIERS);
    if (column->tier == QN_PROFILE_NONE) {
        return QN_OK;
    }
    column->shape =
        (enum qn_shape)place_of(member_text(reading, object, "shape"), qn_shape_names, QN_SHAPES);
    column->pii = (enum qn_pii)place_of(member_text(reading, object, "pii"), qn_pii_names, QN_PIIS);
    for (size_t i = 0; i < QN_PROFILE_FIELDS; i++) {
        char *at = (char *)column + qn_profile_fields[i].offset;

        *(double *)(void *)at = member_number(object, qn_profile_fields[i].name);
    }
    read_alerts(reading, object, column);
    column->all_unique = member_bool(object, "all_unique");
    column->min = kept_text(reading, object, "min");
    column->max = kept_text(reading, object, "max");
    column->top_is_all = member_bool(object, "top_is_all");
    read_numbers(object, "quartile", column->quartile, 3);
    column->binned = qn_json_find(object.data, object.len, "bins", &(struct qn_json_item){0});
    read_numbers(object, "bins", column->bins, QN_PROFILE_BINS);
    return read_top(reading, object, column);
}

/* Columns mostly come in the table's order: it is looked for from after the last. */
static size_t find_column(const struct qn_catalog_table *table, const char *name, size_t from)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        size_t at = (from + i) % table->n_columns;

        if (strcmp(table->columns[at].name, name) == 0) {
            return at;
        }
    }
    return QN_CATALOG_NONE;
}

static int read_columns(struct reading *reading, struct qn_span json)
{
    struct qn_json_item array, item;
    struct qn_json_walk walk;
    size_t from = 0;

    if (!qn_json_find(json.data, json.len, "columns", &array) || array.type != QN_JSON_ARRAY ||
        qn_json_walk_init(&walk, array.value.data, array.value.len) != QN_OK) {
        return QN_EINVAL;
    }
    while (qn_json_walk_next(&walk, &item)) {
        size_t at;
        int rc;

        if (item.type != QN_JSON_OBJECT) {
            return QN_EINVAL;
        }
        at = find_column(reading->table, member_text(reading, item.value, "name"), from);
        if (at == QN_CATALOG_NONE) {
            continue;
        }
        rc = read_column(reading, item.value, &reading->ret->columns[at]);
        if (rc != QN_OK) {
            return rc;
        }
        from = at + 1;
    }
    return QN_OK;
}

static int read_table(struct reading *reading, struct qn_span json)
{
    struct qn_profile_table *ret = reading->ret;
    size_t n = reading->table->n_columns;

    *ret = (struct qn_profile_table){
        .columns = qn_arena_alloc(reading->arena, n > 0 ? n : 1, sizeof(*ret->columns)),
        .n_columns = n,
    };
    ret->tier = (enum qn_profile_tier)place_of(member_text(reading, json, "tier"),
                                               qn_profile_tier_names, QN_PROFILE_TIERS);
    ret->asked = (enum qn_profile_tier)place_of(member_text(reading, json, "asked"),
                                                qn_profile_tier_names, QN_PROFILE_TIERS);
    ret->trouble = kept_text(reading, json, "trouble");
    ret->rows = member_number(json, "rows");
    ret->seen = member_number(json, "seen");
    ret->complete = member_bool(json, "complete");
    ret->ms = member_number(json, "ms");
    if (ret->columns == NULL) {
        return QN_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        qn_profile_column_init(&ret->columns[i]);
    }
    return read_columns(reading, json);
}

int qn_profile_from_json(struct qn_profile_table *ret, struct qn_arena *arena,
                         const struct qn_catalog_table *table, struct qn_span json,
                         struct qn_err *reterr)
{
    struct reading reading = {.ret = ret, .arena = arena, .table = table};
    enum qn_json_type type;
    int rc = qn_json_check(json.data, json.len, &type, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    if (type != QN_JSON_OBJECT) {
        return qn_fail(reterr, QN_EINVAL, "a profile is a JSON object");
    }
    qn_buf_init(&reading.text, TEXT_MAX);
    rc = read_table(&reading, json);
    if (rc == QN_OK) {
        rc = reading.status;
    }
    qn_buf_release(&reading.text);
    if (rc == QN_EINVAL) {
        return qn_fail(reterr, rc, "this is no profile of a table");
    }
    rc = rc == QN_OK ? qn_arena_status(arena, "the profile", reterr) : rc;
    return rc == QN_ENOMEM ? qn_fail(reterr, rc, "no memory for the profile") : rc;
}
