#include "cli.h"
#include "command_docs.h"
#include "command_options.h"
#include "run.h"

/* clang-format off */
const struct cli_command cli_commands[] = {
    {"dev",                "",                       0,  0, cli_dev_options,              "run everything on this machine",                 cli_doc_dev,                cli_run_dev},
    {"enqueue",            "[TASK] [KEY=VALUE ...]", 0, -1, cli_enqueue_options,          "make a job, or many",                            cli_doc_enqueue,            cli_run_enqueue},
    {"job show",           "ID",                     1,  1, NULL,                         "all that is known of a job",                     cli_doc_job_show,           cli_run_job_show},
    {"job list",           "",                       0,  0, cli_list_options,             "jobs by state",                                  cli_doc_job_list,           cli_run_job_list},
    {"job explain",        "ID",                     1,  1, NULL,                         "why it is not running, or ended as it did",      cli_doc_job_explain,        cli_run_job_explain},
    {"job wait",           "ID",                     1,  1, cli_wait_options,             "wait for its end; 0 when it succeeded",          cli_doc_job_wait,           cli_run_job_wait},
    {"job result",         "ID",                     1,  1, NULL,                         "the result as JSON, nothing else",               cli_doc_job_result,         cli_run_job_result},
    {"job log",            "ID",                     1,  1, cli_log_options,              "the lines the job logged",                       cli_doc_job_log,            cli_run_job_log},
    {"job cancel",         "ID",                     1,  1, NULL,                         "cancel it, or ask its worker to stop it",        cli_doc_job_cancel,         cli_run_job_cancel},
    {"job retry",          "ID ...",                 1, -1, NULL,                         "run it again, or now instead of later",          cli_doc_job_retry,          cli_run_job_retry},
    {"queue list",         "",                       0,  0, NULL,                         "queues with their lengths",                      cli_doc_queue_list,         cli_run_queue_list},
    {"queue pause",        "QUEUE",                  1,  1, NULL,                         "no job of it is started any more",               cli_doc_queue_pause,        cli_run_queue_pause},
    {"queue drain",        "QUEUE",                  1,  1, cli_drain_options,            "no new job is let in; what is there is done",    cli_doc_queue_drain,        cli_run_queue_drain},
    {"queue resume",       "QUEUE",                  1,  1, NULL,                         "end a pause or a drain",                         cli_doc_queue_resume,       cli_run_queue_resume},
    {"queue purge",        "QUEUE",                  1,  1, cli_purge_options,            "remove the jobs that wait in it",                cli_doc_queue_purge,        cli_run_queue_purge},
    {"queue budget",       "QUEUE",                  1,  1, cli_budget_options,           "how much may wait in it",                        cli_doc_queue_budget,       cli_run_queue_budget},
    {"limit list",         "QUEUE",                  1,  1, NULL,                         "limits of a queue, and how they stand",          cli_doc_limit_list,         cli_run_limit_list},
    {"limit set",          "QUEUE SCOPE",            2,  2, cli_limit_options,            "how many at once, and how often",                cli_doc_limit_set,          cli_run_limit_set},
    {"limit remove",       "QUEUE SCOPE",            2,  2, NULL,                         "take a limit away",                              cli_doc_limit_remove,       cli_run_limit_remove},
    {"worker list",        "",                       0,  0, NULL,                         "workers that are alive",                         cli_doc_worker_list,        cli_run_worker_list},
    {"worker quiet",       "[ID ...]",               0, -1, cli_tell_options,             "let it take no more jobs",                       cli_doc_worker_quiet,       cli_run_worker_quiet},
    {"worker stop",        "[ID ...]",               0, -1, cli_tell_options,             "let it finish its jobs and end",                 cli_doc_worker_stop,        cli_run_worker_stop},
    {"task list",          "",                       0,  0, NULL,                         "tasks that workers have published",              cli_doc_task_list,          cli_run_task_list},
    {"task show",          "TASK",                   1,  1, NULL,                         "a task's parameters",                            cli_doc_task_show,          cli_run_task_show},
    {"schedule list",      "",                       0,  0, NULL,                         "schedules, their last and next times",           cli_doc_schedule_list,      cli_run_schedule_list},
    {"schedule show",      "NAME",                   1,  1, NULL,                         "one schedule, with its next times",              cli_doc_schedule_show,      cli_run_schedule_show},
    {"schedule run",       "NAME",                   1,  1, NULL,                         "make its job now",                               cli_doc_schedule_run,       cli_run_schedule_run},
    {"schedule check",     "[FILE]",                 0,  1, NULL,                         "check a schedule file, show the next times",     cli_doc_schedule_check,     cli_run_schedule_check},
    {"cron next",          "[EXPR]",                 0,  1, cli_cron_next_options,        "when a cron expression fires next",              cli_doc_cron_next,          cli_run_cron_next},
    {"cron explain",       "EXPR",                   1,  1, cli_cron_explain_options,     "a cron expression in words",                     cli_doc_cron_explain,       cli_run_cron_explain},
    {"dead-letter list",   "",                       0,  0, cli_dead_letter_list_options, "jobs that failed for good",                      cli_doc_dead_letter_list,   cli_run_dead_letter_list},
    {"dead-letter replay", "[ID ...]",               0, -1, cli_dead_letter_options,      "run them again",                                 cli_doc_dead_letter_replay, cli_run_dead_letter_replay},
    {"dead-letter delete", "[ID ...]",               0, -1, cli_dead_letter_options,      "remove them",                                    cli_doc_dead_letter_delete, cli_run_dead_letter_delete},
    {"stats",              "",                       0,  0, cli_stats_options,            "queues, workers and the broker at a glance",     cli_doc_stats,              cli_run_stats},
    {"doctor",             "",                       0,  0, NULL,                         "what is wrong with this installation",           cli_doc_doctor,             cli_run_doctor},
    {"fsck",               "",                       0,  0, cli_fsck_options,             "check what the broker holds for contradictions", cli_doc_fsck,               cli_run_fsck},
    {"bench",              "",                       0,  0, cli_bench_options,            "measure this Redis with jobs that do nothing",   cli_doc_bench,              cli_run_bench},
    {"new-task",           "NAME",                   1,  1, cli_new_task_options,         "write the skeleton of a task with its test",     cli_doc_new_task,           cli_run_new_task},
    {"completion",         "SHELL",                  1, -1, NULL,                         "a completion script: bash, zsh or fish",         cli_doc_completion,         cli_run_completion},
    {"config",             "",                       0,  0, NULL,                         "settings in force, where they came from",        cli_doc_config,             cli_run_config},
    {"version",            "",                       0,  0, NULL,                         "the version",                                    cli_doc_version,            cli_run_version},
    {"help",               "[COMMAND]",              0,  2, NULL,                         "this, or a command's options",                   cli_doc_help,               cli_run_help},
};
/* clang-format on */

const size_t cli_commands_n = sizeof(cli_commands) / sizeof(cli_commands[0]);
