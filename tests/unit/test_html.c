#include "tasks/lib/html.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define LOST "\xef\xbf\xbd"

static void expect(const char *text, size_t len, const char *html)
{
    struct qn_buf out;

    qn_buf_init(&out, 1000);
    assert_int_equal(qn_html_text(&out, text, len), QN_OK);
    assert_string_equal(out.data, html);
    qn_buf_release(&out);
}

static void text_never_becomes_markup(void **state)
{
    static const char all[] = "<script>\"a\" & 'b'</script>";

    (void)state;
    expect(all, strlen(all), "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
    expect("&amp;", 5, "&amp;amp;");
    expect("", 0, "");
}

static void what_is_no_text_becomes_a_replacement(void **state)
{
    (void)state;
    expect("a\0b", 3, "a" LOST "b");
    expect("\x1b[31m", 5, LOST "[31m");
    expect("\x7f", 1, LOST);
    expect("\xc2\x9b", 2, LOST);               /* CSI in one character */
    expect("\xff<", 2, LOST "&lt;");           /* no UTF-8 */
    expect("\xe9\xbe", 2, LOST LOST);          /* cut in the middle */
    expect("\xc0\xbc", 2, LOST LOST);          /* "<" written too long */
    expect("\xed\xa0\x80", 3, LOST LOST LOST); /* a surrogate */
    expect("\xe9\xbe\x99\xf0\x9f\x8d\xb5\n\t", 9, "\xe9\xbe\x99\xf0\x9f\x8d\xb5\n\t");
}

static void a_format_escapes_its_texts(void **state)
{
    struct qn_buf out;

    (void)state;
    qn_buf_init(&out, 1000);
    assert_int_equal(qn_html_printf(&out, "<p id=\"%s\" x=\"%d\" y=\"%.1f\">%zu%%</p>", "\"<&", -3,
                                    1.25, (size_t)7),
                     QN_OK);
    assert_string_equal(out.data, "<p id=\"&quot;&lt;&amp;\" x=\"-3\" y=\"1.2\">7%</p>");
    assert_int_equal(qn_html_printf(&out, "%x", 1U), QN_EINVAL);
    qn_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_never_becomes_markup),
        cmocka_unit_test(what_is_no_text_becomes_a_replacement),
        cmocka_unit_test(a_format_escapes_its_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
