/* fuzz_job.c - a job as a client wrote it: what is accepted lies within its bounds and
 * fits the broker's own rules, what is refused says so, and either is said in valid
 * JSON. */
#include "fuzz.h"

#include "api/artifacts.h"
#include "api/enqueue_parse.h"
#include "broker-client/bounds.h"
#include "broker-client/job_json.h"
#include "broker-client/limits.h"
#include "broker-client/taskdef.h"
#include "common/json.h"
#include <string.h>

static void require_inside(struct qn_span part, struct qn_span whole)
{
    if (part.len > 0)
        FUZZ_REQUIRE(part.data >= whole.data && part.data + part.len <= whole.data + whole.len);
}

static void require_sound(const struct qn_draft *draft, struct qn_span json)
{
    require_inside(draft->args, json);
    require_inside(draft->tags, json);
    FUZZ_REQUIRE(qn_task_name_ok(draft->task));
    FUZZ_REQUIRE(draft->queue[0] == '\0' || qn_queue_ok(draft->queue));
    FUZZ_REQUIRE(draft->name[0] == '\0' || qn_name_ok(draft->name));
    FUZZ_REQUIRE(draft->limit_key[0] == '\0' ||
                 qn_limit_key_ok((struct qn_span){draft->limit_key, strlen(draft->limit_key)}));
    FUZZ_REQUIRE(qn_unique_check(&draft->unique, NULL) == QN_OK);
    FUZZ_REQUIRE(draft->priority >= 0 && draft->priority <= 3);
    FUZZ_REQUIRE(draft->max_attempts >= 0 && draft->max_attempts <= 1000);
    FUZZ_REQUIRE(draft->delay_ms >= 0 && draft->delay_ms <= QN_DELAY_MAX_MS);
    FUZZ_REQUIRE(draft->eta_ms >= 0 && draft->expires_ms >= 0);
    FUZZ_REQUIRE(draft->soft_limit_ms >= 0 && draft->hard_limit_ms >= 0);
    FUZZ_REQUIRE(draft->retry.base_ms >= 0 && draft->retry.cap_ms >= 0);
}

static void require_told(const struct api_fault *fault, struct qn_buf *out)
{
    FUZZ_REQUIRE(fault->detail[0] != '\0');
    FUZZ_REQUIRE(api_problem_encode(fault, "id", out) == QN_OK);
    FUZZ_REQUIRE(qn_json_check(out->data, out->len, NULL, NULL) == QN_OK);
}

/* The answer is a few levels deeper than its parts: the check's depth may stop there. */
static bool may_be_deep(const char *text)
{
    size_t open = 0;
    for (; *text != '\0'; text++)
        open += *text == '{' || *text == '[';
    return open > QN_JSON_DEPTH_MAX - 4;
}

/* The same bytes where a record holds JSON: the answer around them stays whole. */
static void require_shown(const char *text, struct qn_buf *out)
{
    struct api_artifact artifact;
    struct qn_job_info info = {.id = "q.n",
                               .state = QN_FAILED,
                               .task = text,
                               .args = text,
                               .args_len = strlen(text),
                               .result = text,
                               .result_len = strlen(text),
                               .error = text,
                               .progress = text,
                               .artifacts = text,
                               .history = text,
                               .request_id = text,
                               .tags = text,
                               .worker = text,
                               .limit_key = text,
                               .behind_limit = text,
                               .parent = text,
                               .on_failed = text,
                               .on_failed_args = text};
    qn_buf_reset(out);
    FUZZ_REQUIRE(qn_job_json(out, &info, QN_JOB_WHOLE | QN_JOB_LINKS) == QN_OK);
    FUZZ_REQUIRE(qn_json_check(out->data, out->len, NULL, NULL) == QN_OK);
    if (api_artifact_find((struct qn_span){text, strlen(text)}, "a", &artifact) == QN_OK)
        FUZZ_REQUIRE(strlen(artifact.sha256) == 64 && !strpbrk(artifact.type, "\r\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qn_buf text, out;
    struct qn_draft draft;
    struct api_fault fault = {0};
    if (size > 100000)
        return 0;
    qn_buf_init(&text, size + 1);
    qn_buf_init(&out, 64u << 20);
    qn_buf_add(&text, data, size);
    struct qn_span json = {text.data, text.len};
    if (qn_json_check(json.data, json.len, NULL, NULL) == QN_OK) {
        if (api_draft_parse(json, &draft, &fault) == QN_OK)
            require_sound(&draft, json);
        else
            require_told(&fault, &out);
    }
    if (!may_be_deep(text.data))
        require_shown(text.data, &out);
    qn_buf_release(&text);
    qn_buf_release(&out);
    return 0;
}
