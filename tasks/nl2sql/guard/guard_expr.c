/* Expressions: every name in them must mean something, wherever it is. */
#include "guard_run.h"

#include <ctype.h>
#include <string.h>

static bool series(struct guard_run *run, const struct guard_scope *scope,
                   const struct qn_json_node *call)
{
    const struct qn_json_node *args = guard_field(call, "args");
    const struct qn_json_node *from = args != NULL ? args->first : NULL;
    const struct qn_json_node *to = from != NULL ? from->next : NULL;
    const struct qn_json_node *step = to != NULL ? to->next : NULL;
    struct guard_bound by = {.kind = GUARD_BOUND_NUMBER, .lo = 1, .hi = 1};
    double steps;

    by = step != NULL ? guard_bound_of(run, scope, step) : by;
    steps = guard_bound_steps(guard_bound_of(run, scope, from), guard_bound_of(run, scope, to), by);
    if (steps < 0) {
        return guard_refuse(run, GUARD_SIZE, guard_position(call), "generate_series",
                            "generate_series: from, to and step must be numbers or times that the "
                            "text tells");
    }
    run->series *= steps;
    if (steps > GUARD_STEPS_MAX || run->series > GUARD_SERIES_MAX) {
        return guard_refuse(run, GUARD_SIZE, guard_position(call), "generate_series",
                            "generate_series: too many rows");
    }
    return true;
}

/* Names of arguments are no columns; a call may be a series. */
static bool call(struct guard_run *run, const struct guard_scope *scope,
                 const struct qn_json_node *node)
{
    const struct qn_json_node *at;

    for (at = node->first; at != NULL; at = at->next) {
        if (!guard_expr(run, scope, at)) {
            return false;
        }
    }
    if (strcmp(guard_last_name(guard_field(node, "funcname"), NULL), "generate_series") == 0) {
        return series(run, scope, node);
    }
    return true;
}

bool guard_expr(struct guard_run *run, const struct guard_scope *scope,
                const struct qn_json_node *node)
{
    const struct qn_json_node *at;
    const char *tag = node != NULL ? node->key : "";

    if (node == NULL) {
        return true;
    }
    if (isupper((unsigned char)tag[0])) {
        run->weight += 1;
        if (strcmp(tag, "ColumnRef") == 0) {
            return guard_resolve(run, scope, node);
        }
        if (strcmp(tag, "SelectStmt") == 0) {
            return guard_select(run, scope, scope->ctes, node, NULL, NULL);
        }
        if (strcmp(tag, "FuncCall") == 0) {
            return call(run, scope, node);
        }
        if (strncmp(tag, "Range", 5) == 0 || strcmp(tag, "JoinExpr") == 0 ||
            strcmp(tag, "ResTarget") == 0) {
            return guard_refuse(run, GUARD_NODE, guard_position(node), tag,
                                "a table where a value belongs");
        }
    }
    for (at = node->first; at != NULL; at = at->next) {
        if (!guard_expr(run, scope, at)) {
            return false;
        }
    }
    return true;
}
