#include "rules.h"

#include "common/mem.h"
#include "common/str.h"
#include "say.h"
#include "understand.h"
#include "write.h"
#include "write_say.h"
#include <string.h>

#define TEXT_MAX ((size_t)16 * 1024)
#define JSON_MAX ((size_t)256 * 1024)

const char *const rules_refusal_names[RULES_REFUSALS] = {
    [RULES_ANSWERED] = "answered", [RULES_UNCLEAR] = "unclear", [RULES_BEYOND] = "beyond",
    [RULES_MISSING] = "missing",   [RULES_HIDDEN] = "hidden",   [RULES_WRITE] = "write",
    [RULES_NO_QUERY] = "no_query",
};

struct rules {
    const struct qn_model *model;
    struct lexicon *lexicon;
};

void rules_answer_init(struct rules_answer *answer)
{
    memset(answer, 0, sizeof(*answer));
    qn_buf_init(&answer->sql, WRITE_SQL_MAX);
    qn_buf_init(&answer->reason, TEXT_MAX);
    qn_buf_init(&answer->understood, JSON_MAX);
    for (size_t i = 0; i < RULES_SUGGESTIONS; i++) {
        qn_buf_init(&answer->suggestions[i], TEXT_MAX);
    }
}

void rules_answer_release(struct rules_answer *answer)
{
    qn_buf_release(&answer->sql);
    qn_buf_release(&answer->reason);
    qn_buf_release(&answer->understood);
    for (size_t i = 0; i < RULES_SUGGESTIONS; i++) {
        qn_buf_release(&answer->suggestions[i]);
    }
}

int rules_create(struct rules **ret, const struct qn_model *model, struct qn_err *reterr)
{
    struct rules *rules = qn_zalloc(1, sizeof(*rules));
    int rc;

    *ret = NULL;
    if (rules == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for the rules");
    }
    rules->model = model;
    rc = lexicon_create(&rules->lexicon, model, reterr);
    if (rc != QN_OK) {
        rules_free(rules);
        return rc;
    }
    *ret = rules;
    return QN_OK;
}

void rules_free(struct rules *rules)
{
    if (rules != NULL) {
        lexicon_free(rules->lexicon);
        qn_free(rules);
    }
}

static size_t characters(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++) {
        n += ((unsigned char)*text & 0xC0U) != 0x80 ? 1 : 0;
    }
    return n;
}

static int check(const char *text, struct qn_err *reterr)
{
    if (!qn_utf8_valid(text, strlen(text))) {
        return qn_fail(reterr, QN_EINVAL, "the question is no UTF-8");
    }
    if (characters(text) > RULES_QUESTION_MAX) {
        return qn_fail(reterr, QN_EINVAL, "the question is longer than %zu characters",
                       RULES_QUESTION_MAX);
    }
    return QN_OK;
}

/* The questions of the thread in turn: each goes on from what was understood before it. */
static int replay(const struct rules *rules, const struct rules_question *question,
                  struct understood *turns, size_t *n_turns, struct qn_err *reterr)
{
    size_t from =
        question->n_history > RULES_HISTORY_MAX ? question->n_history - RULES_HISTORY_MAX : 0;
    const struct frame *before = NULL;

    for (size_t i = from; i <= question->n_history; i++) {
        struct rules_question one = *question;
        struct understood *turn = &turns[*n_turns];
        int rc;

        one.n_history = i;
        one.text = i < question->n_history ? question->history[i] : question->text;
        rc = check(one.text, reterr);
        if (rc != QN_OK) {
            return rc;
        }
        one.language = i < question->n_history ? "" : question->language;
        (*n_turns)++;
        rc = understand_question(rules->lexicon, &one, before, turn, reterr);
        if (rc != QN_OK) {
            return rc;
        }
        before = turn->refusal == RULES_ANSWERED ? &turn->frame : before;
    }
    return QN_OK;
}

static int write_sql(const struct rules *rules, const struct rules_question *question,
                     struct understood *turn, struct rules_answer *ret, struct qn_err *reterr)
{
    struct qn_err err = {0};
    int rc = write_frame(rules->model, &turn->frame, question->today, &ret->sql, &err);

    if (rc == QN_ESTATE) {
        qn_buf_reset(&ret->sql);
        turn->refusal = RULES_UNCLEAR;
        turn->confidence = 0;
        return say_why_not(rules->model, turn, err.msg, &ret->reason, reterr);
    }
    if (rc != QN_OK) {
        return qn_fail(reterr, rc, "%s", err.msg);
    }
    ret->share = turn->frame.share;
    rc = write_sentence(rules->model, &turn->frame, turn->language, &ret->reason);
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "the sentence is too long");
}

static int answer(const struct rules *rules, const struct rules_question *question,
                  struct understood *turn, struct rules_answer *ret, struct qn_err *reterr)
{
    int rc = turn->refusal == RULES_ANSWERED
                 ? write_sql(rules, question, turn, ret, reterr)
                 : say_why_not(rules->model, turn, "", &ret->reason, reterr);

    ret->refusal = turn->refusal;
    ret->confidence = turn->confidence;
    qn_buf_add_str(&ret->understood, turn->spans);
    if (rc == QN_OK && turn->refusal != RULES_ANSWERED) {
        rc = say_suggestions(rules->model, turn->language, ret, reterr);
    }
    return rc == QN_OK ? qn_buf_status(&ret->understood) : rc;
}

int rules_ask(const struct rules *rules, const struct rules_question *question,
              struct rules_answer *ret, struct qn_err *reterr)
{
    struct understood *turns = qn_zalloc(RULES_HISTORY_MAX + 1, sizeof(*turns));
    size_t n = 0;
    int rc;

    if (turns == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a question");
    }
    rc = replay(rules, question, turns, &n, reterr);
    if (rc == QN_OK) {
        rc = answer(rules, question, &turns[n - 1], ret, reterr);
    }
    for (size_t i = 0; i < n; i++) {
        understood_release(&turns[i]);
    }
    qn_free(turns);
    return rc;
}
