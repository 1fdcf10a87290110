#include "query_lane.h"

#include "common/clock.h"
#include "common/str.h"
#include "common/utf8.h"
#include "query_role.h"
#include <stdio.h>
#include <string.h>

#define QUERY_MS 10000 /* of a source that says none */

/* ---- how long ---- */

/* Of a statement: what the source gives it, and what is left of the job. */
static int64_t time_for_statement(const struct query_lane *lane)
{
    const struct query_place *place = lane->call->place;
    const int64_t left = place->deadline_ms - qn_mono_ms(&qn_clock_system);
    int64_t ms = place->source->query_ms > 0 ? place->source->query_ms : QUERY_MS;

    if (place->deadline_ms > 0 && left < ms) {
        ms = left;
    }
    return ms > 0 ? ms : 1;
}

int64_t query_stage_ms(const struct query_lane *lane, enum query_stage stage)
{
    const int64_t ms = time_for_statement(lane);

    if (stage == QUERY_RUN) {
        return ms;
    }
    if (stage == QUERY_CONNECT) {
        return QN_PG_CONNECT_MS;
    }
    return ms < QUERY_GATE_MS ? ms : QUERY_GATE_MS;
}

/* ---- beginning ---- */

/* What has no encoding comes as it is: PostgreSQL would refuse the row that is no UTF-8. */
static int start_settings(struct query_lane *lane, struct qn_err *reterr)
{
    static const char sql[] =
        "SELECT pg_catalog.set_config(s.name, s.value, true) FROM (VALUES"
        " ('application_name', $1), ('statement_timeout', $2), ('TimeZone', $3),"
        " ('search_path', 'pg_catalog, " GUARD_SEARCH_PATH ", pg_temp'),"
        " ('lock_timeout', '1s'), ('work_mem', '32MB'), ('standard_conforming_strings', 'on'),"
        " ('DateStyle', 'ISO, MDY'), ('IntervalStyle', 'iso_8601'),"
        " ('client_encoding', CASE WHEN pg_catalog.current_setting('server_encoding')"
        " OPERATOR(pg_catalog.=) 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END),"
        " ('lc_monetary', 'C'), ('bytea_output', 'hex'), ('extra_float_digits', '1'),"
        " ('row_security', 'on'), ('max_parallel_workers_per_gather', '1'),"
        " ('idle_in_transaction_session_timeout', '30s')) AS s (name, value)";
    const struct query_place *place = lane->call->place;
    const char *name = place->application_name;
    const char *zone = place->source->time_zone;
    char timeout[QN_I64_TEXT_SIZE];
    const struct qn_span params[] = {
        qn_pg_text(name != NULL && name[0] != '\0' ? name : "quern"),
        {timeout, qn_i64_to_str(time_for_statement(lane), timeout)},
        qn_pg_text(zone != NULL && zone[0] != '\0' ? zone : "UTC"),
    };

    return qn_pg_start(lane->pg, sql, params, sizeof(params) / sizeof(params[0]), NULL, reterr);
}

/* Values one after the other, each with a NUL behind it. */
static int keep_said(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct qn_buf *said = arg;
    int rc;

    for (size_t i = 0; i < n; i++) {
        qn_buf_add(said, values[i].data != NULL ? values[i].data : "", values[i].len);
        qn_buf_add_byte(said, '\0');
    }
    rc = qn_buf_status(said);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "an answer of the server is too large");
}

static int start_said(struct query_lane *lane, const char *sql, struct qn_err *reterr)
{
    const struct qn_pg_sink sink = {
        .row = keep_said, .arg = &lane->said, .row_bytes_max = QUERY_ROW_BYTES};

    qn_buf_reset(&lane->said);
    return qn_pg_start(lane->pg, sql, NULL, 0, &sink, reterr);
}

static int start_run(struct query_lane *lane, struct qn_err *reterr)
{
    const struct qn_pg_sink sink = {.head = query_take_head,
                                    .row = query_take_row,
                                    .arg = &lane->take,
                                    .row_bytes_max = QUERY_ROW_BYTES};

    return qn_pg_start(lane->pg, lane->sql + strlen(GUARD_EXPLAIN), NULL, 0, &sink, reterr);
}

static int start_types(struct query_lane *lane, struct qn_err *reterr)
{
    const struct qn_pg_sink sink = {.row = query_take_type, .arg = &lane->take};
    struct qn_span params[QUERY_TYPES_PARAMS];

    for (size_t i = 0; i < QUERY_TYPES_PARAMS; i++) {
        params[i] = (struct qn_span){lane->take.params[i].data, lane->take.params[i].len};
    }
    return qn_pg_start(lane->pg, query_types_sql, params, QUERY_TYPES_PARAMS, &sink, reterr);
}

int query_stage_start(struct query_lane *lane, enum query_stage stage, struct qn_err *reterr)
{
    switch (stage) {
    case QUERY_CONNECT:
        return qn_pg_start_connect(lane->pg, reterr);
    case QUERY_BEGIN:
        return qn_pg_start(lane->pg, "BEGIN READ ONLY", NULL, 0, NULL, reterr);
    case QUERY_SETTINGS:
        return start_settings(lane, reterr);
    case QUERY_ROLE:
        return start_said(lane, query_role_sql, reterr);
    case QUERY_GATE:
        return start_said(lane, lane->sql, reterr);
    case QUERY_RUN:
        return start_run(lane, reterr);
    case QUERY_ROLLBACK:
        return qn_pg_start(lane->pg, "ROLLBACK", NULL, 0, NULL, reterr);
    case QUERY_TYPES:
        return start_types(lane, reterr);
    default:
        return qn_fail(reterr, QN_ESTATE, "a stage that asks nobody");
    }
}

/* ---- what the server said ---- */

