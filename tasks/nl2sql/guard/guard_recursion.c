/* WITH RECURSIVE: does it end, and do its texts stay short? What the planner cannot see.
 *
 * One of the conditions that every row must meet (WHERE, inner joins) has to show progress:
 * a counter n + 1 with n < 100, a walk along a key (child.parent_id = r.id), a column that only
 * grows (o.id > r.id), a path that may not be longer.
 */
#include "guard_lists.h"
#include "guard_run.h"

#include <math.h>
#include <string.h>

#define CONDITIONS_MAX 64

struct recursion {
    struct guard_run *run;
    const struct guard_scope *scope;
    const struct guard_cte *own;
    struct guard_columns out;
    const struct qn_json_node *conditions[CONDITIONS_MAX]; /* that every row must meet */
    size_t n;
    bool ends;
    bool derives; /* something in FROM is made of the own columns */
    double steps;
};

static const struct guard_column *own_column(const struct recursion *at,
                                             const struct qn_json_node *node)
{
    const struct qn_json_node *ref = guard_is(guard_bare(node), "ColumnRef");
    const struct guard_column *column = ref != NULL ? guard_look(at->scope, ref) : NULL;

    return column != NULL && column->own == at->own && column->place < at->out.n ? column : NULL;
}

static const struct guard_column *base_column(const struct recursion *at,
                                              const struct qn_json_node *node)
{
    const struct qn_json_node *ref = guard_is(guard_bare(node), "ColumnRef");
    const struct guard_column *column = ref != NULL ? guard_look(at->scope, ref) : NULL;

    return column != NULL && column->base != NULL ? column : NULL;
}

static const struct qn_json_node *expression(const struct qn_json_node *node, const char *operators,
                                             const char **ret_name)
{
    const struct qn_json_node *expr = guard_is(guard_bare(node), "A_Expr");

    *ret_name = guard_last_name(guard_field(expr, "name"), NULL);
    return expr != NULL && strlen(*ret_name) == 1 && strchr(operators, (*ret_name)[0]) != NULL
               ? expr
               : NULL;
}

/* n, n + 1, n - interval '1 day': the own column in it. */
static const struct guard_column *own_side(const struct recursion *at,
                                           const struct qn_json_node *node)
{
    const char *name;
    const struct qn_json_node *expr = expression(node, "+-", &name);
    const struct guard_column *column = own_column(at, node);

    if (expr == NULL) {
        return column;
    }
    if (guard_bound_of(at->run, at->scope, guard_field(expr, "rexpr")).kind == GUARD_BOUND_NONE) {
        return NULL;
    }
    return own_column(at, guard_field(expr, "lexpr"));
}

/* By how much the column is changed in every step; NONE: otherwise than by a constant. */
static struct guard_bound stride(const struct recursion *at, const struct guard_column *column)
{
    const struct guard_bound none = {.kind = GUARD_BOUND_NONE};
    const char *name;
    const struct qn_json_node *expr = expression(at->out.items[column->place].value, "+-", &name);
    const struct qn_json_node *left = guard_field(expr, "lexpr"), *right;
    struct guard_bound bound;

    right = guard_field(expr, "rexpr");
    if (expr == NULL) {
        return none;
    }
    if (name[0] == '+' && own_column(at, right) == column) {
        right = left;
        left = guard_field(expr, "rexpr");
    }
    if (own_column(at, left) != column) {
        return none;
    }
    bound = guard_bound_of(at->run, at->scope, right);
    bound = bound.kind == GUARD_BOUND_TEXT ? guard_bound_as(bound, GUARD_BOUND_SPAN) : bound;
    if (name[0] == '-') {
        bound = (struct guard_bound){.kind = bound.kind, .lo = -bound.hi, .hi = -bound.lo};
    }
    return bound;
}

/* n * 2 from 1 on. */
static bool doubles(const struct recursion *at, const struct guard_column *column)
{
    const char *name;
    const struct qn_json_node *expr = expression(at->out.items[column->place].value, "*", &name);
    struct guard_bound start = at->own->start.items[column->place].bound, by;

    if (expr == NULL || own_column(at, guard_field(expr, "lexpr")) != column) {
        return false;
    }
    by = guard_bound_of(at->run, at->scope, guard_field(expr, "rexpr"));
    return by.kind == GUARD_BOUND_NUMBER && by.lo >= 2 && start.kind == GUARD_BOUND_NUMBER &&
           start.lo >= 1;
}

