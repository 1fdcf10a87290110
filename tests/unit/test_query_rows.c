/* What a statement gave, without a server: taken, bounded, printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/json.h"
#include "common/mem.h"
#include "tasks/nl2sql/query/query_take.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define JSON_MAX ((size_t)64 * 1024 * 1024)

enum { INT8 = 20, TEXT = 25, FLOAT8 = 701, MONEY = 790, STAMP = 1114, STAMPTZ = 1184, DATE = 1082 };

struct room {
    struct query_rows rows;
    struct query_take take;
};

static void room_init(struct room *room, int64_t max_rows, const unsigned *types, size_t n)
{
    struct qn_pg_column columns[QUERY_COLUMNS_MAX];

    query_rows_init(&room->rows);
    query_take_init(&room->take, &room->rows, NULL, max_rows);
    for (size_t i = 0; i < n; i++) {
        columns[i] = (struct qn_pg_column){.name = "c", .type = types[i]};
    }
    assert_int_equal(query_take_head(&room->take, columns, n, NULL), QN_OK);
}

static void room_release(struct room *room)
{
    query_take_release(&room->take);
    query_rows_release(&room->rows);
    query_rows_release(&room->rows);
    assert_int_equal(qn_mem_live(), 0);
}

static int add(struct room *room, const char *text)
{
    const struct qn_span value = qn_pg_text(text);

    return query_take_row(&room->take, &value, 1, NULL);
}

/* The only column's cells as JSON. */
static void assert_printed(unsigned type, const char *const *cells, size_t n, const char *expected)
{
    struct room room;
    struct qn_json_item rows;
    struct qn_buf out;

    room_init(&room, 100, &type, 1);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(add(&room, cells[i]), QN_OK);
    }
    assert_int_equal(query_take_end(&room.take, NULL), QN_OK);
    qn_buf_init(&out, JSON_MAX);
    qn_buf_add_byte(&out, '{');
    query_rows_json(&room.rows, &out);
    qn_buf_add_byte(&out, '}');
    assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
    assert_true(qn_json_find(out.data, out.len, "rows", &rows));
    assert_int_equal(rows.value.len, strlen(expected));
    assert_memory_equal(rows.value.data, expected, rows.value.len);
    qn_buf_release(&out);
    room_release(&room);
}

#define PRINTED(type, expected, ...)                                             \
    do {                                                                         \
        const char *const cells[] = {__VA_ARGS__};                               \
        assert_printed(type, cells, sizeof(cells) / sizeof(cells[0]), expected); \
    } while (0)

static void integers_are_exact(void **state)
{
    (void)state;
    PRINTED(INT8,
            "[[0],[-7],[9007199254740992],[\"9007199254740993\"],[-9007199254740992],"
            "[\"-9223372036854775808\"],[null]]",
            "0", "-7", "9007199254740992", "9007199254740993", "-9007199254740992",
            "-9223372036854775808", NULL);
}

static void numbers_are_strings_and_what_is_not_finite_null(void **state)
{
    (void)state;
    PRINTED(FLOAT8, "[[\"1e-07\"],[\"-0\"],[null],[null],[null]]", "1e-07", "-0", "NaN", "Infinity",
            "-Infinity");
}

static void timestamps_are_iso_8601(void **state)
{
    (void)state;
    PRINTED(STAMPTZ,
            "[[\"2025-06-30T07:15:00.5+02:00\"],[\"1900-01-01T00:00:00+08:05:43\"],"
            "[\"2025-06-30T07:15:00-03:30\"],[\"0044-03-15 00:00:00+00 BC\"],"
            "[\"10000-01-01 00:00:00+00\"],[null]]",
            "2025-06-30 07:15:00.5+02", "1900-01-01 00:00:00+08:05:43", "2025-06-30 07:15:00-03:30",
            "0044-03-15 00:00:00+00 BC", "10000-01-01 00:00:00+00", "infinity");
    PRINTED(STAMP, "[[\"2025-06-30T07:15:00\"]]", "2025-06-30 07:15:00");
    PRINTED(DATE, "[[\"2025-06-30\"],[null]]", "2025-06-30", "-infinity");
}

static void hostile_bytes_are_text(void **state)
{
    (void)state;
    PRINTED(TEXT, "[[\"a\\\"b\\nc\"],[\"\xef\xbf\xbd\xef\xbf\xbd\xe4\xb8\xad\"],[\"\"]]", "a\"b\nc",
            "\xff\xc0\xe4\xb8\xad", "");
    PRINTED(STAMP, "[[\"x\"],[\"\"]]", "x", "");
    PRINTED(INT8, "[[\"x\"],[\"\"]]", "x", "");
    PRINTED(FLOAT8, "[[\"\"],[\"-\"]]", "", "-");
}

