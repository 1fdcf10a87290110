/* Calls that make much of little. */
#include "guard_run.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REPLACE_UNKNOWN 1000.0 /* times longer a replacement may be that the text does not tell */
#define REPLACE_FEW     4.0    /* times longer that count as nothing */
#define BETWEEN_FEW     100.0  /* bytes between rows that count as nothing */

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

static bool grow(struct guard_run *run, const struct qn_json_node *call, const char *name,
                 double by)
{
    run->growth *= by > 1 ? by : 1;
    return run->growth <= (run->gathers ? GUARD_GATHER_MAX : GUARD_GROWTH_MAX) ||
           refuse(run, call, name, "the texts that are made become too long");
}

static bool multiply(struct guard_run *run, const struct qn_json_node *call, const char *name,
                     double by)
{
    if (!(by <= GUARD_LENGTH_MAX)) {
        return refuse(run, call, name, "the length must be a number of at most 10000");
    }
    return grow(run, call, name, by);
}

/* Bytes of a text that is there as it is; NAN: not known. */
static double length_of(const struct qn_json_node *node)
{
    const struct qn_json_node *text = guard_field(guard_is(guard_bare(node), "A_Const"), "sval");

    return text != NULL ? (double)strlen(qn_json_text(text, "sval")) : NAN;
}

/* A long text in the place of each short one. A few bytes more each are what everybody does. */
static bool replaces(struct guard_run *run, const struct qn_json_node *call, const char *name)
{
    const bool pattern = strcmp(name, "regexp_replace") == 0;
    const double from = pattern ? 1 : length_of(argument(call, 1));
    const double to = length_of(argument(call, 2));

    return grow(run, call, name,
                isnan(to) ? REPLACE_UNKNOWN : to / fmax(isnan(from) ? 1 : from, 1) / REPLACE_FEW);
}

/* Rows or elements become one value, with a text between them. */
static bool gather(struct guard_run *run, const struct qn_json_node *call, const char *name)
{
    const double between = length_of(argument(call, strcmp(name, "concat_ws") == 0 ? 0 : 1));

    run->gathers = true;
    return grow(run, call, name, between > BETWEEN_FEW ? between : 1);
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

bool guard_size_array(struct guard_run *run, const struct qn_json_node *link)
{
    run->gathers = true;
    return grow(run, link, "ARRAY", 1);
}

bool guard_size_call(struct guard_run *run, const char *name, const struct qn_json_node *call)
{
    const bool repeats = strcmp(name, "repeat") == 0;

    if (strcmp(name, "format") == 0) {
        return format(run, call);
    }
    if (strcmp(name, "replace") == 0 || strcmp(name, "regexp_replace") == 0) {
        return replaces(run, call, name);
    }
    if (strcmp(name, "concat_ws") == 0 || strcmp(name, "array_to_string") == 0 ||
        strstr(name, "_agg") != NULL) {
        return gather(run, call, name);
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
