/* Who answers a question: the order of rules and language model, and what may be repaired. The two
 * are played here; the guard is the real one. */
#include "tests/support/guard_room.h"

#include "tasks/nl2sql/ask/route_day.h"
#include "tasks/nl2sql/ask/route_run.h"
#include "tests/support/job_double.h"
#include <stdlib.h>

#define SQL       "SELECT count(*) FROM orders"
#define FORBIDDEN "SELECT password_hash FROM users"

static struct guard_room shop;

/* ---- the players ---- */

static struct route_rules rules; /* what the rules say */
static struct {
    int there; /* of place_llm */
    int rc;
    enum qn_llm_class class;
    enum route_code code; /* ROUTE_ANSWERED with sql SQL */
    int asked;
} llm;

int route_rules_ask(struct route_run *run, struct route_rules *ret, struct qn_err *reterr)
{
    (void)run;
    (void)reterr;
    *ret = rules;
    return QN_OK;
}

int place_llm(struct place *place, struct qn_llm **ret, struct qn_err *reterr)
{
    (void)place;
    *ret = NULL;
    return llm.there == QN_OK ? QN_OK : qn_fail(reterr, llm.there, "QUERN_LLM_URL is not set");
}

int route_llm_ask(struct route_run *run, struct qn_llm *client, enum qn_llm_class *ret_class,
                  struct qn_err *reterr)
{
    (void)client;
    llm.asked++;
    *ret_class = llm.class;
    run->route->delay_ms = llm.rc == QN_EAGAIN ? 5000 : 0;
    if (llm.rc != QN_OK) {
        return qn_fail(reterr, llm.rc, "it failed");
    }
    if (llm.code != ROUTE_ANSWERED) {
        route_no(run, llm.code, "no");
        return QN_OK;
    }
    run->route->code = ROUTE_ANSWERED;
    run->route->translator = ROUTE_LLM;
    run->route->sql = SQL;
    return QN_OK;
}

/* ---- asking ---- */

static int setup(void **state)
{
    (void)state;
    guard_room_init(&shop);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    guard_room_release(&shop);
    return 0;
}

static void rules_say(const char *sql, double confidence, enum rules_refusal refusal)
{
    rules = (struct route_rules){
        .sql = sql, .confidence = confidence, .refusal = refusal, .reason = "by the rules"};
    memset(&llm, 0, sizeof(llm));
}

static int ask_by(enum route_translator translator, struct route *ret)
{
    const struct place_database database = {.model = shop.model, .guard = shop.guard};
    struct qn_job job;
    struct qn_err err = {.code = QN_OK};
    int rc;

    job_double_init(&job, "{}", NULL);
    const struct route_wish wish = {
        .database = &database,
        .job = &job,
        .question = "How many orders?",
        .language = "",
        .today = "2025-06-30",
        .translator = translator,
    };
    rc = route_question(&wish, ret, &err);
    job_double_release(&job);
    return rc;
}

struct expected {
    enum route_code code;
    enum route_translator translator;
    int asked;
    size_t warnings;
};

static void expect(enum route_translator translator, const struct expected *expected)
{
    struct route route;

    assert_int_equal(ask_by(translator, &route), QN_OK);
    assert_string_equal(route_code_names[route.code], route_code_names[expected->code]);
    assert_int_equal(route.translator, expected->translator);
    assert_int_equal(llm.asked, expected->asked);
    assert_int_equal(route.n_warnings, expected->warnings);
    assert_int_equal(route.sql[0] != '\0', expected->code == ROUTE_ANSWERED);
    if (expected->code != ROUTE_ANSWERED) {
        assert_int_not_equal(route.reason[0], '\0');
    }
    route_release(&route);
}

static void expect_failure(enum route_translator translator, int code)
{
    struct route route;

    assert_int_equal(ask_by(translator, &route), code);
    assert_int_equal(route.delay_ms > 0, code == QN_EAGAIN);
    route_release(&route);
}

/* ---- the order ---- */

static void rules_that_are_sure_answer_and_nobody_is_asked(void **state)
{
    (void)state;
    rules_say(SQL, RULES_SURE, RULES_ANSWERED);
    expect(ROUTE_AUTO, &(struct expected){ROUTE_ANSWERED, ROUTE_RULES, 0, 0});
    expect(ROUTE_RULES, &(struct expected){ROUTE_ANSWERED, ROUTE_RULES, 0, 0});
}

static void the_model_is_asked_when_rules_are_not_sure(void **state)
{
    (void)state;
    rules_say(SQL, RULES_SURE - 0.01, RULES_ANSWERED);
    expect(ROUTE_AUTO, &(struct expected){ROUTE_ANSWERED, ROUTE_LLM, 1, 0});
    rules_say("", 0.2, RULES_UNCLEAR);
    expect(ROUTE_AUTO, &(struct expected){ROUTE_ANSWERED, ROUTE_LLM, 1, 0});
    rules_say("", 0, RULES_BEYOND);
    expect(ROUTE_AUTO, &(struct expected){ROUTE_ANSWERED, ROUTE_LLM, 1, 0});
}

