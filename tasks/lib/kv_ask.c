#include "common/str.h"
#include "kv_type.h"
#include <string.h>

#define TURNS_MAX  1000 /* looks of one get, a limit that only a broken Redis can reach */
#define EARLY_PART 10   /* of the life: what is left when a hot key is loaded anew */

enum step {
    AGAIN, /* look at Redis again */
    ALONE, /* Redis is of no use: from the source */
    OVER,  /* *ret_rc is the answer */
};

/* ---- waiting ---- */

static int take_failure(struct qn_kv_ask *ask, const char *word)
{
    struct qn_err err;
    const char *code = strchr(word, ' ');
    const char *text = code != NULL ? strchr(code + 1, ' ') : NULL;
    int64_t number = 0;

    if (text == NULL || qn_strn_to_i64(code + 1, (size_t)(text - code - 1), &number) != QN_OK ||
        number >= 0 || number < -1000) {
        qn_fail(&err, QN_EAGAIN, "cache: the load failed");
    } else {
        qn_fail(&err, (int)number, "%s", text + 1);
    }
    return qn_kv_answer_old(ask, &err);
}

static int give_up_waiting(struct qn_kv_ask *ask)
{
    struct qn_err err;

    ask->kv->counters.wait_timeouts++;
    qn_fail(&err, QN_EAGAIN, "cache: %s: another process is still loading it after %lld ms",
            ask->key.kind, (long long)ask->request->kind->wait_ms);
    return qn_kv_answer_old(ask, &err);
}

static enum step wait_for_other(struct qn_kv_ask *ask, int64_t lease_ms, int *ret_rc)
{
    int64_t mono = qn_mono_ms(&qn_clock_system), left;
    char word[QN_KV_WORD_SIZE];

    if (ask->waiting_since < 0) {
        ask->waiting_since = mono;
        ask->kv->counters.waits++;
    }
    left = ask->waiting_since + ask->request->kind->wait_ms - mono;
    if (left <= 0) {
        *ret_rc = give_up_waiting(ask);
        return OVER;
    }
    if (!qn_kv_l2_await(ask->kv, &ask->key, lease_ms < left ? lease_ms : left, word) ||
        strcmp(word, QN_KV_WORD_ALONE) == 0) {
        return ALONE;
    }
    if (qn_str_starts(word, QN_KV_WORD_FAILED)) {
        *ret_rc = take_failure(ask, word);
        return OVER;
    }
    return AGAIN;
}

/* ---- looking ---- */

static bool is_due_early(const struct qn_kv_ask *ask, const struct qn_kv_found *found)
{
    return found->uses >= QN_KV_HOT && !found->none &&
           found->left_ms < ask->request->kind->l2_ms / EARLY_PART;
}

static int answer_found(struct qn_kv_ask *ask, const struct qn_kv_found *found)
{
    qn_kv_keep_near(ask, found->none, found->bytes, found->left_ms, found->versions);
    return found->none ? qn_kv_answer_none(ask, QN_KV_FROM_L2)
                       : qn_kv_answer(ask, QN_KV_FROM_L2, found->bytes);
}

static void keep_old(struct qn_kv_ask *ask, const struct qn_kv_found *found)
{
    qn_buf_reset(&ask->old);
    qn_buf_add(&ask->old, found->bytes.data, found->bytes.len);
    ask->has_old = !found->none && qn_buf_status(&ask->old) == QN_OK;
    ask->old_from = found->state == QN_KV_FRESH ? QN_KV_FROM_L2 : QN_KV_FROM_STALE;
}

static bool read_entry(struct qn_kv_ask *ask, struct qn_kv_found *found)
{
    struct qn_kv_l1 *l1 = &ask->kv->l1;
    struct qn_kv_l1_entry *near = qn_kv_l1_find(l1, ask->key.id, qn_mono_ms(ask->kv->clock));

    if (!qn_kv_l2_read(ask->kv, &ask->key, 1 + (near != NULL ? near->uses : 0), found)) {
        return false;
    }
    if (near != NULL) {
        near->uses = 0;
    }
    if (ask->waiting_since < 0) {
        *(found->state == QN_KV_FRESH ? &ask->kv->counters.l2_hits
                                      : &ask->kv->counters.l2_misses) += 1;
    }
    return true;
}

/* Leaves in *ret_mode how to open a load. */
static enum step look(struct qn_kv_ask *ask, const char **ret_mode, int *ret_rc)
{
    struct qn_kv_found found;

    if (!read_entry(ask, &found)) {
        return ALONE;
    }
    if (found.state == QN_KV_FRESH && !is_due_early(ask, &found)) {
        *ret_rc = answer_found(ask, &found);
        return OVER;
    }
    *ret_mode = found.state == QN_KV_BROKEN  ? "force"
                : found.state == QN_KV_FRESH ? "early"
                                             : "miss";
    if (found.state == QN_KV_FRESH || found.state == QN_KV_STALE) {
        keep_old(ask, &found);
    }
    return AGAIN;
}

static enum step open_load(struct qn_kv_ask *ask, const char *mode, int *ret_rc)
{
    struct qn_kv_flight flight = {.kv = ask->kv, .key = &ask->key, .kind = ask->request->kind};
    bool early = strcmp(mode, "early") == 0;
    enum qn_kv_opened opened;
    int64_t lease_ms = 0;

    if (!qn_kv_l2_open(&flight, mode, &opened, &lease_ms)) {
        return ALONE;
    }
    if (opened == QN_KV_OPEN) {
        ask->kv->counters.preloads += early;
        *ret_rc = qn_kv_load_for_all(ask, &flight);
        return OVER;
    }
    if (early && ask->has_old) { /* somebody else does */
        *ret_rc = qn_kv_answer(ask, QN_KV_FROM_L2, (struct qn_span){ask->old.data, ask->old.len});
        return OVER;
    }
    return opened == QN_KV_HELD ? wait_for_other(ask, lease_ms, ret_rc) : AGAIN;
}

static enum step turn(struct qn_kv_ask *ask, int *ret_rc)
{
    const char *mode = "force";
    enum step step = ask->request->force ? AGAIN : look(ask, &mode, ret_rc);

    return step == AGAIN ? open_load(ask, mode, ret_rc) : step;
}

int qn_kv_ask(struct qn_kv_ask *ask)
{
    enum step step = ask->request->kind->l2_ms > 0 && qn_kv_l2_ready(ask->kv) ? AGAIN : ALONE;
    int rc = QN_OK;

    for (int turns = 0; turns < TURNS_MAX && step == AGAIN; turns++) {
        step = turn(ask, &rc);
    }
    return step == OVER ? rc : qn_kv_load_alone(ask);
}
