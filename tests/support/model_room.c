#include "model_room.h"

#include "common/mem.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COLUMNS_MAX 24

static const struct {
    const char *type;
    enum qn_family family;
} types[] = {
    {"integer", QN_FAMILY_INTEGER},     {"numeric", QN_FAMILY_NUMERIC}, {"float", QN_FAMILY_FLOAT},
    {"text", QN_FAMILY_TEXT},           {"boolean", QN_FAMILY_BOOLEAN}, {"date", QN_FAMILY_DATE},
    {"timestamp", QN_FAMILY_TIMESTAMP}, {"uuid", QN_FAMILY_UUID},       {"jsonb", QN_FAMILY_JSON},
    {"point", QN_FAMILY_GEO},           {"inet", QN_FAMILY_NETWORK},
};

static bool goes_before(const struct qn_catalog_table *table, const char *schema, const char *name)
{
    int order = strcmp(table->schema, schema);

    return (order != 0 ? order : strcmp(table->name, name)) > 0;
}

/* Relations name tables by their places. */
static void make_room_at(struct model_room *room, size_t at)
{
    for (size_t i = room->catalog.n_tables; i > at; i--) {
        room->catalog.tables[i] = room->catalog.tables[i - 1];
        room->profiles[i] = room->profiles[i - 1];
    }
    for (size_t i = 0; i < room->relations.n; i++) {
        room->relations.items[i].child += room->relations.items[i].child >= at;
        room->relations.items[i].parent += room->relations.items[i].parent >= at;
    }
    room->catalog.n_tables++;
}

struct qn_catalog_table *model_room_table(struct model_room *room, const char *schema,
                                          const char *name)
{
    size_t at = room->catalog.n_tables;
    struct qn_catalog_table *table;

    assert_true(at < sizeof(room->profiles) / sizeof(room->profiles[0]));
    while (at > 0 && goes_before(&room->catalog.tables[at - 1], schema, name)) {
        at--;
    }
    make_room_at(room, at);
    table = &room->catalog.tables[at];
    *table = (struct qn_catalog_table){
        .schema = schema, .name = name, .comment = "", .view = "", .readable = true, .rows = -1};
    table->columns = qn_arena_alloc(&room->arena, COLUMNS_MAX, sizeof(*table->columns));
    table->keys = qn_arena_alloc(&room->arena, 4, sizeof(*table->keys));
    room->profiles[at] = (struct qn_profile_table){.trouble = "", .rows = -1};
    return table;
}

static void add_labels(struct model_room *room, struct qn_catalog_column *column, const char *text)
{
    while (text != NULL && *text != '\0') {
        size_t len = strcspn(text, ",");
        const char **labels =
            qn_arena_grow(&room->arena, column->labels, column->n_labels, sizeof(*labels));

        labels[column->n_labels++] = qn_arena_text(&room->arena, text, len);
        column->labels = labels;
        text += len + (text[len] == ',' ? 1 : 0);
    }
}

static void add_key(struct model_room *room, struct qn_catalog_table *table, size_t column,
                    bool primary)
{
    size_t *columns = qn_arena_alloc(&room->arena, 1, sizeof(*columns));

    columns[0] = column;
    table->keys[table->n_keys++] = (struct qn_catalog_key){
        .name = "key", .columns = columns, .n = 1, .primary = primary, .constraint = true};
}

struct qn_catalog_column *model_room_column(struct model_room *room, struct qn_catalog_table *table,
                                            const char *spec)
{
    struct qn_catalog_column *column = &table->columns[table->n_columns];
    size_t name_len = strcspn(spec, " ");
    const char *type = spec + name_len;
    const char *labels = strchr(spec, '=');

    assert_true(*type == ' ' && table->n_columns < COLUMNS_MAX);
    *column = (struct qn_catalog_column){.domain = "",
                                         .comment = "",
                                         .preset = "",
                                         .not_null = strstr(spec, " null") == NULL,
                                         .readable = true,
                                         .number = (int)table->n_columns + 1};
    column->name = qn_arena_text(&room->arena, spec, name_len);
    type++;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strncmp(type, types[i].type, strlen(types[i].type)) == 0) {
            column->type = types[i].type;
            column->family = types[i].family;
        }
    }
    assert_non_null(column->type);
    add_labels(room, column, labels != NULL ? labels + 1 : NULL);
    if (strstr(spec, " primary") != NULL || strstr(spec, " unique") != NULL) {
        add_key(room, table, table->n_columns, strstr(spec, " primary") != NULL);
    }
    table->n_columns++;
    return column;
}

void model_room_relation(struct model_room *room, const char *child, const char *column,
                         const char *parent)
{
    struct qn_relations *relations = &room->relations;
    struct qn_relation *items =
        qn_arena_grow(&room->arena, relations->items, relations->n, sizeof(*items));
    struct qn_relation *relation = &items[relations->n++];

    relation->child = qn_catalog_find(&room->catalog, "", child);
    relation->parent = qn_catalog_find(&room->catalog, "", parent);
    relation->child_columns[0] = qn_catalog_column(&room->catalog.tables[relation->child], column);
    relation->n = 1;
    relation->score = 1;
    relation->evidence = "declared";
    relations->items = items;
}

