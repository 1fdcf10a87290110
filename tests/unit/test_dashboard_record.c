#include "tasks/nl2sql/dashboard/dashboard_record.h"
#include "tests/support/dashboard_room.h"
#include "tests/support/torture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MADE_MS 1770000000123

static struct qn_span span_of(const struct qn_buf *bytes)
{
    return (struct qn_span){bytes->data, bytes->len};
}

/* The record of n rows, in an initialised buffer. */
static void write_rows(struct qn_buf *bytes, size_t n, const char *text, size_t max)
{
    struct query_rows rows;

    room_rows(&rows, n, text);
    qn_buf_init(bytes, DASHBOARD_RECORD_MAX);
    assert_int_equal(dashboard_record_write(&rows, MADE_MS, max, bytes, NULL), QN_OK);
    query_rows_release(&rows);
}

static int read_rows(struct query_rows *rows, struct qn_span bytes, struct qn_err *err)
{
    int64_t made_ms = 0;

    query_rows_init(rows);
    return dashboard_record_read(rows, &made_ms, bytes, err);
}

static void rows_come_back_as_they_were(void **state)
{
    struct query_rows back;
    struct qn_buf bytes;
    int64_t made_ms = 0;

    (void)state;
    write_rows(&bytes, 3, "a\"\xe5\xb8\x82\n", DASHBOARD_RECORD_MAX);
    query_rows_init(&back);
    assert_int_equal(dashboard_record_read(&back, &made_ms, span_of(&bytes), NULL), QN_OK);
    assert_true(made_ms == MADE_MS);
    assert_int_equal(back.n_columns, 2);
    assert_int_equal(back.n_rows, 3);
    assert_false(back.truncated);
    assert_string_equal(back.columns[0].name, "wo\"rd");
    assert_string_equal(back.columns[1].type, "bigint");
    assert_string_equal(back.columns[1].unit, "EUR");
    assert_int_equal(back.columns[1].kind, QUERY_INTEGER);
    assert_int_equal(back.columns[1].role, QN_ROLE_MEASURE);
    assert_true(back.columns[1].not_finite && !back.columns[0].not_finite);
    assert_true(back.columns[0].table == QN_MODEL_NONE && back.columns[1].table == 3);
    assert_int_equal(back.columns[1].column, 0);
    assert_string_equal(query_cell(&back, 2, 0).data, "a\"\xe5\xb8\x82\n");
    assert_string_equal(query_cell(&back, 2, 1).data, "7");
    query_rows_release(&back);
    qn_buf_release(&bytes);
}

static void null_is_not_the_empty_text(void **state)
{
    static const char *const texts[] = {NULL, ""};
    struct query_rows back;
    struct qn_buf bytes;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        write_rows(&bytes, 1, texts[i], DASHBOARD_RECORD_MAX);
        assert_int_equal(read_rows(&back, span_of(&bytes), NULL), QN_OK);
        assert_int_equal(query_cell(&back, 0, 0).data == NULL, texts[i] == NULL);
        assert_int_equal(query_cell(&back, 0, 0).len, 0);
        query_rows_release(&back);
        qn_buf_release(&bytes);
    }
}

static void rows_that_do_not_fit_are_left_out_and_said_to_be(void **state)
{
    struct query_rows back;
    struct qn_buf whole, bytes;

    (void)state;
    write_rows(&whole, 40, "0123456789", DASHBOARD_RECORD_MAX);
    for (size_t max = whole.len - 13 * 40; max <= whole.len; max++) {
        write_rows(&bytes, 40, "0123456789", max);
        assert_true(bytes.len <= max);
        assert_int_equal(read_rows(&back, span_of(&bytes), NULL), QN_OK);
        assert_int_equal(back.truncated, back.n_rows < 40);
        assert_int_equal(back.n_rows == 40, max == whole.len);
        query_rows_release(&back);
        qn_buf_release(&bytes);
    }
    qn_buf_release(&whole);
}

static void columns_that_do_not_fit_are_told(void **state)
{
    struct query_rows rows;
    struct qn_buf bytes;
    struct qn_err err;

    (void)state;
    room_rows(&rows, 1, "x");
    qn_buf_init(&bytes, DASHBOARD_RECORD_MAX);
    assert_int_equal(dashboard_record_write(&rows, MADE_MS, 20, &bytes, &err), QN_ELIMIT);
    assert_int_equal(bytes.len, 0);
    qn_buf_release(&bytes);
    query_rows_release(&rows);
}

