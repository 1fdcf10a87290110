/* What the guard of SQL allows and refuses. */
#include "tests/support/guard_room.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static struct guard_room shop;

static int setup(void **state)
{
    (void)state;
    guard_room_init(&shop);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    guard_room_release(&shop);
    return 0;
}

/* ---- the cases ---- */

static void must_pass(void *arg, const char *sql, const char *class)
{
    struct guard_verdict verdict;

    (void)arg;
    (void)class;
    guard_room_ask(&shop, (struct qn_span){sql, strlen(sql)}, &verdict);
    if (verdict.class != GUARD_ALLOWED) {
        fail_msg("%s: %s\n%s", guard_class_names[verdict.class], verdict.reason, sql);
    }
    assert_string_equal(verdict.reason, "");
}

/* Of class cost the statement alone tells nothing. */
static void must_fail(void *arg, const char *sql, const char *class)
{
    struct guard_verdict verdict;
    const char *wanted = strcmp(class, "cost") == 0 ? "allowed" : class;

    (void)arg;
    guard_room_ask(&shop, (struct qn_span){sql, strlen(sql)}, &verdict);
    if (strcmp(guard_class_names[verdict.class], wanted) != 0) {
        fail_msg("%s, not %s: %s\n%s", guard_class_names[verdict.class], wanted, verdict.reason,
                 sql);
    }
    assert_true(verdict.class == GUARD_ALLOWED || verdict.reason[0] != '\0');
}

static void what_analysts_write_is_allowed(void **state)
{
    (void)state;
    assert_true(guard_room_cases(GUARD_CASES "allow.jsonl", must_pass, NULL) >= 150);
}

static void what_attackers_write_is_refused_for_its_reason(void **state)
{
    (void)state;
    assert_true(guard_room_cases(GUARD_CASES "deny.jsonl", must_fail, NULL) >= 150);
}

/* ---- the same in other words ---- */

/* How far the string, name, comment or dollar text that begins here goes; 0: nothing does. */
static size_t quoted(const char *at)
{
    const char *end = NULL;
    char tag[32] = "";

    if (at[0] == '\'' || at[0] == '"') {
        for (end = at + 1; *end != '\0' && (*end != at[0] || end[1] == at[0]);) {
            end += *end == at[0] ? 2 : 1;
        }
        return *end != '\0' ? (size_t)(end - at) + 1 : strlen(at);
    }
    if (strncmp(at, "--", 2) == 0) {
        return strcspn(at, "\n");
    }
    if (strncmp(at, "/*", 2) == 0) {
        return strlen(at); /* nested ones: let them be */
    }
    if (sscanf(at, "$%30[a-z]$", tag) == 1 || strncmp(at, "$$", 2) == 0) {
        snprintf(tag + strlen(tag), 2, "$");
        memmove(tag + 1, tag, strlen(tag) + 1);
        tag[0] = '$';
        end = strstr(at + strlen(tag), tag);
        return end != NULL ? (size_t)(end - at) + strlen(tag) : strlen(at);
    }
    return 0;
}

enum change { BLANKS, LINES, COMMENTS, LINE_COMMENTS, UPPER, LOWER, STRINGS, CHANGES };

static void plain_byte(struct qn_buf *out, enum change change, char byte)
{
    static const char *const blanks[CHANGES] = {
        " \t ", "\n", " /* ; DROP /* x */ */ ", " -- '; DROP TABLE orders\n", " ", " ", " "};

    if (byte == ' ') {
        qn_buf_add_str(out, blanks[change]);
    } else if (change == UPPER) {
        qn_buf_add_byte(out, toupper((unsigned char)byte));
    } else {
        qn_buf_add_byte(out, change == LOWER ? tolower((unsigned char)byte) : byte);
    }
}

static void change_it(struct qn_buf *out, const char *sql, enum change change)
{
    while (*sql != '\0') {
        size_t len = quoted(sql);

        if (len == 0) {
            plain_byte(out, change, *sql++);
            continue;
        }
        if (change == STRINGS && sql[0] == '\'' && len > 2 && sql[len - 1] == '\'') {
            qn_buf_add(out, sql, len - 1);
            qn_buf_add_str(out, "''; DROP TABLE orders; --'");
        } else {
            qn_buf_add(out, sql, len);
        }
        sql += len;
    }
}

