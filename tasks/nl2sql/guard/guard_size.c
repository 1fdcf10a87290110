/* Calls that make much of little. */
#include "guard_run.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool refuse(struct guard_run *run, const struct qn_json_node *call, const char *name,
                   const char *why)
{
    return guard_refuse(run, GUARD_SIZE, guard_position(call), name, "%s: %s", name, why);
}

static const struct qn_json_node *argument(const struct qn_json_node *call, size_t place)
{
    const struct qn_json_node *args = guard_field(call, "args");
    const struct qn_json_node *at = args != NULL ? args->first : NULL;

    while (at != NULL && place > 0) {
        at = at->next;
        place--;
    }
    return at;
}

static bool multiply(struct guard_run *run, const struct qn_json_node *call, const char *name,
                     double by)
{
    if (!(by <= GUARD_LENGTH_MAX)) {
        return refuse(run, call, name, "the length must be a number of at most 10000");
    }
    run->growth *= by > 1 ? by : 1;
    return run->growth <= GUARD_GROWTH_MAX ||
           refuse(run, call, name, "the texts that are made become too long");
}

/* A literal, or least(..., literal): what it is at most. NAN: not known. */
static double at_most(const struct guard_run *run, const struct qn_json_node *node)
{
    struct guard_bound bound = guard_bound_of(run, NULL, node);
    const struct qn_json_node *least = guard_is(guard_bare(node), "MinMaxExpr");
    const struct qn_json_node *args = guard_field(least, "args");
    const struct qn_json_node *at = args != NULL ? args->first : NULL;
    double most = NAN;

    if (bound.kind == GUARD_BOUND_NUMBER) {
        return bound.hi;
    }
    if (least == NULL || strcmp(qn_json_text(least, "op"), "IS_LEAST") != 0) {
        return NAN;
    }
    for (; at != NULL; at = at->next) {
        bound = guard_bound_of(run, NULL, at);
        most = bound.kind == GUARD_BOUND_NUMBER ? fmin(most, bound.hi) : most;
    }
    return most;
}

/* Widths in the first argument of format(). */
static bool format(struct guard_run *run, const struct qn_json_node *call)
{
    const struct qn_json_node *first = guard_is(guard_bare(argument(call, 0)), "A_Const");
    const char *at = qn_json_text(guard_field(first, "sval"), "sval");

    if (first == NULL || guard_field(call, "func_variadic") != NULL) {
        return refuse(run, call, "format", "its first argument must be a text as it is");
    }
    for (at = strchr(at, '%'); at != NULL; at = strchr(at, '%')) {
        at++;
        at += strspn(at, "0123456789$-");
        if (*at == '*' || at[-1] != '%') {
            return refuse(run, call, "format", "without widths and places, please");
        }
        at += *at == '%' ? 1 : 0;
    }
    return true;
}

bool guard_size_call(struct guard_run *run, const char *name, const struct qn_json_node *call)
{
    const bool repeats = strcmp(name, "repeat") == 0;

    if (strcmp(name, "format") == 0) {
        return format(run, call);
    }
    if (repeats) {
        return multiply(run, call, name, at_most(run, argument(call, 1)));
    }
    if (strcmp(name, "lpad") == 0 || strcmp(name, "rpad") == 0) {
        const double length = at_most(run, argument(call, 1));

        /* a length is set, not multiplied: small ones do not add up */
        return length <= 100 || multiply(run, call, name, length);
    }
    return true;
}
