/* The first walk: everything in the tree must be on the list, whatever it means. */
#include "guard_lists.h"
#include "guard_run.h"

#include <ctype.h>
#include <string.h>

/* Fields of a node, and what they hold: '.' a value, '?' a node with its tag, '*' a list of such,
 * ':Tag' a node of that tag without it, '=A|B' one of these words. A field that is not here, and a
 * node that is not here, is refused: INTO, FOR UPDATE, $1, XML, another catalog and all that
 * later versions of the grammar have. */
struct form {
    const char *tag;
    const char *fields;
};

/* clang-format off */
static const struct form forms[] = {
    {"A_ArrayExpr", "elements* location."},
    {"A_Const", "ival:Integer fval:Float sval:String boolval:Boolean bsval:BitString isnull. location."},
    {"A_Expr", "kind=AEXPR_OP|AEXPR_OP_ANY|AEXPR_OP_ALL|AEXPR_DISTINCT|AEXPR_NOT_DISTINCT|AEXPR_NULLIF|"
               "AEXPR_IN|AEXPR_LIKE|AEXPR_ILIKE|AEXPR_SIMILAR|AEXPR_BETWEEN|AEXPR_NOT_BETWEEN|"
               "AEXPR_BETWEEN_SYM|AEXPR_NOT_BETWEEN_SYM| name* lexpr? rexpr? location."},
    {"A_Indices", "is_slice. lidx? uidx?"},
    {"A_Indirection", "arg? indirection*"},
    {"A_Star", ""},
    {"Alias", "aliasname. colnames*"},
    {"BitString", "bsval."},
    {"BoolExpr", "boolop. args* location."},
    {"Boolean", "boolval."},
    {"BooleanTest", "arg? booltesttype. location."},
    {"CTECycleClause", "cycle_col_list* cycle_mark_column. cycle_mark_value? cycle_mark_default? "
                       "cycle_path_column. location."},
    {"CTESearchClause", "search_col_list* search_breadth_first. search_seq_column. location."},
    {"CaseExpr", "arg? args* defresult? location."},
    {"CaseWhen", "expr? result? location."},
    {"CoalesceExpr", "args* location."},
    {"CollateClause", "arg? collname* location."},
    {"ColumnDef", "colname. typeName:TypeName is_local. location."},
    {"ColumnRef", "fields* location."},
    {"CommonTableExpr", "ctename. aliascolnames* ctematerialized. ctequery? "
                        "search_clause:CTESearchClause cycle_clause:CTECycleClause location."},
    {"Float", "fval."},
    {"FuncCall", "funcname* args* agg_order* agg_filter? over:WindowDef agg_within_group. agg_star. "
                 "agg_distinct. func_variadic. funcformat. location."},
    {"GroupingFunc", "args* location."},
    {"GroupingSet", "kind. content* location."},
    {"Integer", "ival."},
    {"JoinExpr", "jointype=JOIN_INNER|JOIN_LEFT|JOIN_FULL|JOIN_RIGHT| isNatural. larg? rarg? "
                 "usingClause* join_using_alias:Alias quals? alias:Alias"},
    {"List", "items*"},
    {"MinMaxExpr", "op. args* location."},
    {"NamedArgExpr", "arg? name. argnumber. location."},
    {"NullTest", "arg? nulltesttype. location."},
    {"RangeFunction", "lateral. ordinality. is_rowsfrom. functions* alias:Alias coldeflist*"},
    {"RangeSubselect", "lateral. subquery? alias:Alias"},
    {"RangeTableSample", "relation? method* args* repeatable? location."},
    {"RangeVar", "schemaname. relname. inh. relpersistence=p| alias:Alias location."},
    {"ResTarget", "name. val? location."},
    {"RowExpr", "args* row_format. location."},
    {"SQLValueFunction", "op=SVFOP_CURRENT_DATE|SVFOP_CURRENT_TIME|SVFOP_CURRENT_TIME_N|"
                         "SVFOP_CURRENT_TIMESTAMP|SVFOP_CURRENT_TIMESTAMP_N|SVFOP_LOCALTIME|"
                         "SVFOP_LOCALTIME_N|SVFOP_LOCALTIMESTAMP|SVFOP_LOCALTIMESTAMP_N| typmod. "
                         "location."},
    {"SelectStmt", "distinctClause* targetList* fromClause* whereClause? groupClause* groupDistinct. "
                   "havingClause? windowClause* valuesLists* sortClause* limitOffset? limitCount? "
                   "limitOption. withClause:WithClause op. all. larg:SelectStmt rarg:SelectStmt"},
    {"SortBy", "node? sortby_dir. sortby_nulls. useOp* location."},
    {"String", "sval."},
    {"SubLink", "subLinkType=EXISTS_SUBLINK|ALL_SUBLINK|ANY_SUBLINK|EXPR_SUBLINK|ARRAY_SUBLINK| "
                "testexpr? operName* subselect? location."},
    {"TypeCast", "arg? typeName:TypeName location."},
    {"TypeName", "names* typmods* typemod. arrayBounds* location."},
    {"WindowDef", "name. refname. partitionClause* orderClause* frameOptions. startOffset? "
                  "endOffset? location."},
    {"WithClause", "ctes* recursive. location."},
};
/* clang-format on */

