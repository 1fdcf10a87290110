#include "common/str.h"
#include "kv_type.h"
#include <stdio.h>

/* ---- answers ---- */

int qn_kv_answer(struct qn_kv_ask *ask, enum qn_kv_from from, struct qn_span bytes)
{
    int rc = qn_buf_add(ask->out, bytes.data, bytes.len);

    ask->from = from;
    return rc == QN_OK ? rc
                       : qn_fail(ask->reterr, rc, "cache: a value of %zu bytes: %s", bytes.len,
                                 qn_err_text(rc));
}

int qn_kv_answer_none(struct qn_kv_ask *ask, enum qn_kv_from from)
{
    ask->from = from;
    return qn_fail(ask->reterr, QN_ENOTFOUND, "the source has none");
}

int qn_kv_answer_old(struct qn_kv_ask *ask, const struct qn_err *why)
{
    struct qn_span bytes = {ask->old.data, ask->old.len};
    struct qn_kv_l1_entry *near;

    if (!ask->has_old && !ask->request->force) {
        near = qn_kv_l1_find(&ask->kv->l1, ask->key.id, qn_mono_ms(ask->kv->clock));
        ask->has_old = near != NULL && !near->none;
        ask->old_from = QN_KV_FROM_STALE;
        bytes = ask->has_old ? (struct qn_span){near->bytes, near->len} : bytes;
    }
    if (!ask->has_old) {
        return qn_fail(ask->reterr, why->code, "%s", why->msg);
    }
    ask->kv->counters.stale += ask->old_from == QN_KV_FROM_STALE;
    return qn_kv_answer(ask, ask->old_from, bytes);
}

/* ---- keeping ---- */

/* Without random bytes there is no jitter. */
static int64_t jitter(int64_t life_ms)
{
    uint64_t random = 0;

    return qn_random(&random, sizeof(random), NULL) == QN_OK ? qn_kv_jitter_ms(life_ms, random)
                                                             : life_ms;
}

void qn_kv_keep_near(struct qn_kv_ask *ask, bool none, struct qn_span bytes, int64_t left_ms,
                     const char *versions)
{
    const struct qn_kv_kind *kind = ask->request->kind;
    int64_t now = qn_mono_ms(ask->kv->clock);
    int64_t near_ms = kind->l1_ms < left_ms ? kind->l1_ms : left_ms;
    struct qn_kv_l1_entry *entry;

    qn_kv_l1_remove(&ask->kv->l1, ask->key.id);
    entry = near_ms > 0 ? qn_kv_l1_put(&ask->kv->l1, &ask->key, bytes) : NULL;
    if (entry == NULL) {
        return;
    }
    entry->none = none;
    entry->fresh_until = now + jitter(near_ms);
    entry->keep_until = now + left_ms + (none ? 0 : kind->grace_ms);
    entry->trust_until = now + (versions[0] != '\0' ? QN_KV_TRUST_MS : 0);
    qn_str_copy(entry->versions, sizeof(entry->versions), versions);
}

/* ---- loading ---- */

struct loaded {
    struct qn_buf value;
    int64_t life_ms; /* 0: not to be kept */
    bool none;
};

static struct qn_span bytes_of(const struct loaded *loaded)
{
    return (struct qn_span){loaded->value.data, loaded->value.len};
}

static int judge_load(struct qn_kv_ask *ask, struct loaded *loaded, int rc, struct qn_err *reterr)
{
    int status = qn_buf_status(&loaded->value);

    if (rc == QN_ENOTFOUND) {
        loaded->none = true;
        loaded->life_ms = ask->request->kind->none_ms;
        qn_buf_reset(&loaded->value);
        return QN_OK;
    }
    if (rc == QN_OK) {
        rc = status; /* the load may have appended blindly */
    }
    if (rc != QN_OK && reterr->code != rc) {
        qn_fail(reterr, rc, "cache: the load: %s", qn_err_text(rc));
    }
    if (rc == QN_OK && loaded->value.len > ask->kv->value_max) {
        ask->kv->counters.too_large++;
        loaded->life_ms = 0;
    }
    ask->kv->counters.load_failures += rc != QN_OK;
    return rc;
}

static int run_load(struct qn_kv_ask *ask, struct qn_kv_flight *flight, struct loaded *loaded,
                    struct qn_err *reterr)
{
    const struct qn_kv_kind *kind = ask->request->kind;
    struct qn_kv_load load = {&loaded->value, kind->l2_ms, flight};
    int rc;

