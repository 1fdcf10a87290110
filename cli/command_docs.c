#include "command_docs.h"

const char cli_doc_dev[] =
    "Starts a private Redis for the queues, another for caches, PostgreSQL, quern-api, "
    "quern-worker and quern-beat, and shows their logs in one stream. What dies is started "
    "again. Nothing outside of the data folder is touched; Ctrl-C ends all of it. Its "
    "addresses are in <data>/env, for another shell.\n\n"
    "--task-path gives its worker tasks of yours. --broker-url on the command line, "
    "--cache-url and --database-url name servers to use instead of private ones.\n\n"
    "    quern dev --task-path .\n"
    "    quern dev --demo\n"
    "    quern dev --data /tmp/shop --scale 10";

const char cli_doc_enqueue[] =
    "Makes a job for TASK and prints its id. KEY=VALUE takes the type that the task has "
    "published for KEY; --args and --file give all arguments as one JSON object instead. "
    "Arguments that the task refuses, and tasks that no worker has published, are refused "
    "before anything is made.\n\n"
    "--batch makes many jobs: each line is a JSON object in the words of POST /v1/jobs; TASK is "
    "for lines that name none. A line that is refused is told with its number, and the others go "
    "on.\n\n"
    "An answer that was lost is asked for again under the same id, so one call never makes "
    "two jobs; --name gives the same across calls.\n\n"
    "    quern enqueue report.sales from=2025-01-01 to=2025-06-30 --follow\n"
    "    quern enqueue report.sales --batch regions.ndjson\n"
    "    quern enqueue mail.welcome --args '{\"user\": 7}' --delay 10m";

const char cli_doc_job_show[] =
    "Shows state, times, attempts, arguments, progress, files and the history of its runs. "
    "Jobs that have ended are known for as long as --result-ttl says, failed ones for "
    "--failed-ttl.\n\n"
    "    quern job show default.-P6w7SZGS2X3nGezV3SaDV";

const char cli_doc_job_list[] =
    "Lists jobs of all queues, the running ones first. Waiting, retrying, running and "
    "failed jobs are listed completely; of those that succeeded, were cancelled or expired "
    "the last 10,000 of each queue.\n\n"
    "    quern job list --state failed --task report.sales\n"
    "    quern job list --json --limit 1000";

const char cli_doc_job_explain[] =
    "Says in words why a job does not run yet (its queue is paused, its time has not come, "
    "no worker serves the queue or knows the task, how many are before it), or how it "
    "ended: each attempt with its cause.\n\n"
    "    quern job explain default.-P6w7SZGS2X3nGezV3SaDV";

const char cli_doc_job_wait[] =
    "Waits until the job has ended and prints its result. The exit code is 0 when it "
    "succeeded, 1 when it ended in another way, 5 when --timeout passed: the job then goes "
    "on. A broker that goes away meanwhile is waited for.\n\n"
    "    quern job wait default.-P6w7SZGS2X3nGezV3SaDV --timeout 5m";

const char cli_doc_job_result[] =
    "Prints the result of a job that succeeded, byte for byte. Files that it made are named "
    "by quern job show.\n\n"
    "    quern job result default.-P6w7SZGS2X3nGezV3SaDV | jq .total";

const char cli_doc_job_log[] = "Prints the last 64 KiB of what the job logged, of all its runs.\n\n"
                               "    quern job log default.-P6w7SZGS2X3nGezV3SaDV --follow";

const char cli_doc_job_cancel[] =
    "A job that waits is cancelled at once. One that runs is asked to stop, and killed when "
    "it has not after --cancel-grace of its worker. The answer says which of the two it "
    "was.\n\n"
    "    quern job cancel default.-P6w7SZGS2X3nGezV3SaDV";

const char cli_doc_job_retry[] =
    "Jobs that failed, were cancelled or expired start anew, with all their attempts; one "
    "that waits for its next attempt goes now. A job that succeeded or runs is left as it "
    "is, exit 4.\n\n"
    "    quern job retry default.-P6w7SZGS2X3nGezV3SaDV";

const char cli_doc_queue_list[] =
    "Shows for each queue how many jobs are queued, running, scheduled, retrying and "
    "failed, the age of the next in line, its workers, and whether it is paused or "
    "draining.\n\n"
    "    quern queue list";

const char cli_doc_queue_pause[] =
    "Jobs are let in and stay; none is started until quern queue resume. Running ones go "
    "on.\n\n"
    "    quern queue pause reports";

