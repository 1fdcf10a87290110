/* route_run.h - one question under way, for the files of the route. */
#ifndef TASKS_NL2SQL_ASK_ROUTE_RUN_H
#define TASKS_NL2SQL_ASK_ROUTE_RUN_H

#include "route.h"
#include "tasks/nl2sql/prompt/clean.h"

struct route_run {
    const struct route_wish *wish;
    struct route *route;
    const char *today;
    bool zh; /* the question's language */
};

/* A text for people, in their language. */
const char *route_text(const struct route_run *run, const char *en, const char *zh);
void route_warn(struct route_run *run, const char *text); /* in the route's arena */
void route_no(struct route_run *run, enum route_code code, const char *reason);
/* What was tried: message "" when it was taken. */
void route_note(struct route_run *run, enum route_translator translator, const char *sql,
                const char *sqlstate, const char *message);

/* ---- the rules ---- */

struct route_rules {
    enum rules_refusal refusal;
    double confidence;
    const char *sql; /* in the route's arena; "" refused */
    const char *reason;
};
/* Fills understood, suggestions and share of the route as well. */
QN_MUST_CHECK int route_rules_ask(struct route_run *run, struct route_rules *ret,
                                  struct qn_err *reterr);

/* ---- judging ---- */

enum route_judgement {
    ROUTE_TAKEN,
    ROUTE_REPAIR,  /* a mistake, which who wrote it may be told */
    ROUTE_REFUSED, /* the guard forbids it */
    ROUTE_DECLINED /* the language model says that it cannot */
};
struct route_verdict {
    enum route_judgement judgement;
    const char *sql; /* the cleaned statement, in the route's arena; "" none */
    char sqlstate[6];
    char message[GUARD_REASON_MAX]; /* what is wrong with it, or its own words */
    char hint[200];
    char name[GUARD_NAME_MAX];
};

/* The guard alone: of the rules' statement. */
QN_MUST_CHECK int route_judge_text(struct route_run *run, struct qn_span sql,
                                   struct route_verdict *ret, struct qn_err *reterr);
/* An answer of a language model: cleaned, checked, planned. Failures are of the surroundings. */
QN_MUST_CHECK int route_judge_answer(struct route_run *run, struct qn_span text,
                                     struct route_verdict *ret, struct qn_err *reterr);

/* ---- the language model ---- */

/* Asks until a statement is taken, refused, or ROUTE_REPAIRS are used up: route->code says. The
 * failures are those of llm.h, with route->delay_ms. *ret_class: what ended it. */
QN_MUST_CHECK int route_llm_ask(struct route_run *run, struct qn_llm *llm,
                                enum qn_llm_class *ret_class, struct qn_err *reterr);

#endif
