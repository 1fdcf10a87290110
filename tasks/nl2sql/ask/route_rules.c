#include "common/clock.h"
#include "route_run.h"

static int read_history(const struct route_run *run, const char *const **ret, struct qn_err *reterr)
{
    const struct route_wish *wish = run->wish;
    struct qn_arena *arena = &run->route->arena;
    const char **history = qn_arena_alloc(arena, wish->n_turns + 1, sizeof(*history));

    for (size_t i = 0; history != NULL && i < wish->n_turns; i++) {
        history[i] = wish->turns[i].question;
    }
    *ret = history;
    return qn_arena_status(arena, "the questions before", reterr);
}

static const char *keep(struct route_run *run, const struct qn_buf *text)
{
    return qn_arena_text(&run->route->arena, text->data, text->len);
}

static void take_answer(struct route_run *run, const struct rules_answer *answer,
                        struct route_rules *ret)
{
    struct route *route = run->route;

    *ret = (struct route_rules){
        .refusal = answer->refusal,
        .confidence = answer->confidence,
        .sql = keep(run, &answer->sql),
        .reason = keep(run, &answer->reason),
    };
    route->understood = answer->understood.len > 0 ? keep(run, &answer->understood) : "[]";
    for (size_t i = 0; i < answer->n_suggestions; i++) {
        route->suggestions[i] = keep(run, &answer->suggestions[i]);
    }
    route->n_suggestions = answer->n_suggestions;
    route->share = answer->share;
}

int route_rules_ask(struct route_run *run, struct route_rules *ret, struct qn_err *reterr)
{
    const struct route_wish *wish = run->wish;
    const int64_t began = qn_mono_ms(&qn_clock_system);
    struct rules_question question = {
        .text = wish->question,
        .language = wish->language != NULL ? wish->language : "",
        .today = run->today,
        .n_history = wish->n_turns,
    };
    struct rules_answer answer;
    int rc = place_rules(wish->place, wish->database, reterr);

    if (rc == QN_OK) {
        rc = read_history(run, &question.history, reterr);
    }
    rules_answer_init(&answer);
    if (rc == QN_OK) {
        rc = rules_ask(wish->database->rules, &question, &answer, reterr);
    }
    if (rc == QN_OK) {
        take_answer(run, &answer, ret);
        rc = qn_arena_status(&run->route->arena, "what the rules say", reterr);
    }
    rules_answer_release(&answer);
    run->route->rules_ms += qn_mono_ms(&qn_clock_system) - began;
    return rc;
}