static void what_is_cut_is_refused(void **state)
{
    struct query_rows back;
    struct qn_buf bytes;
    struct qn_err err;

    (void)state;
    write_rows(&bytes, 5, "text", DASHBOARD_RECORD_MAX);
    for (size_t len = 0; len < bytes.len; len++) {
        assert_int_equal(read_rows(&back, (struct qn_span){bytes.data, len}, &err), QN_ECORRUPT);
        assert_int_equal(back.n_rows + back.n_columns, 0);
        query_rows_release(&back);
    }
    qn_buf_add_byte(&bytes, 0);
    assert_int_equal(read_rows(&back, span_of(&bytes), &err), QN_ECORRUPT);
    query_rows_release(&back);
    qn_buf_release(&bytes);
}

static void what_is_changed_is_refused_or_within_the_limits(void **state)
{
    struct query_rows back;
    struct qn_buf bytes;
    size_t read = 0;

    (void)state;
    write_rows(&bytes, 5, "text", DASHBOARD_RECORD_MAX);
    for (size_t i = 0; i < bytes.len * 256; i++) {
        char *byte = &bytes.data[i / 256];
        const char was = *byte;

        *byte = (char)(i % 256);
        if (read_rows(&back, span_of(&bytes), NULL) == QN_OK) {
            read++;
            assert_true(back.n_columns <= QUERY_COLUMNS_MAX && back.n_rows <= QUERY_ROWS_MAX);
            for (size_t at = 0; at < back.n_columns; at++) {
                assert_true(back.columns[at].kind < QUERY_KINDS);
                assert_true(back.columns[at].role < QN_ROLES);
            }
            for (size_t at = 0; at < back.n_rows * back.n_columns; at++) {
                assert_true(back.cells[at].len <= bytes.len);
            }
        }
        query_rows_release(&back);
        *byte = was;
    }
    assert_true(read > bytes.len); /* each at least once, as it was */
    qn_buf_release(&bytes);
}

/* Numbers of rows and columns that ask for more than there is cost nothing. */
static void no_number_makes_it_take_memory(void **state)
{
    static const char head[] = "\1\0\0\0\0\0\0\0\0";
    static const char *const counts[] = {"\xff\xff\xff\xff\x0f", "\x80\x02", "\x81\x02", "\0"};
    struct query_rows back;
    struct qn_buf bytes;

    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        qn_buf_init(&bytes, 100);
        qn_buf_add(&bytes, head, sizeof(head) - 1);
        qn_buf_add(&bytes, counts[i], strlen(counts[i]) + (counts[i][0] == '\0'));
        qn_buf_add_u32(&bytes, UINT32_MAX);
        qn_buf_add_byte(&bytes, 1);
        assert_int_equal(read_rows(&back, span_of(&bytes), NULL), QN_ECORRUPT);
        query_rows_release(&back);
        qn_buf_release(&bytes);
    }
}

static struct query_rows sample;

static int write_and_read(void)
{
    struct query_rows back;
    struct qn_buf bytes;
    struct qn_err err;
    int rc;

    qn_buf_init(&bytes, DASHBOARD_RECORD_MAX);
    query_rows_init(&back);
    rc = dashboard_record_write(&sample, MADE_MS, 1000, &bytes, &err);
    if (rc == QN_OK) {
        rc = read_rows(&back, span_of(&bytes), &err);
    }
    query_rows_release(&back);
    qn_buf_release(&bytes);
    return rc;
}

static void no_memory_is_told(void **state)
{
    (void)state;
    room_rows(&sample, 2, "x");
    torture(write_and_read);
    query_rows_release(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back_as_they_were),
        cmocka_unit_test(null_is_not_the_empty_text),
        cmocka_unit_test(rows_that_do_not_fit_are_left_out_and_said_to_be),
        cmocka_unit_test(columns_that_do_not_fit_are_told),
        cmocka_unit_test(what_is_cut_is_refused),
        cmocka_unit_test(what_is_changed_is_refused_or_within_the_limits),
        cmocka_unit_test(no_number_makes_it_take_memory),
        cmocka_unit_test(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
