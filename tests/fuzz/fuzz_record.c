/* fuzz_record.c - any bytes decode or are refused; what decodes lies within the
 * bytes, and written again it reads the same.
 */
#include "fuzz.h"

#include "broker-client/record.h"
#include <string.h>

static void require_within(struct qn_span whole, struct qn_span part)
{
    FUZZ_REQUIRE(part.len == 0 ||
                 (part.data >= whole.data && part.data + part.len <= whole.data + whole.len));
}

static void require_same(struct qn_span a, struct qn_span b)
{
    FUZZ_REQUIRE(a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0));
}

static void write_again(const struct qn_record *record)
{
    struct qn_buf out;
    struct qn_record again;
    struct qn_err err;

    qn_buf_init(&out, QN_RECORD_MAX);
    qn_buf_add(&out, "\1L\0\0\0\0\0\0\0\0\0", 11);
    FUZZ_REQUIRE(qn_body_encode(&record->body, &out) == QN_OK);
    FUZZ_REQUIRE(qn_record_decode((struct qn_span){out.data, out.len}, &again, &err) == QN_OK);
    require_same(record->body.task, again.body.task);
    require_same(record->body.args, again.body.args);
    require_same(record->body.tags, again.body.tags);
    FUZZ_REQUIRE(record->body.max_attempts == again.body.max_attempts);
    FUZZ_REQUIRE(record->body.retry.kind == again.body.retry.kind);
    FUZZ_REQUIRE(record->body.hard_limit_ms == again.body.hard_limit_ms);
    qn_buf_release(&out);
}

static void try_record(struct qn_span bytes)
{
    struct qn_record record;
    struct qn_err err = {0};
    int rc = qn_record_decode(bytes, &record, &err);

    if (rc != QN_OK) {
        FUZZ_REQUIRE(rc == QN_ECORRUPT || rc == QN_EUNSUPPORTED);
        FUZZ_REQUIRE(err.msg[0] != '\0');
        return;
    }
    FUZZ_REQUIRE(record.letter != 0 && strchr("LSFCE", record.letter));
    FUZZ_REQUIRE(record.priority >= 0 && record.priority <= 3);
    require_within(bytes, record.live);
    require_within(bytes, record.token);
    require_within(record.live, record.body.args);
    require_within(bytes, record.ending.result);
    require_within(bytes, record.ending.history);
    write_again(&record);
}

static void try_try(struct qn_span text)
{
    struct qn_try attempt, again;
    struct qn_buf out;

    if (qn_try_decode(text, &attempt) != QN_OK)
        return;
    qn_buf_init(&out, QN_RECORD_MAX);
    FUZZ_REQUIRE(qn_try_encode(&attempt, NULL, &out) == QN_OK);
    FUZZ_REQUIRE(qn_try_decode((struct qn_span){out.data, out.len}, &again) == QN_OK);
    FUZZ_REQUIRE(attempt.attempts == again.attempts && attempt.deaths == again.deaths);
    require_same(attempt.token, again.token);
    FUZZ_REQUIRE(again.history.len <= QN_HISTORY_MAX);
    qn_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qn_span bytes = {.data = (const char *)data, .len = size};

    try_record(bytes);
    try_try(bytes);
    return 0;
}