/* What people know by another name. */
static const struct form meanings[] = {
    {"intoClause", "INTO makes a table"},
    {"lockingClause", "FOR UPDATE and the like take locks"},
    {"catalogname", "a table of another database"},
    {"ParamRef", "a parameter ($1)"},
    {"XmlExpr", "XML"},
    {"XmlSerialize", "XML"},
    {"RangeTableFunc", "XMLTABLE"},
    {"SQLValueFunction", "the name of a user or of a schema"},
};

struct walk {
    struct guard_run *run;
    size_t depth;
    int position; /* of the nearest node that has one */
};

static bool object(struct walk *walk, const char *tag, const struct qn_json_node *node);

static const struct form *find(const char *tag)
{
    size_t low = 0, high = sizeof(forms) / sizeof(forms[0]);

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(tag, forms[middle].tag);

        if (order == 0) {
            return &forms[middle];
        }
        low = order > 0 ? middle + 1 : low;
        high = order < 0 ? middle : high;
    }
    return NULL;
}

/* What stands behind the field's name; NULL when it is not there. */
static const char *rule_of(const struct form *form, const char *field)
{
    const size_t len = strlen(field);
    const char *at = form->fields;

    while (*at != '\0') {
        if (strncmp(at, field, len) == 0 && strchr(".?*:=", at[len]) != NULL && at[len] != '\0') {
            return at + len;
        }
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    return NULL;
}

static bool refuse_form(struct walk *walk, const char *what)
{
    size_t i;

    for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (strcmp(meanings[i].tag, what) == 0) {
            return guard_refuse(walk->run, GUARD_NODE, walk->position, what, "not allowed: %s",
                                meanings[i].fields);
        }
    }
    if (strlen(what) > 4 && strcmp(what + strlen(what) - 4, "Stmt") == 0) {
        return guard_refuse(walk->run, GUARD_STATEMENT, walk->position, what,
                            "only a SELECT may be here, not a %.*s", (int)strlen(what) - 4, what);
    }
    return guard_refuse(walk->run, GUARD_NODE, walk->position, what,
                        "this form of SQL is not allowed (%s)", what);
}

static bool tagged(struct walk *walk, const struct qn_json_node *node)
{
    const struct qn_json_node *inner = guard_tagged(node);

    if (inner == NULL || inner->next != NULL) {
        return inner == NULL ? node->type == QN_JSON_OBJECT || refuse_form(walk, "value")
                             : refuse_form(walk, inner->next->key);
    }
    return object(walk, inner->key, inner);
}

static bool list(struct walk *walk, const struct qn_json_node *node)
{
    const struct qn_json_node *at;

    if (node->type != QN_JSON_ARRAY) {
        return refuse_form(walk, node->key);
    }
    for (at = node->first; at != NULL; at = at->next) {
        if (!tagged(walk, at)) {
            return false;
        }
    }
    return true;
}

/* choices: "=A|B|C| ..." */
static bool is_choice(const char *choices, const char *word)
{
    const size_t len = strlen(word);

    for (choices++; *choices != ' ' && *choices != '\0'; choices++) {
        const size_t here = strcspn(choices, "| ");

        if (here == len && memcmp(choices, word, len) == 0) {
            return true;
        }
        choices += here;
        if (*choices != '|') {
            break;
        }
    }
    return false;
}

