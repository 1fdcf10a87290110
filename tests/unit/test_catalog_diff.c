#include "common/json.h"
#include "common/mem.h"
#include "tasks/lib/catalog/catalog_diff.h"
#include "tasks/lib/catalog/catalog_json.h"
#include "tasks/lib/catalog/catalog_reading.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define OUT_MAX ((size_t)16 * 1024 * 1024)

/* Orders refer to users. */
struct room {
    struct qn_catalog catalog;
    struct qn_catalog_table tables[3];
    struct qn_catalog_column orders[3], users[2];
    struct qn_catalog_key keys[2];
    struct qn_catalog_index index;
    struct qn_catalog_reference reference;
    const char *check;
};

static const size_t first[] = {0}, second[] = {1};
static const char *const states[] = {"new", "it's"};

static struct qn_catalog_column column(const char *name, const char *type)
{
    return (struct qn_catalog_column){
        .name = name, .type = type, .domain = "", .comment = "", .preset = "", .readable = true};
}

static void fill(struct room *room)
{
    memset(room, 0, sizeof(*room));
    room->orders[0] = column("id", "bigint");
    room->orders[0].identity = room->orders[0].not_null = true;
    room->orders[1] = column("user \"id\"", "integer");
    room->orders[2] = column("status", "text");
    room->orders[2].labels = states;
    room->orders[2].n_labels = 2;
    room->users[0] = column("id", "integer");
    room->users[1] = column("name", "text");
    room->keys[0] = (struct qn_catalog_key){"orders_pkey", first, 1, true, true};
    room->keys[1] = (struct qn_catalog_key){"users_pkey", first, 1, true, true};
    room->index = (struct qn_catalog_index){"by_user", second, 1, false, false, true};
    room->reference = (struct qn_catalog_reference){"fk", second, first, 1, 1, true};
    room->check = "(total > 0)";
    room->tables[0] = (struct qn_catalog_table){.schema = "public",
                                                .name = "orders",
                                                .comment = "All \"orders\"",
                                                .view = "",
                                                .readable = true,
                                                .checks = &room->check,
                                                .n_checks = 1,
                                                .columns = room->orders,
                                                .n_columns = 3,
                                                .keys = room->keys,
                                                .n_keys = 1,
                                                .indexes = &room->index,
                                                .n_indexes = 1,
                                                .references = &room->reference,
                                                .n_references = 1};
    room->tables[1] = (struct qn_catalog_table){.schema = "public",
                                                .name = "users",
                                                .comment = "",
                                                .view = "",
                                                .readable = true,
                                                .columns = room->users,
                                                .n_columns = 2,
                                                .keys = room->keys + 1,
                                                .n_keys = 1};
    room->catalog.tables = room->tables;
    room->catalog.n_tables = 2;
}

static void snapshot(struct room *room, struct qn_buf *out)
{
    assert_int_equal(qn_catalog_hash(&room->catalog, NULL), QN_OK);
    qn_buf_init(out, OUT_MAX);
    assert_int_equal(qn_catalog_to_json(&room->catalog, out), QN_OK);
    assert_int_equal(qn_json_check(out->data, out->len, NULL, NULL), QN_OK);
}

/* The diff from json to the room as it is now. */
static void diff(struct room *room, const char *json, struct qn_buf *out)
{
    struct qn_catalog_snapshot *before;

    assert_int_equal(qn_catalog_hash(&room->catalog, NULL), QN_OK);
    assert_int_equal(qn_catalog_snapshot_read(&before, (struct qn_span){json, strlen(json)}, NULL),
                     QN_OK);
    qn_buf_init(out, OUT_MAX);
    assert_int_equal(qn_catalog_diff(before, &room->catalog, out, NULL), QN_OK);
    assert_int_equal(qn_json_check(out->data, out->len, NULL, NULL), QN_OK);
    qn_catalog_snapshot_free(before);
}

static void expect_in(struct room *room, const char *json, const char *part)
{
    struct qn_buf out;

    diff(room, json, &out);
    if (strstr(out.data, part) == NULL) {
        fail_msg("no %s in %s", part, out.data);
    }
    qn_buf_release(&out);
}

static void the_same_definitions_are_no_change(void **state)
{
    struct room room;
    struct qn_buf json;

    (void)state;
    fill(&room);
    snapshot(&room, &json);
    room.tables[0].rows = 1e9; /* sizes are no definition, and where it is is none */
    room.tables[0].bytes = room.tables[0].pages = room.tables[0].analyzed_ms = 7;
    room.tables[0].oid = 4711;
    room.orders[0].number = 9;
    expect_in(&room, json.data, "{\"added\":[],\"removed\":[],\"changed\":[]}");
    qn_buf_release(&json);
}

