#include "guard_bound.h"

#include "guard_run.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY  86400.0
#define YEAR (366 * DAY)

/* What is assumed of now and of data, in seconds from the epoch: 2024-2036 and 1970-2060. */
#define NOW_LO  (54 * 365.2425 * DAY)
#define NOW_HI  (66 * 365.2425 * DAY)
#define DATA_LO 0.0
#define DATA_HI (90 * 365.2425 * DAY)

static const struct guard_bound none = {.kind = GUARD_BOUND_NONE};

static struct guard_bound of(enum guard_bound_kind kind, double lo, double hi)
{
    return (struct guard_bound){.kind = kind, .lo = lo, .hi = hi};
}

struct guard_bound guard_bound_data(void)
{
    return (struct guard_bound){.kind = GUARD_BOUND_TIME, .anchor = GUARD_ANCHOR_DATA};
}

static struct guard_bound to_epoch(struct guard_bound bound)
{
    const bool now = bound.anchor == GUARD_ANCHOR_NOW;

    if (bound.kind == GUARD_BOUND_TIME && bound.anchor != GUARD_ANCHOR_EPOCH) {
        bound.lo += now ? NOW_LO : DATA_LO;
        bound.hi += now ? NOW_HI : DATA_HI;
        bound.anchor = GUARD_ANCHOR_EPOCH;
    }
    return bound;
}

struct guard_bound guard_bound_as(struct guard_bound bound, enum guard_bound_kind kind)
{
    char *end;
    double number;

    if (bound.kind != GUARD_BOUND_TEXT) {
        return bound.kind == kind ? bound : none;
    }
    if (kind == GUARD_BOUND_TIME) {
        return guard_bound_time(bound.text);
    }
    if (kind == GUARD_BOUND_SPAN) {
        return guard_bound_span(bound.text);
    }
    number = strtod(bound.text, &end);
    return kind == GUARD_BOUND_NUMBER && *end == '\0' && end != bound.text
               ? of(GUARD_BOUND_NUMBER, number, number)
               : none;
}

struct guard_bound guard_bound_join(struct guard_bound a, struct guard_bound b)
{
    if (a.kind == GUARD_BOUND_TEXT && b.kind != GUARD_BOUND_TEXT) {
        a = guard_bound_as(a, b.kind);
    } else if (b.kind == GUARD_BOUND_TEXT && a.kind != GUARD_BOUND_TEXT) {
        b = guard_bound_as(b, a.kind);
    }
    if (a.kind != b.kind || a.kind == GUARD_BOUND_NONE || a.kind == GUARD_BOUND_TEXT) {
        return none;
    }
    if (a.anchor != b.anchor) {
        a = to_epoch(a);
        b = to_epoch(b);
    }
    a.lo = fmin(a.lo, b.lo);
    a.hi = fmax(a.hi, b.hi);
    return a;
}

double guard_bound_steps(struct guard_bound from, struct guard_bound to, struct guard_bound step)
{
    double steps;

    if (from.kind == GUARD_BOUND_TEXT) {
        from = guard_bound_as(from, to.kind == GUARD_BOUND_TEXT ? GUARD_BOUND_TIME : to.kind);
    }
    to = guard_bound_as(to, from.kind);
    step =
        guard_bound_as(step, from.kind == GUARD_BOUND_TIME ? GUARD_BOUND_SPAN : GUARD_BOUND_NUMBER);
    if (from.kind == GUARD_BOUND_NONE || to.kind != from.kind || step.kind == GUARD_BOUND_NONE) {
        return -1;
    }
    /* two times of the data are not the same time */
    if (from.anchor != to.anchor || from.anchor == GUARD_ANCHOR_DATA) {
        from = to_epoch(from);
        to = to_epoch(to);
    }
    if (step.lo > 0) {
        steps = (to.hi - from.lo) / step.lo;
    } else if (step.hi < 0) {
        steps = (from.hi - to.lo) / -step.hi;
    } else {
        return -1;
    }
    return isfinite(steps) ? fmax(steps, 0) + 1 : -1;
}

/* ---- calls ---- */

static bool is_word(const char *word, const char *among)
{
    const size_t len = strlen(word);
    const char *at = len > 0 ? strstr(among, word) : NULL;

    while (at != NULL && !((at == among || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))) {
        at = strstr(at + 1, word);
    }
    return at != NULL;
}

