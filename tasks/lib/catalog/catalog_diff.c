#include "catalog_diff.h"

#include "catalog_json.h"
#include "catalog_reading.h"
#include "common/json.h"
#include "common/mem.h"
#include <stdlib.h>
#include <string.h>

struct kept { /* a table of the snapshot */
    const char *schema, *name, *hash;
    struct qn_span json;
};

struct qn_catalog_snapshot {
    struct qn_arena arena;
    struct kept *tables; /* by schema, name */
    size_t n_tables;
};

/* A string as it was before it became JSON; "" for what is none. */
static const char *text_of(struct qn_arena *arena, struct qn_span json)
{
    const char *text = "";
    struct qn_buf out;

    if (json.len < 2 || json.data[0] != '"') {
        return "";
    }
    qn_buf_init(&out, json.len);
    if (qn_json_unescape(json, &out) == QN_OK) {
        text = qn_arena_text(arena, out.data, out.len);
    } else {
        arena->status = arena->status == QN_OK ? QN_ENOMEM : arena->status;
    }
    qn_buf_release(&out);
    return text;
}

static struct qn_span member(struct qn_span object, const char *name)
{
    struct qn_json_item item;

    return qn_json_find(object.data, object.len, name, &item) ? item.value
                                                              : (struct qn_span){NULL, 0};
}

static const char *text_member(struct qn_arena *arena, struct qn_span object, const char *name)
{
    return text_of(arena, member(object, name));
}

static int by_name(const void *a, const void *b)
{
    const struct kept *left = a, *right = b;
    int order = strcmp(left->schema, right->schema);

    return order != 0 ? order : strcmp(left->name, right->name);
}

static int add_kept(struct qn_catalog_snapshot *snapshot, struct qn_span item,
                    struct qn_err *reterr)
{
    struct qn_arena *arena = &snapshot->arena;
    struct kept kept = {.hash = text_member(arena, item, "hash"), .json = member(item, "table")};

    kept.schema = text_member(arena, kept.json, "schema");
    kept.name = text_member(arena, kept.json, "name");
    if (arena->status != QN_OK) {
        return qn_arena_status(arena, "the snapshot", reterr);
    }
    if (kept.hash[0] == '\0' || kept.schema[0] == '\0' || kept.name[0] == '\0') {
        return qn_fail(reterr, QN_EINVAL, "the snapshot's table %zu has no hash, schema or name",
                       snapshot->n_tables);
    }
    snapshot->tables = qn_catalog_more(arena, snapshot->tables, snapshot->n_tables, sizeof(kept));
    if (snapshot->tables != NULL) {
        snapshot->tables[snapshot->n_tables++] = kept;
    }
    return qn_arena_status(arena, "the snapshot", reterr);
}

static int read_snapshot(struct qn_catalog_snapshot *snapshot, struct qn_span json,
                         struct qn_err *reterr)
{
    struct qn_span tables;
    struct qn_json_walk walk;
    struct qn_json_item item;
    int rc = qn_json_check(json.data, json.len, NULL, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    tables = member(json, "tables");
    if (!qn_span_is(member(json, "format"), "\"" QN_CATALOG_FORMAT "\"") || tables.len == 0 ||
        tables.data[0] != '[' || qn_json_walk_init(&walk, tables.data, tables.len) != QN_OK) {
        return qn_fail(reterr, QN_EINVAL, "not a snapshot of the form " QN_CATALOG_FORMAT);
    }
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        rc = add_kept(snapshot, item.value, reterr);
    }
    if (rc == QN_OK && snapshot->n_tables > 0) {
        qsort(snapshot->tables, snapshot->n_tables, sizeof(*snapshot->tables), by_name);
    }
    return rc;
}

int qn_catalog_snapshot_read(struct qn_catalog_snapshot **ret, struct qn_span json,
                             struct qn_err *reterr)
{
    struct qn_catalog_snapshot *snapshot = qn_zalloc(1, sizeof(*snapshot));
    int rc;

    if (snapshot == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a snapshot");
    }
    qn_arena_init(&snapshot->arena, QN_CATALOG_BYTES_MAX);
    rc = read_snapshot(snapshot, json, reterr);
    if (rc != QN_OK) {
        qn_catalog_snapshot_free(snapshot);
        return rc;
    }
    *ret = snapshot;
    return QN_OK;
}

void qn_catalog_snapshot_free(struct qn_catalog_snapshot *snapshot)
{
    if (snapshot != NULL) {
        qn_arena_release(&snapshot->arena);
        qn_free(snapshot);
    }
}

