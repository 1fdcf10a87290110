#include "mem.h"

#include "common/mem.h"
#include "common/str.h"
#include "mem_type.h"
#include <string.h>

static void free_broker(struct qn_broker *broker);

static const struct qn_broker_ops ops = {
    .free = free_broker,
    .enqueue = qn_mem_enqueue,
    .cancel = qn_mem_cancel,
    .join = qn_mem_join,
    .renew = qn_mem_renew,
    .leave = qn_mem_leave,
    .take = qn_mem_take,
    .finish = qn_mem_finish,
    .reconcile = qn_mem_reconcile,
    .note = qn_mem_note,
    .wait = qn_mem_wait,
    .stop_waiting = qn_mem_stop_waiting,
    .forward = qn_mem_forward,
    .recover = qn_mem_recover,
    .trim = qn_mem_trim,
    .peek = qn_mem_peek,
    .list = qn_mem_listing,
    .log = qn_mem_log,
    .stats = qn_mem_stats,
    .gate = qn_mem_gate,
    .place = qn_mem_place,
    .survey = qn_mem_survey,
    .audit = qn_mem_audit,
    .budget = qn_mem_budget,
    .limit = qn_mem_limit,
    .limits = qn_mem_limits,
    .sale = qn_mem_sale,
    .replay = qn_mem_replay,
    .forget = qn_mem_forget,
    .purge = qn_mem_purge,
    .message = qn_mem_message,
    .watch = qn_mem_watch,
    .publish = qn_mem_publish,
    .tasks = qn_mem_tasks,
    .queues = qn_mem_queues,
    .alive = qn_mem_alive,
    .workers = qn_mem_workers,
    .lead = qn_mem_lead,
    .schedule_names = qn_mem_schedule_names,
    .timetable = qn_mem_timetable,
    .define = qn_mem_define,
    .drop = qn_mem_drop_schedule,
    .pause = qn_mem_pause,
    .claim = qn_mem_claim_times,
    .note_fires = qn_mem_note_fires,
    .fires = qn_mem_fires,
    .server = qn_mem_server,
    .poll = qn_mem_poll,
    .push = qn_mem_push,
};

struct qn_mem *qn_mem_of(struct qn_broker *broker)
{
    return (struct qn_mem *)broker;
}

/* ---- answers ---- */

struct qn_mem_answer *qn_mem_answer(struct qn_broker *broker, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_zalloc(1, sizeof(*answer));
    struct qn_err err;
    struct qn_reply reply = {.err = &err};

    if (!answer) {
        reply.rc = qn_fail(&err, QN_ENOMEM, "broker: out of memory");
        fn(arg, &reply);
        return NULL;
    }
    answer->fn = fn;
    answer->arg = arg;
    answer->reply.now_ms = qn_mem_now(qn_mem_of(broker)->store);
    return answer;
}

static void *add_block(struct qn_mem_answer *answer, size_t size)
{
    struct qn_mem_block *block = qn_zalloc(1, sizeof(*block) + size);

    if (!block) {
        qn_mem_refuse(answer, QN_ENOMEM, "out of memory");
        return NULL;
    }
    block->next = answer->blocks;
    answer->blocks = block;
    return block->bytes;
}

const char *qn_mem_keep(struct qn_mem_answer *answer, const void *bytes, size_t len)
{
    char *copy = add_block(answer, len + 1);

    if (!copy)
        return "";
    memcpy(copy, bytes, len);
    return copy;
}

struct qn_span qn_mem_keep_span(struct qn_mem_answer *answer, struct qn_span span)
{
    if (!span.data)
        return span;
    return (struct qn_span){.data = qn_mem_keep(answer, span.data, span.len), .len = span.len};
}

/* Pointers are the strictest that is put into a list. */
void *qn_mem_list(struct qn_mem_answer *answer, size_t n, size_t size)
{
    return add_block(answer, n * size + 1);
}

void qn_mem_refuse(struct qn_mem_answer *answer, int rc, const char *why)
{
    if (answer->reply.rc == QN_OK)
        answer->reply.rc = qn_fail(&answer->err, rc, "broker: %s", why);
}

static void put(struct qn_mem *mem, struct qn_mem_answer *answer)
{
    answer->next = NULL;
    *mem->answers_tail = answer;
    mem->answers_tail = &answer->next;
    qn_timer_set(mem->turn, 0);
}

void qn_mem_tell(struct qn_broker *broker, struct qn_mem_answer *answer)
{
    put(qn_mem_of(broker), answer);
}

struct qn_mem_queue *qn_mem_begin(struct qn_broker *broker, const char *queue,
                                  struct qn_mem_answer *answer)
{
    struct qn_mem_queue *found;