static void a_translator_that_was_chosen_is_the_only_one(void **state)
{
    (void)state;
    rules_say(SQL, 0.99, RULES_ANSWERED);
    expect(ROUTE_LLM, &(struct expected){ROUTE_ANSWERED, ROUTE_LLM, 1, 0});
    llm.rc = QN_ECONN;
    llm.class = QN_LLM_CONNECT;
    expect_failure(ROUTE_LLM, QN_ECONN);
    rules_say(SQL, RULES_LEAST - 0.01, RULES_ANSWERED);
    expect(ROUTE_RULES, &(struct expected){ROUTE_UNCLEAR, ROUTE_AUTO, 0, 0});
}

static void rules_that_are_less_sure_answer_with_a_warning_when_the_model_cannot(void **state)
{
    static const struct {
        int rc;
        enum qn_llm_class class;
    } troubles[] = {{QN_ECONN, QN_LLM_SERVER},
                    {QN_EAGAIN, QN_LLM_OPEN},
                    {QN_ELIMIT, QN_LLM_BUDGET},
                    {QN_EINVAL, QN_LLM_AUTH}};

    (void)state;
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        rules_say(SQL, RULES_LEAST, RULES_ANSWERED);
        llm.rc = troubles[i].rc;
        llm.class = troubles[i].class;
        expect(ROUTE_AUTO, &(struct expected){ROUTE_ANSWERED, ROUTE_RULES, 1, 1});
    }
    rules_say(SQL, RULES_LEAST, RULES_ANSWERED);
    llm.there = QN_ENOTFOUND;
    expect(ROUTE_AUTO, &(struct expected){ROUTE_ANSWERED, ROUTE_RULES, 0, 1});
    rules_say(SQL, RULES_LEAST, RULES_ANSWERED);
    llm.code = ROUTE_FAILED;
    expect(ROUTE_AUTO, &(struct expected){ROUTE_ANSWERED, ROUTE_RULES, 1, 1});
}

static void without_a_model_what_is_not_understood_is_a_no_and_with_one_a_failure(void **state)
{
    (void)state;
    rules_say("", 0.1, RULES_UNCLEAR);
    llm.there = QN_ENOTFOUND;
    expect(ROUTE_AUTO, &(struct expected){ROUTE_UNCLEAR, ROUTE_AUTO, 0, 0});
    rules_say(SQL, RULES_LEAST - 0.01, RULES_ANSWERED);
    llm.there = QN_ENOTFOUND;
    expect(ROUTE_AUTO, &(struct expected){ROUTE_UNCLEAR, ROUTE_AUTO, 0, 0});
    rules_say("", 0, RULES_MISSING);
    llm.there = QN_ENOTFOUND;
    expect(ROUTE_AUTO, &(struct expected){ROUTE_MISSING, ROUTE_AUTO, 0, 0});
    rules_say("", 0.1, RULES_UNCLEAR);
    llm.rc = QN_EAGAIN;
    llm.class = QN_LLM_OPEN;
    expect_failure(ROUTE_AUTO, QN_EAGAIN);
    rules_say("", 0.1, RULES_UNCLEAR);
    llm.there = QN_ENOTFOUND;
    expect_failure(ROUTE_LLM, QN_EINVAL);
}

static void what_nobody_may_answer_is_refused_for_every_translator(void **state)
{
    static const struct {
        enum rules_refusal refusal;
        enum route_code code;
    } finals[] = {
        {RULES_WRITE, ROUTE_WRITE}, {RULES_HIDDEN, ROUTE_HIDDEN}, {RULES_NO_QUERY, ROUTE_NO_QUERY}};

    (void)state;
    for (size_t i = 0; i < sizeof(finals) / sizeof(finals[0]); i++) {
        for (int translator = ROUTE_AUTO; translator <= ROUTE_LLM; translator++) {
            rules_say("", 0.9, finals[i].refusal);
            expect((enum route_translator)translator,
                   &(struct expected){finals[i].code, ROUTE_AUTO, 0, 0});
        }
    }
}

static void a_no_of_the_model_is_not_overruled(void **state)
{
    (void)state;
    rules_say(SQL, 0.8, RULES_ANSWERED);
    llm.code = ROUTE_MODEL;
    expect(ROUTE_AUTO, &(struct expected){ROUTE_MODEL, ROUTE_AUTO, 1, 0});
    llm.code = ROUTE_GUARD;
    llm.asked = 0;
    expect(ROUTE_AUTO, &(struct expected){ROUTE_GUARD, ROUTE_AUTO, 1, 0});
    rules_say("", 0, RULES_UNCLEAR);
    llm.rc = QN_EINVAL;
    llm.class = QN_LLM_REFUSED;
    expect(ROUTE_AUTO, &(struct expected){ROUTE_MODEL, ROUTE_AUTO, 1, 0});
}

static void a_statement_of_the_rules_is_guarded_too(void **state)
{
    (void)state;
    rules_say(FORBIDDEN, 0.99, RULES_ANSWERED);
    expect(ROUTE_RULES, &(struct expected){ROUTE_GUARD, ROUTE_AUTO, 0, 0});
    expect(ROUTE_AUTO, &(struct expected){ROUTE_ANSWERED, ROUTE_LLM, 1, 0});
}

