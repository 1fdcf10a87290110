#include "cli/logline.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *show(const char *name, const char *line, bool colour, bool all)
{
    static char shown[8192];
    struct qn_buf out;

    qn_buf_init(&out, sizeof(shown) - 1);
    bool any = cli_logline_add(&out, name, line, strlen(line), colour, all);
    snprintf(shown, sizeof(shown), "%s", any ? out.data : "(nothing)");
    qn_buf_release(&out);
    return shown;
}

static void a_line_of_json_is_read_by_people(void **state)
{
    (void)state;
    assert_string_equal(
        show("quern-worker",
             "{\"time\":\"2026-01-31T07:45:12.345Z\",\"level\":\"info\",\"program\":"
             "\"quern-worker\",\"msg\":\"job taken\",\"job\":\"q.a\",\"why\":\"\"}",
             false, false),
        "07:45:12 worker    job taken job=q.a\n");
    assert_string_equal(show("quern-api", "{\"msg\":\"odd\"}", false, false),
                        "-------- api       odd\n");
}

static void levels_are_named_without_colours_and_painted_with(void **state)
{
    static const char line[] =
        "{\"time\":\"2026-01-31T07:45:12.345Z\",\"level\":\"error\",\"msg\":\"no\"}";

    (void)state;
    assert_string_equal(show("quern-beat", line, false, false), "07:45:12 beat      error: no\n");
    assert_string_equal(show("quern-beat", line, true, false),
                        "07:45:12 \033[35mbeat     \033[0m \033[31mno\033[0m\n");
}

static void of_servers_only_what_is_serious_unless_all_is_wanted(void **state)
{
    static const char chat[] = "1:M 31 Jan 2026 07:45:12.345 * Ready to accept connections";
    static const char warning[] = "1:M 31 Jan 2026 07:45:12.345 # Out of memory";

    (void)state;
    assert_string_equal(show("redis-broker", chat, false, false), "(nothing)");
    assert_non_null(strstr(show("redis-broker", chat, false, true), "Ready to accept"));
    assert_non_null(strstr(show("redis-broker", warning, false, false), "broker    1:M"));
    assert_non_null(strstr(show("postgres", "FATAL:  no", false, false), "FATAL:  no"));
    assert_string_equal(show("postgres", "LOG:  ready", false, false), "(nothing)");
}

static void nothing_reaches_the_terminal_but_text(void **state)
{
    (void)state;
    assert_null(strchr(show("quern-worker", "a\033[2Jb", false, false), '\033'));
    assert_null(strchr(
        show("quern-worker", "{\"msg\":\"\\u001b[2J\",\"x\":\"\\u001b\"}", false, false), '\033'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_json_is_read_by_people),
        cmocka_unit_test(levels_are_named_without_colours_and_painted_with),
        cmocka_unit_test(of_servers_only_what_is_serious_unless_all_is_wanted),
        cmocka_unit_test(nothing_reaches_the_terminal_but_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
