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
    {"file", "FILE", "the arguments from a file"},
    {"batch", "FILE", "many jobs, a line of JSON each; - reads stdin"},
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
    {"follow", NULL, "the same, with its log and progress on stderr"},
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

static const struct cli_option log_options[] = {
    {"follow", NULL, "go on with new lines until the job has ended"},
    {NULL, NULL, NULL},
};

static const struct cli_option drain_options[] = {
    {"wait", NULL, "wait until it is empty"},
    {"timeout", "TIME", "with --wait: no longer, then exit 5; it goes on draining"},
    {NULL, NULL, NULL},
};

static const struct cli_option purge_options[] = {
    {"state", "STATE", "only these: queued, scheduled or retrying; else all three"},
    {"dry-run", NULL, "say how many, remove nothing"},
    {"yes", NULL, "do not ask"},
    {NULL, NULL, NULL},
};

static const struct cli_option tell_options[] = {
    {"all", NULL, "all workers"},
    {"queue", "QUEUE", "all workers that serve this queue"},
    {NULL, NULL, NULL},
};

static const struct cli_option dead_letter_list_options[] = {
    {"queue", "QUEUE", "only of this queue"},
    {"task", "TASK", "only of this task"},
    {"cause", "CAUSE", "only with this cause: error, timeout, crashed, lost, ..."},
    {"error", "TEXT", "only those whose error holds this text"},
    {"since", "TIME", "only those that ended in the last TIME: 2h"},
    {"limit", "N", "at most so many, 20"},
    {NULL, NULL, NULL},
};

static const struct cli_option dead_letter_options[] = {
    {"queue", "QUEUE", "those of this queue"},
    {"task", "TASK", "those of this task"},
    {"cause", "CAUSE", "those with this cause: error, timeout, crashed, lost, ..."},
    {"error", "TEXT", "those whose error holds this text"},
    {"since", "TIME", "those that ended in the last TIME: 2h"},
    {"all", NULL, "all of them, when no other filter is given"},
    {"dry-run", NULL, "show which, change nothing"},
    {"yes", NULL, "do not ask"},
    {NULL, NULL, NULL},
};

static const struct cli_option stats_options[] = {
    {"watch", NULL, "a live screen; Ctrl-C or q ends it"},
    {"every", "TIME", "with --watch: between two looks, 1s"},
    {"queue", "QUEUE", "only this queue"},
    {NULL, NULL, NULL},
};

static const struct cli_option fsck_options[] = {
    {"repair", NULL, "mend what can be mended without a loss"},
    {"queue", "QUEUE", "only this queue"},
    {NULL, NULL, NULL},
};

static const struct cli_option new_task_options[] = {
    {"c", NULL, "a worker of your own, in C"},
    {"plugin", NULL, "a shared object that any worker loads, in C"},
    {"exec", NULL, "a program"},
    {"language", "NAME", "with --exec: sh (else), python or javascript"},
    {"folder", "FOLDER", "where to write it; else named after the task"},
    {NULL, NULL, NULL},
};

/* clang-format off */
const struct cli_command cli_commands[] = {
    {"dev",                 "",                        0,  0, dev_options,              "run everything on this machine",                    cli_run_dev},
    {"enqueue",             "[TASK] [KEY=VALUE ...]",  0, -1, enqueue_options,          "make a job, or many",                               cli_run_enqueue},
    {"job show",            "ID",                      1,  1, NULL,                     "all that is known of a job",                        cli_run_job_show},
    {"job list",            "",                        0,  0, list_options,             "jobs by state",                                     cli_run_job_list},
    {"job explain",         "ID",                      1,  1, NULL,                     "why it is not running, or ended as it did",         cli_run_job_explain},
    {"job wait",            "ID",                      1,  1, wait_options,             "wait for its end; 0 when it succeeded",             cli_run_job_wait},
    {"job result",          "ID",                      1,  1, NULL,                     "the result as JSON, nothing else",                  cli_run_job_result},
    {"job log",             "ID",                      1,  1, log_options,              "the lines the job logged",                          cli_run_job_log},
    {"job cancel",          "ID",                      1,  1, NULL,                     "cancel it, or ask its worker to stop it",           cli_run_job_cancel},
    {"job retry",           "ID ...",                  1, -1, NULL,                     "run it again, or now instead of later",             cli_run_job_retry},
    {"queue list",          "",                        0,  0, NULL,                     "queues with their lengths",                         cli_run_queue_list},
    {"queue pause",         "QUEUE",                   1,  1, NULL,                     "no job of it is started any more",                  cli_run_queue_pause},
    {"queue drain",         "QUEUE",                   1,  1, drain_options,            "no new job is let in; what is there is done",       cli_run_queue_drain},
    {"queue resume",        "QUEUE",                   1,  1, NULL,                     "end a pause or a drain",                            cli_run_queue_resume},
    {"queue purge",         "QUEUE",                   1,  1, purge_options,            "remove the jobs that wait in it",                   cli_run_queue_purge},
    {"worker list",         "",                        0,  0, NULL,                     "workers that are alive",                            cli_run_worker_list},
    {"worker quiet",        "[ID ...]",                0, -1, tell_options,             "let it take no more jobs",                          cli_run_worker_quiet},
    {"worker stop",         "[ID ...]",                0, -1, tell_options,             "let it finish its jobs and end",                    cli_run_worker_stop},
    {"task list",           "",                        0,  0, NULL,                     "tasks that workers have published",                 cli_run_task_list},
    {"task show",           "TASK",                    1,  1, NULL,                     "a task's parameters",                               cli_run_task_show},
    {"schedule list",       "",                        0,  0, NULL,                     "schedules, their last and next times",              cli_run_schedule_list},
    {"schedule show",       "NAME",                    1,  1, NULL,                     "one schedule, with its next times",                 cli_run_schedule_show},
    {"schedule run",        "NAME",                    1,  1, NULL,                     "make its job now",                                  cli_run_schedule_run},
    {"schedule check",      "[FILE]",                  0,  1, NULL,                     "check a schedule file, show the next times",        cli_run_schedule_check},
    {"dead-letter list",    "",                        0,  0, dead_letter_list_options, "jobs that failed for good",                         cli_run_dead_letter_list},
    {"dead-letter replay",  "[ID ...]",                0, -1, dead_letter_options,      "run them again",                                    cli_run_dead_letter_replay},
    {"dead-letter delete",  "[ID ...]",                0, -1, dead_letter_options,      "remove them",                                       cli_run_dead_letter_delete},
    {"stats",               "",                        0,  0, stats_options,            "queues, workers and the broker at a glance",        cli_run_stats},
    {"doctor",              "",                        0,  0, NULL,                     "what is wrong with this installation",              cli_run_doctor},
    {"fsck",                "",                        0,  0, fsck_options,             "check what the broker holds for contradictions",    cli_run_fsck},
    {"new-task",            "NAME",                    1,  1, new_task_options,         "write the skeleton of a task with its test",        cli_run_new_task},
    {"completion",          "SHELL",                   1,  1, NULL,                     "a completion script: bash, zsh or fish",            cli_run_completion},
    {"config",              "",                        0,  0, NULL,                     "settings in force, where they came from",           cli_run_config},
    {"version",             "",                        0,  0, NULL,                     "the version",                                       cli_run_version},
    {"help",                "[COMMAND]",               0,  2, NULL,                     "this, or a command's options",                      cli_run_help},
};
/* clang-format on */

const size_t cli_commands_n = sizeof(cli_commands) / sizeof(cli_commands[0]);
