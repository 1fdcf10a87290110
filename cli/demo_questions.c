#include "demo_questions.h"
#include "answer_view.h"
#include "demo_http.h"
#include "folder.h"
#include "jsontext.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_WIDTH 80
#define ROWS       6

static const char *const questions[] = {
    "Monthly revenue in 2025",
    "Top 5 products by units sold last quarter",
    "各城市的VIP客户数",
};

static bool has_model(void)
{
    const char *url = getenv("QUERN_LLM_URL");

    return url && url[0] != '\0';
}

static void tell_how(const struct cli_demo *demo)
{
    fputs("\nQuestions in words\n", demo->term->out);
    if (has_model())
        fputs("  QUERN_LLM_URL is set: the language model there writes the SQL, the guard reads "
              "it.\n",
              demo->term->out);
    else
        fputs(
            "  QUERN_LLM_URL is not set, so no language model is asked: the rules write the SQL.\n",
            demo->term->out);
}

static void write_request(const char *question, char *out, size_t size)
{
    snprintf(
        out, size,
        "{\"database\":\"shop\",\"question\":\"%s\",\"translator\":\"%s\",\"export\":[\"html\"]}",
        question, has_model() ? "llm" : "rules");
}

/* The page of the answer, under a name of its own. */
static int fetch_page(const struct cli_demo *demo, struct qn_span job, size_t number,
                      struct qn_err *reterr)
{
    char url[512], name[64], path[CLI_PATH_SIZE];
    struct qn_json_walk walk;
    struct qn_json_item file;

    if (!cli_json_list(job, "artifacts", &walk) || !qn_json_walk_next(&walk, &file))
        return QN_OK;
    cli_json_text(file.value, "url", url, sizeof(url));
    if (url[0] != '/')
        return qn_fail(reterr, QN_EPROTO, "quern-api listed a file that has no address");
    snprintf(name, sizeof(name), "answer-%zu.html", number);
    int rc = cli_path_join(path, demo->folder, name, reterr);
    if (rc == QN_OK)
        rc = cli_http_download(demo->api_url, url, path, reterr);
    if (rc == QN_OK)
        fprintf(demo->term->out, "  %s/%s\n", demo->shown, name);
    return rc;
}

static int show(const struct cli_demo *demo, struct qn_span job, bool *ret_answered,
                struct qn_err *reterr)
{
    struct cli_term term = *demo->term;
    struct qn_json_item result, answered;

    term.width = term.width > 0 ? term.width : PAGE_WIDTH;
    if (!cli_json_at(job, "result", &result))
        return qn_fail(reterr, QN_EPROTO, "the question's job has no result");
    *ret_answered =
        cli_json_at(result.value, "answered", &answered) && qn_span_is(answered.value, "true");
    fputc('\n', term.out);
    return cli_answer_print(&term, result.value, ROWS, reterr);
}

static int ask(const struct cli_demo *demo, size_t number, struct qn_buf *body, bool *ret_answered,
               struct qn_err *reterr)
{
    char request[512];
    struct cli_demo_job job = {.path = "/v1/nl2sql", .json = request};

    *ret_answered = false;
    write_request(questions[number], request, sizeof(request));
    int rc = cli_demo_job(demo, &job, body, reterr);
    if (rc == QN_OK && job.succeeded)
        rc = show(demo, (struct qn_span){body->data, body->len}, ret_answered, reterr);
    if (rc == QN_OK && *ret_answered)
        rc = fetch_page(demo, (struct qn_span){body->data, body->len}, number + 1, reterr);
    return rc;
}

int cli_demo_questions(const struct cli_demo *demo, bool *ret_succeeded, struct qn_err *reterr)
{
    struct qn_err why = {0};
    struct qn_buf body;
    int rc = QN_OK;

    tell_how(demo);
    qn_buf_init(&body, CLI_ANSWER_MAX);
    *ret_succeeded = true;
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]) && rc == QN_OK; i++) {
        bool answered;
        rc = ask(demo, i, &body, &answered, &why);
        *ret_succeeded = *ret_succeeded && answered;
    }
    qn_buf_release(&body);
    if (rc == QN_OK)
        return QN_OK;
    *ret_succeeded = false;
    return cli_demo_refused(demo, rc, &why, reterr);
}
