#include "broker-client/state.h"

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define ROOT UNIT_DATA "/../../"

static void read_text(const char *path, char *out, size_t size)
{
    FILE *stream = fopen(path, "re");

    assert_non_null(stream);
    out[fread(out, 1, size - 1, stream)] = '\0';
    fclose(stream);
}

/* Lines "    from --> to : why"; [*] is no state. */
static void the_picture_shows_what_the_table_allows(void **state)
{
    static char text[16 * 1024];
    unsigned drawn[QN_EXPIRED + 1] = {0};
    char from_name[32], to_name[32];
    char *rest;

    (void)state;
    read_text(ROOT "docs/state-machine.md", text, sizeof(text));
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        enum qn_state from, to;
        if (sscanf(line, " %31s --> %31s", from_name, to_name) != 2)
            continue;
        if (qn_state_parse(from_name, &from) != QN_OK) {
            assert_string_equal(from_name, "[*]");
            continue;
        }
        if (strcmp(to_name, "[*]") == 0) {
            assert_true(qn_state_is_final(from));
            continue;
        }
        assert_int_equal(qn_state_parse(to_name, &to), QN_OK);
        drawn[from] |= 1u << to;
    }
    for (int i = 0; i < qn_states_n; i++)
        assert_int_equal(drawn[qn_states[i].state], qn_states[i].next);
}

static void final_states_have_letters_and_only_replay_leads_out(void **state)
{
    (void)state;
    assert_int_equal(qn_states_n, QN_EXPIRED);
    for (int i = 0; i < qn_states_n; i++) {
        const struct qn_state_row *row = &qn_states[i];
        enum qn_state back;
        assert_int_equal(row->next & ~(row->final ? 1u << QN_QUEUED : ~0u), 0);
        assert_int_equal(row->state == QN_SUCCEEDED, row->next == 0);
        assert_int_equal(row->final, row->letter != 0);
        assert_int_equal(qn_state_parse(row->name, &back), QN_OK);
        assert_int_equal(back, row->state);
        if (row->letter) {
            assert_int_equal(qn_state_of_letter(row->letter, &back), QN_OK);
            assert_int_equal(back, row->state);
        }
    }
    enum qn_state none;
    assert_int_equal(qn_state_of_letter(0, &none), QN_EINVAL);
    assert_int_equal(qn_state_parse("done", &none), QN_EINVAL);
    assert_string_equal(qn_state_name((enum qn_state)0), "?");
}

static unsigned states_in(const char *text, size_t len)
{
    unsigned found = 0;

    for (int i = 0; i < qn_states_n; i++) {
        const char *at = memmem(text, len, qn_states[i].name, strlen(qn_states[i].name));
        if (at)
            found |= 1u << qn_states[i].state;
    }
    return found;
}

/* In a head, "a | b -> c | d": each of a and b must lead to one of c and d at
 * least, and each of c and d must be led to by one of a and b. */
static void heads_of_scripts_tell_possible_steps(void **state)
{
    static const char *const files[] = {"take",    "finish", "reconcile", "recover",
                                        "forward", "cancel", "replay"};
    static char text[32 * 1024];
    char path[512];

    (void)state;
    for (size_t f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
        snprintf(path, sizeof(path), ROOT "broker-client/redis/lua/%s.lua", files[f]);
        read_text(path, text, sizeof(text));
        char *arrow = strstr(text, "->");
        char *keys = strstr(text, "KEYS ");
        assert_true(arrow && keys && arrow < keys);
        unsigned from = states_in(text, (size_t)(arrow - text));
        unsigned to = states_in(arrow, (size_t)(keys - arrow));
        unsigned reached = 0;
        assert_true(from && to);
        for (int i = 0; i < qn_states_n; i++) {
            if (from & 1u << qn_states[i].state) {
                assert_true(qn_states[i].next & to);
                reached |= qn_states[i].next;
            }
        }
        if ((to & reached) != to)
            fail_msg("%s.lua: a step that the table does not know", files[f]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_picture_shows_what_the_table_allows),
        cmocka_unit_test(final_states_have_letters_and_only_replay_leads_out),
        cmocka_unit_test(heads_of_scripts_tell_possible_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