/* Where texts are read as times, numbers, formats or escapes another text is another thing. */
static bool texts_matter(const char *sql)
{
    static const char *const words[] = {"generate_series", "RECURSIVE", "format",  "E'", "U&",
                                        "ESCAPE",          "B'",        "interval"};
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strstr(sql, words[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static void same_verdict(void *arg, const char *sql, const char *class)
{
    const enum guard_class before = guard_room_text(&shop, sql);
    size_t *n = arg;
    int change;

    (void)class;
    for (change = 0; change < CHANGES; change++) {
        struct qn_buf out;

        if ((change == STRINGS && texts_matter(sql))) {
            continue;
        }
        qn_buf_init(&out, 1 << 20);
        change_it(&out, sql, change);
        if (out.len <= GUARD_SQL_MAX && guard_room_text(&shop, out.data) != before) {
            fail_msg("%s before, change %d:\n%s", guard_class_names[before], change, out.data);
        }
        qn_buf_release(&out);
        (*n)++;
    }
}

static void comments_blanks_case_and_quotes_change_no_verdict(void **state)
{
    size_t n = 0;

    (void)state;
    guard_room_cases(GUARD_CASES "allow.jsonl", same_verdict, &n);
    guard_room_cases(GUARD_CASES "deny.jsonl", same_verdict, &n);
    assert_true(n > 3000);
}

/* ---- what it tells ---- */

static void a_refusal_tells_the_name_and_the_place(void **state)
{
    const char *sql = "SELECT id, nothing FROM orders";
    struct guard_verdict verdict;

    (void)state;
    assert_int_equal(guard_room_ask(&shop, (struct qn_span){sql, strlen(sql)}, &verdict),
                     GUARD_COLUMN);
    assert_int_equal(verdict.position, 11);
    assert_string_equal(verdict.name, "nothing");
    sql = "SELECT '\xe4\xba\xac' 5";
    assert_int_equal(guard_room_ask(&shop, (struct qn_span){sql, strlen(sql)}, &verdict),
                     GUARD_SYNTAX);
    assert_int_equal(verdict.position, 13);
}

static void the_audit_tells_what_is_used(void **state)
{
    const char *sql = "WITH x AS (SELECT user_id FROM orders WHERE total_amount > 5) "
                      "SELECT u.name, count(*), max(o.id) FROM x JOIN users u ON u.id = x.user_id "
                      "JOIN public.orders o USING (user_id) GROUP BY 1";
    struct guard_verdict verdict;
    struct qn_buf uses;

    (void)state;
    qn_buf_init(&uses, 1 << 16);
    assert_int_equal(
        guard_check(shop.guard, (struct qn_span){sql, strlen(sql)}, &verdict, &uses, NULL), QN_OK);
    assert_int_equal(verdict.class, GUARD_ALLOWED);
    assert_string_equal(uses.data,
                        "{\"relations\":[\"orders\",\"users\"],\"columns\":[\"orders.user_id\","
                        "\"orders.total_amount\",\"users.id\",\"users.name\",\"orders.id\"],"
                        "\"functions\":[\"count\",\"max\"]}");
    qn_buf_release(&uses);
}

static void a_hidden_table_is_refused(void **state)
{
    static const char layer[] = "{\"format\":\"nlq-hints/1\",\"tables\":{\"reviews\":"
                                "{\"hidden\":true}}}";
    struct guard_room room;
    struct guard_verdict verdict;
    const char *sql = "SELECT count(*) FROM reviews";

    (void)state;
    guard_room_init(&room);
    assert_int_equal(guard_room_ask(&room, (struct qn_span){sql, strlen(sql)}, &verdict),
                     GUARD_ALLOWED);
    guard_free(room.guard);
    assert_int_equal(qn_model_merge(room.model, (struct qn_span){layer, sizeof(layer) - 1},
                                    QN_MODEL_HUMAN, NULL),
                     QN_OK);
    assert_int_equal(guard_create(&room.guard, room.model, NULL), QN_OK);
    assert_int_equal(guard_room_ask(&room, (struct qn_span){sql, strlen(sql)}, &verdict),
                     GUARD_HIDDEN);
    guard_room_release(&room);
}

static void the_page_prints_the_lists_of_the_code(void **state)
{
    extern const char guard_functions[], guard_operators[], guard_types[];
    const char *const lists[] = {guard_functions, guard_operators, guard_types};
    size_t len, i;
    char *page = model_room_file(UNIT_DATA "/../../docs/guard.md", &len), *at;

    (void)state;
    for (at = page; *at != '\0'; at++) { /* the page breaks lines where it likes */
        *at = *at == '\n' ? ' ' : *at;
    }
    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (strstr(page, lists[i]) == NULL) {
            fail_msg("docs/guard.md does not print: %s", lists[i]);
        }
    }
    qn_free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_analysts_write_is_allowed),
        cmocka_unit_test(what_attackers_write_is_refused_for_its_reason),
        cmocka_unit_test(comments_blanks_case_and_quotes_change_no_verdict),
        cmocka_unit_test(a_refusal_tells_the_name_and_the_place),
        cmocka_unit_test(the_audit_tells_what_is_used),
        cmocka_unit_test(a_hidden_table_is_refused),
        cmocka_unit_test(the_page_prints_the_lists_of_the_code),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
