#include "route.h"

#include "common/clock.h"
#include "common/str.h"
#include "route_day.h"
#include "route_run.h"
#include "tasks/lib/answer.h"
#include <string.h>

#define ROUTE_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define USES_MAX        ((size_t)64 * 1024)

const char *const route_translator_names[] = {"auto", "rules", "llm"};

const char *const route_code_names[ROUTE_CODES] = {
    [ROUTE_ANSWERED] = "answered",      [ROUTE_UNCLEAR] = "unclear",
    [ROUTE_BEYOND] = "beyond",          [ROUTE_MISSING] = "missing",
    [ROUTE_HIDDEN] = "hidden",          [ROUTE_WRITE] = "write",
    [ROUTE_NO_QUERY] = "no_query",      [ROUTE_GUARD] = "refused_by_guard",
    [ROUTE_MODEL] = "refused_by_model", [ROUTE_FAILED] = "failed",
};

/* ---- what is told ---- */

const char *route_text(const struct route_run *run, const char *en, const char *zh)
{
    return run->zh ? zh : en;
}

void route_warn(struct route_run *run, const char *text)
{
    struct route *route = run->route;

    if (route->n_warnings < sizeof(route->warnings) / sizeof(route->warnings[0])) {
        route->warnings[route->n_warnings++] = text;
    }
}

void route_no(struct route_run *run, enum route_code code, const char *reason)
{
    struct route *route = run->route;
    const size_t len = qn_utf8_cut(reason, strlen(reason), ROUTE_REASON_MAX);

    route->code = code;
    route->sql = "";
    route->reason = qn_arena_text(&route->arena, reason, len);
    route->translator = ROUTE_AUTO;
    route->confidence = 0;
}

void route_note(struct route_run *run, enum route_translator translator, const char *sql,
                const char *sqlstate, const char *message)
{
    struct route *route = run->route;

    if (route->n_attempts < ROUTE_ATTEMPTS) {
        route->attempts[route->n_attempts++] = (struct route_attempt){
            .translator = translator,
            .sql = sql,
            .sqlstate = qn_arena_str(&route->arena, sqlstate),
            .message = qn_arena_str(&route->arena, message),
        };
    }
}

/* ---- the rules' part ---- */

/* Which no it is; the first of RULES_... is no no. */
static const enum route_code codes[RULES_REFUSALS] = {
    [RULES_ANSWERED] = ROUTE_UNCLEAR,  [RULES_UNCLEAR] = ROUTE_UNCLEAR,
    [RULES_BEYOND] = ROUTE_BEYOND,     [RULES_MISSING] = ROUTE_MISSING,
    [RULES_HIDDEN] = ROUTE_HIDDEN,     [RULES_WRITE] = ROUTE_WRITE,
    [RULES_NO_QUERY] = ROUTE_NO_QUERY,
};

/* Nobody may answer it, or there is nothing to answer. */
static bool is_final(enum rules_refusal refusal)
{
    return refusal == RULES_HIDDEN || refusal == RULES_WRITE || refusal == RULES_NO_QUERY;
}

/* False: the guard does not take it, which is a fault of the rules. */
static int take_rules(struct route_run *run, const struct route_rules *rules, bool *ret_taken,
                      struct qn_err *reterr)
{
    struct route *route = run->route;
    const struct qn_span sql = {rules->sql, strlen(rules->sql)};
    struct route_verdict verdict;
    int rc = route_judge_text(run, sql, &verdict, reterr);

    *ret_taken = rc == QN_OK && verdict.judgement == ROUTE_TAKEN;
    if (rc != QN_OK) {
        return rc;
    }
    route_note(run, ROUTE_RULES, rules->sql, "", verdict.message);
    if (!*ret_taken) {
        qn_job_log(run->wish->job, "a statement of the rules was refused: %s", verdict.message);
        route_no(run, ROUTE_GUARD, verdict.message);
        return QN_OK;
    }
    route->code = ROUTE_ANSWERED;
    route->translator = ROUTE_RULES;
    route->sql = rules->sql;
    route->reason = rules->reason;
    route->confidence = rules->confidence;
    return QN_OK;
}

