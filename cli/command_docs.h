/* command_docs.h - what help, the man pages and docs/commands.md say of each command.
 *
 * Paragraphs have an empty line between them and are filled by whoever prints them. Lines
 * at the end that begin with four spaces are examples, printed as they are. 7 bits only.
 */
#ifndef CLI_COMMAND_DOCS_H
#define CLI_COMMAND_DOCS_H

extern const char cli_doc_dev[];
extern const char cli_doc_enqueue[];
extern const char cli_doc_job_show[];
extern const char cli_doc_job_list[];
extern const char cli_doc_job_explain[];
extern const char cli_doc_job_wait[];
extern const char cli_doc_job_result[];
extern const char cli_doc_job_log[];
extern const char cli_doc_job_cancel[];
extern const char cli_doc_job_retry[];
extern const char cli_doc_queue_list[];
extern const char cli_doc_queue_pause[];
extern const char cli_doc_queue_drain[];
extern const char cli_doc_queue_resume[];
extern const char cli_doc_queue_purge[];
extern const char cli_doc_queue_budget[];
extern const char cli_doc_limit_list[];
extern const char cli_doc_limit_set[];
extern const char cli_doc_limit_remove[];
extern const char cli_doc_worker_list[];
extern const char cli_doc_worker_quiet[];
extern const char cli_doc_worker_stop[];
extern const char cli_doc_task_list[];
extern const char cli_doc_task_show[];
extern const char cli_doc_schedule_list[];
extern const char cli_doc_schedule_show[];
extern const char cli_doc_schedule_add[];
extern const char cli_doc_schedule_change[];
extern const char cli_doc_schedule_remove[];
extern const char cli_doc_schedule_pause[];
extern const char cli_doc_schedule_resume[];
extern const char cli_doc_schedule_run[];
extern const char cli_doc_schedule_preview[];
extern const char cli_doc_schedule_history[];
extern const char cli_doc_schedule_check[];
extern const char cli_doc_ask[];
extern const char cli_doc_model_list[];
extern const char cli_doc_model_show[];
extern const char cli_doc_model_versions[];
extern const char cli_doc_model_diff[];
extern const char cli_doc_model_export[];
extern const char cli_doc_model_analyze[];
extern const char cli_doc_model_edit[];
extern const char cli_doc_model_approve[];
extern const char cli_doc_cron_next[];
extern const char cli_doc_cron_explain[];
extern const char cli_doc_dead_letter_list[];
extern const char cli_doc_dead_letter_replay[];
extern const char cli_doc_dead_letter_delete[];
extern const char cli_doc_datasource_add[];
extern const char cli_doc_datasource_list[];
extern const char cli_doc_datasource_show[];
extern const char cli_doc_datasource_check[];
extern const char cli_doc_datasource_set[];
extern const char cli_doc_datasource_remove[];
extern const char cli_doc_stats[];
extern const char cli_doc_doctor[];
extern const char cli_doc_fsck[];
extern const char cli_doc_bench[];
extern const char cli_doc_new_task[];
extern const char cli_doc_completion[];
extern const char cli_doc_config[];
extern const char cli_doc_version[];
extern const char cli_doc_help[];

#endif
