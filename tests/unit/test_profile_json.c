#include "common/json.h"
#include "tasks/lib/profile/gather.h"
#include "tasks/lib/profile/profile.h"
#include "tests/support/torture.h"
#include <math.h>
#include <string.h>

#define JSON_MAX ((size_t)1 << 20)

static struct qn_catalog_column columns[] = {
    {.name = "id"}, {.name = "say \"hi\"\n"}, {.name = ""}, {.name = "last"}};
static const struct qn_catalog_table table = {
    .schema = "public", .name = "a \"table\"", .columns = columns, .n_columns = 4};

static struct qn_span span(const struct qn_buf *text)
{
    return (struct qn_span){text->data, text->len};
}

/* A profile with everything in it. */
static struct qn_profile_table full(struct qn_profile_column of[4])
{
    static struct qn_profile_value values[] = {{"x", 0.1}, {"a \\ \"quote\"", 1.0 / 3}, {"", NAN}};

    for (size_t i = 0; i < 4; i++) {
        qn_profile_column_init(&of[i]);
    }
    of[0].tier = QN_PROFILE_EXACT;
    of[0].nulls = 0;
    of[0].distinct = 9007199254740993.0;
    of[0].low = -1e300;
    of[0].high = 0.1;
    of[0].quartile[0] = 1;
    of[0].quartile[1] = 1e-9;
    of[0].quartile[2] = 123456789.125;
    of[0].binned = true;
    of[0].bins[3] = 0.7;
    of[0].all_unique = true;
    of[1].tier = QN_PROFILE_SAMPLED;
    of[1].shape = QN_SHAPE_PROSE;
    of[1].pii = QN_PII_SECRET;
    of[1].alerts = (1U << QN_ALERTS) - 1;
    of[1].min = "\x01";
    of[1].max = "z";
    of[1].top = values;
    of[1].n_top = 3;
    of[1].top_is_all = true;
    of[3].tier = QN_PROFILE_STATISTICS;
    return (struct qn_profile_table){.tier = QN_PROFILE_SAMPLED,
                                     .asked = QN_PROFILE_EXACT,
                                     .trouble = "no time",
                                     .rows = 1e7,
                                     .seen = 50000,
                                     .ms = 12,
                                     .columns = of,
                                     .n_columns = 4};
}

static void a_profile_comes_back_byte_for_byte(void **state)
{
    struct qn_profile_column of[4];
    struct qn_profile_table profile = full(of), back;
    struct qn_buf first, second;
    struct qn_arena arena;

    (void)state;
    qn_buf_init(&first, JSON_MAX);
    qn_buf_init(&second, JSON_MAX);
    qn_arena_init(&arena, JSON_MAX);
    assert_int_equal(qn_profile_to_json(&profile, &table, &first), QN_OK);
    assert_int_equal(qn_json_check(first.data, first.len, NULL, NULL), QN_OK);
    assert_int_equal(qn_profile_from_json(&back, &arena, &table, span(&first), NULL), QN_OK);
    assert_int_equal(qn_profile_to_json(&back, &table, &second), QN_OK);
    assert_string_equal(first.data, second.data);
    assert_true(back.columns[0].low == -1e300 && back.columns[0].distinct == of[0].distinct);
    assert_true(isnan(back.columns[0].mean));
    assert_int_equal(back.columns[1].alerts, of[1].alerts);
    assert_string_equal(back.columns[1].top[1].text, "a \\ \"quote\"");
    assert_int_equal(back.columns[2].tier, QN_PROFILE_NONE);
    qn_arena_release(&arena);
    qn_buf_release(&first);
    qn_buf_release(&second);
}

static void columns_are_found_by_name_in_a_table_that_changed(void **state)
{
    static const char json[] =
        "{\"tier\":\"exact\",\"rows\":3,\"columns\":[{\"name\":\"gone\",\"tier\":\"exact\"},"
        "{\"name\":\"last\",\"tier\":\"exact\",\"distinct\":2,\"alerts\":[\"no such\",\"zeros\"]},"
        "{\"name\":\"id\",\"tier\":\"no such\",\"distinct\":1}]}";
    struct qn_profile_table back;
    struct qn_arena arena;

    (void)state;
    qn_arena_init(&arena, JSON_MAX);
    assert_int_equal(
        qn_profile_from_json(&back, &arena, &table, (struct qn_span){json, strlen(json)}, NULL),
        QN_OK);
    assert_int_equal(back.n_columns, 4);
    assert_int_equal(back.columns[0].tier, QN_PROFILE_NONE);
    assert_int_equal(back.columns[3].tier, QN_PROFILE_EXACT);
    assert_true(back.columns[3].distinct == 2);
    assert_int_equal(back.columns[3].alerts, 1U << QN_ALERT_ZEROS);
    assert_string_equal(back.trouble, "");
    qn_arena_release(&arena);
}

static void what_is_no_profile_is_refused(void **state)
{
    static const char *const texts[] = {
        "", "{", "[]", "1", "{}", "{\"columns\":1}", "{\"columns\":[1]}", "{\"columns\":[[]]}"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct qn_profile_table back;
        struct qn_arena arena;
        struct qn_err err = {.msg = ""};

        qn_arena_init(&arena, JSON_MAX);
        assert_int_equal(qn_profile_from_json(&back, &arena, &table,
                                              (struct qn_span){texts[i], strlen(texts[i])}, &err),
                         QN_EINVAL);
        assert_true(err.msg[0] != '\0');
        qn_arena_release(&arena);
    }
}

static int round_scenario(void)
{
    struct qn_profile_column of[4];
    struct qn_profile_table profile = full(of), back;
    struct qn_arena arena;
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, JSON_MAX);
    qn_arena_init(&arena, JSON_MAX);
    rc = qn_profile_to_json(&profile, &table, &json);
    if (rc == QN_OK) {
        rc = qn_profile_from_json(&back, &arena, &table, span(&json), NULL);
    }
    qn_arena_release(&arena);
    qn_buf_release(&json);
    return rc;
}

static void a_lack_of_memory_is_told_and_leaves_nothing(void **state)
{
    (void)state;
    torture(round_scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_comes_back_byte_for_byte),
        cmocka_unit_test(columns_are_found_by_name_in_a_table_that_changed),
        cmocka_unit_test(what_is_no_profile_is_refused),
        cmocka_unit_test(a_lack_of_memory_is_told_and_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
