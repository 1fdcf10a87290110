/* fuzz_expr.c - an expression of the model is anybody's text: what is taken of it stays one
 * expression of one SELECT. */
#include "fuzz.h"

#include "tasks/nl2sql/guard/guard.h"
#include "tasks/nl2sql/rules/sql_expr.h"
#include <string.h>

#define TEXT_MAX 2000

static const char text[] =
    "{\"format\":\"quern-model/1\",\"version\":0,\"state\":\"draft\",\"hash\":\"\","
    "\"datasource\":\"\",\"database\":\"d\",\"tables\":[{\"schema\":\"public\",\"name\":\"orders\","
    "\"kind\":\"table\",\"purpose\":\"other\",\"columns\":[{\"name\":\"id\",\"type\":\"int\","
    "\"family\":\"integer\",\"role\":\"key\"},{\"name\":\"status\",\"type\":\"text\","
    "\"family\":\"text\",\"role\":\"label\"},{\"name\":\"total\",\"type\":\"numeric\","
    "\"family\":\"numeric\",\"role\":\"measure\"}],\"keys\":[{\"primary\":true,\"columns\":[\"id\"]"
    "}"
    "]}],\"relations\":[],\"metrics\":[],\"conditions\":[],\"warnings\":[]}";

static const struct qn_model *model_of_orders(void)
{
    static struct qn_model *model;

    if (model == NULL) {
        FUZZ_REQUIRE(qn_model_from_json(&model, (struct qn_span){text, sizeof(text) - 1}, NULL) ==
                     QN_OK);
    }
    return model;
}

static void add_expr(struct qn_buf *sql, const struct sql_expr *expr)
{
    const struct qn_model_column *columns = model_of_orders()->tables[0].columns;

    for (size_t i = 0; i < expr->n; i++) {
        if (expr->parts[i].text != NULL) {
            qn_buf_add_str(sql, expr->parts[i].text);
        } else {
            qn_buf_printf(sql, "orders.%s", columns[expr->parts[i].column].name);
        }
    }
}

static void check_statement(const struct sql_expr *expr)
{
    struct guard_verdict verdict;
    struct guard *guard;
    struct qn_buf sql;

    qn_buf_init(&sql, GUARD_SQL_MAX);
    qn_buf_add_str(&sql, "SELECT id FROM orders WHERE (");
    add_expr(&sql, expr);
    qn_buf_add_str(&sql, ") IS NULL");
    FUZZ_REQUIRE(guard_create(&guard, model_of_orders(), NULL) == QN_OK);
    FUZZ_REQUIRE(guard_check(guard, (struct qn_span){sql.data, sql.len}, &verdict, NULL, NULL) ==
                 QN_OK);
    FUZZ_REQUIRE(verdict.class != GUARD_STATEMENT && verdict.class != GUARD_RELATION);
    guard_free(guard);
    qn_buf_release(&sql);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char given[TEXT_MAX + 1];
    struct qn_arena arena;
    struct sql_expr expr;

    size = size < TEXT_MAX ? size : TEXT_MAX;
    memcpy(given, data, size);
    given[size] = '\0';
    qn_arena_init(&arena, (size_t)1024 * 1024);
    if (sql_expr_read(&expr, model_of_orders(), given, 0, &arena, NULL) == QN_OK) {
        check_statement(&expr);
    }
    qn_arena_release(&arena);
    return 0;
}
