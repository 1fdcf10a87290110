#include "beat.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/str.h"
#include "fire.h"
#include "leader.h"
#include <string.h>

#define RETRY_MS 500
#define ZONES_MS INT64_C(60000) /* between looks at the zones' files */
#define LONG_MS  INT64_C(3600000)

struct beat {
    struct beat_options o;
    struct beat_leader *leader;
    struct beat_judge *judge;
    struct beat_fire *fire;
    struct beat_plan *plan;
    struct qn_timer *tick;
    struct qn_timer *retry; /* for those that are tried again, and for questions that failed */
    struct qn_timer *zones;
    struct beat_entry *again;
    int64_t revision; /* of the plan */
    bool defined;     /* the file was told since we lead */
    bool loaded;      /* the plan is of this revision, or was just now */
    bool anew;        /* the next load is the first since we lead */
    bool asking;      /* a question about the schedules is under way */
    bool resting;     /* after one that failed */
    unsigned term;    /* counts the times that we began to lead */
    unsigned asked;   /* in which term */
    bool look;        /* at the zones */
};

static int64_t now_s(const struct beat *beat)
{
    return beat_leader_now_ms(beat->leader) / 1000;
}

static bool is_quiet(const struct beat *beat)
{
    return beat_fire_under_way(beat->fire) == 0;
}

/* When there is something to do next: to ask, once nothing is under way, or to fire. */
static void plan_tick(struct beat *beat)
{
    int64_t first_s = beat_plan_first_s(beat->plan), wait_ms = LONG_MS;

    if (!beat_leads(beat) || beat->asking || beat->resting || (!beat->loaded && !is_quiet(beat))) {
        qn_timer_clear(beat->tick);
        return;
    }
    if (!beat->loaded)
        wait_ms = 0;
    else if (first_s < INT64_MAX / 1000)
        wait_ms = first_s * 1000 - beat_leader_now_ms(beat->leader);
    qn_timer_set(beat->tick, wait_ms < 0 ? 0 : wait_ms < LONG_MS ? wait_ms : LONG_MS);
}

/* ---- asking ---- */

static void rest(struct beat *beat, const char *what, const char *why)
{
    qn_log(QN_LOG_WARN, what, QN_STR("reason", why));
    beat->resting = true;
    qn_timer_set(beat->retry, RETRY_MS);
}

/* False: it is asked again, in a moment, or since we lead anew. */
static bool has_answered(struct beat *beat, const struct qn_reply *reply, const char *what)
{
    beat->asking = false;
    if (reply->rc < 0)
        rest(beat, what, reply->err->msg);
    else if (beat->asked != beat->term)
        plan_tick(beat);
    else
        return true;
    return false;
}

static void say_defined(const struct beat *beat, const struct qn_defined *defined)
{
    int64_t counts[QN_DEFINE_FULL + 1] = {0};

    for (size_t i = 0; i < defined->n; i++) {
        if (defined->code[i] >= 0 && defined->code[i] <= QN_DEFINE_FULL)
            counts[defined->code[i]]++;
        if (defined->code[i] == QN_DEFINE_FULL)
            qn_log(QN_LOG_ERROR, "not taken: there are too many schedules",
                   QN_STR("schedule", beat->o.file->all[i].name));
    }
    qn_log(QN_LOG_INFO, "the file was told", QN_NUM("created", counts[QN_DEFINE_CREATED]),
           QN_NUM("changed", counts[QN_DEFINE_CHANGED]), QN_NUM("removed", defined->removed));
}

static void on_defined(void *arg, const struct qn_reply *reply)
{
    struct beat *beat = arg;

    if (!has_answered(beat, reply, "the schedules of the file were not told"))
        return;
    if (reply->defined->lost) {
        beat_leader_lost(beat->leader);
        return;
    }
    beat->defined = true;
    say_defined(beat, reply->defined);
    plan_tick(beat);
}

static void on_timetable(void *arg, const struct qn_reply *reply)
{
    struct beat *beat = arg;

    if (!has_answered(beat, reply, "the schedules were not read"))
        return;
    if (beat_plan_load(beat->plan, reply->timetable, now_s(beat), beat->anew) != QN_OK) {
        rest(beat, "the schedules were not read", "out of memory");
        return;
    }
    qn_log(QN_LOG_INFO, "the schedules were read", QN_NUM("schedules", beat_plan_n(beat->plan)));
    beat->revision = reply->timetable->revision;
    beat->loaded = true;
    beat->anew = false;
    plan_tick(beat);
}

