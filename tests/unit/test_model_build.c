#include "common/mem.h"
#include "tests/support/model_room.h"
#include "tests/support/torture.h"
#include <math.h>
#include <string.h>

static struct model_room the_room;

static int begin(void **state)
{
    (void)state;
    model_room_init(&the_room);
    return 0;
}

static int end(void **state)
{
    (void)state;
    model_room_release(&the_room);
    return 0;
}

/* A table "t" of which nothing but these columns is known. */
static struct qn_model *model_of(const char *const *specs, const char *language)
{
    struct qn_catalog_table *table = model_room_table(&the_room, "public", "things");

    for (; *specs != NULL; specs++) {
        model_room_column(&the_room, table, *specs);
    }
    return model_room_build(&the_room, language);
}

static void columns_have_the_roles_of_their_names_and_keys(void **state)
{
    static const struct {
        const char *table, *column;
        enum qn_role role;
    } cases[] = {
        {"orders", "id", QN_ROLE_KEY},
        {"orders", "user_id", QN_ROLE_FOREIGN},
        {"orders", "status", QN_ROLE_DIMENSION},
        {"orders", "channel", QN_ROLE_DIMENSION},
        {"orders", "total_amount", QN_ROLE_MEASURE},
        {"orders", "created_at", QN_ROLE_TIME},
        {"order_items", "quantity", QN_ROLE_MEASURE},
        {"order_items", "unit_price", QN_ROLE_AVERAGE},
        {"products", "price", QN_ROLE_AVERAGE},
        {"products", "stock", QN_ROLE_MEASURE},
        {"products", "popularity", QN_ROLE_MEASURE},
        {"products", "is_active", QN_ROLE_FLAG},
        {"products", "name", QN_ROLE_LABEL},
        {"products", "sku", QN_ROLE_OTHER},
        {"reviews", "rating", QN_ROLE_AVERAGE},
        {"reviews", "comment", QN_ROLE_TEXT},
        {"user_events", "event", QN_ROLE_DIMENSION},
        {"users", "city", QN_ROLE_DIMENSION},
        {"users", "password_hash", QN_ROLE_PERSONAL},
    };
    struct qn_model *model = model_room_build(&the_room, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct qn_model_column *column =
            model_room_find_column(model, cases[i].table, cases[i].column);

        if (column->role != cases[i].role) {
            fail_msg("%s.%s is %s", cases[i].table, column->name, qn_role_names[column->role]);
        }
    }
    qn_model_free(model);
}

static const struct {
    const char *spec;
    enum qn_role role;
} number_cases[] = {
    {"customer_no integer", QN_ROLE_OTHER},
    {"zip integer", QN_ROLE_OTHER},
    {"phone_number integer", QN_ROLE_PERSONAL},
    {"fiscal_year integer", QN_ROLE_DIMENSION},
    {"order_status integer", QN_ROLE_DIMENSION},
    {"type integer", QN_ROLE_DIMENSION},
    {"is_open integer", QN_ROLE_FLAG},
    {"number_of_rooms integer", QN_ROLE_MEASURE},
    {"num_items integer", QN_ROLE_MEASURE},
    {"orderCount integer", QN_ROLE_MEASURE},
    {"total_price numeric", QN_ROLE_MEASURE},
    {"avg_order_value numeric", QN_ROLE_AVERAGE},
    {"tax_rate numeric", QN_ROLE_AVERAGE},
    {"discountPercent float", QN_ROLE_AVERAGE},
    {"age integer", QN_ROLE_AVERAGE},
    {"lat float", QN_ROLE_GEO},
    {"account_balance numeric", QN_ROLE_MEASURE},
    {"weight_kg numeric", QN_ROLE_MEASURE},
    {"金额 numeric", QN_ROLE_MEASURE},
    {"单价 numeric", QN_ROLE_AVERAGE},
    {"手机号码 integer", QN_ROLE_PERSONAL},
    {"备注 text", QN_ROLE_TEXT},
    {"状态 text", QN_ROLE_DIMENSION},
    {"whatever numeric", QN_ROLE_MEASURE},
    {"opened date", QN_ROLE_TIME},
    {"extra jsonb", QN_ROLE_OTHER},
    {"spot point", QN_ROLE_GEO},
};
#define NUMBER_CASES (sizeof(number_cases) / sizeof(number_cases[0]))