static struct guard_bound all_of(const struct guard_run *run, const struct guard_scope *scope,
                                 const struct qn_json_node *list)
{
    const struct qn_json_node *at = list != NULL ? list->first : NULL;
    struct guard_bound bound = at != NULL ? guard_bound_of(run, scope, at) : none;

    for (at = at != NULL ? at->next : NULL; at != NULL; at = at->next) {
        bound = guard_bound_join(bound, guard_bound_of(run, scope, at));
    }
    return bound;
}

static struct guard_bound widened(struct guard_bound bound, double down, double up)
{
    bound = bound.kind == GUARD_BOUND_TEXT ? guard_bound_as(bound, GUARD_BOUND_TIME) : bound;
    if (bound.kind == GUARD_BOUND_TIME) {
        bound.lo -= down;
        bound.hi += up;
        return bound;
    }
    return none;
}

static double days_of(double year, double month, double day)
{
    return ((year - 1970) * 365.2425 + (month - 1) * 30.44 + day - 1) * DAY;
}

static struct guard_bound made_date(const struct guard_run *run, const struct qn_json_node *args)
{
    double parts[3] = {0};
    size_t i;

    for (i = 0; i < 3; i++) {
        struct guard_bound bound = guard_bound_of(run, NULL, args);

        if (args == NULL || bound.kind != GUARD_BOUND_NUMBER) {
            return none;
        }
        parts[i] = bound.hi;
        args = args->next;
    }
    return of(GUARD_BOUND_TIME, days_of(parts[0], parts[1], parts[2]) - 3 * DAY,
              days_of(parts[0], parts[1], parts[2]) + 3 * DAY);
}

static struct guard_bound unit_seconds(const char *unit);

static struct guard_bound truncated(const struct guard_run *run, const struct guard_scope *scope,
                                    const struct qn_json_node *args)
{
    const struct qn_json_node *unit = guard_is(guard_bare(args), "A_Const");
    const double seconds = unit_seconds(qn_json_text(guard_field(unit, "sval"), "sval")).hi;

    return widened(guard_bound_of(run, scope, args->next), seconds > 0 ? seconds * 1.02 : YEAR, 0);
}

static struct guard_bound call(const struct guard_run *run, const struct guard_scope *scope,
                               const struct qn_json_node *node)
{
    const char *name = guard_last_name(guard_field(node, "funcname"), NULL);
    const struct qn_json_node *args = guard_field(node, "args");
    const struct qn_json_node *first = args != NULL ? args->first : NULL;

    if (is_word(name, "now transaction_timestamp statement_timestamp clock_timestamp")) {
        return (struct guard_bound){.kind = GUARD_BOUND_TIME, .anchor = GUARD_ANCHOR_NOW};
    }
    if (first == NULL) {
        return none;
    }
    if (is_word(name, "min max first_value last_value")) {
        return guard_bound_of(run, scope, first);
    }
    if (is_word(name, "date timestamp timestamptz")) {
        return widened(guard_bound_of(run, scope, first), DAY, 0);
    }
    if (strcmp(name, "date_trunc") == 0) {
        return truncated(run, scope, first);
    }
    if (strcmp(name, "timezone") == 0) {
        return widened(guard_bound_of(run, scope, first->next), DAY, DAY);
    }
    if (strcmp(name, "make_date") == 0) {
        return made_date(run, first);
    }
    if (strcmp(name, "generate_series") == 0 && first->next != NULL) {
        return guard_bound_join(guard_bound_of(run, scope, first),
                                guard_bound_of(run, scope, first->next));
    }
    return none;
}

/* ---- operators ---- */

static struct guard_bound shift(struct guard_bound a, struct guard_bound b, double sign)
{
    a.lo += sign > 0 ? b.lo : -b.hi;
    a.hi += sign > 0 ? b.hi : -b.lo;
    return a;
}