static void each_part_of_a_definition_shows_when_it_changes(void **state)
{
    static const char *const parts[] = {"keys",    "references", "indexes", "checks",
                                        "comment", "view",       "access",  "kind"};
    struct room before;
    struct qn_buf json;

    (void)state;
    fill(&before);
    snapshot(&before, &json);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        struct room room;
        struct qn_buf out;

        fill(&room);
        room.tables[0].n_keys = i == 0 ? 0 : 1;
        room.reference.validated = i != 1;
        room.index.unique = i == 2;
        room.check = i == 3 ? "(total > 1)" : room.check;
        room.tables[0].comment = i == 4 ? "" : room.tables[0].comment;
        room.tables[0].view = i == 5 ? "SELECT 1" : "";
        room.tables[0].readable = i != 6;
        room.tables[0].kind = i == 7 ? QN_CATALOG_FOREIGN : QN_CATALOG_TABLE;
        diff(&room, json.data, &out);
        for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
            char flag[64];

            snprintf(flag, sizeof(flag), "\"%s_changed\":%s", parts[k], k == i ? "true" : "false");
            if (strstr(out.data, flag) == NULL) {
                fail_msg("no %s in %s", flag, out.data);
            }
        }
        qn_buf_release(&out);
    }
    qn_buf_release(&json);
}

static void columns_are_told_with_their_definitions(void **state)
{
    struct room room;
    struct qn_buf json;

    (void)state;
    fill(&room);
    snapshot(&room, &json);
    room.orders[1] = column("customer", "integer");
    room.orders[2].type = "character varying(20)";
    expect_in(&room, json.data,
              "\"changed\":[{\"schema\":\"public\",\"table\":\"orders\",\"columns_added\":"
              "[\"customer\"],\"columns_removed\":[\"user \\\"id\\\"\"],\"columns_changed\":"
              "[{\"column\":\"status\",\"from\":\"text in ('new', 'it's')\",\"to\":"
              "\"character varying(20) in ('new', 'it's')\"}]");
    qn_buf_release(&json);
}

static void tables_come_and_go(void **state)
{
    struct room room;
    struct qn_buf json;

    (void)state;
    fill(&room);
    snapshot(&room, &json);
    room.tables[1].name = "zebras";
    expect_in(&room, json.data,
              "{\"added\":[{\"schema\":\"public\",\"table\":\"zebras\"}],\"removed\":"
              "[{\"schema\":\"public\",\"table\":\"users\"}]");
    room.catalog.n_tables = 0;
    expect_in(&room, json.data,
              "\"removed\":[{\"schema\":\"public\",\"table\":\"orders\"},{\"schema\":\"public\","
              "\"table\":\"users\"}],\"changed\":[]}");
    qn_buf_release(&json);
}

static void a_long_definition_is_cut_and_still_compared_whole(void **state)
{
    static char one[3000], other[3000];
    struct room room;
    struct qn_buf json;

    (void)state;
    memset(one, 'x', sizeof(one) - 1);
    memset(other, 'x', sizeof(other) - 1);
    other[2998] = 'y';
    fill(&room);
    room.orders[2].preset = one;
    snapshot(&room, &json);
    assert_true(json.len < 3000);
    room.orders[2].preset = other;
    expect_in(&room, json.data, "\"columns_changed\":[{\"column\":\"status\"");
    qn_buf_release(&json);
}

static void each_table_is_known_as_same_changed_or_added(void **state)
{
    struct qn_catalog_snapshot *before;
    struct room room;
    struct qn_buf json;

    (void)state;
    fill(&room);
    snapshot(&room, &json);
    assert_int_equal(qn_catalog_snapshot_read(&before, (struct qn_span){json.data, json.len}, NULL),
                     QN_OK);
    room.orders[0].not_null = false;
    room.tables[2] = room.tables[1];
    room.tables[2].name = "visits";
    room.catalog.n_tables = 3;
    assert_int_equal(qn_catalog_hash(&room.catalog, NULL), QN_OK);
    assert_int_equal(qn_catalog_change_of(before, &room.tables[0]), QN_CATALOG_CHANGED);
    assert_int_equal(qn_catalog_change_of(before, &room.tables[1]), QN_CATALOG_SAME);
    assert_int_equal(qn_catalog_change_of(before, &room.tables[2]), QN_CATALOG_ADDED);
    assert_int_equal(qn_catalog_change_of(NULL, &room.tables[1]), QN_CATALOG_ADDED);
    qn_catalog_snapshot_free(before);
    qn_buf_release(&json);
}

