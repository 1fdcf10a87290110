#include "tasks/lib/llm/llm_request.h"

#include "common/json.h"
#include "common/mem.h"
#include "tasks/lib/llm/llm_class.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const struct qn_llm_message said[] = {{"system", {"a\"b\n", 4}}, {"user", {"\xff\0c", 3}}};
static const char *const stops[] = {";", "\n\n"};

static struct qn_llm_request request_of(void)
{
    return (struct qn_llm_request){.purpose = QN_LLM_SQL, .messages = said, .n_messages = 2};
}

static void writes(const struct qn_llm_request *request, const struct qn_llm_form *form,
                   const char *expected)
{
    struct qn_buf out;

    qn_buf_init(&out, 4096);
    assert_int_equal(qn_llm_request_write(request, form, &out), QN_OK);
    assert_string_equal(out.data, expected);
    assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
    qn_buf_release(&out);
}

#define SAID                                                         \
    "\"messages\":[{\"role\":\"system\",\"content\":\"a\\\"b\\n\"}," \
    "{\"role\":\"user\",\"content\":\"\xef\xbf\xbd\xef\xbf\xbd"      \
    "c\"}]"

static void a_request_is_what_the_protocol_says(void **state)
{
    struct qn_llm_request request = request_of();

    (void)state;
    writes(&request, &(struct qn_llm_form){.model = "m", .max_tokens = 100},
           "{\"model\":\"m\"," SAID ",\"temperature\":0.000,\"max_tokens\":100,\"stream\":false}");
    request.temperature_milli = 1250;
    request.seed = 7;
    request.stops = stops;
    request.n_stops = 2;
    request.json = true;
    request.stream = true;
    writes(&request, &(struct qn_llm_form){.model = "m", .max_tokens = 1, .stream_usage = true},
           "{\"model\":\"m\"," SAID ",\"temperature\":1.250,\"max_tokens\":1,\"seed\":7,"
           "\"stop\":[\";\",\"\\n\\n\"],\"response_format\":{\"type\":\"json_object\"},"
           "\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
}

static void fields_that_a_server_refused_are_left_out(void **state)
{
    struct qn_llm_request request = request_of();
    const struct qn_llm_form form = {.model = "m",
                                     .max_tokens = 1,
                                     .stream_usage = true,
                                     .without = QN_LLM_FIELD_JSON | QN_LLM_FIELD_STREAM_USAGE |
                                                QN_LLM_FIELD_SEED | QN_LLM_FIELD_MAX_TOKENS |
                                                QN_LLM_FIELD_TEMPERATURE};

    (void)state;
    request.json = request.stream = true;
    request.seed = 7;
    writes(&request, &form,
           "{\"model\":\"m\"," SAID ",\"max_completion_tokens\":1,\"stream\":true}");
}

static void refuses(struct qn_llm_request request)
{
    struct qn_err err = {.msg = ""};

    assert_int_equal(qn_llm_request_check(&request, &err), QN_EINVAL);
    assert_true(err.msg[0] != '\0');
}

static void what_cannot_be_asked_is_refused(void **state)
{
    static const struct qn_llm_message odd = {"robot", {"", 0}};
    struct qn_llm_request request = request_of();
    char longer[QN_LLM_WORD_MAX + 2];

    (void)state;
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(qn_llm_request_check(&request, NULL), QN_OK);
    request.n_messages = 0;
    refuses(request);
    request = request_of();
    request.messages = &odd;
    request.n_messages = 1;
    refuses(request);
    request = request_of();
    request.temperature_milli = 2001;
    refuses(request);
    request.temperature_milli = 1;
    request.cached = true; /* what is not repeatable is not kept */
    refuses(request);
    request = request_of();
    request.key = longer;
    refuses(request);
    request = request_of();
    request.max_tokens = -1;
    refuses(request);
}

static void without_room_or_memory_it_says_so(void **state)
{
    struct qn_llm_request request = request_of();
    size_t live = qn_mem_live();
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 30);
    assert_int_equal(qn_llm_request_write(&request, &(struct qn_llm_form){.model = "m"}, &out),
                     QN_ELIMIT);
    qn_buf_release(&out);
    qn_buf_init(&out, 4096);
    qn_mem_fail_at(1, 1);
    assert_int_equal(qn_llm_request_write(&request, &(struct qn_llm_form){.model = "m"}, &out),
                     QN_ENOMEM);
    qn_mem_fail_at(0, 0);
    qn_buf_release(&out);
    assert_int_equal(qn_mem_live(), live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_what_the_protocol_says),
        cmocka_unit_test(fields_that_a_server_refused_are_left_out),
        cmocka_unit_test(what_cannot_be_asked_is_refused),
        cmocka_unit_test(without_room_or_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