    if (!answer)
        return NULL;
    if (!qn_queue_ok(queue)) {
        qn_mem_refuse(answer, QN_EINVAL, "the queue's name is not 1-32 of [a-z0-9_-]");
        qn_mem_tell(broker, answer);
        return NULL;
    }
    found = qn_mem_queue(qn_mem_of(broker)->store, queue);
    if (!found) {
        qn_mem_refuse(answer, QN_ENOMEM, "out of memory");
        qn_mem_tell(broker, answer);
    }
    return found;
}

void qn_mem_tell_end(struct qn_mem *mem, const char *queue, const char *name)
{
    struct qn_mem_answer *answer = qn_zalloc(1, sizeof(*answer));

    if (!answer)
        return;
    qn_str_copy(answer->queue, sizeof(answer->queue), queue);
    qn_str_copy(answer->name, sizeof(answer->name), name);
    put(mem, answer);
}

static void free_answer(struct qn_mem_answer *answer)
{
    for (struct qn_mem_block *block = answer->blocks, *next; block; block = next) {
        next = block->next;
        qn_free(block);
    }
    qn_free(answer);
}

static void deliver(struct qn_mem *mem, struct qn_mem_answer *answer)
{
    if (answer->fn) {
        if (answer->reply.rc != QN_OK)
            answer->reply.err = &answer->err;
        answer->fn(answer->arg, &answer->reply);
    } else if (mem->base.on_ended) {
        mem->base.on_ended(mem->base.on_ended_arg, answer->queue, answer->name);
    }
    free_answer(answer);
}

static struct qn_mem_answer *pop(struct qn_mem *mem)
{
    struct qn_mem_answer *answer = mem->answers;

    if (!answer)
        return NULL;
    mem->answers = answer->next;
    if (!mem->answers)
        mem->answers_tail = &mem->answers;
    return answer;
}

static void begin(struct qn_mem *mem)
{
    mem->begun = true;
    mem->base.link = QN_LINK_UP;
    if (mem->base.on_link)
        mem->base.on_link(mem->base.on_link_arg, QN_LINK_UP, NULL);
    if (mem->watches && mem->base.on_ended)
        mem->base.on_ended(mem->base.on_ended_arg, NULL, NULL);
}

static void turn_ended(void *arg)
{
    struct qn_mem *mem = arg;
    struct qn_mem_answer *answer;

    if (!mem->begun)
        begin(mem);
    while ((answer = pop(mem)) != NULL)
        deliver(mem, answer);
}

/* ---- waiting for work ---- */

static bool take_message(struct qn_mem *mem, struct qn_mem_queue *queue,
                         struct qn_mem_answer *answer)
{
    struct qn_mem_message **at = &queue->inbox;
    struct qn_mem_message *message;

    qn_mem_tidy_inbox(queue);
    while (*at && strcmp((*at)->incarnation, mem->incarnation) != 0)
        at = &(*at)->next;
    message = *at;
    if (!message)
        return false;
    *at = message->next;
    answer->result.woken.message = qn_mem_keep(answer, message->text, strlen(message->text));
    qn_free(message);
    return true;
}

static bool take_token(struct qn_mem_queue *queue)
{
    bool token = queue->token;

    queue->token = false;
    return token;
}

static void end_wait(struct qn_mem *mem, const char *queue)
{
    struct qn_mem_answer *answer = mem->waiting;
    struct qn_woken *woken = &answer->result.woken;

    mem->waiting = NULL;
    qn_timer_clear(mem->wait_end);
    woken->queue = queue ? qn_mem_keep(answer, queue, strlen(queue)) : NULL;
    if (!woken->message)
        woken->message = "";
    woken->heard = true;
    answer->reply.woken = woken;
    answer->reply.now_ms = 0;
    qn_free(mem->wait_queues);
    mem->wait_queues = NULL;
    put(mem, answer);
}

static void serve_wait(struct qn_mem *mem)
{
    const char *name = mem->wait_queues;

    for (size_t i = 0; i < mem->n_inboxes + mem->n_tokens; i++, name += strlen(name) + 1) {
        struct qn_mem_queue *queue = qn_mem_queue(mem->store, name);
        if (!queue)
            continue;
        if (i < mem->n_inboxes ? take_message(mem, queue, mem->waiting) : take_token(queue)) {
            char came[QN_QUEUE_MAX + 1];
            qn_str_copy(came, sizeof(came), name);
            end_wait(mem, came);
            return;
        }
    }
}

void qn_mem_serve_waits(struct qn_mem_store *store)
{
    for (struct qn_mem *mem = store->brokers; mem; mem = mem->next) {
        if (mem->waiting)
            serve_wait(mem);
    }
}

static void wait_over(void *arg)
{
    struct qn_mem *mem = arg;

    if (mem->waiting)
        end_wait(mem, NULL);
}