const char cli_doc_queue_drain[] =
    "New jobs are refused until quern queue resume; those that are there are worked off. "
    "Use it before a queue is moved or removed.\n\n"
    "    quern queue drain reports --wait --timeout 10m";

const char cli_doc_queue_resume[] = "Jobs are let in and started again.\n\n"
                                    "    quern queue resume reports";

const char cli_doc_queue_purge[] =
    "Destroys jobs that are queued, scheduled or retrying, for good: no record of them "
    "stays. Running and ended jobs are not touched, nor jobs that came after the command "
    "began. Asks before, on a terminal; elsewhere it needs --yes.\n\n"
    "    quern queue purge reports --state scheduled --dry-run\n"
    "    quern queue purge reports --yes";

const char cli_doc_queue_budget[] =
    "Shows how much may wait in a queue, or says it anew. A queue at its budget takes no new "
    "jobs: who enqueues is told to come later. What is not named stays as it is.\n\n"
    "    quern queue budget reports --jobs 100000 --bytes 256MiB";

const char cli_doc_limit_list[] =
    "Shows the limits of a queue: how many of each scope run, how many lines of jobs wait for "
    "it, when the next may start, and whether an operator or the task set it.\n\n"
    "    quern limit list reports";

const char cli_doc_limit_set[] =
    "Limits how many jobs of a scope run at once, and how often one may start: task:TASK, "
    "key:KEY, or key:* for each key that has no limit of its own. It holds for jobs that wait "
    "already; a limit that an operator set goes before one that the task declares.\n\n"
    "    quern limit set reports task:report.sales --concurrency 2\n"
    "    quern limit set llm 'key:*' --rate 10/1m --burst 3";

const char cli_doc_limit_remove[] = "Takes a limit away. Those who waited for it may go.\n\n"
                                    "    quern limit remove reports task:report.sales";

const char cli_doc_worker_list[] =
    "Shows the workers that renewed their entry lately: where they run, what queues they "
    "serve, how many of their executors are busy.\n\n"
    "    quern worker list";

const char cli_doc_worker_quiet[] =
    "The workers run on what they have and take nothing more, until they are stopped. ID is "
    "that of quern worker list; its first characters are enough when only one begins so.\n\n"
    "    quern worker quiet --queue reports";

const char cli_doc_worker_stop[] =
    "The workers finish what they run and end with exit code 0, as at TERM; --stop-grace of "
    "the worker bounds it. A service manager may start them again.\n\n"
    "    quern worker stop 4be1\n"
    "    quern worker stop --all";

const char cli_doc_task_list[] =
    "Lists what workers have published so far, also when none of them is alive.\n\n"
    "    quern task list";

const char cli_doc_task_show[] =
    "Shows the parameters of a task with their types, its limits and its queue.\n\n"
    "    quern task show report.sales";

const char cli_doc_schedule_list[] =
    "Lists all schedules: when they are due, what they last did, and when they are due "
    "next. On stderr it says so when no quern-beat leads: then none of them makes jobs.\n\n"
    "    quern schedule list";

const char cli_doc_schedule_show[] =
    "Shows a schedule: its definition, in words too, who said it, what it last did, and "
    "the next planned times in its zone.\n\n"
    "    quern schedule show nightly --count 10";

const char cli_doc_schedule_add[] =
    "Plans a job: by a cron expression, an interval, or for one moment. The options are "
    "the members of a definition (docs/schedules.md), for the job in the same words as "
    "of quern enqueue; or --file has all of it as JSON. The task must be there, and the "
    "arguments fit it. The leading quern-beat knows of it at most a third of its lease "
    "later.\n\n"
    "    quern schedule add nightly --cron \"0 1 * * *\" --task report.sales\n"
    "    quern schedule add once --at 2026-12-31T23:59:00Z --task report.sales\n"
    "    quern schedule add nightly --file nightly.json";

const char cli_doc_schedule_change[] =
    "What an option says is changed, an empty value takes it away (--zone=), what no "
    "option says stays; KEY=VALUE and --args say all arguments anew. Of --cron, --every "
    "and --at one replaces the other. With --file the definition is replaced. The "
    "history stays. What comes from a file of quern-beat is changed there.\n\n"
    "    quern schedule change nightly --cron \"30 2 * * *\" --priority 2";

const char cli_doc_schedule_remove[] =
    "The schedule makes no more jobs, and its history is gone; jobs that it made stay. "
    "Asks before, on a terminal; elsewhere it needs --yes. What comes from a file of "
    "quern-beat is removed there.\n\n"
    "    quern schedule remove nightly --yes";

