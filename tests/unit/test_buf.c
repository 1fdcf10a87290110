#include "common/buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/torture.h"
#include <cmocka.h>
#include <string.h>

static void an_empty_buffer_has_text_and_no_memory(void **state)
{
    size_t live = qn_mem_live();
    struct qn_buf buf, zeroed = {0};

    (void)state;
    qn_buf_init(&buf, 10);
    assert_string_equal(buf.data, "");
    assert_int_equal(qn_mem_live(), live);
    qn_buf_release(&buf);
    qn_buf_release(&zeroed);
}

static void what_is_added_ends_in_nul(void **state)
{
    struct qn_buf buf;

    (void)state;
    qn_buf_init(&buf, 1000);
    assert_int_equal(qn_buf_add(&buf, "ab", 2), QN_OK);
    assert_int_equal(qn_buf_add_str(&buf, "cd"), QN_OK);
    assert_int_equal(qn_buf_add_byte(&buf, 'e'), QN_OK);
    assert_int_equal(qn_buf_printf(&buf, "%d %s", 7, "x"), QN_OK);
    assert_string_equal(buf.data, "abcde7 x");
    assert_int_equal(buf.len, 8);
    for (int i = 0; i < 300; i++) {
        assert_int_equal(qn_buf_printf(&buf, "%s", "yz"), QN_OK);
        assert_int_equal(buf.data[buf.len], '\0');
    }
    assert_int_equal(buf.len, 608);
    qn_buf_release(&buf);
}

static void the_maximum_is_exact(void **state)
{
    struct qn_buf buf;

    (void)state;
    qn_buf_init(&buf, 100);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(qn_buf_add_byte(&buf, 'x'), QN_OK);
    }
    assert_int_equal(qn_buf_add_byte(&buf, 'x'), QN_ELIMIT);
    assert_int_equal(buf.len, 100);
    qn_buf_release(&buf);
    qn_buf_init(&buf, SIZE_MAX);
    assert_int_equal(qn_buf_reserve(&buf, SIZE_MAX), QN_ELIMIT);
    qn_buf_release(&buf);
}

static void a_failure_stays_until_reset_and_nothing_is_added_after_it(void **state)
{
    struct qn_buf buf;

    (void)state;
    qn_buf_init(&buf, 4);
    qn_buf_add_str(&buf, "abc");
    assert_int_equal(qn_buf_printf(&buf, "%s", "too long"), QN_ELIMIT);
    assert_int_equal(qn_buf_add_str(&buf, "d"), QN_ELIMIT);
    assert_int_equal(qn_buf_printf(&buf, "e"), QN_ELIMIT);
    assert_string_equal(buf.data, "abc");
    assert_int_equal(qn_buf_status(&buf), QN_ELIMIT);
    qn_buf_reset(&buf);
    assert_int_equal(qn_buf_status(&buf), QN_OK);
    assert_int_equal(qn_buf_add_str(&buf, "wxyz"), QN_OK);
    assert_string_equal(buf.data, "wxyz");
    qn_buf_release(&buf);
}

static void reserve_remembers_no_failure(void **state)
{
    struct qn_buf buf;

    (void)state;
    qn_buf_init(&buf, 4);
    assert_int_equal(qn_buf_reserve(&buf, 5), QN_ELIMIT);
    assert_int_equal(qn_buf_add_str(&buf, "abcd"), QN_OK);
    qn_buf_release(&buf);
}

static void drop_and_cut_stay_within_the_length(void **state)
{
    struct qn_buf buf;

    (void)state;
    qn_buf_init(&buf, 100);
    qn_buf_drop(&buf, 5);
    qn_buf_cut(&buf, 5);
    qn_buf_add_str(&buf, "abcdef");
    qn_buf_drop(&buf, 2);
    assert_string_equal(buf.data, "cdef");
    qn_buf_cut(&buf, 9);
    qn_buf_cut(&buf, 3);
    assert_string_equal(buf.data, "cde");
    qn_buf_drop(&buf, 99);
    assert_string_equal(buf.data, "");
    assert_int_equal(buf.len, 0);
    qn_buf_release(&buf);
}

static void steal_hands_over_the_block(void **state)
{
    size_t live = qn_mem_live(), len;
    struct qn_buf buf;
    char *text;

    (void)state;
    qn_buf_init(&buf, 100);
    text = qn_buf_steal(&buf, &len);
    assert_string_equal(text, "");
    assert_int_equal(len, 0);
    qn_free(text);
    qn_buf_add_str(&buf, "abc");
    text = qn_buf_steal(&buf, NULL);
    assert_string_equal(text, "abc");
    assert_string_equal(buf.data, "");
    qn_buf_release(&buf);
    assert_int_equal(qn_mem_live(), live + 1);
    qn_free(text);
}

