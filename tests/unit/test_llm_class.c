#include "tasks/lib/llm/llm_class.h"

#include "tasks/lib/llm/llm_profile.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE UNIT_DATA "/../../docs/llm.md"

static struct qn_span span(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

static enum qn_llm_class class_of(int status, const char *retry_after, const char *body)
{
    const struct qn_llm_ending ending = {
        .rc = QN_OK, .status = status, .retry_after = retry_after, .body = span(body)};
    int64_t wait;

    return qn_llm_classify(&ending, &wait);
}

static void each_status_has_its_class(void **state)
{
    static const int transient[] = {408, 409, 425, 500, 502, 503, 504, 529};

    (void)state;
    for (size_t i = 0; i < sizeof(transient) / sizeof(transient[0]); i++) {
        assert_int_equal(class_of(transient[i], "", ""), QN_LLM_SERVER);
    }
    assert_int_equal(class_of(200, "", ""), QN_LLM_FINE);
    assert_int_equal(class_of(201, "", ""), QN_LLM_PROTOCOL);
    assert_int_equal(class_of(301, "", ""), QN_LLM_CALLER);
    assert_int_equal(class_of(400, "", ""), QN_LLM_CALLER);
    assert_int_equal(class_of(401, "", ""), QN_LLM_AUTH);
    assert_int_equal(class_of(402, "", ""), QN_LLM_BALANCE);
    assert_int_equal(class_of(403, "", ""), QN_LLM_AUTH);
    assert_int_equal(class_of(404, "", ""), QN_LLM_CALLER);
    assert_int_equal(class_of(413, "", ""), QN_LLM_CALLER);
    assert_int_equal(class_of(422, "", ""), QN_LLM_CALLER);
    assert_int_equal(class_of(429, "", ""), QN_LLM_RATE);
    assert_int_equal(class_of(429, "30", ""), QN_LLM_RATE);
    assert_int_equal(class_of(429, "31", ""), QN_LLM_QUOTA);
    assert_int_equal(class_of(429, "1", "{\"code\":\"insufficient_quota\"}"), QN_LLM_QUOTA);
    assert_int_equal(class_of(599, "", ""), QN_LLM_PROTOCOL);
}

static void a_prompt_that_is_too_long_is_known_by_what_servers_say(void **state)
{
    (void)state;
    assert_int_equal(class_of(400, "", "\"code\":\"context_length_exceeded\""), QN_LLM_CONTEXT);
    assert_int_equal(class_of(400, "", "\"type\":\"exceed_context_size_error\""), QN_LLM_CONTEXT);
    assert_int_equal(class_of(500, "", "Exceeds the available context size"), QN_LLM_CONTEXT);
    assert_int_equal(class_of(413, "", "This model's MAXIMUM context length is"), QN_LLM_CONTEXT);
    assert_int_equal(class_of(503, "", "context window"), QN_LLM_SERVER);
}

static void each_end_of_the_transport_has_its_class(void **state)
{
    static const struct {
        int rc;
        enum qn_llm_class class;
    } rows[] = {
        {QN_ECONN, QN_LLM_CONNECT}, {QN_ETIMEOUT, QN_LLM_LATE}, {QN_ELOST, QN_LLM_STOPPED},
        {QN_ELIMIT, QN_LLM_HUGE},   {QN_EPROTO, QN_LLM_CUT},    {QN_ENOMEM, QN_LLM_OWN},
    };
    int64_t wait;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct qn_llm_ending ending = {.rc = rows[i].rc, .retry_after = ""};

        assert_int_equal(qn_llm_classify(&ending, &wait), rows[i].class);
    }
}

static void a_retry_after_is_seconds_or_a_date(void **state)
{
    const int64_t wall = INT64_C(784111777000); /* Sun, 06 Nov 1994 08:49:37 GMT */

    (void)state;
    assert_int_equal(qn_llm_retry_after_ms("0", wall), 0);
    assert_int_equal(qn_llm_retry_after_ms("120", wall), 120000);
    assert_int_equal(qn_llm_retry_after_ms("1.5", wall), 2000);
    assert_int_equal(qn_llm_retry_after_ms("99999999999999999999", wall), 31 * 86400000LL);
    assert_int_equal(qn_llm_retry_after_ms("99999999999999999999.5", wall), 31 * 86400000LL);
    assert_int_equal(qn_llm_retry_after_ms("Sun, 06 Nov 1994 08:50:37 GMT", wall), 60000);
    assert_int_equal(qn_llm_retry_after_ms("Sun, 06 Nov 1994 08:48:37 GMT", wall), 0);
    assert_int_equal(qn_llm_retry_after_ms("", wall), -1);
    assert_int_equal(qn_llm_retry_after_ms("-5", wall), -1);
    assert_int_equal(qn_llm_retry_after_ms("5x", wall), -1);
    assert_int_equal(qn_llm_retry_after_ms("soon", wall), -1);
}

