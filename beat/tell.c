#include "tell.h"

#include "common/log.h"
#include "common/mem.h"
#include "describe.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX (64 * 1024 * 1024)
#define SOON_MS  500  /* what fires together is told together */
#define PER_MS   5    /* more for each schedule: many are told less often */
#define AGAIN_MS 5000 /* after a failure */

struct beat_tell {
    struct beat_tell_options o;
    struct qn_timer *timer;
    const struct beat_leader *leader; /* NULL: another one leads */
    char name[96];                    /* "host:pid" */
    bool asked;                       /* what was told before us */
    bool soon;                        /* the timer is set to tell something new */
};

static void on_timer(void *arg);

int beat_tell_create(struct beat_tell **ret, const struct beat_tell_options *options,
                     struct qn_err *reterr)
{
    struct beat_tell *tell = qn_zalloc(1, sizeof(*tell));
    char host[65] = "";

    if (!tell)
        return qn_fail(reterr, QN_ENOMEM, "schedules: out of memory");
    tell->o = *options;
    if (gethostname(host, sizeof(host) - 1) < 0)
        host[0] = '\0';
    snprintf(tell->name, sizeof(tell->name), "%s:%d", host, (int)getpid());
    int rc = qn_timer_create(&tell->timer, options->loop, on_timer, tell, reterr);
    if (rc < 0)
        qn_free(tell);
    else
        *ret = tell;
    return rc;
}

void beat_tell_free(struct beat_tell *tell)
{
    if (!tell)
        return;
    qn_timer_free(tell->timer);
    qn_free(tell);
}

/* ---- saying ---- */

static void on_said(void *arg, const struct qn_reply *reply)
{
    struct beat_tell *tell = arg;

    if (reply->rc == QN_OK || !tell->leader)
        return;
    qn_log(QN_LOG_WARN, "the schedules were not told", QN_STR("reason", reply->err->msg));
    qn_timer_set(tell->timer, AGAIN_MS);
}

/* One behind the other; the entries point into the text when it is complete. */
static int describe(const struct beat_tell *tell, struct qn_entry *entries, struct qn_buf *text)
{
    const struct beat_schedules *schedules = tell->o.schedules;
    const struct beat_about about = {
        .file = tell->o.file,
        .leader = tell->name,
        .now_ms = beat_leader_now_ms(tell->leader),
        .times = schedules->n > BEAT_NEXT_FEW ? 1 : BEAT_NEXT_TIMES,
    };

    for (size_t i = 0; i < schedules->n; i++) {
        size_t mark = text->len;
        if (beat_describe(&schedules->all[i], &about, text) != QN_OK)
            return qn_buf_status(text);
        entries[i].value.len = text->len - mark;
    }
    for (size_t i = 0, at = 0; i < schedules->n; at += entries[i++].value.len) {
        const char *name = schedules->all[i].name;
        entries[i].name = (struct qn_span){name, strlen(name)};
        entries[i].value.data = text->data + at;
    }
    return QN_OK;
}

static void say(struct beat_tell *tell)
{
    size_t n = tell->o.schedules->n;
    struct qn_entry *entries = qn_zalloc(n + 1, sizeof(*entries));
    struct qn_buf text;

    qn_buf_init(&text, TEXT_MAX);
    tell->soon = false;
    qn_timer_set(tell->timer, BEAT_TELL_EVERY_MS);
    if (entries && describe(tell, entries, &text) == QN_OK)
        tell->o.broker->ops->tell_schedules(tell->o.broker, entries, n, on_said, tell);
    else
        qn_log(QN_LOG_ERROR, "the schedules were not told", QN_STR("reason", "out of memory"));
    qn_buf_release(&text);
    qn_free(entries);
}

void beat_tell_soon(struct beat_tell *tell)
{
    if (!tell->leader || tell->soon || !tell->asked)
        return;
    tell->soon = true;
    qn_timer_set(tell->timer, SOON_MS + PER_MS * (int64_t)tell->o.schedules->n);
}

/* ---- taking over ---- */

static void recall(struct beat_schedules *schedules, const struct qn_entry *entry)
{
    for (size_t i = 0; i < schedules->n; i++)
        if (qn_span_is(entry->name, schedules->all[i].name)) {
            beat_recall(&schedules->all[i], entry->value.data, entry->value.len);
            return;
        }
}

static void on_before(void *arg, const struct qn_reply *reply)
{
    struct beat_tell *tell = arg;

    for (size_t i = 0; reply->rc == QN_OK && i < reply->entries->n; i++)
        recall(tell->o.schedules, &reply->entries->entries[i]);
    tell->asked = reply->rc == QN_OK;
    if (tell->leader)
        qn_timer_set(tell->timer, tell->asked ? 0 : AGAIN_MS);
}

static void ask(struct beat_tell *tell)
{
    tell->o.broker->ops->schedules(tell->o.broker, on_before, tell);
}

static void on_timer(void *arg)
{
    struct beat_tell *tell = arg;

    if (tell->asked)
        say(tell);
    else
        ask(tell);
}

void beat_tell_lead(struct beat_tell *tell, const struct beat_leader *leader, bool leading)
{
    tell->leader = leading ? leader : NULL;
    tell->soon = false;
    tell->asked = false;
    qn_timer_clear(tell->timer);
    if (leading)
        ask(tell);
}