/* A limit that the text does not tell, but the data: a column, or an aggregate of one. */
static bool is_of_data(const struct recursion *at, const struct qn_json_node *node)
{
    const struct qn_json_node *link = guard_is(guard_bare(node), "SubLink");
    const struct qn_json_node *select = guard_is(guard_field(link, "subselect"), "SelectStmt");
    const struct qn_json_node *list = guard_field(select, "targetList");
    const struct qn_json_node *value =
        list != NULL ? guard_field(guard_is(list->first, "ResTarget"), "val") : NULL;
    const struct qn_json_node *call = guard_is(guard_bare(value), "FuncCall");
    const struct qn_json_node *args = guard_field(call, "args");
    const char *name = guard_last_name(guard_field(call, "funcname"), NULL);

    if (link == NULL) {
        return base_column(at, node) != NULL;
    }
    return (strcmp(name, "max") == 0 || strcmp(name, "min") == 0 || strcmp(name, "count") == 0) &&
           (args == NULL || guard_is(args->first, "ColumnRef") != NULL) &&
           guard_field(select, "fromClause") != NULL;
}

static bool counts(struct recursion *at, const struct guard_column *column, bool rising,
                   const struct qn_json_node *limit)
{
    struct guard_bound start = at->own->start.items[column->place].bound;
    struct guard_bound by = stride(at, column);
    struct guard_bound to = guard_bound_of(at->run, at->scope, limit);
    double steps;

    if (rising && to.kind == GUARD_BOUND_NUMBER && to.hi <= 1e15 && doubles(at, column)) {
        at->steps = fmin(at->steps, 64);
        return true;
    }
    if (start.kind == GUARD_BOUND_TIME && by.kind == GUARD_BOUND_NUMBER) {
        by = (struct guard_bound){
            .kind = GUARD_BOUND_SPAN, .lo = by.lo * 86400, .hi = by.hi * 86400};
    }
    if (by.kind == GUARD_BOUND_NONE || (rising ? by.lo <= 0 : by.hi >= 0)) {
        return false;
    }
    if (to.kind == GUARD_BOUND_NONE && !is_of_data(at, limit)) {
        return false;
    }
    if (to.kind == GUARD_BOUND_NONE || start.kind == GUARD_BOUND_NONE) {
        return fabs(rising ? by.lo : by.hi) >= 1 &&
               (to.kind != GUARD_BOUND_NUMBER || fabs(to.hi) <= GUARD_SERIES_MAX);
    }
    steps = guard_bound_steps(start, to, by);
    at->steps = steps >= 0 ? fmin(at->steps, steps) : at->steps;
    return steps >= 0 && steps <= GUARD_STEPS_MAX;
}

/* cardinality(path) < 10 with path || x. */
static bool stays_short(const struct recursion *at, const struct qn_json_node *node,
                        const struct qn_json_node *limit)
{
    const struct qn_json_node *call = guard_is(guard_bare(node), "FuncCall");
    const struct qn_json_node *args = guard_field(call, "args");
    const char *name = guard_last_name(guard_field(call, "funcname"), NULL);
    struct guard_bound to = guard_bound_of(at->run, at->scope, limit);
    const struct guard_column *column = args != NULL ? own_column(at, args->first) : NULL;
    const struct qn_json_node *value =
        column != NULL ? guard_is(guard_bare(at->out.items[column->place].value), "A_Expr") : NULL;

    if (strcmp(name, "cardinality") != 0 && strcmp(name, "array_length") != 0 &&
        strcmp(name, "length") != 0) {
        return false;
    }
    return value != NULL && to.kind == GUARD_BOUND_NUMBER && to.hi <= 1000 &&
           strcmp(guard_last_name(guard_field(value, "name"), NULL), "||") == 0 &&
           (own_column(at, guard_field(value, "lexpr")) == column ||
            own_column(at, guard_field(value, "rexpr")) == column);
}

static bool same(const struct guard_column *a, const struct guard_column *b)
{
    return a->base != NULL && a->base == b->base && a->place == b->place;
}

