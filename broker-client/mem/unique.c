#include "unique.h"

#include "broker-client/unique.h"
#include "common/str.h"
#include <string.h>

static const char letters[] = {
    [QN_UNIQUE_STARTED] = 's', [QN_UNIQUE_FINISHED] = 'f', [QN_UNIQUE_WINDOW] = 'w'};

/* Who has a key: "" nobody. One that is over does not count. */
static const char *holder_of(struct qn_mem_queue *queue, const char *key)
{
    const struct qn_mem_pair *pair = qn_mem_pair(queue->uniques, key);

    if (!pair || pair->number <= qn_mem_now(queue->store))
        return "";
    const struct qn_mem_job *job = qn_mem_find(queue->store, queue, pair->value + 1);
    return pair->value[0] == 'w' || (job && qn_mem_is_live(job)) ? pair->value + 1 : "";
}

static bool claim(struct qn_mem_queue *queue, const char *key, const struct qn_unique *unique,
                  const char *name)
{
    char value[QN_NAME_MAX + 2] = {letters[unique->until]};
    int64_t until = unique->for_ms > 0 ? qn_mem_now(queue->store) + unique->for_ms : INT64_MAX;

    qn_str_copy(value + 1, sizeof(value) - 1, name);
    return qn_mem_pair_set(&queue->uniques, (struct qn_span){key, strlen(key)},
                           (struct qn_span){value, strlen(value)}, until) != NULL;
}

const char *qn_mem_unique_holder(struct qn_mem_queue *queue, const struct qn_new_job *from)
{
    return from->unique.until == QN_UNIQUE_NO ? "" : holder_of(queue, from->unique_key);
}

bool qn_mem_claim(struct qn_mem_queue *queue, const struct qn_new_job *from)
{
    return from->unique.until == QN_UNIQUE_NO ||
           claim(queue, from->unique_key, &from->unique, from->name);
}

bool qn_mem_claim_again(struct qn_mem_queue *queue, const struct qn_mem_job *job,
                        const struct qn_body *body)
{
    char key[QN_UNIQUE_KEY_SIZE] = "";

    if ((body->unique.until != QN_UNIQUE_STARTED && body->unique.until != QN_UNIQUE_FINISHED) ||
        body->unique_key.len >= sizeof(key))
        return true;
    memcpy(key, body->unique_key.data, body->unique_key.len);
    const char *holder = holder_of(queue, key);
    return (*holder == '\0' || strcmp(holder, job->name) == 0) &&
           claim(queue, key, &body->unique, job->name);
}

void qn_mem_let_go(struct qn_mem_queue *queue, const struct qn_mem_job *job, const char *until)
{
    struct qn_mem_pair *pair = queue->uniques;

    while (pair) {
        struct qn_mem_pair *next = pair->next;
        if (strchr(until, pair->value[0]) && strcmp(pair->value + 1, job->name) == 0)
            qn_mem_pair_drop(&queue->uniques, pair->name);
        pair = next;
    }
}
