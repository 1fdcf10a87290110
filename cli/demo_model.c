#include "demo_model.h"
#include "demo_http.h"
#include "folder.h"
#include "jsontext.h"
#include "model_view.h"
#include <stdio.h>

#define DATASOURCE "shop"
#define MODEL      "/v1/models/" DATASOURCE "?version=newest"
#define REPORT     MODEL "&format=html"
#define FILE_NAME  "shop-model.html"
#define PAGE_WIDTH 80

static const char request[] = "{\"database\":\"" DATASOURCE "\"}";

/* A file gets lines that fit a terminal too. */
static struct cli_term page_of(const struct cli_demo *demo)
{
    struct cli_term term = *demo->term;

    term.width = term.width > 0 ? term.width : PAGE_WIDTH;
    return term;
}

static int show_columns(const struct cli_demo *demo, struct qn_span model, struct qn_err *reterr)
{
    static const char *const columns[] = {"status", "total_amount", "created_at", NULL};
    struct qn_span table;
    int rc = cli_model_find_table(model, "orders", &table, reterr);

    if (rc != QN_OK)
        return rc;
    struct cli_term term = page_of(demo);
    fputs("\n  Of the table orders\n\n", term.out);
    return cli_model_print_columns(&term, table, columns, reterr);
}

static int show_model(const struct cli_demo *demo, struct qn_buf *body, struct qn_err *reterr)
{
    int rc = cli_demo_call(demo, MODEL, NULL, body, reterr);
    struct qn_span model = {body->data, body->len};

    if (rc != QN_OK)
        return rc;
    fputs("\nGET " MODEL "\n\n", demo->term->out);
    struct cli_term term = page_of(demo);
    rc = cli_model_print_tables(&term, model, reterr);
    if (rc == QN_OK)
        rc = cli_model_print_relations(&term, model, NULL, reterr);
    return rc == QN_OK ? show_columns(demo, model, reterr) : rc;
}

/* With the picture of tables and relations. */
static int fetch_report(const struct cli_demo *demo, struct qn_err *reterr)
{
    char path[CLI_PATH_SIZE];
    int rc = cli_path_join(path, demo->folder, FILE_NAME, reterr);

    if (rc == QN_OK)
        rc = cli_http_download(demo->api_url, REPORT, path, reterr);
    if (rc == QN_OK)
        fprintf(demo->term->out, "\nGET " REPORT "\n  %s/" FILE_NAME "\n", demo->shown);
    return rc;
}

static int analyse(const struct cli_demo *demo, struct qn_buf *body, bool *ret_succeeded,
                   struct qn_err *reterr)
{
    struct cli_demo_job job = {.path = "/v1/metadata/analyses", .json = request};
    int rc = cli_demo_job(demo, &job, body, reterr);

    *ret_succeeded = job.succeeded;
    if (rc == QN_OK && job.succeeded)
        rc = show_model(demo, body, reterr);
    if (rc == QN_OK && job.succeeded)
        rc = fetch_report(demo, reterr);
    return rc;
}

int cli_demo_model(const struct cli_demo *demo, bool *ret_succeeded, struct qn_err *reterr)
{
    struct qn_err why = {0};
    struct qn_buf body;

    qn_buf_init(&body, CLI_ANSWER_MAX);
    int rc = analyse(demo, &body, ret_succeeded, &why);
    qn_buf_release(&body);
    if (rc == QN_OK)
        return QN_OK;
    *ret_succeeded = false;
    return cli_demo_refused(demo, rc, &why, reterr);
}