/* Some condition makes a column of this table equal to one of another. */
static bool is_tied(const struct recursion *at, const struct guard_item *item)
{
    size_t i;

    for (i = 0; i < at->n; i++) {
        const struct qn_json_node *expr = guard_is(at->conditions[i], "A_Expr");
        const char *name = guard_last_name(guard_field(expr, "name"), NULL);
        const struct guard_column *left = base_column(at, guard_field(expr, "lexpr"));
        const struct guard_column *right = base_column(at, guard_field(expr, "rexpr"));

        if (strcmp(name, "=") == 0 && left != NULL && right != NULL && left->item != right->item &&
            (left->item == item || right->item == item)) {
            return true;
        }
    }
    return false;
}

/* r.id = child.parent_id, and child.id is the next: or of a table that is tied to child. */
static bool walks(const struct recursion *at, const struct guard_column *next,
                  const struct guard_column *base)
{
    return base != NULL && next->base != NULL && !same(next, base) &&
           (next->item == base->item || is_tied(at, next->item));
}

/* own (operator) other */
static bool progress(struct recursion *at, const struct qn_json_node *node, const char *operator,
                     const struct qn_json_node * other)
{
    const bool rising = operator[0] == '<' && strcmp(operator, "<>") != 0;
    const bool falling = operator[0] == '>';
    const struct guard_column *column = own_side(at, node);
    const struct guard_column *base = base_column(at, other);
    const struct guard_column *next = column != NULL ? &at->out.items[column->place] : NULL;

    if (rising && stays_short(at, node, other)) {
        return true;
    }
    if (next == NULL) {
        return false;
    }
    if (strcmp(operator, "=") == 0) { /* along a key, to another column of the table */
        return walks(at, next, base);
    }
    if (base != NULL && same(next, base) && next->item == base->item) {
        return operator[1] == '\0' &&(rising || falling);
    }
    return (rising || falling) && counts(at, column, rising, other);
}

static const char *turned(const char *operator)
{
    static const char *const pairs[][2] = {
        {"<", ">"}, {"<=", ">="}, {">", "<"}, {">=", "<="}, {"=", "="}};
    size_t i;

    for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (strcmp(operator, pairs[i][0]) == 0) {
            return pairs[i][1];
        }
    }
    return "";
}

static bool between(struct recursion *at, const struct qn_json_node *expr)
{
    const struct qn_json_node *pair =
        guard_field(guard_is(guard_field(expr, "rexpr"), "List"), "items");
    const struct qn_json_node *node = guard_field(expr, "lexpr");

    return guard_count(pair) == 2 &&
           (progress(at, node, ">=", pair->first) || progress(at, node, "<=", pair->first->next));
}

static bool judge(struct recursion *at, const struct qn_json_node *expr)
{
    const struct qn_json_node *left = guard_field(expr, "lexpr");
    const struct qn_json_node *right = guard_field(expr, "rexpr");
    const char *operator= guard_last_name(guard_field(expr, "name"), NULL);

    if (strcmp(qn_json_text(expr, "kind"), "AEXPR_BETWEEN") == 0) {
        return between(at, expr);
    }
    return strcmp(qn_json_text(expr, "kind"), "AEXPR_OP") == 0 && left != NULL &&
           (progress(at, left, operator, right) || progress(at, right, turned(operator), left));
}

/* The conditions that AND joins. */
static void condition(struct recursion *at, const struct qn_json_node *node)
{
    const struct qn_json_node *both = guard_is(node, "BoolExpr"), *list, *item;

    if (guard_is(node, "A_Expr") != NULL && at->n < CONDITIONS_MAX) {
        at->conditions[at->n++] = node;
    }
    if (both != NULL && strcmp(qn_json_text(both, "boolop"), "AND_EXPR") == 0) {
        list = guard_field(both, "args");
        for (item = list != NULL ? list->first : NULL; item != NULL; item = item->next) {
            condition(at, item);
        }
    }
}

/* Only what an inner join demands is demanded of every row. */
static void joined(struct recursion *at, const struct qn_json_node *node)
{
    const struct qn_json_node *join = guard_is(node, "JoinExpr");

    if (join != NULL && strcmp(qn_json_text(join, "jointype"), "JOIN_INNER") == 0 &&
        guard_field(join, "alias") == NULL) {
        condition(at, guard_field(join, "quals"));
        joined(at, guard_field(join, "larg"));
        joined(at, guard_field(join, "rarg"));
    }
}