/* It counts characters of what it was sent, from 1. */
static int byte_of(struct qn_span sql, int position, size_t before)
{
    size_t at = 0;

    if (position <= (int)before) {
        return -1;
    }
    for (int left = position - (int)before - 1; left > 0 && at < sql.len; left--) {
        const size_t n = qn_utf8_char(sql.data + at, sql.len - at);

        at += n > 0 ? n : 1;
    }
    return (int)at;
}

/* Suggestions of names are made of all columns, those that are hidden too. */
static bool names_hidden(const struct qn_model *model, const char *hint)
{
    for (size_t t = 0; model != NULL && t < model->n_tables; t++) {
        const struct qn_model_table *table = &model->tables[t];

        for (size_t c = 0; c < table->n_columns; c++) {
            if ((table->hidden || table->columns[c].hidden) &&
                strstr(hint, table->columns[c].name) != NULL) {
                return true;
            }
        }
        for (size_t i = 0; i < table->n_unseen; i++) {
            if (strstr(hint, table->unseen[i]) != NULL) {
                return true;
            }
        }
    }
    return false;
}

static void take_fault(struct query_lane *lane, size_t before, bool with_hint)
{
    const struct qn_pg_fault *fault = qn_pg_last_fault(lane->pg);
    struct query *query = lane->query;

    (void)qn_str_copy(query->sqlstate, sizeof(query->sqlstate), fault->sqlstate);
    query->position = byte_of(query->sql, fault->position, before);
    if (with_hint && !names_hidden(lane->call->place->model, fault->hint)) {
        (void)qn_str_copy(query->hint, sizeof(query->hint), fault->hint);
    }
}

/* ---- ending ---- */

static enum query_stage after_role(struct query_lane *lane)
{
    struct query_call *call = lane->call;
    const char *role = lane->said.data, *strength = role + strlen(role) + 1;
    struct qn_err err = {.code = QN_OK};

    if (lane->said.len < 2) {
        qn_fail(&err, QN_ESTATE, "the role cannot be looked at");
    } else if (strength[0] == '\0') {
        query_role_keep(call->url_digest, qn_mono_ms(&qn_clock_system));
        return QUERY_GATE;
    } else {
        query_role_say(&err, role, strength);
    }
    if (!call->place->any_role) {
        query_lane_fail(lane, err.code, &err);
        return QUERY_ROLLBACK;
    }
    if (call->warning != NULL && !call->warned) {
        qn_buf_add_str(call->warning, call->warning->len > 0 ? "\n" : "");
        qn_buf_add_str(call->warning, err.msg);
        call->warned = true;
    }
    return QUERY_GATE;
}

static enum query_stage after_gate(struct query_lane *lane, int rc, struct qn_err *err)
{
    struct query *query = lane->query;
    const int64_t now = qn_mono_ms(&qn_clock_system);

    query->gate_ms = now - lane->since_ms;
    lane->since_ms = now;
    if (rc == QN_OK) {
        rc = guard_cost_judge((struct qn_span){lane->said.data, strlen(lane->said.data)},
                              &query->verdict, err);
    } else if (rc == QN_EINVAL || rc == QN_ETIMEOUT || rc == QN_ELIMIT) {
        take_fault(lane, strlen(GUARD_EXPLAIN), true);
        query->verdict = (struct guard_verdict){.class = GUARD_COST, .position = query->position};
        snprintf(query->verdict.reason, sizeof(query->verdict.reason), "no plan: %s", err->msg);
        return QUERY_ROLLBACK;
    }
    if (rc != QN_OK) {
        query_lane_fail(lane, rc, err);
        return QUERY_ROLLBACK;
    }
    query->ran = query->verdict.class == GUARD_ALLOWED && !query->dry;
    return query->ran ? QUERY_RUN : QUERY_ROLLBACK;
}

static enum query_stage after_run(struct query_lane *lane, int rc, struct qn_err *err)
{
    lane->query->run_ms = qn_mono_ms(&qn_clock_system) - lane->since_ms;
    if (rc == QN_ELIMIT && lane->take.headed) {
        lane->query->rows.truncated = true;
    } else if (rc != QN_OK) {
        char before[QN_ERR_TEXT_MAX];

        (void)qn_str_copy(before, sizeof(before), err->msg);
        qn_pg_hide_values(err);
        take_fault(lane, 0, strcmp(before, err->msg) == 0);
        query_lane_fail(lane, rc, err);
    }
    return QUERY_ROLLBACK;
}

static enum query_stage after_setup(struct query_lane *lane)
{
    const int64_t now = qn_mono_ms(&qn_clock_system);

    switch (lane->stage) {
    case QUERY_CONNECT:
        lane->query->connect_ms = now - lane->since_ms;
        lane->since_ms = now;
        return QUERY_BEGIN;
    case QUERY_BEGIN:
        return QUERY_SETTINGS;
    case QUERY_SETTINGS:
        return query_role_is_known(lane->call->url_digest, now) ? QUERY_GATE : QUERY_ROLE;
    default:
        return after_role(lane);
    }
}

enum query_stage query_stage_end(struct query_lane *lane, int rc, struct qn_err *err)
{
    switch (lane->stage) {
    case QUERY_GATE:
        return after_gate(lane, rc, err);
    case QUERY_RUN:
        return after_run(lane, rc, err);
    case QUERY_ROLLBACK:
        return rc == QN_OK && lane->query->rc == QN_OK && query_take_asks(&lane->take) ? QUERY_TYPES
                                                                                       : QUERY_OVER;
    case QUERY_TYPES:
        return QUERY_OVER;
    default:
        if (rc != QN_OK) {
            query_lane_fail(lane, rc, err);
            return QUERY_OVER;
        }
        return after_setup(lane);
    }
}
