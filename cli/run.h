/* run.h - what the rows of the command table run. Each returns the exit code. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

struct cli;

int cli_run_dev(struct cli *cli);
int cli_run_enqueue(struct cli *cli);
int cli_run_job_show(struct cli *cli);
int cli_run_job_list(struct cli *cli);
int cli_run_job_explain(struct cli *cli);
int cli_run_job_wait(struct cli *cli);
int cli_run_job_result(struct cli *cli);
int cli_run_job_log(struct cli *cli);
int cli_run_job_cancel(struct cli *cli);
int cli_run_job_retry(struct cli *cli);
int cli_run_queue_list(struct cli *cli);
int cli_run_queue_pause(struct cli *cli);
int cli_run_queue_drain(struct cli *cli);
int cli_run_queue_resume(struct cli *cli);
int cli_run_queue_purge(struct cli *cli);
int cli_run_queue_budget(struct cli *cli);
int cli_run_limit_list(struct cli *cli);
int cli_run_limit_set(struct cli *cli);
int cli_run_limit_remove(struct cli *cli);
int cli_run_worker_list(struct cli *cli);
int cli_run_worker_quiet(struct cli *cli);
int cli_run_worker_stop(struct cli *cli);
int cli_run_task_list(struct cli *cli);
int cli_run_task_show(struct cli *cli);
int cli_run_schedule_list(struct cli *cli);
int cli_run_schedule_show(struct cli *cli);
int cli_run_schedule_add(struct cli *cli);
int cli_run_schedule_change(struct cli *cli);
int cli_run_schedule_remove(struct cli *cli);
int cli_run_schedule_pause(struct cli *cli);
int cli_run_schedule_resume(struct cli *cli);
int cli_run_schedule_run(struct cli *cli);
int cli_run_schedule_preview(struct cli *cli);
int cli_run_schedule_history(struct cli *cli);
int cli_run_schedule_check(struct cli *cli);
int cli_run_ask(struct cli *cli);
int cli_run_model_list(struct cli *cli);
int cli_run_model_show(struct cli *cli);
int cli_run_model_versions(struct cli *cli);
int cli_run_model_export(struct cli *cli);
int cli_run_model_diff(struct cli *cli);
int cli_run_model_analyze(struct cli *cli);
int cli_run_model_edit(struct cli *cli);
int cli_run_model_approve(struct cli *cli);
int cli_run_cron_next(struct cli *cli);
int cli_run_cron_explain(struct cli *cli);
int cli_run_dead_letter_list(struct cli *cli);
int cli_run_dead_letter_replay(struct cli *cli);
int cli_run_dead_letter_delete(struct cli *cli);
int cli_run_datasource(struct cli *cli);
int cli_run_stats(struct cli *cli);
int cli_run_doctor(struct cli *cli);
int cli_run_fsck(struct cli *cli);
int cli_run_bench(struct cli *cli);
int cli_run_new_task(struct cli *cli);
int cli_run_completion(struct cli *cli);
int cli_run_config(struct cli *cli);
int cli_run_version(struct cli *cli);
int cli_run_help(struct cli *cli);

#endif
