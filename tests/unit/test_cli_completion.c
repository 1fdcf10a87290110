/* What is offered at TAB, as far as no broker is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "cli/completion.h"
#include <string.h>

#define WORDS_MAX 8

/* The candidates of a line, its words with one blank between: without what they mean. */
static void offered(const char *line, char *out, size_t size)
{
    char copy[256], *rest = copy;
    const char *words[WORDS_MAX];
    struct qn_buf answer;
    int n = 0;

    snprintf(copy, sizeof(copy), "%s", line);
    while (rest && n < WORDS_MAX)
        words[n++] = strsep(&rest, " ");
    qn_buf_init(&answer, 64 * 1024);
    cli_complete(&answer, words, n);
    out[0] = '\0';
    for (char *at = answer.data; at && *at != '\0'; at++) {
        size_t used = strlen(out);
        snprintf(out + used, size - used, "%s%.*s", used > 0 ? " " : "", (int)strcspn(at, "\t\n"),
                 at);
        at = strchr(at, '\n');
    }
    qn_buf_release(&answer);
}

static void check(const char *line, const char *wanted)
{
    char out[4096];

    offered(line, out, sizeof(out));
    assert_string_equal(out, wanted);
}

static void commands_are_offered_word_by_word(void **state)
{
    (void)state;
    check("enq", "enqueue");
    check("dead", "dead-letter");
    check("dead-letter ", "list replay delete");
    check("job re", "result retry");
    check("no-such ", "");
    check("help job sh", "show");
}

static void options_are_those_of_the_command_and_the_settings(void **state)
{
    (void)state;
    check("queue drain --timeo", "--timeout");
    check("queue list --timeo", "");
    check("queue list --br", "--broker-url --broker-timeout");
    check("--br", "--broker-url --broker-timeout");
    check("enqueue x -- --w", "");
}

static void values_are_known_for_what_has_few(void **state)
{
    (void)state;
    check("job list --state s", "scheduled succeeded");
    check("job list --state=s", "--state=scheduled --state=succeeded");
    check("job list --state = s", "scheduled succeeded"); /* as bash has it */
    check("job list --state =", "scheduled queued running retrying succeeded failed cancelled "
                                "expired");
    check("new-task x --exec --language p", "python");
    check("completion ", "bash zsh fish");
    check("enqueue --priority ", "0 1 2 3");
    check("--log-level w", "warn");
    check("cron next --tz Europe/Ber", "Europe/Berlin");
}

static void files_are_left_to_the_shell(void **state)
{
    (void)state;
    check("dev --data ", ":folders");
    check("schedule check ", ":files");
    check("--config ", ":files");
}

static void nothing_is_offered_behind_the_last_word(void **state)
{
    (void)state;
    check("schedule check a ", "");
    check("stats ", "");
}

/* However the line is cut, what is offered begins as the unfinished word does. */
static void every_command_can_be_typed_by_tab_alone(void **state)
{
    char line[128], out[4096];

    (void)state;
    for (size_t i = 0; i < cli_commands_n; i++) {
        for (size_t len = 1; len <= strlen(cli_commands[i].name); len++) {
            snprintf(line, sizeof(line), "%.*s", (int)len, cli_commands[i].name);
            const char *last = strrchr(cli_commands[i].name, ' ');
            bool in_last = !last || (size_t)(last - cli_commands[i].name) < len;
            offered(line, out, sizeof(out));
            if (!strstr(out, in_last && last ? last + 1 : "") || out[0] == '\0')
                fail_msg("\"%s\" offers \"%s\"", line, out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_offered_word_by_word),
        cmocka_unit_test(options_are_those_of_the_command_and_the_settings),
        cmocka_unit_test(values_are_known_for_what_has_few),
        cmocka_unit_test(files_are_left_to_the_shell),
        cmocka_unit_test(nothing_is_offered_behind_the_last_word),
        cmocka_unit_test(every_command_can_be_typed_by_tab_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
