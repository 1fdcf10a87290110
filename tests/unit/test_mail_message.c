#include "common/mem.h"
#include "tasks/mail/encode.h"
#include "tasks/mail/message.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define WORD_MAX 75

static const struct qn_address shop = {.address = "shop@example.org", .name = "The Shop"};
static const struct qn_address ada = {.address = "ada@example.com", .name = "Ada"};

static struct qn_span span(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

static struct mail_message message(void)
{
    return (struct mail_message){.from = &shop,
                                 .to = &ada,
                                 .subject = "Welcome",
                                 .id = "q.mail.x@example.org",
                                 .language = "en",
                                 .wall_ms = 1751362200123, /* 2025-07-01T09:30:00.123Z */
                                 .text = span("Hello\n"),
                                 .html = span("<p>Hello</p>\n")};
}

static void a_message_is_these_bytes(void **state)
{
    const struct mail_message mail = message();
    struct qn_buf out;
    struct qn_err err;

    (void)state;
    qn_buf_init(&out, 10000);
    assert_int_equal(mail_message_write(&mail, &out, &err), QN_OK);
    assert_string_equal(out.data, "Date: Tue, 1 Jul 2025 09:30:00 +0000\r\n"
                                  "From: The Shop\r\n <shop@example.org>\r\n"
                                  "To: Ada\r\n <ada@example.com>\r\n"
                                  "Subject: Welcome\r\n"
                                  "Message-ID: <q.mail.x@example.org>\r\n"
                                  "Content-Language: en\r\n"
                                  "Auto-Submitted: auto-generated\r\n"
                                  "MIME-Version: 1.0\r\n"
                                  "Content-Type: multipart/alternative;\r\n"
                                  " boundary=\"=_quern_alternative\"\r\n\r\n"
                                  "--=_quern_alternative\r\n"
                                  "Content-Type: text/plain; charset=utf-8\r\n"
                                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                                  "Hello\r\n\r\n"
                                  "--=_quern_alternative\r\n"
                                  "Content-Type: text/html; charset=utf-8\r\n"
                                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                                  "<p>Hello</p>\r\n\r\n"
                                  "--=_quern_alternative--\r\n");
    qn_buf_release(&out);
}

static void a_line_end_in_a_header_is_refused_whoever_gave_it(void **state)
{
    static const struct qn_address bad_name = {.address = "a@b", .name = "a\r\nBcc: c@d"};
    static const struct qn_address bad_address = {.address = "a@b\r\nBcc: c@d"};
    struct mail_message mails[6];
    struct qn_buf out;
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < 6; i++)
        mails[i] = message();
    mails[0].from = &bad_name;
    mails[1].to = &bad_name;
    mails[2].from = &bad_address;
    mails[3].to = &bad_address;
    mails[4].subject = "x\r\nBcc: c@d";
    mails[5].id = "x\nBcc: c@d";
    qn_buf_init(&out, 10000);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(mail_message_write(&mails[i], &out, &err), QN_EINVAL);
        assert_int_equal(out.len, 0);
    }
    qn_buf_release(&out);
}

static void no_allocation_that_fails_leaves_anything(void **state)
{
    const struct mail_message mail = message();
    size_t before = qn_mem_live();
    int rc = QN_ENOMEM;

    (void)state;
    for (size_t nth = 1; rc != QN_OK; nth++) {
        struct qn_buf out;
        struct qn_err err;

        qn_buf_init(&out, 10000);
        qn_mem_fail_at(nth, 1);
        rc = mail_message_write(&mail, &out, &err);
        qn_mem_fail_at(0, 0);
        assert_true(rc == QN_OK || rc == QN_ENOMEM);
        qn_buf_release(&out);
        assert_int_equal(qn_mem_live(), before);
        assert_true(nth < 100);
    }
}

static void a_mail_over_its_bound_is_refused(void **state)
{
    const struct mail_message mail = message();
    struct qn_buf out;
    struct qn_err err;

    (void)state;
    qn_buf_init(&out, 100);
    assert_int_equal(mail_message_write(&mail, &out, &err), QN_ELIMIT);
    qn_buf_release(&out);
}

/* ---- words of headers ---- */

static int base64_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    return (int)(strchr(digits, c) - digits);
}

static void decode_word(const char *at, size_t len, struct qn_buf *out)
{
    for (size_t i = 0; i < len; i += 4) {
        uint32_t three = 0;
        size_t n = at[i + 2] == '=' ? 1 : at[i + 3] == '=' ? 2 : 3;

        for (size_t k = 0; k < 4; k++)
            three = three << 6 | (uint32_t)(at[i + k] == '=' ? 0 : base64_value(at[i + k]));
        for (size_t k = 0; k < n; k++)
            qn_buf_add_byte(out, (int)(three >> (16 - 8 * k) & 255));
    }
}