const char cli_doc_schedule_pause[] =
    "Planned times are passed over until quern schedule resume, and never made up for. "
    "Jobs that were made stay. Schedules of a file of quern-beat can be paused too.\n\n"
    "    quern schedule pause nightly";

const char cli_doc_schedule_resume[] = "Ends a pause: the next planned time makes a job again.\n\n"
                                       "    quern schedule resume nightly";

const char cli_doc_schedule_run[] =
    "Makes the schedule's job at once, beside the planned ones; their times do not "
    "move. The history notes it as run by hand.\n\n"
    "    quern schedule run nightly";

const char cli_doc_schedule_preview[] =
    "Shows when a definition would be due, in words and with its next times, and keeps "
    "nothing. It needs no broker; --task may be left out.\n\n"
    "    quern schedule preview --cron \"0 9 * * mon#1\" --zone Europe/Berlin";

const char cli_doc_schedule_history[] =
    "Lists the last 20 fires: the planned time, when it was dealt with, what became of "
    "it (made, skipped by its overlap rule, refused, run by hand), the job or the "
    "reason, and how many times before it were missed.\n\n"
    "    quern schedule history nightly";

const char cli_doc_schedule_check[] =
    "Reads a schedule file as quern-beat does, says what is wrong with it and where, "
    "and shows the next times. It needs no broker.\n\n"
    "    quern schedule check quern-schedule.conf";

const char cli_doc_ask[] =
    "Makes a job of nl2sql.ask, waits for it and shows the statement, its rows and what they "
    "mean. All words behind the name of the datasource are the question, English or Chinese. The "
    "rules answer when they are sure, else the language model, if one is configured. When there "
    "is no answer it says why, with questions that would work, and exits with 3.\n\n"
    "    quern ask shop monthly revenue in 2025\n"
    "    quern ask shop --thread t1 revenue by city this year\n"
    "    quern ask shop --thread t1 --export csv and last year";

const char cli_doc_model_list[] =
    "What analyses of datasources have found: for each its current version, which is the one "
    "that was approved last, or the newest draft where none was ever approved. The commands that "
    "only look read what workers have published below --artifact-dir.\n\n"
    "    quern model list";

const char cli_doc_model_show[] =
    "Tables with what their rows are, relations with their score and what speaks for them, and "
    "metrics; or one table with its columns. --json prints the whole model.\n\n"
    "    quern model show shop\n"
    "    quern model show shop orders --version newest";

const char cli_doc_model_versions[] =
    "A version is made whenever an analysis or an edit finds another model than before. It is a "
    "draft until somebody approves it.\n\n"
    "    quern model versions shop";

const char cli_doc_model_diff[] =
    "Compares by names: tables, columns, relations, metrics and what is said of them. Numbers of "
    "rows and shares are no difference. Without versions: from the one that answers, or the "
    "one before it, to the newest.\n\n"
    "    quern model diff shop\n"
    "    quern model diff shop 3 5 --json";

const char cli_doc_model_export[] =
    "Prints a version byte for byte as it is published, or writes it to a file. On a terminal "
    "control characters are replaced.\n\n"
    "    quern model export shop --format html --output shop.html\n"
    "    quern model export shop --format mermaid";

const char cli_doc_model_analyze[] =
    "Makes a job of metadata.analyze, waits for it with its progress, and shows the newest "
    "version. What did not change since the last run is not read again. Globs go over "
    "schema.table; of a part of the tables no version is made.\n\n"
    "    quern model analyze shop\n"
    "    quern model analyze crm --depth exact --exclude 'audit.*'";

const char cli_doc_model_edit[] =
    "Makes a job of metadata.review, which merges the edits into those that were there and makes "
    "the next version, a draft. Edits stay through every later analysis; null takes one back. FILE "
    "is one JSON object in the form of hints; --set is for a few. The value of a --set is text, "
    "unless it is true, false, null, a list or an object.\n\n"
    "    quern model edit shop --set tables.orders.label=number\n"
    "    quern model edit shop --set tables.users.columns.phone.hidden=true\n"
    "    quern model edit shop edits.json";

const char cli_doc_model_approve[] =
    "Makes a job of metadata.review that approves a version: it is current from then on.\n\n"
    "    quern model approve shop\n"
    "    quern model approve shop 3";