    ask->kv->counters.loads++;
    rc = ask->request->load(&load, ask->request->arg, reterr);
    loaded->life_ms = load.life_ms < QN_KV_LIFE_MAX_MS ? load.life_ms : QN_KV_LIFE_MAX_MS;
    return judge_load(ask, loaded, rc, reterr);
}

static int answer_loaded(struct qn_kv_ask *ask, const struct loaded *loaded)
{
    return loaded->none ? qn_kv_answer_none(ask, QN_KV_FROM_SOURCE)
                        : qn_kv_answer(ask, QN_KV_FROM_SOURCE, bytes_of(loaded));
}

int qn_kv_load_alone(struct qn_kv_ask *ask)
{
    struct qn_kv_flight flight = {.kv = ask->kv, .key = &ask->key, .kind = ask->request->kind};
    struct qn_err err = {.code = QN_OK};
    struct loaded loaded = {.none = false};
    int rc;

    if (qn_kv_stopped(ask->kv)) {
        return qn_fail(ask->reterr, QN_ETIMEOUT, QN_KV_STOPPED);
    }
    qn_buf_init(&loaded.value, ask->out->max);
    rc = run_load(ask, &flight, &loaded, &err);
    if (rc == QN_OK) {
        qn_kv_keep_near(ask, loaded.none, bytes_of(&loaded), loaded.life_ms, "");
        rc = answer_loaded(ask, &loaded);
    } else {
        rc = qn_kv_answer_old(ask, &err);
    }
    qn_buf_release(&loaded.value);
    return rc;
}

/* The life of a hot key is longer only where the load set none itself. */
static void keep(struct qn_kv_ask *ask, const struct qn_kv_flight *flight,
                 const struct loaded *loaded)
{
    const struct qn_kv_kind *kind = ask->request->kind;
    bool usual = !loaded->none && loaded->life_ms == kind->l2_ms;
    struct qn_kv_loaded entry = {
        .none = loaded->none,
        .life_ms = jitter(loaded->life_ms),
        .grace_ms = loaded->none ? 0 : kind->grace_ms,
        .bytes = bytes_of(loaded),
    };
    int64_t life_ms;

    entry.hot_ms = usual && kind->hot_ms > 0 ? jitter(kind->hot_ms) : entry.life_ms;
    if (!qn_kv_l2_close(flight, &entry, &life_ms)) {
        qn_kv_l2_fail(flight, QN_KV_WORD_LOOK); /* a full server still takes this */
    } else if (life_ms == 0) {
        ask->kv->counters.late++;
    }
    qn_kv_keep_near(ask, loaded->none, entry.bytes, life_ms, flight->versions);
}

/* A loader that is stopped is no news of the source. */
static void tell_failure(const struct qn_kv_ask *ask, const struct qn_kv_flight *flight,
                         const struct qn_err *why)
{
    char word[QN_KV_WORD_SIZE];

    snprintf(word, sizeof(word), QN_KV_WORD_FAILED " %d %s", why->code, why->msg);
    qn_kv_l2_fail(flight, qn_kv_stopped(ask->kv) ? QN_KV_WORD_LOOK : word);
}

int qn_kv_load_for_all(struct qn_kv_ask *ask, struct qn_kv_flight *flight)
{
    struct qn_err err = {.code = QN_OK};
    struct loaded loaded = {.none = false};
    int rc;

    qn_buf_init(&loaded.value, ask->out->max);
    rc = run_load(ask, flight, &loaded, &err);
    if (rc != QN_OK) {
        tell_failure(ask, flight, &err);
        rc = qn_kv_answer_old(ask, &err);
    } else {
        if (loaded.life_ms > 0) {
            keep(ask, flight, &loaded);
        } else {
            qn_kv_l2_fail(flight, QN_KV_WORD_ALONE);
        }
        rc = answer_loaded(ask, &loaded);
    }
    qn_buf_release(&loaded.value);
    return rc;
}

bool qn_kv_load_keep(struct qn_kv_load *load)
{
    struct qn_kv_flight *flight = load->flight;
    int64_t mono = qn_mono_ms(&qn_clock_system);
    bool mine = true;

    if (flight->token[0] == '\0' || mono - flight->renewed_ms < flight->kind->lease_ms / 3) {
        return flight->token[0] != '\0' || flight->versions[0] == '\0';
    }
    flight->renewed_ms = mono;
    if (qn_kv_l2_ready(flight->kv) && qn_kv_l2_keep(flight, &mine) && !mine) {
        flight->token[0] = '\0'; /* versions stay: it had a lease */
    }
    return mine;
}
