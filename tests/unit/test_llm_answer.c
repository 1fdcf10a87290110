#include "tasks/lib/llm/llm_answer.h"

#include "common/mem.h"
#include "tasks/lib/llm/llm_stream.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST       ((size_t)1024 * 1024)
#define OPENAI     1
#define LLAMA      4
#define USAGE      "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5}"
#define WHOLE(m)   "{\"choices\":[{\"message\":" m ",\"finish_reason\":\"stop\"}]," USAGE "}"
#define CONTENT(t) "{\"role\":\"assistant\",\"content\":\"" t "\"}"

static struct qn_span span(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

static enum qn_llm_class read_with(struct qn_llm_answer *answer, const char *body, int profile)
{
    qn_llm_answer_init(answer, MOST);
    qn_llm_answer_read(answer, span(body));
    qn_llm_answer_part(answer);
    return qn_llm_answer_judge(answer, &qn_llm_profiles[profile], false, false);
}

static void comes_to(const char *body, enum qn_llm_class class, const char *text)
{
    struct qn_llm_answer answer;

    assert_int_equal(read_with(&answer, body, OPENAI), class);
    if (text != NULL) {
        assert_string_equal(answer.text.data, text);
    }
    qn_llm_answer_release(&answer);
}

static void an_answer_that_is_whole_is_its_text(void **state)
{
    (void)state;
    comes_to(WHOLE(CONTENT("a\\n\\u4e2d")), QN_LLM_FINE, "a\n\xe4\xb8\xad");
    comes_to(" \n" WHOLE(CONTENT("x")) "\n", QN_LLM_FINE, "x");
}

static void what_has_another_shape_is_none(void **state)
{
    static const char *const bodies[] = {
        "",
        "x",
        "[]",
        "{}",
        "{\"choices\":[]}",
        "{\"choices\":{}}",
        "{\"choices\":[1]}",
        "{\"choices\":[{}]}",
        "{\"choices\":[{\"message\":1,\"finish_reason\":\"stop\"}]}",
        "{\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}",
        "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"odd\"}]}",
        "{\"choices\":[{\"message\":{\"content\":\"\\ud800\"},\"finish_reason\":\"stop\"}]}",
        "{\"a\":1,\"a\":2}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        comes_to(bodies[i], QN_LLM_PROTOCOL, NULL);
    }
}

static void a_reason_to_finish_says_whether_it_is_whole(void **state)
{
    static const struct {
        const char *finish;
        enum qn_llm_class class;
    } rows[] = {{"\"stop\"", QN_LLM_FINE},
                {"\"tool_calls\"", QN_LLM_FINE},
                {"\"length\"", QN_LLM_TRUNCATED},
                {"\"content_filter\"", QN_LLM_REFUSED},
                {"\"insufficient_system_resource\"", QN_LLM_OVERLOADED},
                {"null", QN_LLM_CUT}};
    char body[200];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(body, sizeof(body),
                 "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":%s}]}",
                 rows[i].finish);
        comes_to(body, rows[i].class, "x");
    }
}

static void without_a_reason_json_that_parses_is_whole_where_the_server_is_like_that(void **state)
{
    struct qn_llm_answer answer;

    (void)state;
    assert_int_equal(
        read_with(&answer, "{\"choices\":[{\"message\":{\"content\":\"{\\\"a\\\":1}\"}}]}", LLAMA),
        QN_LLM_FINE);
    qn_llm_answer_release(&answer);
    assert_int_equal(
        read_with(&answer, "{\"choices\":[{\"message\":{\"content\":\"{\\\"a\\\":\"}}]}", LLAMA),
        QN_LLM_CUT);
    qn_llm_answer_release(&answer);
}

static void nothing_and_a_refusal_are_no_answers(void **state)
{
    (void)state;
    comes_to(WHOLE(CONTENT(" \\n")), QN_LLM_EMPTY, NULL);
    comes_to(WHOLE("{\"content\":null}"), QN_LLM_EMPTY, NULL);
    comes_to(WHOLE("{\"content\":null,\"refusal\":\"no\"}"), QN_LLM_REFUSED, NULL);
    comes_to(WHOLE("{\"content\":\"x\",\"refusal\":\"\"}"), QN_LLM_FINE, "x");
    comes_to("{\"error\":{\"message\":\"down\"}}", QN_LLM_SERVER, NULL);
    comes_to("{\"error\":\"rate limit\"}", QN_LLM_RATE, NULL);
}

static void thoughts_are_kept_apart(void **state)
{
    static const struct {
        const char *content, *text, *thought;
    } rows[] = {
        {"<think>a b</think>c", "c", "a b"},
        {" <think>a</think>\\n\\nc ", "c ", "a"},
        {"a</think> c", "c", "a"},
        {"<think>a", "", "a"},
        {"<think></think>c", "c", ""},
        {"c <think>a", "c <think>a", ""},
        {"<think>a</think>", "", "a"},
        {"plain", "plain", ""},
        {"<think>a</think></think>c", "</think>c", "a"},
    };
    struct qn_llm_answer answer;
    char body[300];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(body, sizeof(body), WHOLE(CONTENT("%s")), rows[i].content);
        (void)read_with(&answer, body, OPENAI);
        assert_string_equal(answer.text.data, rows[i].text);
        assert_string_equal(answer.reasoning.data, rows[i].thought);
        qn_llm_answer_release(&answer);
    }
}