static void integers_come_back(void **state)
{
    static const uint64_t values[] = {0, 1, 127, 128, 300, 1U << 31, UINT32_MAX, UINT64_MAX};
    struct qn_buf buf;
    struct qn_span span;
    uint32_t small;
    uint64_t large, packed;

    (void)state;
    qn_buf_init(&buf, 1000);
    for (size_t i = 0; i < 8; i++) {
        qn_buf_add_u32(&buf, (uint32_t)values[i]);
        qn_buf_add_u64(&buf, values[i]);
        qn_buf_add_varint(&buf, values[i]);
    }
    span = (struct qn_span){.data = buf.data, .len = buf.len};
    for (size_t i = 0; i < 8; i++) {
        assert_true(qn_span_u32(&span, &small) && small == (uint32_t)values[i]);
        assert_true(qn_span_u64(&span, &large) && large == values[i]);
        assert_true(qn_span_varint(&span, &packed) && packed == values[i]);
    }
    assert_int_equal(span.len, 0);
    qn_buf_release(&buf);
}

static void integers_are_little_endian(void **state)
{
    struct qn_buf buf;

    (void)state;
    qn_buf_init(&buf, 100);
    qn_buf_add_u32(&buf, 0x04030201);
    qn_buf_add_varint(&buf, 300);
    assert_memory_equal(buf.data, "\x01\x02\x03\x04\xac\x02", 6);
    qn_buf_release(&buf);
}

static void a_short_span_gives_nothing_and_stays(void **state)
{
    struct qn_span span = {.data = "\x80\x80\x80", .len = 3}, part;
    uint32_t small;
    uint64_t large;
    uint8_t byte;

    (void)state;
    assert_false(qn_span_u32(&span, &small));
    assert_false(qn_span_u64(&span, &large));
    assert_false(qn_span_varint(&span, &large));
    assert_false(qn_span_bytes(&span, 4, &part));
    assert_int_equal(span.len, 3);
    assert_true(qn_span_bytes(&span, 2, &part) && part.len == 2);
    assert_true(qn_span_u8(&span, &byte) && byte == 0x80);
    assert_false(qn_span_u8(&span, &byte));
}

static void a_varint_has_one_form(void **state)
{
    struct qn_span padded = {.data = "\x81\x00", .len = 2};
    struct qn_span over = {.data = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", .len = 10};
    struct qn_span endless = {.data = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", .len = 11};
    uint64_t value;

    (void)state;
    assert_false(qn_span_varint(&padded, &value));
    assert_false(qn_span_varint(&over, &value));
    assert_false(qn_span_varint(&endless, &value));
}

static void a_span_is_its_whole_text(void **state)
{
    struct qn_span span = {.data = "abc", .len = 3};

    (void)state;
    assert_true(qn_span_is(span, "abc"));
    assert_false(qn_span_is(span, "ab"));
    assert_false(qn_span_is(span, "abcd"));
    assert_true(qn_span_is((struct qn_span){.data = NULL, .len = 0}, ""));
}

static int fill(void)
{
    struct qn_buf buf;
    char *text = NULL;
    int rc;

    qn_buf_init(&buf, 10000);
    qn_buf_add_str(&buf, "abc");
    qn_buf_printf(&buf, "%0200d", 7);
    qn_buf_add_varint(&buf, UINT64_MAX);
    for (int i = 0; i < 500; i++) {
        qn_buf_add_u64(&buf, 1);
    }
    rc = qn_buf_status(&buf);
    if (rc == QN_OK) {
        text = qn_buf_steal(&buf, NULL);
    }
    qn_free(text);
    qn_buf_release(&buf);
    return rc;
}

static int steal_empty(void)
{
    struct qn_buf buf;
    char *text;

    qn_buf_init(&buf, 10);
    text = qn_buf_steal(&buf, NULL);
    qn_free(text);
    return text != NULL ? QN_OK : QN_ENOMEM;
}

static void out_of_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    torture(fill);
    torture(steal_empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_has_text_and_no_memory),
        cmocka_unit_test(what_is_added_ends_in_nul),
        cmocka_unit_test(the_maximum_is_exact),
        cmocka_unit_test(a_failure_stays_until_reset_and_nothing_is_added_after_it),
        cmocka_unit_test(reserve_remembers_no_failure),
        cmocka_unit_test(drop_and_cut_stay_within_the_length),
        cmocka_unit_test(steal_hands_over_the_block),
        cmocka_unit_test(integers_come_back),
        cmocka_unit_test(integers_are_little_endian),
        cmocka_unit_test(a_short_span_gives_nothing_and_stays),
        cmocka_unit_test(a_varint_has_one_form),
        cmocka_unit_test(a_span_is_its_whole_text),
        cmocka_unit_test(out_of_memory_is_told_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
