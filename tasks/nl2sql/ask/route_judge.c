#include "common/clock.h"
#include "common/str.h"
#include "route_run.h"
#include "tasks/nl2sql/query/query.h"
#include <stdio.h>
#include <string.h>

static void put(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%.*s", (int)qn_utf8_cut(text, strlen(text), size - 1), text);
}

/* ---- what may be repaired ---- */

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

/* Whether the name stands alone at its place: neither part of a longer one nor behind a schema.
 * What is not sure is not alone. */
static bool is_alone(const char *sql, const struct guard_verdict *verdict)
{
    const size_t len = strlen(verdict->name);
    const char *at = verdict->position >= 0 && (size_t)verdict->position < strlen(sql)
                         ? sql + verdict->position
                         : "";
    const bool quoted = at[0] == '"';

    at += quoted;
    if (len == 0 || strncasecmp(at, verdict->name, len) != 0) {
        return false;
    }
    at += len;
    if (quoted ? at[0] != '"' : is_word_byte(at[0])) {
        return false;
    }
    at += quoted;
    at += strspn(at, " \t\r\n");
    return at[0] != '.' && at[0] != '/' && at[0] != '-' && at[0] != '"';
}

/* A mistake in grammar or in a plain name; all else that the guard refuses is forbidden, and who
 * wrote it is not helped to come around. */
static bool is_mistake(const char *sql, const struct guard_verdict *verdict)
{
    switch (verdict->class) {
    case GUARD_SYNTAX:
        return true;
    case GUARD_COLUMN:
        return verdict->name[0] != '\0';
    case GUARD_RELATION:
        return !qn_str_starts(verdict->name, "pg_") && is_alone(sql, verdict);
    default:
        return false;
    }
}

/* ---- the guard ---- */

int route_judge_text(struct route_run *run, struct qn_span sql, struct route_verdict *ret,
                     struct qn_err *reterr)
{
    struct route *route = run->route;
    const int64_t began = qn_mono_ms(&qn_clock_system);
    int rc;

    *ret = (struct route_verdict){.sql = qn_arena_text(&route->arena, sql.data, sql.len)};
    rc = qn_arena_status(&route->arena, "a statement", reterr);
    qn_buf_reset(&route->uses);
    if (rc == QN_OK) {
        rc = guard_check(run->wish->database->guard, (struct qn_span){ret->sql, sql.len},
                         &route->verdict, &route->uses, reterr);
    }
    route->guard_ms += qn_mono_ms(&qn_clock_system) - began;
    if (rc == QN_OK && route->verdict.class != GUARD_ALLOWED) {
        ret->judgement = is_mistake(ret->sql, &route->verdict) ? ROUTE_REPAIR : ROUTE_REFUSED;
        put(ret->message, sizeof(ret->message), route->verdict.reason);
        put(ret->name, sizeof(ret->name), route->verdict.name);
    }
    return rc;
}

/* ---- the plan ---- */

/* Of classes that are about the statement: 42 syntax, names and types; 22 values. */
static bool is_of_statement(const char *sqlstate)
{
    return qn_str_starts(sqlstate, "42") || qn_str_starts(sqlstate, "22");
}

static int read_plan(struct route_run *run, const struct query *query, struct route_verdict *ret,
                     struct qn_err *reterr)
{
    struct route *route = run->route;

    if (is_of_statement(query->sqlstate)) {
        ret->judgement = ROUTE_REPAIR;
        put(ret->sqlstate, sizeof(ret->sqlstate), query->sqlstate);
        put(ret->message, sizeof(ret->message),
            query->rc != QN_OK ? query->err.msg : query->verdict.reason);
        put(ret->hint, sizeof(ret->hint), query->hint);
        return QN_OK;
    }
    if (query->rc != QN_OK && !query->ran) {
        return qn_fail(reterr, query->rc, "%s", query->err.msg);
    }
    route->verdict = query->verdict;
    if (query->verdict.class != GUARD_ALLOWED) {
        ret->judgement = ROUTE_REFUSED;
        put(ret->message, sizeof(ret->message), query->verdict.reason);
    }
    return QN_OK;
}

/* What is taken tells its own times. */
static int plan(struct route_run *run, struct route_verdict *ret, struct qn_err *reterr)
{
    const int64_t began = qn_mono_ms(&qn_clock_system);
    struct route *route = run->route;
    struct query *query = &route->query;
    int rc;

    query_release(query);
    query_init(query, (struct qn_span){ret->sql, strlen(ret->sql)});
    query->verdict = route->verdict;
    query->dry = true;
    rc = run->wish->gate(run->wish->arg, query, reterr);
    if (rc == QN_OK) {
        rc = read_plan(run, query, ret, reterr);
    }
    route->gated = rc == QN_OK && ret->judgement == ROUTE_TAKEN;
    if (!route->gated) {
        query_release(query);
        route->gate_ms += qn_mono_ms(&qn_clock_system) - began;
    }
    return rc;
}

/* ---- an answer ---- */

/* What holds no SELECT may be a statement all the same, which is no mistake. */
static int judge_other(struct route_run *run, struct qn_span said, struct route_verdict *ret,
                       struct qn_err *reterr)
{
    struct guard_verdict verdict;
    int rc;

    if (strspn(said.data, " \t\r\n") == said.len) {
        return QN_OK;
    }
    rc = guard_check(run->wish->database->guard, said, &verdict, NULL, reterr);
    if (rc == QN_OK && verdict.class == GUARD_STATEMENT) {
        run->route->verdict = verdict;
        ret->judgement = ROUTE_REFUSED;
        put(ret->message, sizeof(ret->message), verdict.reason);
        ret->sql = qn_arena_text(&run->route->arena, said.data, said.len);
        rc = qn_arena_status(&run->route->arena, "a statement", reterr);
    }
    return rc;
}

static int judge_clean(struct route_run *run, enum clean_class class, struct qn_span text,
                       struct route_verdict *ret, struct qn_err *reterr)
{
    int rc;

    if (class != CLEAN_SQL) {
        *ret = (struct route_verdict){
            .judgement = class == CLEAN_REFUSAL ? ROUTE_DECLINED : ROUTE_REPAIR, .sql = ""};
        put(ret->message, sizeof(ret->message), text.data);
        return QN_OK;
    }
    rc = route_judge_text(run, text, ret, reterr);
    if (rc == QN_OK && ret->judgement == ROUTE_TAKEN && run->wish->gate != NULL) {
        rc = plan(run, ret, reterr);
    }
    return rc;
}

int route_judge_answer(struct route_run *run, struct qn_span text, struct route_verdict *ret,
                       struct qn_err *reterr)
{
    enum clean_class class = CLEAN_PROSE;
    struct qn_buf sql;
    int rc;

    qn_buf_init(&sql, CLEAN_SQL_MAX);
    rc = clean_answer(text, &sql, &class, reterr);
    if (rc == QN_OK) {
        rc = judge_clean(run, class, (struct qn_span){sql.data, sql.len}, ret, reterr);
    }
    if (rc == QN_OK && class == CLEAN_PROSE) {
        rc = judge_other(run, text, ret, reterr);
    }
    qn_buf_release(&sql);
    return rc;
}
