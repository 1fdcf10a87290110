#include "common/mem.h"
#include "common/str.h"
#include "llm_stream.h"
#include "llm_type.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DETAIL_MAX    160
#define JOB_LIFE_MS   INT64_C(604800000)
#define HOUR_MS       INT64_C(3600000)
#define CUT_BYTES_MIN 4096 /* below it a server cannot have dropped much */
#define CUT_RATIO     10   /* bytes of a token that no text has on average */

/* ---- what comes ---- */

enum mode { UNKNOWN, EVENTS, AT_ONCE };

struct receiver {
    struct qn_llm_answer *answer;
    struct qn_llm_stream stream;
    enum mode mode;
    struct qn_buf at_once;
};

static int take_event(void *arg, struct qn_span data)
{
    struct receiver *receiver = arg;

    qn_llm_answer_add(receiver->answer, data);
    return receiver->answer->problem == QN_LLM_FINE ? QN_OK : QN_EPROTO;
}

/* Asked for a stream, some answer at once all the same, with JSON or a page. */
static enum mode mode_of(struct qn_span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (strchr(" \t\r\n", bytes.data[i]) == NULL) {
            return bytes.data[i] == '{' || bytes.data[i] == '<' ? AT_ONCE : EVENTS;
        }
    }
    return UNKNOWN;
}

static int take_bytes(void *arg, struct qn_span bytes)
{
    struct receiver *receiver = arg;

    if (receiver->mode == UNKNOWN) {
        receiver->mode = mode_of(bytes);
    }
    if (receiver->mode == AT_ONCE) {
        return qn_buf_add(&receiver->at_once, bytes.data, bytes.len);
    }
    return qn_llm_stream_push(&receiver->stream, bytes);
}

/* ---- judging ---- */

static struct qn_span span_of(const struct qn_buf *buf)
{
    return (struct qn_span){buf->data, buf->len};
}

/* A server that drops the front of a long prompt tells far too few tokens. */
static bool was_cut_silently(const struct qn_llm_call *call, const struct qn_llm_answer *answer)
{
    int64_t bytes;

    (void)qn_llm_request_estimate(call->request, &bytes);
    return call->llm->profile->cuts_silently && answer->tokens.told && bytes > CUT_BYTES_MIN &&
           answer->tokens.prompt < bytes / CUT_RATIO;
}

/* A status of 200: what is in it. */
static enum qn_llm_class judge_answer(const struct qn_llm_call *call, struct receiver *receiver,
                                      struct qn_span body, enum qn_llm_class transport)
{
    struct qn_llm_answer *answer = receiver->answer;
    bool broken = transport != QN_LLM_FINE;
    bool streamed = call->request->stream && receiver->mode != AT_ONCE;
    enum qn_llm_class class;

    if (!streamed && !broken) {
        qn_llm_answer_read(answer, receiver->mode == AT_ONCE ? span_of(&receiver->at_once) : body);
    }
    qn_llm_answer_part(answer);
    class = qn_llm_answer_judge(answer, call->llm->profile, streamed, broken);
    if (class == QN_LLM_FINE && was_cut_silently(call, answer)) {
        return QN_LLM_CONTEXT;
    }
    return class == QN_LLM_CUT && broken ? transport : class;
}

/* What came, in a line: the server's own words for an error, never a piece of an answer. */
static void add_words(const struct qn_llm_call *call, const struct qn_llm_attempt *attempt,
                      const struct qn_http_answer *http, struct qn_buf *out)
{
    const char *key = call->llm->key, *finish = attempt->answer.finish;
    enum qn_llm_class problem = attempt->answer.problem;
    bool own = http->status == 200 && (problem == QN_LLM_FINE || problem == QN_LLM_PROTOCOL);
    struct qn_span words = own ? (struct qn_span){http->content_type, strlen(http->content_type)}
                               : span_of(&http->body);

    if (finish[0] != '\0') {
        qn_buf_add_str(out, "finish_reason ");
        qn_llm_excerpt((struct qn_span){finish, strlen(finish)}, key, DETAIL_MAX, out);
        return;
    }
    qn_buf_printf(out, "status %d, ", http->status);
    qn_llm_excerpt(words, key, DETAIL_MAX, out);
}

