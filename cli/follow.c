#include "follow.h"

#include "common/json.h"
#include "common/json_member.h"
#include "common/str.h"
#include "jobview.h"
#include <string.h>

#define LOG_MAX (1024 * 1024)

int cli_follow_open(struct cli_follow *ret, const struct cli *cli, const char *id, FILE *out,
                    struct qn_err *reterr)
{
    *ret = (struct cli_follow){.out = out, .json = cli->json};
    int rc = qn_id_split(id, ret->queue, ret->name, reterr);

    return rc == QN_OK ? cli_link_open(&ret->link, cli, reterr) : rc;
}

void cli_follow_close(struct cli_follow *follow)
{
    cli_link_close(&follow->link);
}

static void print(const struct cli_follow *follow, const char *text, size_t len)
{
    struct qn_buf line;

    qn_buf_init(&line, LOG_MAX);
    if (follow->json) {
        qn_buf_add_str(&line, "{\"log\":");
        qn_json_add_string(&line, text, len);
        qn_buf_add_byte(&line, '}');
    } else {
        cli_text_add(&line, text, len, 0);
    }
    fprintf(follow->out, "%s\n", line.data);
    qn_buf_release(&line);
}

/* Whole lines only: the worker sends them so. */
void cli_follow_look(struct cli_follow *follow)
{
    struct qn_buf log;

    qn_buf_init(&log, LOG_MAX);
    if (cli_link_log(&follow->link, follow->queue, follow->name, &log, NULL) == QN_OK) {
        if (log.len < follow->seen) /* another one: the job was made anew */
            follow->seen = 0;
        const char *at = log.data + follow->seen;
        while (*at != '\0') {
            size_t len = strcspn(at, "\n");
            print(follow, at, len);
            at += len + (at[len] == '\n');
        }
        follow->seen = log.len;
    }
    fflush(follow->out);
    qn_buf_release(&log);
}

void cli_follow_progress(struct cli_follow *follow, const struct qn_job_info *info)
{
    char text[QN_ERR_TEXT_MAX], percent[16] = "";

    if (info->progress[0] == '\0' ||
        strncmp(info->progress, follow->progress, sizeof(follow->progress) - 1) == 0)
        return;
    (void)qn_str_copy(follow->progress, sizeof(follow->progress), info->progress);
    if (follow->json) {
        struct qn_buf line;
        qn_buf_init(&line, LOG_MAX);
        qn_buf_add_byte(&line, '{');
        qn_json_member_raw(&line, "progress", info->progress, strlen(info->progress));
        fprintf(follow->out, "%s}\n", line.data);
        qn_buf_release(&line);
        return;
    }
    int done = cli_progress_percent(info->progress, text, sizeof(text));
    if (done >= 0)
        snprintf(percent, sizeof(percent), "%3d %%  ", done);
    struct qn_buf line;
    qn_buf_init(&line, LOG_MAX);
    cli_text_add(&line, text, strlen(text), 0);
    fprintf(follow->out, "%s%s\n", percent, line.data);
    qn_buf_release(&line);
}
