/* chart_words.h - what the name of a column says about drawing it, in English and Chinese. Pure. */
#ifndef TASKS_NL2SQL_CHART_CHART_WORDS_H
#define TASKS_NL2SQL_CHART_CHART_WORDS_H

#include <stdbool.h>

enum chart_hint {
    CHART_HINT_ID = 1 << 0, /* a number that names something: id, order_no, zip */
    CHART_HINT_YEAR = 1 << 1,
    CHART_HINT_MONTH = 1 << 2, /* of any year, or YYYYMM */
    CHART_HINT_STEP = 1 << 3,  /* another part of a calendar that comes again: hour, weekday */
    CHART_HINT_PART = 1 << 4,  /* a part of a time, PostgreSQL does not say which: extract */
    CHART_HINT_MEAN = 1 << 5,  /* a number that is not summed: average, rate, price */
    CHART_HINT_LATITUDE = 1 << 6,
    CHART_HINT_LONGITUDE = 1 << 7,
};

unsigned chart_hints_of(const char *name); /* of enum chart_hint */

#endif