/* As a reader of RFC 2047 does; each word is whole UTF-8 and has its bound. */
static void decode_words(const char *text, struct qn_buf *out)
{
    static const char begin[] = "=?UTF-8?B?", between[] = "?=\r\n ";

    while (*text != '\0') {
        const char *end = strstr(text, "?=");

        assert_memory_equal(text, begin, strlen(begin));
        assert_non_null(end);
        assert_true(end + 2 - text <= WORD_MAX);
        decode_word(text + strlen(begin), (size_t)(end - text) - strlen(begin), out);
        text = end + 2;
        if (*text != '\0') {
            assert_memory_equal(text - 2, between, strlen(between));
            text += strlen(between) - 2;
        }
    }
}

static void expect_same(const char *text)
{
    struct qn_buf coded, plain;

    qn_buf_init(&coded, 10000);
    qn_buf_init(&plain, 10000);
    mail_encode_words(&coded, text);
    decode_words(coded.data, &plain);
    assert_string_equal(plain.data, text);
    qn_buf_release(&coded);
    qn_buf_release(&plain);
}

static void words_of_any_length_come_back(void **state)
{
    static const char *const letters[] = {"x.", "\xc3\xa9", "\xe7\x8e\x8b", "\xf0\x9f\x99\x82"};
    char text[401];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        size_t size = strlen(letters[i]);

        for (size_t n = 1; n * size < sizeof(text); n++) {
            for (size_t k = 0; k < n; k++)
                memcpy(text + k * size, letters[i], size);
            text[n * size] = '\0';
            expect_same(text);
        }
    }
    expect_same("=?UTF-8?B?QQ==?=");
    expect_same(" blank");
    expect_same("blank ");
    expect_same("a, b");
    expect_same("a\"b\\c");
    expect_same("<a@b>");
}

static void plain_words_stay_as_they_are(void **state)
{
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 1000);
    mail_encode_words(&out, "Anne-Marie O'Neil 2");
    assert_string_equal(out.data, "Anne-Marie O'Neil 2");
    qn_buf_release(&out);
}

/* ---- bodies ---- */

static int hex_value(char c)
{
    return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* As a reader of RFC 2045 does. */
static void decode_body(const struct qn_buf *in, struct qn_buf *out)
{
    for (size_t i = 0; i < in->len; i++) {
        if (in->data[i] == '\r') {
            continue;
        }
        if (in->data[i] != '=') {
            qn_buf_add_byte(out, in->data[i]);
        } else if (in->data[i + 1] == '\r') {
            i += 2;
        } else {
            qn_buf_add_byte(out, hex_value(in->data[i + 1]) * 16 + hex_value(in->data[i + 2]));
            i += 2;
        }
    }
}

static void require_lines(const struct qn_buf *text)
{
    size_t start = 0;

    for (size_t i = 0; i < text->len; i++) {
        unsigned char byte = (unsigned char)text->data[i];

        assert_true(byte == '\r' || byte == '\n' || byte == '\t' || (byte >= ' ' && byte <= '~'));
        assert_int_equal(byte == '\n', i > 0 && text->data[i - 1] == '\r');
        if (byte == '\n') {
            assert_true(i - 1 - start <= 76);
            assert_true(text->data[start] != '.');
            assert_true(i - 1 == start || (text->data[i - 2] != ' ' && text->data[i - 2] != '\t'));
            start = i + 1;
        }
    }
    assert_int_equal(start, text->len);
}

static void expect_body(const char *text, size_t len)
{
    struct qn_buf coded, plain;

    qn_buf_init(&coded, 100000);
    qn_buf_init(&plain, 100000);
    mail_encode_body(&coded, text, len);
    require_lines(&coded);
    decode_body(&coded, &plain);
    assert_int_equal(plain.len, len);
    assert_memory_equal(plain.data, text, len);
    qn_buf_release(&coded);
    qn_buf_release(&plain);
}

static void bodies_come_back_byte_by_byte(void **state)
{
    char text[1000];
    uint32_t seed = 1;

    (void)state;
    expect_body("\n", 1);
    expect_body(".\n..\n.\n", 7);
    expect_body("a \nb\t\n \n", 8);
    expect_body("From here\n", 10);
    for (int round = 0; round < 500; round++) {
        static const char often[] = " .=\n\txyz\xc3\xa9\xff";
        size_t len;

        seed = seed * 1664525 + 1013904223;
        len = seed >> 16 & 511;
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = often[(seed >> 16) % (sizeof(often) - 1)];
        }
        text[len] = '\n';
        expect_body(text, len + 1);
    }
}

static void dots_after_a_folded_line_begin_none(void **state)
{
    char text[400];

    (void)state;
    memset(text, '.', sizeof(text));
    text[sizeof(text) - 1] = '\n';
    expect_body(text, sizeof(text));
    for (size_t before = 70; before < 80; before++) {
        memset(text, 'x', before);
        text[before] = '.';
        text[before + 1] = '\n';
        expect_body(text, before + 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_these_bytes),
        cmocka_unit_test(a_line_end_in_a_header_is_refused_whoever_gave_it),
        cmocka_unit_test(no_allocation_that_fails_leaves_anything),
        cmocka_unit_test(a_mail_over_its_bound_is_refused),
        cmocka_unit_test(words_of_any_length_come_back),
        cmocka_unit_test(plain_words_stay_as_they_are),
        cmocka_unit_test(bodies_come_back_byte_by_byte),
        cmocka_unit_test(dots_after_a_folded_line_begin_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