/* Only values that are there, and each row once: they are used up. */
static bool is_used_up(const struct recursion *at)
{
    size_t i;

    for (i = 0; i < at->out.n; i++) {
        if (at->out.items[i].base == NULL && at->out.items[i].own != at->own) {
            return false;
        }
    }
    return at->own->distinct;
}

/* ---- texts that double ---- */

/* What is never larger than what it is made of, but for a little: all else might double it. */
static const char small[] =
    "abs age array_length array_lower array_position array_upper ascii bit_length btrim cardinality"
    " ceil ceiling char_length character_length chr count cume_dist date date_bin date_part"
    " date_trunc dense_rank div exp extract floor greatest initcap jsonb_array_length"
    " json_array_length lag last_value first_value lead least left length ln log lower ltrim"
    " make_date make_interval make_timestamp max md5 min mod nth_value ntile now octet_length"
    " percent_rank position power rank regexp_like reverse right round row_number rtrim sign"
    " split_part sqrt starts_with strpos substr substring sum timezone to_char to_date to_number"
    " to_timestamp translate trim trunc upper";
/* What is as large as its parts together. */
static const char adding[] =
    "array_append array_cat array_prepend array_to_string concat concat_ws format json_build_array"
    " json_build_object jsonb_build_array jsonb_build_object lpad rpad unnest jsonb_array_elements"
    " jsonb_array_elements_text json_array_elements json_array_elements_text jsonb_extract_path"
    " jsonb_extract_path_text json_extract_path json_extract_path_text string_to_array";
static const char texts[] = "text varchar bpchar char name";

static const char *called(const struct qn_json_node *node)
{
    return guard_last_name(guard_field(guard_is(node, "FuncCall"), "funcname"), NULL);
}

static bool makes_bytes(const struct qn_json_node *node)
{
    const struct qn_json_node *type = guard_field(guard_is(node, "TypeCast"), "typeName");

    return strcmp(guard_last_name(guard_field(type, "names"), NULL), "bytea") == 0;
}

static bool makes_array(const struct qn_json_node *node)
{
    return makes_bytes(node) || guard_is(node, "A_ArrayExpr") != NULL ||
           strstr(called(node), "json") != NULL || strncmp(called(node), "array", 5) == 0;
}

static bool joins_texts(const struct qn_json_node *node)
{
    const struct qn_json_node *expr = guard_is(node, "A_Expr");

    return strcmp(guard_last_name(guard_field(expr, "name"), NULL), "||") == 0 ||
           makes_array(node) || guard_is(node, "RowExpr") != NULL ||
           (guard_is(node, "FuncCall") != NULL && !guard_listed(small, called(node)));
}

static bool holds(const struct qn_json_node *node, bool (*is)(const struct qn_json_node *node))
{
    const struct qn_json_node *at = node != NULL ? node->first : NULL;

    if (node == NULL || is(node)) {
        return node != NULL;
    }
    for (; at != NULL; at = at->next) {
        if (holds(at, is)) {
            return true;
        }
    }
    return false;
}

/* Its value gets longer with every step; also one that takes the place of such a column. */
static bool grows(const struct recursion *at, const struct guard_column *column, size_t steps)
{
    const struct qn_json_node *value = at->out.items[column->place].value;
    const struct guard_column *other = own_column(at, value);

    if (value == NULL || steps == 0) {
        return steps == 0;
    }
    if (holds(value, makes_bytes)) {
        return true;
    }
    if (other != NULL) {
        return other->place != column->place && grows(at, other, steps - 1);
    }
    return holds(value, joins_texts) || (at->derives && base_column(at, value) == NULL);
}

/* How often columns that grow are in it. */
static size_t growing(const struct recursion *at, const struct qn_json_node *node)
{
    const struct qn_json_node *ref = guard_is(node, "ColumnRef");
    const struct guard_column *column = ref != NULL ? guard_look(at->scope, ref) : NULL;
    const struct qn_json_node *child = node->first;
    size_t n = 0;

    if (ref != NULL) {
        return own_column(at, node) != NULL
                   ? (grows(at, column, at->out.n) ? 1 : 0)
                   : (at->derives && column != NULL && column->base == NULL ? 1 : 0);
    }
    for (; child != NULL; child = child->next) {
        n += growing(at, child);
    }
    return n;
}