static void numbers_that_name_or_sort_are_never_measures(void **state)
{
    struct qn_catalog_table *even = model_room_table(&the_room, "public", "even");
    struct qn_catalog_table *odd = model_room_table(&the_room, "public", "odd");
    struct qn_model *model;

    (void)state;
    for (size_t i = 0; i < NUMBER_CASES; i++) {
        model_room_column(&the_room, i % 2 ? odd : even, number_cases[i].spec);
    }
    model = model_room_build(&the_room, NULL);
    for (size_t i = 0; i < NUMBER_CASES; i++) {
        const struct qn_model_table *table = model_room_find(model, i % 2 ? "odd" : "even");
        const struct qn_model_column *column = &table->columns[i / 2];

        if (column->role != number_cases[i].role) {
            fail_msg("%s is %s", number_cases[i].spec, qn_role_names[column->role]);
        }
    }
    assert_string_equal(model_room_find_column(model, "odd", "weight_kg")->unit, "kg");
    assert_string_equal(model_room_find_column(model, "odd", "discountPercent")->unit, "percent");
    qn_model_free(model);
}

static void the_profile_decides_where_names_are_silent(void **state)
{
    struct qn_profile_column *profile;
    struct qn_model *model;

    (void)state;
    model_room_column(&the_room, model_room_table(&the_room, "public", "zz"), "alpha integer");
    model_room_column(&the_room, &the_room.catalog.tables[7], "beta integer");
    model_room_column(&the_room, &the_room.catalog.tables[7], "gamma integer");
    model_room_column(&the_room, &the_room.catalog.tables[7], "delta float");
    model_room_column(&the_room, &the_room.catalog.tables[7], "eps integer");
    model_room_profile(&the_room, "zz", "alpha")->alerts = 1U << QN_ALERT_CATEGORY;
    model_room_profile(&the_room, "zz", "beta")->all_unique = true;
    profile = model_room_profile(&the_room, "zz", "gamma");
    profile->low = 1998;
    profile->high = 2024;
    profile->distinct_seen = 27;
    profile = model_room_profile(&the_room, "zz", "delta");
    profile->low = 0.02;
    profile->high = 0.98;
    profile->distinct_seen = 700;
    profile = model_room_profile(&the_room, "zz", "eps");
    profile->low = 2;
    profile->high = 98000;
    profile->distinct_seen = 700;
    model = model_room_build(&the_room, NULL);
    assert_int_equal(model_room_find_column(model, "zz", "alpha")->role, QN_ROLE_DIMENSION);
    assert_int_equal(model_room_find_column(model, "zz", "beta")->role, QN_ROLE_OTHER);
    assert_int_equal(model_room_find_column(model, "zz", "gamma")->role, QN_ROLE_DIMENSION);
    assert_int_equal(model_room_find_column(model, "zz", "delta")->role, QN_ROLE_AVERAGE);
    assert_int_equal(model_room_find_column(model, "zz", "eps")->role, QN_ROLE_MEASURE);
    qn_model_free(model);
}

