#include "common/json.h"
#include "common/mem.h"
#include "tests/support/model_room.h"
#include "tests/support/torture.h"
#include <string.h>

#define HEAD                                                                           \
    "{\"format\":\"quern-model/1\",\"version\":3,\"state\":\"draft\",\"hash\":\"ab\"," \
    "\"datasource\":\"shop\",\"database\":\"shop\""
#define TABLE(name, more)                                                                       \
    "{\"schema\":\"public\",\"name\":\"" name "\",\"kind\":\"table\","                          \
    "\"purpose\":\"other\",\"columns\":[{\"name\":\"a\",\"type\":\"text\",\"family\":\"text\"," \
    "\"role\":\"other\"}]" more "}"
#define TAIL                     ",\"metrics\":[],\"conditions\":[],\"warnings\":[]}"
#define WHOLE(tables, relations) HEAD ",\"tables\":[" tables "],\"relations\":[" relations "]" TAIL

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

static struct qn_span span_of(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

static struct qn_model *with_hints(const char *language)
{
    struct qn_model *model = model_room_build(&the_room, language);
    struct qn_err err = {0};
    size_t len;
    char *hints = model_room_file(UNIT_DATA "/../../tasks/sample/shop_hints.json", &len);

    if (qn_model_merge(model, (struct qn_span){hints, len}, QN_MODEL_HINTS, &err) != QN_OK ||
        qn_model_seal(model, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
    qn_free(hints);
    return model;
}

static struct qn_model *read_back(const char *json)
{
    struct qn_model *model = NULL;
    struct qn_err err = {0};

    if (qn_model_from_json(&model, span_of(json), &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
    return model;
}

static void a_model_reads_back_byte_for_byte(void **state)
{
    const char *const languages[] = {"en", "zh"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct qn_model *model = with_hints(languages[i]), *again;
        char *first, *second;

        model->version = 7;
        model->approved = true;
        first = model_room_json(model);
        again = read_back(first);
        second = model_room_json(again);
        assert_string_equal(first, second);
        assert_int_equal(again->version, 7);
        assert_true(again->approved);
        assert_string_equal(again->hash, model->hash);
        qn_free(first);
        qn_free(second);
        qn_model_free(again);
        qn_model_free(model);
    }
}

static void the_hash_is_of_the_meaning(void **state)
{
    struct qn_model *model = with_hints("en");
    struct qn_model_column *status = model_room_find_column(model, "orders", "status");
    char hash[QN_CATALOG_HASH_SIZE];

    (void)state;
    memcpy(hash, model->hash, sizeof(hash));
    assert_int_equal(strlen(hash), 64);
    model->version = 9;
    model->approved = true;
    model_room_find(model, "orders")->rows = 4711;
    status->distinct = 12;
    status->values[0].share = 0.25;
    assert_int_equal(qn_model_seal(model, NULL), QN_OK);
    assert_string_equal(model->hash, hash);
    status->hidden = true;
    assert_int_equal(qn_model_seal(model, NULL), QN_OK);
    assert_string_not_equal(model->hash, hash);
    qn_model_free(model);
}

/* Samples come and go with the rows that a scan met; words for them stay. */
static void samples_are_no_part_of_the_hash(void **state)
{
    struct qn_model *model = with_hints("en");
    struct qn_model_column *city = model_room_find_column(model, "users", "city");
    char hash[QN_CATALOG_HASH_SIZE];
    struct qn_model_value more[64];

    (void)state;
    memcpy(hash, model->hash, sizeof(hash));
    memcpy(more, city->values, city->n_values * sizeof(*more));
    more[city->n_values] = (struct qn_model_value){.text = "Oslo"};
    city->values = more;
    city->n_values++;
    assert_int_equal(qn_model_seal(model, NULL), QN_OK);
    assert_string_equal(model->hash, hash);
    city->values_complete = true;
    assert_int_equal(qn_model_seal(model, NULL), QN_OK);
    assert_string_not_equal(model->hash, hash);
    qn_model_free(model);
}

static void hostile_names_and_texts_read_back(void **state)
{
    static const char *const names[] = {"a\"b", "a\\b", "x.y", "--> |```", "行\n\t1", "$$;DROP"};
    struct qn_catalog_table *table = model_room_table(&the_room, "public", "z \"'\n{}");
    struct qn_model *model, *again;
    char *first, *second;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        model_room_column(&the_room, table, "x text")->name = names[i];
        table->columns[i].comment = "bad\x01 \xff\xe2\x80\xae```\n\"";
    }
    model = model_room_build(&the_room, NULL);
    first = model_room_json(model);
    assert_int_equal(qn_json_check(first, strlen(first), NULL, NULL), QN_OK);
    again = read_back(first);
    second = model_room_json(again);
    assert_string_equal(first, second);
    assert_string_equal(model_room_find(again, "z \"'\n{}")->columns[4].name, names[4]);
    assert_string_equal(model_room_find(again, "z \"'\n{}")->columns[4].description.text,
                        "bad \xef\xbf\xbd ``` \"");
    qn_free(first);
    qn_free(second);
    qn_model_free(again);
    qn_model_free(model);
}

static void what_is_no_model_is_refused_with_the_place(void **state)
{
    static const struct {
        const char *json, *says;
    } cases[] = {
        {"[]", "an object is expected"},
        {"{}", "format: is missing"},
        {"{\"format\":\"quern-model/2\"}", "format: quern-model/1 is expected"},
        {HEAD "}", "tables: is missing"},
        {HEAD ",\"more\":1}", "more: no such member"},
        {WHOLE(TABLE("b", "") "," TABLE("a", ""), ""), "tables: not in the order of their names"},
        {WHOLE(TABLE("a", "") "," TABLE("a", ""), ""), "tables: not in the order of their names"},
        {WHOLE(TABLE("a", ",\"label\":\"b\""), ""), "tables.0.label: the table has no such column"},
        {WHOLE(TABLE("a", ",\"keys\":[{\"columns\":[\"b\"]}]"), ""),
         "tables.0.keys.0.columns.0: the table has no such column"},
        {WHOLE(TABLE("a", ",\"hidden\":1"), ""), "tables.0.hidden: true or false is expected"},
        {WHOLE(TABLE("a", ",\"kind_\":1"), ""), "tables.0.kind_: no such member"},
        {WHOLE(TABLE("a", ",\"label_source\":\"me\""), ""), "tables.0.label_source: no such word"},
        {WHOLE(TABLE("a", ""), "{}"), "relations.0.child_schema: is missing"},
        {WHOLE(TABLE("a", ""),
               "{\"child_schema\":\"public\",\"child_table\":\"a\",\"child_columns\":[\"a\"],"
               "\"parent_schema\":\"public\",\"parent_table\":\"b\",\"parent_columns\":[\"a\"],"
               "\"source\":\"inferred\",\"verdict\":\"accepted\"}"),
         "relations.0: no such tables and columns"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct qn_model *model = NULL;
        struct qn_err err = {0};

        assert_int_equal(qn_model_from_json(&model, span_of(cases[i].json), &err), QN_EINVAL);
        assert_string_equal(err.msg, cases[i].says);
        assert_null(model);
    }
}

static void two_columns_of_one_name_are_refused(void **state)
{
    struct qn_catalog_table *table = model_room_table(&the_room, "public", "twice");
    struct qn_model *model, *again = NULL;
    struct qn_err err = {0};
    char *json;

    (void)state;
    model_room_column(&the_room, table, "a text");
    model_room_column(&the_room, table, "a text");
    model = model_room_build(&the_room, NULL);
    json = model_room_json(model);
    assert_int_equal(qn_model_from_json(&again, span_of(json), &err), QN_EINVAL);
    qn_free(json);
    qn_model_free(model);
}

static char *the_json;

static int reads(void)
{
    struct qn_model *model = NULL;
    int rc = qn_model_from_json(&model, span_of(the_json), NULL);

    qn_model_free(model);
    return rc;
}

static void reading_survives_failing_memory(void **state)
{
    struct qn_model *model = with_hints("en");

    (void)state;
    the_json = model_room_json(model);
    qn_model_free(model);
    torture(reads);
    qn_free(the_json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_model_reads_back_byte_for_byte, begin, end),
        cmocka_unit_test_setup_teardown(the_hash_is_of_the_meaning, begin, end),
        cmocka_unit_test_setup_teardown(samples_are_no_part_of_the_hash, begin, end),
        cmocka_unit_test_setup_teardown(hostile_names_and_texts_read_back, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_model_is_refused_with_the_place, begin, end),
        cmocka_unit_test_setup_teardown(two_columns_of_one_name_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(reading_survives_failing_memory, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