static struct qn_llm_tokens tokens_of(const char *usage)
{
    struct qn_llm_answer answer;
    struct qn_llm_tokens tokens;
    char body[600];

    snprintf(body, sizeof(body), "{\"choices\":[],\"usage\":%s}", usage);
    (void)read_with(&answer, body, OPENAI);
    tokens = answer.tokens;
    qn_llm_answer_release(&answer);
    return tokens;
}

static void tokens_are_read_by_all_their_names(void **state)
{
    struct qn_llm_tokens tokens =
        tokens_of("{\"prompt_tokens\":9,\"completion_tokens\":5,\"prompt_cache_hit_tokens\":4}");

    (void)state;
    assert_true(tokens.told);
    assert_int_equal(tokens.cached, 4);
    tokens = tokens_of("{\"prompt_tokens\":9,\"completion_tokens\":5,"
                       "\"prompt_tokens_details\":{\"cached_tokens\":99},"
                       "\"completion_tokens_details\":{\"reasoning_tokens\":3}}");
    assert_int_equal(tokens.prompt, 9);
    assert_int_equal(tokens.cached, 9); /* never more than the prompt */
    assert_int_equal(tokens.completion, 5);
    assert_int_equal(tokens.reasoning, 3);
    assert_false(tokens_of("{\"prompt_tokens\":-1,\"completion_tokens\":5}").told);
    assert_false(tokens_of("{\"prompt_tokens\":1.5,\"completion_tokens\":5}").told);
    assert_false(tokens_of("{\"prompt_tokens\":1e300,\"completion_tokens\":5}").told);
    assert_false(tokens_of("{\"prompt_tokens\":9}").told);
    assert_false(tokens_of("null").told);
}

/* ---- streams ---- */

struct heard {
    char text[400];
    struct qn_llm_answer *answer;
};

static int hear(void *arg, struct qn_span data)
{
    struct heard *heard = arg;
    size_t len = strlen(heard->text);

    snprintf(heard->text + len, sizeof(heard->text) - len, "[%.*s]", (int)data.len, data.data);
    if (heard->answer != NULL) {
        qn_llm_answer_add(heard->answer, data);
    }
    return QN_OK;
}

/* The same in pieces of every size. */
static void hears(const char *bytes, const char *expected)
{
    for (size_t piece = 1; piece <= strlen(bytes) + 1; piece++) {
        struct heard heard = {.text = ""};
        struct qn_llm_stream stream;

        qn_llm_stream_init(&stream, hear, &heard);
        for (size_t at = 0; at < strlen(bytes); at += piece) {
            size_t left = strlen(bytes) - at;

            assert_int_equal(
                qn_llm_stream_push(&stream,
                                   (struct qn_span){bytes + at, left < piece ? left : piece}),
                QN_OK);
        }
        assert_string_equal(heard.text, expected);
        qn_llm_stream_release(&stream);
    }
}

static void events_are_read_however_they_are_cut(void **state)
{
    (void)state;
    hears("data: a\n\ndata: b\n\n", "[a][b]");
    hears("data: a\r\n\r\ndata:b\r\rdata:  c\n\n", "[a][b][ c]");
    hears("data: a\ndata: b\ndata\n\n", "[a\nb\n]");
    hears(": comment\n\nevent: x\nid: 7\ndata: a\nretry: 1\n\n", "[a]");
    hears("\xef\xbb\xbf"
          "data: a\n\n",
          "[a]");
    hears("database: a\n\n\n\n", "");
    hears("data: not ended", "");
    hears("data: not ended\n", "");
    hears("data: \xe4\xb8\xad\n\n", "[\xe4\xb8\xad]");
}

static void a_line_without_an_end_is_refused(void **state)
{
    struct heard heard = {.text = ""};
    struct qn_llm_stream stream;
    char *bytes = malloc(QN_LLM_EVENT_MAX + 1);

    (void)state;
    assert_non_null(bytes);
    memset(bytes, 'x', QN_LLM_EVENT_MAX + 1);
    qn_llm_stream_init(&stream, hear, &heard);
    assert_int_equal(qn_llm_stream_push(&stream, (struct qn_span){bytes, QN_LLM_EVENT_MAX}), QN_OK);
    assert_int_equal(qn_llm_stream_push(&stream, (struct qn_span){bytes, 1}), QN_ELIMIT);
    qn_llm_stream_release(&stream);
    free(bytes);
}

static enum qn_llm_class stream_comes_to(const char *bytes, bool broken, const char *text)
{
    struct qn_llm_answer answer;
    struct heard heard = {.text = "", .answer = &answer};
    struct qn_llm_stream stream;
    enum qn_llm_class class;

