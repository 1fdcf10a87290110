/* What a datasource may be called, which columns are hidden, and what the command line says. */
#include "tasks/lib/datasource.h"
#include "tasks/metadata/datasource_words.h"
#include "tasks/metadata/role_tables.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_name_is_a_letter_and_then_few_others(void **state)
{
    char longest[QN_DATASOURCE_NAME_MAX + 2];

    (void)state;
    memset(longest, 'a', sizeof(longest));
    longest[QN_DATASOURCE_NAME_MAX + 1] = '\0';
    assert_false(qn_datasource_is_name(longest));
    assert_true(qn_datasource_is_name(longest + 1));
    assert_true(qn_datasource_is_name("s"));
    assert_true(qn_datasource_is_name("shop-2_x"));
    assert_false(qn_datasource_is_name(""));
    assert_false(qn_datasource_is_name("2shop"));
    assert_false(qn_datasource_is_name("-shop"));
    assert_false(qn_datasource_is_name("Shop"));
    assert_false(qn_datasource_is_name("a/b"));
    assert_false(qn_datasource_is_name(".."));
    assert_false(qn_datasource_is_name("a b"));
    assert_false(qn_datasource_is_name("sh\xc3\xb6p"));
}

static void a_url_is_taken_only_where_it_may_be_and_never_repeated(void **state)
{
    static const char url[] = "postgresql://u:secret@h/db";
    struct qn_datasource *found = NULL;
    struct qn_err err = {0};

    (void)state;
    assert_int_equal(qn_datasource_find(&found, NULL, url, false, &err), QN_EINVAL);
    assert_null(strstr(err.msg, "secret"));
    assert_int_equal(qn_datasource_find(&found, NULL, "no url", true, &err), QN_EINVAL);
    assert_int_equal(qn_datasource_find(&found, NULL, "shop", true, &err), QN_ENOTFOUND);
    assert_non_null(strstr(err.msg, "QUERN_DATABASE_URL"));
    assert_int_equal(qn_datasource_find(&found, NULL, url, true, &err), QN_OK);
    assert_string_equal(found->name, "");
    assert_string_equal(found->url, url);
    assert_int_equal(found->max_rows, 1000);
    qn_datasource_free(found);
    assert_int_equal(qn_datasource_find(&found, NULL, "host=/x user=u", true, &err), QN_OK);
    qn_datasource_free(found);
    qn_datasource_free(NULL);
}

static void names_of_secrets_are_known_and_others_are_not(void **state)
{
    static const char *const secret[] = {
        "password",
        "user_password",
        "passwordHash",
        "PWD",
        "api_key",
        "apiKey",
        "ApiKey",
        "access_token",
        "client_secret",
        "salt",
        "privateKey",
        "refreshToken2",
        "\xe5\xaf\x86\xe7\xa0\x81",
    };
    static const char *const plain[] = {
        "name", "secretary", "tokenized", "keyboard", "key", "salty", "passenger", "compass", "",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); i++) {
        assert_true(role_is_secret(secret[i], "text"));
    }
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        assert_false(role_is_secret(plain[i], "text"));
    }
    assert_true(role_is_secret("cvv", "integer"));
    assert_false(role_is_secret("token_count", "integer"));
    assert_false(role_is_secret("has_password", "boolean"));
    assert_false(role_is_secret("password_changed_at", "timestamp with time zone"));
    assert_true(role_is_secret("password", "character varying(64)"));
    assert_true(role_is_secret("password", "citext"));
}