static void tables_have_their_purpose_label_and_time(void **state)
{
    static const struct {
        const char *table, *label, *time;
        enum qn_purpose purpose;
    } cases[] = {
        {"categories", "name", NULL, QN_PURPOSE_LOOKUP},
        {"order_items", "id", NULL, QN_PURPOSE_FACT},
        {"orders", "id", "created_at", QN_PURPOSE_FACT},
        {"products", "name", "created_at", QN_PURPOSE_DIMENSION},
        {"reviews", "id", "created_at", QN_PURPOSE_FACT},
        {"user_events", "id", "created_at", QN_PURPOSE_FACT},
        {"users", "name", "created_at", QN_PURPOSE_DIMENSION},
    };
    struct qn_model *model = model_room_build(&the_room, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct qn_model_table *table = model_room_find(model, cases[i].table);

        assert_string_equal(table->columns[table->label].name, cases[i].label);
        assert_int_equal(table->purpose, cases[i].purpose);
        if (cases[i].time == NULL) {
            assert_int_equal(table->time, QN_MODEL_NONE);
        } else {
            assert_string_equal(table->columns[table->time].name, cases[i].time);
        }
    }
    qn_model_free(model);
}

static void the_time_of_the_event_goes_before_times_of_changes(void **state)
{
    const char *const specs[] = {
        "id integer primary", "updated_at timestamp", "due_date date",   "created_at timestamp",
        "thing_date date",    "shipped_date date",    "thing_name text", NULL};
    struct qn_model *model = model_of(specs, NULL);
    struct qn_model_table *things = model_room_find(model, "things");

    (void)state;
    assert_string_equal(things->columns[things->time].name, "thing_date");
    assert_string_equal(things->columns[things->label].name, "thing_name");
    qn_model_free(model);
}

static void a_table_that_only_changes_has_no_time(void **state)
{
    const char *const specs[] = {"id integer primary", "name text", "last_update timestamp",
                                 "deleted_at timestamp null", NULL};
    struct qn_model *model = model_of(specs, NULL);

    (void)state;
    assert_int_equal(model_room_find(model, "things")->time, QN_MODEL_NONE);
    qn_model_free(model);
}

static void two_references_that_are_the_key_make_a_junction(void **state)
{
    struct qn_catalog_table *table = model_room_table(&the_room, "public", "zz_links");
    static const size_t both[] = {0, 1};
    struct qn_model *model;

    (void)state;
    model_room_column(&the_room, table, "user_id integer");
    model_room_column(&the_room, table, "product_id integer");
    model_room_column(&the_room, table, "added_at timestamp");
    table->keys[table->n_keys++] = (struct qn_catalog_key){"pk", both, 2, true, true};
    model_room_relation(&the_room, "zz_links", "user_id", "users");
    model_room_relation(&the_room, "zz_links", "product_id", "products");
    model = model_room_build(&the_room, NULL);
    assert_int_equal(model_room_find(model, "zz_links")->purpose, QN_PURPOSE_JUNCTION);
    assert_int_equal(model_room_find(model, "order_items")->purpose, QN_PURPOSE_FACT);
    assert_string_equal(model_room_find(model, "zz_links")->description.text,
                        "Links user and product.");
    qn_model_free(model);
}

static void categories_carry_their_values_and_people_none(void **state)
{
    struct qn_profile_value cities[] = {{"Paris", 0.6}, {"Berlin", 0.4}};
    struct qn_profile_value names[] = {{"A***", 0.6}, {"B***", 0.4}};
    struct qn_profile_column *profile;
    const struct qn_model_column *column;
    struct qn_model *model;

    (void)state;
    profile = model_room_profile(&the_room, "users", "city");
    profile->top = cities;
    profile->n_top = 2;
    profile->top_is_all = true;
    profile->min = "Berlin";
    profile = model_room_profile(&the_room, "users", "name");
    profile->pii = QN_PII_NAME;
    profile->top = names;
    profile->n_top = 2;
    profile->top_is_all = true;
    profile->min = "A***";
    model = model_room_build(&the_room, NULL);
    column = model_room_find_column(model, "users", "city");
    assert_true(column->values_complete);
    assert_int_equal(column->n_values, 2);
    assert_string_equal(column->values[0].text, "Berlin");
    assert_true(column->values[0].share > 0.39 && column->values[0].share < 0.41);
    assert_string_equal(column->min, "");
    column = model_room_find_column(model, "users", "name");
    assert_int_equal(column->role, QN_ROLE_PERSONAL);
    assert_int_equal(column->n_values, 0);
    assert_string_equal(column->min, "");
    assert_false(column->hidden);
    assert_string_equal(model_room_find(model, "users")->columns[2].name, "name");
    assert_int_equal(model_room_find(model, "users")->label, 2);
    column = model_room_find_column(model, "orders", "status");
    assert_true(column->values_complete);
    assert_int_equal(column->n_values, 5);
    assert_string_equal(column->values[0].text, "pending");
    assert_true(isnan(column->values[0].share));
    assert_true(model_room_find_column(model, "users", "password_hash")->hidden);
    qn_model_free(model);
}

