#include "common/clock.h"
#include "route_run.h"
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#define MESSAGES_MAX (2 + 2 * ROUTE_REPAIRS)
#define FIRST_TRUST  0.8 /* confidence of a statement that needed no repair */
#define REPAIR_COST  0.1

/* The conversation: its texts are in the route's arena. */
struct talk {
    struct route_run *run;
    struct qn_llm *llm;
    struct link link;
    struct prompt_wish prompt;
    struct examples all; /* until the prompt is made */
    struct prompt_example examples[PROMPT_EXAMPLES_MAX];
    struct qn_llm_message messages[MESSAGES_MAX];
    size_t n_messages;
    int repairs;
};

/* ---- what is said ---- */

static int say(struct talk *talk, const char *role, struct qn_span text, struct qn_err *reterr)
{
    struct qn_arena *arena = &talk->run->route->arena;

    if (talk->n_messages == MESSAGES_MAX) {
        return qn_fail(reterr, QN_ELIMIT, "a conversation of more than %d messages", MESSAGES_MAX);
    }
    talk->messages[talk->n_messages++] = (struct qn_llm_message){
        .role = role,
        .text = {qn_arena_text(arena, text.data, text.len), text.len},
    };
    return qn_arena_status(arena, "the prompt", reterr);
}

/* Takes the text away. */
static int say_text(struct talk *talk, const char *role, struct qn_buf *text, struct qn_err *reterr)
{
    int rc = qn_buf_status(text);

    rc = rc == QN_OK ? say(talk, role, (struct qn_span){text->data, text->len}, reterr)
                     : qn_fail(reterr, rc, "the prompt: %s", qn_err_text(rc));
    qn_buf_release(text);
    return rc;
}

static int find_tables(struct talk *talk, struct qn_err *reterr)
{
    const struct route_wish *wish = talk->run->wish;
    struct route *route = talk->run->route;
    const int64_t began = qn_mono_ms(&qn_clock_system);
    int rc = link_question(wish->database->model, wish->question, wish->tables, wish->n_tables,
                           &route->arena, &talk->link, reterr);

    route->link_ms += qn_mono_ms(&qn_clock_system) - began;
    return rc;
}

static int choose_examples(struct talk *talk, struct qn_err *reterr)
{
    const struct route_wish *wish = talk->run->wish;
    const struct examples *all = &talk->all;
    size_t places[PROMPT_EXAMPLES_MAX];
    int rc = wish->examples != NULL ? wish->examples(wish->arg, &talk->all, reterr) : QN_OK;
    size_t n =
        rc == QN_OK && all->n > 0 ? prompt_nearest(wish->question, all->items, all->n, places) : 0;

    for (size_t i = 0; i < n; i++) {
        talk->examples[i] = all->items[places[i]];
    }
    talk->prompt.examples = talk->examples;
    talk->prompt.n_examples = n;
    return rc;
}

static void forget_examples(struct talk *talk)
{
    examples_release(&talk->all);
    talk->prompt.n_examples = 0;
}

static int say_prompt(struct talk *talk, struct qn_err *reterr)
{
    struct qn_buf text;
    int rc;

    qn_buf_init(&text, PROMPT_BYTES_MAX);
    prompt_system(&talk->prompt, &text);
    rc = say_text(talk, "system", &text, reterr);
    if (rc == QN_OK) {
        qn_buf_init(&text, PROMPT_BYTES_MAX);
        prompt_user(&talk->prompt, &text);
        rc = say_text(talk, "user", &text, reterr);
    }
    return rc;
}

