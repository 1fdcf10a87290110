#include "queues.h"

#include "broker-client/record.h"
#include "common/str.h"
#include <string.h>

static int parse_weight(const char *text, size_t len, int *ret, struct qn_err *reterr)
{
    int64_t weight;

    if (qn_strn_to_i64(text, len, &weight) != QN_OK || weight < 1 || weight > WORKER_WEIGHT_MAX)
        return qn_fail(reterr, QN_EINVAL, "queues: the weight \"%.*s\" is not 1 to %d",
                       (int)(len < 40 ? len : 40), text, WORKER_WEIGHT_MAX);
    *ret = (int)weight;
    return QN_OK;
}

/* One "name:weight". */
static int add(struct worker_queues *queues, const char *text, size_t len, struct qn_err *reterr)
{
    const char *colon = memchr(text, ':', len);
    size_t name_len = colon ? (size_t)(colon - text) : len;
    struct worker_queue queue = {.weight = 1};

    if (queues->n == WORKER_QUEUES_MAX)
        return qn_fail(reterr, QN_EINVAL, "queues: more than %d", WORKER_QUEUES_MAX);
    if (name_len <= QN_QUEUE_MAX)
        memcpy(queue.name, text, name_len);
    if (!qn_queue_ok(queue.name))
        return qn_fail(reterr, QN_EINVAL, "queues: the name \"%.*s\" is not 1-32 of [a-z0-9_-]",
                       (int)(name_len < 40 ? name_len : 40), text);
    if (worker_queues_find(queues, queue.name) != WORKER_NO_QUEUE)
        return qn_fail(reterr, QN_EINVAL, "queues: \"%s\" is there twice", queue.name);
    int rc = colon ? parse_weight(colon + 1, len - name_len - 1, &queue.weight, reterr) : QN_OK;
    if (rc == QN_OK)
        queues->list[queues->n++] = queue;
    return rc;
}

int worker_queues_parse(struct worker_queues *ret, const char *text, bool strict,
                        struct qn_err *reterr)
{
    *ret = (struct worker_queues){.strict = strict};
    for (;;) {
        size_t len = strcspn(text, ",");
        int rc = add(ret, text, len, reterr);
        if (rc != QN_OK || text[len] == '\0')
            return rc;
        text += len + 1;
    }
}

size_t worker_queues_find(const struct worker_queues *queues, const char *name)
{
    for (size_t i = 0; i < queues->n; i++) {
        if (strcmp(queues->list[i].name, name) == 0)
            return i;
    }
    return WORKER_NO_QUEUE;
}

void worker_queues_all_ready(struct worker_queues *queues)
{
    for (size_t i = 0; i < queues->n; i++)
        queues->list[i].ready = true;
}

static size_t first_ready(const struct worker_queues *queues)
{
    size_t i = 0;

    while (i < queues->n && !queues->list[i].ready)
        i++;
    return i < queues->n ? i : WORKER_NO_QUEUE;
}

bool worker_queues_any_ready(const struct worker_queues *queues)
{
    for (size_t i = 0; i < queues->n; i++) {
        if (queues->list[i].ready)
            return true;
    }
    return false;
}

void worker_queues_look_beside(struct worker_queues *queues, int64_t now_ms)
{
    if (!worker_queues_any_ready(queues))
        return;
    for (size_t i = 0; i < queues->n; i++)
        queues->list[i].ready |= now_ms - queues->list[i].asked_ms >= WORKER_LOOK_MS;
}

size_t worker_queues_pick(struct worker_queues *queues)
{
    size_t best = WORKER_NO_QUEUE;
    int total = 0;

    if (queues->strict)
        return first_ready(queues);
    for (size_t i = 0; i < queues->n; i++) {
        struct worker_queue *queue = &queues->list[i];
        if (!queue->ready)
            continue;
        queue->current += queue->weight;
        total += queue->weight;
        if (best == WORKER_NO_QUEUE || queue->current > queues->list[best].current)
            best = i;
    }
    if (best != WORKER_NO_QUEUE)
        queues->list[best].current -= total;
    return best;
}