static bool field(struct walk *walk, const char *rule, const struct qn_json_node *node)
{
    char tag[32] = "";

    switch (rule[0]) {
    case '.':
        return node->type != QN_JSON_OBJECT && node->type != QN_JSON_ARRAY
                   ? true
                   : refuse_form(walk, node->key);
    case '?':
        return tagged(walk, node);
    case '*':
        return list(walk, node);
    case '=':
        return node->type == QN_JSON_STRING && is_choice(rule, node->text)
                   ? true
                   : refuse_form(walk, node->text);
    default:
        memcpy(tag, rule + 1, strcspn(rule + 1, " "));
        return object(walk, tag, node);
    }
}

/* ---- names in the tree ---- */

static bool in_catalog(const struct qn_json_node *names, size_t n)
{
    return n == 1 || (n == 2 && strcmp(guard_string(names->first), "pg_catalog") == 0);
}

static bool function(struct walk *walk, const struct qn_json_node *call)
{
    const struct qn_json_node *names = guard_field(call, "funcname");
    size_t n;
    const char *name = guard_last_name(names, &n);

    if (!in_catalog(names, n) || !guard_listed(guard_functions, name)) {
        return guard_refuse(walk->run, GUARD_FUNCTION, walk->position, name,
                            "the function %s is not one of those that are allowed", name);
    }
    guard_use(walk->run, GUARD_USE_FUNCTION, name, "");
    return guard_size_call(walk->run, name, call);
}

static bool operator_named(struct walk *walk, const struct qn_json_node *names)
{
    size_t n;
    const char *name = guard_last_name(names, &n);

    if (names == NULL || (in_catalog(names, n) && guard_listed(guard_operators, name))) {
        return true;
    }
    return guard_refuse(walk->run, GUARD_OPERATOR, walk->position, name,
                        "the operator %s is not one of those that are allowed", name);
}

static bool is_between(const char *kind)
{
    return strstr(kind, "BETWEEN") != NULL;
}

/* type: as the catalogue writes it, with its schema or without. */
static bool is_type(const char *type, const char *schema, const char *name)
{
    const size_t len = strlen(schema);

    if (strcmp(schema, GUARD_SEARCH_PATH) == 0 && strcmp(type, name) == 0) {
        return true;
    }
    return strncmp(type, schema, len) == 0 && type[len] == '.' && strcmp(type + len + 1, name) == 0;
}

/* An enumeration that a column of the model has. */
static bool of_the_model(const struct guard *guard, const char *schema, const char *name)
{
    const struct qn_model *model = guard->model;
    size_t i, k;

    for (i = 0; i < model->n_tables; i++) {
        for (k = 0; k < model->tables[i].n_columns; k++) {
            const struct qn_model_column *column = &model->tables[i].columns[k];

            if (column->family == QN_FAMILY_ENUM && !column->hidden &&
                is_type(column->type, schema, name)) {
                return true;
            }
        }
    }
    return false;
}

static bool type(struct walk *walk, const struct qn_json_node *node)
{
    const struct qn_json_node *names = guard_field(node, "names");
    size_t n;
    const char *name = guard_last_name(names, &n);
    const char *schema = n == 2 ? guard_string(names->first) : GUARD_SEARCH_PATH;

    if (in_catalog(names, n) && guard_listed(guard_types, name)) {
        return true;
    }
    if (n <= 2 && strcmp(schema, "pg_catalog") != 0 &&
        of_the_model(walk->run->guard, schema, name)) {
        return true;
    }
    return guard_refuse(walk->run, GUARD_TYPE, walk->position, name,
                        "the type %s is not one of those that are allowed", name);
}

/* (jsonb_each(x)).key */
static bool is_pair(const struct qn_json_node *node, const char *name)
{
    const struct qn_json_node *call = guard_is(guard_field(node, "arg"), "FuncCall");
    const char *function_name = guard_last_name(guard_field(call, "funcname"), NULL);

    return strncmp(function_name, "json", 4) == 0 && strstr(function_name, "_each") != NULL &&
           (strcmp(name, "key") == 0 || strcmp(name, "value") == 0);
}

static bool indirection(struct walk *walk, const struct qn_json_node *node)
{
    const struct qn_json_node *steps = guard_field(node, "indirection");
    const struct qn_json_node *at = steps != NULL ? steps->first : NULL;

    for (; at != NULL; at = at->next) {
        if (guard_is(at, "A_Indices") == NULL && !is_pair(node, guard_string(at))) {
            return guard_refuse(walk->run, GUARD_COLUMN, walk->position, guard_string(at),
                                "a field of a value, (x).y, is not allowed");
        }
    }
    return true;
}

