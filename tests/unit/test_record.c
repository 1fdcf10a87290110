#include "broker-client/record.h"

#include "tests/support/torture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(s) ((struct qn_span){.data = (s), .len = sizeof(s) - 1})

static const struct qn_body full_body = {
    .task = {"report.sales", 12},
    .args = {"{\"a\":1}", 7},
    .max_attempts = 7,
    .limit_key = {"acme", 4},
    .unique_key = {"0123456789abcdef0123456789abcdef", 32},
    .unique = {.until = QN_UNIQUE_FINISHED, .conflict = QN_UNIQUE_REPLACE, .for_ms = 5000},
    .retry = {.kind = QN_BACKOFF_LINEAR, .base_ms = 1000, .cap_ms = 60000},
    .soft_limit_ms = 25000,
    .hard_limit_ms = 30000,
    .result_ttl_ms = INT64_C(86400000),
    .tags = {"[\"x\"]", 5},
    .request_id = {"req-1", 5},
    .parent = {"default.p", 9},
    .idempotency = {"0123456789abcdef0123456789abcdef", 32},
    .on_failed = {.task = {"t.after", 7}, .args = {"{\"b\":2}", 7}},
};

static const struct qn_ending full_ending = {
    .cause = QN_CAUSE_CRASHED,
    .error = {"signal 11", 9},
    .attempts = 3,
    .deaths = 1,
    .started_ms = INT64_C(1750000000123),
    .result = {"{}", 2},
    .artifacts = {"[]", 2},
    .history = {"{}\n", 3},
    .worker = {"AAAAAAAAAAA", 11},
    .signal = 11,
    .max_rss_bytes = INT64_C(5000000000),
};

/* As the scripts write it. */
static void add_live(struct qn_buf *out)
{
    qn_buf_add(out, "\1L\x0e", 3); /* priority 2, due, expires */
    qn_buf_add_u64(out, 1000);
    qn_buf_add_u64(out, 2000);
    qn_buf_add_u64(out, 3000);
    assert_int_equal(qn_body_encode(&full_body, out), QN_OK);
}

static void add_final(struct qn_buf *out)
{
    struct qn_buf live;

    qn_buf_init(&live, QN_RECORD_MAX);
    add_live(&live);
    qn_buf_add(out, "\1F\0", 3);
    qn_buf_add_u64(out, 9000);
    qn_buf_add_byte(out, 13);
    qn_buf_add_str(out, "AAAAAAAAAAA:5");
    const struct qn_span span = {.data = live.data, .len = live.len};
    assert_int_equal(qn_ending_encode(&full_ending, span, out), QN_OK);
    qn_buf_release(&live);
}

static struct qn_span span_of(const struct qn_buf *buf)
{
    return (struct qn_span){.data = buf->data, .len = buf->len};
}

static void assert_span(struct qn_span got, struct qn_span wanted)
{
    assert_int_equal(got.len, wanted.len);
    if (wanted.len > 0)
        assert_memory_equal(got.data, wanted.data, wanted.len);
}

static void assert_body(const struct qn_record *record)
{
    const struct qn_body *body = &record->body;

    assert_int_equal(record->priority, 2);
    assert_int_equal(record->enqueued_ms, 1000);
    assert_int_equal(record->due_ms, 2000);
    assert_int_equal(record->expires_ms, 3000);
    assert_span(body->task, full_body.task);
    assert_span(body->args, full_body.args);
    assert_int_equal(body->max_attempts, 7);
    assert_int_equal(body->limit_key.len, 4);
    assert_int_equal(body->unique_key.len, 32);
    assert_int_equal(body->unique.until, QN_UNIQUE_FINISHED);
    assert_int_equal(body->unique.conflict, QN_UNIQUE_REPLACE);
    assert_int_equal(body->unique.for_ms, 5000);
    assert_int_equal(body->retry.kind, QN_BACKOFF_LINEAR);
    assert_int_equal(body->retry.base_ms, 1000);
    assert_int_equal(body->retry.cap_ms, 60000);
    assert_int_equal(body->soft_limit_ms, 25000);
    assert_int_equal(body->hard_limit_ms, 30000);
    assert_int_equal(body->result_ttl_ms, 86400000);
    assert_span(body->tags, full_body.tags);
    assert_span(body->request_id, full_body.request_id);
    assert_span(body->parent, full_body.parent);
    assert_span(body->idempotency, full_body.idempotency);
    assert_span(body->on_failed.task, full_body.on_failed.task);
    assert_span(body->on_failed.args, full_body.on_failed.args);
}

