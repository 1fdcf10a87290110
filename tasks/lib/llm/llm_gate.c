#include "llm_gate.h"

#include "common/mem.h"
#include "common/str.h"
#include "llm_gate_local.h"
#include "llm_lua.h"
#include "tasks/lib/digest.h"
#include "tasks/lib/redis.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define HASH_SIZE  21 /* of a name in a key: 80 bits are enough */
#define NS_MAX     32
#define BEGIN_ARGS (6 + 2 * QN_LLM_GATE_BUDGETS)
#define END_ARGS   11

struct qn_llm_gate {
    struct qn_rd *rd;
    char ns[NS_MAX + 1];
    struct qn_llm_gate_options options;
    struct qn_llm_gate_local local;
    int64_t pause_until;
    int64_t errors;
    int stop_fd;
};

/* ---- life ---- */

int qn_llm_gate_create(struct qn_llm_gate **ret, const struct qn_llm_gate_options *options,
                       struct qn_err *reterr)
{
    struct qn_rd_options redis = {.url = options->redis,
                                  .name = "quern-llm",
                                  .connect_ms = QN_LLM_GATE_TIMEOUT_MS,
                                  .timeout_ms = QN_LLM_GATE_TIMEOUT_MS};
    struct qn_llm_gate *gate;
    int rc = QN_OK;

    if (!qn_str_is_name(options->ns, NS_MAX)) {
        return qn_fail(reterr, QN_EINVAL, "namespace: must be 1 to %d of [a-z0-9_-]", NS_MAX);
    }
    gate = qn_zalloc(1, sizeof(*gate));
    if (gate == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a language model");
    }
    gate->options = *options;
    gate->stop_fd = -1;
    qn_str_copy(gate->ns, sizeof(gate->ns), options->ns);
    if (options->redis[0] != '\0') {
        rc = qn_rd_create(&gate->rd, &redis, reterr);
    }
    if (rc != QN_OK) {
        qn_llm_gate_free(gate);
        return rc;
    }
    *ret = gate;
    return QN_OK;
}

void qn_llm_gate_free(struct qn_llm_gate *gate)
{
    if (gate != NULL) {
        qn_rd_free(gate->rd);
        qn_free(gate);
    }
}

void qn_llm_gate_heed(struct qn_llm_gate *gate, int stop_fd)
{
    gate->stop_fd = stop_fd;
    if (gate->rd != NULL) {
        qn_rd_heed(gate->rd, stop_fd);
    }
}

int64_t qn_llm_gate_errors(const struct qn_llm_gate *gate)
{
    return gate->errors;
}

/* ---- keys ---- */

static int hash_of(const char *a, const char *b, char out[HASH_SIZE], struct qn_err *reterr)
{
    char digest[QN_DIGEST_SIZE];
    struct qn_buf text;
    int rc;

    qn_buf_init(&text, (size_t)64 * 1024);
    qn_buf_printf(&text, "%s\n%s", a, b);
    rc = qn_buf_status(&text);
    if (rc == QN_OK) {
        rc = qn_digest_text((struct qn_span){text.data, text.len}, digest, reterr);
    } else {
        qn_fail(reterr, rc, "no memory for a language model");
    }
    if (rc == QN_OK) {
        snprintf(out, HASH_SIZE, "%.*s", HASH_SIZE - 1, digest);
    }
    qn_buf_release(&text);
    return rc;
}

int qn_llm_gate_budget_key(const struct qn_llm_gate *gate, const char *kind, const char *whose,
                           char out[QN_LLM_GATE_KEY_SIZE], struct qn_err *reterr)
{
    char hash[HASH_SIZE];
    int rc = hash_of(kind, whose, hash, reterr);

    if (rc == QN_OK) {
        snprintf(out, QN_LLM_GATE_KEY_SIZE, "%s:llm:budget:%s:%s", gate->ns, kind, hash);
    }
    return rc;
}

