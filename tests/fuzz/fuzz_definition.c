/* fuzz_definition.c - what a plugin's process says its tasks are: what is taken for a
 * definition says the same when it is published, and whoever reads it there can. */
#include "fuzz.h"

#include "broker-client/taskdef.h"
#include "worker/definition.h"
#include "worker/registry.h"

static enum qn_outcome nothing(struct qn_job *job)
{
    (void)job;
    return QN_DONE;
}

static void require_stable(const struct qn_buf *json)
{
    struct qn_span text = {.data = json->data, .len = json->len};
    struct worker_definition *definition;
    struct qn_taskdef *def;
    struct qn_buf again;

    FUZZ_REQUIRE(qn_taskdef_decode(&def, text, NULL) == QN_OK);
    qn_taskdef_free(def);
    FUZZ_REQUIRE(worker_definition_decode(&definition, text, NULL) == QN_OK);
    qn_buf_init(&again, QN_TASKDEF_MAX);
    FUZZ_REQUIRE(qn_taskdef_encode(worker_definition_task(definition), &again) == QN_OK);
    FUZZ_REQUIRE(qn_span_is(text, again.data));
    qn_buf_release(&again);
    worker_definition_free(definition);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qn_span text = {.data = (const char *)data, .len = size};
    struct worker_definition *definition;
    struct qn_err why = {.code = QN_OK};
    struct qn_buf json;

    if (worker_definition_decode(&definition, text, &why) != QN_OK) {
        FUZZ_REQUIRE(why.msg[0] != '\0');
        return 0;
    }
    struct qn_task *task = worker_definition_task(definition);
    task->run = nothing;
    if (worker_task_check(task, &why) == QN_OK) {
        qn_buf_init(&json, QN_TASKDEF_MAX);
        FUZZ_REQUIRE(qn_taskdef_encode(task, &json) == QN_OK);
        require_stable(&json);
        qn_buf_release(&json);
    }
    worker_definition_free(definition);
    return 0;
}
