/* route.h - from a question to a statement that the guard allows, by rules or by a language model.
 *
 *     auto:  rules, when sure (RULES_SURE); else the language model; when that cannot or there is
 *            none, the rules from RULES_LEAST on, with a warning; else no.
 *
 * A question that the rules know to be none (writes, small talk, hidden) is refused without
 * asking anybody. A statement of a language model is cleaned, checked, and planned by `gate` when
 * there is one; up to ROUTE_REPAIRS times it is sent back with what was wrong: grammar, unknown
 * names, types, what the plan says, and when the gate runs it too, values it fails on. What the
 * guard forbids is never sent back: it is refused, and the job's log tells it as a security event.
 * What else ends a statement that ran is the caller's to judge: the statement is taken.
 *
 * No connection is held here; gate makes its own for the moment.
 *
 * Not here: running the rules' statement; threads and examples, which the caller gives.
 */
#ifndef TASKS_NL2SQL_ASK_ROUTE_H
#define TASKS_NL2SQL_ASK_ROUTE_H

#include "examples.h"
#include "tasks/nl2sql/place/place.h"
#include "tasks/nl2sql/query/query.h"

#define ROUTE_REPAIRS    2
#define ROUTE_ATTEMPTS   (ROUTE_REPAIRS + 2) /* the rules, and the model */
#define ROUTE_REASON_MAX 600

enum route_translator { ROUTE_AUTO, ROUTE_RULES, ROUTE_LLM };
extern const char *const route_translator_names[]; /* "auto", "rules", "llm" */

/* Why there is no statement; the names are part of the interface. */
enum route_code {
    ROUTE_ANSWERED,
    ROUTE_UNCLEAR,
    ROUTE_BEYOND,
    ROUTE_MISSING,
    ROUTE_HIDDEN,
    ROUTE_WRITE,
    ROUTE_NO_QUERY,
    ROUTE_GUARD,  /* refused_by_guard */
    ROUTE_MODEL,  /* refused_by_model: the language model says that it cannot */
    ROUTE_FAILED, /* repaired ROUTE_REPAIRS times, and still no statement that can be planned */
    ROUTE_CODES,
};
extern const char *const route_code_names[ROUTE_CODES];

/* Plans a statement that guard_check allows, or runs it too: query_run, with what it needs. */
typedef int route_gate_fn(void *arg, struct query *query, struct qn_err *reterr);
/* The approved pairs of the datasource. Called when a language model is going to be asked. */
typedef int route_examples_fn(void *arg, struct examples *ret, struct qn_err *reterr);

struct route_wish {
    struct place *place;
    const struct place_database *database;
    struct qn_job *job;
    const char *question;
    const char *language; /* "" finds out */
    const char *today;    /* "": the model's reference day, else the day in its time zone */
    enum route_translator translator;
    const char *const *tables;
    size_t n_tables;
    const struct prompt_turn *turns; /* of the thread, oldest first */
    size_t n_turns;
    const char *key; /* whose budget; "" none */
    int64_t max_rows;
    route_gate_fn *gate;         /* NULL: the guard's text check only */
    route_examples_fn *examples; /* NULL: none */
    void *arg;
};

struct route_attempt {
    enum route_translator translator;
    const char *sql;      /* "" when the answer had none */
    const char *sqlstate; /* "" */
    const char *message;  /* "" when it was taken */
};

struct route {
    struct qn_arena arena;
    const char *sql; /* "" no */
    enum route_code code;
    enum route_translator translator; /* whose statement it is; ROUTE_AUTO: nobody's */
    double confidence;
    const char *language;   /* found out: "en", "zh" */
    const char *reason;     /* no: why, for people; else what the statement does, "" unknown */
    const char *understood; /* JSON, "[]" */
    const char *suggestions[RULES_SUGGESTIONS];
    size_t n_suggestions;
    const char *warnings[8];
    size_t n_warnings;
    struct guard_verdict verdict;
    struct qn_buf uses; /* of guard_check, JSON; "" */
    bool gated;         /* query is what the gate made of sql; else nobody has run it */
    struct query query;
    bool share;
    struct route_attempt attempts[ROUTE_ATTEMPTS];
    size_t n_attempts;
    struct qn_llm_usage usage; /* summed; requests in usage.attempts, 0: nobody was asked */
    bool sql_kept;             /* the model's answer came from the cache */
    int64_t link_ms, rules_ms, llm_ms, guard_ms, gate_ms;
    int64_t delay_ms; /* with QN_EAGAIN: when to come again */
};

/* A no is QN_OK. Failures are of the surroundings: QN_EAGAIN with delay_ms (snooze the job), and
 * those of llm.h when nobody else could answer. To be released in any case. */
QN_MUST_CHECK int route_question(const struct route_wish *wish, struct route *ret,
                                 struct qn_err *reterr);
void route_release(struct route *route);

/* The answer of the job to a failure of route_question: snoozed for delay_ms, tried again, or
 * failed, with err's text. */
enum qn_outcome route_failure(const struct route *route, struct qn_job *job, int rc,
                              const struct qn_err *err);

#endif
