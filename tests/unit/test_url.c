#include "common/url.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static struct qn_url parse(const char *text)
{
    struct qn_url url;
    struct qn_err err;

    if (qn_url_parse(text, &url, &err) != QN_OK)
        fail_msg("%s: %s", text, err.msg);
    return url;
}

static void each_form_is_understood(void **state)
{
    (void)state;
    struct qn_url url = parse("redis://host");
    assert_int_equal(url.scheme, QN_URL_TCP);
    assert_string_equal(url.host, "host");
    assert_int_equal(url.port, 6379);
    assert_int_equal(url.db, 0);
    url = parse("redis://:p%40ss%3a@10.0.0.1:7000/3");
    assert_string_equal(url.password, "p@ss:");
    assert_string_equal(url.user, "");
    assert_int_equal(url.port, 7000);
    assert_int_equal(url.db, 3);
    url = parse("redis://me:secret@h/");
    assert_string_equal(url.user, "me");
    url = parse("redis://[::1]:6380");
    assert_string_equal(url.host, "::1");
    assert_int_equal(url.port, 6380);
    url = parse("unix:///run/redis.sock?db=2");
    assert_int_equal(url.scheme, QN_URL_UNIX);
    assert_string_equal(url.host, "/run/redis.sock");
    assert_int_equal(url.db, 2);
    assert_int_equal(parse("mem:").scheme, QN_URL_MEM);
    assert_string_equal(parse("mem:shared").host, "shared");
}

static void anything_else_is_refused_and_no_password_is_told(void **state)
{
    static const char *const bad[] = {
        "",
        "http://h",
        "redis://",
        "redis://:SECRET@",
        "redis://:SECRET@h:0",
        "redis://:SECRET@h:65536",
        "redis://:SECRET@h:12x",
        "redis://:SECRET@h/x",
        "redis://:SECRET@h/-1",
        "redis://:SECRET%2@h",
        "redis://:SECRET%00@h",
        "redis://[::1",
        "redis://[::1]x:1",
        "redis://h?x=1",
        "unix://relative",
        "unix:///p?x=1",
    };
    struct qn_url url;
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(qn_url_parse(bad[i], &url, &err), QN_EINVAL);
        assert_null(strstr(err.msg, "SECRET"));
    }
    assert_int_equal(qn_url_parse("rediss://h", &url, &err), QN_EUNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_understood),
        cmocka_unit_test(anything_else_is_refused_and_no_password_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
