/* clock.h - time as an argument.
 *
 * Whoever needs time borrows a struct qn_clock. Monotonic time (mono_ms, it
 * runs on while the machine sleeps: CLOCK_BOOTTIME) is for deadlines, wall time
 * (Unix ms) for what people read. The broker's own time decides about jobs.
 */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

struct qn_clock {
    int64_t (*mono_ms)(const struct qn_clock *clock);
    int64_t (*wall_ms)(const struct qn_clock *clock);
};

extern const struct qn_clock qn_clock_system;

static inline int64_t qn_mono_ms(const struct qn_clock *clock)
{
    return clock->mono_ms(clock);
}

static inline int64_t qn_wall_ms(const struct qn_clock *clock)
{
    return clock->wall_ms(clock);
}

/* A clock that stands still until a test moves it. */
struct qn_fake_clock {
    struct qn_clock clock; /* first: a pointer to it is the clock */
    int64_t mono;
    int64_t wall;
};
void qn_fake_clock_init(struct qn_fake_clock *fake, int64_t mono_ms, int64_t wall_ms);
void qn_fake_clock_advance(struct qn_fake_clock *fake, int64_t ms);

/* "2025-06-30T07:15:00.123Z", RFC 3339. */
#define QN_TIME_TEXT_SIZE 32
void qn_time_to_str(int64_t wall_ms, char out[QN_TIME_TEXT_SIZE]);
/* RFC 3339 with Z or a numeric offset; 0 or QN_EINVAL. */
int qn_time_from_str(const char *text, int64_t *ret_wall_ms);
/* "YYYY-MM-DD" that exists in the Gregorian calendar. */
int qn_date_check(const char *text);

#endif