struct qn_profile_column *model_room_profile(struct model_room *room, const char *table,
                                             const char *column)
{
    size_t at = qn_catalog_find(&room->catalog, "", table);
    const struct qn_catalog_table *from = &room->catalog.tables[at];
    struct qn_profile_table *profile = &room->profiles[at];
    struct qn_profile_column *of;

    if (profile->columns == NULL) {
        profile->columns = qn_arena_alloc(&room->arena, COLUMNS_MAX, sizeof(*profile->columns));
        profile->n_columns = from->n_columns;
        profile->tier = QN_PROFILE_EXACT;
        profile->complete = true;
        profile->rows = profile->seen = 3000;
    }
    of = &profile->columns[qn_catalog_column(from, column)];
    of->tier = QN_PROFILE_EXACT;
    of->min = of->max = "";
    of->distinct = of->distinct_seen = of->nulls = of->low = of->high = NAN;
    return of;
}

static void columns(struct model_room *room, const char *table, const char *const *specs)
{
    struct qn_catalog_table *to = model_room_table(room, "public", table);

    for (; *specs != NULL; specs++) {
        model_room_column(room, to, *specs);
    }
}

static void shop(struct model_room *room)
{
    columns(room, "categories",
            (const char *const[]){"id integer primary", "name text unique", "description text null",
                                  NULL});
    columns(room, "order_items",
            (const char *const[]){"id integer primary", "order_id integer", "product_id integer",
                                  "quantity integer", "unit_price numeric", NULL});
    columns(room, "orders",
            (const char *const[]){"id integer primary", "user_id integer",
                                  "status text=pending,paid,shipped,cancelled,refunded",
                                  "channel text=web,app,store", "total_amount numeric",
                                  "created_at timestamp", "processed_at timestamp null", NULL});
    columns(room, "products",
            (const char *const[]){"id integer primary", "category_id integer", "sku text unique",
                                  "name text unique", "price numeric", "stock integer",
                                  "popularity integer", "is_active boolean", "created_at timestamp",
                                  "last_updated timestamp null", NULL});
    columns(room, "reviews",
            (const char *const[]){"id integer primary", "user_id integer", "product_id integer",
                                  "rating integer", "comment text null", "created_at timestamp",
                                  NULL});
    columns(room, "user_events",
            (const char *const[]){"id integer primary", "user_id integer",
                                  "event text=login,search,view,add_to_cart,checkout",
                                  "product_id integer null", "created_at timestamp", NULL});
    columns(room, "users",
            (const char *const[]){"id integer primary", "email text unique", "name text",
                                  "phone text null", "city text", "country text",
                                  "level text=regular,silver,gold,vip", "password_hash text",
                                  "welcome_sent_at timestamp null", "created_at timestamp",
                                  "last_active_at timestamp null", NULL});
}

static void relations(struct model_room *room)
{
    model_room_relation(room, "order_items", "order_id", "orders");
    model_room_relation(room, "order_items", "product_id", "products");
    model_room_relation(room, "orders", "user_id", "users");
    model_room_relation(room, "products", "category_id", "categories");
    model_room_relation(room, "reviews", "user_id", "users");
    model_room_relation(room, "reviews", "product_id", "products");
    model_room_relation(room, "user_events", "user_id", "users");
    model_room_relation(room, "user_events", "product_id", "products");
}

void model_room_init(struct model_room *room)
{
    memset(room, 0, sizeof(*room));
    qn_arena_init(&room->arena, (size_t)16 * 1024 * 1024);
    room->catalog.database = "shop";
    room->catalog.role = "reader";
    room->catalog.time_zone = "UTC";
    room->catalog.tables =
        qn_arena_alloc(&room->arena, ROOM_TABLES + 8, sizeof(*room->catalog.tables));
    shop(room);
    relations(room);
}

void model_room_release(struct model_room *room)
{
    qn_arena_release(&room->arena);
}

struct qn_model *model_room_build(struct model_room *room, const char *language)
{
    struct qn_model_options options = {"shop", "UTC", language != NULL ? language : "en"};
    struct qn_model *model = NULL;
    struct qn_err err = {0};

    if (qn_model_build(&model, &room->catalog, room->profiles, &room->relations, &options, &err) !=
        QN_OK) {
        fail_msg("%s", err.msg);
    }
    return model;
}

struct qn_model_table *model_room_find(struct qn_model *model, const char *table)
{
    size_t at = qn_model_table(model, "", table);

    assert_true(at != QN_MODEL_NONE);
    return &model->tables[at];
}

struct qn_model_column *model_room_find_column(struct qn_model *model, const char *table,
                                               const char *column)
{
    struct qn_model_table *of = model_room_find(model, table);
    size_t at = qn_model_column(of, column);

    assert_true(at != QN_MODEL_NONE);
    return &of->columns[at];
}

bool model_room_has_word(const char *const *words, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

char *model_room_json(const struct qn_model *model)
{
    struct qn_buf out;

    qn_buf_init(&out, QN_MODEL_BYTES_MAX);
    assert_int_equal(qn_model_to_json(model, &out), QN_OK);
    return qn_buf_steal(&out, NULL);
}

char *model_room_file(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "rb");
    struct qn_buf bytes;
    char part[4096];
    size_t n;

    assert_non_null(file);
    qn_buf_init(&bytes, (size_t)1024 * 1024);
    while ((n = fread(part, 1, sizeof(part), file)) > 0) {
        qn_buf_add(&bytes, part, n);
    }
    fclose(file);
    return qn_buf_steal(&bytes, ret_len);
}
