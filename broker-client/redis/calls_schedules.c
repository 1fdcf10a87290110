/* calls_schedules.c - schedules: their definitions, and how far each is (timetable.h). */
#include "redis.h"

#include "broker-client/plans.h"
#include "common/str.h"

#include <string.h>

#define ROW_WORDS    5
#define DEFINE_WORDS 3
#define CLAIM_WORDS  4
#define NOTE_WORDS   3
#define NAMES_MAX    1000

#define PLANNED_WORDS 5

/* ---- the timetable ---- */

static bool number_of(struct qn_span word, int64_t *ret)
{
    return qn_strn_to_i64(word.data, word.len, ret) == QN_OK;
}

/* At blanks; more than there should be count as one more. */
static size_t split(struct qn_span text, struct qn_span word[PLANNED_WORDS])
{
    const char *at = text.data, *end = text.data + text.len;
    size_t n = 0;

    for (; at < end && n < PLANNED_WORDS; n++) {
        const char *blank = memchr(at, ' ', (size_t)(end - at));
        word[n] = (struct qn_span){at, (size_t)((blank ? blank : end) - at)};
        at = blank ? blank + 1 : end;
    }
    return at < end ? n + 1 : n;
}

/* "<ms> <queue or .> <o or d> <ms> <version>"; what a hand has damaged is as if it were not there.
 */
static void read_planned(struct qn_reading *r, const redisReply *value, char *queue,
                         struct qn_planned *planned)
{
    struct qn_span text = qn_reading_span(r, value), word[PLANNED_WORDS];
    int64_t at, passed, version;
    size_t n = text.data ? split(text, word) : 0;

    *planned = (struct qn_planned){.queue = ""};
    if (n != PLANNED_WORDS || word[1].len > QN_QUEUE_MAX || !number_of(word[0], &at) ||
        !number_of(word[3], &passed) || !number_of(word[4], &version))
        return;
    memcpy(queue, word[1].data, word[1].len);
    queue[word[1].len] = '\0';
    planned->at_ms = at;
    planned->passed_ms = passed;
    planned->version = version;
    planned->open = qn_span_is(word[2], "o");
    planned->queue = qn_queue_ok(queue) ? queue : "";
}

static void read_row(struct qn_reading *r, redisReply *const *columns, char *queue,
                     struct qn_schedule_row *row)
{
    row->name = qn_reading_span(r, columns[0]);
    row->definition = qn_reading_span(r, columns[1]);
    row->paused_ms = qn_reading_score(r, columns[2]);
    read_planned(r, columns[3], queue, &row->planned);
    row->last = qn_reading_span(r, columns[4]);
}

static void on_timetable(struct qn_call *call, int rc, const struct qn_err *err,
                         const redisReply *answer)
{
    struct qn_reading r;
    struct qn_timetable table = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 2))
        return;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 0));
    table.revision = qn_reading_i64(&r, qn_reading_at(&r, 1));
    table.n = (answer->elements - 2) / ROW_WORDS;
    struct qn_schedule_row *rows = qn_reading_list(&r, table.n, sizeof(*rows));
    char(*queues)[QN_QUEUE_MAX + 1] = qn_reading_list(&r, table.n, sizeof(*queues));
    for (size_t i = 0; rows && queues && i < table.n; i++)
        read_row(&r, answer->element + 2 + i * ROW_WORDS, queues[i], &rows[i]);
    table.rows = rows;
    r.reply.timetable = &table;
    qn_reading_end(&r);
}

void qn_redis_timetable(struct qn_broker *b, const char *const *names, size_t n, qn_reply_fn *fn,
                        void *arg)
{
    bool ok = n <= NAMES_MAX && qn_schedule_names_ok(names, n);
    struct qn_call *call =
        qn_redis_begin(b, QN_SCRIPT_TIMETABLE, NULL, ok ? n : 0, on_timetable, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, QN_SCHEDULE_NAME_RULE);
        return;
    }
    for (size_t i = 0; i < n; i++)
        qn_call_add_str(call, names[i]);
    qn_redis_send(b, call);
}

/* ---- definitions ---- */

static void on_define(struct qn_call *call, int rc, const struct qn_err *err,
                      const redisReply *answer)
{
    struct qn_reading r;
    struct qn_defined defined = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 4))
        return;
    defined.lost = qn_reading_i64(&r, qn_reading_at(&r, 0)) == 0;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 1));
    defined.revision = qn_reading_i64(&r, qn_reading_at(&r, 2));
    defined.removed = qn_reading_i64(&r, qn_reading_at(&r, 3));
    defined.n = defined.lost ? 0 : call->n;
    defined.code = qn_reading_codes(&r, 4, defined.n);
    r.reply.defined = &defined;
    qn_reading_end(&r);
}

void qn_redis_define(struct qn_broker *b, const char *holder, const struct qn_definition *all,
                     size_t n, qn_reply_fn *fn, void *arg)
{
    const char *fault = qn_definitions_fault(holder, all, n);
    size_t words = fault ? 0 : 3 + n * DEFINE_WORDS;
    struct qn_call *call = qn_redis_named(b, QN_SCRIPT_DEFINE, "beat", words, on_define, fn, arg);

    if (!call)
        return;
    if (fault) {
        qn_redis_refuse(b, call, fault);
        return;
    }
    call->n = n;
    qn_call_add_str(call, holder ? holder : "");
    qn_call_add_i64(call, QN_SCHEDULES_MAX);
    qn_call_add_i64(call, QN_SCHEDULES_BYTES_MAX);
    for (size_t i = 0; i < n; i++) {
        qn_call_add_str(call, all[i].name);
        qn_call_add_str(call, all[i].source);
        qn_call_add_span(call, all[i].json);
    }
    qn_redis_send(b, call);
}