static void give_back_all(struct beat *beat)
{
    struct beat_entry *entry;

    while ((entry = beat->again) != NULL) {
        beat->again = entry->again;
        beat_plan_give(beat->plan, entry);
    }
}

static void ask(struct beat *beat)
{
    struct qn_broker *broker = beat->o.broker;

    beat->asking = true;
    beat->asked = beat->term;
    give_back_all(beat);
    beat_judge_warm(beat->judge);
    if (!beat->defined && beat->o.file)
        broker->ops->define(broker, beat_leader_holder(beat->leader), beat->o.file->all,
                            beat->o.file->n, on_defined, beat);
    else
        broker->ops->timetable(broker, NULL, 0, on_timetable, beat);
}

static void on_retry(void *arg)
{
    struct beat *beat = arg;

    give_back_all(beat);
    beat->resting = false;
    plan_tick(beat);
}

/* ---- firing ---- */

static void fire_due(struct beat *beat)
{
    struct beat_entry *entries[QN_CLAIM_BATCH_MAX];
    int64_t now = now_s(beat);
    size_t n;

    beat_plan_settle(beat->plan);
    do {
        for (n = 0; n < QN_CLAIM_BATCH_MAX; n++)
            if (!(entries[n] = beat_plan_take(beat->plan, now)))
                break;
        if (n > 0)
            beat_fire_volley(beat->fire, entries, n);
    } while (n == QN_CLAIM_BATCH_MAX);
}

static void tick(void *arg)
{
    struct beat *beat = arg;

    if (!beat_leads(beat) || beat->asking || beat->resting)
        return;
    if (beat->look && is_quiet(beat)) {
        beat->look = false;
        give_back_all(beat);
        beat_plan_zones(beat->plan, now_s(beat));
    }
    if (beat->loaded)
        fire_due(beat);
    else if (is_quiet(beat))
        ask(beat);
    plan_tick(beat);
}

static void try_again(struct beat *beat, struct beat_entry *entry)
{
    entry->again = beat->again;
    if (!beat->again)
        qn_timer_set(beat->retry, RETRY_MS);
    beat->again = entry;
}

static void say_fired(const struct beat_entry *entry, const struct qn_fire *fire)
{
    static const char *const words[] = {[QN_FIRE_MADE] = "fired",
                                        [QN_FIRE_SKIPPED] = "skipped",
                                        [QN_FIRE_REFUSED] = "refused",
                                        [QN_FIRE_RUN] = "run"};
    char planned[QN_TIME_TEXT_SIZE];
    enum qn_log_level level = fire->what == QN_FIRE_REFUSED ? QN_LOG_ERROR : QN_LOG_INFO;

    qn_time_to_str(fire->planned_ms, planned);
    if (fire->missed > 0)
        qn_log(QN_LOG_WARN, "planned times passed over", QN_STR("schedule", entry->schedule.name),
               QN_NUM("times", fire->missed));
    if (fire->what == QN_FIRE_MADE)
        qn_log(level, words[fire->what], QN_STR("schedule", entry->schedule.name),
               QN_STR("task", entry->schedule.draft.task), QN_STR("planned", planned),
               QN_STR("job", fire->job));
    else
        qn_log(level, words[fire->what], QN_STR("schedule", entry->schedule.name),
               QN_STR("task", entry->schedule.draft.task), QN_STR("planned", planned),
               QN_STR("reason", fire->error));
}

static void on_fired(void *arg, struct beat_entry *entry, enum beat_fired what,
                     const struct qn_fire *fire, const char *why)
{
    struct beat *beat = arg;

    if (what == BEAT_NOTED) {
        say_fired(entry, fire);
        qn_str_copy(entry->last_job, sizeof(entry->last_job), fire->last_job);
        beat_plan_done(entry, now_s(beat));
        beat_plan_give(beat->plan, entry);
    } else if (what == BEAT_STALE) {
        qn_log(QN_LOG_INFO, "read again", QN_STR("schedule", entry->schedule.name),
               QN_STR("reason", why));
        beat_plan_doubt(entry);
        beat->loaded = false;
    } else {
        qn_log(QN_LOG_WARN, "not fired yet, retrying", QN_STR("schedule", entry->schedule.name),
               QN_STR("reason", why));
        try_again(beat, entry);
    }
    plan_tick(beat);
}

