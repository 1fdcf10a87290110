/* cron_stepper.h - expressions made at random, and when they fire by the letter of the rules.
 *
 * Nothing of cron/ is in it: days are matched by walking months with libc's calendar, clocks are
 * those of libc's zones (TZ and localtime_r), and time is walked minute by minute.
 */
#ifndef TESTS_UNIT_CRON_STEPPER_H
#define TESTS_UNIT_CRON_STEPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Repeats with its seed. */
struct stepper_dice {
    uint64_t state;
};
unsigned stepper_roll(struct stepper_dice *dice, unsigned n); /* below n */

struct stepper_expr {
    char text[320];
    bool six; /* has seconds */
    bool fixed;
    bool day_star, weekday_star;
    uint64_t seconds, minutes, hours, months, days, weekdays;
    bool last, last_workday;
    int before_last, workday, last_weekday, nth_weekday, nth; /* -1: none */
};

/* Half of them fire on each day. The hour is near one that matters, or any. */
void stepper_make(struct stepper_dice *dice, int near_hour, struct stepper_expr *ret);

/* By walking the month with timegm() and gmtime_r(). */
bool stepper_day_matches(const struct stepper_expr *expr, int year, int month, int day);

/* A stretch of time, step by step: what the clocks show, as seconds of a clock without a zone. */
#define STEPPER_MAX 8000
struct stepper_walk {
    int64_t from;
    int step; /* 60, or 1 where offsets have seconds */
    size_t n;
    int64_t walls[STEPPER_MAX];
};
/* With the zone of TZ. */
void stepper_walk(struct stepper_walk *ret, int64_t from, int64_t until, int step);

/* All firings of that stretch, in order; returns their number, at most max. */
size_t stepper_fires(const struct stepper_expr *expr, const struct stepper_walk *walk, int64_t *out,
                     size_t max);

#endif
