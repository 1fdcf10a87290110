#include "cli.h"
#include "run.h"

static const struct cli_option dev_options[] = {
    {"data", "FOLDER", "where its data is, ./.data"},
    {"scale", "N", "size of the sample shop: N times 3,000 orders"},
    {"demo", NULL, "run a sales report as an HTTP client would, and show it"},
    {"once", NULL, "with --demo: end after the report, with its exit code"},
    {"verbose", NULL, "the logs of all programs on stderr"},
    {NULL, NULL, NULL},
};

static const struct cli_option enqueue_options[] = {
    {"args", "JSON", "the arguments as one object; - reads them from stdin"},
    {"queue", "QUEUE", "the queue, the task's own unless given"},
    {"priority", "0-3", "3 goes first"},
    {"delay", "TIME", "not before this time has passed: 90s, 2h"},
    {"eta", "INSTANT", "not before: 2025-06-30T15:15:00+08:00"},
    {"expires", "TIME", "not started by then: expired"},
    {"max-attempts", "N", "attempts in all"},
    {"retry", "KIND", "fixed|linear|exponential, such as exponential:2s:10m"},
    {"soft-limit", "TIME", "after it the job is asked to stop"},
    {"hard-limit", "TIME", "after it the job is killed"},
    {"result-ttl", "TIME", "how long its record is kept"},
    {"tag", "TAG", "may be given several times"},
    {"name", "NAME", "the id's second half; one job per name, not two"},
    {"wait", NULL, "wait for the end, print the result"},
    {"timeout", "TIME", "with --wait: no longer, then exit 5; the job runs on"},
    {NULL, NULL, NULL},
};

static const struct cli_option wait_options[] = {
    {"timeout", "TIME", "wait at most so long, then exit 5; the job goes on"},
    {NULL, NULL, NULL},
};

static const struct cli_option list_options[] = {
    {"state", "STATE", "only these: scheduled, queued, running, retrying, failed, ..."},
    {"queue", "QUEUE", "only this queue"},
    {"task", "TASK", "only this task"},
    {"limit", "N", "at most so many, 20"},
    {NULL, NULL, NULL},
};

/* clang-format off */
const struct cli_command cli_commands[] = {
    {"dev",          "",                     0, 0,  dev_options,     "run everything on this machine",             cli_run_dev},
    {"enqueue",      "TASK [KEY=VALUE ...]", 1, -1, enqueue_options, "make a job",                                cli_run_enqueue},
    {"job show",     "ID",                   1, 1,  NULL,            "all that is known of a job",                cli_run_job_show},
    {"job list",     "",                     0, 0,  list_options,    "jobs by state",                cli_run_job_list},
    {"job wait",     "ID",                   1, 1,  wait_options,    "wait for its end; 0 when it succeeded",      cli_run_job_wait},
    {"job result",   "ID",                   1, 1,  NULL,            "the result as JSON, nothing else",          cli_run_job_result},
    {"job log",      "ID",                   1, 1,  NULL,            "the lines the job logged",                  cli_run_job_log},
    {"job cancel",   "ID",                   1, 1,  NULL,            "cancel it, or ask its worker to stop it",   cli_run_job_cancel},
    {"queue list",   "",                     0, 0,  NULL,            "queues with their lengths",                 cli_run_queue_list},
    {"queue pause",  "QUEUE",                1, 1,  NULL,            "no job of it is started any more",          cli_run_queue_pause},
    {"queue resume", "QUEUE",                1, 1,  NULL,            "go on",                                     cli_run_queue_resume},
    {"worker list",  "",                     0, 0,  NULL,            "workers that are alive",                    cli_run_worker_list},
    {"task list",    "",                     0, 0,  NULL,            "tasks that workers have published",         cli_run_task_list},
    {"task show",    "TASK",                 1, 1,  NULL,            "a task's parameters",                       cli_run_task_show},
    {"config",       "",                     0, 0,  NULL,            "settings in force, where they came from",    cli_run_config},
    {"version",      "",                     0, 0,  NULL,            "the version",                               cli_run_version},
    {"help",         "[COMMAND]",            0, 2,  NULL,            "this, or a command's options",              cli_run_help},
};
/* clang-format on */

const size_t cli_commands_n = sizeof(cli_commands) / sizeof(cli_commands[0]);