static int name_keys(const struct qn_llm_gate *gate, struct qn_llm_turn *turn,
                     struct qn_err *reterr)
{
    char endpoint[HASH_SIZE], model[HASH_SIZE];
    int rc = hash_of(turn->endpoint, "", endpoint, reterr);

    if (rc == QN_OK) {
        rc = hash_of(turn->endpoint, turn->model, model, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_token_make(turn->token, reterr);
    }
    if (rc == QN_OK) {
        snprintf(turn->breaker, sizeof(turn->breaker), "%s:llm:breaker:%s", gate->ns, model);
        snprintf(turn->places, sizeof(turn->places), "%s:llm:places:%s", gate->ns, endpoint);
        snprintf(turn->minute, sizeof(turn->minute), "%s:llm:minute:%s", gate->ns, endpoint);
    }
    return rc;
}

/* ---- Redis ---- */

static bool is_stopped(const struct qn_llm_gate *gate)
{
    struct pollfd one = {.fd = gate->stop_fd, .events = POLLIN};

    return poll(&one, 1, 0) > 0; /* poll skips an fd of -1 */
}

static void begin_pause(struct qn_llm_gate *gate, const struct qn_err *why)
{
    char text[QN_ERR_TEXT_MAX + 64];

    gate->errors++;
    gate->pause_until = qn_mono_ms(gate->options.clock) + QN_LLM_GATE_PAUSE_MS;
    if (gate->options.on_trouble != NULL) {
        snprintf(text, sizeof(text), "budgets and breaker are of this process alone: %s", why->msg);
        gate->options.on_trouble(gate->options.arg, text);
    }
}

static bool read_word(const struct qn_rd_value *answer, const struct qn_llm_turn *turn,
                      struct qn_llm_gate_word *ret)
{
    struct qn_span what = qn_rd_item(answer, 0).bytes;
    int64_t number = qn_rd_item(answer, 1).integer;

    *ret = (struct qn_llm_gate_word){.percent = -1};
    if (qn_span_is(what, "go")) {
        int64_t which = qn_rd_item(answer, 2).integer;

        ret->percent = number;
        ret->budget = which > 0 && which <= (int64_t)turn->n_budgets ? (size_t)which - 1 : 0;
    } else if (qn_span_is(what, "open") || qn_span_is(what, "busy")) {
        ret->says = what.data[0] == 'o' ? QN_LLM_GATE_OPEN : QN_LLM_GATE_BUSY;
        ret->wait_ms = number > 0 ? number : 1;
    } else if (qn_span_is(what, "budget") && number > 0 && number <= (int64_t)turn->n_budgets) {
        ret->says = QN_LLM_GATE_BUDGET;
        ret->budget = (size_t)number - 1;
    } else {
        return false;
    }
    return true;
}

static int ask_redis(struct qn_llm_gate *gate, const struct qn_llm_turn *turn,
                     struct qn_llm_gate_word *ret, struct qn_err *reterr)
{
    struct qn_span keys[3 + QN_LLM_GATE_BUDGETS] = {
        qn_rd_text(turn->breaker), qn_rd_text(turn->places), qn_rd_text(turn->minute)};
    int64_t numbers[BEGIN_ARGS] = {0,
                                   gate->options.places,
                                   gate->options.place_ms,
                                   gate->options.per_minute,
                                   QN_LLM_BREAKER_PROBE_MS,
                                   turn->reserve};
    char texts[BEGIN_ARGS][QN_I64_TEXT_SIZE];
    struct qn_span args[BEGIN_ARGS] = {qn_rd_text(turn->token)};
    size_t n = 6 + 2 * turn->n_budgets;
    struct qn_rd_value answer = {.type = QN_RD_NIL};
    int rc;