static bool has_sql(const struct route_rules *rules, double least)
{
    return rules->sql[0] != '\0' && rules->confidence >= least;
}

static void say_unclear(struct route_run *run, const struct route_rules *rules)
{
    const char *reason = rules->reason[0] != '\0' && rules->sql[0] == '\0'
                             ? rules->reason
                             : route_text(run, "too little of the question was understood",
                                          "问题中能理解的内容太少");

    route_no(run, codes[rules->refusal], reason);
}

/* When the language model cannot: the rules' best, with a warning. */
static int fall_back(struct route_run *run, const struct route_rules *rules, const char *why,
                     bool *ret_taken, struct qn_err *reterr)
{
    struct qn_arena *arena = &run->route->arena;
    int rc;

    *ret_taken = false;
    if (!has_sql(rules, RULES_LEAST)) {
        return QN_OK;
    }
    rc = take_rules(run, rules, ret_taken, reterr);
    if (rc == QN_OK && *ret_taken) {
        route_warn(run,
                   qn_arena_printf(
                       arena, "%s%s%s%s",
                       route_text(run, "the rules are not sure of this", "规则对这个结果不够确定"),
                       why[0] != '\0' ? " (" : "", why, why[0] != '\0' ? ")" : ""));
        rc = qn_arena_status(arena, "a warning", reterr);
    }
    return rc;
}

/* ---- the order ---- */

/* The client's text, and the setting that it is about. */
static int name_setting(enum qn_llm_class class, int rc, const struct qn_err *err,
                        struct qn_err *reterr)
{
    return qn_fail(reterr, rc, "%s%s", class == QN_LLM_AUTH ? "llm-key (QUERN_LLM_KEY): " : "",
                   err->msg);
}

/* It was tried, and no statement came of it. */
static int after_failure(struct route_run *run, const struct route_rules *rules, int rc,
                         const struct qn_err *why, struct qn_err *reterr)
{
    bool taken = false;
    int again = QN_OK;

    if (run->wish->translator == ROUTE_AUTO) {
        qn_job_log(run->wish->job, "the language model cannot be asked: %s", why->msg);
        again = fall_back(run, rules, why->msg, &taken, reterr);
    }
    if (again != QN_OK || taken) {
        return again;
    }
    return qn_fail(reterr, rc, "%s", why->msg);
}

static int ask_llm(struct route_run *run, struct qn_llm *llm, const struct route_rules *rules,
                   struct qn_err *reterr)
{
    enum qn_llm_class class = QN_LLM_FINE;
    struct qn_err err = {.code = QN_OK}, named = {.code = QN_OK};
    bool taken;
    int rc = route_llm_ask(run, llm, &class, &err);

    if (rc != QN_OK && class == QN_LLM_REFUSED) {
        route_no(run, ROUTE_MODEL, err.msg);
        return QN_OK;
    }
    if (rc != QN_OK && (class == QN_LLM_FINE || class == QN_LLM_STOPPED || class == QN_LLM_OWN)) {
        return qn_fail(reterr, rc, "%s", err.msg);
    }
    if (rc != QN_OK) {
        rc = name_setting(class, rc, &err, &named);
        return after_failure(run, rules, rc, &named, reterr);
    }
    return run->route->code == ROUTE_FAILED && run->wish->translator == ROUTE_AUTO
               ? fall_back(run, rules, "", &taken, reterr)
               : QN_OK;
}

/* No language model is configured. */
static int without_llm(struct route_run *run, const struct route_rules *rules,
                       const struct qn_err *why, struct qn_err *reterr)
{
    bool taken = false;
    int rc;

    if (run->wish->translator == ROUTE_LLM) {
        return qn_fail(reterr, QN_EINVAL, "translator llm: %s", why->msg);
    }
    rc = fall_back(run, rules, "", &taken, reterr);
    if (rc == QN_OK && !taken && run->route->code == ROUTE_ANSWERED) {
        say_unclear(run, rules);
    }
    return rc;
}

