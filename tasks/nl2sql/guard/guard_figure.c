/* The names of columns that nobody named, as PostgreSQL's FigureColname gives them. */
#include "guard_run.h"

#include <string.h>

/* How sure a name is: a better one of a part goes before. */
struct figured {
    const char *name;
    int strength; /* 0 none, 1 of a type or a CASE, 2 of a column or function */
};

static struct figured figure(const struct qn_json_node *node);

static struct figured fixed(const char *name)
{
    return (struct figured){name, 2};
}

static struct figured of_reference(const struct qn_json_node *list)
{
    const struct qn_json_node *at = list != NULL ? list->first : NULL;
    struct figured found = {"?column?", 0};

    for (; at != NULL; at = at->next) {
        if (guard_is(at, "String") != NULL) {
            found = fixed(guard_string(at));
        }
    }
    return found;
}

static struct figured of_link(const struct qn_json_node *link)
{
    const char *type = qn_json_text(link, "subLinkType");
    const struct qn_json_node *select = guard_is(guard_field(link, "subselect"), "SelectStmt");
    const struct qn_json_node *targets, *target;

    if (strcmp(type, "EXISTS_SUBLINK") == 0) {
        return fixed("exists");
    }
    if (strcmp(type, "ARRAY_SUBLINK") == 0) {
        return fixed("array");
    }
    if (strcmp(type, "EXPR_SUBLINK") != 0) {
        return (struct figured){"?column?", 0};
    }
    while (guard_field(select, "larg") != NULL) {
        select = guard_field(select, "larg");
    }
    if (guard_field(select, "valuesLists") != NULL) {
        return fixed("column1");
    }
    targets = guard_field(select, "targetList");
    target = targets != NULL ? guard_is(targets->first, "ResTarget") : NULL;
    if (guard_field(target, "name") != NULL) {
        return fixed(qn_json_text(target, "name"));
    }
    return figure(guard_field(target, "val"));
}

static struct figured of_cast(const struct qn_json_node *cast)
{
    struct figured inner = figure(guard_field(cast, "arg"));
    const struct qn_json_node *type = guard_field(cast, "typeName");

    return inner.strength > 1
               ? inner
               : (struct figured){guard_last_name(guard_field(type, "names"), NULL), 1};
}

static struct figured of_function(const struct qn_json_node *node)
{
    static const char *const names[][2] = {
        {"SVFOP_CURRENT_DATE", "current_date"},
        {"SVFOP_CURRENT_TIMESTAMP", "current_timestamp"},
        {"SVFOP_CURRENT_TIMESTAMP_N", "current_timestamp"},
        {"SVFOP_CURRENT_TIME", "current_time"},
        {"SVFOP_CURRENT_TIME_N", "current_time"},
        {"SVFOP_LOCALTIME", "localtime"},
        {"SVFOP_LOCALTIME_N", "localtime"},
        {"SVFOP_LOCALTIMESTAMP", "localtimestamp"},
        {"SVFOP_LOCALTIMESTAMP_N", "localtimestamp"},
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(qn_json_text(node, "op"), names[i][0]) == 0) {
            return fixed(names[i][1]);
        }
    }
    return (struct figured){"?column?", 0};
}

static struct figured of_case(const struct qn_json_node *node)
{
    struct figured inner = figure(guard_field(node, "defresult"));

    return inner.strength > 1 ? inner : (struct figured){"case", 1};
}

static struct figured of_indirection(const struct qn_json_node *node)
{
    struct figured step = of_reference(guard_field(node, "indirection"));

    return step.strength > 0 ? step : figure(guard_field(node, "arg"));
}

static struct figured figure(const struct qn_json_node *node)
{
    static const char *const words[][2] = {
        {"CoalesceExpr", "coalesce"},
        {"GroupingFunc", "grouping"},
        {"A_ArrayExpr", "array"},
        {"RowExpr", "row"},
    };
    const struct qn_json_node *inner = guard_tagged(node);
    const char *tag = inner != NULL ? inner->key : "";
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(tag, words[i][0]) == 0) {
            return fixed(words[i][1]);
        }
    }
    if (strcmp(tag, "ColumnRef") == 0) {
        return of_reference(guard_field(inner, "fields"));
    }
    if (strcmp(tag, "FuncCall") == 0) {
        return fixed(guard_last_name(guard_field(inner, "funcname"), NULL));
    }
    if (strcmp(tag, "TypeCast") == 0) {
        return of_cast(inner);
    }
    if (strcmp(tag, "CaseExpr") == 0) {
        return of_case(inner);
    }
    if (strcmp(tag, "SubLink") == 0) {
        return of_link(inner);
    }
    if (strcmp(tag, "A_Indirection") == 0) {
        return of_indirection(inner);
    }
    if (strcmp(tag, "CollateClause") == 0) {
        return figure(guard_field(inner, "arg"));
    }
    if (strcmp(tag, "MinMaxExpr") == 0) {
        return fixed(strcmp(qn_json_text(inner, "op"), "IS_LEAST") == 0 ? "least" : "greatest");
    }
    if (strcmp(tag, "SQLValueFunction") == 0) {
        return of_function(inner);
    }
    if (strcmp(tag, "A_Expr") == 0 && strcmp(qn_json_text(inner, "kind"), "AEXPR_NULLIF") == 0) {
        return fixed("nullif");
    }
    return (struct figured){"?column?", 0};
}

const char *guard_figure(const struct qn_json_node *value)
{
    return figure(value).name;
}
