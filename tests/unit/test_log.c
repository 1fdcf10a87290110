#include "common/log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "common/json.h"
#include "common/str.h"
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_BYTES 4096

/* stderr is a socket that keeps writes apart while a line is logged. */
struct capture {
    int saved;
    int fds[2];
    char line[LINE_BYTES * 2];
    size_t len;
};

static void begin(struct capture *capture)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, capture->fds), 0);
    capture->saved = dup(STDERR_FILENO);
    assert_int_equal(dup2(capture->fds[1], STDERR_FILENO), STDERR_FILENO);
}

/* Returns how many writes there were; the last one is in line. */
static int end(struct capture *capture)
{
    int writes = 0;
    ssize_t n;

    dup2(capture->saved, STDERR_FILENO);
    capture->len = 0;
    while ((n = recv(capture->fds[0], capture->line, sizeof(capture->line) - 1, MSG_DONTWAIT)) >
           0) {
        capture->line[n] = '\0';
        capture->len = (size_t)n;
        writes++;
    }
    close(capture->saved);
    close(capture->fds[0]);
    close(capture->fds[1]);
    return writes;
}

/* One write, one line feed at its end, no other control character, UTF-8. */
static void require_one_line(struct capture *capture)
{
    assert_int_equal(end(capture), 1);
    assert_true(capture->len <= LINE_BYTES);
    assert_true(qn_utf8_valid(capture->line, capture->len));
    for (size_t i = 0; i + 1 < capture->len; i++) {
        assert_false((unsigned char)capture->line[i] < ' ' || capture->line[i] == 0x7f);
    }
    assert_int_equal(capture->line[capture->len - 1], '\n');
}

/* The member's decoded text. */
static const char *member(const struct capture *capture, const char *name, struct qn_buf *out)
{
    struct qn_json_item item;

    qn_buf_reset(out);
    assert_int_equal(qn_json_check(capture->line, capture->len, NULL, NULL), QN_OK);
    assert_true(qn_json_find(capture->line, capture->len, name, &item));
    assert_int_equal(qn_json_unescape(item.value, out), QN_OK);
    return out->data;
}

static void before_setup_lines_are_text(void **state)
{
    struct capture capture;

    (void)state;
    begin(&capture);
    qn_log(QN_LOG_WARN, "job ended", QN_STR("job", "default.x"), QN_NUM("ms", -5),
           QN_STR("why", NULL));
    require_one_line(&capture);
    assert_non_null(
        strstr(capture.line, " level=warn msg=\"job ended\" job=default.x ms=-5 why=\"\"\n"));
    assert_true(qn_str_starts(capture.line, "time=2"));
}

static void lines_below_the_level_are_not_written(void **state)
{
    struct capture capture;

    (void)state;
    qn_log_setup("quern-test", QN_LOG_WARN, QN_LOG_TEXT);
    begin(&capture);
    qn_log(QN_LOG_INFO, "not this");
    qn_log_write(QN_LOG_DEBUG, "nor this", NULL, 0);
    assert_int_equal(end(&capture), 0);
    begin(&capture);
    qn_log(QN_LOG_ERROR, "this");
    require_one_line(&capture);
    assert_non_null(strstr(capture.line, " level=error program=quern-test msg=this\n"));
}

static void a_value_cannot_make_a_line_or_a_field(void **state)
{
    struct capture capture;

    (void)state;
    qn_log_setup("p", QN_LOG_INFO, QN_LOG_TEXT);
    begin(&capture);
    qn_log(QN_LOG_INFO, "a\nlevel=error", QN_STR("x", "1 y=2"),
           QN_STR("z", "\"\\\x1b[31m\xc2\x9b\x7f"));
    require_one_line(&capture);
    assert_non_null(
        strstr(capture.line,
               "msg=\"a\\nlevel=error\" x=\"1 y=2\" z=\"\\\"\\\\\\u001b[31m\\u009b\\u007f\"\n"));
}