/* The text of a list has its quotes twice, that of bytes two digits for each. */
static bool escapes(const struct recursion *at, const struct qn_json_node *node)
{
    const struct qn_json_node *cast = guard_is(node, "TypeCast");
    const char *type = guard_last_name(guard_field(guard_field(cast, "typeName"), "names"), NULL);
    const struct qn_json_node *inner = guard_field(cast, "arg");
    const struct guard_column *column = own_column(at, inner);

    return guard_listed(texts, type) &&
           (holds(inner, makes_array) ||
            (column != NULL && holds(at->out.items[column->place].value, makes_array)));
}

static bool explodes(const struct recursion *at, const struct qn_json_node *node)
{
    const struct qn_json_node *child = node->first;
    const bool strange = guard_is(node, "FuncCall") != NULL && !guard_listed(small, called(node)) &&
                         !guard_listed(adding, called(node));

    if ((strange || guard_is(node, "RowExpr") != NULL || escapes(at, node)) &&
        growing(at, node) > 0) {
        return true;
    }
    for (; child != NULL; child = child->next) {
        if (explodes(at, child)) {
            return true;
        }
    }
    return false;
}

static bool holds_own(const struct recursion *at, const struct qn_json_node *node)
{
    const struct qn_json_node *child = node->first;

    if (own_column(at, node) != NULL) {
        return true;
    }
    while (child != NULL && !holds_own(at, child)) {
        child = child->next;
    }
    return child != NULL;
}

/* A function, or a SELECT in parentheses, that is made of the columns of the step before. */
static bool derives(const struct recursion *at, const struct qn_json_node *node)
{
    const struct qn_json_node *join = guard_is(node, "JoinExpr");

    if (join != NULL) {
        return derives(at, guard_field(join, "larg")) || derives(at, guard_field(join, "rarg"));
    }
    return (guard_is(node, "RangeFunction") != NULL || guard_is(node, "RangeSubselect") != NULL) &&
           holds_own(at, node);
}

static bool is_too_long(const struct recursion *at, const struct qn_json_node *value)
{
    return value != NULL && (explodes(at, value) || (growing(at, value) > 1 &&
                                                     (at->derives || holds(value, joins_texts))));
}

bool guard_recursion(struct guard_run *run, const struct guard_scope *scope,
                     const struct qn_json_node *select, const struct guard_cte *own,
                     struct guard_columns out)
{
    struct recursion at = {.run = run, .scope = scope, .own = own, .out = out, .steps = HUGE_VAL};
    const struct qn_json_node *from = guard_field(select, "fromClause");
    const struct qn_json_node *item = from != NULL ? from->first : NULL;
    size_t i;

    if (out.n != own->start.n) {
        return guard_refuse(run, GUARD_SYNTAX, -1, own->name,
                            "%s: both parts of the UNION need the same number of columns",
                            own->name);
    }
    condition(&at, guard_field(select, "whereClause"));
    for (; item != NULL; item = item->next) {
        joined(&at, item);
        at.derives |= derives(&at, item);
    }
    at.ends = is_used_up(&at);
    for (i = 0; i < at.n; i++) {
        at.ends |= judge(&at, guard_is(at.conditions[i], "A_Expr"));
    }
    if (!at.ends) {
        return guard_refuse(run, GUARD_SIZE, guard_position(select), own->name,
                            "%s may never end: it needs a condition like n < 100 on its own "
                            "column, or a join along a key",
                            own->name);
    }
    for (i = 0; i < out.n; i++) {
        if (is_too_long(&at, out.items[i].value)) {
            return guard_refuse(run, GUARD_SIZE, -1, own->name, "%s makes texts that double",
                                own->name);
        }
    }
    if (at.derives && is_too_long(&at, from)) {
        return guard_refuse(run, GUARD_SIZE, -1, own->name, "%s makes texts that double in FROM",
                            own->name);
    }
    run->series *= isfinite(at.steps) ? at.steps : 1;
    return run->series <= GUARD_SERIES_MAX ||
           guard_refuse(run, GUARD_SIZE, -1, own->name, "series: too many rows");
}
