/* What the server thinks a statement costs. It is planned, never run. */
#include "guard.h"
#include "tasks/lib/json_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAN_MAX   ((size_t)32 * 1024 * 1024)
#define PLAN_DEPTH 2000

struct plan {
    double rows; /* of the node with the most: an aggregate at the top hides a join */
    double cost;
};

static void measure(struct plan *plan, const struct qn_json_node *node)
{
    const struct qn_json_node *at;

    for (at = node->first; at != NULL; at = at->next) {
        if (strcmp(at->key, "Plan Rows") == 0) {
            const double rows = strtod(at->text, NULL);

            plan->rows = rows > plan->rows ? rows : plan->rows;
        } else if (strcmp(at->key, "Total Cost") == 0) {
            const double cost = strtod(at->text, NULL);

            plan->cost = cost > plan->cost ? cost : plan->cost;
        }
        measure(plan, at);
    }
}

int guard_cost_judge(struct qn_span json, struct guard_verdict *ret, struct qn_err *reterr)
{
    struct plan plan = {0, 0};
    struct qn_json_node *root;
    struct qn_arena arena;
    int rc;

    *ret = (struct guard_verdict){.class = GUARD_ALLOWED, .position = -1};
    qn_arena_init(&arena, PLAN_MAX);
    rc = qn_json_tree(&root, json, PLAN_DEPTH, &arena, reterr);
    if (rc == QN_OK) {
        measure(&plan, root);
    }
    qn_arena_release(&arena);
    if (rc == QN_ENOMEM) {
        return rc;
    }
    if (rc != QN_OK) {
        snprintf(ret->reason, sizeof(ret->reason), "the plan is too large to be read");
    } else if (!(plan.cost <= GUARD_COST_MAX)) {
        snprintf(ret->reason, sizeof(ret->reason), "the plan costs %.0f, more than %.0f", plan.cost,
                 GUARD_COST_MAX);
    } else if (!(plan.rows <= GUARD_ROWS_MAX)) {
        snprintf(ret->reason, sizeof(ret->reason),
                 "a step of the plan has %.0f rows, more than %.0f", plan.rows, GUARD_ROWS_MAX);
    }
    ret->class = ret->reason[0] != '\0' ? GUARD_COST : GUARD_ALLOWED;
    return QN_OK;
}

int guard_cost(struct qn_pg *pg, struct qn_span sql, struct guard_verdict *ret,
               struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    struct qn_err err = {.code = QN_OK};
    struct qn_buf text;
    int rc;

    *ret = (struct guard_verdict){.class = GUARD_ALLOWED, .position = -1};
    qn_buf_init(&text, GUARD_SQL_MAX + 64);
    qn_buf_add_str(&text, GUARD_EXPLAIN);
    qn_buf_add(&text, sql.data, sql.len);
    rc = qn_buf_status(&text);
    if (rc != QN_OK) {
        qn_buf_release(&text);
        return qn_fail(reterr, rc, "EXPLAIN: %s", qn_err_text(rc));
    }
    rc = qn_pg_query(pg, text.data, NULL, 0, &rows, &err);
    qn_buf_release(&text);
    if (rc == QN_OK) {
        rc = guard_cost_judge(qn_pg_value(rows, 0, 0), ret, reterr);
    } else if (rc == QN_EINVAL || (rc == QN_ETIMEOUT && !qn_pg_is_stopped(pg)) || rc == QN_ELIMIT) {
        ret->class = GUARD_COST;
        snprintf(ret->reason, sizeof(ret->reason), "no plan: %s", err.msg);
        rc = QN_OK;
    } else {
        rc = qn_fail(reterr, rc, "%s", err.msg);
    }
    qn_pg_rows_free(rows);
    return rc;
}
