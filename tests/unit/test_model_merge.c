#include "common/mem.h"
#include "tests/support/model_room.h"
#include "tests/support/torture.h"
#include <stdio.h>
#include <string.h>

static struct model_room the_room;

static int begin(void **state)
{
    model_room_init(&the_room);
    *state = model_room_build(&the_room, NULL);
    return 0;
}

static int end(void **state)
{
    qn_model_free(*state);
    model_room_release(&the_room);
    return 0;
}

static struct qn_span span_of(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

static void merge(struct qn_model *model, const char *json, enum qn_model_source source)
{
    struct qn_err err = {0};

    if (qn_model_merge(model, span_of(json), source, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
}

static void merge_shop_hints(struct qn_model *model)
{
    char *hints = model_room_file(UNIT_DATA "/../../tasks/sample/shop_hints.json", NULL);

    merge(model, hints, QN_MODEL_HINTS);
    qn_free(hints);
}

static const struct qn_model_metric *metric_of(const struct qn_model *model, const char *name)
{
    for (size_t i = 0; i < model->n_metrics; i++) {
        if (strcmp(model->metrics[i].name, name) == 0) {
            return &model->metrics[i];
        }
    }
    return NULL;
}

static const struct qn_model_value *value_of(struct qn_model *model, const char *table,
                                             const char *column, const char *text)
{
    const struct qn_model_column *of = model_room_find_column(model, table, column);

    for (size_t i = 0; i < of->n_values; i++) {
        if (strcmp(of->values[i].text, text) == 0) {
            return &of->values[i];
        }
    }
    return NULL;
}

static void every_member_of_the_shop_hints_is_taken(void **state)
{
    struct qn_model *model = *state;
    const struct qn_model_column *column;
    const struct qn_model_metric *metric;
    const struct qn_model_value *value;

    merge_shop_hints(model);
    assert_int_equal(model->n_warnings, 0);
    assert_string_equal(model->time_zone, "UTC");
    assert_string_equal(model->reference_day, "2025-06-30");
    assert_string_equal(model->week_start, "monday");

    column = model_room_find_column(model, "products", "is_active");
    assert_true(model_room_has_word(column->words.en, column->words.n_en, "on sale"));
    assert_true(model_room_has_word(column->negated.zh, column->negated.n_zh, "停售"));
    value = value_of(model, "orders", "channel", "web");
    assert_non_null(value);
    assert_true(model_room_has_word(value->words.zh, value->words.n_zh, "网站"));
    value = value_of(model, "users", "city", "北京");
    assert_non_null(value);
    assert_string_equal(value->words.en[0], "Beijing");
    assert_true(model_room_find_column(model, "users", "password_hash")->hidden);
    assert_int_equal(model_room_find(model, "orders")->label, 0);
    assert_int_equal(model_room_find(model, "orders")->label_source, QN_MODEL_HINTS);

    metric = metric_of(model, "revenue");
    assert_non_null(metric);
    assert_string_equal(metric->expr, "sum(orders.total_amount)");
    assert_string_equal(metric->filter, "orders.status IN ('paid','shipped')");
    assert_string_equal(metric->time, "orders.created_at");
    assert_string_equal(metric->item_expr, "sum(order_items.quantity * order_items.unit_price)");
    assert_int_equal(metric->n_item_level_for, 2);
    assert_string_equal(metric->item_level_for[1], "categories");
    assert_true(metric->additive);
    assert_int_equal(metric->source, QN_MODEL_HINTS);
    metric = metric_of(model, "cancellation_rate");
    assert_string_equal(metric->unit, "percent");
    assert_string_equal(metric->from, "orders");
    assert_string_equal(metric->filter, "");
    assert_int_equal(model->n_conditions, 4);
    assert_string_equal(model->conditions[0].where, "products.stock = 0");
    assert_string_equal(model->conditions[2].words.zh[1], "五星级");
}

static void hints_define_a_metric_of_a_rule_anew(void **state)
{
    struct qn_model *model = *state;

    assert_int_equal(metric_of(model, "order_count")->source, QN_MODEL_RULE);
    merge_shop_hints(model);
    assert_int_equal(metric_of(model, "order_count")->source, QN_MODEL_HINTS);
    assert_string_equal(metric_of(model, "order_count")->words.en[0], "number of orders");
}

static void merging_twice_is_merging_once(void **state)
{
    struct qn_model *model = *state;
    char *once, *twice;

    merge_shop_hints(model);
    once = model_room_json(model);
    merge_shop_hints(model);
    twice = model_room_json(model);
    assert_string_equal(once, twice);
    qn_free(once);
    qn_free(twice);
}

static void words_of_hints_go_first_and_those_of_rules_stay(void **state)
{
    struct qn_model *model = *state;
    struct qn_model_table *users = model_room_find(model, "users");

    merge(model, "{\"tables\":{\"users\":{\"synonyms\":{\"en\":[\"client\",\"user\"]}}}}",
          QN_MODEL_HINTS);
    assert_int_equal(users->words.n_en, 3);
    assert_string_equal(users->words.en[0], "client");
    assert_string_equal(users->words.en[1], "user");
    assert_string_equal(users->words.en[2], "users");
    merge(model, "{\"tables\":{\"users\":{\"synonyms\":[\"账户\",\"account\"]}}}", QN_MODEL_LLM);
    assert_string_equal(users->words.en[3], "account");
    assert_string_equal(users->words.zh[1], "账户");
}

static void a_person_is_never_gone_over(void **state)
{
    static const char lower[] =
        "{\"tables\":{\"orders\":{\"label\":\"status\",\"time\":\"processed_at\",\"hidden\":false,"
        "\"purpose\":\"lookup\",\"description\":\"theirs\",\"columns\":{\"status\":{"
        "\"role\":\"text\",\"unit\":\"kg\",\"hidden\":false,\"description\":\"theirs\"}}}},"
        "\"reference_day\":\"2020-01-01\",\"metrics\":[{\"name\":\"order_count\",\"expr\":"
        "\"count(orders.id)\",\"description\":\"theirs\"}],"
        "\"relations\":[{\"child_table\":\"orders\",\"child_columns\":[\"user_id\"],"
        "\"parent_table\":\"users\",\"parent_columns\":[\"id\"],\"accepted\":true}]}";
    static const char higher[] =
        "{\"tables\":{\"orders\":{\"label\":\"id\",\"time\":\"\",\"hidden\":true,"
        "\"purpose\":\"fact\",\"description\":\"ours\",\"columns\":{\"status\":{"
        "\"role\":\"flag\",\"unit\":\"m\",\"hidden\":true,\"description\":\"ours\"}}}},"
        "\"reference_day\":\"2025-06-30\",\"metrics\":{\"order_count\":{\"expr\":\"count(*)\","
        "\"from\":\"orders\",\"description\":\"ours\"}},"
        "\"relations\":{\"any\":{\"child_table\":\"orders\",\"child_columns\":[\"user_id\"],"
        "\"parent_table\":\"users\",\"parent_columns\":[\"id\"],\"accepted\":false}}}";
    struct qn_model *model = *state;
    char *before, *after;

    merge(model, lower, QN_MODEL_HINTS);
    assert_int_equal(model_room_find(model, "orders")->time, 6);
    merge(model, higher, QN_MODEL_HUMAN);
    before = model_room_json(model);
    merge(model, lower, QN_MODEL_HINTS);
    after = model_room_json(model);
    assert_string_equal(before, after);
    assert_int_equal(model_room_find(model, "orders")->time, QN_MODEL_NONE);
    assert_string_equal(model_room_find(model, "orders")->description.text, "ours");
    assert_string_equal(metric_of(model, "order_count")->expr, "count(*)");
    qn_free(before);
    qn_free(after);
}

static void who_decided_is_kept_when_a_model_is_stored(void **state)
{
    struct qn_model *model = *state, *again = NULL;
    char *json;

    merge(model, "{\"tables\":{\"orders\":{\"label\":\"status\"}}}", QN_MODEL_HUMAN);
    json = model_room_json(model);
    assert_int_equal(qn_model_from_json(&again, span_of(json), NULL), QN_OK);
    merge(again, "{\"tables\":{\"orders\":{\"label\":\"id\"}}}", QN_MODEL_HINTS);
    assert_int_equal(model_room_find(again, "orders")->label, 2);
    qn_free(json);
    qn_model_free(again);
}

static void hiding_what_the_role_may_not_read_is_no_warning(void **state)
{
    struct qn_model *model;

    (void)state;
    the_room.catalog.tables[ROOM_USERS].columns[1].readable = false; /* email */
    model = model_room_build(&the_room, NULL);
    merge(model, "{\"tables\":{\"users\":{\"hidden\":[\"email\",\"emial\"]}}}", QN_MODEL_HINTS);
    assert_int_equal(model->n_warnings, 1);
    assert_string_equal(model->warnings[0], "tables.users.hidden: no column emial");
    qn_model_free(model);
}

static void what_is_not_there_becomes_a_warning(void **state)
{
    struct qn_model *model = *state;
    static const char *const expected[] = {
        "tables.orders.lable: not known, passed over",
        "tables.nobody: no such table",
        "tables.orders.label: no column nothing",
        "tables.orders.columns.none: no such column",
        "tables.orders.columns.status.values: the data has no lost",
        "metrics.m.time: no column orders.at",
        "m.expr: no column order.total",
        "metrics.n: no such metric, and no expr to make it",
        "conditions: no table shelf, or no where",
        "relations: no table shelf",
    };

    merge(model,
          "{\"tables\":{\"nobody\":{},\"orders\":{\"lable\":\"id\",\"label\":\"nothing\","
          "\"columns\":{\"none\":{},\"status\":{\"values\":{\"lost\":{\"en\":[\"lost\"]}}}}}},"
          "\"metrics\":[{\"name\":\"m\",\"expr\":\"sum(order.total)\",\"time\":\"orders.at\"},"
          "{\"name\":\"n\"}],\"conditions\":[{\"table\":\"shelf\",\"where\":\"1=1\"}],"
          "\"relations\":[{\"child_table\":\"shelf\"}]}",
          QN_MODEL_HINTS);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        if (!model_room_has_word(model->warnings, model->n_warnings, expected[i])) {
            fail_msg("no warning: %s; first: %s", expected[i], model->warnings[0]);
        }
    }
    assert_int_equal(model->n_warnings, sizeof(expected) / sizeof(expected[0]));
}

static void a_value_that_is_null_is_as_if_left_out(void **state)
{
    struct qn_model *model = *state;
    size_t values = model_room_find_column(model, "orders", "status")->n_values;

    merge(model,
          "{\"tables\":{\"orders\":{\"columns\":{\"status\":{\"values\":{\"lost\":null}}}}}}",
          QN_MODEL_HUMAN);
    assert_int_equal(model_room_find_column(model, "orders", "status")->n_values, values);
    assert_null(value_of(model, "orders", "status", "lost"));
    assert_int_equal(model->n_warnings, 0);
}

static void a_wrong_type_is_refused_with_its_place_and_changes_nothing(void **state)
{
    static const struct {
        const char *json, *says;
    } cases[] = {
        {"[1]", "an object is expected"},
        {"{\"format\":\"nlq-hints/2\"}", "format: nlq-hints/1 is expected"},
        {"{\"unknown\":1,\"tables\":{\"orders\":{\"columns\":{\"status\":{\"values\":[]}}}}}",
         "tables.orders.columns.status.values: an object is expected"},
        {"{\"tables\":{\"orders\":{\"label\":1}}}", "tables.orders.label: a text is expected"},
        {"{\"tables\":{\"orders\":{\"synonyms\":{\"en\":\"x\"}}}}",
         "tables.orders.synonyms.en: a list is expected"},
        {"{\"tables\":{\"orders\":{\"synonyms\":[1]}}}",
         "tables.orders.synonyms.0: a text is expected"},
        {"{\"tables\":{\"orders\":{\"hidden\":\"id\"}}}",
         "tables.orders.hidden: true, false or a list of columns is expected"},
        {"{\"metrics\":[{\"additive\":1}]}", "metrics.0.additive: true or false is expected"},
        {"{\"reference_day\":\"30.06.2025\"}", "reference_day: a day like 2025-06-30 is expected"},
        {"{\"week_start\":\"Mon\"}",
         "week_start: one of these is expected: monday tuesday wednesday thursday friday saturday "
         "sunday"},
        {"{\"tables\":{\"orders\":{\"purpose\":\"facts\"}}}",
         "tables.orders.purpose: one of these is expected: other fact dimension lookup junction"},
    };
    struct qn_model *model = *state;
    char *before = model_room_json(model), *after;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct qn_err err = {0};

        assert_int_equal(qn_model_merge(model, span_of(cases[i].json), QN_MODEL_HUMAN, &err),
                         QN_EINVAL);
        assert_string_equal(err.msg, cases[i].says);
        assert_int_equal(qn_model_check_layer(span_of(cases[i].json), NULL), QN_EINVAL);
    }
    after = model_room_json(model);
    assert_string_equal(before, after);
    qn_free(before);
    qn_free(after);
}

static void a_name_that_is_too_long_is_refused(void **state)
{
    char json[6000], name[4500];
    struct qn_err err = {0};

    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    snprintf(json, sizeof(json), "{\"tables\":{\"%s\":{}}}", name);
    assert_int_equal(qn_model_merge(*state, span_of(json), QN_MODEL_HUMAN, &err), QN_EINVAL);
    name[QN_MODEL_TEXT_MAX + 1] = '\0';
    snprintf(json, sizeof(json), "{\"metrics\":{\"%s\":{\"expr\":\"1\"}}}", name);
    assert_int_equal(qn_model_merge(*state, span_of(json), QN_MODEL_HUMAN, &err), QN_EINVAL);
    name[QN_MODEL_TEXT_MAX] = '\0';
    snprintf(json, sizeof(json), "{\"metrics\":{\"%s\":{\"expr\":\"1\"}}}", name);
    assert_int_equal(qn_model_merge(*state, span_of(json), QN_MODEL_HUMAN, &err), QN_OK);
}

static void a_table_of_several_schemas_needs_its_schema(void **state)
{
    struct qn_catalog_table *other = model_room_table(&the_room, "shadow", "orders");
    struct qn_model *model;

    (void)state;
    model_room_column(&the_room, other, "id integer primary");
    model = model_room_build(&the_room, NULL);
    merge(model, "{\"tables\":{\"orders\":{\"hidden\":true}}}", QN_MODEL_HINTS);
    assert_int_equal(model->n_warnings, 1);
    assert_string_equal(model->warnings[0],
                        "tables.orders: several schemas have it; write schema.table");
    merge(model, "{\"tables\":{\"shadow.orders\":{\"hidden\":true}}}", QN_MODEL_HINTS);
    assert_int_equal(model->n_warnings, 1);
    assert_true(model->tables[qn_model_table(model, "shadow", "orders")].hidden);
    assert_false(model->tables[qn_model_table(model, "public", "orders")].hidden);
    qn_model_free(model);
}

static const char added[] =
    "{\"relations\":[{\"child_table\":\"orders\",\"child_columns\":[\"channel\"],"
    "\"parent_table\":\"public.categories\",\"parent_columns\":[\"name\"],\"accepted\":true}]}";
static const char refused[] =
    "{\"relations\":[{\"child_table\":\"reviews\",\"child_columns\":[\"product_id\"],"
    "\"parent_table\":\"products\",\"parent_columns\":[\"id\"],\"accepted\":false}]}";

static void relations_are_added_and_refused_by_people(void **state)
{
    struct qn_model *model = *state;
    size_t n = model->n_relations;
    const struct qn_model_relation *relation;

    merge(model, added, QN_MODEL_HUMAN);
    assert_int_equal(model->n_relations, n + 1);
    relation = &model->relations[n];
    assert_int_equal(relation->verdict, QN_MODEL_ACCEPTED);
    assert_int_equal(relation->decided, QN_MODEL_HUMAN);
    assert_int_equal(model_room_find_column(model, "orders", "channel")->role, QN_ROLE_FOREIGN);
    merge(model, refused, QN_MODEL_HUMAN);
    assert_int_equal(model->n_relations, n + 1);
    assert_int_equal(model->relations[5].verdict, QN_MODEL_REJECTED);
    assert_int_equal(model_room_find_column(model, "reviews", "product_id")->role, QN_ROLE_OTHER);
}

static void metrics_and_conditions_can_be_taken_away(void **state)
{
    struct qn_model *model = *state;

    merge_shop_hints(model);
    merge(model,
          "{\"metrics\":{\"revenue\":{\"accepted\":false}},\"conditions\":[{\"table\":\"products\","
          "\"where\":\"products.stock = 0\",\"accepted\":false}]}",
          QN_MODEL_HUMAN);
    assert_null(metric_of(model, "revenue"));
    assert_non_null(metric_of(model, "units_sold"));
    assert_int_equal(model->n_conditions, 3);
}

static void names_are_found_as_people_and_sql_write_them(void **state)
{
    struct qn_catalog_table *table = model_room_table(&the_room, "public", "a.b \"c\"");
    struct qn_model *model;
    size_t at, column;

    (void)state;
    model_room_column(&the_room, table, "x.y text");
    model = model_room_build(&the_room, NULL);
    assert_true(qn_model_find_column(model, "orders.status", &at, &column));
    assert_true(qn_model_find_column(model, "public.orders.status", &at, &column));
    assert_true(qn_model_find_column(model, "\"public\".\"orders\".status", &at, &column));
    assert_string_equal(model->tables[at].name, "orders");
    assert_int_equal(column, 2);
    assert_true(qn_model_find_column(model, "\"a.b \"\"c\"\"\".\"x.y\"", &at, &column));
    assert_true(qn_model_find_column(model, "a.b \"c\".x.y", &at, &column));
    assert_true(qn_model_find_table(model, "a.b \"c\"", NULL) != QN_MODEL_NONE);
    assert_false(qn_model_find_column(model, "orders", &at, &column));
    assert_false(qn_model_find_column(model, "\"orders.status", &at, &column));
    assert_false(qn_model_find_column(model, "shadow.orders.status", &at, &column));
    assert_false(qn_model_find_column(model, "", &at, &column));
    qn_model_free(model);
}

static char *the_hints;

static int merges(void)
{
    struct qn_model_options options = {"shop", "UTC", "en"};
    struct qn_model *model = NULL;
    int rc = qn_model_build(&model, &the_room.catalog, the_room.profiles, &the_room.relations,
                            &options, NULL);

    if (rc == QN_OK) {
        rc = qn_model_merge(model, span_of(the_hints), QN_MODEL_HINTS, NULL);
    }
    if (rc == QN_OK) {
        rc = qn_model_seal(model, NULL);
    }
    qn_model_free(model);
    return rc;
}

static void building_and_merging_survive_failing_memory(void **state)
{
    (void)state;
    the_hints = model_room_file(UNIT_DATA "/../../tasks/sample/shop_hints.json", NULL);
    torture(merges);
    qn_free(the_hints);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_member_of_the_shop_hints_is_taken, begin, end),
        cmocka_unit_test_setup_teardown(hints_define_a_metric_of_a_rule_anew, begin, end),
        cmocka_unit_test_setup_teardown(merging_twice_is_merging_once, begin, end),
        cmocka_unit_test_setup_teardown(a_value_that_is_null_is_as_if_left_out, begin, end),
        cmocka_unit_test_setup_teardown(words_of_hints_go_first_and_those_of_rules_stay, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_person_is_never_gone_over, begin, end),
        cmocka_unit_test_setup_teardown(who_decided_is_kept_when_a_model_is_stored, begin, end),
        cmocka_unit_test_setup_teardown(hiding_what_the_role_may_not_read_is_no_warning, begin,
                                        end),
        cmocka_unit_test_setup_teardown(what_is_not_there_becomes_a_warning, begin, end),
        cmocka_unit_test_setup_teardown(a_wrong_type_is_refused_with_its_place_and_changes_nothing,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_name_that_is_too_long_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_table_of_several_schemas_needs_its_schema, begin, end),
        cmocka_unit_test_setup_teardown(relations_are_added_and_refused_by_people, begin, end),
        cmocka_unit_test_setup_teardown(metrics_and_conditions_can_be_taken_away, begin, end),
        cmocka_unit_test_setup_teardown(names_are_found_as_people_and_sql_write_them, begin, end),
        cmocka_unit_test_setup_teardown(building_and_merging_survive_failing_memory, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
