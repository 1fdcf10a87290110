#include "clean.h"

#include "common/str.h"
#include "upkeep_lua.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CURSOR_SIZE 24
#define KEYS_MOST   100      /* of one step, in which the server does nothing else */
#define CURSOR_LIFE "604800" /* s: a run that did not get through is followed within a week */

struct sweep {
    struct clean *clean;
    struct qn_rd *rd;
    char cursor[CURSOR_SIZE]; /* "0": at its begin, and at its end */
    char place[UPKEEP_KEY_SIZE];
    int64_t total; /* keys of the database */
};

static bool set_cursor(struct sweep *sweep, struct qn_span bytes)
{
    return qn_str_copy(sweep->cursor, sizeof(sweep->cursor), bytes.data != NULL ? bytes.data : "");
}

/* Where the last run ended, if it ended before all was seen. */
static int begin(struct sweep *sweep, struct qn_err *reterr)
{
    const struct qn_span size[] = {qn_rd_text("DBSIZE")};
    const struct qn_span get[] = {qn_rd_text("GET"), qn_rd_text(sweep->place)};
    struct qn_rd_value answer;
    int rc = qn_rd_call(sweep->rd, size, 1, &answer, reterr);

    sweep->total = rc == QN_OK ? answer.integer : 0;
    if (rc == QN_OK) {
        rc = qn_rd_call(sweep->rd, get, 2, &answer, reterr);
    }
    if (rc == QN_OK &&
        (answer.type != QN_RD_BYTES || answer.bytes.len == 0 || !set_cursor(sweep, answer.bytes) ||
         strspn(sweep->cursor, "0123456789") != strlen(sweep->cursor))) {
        (void)set_cursor(sweep, qn_rd_text("0"));
    }
    return rc;
}

/* A dry run leaves no trace. */
static int end(struct sweep *sweep, struct qn_err *reterr)
{
    const struct qn_span put[] = {qn_rd_text("SET"), qn_rd_text(sweep->place),
                                  qn_rd_text(sweep->cursor), qn_rd_text("EX"),
                                  qn_rd_text(CURSOR_LIFE)};
    const struct qn_span del[] = {qn_rd_text("DEL"), qn_rd_text(sweep->place)};

    if (sweep->clean->dry_run) {
        return QN_OK;
    }
    if (sweep->clean->complete) {
        return qn_rd_call(sweep->rd, del, 2, NULL, reterr);
    }
    qn_rd_heed(sweep->rd, -1); /* it was told to stop: this much is left to do */
    return qn_rd_call(sweep->rd, put, 5, NULL, reterr);
}

static int step(struct sweep *sweep, struct qn_err *reterr)
{
    struct clean *clean = sweep->clean;
    char count[QN_I64_TEXT_SIZE];
    const struct qn_span args[] = {
        qn_rd_text(getenv("QUERN_NAMESPACE")),
        qn_rd_text(sweep->cursor),
        {count, qn_i64_to_str(clean->batch < KEYS_MOST ? clean->batch : KEYS_MOST, count)},
        qn_rd_text(clean->dry_run ? "1" : "0"),
    };
    const struct qn_rd_script script = {upkeep_lua_sweep, NULL, 0, args, 4};
    struct qn_rd_value answer;
    int rc = qn_rd_eval(sweep->rd, &script, &answer, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    if (!set_cursor(sweep, qn_rd_item(&answer, 0).bytes)) {
        return qn_fail(reterr, QN_EPROTO, "SCAN gave a cursor that is none");
    }
    clean->cache_seen += qn_rd_item(&answer, 1).integer;
    for (size_t i = 0; i < CLEAN_FAULTS; i++) {
        clean->cache[i].n += qn_rd_item(&answer, 2 + 2 * i).integer;
        clean->cache[i].bytes += qn_rd_item(&answer, 3 + 2 * i).integer;
    }
    return QN_OK;
}

/* A step that is stopped may have been done, but what it counted is not heard. */
static int go_through(struct sweep *sweep, struct qn_err *reterr)
{
    struct clean *clean = sweep->clean;
    int rc;

    do {
        rc = step(sweep, reterr);
        if (qn_job_should_stop(clean->job)) {
            clean->complete = rc == QN_OK && strcmp(sweep->cursor, "0") == 0;
            return QN_OK;
        }
        qn_job_progress(clean->job, clean->cache_seen, sweep->total, "entries of the cache");
    } while (rc == QN_OK && strcmp(sweep->cursor, "0") != 0);
    return rc;
}

int clean_cache(struct clean *clean, struct qn_err *reterr)
{
    struct sweep sweep = {
        .clean = clean,
        .rd = ((const struct upkeep *)qn_job_state(clean->job))->cache,
    };
    int rc;

    upkeep_key(sweep.place, "upkeep:sweep");
    rc = begin(&sweep, reterr);
    if (rc == QN_OK) {
        rc = go_through(&sweep, reterr);
    }
    return rc == QN_OK ? end(&sweep, reterr) : rc;
}