static void keys_and_days_of_people_show_no_values_either(void **state)
{
    struct qn_profile_value masked[] = {{"a***@b***.org", 0.6}, {"c***@d***.org", 0.4}};
    struct qn_catalog_table *table = model_room_table(&the_room, "public", "zz_people");
    struct qn_profile_column *profile;
    const struct qn_model_column *column;
    struct qn_model *model;

    (void)state;
    model_room_column(&the_room, table, "email text primary");
    model_room_column(&the_room, table, "birth_date date");
    profile = model_room_profile(&the_room, "zz_people", "email");
    profile->pii = QN_PII_EMAIL;
    profile->top = masked;
    profile->n_top = 2;
    profile->top_is_all = true;
    profile = model_room_profile(&the_room, "zz_people", "birth_date");
    profile->pii = QN_PII_BIRTH;
    profile->min = "1955-**-**";
    model = model_room_build(&the_room, NULL);
    column = model_room_find_column(model, "zz_people", "email");
    assert_int_equal(column->role, QN_ROLE_KEY);
    assert_int_equal(column->n_values, 0);
    column = model_room_find_column(model, "zz_people", "birth_date");
    assert_string_equal(column->min, "");
    qn_model_free(model);
}

static void unreadable_tables_and_columns_are_left_out(void **state)
{
    struct qn_catalog *catalog = &the_room.catalog;
    struct qn_model *model;

    (void)state;
    catalog->tables[ROOM_CATEGORIES].readable = false;
    catalog->tables[ROOM_ORDERS].columns[1].readable = false;   /* user_id */
    catalog->tables[ROOM_PRODUCTS].columns[0].readable = false; /* id */
    model = model_room_build(&the_room, NULL);
    assert_int_equal(qn_model_table(model, "", "categories"), QN_MODEL_NONE);
    assert_int_equal(qn_model_column(model_room_find(model, "orders"), "user_id"), QN_MODEL_NONE);
    assert_int_equal(model_room_find(model, "products")->n_keys, 2);
    assert_int_equal(model_room_find(model, "products")->keys[0].columns[0], 1);
    assert_int_equal(model->n_relations, 3);
    qn_model_free(model);
}

static void comments_are_shown_as_truth_and_as_plain_text(void **state)
{
    struct qn_model *model;
    const struct qn_model_table *users;
    const struct qn_model_column *level;

    (void)state;
    the_room.catalog.tables[ROOM_USERS].comment =
        "Registered users,\x1b[2J also called customers,\n buyers or members. A user may rest.";
    the_room.catalog.tables[ROOM_USERS].columns[6].comment = "会员等级";
    model = model_room_build(&the_room, NULL);
    users = model_room_find(model, "users");
    assert_int_equal(users->description.source, QN_MODEL_COMMENT);
    assert_string_equal(users->description.text,
                        "Registered users, [2J also called customers, buyers or members. A user "
                        "may rest.");
    assert_true(model_room_has_word(users->words.en, users->words.n_en, "members"));
    assert_true(model_room_has_word(users->words.en, users->words.n_en, "customers"));
    level = model_room_find_column(model, "users", "level");
    assert_string_equal(level->words.zh[0], "会员等级");
    assert_int_equal(model_room_find(model, "orders")->description.source, QN_MODEL_RULE);
    qn_model_free(model);
}