static bool keep_queues(struct qn_mem *mem, const char *const *queues, size_t n,
                        const char *const *all, size_t n_all)
{
    struct qn_buf names;

    qn_buf_init(&names, 64 * 1024);
    for (size_t i = 0; i < n_all; i++)
        qn_buf_add(&names, all[i], strlen(all[i]) + 1);
    for (size_t i = 0; i < n; i++)
        qn_buf_add(&names, queues[i], strlen(queues[i]) + 1);
    mem->wait_queues = qn_buf_status(&names) == QN_OK ? qn_buf_steal(&names, NULL) : NULL;
    qn_buf_release(&names);
    mem->n_tokens = n;
    mem->n_inboxes = n_all;
    return mem->wait_queues != NULL;
}

void qn_mem_wait(struct qn_broker *b, const char *incarnation, const char *const *queues, size_t n,
                 const char *const *all_queues, size_t n_all, int64_t timeout_ms, qn_reply_fn *fn,
                 void *arg)
{
    struct qn_mem *mem = qn_mem_of(b);
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);

    if (!answer)
        return;
    if (mem->waiting || n + n_all == 0 || !keep_queues(mem, queues, n, all_queues, n_all)) {
        qn_mem_refuse(answer, QN_EINVAL, "a wait is under way already, or for no queue");
        qn_mem_tell(b, answer);
        return;
    }
    qn_str_copy(mem->incarnation, sizeof(mem->incarnation), incarnation);
    mem->waiting = answer;
    qn_timer_set(mem->wait_end, timeout_ms > 1 ? timeout_ms : 1);
    serve_wait(mem);
}

void qn_mem_stop_waiting(struct qn_broker *b)
{
    wait_over(qn_mem_of(b));
}

void qn_mem_push(struct qn_broker *b)
{
    (void)b; /* nothing travels */
}

int qn_mem_poll(struct qn_broker *b, unsigned *ret_wants)
{
    (void)b;
    *ret_wants = 0;
    return -1;
}

/* ---- life ---- */

int qn_mem_open(struct qn_broker **ret, const struct qn_broker_options *options, const char *name,
                struct qn_err *reterr)
{
    if (!qn_queue_ok(options->namespace_))
        return qn_fail(reterr, QN_EINVAL, "namespace: must be 1-32 of [a-z0-9_-]");
    struct qn_mem *mem = qn_zalloc(1, sizeof(*mem));
    if (!mem)
        return qn_fail(reterr, QN_ENOMEM, "broker: out of memory");
    mem->base.ops = &ops;
    mem->base.link = QN_LINK_DOWN;
    mem->answers_tail = &mem->answers;
    mem->watches = options->watches;
    int rc = qn_timer_create(&mem->turn, options->loop, turn_ended, mem, reterr);
    if (rc == QN_OK)
        rc = qn_timer_create(&mem->wait_end, options->loop, wait_over, mem, reterr);
    if (rc == QN_OK) {
        mem->store = qn_mem_store_open(name, options->namespace_, options->clock);
        if (!mem->store)
            rc = qn_fail(reterr, QN_ENOMEM, "broker: out of memory");
    }
    if (rc != QN_OK) {
        free_broker(&mem->base);
        return rc;
    }
    mem->next = mem->store->brokers;
    mem->store->brokers = mem;
    qn_timer_set(mem->turn, 0);
    *ret = &mem->base;
    return QN_OK;
}

static void forget_watcher(struct qn_mem_queue *queue, const struct qn_mem *mem)
{
    for (struct qn_mem_job *job = NULL; (job = qn_mem_next(queue, job)) != NULL;) {
        for (int i = 0; i < QN_MEM_WATCHERS_MAX; i++) {
            if (job->watchers[i] == mem)
                job->watchers[i] = NULL;
        }
    }
}

static void leave_store(struct qn_mem *mem)
{
    struct qn_mem **at = &mem->store->brokers;

    while (*at && *at != mem)
        at = &(*at)->next;
    if (*at)
        *at = mem->next;
    for (struct qn_mem_queue *queue = mem->store->queues; queue; queue = queue->next)
        forget_watcher(queue, mem);
    qn_mem_store_close(mem->store);
}

static void free_broker(struct qn_broker *broker)
{
    struct qn_mem *mem = qn_mem_of(broker);
    struct qn_mem_answer *answer;

    if (mem->waiting)
        end_wait(mem, NULL);
    while ((answer = pop(mem)) != NULL) {
        if (answer->fn)
            qn_mem_refuse(answer, QN_EUNKNOWN, "closed here");
        deliver(mem, answer);
    }
    if (mem->store)
        leave_store(mem);
    qn_timer_free(mem->turn);
    qn_timer_free(mem->wait_end);
    qn_free(mem);
}