static void what_is_written_is_read(void **state)
{
    struct qn_buf bytes;
    struct qn_record record;
    struct qn_err err;

    (void)state;
    qn_buf_init(&bytes, QN_RECORD_MAX);
    add_live(&bytes);
    assert_int_equal(qn_record_decode(span_of(&bytes), &record, &err), QN_OK);
    assert_int_equal(record.letter, 'L');
    assert_body(&record);
    assert_span(record.live, span_of(&bytes));
    qn_buf_reset(&bytes);
    add_final(&bytes);
    assert_int_equal(qn_record_decode(span_of(&bytes), &record, &err), QN_OK);
    assert_int_equal(record.letter, 'F');
    assert_body(&record);
    assert_int_equal(record.ended_ms, 9000);
    assert_span(record.token, TEXT("AAAAAAAAAAA:5"));
    assert_int_equal(record.ending.cause, QN_CAUSE_CRASHED);
    assert_span(record.ending.error, full_ending.error);
    assert_int_equal(record.ending.attempts, 3);
    assert_int_equal(record.ending.deaths, 1);
    assert_int_equal(record.ending.started_ms, full_ending.started_ms);
    assert_span(record.ending.history, full_ending.history);
    assert_span(record.ending.worker, full_ending.worker);
    assert_int_equal(record.ending.signal, 11);
    assert_int_equal(record.ending.max_rss_bytes, full_ending.max_rss_bytes);
    qn_buf_release(&bytes);
}

/* In a block of its own, so that a sanitizer sees a read beyond it. */
static int decode_copy(const char *bytes, size_t len)
{
    char *copy = malloc(len ? len : 1);
    struct qn_record record;
    struct qn_err err = {0};

    memcpy(copy, bytes, len);
    int rc = qn_record_decode((struct qn_span){.data = copy, .len = len}, &record, &err);
    if (rc != QN_OK)
        assert_true(err.msg[0] != '\0');
    free(copy);
    return rc;
}

static void no_truncation_is_read_past_its_end(void **state)
{
    struct qn_buf bytes;
    size_t cut = 0;

    (void)state;
    qn_buf_init(&bytes, QN_RECORD_MAX);
    add_final(&bytes);
    for (size_t len = 0; len < bytes.len; len++) {
        int rc = decode_copy(bytes.data, len);
        assert_true(rc == QN_OK || rc == QN_ECORRUPT);
        cut += rc == QN_ECORRUPT;
    }
    /* only a cut between two fields of the live record may pass */
    assert_true(cut > bytes.len - 19);
    qn_buf_release(&bytes);
}

static void no_flipped_bit_makes_it_fall_over(void **state)
{
    struct qn_buf bytes;

    (void)state;
    qn_buf_init(&bytes, QN_RECORD_MAX);
    add_final(&bytes);
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        bytes.data[bit / 8] ^= (char)(1 << bit % 8);
        int rc = decode_copy(bytes.data, bytes.len);
        assert_true(rc == QN_OK || rc == QN_ECORRUPT || rc == QN_EUNSUPPORTED);
        bytes.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    assert_int_equal(decode_copy(bytes.data, bytes.len), QN_OK);
    qn_buf_release(&bytes);
}

static void a_newer_version_is_said_to_be_newer(void **state)
{
    (void)state;
    assert_int_equal(decode_copy("\2L\0\0\0\0\0\0\0\0\0", 11), QN_EUNSUPPORTED);
    assert_int_equal(decode_copy("\0L\0\0\0\0\0\0\0\0\0", 11), QN_ECORRUPT);
    assert_int_equal(decode_copy("\1Z\0\0\0\0\0\0\0\0\0", 11), QN_ECORRUPT);
}

