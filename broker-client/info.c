#include "broker.h"

#include "common/mem.h"
#include "state.h"
#include <stdio.h>
#include <string.h>

enum { TEXTS = 15 };

/* A text of the info: where it comes from and where it goes. */
struct text {
    struct qn_span from;
    const char **to;
};

static enum qn_state state_of(const struct qn_peek_entry *entry, const struct qn_record *record,
                              int64_t now_ms)
{
    enum qn_state state;

    if (qn_state_of_letter(record->letter, &state) == QN_OK)
        return state;
    if (entry->token.len > 0)
        return QN_RUNNING;
    if (entry->retry_ms != QN_NO_TIME)
        return QN_RETRYING;
    if (entry->due_ms != QN_NO_TIME)
        return QN_SCHEDULED;
    /* The take makes it so; a job that ran before may start again at any time. */
    if (record->expires_ms > 0 && record->expires_ms <= now_ms && entry->attempt.len == 0)
        return QN_EXPIRED;
    return QN_QUEUED;
}

static struct qn_span incarnation_of(struct qn_span token)
{
    const char *colon = token.len > 0 ? memrchr(token.data, ':', token.len) : NULL;

    return colon ? (struct qn_span){.data = token.data, .len = (size_t)(colon - token.data)}
                 : (struct qn_span){0};
}

/* "task:report.sales 2 2 -1": the first word. */
static struct qn_span scope_of(struct qn_span held)
{
    const char *blank = held.len > 0 ? memchr(held.data, ' ', held.len) : NULL;

    return blank ? (struct qn_span){.data = held.data, .len = (size_t)(blank - held.data)} : held;
}

static void fill_numbers(struct qn_job_info *info, const struct qn_peek_entry *entry,
                         const struct qn_record *record, const struct qn_try *attempt,
                         int64_t now_ms)
{
    bool final = record->letter != 'L';

    info->cause = record->ending.cause;
    info->priority = record->priority;
    info->attempts = final ? record->ending.attempts : attempt->attempts;
    info->deaths = final ? record->ending.deaths : attempt->deaths;
    info->max_attempts = record->body.max_attempts;
    info->unique = record->body.unique;
    info->cancel_requested = entry->cancel_ms != QN_NO_TIME;
    info->enqueued_ms = record->enqueued_ms;
    info->due_ms = record->due_ms;
    info->expires_ms = record->expires_ms;
    info->started_ms = record->ending.started_ms;
    info->ended_ms = record->ended_ms;
    info->kept_until_ms = entry->life_ms > 0 ? now_ms + entry->life_ms : 0;
    if (info->state == QN_RETRYING)
        info->due_ms = entry->retry_ms;
    else if (info->state == QN_SCHEDULED)
        info->due_ms = entry->due_ms;
}

static void list_texts(struct text texts[TEXTS], struct qn_job_info *info,
                       const struct qn_peek_entry *entry, const struct qn_record *record,
                       const struct qn_try *attempt)
{
    bool final = record->letter != 'L';
    struct qn_span worker = record->ending.worker;

    if (worker.len == 0)
        worker = incarnation_of(final ? record->token : entry->token);
    const struct text all[TEXTS] = {
        {record->body.task, &info->task},
        {record->body.args, &info->args},
        {record->ending.result, &info->result},
        {record->ending.error, &info->error},
        {final ? (struct qn_span){0} : entry->progress, &info->progress},
        {record->ending.artifacts, &info->artifacts},
        {final ? record->ending.history : attempt->history, &info->history},
        {record->body.request_id, &info->request_id},
        {record->body.tags, &info->tags},
        {worker, &info->worker},
        {record->body.limit_key, &info->limit_key},
        {scope_of(entry->held), &info->behind_limit},
        {record->body.parent, &info->parent},
        {record->body.on_failed.task, &info->on_failed},
        {record->body.on_failed.args, &info->on_failed_args},
    };
    memcpy(texts, all, sizeof(all));
}

/* An end without success has made it. */
static void name_follow_up(struct qn_job_info *info, const char *queue, const char *name,
                           const struct qn_record *record)
{
    char made[QN_ON_FAILED_NAME_SIZE];
    bool failed = record->letter != 'L' && record->letter != 'S';

    if (failed && record->body.on_failed.task.len > 0 &&
        qn_on_failed_name(name, record->token, record->ended_ms, made) == QN_OK)
        snprintf(info->on_failed_id, sizeof(info->on_failed_id), "%s.%s", queue, made);
}

int qn_job_info_make(struct qn_job_info **ret, const char *queue, const char *name,
                     const struct qn_peek_entry *entry, int64_t now_ms, struct qn_err *reterr)
{
    struct qn_record record;
    struct qn_try attempt;
    struct text texts[TEXTS];
    struct qn_job_info scratch = {0}; /* only for the offsets of the texts */
    size_t size = sizeof(scratch);

    if (!entry->record.data)
        return qn_fail(reterr, QN_ENOTFOUND, "job %s.%s: not found", queue, name);
    int rc = qn_record_decode(entry->record, &record, reterr);
    if (rc == QN_OK && qn_try_decode(entry->attempt, &attempt) != QN_OK)
        rc = qn_fail(reterr, QN_ECORRUPT, "job %s.%s: its try does not decode", queue, name);
    if (rc != QN_OK)
        return rc;
    list_texts(texts, &scratch, entry, &record, &attempt);
    for (int i = 0; i < TEXTS; i++)
        size += texts[i].from.len + 1;
    struct qn_job_info *info = qn_zalloc(1, size);
    if (!info)
        return qn_fail(reterr, QN_ENOMEM, "job %s.%s: out of memory", queue, name);
    list_texts(texts, info, entry, &record, &attempt);
    char *at = (char *)(info + 1);
    for (int i = 0; i < TEXTS; i++) {
        if (texts[i].from.len > 0)
            memcpy(at, texts[i].from.data, texts[i].from.len);
        *texts[i].to = at;
        at += texts[i].from.len + 1;
    }
    info->args_len = record.body.args.len;
    info->result_len = record.ending.result.len;
    snprintf(info->id, sizeof(info->id), "%s.%s", queue, name);
    info->state = state_of(entry, &record, now_ms);
    name_follow_up(info, queue, name, &record);
    fill_numbers(info, entry, &record, &attempt, now_ms);
    *ret = info;
    return QN_OK;
}

void qn_job_info_free(struct qn_job_info *info)
{
    qn_free(info);
}
