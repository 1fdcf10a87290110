/* fuzz_taskfile.c - whatever a task file holds, it is read within its bounds or refused with
 * the line, and what was read is owned by whom it was given to. */
#include "fuzz.h"

#include "common/mem.h"
#include "worker/definition.h"
#include "worker/exec.h"
#include "worker/taskfile.h"
#include <string.h>

static size_t count(char *const *list, size_t max)
{
    size_t n = 0;

    while (n <= max && list[n])
        n++;
    FUZZ_REQUIRE(n <= max);
    return n;
}

static int take(void *arg, int line, struct worker_definition *definition_take,
                struct worker_exec *exec_take, struct qn_err *reterr)
{
    const struct qn_task *task = worker_definition_task(definition_take);
    struct qn_err why = {.msg = ""};

    (void)arg;
    (void)reterr;
    FUZZ_REQUIRE(line > 0 && task->name && strcmp(exec_take->folder, "/f") == 0);
    FUZZ_REQUIRE(count(exec_take->argv, WORKER_EXEC_ARGS_MAX) > 0);
    FUZZ_REQUIRE(exec_take->argv[0][0] != '\0');
    count(exec_take->pass, WORKER_EXEC_ENV_MAX);
    FUZZ_REQUIRE(worker_task_check(task, &why) == QN_OK || why.msg[0] != '\0');
    worker_definition_free(definition_take);
    worker_exec_free(exec_take);
    return QN_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct qn_span text = {.data = (const char *)data, .len = size};
    const struct worker_taskfile_sink sink = {NULL, take};
    struct qn_err why = {.msg = ""};
    size_t live = qn_mem_live();

    if (worker_taskfile_parse(text, "/f", &sink, &why) != QN_OK) {
        size_t digits = strspn(why.msg, "0123456789");
        FUZZ_REQUIRE(digits > 0 && strncmp(why.msg + digits, ": ", 2) == 0);
    }
    FUZZ_REQUIRE(qn_mem_live() == live);
    return 0;
}