static void unknown_fields_are_passed_over(void **state)
{
    static const char bytes[] = "\1L\0\0\0\0\0\0\0\0\0"
                                "\x7f\3abc\1\1t";
    struct qn_record record;
    struct qn_err err;

    (void)state;
    assert_int_equal(qn_record_decode(TEXT(bytes), &record, &err), QN_OK);
    assert_span(record.body.task, TEXT("t"));
}

static void a_follow_up_that_does_not_decode_is_none(void **state)
{
    static const char bytes[] = "\1L\0\0\0\0\0\0\0\0\0"
                                "\1\1t\x13\4\1\x09xy";
    struct qn_record record;
    struct qn_err err;

    (void)state;
    assert_int_equal(qn_record_decode(TEXT(bytes), &record, &err), QN_OK);
    assert_span(record.body.task, TEXT("t"));
    assert_int_equal(record.body.on_failed.task.len, 0);
}

static void the_name_of_a_follow_up_tells_the_end(void **state)
{
    char run[QN_ON_FAILED_NAME_SIZE], other[QN_ON_FAILED_NAME_SIZE];

    (void)state;
    assert_int_equal(qn_on_failed_name("a", TEXT("AAAAAAAAAAA:5"), 9000, run), QN_OK);
    assert_string_equal(run, "25f6a1ecbcbbd7adea62772c54c5f8059dbc0f31");
    assert_int_equal(qn_on_failed_name("a", TEXT("AAAAAAAAAAA:5"), 9001, other), QN_OK);
    assert_string_equal(run, other);
    assert_int_equal(qn_on_failed_name("a", TEXT("AAAAAAAAAAA:6"), 9000, other), QN_OK);
    assert_string_not_equal(run, other);
    assert_int_equal(qn_on_failed_name("a", TEXT("-"), 9000, run), QN_OK);
    assert_int_equal(qn_on_failed_name("a", TEXT("-"), 9001, other), QN_OK);
    assert_string_not_equal(run, other);
}

static void a_long_error_is_cut_between_characters(void **state)
{
    static char text[3 * QN_ERROR_TEXT_MAX];
    struct qn_ending ending = {.error = {.data = text, .len = sizeof(text)}};
    struct qn_buf out;
    struct qn_record record;

    (void)state;
    for (size_t i = 0; i < sizeof(text); i += 3)
        memcpy(text + i, "\xe2\x82\xac", 3);
    qn_buf_init(&out, QN_RECORD_MAX);
    qn_buf_add(&out, "\1F\0\0\0\0\0\0\0\0\0\1-", 13);
    assert_int_equal(qn_ending_encode(&ending, TEXT("\1L\0\0\0\0\0\0\0\0\0"), &out), QN_OK);
    assert_int_equal(qn_record_decode(span_of(&out), &record, NULL), QN_OK);
    assert_int_equal(record.ending.error.len, QN_ERROR_TEXT_MAX / 3 * 3);
    qn_buf_release(&out);
}

static int encode_all(void)
{
    struct qn_buf out;

    qn_buf_init(&out, QN_RECORD_MAX);
    int rc = qn_body_encode(&full_body, &out);
    if (rc == QN_OK)
        rc = qn_ending_encode(&full_ending, TEXT("live"), &out);
    if (rc == QN_OK)
        rc = qn_try_encode(&(const struct qn_try){.attempts = 1}, "{}", &out);
    qn_buf_release(&out);
    return rc;
}

static void encoding_survives_every_failed_allocation(void **state)
{
    (void)state;
    torture(encode_all);
}

/* ---- tries ---- */