static void tell_detail(const struct qn_llm_call *call, struct qn_llm_attempt *attempt,
                        const struct qn_http_answer *http, const struct qn_err *why)
{
    struct qn_buf text;

    qn_buf_init(&text, 4096);
    if (why->code != QN_OK) {
        qn_llm_excerpt((struct qn_span){why->msg, strlen(why->msg)}, call->llm->key, DETAIL_MAX,
                       &text);
    } else {
        add_words(call, attempt, http, &text);
    }
    qn_str_copy(attempt->detail, sizeof(attempt->detail), text.data);
    qn_buf_release(&text);
}

/* ---- over HTTP ---- */

static int do_http(const struct qn_llm_call *call, struct qn_span body, struct receiver *receiver,
                   struct qn_http_answer *ret, struct qn_err *reterr)
{
    struct qn_llm *llm = call->llm;
    const char *headers[] = {"Content-Type: application/json",
                             "Accept: application/json, text/event-stream", llm->authorization};
    const struct qn_http_request request = {
        .url = llm->chat_url,
        .headers = headers,
        .n_headers = llm->key[0] != '\0' ? 3 : 2,
        .body = &body,
        .stop_fd = llm->stop_fd,
        .connect_ms = llm->connect_ms,
        .first_byte_ms = llm->first_byte_ms,
        .idle_ms = llm->idle_ms,
        .total_ms = llm->total_ms,
        .answer_max = QN_LLM_ANSWER_MAX,
        .on_bytes = call->request->stream ? take_bytes : NULL,
        .arg = receiver,
    };

    llm->counters.requests++;
    return qn_http_do(llm->http, &request, ret, reterr);
}

static void send_body(struct qn_llm_call *call, struct qn_llm_attempt *attempt, struct qn_span body,
                      struct receiver *receiver)
{
    struct qn_err why = {.code = QN_OK};
    struct qn_http_answer http;
    int rc = do_http(call, body, receiver, &http, &why);
    const struct qn_llm_ending ending = {.rc = rc,
                                         .status = http.status,
                                         .retry_after = http.retry_after,
                                         .body = span_of(&http.body),
                                         .wall_ms = qn_wall_ms(&qn_clock_system)};

    attempt->sent = true;
    attempt->class = qn_llm_classify(&ending, &attempt->wait_ms);
    if (http.status == 200 && (attempt->class == QN_LLM_FINE || attempt->class == QN_LLM_CUT ||
                               attempt->class == QN_LLM_LATE)) {
        attempt->class = judge_answer(call, receiver, ending.body, attempt->class);
    }
    if (http.status == 400) {
        attempt->field = qn_llm_field_named(ending.body);
    }
    if (attempt->class != QN_LLM_FINE) {
        tell_detail(call, attempt, &http, &why);
    }
    call->reply->usage.first_byte_ms = http.first_byte_ms;
    qn_http_answer_release(&http);
}

static void send_request(struct qn_llm_call *call, struct qn_llm_attempt *attempt)
{
    const struct qn_llm_form form = {.model = attempt->model,
                                     .max_tokens = attempt->max_tokens,
                                     .without = qn_llm_without(call->llm, attempt->model),
                                     .stream_usage = call->llm->profile->stream_usage};
    struct receiver receiver = {.answer = &attempt->answer};
    struct qn_buf body;
    int rc;

    qn_buf_init(&body, QN_LLM_PROMPT_MAX);
    qn_buf_init(&receiver.at_once, QN_LLM_ANSWER_MAX);
    qn_llm_stream_init(&receiver.stream, take_event, &receiver);
    rc = qn_llm_request_write(call->request, &form, &body);
    if (rc == QN_OK) {
        send_body(call, attempt, span_of(&body), &receiver);
    } else {
        attempt->class = rc == QN_ELIMIT ? QN_LLM_CONTEXT : QN_LLM_OWN;
        qn_str_copy(attempt->detail, sizeof(attempt->detail), "the prompt is over 1 MiB");
    }
    qn_llm_stream_release(&receiver.stream);
    qn_buf_release(&receiver.at_once);
    qn_buf_release(&body);
}

/* ---- tokens and money ---- */

/* Whether the server worked for it, as far as can be known. */
static bool is_charged(const struct qn_llm_attempt *attempt)
{
    switch (attempt->class) {
    case QN_LLM_FINE:
    case QN_LLM_LATE:
    case QN_LLM_CUT:
    case QN_LLM_TRUNCATED:
    case QN_LLM_EMPTY:
    case QN_LLM_REFUSED:
    case QN_LLM_OVERLOADED:
    case QN_LLM_HUGE:
    case QN_LLM_STOPPED:
        return attempt->sent;
    default:
        return attempt->answer.tokens.told;
    }
}

