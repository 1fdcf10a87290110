#include "exec_output.h"

#include "common/str.h"
#include <string.h>

void worker_exec_output_init(struct worker_exec_output *output, struct qn_job *job)
{
    output->job = job;
    output->len = 0;
    output->last_len = 0;
}

static bool is_blank(const char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t' || text[len - 1] == '\r'))
        len--;
    return len == 0;
}

static void end_line(struct worker_exec_output *output)
{
    worker_job_log(output->job, (struct qn_span){.data = output->line, .len = output->len});
    if (!is_blank(output->line, output->len)) {
        output->last_len = qn_utf8_cut(output->line, output->len, sizeof(output->last));
        memcpy(output->last, output->line, output->last_len);
    }
    output->len = 0;
}

void worker_exec_output_add(struct worker_exec_output *output, struct qn_span bytes)
{
    while (bytes.len > 0) {
        const char *end = memchr(bytes.data, '\n', bytes.len);
        size_t len = end ? (size_t)(end - bytes.data) : bytes.len;
        size_t room = sizeof(output->line) - output->len;
        size_t fits = len < room ? len : room;
        memcpy(output->line + output->len, bytes.data, fits);
        output->len += fits;
        if (end)
            end_line(output);
        bytes.data += len + (end != NULL);
        bytes.len -= len + (end != NULL);
    }
}

void worker_exec_output_end(struct worker_exec_output *output)
{
    if (output->len > 0)
        end_line(output);
}