    for (size_t i = 0; i < turn->n_budgets; i++) {
        keys[3 + i] = qn_rd_text(turn->budgets[i].key);
        numbers[6 + 2 * i] = turn->budgets[i].most;
        numbers[7 + 2 * i] = turn->budgets[i].life_ms;
    }
    for (size_t i = 1; i < n; i++) {
        args[i] = (struct qn_span){texts[i], qn_i64_to_str(numbers[i], texts[i])};
    }
    const struct qn_rd_script script = {qn_llm_lua_begin, keys, 3 + turn->n_budgets, args, n};
    rc = qn_rd_eval(gate->rd, &script, &answer, reterr);
    if (rc == QN_OK && !read_word(&answer, turn, ret)) {
        rc = qn_fail(reterr, QN_EPROTO, "a script answered what it never does");
    }
    return rc;
}

int qn_llm_gate_begin(struct qn_llm_gate *gate, struct qn_llm_turn *turn,
                      struct qn_llm_gate_word *ret, struct qn_err *reterr)
{
    struct qn_err why = {.code = QN_OK};
    int rc = name_keys(gate, turn, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    turn->shared = gate->rd != NULL && qn_mono_ms(gate->options.clock) >= gate->pause_until;
    if (turn->shared && ask_redis(gate, turn, ret, &why) == QN_OK) {
        return QN_OK;
    }
    if (is_stopped(gate)) {
        return qn_fail(reterr, QN_ELOST, "stopped");
    }
    if (turn->shared) {
        begin_pause(gate, &why);
    }
    turn->shared = false;
    qn_llm_gate_local_begin(&gate->local, turn, gate->options.per_minute,
                            qn_mono_ms(gate->options.clock), ret);
    return QN_OK;
}

static void tell_redis(struct qn_llm_gate *gate, const struct qn_llm_turn *turn, int64_t cost,
                       const char *verdict)
{
    struct qn_span keys[2 + QN_LLM_GATE_BUDGETS] = {qn_rd_text(turn->breaker),
                                                    qn_rd_text(turn->places)};
    const int64_t numbers[END_ARGS] = {0,
                                       cost - turn->reserve,
                                       0,
                                       QN_LLM_WINDOW_MS / QN_LLM_BUCKETS,
                                       QN_LLM_BUCKETS,
                                       QN_LLM_BREAKER_CALLS,
                                       QN_LLM_BREAKER_PERCENT,
                                       QN_LLM_BREAKER_OPEN_MS,
                                       QN_LLM_BREAKER_MOST_MS,
                                       QN_LLM_BREAKER_GOOD,
                                       2 * QN_LLM_BREAKER_MOST_MS};
    char texts[END_ARGS][QN_I64_TEXT_SIZE];
    struct qn_span args[END_ARGS];
    struct qn_err why = {.code = QN_OK};

    for (size_t i = 0; i < turn->n_budgets; i++) {
        keys[2 + i] = qn_rd_text(turn->budgets[i].key);
    }
    for (size_t i = 0; i < END_ARGS; i++) {
        args[i] = (struct qn_span){texts[i], qn_i64_to_str(numbers[i], texts[i])};
    }
    args[0] = qn_rd_text(turn->token);
    args[2] = qn_rd_text(verdict);
    const struct qn_rd_script script = {qn_llm_lua_end, keys, 2 + turn->n_budgets, args, END_ARGS};
    if (qn_rd_eval(gate->rd, &script, NULL, &why) != QN_OK) {
        begin_pause(gate, &why);
    }
}

void qn_llm_gate_end(struct qn_llm_gate *gate, const struct qn_llm_turn *turn, int64_t cost,
                     enum qn_llm_verdict verdict)
{
    static const char *const names[] = {"good", "bad", "neither"};

    if (!turn->shared) {
        qn_llm_gate_local_end(&gate->local, turn, cost, verdict, qn_mono_ms(gate->options.clock));
        return;
    }
    qn_rd_heed(gate->rd, -1);
    tell_redis(gate, turn, cost, names[verdict]);
    qn_rd_heed(gate->rd, gate->stop_fd);
}