static void cells_and_names_are_utf8(void **state)
{
    const struct qn_pg_column column = {.name = "n\xff", .type = TEXT};
    struct room room;

    (void)state;
    room_init(&room, 10, NULL, 0);
    assert_int_equal(query_take_head(&room.take, &column, 1, NULL), QN_OK);
    assert_int_equal(add(&room, "a\xe4\xb8"
                                "b"),
                     QN_OK);
    assert_int_equal(query_take_end(&room.take, NULL), QN_OK);
    assert_string_equal(room.rows.columns[0].name, "n\xef\xbf\xbd");
    assert_string_equal(query_cell(&room.rows, 0, 0).data, "a\xef\xbf\xbd\xef\xbf\xbd"
                                                           "b");
    assert_int_equal(query_cell(&room.rows, 0, 0).len, 8);
    room_release(&room);
}

static void cells_are_numbers_where_they_are(void **state)
{
    static const unsigned types[] = {INT8, FLOAT8, MONEY, TEXT};
    const struct qn_span values[] = {qn_pg_text("-12"), qn_pg_text("NaN"), qn_pg_text("-$1,234.50"),
                                     qn_pg_text("5")};
    struct room room;

    (void)state;
    room_init(&room, 10, types, 4);
    assert_int_equal(query_take_row(&room.take, values, 4, NULL), QN_OK);
    assert_int_equal(query_take_end(&room.take, NULL), QN_OK);
    assert_true(query_number(&room.rows, 0, 0) == -12);
    assert_true(isnan(query_number(&room.rows, 0, 1)));
    assert_true(room.rows.columns[1].not_finite);
    assert_true(query_number(&room.rows, 0, 2) == -1234.5);
    assert_true(isnan(query_number(&room.rows, 0, 3))); /* text */
    assert_true(isnan(query_number(&room.rows, 1, 0))); /* not there */
    assert_null(query_cell(&room.rows, 0, 4).data);
    room_release(&room);
}

static void the_row_over_the_maximum_is_not_kept(void **state)
{
    const unsigned type = TEXT;
    struct room room;

    (void)state;
    room_init(&room, 2, &type, 1);
    assert_int_equal(add(&room, "1"), QN_OK);
    assert_int_equal(add(&room, "2"), QN_OK);
    assert_false(room.rows.truncated);
    assert_int_equal(add(&room, "3"), QN_ELIMIT);
    assert_true(room.rows.truncated);
    assert_int_equal(room.rows.n_rows, 2);
    room_release(&room);
}

/* Of whatever cells it is made: the smallest have the most bytes besides. */
static void memory_is_bounded(void **state)
{
    static const char *const cells[] = {"", "\xff\xff\xff\xff\xff\xff\xff\xff", NULL, "123456789"};
    static unsigned types[QUERY_COLUMNS_MAX];
    struct qn_span row[QUERY_COLUMNS_MAX];

    (void)state;
    for (size_t cell = 0; cell < sizeof(cells) / sizeof(cells[0]); cell++) {
        struct room room;
        int rc;

        for (size_t i = 0; i < QUERY_COLUMNS_MAX; i++) {
            types[i] = TEXT;
            row[i] = qn_pg_text(cells[cell]);
        }
        room_init(&room, QUERY_ROWS_MAX, types, QUERY_COLUMNS_MAX);
        do {
            rc = query_take_row(&room.take, row, QUERY_COLUMNS_MAX, NULL);
        } while (rc == QN_OK);
        assert_int_equal(rc, QN_ELIMIT);
        assert_true(room.rows.truncated);
        assert_int_equal(query_take_end(&room.take, NULL), QN_OK);
        assert_in_range(room.rows.bytes, QUERY_BYTES_MAX / 2,
                        QUERY_BYTES_MAX + (size_t)QUERY_COLUMNS_MAX * 24);
        room_release(&room);
    }
}

static void one_cell_over_the_maximum_is_not_kept(void **state)
{
    const unsigned type = TEXT;
    struct room room;
    char *large = malloc(QUERY_BYTES_MAX + 1);

    (void)state;
    assert_non_null(large);
    memset(large, 'x', QUERY_BYTES_MAX);
    large[QUERY_BYTES_MAX] = '\0';
    room_init(&room, 10, &type, 1);
    assert_int_equal(add(&room, large), QN_ELIMIT);
    assert_true(room.rows.truncated);
    assert_int_equal(room.rows.n_rows, 0);
    large[QUERY_BYTES_MAX - QUERY_CELL_BYTES] = '\0';
    assert_int_equal(add(&room, large), QN_OK);
    free(large);
    room_release(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_exact),
        cmocka_unit_test(numbers_are_strings_and_what_is_not_finite_null),
        cmocka_unit_test(timestamps_are_iso_8601),
        cmocka_unit_test(hostile_bytes_are_text),
        cmocka_unit_test(cells_and_names_are_utf8),
        cmocka_unit_test(cells_are_numbers_where_they_are),
        cmocka_unit_test(the_row_over_the_maximum_is_not_kept),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(one_cell_over_the_maximum_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
