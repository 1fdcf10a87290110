/* redis.h - the broker on Redis: up to three connections, one for commands, one
 * that waits, one that is told of ends.
 *
 * Not here: the commands themselves (calls_*.c), which are bound in redis.c.
 */
#ifndef BROKER_CLIENT_REDIS_REDIS_H
#define BROKER_CLIENT_REDIS_REDIS_H

#include "answer.h"
#include "conn.h"

struct qn_redis {
    struct qn_broker base; /* first: a pointer to it is the broker */
    struct qn_loop *loop;
    struct qn_url url;
    char ns[QN_QUEUE_MAX + 1];
    char client_name[64];
    char channel[QN_KEY_SIZE];
    char *now_text;
    int64_t timeout_ms;
    struct qn_conn *command;
    struct qn_conn *waiting;      /* NULL: options said no */
    struct qn_conn *subscription; /* NULL: options said no */
    struct qn_call *wait_call;    /* the wait under way */
    struct qn_call_pool pool;     /* of the calls of all connections */
    struct qn_timer *unblock;     /* asks again when the wait had not begun */
    int64_t unblock_ms;           /* after this time; 0: has not asked yet */
    bool by_turns;                /* queues are waited for one after the other, on a cluster */
    size_t wait_turn;
};

/* now_text: Lua that defines now(), NULL for the broker's own clock. */
QN_MUST_CHECK int qn_redis_open(struct qn_broker **ret, const struct qn_broker_options *options,
                                const struct qn_url *url, const char *now_text,
                                struct qn_err *reterr);
struct qn_redis *qn_redis_of(struct qn_broker *broker);

/* Starts an operation of a queue (NULL: of the namespace). Returns NULL when it
 * has already been answered: bad names, no memory. on_answer reads the answer. */
struct qn_call *qn_redis_begin(struct qn_broker *broker, enum qn_script script, const char *queue,
                               size_t n_args, qn_call_fn *on_answer, qn_reply_fn *fn, void *arg);
/* The same for a script of the namespace, with a name behind its last key. */
struct qn_call *qn_redis_named(struct qn_broker *broker, enum qn_script script, const char *name,
                               size_t n_args, qn_call_fn *on_answer, qn_reply_fn *fn, void *arg);
/* The same for a plain command of argc words. */
struct qn_call *qn_redis_plain(struct qn_broker *broker, int argc, qn_call_fn *on_answer,
                               qn_reply_fn *fn, void *arg);
void qn_redis_send(struct qn_broker *broker, struct qn_call *call);
/* Answers it from the loop with QN_EINVAL and a static text. */
void qn_redis_refuse(struct qn_broker *broker, struct qn_call *call, const char *why);

/* The operations, by idea. */
extern const struct qn_broker_ops qn_redis_ops;

void qn_redis_enqueue(struct qn_broker *b, const char *queue, const struct qn_new_job *jobs,
                      size_t n, qn_reply_fn *fn, void *arg);
void qn_redis_cancel(struct qn_broker *b, const char *queue, const char *name, int64_t final_ttl_ms,
                     qn_reply_fn *fn, void *arg);
void qn_redis_join(struct qn_broker *b, const char *queue, const char *incarnation,
                   int64_t lease_ms, qn_reply_fn *fn, void *arg);
void qn_redis_renew(struct qn_broker *b, const char *queue, const char *incarnation,
                    int64_t lease_ms, qn_reply_fn *fn, void *arg);
void qn_redis_leave(struct qn_broker *b, const char *queue, const char *incarnation,
                    qn_reply_fn *fn, void *arg);
void qn_redis_take(struct qn_broker *b, const char *queue, const char *incarnation, int want,
                   int64_t final_ttl_ms, qn_reply_fn *fn, void *arg);
void qn_redis_finish(struct qn_broker *b, const char *queue, const struct qn_finish *runs, size_t n,
                     int64_t final_ttl_ms, qn_reply_fn *fn, void *arg);
void qn_redis_reconcile(struct qn_broker *b, const char *queue, const char *incarnation,
                        const struct qn_held *held, size_t n, qn_reply_fn *fn, void *arg);
void qn_redis_note(struct qn_broker *b, const char *queue, const struct qn_note *notes, size_t n,
                   qn_reply_fn *fn, void *arg);
void qn_redis_wait(struct qn_broker *b, const char *incarnation, const char *const *queues,
                   size_t n, const char *const *all_queues, size_t n_all, int64_t timeout_ms,
                   qn_reply_fn *fn, void *arg);
void qn_redis_stop_waiting(struct qn_broker *b);
void qn_redis_forward(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg);
void qn_redis_recover(struct qn_broker *b, const char *queue, const struct qn_recover *how,
                      qn_reply_fn *fn, void *arg);