static struct qn_call *begin_named(struct qn_broker *b, enum qn_script script, const char *name,
                                   size_t words, qn_reply_fn *fn, void *arg)
{
    bool ok = qn_schedule_names_ok(&name, 1);
    struct qn_call *call =
        qn_redis_begin(b, script, NULL, ok ? words : 0, qn_reading_number, fn, arg);

    if (call && !ok) {
        qn_redis_refuse(b, call, QN_SCHEDULE_NAME_RULE);
        return NULL;
    }
    if (call)
        qn_call_add_str(call, name);
    return call;
}

void qn_redis_drop(struct qn_broker *b, const char *name, qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = begin_named(b, QN_SCRIPT_DROP, name, 1, fn, arg);

    if (call)
        qn_redis_send(b, call);
}

void qn_redis_pause(struct qn_broker *b, const char *name, bool paused, qn_reply_fn *fn, void *arg)
{
    struct qn_call *call = begin_named(b, QN_SCRIPT_PAUSE, name, 2, fn, arg);

    if (!call)
        return;
    qn_call_add_i64(call, paused);
    qn_redis_send(b, call);
}

/* ---- planned times ---- */

static void on_claim(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    struct qn_reading r;
    struct qn_claimed claimed = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 3))
        return;
    claimed.lost = qn_reading_i64(&r, qn_reading_at(&r, 0)) == 0;
    r.reply.now_ms = qn_reading_i64(&r, qn_reading_at(&r, 1));
    claimed.revision = qn_reading_i64(&r, qn_reading_at(&r, 2));
    claimed.n = claimed.lost ? 0 : call->n;
    claimed.code = qn_reading_codes(&r, 3, claimed.n);
    r.reply.claimed = &claimed;
    qn_reading_end(&r);
}

void qn_redis_claim(struct qn_broker *b, const char *holder, const struct qn_claim *claims,
                    size_t n, qn_reply_fn *fn, void *arg)
{
    const char *fault = qn_claims_fault(holder, claims, n);
    size_t words = fault ? 0 : 1 + n * CLAIM_WORDS;
    struct qn_call *call = qn_redis_named(b, QN_SCRIPT_CLAIM, "beat", words, on_claim, fn, arg);

    if (!call)
        return;
    if (fault) {
        qn_redis_refuse(b, call, fault);
        return;
    }
    call->n = n;
    qn_call_add_str(call, holder);
    for (size_t i = 0; i < n; i++) {
        qn_call_add_str(call, claims[i].name);
        qn_call_add_i64(call, claims[i].at_ms);
        qn_call_add_str(call, claims[i].queue);
        qn_call_add_i64(call, claims[i].version);
    }
    qn_redis_send(b, call);
}

void qn_redis_note_fires(struct qn_broker *b, const struct qn_fire_note *fires, size_t n,
                         qn_reply_fn *fn, void *arg)
{
    const char *fault = qn_fire_notes_fault(fires, n);
    size_t words = fault ? 0 : 1 + n * NOTE_WORDS;
    struct qn_call *call =
        qn_redis_begin(b, QN_SCRIPT_NOTE_FIRES, NULL, words, qn_reading_now_codes, fn, arg);

    if (!call)
        return;
    if (fault) {
        qn_redis_refuse(b, call, fault);
        return;
    }
    call->n = n;
    qn_call_add_i64(call, QN_FIRES_KEPT);
    for (size_t i = 0; i < n; i++) {
        qn_call_add_str(call, fires[i].name);
        qn_call_add_i64(call, fires[i].at_ms);
        qn_call_add_span(call, fires[i].json);
    }
    qn_redis_send(b, call);
}

static void on_fires(struct qn_call *call, int rc, const struct qn_err *err,
                     const redisReply *answer)
{
    struct qn_reading r;
    struct qn_entries entries = {0};

    if (!qn_reading_begin(&r, call, rc, err, answer, 0))
        return;
    const redisReply *list = qn_reading_array(&r, answer, 0);
    entries.n = list ? list->elements : 0;
    struct qn_entry *all = qn_reading_list(&r, entries.n, sizeof(*all));
    for (size_t i = 0; all && i < entries.n; i++) {
        all[i].name = (struct qn_span){.data = "", .len = 0};
        all[i].value = qn_reading_span(&r, list->element[i]);
    }
    entries.entries = all;
    r.reply.entries = &entries;
    qn_reading_end(&r);
}

void qn_redis_fires(struct qn_broker *b, const char *name, qn_reply_fn *fn, void *arg)
{
    bool ok = qn_schedule_names_ok(&name, 1);
    struct qn_call *call = qn_redis_plain(b, ok ? 4 : 1, on_fires, fn, arg);

    if (!call)
        return;
    if (!ok) {
        qn_redis_refuse(b, call, QN_SCHEDULE_NAME_RULE);
        return;
    }
    qn_call_add_str(call, "LRANGE");
    qn_call_add_key(call, qn_redis_of(b)->ns, NULL, QN_KEY_FIRES, name);
    qn_call_add_i64(call, 0);
    qn_call_add_i64(call, QN_FIRES_KEPT - 1);
    qn_redis_send(b, call);
}
