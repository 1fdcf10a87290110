/* chart_echarts.h - a picture as an option of ECharts: data and fixed keys, no function, no
 * template. A number is written with the digits it came with. */
#ifndef TASKS_NL2SQL_CHART_CHART_ECHARTS_H
#define TASKS_NL2SQL_CHART_CHART_ECHARTS_H

#include "chart_data.h"

/* "null" for a table, a number, tiles. */
void chart_echarts(struct qn_buf *out, const struct chart *chart, const struct query_rows *rows,
                   const struct chart_data *data);

#endif
