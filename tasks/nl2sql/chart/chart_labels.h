/* chart_labels.h - times as short as their differences allow. */
#ifndef TASKS_NL2SQL_CHART_CHART_LABELS_H
#define TASKS_NL2SQL_CHART_CHART_LABELS_H

#include "chart_data.h"

/* "2025-06-01 00:00:00+00" among firsts of months is "2025-06". What is no such time stays. */
void chart_label_times(struct chart_data *data);

#endif
