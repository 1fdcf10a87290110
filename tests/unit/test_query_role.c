/* What is known of roles, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/str.h"
#include "tasks/nl2sql/query/query_role.h"
#include <stdio.h>
#include <string.h>

static void digest_of(char digest[QN_DIGEST_SIZE], int n)
{
    memset(digest, '0', QN_DIGEST_SIZE - 1);
    digest[QN_DIGEST_SIZE - 1] = '\0';
    snprintf(digest + QN_DIGEST_SIZE - 9, 9, "%08d", n);
}

static void a_role_is_known_for_its_time_and_address_only(void **state)
{
    char one[QN_DIGEST_SIZE], other[QN_DIGEST_SIZE];

    (void)state;
    digest_of(one, 1);
    digest_of(other, 2);
    assert_false(query_role_is_known(one, 1000));
    query_role_keep(one, 1000);
    assert_true(query_role_is_known(one, 1000 + QUERY_ROLE_KEEP_MS - 1));
    assert_false(query_role_is_known(one, 1000 + QUERY_ROLE_KEEP_MS));
    assert_false(query_role_is_known(other, 1000));
    query_role_keep(one, 5000);
    assert_true(query_role_is_known(one, 5000 + QUERY_ROLE_KEEP_MS - 1));
}

static void so_many_are_kept_and_the_oldest_goes(void **state)
{
    char digest[QN_DIGEST_SIZE];

    (void)state;
    for (int i = 0; i <= QUERY_ROLES_KEPT; i++) {
        digest_of(digest, 100 + i);
        query_role_keep(digest, 1000);
        query_role_keep(digest, 1000); /* takes no second place */
    }
    digest_of(digest, 100);
    assert_false(query_role_is_known(digest, 1000));
    for (int i = 1; i <= QUERY_ROLES_KEPT; i++) {
        digest_of(digest, 100 + i);
        assert_true(query_role_is_known(digest, 1000));
    }
}

static void names_of_the_database_do_not_break_the_text(void **state)
{
    char name[200];
    struct qn_err err;

    (void)state;
    memset(name, 0, sizeof(name));
    for (size_t i = 0; i + 3 < sizeof(name); i += 3) {
        memcpy(name + i, "\xe4\xb8\xad", 3);
    }
    name[0] = '\n';
    name[1] = name[2] = 'x';
    query_role_say(&err, name, name);
    assert_int_equal(err.code, QN_ESTATE);
    assert_null(strchr(err.msg, '\n'));
    assert_true(qn_utf8_valid(err.msg, strlen(err.msg)));
    assert_non_null(strstr(err.msg, "quern datasource"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_role_is_known_for_its_time_and_address_only),
        cmocka_unit_test(so_many_are_kept_and_the_oldest_goes),
        cmocka_unit_test(names_of_the_database_do_not_break_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
