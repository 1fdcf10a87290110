/* guard_run.h - what the parts of the guard share while they look at one statement.
 *
 * guard.c parses; guard_form.c refuses every node, field, function, operator and type that is not
 * on a list; guard_select.c, guard_from.c and guard_expr.c then follow what names mean, scope by
 * scope; guard_bound.c, guard_size.c and guard_recursion.c refuse what grows without bound.
 *
 * The parts return false when the statement is refused, or memory ended: the verdict and rc tell.
 * Everything they make is in the arena of the run.
 */
#ifndef TASKS_NL2SQL_GUARD_GUARD_RUN_H
#define TASKS_NL2SQL_GUARD_GUARD_RUN_H

#include "guard.h"
#include "guard_bound.h"
#include "tasks/lib/json_tree.h"

#define GUARD_STEPS_MAX   100000.0  /* of one series */
#define GUARD_SERIES_MAX  1000000.0 /* of all series, multiplied */
#define GUARD_LENGTH_MAX  10000.0   /* of repeat, lpad, rpad, format */
#define GUARD_GROWTH_MAX  100000.0  /* of all of them, multiplied */
#define GUARD_GATHER_MAX  1000.0    /* the same, where rows are gathered in one value */
#define GUARD_WEIGHT_MAX  10000.0   /* nodes of an expression, names of derived columns put in */
#define GUARD_SELECTS_MAX 100

struct guard_column {
    const char *name;
    const struct guard_base *base; /* the table whose column it is, unchanged; NULL: made */
    const struct guard_item *item; /* through which it is seen */
    size_t place;                  /* in it; or in the list of a recursive name's columns */
    bool hidden;
    const struct guard_cte *own;      /* whose recursive term sees it so */
    const struct qn_json_node *value; /* the expression it was made by */
    double weight;                    /* nodes of what it stands for */
    struct guard_bound bound;
};

struct guard_columns {
    const struct guard_column *items;
    size_t n;
};

/* A table of the model. */
struct guard_base {
    const struct qn_model_table *table;
    struct guard_columns columns;
    bool hidden; /* one of its columns is */
};

/* What FROM offers under a name. */
struct guard_item {
    struct guard_item *next;
    const char *alias;
    const char *schema;            /* of a table without an alias; "" */
    const struct guard_base *base; /* NULL: derived */
    struct guard_columns columns;
    bool hidden;
};

struct guard_cte {
    struct guard_cte *outer; /* found after this one */
    const char *name;
    struct guard_columns columns;
    struct guard_columns start; /* of a recursive one: its first part */
    double series;              /* by what its series multiply */
    size_t used;
    bool distinct; /* UNION, not UNION ALL */
    bool ready;    /* false: only later in its list, so nobody may name it yet */
};

struct guard_scope {
    const struct guard_scope *parent;
    struct guard_cte *ctes;
    struct guard_item *items, **tail;
};

struct guard {
    const struct qn_model *model;
    struct qn_arena arena;
    struct guard_base *bases; /* as the model's tables */
};

struct guard_name { /* for the audit */
    struct guard_name *next;
    const char *text;
};

struct guard_kept { /* columns of a SELECT that was walked */
    struct guard_kept *next;
    const struct qn_json_node *select;
    struct guard_columns columns;
};

enum guard_use { GUARD_USE_RELATION, GUARD_USE_COLUMN, GUARD_USE_FUNCTION, GUARD_USES };

struct guard_run {
    const struct guard *guard;
    const char *sql;
    struct guard_verdict *verdict;
    struct qn_arena *arena;
    size_t relations, ctes, selects;
    double series, growth, weight;
    bool gathers; /* rows in one value: string_agg, array_agg, ... */
    struct guard_kept *kept;
    struct guard_name *uses[GUARD_USES];
    size_t n_uses;
    bool audit;
};

/* The first refusal stays. Returns false. */
bool guard_refuse(struct guard_run *run, enum guard_class class, int position, const char *name,
                  const char *fmt, ...) QN_PRINTF(5, 6);
void guard_use(struct guard_run *run, enum guard_use use, const char *a, const char *b);
int guard_uses_to_json(const struct guard_run *run, struct qn_buf *out);

/* ---- the tree: {"Tag":{"field":...}} ---- */

/* The object under the tag, its key the tag; NULL for {} and for no node. */
const struct qn_json_node *guard_tagged(const struct qn_json_node *node);
/* The same when the tag is that, else NULL. */
const struct qn_json_node *guard_is(const struct qn_json_node *node, const char *tag);
const struct qn_json_node *guard_field(const struct qn_json_node *object, const char *name);
int guard_position(const struct qn_json_node *object);
/* The last of a list of String; "" when there is none. ret_n (NULL is fine): how many. */
const char *guard_last_name(const struct qn_json_node *list, size_t *ret_n);
const char *guard_string(const struct qn_json_node *node); /* of a String, "" else */
/* Casts around it taken away. */
const struct qn_json_node *guard_bare(const struct qn_json_node *node);
/* The single name of a column without a table; NULL when it is not one. */
const char *guard_plain_name(const struct qn_json_node *node);
size_t guard_count(const struct qn_json_node *list);

/* ---- the parts ---- */

bool guard_form(struct guard_run *run, const struct qn_json_node *statement);
bool guard_size_call(struct guard_run *run, const char *name, const struct qn_json_node *call);
/* ARRAY(SELECT ...) */
bool guard_size_array(struct guard_run *run, const struct qn_json_node *link);

/* A SELECT, with what it sees. own: whose recursive term it is, or NULL. ret (NULL is fine): its
 * columns. */
bool guard_select(struct guard_run *run, const struct guard_scope *parent, struct guard_cte *ctes,
                  const struct qn_json_node *select, const struct guard_cte *own,
                  struct guard_columns *ret);
/* What stands behind the last SELECT of a set: ORDER BY, LIMIT, OFFSET. out: its columns. */
bool guard_set_rest(struct guard_run *run, const struct guard_scope *parent, struct guard_cte *ctes,
                    const struct qn_json_node *set, struct guard_columns out);
bool guard_with(struct guard_run *run, struct guard_scope *scope, const struct qn_json_node *with);
bool guard_from(struct guard_run *run, struct guard_scope *scope, const struct qn_json_node *node);
bool guard_expr(struct guard_run *run, const struct guard_scope *scope,
                const struct qn_json_node *node);
bool guard_recursion(struct guard_run *run, const struct guard_scope *scope,
                     const struct qn_json_node *select, const struct guard_cte *own,
                     struct guard_columns out);

/* ---- names ---- */

const struct guard_column *guard_find_column(struct guard_columns columns, const char *name);
/* What a ColumnRef means; NULL when it is a row, a star or nothing. Refuses nothing. */
const struct guard_column *guard_look(const struct guard_scope *scope,
                                      const struct qn_json_node *ref);
bool guard_resolve(struct guard_run *run, const struct guard_scope *scope,
                   const struct qn_json_node *ref);
const struct guard_item *guard_find_item(const struct guard_scope *scope, const char *alias,
                                         const char *schema);
/* What PostgreSQL calls a column that nobody named. */
const char *guard_figure(const struct qn_json_node *value);

/* n new columns in the arena. */
struct guard_column *guard_columns_make(struct guard_run *run, size_t n);
/* The same with the first ones renamed; names: a list of String, may be NULL. */
struct guard_columns guard_columns_rename(struct guard_run *run, struct guard_columns columns,
                                          const struct qn_json_node *names);

#endif
