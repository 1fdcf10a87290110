#include "common/mem.h"
#include "common/str.h"
#include "redis_type.h"
#include <string.h>

#define STEP        "500"
#define CURSOR_SIZE 24

/* The keys of one step, given on in batches: a step may bring more than it was asked for. */
static int give_keys(const struct qn_rd_value *list, qn_rd_keys_fn *fn, void *arg,
                     struct qn_err *reterr)
{
    struct qn_span keys[QN_RD_BATCH_MAX];
    int rc = QN_OK;

    for (size_t i = 0; i < list->n && rc == QN_OK;) {
        size_t n = 0;

        while (i < list->n && n < QN_RD_BATCH_MAX) {
            keys[n++] = qn_rd_item(list, i++).bytes;
        }
        rc = fn(arg, keys, n, reterr);
    }
    return rc;
}

static int step(struct qn_rd *rd, const char *pattern, char cursor[CURSOR_SIZE], redisReply **ret,
                struct qn_rd_value *ret_keys, struct qn_err *reterr)
{
    const struct qn_span args[] = {qn_rd_text("SCAN"),  qn_rd_text(cursor),  qn_rd_text("MATCH"),
                                   qn_rd_text(pattern), qn_rd_text("COUNT"), qn_rd_text(STEP)};
    struct qn_rd_value answer, next;
    int rc = qn_rd_call(rd, args, 6, &answer, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    next = qn_rd_item(&answer, 0);
    *ret_keys = qn_rd_item(&answer, 1);
    if (next.type != QN_RD_BYTES || !qn_str_copy(cursor, CURSOR_SIZE, next.bytes.data) ||
        ret_keys->type != QN_RD_LIST) {
        return qn_fail(reterr, QN_EPROTO, "Redis: SCAN answered what it never does");
    }
    *ret = rd->answer; /* fn may ask for other things meanwhile */
    rd->answer = NULL;
    return QN_OK;
}

int qn_rd_scan(struct qn_rd *rd, const char *pattern, qn_rd_keys_fn *fn, void *arg,
               struct qn_err *reterr)
{
    char cursor[CURSOR_SIZE] = "0";
    int rc;

    do {
        struct qn_rd_value keys;
        redisReply *answer = NULL;

        rc = step(rd, pattern, cursor, &answer, &keys, reterr);
        if (rc == QN_OK) {
            rc = give_keys(&keys, fn, arg, reterr);
            freeReplyObject(answer);
        }
    } while (rc == QN_OK && strcmp(cursor, "0") != 0);
    return rc;
}

int qn_rd_unlink(struct qn_rd *rd, const struct qn_span *keys, size_t n, int64_t *ret_n,
                 struct qn_err *reterr)
{
    struct qn_span args[1 + QN_RD_BATCH_MAX] = {qn_rd_text("UNLINK")};
    int rc = QN_OK;

    *ret_n = 0;
    while (n > 0 && rc == QN_OK) {
        size_t some = n < QN_RD_BATCH_MAX ? n : QN_RD_BATCH_MAX;
        struct qn_rd_value gone;

        memcpy(args + 1, keys, some * sizeof(*keys));
        rc = qn_rd_call(rd, args, 1 + some, &gone, reterr);
        if (rc == QN_OK) {
            *ret_n += gone.integer;
        }
        keys += some;
        n -= some;
    }
    return rc;
}
