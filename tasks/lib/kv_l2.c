#include "common/backoff.h"
#include "common/str.h"
#include "kv_lua.h"
#include "kv_type.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define FORMAT          1 /* the first byte of what is kept; the second says what it is */
#define HEAD            2
#define LOAD_KEYS       5
#define IS_VALUE        'v'
#define IS_NONE         'n'
#define VERSION_LIFE_MS "2678400000" /* QN_KV_LIFE_MAX_MS; without it all is loaded anew */

static const struct qn_backoff_policy pauses = {
    .shape = QN_SHAPE_EXPONENTIAL, .base_ms = 1000, .cap_ms = 10000};

/* ---- what fails ---- */

bool qn_kv_stopped(const struct qn_kv *kv)
{
    struct pollfd one = {.fd = kv->stop_fd, .events = POLLIN};

    return poll(&one, 1, 0) > 0; /* poll skips an fd of -1 */
}

bool qn_kv_l2_ready(struct qn_kv *kv)
{
    if (kv->rd == NULL) {
        return false;
    }
    if (kv->failures > 0 && qn_mono_ms(kv->clock) < kv->pause_until) {
        kv->counters.l2_skipped++;
        return false;
    }
    return true;
}

static void begin_pause(struct qn_kv *kv, const struct qn_err *why)
{
    int64_t now = qn_mono_ms(kv->clock);
    uint64_t random = (uint64_t)now;
    struct qn_err ignored;

    kv->counters.l2_errors++;
    if (kv->failures > 0 && now < kv->pause_until) {
        return;
    }
    if (qn_random(&random, sizeof(random), &ignored) != QN_OK) {
        random = (uint64_t)now;
    }
    kv->failures += kv->failures < 1000;
    kv->pause_until = now + qn_backoff_ms(&pauses, kv->failures, random);
    if (kv->on_trouble != NULL) {
        kv->on_trouble(kv->arg, why);
    }
}

/* A stop is no trouble of Redis. */
static bool judge(struct qn_kv *kv, int rc, const struct qn_err *err)
{
    if (rc == QN_OK) {
        kv->failures = 0;
    } else if (!qn_kv_stopped(kv)) {
        begin_pause(kv, err);
    }
    return rc == QN_OK;
}

/* What Redis says of one key that somebody else wrote: all others are as good as before. */
static bool is_of_the_entry(int rc)
{
    return rc == QN_EINVAL || rc == QN_EPROTO || rc == QN_ELIMIT;
}

static bool judge_entry(struct qn_kv *kv, int rc, const struct qn_err *err)
{
    if (!is_of_the_entry(rc)) {
        return judge(kv, rc, err);
    }
    kv->counters.l2_errors++;
    return false;
}

static bool bad_answer(struct qn_kv *kv)
{
    struct qn_err err;

    return judge(kv, qn_fail(&err, QN_EPROTO, "cache: a script answered what it never does"), &err);
}

static bool run(struct qn_kv *kv, const struct qn_rd_script *script, struct qn_rd_value *ret)
{
    struct qn_err err = {.code = QN_OK};

    return judge_entry(kv, qn_rd_eval(kv->rd, script, ret, &err), &err);
}

/* ---- reading ---- */

/* No kind has a longer life or grace. */
static bool is_time(int64_t left_ms)
{
    return left_ms >= -QN_KV_LIFE_MAX_MS && left_ms <= QN_KV_LIFE_MAX_MS;
}

static void take_found(struct qn_kv_found *found, const struct qn_rd_value *answer)
{
    struct qn_span bytes = qn_rd_item(answer, 3).bytes;

    found->left_ms = qn_rd_item(answer, 0).integer;
    found->uses = qn_rd_item(answer, 1).integer;
    found->state = found->left_ms > 0 ? QN_KV_FRESH : QN_KV_STALE;
    if (!is_time(found->left_ms) || bytes.len < HEAD || bytes.data[0] != FORMAT ||
        (bytes.data[1] != IS_VALUE && bytes.data[1] != IS_NONE) ||
        !qn_str_copy(found->versions, sizeof(found->versions), qn_rd_item(answer, 2).bytes.data)) {
        found->state = QN_KV_BROKEN;
        return;
    }
    found->none = bytes.data[1] == IS_NONE;
    found->bytes = (struct qn_span){bytes.data + HEAD, bytes.len - HEAD};
}

bool qn_kv_l2_read(struct qn_kv *kv, const struct qn_kv_key *key, int64_t uses,
                   struct qn_kv_found *ret)
{
    const struct qn_span keys[] = {qn_rd_text(key->entry), qn_rd_text(key->kind_version),
                                   qn_rd_text(key->group_version)};
    char count[QN_I64_TEXT_SIZE];
    struct qn_span arg = {count, qn_i64_to_str(uses, count)};
    const struct qn_rd_script script = {qn_kv_lua_read, keys, 3, &arg, 1};
    struct qn_rd_value answer = {.type = QN_RD_NIL};
    struct qn_err err = {.code = QN_OK};
    int rc = qn_rd_eval(kv->rd, &script, &answer, &err);