static const struct kept *kept_of(const struct qn_catalog_snapshot *snapshot,
                                  const struct qn_catalog_table *table)
{
    const struct kept wanted = {.schema = table->schema, .name = table->name};

    return snapshot == NULL || snapshot->n_tables == 0
               ? NULL
               : bsearch(&wanted, snapshot->tables, snapshot->n_tables, sizeof(wanted), by_name);
}

enum qn_catalog_change qn_catalog_change_of(const struct qn_catalog_snapshot *snapshot,
                                            const struct qn_catalog_table *table)
{
    const struct kept *kept = kept_of(snapshot, table);

    if (kept == NULL) {
        return QN_CATALOG_ADDED;
    }
    return strcmp(kept->hash, table->hash) == 0 ? QN_CATALOG_SAME : QN_CATALOG_CHANGED;
}

/* One changed table: both sides in the snapshot's form. */
struct pair {
    struct qn_arena arena;
    struct qn_span from, to;
    struct qn_buf *out;
};

struct word { /* of a list; of a column its name and definition */
    const char *name, *text;
};

static size_t words_of(struct pair *pair, struct qn_span table, const char *list, struct word **ret)
{
    struct qn_span json = member(table, list);
    struct qn_json_walk walk;
    struct qn_json_item item;
    size_t n = 0;

    *ret = NULL;
    if (json.len == 0 || qn_json_walk_init(&walk, json.data, json.len) != QN_OK) {
        return 0;
    }
    while (qn_json_walk_next(&walk, &item)) {
        struct qn_json_walk inner;
        struct qn_json_item name = item, text = {{NULL, 0}, {NULL, 0}, QN_JSON_NULL};
        struct word *words = qn_catalog_more(&pair->arena, *ret, n, sizeof(*words));

        if (words == NULL) {
            return 0;
        }
        if (item.type == QN_JSON_ARRAY &&
            qn_json_walk_init(&inner, item.value.data, item.value.len) == QN_OK &&
            qn_json_walk_next(&inner, &name)) {
            (void)qn_json_walk_next(&inner, &text);
        }
        words[n++] =
            (struct word){text_of(&pair->arena, name.value), text_of(&pair->arena, text.value)};
        *ret = words;
    }
    return n;
}

static const struct word *word_of(const struct word *words, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i].name, name) == 0) {
            return &words[i];
        }
    }
    return NULL;
}

static void add_comma(struct qn_buf *out)
{
    if (out->len > 0 && out->data[out->len - 1] != '[') {
        qn_buf_add_byte(out, ',');
    }
}

static void begin_list(struct qn_buf *out, const char *key)
{
    qn_json_add_key(out, key);
    qn_buf_add_byte(out, '[');
}

/* Names of the first that are not among the second. */
static void add_only(struct qn_buf *out, const char *key, const struct word *first, size_t n_first,
                     const struct word *second, size_t n_second)
{
    begin_list(out, key);
    for (size_t i = 0; i < n_first; i++) {
        if (word_of(second, n_second, first[i].name) == NULL) {
            add_comma(out);
            qn_json_add_str(out, first[i].name);
        }
    }
    qn_buf_add_byte(out, ']');
}

/* What is hidden now had values in its definition: labels, a default. */
static bool is_readable(const struct word *column)
{
    return strstr(column->text, " not readable") == NULL;
}

static void add_columns(struct pair *pair)
{
    struct word *from, *to;
    size_t n_from = words_of(pair, pair->from, "columns", &from);
    size_t n_to = words_of(pair, pair->to, "columns", &to);

    add_only(pair->out, "columns_added", to, n_to, from, n_from);
    add_only(pair->out, "columns_removed", from, n_from, to, n_to);
    begin_list(pair->out, "columns_changed");
    for (size_t i = 0; i < n_to; i++) {
        const struct word *before = word_of(from, n_from, to[i].name);

        if (before == NULL || strcmp(before->text, to[i].text) == 0) {
            continue;
        }
        add_comma(pair->out);
        qn_buf_add_byte(pair->out, '{');
        qn_json_add_key(pair->out, "column");
        qn_json_add_str(pair->out, to[i].name);
        qn_json_add_key(pair->out, "from");
        qn_json_add_str(pair->out, is_readable(&to[i]) ? before->text : "");
        qn_json_add_key(pair->out, "to");
        qn_json_add_str(pair->out, to[i].text);
        qn_buf_add_byte(pair->out, '}');
    }
    qn_buf_add_byte(pair->out, ']');
}

static void add_changed(struct pair *pair, const char *key, bool changed)
{
    qn_json_add_key(pair->out, key);
    qn_buf_add_str(pair->out, changed ? "true" : "false");
}

