/* upkeep_sql.h - the statements of upkeep: the files sql/NAME.sql, which also say their
 * parameters.
 *
 * Not here: when they run.
 */
#ifndef TASKS_UPKEEP_UPKEEP_SQL_H
#define TASKS_UPKEEP_UPKEEP_SQL_H

extern const char upkeep_sql_settings[];
extern const char upkeep_sql_popularity_turn[];
extern const char upkeep_sql_popularity[];
extern const char upkeep_sql_activity_stage[];
extern const char upkeep_sql_activity_add[];
extern const char upkeep_sql_activity_write[];
extern const char upkeep_sql_usage_clean[];
extern const char upkeep_sql_warm[];
extern const char upkeep_sql_warm_candidates[];
extern const char upkeep_sql_rows_there[];
extern const char upkeep_sql_once_old[];
extern const char upkeep_sql_usage_old[];

#endif