static struct guard_bound add(struct guard_bound a, struct guard_bound b, double sign)
{
    if (a.kind == GUARD_BOUND_TIME && b.kind == GUARD_BOUND_TEXT) {
        b = guard_bound_as(b, GUARD_BOUND_SPAN);
    }
    if (a.kind == GUARD_BOUND_TIME && b.kind == GUARD_BOUND_NUMBER) { /* of a date: days */
        b.lo *= DAY;
        b.hi *= DAY;
        return shift(a, b, sign);
    }
    if (a.kind == GUARD_BOUND_SPAN && b.kind == GUARD_BOUND_TIME && sign > 0) {
        return shift(b, a, sign);
    }
    if ((a.kind == GUARD_BOUND_TIME && b.kind == GUARD_BOUND_SPAN) ||
        (a.kind == b.kind && (a.kind == GUARD_BOUND_NUMBER || a.kind == GUARD_BOUND_SPAN))) {
        return shift(a, b, sign);
    }
    return none;
}

static struct guard_bound times(struct guard_bound a, struct guard_bound b)
{
    const double all[4] = {a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi};
    enum guard_bound_kind kind = a.kind == GUARD_BOUND_SPAN ? a.kind : b.kind;

    if (!((a.kind == GUARD_BOUND_NUMBER || b.kind == GUARD_BOUND_NUMBER) &&
          (kind == GUARD_BOUND_SPAN || (a.kind == b.kind && kind == GUARD_BOUND_NUMBER)))) {
        return none;
    }
    return of(kind, fmin(fmin(all[0], all[1]), fmin(all[2], all[3])),
              fmax(fmax(all[0], all[1]), fmax(all[2], all[3])));
}

static struct guard_bound expression(const struct guard_run *run, const struct guard_scope *scope,
                                     const struct qn_json_node *node)
{
    const char *name = guard_last_name(guard_field(node, "name"), NULL);
    const struct qn_json_node *left = guard_field(node, "lexpr");
    struct guard_bound a, b;

    if (strcmp(qn_json_text(node, "kind"), "AEXPR_OP") != 0 || !is_word(name, "+ - *")) {
        return none;
    }
    a = left != NULL ? guard_bound_of(run, scope, left) : of(GUARD_BOUND_NUMBER, 0, 0);
    b = guard_bound_of(run, scope, guard_field(node, "rexpr"));
    if (left == NULL && b.kind == GUARD_BOUND_SPAN) {
        a.kind = GUARD_BOUND_SPAN;
    }
    return name[0] == '*' ? times(a, b) : add(a, b, name[0] == '+' ? 1 : -1);
}

/* ---- literals, casts, names ---- */

/* libpg_query leaves out the value of 0, and of every negative number too: the text tells. */
static struct guard_bound unwritten(const struct guard_run *run, const struct qn_json_node *node)
{
    const int position = guard_position(node);
    const char *at = run->sql + position;
    double number;

    if (position <= 0 || (size_t)position >= strlen(run->sql)) {
        return none;
    }
    if (*at == '0') {
        return of(GUARD_BOUND_NUMBER, 0, 0);
    }
    at += *at == '-' ? 1 : 0;
    at += strspn(at, " ");
    number = -strtod(at, NULL);
    return at > run->sql + position && isdigit((unsigned char)*at)
               ? of(GUARD_BOUND_NUMBER, number, number)
               : none;
}

static struct guard_bound literal(const struct guard_run *run, const struct qn_json_node *node)
{
    const struct qn_json_node *whole = guard_field(node, "ival"), *text = guard_field(node, "sval");
    const struct qn_json_node *broken = guard_field(node, "fval");
    double number = 0;

    if (text != NULL) {
        return (struct guard_bound){.kind = GUARD_BOUND_TEXT, .text = qn_json_text(text, "sval")};
    }
    if (whole != NULL && guard_field(whole, "ival") == NULL) {
        return unwritten(run, node);
    }
    if (whole == NULL && broken == NULL) {
        return none;
    }
    number =
        strtod(whole != NULL ? qn_json_text(whole, "ival") : qn_json_text(broken, "fval"), NULL);
    return of(GUARD_BOUND_NUMBER, number, number);
}

