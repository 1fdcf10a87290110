/* fuzz_link.c - whatever an executor sends decodes within its bounds or not at all, and
 * what was decoded is encoded to the same bytes. */
#include "fuzz.h"

#include "broker-client/record.h"
#include "worker/link.h"
#include <quern/job.h>
#include <string.h>

static void require_same(const struct qn_buf *again, struct qn_span body)
{
    FUZZ_REQUIRE(again->status == QN_OK);
    FUZZ_REQUIRE(again->len == body.len && memcmp(again->data, body.data, body.len) == 0);
}

static void require_inside(struct qn_span part, struct qn_span whole, size_t max)
{
    FUZZ_REQUIRE(part.len <= max && part.len <= whole.len);
    FUZZ_REQUIRE(part.data >= whole.data && part.data + part.len <= whole.data + whole.len);
}

static void try_job(struct qn_span body, struct qn_buf *again)
{
    struct worker_job_frame job;

    if (worker_link_decode_job(body, &job) != QN_OK)
        return;
    FUZZ_REQUIRE(job.run >= 1 && job.attempt >= 1 && job.max_attempts >= 1);
    require_inside(job.queue, body, QN_QUEUE_MAX);
    require_inside(job.name, body, QN_NAME_MAX);
    require_inside(job.record, body, QN_RECORD_MAX);
    worker_link_encode_job(again, &job);
    require_same(again, body);
}

static void try_follow(struct qn_span body, struct qn_buf *again)
{
    struct worker_follow_frame follow;

    if (worker_link_decode_follow(body, &follow) != QN_OK)
        return;
    require_inside(follow.task, body, QN_NAME_MAX);
    require_inside(follow.queue, body, QN_QUEUE_MAX);
    require_inside(follow.args, body, QN_ARGS_MAX);
    worker_link_encode_follow(again, &follow);
    require_same(again, body);
}

static void try_result(struct qn_span body, struct qn_buf *again)
{
    struct worker_result_frame result;

    if (worker_link_decode_result(body, &result) != QN_OK)
        return;
    FUZZ_REQUIRE(result.run >= 1);
    FUZZ_REQUIRE((int)result.outcome >= QN_DONE && (int)result.outcome <= QN_SNOOZE);
    FUZZ_REQUIRE(worker_link_cause_ok(result.outcome, result.cause));
    FUZZ_REQUIRE(result.delay_ms >= -1 && result.delay_ms <= WORKER_DELAY_MAX_MS);
    require_inside(result.error, body, QN_ERROR_TEXT_MAX);
    require_inside(result.result, body, QN_RESULT_MAX);
    require_inside(result.artifacts, body, WORKER_ARTIFACTS_MAX);
    worker_link_encode_result(again, &result);
    require_same(again, body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct qn_span body = {.data = (const char *)data, .len = size};
    struct qn_buf again;

    qn_buf_init(&again, WORKER_FRAME_MAX);
    try_job(body, &again);
    qn_buf_reset(&again);
    try_follow(body, &again);
    qn_buf_reset(&again);
    try_result(body, &again);
    qn_buf_release(&again);
    return 0;
}
