/* Values of a JSON text by their path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/jsontext.h"
#include <string.h>

static void values_of_json_are_found_by_path(void **state)
{
    static const char text[] = "{\"a\":{\"b\":\"销\\u0041\",\"n\":12,\"z\":null},\"l\":[1]}";
    struct qn_span json = {text, sizeof(text) - 1};
    struct qn_json_item item;
    char out[64];
    (void)state;
    cli_json_text(json, "a.b", out, sizeof(out));
    assert_string_equal(out, "销A");
    cli_json_text(json, "a.b", out, 4); /* cut between characters */
    assert_string_equal(out, "销");
    cli_json_text(json, "a.z", out, sizeof(out));
    assert_string_equal(out, "");
    cli_json_text(json, "l", out, sizeof(out));
    assert_string_equal(out, "[1]");
    assert_int_equal(cli_json_number(json, "a.n", -1), 12);
    assert_int_equal(cli_json_number(json, "a.b", -1), -1);
    assert_false(cli_json_at(json, "a.b.c", &item));
    assert_false(cli_json_at(json, "l.0", &item));
    assert_false(cli_json_at((struct qn_span){0}, "a", &item));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_json_are_found_by_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