    *ret = (struct qn_kv_found){.state = QN_KV_MISSING};
    if (!judge_entry(kv, rc, &err)) {
        ret->state = QN_KV_BROKEN;
        return is_of_the_entry(rc);
    }
    if (answer.type != QN_RD_LIST) {
        return bad_answer(kv);
    }
    if (answer.n > 0) {
        take_found(ret, &answer);
    }
    return true;
}

bool qn_kv_l2_verify(struct qn_kv *kv, const struct qn_kv_key *key, const char *versions,
                     bool *ret_same)
{
    const struct qn_span args[] = {qn_rd_text("MGET"), qn_rd_text(key->kind_version),
                                   qn_rd_text(key->group_version)};
    char now[QN_KV_VERSIONS_SIZE];
    struct qn_rd_value answer;
    struct qn_err err = {.code = QN_OK};
    int rc = qn_rd_call(kv->rd, args, 3, &answer, &err);

    if (!judge_entry(kv, rc, &err)) {
        *ret_same = false;
        return is_of_the_entry(rc);
    }
    snprintf(now, sizeof(now), "%s%s", qn_rd_item(&answer, 0).bytes.data,
             qn_rd_item(&answer, 1).bytes.data);
    *ret_same = strlen(now) + 1 == sizeof(now) && strcmp(now, versions) == 0;
    return true;
}

/* ---- loading ---- */

static bool take_opened(struct qn_kv_flight *flight, const struct qn_rd_value *answer,
                        enum qn_kv_opened *ret, int64_t *ret_left_ms)
{
    struct qn_rd_value what = qn_rd_item(answer, 0), more = qn_rd_item(answer, 1);

    if (qn_span_is(what.bytes, "open") &&
        qn_str_copy(flight->versions, sizeof(flight->versions), more.bytes.data)) {
        *ret = QN_KV_OPEN;
        return true;
    }
    flight->token[0] = '\0';
    *ret = qn_span_is(what.bytes, "held") ? QN_KV_HELD : QN_KV_THERE;
    *ret_left_ms = more.integer;
    return *ret == QN_KV_HELD || qn_span_is(what.bytes, "there") || bad_answer(flight->kv);
}

static void load_keys(const struct qn_kv_key *key, struct qn_span keys[LOAD_KEYS])
{
    keys[0] = qn_rd_text(key->entry);
    keys[1] = qn_rd_text(key->lock);
    keys[2] = qn_rd_text(key->wake);
    keys[3] = qn_rd_text(key->kind_version);
    keys[4] = qn_rd_text(key->group_version);
}

bool qn_kv_l2_open(struct qn_kv_flight *flight, const char *mode, enum qn_kv_opened *ret,
                   int64_t *ret_left_ms)
{
    char version[QN_TOKEN_TEXT_SIZE], lease[QN_I64_TEXT_SIZE];
    struct qn_span keys[LOAD_KEYS];
    struct qn_rd_value answer;
    struct qn_err err = {.code = QN_OK};

    if (qn_token_make(flight->token, &err) != QN_OK || qn_token_make(version, &err) != QN_OK) {
        flight->token[0] = '\0';
        return judge(flight->kv, err.code, &err);
    }
    load_keys(flight->key, keys);
    qn_i64_to_str(flight->kind->lease_ms, lease);
    flight->renewed_ms = qn_mono_ms(&qn_clock_system);
    const struct qn_span args[] = {qn_rd_text(flight->token), qn_rd_text(lease),
                                   qn_rd_text(version), qn_rd_text(VERSION_LIFE_MS),
                                   qn_rd_text(mode)};
    const struct qn_rd_script script = {qn_kv_lua_open, keys, LOAD_KEYS, args, 5};
    /* No content of a key makes this script fail, so what does is trouble of Redis. */
    if (!judge(flight->kv, qn_rd_eval(flight->kv->rd, &script, &answer, &err), &err)) {
        flight->token[0] = '\0';
        return false;
    }
    return take_opened(flight, &answer, ret, ret_left_ms);
}

/* A stop does not keep others waiting: what ends a lease is sent all the same. */
static bool run_to_the_end(struct qn_kv *kv, const struct qn_rd_script *script,
                           struct qn_rd_value *ret)
{
    bool ok;

    qn_rd_heed(kv->rd, -1);
    ok = run(kv, script, ret);
    qn_rd_heed(kv->rd, kv->stop_fd);
    return ok;
}

static bool send_close(const struct qn_kv_flight *flight, const struct qn_kv_loaded *loaded,
                       struct qn_span bytes, int64_t *ret_life_ms)
{
    char life[QN_I64_TEXT_SIZE], hot[QN_I64_TEXT_SIZE], uses[QN_I64_TEXT_SIZE],
        grace[QN_I64_TEXT_SIZE];
    struct qn_span keys[LOAD_KEYS];
    struct qn_rd_value answer;

