#include "beat.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/str.h"
#include "fire.h"
#include "leader.h"
#include "tell.h"

#define RETRY_MS 500

struct beat {
    struct beat_options o;
    struct beat_leader *leader;
    struct beat_fire *fire;
    struct beat_tell *tell;
    struct qn_timer *tick;
    bool *under_way; /* per schedule: a planned time is being sent */
    bool retry;      /* something has to be sent again */
};

static int64_t now_s(const struct beat *beat)
{
    return beat_leader_now_ms(beat->leader) / 1000;
}

/* Sets the timer to the earliest planned time that nobody is sending. */
static void plan(struct beat *beat)
{
    int64_t earliest = INT64_MAX;

    for (size_t i = 0; i < beat->o.schedules->n; i++)
        if (!beat->under_way[i] && beat->o.schedules->all[i].next_s < earliest)
            earliest = beat->o.schedules->all[i].next_s;
    if (!beat_leader_leads(beat->leader) || (earliest == INT64_MAX && !beat->retry)) {
        qn_timer_clear(beat->tick);
        return;
    }
    int64_t wait = beat->retry ? RETRY_MS : earliest * 1000 - beat_leader_now_ms(beat->leader);
    int64_t longest = 3600 * 1000; /* clocks drift: look again */
    qn_timer_set(beat->tick, wait < 0 ? 0 : wait < longest ? wait : longest);
}

static void tick(void *arg)
{
    struct beat *beat = arg;
    int64_t now = now_s(beat);

    beat->retry = false;
    for (size_t i = 0; i < beat->o.schedules->n && beat_leader_leads(beat->leader); i++) {
        struct beat_schedule *schedule = &beat->o.schedules->all[i];
        if (beat->under_way[i] || schedule->next_s > now)
            continue;
        beat->under_way[i] = true;
        beat_fire_send(beat->fire, schedule, i, schedule->next_s);
    }
    plan(beat);
}

/* What people will see of it. */
static void keep(struct beat_schedule *schedule, int64_t planned_s, bool fired, const char *text)
{
    schedule->last_s = planned_s;
    qn_str_copy(schedule->last_job, sizeof(schedule->last_job), fired ? text : "");
    qn_str_copy(schedule->last_error, sizeof(schedule->last_error), fired ? "" : text);
}

static void on_fired(void *arg, size_t index, int64_t planned_s, enum beat_fired what, bool made,
                     const char *text)
{
    struct beat *beat = arg;
    struct beat_schedule *schedule = &beat->o.schedules->all[index];
    char planned[QN_TIME_TEXT_SIZE];

    qn_time_to_str(planned_s * 1000, planned);
    beat->under_way[index] = false;
    if (what == BEAT_TRY_AGAIN) {
        beat->retry = true;
        qn_log(QN_LOG_WARN, "not fired yet, retrying", QN_STR("schedule", schedule->name),
               QN_STR("planned", planned), QN_STR("reason", text));
    } else {
        keep(schedule, planned_s, what == BEAT_FIRED, text);
        beat_tell_soon(beat->tell);
        if (schedule->next_s == planned_s)
            schedule->next_s = beat_schedule_after(schedule, planned_s);
        if (made)
            qn_log(QN_LOG_INFO, "fired", QN_STR("schedule", schedule->name),
                   QN_STR("task", schedule->task), QN_STR("planned", planned));
        if (what == BEAT_REFUSED)
            qn_log(QN_LOG_ERROR, "refused", QN_STR("schedule", schedule->name),
                   QN_STR("task", schedule->task), QN_STR("planned", planned),
                   QN_STR("reason", text));
    }
    plan(beat);
}

static void begin_to_lead(struct beat *beat)
{
    int64_t now = now_s(beat);

    for (size_t i = 0; i < beat->o.schedules->n; i++) {
        struct beat_schedule *schedule = &beat->o.schedules->all[i];
        int missed = 0;
        schedule->next_s = beat_schedule_catch_up(schedule, now - BEAT_GRACE_S, now, &missed);
        if (missed > 0)
            qn_log(QN_LOG_WARN, "planned times passed over", QN_STR("schedule", schedule->name),
                   QN_NUM("times", missed));
    }
}

static void on_lead(void *arg, bool leading)
{
    struct beat *beat = arg;

    qn_log(QN_LOG_INFO, leading ? "leading" : "standing by",
           QN_NUM("schedules", beat->o.schedules->n));
    beat_tell_lead(beat->tell, beat->leader, leading);
    if (leading)
        begin_to_lead(beat);
    plan(beat);
}

static int create_parts(struct beat *beat, struct qn_err *reterr)
{
    const struct beat_options *o = &beat->o;
    struct beat_fire_options fire = {
        .broker = o->broker,
        .clock = o->clock,
        .accept_unknown = o->accept_unknown,
        .on_fired = on_fired,
        .arg = beat,
    };
    struct beat_leader_options leader = {
        .broker = o->broker,
        .loop = o->loop,
        .clock = o->clock,
        .lease_ms = o->lease_ms,
        .on_change = on_lead,
        .arg = beat,
    };
    struct beat_tell_options tell = {
        .broker = o->broker,
        .loop = o->loop,
        .schedules = o->schedules,
        .file = o->file,
    };
    int rc = qn_timer_create(&beat->tick, o->loop, tick, beat, reterr);
    if (rc == QN_OK)
        rc = beat_fire_create(&beat->fire, &fire, reterr);
    if (rc == QN_OK)
        rc = beat_tell_create(&beat->tell, &tell, reterr);
    if (rc == QN_OK)
        rc = beat_leader_create(&beat->leader, &leader, reterr);
    return rc;
}

int beat_create(struct beat **ret, const struct beat_options *options, struct qn_err *reterr)
{
    struct beat *beat = qn_zalloc(1, sizeof(*beat));
    bool *under_way = qn_zalloc(options->schedules->n + 1, sizeof(*under_way));
    int rc = QN_ENOMEM;

    if (beat && under_way) {
        beat->o = *options;
        beat->under_way = under_way;
        rc = create_parts(beat, reterr);
    } else {
        qn_fail(reterr, rc, "beat: out of memory");
        qn_free(under_way);
    }
    if (rc < 0) {
        beat_free(beat);
        return rc;
    }
    *ret = beat;
    return QN_OK;
}

void beat_free(struct beat *beat)
{
    if (!beat)
        return;
    qn_timer_free(beat->tick);
    beat_fire_free(beat->fire);
    beat_tell_free(beat->tell);
    beat_leader_free(beat->leader);
    qn_free(beat->under_way);
    qn_free(beat);
}

int64_t beat_unheard_ms(const struct beat *beat)
{
    return qn_mono_ms(beat->o.clock) - beat_leader_heard_ms(beat->leader);
}

int64_t beat_silent_ms(const struct beat *beat)
{
    return qn_mono_ms(beat->o.clock) - beat_leader_asked_ms(beat->leader);
}

bool beat_leads(const struct beat *beat)
{
    return beat_leader_leads(beat->leader);
}

void beat_stop(struct beat *beat, bool *done)
{
    qn_timer_clear(beat->tick);
    beat_tell_lead(beat->tell, beat->leader, false);
    beat_leader_resign(beat->leader, done);
}
