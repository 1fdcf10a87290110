#include "schedule.h"

#include "common/mem.h"

int64_t beat_schedule_after(const struct beat_schedule *schedule, int64_t second)
{
    int64_t next = INT64_MAX, every = schedule->cron.every_s;

    if (every)
        return (second / every + 1) * every;
    if (!qn_cron_next(&schedule->cron, schedule->zone, second, &next))
        return INT64_MAX;
    return next;
}

int64_t beat_schedule_catch_up(const struct beat_schedule *schedule, int64_t from, int64_t now,
                               int *ret_missed)
{
    int64_t planned = beat_schedule_after(schedule, from);

    *ret_missed = 0;
    for (;;) {
        int64_t following = planned <= now ? beat_schedule_after(schedule, planned) : INT64_MAX;
        if (following > now)
            return planned;
        planned = following;
        (*ret_missed)++;
    }
}

void beat_schedules_release(struct beat_schedules *schedules)
{
    for (size_t i = 0; i < schedules->n; i++) {
        qn_free(schedules->all[i].task);
        qn_free(schedules->all[i].queue);
        qn_free(schedules->all[i].args);
        qn_free(schedules->all[i].when);
        qn_free(schedules->all[i].zone_name);
        qn_zone_free(schedules->all[i].zone);
    }
    qn_free(schedules->all);
    *schedules = (struct beat_schedules){0};
}
