/* ask_run.h - one question on its way: what the parts of nl2sql.ask share.
 *
 *     ask_begin ─ ask_remember ─ ask_translate ─ ask_query ─ ask_draw ─ ask_explain ─ ask_export
 *     ─ ask_note_turn ─ ask_write_audit ─ ask_answer
 *
 * A step that says no sets code and reason, and those that need rows pass it over; a failure of
 * the surroundings is an error code, and with QN_EAGAIN and delay_ms the job comes again. No
 * connection is open between the steps. Texts are never NULL and live in arena, args or route.
 */
#ifndef TASKS_NL2SQL_ASK_ASK_RUN_H
#define TASKS_NL2SQL_ASK_ASK_RUN_H

#include "ask_args.h"
#include "examples.h"
#include "route.h"
#include "tasks/nl2sql/chart/chart.h"
#include "tasks/nl2sql/query/query.h"
#include "thread.h"

#define ASK_TEXTS_MAX       ((size_t)4 * 1024 * 1024)
#define ASK_WARNINGS_MAX    16
#define ASK_SUGGESTIONS_MAX 6
#define ASK_BUSY_MS         2000 /* until a job comes again that found no free connection */

struct ask_texts {
    const char *items[ASK_WARNINGS_MAX];
    size_t n;
};

struct ask {
    struct qn_job *job;
    struct place *place;
    struct ask_args args;
    struct qn_arena arena;
    const struct place_database *database;
    const char *name; /* of the database, for people: never a URL */
    struct thread thread;
    int64_t turn; /* 0 none */
    struct route route;
    struct query query;
    struct chart chart;
    bool role_told; /* that it is too strong */
    bool drawn;
    bool answered;      /* there is a statement, and unless it is a dry run rows */
    const char *code;   /* why not; "" */
    const char *reason; /* the same for people; "" */
    const char *explanation;
    struct ask_texts warnings, suggestions;
    int64_t delay_ms; /* with QN_EAGAIN: come again then; 0: it is a failure */
    int64_t begin_ms, database_ms, chart_ms;
};

void ask_warn(struct ask *ask, const char *fmt, ...) QN_PRINTF(2, 3);
/* Chinese? Else English. */
bool ask_is_zh(const struct ask *ask);
void ask_refuse(struct ask *ask, const char *code, const char *reason);

/* The database of the arguments. QN_EINVAL and QN_ENOTFOUND are the caller's mistakes. */
QN_MUST_CHECK int ask_begin(struct ask *ask, struct qn_err *reterr);
/* Of Quern's own database: earlier turns; and when they are wanted, approved pairs. */
QN_MUST_CHECK int ask_remember(struct ask *ask, struct qn_err *reterr);
int ask_load_examples(void *arg, struct examples *ret, struct qn_err *reterr);
QN_MUST_CHECK int ask_note_turn(struct ask *ask, struct qn_err *reterr);
QN_MUST_CHECK int ask_translate(struct ask *ask, struct qn_err *reterr);
/* A route_gate_fn: plans it and, unless it is a dry run, runs it. */
int ask_gate(void *arg, struct query *query, struct qn_err *reterr);
/* The rows of the statement: those of the gate, or it is run now. */
QN_MUST_CHECK int ask_query(struct ask *ask, struct qn_err *reterr);
/* Of an answer without rows: what it was asked for, and the value that was meant. */
QN_MUST_CHECK int ask_look_at_nothing(struct ask *ask, struct qn_err *reterr);
QN_MUST_CHECK int ask_draw(struct ask *ask, struct qn_err *reterr);
QN_MUST_CHECK int ask_explain(struct ask *ask, struct qn_err *reterr);
QN_MUST_CHECK int ask_export(struct ask *ask, struct qn_err *reterr);
/* What the language model's part cost, for the owner's statistics (place_note_usage). */
void ask_note_usage(struct ask *ask);
/* rc: QN_OK, or what ended the question. */
QN_MUST_CHECK int ask_write_audit(struct ask *ask, int rc, struct qn_err *reterr);
/* The result: below QN_RESULT_MAX, if need be with fewer rows. */
QN_MUST_CHECK int ask_answer(struct ask *ask, struct qn_err *reterr);

#endif
