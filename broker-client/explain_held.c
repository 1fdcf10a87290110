#include "common/str.h"
#include "explain_type.h"
#include <string.h>

#define PLACES_LOOKED_AT 10000 /* of the operation place, per priority */

enum { RUNNING, MOST, NEXT_MS, FIGURES };

struct held {
    struct qn_span scope;
    int64_t figures[FIGURES];
};

/* The text up to the next blank, which is left out. */
static struct qn_span take_word(struct qn_span *text)
{
    const char *blank = text->len > 0 ? memchr(text->data, ' ', text->len) : NULL;
    size_t len = blank ? (size_t)(blank - text->data) : text->len;
    struct qn_span word = {text->data, len};

    text->data += len + (blank != NULL);
    text->len -= len + (blank != NULL);
    return word;
}

static bool read_held(struct qn_span text, struct held *ret)
{
    ret->scope = take_word(&text);
    for (int i = 0; i < FIGURES; i++) {
        struct qn_span word = take_word(&text);
        if (qn_strn_to_i64(word.data, word.len, &ret->figures[i]) != QN_OK)
            return false;
    }
    return ret->scope.len > 0 && text.len == 0;
}

static struct qn_reason *say_next(struct qn_telling *t, const struct held *held)
{
    int64_t wait_ms = qn_ms_between(t->facts->now_ms, held->figures[NEXT_MS]);
    char wait[QN_MS_TEXT_SIZE];

    if (wait_ms <= 0)
        return qn_say(t, 0, "it waits behind the limit %.*s: the next may start at any moment",
                      (int)held->scope.len, held->scope.data);
    qn_span_of_time(wait_ms, wait);
    return qn_say(t, held->figures[NEXT_MS],
                  "it waits behind the limit %.*s: the next may start in %s", (int)held->scope.len,
                  held->scope.data, wait);
}

void qn_tell_behind_limit(struct qn_telling *t)
{
    struct held held;
    struct qn_reason *reason;

    if (t->facts->held.len == 0)
        return;
    if (!read_held(t->facts->held, &held))
        reason = qn_say(t, 0, "it waits behind a limit");
    else if (held.figures[NEXT_MS] >= 0)
        reason = say_next(t, &held);
    else
        reason = qn_say(t, 0, "it waits behind the limit %.*s: %lld of %lld run",
                        (int)held.scope.len, held.scope.data, (long long)held.figures[RUNNING],
                        (long long)held.figures[MOST]);
    qn_hint(reason, "quern limit list %s shows what runs and waits; quern limit set changes it",
            t->queue);
}

/* A job in a lane has no place in the lists. */
bool qn_in_a_lane(const struct qn_telling *t)
{
    const struct qn_stats *stats = t->facts->stats;
    int priority = t->job->priority & 3;

    return t->facts->held.len > 0 ||
           (t->facts->ahead < 0 && stats->parked > 0 && stats->queued[priority] < PLACES_LOOKED_AT);
}

void qn_tell_turn(struct qn_telling *t)
{
    if (t->facts->held.len == 0 && qn_in_a_lane(t))
        qn_say(t, 0,
               "it waits for the turn of its task and limit key: of queue %s %lld jobs are in "
               "lanes, which take turns",
               t->queue, (long long)t->facts->stats->parked);
}
