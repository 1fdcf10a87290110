#include "broker-client/redis/script.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* "KEYS  meta wake ready0 ...", which may go on in the next line, up to ARGV,
 * Returns or the end of the comment. */
static void keys_of_head(const char *body, char *out, size_t size)
{
    const char *at = strstr(body, "-- KEYS");
    size_t n = 0;

    assert_non_null(at);
    at += strlen("-- KEYS");
    while (strncmp(at, "\n-- ARGV", 8) != 0 && strncmp(at, "\n-- Returns", 11) != 0) {
        if (strncmp(at, "\n--", 3) == 0)
            at += 3;
        assert_true(n + 2 < size);
        out[n++] = *at++;
    }
    out[n] = '\0';
}

static void the_table_gives_the_keys_that_the_files_ask_for(void **state)
{
    char head[512];
    char *rest;

    (void)state;
    for (int i = 0; i < QN_SCRIPTS; i++) {
        const struct qn_script_row *row = &qn_scripts[i];
        int n = 0;
        keys_of_head(row->body, head, sizeof(head));
        for (char *word = strtok_r(head, " ", &rest); word;
             word = strtok_r(NULL, " ", &rest), n++) {
            char name[64];
            char *colon = strchr(word, ':');
            snprintf(name, sizeof(name), "%s", colon ? colon + 1 : word);
            char *behind = strstr(name, ":<"); /* of a key with a name behind it */
            if (behind || strcmp(name, "lead:beat") == 0)
                *strrchr(name, ':') = '\0';
            assert_true(n < qn_script_n_keys((enum qn_script)i));
            assert_string_equal(name, qn_key_word((enum qn_key)row->keys[n]));
            assert_int_equal(row->of_queue, colon == NULL);
        }
        assert_int_equal(n, qn_script_n_keys((enum qn_script)i));
    }
}

static void a_text_begins_with_its_flags_and_defines_time_first(void **state)
{
    struct qn_buf text;

    (void)state;
    qn_buf_init(&text, QN_SCRIPT_TEXT_MAX);
    for (int i = 0; i < QN_SCRIPTS; i++) {
        qn_buf_reset(&text);
        assert_int_equal(qn_script_text((enum qn_script)i, "-- THE CLOCK\n", &text), QN_OK);
        assert_memory_equal(text.data, "#!lua", 5);
        char *clock = strstr(text.data, "-- THE CLOCK\n");
        assert_ptr_equal(clock, strchr(text.data, '\n') + 1);
        assert_null(strstr(clock, "#!lua"));
    }
    qn_buf_release(&text);
}

static void everything_but_enqueue_works_on_a_full_redis(void **state)
{
    struct qn_buf text;

    (void)state;
    qn_buf_init(&text, QN_SCRIPT_TEXT_MAX);
    for (int i = 0; i < QN_SCRIPTS; i++) {
        qn_buf_reset(&text);
        assert_int_equal(qn_script_text((enum qn_script)i, "", &text), QN_OK);
        size_t line = strcspn(text.data, "\n");
        bool drains =
            memmem(text.data, line, "allow-oom", 9) || memmem(text.data, line, "no-writes", 9);
        assert_int_equal(drains, i != QN_SCRIPT_ENQUEUE);
    }
    qn_buf_release(&text);
}

static void keys_of_a_queue_share_one_tag(void **state)
{
    char key[QN_KEY_SIZE];
    char queue[QN_QUEUE_MAX + 1];

    (void)state;
    qn_key_make(key, "ns", "mail", QN_KEY_READY2, NULL);
    assert_string_equal(key, "{ns:mail}:ready:2");
    assert_true(qn_key_queue(key, strlen(key), queue));
    assert_string_equal(queue, "mail");
    qn_key_make(key, "ns", "mail", QN_KEY_INBOX, "AAA");
    assert_string_equal(key, "{ns:mail}:inbox:AAA");
    qn_key_make(key, "ns", NULL, QN_KEY_WORKER, "AAA");
    assert_string_equal(key, "{ns}:worker:AAA");
    assert_false(qn_key_queue("plain", 5, queue));
    assert_false(qn_key_queue("{ns:}:x", 7, queue));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_gives_the_keys_that_the_files_ask_for),
        cmocka_unit_test(a_text_begins_with_its_flags_and_defines_time_first),
        cmocka_unit_test(everything_but_enqueue_works_on_a_full_redis),
        cmocka_unit_test(keys_of_a_queue_share_one_tag),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
