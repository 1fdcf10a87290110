/* The guard of SQL under input that wants to break it, and without memory. */
#include "tests/support/guard_room.h"

#include <stdio.h>

#define HUGE ((size_t)1024 * 1024)

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

/* before, n times again, middle, n times after. */
static enum guard_class repeated(const char *before, const char *again, size_t n,
                                 const char *middle, const char *after)
{
    struct guard_verdict verdict;
    struct qn_buf sql;
    size_t i;

    qn_buf_init(&sql, HUGE * 16);
    qn_buf_add_str(&sql, before);
    for (i = 0; i < n; i++) {
        qn_buf_add_str(&sql, again);
    }
    qn_buf_add_str(&sql, middle);
    for (i = 0; i < n; i++) {
        qn_buf_add_str(&sql, after);
    }
    assert_int_equal(qn_buf_status(&sql), QN_OK);
    guard_room_ask(&shop, (struct qn_span){sql.data, sql.len}, &verdict);
    qn_buf_release(&sql);
    return verdict.class;
}

static void what_is_too_long_is_not_even_parsed(void **state)
{
    (void)state;
    assert_int_equal(repeated("SELECT ", "1,", HUGE, "1", ""), GUARD_INPUT);
    assert_int_equal(repeated("SELECT ", "(", 10000, "1", ")"), GUARD_INPUT);
    assert_int_equal(repeated("SELECT 1", " ", GUARD_SQL_MAX - 8, "", ""), GUARD_ALLOWED);
    assert_int_equal(repeated("SELECT 1", " ", GUARD_SQL_MAX - 7, "", ""), GUARD_INPUT);
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    struct guard_verdict verdict;
    static const char *const bad[] = {"SELECT '\xff'", "SELECT '\xc0\xaf'", "SELECT '\xed\xa0\x80'",
                                      "SELECT \xf8", "\xfe\xff"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(guard_room_text(&shop, bad[i]), GUARD_INPUT);
    }
    assert_int_equal(guard_room_ask(&shop, (struct qn_span){"SELECT 1\0; DROP", 15}, &verdict),
                     GUARD_INPUT);
    assert_int_equal(guard_room_ask(&shop, (struct qn_span){"", 0}, &verdict), GUARD_STATEMENT);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(repeated("SELECT ", "(", 4000, "1", ")"), GUARD_ALLOWED);
    assert_int_equal(repeated("SELECT ", "NOT ", 4000, "true", ""), GUARD_SIZE);
    assert_int_equal(repeated("SELECT 1", "+1", 8000, "", ""), GUARD_SIZE);
    assert_int_equal(repeated("SELECT ", "- ", 8000, "id", ""), GUARD_SIZE);
    assert_int_equal(repeated("SELECT ", "CASE WHEN ", 600, "true", " THEN 1 END"), GUARD_SIZE);
    assert_int_equal(repeated("SELECT ", "(SELECT ", 1000, "1", ")"), GUARD_SIZE);
    assert_int_equal(repeated("SELECT ", "abs(", 3000, "1", ")"), GUARD_SIZE);
    assert_int_equal(repeated("SELECT ", "ARRAY[", 2000, "1", "]"), GUARD_SIZE);
    assert_int_equal(repeated("SELECT 1", " UNION SELECT 1", 1000, "", ""), GUARD_SIZE);
    assert_int_equal(repeated("", "(", 4000, "SELECT 1", ")"), GUARD_ALLOWED);
    assert_int_equal(repeated("SELECT 1", "::int", 3000, "", ""), GUARD_SIZE);
    assert_int_equal(repeated("SELECT 1 FROM ", "(", 3000, "orders", " JOIN orders ON true)"),
                     GUARD_INPUT);
    assert_int_equal(repeated("SELECT 1 FROM ", "(", 500, "orders", " JOIN orders ON true)"),
                     GUARD_SIZE);
    assert_int_equal(repeated("SELECT '{}'::jsonb", " -> 'a'", 2000, "", ""), GUARD_SIZE);
    assert_int_equal(repeated("SELECT 1 ", "/* ", 5000, "", "*/"), GUARD_INPUT);
    assert_int_equal(repeated("SELECT 1 ", "/*", 4000, "", "*/"), GUARD_ALLOWED);
}

