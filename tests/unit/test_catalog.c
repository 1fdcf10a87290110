#include "tasks/lib/catalog/catalog.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void globs_match_whole_names(void **state)
{
    (void)state;
    assert_true(qn_glob_match("orders", "public", "orders"));
    assert_true(qn_glob_match("orders", "sales", "orders"));
    assert_true(qn_glob_match("public.orders", "public", "orders"));
    assert_false(qn_glob_match("public.orders", "sales", "orders"));
    assert_false(qn_glob_match("order", "public", "orders"));
    assert_false(qn_glob_match("orders_", "public", "orders"));
    assert_false(qn_glob_match("Orders", "public", "orders"));
    assert_false(qn_glob_match("", "public", "orders"));
    assert_false(qn_glob_match("public", "public", "orders"));
}

static void stars_and_marks_stand_for_characters(void **state)
{
    (void)state;
    assert_true(qn_glob_match("*", "public", "orders"));
    assert_true(qn_glob_match("public.*", "public", "orders"));
    assert_true(qn_glob_match("*.orders", "public", "orders"));
    assert_true(qn_glob_match("p*c.o*s", "public", "orders"));
    assert_true(qn_glob_match("*tmp*", "public", "a_tmp_b"));
    assert_true(qn_glob_match("o*d*s", "public", "orders"));
    assert_true(qn_glob_match("orders**", "public", "orders"));
    assert_false(qn_glob_match("o*d*x", "public", "orders"));
    assert_true(qn_glob_match("log_????", "public", "log_2025"));
    assert_false(qn_glob_match("log_????", "public", "log_202"));
    assert_false(qn_glob_match("?", "public", ""));
    assert_true(qn_glob_match("*ab", "public", "aab"));
    assert_true(qn_glob_match("*a?b", "public", "aaxb"));
}

static void a_mark_is_a_character_not_a_byte(void **state)
{
    (void)state;
    assert_true(qn_glob_match("?", "public", "\xe8\xae\xa2"));
    assert_true(qn_glob_match("?\xe5\x8d\x95", "public", "\xe8\xae\xa2\xe5\x8d\x95"));
    assert_true(qn_glob_match("??", "public", "\xe8\xae\xa2\xf0\x9f\x98\x80"));
    assert_false(qn_glob_match("??", "public", "\xe8\xae\xa2"));
    assert_true(qn_glob_match("?", "public", "\xff"));
}

static void the_first_dot_of_a_glob_ends_the_schema(void **state)
{
    (void)state;
    assert_true(qn_glob_match("public.a.b", "public", "a.b"));
    assert_false(qn_glob_match("a.b", "public", "a.b"));
    assert_true(qn_glob_match("*.a.b", "public", "a.b"));
    assert_true(qn_glob_match("a?b", "public", "a.b"));
    assert_false(qn_glob_match("p*.x", "p", "q.x"));
}

