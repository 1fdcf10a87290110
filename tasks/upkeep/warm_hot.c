#include "warm_hot.h"

#include "common/str.h"
#include "tasks/lib/kv_key.h"
#include "upkeep_lua.h"
#include "upkeep_sql.h"
#include <stdlib.h>
#include <string.h>

#define BATCH 50 /* keys of one question: a script has at most 61 keys and arguments */

struct search {
    const struct upkeep *upkeep;
    const struct qn_pg_rows *rows; /* ids of candidates */
    char names[BATCH][QN_KV_NAME_SIZE];
    struct qn_buf *ids;
    size_t n; /* in ids */
};

void warm_request(struct qn_kv_request *ret, struct qn_span parts[WARM_PARTS], struct qn_span id)
{
    parts[0] = qn_rd_text("product");
    parts[1] = id;
    *ret = (struct qn_kv_request){
        .kind = &qn_kv_kinds[QN_KV_PRODUCT], .parts = parts, .n_parts = WARM_PARTS};
}

static int name(struct search *search, size_t row, size_t place, struct qn_err *reterr)
{
    struct qn_span parts[WARM_PARTS];
    struct qn_kv_request request;
    struct qn_kv_key key;
    int rc;

    warm_request(&request, parts, qn_pg_value(search->rows, row, 0));
    rc = qn_kv_key_make(&key, getenv("QUERN_NAMESPACE"), &request, reterr);
    if (rc == QN_OK) {
        memcpy(search->names[place], key.entry, sizeof(key.entry));
    }
    return rc;
}

/* Places are those of the batch that begins at row first, from 1 on. */
static int add_hot(struct search *search, const struct qn_rd_value *places, size_t first,
                   struct qn_err *reterr)
{
    int rc = QN_OK;

    for (size_t i = 0; i < places->n && search->n < WARM_HOT_MOST && rc == QN_OK; i++) {
        size_t row = first + (size_t)qn_rd_item(places, i).integer - 1;

        rc = qn_buf_printf(search->ids, "%s%s", search->n > 0 ? "," : "",
                           qn_pg_str(search->rows, row, 0));
        search->n++;
    }
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "hot products: %s", qn_err_text(rc));
}

/* Rows first to first + n. */
static int ask(struct search *search, size_t first, size_t n, struct qn_err *reterr)
{
    struct qn_span keys[BATCH];
    char often[QN_I64_TEXT_SIZE];
    const struct qn_span arg = {often, qn_i64_to_str(QN_KV_HOT, often)};
    const struct qn_rd_script script = {upkeep_lua_hot, keys, n, &arg, 1};
    struct qn_rd_value places;
    int rc = QN_OK;

    for (size_t i = 0; i < n && rc == QN_OK; i++) {
        rc = name(search, first + i, i, reterr);
        keys[i] = qn_rd_text(search->names[i]);
    }
    if (rc == QN_OK) {
        rc = qn_rd_eval(search->upkeep->cache, &script, &places, reterr);
    }
    return rc == QN_OK ? add_hot(search, &places, first, reterr) : rc;
}

static int ask_all(struct search *search, struct qn_err *reterr)
{
    size_t n = qn_pg_rows_count(search->rows);
    int rc = QN_OK;

    for (size_t first = 0; first < n && rc == QN_OK; first += BATCH) {
        rc = ask(search, first, n - first < BATCH ? n - first : BATCH, reterr);
    }
    return rc;
}

int warm_hot_find(const struct upkeep *upkeep, struct qn_buf *ids, size_t n, size_t *ret_n,
                  struct qn_err *reterr)
{
    struct search search = {.upkeep = upkeep, .ids = ids, .n = n};
    char most[QN_I64_TEXT_SIZE];
    const struct qn_span param = {most, qn_i64_to_str(WARM_LOOKED_AT, most)};
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(upkeep->pg, upkeep_sql_warm_candidates, &param, 1, &rows, reterr);

    if (rc == QN_OK) {
        search.rows = rows;
        rc = ask_all(&search, reterr);
        qn_pg_rows_free(rows);
    }
    *ret_n = search.n - n;
    return rc;
}
