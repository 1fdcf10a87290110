#include "tasks/lib/profile/pii.h"
#include "tasks/lib/profile/pii_words.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct qn_span span(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

static void checksums_pass_what_is_right_and_refuse_one_wrong_digit(void **state)
{
    static const struct {
        bool (*is)(struct qn_span text);
        const char *right, *wrong;
    } cases[] = {
        {qn_pii_is_card, "4111 1111 1111 1111", "4111 1111 1111 1112"},
        {qn_pii_is_card, "378282246310005", "378282246310006"},
        {qn_pii_is_card, "5555-5555-5555-4444", "5555-5555-5555-444"},
        {qn_pii_is_card, "6011111111111117", "0000000000000000"},
        {qn_pii_is_iban, "DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 01"},
        {qn_pii_is_iban, "GB82WEST12345698765432", "GB82WEST12345698765431"},
        {qn_pii_is_iban, "NO9386011117947", "9386011117947"},
        {qn_pii_is_resident, "11010519491231002X", "110105194912310021"},
        {qn_pii_is_resident, "440308199901010012", "440308189901010012"},
        {qn_pii_is_social, "123-45-6789", "123-45-678a"},
        {qn_pii_is_social, "078-05-1120", "000-05-1120"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(cases[i].is(span(cases[i].right)));
        assert_false(cases[i].is(span(cases[i].wrong)));
        assert_false(cases[i].is(span("")));
        assert_false(cases[i].is(span("a")));
        assert_false(cases[i].is(span("\xff\xfe--------------------------------------------")));
    }
}

static void names_are_taken_apart_into_words(void **state)
{
    static const struct {
        const char *name, *tokens;
    } cases[] = {
        {"", "|"},
        {"___", "|"},
        {"user_email", "|user|email|"},
        {"UserEmails", "|user|email|"},
        {"customerIDNumber", "|customer|id|number|"},
        {"HTTPServer", "|http|server|"},
        {"address1", "|address|1|"},
        {"addresses", "|address|"},
        {"order status", "|order|status|"},
        {"\xe5\xa7\x93\xe5\x90\x8d", "|\xe5\xa7\x93\xe5\x90\x8d|"},
    };
    char tokens[QN_PII_NAME_MAX], name[1000];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        qn_pii_tokens(cases[i].name, tokens);
        assert_string_equal(tokens, cases[i].tokens);
    }
    memset(name, 'A', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    qn_pii_tokens(name, tokens);
    assert_true(strlen(tokens) < QN_PII_NAME_MAX);
}

static enum qn_pii judge(const char *table, const char *column, enum qn_family family,
                         const char *comment, const struct qn_pii_counts *counts)
{
    struct qn_catalog_column columns[] = {
        {.name = column, .type = "text", .comment = comment, .family = family}};
    const struct qn_catalog_table of = {.name = table, .columns = columns, .n_columns = 1};

    return qn_pii_judge(&of, 0, counts);
}

/* Tables and columns, and what is in them by their names alone. */
static const struct {
    const char *table, *column;
    enum qn_family family;
    enum qn_pii pii;
} named[] = {
    {"users", "email", QN_FAMILY_TEXT, QN_PII_EMAIL},
    {"users", "email_verified", QN_FAMILY_BOOLEAN, QN_PII_NONE},
    {"mails", "email_template", QN_FAMILY_TEXT, QN_PII_NONE},
    {"users", "email_count", QN_FAMILY_INTEGER, QN_PII_NONE},
    {"x", "mobilePhone", QN_FAMILY_TEXT, QN_PII_PHONE},
    {"x", "phone_type", QN_FAMILY_TEXT, QN_PII_NONE},
    {"products", "name", QN_FAMILY_TEXT, QN_PII_NONE},
    {"users", "name", QN_FAMILY_TEXT, QN_PII_NAME},
    {"t_user_info", "name", QN_FAMILY_TEXT, QN_PII_NAME},
    {"user_roles", "name", QN_FAMILY_TEXT, QN_PII_NONE},
    {"Customers", "CompanyName", QN_FAMILY_TEXT, QN_PII_NONE},
    {"orders", "customer_name", QN_FAMILY_TEXT, QN_PII_NAME},
    {"x", "first_name", QN_FAMILY_TEXT, QN_PII_NAME},
    {"x", "ip_address", QN_FAMILY_TEXT, QN_PII_IP},
    {"x", "shipping_address", QN_FAMILY_TEXT, QN_PII_ADDRESS},
    {"orders", "address_id", QN_FAMILY_INTEGER, QN_PII_NONE},
    {"x", "date_of_birth", QN_FAMILY_DATE, QN_PII_BIRTH},
    {"x", "birth_year", QN_FAMILY_INTEGER, QN_PII_BIRTH},
    {"x", "ssn", QN_FAMILY_TEXT, QN_PII_ID_NUMBER},
    {"x", "passport_no", QN_FAMILY_TEXT, QN_PII_ID_NUMBER},
    {"x", "credit_card_number", QN_FAMILY_TEXT, QN_PII_CARD},
    {"x", "card_type", QN_FAMILY_TEXT, QN_PII_NONE},
    {"x", "iban", QN_FAMILY_TEXT, QN_PII_IBAN},
    {"x", "password_hash", QN_FAMILY_TEXT, QN_PII_SECRET},
    {"x", "api_key", QN_FAMILY_TEXT, QN_PII_SECRET},
    {"x", "token_count", QN_FAMILY_INTEGER, QN_PII_NONE},
    {"x", "session_token", QN_FAMILY_UUID, QN_PII_SECRET},
    {"x", "content_hash", QN_FAMILY_TEXT, QN_PII_NONE},
    {"x", "status", QN_FAMILY_TEXT, QN_PII_NONE},
    {"x", "total_amount", QN_FAMILY_NUMERIC, QN_PII_NONE},
    {"x", "手机号", QN_FAMILY_TEXT, QN_PII_PHONE},
    {"x", "shouji", QN_FAMILY_TEXT, QN_PII_PHONE},
    {"x", "身份证号", QN_FAMILY_TEXT, QN_PII_ID_NUMBER},
    {"x", "姓名", QN_FAMILY_TEXT, QN_PII_NAME},
    {"客户信息", "名称", QN_FAMILY_TEXT, QN_PII_NAME},
    {"用户角色", "名称", QN_FAMILY_TEXT, QN_PII_NONE},
    {"商品", "名称", QN_FAMILY_TEXT, QN_PII_NONE},
    {"x", "收货地址", QN_FAMILY_TEXT, QN_PII_ADDRESS},
    {"x", "密码", QN_FAMILY_TEXT, QN_PII_SECRET},
    {"x", "出生日期", QN_FAMILY_DATE, QN_PII_BIRTH},
};

static void names_tell_personal_data_from_what_only_sounds_like_it(void **state)
{
    const struct qn_pii_counts none = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(named); i++) {
        enum qn_pii pii = judge(named[i].table, named[i].column, named[i].family, "", &none);

        if (pii != named[i].pii) {
            fail_msg("%s.%s: %s", named[i].table, named[i].column, qn_pii_names[pii]);
        }
    }
    assert_int_equal(judge("t1", "c07", QN_FAMILY_TEXT, "客户手机", &none), QN_PII_PHONE);
    assert_int_equal(judge("t1", "c07", QN_FAMILY_TEXT, "E-mail of the buyer", &none),
                     QN_PII_EMAIL);
    assert_int_equal(
        judge("t1", "c07", QN_FAMILY_TEXT,
              "what the job does when the password of a user was changed before it ran", &none),
        QN_PII_NONE);
}