/* ---- what may be repaired ---- */

static enum route_judgement judge(const char *said)
{
    const struct place_database database = {.model = shop.model, .guard = shop.guard};
    const struct route_wish wish = {.database = &database};
    struct route_verdict verdict;
    struct route route = {.sql = ""};
    struct route_run run = {.wish = &wish, .route = &route};

    qn_arena_init(&route.arena, 1024 * 1024);
    qn_buf_init(&route.uses, 65536);
    assert_int_equal(route_judge_answer(&run, (struct qn_span){said, strlen(said)}, &verdict, NULL),
                     QN_OK);
    route_release(&route);
    return verdict.judgement;
}

static void must_be(enum route_judgement judgement, const char *const *said, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (judge(said[i]) != judgement) {
            fail_msg("%d instead of %d: %s", judge(said[i]), judgement, said[i]);
        }
    }
}

static void mistakes_may_be_repaired(void **state)
{
    static const char *const said[] = {
        "SELECT totl FROM orders",
        "SELECT o.totl FROM orders o",
        "SELECT id FROM oders",
        "SELECT id FROM \"Oders\"",
        "SELECT id FROM oders o JOIN users u ON true",
        "SELECT (id FROM orders",
        "I do not know.",
        "",
    };

    (void)state;
    must_be(ROUTE_REPAIR, said, sizeof(said) / sizeof(said[0]));
}

static void what_is_forbidden_is_not_repaired(void **state)
{
    static const char *const said[] = {
        FORBIDDEN,
        "SELECT * FROM users",
        "SELECT usename FROM pg_shadow",
        "SELECT usename FROM \"pg_shadow\"",
        "SELECT 1 FROM pg_catalog.pg_authid",
        "SELECT 1 FROM pg_catalog . pg_authid",
        "SELECT 1 FROM information_schema.tables",
        "SELECT 1 FROM other.things",
        "SELECT 1 FROM other/**/.things",
        "SELECT 1 FROM things/**/.things",
        "SELECT 1 FROM things . things",
        "SELECT 1 FROM \"things\".things",
        "SELECT 1 FROM \"things\" . \"things\"",
        "SELECT 1 FROM things--\n.things",
        "SELECT 1 FROM U&\"th\\0069ngs\"",
        "SELECT pg_sleep(1)",
        "SELECT 1; SELECT 2",
        "DELETE FROM orders",
        "SELECT 1 INTO t",
        "SELECT 1 FROM orders FOR UPDATE",
        "SELECT id::regclass FROM orders",
        "SELECT repeat('x', 100000000)",
    };

    (void)state;
    must_be(ROUTE_REFUSED, said, sizeof(said) / sizeof(said[0]));
}

static void a_model_that_says_it_cannot_is_believed(void **state)
{
    static const char *const said[] = {"CANNOT_ANSWER: there are no costs", "CANNOT ANSWER"};

    (void)state;
    must_be(ROUTE_DECLINED, said, 2);
    assert_int_equal(judge("```sql\n" SQL ";\n```"), ROUTE_TAKEN);
}

/* ---- the day ---- */

static void the_day_is_that_of_the_zone(void **state)
{
    const int64_t evening = 1751313600000; /* 2025-06-30 20:00 UTC */
    const char *before = getenv("TZ");
    char day[ROUTE_DAY_SIZE];

    (void)state;
    route_day("UTC", evening, day);
    assert_string_equal(day, "2025-06-30");
    route_day("Asia/Shanghai", evening, day);
    assert_string_equal(day, "2025-07-01");
    route_day("America/Los_Angeles", evening, day);
    assert_string_equal(day, "2025-06-30");
    route_day("/usr/share/zoneinfo/Asia/Shanghai", evening, day);
    assert_string_equal(day, "2025-06-30");
    route_day("No/Such", evening, day);
    assert_string_equal(day, "2025-06-30");
    assert_ptr_equal(getenv("TZ"), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_that_are_sure_answer_and_nobody_is_asked),
        cmocka_unit_test(the_model_is_asked_when_rules_are_not_sure),
        cmocka_unit_test(a_translator_that_was_chosen_is_the_only_one),
        cmocka_unit_test(rules_that_are_less_sure_answer_with_a_warning_when_the_model_cannot),
        cmocka_unit_test(without_a_model_what_is_not_understood_is_a_no_and_with_one_a_failure),
        cmocka_unit_test(what_nobody_may_answer_is_refused_for_every_translator),
        cmocka_unit_test(a_no_of_the_model_is_not_overruled),
        cmocka_unit_test(a_statement_of_the_rules_is_guarded_too),
        cmocka_unit_test(mistakes_may_be_repaired),
        cmocka_unit_test(what_is_forbidden_is_not_repaired),
        cmocka_unit_test(a_model_that_says_it_cannot_is_believed),
        cmocka_unit_test(the_day_is_that_of_the_zone),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
