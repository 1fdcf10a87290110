/* schedule_change.c - quern schedule add, change, preview: definitions. */
#include "broker-client/taskdef.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/json_member.h"
#include "common/str.h"
#include "input.h"
#include "jsontext.h"
#include "link_operate.h"
#include "run.h"
#include "schedule.h"
#include "schedule_view.h"
#include "schedule_words.h"
#include "typed.h"
#include <string.h>

#define JSON_MAX (1024 * 1024)

/* A definition being made. */
struct making {
    const struct cli *cli;
    struct cli_link link;
    struct cli_pairs tasks;
    struct qn_schedule_view before; /* the schedule as it is, when there is one */
    struct qn_buf args, text;       /* of the job; of the definition */
    struct qn_schedule schedule;
    int times;
};

static void release(struct making *making)
{
    qn_schedule_release(&making->schedule);
    qn_schedule_view_release(&making->before);
    qn_buf_release(&making->text);
    qn_buf_release(&making->args);
    cli_pairs_release(&making->tasks);
    cli_link_close(&making->link);
}

/* ---- what is said ---- */

static int read_file(struct making *making, const char *path, struct qn_err *reterr)
{
    const char *said = cli_schedule_said(making->cli);

    if (said)
        return qn_fail(reterr, QN_EINVAL, "--file and --%s exclude each other", said);
    if (making->cli->n_words > 1)
        return qn_fail(reterr, QN_EINVAL, "--file and %.40s exclude each other",
                       making->cli->words[1]);
    if (strcmp(path, "-") == 0)
        return cli_input_stream(stdin, "--file -: stdin", &making->text, reterr);
    return cli_input_file(path, "--file", &making->text, reterr);
}

/* KEY=VALUE needs to know the task's types. */
static int read_args(struct making *making, struct qn_err *reterr)
{
    const struct cli *cli = making->cli;
    const char *args = cli_option(cli, "args"), *task = cli_option(cli, "task");
    struct qn_span definition = {0};

    if (args && strcmp(args, "-") == 0)
        return cli_input_stream(stdin, "--args -: stdin", &making->args, reterr);
    if (cli->n_words <= 1)
        return QN_OK;
    if (args)
        return qn_fail(reterr, QN_EINVAL, "--args and KEY=VALUE exclude each other");
    int rc = cli_task_find(&making->tasks, task ? task : making->before.schedule.draft.task,
                           &definition, reterr);
    if (rc == QN_ENOTFOUND && qn_config_flag(&cli->config, "accept-unknown"))
        rc = QN_OK;
    return rc == QN_OK
               ? cli_typed_args(definition, cli->words + 1, cli->n_words - 1, &making->args, reterr)
               : rc;
}

/* The definition, from the options and what was before, or from a file. */
static int read_text(struct making *making, struct qn_span before, struct qn_err *reterr)
{
    const char *file = cli_option(making->cli, "file");

    if (file)
        return read_file(making, file, reterr);
    int rc = read_args(making, reterr);
    return rc == QN_OK ? cli_schedule_words(making->cli, before,
                                            (struct qn_span){making->args.data, making->args.len},
                                            &making->text, reterr)
                       : rc;
}

static int parse(struct making *making, const char *name, struct qn_err *reterr)
{
    const struct qn_schedule_rules rules = {.zone =
                                                qn_config_text(&making->cli->config, "timezone")};
    char field[QN_DRAFT_FIELD_SIZE];

    return qn_schedule_parse(&making->schedule, name,
                             (struct qn_span){making->text.data, making->text.len}, &rules, field,
                             reterr);
}

/* ---- whether it can be ---- */

/* The task is there, and these are arguments for it. */
static int check_args(const struct making *making, const char *task, struct qn_span args,
                      struct qn_span *ret_definition, struct qn_err *reterr)
{
    struct qn_taskdef *def = NULL;
    int rc = cli_task_find(&making->tasks, task, ret_definition, reterr);

    if (rc == QN_OK)
        rc = qn_taskdef_decode(&def, *ret_definition, reterr);
    if (rc == QN_OK)
        rc = qn_taskdef_check(def, args.data, args.len, NULL, reterr);
    qn_taskdef_free(def);
    return rc;
}

static int check_job(struct making *making, struct qn_err *reterr)
{
    const struct qn_draft *draft = &making->schedule.draft;
    struct qn_span definition = {0}, follower = {0};
    char queue[QN_QUEUE_MAX + 1];

    if (qn_config_flag(&making->cli->config, "accept-unknown"))
        return QN_OK;
    int rc = check_args(making, draft->task, draft->args, &definition, reterr);
    if (rc == QN_OK && draft->on_failed[0] != '\0')
        rc = check_args(making, draft->on_failed, draft->on_failed_args, &follower, reterr);
    if (rc != QN_OK)
        return rc;
    cli_json_text(definition, "queue", queue, sizeof(queue));
    if (queue[0] == '\0')
        qn_str_copy(queue, sizeof(queue), "default");
    return cli_link_find_queue(&making->link, draft->queue[0] != '\0' ? draft->queue : queue,
                               reterr);
}

static int check_before(struct making *making, bool add, struct qn_err *reterr)
{
    const char *name = making->cli->words[0];
    int rc = cli_link_schedule(&making->link, name, &making->before, reterr);

    if (add && rc == QN_ENOTFOUND)
        return QN_OK;
    if (rc == QN_OK && qn_schedule_of_file(&making->before.schedule))
        return cli_schedule_of_file(&making->before, reterr);
    if (rc == QN_OK && add)
        return qn_fail(reterr, QN_EEXISTS,
                       "there is a schedule \"%.64s\": quern schedule change changes it", name);
    return rc;
}