static struct qn_llm_tokens tokens_of(const struct qn_llm_call *call,
                                      const struct qn_llm_attempt *attempt)
{
    const struct qn_llm_answer *answer = &attempt->answer;

    if (answer->tokens.told || !is_charged(attempt)) {
        return answer->tokens;
    }
    return (struct qn_llm_tokens){
        .prompt = qn_llm_request_estimate(call->request, NULL),
        .completion =
            qn_llm_estimate(span_of(&answer->text)) + qn_llm_estimate(span_of(&answer->reasoning)),
        .reasoning = qn_llm_estimate(span_of(&answer->reasoning)),
    };
}

/* What it cost; added to the usage. */
static int64_t account(struct qn_llm_call *call, const struct qn_llm_attempt *attempt)
{
    struct qn_llm_usage *usage = &call->reply->usage;
    struct qn_llm_tokens tokens = tokens_of(call, attempt);
    int64_t cost = qn_llm_cost(&attempt->price, &tokens);

    usage->attempts += attempt->sent;
    usage->prompt += tokens.prompt;
    usage->cached += tokens.cached;
    usage->completion += tokens.completion;
    usage->reasoning += tokens.reasoning;
    usage->estimated = usage->estimated || (is_charged(attempt) && !tokens.told);
    usage->cost_micro += cost;
    qn_str_copy(usage->finish, sizeof(usage->finish), attempt->answer.finish);
    return cost;
}

/* ---- budgets ---- */

const char *const qn_llm_budget_names[QN_LLM_BUDGETS] = {"call", "job", "key", "month"};

/* Until the day or month of UTC ends. */
static int64_t left_ms(enum qn_llm_budget kind, int64_t wall_ms, char period[16])
{
    time_t now = (time_t)(wall_ms / 1000);
    struct tm next;

    gmtime_r(&now, &next);
    if (kind == QN_LLM_PER_KEY_DAY) {
        strftime(period, 16, "%Y-%m-%d", &next);
        next.tm_mday++;
    } else {
        strftime(period, 16, "%Y-%m", &next);
        next.tm_mday = 1;
        next.tm_mon++;
    }
    next.tm_hour = next.tm_min = next.tm_sec = 0;
    return (int64_t)timegm(&next) * 1000 - wall_ms;
}

/* The budgets of a turn: which ones they are goes into kinds. */
static int add_budget(const struct qn_llm_call *call, struct qn_llm_turn *turn,
                      enum qn_llm_budget kind, enum qn_llm_budget *kinds, struct qn_err *reterr)
{
    const char *whose = kind == QN_LLM_PER_JOB       ? call->request->job
                        : kind == QN_LLM_PER_KEY_DAY ? call->request->key
                                                     : "all";
    int64_t most = call->llm->budget_micro[kind], life = JOB_LIFE_MS;
    char period[16] = "", name[QN_LLM_WORD_MAX + 32];
    struct qn_llm_gate_budget *budget = &turn->budgets[turn->n_budgets];

    if (most == 0 || whose == NULL || whose[0] == '\0') {
        return QN_OK;
    }
    if (kind != QN_LLM_PER_JOB) {
        life = left_ms(kind, qn_wall_ms(call->llm->clock), period) + HOUR_MS;
    }
    snprintf(name, sizeof(name), "%s/%s", period, whose);
    *budget = (struct qn_llm_gate_budget){.most = most, .life_ms = life};
    kinds[turn->n_budgets++] = kind;
    return qn_llm_gate_budget_key(call->llm->gate, qn_llm_budget_names[kind], name, budget->key,
                                  reterr);
}

static void refuse_budget(struct qn_llm_call *call, struct qn_llm_attempt *attempt,
                          enum qn_llm_budget kind)
{
    char period[16];

    attempt->class = QN_LLM_BUDGET;
    attempt->wait_ms = kind == QN_LLM_PER_KEY_DAY || kind == QN_LLM_PER_MONTH
                           ? left_ms(kind, qn_wall_ms(call->llm->clock), period)
                           : -1;
    snprintf(attempt->detail, sizeof(attempt->detail), "the budget per %s has no room",
             kind == QN_LLM_PER_KEY_DAY ? "key and day" : qn_llm_budget_names[kind]);
    qn_llm_tell(call->llm, QN_LLM_NOTE_BUDGET, attempt->detail);
}

