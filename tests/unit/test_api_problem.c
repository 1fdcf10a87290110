#include "api/problem.h"
#include "broker-client/broker.h"
#include "common/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void encode(const struct api_fault *fault, struct qn_buf *out)
{
    qn_buf_init(out, 8192);
    assert_int_equal(api_problem_encode(fault, "req-1", out), QN_OK);
}

static void a_problem_has_the_members_of_rfc_9457(void **state)
{
    struct api_fault fault;
    struct qn_buf out;
    (void)state;
    assert_int_equal(api_fault_set(&fault, API_BAD_JOB, "task", "%s is required", "task"),
                     QN_EINVAL);
    encode(&fault, &out);
    assert_string_equal(out.data,
                        "{\"type\":\"urn:quern:problem:bad_job\",\"title\":\"The job is not "
                        "acceptable\",\"status\":422,\"code\":\"bad_job\",\"detail\":\"task is "
                        "required\",\"instance\":\"req-1\",\"errors\":[{\"field\":\"task\","
                        "\"reason\":\"task is required\"}]}");
    qn_buf_release(&out);
}

static void a_problem_of_the_whole_names_no_field(void **state)
{
    struct api_fault fault;
    struct qn_buf out;
    (void)state;
    api_fault_set(&fault, API_NOT_FOUND, NULL, "nothing");
    encode(&fault, &out);
    assert_null(strstr(out.data, "errors"));
    qn_buf_release(&out);
}

static void what_a_client_sent_is_escaped(void **state)
{
    static const char *const texts[] = {
        "\"},{\"x\":\"", "\\", "\n\r\t\x01\x1f", "\xff\xfe", "\xc3", "\xed\xa0\x80", "</script>",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct api_fault fault;
        struct qn_buf out;
        struct qn_err err = {0};
        api_fault_set(&fault, API_BAD_JOB, texts[i], "%s", texts[i]);
        encode(&fault, &out);
        assert_int_equal(qn_json_check(out.data, out.len, NULL, &err), QN_OK);
        qn_buf_release(&out);
    }
}

static void text_cut_within_a_character_stays_valid(void **state)
{
    char long_text[2 * QN_ERR_TEXT_MAX];
    (void)state;
    for (size_t i = 0; i + 2 < sizeof(long_text); i += 2)
        memcpy(long_text + i, "\xc3\xa9", 3);
    for (size_t shift = 0; shift < 2; shift++) {
        struct api_fault fault;
        struct qn_buf out;
        api_fault_set(&fault, API_BAD_JOB, long_text, "%s%s", shift ? "x" : "", long_text);
        encode(&fault, &out);
        assert_int_equal(qn_json_check(out.data, out.len, NULL, NULL), QN_OK);
        qn_buf_release(&out);
    }
}

static void the_brokers_failures_tell_what_to_do(void **state)
{
    static const struct {
        int rc;
        enum api_problem problem;
    } rows[] = {
        {QN_EFULL, API_BROKER_FULL},        {QN_ECONN, API_BROKER_AWAY},
        {QN_EUNKNOWN, API_UNKNOWN_OUTCOME}, {QN_ETIMEOUT, API_UNKNOWN_OUTCOME},
        {QN_EPROTO, API_INTERNAL},          {QN_ECORRUPT, API_INTERNAL},
        {QN_ENOMEM, API_INTERNAL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct qn_reply reply = {.rc = rows[i].rc};
        struct api_fault fault;
        api_fault_of_broker(&fault, &reply);
        assert_int_equal(fault.problem, rows[i].problem);
        assert_true(fault.detail[0] != '\0');
    }
    assert_int_equal(api_problem_status(API_BROKER_FULL), 503);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_has_the_members_of_rfc_9457),
        cmocka_unit_test(a_problem_of_the_whole_names_no_field),
        cmocka_unit_test(what_a_client_sent_is_escaped),
        cmocka_unit_test(text_cut_within_a_character_stays_valid),
        cmocka_unit_test(the_brokers_failures_tell_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