static int begin(struct talk *talk, struct qn_err *reterr)
{
    const struct route_wish *wish = talk->run->wish;
    const struct qn_model *model = wish->database->model;
    int rc = find_tables(talk, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    talk->prompt = (struct prompt_wish){
        .model = model,
        .link = &talk->link,
        .question = wish->question,
        .today = talk->run->today,
        .time_zone = model->time_zone,
        .turns = wish->turns,
        .n_turns = wish->n_turns,
        .max_rows = wish->max_rows,
    };
    rc = choose_examples(talk, reterr);
    rc = rc == QN_OK ? say_prompt(talk, reterr) : rc;
    forget_examples(talk);
    return rc;
}

/* What it said, and what is wrong with it. */
static int ask_for_repair(struct talk *talk, struct qn_span said,
                          const struct route_verdict *verdict, struct qn_err *reterr)
{
    const struct prompt_fault fault = {
        .sql = verdict->sql,
        .sqlstate = verdict->sqlstate,
        .message = verdict->message,
        .hint = verdict->hint,
        .name = verdict->name,
    };
    const size_t most = said.len < CLEAN_SQL_MAX ? said.len : CLEAN_SQL_MAX;
    struct qn_buf text;
    int rc = say(talk, "assistant", (struct qn_span){said.data, most}, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    qn_buf_init(&text, PROMPT_BYTES_MAX);
    prompt_repair(&talk->prompt, &fault, &text);
    return say_text(talk, "user", &text, reterr);
}

/* ---- what is answered ---- */

/* What may be kept: a statement that the guard allows. */
static bool may_be_kept(void *arg, struct qn_span text)
{
    const struct talk *talk = arg;
    enum clean_class class = CLEAN_PROSE;
    struct guard_verdict verdict;
    struct qn_buf sql;
    bool kept;

    qn_buf_init(&sql, CLEAN_SQL_MAX);
    kept = clean_answer(text, &sql, &class, NULL) == QN_OK && class == CLEAN_SQL &&
           guard_check(talk->run->wish->database->guard, (struct qn_span){sql.data, sql.len},
                       &verdict, NULL, NULL) == QN_OK &&
           verdict.class == GUARD_ALLOWED;
    qn_buf_release(&sql);
    return kept;
}

static void add_usage(struct route *route, const struct qn_llm_usage *usage)
{
    struct qn_llm_usage *sum = &route->usage;

    sum->purpose = usage->purpose;
    sum->model = qn_arena_str(&route->arena, usage->model);
    sum->currency = qn_arena_str(&route->arena, usage->currency);
    sum->prompt += usage->prompt;
    sum->cached += usage->cached;
    sum->completion += usage->completion;
    sum->reasoning += usage->reasoning;
    sum->estimated = sum->estimated || usage->estimated;
    sum->cost_micro += usage->cost_micro;
    sum->took_ms += usage->took_ms;
    sum->first_byte_ms = usage->first_byte_ms;
    sum->attempts += usage->attempts;
    memcpy(sum->finish, usage->finish, sizeof(sum->finish));
    sum->from_cache = usage->from_cache;
    sum->class = usage->class;
}

static int ask(struct talk *talk, struct qn_llm_reply *reply, struct qn_err *reterr)
{
    const struct route_wish *wish = talk->run->wish;
    struct route *route = talk->run->route;
    const char *hash = wish->database->model->hash;
    const struct qn_llm_request request = {
        .purpose = talk->repairs == 0 ? QN_LLM_SQL : QN_LLM_REPAIR,
        .messages = talk->messages,
        .n_messages = talk->n_messages,
        .job = qn_job_id(wish->job),
        .key = wish->key != NULL && wish->key[0] != '\0' ? wish->key : NULL,
        .cached = true,
        .prompt_version = PROMPT_VERSION,
        .basis = {hash, strlen(hash)},
        .valid = may_be_kept,
        .arg = talk,
    };
    const int64_t began = qn_mono_ms(&qn_clock_system);
    int rc;

    malloc_trim(0); /* of hundreds of executors that wait, each would keep what the prompt took */
    rc = qn_llm_ask(talk->llm, &request, reply, reterr);
    route->llm_ms += qn_mono_ms(&qn_clock_system) - began;
    route->delay_ms = reply->delay_ms;
    add_usage(route, &reply->usage);
    return rc;
}

static void take(struct talk *talk, const char *sql, bool kept)
{
    struct route *route = talk->run->route;

    route->code = ROUTE_ANSWERED;
    route->translator = ROUTE_LLM;
    route->sql = sql;
    route->reason = "";
    route->confidence = FIRST_TRUST - REPAIR_COST * talk->repairs;
    route->sql_kept = kept;
}

static void refuse(struct talk *talk, const struct route_verdict *verdict)
{
    struct route_run *run = talk->run;
    const struct guard_verdict *guard = &run->route->verdict;

    qn_job_log(run->wish->job,
               "security: a statement of the language model was refused and not "
               "run: %s: %s; %.400s",
               guard_class_names[guard->class], guard->reason, verdict->sql);
    route_no(run, ROUTE_GUARD, verdict->message);
}

/* *ret_again: what is wrong was said, and another answer is wanted. */
static int judge(struct talk *talk, const struct qn_llm_reply *reply, bool *ret_again,
                 struct qn_err *reterr)
{
    const struct qn_span said = {reply->text.data, reply->text.len};
    struct route_verdict verdict;
    int rc = route_judge_answer(talk->run, said, &verdict, reterr);

    *ret_again = false;
    if (rc != QN_OK) {
        return rc;
    }
    route_note(talk->run, ROUTE_LLM, verdict.sql, verdict.sqlstate, verdict.message);
    switch (verdict.judgement) {
    case ROUTE_TAKEN:
        take(talk, verdict.sql, reply->usage.from_cache);
        break;
    case ROUTE_REFUSED:
        refuse(talk, &verdict);
        break;
    case ROUTE_DECLINED:
        route_no(talk->run, ROUTE_MODEL, verdict.message);
        break;
    case ROUTE_REPAIR:
        *ret_again = talk->repairs++ < ROUTE_REPAIRS;
        route_no(talk->run, ROUTE_FAILED, verdict.message);
        rc = *ret_again ? ask_for_repair(talk, said, &verdict, reterr) : QN_OK;
        break;
    }
    return rc;
}

int route_llm_ask(struct route_run *run, struct qn_llm *llm, enum qn_llm_class *ret_class,
                  struct qn_err *reterr)
{
    struct talk talk = {.run = run, .llm = llm};
    bool again = true;
    int rc = begin(&talk, reterr);

    *ret_class = QN_LLM_FINE;
    while (rc == QN_OK && again) {
        struct qn_llm_reply reply = {.class = QN_LLM_OWN};

        rc = ask(&talk, &reply, reterr);
        *ret_class = reply.class;
        if (rc == QN_OK) {
            rc = judge(&talk, &reply, &again, reterr);
        }
        qn_llm_reply_release(&reply);
    }
    return rc;
}
