#include "command_options.h"

const struct cli_option cli_dev_options[] = {
    {"data", "FOLDER", "where its data is, ./.data"},
    {"task-path", "PATH", "your plugins and task files, for its worker"},
    {"queues", "QUEUES", "what its worker serves: reports:3,default:1"},
    {"concurrency", "N", "how many jobs its worker runs at the same time"},
    {"sample", NULL, "load the sample shop into the database"},
    {"scale", "N", "the same, N times 3,000 orders"},
    {"cache-url", "URL", "use this Redis as the cache, start none"},
    {"database-url", "URL", "use this PostgreSQL, start none"},
    {"demo", NULL, "report, schedule, analysis, questions, over HTTP"},
    {"once", NULL, "with --demo: end after it, 0 when all was answered"},
    {"verbose", NULL, "all log lines, from the start"},
    {"quiet", NULL, "no log lines, they are in their files"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_enqueue_options[] = {
    {"args", "JSON", "the arguments as one object; - reads them from stdin"},
    {"file", "FILE", "the arguments from a file"},
    {"batch", "FILE", "many jobs, a line of JSON each; - reads stdin"},
    {"queue", "QUEUE", "the queue, the task's own unless given"},
    {"priority", "0-3", "3 goes first"},
    {"delay", "TIME", "not before this time has passed: 90s, 2h"},
    {"eta", "INSTANT", "not before: 2025-06-30T15:15:00+08:00"},
    {"expires", "TIME", "not started by then: expired"},
    {"max-attempts", "N", "attempts in all"},
    {"retry", "KIND", "fixed, linear, exponential:2s:10m or list:1s:10s:1m"},
    {"soft-limit", "TIME", "after it the job is asked to stop"},
    {"hard-limit", "TIME", "after it the job is killed"},
    {"result-ttl", "TIME", "how long its record is kept"},
    {"limit-key", "KEY", "whose turn it is, such as a tenant (docs/limits.md)"},
    {"unique", "RULE", "finished, or until=window,for=10m,conflict=existing"},
    {"on-failed", "TASK[=JSON]", "the job that is made when it ends without success"},
    {"tag", "TAG", "may be given several times"},
    {"name", "NAME", "the id's second half; one job per name, not two"},
    {"wait", NULL, "wait for the end, print the result"},
    {"follow", NULL, "the same, with its log and progress on stderr"},
    {"timeout", "TIME", "with --wait: no longer, then exit 5; the job runs on"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_budget_options[] = {
    {"jobs", "N", "at most so many jobs, 0 for any number"},
    {"bytes", "SIZE", "at most so much in all, such as 64MiB; 0 for any size"},
    {"none", NULL, "no bound any more"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_limit_options[] = {
    {"concurrency", "N", "runs at the same time"},
    {"rate", "N/TIME", "starts in a time: 10/1m"},
    {"burst", "N", "with --rate: how many may be saved up; the rate's N"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_wait_options[] = {
    {"timeout", "TIME", "wait at most so long, then exit 5; the job goes on"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_list_options[] = {
    {"state", "STATE", "only these: scheduled, queued, running, failed, ..."},
    {"queue", "QUEUE", "only this queue"},
    {"task", "TASK", "only this task"},
    {"limit", "N", "at most so many, 20"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_log_options[] = {
    {"follow", NULL, "go on with new lines until the job has ended"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_drain_options[] = {
    {"wait", NULL, "wait until it is empty"},
    {"timeout", "TIME", "with --wait: no longer, then exit 5; it goes on"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_purge_options[] = {
    {"state", "STATE", "only these: queued, scheduled or retrying; else all"},
    {"dry-run", NULL, "say how many, remove nothing"},
    {"yes", NULL, "do not ask"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_tell_options[] = {
    {"all", NULL, "all workers"},
    {"queue", "QUEUE", "all workers that serve this queue"},
    {NULL, NULL, NULL},
};

/* What a definition says, in the same words as of enqueue where it is the job's. */
const struct cli_option cli_schedule_change_options[] = {
    {"file", "FILE", "the whole definition as JSON; - reads stdin"},
    {"cron", "EXPR", "when: \"0 1 * * *\", six fields have seconds in front"},
    {"every", "TIME", "or an interval: 90s, 2h"},
    {"at", "INSTANT", "or once: 2026-06-30T15:15:00+08:00"},
    {"zone", "ZONE", "of --cron, such as Europe/Berlin"},
    {"jitter", "TIME", "each job starts up to so much later"},
    {"starts-at", "INSTANT", "no planned time before it"},
    {"ends-at", "INSTANT", "none after it"},
    {"catch-up", "HOW", "of times that were missed: skip, one or all"},
    {"catch-up-max", "N", "with all: at most so many"},
    {"overlap", "RULE", "while the last lives: allow, skip, cancel_previous"},
    {"task", "TASK", "what its job runs"},
    {"args", "JSON", "the job's arguments as one object; - reads stdin"},
    {"queue", "QUEUE", "its queue, the task's own unless given"},
    {"priority", "0-3", "3 goes first"},
    {"expires", "TIME", "not started by then: expired"},
    {"max-attempts", "N", "attempts in all"},
    {"retry", "KIND", "fixed, linear, exponential:2s:10m or list:1s:10s:1m"},
    {"soft-limit", "TIME", "after it the job is asked to stop"},
    {"hard-limit", "TIME", "after it the job is killed"},
    {"result-ttl", "TIME", "how long its record is kept"},
    {"limit-key", "KEY", "whose turn it is, such as a tenant (docs/limits.md)"},
    {"unique", "RULE", "finished, or until=window,for=10m,conflict=existing"},
    {"on-failed", "TASK[=JSON]", "the job that is made when it ends without success"},
    {"tag", "TAG", "may be given several times"},
    {"count", "N", "show so many of its next times, 5"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_schedule_show_options[] = {
    {"count", "N", "so many of its next times, 5"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_schedule_remove_options[] = {
    {"yes", NULL, "do not ask"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_cron_next_options[] = {
    {"tz", "ZONE", "its time zone, else the setting timezone"},
    {"after", "INSTANT", "strictly later than this, else than now"},
    {"count", "N", "so many times, 5"},
    {"batch", "FILE", "many questions, a line each; - reads stdin"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_cron_explain_options[] = {
    {"tz", "ZONE", "its time zone, else the setting timezone"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_ask_options[] = {
    {"translator", "WHO", "auto (else), rules or llm"},
    {"thread", "NAME", "go on with the questions of this thread"},
    {"tables", "TABLE", "look at this table first; again for more"},
    {"chart", "TYPE", "this picture: bar, line, table, none, ..."},
    {"language", "LANGUAGE", "of the texts: en or zh; else the question's"},
    {"today", "DAY", "what today is: 2025-06-30"},
    {"max-rows", "N", "from the database, at most; else the datasource's"},
    {"rows", "N", "shown here at most, 20"},
    {"dry-run", NULL, "the statement and its plan, no rows"},
    {"export", "FORM", "csv, json or html, a file of the job; again for more"},
    {"queue", "QUEUE", "its queue, the task's own unless given"},
    {"follow", NULL, "with its log and progress on stderr"},
    {"timeout", "TIME", "wait no longer, then exit 5; the job runs on"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_model_show_options[] = {
    {"version", "VERSION", "a number, newest or approved; else current"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_model_export_options[] = {
    {"format", "FORM", "json (else), yaml, markdown, mermaid or html"},
    {"output", "FILE", "write it there; else to stdout"},
    {"version", "VERSION", "a number, newest or approved; else current"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_model_analyze_options[] = {
    {"depth", "DEPTH", "catalogue, statistics, sample (else) or exact"},
    {"language", "LANGUAGE", "of descriptions: en or zh"},
    {"include", "GLOB", "only these tables: sales.*; again for more"},
    {"exclude", "GLOB", "not these; again for more"},
    {"relations", "WHICH", "declared, or inferred too (else)"},
    {"full", NULL, "profile what did not change since the last run too"},
    {"describe", NULL, "a language model proposes descriptions"},
    {"max-cost", "AMOUNT", "with it: ask nobody when the estimate is above"},
    {"queue", "QUEUE", "its queue, the task's own unless given"},
    {"follow", NULL, "with its log and progress on stderr"},
    {"timeout", "TIME", "wait no longer, then exit 5; the job runs on"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_model_edit_options[] = {
    {"set", "PATH=VALUE", "tables.orders.description=TEXT; again for more"},
    {"if-hash", "HASH", "only when the newest version still has it"},
    {"queue", "QUEUE", "its queue, the task's own unless given"},
    {"timeout", "TIME", "wait no longer, then exit 5; the job runs on"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_model_approve_options[] = {
    {"if-hash", "HASH", "only when the newest version still has it"},
    {"queue", "QUEUE", "its queue, the task's own unless given"},
    {"timeout", "TIME", "wait no longer, then exit 5; the job runs on"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_dead_letter_list_options[] = {
    {"queue", "QUEUE", "only of this queue"},
    {"task", "TASK", "only of this task"},
    {"cause", "CAUSE", "only with this cause: error, timeout, crashed, ..."},
    {"error", "TEXT", "only those whose error holds this text"},
    {"since", "TIME", "only those that ended in the last TIME: 2h"},
    {"limit", "N", "at most so many, 20"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_dead_letter_options[] = {
    {"queue", "QUEUE", "those of this queue"},
    {"task", "TASK", "those of this task"},
    {"cause", "CAUSE", "those with this cause: error, timeout, crashed, ..."},
    {"error", "TEXT", "those whose error holds this text"},
    {"since", "TIME", "those that ended in the last TIME: 2h"},
    {"all", NULL, "all of them, when no other filter is given"},
    {"dry-run", NULL, "show which, change nothing"},
    {"yes", NULL, "do not ask"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_stats_options[] = {
    {"watch", NULL, "a live screen; Ctrl-C or q ends it"},
    {"every", "TIME", "with --watch: between two looks, 1s"},
    {"queue", "QUEUE", "only this queue"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_fsck_options[] = {
    {"repair", NULL, "mend what can be mended without a loss"},
    {"queue", "QUEUE", "only this queue"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_bench_options[] = {
    {"jobs", "N", "jobs of each measurement, 100000"},
    {"executors", "LIST", "workers to drain with, 2,4,16,64"},
    {"payload", "BYTES", "text in each job's arguments, 100"},
    {"runs", "N", "the median of so many is told, 3"},
    {"only", "PARTS", "of enqueue,drain,roundtrip"},
    {"json", "FILE", "the medians as JSON too; - for stdout, and only them"},
    {NULL, NULL, NULL},
};

const struct cli_option cli_new_task_options[] = {
    {"c", NULL, "a worker of your own, in C"},
    {"plugin", NULL, "a shared object that any worker loads, in C"},
    {"exec", NULL, "a program"},
    {"language", "NAME", "with --exec: sh (else), python or javascript"},
    {"folder", "FOLDER", "where to write it; else named after the task"},
    {NULL, NULL, NULL},
};