static void a_snapshot_may_be_written_in_another_way(void **state)
{
    static const char json[] =
        " { \"tables\" : [ { \"table\" : { \"name\" : \"\\u006frders\", \"columns\" : [ [ \"id\" , "
        "\"bigint\" ] ], \"schema\" : \"public\" }, \"hash\" : \"x\" } ] , \"format\" : "
        "\"quern-catalog/1\" } ";
    struct room room;

    (void)state;
    fill(&room);
    expect_in(&room, json,
              "\"columns_changed\":[{\"column\":\"id\",\"from\":\"bigint\",\"to\":\"bigint not "
              "null identity\"}]");
}

static void what_is_no_snapshot_is_refused(void **state)
{
    static const char wrong[] = "{\"format\":\"quern-catalog/1\",\"tables\":[{\"hash\":1,"
                                "\"table\":{\"schema\":\"a\",\"name\":\"b\"}}]}";
    static const char *const texts[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"format\":\"quern-catalog/1\"}",
        "{\"format\":\"quern-catalog/2\",\"tables\":[]}",
        "{\"format\":\"quern-catalog/1\",\"tables\":{}}",
        "{\"format\":\"quern-catalog/1\",\"tables\":[1]}",
        "{\"format\":\"quern-catalog/1\",\"tables\":[{\"hash\":\"x\"}]}",
        "{\"format\":\"quern-catalog/1\",\"tables\":[{\"hash\":\"x\",\"table\":7}]}",
        wrong,
        "{\"format\":\"quern-catalog/1\",\"tables\":[",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct qn_catalog_snapshot *before;
        struct qn_err err;

        assert_int_equal(
            qn_catalog_snapshot_read(&before, (struct qn_span){texts[i], strlen(texts[i])}, &err),
            QN_EINVAL);
        assert_int_not_equal(err.msg[0], '\0');
    }
    assert_int_equal(qn_mem_live(), 0);
}

static void odd_parts_of_a_snapshot_only_differ(void **state)
{
    static const char *const texts[] = {
        "{\"schema\":\"public\",\"name\":\"orders\"}",
        "{\"schema\":\"public\",\"name\":\"orders\",\"columns\":7,\"keys\":{},\"checks\":null}",
        "{\"schema\":\"public\",\"name\":\"orders\",\"columns\":[1,[],[1],[1,2],[\"id\"],{}],"
        "\"keys\":[1,null,[]],\"readable\":\"true\",\"comment\":7}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct qn_buf json;
        struct room room;

        fill(&room);
        qn_buf_init(&json, OUT_MAX);
        qn_buf_printf(&json,
                      "{\"format\":\"quern-catalog/1\",\"tables\":[{\"hash\":\"x\","
                      "\"table\":%s}]}",
                      texts[i]);
        expect_in(&room, json.data, "\"changed\":[{\"schema\":\"public\",\"table\":\"orders\"");
        qn_buf_release(&json);
    }
}

static int everything(struct room *room, struct qn_span json)
{
    struct qn_catalog_snapshot *before = NULL;
    struct qn_buf out;
    int rc = qn_catalog_hash(&room->catalog, NULL);

    qn_buf_init(&out, OUT_MAX);
    if (rc == QN_OK) {
        rc = qn_catalog_snapshot_read(&before, json, NULL);
    }
    if (rc == QN_OK) {
        rc = qn_catalog_diff(before, &room->catalog, &out, NULL);
        qn_catalog_snapshot_free(before);
    }
    qn_buf_release(&out);
    return rc;
}

static void every_failure_of_memory_is_told_and_leaves_nothing(void **state)
{
    struct room room;
    struct qn_buf json;
    size_t live, nth = 0;
    int rc;

    (void)state;
    fill(&room);
    snapshot(&room, &json);
    room.orders[0].not_null = false;
    live = qn_mem_live();
    do {
        qn_mem_fail_at(++nth, 0);
        rc = everything(&room, (struct qn_span){json.data, json.len});
        assert_true(rc == QN_OK || rc == QN_ENOMEM);
        assert_int_equal(qn_mem_live(), live);
    } while (rc != QN_OK);
    qn_mem_fail_at(0, 0);
    assert_true(nth > 5);
    qn_buf_release(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_definitions_are_no_change),
        cmocka_unit_test(each_part_of_a_definition_shows_when_it_changes),
        cmocka_unit_test(columns_are_told_with_their_definitions),
        cmocka_unit_test(tables_come_and_go),
        cmocka_unit_test(a_long_definition_is_cut_and_still_compared_whole),
        cmocka_unit_test(each_table_is_known_as_same_changed_or_added),
        cmocka_unit_test(a_snapshot_may_be_written_in_another_way),
        cmocka_unit_test(what_is_no_snapshot_is_refused),
        cmocka_unit_test(odd_parts_of_a_snapshot_only_differ),
        cmocka_unit_test(every_failure_of_memory_is_told_and_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
