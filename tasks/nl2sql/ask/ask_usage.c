/* ask_usage.c - what a question cost, as a row of quern.llm_usage: of all requests that were made
 * for it, also when nothing came of them.
 */
#include "ask_run.h"

#include "tasks/lib/database.h"
#include <stdlib.h>

static const char insert_sql[] =
    "INSERT INTO quern.llm_usage (namespace, job_id, principal, purpose, model, prompt_tokens,"
    " cached_tokens, completion_tokens, reasoning_tokens, counted_by, cost_micro, currency,"
    " latency_ms, first_byte_ms, attempts, finish_reason, cache_hit)"
    " VALUES ($1, $2, nullif($3, ''), $4, $5, $6::integer, $7::integer, $8::integer, $9::integer,"
    " $10, $11::bigint, nullif($12, ''), $13::integer, nullif($14::integer, -1), $15::smallint,"
    " nullif($16, ''), $17::boolean)";

static int insert(const struct ask *ask, struct qn_pg *quern, struct qn_err *reterr)
{
    const struct qn_llm_usage *usage = &ask->route.usage;
    const char *ns = getenv("QUERN_NAMESPACE");
    char numbers[8][QN_PG_NUMBER_SIZE];
    const struct qn_span params[] = {
        qn_pg_text(ns != NULL ? ns : "quern"),
        qn_pg_text(qn_job_id(ask->job)),
        qn_pg_text(ask->args.key),
        qn_pg_text(qn_llm_purpose_names[QN_LLM_SQL]),
        qn_pg_text(usage->model),
        qn_pg_number(usage->prompt, numbers[0]),
        qn_pg_number(usage->cached, numbers[1]),
        qn_pg_number(usage->completion, numbers[2]),
        qn_pg_number(usage->reasoning, numbers[3]),
        qn_pg_text(usage->estimated ? "estimate" : "provider"),
        qn_pg_number(usage->cost_micro, numbers[4]),
        qn_pg_text(usage->currency),
        qn_pg_number(usage->took_ms, numbers[5]),
        qn_pg_number(usage->first_byte_ms, numbers[6]),
        qn_pg_number(usage->attempts, numbers[7]),
        qn_pg_text(usage->finish),
        qn_pg_text(usage->from_cache ? "true" : "false"),
    };

    return qn_pg_run(quern, insert_sql, params, sizeof(params) / sizeof(params[0]), reterr);
}

void ask_note_usage(struct ask *ask)
{
    const struct qn_llm_usage *usage = &ask->route.usage;
    struct qn_err err = {.code = QN_OK};
    struct qn_pg *quern;
    int rc;

    if (usage->model == NULL || usage->model[0] == '\0') {
        return;
    }
    rc = place_quern(ask->place, &quern, &err);
    rc = rc == QN_OK ? insert(ask, quern, &err) : rc;
    place_quern_end(ask->place);
    if (rc != QN_OK && rc != QN_ENOTFOUND) {
        qn_job_log(ask->job, "warning: what it cost is not in quern.llm_usage: %s", err.msg);
    }
}
