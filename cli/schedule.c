#include "schedule.h"

#include "common/json.h"
#include "common/json_member.h"
#include "run.h"
#include "schedule_view.h"
#include <string.h>

#define JSON_MAX (256 * 1024 * 1024)

/* ---- shared ---- */

int cli_schedule_times(const struct cli *cli, int *ret, struct qn_err *reterr)
{
    int64_t number;
    int rc = cli_option_number(cli, "count", QN_SCHEDULE_TIMES_USUAL, &number, reterr);

    if (rc == QN_OK && (number < 1 || number > QN_SCHEDULE_TIMES_MAX))
        rc = qn_fail(reterr, QN_EINVAL, "--count: 1 to %d", QN_SCHEDULE_TIMES_MAX);
    *ret = (int)number;
    return rc;
}

int cli_schedule_of_file(const struct qn_schedule_view *view, struct qn_err *reterr)
{
    const char *source = view->schedule.source;

    return qn_fail(reterr, QN_ESTATE, "schedule \"%s\" is of %.200s: it is changed there",
                   view->name, source[0] != '\0' ? source : "a file");
}

/* It belongs to no answer. */
static void warn(const struct cli *cli, const char *leader)
{
    if (!cli->json && leader[0] == '\0')
        fputs("quern: no beat leads, so schedules make no jobs; quern-beat starts one\n", stderr);
}

int cli_schedule_warn(const struct cli *cli, struct cli_link *link, struct qn_err *reterr)
{
    char leader[QN_HOLDER_MAX + 1];
    int rc = cli->json ? QN_OK : cli_link_leader(link, leader, reterr);

    if (rc == QN_OK && !cli->json)
        warn(cli, leader);
    return rc;
}

static int print_buf(const struct cli *cli, struct qn_buf *out, struct qn_err *reterr)
{
    int rc = qn_buf_status(out);

    if (rc == QN_OK)
        fprintf(cli->term.out, "%s\n", out->data);
    else
        qn_fail(reterr, rc, "schedules: %s", qn_err_text(rc));
    qn_buf_release(out);
    return rc;
}

int cli_schedule_print_json(const struct cli *cli, const struct qn_schedule_view *view, int times,
                            const bool *changed, struct qn_err *reterr)
{
    struct qn_buf out;

    qn_buf_init(&out, JSON_MAX);
    qn_buf_add_byte(&out, '{');
    if (changed)
        qn_json_member_flag(&out, "changed", *changed);
    qn_schedule_view_json(&out, view, times);
    qn_buf_add_byte(&out, '}');
    return print_buf(cli, &out, reterr);
}

/* ---- list ---- */

static int print_table(const struct cli *cli, const struct cli_schedules *schedules,
                       const char *leader, struct qn_err *reterr)
{
    struct cli_table *table = cli_table_create(cli_schedule_columns, CLI_SCHEDULE_COLUMNS);

    for (size_t i = 0; i < schedules->n; i++)
        cli_schedule_add_row(table, &schedules->all[i]);
    int rc = QN_OK;
    if (schedules->n > 0)
        rc = cli_table_print(table, &cli->term, 0, reterr);
    else
        fputs("no schedules\n", cli->term.out);
    if (rc == QN_OK && leader[0] != '\0') {
        fputs("\nleading      ", cli->term.out);
        cli_say(&cli->term, CLI_DIM, leader);
        fputc('\n', cli->term.out);
    }
    cli_table_free(table);
    return rc;
}

static int print_json(const struct cli *cli, const struct cli_schedules *schedules,
                      const char *leader, struct qn_err *reterr)
{
    struct qn_buf out;

    qn_buf_init(&out, JSON_MAX);
    qn_buf_add_byte(&out, '{');
    qn_json_member_flag(&out, "leads", leader[0] != '\0');
    qn_json_member_text(&out, "leader", leader);
    qn_json_add_key(&out, "schedules");
    qn_buf_add_byte(&out, '[');
    for (size_t i = 0; i < schedules->n; i++) {
        qn_buf_add_str(&out, i > 0 ? ",\n {" : "\n {");
        qn_schedule_view_json(&out, &schedules->all[i], QN_SCHEDULE_TIMES_USUAL);
        qn_buf_add_byte(&out, '}');
    }
    qn_buf_add_str(&out, "]}");
    return print_buf(cli, &out, reterr);
}

int cli_run_schedule_list(struct cli *cli)
{
    struct cli_link link = {0};
    struct cli_schedules schedules = {0};
    char leader[QN_HOLDER_MAX + 1] = "";
    struct qn_err err = {0};
    int rc = cli_link_open(&link, cli, &err);

    if (rc == QN_OK)
        rc = cli_link_leader(&link, leader, &err);
    if (rc == QN_OK)
        rc = cli_link_schedules(&link, &schedules, &err);
    cli_link_close(&link);
    if (rc == QN_OK)
        rc = cli->json ? print_json(cli, &schedules, leader, &err)
                       : print_table(cli, &schedules, leader, &err);
    if (rc == QN_OK)
        warn(cli, leader);
    cli_schedules_release(&schedules);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

/* ---- one ---- */

int cli_run_schedule_show(struct cli *cli)
{
    struct cli_link link = {0};
    struct qn_schedule_view view = {0};
    char leader[QN_HOLDER_MAX + 1] = "";
    struct qn_err err = {0};
    int times;
    int rc = cli_schedule_times(cli, &times, &err);

    if (rc == QN_OK)
        rc = cli_link_open(&link, cli, &err);
    if (rc == QN_OK)
        rc = cli_link_leader(&link, leader, &err);
    if (rc == QN_OK)
        rc = cli_link_schedule(&link, cli->words[0], &view, &err);
    cli_link_close(&link);
    if (rc == QN_OK && cli->json)
        rc = cli_schedule_print_json(cli, &view, times, NULL, &err);
    else if (rc == QN_OK)
        cli_schedule_print(&cli->term, &view, times);
    if (rc == QN_OK)
        warn(cli, leader);
    qn_schedule_view_release(&view);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

int cli_run_schedule_history(struct cli *cli)
{
    struct cli_link link = {0};
    struct qn_schedule_view view = {0};
    struct qn_err err = {0};
    struct qn_buf json;
    int rc = cli_link_open(&link, cli, &err);

    qn_buf_init(&json, JSON_MAX);
    if (rc == QN_OK)
        rc = cli_link_schedule(&link, cli->words[0], &view, &err);
    if (rc == QN_OK)
        rc = cli_link_fires(&link, cli->words[0], &json, &err);
    cli_link_close(&link);
    if (rc == QN_OK && cli->json)
        fprintf(cli->term.out, "%s\n", json.data);
    else if (rc == QN_OK)
        rc = cli_schedule_print_fires(&cli->term, (struct qn_span){json.data, json.len}, &err);
    qn_buf_release(&json);
    qn_schedule_view_release(&view);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}