static enum qn_pii of_values(const char *column, const char *const *values, size_t n)
{
    struct qn_pii_counts counts = {0};

    for (size_t i = 0; i < n; i++) {
        qn_pii_count(&counts, span(values[i]), 1);
    }
    return judge("t1", column, QN_FAMILY_TEXT, "", &counts);
}

static void values_tell_where_names_do_not(void **state)
{
    static const char *const emails[] = {"a@b.com", "c.d@e.org", "x"};
    static const char *const secrets[] = {"$2b$12$abcdefghijklmnopqrstuv"};
    static const char *const ibans[] = {"DE89370400440532013000", "GB82WEST12345698765432"};
    static const char *const residents[] = {"11010519491231002X", "440308199901010012"};
    static const char *const ips[] = {"10.0.0.1", "192.168.1.20", "8.8.8.8"};
    static const char *const phones[] = {"+49 30 1234567", "(030) 123-4567", "13812345678"};
    static const char *const words[] = {"red", "green", "blue", "12", "2025-01-01"};

    (void)state;
    assert_int_equal(of_values("c1", emails, COUNT(emails)), QN_PII_EMAIL);
    assert_int_equal(of_values("c1", secrets, COUNT(secrets)), QN_PII_SECRET);
    assert_int_equal(of_values("c1", ibans, COUNT(ibans)), QN_PII_IBAN);
    assert_int_equal(of_values("c1", residents, COUNT(residents)), QN_PII_ID_NUMBER);
    assert_int_equal(of_values("c1", ips, COUNT(ips)), QN_PII_IP);
    assert_int_equal(of_values("c1", phones, COUNT(phones)), QN_PII_PHONE);
    assert_int_equal(of_values("order_no", phones, COUNT(phones)), QN_PII_NONE);
    assert_int_equal(of_values("c1", words, COUNT(words)), QN_PII_NONE);
}