static void add_list(struct pair *pair, const char *key, const char *list)
{
    struct word *from, *to;
    size_t n_from = words_of(pair, pair->from, list, &from);
    size_t n_to = words_of(pair, pair->to, list, &to), same = 0;

    while (same < n_from && same < n_to && strcmp(from[same].name, to[same].name) == 0) {
        same++;
    }
    add_changed(pair, key, same < n_from || same < n_to);
}

static bool differ(struct pair *pair, const char *name)
{
    return strcmp(text_member(&pair->arena, pair->from, name),
                  text_member(&pair->arena, pair->to, name)) != 0;
}

static bool flag_differs(const struct pair *pair, const char *name)
{
    return qn_span_is(member(pair->from, name), "true") !=
           qn_span_is(member(pair->to, name), "true");
}

static void add_table_name(struct qn_buf *out, const char *schema, const char *name)
{
    add_comma(out);
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "schema");
    qn_json_add_str(out, schema);
    qn_json_add_key(out, "table");
    qn_json_add_str(out, name);
}

static void add_pair(struct pair *pair)
{
    add_columns(pair);
    add_list(pair, "keys_changed", "keys");
    add_list(pair, "references_changed", "references");
    add_list(pair, "indexes_changed", "indexes");
    add_list(pair, "checks_changed", "checks");
    add_changed(pair, "comment_changed", differ(pair, "comment"));
    add_changed(pair, "view_changed", differ(pair, "view"));
    add_changed(pair, "access_changed", flag_differs(pair, "readable"));
    add_changed(pair, "kind_changed", differ(pair, "kind") || flag_differs(pair, "partitioned"));
    qn_buf_add_byte(pair->out, '}');
}

static int diff_table(const struct kept *kept, const struct qn_catalog *catalog,
                      const struct qn_catalog_table *table, struct qn_buf *out,
                      struct qn_err *reterr)
{
    struct pair pair = {.from = kept->json, .out = out};
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, QN_CATALOG_BYTES_MAX);
    rc = qn_catalog_table_to_json(catalog, table, &json);
    if (rc != QN_OK) {
        qn_buf_release(&json);
        return qn_fail(reterr, rc, "no memory for what changed in a table");
    }
    pair.to = (struct qn_span){json.data, json.len};
    qn_arena_init(&pair.arena, QN_CATALOG_BYTES_MAX);
    add_table_name(out, table->schema, table->name);
    add_pair(&pair);
    rc = qn_arena_status(&pair.arena, "what changed in a table", reterr);
    qn_arena_release(&pair.arena);
    qn_buf_release(&json);
    return rc;
}

static int diff_changed(const struct qn_catalog_snapshot *snapshot,
                        const struct qn_catalog *catalog, struct qn_buf *out, struct qn_err *reterr)
{
    int rc = QN_OK;

    begin_list(out, "changed");
    for (size_t i = 0; i < catalog->n_tables && rc == QN_OK; i++) {
        const struct qn_catalog_table *table = &catalog->tables[i];

        if (qn_catalog_change_of(snapshot, table) == QN_CATALOG_CHANGED) {
            rc = diff_table(kept_of(snapshot, table), catalog, table, out, reterr);
        }
    }
    qn_buf_add_str(out, "]}");
    return rc;
}

int qn_catalog_diff(const struct qn_catalog_snapshot *snapshot, const struct qn_catalog *catalog,
                    struct qn_buf *out, struct qn_err *reterr)
{
    int rc;

    qn_buf_add_str(out, "{\"added\":[");
    for (size_t i = 0; i < catalog->n_tables; i++) {
        if (qn_catalog_change_of(snapshot, &catalog->tables[i]) == QN_CATALOG_ADDED) {
            add_table_name(out, catalog->tables[i].schema, catalog->tables[i].name);
            qn_buf_add_byte(out, '}');
        }
    }
    qn_buf_add_byte(out, ']');
    begin_list(out, "removed");
    for (size_t i = 0; snapshot != NULL && i < snapshot->n_tables; i++) {
        const struct kept *kept = &snapshot->tables[i];

        if (qn_catalog_find(catalog, kept->schema, kept->name) == QN_CATALOG_NONE) {
            add_table_name(out, kept->schema, kept->name);
            qn_buf_add_byte(out, '}');
        }
    }
    qn_buf_add_byte(out, ']');
    rc = diff_changed(snapshot, catalog, out, reterr);
    if (rc != QN_OK) {
        return rc;
    }
    rc = qn_buf_status(out);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "what changed is too long");
}