static bool may_fire(void *arg)
{
    const struct beat *beat = arg;

    return beat_leads(beat);
}

static void on_revision(void *arg, int64_t revision)
{
    struct beat *beat = arg;

    if (revision == beat->revision || !beat->loaded)
        return;
    beat->loaded = false;
    plan_tick(beat);
}

static void on_claimed(void *arg, const struct qn_claimed *claimed, int64_t now_ms)
{
    struct beat *beat = arg;

    beat_leader_told(beat->leader, now_ms);
    on_revision(beat, claimed->revision);
    if (claimed->lost)
        beat_leader_lost(beat->leader);
}

static void on_news(void *arg)
{
    struct beat *beat = arg;

    if (beat->again)
        qn_timer_set(beat->retry, 0);
}

/* ---- leading ---- */

static void on_lead(void *arg, bool leading)
{
    struct beat *beat = arg;

    qn_log(QN_LOG_INFO, leading ? "leading" : "standing by");
    beat->term += leading;
    beat->defined = beat->loaded = false;
    beat->anew = true;
    plan_tick(beat);
}

static void on_zones(void *arg)
{
    struct beat *beat = arg;

    beat->look = beat->loaded;
    qn_timer_set(beat->zones, ZONES_MS);
    if (beat->look)
        tick(beat);
}

static int create_fire(struct beat *beat, struct qn_err *reterr)
{
    const struct beat_judge_options judge = {
        .broker = beat->o.broker,
        .clock = beat->o.clock,
        .accept_unknown = beat->o.accept_unknown,
        .on_news = on_news,
        .arg = beat,
    };
    int rc = beat_judge_create(&beat->judge, &judge, reterr);
    const struct beat_fire_options fire = {
        .broker = beat->o.broker,
        .judge = beat->judge,
        .holder = beat_leader_holder(beat->leader),
        .may_fire = may_fire,
        .on_fired = on_fired,
        .on_claimed = on_claimed,
        .arg = beat,
    };

    return rc == QN_OK ? beat_fire_create(&beat->fire, &fire, reterr) : rc;
}

static int create_parts(struct beat *beat, struct qn_err *reterr)
{
    const struct beat_options *o = &beat->o;
    const struct beat_leader_options leader = {
        .broker = o->broker,
        .loop = o->loop,
        .clock = o->clock,
        .lease_ms = o->lease_ms,
        .on_change = on_lead,
        .on_revision = on_revision,
        .arg = beat,
    };
    int rc = qn_timer_create(&beat->tick, o->loop, tick, beat, reterr);

    if (rc == QN_OK)
        rc = qn_timer_create(&beat->retry, o->loop, on_retry, beat, reterr);
    if (rc == QN_OK)
        rc = qn_timer_create(&beat->zones, o->loop, on_zones, beat, reterr);
    if (rc != QN_OK)
        return rc;
    qn_timer_set(beat->zones, ZONES_MS);
    beat->plan = beat_plan_create(o->zones);
    if (!beat->plan)
        return qn_fail(reterr, QN_ENOMEM, "beat: out of memory");
    rc = beat_leader_create(&beat->leader, &leader, reterr);
    return rc == QN_OK ? create_fire(beat, reterr) : rc;
}

int beat_create(struct beat **ret, const struct beat_options *options, struct qn_err *reterr)
{
    struct beat *beat = qn_zalloc(1, sizeof(*beat));

    if (!beat)
        return qn_fail(reterr, QN_ENOMEM, "beat: out of memory");
    beat->o = *options;
    beat->anew = true;
    int rc = create_parts(beat, reterr);
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
    qn_timer_free(beat->retry);
    qn_timer_free(beat->zones);
    beat_fire_free(beat->fire);
    beat_judge_free(beat->judge);
    beat_leader_free(beat->leader);
    beat_plan_free(beat->plan);
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
    qn_timer_clear(beat->retry);
    qn_timer_clear(beat->zones);
    beat_leader_resign(beat->leader, done);
}