static void descriptions_by_rule_are_plain_and_true(void **state)
{
    struct qn_model *model = model_room_build(&the_room, NULL);
    static const struct {
        const char *table, *column, *text;
    } cases[] = {
        {"orders", "created_at", "When the order was created."},
        {"orders", "status",
         "Status of the order: one of pending, paid, shipped, cancelled, refunded."},
        {"orders", "user_id", "Refers to the user of the order."},
        {"order_items", "id", "Identifies the order item."},
        {"products", "is_active", "Whether the product is active."},
        {"products", "last_updated", "When the product was last updated."},
        {"users", "welcome_sent_at", "When the welcome of the user was sent."},
        {"users", "password_hash", "Secret; never shown."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(
            model_room_find_column(model, cases[i].table, cases[i].column)->description.text,
            cases[i].text);
    }
    assert_string_equal(model_room_find(model, "order_items")->description.text,
                        "Order items, each with its order and product.");
    qn_model_free(model);
    model = model_room_build(&the_room, "zh");
    assert_string_equal(model_room_find_column(model, "orders", "status")->description.text,
                        "订单的状态：pending、paid、shipped、cancelled、refunded。");
    assert_string_equal(model_room_find_column(model, "orders", "user_id")->description.text,
                        "订单引用的用户。");
    qn_model_free(model);
}

static void every_table_and_column_is_described(void **state)
{
    const char *const languages[] = {"en", "zh"};

    (void)state;
    for (size_t l = 0; l < 2; l++) {
        struct qn_model *model = model_room_build(&the_room, languages[l]);

        for (size_t i = 0; i < model->n_tables; i++) {
            assert_true(model->tables[i].description.text[0] != '\0');
            for (size_t c = 0; c < model->tables[i].n_columns; c++) {
                assert_true(model->tables[i].columns[c].description.text[0] != '\0');
            }
        }
        qn_model_free(model);
    }
}

static void names_become_words(void **state)
{
    struct qn_model *model = model_room_build(&the_room, NULL);
    const struct qn_model_table *items = model_room_find(model, "order_items");
    const struct qn_model_column *amount = model_room_find_column(model, "orders", "total_amount");

    (void)state;
    assert_int_equal(items->words.n_en, 2);
    assert_string_equal(items->words.en[0], "order item");
    assert_string_equal(items->words.en[1], "order items");
    assert_string_equal(items->words.zh[0], "订单明细");
    assert_int_equal(amount->words.n_en, 1);
    assert_string_equal(amount->words.en[0], "total amount");
    assert_string_equal(amount->words.zh[0], "总金额");
    assert_int_equal(model_room_find_column(model, "users", "welcome_sent_at")->words.n_zh, 0);
    assert_string_equal(model_room_find_column(model, "products", "is_active")->words.en[0],
                        "active");
    qn_model_free(model);
}

static void references_tell_the_part_they_play(void **state)
{
    struct qn_catalog_table *table = model_room_table(&the_room, "public", "tickets");
    const struct qn_model_column *reporter, *user;
    struct qn_model *model;

    (void)state;
    model_room_column(&the_room, table, "id integer primary");
    model_room_column(&the_room, table, "title text");
    model_room_column(&the_room, table, "reporter_user_id integer");
    model_room_column(&the_room, table, "user_id integer");
    model_room_column(&the_room, table, "opened_at timestamp");
    model_room_relation(&the_room, "tickets", "reporter_user_id", "users");
    model_room_relation(&the_room, "tickets", "user_id", "users");
    model = model_room_build(&the_room, NULL);
    reporter = model_room_find_column(model, "tickets", "reporter_user_id");
    user = model_room_find_column(model, "tickets", "user_id");
    assert_string_equal(reporter->description.text,
                        "Reporter user of the ticket: refers to the user.");
    assert_true(model_room_has_word(reporter->words.en, reporter->words.n_en, "reporter"));
    assert_string_equal(user->description.text, "Refers to the user of the ticket.");
    assert_int_equal(user->words.n_en, 1);
    assert_int_equal(model_room_find(model, "tickets")->purpose, QN_PURPOSE_FACT);
    qn_model_free(model);
}

static const char *expr_of(const struct qn_model *model, const char *name)
{
    for (size_t i = 0; i < model->n_metrics; i++) {
        if (strcmp(model->metrics[i].name, name) == 0) {
            return model->metrics[i].expr;
        }
    }
    return "none";
}

static void facts_have_metrics(void **state)
{
    struct qn_model *model = model_room_build(&the_room, NULL);

    (void)state;
    assert_string_equal(expr_of(model, "order_count"), "count(*)");
    assert_string_equal(expr_of(model, "order_total_amount_sum"), "sum(orders.total_amount)");
    assert_string_equal(expr_of(model, "review_rating_avg"), "avg(reviews.rating)");
    assert_string_equal(expr_of(model, "product_stock_sum"), "none");
    qn_model_free(model);
}

static void names_in_expressions_are_quoted_where_they_must_be(void **state)
{
    struct qn_catalog_table *table = model_room_table(&the_room, "public", "user");
    struct qn_model *model;
    size_t at, column;

    (void)state;
    model_room_column(&the_room, table, "id integer primary");
    model_room_column(&the_room, table, "x numeric")->name = "Total \"net\" amount";
    model_room_column(&the_room, table, "created_at timestamp");
    model = model_room_build(&the_room, NULL);
    assert_string_equal(expr_of(model, "user_total_net_amount_sum"),
                        "sum(\"user\".\"Total \"\"net\"\" amount\")");
    assert_true(qn_model_find_column(model, "\"user\".\"Total \"\"net\"\" amount\"", &at, &column));
    assert_int_equal(column, 1);
    qn_model_free(model);
}

static void relations_are_accepted_by_their_score(void **state)
{
    struct qn_model *model;

    (void)state;
    the_room.relations.items[0].score = 0.79;
    the_room.relations.items[1].score = 0.49;
    model = model_room_build(&the_room, NULL);
    assert_int_equal(model->n_relations, 7);
    assert_int_equal(model->relations[0].verdict, QN_MODEL_SUGGESTED);
    assert_int_equal(model->relations[1].verdict, QN_MODEL_ACCEPTED);
    assert_int_equal(model_room_find_column(model, "order_items", "order_id")->role, QN_ROLE_OTHER);
    qn_model_free(model);
}

static void a_catalogue_alone_is_enough(void **state)
{
    struct qn_model_options options = {NULL, NULL, NULL};
    struct qn_model *model = NULL;

    (void)state;
    assert_int_equal(qn_model_build(&model, &the_room.catalog, NULL, NULL, &options, NULL), QN_OK);
    assert_int_equal(model->n_tables, ROOM_TABLES);
    assert_int_equal(model->n_relations, 0);
    assert_int_equal(model_room_find_column(model, "orders", "user_id")->role, QN_ROLE_OTHER);
    qn_model_free(model);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(columns_have_the_roles_of_their_names_and_keys),
        CASE(numbers_that_name_or_sort_are_never_measures),
        CASE(the_profile_decides_where_names_are_silent),
        CASE(tables_have_their_purpose_label_and_time),
        CASE(the_time_of_the_event_goes_before_times_of_changes),
        CASE(a_table_that_only_changes_has_no_time),
        CASE(two_references_that_are_the_key_make_a_junction),
        CASE(categories_carry_their_values_and_people_none),
        CASE(keys_and_days_of_people_show_no_values_either),
        CASE(unreadable_tables_and_columns_are_left_out),
        CASE(comments_are_shown_as_truth_and_as_plain_text),
        CASE(descriptions_by_rule_are_plain_and_true),
        CASE(every_table_and_column_is_described),
        CASE(names_become_words),
        CASE(references_tell_the_part_they_play),
        CASE(facts_have_metrics),
        CASE(names_in_expressions_are_quoted_where_they_must_be),
        CASE(relations_are_accepted_by_their_score),
        CASE(a_catalogue_alone_is_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