/* interval '3' day: the unit is in the type. */
static struct guard_bound with_unit(const struct guard_run *run, struct guard_bound text,
                                    const struct qn_json_node *type)
{
    static const struct {
        int mask;
        const char *word;
    } units[] = {{4, "year"},    {2, "month"},     {8, "day"},
                 {1024, "hour"}, {2048, "minute"}, {4096, "second"}};
    const struct qn_json_node *typmods = guard_field(type, "typmods");
    const struct qn_json_node *mask = typmods != NULL ? guard_is(typmods->first, "A_Const") : NULL;
    struct guard_bound number = guard_bound_as(text, GUARD_BOUND_NUMBER);
    size_t i;

    for (i = 0; mask != NULL && i < sizeof(units) / sizeof(units[0]); i++) {
        if (literal(run, mask).lo == units[i].mask && number.kind == GUARD_BOUND_NUMBER) {
            return times(number, unit_seconds(units[i].word));
        }
    }
    return mask != NULL ? none : guard_bound_as(text, GUARD_BOUND_SPAN);
}

static struct guard_bound cast(const struct guard_run *run, const struct guard_scope *scope,
                               const struct qn_json_node *node)
{
    const struct qn_json_node *type = guard_field(node, "typeName");
    const char *name = guard_last_name(guard_field(type, "names"), NULL);
    struct guard_bound bound = guard_bound_of(run, scope, guard_field(node, "arg"));

    if (guard_field(type, "arrayBounds") != NULL) {
        return none;
    }
    if (is_word(name, "date timestamp timestamptz")) {
        return widened(bound, strcmp(name, "date") == 0 ? DAY : 0, 0);
    }
    if (strcmp(name, "interval") == 0) {
        return bound.kind == GUARD_BOUND_TEXT ? with_unit(run, bound, type)
                                              : guard_bound_as(bound, GUARD_BOUND_SPAN);
    }
    if (is_word(name, "int2 int4 int8 numeric float4 float8")) {
        return guard_bound_as(bound, GUARD_BOUND_NUMBER);
    }
    return is_word(name, "text varchar") && bound.kind == GUARD_BOUND_TEXT ? bound : none;
}

static struct guard_bound of_select(const struct guard_run *run, const struct qn_json_node *link)
{
    const struct qn_json_node *select = guard_is(guard_field(link, "subselect"), "SelectStmt");
    const struct guard_kept *kept = run->kept;

    if (strcmp(qn_json_text(link, "subLinkType"), "EXPR_SUBLINK") != 0) {
        return none;
    }
    while (kept != NULL && kept->select != select) {
        kept = kept->next;
    }
    return kept != NULL && kept->columns.n == 1 ? kept->columns.items[0].bound : none;
}

static struct guard_bound value_function(const struct qn_json_node *node)
{
    const char *op = qn_json_text(node, "op");
    const bool day = strcmp(op, "SVFOP_CURRENT_DATE") == 0;

    if (!day && strstr(op, "TIMESTAMP") == NULL) {
        return none;
    }
    return (struct guard_bound){
        .kind = GUARD_BOUND_TIME, .anchor = GUARD_ANCHOR_NOW, .lo = day ? -DAY : 0, .hi = 0};
}

struct guard_bound guard_bound_of(const struct guard_run *run, const struct guard_scope *scope,
                                  const struct qn_json_node *node)
{
    const struct qn_json_node *inner = guard_tagged(node);
    const struct guard_column *column;
    const char *tag = inner != NULL ? inner->key : "";

    if (strcmp(tag, "A_Const") == 0) {
        return literal(run, inner);
    }
    if (strcmp(tag, "TypeCast") == 0) {
        return cast(run, scope, inner);
    }
    if (strcmp(tag, "A_Expr") == 0) {
        return expression(run, scope, inner);
    }
    if (strcmp(tag, "FuncCall") == 0) {
        return call(run, scope, inner);
    }
    if (strcmp(tag, "CoalesceExpr") == 0 || strcmp(tag, "MinMaxExpr") == 0) {
        return all_of(run, scope, guard_field(inner, "args"));
    }
    if (strcmp(tag, "SQLValueFunction") == 0) {
        return value_function(inner);
    }
    if (strcmp(tag, "SubLink") == 0) {
        return of_select(run, inner);
    }
    column = strcmp(tag, "ColumnRef") == 0 && scope != NULL ? guard_look(scope, inner) : NULL;
    return column != NULL ? column->bound : none;
}

