/* fuzz_exec_line.c - whatever a program writes on descriptor 3, a line that is taken has the
 * parts of its kind and nothing outside of the line; one that is refused says why. */
#include "fuzz.h"

#include "common/json.h"
#include "worker/exec_line.h"
#include <string.h>

static void require_text(const char *text, const struct qn_buf *texts)
{
    FUZZ_REQUIRE(!text || (text >= texts->data && text + strlen(text) < texts->data + texts->len));
}

static void require_parts(const struct worker_exec_line *line)
{
    switch (line->word) {
    case WORKER_EXEC_LOG:
    case WORKER_EXEC_ERROR:
    case WORKER_EXEC_REJECTED:
        FUZZ_REQUIRE(line->text);
        break;
    case WORKER_EXEC_RESULT:
        FUZZ_REQUIRE(qn_json_check(line->json.data, line->json.len, NULL, NULL) == QN_OK);
        break;
    case WORKER_EXEC_ARTIFACT:
        FUZZ_REQUIRE(line->name && line->type && line->path);
        break;
    case WORKER_EXEC_FOLLOW_UP:
        FUZZ_REQUIRE(line->task);
        break;
    case WORKER_EXEC_PROGRESS:
    case WORKER_EXEC_SNOOZE:
    case WORKER_EXEC_RETRY:
        FUZZ_REQUIRE(line->done >= 0 && line->total >= 0 && line->ms >= 0);
        break;
    default:
        FUZZ_REQUIRE(!"a word of the table");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct qn_span span = {.data = (const char *)data, .len = size};
    struct worker_exec_line line;
    struct qn_err why = {.msg = ""};
    struct qn_buf texts;

    if (size > WORKER_EXEC_LINE_MAX)
        return 0;
    qn_buf_init(&texts, WORKER_EXEC_LINE_MAX + 1);
    if (worker_exec_line_read(&line, span, &texts, &why) == QN_OK) {
        const char *all[] = {line.text, line.name, line.type, line.path, line.task, line.queue};
        for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
            require_text(all[i], &texts);
        require_parts(&line);
    } else {
        FUZZ_REQUIRE(why.msg[0] != '\0');
    }
    qn_buf_release(&texts);
    return 0;
}
