/* command_options.h - the options of the commands; commands.c says whose they are.
 *
 * Each list ends with a NULL name.
 */
#ifndef CLI_COMMAND_OPTIONS_H
#define CLI_COMMAND_OPTIONS_H

#include "cli.h"

extern const struct cli_option cli_dev_options[];
extern const struct cli_option cli_enqueue_options[];
extern const struct cli_option cli_budget_options[];
extern const struct cli_option cli_limit_options[];
extern const struct cli_option cli_wait_options[];
extern const struct cli_option cli_list_options[];
extern const struct cli_option cli_log_options[];
extern const struct cli_option cli_drain_options[];
extern const struct cli_option cli_purge_options[];
extern const struct cli_option cli_tell_options[];
extern const struct cli_option cli_schedule_change_options[];
extern const struct cli_option cli_schedule_show_options[];
extern const struct cli_option cli_schedule_remove_options[];
extern const struct cli_option cli_cron_next_options[];
extern const struct cli_option cli_cron_explain_options[];
extern const struct cli_option cli_ask_options[];
extern const struct cli_option cli_model_show_options[];
extern const struct cli_option cli_model_export_options[];
extern const struct cli_option cli_model_analyze_options[];
extern const struct cli_option cli_model_edit_options[];
extern const struct cli_option cli_model_approve_options[];
extern const struct cli_option cli_dead_letter_list_options[];
extern const struct cli_option cli_dead_letter_options[];
extern const struct cli_option cli_stats_options[];
extern const struct cli_option cli_fsck_options[];
extern const struct cli_option cli_bench_options[];
extern const struct cli_option cli_new_task_options[];

/* datasource_options.c */
extern const struct cli_option cli_datasource_add_options[];
extern const struct cli_option cli_datasource_set_options[];
extern const struct cli_option cli_datasource_remove_options[];

#endif