static void a_glob_of_stars_takes_no_exponential_time(void **state)
{
    char name[64];

    (void)state;
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_false(qn_glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", "s", name));
}

static void expect_name(const char *name, const char *sql)
{
    struct qn_buf out;

    qn_buf_init(&out, 1000);
    assert_int_equal(qn_catalog_add_name(&out, name), QN_OK);
    assert_string_equal(out.data, sql);
    qn_buf_release(&out);
}

static void names_are_always_quoted_and_their_quotes_doubled(void **state)
{
    (void)state;
    expect_name("orders", "\"orders\"");
    expect_name("Order Items", "\"Order Items\"");
    expect_name("a\"b", "\"a\"\"b\"");
    expect_name("\"", "\"\"\"\"");
    expect_name("\"\"; DROP TABLE users; --", "\"\"\"\"\"; DROP TABLE users; --\"");
    expect_name("line\nline\\", "\"line\nline\\\"");
    expect_name("\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"");
}

static void a_table_is_quoted_with_its_schema(void **state)
{
    const struct qn_catalog_table table = {.schema = "a.b", .name = "c\"d"};
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 1000);
    assert_int_equal(qn_catalog_add_table(&out, &table), QN_OK);
    assert_string_equal(out.data, "\"a.b\".\"c\"\"d\"");
    qn_buf_release(&out);
    qn_buf_init(&out, 5);
    assert_int_equal(qn_catalog_add_table(&out, &table), QN_ELIMIT);
    qn_buf_release(&out);
}

static void tables_and_columns_are_found_by_name(void **state)
{
    struct qn_catalog_column columns[] = {{.name = "id"}, {.name = "ID"}};
    struct qn_catalog_table tables[] = {
        {.schema = "a", .name = "only"},
        {.schema = "a", .name = "x", .columns = columns, .n_columns = 2},
        {.schema = "b", .name = "x"},
        {.schema = "\xe8\xae\xa2", .name = "y"},
    };
    const struct qn_catalog catalog = {.tables = tables, .n_tables = 4};
    const struct qn_catalog empty = {.tables = NULL};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(qn_catalog_find(&catalog, tables[i].schema, tables[i].name), i);
    }
    assert_int_equal(qn_catalog_find(&catalog, "b", "only"), QN_CATALOG_NONE);
    assert_int_equal(qn_catalog_find(&catalog, "", "only"), 0);
    assert_int_equal(qn_catalog_find(&catalog, "", "y"), 3);
    assert_int_equal(qn_catalog_find(&catalog, "", "x"), QN_CATALOG_NONE); /* in two schemas */
    assert_int_equal(qn_catalog_find(&catalog, "", "z"), QN_CATALOG_NONE);
    assert_int_equal(qn_catalog_find(&empty, "a", "x"), QN_CATALOG_NONE);
    assert_int_equal(qn_catalog_column(&tables[1], "ID"), 1);
    assert_int_equal(qn_catalog_column(&tables[1], "Id"), QN_CATALOG_NONE);
}

static void columns_are_unique_when_they_hold_a_key(void **state)
{
    const size_t id[] = {0}, pair[] = {1, 2}, turned[] = {2, 1}, all[] = {3, 2, 1}, none[] = {1, 3};
    struct qn_catalog_key keys[] = {{.columns = id, .n = 1}, {.columns = pair, .n = 2}};
    const struct qn_catalog_table table = {.keys = keys, .n_keys = 2};
    const struct qn_catalog_table bare = {.keys = NULL};

    (void)state;
    assert_true(qn_catalog_is_unique(&table, id, 1));
    assert_true(qn_catalog_is_unique(&table, pair, 2));
    assert_true(qn_catalog_is_unique(&table, turned, 2));
    assert_true(qn_catalog_is_unique(&table, all, 3));
    assert_false(qn_catalog_is_unique(&table, none, 2));
    assert_false(qn_catalog_is_unique(&table, pair, 1));
    assert_false(qn_catalog_is_unique(&table, NULL, 0));
    assert_false(qn_catalog_is_unique(&bare, id, 1));
}

static void every_family_and_kind_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < QN_FAMILIES; i++) {
        assert_non_null(qn_family_names[i]);
    }
    for (int i = 0; i < QN_CATALOG_KINDS; i++) {
        assert_non_null(qn_catalog_kind_names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(globs_match_whole_names),
        cmocka_unit_test(stars_and_marks_stand_for_characters),
        cmocka_unit_test(a_mark_is_a_character_not_a_byte),
        cmocka_unit_test(the_first_dot_of_a_glob_ends_the_schema),
        cmocka_unit_test(a_glob_of_stars_takes_no_exponential_time),
        cmocka_unit_test(names_are_always_quoted_and_their_quotes_doubled),
        cmocka_unit_test(a_table_is_quoted_with_its_schema),
        cmocka_unit_test(tables_and_columns_are_found_by_name),
        cmocka_unit_test(columns_are_unique_when_they_hold_a_key),
        cmocka_unit_test(every_family_and_kind_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
