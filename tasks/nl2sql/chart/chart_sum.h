/* chart_sum.h - a sum of decimals, with the digits they have. */
#ifndef TASKS_NL2SQL_CHART_CHART_SUM_H
#define TASKS_NL2SQL_CHART_CHART_SUM_H

#include "chart_data.h"

struct chart_sum { /* zeroed: of nothing */
    long double total;
    int decimals;
    bool any;
};

void chart_sum_add(struct chart_sum *sum, struct chart_value value); /* none adds nothing */
/* None of nothing. Exact up to 18 digits. */
struct chart_value chart_sum_value(const struct chart_sum *sum, struct qn_arena *arena);

#endif
