#include "tasks/lib/model/model_hidden.h"
#include "tests/support/model_room.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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

static void hide(struct qn_model *model, const char *json)
{
    struct qn_err err = {0};

    if (qn_model_merge(model, (struct qn_span){json, strlen(json)}, QN_MODEL_HUMAN, &err) !=
            QN_OK ||
        qn_model_seal(model, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
}

static bool has_metric(const struct qn_model *model, const char *expr)
{
    for (size_t i = 0; i < model->n_metrics; i++) {
        if (strcmp(model->metrics[i].expr, expr) == 0) {
            return true;
        }
    }
    return false;
}

static void a_hidden_column_keeps_its_name_and_loses_its_values(void **state)
{
    struct qn_model *model = *state;
    const struct qn_model_column *status = model_room_find_column(model, "orders", "status");

    assert_int_equal(status->n_values > 0, true);
    hide(model, "{\"tables\":{\"orders\":{\"columns\":{\"status\":{\"hidden\":true,"
                "\"values\":{\"pending\":[\"open\"]}}}}}}");
    status = model_room_find_column(model, "orders", "status");
    assert_true(status->hidden);
    assert_int_equal(status->n_values, 0);
    assert_string_equal(status->min, "");
    assert_null(strstr(status->description.text, "pending"));
}

static void what_rules_make_of_a_hidden_column_goes_with_it(void **state)
{
    struct qn_model *model = *state;
    size_t relations = model->n_relations;

    assert_true(has_metric(model, "sum(orders.total_amount)"));
    hide(model, "{\"tables\":{\"orders\":{\"hidden\":[\"total_amount\",\"created_at\","
                "\"user_id\"]},\"products\":{\"label\":\"name\",\"hidden\":[\"name\"]}}}");
    assert_false(has_metric(model, "sum(orders.total_amount)"));
    assert_true(has_metric(model, "count(*)"));
    assert_int_equal(model_room_find(model, "orders")->time, QN_MODEL_NONE);
    assert_int_equal(model_room_find(model, "products")->label, QN_MODEL_NONE);
    assert_int_equal(model->n_relations, relations - 1);
    for (size_t i = 0; i < model->n_metrics; i++) {
        assert_string_not_equal(model->metrics[i].time, "orders.created_at");
    }
}

static void a_hidden_table_tells_nothing_of_its_columns(void **state)
{
    struct qn_model *model = *state;

    hide(model, "{\"tables\":{\"orders\":{\"hidden\":true}}}");
    assert_int_equal(model_room_find_column(model, "orders", "status")->n_values, 0);
    for (size_t i = 0; i < model->n_metrics; i++) {
        assert_string_not_equal(model->metrics[i].from, "orders");
    }
    for (size_t i = 0; i < model->n_relations; i++) {
        assert_string_not_equal(model->tables[model->relations[i].child].name, "orders");
        assert_string_not_equal(model->tables[model->relations[i].parent].name, "orders");
    }
}

static void what_the_catalogue_hides_is_in_the_model_and_no_layer_shows_it(void **state)
{
    struct qn_catalog_table *orders = &the_room.catalog.tables[ROOM_ORDERS];
    struct qn_catalog_column *status = &orders->columns[qn_catalog_column(orders, "status")];
    struct qn_model *model;

    (void)state;
    status->readable = false;
    status->hidden = status->hidden_for_good = true;
    model = model_room_build(&the_room, NULL);
    assert_true(model_room_find_column(model, "orders", "status")->hidden);
    assert_true(isnan(model_room_find_column(model, "orders", "status")->distinct));
    hide(model, "{\"tables\":{\"orders\":{\"columns\":{\"status\":{\"hidden\":false}}}}}");
    assert_true(model_room_find_column(model, "orders", "status")->hidden);
    assert_int_equal(model->n_warnings, 1);
    qn_model_free(model);
}

static void a_model_hides_more_when_something_was_shown_before(void **state)
{
    struct qn_model *model = *state, *before = model_room_build(&the_room, NULL);

    assert_false(qn_model_hides_more(model, before));
    assert_true(qn_model_hides_more(model, NULL)); /* a password is hidden from the start */
    hide(model, "{\"tables\":{\"orders\":{\"hidden\":[\"status\"]}}}");
    assert_true(qn_model_hides_more(model, before));
    assert_false(qn_model_hides_more(before, model));
    qn_model_free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_hidden_column_keeps_its_name_and_loses_its_values, begin,
                                        end),
        cmocka_unit_test_setup_teardown(what_rules_make_of_a_hidden_column_goes_with_it, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_hidden_table_tells_nothing_of_its_columns, begin, end),
        cmocka_unit_test_setup_teardown(
            what_the_catalogue_hides_is_in_the_model_and_no_layer_shows_it, begin, end),
        cmocka_unit_test_setup_teardown(a_model_hides_more_when_something_was_shown_before, begin,
                                        end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