/* ---- add, change ---- */

static int define(struct making *making, enum qn_define_code *ret, struct qn_err *reterr)
{
    struct qn_buf json;

    qn_buf_init(&json, QN_SCHEDULE_JSON_MAX);
    int rc = qn_schedule_encode(&making->schedule, &json);
    const struct qn_definition definition = {
        .name = making->schedule.name, .source = "cli", .json = {json.data, json.len}};
    if (rc == QN_OK)
        rc = cli_link_define(&making->link, &definition, ret, reterr);
    else
        qn_fail(reterr, rc, "a definition has at most %d KiB", QN_SCHEDULE_JSON_MAX / 1024);
    qn_buf_release(&json);
    if (rc == QN_OK && *ret == QN_DEFINE_FULL)
        return qn_fail(reterr, QN_EFULL, "there are %d schedules, or their definitions have %d MiB",
                       QN_SCHEDULES_MAX, QN_SCHEDULES_BYTES_MAX / 1024 / 1024);
    if (rc == QN_OK && *ret == QN_DEFINE_FILE)
        return cli_schedule_of_file(&making->before, reterr);
    return rc;
}

static int tell(const struct making *making, enum qn_define_code code,
                const struct qn_schedule_view *view, struct qn_err *reterr)
{
    static const char *const texts[] = {
        [QN_DEFINE_SAME] = "was so before",
        [QN_DEFINE_CREATED] = "is new",
        [QN_DEFINE_CHANGED] = "is changed",
        [QN_DEFINE_FILE] = "", /* neither comes here */
        [QN_DEFINE_FULL] = "",
    };
    const struct cli_term *term = &making->cli->term;
    bool changed = code != QN_DEFINE_SAME;

    if (making->cli->json)
        return cli_schedule_print_json(making->cli, view, making->times, &changed, reterr);
    fprintf(term->out, "%s %s\n", view->name, texts[code]);
    cli_schedule_print_next(term, &view->schedule, view->now_ms / 1000, making->times);
    return QN_OK;
}

/* What is there now is shown, as everybody else sees it. */
static int show(struct making *making, enum qn_define_code code, struct qn_err *reterr)
{
    struct qn_schedule_view view;
    int rc = cli_link_schedule(&making->link, making->cli->words[0], &view, reterr);

    if (rc == QN_OK)
        rc = tell(making, code, &view, reterr);
    qn_schedule_view_release(&view);
    return rc == QN_OK ? cli_schedule_warn(making->cli, &making->link, reterr) : rc;
}

static int make(struct making *making, bool add, struct qn_err *reterr)
{
    enum qn_define_code code = QN_DEFINE_SAME;
    const char *name = making->cli->words[0];
    int rc = cli_schedule_times(making->cli, &making->times, reterr);

    if (rc == QN_OK)
        rc = cli_link_open(&making->link, making->cli, reterr);
    if (rc == QN_OK)
        rc = check_before(making, add, reterr);
    if (rc == QN_OK)
        rc = cli_link_tasks(&making->link, &making->tasks, reterr);
    if (rc == QN_OK)
        rc = read_text(making,
                       (struct qn_span){making->before.schedule.text, making->before.schedule.len},
                       reterr);
    if (rc == QN_OK)
        rc = parse(making, name, reterr);
    if (rc == QN_OK)
        rc = check_job(making, reterr);
    if (rc == QN_OK)
        rc = define(making, &code, reterr);
    return rc == QN_OK ? show(making, code, reterr) : rc;
}

static int run_change(struct cli *cli, bool add)
{
    struct making making = {.cli = cli};
    struct qn_err err = {0};

    if (!add && !cli_schedule_said(cli) && !cli_option(cli, "file") && cli->n_words == 1) {
        qn_fail(&err, QN_EINVAL, "too little is said: what is to be changed?");
        return cli_fail_as(cli, CLI_EXIT_USAGE, &err, "quern help schedule change lists it");
    }
    qn_buf_init(&making.args, JSON_MAX);
    qn_buf_init(&making.text, JSON_MAX);
    int rc = make(&making, add, &err);
    release(&making);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}

int cli_run_schedule_add(struct cli *cli)
{
    return run_change(cli, true);
}

int cli_run_schedule_change(struct cli *cli)
{
    return run_change(cli, false);
}

/* ---- preview ---- */

/* A definition without a task has times too. */
static const char some_job[] = "{\"job\":{\"task\":\"preview\"}}";

static void print_preview(const struct making *making)
{
    const struct qn_schedule *schedule = &making->schedule;
    int64_t now_s = qn_wall_ms(&qn_clock_system) / 1000;
    struct qn_buf out;

    if (!making->cli->json) {
        cli_schedule_print_next(&making->cli->term, schedule, now_s, making->times);
        return;
    }
    qn_buf_init(&out, JSON_MAX);
    qn_schedule_json_preview(&out, schedule, now_s, making->times);
    fprintf(making->cli->term.out, "%s\n", out.data);
    qn_buf_release(&out);
}

int cli_run_schedule_preview(struct cli *cli)
{
    struct making making = {.cli = cli};
    struct qn_err err = {0};
    int rc = cli_schedule_times(cli, &making.times, &err);

    qn_buf_init(&making.args, JSON_MAX);
    qn_buf_init(&making.text, JSON_MAX);
    if (rc == QN_OK)
        rc = read_text(&making, (struct qn_span){some_job, sizeof(some_job) - 1}, &err);
    if (rc == QN_OK)
        rc = parse(&making, "preview", &err);
    if (rc == QN_OK)
        print_preview(&making);
    release(&making);
    return rc == QN_OK ? CLI_EXIT_OK : cli_fail(cli, &err);
}
