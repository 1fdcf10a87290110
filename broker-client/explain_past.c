#include "common/json.h"
#include "explain_type.h"
#include <stdio.h>
#include <string.h>

#define RUNS_MAX 20 /* of the history; the last ones */

/* ---- how it ended ---- */

/* "2026-01-31 08:00:00 (3m ago), after 5s on worker W" */
static void print_end(const struct qn_telling *t, char *out, size_t size)
{
    const struct qn_job_info *job = t->job;
    char moment[QN_MOMENT_SIZE], took[QN_MS_TEXT_SIZE];

    qn_moment(t, job->ended_ms, moment);
    qn_span_of_time(qn_ms_between(job->started_ms, job->ended_ms), took);
    if (job->started_ms > 0)
        snprintf(out, size, "%s, after %s on worker %.40s", moment, took, job->worker);
    else
        snprintf(out, size, "%s, without a run", moment);
}

void qn_tell_succeeded(struct qn_telling *t)
{
    char end[QN_MOMENT_SIZE + 128];

    print_end(t, end, sizeof(end));
    qn_hint(qn_say(t, t->job->ended_ms, "it succeeded at %s", end), "quern job result %s",
            t->job->id);
}

static void hint_failed(const struct qn_job_info *job, struct qn_reason *reason)
{
    if (job->cause == QN_CAUSE_REJECTED)
        qn_hint(reason, "quern task show %s tells what it takes", job->task);
    else if (job->cause == QN_CAUSE_TIMEOUT)
        qn_hint(reason, "quern job retry %s runs it again, under the same limits", job->id);
    else
        qn_hint(reason, "quern job retry %s runs it again", job->id);
}

void qn_tell_failed(struct qn_telling *t)
{
    const struct qn_job_info *job = t->job;
    char end[QN_MOMENT_SIZE + 128], tries[48] = "";

    print_end(t, end, sizeof(end));
    if (job->attempts > 0)
        snprintf(tries, sizeof(tries), " in attempt %d", job->attempts);
    hint_failed(job, qn_say(t, job->ended_ms, "it failed for good%s at %s: %s%s%.200s", tries, end,
                            qn_cause_name(job->cause), job->error[0] ? ": " : "", job->error));
}

void qn_tell_cancelled(struct qn_telling *t)
{
    char end[QN_MOMENT_SIZE + 128];

    print_end(t, end, sizeof(end));
    qn_hint(qn_say(t, t->job->ended_ms, "it was cancelled at %s", end),
            "quern job retry %s runs it after all", t->job->id);
}

/* The record says so once a worker has seen it; the time alone decides before. */
void qn_tell_expired(struct qn_telling *t)
{
    char moment[QN_MOMENT_SIZE];
    int64_t at_ms = t->job->expires_ms > 0 ? t->job->expires_ms : t->job->ended_ms;

    qn_moment(t, at_ms, moment);
    struct qn_reason *reason =
        qn_say(t, at_ms, "it expired at %s: it had not started by then", moment);
    if (t->job->ended_ms > 0)
        qn_hint(reason, "quern job retry %s runs it after all", t->job->id);
}

/* ---- each run ---- */

/* What became of the job after a run: the end as it is in the history, and who decided. */
static const char *after_end(const char *end, const char *by)
{
    static const struct {
        const char *end, *by, *shown;
    } words[] = {
        {"retrying", "run", "to be tried again when the run said"},
        {"retrying", "job", "to be tried again by the job's own policy"},
        {"retrying", "on_timeout", "to be tried again by its task's policy for timeouts"},
        {"retrying", "on_crash", "to be tried again by its task's policy for crashes"},
        {"retrying", "task", "to be tried again by its task's policy"},
        {"retrying", NULL, "to be tried again"},
        {"failed", "max_attempts", "failed for good, in its last attempt"},
        {"failed", "on_timeout", "failed for good, as its task limits attempts after timeouts"},
        {"failed", "on_crash", "failed for good, as its task limits attempts after crashes"},
        {"failed", "max_deaths", "failed for good, as too many executors or workers died of it"},
        {"failed", NULL, "failed for good"},
        {"snoozed", NULL, "put off by the task"},
        {"released", NULL, "given back by its worker"},
        {"succeeded", NULL, "succeeded"},
        {"cancelled", NULL, "cancelled"},
        {"expired", NULL, "expired"},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].end, end) == 0 && (!words[i].by || strcmp(words[i].by, by) == 0))
            return words[i].shown;
    return end[0] ? end : "its worker's lease ran out";
}

static void text_of(struct qn_span line, const char *name, char *out, size_t size)
{
    struct qn_json_item item;
    struct qn_buf text;

    out[0] = '\0';
    if (!qn_json_find(line.data, line.len, name, &item) || item.type != QN_JSON_STRING)
        return;
    qn_buf_init(&text, line.len + 1);
    if (qn_json_unescape(item.value, &text) == QN_OK)
        snprintf(out, size, "%s", text.data);
    out[qn_utf8_cut(out, strlen(out), size - 1)] = '\0';
    qn_buf_release(&text);
}

static int64_t number_of(struct qn_span line, const char *name)
{
    struct qn_json_item item;
    int64_t number;

    if (!qn_json_find(line.data, line.len, name, &item) || item.type != QN_JSON_NUMBER ||
        !qn_json_is_integer(item.value, &number))
        return 0;
    return number;
}

static void tell_run(struct qn_telling *t, struct qn_span line)
{
    char run[64], end[24], by[24], cause[24], error[220], moment[QN_MOMENT_SIZE], took[48] = "",
                                                                                  signal[32] = "";
    int64_t started = number_of(line, "started_ms"), ended = number_of(line, "ended_ms");

    text_of(line, "run", run, sizeof(run));
    text_of(line, "end", end, sizeof(end));
    text_of(line, "by", by, sizeof(by));
    text_of(line, "cause", cause, sizeof(cause));
    text_of(line, "error", error, sizeof(error));
    run[strcspn(run, ":")] = '\0';
    qn_moment(t, ended, moment);
    if (started > 0) {
        char text[QN_MS_TEXT_SIZE];
        qn_span_of_time(qn_ms_between(started, ended), text);
        snprintf(took, sizeof(took), " after %s", text);
    }
    if (number_of(line, "signal") > 0)
        snprintf(signal, sizeof(signal), " by signal %d", (int)number_of(line, "signal"));
    qn_say(t, ended, "a run on worker %.40s ended%s, at %s: %s%s%s%s%s%s", run, took, moment, cause,
           signal, cause[0] ? ": " : "", error, error[0] ? ": " : "", after_end(end, by));
}

void qn_tell_runs(struct qn_telling *t)
{
    const char *line = t->job->history;
    size_t lines = 0;

    for (const char *at = line; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n')
        lines++;
    if (lines > RUNS_MAX)
        qn_say(t, 0, "of its runs the last %d are told here", RUNS_MAX);
    for (; *line != '\0'; lines--) {
        struct qn_span text = {line, strcspn(line, "\n")};
        if (lines <= RUNS_MAX && qn_json_check(text.data, text.len, NULL, NULL) == QN_OK &&
            text.data[0] == '{')
            tell_run(t, text);
        line += text.len + (line[text.len] == '\n');
    }
}

void qn_tell_kept(struct qn_telling *t)
{
    char moment[QN_MOMENT_SIZE];

    if (t->job->kept_until_ms <= 0)
        return;
    qn_moment(t, t->job->kept_until_ms, moment);
    qn_say(t, t->job->kept_until_ms, "its record is kept until %s", moment);
}