static void warn_budget(struct qn_llm *llm, int64_t percent, enum qn_llm_budget kind)
{
    char text[96];

    llm->counters.budget_percent = percent;
    if (percent >= 80) {
        snprintf(text, sizeof(text), "the budget per %s is used to %lld %%",
                 kind == QN_LLM_PER_KEY_DAY ? "key and day" : qn_llm_budget_names[kind],
                 (long long)percent);
        qn_llm_tell(llm, QN_LLM_NOTE_BUDGET, text);
    }
}

/* ---- a turn ---- */

static int begin_turn(struct qn_llm_call *call, struct qn_llm_turn *turn,
                      enum qn_llm_budget kinds[QN_LLM_BUDGETS], struct qn_llm_gate_word *word,
                      struct qn_err *reterr)
{
    int rc = QN_OK;

    for (int kind = QN_LLM_PER_JOB; kind <= QN_LLM_PER_MONTH && rc == QN_OK; kind++) {
        rc = add_budget(call, turn, (enum qn_llm_budget)kind, kinds, reterr);
    }
    return rc == QN_OK ? qn_llm_gate_begin(call->llm->gate, turn, word, reterr) : rc;
}

static enum qn_llm_verdict verdict_of(const struct qn_llm_attempt *attempt)
{
    if (qn_llm_classes[attempt->class].breaker) {
        return QN_LLM_BAD;
    }
    switch (attempt->class) {
    case QN_LLM_FINE:
    case QN_LLM_TRUNCATED:
    case QN_LLM_EMPTY:
    case QN_LLM_REFUSED:
    case QN_LLM_CONTEXT:
    case QN_LLM_CALLER:
        return QN_LLM_GOOD;
    default:
        return QN_LLM_NEITHER;
    }
}

static void heed_word(struct qn_llm_call *call, struct qn_llm_attempt *attempt,
                      const struct qn_llm_gate_word *word, const enum qn_llm_budget *kinds)
{
    static const char *const texts[] = {"", "the server failed too often", "no turn is free"};

    if (word->says == QN_LLM_GATE_BUDGET) {
        refuse_budget(call, attempt, kinds[word->budget]);
        return;
    }
    attempt->class = word->says == QN_LLM_GATE_OPEN ? QN_LLM_OPEN : QN_LLM_BUSY;
    attempt->wait_ms = word->wait_ms;
    qn_str_copy(attempt->detail, sizeof(attempt->detail), texts[word->says]);
}

void qn_llm_attempt_run(struct qn_llm_call *call, struct qn_llm_attempt *attempt)
{
    const struct qn_llm_tokens most = {.prompt = qn_llm_request_estimate(call->request, NULL),
                                       .completion = attempt->max_tokens};
    struct qn_llm_turn turn = {.endpoint = call->llm->chat_url,
                               .model = attempt->model,
                               .reserve = qn_llm_cost(&attempt->price, &most)};
    int64_t per_call = call->llm->budget_micro[QN_LLM_PER_CALL];
    enum qn_llm_budget kinds[QN_LLM_BUDGETS] = {QN_LLM_PER_CALL};
    struct qn_llm_gate_word word = {.percent = -1};
    struct qn_err err = {.code = QN_OK};
    int rc;

    if (per_call > 0 && call->reply->usage.cost_micro + turn.reserve > per_call) {
        refuse_budget(call, attempt, QN_LLM_PER_CALL);
        return;
    }
    rc = begin_turn(call, &turn, kinds, &word, &err);
    if (rc != QN_OK) {
        attempt->class = rc == QN_ELOST ? QN_LLM_STOPPED : QN_LLM_OWN;
        qn_str_copy(attempt->detail, sizeof(attempt->detail), err.msg);
        return;
    }
    if (word.says != QN_LLM_GATE_GO) {
        heed_word(call, attempt, &word, kinds);
        return;
    }
    warn_budget(call->llm, word.percent, kinds[word.budget]);
    send_request(call, attempt);
    qn_llm_gate_end(call->llm->gate, &turn, account(call, attempt), verdict_of(attempt));
}