static void a_try_is_read_as_it_was_written(void **state)
{
    struct qn_try attempt = {.attempts = 2, .deaths = 1, .snoozes = 4, .token = TEXT("abc:7")};
    struct qn_buf text;

    (void)state;
    qn_buf_init(&text, 1024);
    assert_int_equal(qn_try_encode(&attempt, "{\"n\":1}", &text), QN_OK);
    assert_string_equal(text.data, "2 1 4 abc:7\n{\"n\":1}\n");
    assert_int_equal(qn_try_decode(span_of(&text), &attempt), QN_OK);
    assert_int_equal(attempt.attempts, 2);
    assert_int_equal(attempt.snoozes, 4);
    assert_span(attempt.token, TEXT("abc:7"));
    assert_span(attempt.history, TEXT("{\"n\":1}\n"));
    assert_int_equal(qn_try_decode((struct qn_span){0}, &attempt), QN_OK);
    assert_int_equal(attempt.attempts + attempt.deaths + attempt.snoozes, 0);
    qn_buf_release(&text);
}

static void a_broken_try_is_corrupt(void **state)
{
    static const char *const broken[] = {
        "1",         "1 ",         "1 2 3",    "1 2 3 ",    "1 2 3 x",
        "1 2 x y\n", "-1 2 3 y\n", "1 2 3 \n", "a b c d\n", "99999999999 1 1 t\n"};
    struct qn_try attempt;

    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct qn_span text = {.data = broken[i], .len = strlen(broken[i])};
        assert_int_equal(qn_try_decode(text, &attempt), QN_ECORRUPT);
    }
}

static void history_keeps_its_newest_lines_within_the_maximum(void **state)
{
    struct qn_buf text, next;
    struct qn_try attempt = {0};
    char line[120];

    (void)state;
    qn_buf_init(&text, 2 * QN_HISTORY_MAX);
    qn_buf_init(&next, 2 * QN_HISTORY_MAX);
    for (int i = 0; i < 1000; i++) {
        snprintf(line, sizeof(line), "{\"n\":%d,\"text\":\"%060d\"}", i, i);
        qn_buf_reset(&next);
        assert_int_equal(qn_try_encode(&attempt, line, &next), QN_OK);
        qn_buf_reset(&text);
        qn_buf_add(&text, next.data, next.len);
        assert_int_equal(qn_try_decode(span_of(&text), &attempt), QN_OK);
        assert_true(attempt.history.len <= QN_HISTORY_MAX);
    }
    assert_non_null(strstr(attempt.history.data, "{\"n\":999,"));
    assert_int_equal(attempt.history.data[0], '{');
    assert_null(strstr(attempt.history.data, "{\"n\":1,"));
    qn_buf_release(&text);
    qn_buf_release(&next);
}

/* ---- ids ---- */

static void an_id_is_a_queue_and_a_name(void **state)
{
    char queue[QN_QUEUE_MAX + 1];
    char name[QN_NAME_MAX + 1];
    struct qn_err err;

    (void)state;
    assert_int_equal(qn_id_split("mail-2.aB_-9", queue, name, &err), QN_OK);
    assert_string_equal(queue, "mail-2");
    assert_string_equal(name, "aB_-9");
    static const char *const bad[] = {
        "",      "a",     ".",     "a.",    ".b",    "A.b",
        "a.b.c", "a.b c", "a.{b}", "a:b.c", "a.b\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(qn_id_split(bad[i], queue, name, &err), QN_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(no_truncation_is_read_past_its_end),
        cmocka_unit_test(no_flipped_bit_makes_it_fall_over),
        cmocka_unit_test(a_newer_version_is_said_to_be_newer),
        cmocka_unit_test(unknown_fields_are_passed_over),
        cmocka_unit_test(a_follow_up_that_does_not_decode_is_none),
        cmocka_unit_test(the_name_of_a_follow_up_tells_the_end),
        cmocka_unit_test(a_long_error_is_cut_between_characters),
        cmocka_unit_test(encoding_survives_every_failed_allocation),
        cmocka_unit_test(a_try_is_read_as_it_was_written),
        cmocka_unit_test(a_broken_try_is_corrupt),
        cmocka_unit_test(history_keeps_its_newest_lines_within_the_maximum),
        cmocka_unit_test(an_id_is_a_queue_and_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