void qn_redis_trim(struct qn_broker *b, const char *queue, const struct qn_trim *how,
                   qn_reply_fn *fn, void *arg);
void qn_redis_peek(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                   qn_reply_fn *fn, void *arg);
void qn_redis_list(struct qn_broker *b, const char *queue, enum qn_state state, int64_t offset,
                   int limit, qn_reply_fn *fn, void *arg);
void qn_redis_log(struct qn_broker *b, const char *queue, const char *name, qn_reply_fn *fn,
                  void *arg);
void qn_redis_stats(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg);
void qn_redis_gate(struct qn_broker *b, const char *queue, enum qn_gate gate, qn_reply_fn *fn,
                   void *arg);
void qn_redis_place(struct qn_broker *b, const char *queue, const char *name, qn_reply_fn *fn,
                    void *arg);
void qn_redis_survey(struct qn_broker *b, const char *queue, int64_t cursor, qn_reply_fn *fn,
                     void *arg);
void qn_redis_audit(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                    unsigned how, qn_reply_fn *fn, void *arg);
void qn_redis_budget(struct qn_broker *b, const char *queue, int64_t max_jobs, int64_t max_bytes,
                     qn_reply_fn *fn, void *arg);
void qn_redis_limit(struct qn_broker *b, const char *queue, const struct qn_limit *limits, size_t n,
                    qn_reply_fn *fn, void *arg);
void qn_redis_sale(struct qn_broker *b, const char *queue, const char *item, enum qn_sale_how how,
                   const struct qn_sale *set, qn_reply_fn *fn, void *arg);
void qn_redis_limits(struct qn_broker *b, const char *queue, qn_reply_fn *fn, void *arg);
void qn_redis_replay(struct qn_broker *b, const char *queue, const struct qn_ended_job *jobs,
                     size_t n, qn_reply_fn *fn, void *arg);
void qn_redis_forget(struct qn_broker *b, const char *queue, const struct qn_ended_job *jobs,
                     size_t n, qn_reply_fn *fn, void *arg);
void qn_redis_purge(struct qn_broker *b, const char *queue, enum qn_state state, int64_t before_ms,
                    qn_reply_fn *fn, void *arg);
void qn_redis_message(struct qn_broker *b, const char *queue, const char *incarnation,
                      const char *text, qn_reply_fn *fn, void *arg);
void qn_redis_watch(struct qn_broker *b, const char *queue, const char *const *names, size_t n,
                    bool on, int64_t ttl_ms, qn_reply_fn *fn, void *arg);
void qn_redis_publish(struct qn_broker *b, const char *queue_or_null, const struct qn_entry *tasks,
                      size_t n, qn_reply_fn *fn, void *arg);
void qn_redis_tasks(struct qn_broker *b, qn_reply_fn *fn, void *arg);
void qn_redis_queues(struct qn_broker *b, qn_reply_fn *fn, void *arg);
void qn_redis_alive(struct qn_broker *b, const char *incarnation, int64_t life_ms, const char *json,
                    qn_reply_fn *fn, void *arg);
void qn_redis_workers(struct qn_broker *b, qn_reply_fn *fn, void *arg);
void qn_redis_lead(struct qn_broker *b, const char *what, const char *holder, int64_t lease_ms,
                   qn_reply_fn *fn, void *arg);
void qn_redis_schedule_names(struct qn_broker *b, qn_reply_fn *fn, void *arg);
void qn_redis_timetable(struct qn_broker *b, const char *const *names, size_t n, qn_reply_fn *fn,
                        void *arg);
void qn_redis_define(struct qn_broker *b, const char *holder, const struct qn_definition *all,
                     size_t n, qn_reply_fn *fn, void *arg);
void qn_redis_drop(struct qn_broker *b, const char *name, qn_reply_fn *fn, void *arg);
void qn_redis_pause(struct qn_broker *b, const char *name, bool paused, qn_reply_fn *fn, void *arg);
void qn_redis_claim(struct qn_broker *b, const char *holder, const struct qn_claim *claims,
                    size_t n, qn_reply_fn *fn, void *arg);
void qn_redis_note_fires(struct qn_broker *b, const struct qn_fire_note *fires, size_t n,
                         qn_reply_fn *fn, void *arg);
void qn_redis_fires(struct qn_broker *b, const char *name, qn_reply_fn *fn, void *arg);
void qn_redis_server(struct qn_broker *b, qn_reply_fn *fn, void *arg);
int qn_redis_poll(struct qn_broker *b, unsigned *ret_wants);
void qn_redis_push(struct qn_broker *b);

/* What the channel said (calls_wait.c). */
/* Its subscription is up: what is published for it now is heard. */
bool qn_redis_listens(const struct qn_redis *redis);
void qn_redis_heard(struct qn_redis *redis, const redisReply *message);

#endif
