/* calendar.h - days as numbers, and calendar periods around them. Pure. */
#ifndef TASKS_NL2SQL_RULES_CALENDAR_H
#define TASKS_NL2SQL_RULES_CALENDAR_H

#include "frame.h"

#define CALENDAR_NONE INT64_MIN

struct calendar_span { /* days since 1970-01-01, half-open; CALENDAR_NONE: open */
    int64_t from, to;
};

int64_t calendar_day(int64_t year, int64_t month, int64_t day); /* month may be out of 1-12 */
void calendar_split(int64_t day, int64_t *year, int64_t *month, int64_t *ret_day);
bool calendar_parse(const char *text, int64_t *ret); /* "2025-06-30" */
void calendar_print(int64_t day, char out[FRAME_DAY_SIZE]);
bool calendar_exists(int64_t year, int64_t month, int64_t day);

/* The hour-free unit (FRAME_DAY ... FRAME_YEAR, or half a year) that has the day, moved by n. */
struct calendar_span calendar_unit(int64_t day, int32_t unit, int64_t n);
/* A day moved by n units; the last day of a shorter month. */
int64_t calendar_move(int64_t day, int32_t unit, int64_t n);
/* The first day from which whole units reach to the day: "the last 3 months". */
int64_t calendar_back(int64_t to, int32_t unit, int64_t n);

#endif