static void json_lines_give_back_what_was_logged(void **state)
{
    static const char value[] = "a\"b\\c\n\t\x01 \xc3\xa9 \xf0\x9f\x98\x80";
    struct capture capture;
    struct qn_buf text;

    (void)state;
    qn_log_setup("quern-api", QN_LOG_DEBUG, QN_LOG_JSON);
    qn_buf_init(&text, LINE_BYTES);
    begin(&capture);
    qn_log(QN_LOG_DEBUG, "hello", QN_STR("value", value), QN_NUM("n", INT64_MIN),
           QN_STR("bad", "\xff\xc3"));
    require_one_line(&capture);
    assert_string_equal(member(&capture, "level", &text), "debug");
    assert_string_equal(member(&capture, "program", &text), "quern-api");
    assert_string_equal(member(&capture, "msg", &text), "hello");
    assert_string_equal(member(&capture, "value", &text), value);
    assert_string_equal(member(&capture, "n", &text), "-9223372036854775808");
    assert_string_equal(member(&capture, "bad", &text), "\xef\xbf\xbd\xef\xbf\xbd");
    qn_buf_release(&text);
}

/* Every length around the limit, with characters of every length. */
static void a_long_line_is_cut_and_is_still_a_line(void **state)
{
    static const char *const characters[] = {"x",  "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                             "\n", "\x01",     "\xff"};
    struct capture capture;
    struct qn_buf text, value;

    (void)state;
    qn_buf_init(&text, LINE_BYTES * 2);
    qn_buf_init(&value, LINE_BYTES * 4);
    for (int format = QN_LOG_TEXT; format <= QN_LOG_JSON; format++) {
        qn_log_setup("p", QN_LOG_INFO, (enum qn_log_format)format);
        for (int start = 0; start < 7 * 130; start++) {
            qn_buf_reset(&value);
            qn_buf_printf(&value, "%0*d", 3980 + start / 7, 0);
            for (int i = 0; i < 100; i++) {
                qn_buf_add_str(&value, characters[start % 7]);
            }
            begin(&capture);
            qn_log(QN_LOG_INFO, "m", QN_STR("a", value.data), QN_NUM("b", 1), QN_STR("c", "y"));
            require_one_line(&capture);
            if (format == QN_LOG_JSON) {
                member(&capture, "a", &text);
                assert_memory_equal(text.data, value.data, 3900);
                assert_string_equal(member(&capture, "cut", &text), "true");
            } else {
                assert_non_null(strstr(capture.line, " cut=true\n"));
            }
        }
    }
    qn_buf_release(&text);
    qn_buf_release(&value);
}

/* Whatever ends just where the room for fields does. */
static void a_line_that_is_just_full_is_still_a_line(void **state)
{
    struct capture capture;
    struct qn_buf value;

    (void)state;
    qn_buf_init(&value, LINE_BYTES);
    for (int format = QN_LOG_TEXT; format <= QN_LOG_JSON; format++) {
        qn_log_setup("p", QN_LOG_INFO, (enum qn_log_format)format);
        for (int len = 3900; len < 4000; len++) {
            qn_buf_reset(&value);
            qn_buf_printf(&value, "%0*d =", len, 0);
            begin(&capture);
            qn_log(QN_LOG_INFO, "m", QN_STR("a", value.data), QN_STR("b", value.data));
            require_one_line(&capture);
            assert_true(strlen(capture.line) <= LINE_BYTES);
        }
    }
    qn_buf_release(&value);
}

static void errno_survives(void **state)
{
    struct capture capture;

    (void)state;
    begin(&capture);
    errno = EDOM;
    qn_log(QN_LOG_ERROR, "x");
    assert_int_equal(errno, EDOM);
    assert_int_equal(end(&capture), 1);
}

static void levels_have_four_names(void **state)
{
    enum qn_log_level level;

    (void)state;
    assert_true(qn_log_level_parse("debug", &level) == QN_OK && level == QN_LOG_DEBUG);
    assert_true(qn_log_level_parse("error", &level) == QN_OK && level == QN_LOG_ERROR);
    assert_int_equal(qn_log_level_parse("warning", &level), QN_EINVAL);
    assert_int_equal(qn_log_level_parse("", &level), QN_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_setup_lines_are_text),
        cmocka_unit_test(lines_below_the_level_are_not_written),
        cmocka_unit_test(a_value_cannot_make_a_line_or_a_field),
        cmocka_unit_test(json_lines_give_back_what_was_logged),
        cmocka_unit_test(a_long_line_is_cut_and_is_still_a_line),
        cmocka_unit_test(a_line_that_is_just_full_is_still_a_line),
        cmocka_unit_test(errno_survives),
        cmocka_unit_test(levels_have_four_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
