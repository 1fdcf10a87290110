#include "guard.h"

#include "common/mem.h"
#include "common/str.h"
#include "common/utf8.h"
#include "guard_comments.h"
#include "guard_run.h"
#include <pg_query.h>
#include <string.h>

#define ARENA_MAX  ((size_t)32 * 1024 * 1024) /* of one statement */
#define MODEL_MAX  ((size_t)64 * 1024 * 1024)
#define LEVELS_MAX ((size_t)GUARD_DEPTH_MAX * 4 + 40) /* of the JSON: a node is up to four */

const char *const guard_class_names[GUARD_CLASSES] = {
    "allowed", "input",    "syntax",   "statement", "node", "relation", "column",
    "hidden",  "function", "operator", "type",      "size", "cost",
};

/* ---- the model ---- */

static bool is_time(const struct qn_model_column *column)
{
    return column->family == QN_FAMILY_DATE || column->family == QN_FAMILY_TIMESTAMP;
}

static void add_base(struct guard *guard, struct guard_base *base,
                     const struct qn_model_table *table)
{
    struct guard_column *items =
        qn_arena_alloc(&guard->arena, table->n_columns + 1, sizeof(*items));
    size_t i;

    for (i = 0; items != NULL && i < table->n_columns; i++) {
        items[i] = (struct guard_column){.name = table->columns[i].name,
                                         .base = base,
                                         .place = i,
                                         .weight = 1,
                                         .hidden = table->columns[i].hidden};
        base->hidden |= table->columns[i].hidden;
        if (is_time(&table->columns[i])) {
            items[i].bound = guard_bound_data();
        }
    }
    base->table = table;
    base->columns = (struct guard_columns){items, items != NULL ? table->n_columns : 0};
}

int guard_create(struct guard **ret, const struct qn_model *model, struct qn_err *reterr)
{
    struct guard *guard = qn_zalloc(1, sizeof(*guard));
    size_t i;
    int rc;

    *ret = NULL;
    if (guard == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for the guard");
    }
    qn_arena_init(&guard->arena, MODEL_MAX);
    guard->model = model;
    guard->bases = qn_arena_alloc(&guard->arena, model->n_tables + 1, sizeof(*guard->bases));
    for (i = 0; guard->bases != NULL && i < model->n_tables; i++) {
        add_base(guard, &guard->bases[i], &model->tables[i]);
    }
    rc = qn_arena_status(&guard->arena, "the guard's columns", reterr);
    if (rc != QN_OK) {
        guard_free(guard);
        return rc;
    }
    *ret = guard;
    return QN_OK;
}

void guard_free(struct guard *guard)
{
    if (guard != NULL) {
        qn_arena_release(&guard->arena);
        qn_free(guard);
    }
}

/* ---- one statement ---- */

static bool bytes(struct guard_run *run, struct qn_span sql)
{
    if (sql.len > GUARD_SQL_MAX) {
        return guard_refuse(run, GUARD_INPUT, -1, "", "longer than %zu bytes", GUARD_SQL_MAX);
    }
    if (memchr(sql.data, '\0', sql.len) != NULL) {
        return guard_refuse(run, GUARD_INPUT, -1, "", "a NUL byte");
    }
    if (!qn_utf8_valid(sql.data, sql.len)) {
        return guard_refuse(run, GUARD_INPUT, -1, "", "not UTF-8");
    }
    return true;
}

/* The statement of the tree, when there is one. */
static const struct qn_json_node *statement(struct guard_run *run, const struct qn_json_node *root)
{
    const struct qn_json_node *list = guard_field(root, "stmts");
    const size_t n = guard_count(list);
    const struct qn_json_node *stmt = n == 1 ? guard_field(list->first, "stmt") : NULL;
    const struct qn_json_node *inner = guard_tagged(stmt);
    const char *tag = inner != NULL ? inner->key : "";

    if (n != 1 || inner == NULL) {
        guard_refuse(run, GUARD_STATEMENT, -1, "",
                     n == 0 ? "there is no statement" : "more than one statement");
        return NULL;
    }
    if (strcmp(tag, "SelectStmt") != 0) {
        guard_refuse(run, GUARD_STATEMENT, 0, tag, "only a SELECT may be asked, not a %s", tag);
        return NULL;
    }
    return stmt;
}