static void a_long_name_is_looked_at_as_far_as_it_fits(void **state)
{
    char name[1000];

    (void)state;
    memset(name, 'A', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_false(role_is_secret(name, "text"));
    memcpy(name, "password", 8);
    assert_true(role_is_secret(name, "text"));
}

static void a_pattern_hides_what_it_names_in_any_way_it_can_be_read(void **state)
{
    const struct role_table users = {.schema = "public", .name = "users"};
    const struct role_table dotted = {.schema = "a.b", .name = "c.d"};

    (void)state;
    assert_true(role_column_matches("phone", &users, "phone"));
    assert_true(role_column_matches("users.phone", &users, "phone"));
    assert_true(role_column_matches("public.users.phone", &users, "phone"));
    assert_true(role_column_matches("*.ph?ne", &users, "phone"));
    assert_true(role_column_matches("*", &users, "phone"));
    assert_false(role_column_matches("orders.phone", &users, "phone"));
    assert_false(role_column_matches("sales.users.phone", &users, "phone"));
    assert_false(role_column_matches("users", &users, "phone"));
    assert_false(role_column_matches("", &users, "phone"));
    assert_true(role_column_matches("c.d.e.f", &dotted, "e.f"));
    assert_true(role_column_matches("e.f", &dotted, "e.f"));
}

static void hints_hide(const char *json, const char *want)
{
    struct datasource_list list = {.n = 0};
    struct qn_arena arena;
    struct qn_err err = {0};
    struct qn_buf out;

    qn_arena_init(&arena, 1 << 20);
    qn_buf_init(&out, 1 << 16);
    assert_int_equal(role_hidden_of_hints(json, &arena, &list, &err), QN_OK);
    datasource_list_to_json(&list, &out);
    assert_string_equal(out.data, want);
    qn_buf_release(&out);
    qn_arena_release(&arena);
}

static void hints_hide_columns_and_whole_tables(void **state)
{
    (void)state;
    hints_hide("", "[]");
    hints_hide("{}", "[]");
    hints_hide("{\"tables\":{\"users\":{\"hidden\":[\"a\",\"b\\u0063\"]}}}",
               "[\"users.a\",\"users.bc\"]");
    hints_hide("{\"tables\":{\"s.users\":{\"columns\":{\"c\":{\"hidden\":true},"
               "\"d\":{\"hidden\":false}}}}}",
               "[\"s.users.c\"]");
    hints_hide("{\"tables\":{\"users\":{\"hidden\":true}}}", "[\"users.*\"]");
    hints_hide("{\"tables\":{\"\\\"My\\\".\\\"T\\\"\":{\"hidden\":[\"a\"]}}}", "[\"My.T.a\"]");
}

static int read_words(struct datasource_words *words, const char *const *said, struct qn_err *err)
{
    static char copies[16][64]; /* it may wipe them */
    char *argv[17];
    int n = 0;

    for (; said[n] != NULL; n++) {
        argv[n] = copies[n];
        snprintf(copies[n], sizeof(copies[n]), "%s", said[n]);
    }
    argv[n] = NULL;
    return datasource_words_read(words, n, argv, err);
}

static void words_are_read_and_the_url_is_wiped(void **state)
{
    const char *const said[] = {"datasource",      "add", "shop",   "--url=x://u:p@h",
                                "--hide",          "a.b", "--hide", "c",
                                "--query-timeout", "90s", "--json", NULL};
    struct datasource_words words;
    struct datasource_record record;
    struct qn_err err = {0};

    (void)state;
    assert_int_equal(read_words(&words, said, &err), QN_OK);
    assert_string_equal(words.url, "x://u:p@h");
    assert_string_equal(words.name, "shop");
    assert_true(words.json);
    datasource_record_init(&record, "shop");
    datasource_words_apply(&words, &record);
    assert_int_equal(record.query_ms, 90000);
    assert_int_equal(record.profile_ms, 30000);
    assert_int_equal(record.hide.n, 2);
    datasource_record_release(&record);
    datasource_words_release(&words);
}

static void the_url_in_the_environment_is_wiped_too(void **state)
{
    const char *const said[] = {"datasource", "add", "shop", NULL};
    struct datasource_words words;
    struct qn_err err = {0};
    const char *kept;

    (void)state;
    setenv("QUERN_DATASOURCE_URL", "x://secret", 1);
    kept = getenv("QUERN_DATASOURCE_URL");
    assert_int_equal(read_words(&words, said, &err), QN_OK);
    assert_string_equal(words.url, "x://secret");
    assert_null(getenv("QUERN_DATASOURCE_URL"));
    assert_string_equal(kept, "");
    datasource_words_release(&words);
}

static void wrong_words_are_told(void **state)
{
    static const char *const rows[][6] = {
        {"datasource", NULL},
        {"datasource", "make", NULL},
        {"datasource", "show", NULL},
        {"datasource", "add", "shop", NULL},
        {"datasource", "list", "--url", "x", NULL},
        {"datasource", "add", "shop", "--nosuch", NULL},
        {"datasource", "add", "shop", "--url", NULL},
        {"datasource", "add", "shop", "--json=1", NULL},
        {"datasource", "show", "a", "b", NULL},
        {"datasource", "set", "shop", "--max-rows", "-1", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct datasource_words words;
        struct qn_err err = {0};

        assert_int_equal(read_words(&words, rows[i], &err), QN_EINVAL);
        assert_true(err.msg[0] != '\0');
        datasource_words_release(&words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_a_letter_and_then_few_others),
        cmocka_unit_test(a_url_is_taken_only_where_it_may_be_and_never_repeated),
        cmocka_unit_test(names_of_secrets_are_known_and_others_are_not),
        cmocka_unit_test(a_long_name_is_looked_at_as_far_as_it_fits),
        cmocka_unit_test(a_pattern_hides_what_it_names_in_any_way_it_can_be_read),
        cmocka_unit_test(hints_hide_columns_and_whole_tables),
        cmocka_unit_test(words_are_read_and_the_url_is_wiped),
        cmocka_unit_test(the_url_in_the_environment_is_wiped_too),
        cmocka_unit_test(wrong_words_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
