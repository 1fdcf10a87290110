/* write_scope.h - one FROM of a statement: its tables by alias, how they are joined, its WHERE.
 *
 * A scope begins with one table, whose rows it is about. Tables that each row has at most one of
 * are joined. Those that it may have many of are not, so that nothing is counted twice: a
 * dimension there becomes a bridge, JOIN (SELECT DISTINCT key, dimension), a filter an EXISTS. In a
 * loose scope (inside EXISTS and bridges, and in lists) they are joined all the same.
 *
 * The first failure sticks to the run; texts made after it mean nothing.
 *
 * Not here: what a filter says (write_filter.h); what is selected.
 */
#ifndef TASKS_NL2SQL_RULES_WRITE_SCOPE_H
#define TASKS_NL2SQL_RULES_WRITE_SCOPE_H

#include "frame.h"
#include "path.h"
#include "sql_expr.h"
#include "sql_text.h"
#include "tasks/lib/model/model_text.h"
#include "write.h"

#define WRITE_BRIDGES_MAX 2
#define WRITE_EXISTS_MAX  8
#define WRITE_ALIASES_MAX 64
#define WRITE_ALIAS_SIZE  16

struct write_run {
    const struct qn_model *model;
    const struct frame *frame;
    int64_t today; /* a day of calendar.h */
    size_t tables; /* in all of the statement */
    struct qn_arena *arena;
    struct path_graph graph;
    struct qn_err *err; /* of the caller; may be NULL */
    int rc;
};
/* QN_ESTATE with a text for people. */
void write_fail(struct write_run *run, const char *fmt, ...) QN_PRINTF(2, 3);

struct write_names { /* aliases of one SELECT and those inside it */
    char used[WRITE_ALIASES_MAX][WRITE_ALIAS_SIZE];
    size_t n;
};

struct write_scope;

struct write_exists {
    size_t anchor; /* node */
    struct path_step step;
    bool negated;
    struct write_scope *inner;
};

struct write_where {
    struct sql_list texts;
    struct write_exists exists[WRITE_EXISTS_MAX];
    size_t n_exists;
};

struct write_node {
    size_t table;
    size_t from; /* node */
    struct path_step step;
    bool role; /* of one column: not the table as such */
    bool left;
    const char *alias;
};

struct write_bridge {
    struct path_step step;
    struct write_scope *inner;
    struct sql_list items, names;
    const char *alias;
};

struct write_scope {
    struct write_run *run;
    struct write_names *names;
    bool loose;
    bool keeps; /* a list: rows without a parent stay */
    struct write_node nodes[WRITE_TABLES_MAX];
    size_t n_nodes;
    struct write_bridge bridges[WRITE_BRIDGES_MAX];
    size_t n_bridges;
    struct write_where where;
};

/* The words of a table's name, without a prefix that all tables have: tbl_member is member. */
void write_table_words(const struct qn_model_table *table, struct qn_tokens *ret);
struct write_names *write_names_create(struct write_run *run);
/* Never NULL; names: of the scope around, or new ones. */
struct write_scope *write_scope_create(struct write_run *run, struct write_names *names,
                                       size_t table, bool loose);

/* Joins what is needed. false: each row may have many there, or none is related; nothing failed. */
bool write_scope_reach(struct write_scope *scope, size_t table, size_t *ret_node);
/* The row that a column of a node refers to. */
size_t write_scope_follow(struct write_scope *scope, size_t node, size_t relation);
/* The accepted relation of this column alone; QN_MODEL_NONE. */
size_t write_relation_of(const struct write_run *run, struct frame_place place);

/* "o.city". */
const char *write_scope_at(const struct write_scope *scope, size_t node, size_t column);
/* A place that is reached, else the run fails. */
const char *write_scope_column(struct write_scope *scope, struct frame_place place);
const char *write_scope_expr(struct write_scope *scope, const struct sql_expr *expr);

/* Where a dimension is: in the scope itself (bridge NULL), or behind a bridge. */
struct write_spot {
    struct write_scope *scope;
    struct write_bridge *bridge;
    size_t node;
};
struct write_spot write_scope_spot(struct write_scope *scope, size_t table);
/* An expression of the spot, as it is called outside. */
const char *write_spot_lift(struct write_run *run, const struct write_spot *spot, const char *expr);

/* "u.id = o.user_id": of a row of that alias, for a step from the other one. */
const char *write_link(struct write_run *run, struct path_step step, const char *alias,
                       const char *from);
const char *write_table(struct write_run *run, size_t table, const char *alias);

/* FROM, JOIN and WHERE; once, when all is known. */
void write_scope_finish(struct write_scope *scope, struct sql_select *select);
/* The EXISTS become texts. */
void write_where_finish(struct write_scope *scope, struct write_where *where);

#endif