static bool sample(struct walk *walk, const struct qn_json_node *node)
{
    size_t n;
    const struct qn_json_node *method = guard_field(node, "method");
    const char *name = guard_last_name(method, &n);

    if (in_catalog(method, n) && (strcmp(name, "system") == 0 || strcmp(name, "bernoulli") == 0)) {
        return true;
    }
    return guard_refuse(walk->run, GUARD_FUNCTION, walk->position, name,
                        "TABLESAMPLE has SYSTEM and BERNOULLI");
}

static bool counted(struct walk *walk, size_t *count, size_t max, const char *what)
{
    if (++*count <= max) {
        return true;
    }
    return guard_refuse(walk->run, GUARD_SIZE, walk->position, "", "more than %zu %s", max, what);
}

static bool collation(struct walk *walk, const struct qn_json_node *node)
{
    const struct qn_json_node *names = guard_field(node, "collname");
    size_t n;
    const char *name = guard_last_name(names, &n);

    return in_catalog(names, n) ? true
                                : guard_refuse(walk->run, GUARD_NODE, walk->position, name,
                                               "a collation of another schema");
}

static bool special(struct walk *walk, const char *tag, const struct qn_json_node *node)
{
    struct guard_run *run = walk->run;

    if (strcmp(tag, "FuncCall") == 0) {
        return function(walk, node);
    }
    if (strcmp(tag, "A_Expr") == 0) {
        return is_between(qn_json_text(node, "kind")) ||
               operator_named(walk, guard_field(node, "name"));
    }
    if (strcmp(tag, "SubLink") == 0) {
        return operator_named(walk, guard_field(node, "operName")) &&
               (strcmp(qn_json_text(node, "subLinkType"), "ARRAY_SUBLINK") != 0 ||
                guard_size_array(run, node));
    }
    if (strcmp(tag, "SortBy") == 0) {
        return operator_named(walk, guard_field(node, "useOp"));
    }
    if (strcmp(tag, "TypeName") == 0) {
        return type(walk, node);
    }
    if (strcmp(tag, "A_Indirection") == 0) {
        return indirection(walk, node);
    }
    if (strcmp(tag, "RangeTableSample") == 0) {
        return sample(walk, node);
    }
    if (strcmp(tag, "CollateClause") == 0) {
        return collation(walk, node);
    }
    if (strcmp(tag, "RangeVar") == 0) {
        return counted(walk, &run->relations, GUARD_RELATIONS_MAX, "tables");
    }
    if (strcmp(tag, "SelectStmt") == 0) {
        return counted(walk, &run->selects, GUARD_SELECTS_MAX, "SELECTs");
    }
    return strcmp(tag, "CommonTableExpr") != 0 ||
           counted(walk, &run->ctes, GUARD_CTES_MAX, "names in WITH");
}

static bool members(struct walk *walk, const struct form *form, const struct qn_json_node *node)
{
    const struct qn_json_node *at;

    for (at = node->first; at != NULL; at = at->next) {
        const char *rule = rule_of(form, at->key);

        if (rule == NULL) {
            return refuse_form(walk, at->key);
        }
        if (!field(walk, rule, at)) {
            return false;
        }
    }
    return true;
}

static bool object(struct walk *walk, const char *tag, const struct qn_json_node *node)
{
    const struct form *form = find(tag);
    const struct qn_json_node *location = guard_field(node, "location");
    struct walk inner = *walk;

    if (form == NULL || node->type != QN_JSON_OBJECT) {
        return refuse_form(walk, tag);
    }
    if (location != NULL && guard_position(node) >= 0) {
        inner.position = guard_position(node);
    }
    if (++inner.depth > GUARD_DEPTH_MAX) {
        return guard_refuse(walk->run, GUARD_SIZE, inner.position, "", "nested more than %d deep",
                            GUARD_DEPTH_MAX);
    }
    return special(&inner, tag, node) && members(&inner, form, node);
}

bool guard_form(struct guard_run *run, const struct qn_json_node *statement)
{
    struct walk walk = {.run = run};

    return tagged(&walk, statement);
}