/* ---- texts ---- */

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static struct guard_bound unit_seconds(const char *unit)
{
    static const struct {
        const char *words;
        double least, most;
    } units[] = {
        {"microsecond microseconds us usec", 1e-6, 1e-6},
        {"millisecond milliseconds ms msec", 1e-3, 1e-3},
        {"second seconds sec secs s", 1, 1},
        {"minute minutes min mins m", 60, 60},
        {"hour hours hr hrs h", 3600, 3600},
        {"day days d", DAY, DAY},
        {"week weeks w", 7 * DAY, 7 * DAY},
        {"month months mon mons", 28 * DAY, 31 * DAY},
        {"quarter quarters qtr", 89 * DAY, 92 * DAY},
        {"year years yr yrs y", 365 * DAY, 366 * DAY},
        {"decade decades", 3650 * DAY, 3653 * DAY},
        {"century centuries", 36500 * DAY, 36525 * DAY},
    };
    char word[16] = "";
    size_t i;

    for (i = 0; i < sizeof(word) - 1 && unit[i] != '\0'; i++) {
        word[i] = small(unit[i]);
    }
    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (is_word(word, units[i].words)) {
            return of(GUARD_BOUND_SPAN, units[i].least, units[i].most);
        }
    }
    return none;
}

/* "04:00:30", "04:00", and "01:30.5", which is of minutes: behind the number first. */
static double of_clock(double first, const char **at)
{
    double parts[3] = {fabs(first), 0, 0};
    bool broken = false;
    size_t i;

    for (i = 1; i < 3 && **at == ':'; i++) {
        const char *from = ++*at;

        parts[i] = strtod(from, NULL);
        *at += strspn(from, ".0123456789");
        broken = memchr(from, '.', (size_t)(*at - from)) != NULL;
    }
    return (signbit(first) ? -1 : 1) * (i == 2 && broken
                                            ? parts[0] * 60 + parts[1]
                                            : parts[0] * 3600 + parts[1] * 60 + parts[2]);
}

/* The word behind a number: how many seconds it stands for. */
static struct guard_bound of_unit(const char **at)
{
    char word[16] = "";
    size_t len = 0;

    *at += strspn(*at, " ");
    while (isalpha((unsigned char)**at) && len < sizeof(word) - 1) {
        word[len++] = *(*at)++;
    }
    return unit_seconds(word);
}

/* What its parts have of it is added up: a month and -29 days may be nothing at all. */
struct guard_bound guard_bound_span(const char *text)
{
    struct guard_bound sum = of(GUARD_BOUND_SPAN, 0, 0), part;

    text += strspn(text, " @");
    if (*text == '\0') {
        return none;
    }
    while (*text != '\0') {
        char *end;
        const double number = strtod(text, &end);

        if (end == text || !isfinite(number)) {
            return none;
        }
        text = end;
        if (*text == ':') {
            const double seconds = of_clock(number, &text);

            part = of(GUARD_BOUND_SPAN, seconds, seconds);
        } else {
            part = times(of_unit(&text), of(GUARD_BOUND_NUMBER, number, number));
        }
        if (part.kind != GUARD_BOUND_SPAN) {
            return none;
        }
        sum = shift(sum, part, 1);
        text += strspn(text, " ,");
    }
    return sum;
}

struct guard_bound guard_bound_time(const char *text)
{
    double parts[3];
    double at;
    size_t i;

    if (is_word(text, "now today yesterday tomorrow")) {
        return (struct guard_bound){
            .kind = GUARD_BOUND_TIME, .anchor = GUARD_ANCHOR_NOW, .lo = -2 * DAY, .hi = 2 * DAY};
    }
    text += strspn(text, " ");
    for (i = 0; i < 3; i++) {
        const size_t digits = strspn(text, "0123456789");

        if (i == 0 ? digits != 4 : digits == 0 || digits > 2) { /* 01-02-03 is many days */
            return none;
        }
        parts[i] = strtod(text, NULL);
        text += digits;
        if (i < 2 && *text++ != '-') {
            return none;
        }
    }
    if (strpbrk(text, "bB") != NULL || parts[1] > 12 || parts[2] > 31) {
        return none;
    }
    at = days_of(parts[0], parts[1], parts[2]);
    return of(GUARD_BOUND_TIME, at - 3 * DAY, at + 4 * DAY);
}
