#include "schedule.h"

#include "common/json.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "common/str.h"
#include <string.h>

#define COUNT_MOST 1000

const char *const qn_schedule_kinds[] = {
    [QN_SCHEDULE_CRON] = "cron", [QN_SCHEDULE_EVERY] = "every", [QN_SCHEDULE_AT] = "at", NULL};
const char *const qn_catch_ups[] = {
    [QN_CATCH_UP_SKIP] = "skip", [QN_CATCH_UP_ONE] = "one", [QN_CATCH_UP_ALL] = "all", NULL};
const char *const qn_overlaps[] = {[QN_OVERLAP_ALLOW] = "allow",
                                   [QN_OVERLAP_SKIP] = "skip",
                                   [QN_OVERLAP_CANCEL] = "cancel_previous",
                                   NULL};

void qn_schedule_release(struct qn_schedule *schedule)
{
    qn_zone_free(schedule->zone);
    qn_free(schedule->text);
    *schedule = (struct qn_schedule){.name = ""};
}

bool qn_schedule_of_file(const struct qn_schedule *schedule)
{
    return qn_str_starts(schedule->source, "file ");
}

/* ---- as JSON ---- */

static void add_duration(struct qn_buf *out, const char *key, int64_t ms)
{
    char text[QN_MS_TEXT_SIZE] = "";

    if (ms > 0)
        qn_ms_to_str(ms, text);
    qn_json_member_text(out, key, text);
}

/* Without blanks between its tokens: the same job, laid out in another way, is no change. */
static void add_job(struct qn_buf *out, struct qn_span json)
{
    bool in_text = false;
    size_t from = 0;

    qn_json_add_key(out, "job");
    for (size_t i = 0; i < json.len; i++) {
        if (in_text && json.data[i] == '\\') {
            i++;
        } else if (json.data[i] == '"') {
            in_text = !in_text;
        } else if (!in_text && strchr(" \t\r\n", json.data[i])) {
            qn_buf_add(out, json.data + from, i - from);
            from = i + 1;
        }
    }
    qn_buf_add(out, json.data + from, json.len - from);
}

int qn_schedule_encode(const struct qn_schedule *schedule, struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, qn_schedule_kinds[schedule->kind], schedule->when);
    qn_json_member_text(out, "zone", schedule->zone_name);
    add_duration(out, "jitter", schedule->jitter_ms);
    qn_json_member_time(out, "starts_at", schedule->starts_s * 1000);
    if (schedule->ends_s < INT64_MAX)
        qn_json_member_time(out, "ends_at", schedule->ends_s * 1000);
    qn_json_member_text(out, "catch_up", qn_catch_ups[schedule->catch_up]);
    if (schedule->catch_up == QN_CATCH_UP_ALL)
        qn_json_member_number(out, "catch_up_max", schedule->catch_up_max);
    qn_json_member_text(out, "overlap", qn_overlaps[schedule->overlap]);
    add_job(out, schedule->job);
    return qn_buf_add_byte(out, '}');
}

/* ---- when ---- */

int64_t qn_schedule_after(const struct qn_schedule *schedule, int64_t second)
{
    int64_t next = INT64_MAX, every = schedule->cron.every_s;

    if (second < schedule->starts_s)
        second = schedule->starts_s - 1;
    if (schedule->kind == QN_SCHEDULE_AT)
        next = second < schedule->at_s ? schedule->at_s : INT64_MAX;
    else if (every > 0)
        next = second >= 0 ? (second / every + 1) * every : 0;
    else if (!qn_cron_next(&schedule->cron, schedule->zone, second, &next))
        next = INT64_MAX;
    return next <= schedule->ends_s ? next : INT64_MAX;
}

/* What comes next is the later, the later one asks: so the last one is where the answer goes
 * beyond to. */
int64_t qn_schedule_last(const struct qn_schedule *schedule, int64_t from, int64_t to)
{
    int64_t before = from, behind = to;

    if (from >= to || qn_schedule_after(schedule, from) > to)
        return INT64_MIN;
    /* Most often it is near the end. */
    for (int64_t back = 1; back < to - from; back *= 2) {
        if (qn_schedule_after(schedule, to - back) <= to) {
            before = to - back;
            break;
        }
        behind = to - back;
    }
    while (behind - before > 1) {
        int64_t middle = before + (behind - before) / 2;
        if (qn_schedule_after(schedule, middle) <= to)
            before = middle;
        else
            behind = middle;
    }
    return behind;
}

int64_t qn_schedule_count(const struct qn_schedule *schedule, int64_t from, int64_t to,
                          int64_t most)
{
    int64_t n = 0;

    while (n < most && (from = qn_schedule_after(schedule, from)) <= to && from < INT64_MAX)
        n++;
    return n;
}

/* The earliest of the last n in (from, to], of which there are some. */
static int64_t last_of_many(const struct qn_schedule *schedule, int64_t from, int64_t to, int64_t n)
{
    int64_t first = to + 1, earlier;

    while (n-- > 0 && (earlier = qn_schedule_last(schedule, from, first - 1)) != INT64_MIN)
        first = earlier;
    return first;
}

int64_t qn_schedule_due(const struct qn_schedule *schedule, int64_t done_s, int64_t now_s,
                        int64_t *ret_missed)
{
    int64_t late_s = now_s - QN_SCHEDULE_LATE_S, due = qn_schedule_after(schedule, done_s);
    int64_t from = done_s;

    if (due <= late_s) {
        if (schedule->catch_up == QN_CATCH_UP_SKIP)
            due = qn_schedule_after(schedule, late_s);
        else if (schedule->catch_up == QN_CATCH_UP_ONE)
            due = qn_schedule_last(schedule, done_s, late_s);
        else
            due = last_of_many(schedule, done_s, late_s, schedule->catch_up_max);
        from = due;
    }
    if (ret_missed)
        *ret_missed =
            from == done_s
                ? 0
                : qn_schedule_count(schedule, done_s, due <= late_s ? due - 1 : late_s, COUNT_MOST);
    return due;
}

int64_t qn_schedule_done_s(const struct qn_schedule *schedule, const struct qn_planned *planned)
{
    int64_t done_ms = schedule->changed_ms - 1;

    if (planned->at_ms > done_ms)
        done_ms = planned->at_ms;
    if (planned->passed_ms > done_ms)
        done_ms = planned->passed_ms;
    return done_ms > 0 ? done_ms / 1000 : 0;
}

/* FNV-1a, stirred at the end: neighbours are far apart. */
int64_t qn_schedule_jitter_ms(const struct qn_schedule *schedule, int64_t planned_s)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    if (schedule->jitter_ms <= 0)
        return 0;
    for (const char *at = schedule->name; *at; at++)
        hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    for (int bit = 0; bit < 64; bit += 8)
        hash = (hash ^ ((uint64_t)planned_s >> bit & 255)) * UINT64_C(1099511628211);
    hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
    return (int64_t)((hash ^ hash >> 33) % (uint64_t)schedule->jitter_ms);
}