static int with_llm(struct route_run *run, const struct route_rules *rules, struct qn_err *reterr)
{
    struct qn_err err = {.code = QN_OK};
    struct qn_llm *llm = NULL;
    int rc = place_llm(run->wish->place, &llm, &err);

    if (rc == QN_ENOTFOUND) {
        return without_llm(run, rules, &err, reterr);
    }
    return rc == QN_OK ? ask_llm(run, llm, rules, reterr)
                       : after_failure(run, rules, rc, &err, reterr);
}

static int decide(struct route_run *run, struct qn_err *reterr)
{
    const enum route_translator translator = run->wish->translator;
    struct route_rules rules;
    bool taken = false;
    int rc = route_rules_ask(run, &rules, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    if (is_final(rules.refusal)) {
        route_no(run, codes[rules.refusal], rules.reason);
        return QN_OK;
    }
    if (translator == ROUTE_LLM) {
        return with_llm(run, &rules, reterr);
    }
    if (has_sql(&rules, translator == ROUTE_RULES ? RULES_LEAST : RULES_SURE)) {
        rc = take_rules(run, &rules, &taken, reterr);
    } else if (translator == ROUTE_RULES) {
        say_unclear(run, &rules);
    }
    return rc == QN_OK && !taken && translator == ROUTE_AUTO ? with_llm(run, &rules, reterr) : rc;
}

/* ---- the whole ---- */

/* Chinese characters: U+4000 to U+9FFF begin with these bytes. */
static bool is_chinese(const char *question, const char *language)
{
    if (language != NULL && language[0] != '\0') {
        return strcmp(language, "zh") == 0;
    }
    for (const char *at = question; *at != '\0'; at++) {
        if ((unsigned char)*at >= 0xE4 && (unsigned char)*at <= 0xE9) {
            return true;
        }
    }
    return false;
}

static const char *find_today(const struct route_wish *wish, char out[ROUTE_DAY_SIZE])
{
    const struct qn_model *model = wish->database->model;

    if (wish->today != NULL && wish->today[0] != '\0') {
        return wish->today;
    }
    if (model->reference_day[0] != '\0') {
        return model->reference_day;
    }
    route_day(model->time_zone, qn_wall_ms(&qn_clock_system), out);
    return out;
}

static void init(struct route *route)
{
    *route = (struct route){
        .sql = "",
        .code = ROUTE_ANSWERED,
        .translator = ROUTE_AUTO,
        .reason = "",
        .understood = "[]",
        .usage = {.model = "", .currency = "", .first_byte_ms = -1},
    };
    qn_arena_init(&route->arena, ROUTE_BYTES_MAX);
    qn_buf_init(&route->uses, USES_MAX);
    query_init(&route->query, (struct qn_span){"", 0});
}

int route_question(const struct route_wish *wish, struct route *ret, struct qn_err *reterr)
{
    char day[ROUTE_DAY_SIZE];
    struct route_run run = {.wish = wish, .route = ret};
    int rc;

    init(ret);
    run.zh = is_chinese(wish->question, wish->language);
    run.today = find_today(wish, day);
    ret->language = run.zh ? "zh" : "en";
    rc = decide(&run, reterr);
    return rc == QN_OK ? qn_arena_status(&ret->arena, "the route", reterr) : rc;
}

void route_release(struct route *route)
{
    qn_buf_release(&route->uses);
    query_release(&route->query);
    qn_arena_release(&route->arena);
}

/* An answer of no known shape may be a better one another time. */
enum qn_outcome route_failure(const struct route *route, struct qn_job *job, int rc,
                              const struct qn_err *err)
{
    if (rc == QN_EAGAIN && route->delay_ms > 0) {
        qn_job_error(job, "%s", err->msg);
        qn_job_delay(job, route->delay_ms);
        return QN_SNOOZE;
    }
    if (rc == QN_EPROTO) {
        qn_job_error(job, "%s", err->msg);
        return QN_RETRY;
    }
    return qn_answer(job, rc, err);
}