const char cli_doc_cron_next[] =
    "Prints the next times of a cron expression (docs/cron.md), a line each, with the offset of "
    "the zone at that time. An expression or a zone that is wrong is refused with the reason, "
    "exit 2. It needs no broker.\n\n"
    "--batch answers many questions. A line is expression TAB zone TAB time; its answer is the "
    "same line, TAB, and 3 times with commas between, or \"error: \" and the reason. Answers have "
    "the order of the lines.\n\n"
    "    quern cron next '30 2 * * FRIL' --tz Europe/Berlin\n"
    "    quern cron next '0 9 * * MON-FRI' --after 2026-03-27T12:00:00Z --count 3\n"
    "    quern cron next --batch questions.tsv";

const char cli_doc_cron_explain[] =
    "Says in words when a cron expression fires and what becomes of it when clocks are changed, "
    "with its next three times. It needs no broker.\n\n"
    "    quern cron explain '30 2 * * FRIL' --tz Europe/Berlin";

const char cli_doc_dead_letter_list[] =
    "Lists failed jobs, the last ones first. Filters are combined: a job is shown when all "
    "of them fit.\n\n"
    "    quern dead-letter list --task report.sales --since 2h\n"
    "    quern dead-letter list --cause timeout --json";

const char cli_doc_dead_letter_replay[] =
    "Failed jobs start anew, with all their attempts. They are named by their ids or chosen "
    "by filters; --dry-run shows which would be, and --all is needed when there is no "
    "filter.\n\n"
    "    quern dead-letter replay --task report.sales --error timeout --dry-run\n"
    "    quern dead-letter replay --all --yes";

const char cli_doc_dead_letter_delete[] =
    "Removes failed jobs with their logs, for good. They are chosen as by quern dead-letter "
    "replay.\n\n"
    "    quern dead-letter delete --since 7d --cause rejected --yes";

const char cli_doc_stats[] =
    "Shows the queues, the workers and the broker's memory. --watch draws them again and "
    "again, with rates, until q or Ctrl-C; with --json it writes a line for each look.\n\n"
    "    quern stats\n"
    "    quern stats --watch --every 2s";

const char cli_doc_doctor[] =
    "Looks at Redis (version, eviction, persistence, memory, clock), at PostgreSQL, at the "
    "folder of result files and at the workers, and says of what it finds: what is wrong, "
    "why it matters, what to do. The exit code is 1 when something is wrong.\n\n"
    "    quern doctor";

const char cli_doc_fsck[] =
    "Compares what the broker holds with itself: records without a place, places without a "
    "record, jobs in two places. Without --repair nothing is changed; with it no job is "
    "lost. It may be used while the workers run. The exit code is 1 when findings are left.\n\n"
    "    quern fsck\n"
    "    quern fsck --repair --queue reports";

const char cli_doc_bench[] =
    "Makes jobs that do nothing (the task bench.noop), one by one and in bulk, lets workers of "
    "several sizes empty a full queue, and sends jobs through an idle worker one after the "
    "other. The workers are quern-worker of the same folder on this machine, with all defaults. "
    "It tells jobs per second, times, and what Redis used for a job.\n\n"
    "All of it happens in a namespace of its own, which is removed at the end and after Ctrl-C, "
    "so it may be run against a Redis at work; that is slower meanwhile, and the figures of "
    "Redis then count the work of others too. A --jobs of 100000 takes up to 60 MB there.\n\n"
    "    quern bench\n"
    "    quern bench --only drain --executors 8,32 --json figures.json";

const char cli_doc_new_task[] =
    "Writes the source of a task, what builds it, and a test that needs no broker, into a "
    "folder of its own. Nothing that is there is overwritten.\n\n"
    "    quern new-task image.thumbnail --plugin\n"
    "    quern new-task mail.digest --exec --language python";

const char cli_doc_completion[] =
    "Prints a script that completes commands, options, settings, and (asking the broker, in "
    "vain after half a second) the names of tasks, queues and workers. Installed packages "
    "have it in place already; for this shell:\n\n"
    "    eval \"$(quern completion bash)\"\n"
    "    quern completion fish | source";

const char cli_doc_config[] =
    "Prints each setting with its value and where the value came from: default, file, "
    "environment or arguments. Passwords and keys are masked.\n\n"
    "    quern config --config /etc/quern/quern.conf";

const char cli_doc_version[] = "Prints which Quern this is.\n\n"
                               "    quern version";

const char cli_doc_help[] = "Prints the list of commands, or what one of them does and takes.\n\n"
                            "    quern help job list";