    load_keys(flight->key, keys);
    qn_i64_to_str(loaded->life_ms, life);
    qn_i64_to_str(loaded->hot_ms, hot);
    qn_i64_to_str(QN_KV_HOT, uses);
    qn_i64_to_str(loaded->grace_ms, grace);
    const struct qn_span args[] = {qn_rd_text(flight->token),
                                   qn_rd_text(flight->versions),
                                   qn_rd_text(life),
                                   qn_rd_text(hot),
                                   qn_rd_text(uses),
                                   qn_rd_text(grace),
                                   bytes};
    const struct qn_rd_script script = {qn_kv_lua_close, keys, LOAD_KEYS, args, 7};
    if (!run_to_the_end(flight->kv, &script, &answer)) {
        return false;
    }
    *ret_life_ms = answer.integer;
    return true;
}

bool qn_kv_l2_close(const struct qn_kv_flight *flight, const struct qn_kv_loaded *loaded,
                    int64_t *ret_life_ms)
{
    const char head[HEAD] = {FORMAT, loaded->none ? IS_NONE : IS_VALUE};
    struct qn_buf bytes;
    bool ok;

    *ret_life_ms = 0;
    qn_buf_init(&bytes, HEAD + loaded->bytes.len);
    qn_buf_add(&bytes, head, HEAD);
    qn_buf_add(&bytes, loaded->bytes.data, loaded->bytes.len);
    ok = qn_buf_status(&bytes) == QN_OK &&
         send_close(flight, loaded, (struct qn_span){bytes.data, bytes.len}, ret_life_ms);
    qn_buf_release(&bytes);
    return ok;
}

void qn_kv_l2_fail(const struct qn_kv_flight *flight, const char *word)
{
    const struct qn_span keys[] = {qn_rd_text(flight->key->lock), qn_rd_text(flight->key->wake)};
    const struct qn_span args[] = {qn_rd_text(flight->token), qn_rd_text(word)};

    /* Where this fails too, the lease ends by time. */
    if (flight->token[0] != '\0') {
        (void)run_to_the_end(flight->kv, &(struct qn_rd_script){qn_kv_lua_fail, keys, 2, args, 2},
                             NULL);
    }
}

bool qn_kv_l2_keep(struct qn_kv_flight *flight, bool *ret_mine)
{
    char lease[QN_I64_TEXT_SIZE];
    const struct qn_span key = qn_rd_text(flight->key->lock);
    const struct qn_span args[] = {qn_rd_text(flight->token),
                                   {lease, qn_i64_to_str(flight->kind->lease_ms, lease)}};
    struct qn_rd_value answer;

    if (!run(flight->kv, &(struct qn_rd_script){qn_kv_lua_keep, &key, 1, args, 2}, &answer)) {
        return false;
    }
    *ret_mine = answer.integer == 1;
    return true;
}

bool qn_kv_l2_await(struct qn_kv *kv, const struct qn_kv_key *key, int64_t ms,
                    char ret_word[QN_KV_WORD_SIZE])
{
    char seconds[32];
    struct qn_err err = {.code = QN_OK};
    struct qn_rd_value answer;

    /* The word stays in the list, so it wakes everybody who waits, at once. */
    snprintf(seconds, sizeof(seconds), "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
    const struct qn_span args[] = {qn_rd_text("BLMOVE"),  qn_rd_text(key->wake),
                                   qn_rd_text(key->wake), qn_rd_text("LEFT"),
                                   qn_rd_text("RIGHT"),   qn_rd_text(seconds)};
    if (!judge_entry(kv, qn_rd_wait(kv->rd, args, 6, ms, &answer, &err), &err)) {
        return false;
    }
    qn_str_copy(ret_word, QN_KV_WORD_SIZE, answer.bytes.data);
    return true;
}

/* ---- forgetting ---- */

static int tell(struct qn_kv *kv, const struct qn_span *args, size_t n, struct qn_err *reterr)
{
    struct qn_err err = {.code = QN_OK};
    int rc = qn_rd_call(kv->rd, args, n, NULL, &err);

    return judge(kv, rc, &err) ? QN_OK : qn_fail(reterr, rc, "%s", err.msg);
}

int qn_kv_l2_set_version(struct qn_kv *kv, const char *version_key, struct qn_err *reterr)
{
    char version[QN_TOKEN_TEXT_SIZE];
    int rc = qn_token_make(version, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    const struct qn_span args[] = {qn_rd_text("SET"), qn_rd_text(version_key), qn_rd_text(version),
                                   qn_rd_text("PX"), qn_rd_text(VERSION_LIFE_MS)};
    return tell(kv, args, 5, reterr);
}

int qn_kv_l2_unlink(struct qn_kv *kv, const struct qn_kv_key *key, struct qn_err *reterr)
{
    const struct qn_span args[] = {qn_rd_text("UNLINK"), qn_rd_text(key->entry),
                                   qn_rd_text(key->lock)};

    return tell(kv, args, 3, reterr);
}
