#include "api/route.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const struct api_route table[] = {
    {.method = API_GET, .pattern = "/", .query = ""},
    {.method = API_GET, .pattern = "/v1/jobs", .query = "state task"},
    {.method = API_POST, .pattern = "/v1/jobs", .query = ""},
    {.method = API_GET, .pattern = "/v1/jobs/{}", .query = "wait"},
    {.method = API_DELETE, .pattern = "/v1/jobs/{}", .query = ""},
    {.method = API_GET, .pattern = "/v1/jobs/{}/artifacts/{}", .query = ""},
};

static const struct api_route *find(enum api_method method, const char *path,
                                    struct api_match *match)
{
    return api_route_find(table, sizeof(table) / sizeof(table[0]), method, path, match);
}

static void a_path_finds_its_row(void **state)
{
    struct api_match match;
    (void)state;
    assert_ptr_equal(find(API_GET, "/", &match), &table[0]);
    assert_ptr_equal(find(API_GET, "/v1/jobs", &match), &table[1]);
    assert_ptr_equal(find(API_POST, "/v1/jobs", &match), &table[2]);
    assert_ptr_equal(find(API_DELETE, "/v1/jobs/default.x", &match), &table[4]);
    assert_string_equal(match.params[0], "default.x");
    assert_ptr_equal(find(API_GET, "/v1/jobs/a.b/artifacts/r.csv", &match), &table[5]);
    assert_string_equal(match.params[0], "a.b");
    assert_string_equal(match.params[1], "r.csv");
}

static void segments_are_compared_decoded(void **state)
{
    struct api_match match;
    (void)state;
    assert_ptr_equal(find(API_GET, "/%76%31/jobs", &match), &table[1]);
    assert_ptr_equal(find(API_GET, "/v1/jobs/default%2Ex", &match), &table[3]);
    assert_string_equal(match.params[0], "default.x");
}

static void what_no_segment_may_hold_matches_nothing(void **state)
{
    static const char *const paths[] = {
        "",           "v1/jobs",          "/v1/jobs/",        "//v1/jobs",
        "/v1//jobs",  "/v1/jobs/a%00b",   "/v1/jobs/a%2fb",   "/v1/jobs/a%2",
        "/v1/jobs/%", "/v1/jobs/a%zzb",   "/v1/jobs/a%0ab",   "/v1/jobs/a%7f",
        "/v1",        "/v1/jobs/a/b/c/d", "/v1/jobs/a/../b/", "/V1/jobs",
    };
    struct api_match match;
    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_null(find(API_GET, paths[i], &match));
        assert_int_equal(match.allowed, 0);
    }
}

static void a_segment_over_the_limit_matches_nothing(void **state)
{
    char path[API_PARAM_SIZE + 16] = "/v1/jobs/";
    struct api_match match;
    (void)state;
    memset(path + 9, 'a', API_PARAM_SIZE - 1);
    path[9 + API_PARAM_SIZE - 1] = '\0';
    assert_non_null(find(API_GET, path, &match));
    path[9 + API_PARAM_SIZE - 1] = 'a';
    path[9 + API_PARAM_SIZE] = '\0';
    assert_null(find(API_GET, path, &match));
}

static void a_wrong_method_learns_the_right_ones(void **state)
{
    struct api_match match;
    char allow[API_ALLOW_SIZE];
    (void)state;
    assert_null(find(API_DELETE, "/v1/jobs", &match));
    assert_int_equal(match.allowed, API_GET | API_POST);
    api_route_allow(match.allowed, allow);
    assert_string_equal(allow, "GET, HEAD, POST");
    api_route_allow(API_GET | API_DELETE, allow);
    assert_string_equal(allow, "GET, HEAD, DELETE");
    api_route_allow(API_GET | API_POST | API_DELETE, allow);
    assert_string_equal(allow, "GET, HEAD, POST, DELETE");
    api_route_allow(API_POST, allow);
    assert_string_equal(allow, "POST");
}

static void methods_are_case_sensitive(void **state)
{
    (void)state;
    assert_int_equal(api_method_parse("GET"), API_GET);
    assert_int_equal(api_method_parse("HEAD"), API_GET);
    assert_int_equal(api_method_parse("get"), 0);
    assert_int_equal(api_method_parse("PUT"), API_PUT);
    assert_int_equal(api_method_parse("PATCH"), 0);
    assert_int_equal(api_method_parse(""), 0);
}

static void only_whole_words_are_parameters(void **state)
{
    (void)state;
    assert_true(api_route_takes_query(&table[1], "state"));
    assert_true(api_route_takes_query(&table[1], "task"));
    assert_false(api_route_takes_query(&table[1], "stat"));
    assert_false(api_route_takes_query(&table[1], "states"));
    assert_false(api_route_takes_query(&table[1], ""));
    assert_false(api_route_takes_query(&table[1], "state task"));
    assert_false(api_route_takes_query(&table[0], "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_finds_its_row),
        cmocka_unit_test(segments_are_compared_decoded),
        cmocka_unit_test(what_no_segment_may_hold_matches_nothing),
        cmocka_unit_test(a_segment_over_the_limit_matches_nothing),
        cmocka_unit_test(a_wrong_method_learns_the_right_ones),
        cmocka_unit_test(methods_are_case_sensitive),
        cmocka_unit_test(only_whole_words_are_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
