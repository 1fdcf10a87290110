/* fuzz_explain.c - what workers and beats say of themselves, and what runs left behind: it
 * may be anything, and what is made of it is bounded and valid JSON. */
#include "fuzz.h"

#include "broker-client/explain.h"
#include "broker-client/fire_note.h"
#include "common/json.h"
#include <string.h>

static void explain(const char *text, struct qn_span said, enum qn_state at, struct qn_buf *out)
{
    struct qn_explanation explanation;
    struct qn_entry worker = {.name = {"w", 1}, .value = said};
    const struct qn_entries workers = {.n = 1, .entries = &worker};
    int64_t numbers[4] = {0};
    memcpy(numbers, text, strlen(text) < sizeof(numbers) ? strlen(text) : sizeof(numbers));
    const struct qn_stats stats = {
        .paused_ms = QN_NO_TIME, .draining_ms = 1, .running = 1, .parked = numbers[3]};
    const struct qn_job_info job = {.id = "q.n",
                                    .state = at,
                                    .task = text,
                                    .args = "",
                                    .result = "",
                                    .error = text,
                                    .progress = text,
                                    .artifacts = "",
                                    .history = text,
                                    .request_id = "",
                                    .tags = "",
                                    .worker = at == QN_RUNNING ? "w" : text,
                                    .due_ms = numbers[0],
                                    .expires_ms = numbers[1],
                                    .started_ms = numbers[2],
                                    .ended_ms = numbers[3],
                                    .kept_until_ms = numbers[1]};
    const struct qn_facts facts = {.job = &job,
                                   .stats = &stats,
                                   .workers = &workers,
                                   .ahead = -1,
                                   .held = said,
                                   .now_ms = 1769817600000};

    qn_explain(&facts, &explanation);
    FUZZ_REQUIRE(explanation.n <= QN_REASONS_MAX);
    qn_buf_reset(out);
    FUZZ_REQUIRE(qn_explain_json(out, &job, &explanation) == QN_OK);
    FUZZ_REQUIRE(qn_json_check(out->data, out->len, NULL, NULL) == QN_OK);
}

static void recall(struct qn_span said)
{
    struct qn_fire fire;

    int rc = qn_fire_decode(&fire, said);
    FUZZ_REQUIRE(rc == QN_OK || rc == QN_ECORRUPT);
    FUZZ_REQUIRE(memchr(fire.last_job, '\0', sizeof(fire.last_job)));
    FUZZ_REQUIRE(memchr(fire.error, '\0', sizeof(fire.error)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qn_buf text, out;

    if (size > 100000)
        return 0;
    qn_buf_init(&text, size + 1);
    qn_buf_init(&out, 16u << 20);
    qn_buf_add(&text, data, size);
    for (enum qn_state at = QN_SCHEDULED; at <= QN_EXPIRED; at++)
        explain(text.data, (struct qn_span){text.data, text.len}, at, &out);
    recall((struct qn_span){text.data, text.len});
    qn_buf_release(&text);
    qn_buf_release(&out);
    return 0;
}