    qn_llm_answer_init(&answer, MOST);
    qn_llm_stream_init(&stream, hear, &heard);
    assert_int_equal(qn_llm_stream_push(&stream, span(bytes)), QN_OK);
    qn_llm_answer_part(&answer);
    class = qn_llm_answer_judge(&answer, &qn_llm_profiles[OPENAI], true, broken);
    assert_string_equal(answer.text.data, text);
    qn_llm_stream_release(&stream);
    qn_llm_answer_release(&answer);
    return class;
}

#define PIECE(t) "data: {\"choices\":[{\"delta\":{\"content\":\"" t "\"}}]}\n\n"
#define STOP     "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define DONE     "data: [DONE]\n\n"

static void a_stream_is_whole_when_it_says_why_it_ends(void **state)
{
    (void)state;
    assert_int_equal(stream_comes_to(PIECE("a") PIECE("b") STOP DONE, false, "ab"), QN_LLM_FINE);
    assert_int_equal(stream_comes_to(PIECE("a") STOP, false, "a"), QN_LLM_FINE);
    assert_int_equal(stream_comes_to(PIECE("a") STOP, true, "a"), QN_LLM_FINE);
    assert_int_equal(stream_comes_to(PIECE("a"), false, "a"), QN_LLM_CUT);
    assert_int_equal(stream_comes_to(PIECE("a") DONE, false, "a"), QN_LLM_CUT);
    assert_int_equal(stream_comes_to(PIECE("a"), true, "a"), QN_LLM_CUT);
    assert_int_equal(stream_comes_to("", false, ""), QN_LLM_CUT);
    assert_int_equal(stream_comes_to(PIECE("a") "data: {x\n\n" STOP, false, "a"), QN_LLM_PROTOCOL);
    assert_int_equal(stream_comes_to(PIECE("a") STOP DONE "data: {x\n\n", false, "a"), QN_LLM_FINE);
    assert_int_equal(
        stream_comes_to(PIECE("a") "data: {\"error\":{\"message\":\"x\"}}\n\n" STOP, false, "a"),
        QN_LLM_SERVER);
}

static void other_choices_are_no_part_of_it(void **state)
{
    (void)state;
    assert_int_equal(
        stream_comes_to("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}},"
                        "{\"index\":1,\"delta\":{\"content\":\"b\"},"
                        "\"finish_reason\":\"length\"}]}\n\n" STOP,
                        false, "a"),
        QN_LLM_FINE);
}

/* ---- memory ---- */

static void without_memory_nothing_is_an_answer_and_nothing_is_lost(void **state)
{
    static const char body[] = WHOLE("{\"content\":\"<think>hm</think>text\"}");
    size_t live = qn_mem_live();
    bool failed = true;

    (void)state;
    for (size_t nth = 1; failed; nth++) {
        struct qn_llm_answer answer;
        size_t before = qn_mem_count();
        enum qn_llm_class class;

        qn_mem_fail_at(nth, 0);
        class = read_with(&answer, body, OPENAI);
        failed = qn_mem_count() - before >= nth;
        qn_mem_fail_at(0, 0);
        assert_int_equal(class, failed ? QN_LLM_OWN : QN_LLM_FINE);
        qn_llm_answer_release(&answer);
        assert_int_equal(qn_mem_live(), live);
    }
}

static void a_stream_without_memory_says_so(void **state)
{
    size_t live = qn_mem_live();
    int rc = QN_ENOMEM;

    (void)state;
    for (size_t nth = 1; rc != QN_OK; nth++) {
        struct heard heard = {.text = ""};
        struct qn_llm_stream stream;

        qn_llm_stream_init(&stream, hear, &heard);
        qn_mem_fail_at(nth, 0);
        rc = qn_llm_stream_push(&stream, span("data: a\ndata: b\n\n"));
        qn_mem_fail_at(0, 0);
        assert_true(rc == QN_ENOMEM || rc == QN_OK);
        assert_string_equal(heard.text, rc == QN_OK ? "[a\nb]" : "");
        qn_llm_stream_release(&stream);
        assert_int_equal(qn_mem_live(), live);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_that_is_whole_is_its_text),
        cmocka_unit_test(what_has_another_shape_is_none),
        cmocka_unit_test(a_reason_to_finish_says_whether_it_is_whole),
        cmocka_unit_test(without_a_reason_json_that_parses_is_whole_where_the_server_is_like_that),
        cmocka_unit_test(nothing_and_a_refusal_are_no_answers),
        cmocka_unit_test(thoughts_are_kept_apart),
        cmocka_unit_test(tokens_are_read_by_all_their_names),
        cmocka_unit_test(events_are_read_however_they_are_cut),
        cmocka_unit_test(a_line_without_an_end_is_refused),
        cmocka_unit_test(a_stream_is_whole_when_it_says_why_it_ends),
        cmocka_unit_test(other_choices_are_no_part_of_it),
        cmocka_unit_test(without_memory_nothing_is_an_answer_and_nothing_is_lost),
        cmocka_unit_test(a_stream_without_memory_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
