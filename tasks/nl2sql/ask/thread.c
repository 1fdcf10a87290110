#include "thread.h"

#include "common/str.h"
#include "tasks/lib/database.h"
#include <string.h>

#define TEXTS_MAX          ((size_t)1024 * 1024)
#define NO_SUCH_DATASOURCE "23503" /* a foreign key */

static const char load_sql[] =
    "SELECT question, sql FROM (SELECT turn, question, sql FROM quern.nl2sql_turns"
    " WHERE datasource = $1 AND thread = $2 AND job_id <> $3 ORDER BY turn DESC LIMIT $4::integer)"
    " AS last ORDER BY turn";
/* The next number, unless somebody else has just taken it, or this job has a turn already. */
static const char add_sql[] =
    "INSERT INTO quern.nl2sql_turns"
    " (datasource, thread, turn, job_id, question, sql, translator, language, model_hash)"
    " SELECT $1, $2, coalesce(max(turn), 0) + 1, $3, $4, $5, $6, $7, $8"
    " FROM quern.nl2sql_turns WHERE datasource = $1 AND thread = $2"
    " ON CONFLICT DO NOTHING RETURNING turn";
static const char mine_sql[] = "SELECT turn FROM quern.nl2sql_turns"
                               " WHERE datasource = $1 AND thread = $2 AND job_id = $3";
static const char trim_sql[] =
    "DELETE FROM quern.nl2sql_turns WHERE datasource = $1 AND thread = $2"
    " AND turn <= $3::bigint - $4::bigint";
/* Whoever holds a row is taking it away as well. */
static const char clean_sql[] = "DELETE FROM quern.nl2sql_turns WHERE (datasource, thread, turn) IN"
                                " (SELECT datasource, thread, turn FROM quern.nl2sql_turns"
                                " WHERE at < clock_timestamp() - make_interval(days => $1::integer)"
                                " ORDER BY at LIMIT $2::integer FOR UPDATE SKIP LOCKED)";

bool thread_is_name(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t len = strlen(text);

    return len > 0 && len <= THREAD_NAME_MAX && strspn(text, letters) == len;
}

int thread_load(struct thread *ret, struct qn_pg *pg, const char *datasource, const char *thread,
                const char *job, struct qn_err *reterr)
{
    char number[QN_PG_NUMBER_SIZE];
    const struct qn_span params[] = {qn_pg_text(datasource), qn_pg_text(thread), qn_pg_text(job),
                                     qn_pg_number(THREAD_TURNS, number)};
    struct qn_pg_rows *rows = NULL;
    int rc;

    *ret = (struct thread){.n = 0};
    qn_arena_init(&ret->arena, TEXTS_MAX);
    rc = qn_pg_query(pg, load_sql, params, 4, &rows, reterr);
    for (size_t i = 0; rc == QN_OK && i < qn_pg_rows_count(rows) && i < THREAD_TURNS; i++) {
        ret->turns[ret->n++] =
            (struct prompt_turn){.question = qn_arena_str(&ret->arena, qn_pg_str(rows, i, 0)),
                                 .sql = qn_arena_str(&ret->arena, qn_pg_str(rows, i, 1))};
    }
    qn_pg_rows_free(rows);
    return rc == QN_OK ? qn_arena_status(&ret->arena, "the thread", reterr) : rc;
}

void thread_release(struct thread *thread)
{
    qn_arena_release(&thread->arena);
}

/* *ret 0: no row. */
static int ask_turn(struct qn_pg *pg, const char *sql, const struct qn_span *params, size_t n,
                    int64_t *ret, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(pg, sql, params, n, &rows, reterr);

    *ret = 0;
    if (rc == QN_OK && qn_pg_rows_count(rows) > 0 &&
        qn_str_to_i64(qn_pg_str(rows, 0, 0), ret) != QN_OK) {
        rc = qn_fail(reterr, QN_ECORRUPT, "the thread: a turn is no number");
    }
    qn_pg_rows_free(rows);
    return rc;
}

static int take_away(struct qn_pg *pg, const struct thread_turn *turn, int64_t number,
                     struct qn_err *reterr)
{
    char newest[QN_PG_NUMBER_SIZE], keep[QN_PG_NUMBER_SIZE], days[QN_PG_NUMBER_SIZE],
        most[QN_PG_NUMBER_SIZE];
    const struct qn_span trim[] = {qn_pg_text(turn->datasource), qn_pg_text(turn->thread),
                                   qn_pg_number(number, newest), qn_pg_number(THREAD_TURNS, keep)};
    const struct qn_span clean[] = {qn_pg_number(THREAD_KEEP_DAYS, days),
                                    qn_pg_number(THREAD_CLEAN, most)};
    int rc = qn_pg_run(pg, trim_sql, trim, 4, reterr);

    return rc == QN_OK ? qn_pg_run(pg, clean_sql, clean, 2, reterr) : rc;
}

int thread_add(struct qn_pg *pg, const struct thread_turn *turn, int64_t *ret_turn,
               struct qn_err *reterr)
{
    const struct qn_span params[] = {qn_pg_text(turn->datasource), qn_pg_text(turn->thread),
                                     qn_pg_text(turn->job),        qn_pg_text(turn->question),
                                     qn_pg_text(turn->sql),        qn_pg_text(turn->translator),
                                     qn_pg_text(turn->language),   qn_pg_text(turn->model_hash)};
    int rc = QN_OK;

    *ret_turn = 0;
    for (int i = 0; i < THREAD_TRIES && rc == QN_OK && *ret_turn == 0; i++) {
        rc = ask_turn(pg, mine_sql, params, 3, ret_turn, reterr);
        if (rc == QN_OK && *ret_turn == 0) {
            rc = ask_turn(pg, add_sql, params, 8, ret_turn, reterr);
        }
    }
    if (rc == QN_EINVAL && strcmp(qn_pg_last_fault(pg)->sqlstate, NO_SUCH_DATASOURCE) == 0) {
        rc = qn_fail(reterr, QN_ENOTFOUND, "datasource %s has been removed", turn->datasource);
    }
    if (rc == QN_OK && *ret_turn == 0) {
        rc = qn_fail(reterr, QN_EAGAIN, "the thread: others were quicker %d times", THREAD_TRIES);
    }
    return rc == QN_OK ? take_away(pg, turn, *ret_turn, reterr) : rc;
}