static void long_lists_are_fine(void **state)
{
    (void)state;
    assert_int_equal(repeated("SELECT id FROM orders WHERE id IN (", "12345,", 2500, "1)", ""),
                     GUARD_ALLOWED);
    assert_int_equal(repeated("SELECT id FROM orders WHERE true", " AND id > 1", 1200, "", ""),
                     GUARD_ALLOWED);
    assert_int_equal(repeated("SELECT id", ",id", 5000, " FROM orders", ""), GUARD_ALLOWED);
    assert_int_equal(repeated("VALUES (1)", ",(1)", 4000, "", ""), GUARD_ALLOWED);
    assert_int_equal(repeated("SELECT 1 FROM orders a", ", orders", 19, "", ""), GUARD_ALLOWED);
    assert_int_equal(repeated("SELECT 1 FROM orders a", ", orders", 20, "", ""), GUARD_SIZE);
}

/* Every statement of the corpus with a piece cut out, doubled, or a byte changed: any verdict. */
static void tortured(void *arg, const char *sql, const char *class)
{
    const size_t len = strlen(sql);
    struct guard_verdict verdict;
    size_t i, *n = arg;
    struct qn_buf text;

    (void)class;
    qn_buf_init(&text, HUGE);
    for (i = 0; i < len; i += 7) {
        const size_t skip = i % 3 < len - i ? i % 3 : 0;

        qn_buf_reset(&text);
        qn_buf_add(&text, sql, i);
        qn_buf_add_byte(&text, "'\"$(;*./\\"[i % 9]);
        qn_buf_add(&text, sql + i + skip, len - i - skip);
        guard_room_ask(&shop, (struct qn_span){text.data, text.len}, &verdict);
        guard_room_ask(&shop, (struct qn_span){sql, i}, &verdict);
        (*n)++;
    }
    qn_buf_release(&text);
}

static void broken_statements_break_nothing(void **state)
{
    size_t n = 0;

    (void)state;
    guard_room_cases(GUARD_CASES "allow.jsonl", tortured, &n);
    assert_true(n > 1000);
}

/* ---- without memory ---- */

static void without_memory(void *arg, const char *sql, const char *class)
{
    const struct qn_span span = {sql, strlen(sql)};
    struct guard_verdict verdict;
    size_t nth, live, *n = arg;
    int rc = QN_ENOMEM;

    (void)class;
    for (nth = 1; rc != QN_OK && nth < 400; nth++) {
        struct qn_buf uses;

        live = qn_mem_live();
        qn_buf_init(&uses, 1 << 16);
        qn_mem_fail_at(nth, 0);
        rc = guard_check(shop.guard, span, &verdict, &uses, NULL);
        qn_mem_fail_at(0, 0);
        assert_true(rc == QN_OK || rc == QN_ENOMEM);
        assert_true(rc == QN_OK || verdict.class == GUARD_ALLOWED || verdict.reason[0] != '\0');
        qn_buf_release(&uses);
        assert_int_equal(qn_mem_live(), live);
        (*n)++;
    }
    assert_int_equal(rc, QN_OK);
}

static void memory_that_ends_is_told_and_nothing_leaks(void **state)
{
    size_t n = 0;

    (void)state;
    guard_room_cases(GUARD_CASES "allow.jsonl", without_memory, &n);
    assert_true(n > 300);
}

static void a_guard_without_memory_is_none(void **state)
{
    struct guard *guard;
    size_t nth;

    (void)state;
    for (nth = 1; nth < 4; nth++) {
        int rc;

        qn_mem_fail_at(nth, 0);
        rc = guard_create(&guard, shop.model, NULL);
        qn_mem_fail_at(0, 0);
        assert_true((rc == QN_OK) == (guard != NULL));
        guard_free(guard);
    }
    assert_true(nth == 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_too_long_is_not_even_parsed),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(long_lists_are_fine),
        cmocka_unit_test(broken_statements_break_nothing),
        cmocka_unit_test(memory_that_ends_is_told_and_nothing_leaks),
        cmocka_unit_test(a_guard_without_memory_is_none),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
