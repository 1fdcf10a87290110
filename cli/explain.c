/* explain.c - quern job explain. */
#include "broker-client/explain_ask.h"
#include "broker-client/state.h"
#include "jobview.h"
#include "link.h"
#include "run.h"
#include <limits.h>
#include <string.h>

#define ANSWER_MAX (256 * 1024)
#define INDENT     4

struct answer {
    struct cli_answer base;
    const struct cli *cli;
};

static void end_line(const struct cli_term *term, enum cli_colour colour, struct qn_buf *line)
{
    cli_say(term, colour, line->data);
    fputc('\n', term->out);
    qn_buf_reset(line);
}

/* Words in lines of the terminal's width, behind a mark. */
static void print_wrapped(const struct cli_term *term, const char *mark, enum cli_colour colour,
                          const char *text)
{
    int room = term->width > 2 * INDENT ? term->width - INDENT : INT_MAX;
    struct qn_buf line;

    qn_buf_init(&line, ANSWER_MAX);
    fprintf(term->out, "%*s", INDENT, mark);
    while (*text != '\0') {
        char word[QN_REASON_TEXT_MAX];
        size_t len = strcspn(text, " ");
        snprintf(word, sizeof(word), "%.*s", (int)len, text);
        if (line.len > 0 && cli_text_width(line.data) + 1 + cli_text_width(word) > room) {
            end_line(term, colour, &line);
            fprintf(term->out, "%*s", INDENT, "");
        }
        qn_buf_add_str(&line, line.len > 0 ? " " : "");
        qn_buf_add_str(&line, word);
        text += len + strspn(text + len, " ");
    }
    end_line(term, colour, &line);
    qn_buf_release(&line);
}

static void print_human(const struct cli_term *term, const struct qn_job_info *job,
                        const struct qn_explanation *explanation)
{
    cli_say(term, CLI_BOLD, job->id);
    fputs("  ", term->out);
    cli_say(term, CLI_PLAIN, job->task);
    fputs("  ", term->out);
    cli_say(term, cli_state_colour(job->state), qn_state_name(job->state));
    fputc('\n', term->out);
    for (size_t i = 0; i < explanation->n; i++) {
        const struct qn_reason *reason = &explanation->all[i];
        print_wrapped(term, "- ", i == 0 ? CLI_BOLD : CLI_PLAIN, reason->text);
        if (reason->hint[0] != '\0')
            print_wrapped(term, "", CLI_CYAN, reason->hint);
    }
}

static int print_json(const struct cli *cli, const struct qn_job_info *job,
                      const struct qn_explanation *explanation)
{
    struct qn_buf out;

    qn_buf_init(&out, ANSWER_MAX);
    int rc = qn_explain_json(&out, job, explanation);
    if (rc == QN_OK)
        fprintf(cli->term.out, "%s\n", out.data);
    qn_buf_release(&out);
    return rc;
}

static void on_explained(void *arg, int rc, const struct qn_err *err, const struct qn_job_info *job,
                         const struct qn_explanation *explanation)
{
    struct answer *answer = arg;

    answer->base.done = true;
    answer->base.rc = rc;
    if (rc != QN_OK)
        answer->base.err = *err;
    else if (!answer->cli->json)
        print_human(&answer->cli->term, job, explanation);
    else if (print_json(answer->cli, job, explanation) != QN_OK)
        answer->base.rc = qn_fail(&answer->base.err, QN_ENOMEM, "explain: out of memory");
}

int cli_run_job_explain(struct cli *cli)
{
    struct cli_link link = {0};
    struct answer answer = {.cli = cli};
    char queue[QN_QUEUE_MAX + 1], name[QN_NAME_MAX + 1];
    struct qn_err err = {0};
    int rc = qn_id_split(cli->words[0], queue, name, &err);

    if (rc == QN_OK)
        rc = cli_link_open(&link, cli, &err);
    if (rc == QN_OK) {
        qn_explain_ask(link.broker, queue, name, cli->json ? NULL : cli_time_print, on_explained,
                       &answer);
        rc = cli_link_finish(&link, &answer.base, &err);
    }
    cli_link_close(&link);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}
