#include "draft.h"

#include "common/json.h"
#include "common/str.h"
#include <string.h>

static struct qn_span or_empty(struct qn_span args)
{
    return args.len > 0 ? args : (struct qn_span){"{}", 2};
}

void qn_draft_body(const struct qn_draft *draft, struct qn_body *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->task = (struct qn_span){draft->task, strlen(draft->task)};
    ret->limit_key = (struct qn_span){draft->limit_key, strlen(draft->limit_key)};
    ret->unique_key = (struct qn_span){draft->unique_key, strlen(draft->unique_key)};
    ret->unique = draft->unique;
    ret->args = or_empty(draft->args);
    ret->max_attempts = (int)draft->max_attempts;
    ret->retry = draft->retry;
    ret->soft_limit_ms = draft->soft_limit_ms;
    ret->hard_limit_ms = draft->hard_limit_ms;
    ret->result_ttl_ms = draft->result_ttl_ms;
    ret->tags = draft->tags;
    ret->on_failed.task = (struct qn_span){draft->on_failed, strlen(draft->on_failed)};
    ret->on_failed.args = or_empty(draft->on_failed_args);
}

void qn_draft_job(const struct qn_draft *draft, struct qn_new_job *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->priority = (int)draft->priority;
    ret->due_relative = draft->delay_ms > 0;
    ret->due_ms = draft->delay_ms > 0 ? draft->delay_ms : draft->eta_ms;
    ret->expires_relative = draft->expires_relative;
    ret->expires_ms = draft->expires_ms;
    ret->keyed = draft->limit_key[0] != '\0';
    ret->unique_key = draft->unique_key;
    ret->unique = draft->unique;
}

static void fill_tags(struct qn_span json, struct qn_draft_tags *tags)
{
    struct qn_json_walk walk;
    struct qn_json_item tag;
    struct qn_buf text;
    size_t n = 0;
    qn_buf_init(&text, QN_TAG_MAX);
    if (json.len > 0 && qn_json_walk_init(&walk, json.data, json.len) == QN_OK)
        while (n < QN_TAGS_MAX && qn_json_walk_next(&walk, &tag)) {
            qn_buf_reset(&text);
            if (qn_json_unescape(tag.value, &text) == QN_OK)
                qn_str_copy(tags->text[n], sizeof(tags->text[n]), text.data);
            tags->list[n] = tags->text[n];
            n++;
        }
    tags->list[n] = NULL;
    qn_buf_release(&text);
}

void qn_draft_enqueue(const struct qn_draft *draft, struct qn_draft_tags *tags,
                      struct qn_enqueue *ret)
{
    fill_tags(draft->tags, tags);
    *ret = (struct qn_enqueue){
        .task = draft->task,
        .args = draft->args.len > 0 ? draft->args.data : NULL,
        .args_len = draft->args.len,
        .queue = draft->queue[0] != '\0' ? draft->queue : NULL,
        .name = draft->name[0] != '\0' ? draft->name : NULL,
        .priority = (int)draft->priority,
        .delay_ms = draft->delay_ms,
        .eta_ms = draft->eta_ms,
        .expires_in_ms = draft->expires_relative ? draft->expires_ms : 0,
        .expires_at_ms = draft->expires_relative ? 0 : draft->expires_ms,
        .max_attempts = (int)draft->max_attempts,
        .retry = draft->retry,
        .soft_limit_ms = draft->soft_limit_ms,
        .hard_limit_ms = draft->hard_limit_ms,
        .result_ttl_ms = draft->result_ttl_ms,
        .tags = tags->list,
        .limit_key = draft->limit_key[0] != '\0' ? draft->limit_key : NULL,
        .unique = draft->unique,
        .unique_key = draft->unique_what[0] != '\0' ? draft->unique_what : NULL,
        .accept_unknown = draft->accept_unknown,
        .on_failed = draft->on_failed[0] != '\0' ? draft->on_failed : NULL,
        .on_failed_args = draft->on_failed_args.len > 0 ? draft->on_failed_args.data : NULL,
        .on_failed_args_len = draft->on_failed_args.len,
    };
}