static int walk(struct guard_run *run, const char *json, struct qn_err *reterr)
{
    const struct qn_json_node *stmt;
    struct qn_json_node *root;
    int rc =
        qn_json_tree(&root, (struct qn_span){json, strlen(json)}, LEVELS_MAX, run->arena, reterr);

    if (rc == QN_ELIMIT) {
        guard_refuse(run, GUARD_SIZE, -1, "", "nested too deep, or too much of it");
        return QN_OK;
    }
    if (rc != QN_OK) {
        return rc;
    }
    stmt = statement(run, root);
    if (stmt != NULL && guard_form(run, stmt)) {
        guard_select(run, NULL, NULL, guard_is(stmt, "SelectStmt"), NULL, NULL);
    }
    if (run->arena->status == QN_ELIMIT) {
        run->verdict->class = GUARD_ALLOWED;
        guard_refuse(run, GUARD_SIZE, -1, "", "too large to look at");
        return QN_OK;
    }
    return qn_arena_status(run->arena, "the guard", reterr);
}

/* A text that is refused is read once more without its comments. */
static PgQueryParseResult read_text(struct guard_run *run)
{
    PgQueryParseResult parsed = pg_query_parse(run->sql);
    const char *bare = parsed.error != NULL ? guard_without_comments(run->sql, run->arena) : NULL;

    if (bare != NULL) {
        pg_query_free_parse_result(parsed);
        run->sql = bare;
        parsed = pg_query_parse(bare);
    }
    return parsed;
}

/* cursor counts characters, from 1. */
static int byte_of(const char *sql, int cursor)
{
    const size_t len = strlen(sql);
    size_t at = 0;

    for (; cursor > 1 && at < len; cursor--) {
        at += qn_utf8_char(sql + at, len - at);
    }
    return cursor > 0 ? (int)at : -1;
}

static int parse(struct guard_run *run, struct qn_err *reterr)
{
    PgQueryParseResult parsed = read_text(run);
    int rc = qn_arena_status(run->arena, "the statement", reterr);

    if (rc == QN_OK && parsed.error != NULL) {
        guard_refuse(run, GUARD_SYNTAX, byte_of(run->sql, parsed.error->cursorpos), "", "%s",
                     parsed.error->message);
    } else if (rc == QN_OK) {
        rc = walk(run, parsed.parse_tree, reterr);
    }
    pg_query_free_parse_result(parsed);
    return rc;
}

int guard_check(const struct guard *guard, struct qn_span sql, struct guard_verdict *ret,
                struct qn_buf *uses, struct qn_err *reterr)
{
    struct qn_arena arena;
    struct guard_run run = {.guard = guard,
                            .verdict = ret,
                            .arena = &arena,
                            .series = 1,
                            .growth = 1,
                            .audit = uses != NULL};
    int rc = QN_OK;

    *ret = (struct guard_verdict){.class = GUARD_ALLOWED, .position = -1};
    qn_arena_init(&arena, ARENA_MAX);
    if (bytes(&run, sql)) {
        run.sql = qn_arena_text(&arena, sql.data, sql.len);
        rc = qn_arena_status(&arena, "the statement", reterr);
        rc = rc == QN_OK ? parse(&run, reterr) : rc;
    }
    if (rc == QN_OK && uses != NULL) {
        rc = guard_uses_to_json(&run, uses);
        rc = rc == QN_OK ? rc
                         : qn_fail(reterr, rc, "the names a statement uses: %s", qn_err_text(rc));
    }
    qn_arena_release(&arena);
    return rc;
}
