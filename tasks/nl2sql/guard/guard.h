/* guard.h - whether a statement that somebody else wrote may be run to answer a question.
 *
 * The text is parsed by PostgreSQL's own grammar (libpg_query) and the tree is walked; what the
 * walk does not know is refused. The same guard is for SQL of every origin: a language model, the
 * rules, a saved query, a person. docs/guard.md is its policy and its limits; it is the first
 * layer, and the role, the READ ONLY transaction, the limits and the extended protocol of query.h
 * are the others.
 *
 * Pure but for guard_cost, which asks the server to plan (never to run). Deterministic. A guard
 * is made once of a model and may be asked any number of times; it is not for threads.
 *
 * Not here: running (query.h); repairing names (repair.h).
 */
#ifndef TASKS_NL2SQL_GUARD_GUARD_H
#define TASKS_NL2SQL_GUARD_GUARD_H

#include "tasks/lib/model/model.h"
#include "tasks/lib/postgres.h"

#define GUARD_SQL_MAX       ((size_t)16 * 1024) /* bytes */
#define GUARD_DEPTH_MAX     200
#define GUARD_RELATIONS_MAX 20
#define GUARD_CTES_MAX      10
#define GUARD_REASON_MAX    300
#define GUARD_NAME_MAX      128
#define GUARD_COST_MAX      1e6 /* of the plan */
#define GUARD_ROWS_MAX      5e6 /* of its largest node */

/* Where a table without a schema is; who runs a statement that passed must set this. */
#define GUARD_SEARCH_PATH "public"

/* What was refused; the names are part of the interface. */
enum guard_class {
    GUARD_ALLOWED,
    GUARD_INPUT,     /* bytes: no UTF-8, a NUL, too long */
    GUARD_SYNTAX,    /* PostgreSQL's grammar does not take it */
    GUARD_STATEMENT, /* not exactly one SELECT */
    GUARD_NODE,      /* a form that is not on the list */
    GUARD_RELATION,  /* a table that is not in the model */
    GUARD_COLUMN,    /* a column that no table in scope has */
    GUARD_HIDDEN,    /* a hidden column or table, or a star over one */
    GUARD_FUNCTION,
    GUARD_OPERATOR,
    GUARD_TYPE,
    GUARD_SIZE, /* too many, too deep, a bomb */
    GUARD_COST, /* the plan costs too much, or cannot be made */
    GUARD_CLASSES,
};
extern const char *const guard_class_names[GUARD_CLASSES]; /* "allowed", "input", ... */

struct guard_verdict {
    enum guard_class class;
    int position;                  /* byte of the text, from 0; -1 none */
    char reason[GUARD_REASON_MAX]; /* for a person; "" when allowed */
    char name[GUARD_NAME_MAX];     /* what was refused by name: for a repair */
};

struct guard;

/* model: borrowed, outlives the guard. Tables and columns that are hidden are refused. */
QN_MUST_CHECK int guard_create(struct guard **ret, const struct qn_model *model,
                               struct qn_err *reterr);
void guard_free(struct guard *guard); /* NULL is fine */

/* A verdict is QN_OK; failures are QN_ENOMEM and the like. uses: NULL, or appended to:
 * {"relations":["orders"],"columns":["orders.id"],"functions":["count"]} for the audit. */
QN_MUST_CHECK int guard_check(const struct guard *guard, struct qn_span sql,
                              struct guard_verdict *ret, struct qn_buf *uses,
                              struct qn_err *reterr);

/* EXPLAIN, of a statement that guard_check allows, in the transaction that is open on pg. */
QN_MUST_CHECK int guard_cost(struct qn_pg *pg, struct qn_span sql, struct guard_verdict *ret,
                             struct qn_err *reterr);
/* The verdict on a plan, for who asks for it without waiting: GUARD_EXPLAIN and the statement give
 * it in one value. */
#define GUARD_EXPLAIN "EXPLAIN (FORMAT JSON) "
QN_MUST_CHECK int guard_cost_judge(struct qn_span plan, struct guard_verdict *ret,
                                   struct qn_err *reterr);

#endif
