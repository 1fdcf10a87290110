/* What is made from the table of commands: texts that are true of it, and roff that prints as
 * it was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "broker-client/settings.h"
#include "cli/doc.h"
#include "cli/manual.h"
#include "cli/roff.h"
#include <ctype.h>
#include <string.h>

#define PAGE_MAX (256 * 1024)

static void check_roff(const char *text, const char *wanted)
{
    struct qn_buf out;

    qn_buf_init(&out, PAGE_MAX);
    cli_roff_str(&out, text);
    assert_string_equal(out.data, wanted);
    qn_buf_release(&out);
}

static void roff_prints_what_was_typed(void **state)
{
    (void)state;
    check_roff("--wait", "\\-\\-wait");
    check_roff(".env is read", "\\&.env is read");
    check_roff("'quoted' \"twice\"", "\\(aqquoted\\(aq \\(dqtwice\\(dq");
    check_roff("a\\nb", "a\\enb");
    check_roff("~ ^ `x`", "\\(ti \\(ha \\(gax\\(ga");
    check_roff("no\n.request", "no .request");
}

static void a_text_falls_into_paragraphs_and_examples(void **state)
{
    const char *at = "One.\n\nTwo.\n\n    an example\n    another";
    static const struct {
        enum cli_doc_part part;
        const char *text;
    } wanted[] = {
        {CLI_DOC_PARAGRAPH, "One."},  {CLI_DOC_PARAGRAPH, "Two."}, {CLI_DOC_EXAMPLE, "an example"},
        {CLI_DOC_EXAMPLE, "another"}, {CLI_DOC_END, ""},           {CLI_DOC_END, ""}};
    struct qn_span text;

    (void)state;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        assert_int_equal(cli_doc_next(&at, &text), wanted[i].part);
        assert_true(qn_span_is(text, wanted[i].text));
    }
}

static void filled_lines_keep_their_width_and_their_words(void **state)
{
    static const char text[] = "a bb ccc dddd eeeee a-word-longer-than-the-line f";
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 1024);
    cli_doc_fill(&out, (struct qn_span){text, strlen(text)}, 2, 10);
    assert_string_equal(out.data, "  a bb ccc\n  dddd\n  eeeee\n"
                                  "  a-word-longer-than-the-line\n  f\n");
    qn_buf_release(&out);
}

static bool is_known_option(const struct cli_command *command, const char *name, size_t len)
{
    for (const struct cli_option *o = command->options; o && o->name; o++)
        if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
            return true;
    for (int i = 0; i < qn_settings_n; i++)
        if (strlen(qn_settings[i].name) == len && strncmp(qn_settings[i].name, name, len) == 0)
            return true;
    return len == 4 && strncmp(name, "json", len) == 0;
}

static void check_options_named(const struct cli_command *command, const char *text)
{
    for (const char *at = text; (at = strstr(at, " --"));) {
        at += 3;
        size_t len = 0;
        while (islower((unsigned char)at[len]) || (at[len] == '-' && islower(at[len + 1])))
            len++;
        if (len > 0 && !is_known_option(command, at, len))
            fail_msg("quern %s names --%.*s, which it does not take", command->name, (int)len, at);
    }
}

static void each_command_has_a_text_with_an_example_of_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < cli_commands_n; i++) {
        const struct cli_command *command = &cli_commands[i];
        const char *at = command->doc;
        char begin[80];
        struct qn_span text;
        enum cli_doc_part part;
        int paragraphs = 0, examples = 0;
        snprintf(begin, sizeof(begin), "quern %s", command->name);
        while ((part = cli_doc_next(&at, &text)) != CLI_DOC_END) {
            paragraphs += part == CLI_DOC_PARAGRAPH;
            examples += part == CLI_DOC_EXAMPLE;
            if (part == CLI_DOC_EXAMPLE && !memmem(text.data, text.len, begin, strlen(begin)))
                fail_msg("the example \"%.*s\" is not of %s", (int)text.len, text.data, begin);
        }
        assert_true(paragraphs > 0);
        assert_true(examples > 0);
        check_options_named(command, command->doc);
    }
}

static void pages_are_of_7_bits_and_of_known_requests(void **state)
{
    static const char *const requests[] = {".TH ",  ".SH ",  ".TP\n", ".PP\n", ".br\n",
                                           ".nf\n", ".fi\n", ".nh\n", ".ad "};
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 4 * PAGE_MAX);
    cli_manual_overview(&out);
    for (size_t i = 0; i < cli_commands_n; i++)
        cli_manual_command(&out, &cli_commands[i]);
    for (size_t i = 0; cli_manual_programs[i]; i++)
        cli_manual_program(&out, cli_manual_programs[i]);
    cli_manual_settings(&out);
    assert_int_equal(qn_buf_status(&out), QN_OK);
    for (const char *line = out.data; *line != '\0'; line = strchr(line, '\n') + 1) {
        bool known = line[0] != '.' && line[0] != '\'';
        for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]) && !known; i++)
            known = strncmp(line, requests[i], strlen(requests[i])) == 0;
        if (!known)
            fail_msg("a line became a request: %.60s", line);
    }
    for (size_t i = 0; i < out.len; i++)
        assert_true((unsigned char)out.data[i] < 128);
    qn_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roff_prints_what_was_typed),
        cmocka_unit_test(a_text_falls_into_paragraphs_and_examples),
        cmocka_unit_test(filled_lines_keep_their_width_and_their_words),
        cmocka_unit_test(each_command_has_a_text_with_an_example_of_itself),
        cmocka_unit_test(pages_are_of_7_bits_and_of_known_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
