#include "examples.h"

#include "tasks/lib/database.h"
#include "tasks/lib/digest.h"
#include <string.h>

#define ITEMS_MAX ((size_t)64 * 1024)

static const char load_sql[] =
    "SELECT question, sql, model_hash FROM quern.nl2sql_examples WHERE datasource = $1"
    " ORDER BY changed_at DESC, question_hash LIMIT $2::integer";
static const char keep_sql[] =
    "INSERT INTO quern.nl2sql_examples"
    " (datasource, question_hash, question, sql, verdict, language, model_hash, changed_by)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (datasource, question_hash) DO UPDATE"
    " SET sql = excluded.sql, verdict = excluded.verdict, language = excluded.language,"
    " model_hash = excluded.model_hash, changed_by = excluded.changed_by,"
    " changed_at = clock_timestamp()";
static const char trim_sql[] =
    "DELETE FROM quern.nl2sql_examples WHERE datasource = $1 AND question_hash IN"
    " (SELECT question_hash FROM quern.nl2sql_examples WHERE datasource = $1"
    " ORDER BY changed_at DESC, question_hash OFFSET $2::integer)";
static const char forget_sql[] = "DELETE FROM quern.nl2sql_examples"
                                 " WHERE datasource = $1 AND question_hash = $2 RETURNING 1";

int examples_read(struct qn_pg *pg, const char *datasource, struct qn_buf *out,
                  struct qn_err *reterr)
{
    char number[QN_PG_NUMBER_SIZE];
    const struct qn_span params[] = {qn_pg_text(datasource), qn_pg_number(EXAMPLES_MAX, number)};
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(pg, load_sql, params, 2, &rows, reterr);

    for (size_t i = 0; rc == QN_OK && i < qn_pg_rows_count(rows); i++) {
        for (size_t column = 0; column < 3; column++) {
            qn_buf_add_str(out, qn_pg_str(rows, i, column));
            qn_buf_add_byte(out, '\0');
        }
    }
    qn_pg_rows_free(rows);
    if (rc == QN_OK && qn_buf_status(out) != QN_OK) {
        rc = qn_fail(reterr, qn_buf_status(out), "the approved pairs: %s",
                     qn_err_text(qn_buf_status(out)));
    }
    return rc;
}

/* The next text, which ends with a NUL; NULL: there is no more. */
static const char *next_text(struct qn_span *rest)
{
    const char *text = rest->data;
    const char *end = rest->len > 0 ? memchr(text, '\0', rest->len) : NULL;

    if (end == NULL) {
        return NULL;
    }
    rest->data = end + 1;
    rest->len -= (size_t)(end + 1 - text);
    return text;
}

static int take(struct examples *examples, const struct prompt_example *example,
                const struct guard *guard, bool same, struct qn_err *reterr)
{
    struct guard_verdict verdict = {.class = GUARD_ALLOWED};
    int rc = QN_OK;

    if (!same) {
        rc = guard_check(guard, (struct qn_span){example->sql, strlen(example->sql)}, &verdict,
                         NULL, reterr);
    }
    if (rc == QN_OK && verdict.class == GUARD_ALLOWED) {
        examples->items[examples->n++] = *example;
    } else if (rc == QN_OK) {
        examples->left_out++;
    }
    return rc;
}

int examples_take(struct examples *ret, const struct guard *guard, const char *model_hash,
                  struct qn_err *reterr)
{
    struct qn_span rest = {ret->texts.data, ret->texts.len};
    int rc;

    ret->n = ret->left_out = 0;
    qn_arena_init(&ret->arena, ITEMS_MAX);
    ret->items = qn_arena_alloc(&ret->arena, EXAMPLES_MAX, sizeof(*ret->items));
    rc = qn_arena_status(&ret->arena, "examples", reterr);
    while (rc == QN_OK && ret->n < EXAMPLES_MAX) {
        const char *question = next_text(&rest), *sql = next_text(&rest), *hash = next_text(&rest);
        const struct prompt_example example = {.question = question, .sql = sql};

        if (question == NULL || sql == NULL || hash == NULL) {
            break;
        }
        rc = take(ret, &example, guard, strcmp(hash, model_hash) == 0, reterr);
    }
    return rc;
}

void examples_release(struct examples *examples)
{
    qn_arena_release(&examples->arena);
    qn_buf_release(&examples->texts);
}

static int hash_of(const char *question, char out[QN_DIGEST_SIZE], struct qn_err *reterr)
{
    return qn_digest_text((struct qn_span){question, strlen(question)}, out, reterr);
}

int examples_keep(struct qn_pg *pg, const struct examples_pair *pair, struct qn_err *reterr)
{
    char hash[QN_DIGEST_SIZE], number[QN_PG_NUMBER_SIZE];
    const struct qn_span params[] = {
        qn_pg_text(pair->datasource), qn_pg_bytes(hash, sizeof(hash) - 1),
        qn_pg_text(pair->question),   qn_pg_text(pair->sql),
        qn_pg_text(pair->verdict),    qn_pg_text(pair->language),
        qn_pg_text(pair->model_hash), qn_pg_text(pair->by)};
    const struct qn_span trim[] = {params[0], qn_pg_number(EXAMPLES_MAX, number)};
    int rc = hash_of(pair->question, hash, reterr);

    rc = rc == QN_OK ? qn_pg_run(pg, keep_sql, params, 8, reterr) : rc;
    return rc == QN_OK ? qn_pg_run(pg, trim_sql, trim, 2, reterr) : rc;
}

int examples_forget(struct qn_pg *pg, const char *datasource, const char *question, bool *ret_there,
                    struct qn_err *reterr)
{
    char hash[QN_DIGEST_SIZE];
    const struct qn_span params[] = {qn_pg_text(datasource), qn_pg_bytes(hash, sizeof(hash) - 1)};
    struct qn_pg_rows *rows = NULL;
    int rc = hash_of(question, hash, reterr);

    *ret_there = false;
    rc = rc == QN_OK ? qn_pg_query(pg, forget_sql, params, 2, &rows, reterr) : rc;
    *ret_there = rc == QN_OK && qn_pg_rows_count(rows) > 0;
    qn_pg_rows_free(rows);
    return rc;
}
