/* sales_sql.h - the statements of a sales report: the files sql/NAME.sql, which also
 * say their parameters. Those with lists give the columns of enum sales_column.
 *
 * Not here: when they run (sales_query.c, sales_period.c, sales_cache.c).
 */
#ifndef TASKS_REPORTS_SALES_SQL_H
#define TASKS_REPORTS_SALES_SQL_H

extern const char sales_sql_settings[];
extern const char sales_sql_version[];
extern const char sales_sql_zone[];
extern const char sales_sql_period[];
extern const char sales_sql_buckets[];
extern const char sales_sql_orders[];
extern const char sales_sql_customers[];
extern const char sales_sql_products[];
extern const char sales_sql_deltas[];

#endif
