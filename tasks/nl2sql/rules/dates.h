/* dates.h - a day, month, quarter, half or year at a place of the question, in figures or words.
 *
 * Not here: ranges, sides and what is made of them (understand_periods.c).
 */
#ifndef TASKS_NL2SQL_RULES_DATES_H
#define TASKS_NL2SQL_RULES_DATES_H

#include "reader.h"

struct date_found {
    struct calendar_span days;
    int32_t unit;
    bool bare;    /* no year was named */
    bool to_date; /* "this": ends with today */
    size_t to;    /* span behind it */
    struct calendar_span first, last;
};

bool date_read(const struct reader *r, size_t at, struct date_found *ret);
/* 今年前三个月, 前三季度. */
bool date_read_first(const struct reader *r, size_t at, struct date_found *ret);
/* 1到3月, 2025年1-6月. */
bool date_read_months(const struct reader *r, size_t at, struct date_found *ret);
/* 15日 behind 3月1日到: of the month of the first. */
bool date_read_day_of(const struct reader *r, size_t at, struct calendar_span first,
                      struct date_found *ret);
/* "1 to 15 May": the first day is of the month of the second. opened: behind "between". */
bool date_read_days(const struct reader *r, size_t at, bool opened, struct date_found *ret);
/* "May 1 to 15", "March 3-9, 2025". */
bool date_read_to_day(const struct reader *r, size_t at, struct date_found *ret);

/* ---- spans that are not used yet ---- */

const struct meaning *date_word(const struct reader *r, size_t at, enum meaning_kind kind);
bool date_is_text(const struct reader *r, size_t at, const char *text); /* used or not */
bool date_is_joint(const struct reader *r, size_t at);                  /* "to", "-" */

#endif
