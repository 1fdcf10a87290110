#include "common/json.h"
#include "common/mem.h"
#include "tasks/lib/model/model_diff.h"
#include "tests/support/model_room.h"
#include "tests/support/torture.h"
#include <string.h>

#define NOTHING "{\"added\":[],\"removed\":[],\"changed\":[]}"

static struct model_room the_room, the_other;

static int begin(void **state)
{
    (void)state;
    model_room_init(&the_room);
    model_room_init(&the_other);
    return 0;
}

static int end(void **state)
{
    (void)state;
    model_room_release(&the_room);
    model_room_release(&the_other);
    return 0;
}

static char *diff_of(const struct qn_model *from, const struct qn_model *to)
{
    struct qn_buf out;

    qn_buf_init(&out, QN_MODEL_BYTES_MAX);
    assert_int_equal(qn_model_diff(from, to, &out), QN_OK);
    assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
    return qn_buf_steal(&out, NULL);
}

static void same(const char *text, const char *expected)
{
    if (strcmp(text, expected) != 0) {
        fail_msg("%s\n!= %s", text, expected);
    }
}

static void merge(struct qn_model *model, const char *json)
{
    struct qn_err err = {0};

    if (qn_model_merge(model, (struct qn_span){json, strlen(json)}, QN_MODEL_HUMAN, &err) !=
        QN_OK) {
        fail_msg("%s", err.msg);
    }
}

static void sizes_shares_and_order_are_no_change(void **state)
{
    struct qn_model *one = model_room_build(&the_room, NULL);
    struct qn_model *other = model_room_build(&the_room, NULL);
    struct qn_model_relation first = other->relations[0];
    struct qn_model_metric metric = other->metrics[0];
    char *text;

    (void)state;
    model_room_find(other, "orders")->rows = 12345;
    model_room_find_column(other, "orders", "status")->values[0].share = 0.5;
    model_room_find_column(other, "orders", "status")->distinct = 5;
    model_room_find_column(other, "orders", "created_at")->max = "2025-06-30";
    other->relations[0] = other->relations[4];
    other->relations[4] = first;
    other->relations[0].score = 0.91;
    other->metrics[0] = other->metrics[2];
    other->metrics[2] = metric;
    other->version = 8;
    text = diff_of(one, other);
    same(text, NOTHING);
    qn_free(text);
    qn_model_free(one);
    qn_model_free(other);
}

static void what_was_added_removed_and_changed_is_named(void **state)
{
    struct qn_model *one, *other;
    char *text;

    (void)state;
    model_room_column(&the_other, &the_other.catalog.tables[ROOM_ORDERS], "note text");
    model_room_table(&the_other, "public", "zebras");
    model_room_table(&the_room, "public", "aardvarks");
    the_other.relations.n--;
    one = model_room_build(&the_room, NULL);
    other = model_room_build(&the_other, NULL);
    text = diff_of(one, other);
    same(text,
         "{\"added\":[\"tables.orders.columns.note\",\"tables.zebras\"],"
         "\"removed\":[\"tables.aardvarks\","
         "\"relations.user_events(product_id) -> products(id)\"],"
         "\"changed\":[{\"what\":\"tables.user_events.description\","
         "\"from\":{\"text\":\"User events, each with its user and product.\",\"source\":\"rule\"},"
         "\"to\":{\"text\":\"User events, each with its user.\",\"source\":\"rule\"}},"
         "{\"what\":\"tables.user_events.columns.product_id.role\",\"from\":\"foreign_key\","
         "\"to\":\"other\"},"
         "{\"what\":\"tables.user_events.columns.product_id.description\","
         "\"from\":{\"text\":\"Refers to the product of the user event.\",\"source\":\"rule\"},"
         "\"to\":{\"text\":\"Product id of the user event.\",\"source\":\"rule\"}}]}");
    qn_free(text);
    qn_model_free(one);
    qn_model_free(other);
}

static void edits_are_told_field_by_field(void **state)
{
    struct qn_model *one = model_room_build(&the_room, NULL);
    struct qn_model *other = model_room_build(&the_room, NULL);
    char *text;

    (void)state;
    merge(other, "{\"tables\":{\"orders\":{\"label\":\"status\",\"columns\":{"
                 "\"channel\":{\"values\":{\"app\":{\"zh\":[\"应用\"]}}}}},"
                 "\"reviews\":{\"hidden\":true,\"columns\":{\"rating\":{\"description\":\"x\"}}},"
                 "\"users\":{\"columns\":{\"level\":{\"hidden\":true,\"description\":\"x\"}}}},"
                 "\"week_start\":\"sunday\",\"metrics\":[{\"name\":\"order_count\","
                 "\"expr\":\"count(orders.id)\"}],\"relations\":[{\"child_table\":\"orders\","
                 "\"child_columns\":[\"user_id\"],\"parent_table\":\"users\","
                 "\"parent_columns\":[\"id\"],\"accepted\":false}]}");
    text = diff_of(one, other);
    assert_non_null(
        strstr(text, "{\"what\":\"week_start\",\"from\":\"monday\",\"to\":\"sunday\"}"));
    assert_non_null(
        strstr(text, "{\"what\":\"tables.orders.label\",\"from\":\"id\",\"to\":\"status\"}"));
    assert_non_null(strstr(
        text, "{\"what\":\"tables.orders.label_source\",\"from\":\"rule\",\"to\":\"human\"}"));
    assert_non_null(
        strstr(text, "{\"what\":\"tables.reviews.hidden\",\"from\":false,\"to\":true}"));
    assert_non_null(strstr(
        text, "{\"what\":\"tables.users.columns.level.hidden\",\"from\":false,\"to\":true}"));
    assert_null(strstr(text, "level.description"));
    assert_null(strstr(text, "rating.description"));
    assert_non_null(strstr(text, "{\"what\":\"tables.orders.columns.channel.values\",\"from\":["));
    assert_non_null(strstr(text, "{\"what\":\"metrics.order_count.expr\",\"from\":\"count(*)\","
                                 "\"to\":\"count(orders.id)\"}"));
    assert_non_null(strstr(text, "{\"what\":\"relations.orders(user_id) -> users(id).verdict\","
                                 "\"from\":\"accepted\",\"to\":\"rejected\"}"));
    qn_free(text);
    qn_model_free(one);
    qn_model_free(other);
}

static struct qn_model *model_one, *model_other;

static int compares(void)
{
    struct qn_buf out;
    int rc;

    qn_buf_init(&out, QN_MODEL_BYTES_MAX);
    rc = qn_model_diff(model_one, model_other, &out);
    qn_buf_release(&out);
    return rc;
}

static void comparing_survives_failing_memory(void **state)
{
    (void)state;
    model_room_column(&the_other, &the_other.catalog.tables[ROOM_ORDERS], "note text");
    model_one = model_room_build(&the_room, NULL);
    model_other = model_room_build(&the_other, "zh");
    torture(compares);
    qn_model_free(model_one);
    qn_model_free(model_other);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(sizes_shares_and_order_are_no_change),
        CASE(what_was_added_removed_and_changed_is_named),
        CASE(edits_are_told_field_by_field),
        CASE(comparing_survives_failing_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