static void a_field_that_is_refused_is_found_in_the_words(void **state)
{
    (void)state;
    assert_int_equal(qn_llm_field_named(span("Unknown parameter: 'response_format'.")),
                     QN_LLM_FIELD_JSON);
    assert_int_equal(qn_llm_field_named(span("use max_completion_tokens")),
                     QN_LLM_FIELD_MAX_TOKENS);
    assert_int_equal(qn_llm_field_named(span("'stream_options' and 'seed'")),
                     QN_LLM_FIELD_STREAM_USAGE | QN_LLM_FIELD_SEED);
    assert_int_equal(qn_llm_field_named(span("the model does not exist")), 0);
}

static void excerpt_is(const char *body, const char *expected)
{
    struct qn_buf out;

    qn_buf_init(&out, 1024);
    qn_llm_excerpt(span(body), "geheim/x", 60, &out);
    assert_string_equal(out.data, expected);
    qn_buf_release(&out);
}

static void secrets_are_never_shown(void **state)
{
    (void)state;
    excerpt_is("{\"error\":{\"message\":\"bad key geheim\\/x!\"}}", "bad key ***!");
    excerpt_is("{\"error\":\"Bearer abcdefgh was refused\"}", "*** was refused");
    excerpt_is("key sk-abcd1234****efgh.", "key ***");
    excerpt_is("xxgeheim/xyy", "xx***yy");
    excerpt_is("task-force sk-", "task-force sk-");
    excerpt_is("{\"detail\":\"a\\u0007b\\nc\"}", "a b c");
    excerpt_is("\xff\xfe", "  ");
    /* cut after it is hidden */
    excerpt_is("0123456789012345678901234567890123456789012345678901234geheim/x",
               "0123456789012345678901234567890123456789012345678901234***");
}

/* ---- the page ---- */

static char *read_page(void)
{
    FILE *file = fopen(PAGE, "r");
    char *text = calloc(1, 64 * 1024);

    assert_non_null(file);
    assert_non_null(text);
    assert_true(fread(text, 1, 64 * 1024 - 1, file) > 0);
    fclose(file);
    return text;
}

static const char *word(bool is)
{
    return is ? "yes" : "no";
}

static const char *job_of(enum qn_llm_class class)
{
    int code = qn_llm_classes[class].code;

    return code == QN_EAGAIN ? "snooze" : code == QN_EINVAL || code == QN_ELIMIT ? "fail" : "retry";
}

static void the_page_shows_the_table_of_classes(void **state)
{
    char *page = read_page(), row[200];

    (void)state;
    for (int i = QN_LLM_FINE + 1; i < QN_LLM_OWN; i++) {
        const struct qn_llm_class_row *of = &qn_llm_classes[i];

        snprintf(row, sizeof(row), "\n| `%s` | %d | %s | %s | %s |", of->name, of->retries + 1,
                 word(of->breaker), word(of->fallback), job_of((enum qn_llm_class)i));
        if (strstr(page, row) == NULL) {
            fail_msg("docs/llm.md has no row%s", row);
        }
    }
    free(page);
}

static void the_page_shows_the_profiles(void **state)
{
    char *page = read_page(), row[200];

    (void)state;
    for (size_t i = 0; i < QN_LLM_PROFILES; i++) {
        const struct qn_llm_profile *of = &qn_llm_profiles[i];
        const char *quote = of->host != NULL ? "`" : "";

        snprintf(row, sizeof(row), "\n| `%s` | %lld | %lld | %s | %s%s%s |", of->name,
                 (long long)of->context, (long long)of->max_output, word(of->json), quote,
                 of->host != NULL ? of->host : "-", quote);
        if (strstr(page, row) == NULL) {
            fail_msg("docs/llm.md has no row%s", row);
        }
    }
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_status_has_its_class),
        cmocka_unit_test(a_prompt_that_is_too_long_is_known_by_what_servers_say),
        cmocka_unit_test(each_end_of_the_transport_has_its_class),
        cmocka_unit_test(a_retry_after_is_seconds_or_a_date),
        cmocka_unit_test(a_field_that_is_refused_is_found_in_the_words),
        cmocka_unit_test(secrets_are_never_shown),
        cmocka_unit_test(the_page_shows_the_table_of_classes),
        cmocka_unit_test(the_page_shows_the_profiles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