static enum qn_pii of_unique(const char *column, enum qn_family family, const char *const *values,
                             size_t n)
{
    const size_t places[] = {0};
    struct qn_catalog_key key = {.columns = places, .n = 1};
    struct qn_catalog_column columns[] = {
        {.name = column, .type = "text", .comment = "", .family = family}};
    const struct qn_catalog_table table = {
        .name = "t1", .columns = columns, .n_columns = 1, .keys = &key, .n_keys = 1};
    struct qn_pii_counts counts = {0};

    for (size_t i = 0; i < n; i++) {
        qn_pii_count(&counts, span(values[i]), 1);
    }
    return qn_pii_judge(&table, 0, &counts);
}

static void unique_texts_may_be_telephones_and_unique_numbers_are_keys(void **state)
{
    static const char *const phones[] = {"+49 30 1234567", "+49 30 1234568", "13812345678"};
    static const char *const ips[] = {"10.0.0.1", "192.168.1.20", "8.8.8.8"};
    static const char *const numbers[] = {"13812345678", "13812345679", "13812345680"};

    (void)state;
    assert_int_equal(of_unique("account", QN_FAMILY_TEXT, phones, COUNT(phones)), QN_PII_PHONE);
    assert_int_equal(of_unique("visitor", QN_FAMILY_TEXT, ips, COUNT(ips)), QN_PII_IP);
    assert_int_equal(of_unique("c1", QN_FAMILY_INTEGER, numbers, COUNT(numbers)), QN_PII_NONE);
    assert_int_equal(of_unique("order_no", QN_FAMILY_TEXT, phones, COUNT(phones)), QN_PII_NONE);
}

static void masks_show_little_and_never_the_whole(void **state)
{
    static const struct {
        enum qn_pii pii;
        const char *text, *masked;
    } cases[] = {
        {QN_PII_EMAIL, "john.doe@example.com", "j***@e***.com"},
        {QN_PII_EMAIL, "a@b.my secret words", "a***@b***"},
        {QN_PII_EMAIL, "no address", "***"},
        {QN_PII_EMAIL, "@", "***@***"},
        {QN_PII_NAME, "Alice Smith", "A***"},
        {QN_PII_NAME, "龍井", "龍***"},
        {QN_PII_NAME, "", ""},
        {QN_PII_PHONE, "+49 170 1234567", "***67"},
        {QN_PII_PHONE, "12", "***"},
        {QN_PII_CARD, "4111 1111 1111 1234", "***1234"},
        {QN_PII_IBAN, "DE89370400440532013000", "***3000"},
        {QN_PII_ID_NUMBER, "123-45-6789", "***"},
        {QN_PII_BIRTH, "1985-02-03", "1985-**-**"},
        {QN_PII_BIRTH, "1985", "***"},
        {QN_PII_BIRTH, "12.02.1985", "***"},
        {QN_PII_IP, "192.168.1.2", "192.***"},
        {QN_PII_IP, "secret", "***"},
        {QN_PII_SECRET, "hunter2", "***"},
        {QN_PII_ADDRESS, "5 High Street", "***"},
        {QN_PII_NONE, "plain text", "plain text"},
        {QN_PII_NONE, "write to <bob@x.org>!", "write to <b***@x***.org>!"},
        {QN_PII_NONE, "@home and a@", "@home and a@"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct qn_buf out;

        qn_buf_init(&out, 1000);
        assert_int_equal(qn_pii_mask(cases[i].pii, span(cases[i].text), &out), QN_OK);
        assert_string_equal(out.data, cases[i].masked);
        qn_buf_release(&out);
    }
}

static void any_bytes_are_masked(void **state)
{
    static const char bytes[] = "\xff@\xc3.\0a@b..\xe9";

    (void)state;
    for (int pii = QN_PII_NONE; pii < QN_PIIS; pii++) {
        for (size_t len = 0; len < sizeof(bytes); len++) {
            struct qn_buf out;

            qn_buf_init(&out, 1000);
            assert_int_equal(qn_pii_mask((enum qn_pii)pii, (struct qn_span){bytes, len}, &out),
                             QN_OK);
            qn_buf_release(&out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksums_pass_what_is_right_and_refuse_one_wrong_digit),
        cmocka_unit_test(names_are_taken_apart_into_words),
        cmocka_unit_test(names_tell_personal_data_from_what_only_sounds_like_it),
        cmocka_unit_test(values_tell_where_names_do_not),
        cmocka_unit_test(unique_texts_may_be_telephones_and_unique_numbers_are_keys),
        cmocka_unit_test(masks_show_little_and_never_the_whole),
        cmocka_unit_test(any_bytes_are_masked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
