/* broker_double.h - a broker that answers when and what the test says: for outcomes
 * that no real one gives on demand, such as a reply that is lost after the work was done.
 *
 * Keeps the calls in order. Only what a worker's lease, outbox and fetch ask is here.
 */
#ifndef TESTS_SUPPORT_BROKER_DOUBLE_H
#define TESTS_SUPPORT_BROKER_DOUBLE_H

#include "broker-client/broker.h"

#define DOUBLE_CALLS_MAX 512
#define DOUBLE_NAMES_MAX 100

struct double_call {
    char what; /* J join, N renew, L leave, T take, F finish, C reconcile */
    char queue[QN_QUEUE_MAX + 1];
    char incarnation[QN_TOKEN_SIZE];
    int want;
    size_t n;
    char names[DOUBLE_NAMES_MAX][8]; /* of what is finished or held; the first ones */
    qn_reply_fn *fn;
    void *arg;
    bool answered;
};

struct broker_double {
    struct qn_broker base; /* first: a pointer to it is the broker */
    struct double_call calls[DOUBLE_CALLS_MAX];
    size_t n;
};

void broker_double_init(struct broker_double *it);
/* The calls since call first, one letter each: "NNFC". */
const char *broker_double_calls(const struct broker_double *it, size_t first);
/* The first call of a kind that was not answered; fails the test when there is none. */
struct double_call *broker_double_pending(struct broker_double *it, char what);
/* Answers it. The reply's rc and union are the test's; err is set for a failure. */
void broker_double_answer(struct double_call *call, struct qn_reply reply);
void broker_double_answer_rc(struct broker_double *it, char what, int rc);
/* All that is pending: the connection broke after sending. */
void broker_double_break(struct broker_double *it);

#endif
