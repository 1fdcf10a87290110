/* place_usage.c - what questions cost, as rows of quern.llm_usage, several at a time. */
#include "common/clock.h"
#include "common/json_member.h"
#include "place_type.h"
#include "tasks/lib/database.h"
#include <stdlib.h>

#define BYTES_MAX ((size_t)256 * 1024)

static const char insert_sql[] =
    "INSERT INTO quern.llm_usage (namespace, at, job_id, principal, purpose, model, prompt_tokens,"
    " cached_tokens, completion_tokens, reasoning_tokens, counted_by, cost_micro, currency,"
    " latency_ms, first_byte_ms, attempts, finish_reason, cache_hit)"
    " SELECT $1, to_timestamp(at / 1000.0), job, key, purpose, model, prompt, cached, completion,"
    " reasoning, counted_by, cost, currency, took, nullif(first, -1), attempts, finish, kept"
    " FROM jsonb_to_recordset($2::jsonb) AS one (at bigint, job text, key text, purpose text,"
    " model text, prompt integer, cached integer, completion integer, reasoning integer,"
    " counted_by text, cost bigint, currency text, took integer, first integer,"
    " attempts smallint, finish text, kept boolean)";

static void add_row(struct qn_buf *out, const struct qn_llm_usage *usage)
{
    qn_buf_add_byte(out, out->len == 0 ? '[' : ',');
    qn_buf_add_byte(out, '{');
    qn_json_member_number(out, "at", qn_wall_ms(&qn_clock_system));
    qn_json_member_text(out, "job", usage->job);
    qn_json_member_text(out, "key", usage->key);
    qn_json_member_text(out, "purpose", qn_llm_purpose_names[usage->purpose]);
    qn_json_member_text(out, "model", usage->model);
    qn_json_member_number(out, "prompt", usage->prompt);
    qn_json_member_number(out, "cached", usage->cached);
    qn_json_member_number(out, "completion", usage->completion);
    qn_json_member_number(out, "reasoning", usage->reasoning);
    qn_json_member_text(out, "counted_by", usage->estimated ? "estimate" : "provider");
    qn_json_member_number(out, "cost", usage->cost_micro);
    qn_json_member_text(out, "currency", usage->currency);
    qn_json_member_number(out, "took", usage->took_ms);
    qn_json_member_number(out, "first", usage->first_byte_ms);
    qn_json_member_number(out, "attempts", usage->attempts);
    qn_json_member_text(out, "finish", usage->finish);
    qn_json_member_flag(out, "kept", usage->from_cache);
    qn_buf_add_byte(out, '}');
}

static int insert(struct place *place, struct qn_err *reterr)
{
    struct qn_buf *rows = &place->usage.rows;
    const char *ns = getenv("QUERN_NAMESPACE");
    int rc = qn_buf_add_byte(rows, ']');

    if (rc == QN_OK) {
        const struct qn_span params[] = {qn_pg_text(ns != NULL ? ns : "quern"),
                                         {rows->data, rows->len}};

        rc = qn_pg_run(place->quern, insert_sql, params, 2, reterr);
        qn_buf_cut(rows, rows->len - 1);
        return rc;
    }
    return qn_fail(reterr, rc, "%s", qn_err_text(rc));
}

static void forget(struct place_usage *usage)
{
    qn_buf_release(&usage->rows);
    usage->n = 0;
}

static void tell(const struct place *place, const char *what, const struct qn_err *why)
{
    if (place->job != NULL) {
        qn_job_log(place->job, "warning: what %zu questions cost is not in quern.llm_usage%s: %s",
                   place->usage.n, what, why->msg);
    }
}

void place_usage_write(struct place *place)
{
    struct qn_err err = {.code = QN_OK};

    if (place->usage.n == 0) {
        return;
    }
    if (insert(place, &err) == QN_OK) {
        forget(&place->usage);
    } else {
        tell(place, " yet", &err);
        place->usage.since_ms = qn_mono_ms(&qn_clock_system);
    }
}

/* place_quern_end writes them. */
static void open_and_write(struct place *place)
{
    struct qn_err err = {.code = QN_OK};
    struct qn_pg *quern;

    if (place_quern(place, &quern, &err) != QN_OK) {
        tell(place, " yet", &err);
        place->usage.since_ms = qn_mono_ms(&qn_clock_system);
    }
    place_quern_end(place);
    if (place->usage.n >= PLACE_USAGE_ROWS) {
        tell(place, "", &err);
        forget(&place->usage);
    }
}

void place_note_usage(struct place *place, const struct qn_llm_usage *usage)
{
    struct place_usage *kept = &place->usage;
    const int64_t now = qn_mono_ms(&qn_clock_system);
    const char *url = getenv("QUERN_DATABASE_URL");

    if (url == NULL || url[0] == '\0') {
        return;
    }
    if (kept->n == 0) {
        qn_buf_init(&kept->rows, BYTES_MAX);
        kept->since_ms = now;
    }
    add_row(&kept->rows, usage);
    kept->n++;
    if (kept->n >= PLACE_USAGE_ROWS || now - kept->since_ms >= PLACE_USAGE_MS) {
        open_and_write(place);
    }
}

void place_usage_end(struct place *place)
{
    if (place->usage.n > 0) {
        open_and_write(place);
    }
    forget(&place->usage);
}
