#include "cli/model.h"
#include "cli/model_view.h"
#include "common/json.h"
#include "common/mem.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct qn_span span_of(const char *text)
{
    return (struct qn_span){text, strlen(text)};
}

/* ---- diff ---- */

struct told {
    char text[4096];
};

static void keep(void *arg, char sign, const char *what, struct qn_span before,
                 struct qn_span after)
{
    struct told *told = arg;
    size_t len = strlen(told->text);
    snprintf(told->text + len, sizeof(told->text) - len, "%c %s %.*s %.*s\n", sign, what,
             (int)before.len, before.data ? before.data : "", (int)after.len,
             after.data ? after.data : "");
}

static void expect_diff(const char *from, const char *to, const char *wanted)
{
    struct told told = {.text = ""};
    assert_int_equal(cli_model_diff(span_of(from), span_of(to), keep, &told, NULL), QN_OK);
    assert_string_equal(told.text, wanted);
}

#define COLUMN(name, type) "{\"name\":\"" name "\",\"type\":\"" type "\"}"
#define TABLE(name, columns) \
    "{\"schema\":\"public\",\"name\":\"" name "\",\"columns\":[" columns "]}"
#define MODEL(tables) "{\"tables\":[" tables "]}"

static void a_thing_that_is_new_is_told_without_what_is_in_it(void **state)
{
    (void)state;
    expect_diff(MODEL(TABLE("a", "")),
                MODEL(TABLE("a", "") "," TABLE("b", COLUMN("x", "int") "," COLUMN("y", "int"))),
                "+ tables.b  \n");
    expect_diff(MODEL(TABLE("b", COLUMN("x", "int"))), MODEL(""), "- tables.b  \n");
}

static void a_name_that_begins_as_another_is_not_taken_for_a_part_of_it(void **state)
{
    (void)state;
    expect_diff(MODEL(""),
                MODEL(TABLE("a", "") "," TABLE("a b", COLUMN("x", "int")) "," TABLE("a.b", "")),
                "+ tables.a  \n+ tables.a b  \n+ tables.a.b  \n");
}

static void a_member_changes_appears_and_goes(void **state)
{
    (void)state;
    expect_diff(MODEL(TABLE("a", COLUMN("x", "int"))), MODEL(TABLE("a", COLUMN("x", "text"))),
                "~ tables.a.columns.x.type \"int\" \"text\"\n");
    expect_diff("{\"time_zone\":\"UTC\",\"tables\":[]}", "{\"language\":\"en\"}",
                "~ model.language  \"en\"\n~ model.time_zone \"UTC\" \n");
}

static void an_order_is_no_difference(void **state)
{
    (void)state;
    expect_diff(MODEL(TABLE("a", COLUMN("x", "int") "," COLUMN("y", "int")) "," TABLE("b", "")),
                MODEL(TABLE("b", "") "," TABLE("a", COLUMN("y", "int") "," COLUMN("x", "int"))),
                "");
}

static void what_is_no_model_is_compared_all_the_same(void **state)
{
    static const char *const texts[] = {"{}",
                                        "[]",
                                        "7",
                                        "{\"tables\":7}",
                                        "{\"tables\":[7,[],{}]}",
                                        "{\"tables\":[{\"columns\":{}}],\"relations\":[null]}"};
    struct told told;
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
            told.text[0] = '\0';
            assert_int_equal(
                cli_model_diff(span_of(texts[i]), span_of(texts[k]), keep, &told, NULL), QN_OK);
        }
}

static void a_difference_without_memory_is_a_failure_not_an_empty_one(void **state)
{
    struct told told = {.text = ""};
    size_t live = qn_mem_live();
    (void)state;
    for (size_t nth = 1; nth < 6; nth++) {
        qn_mem_fail_at(nth, 1);
        int rc = cli_model_diff(span_of(MODEL(TABLE("a", COLUMN("x", "int")))), span_of(MODEL("")),
                                keep, &told, NULL);
        qn_mem_fail_at(0, 0);
        assert_true(rc == QN_ENOMEM || strstr(told.text, "- ") != NULL);
    }
    assert_int_equal(qn_mem_live(), live);
}

/* ---- set ---- */

static int set(char *out, size_t size, const char *const *words)
{
    struct qn_buf buf;
    size_t n = 0;
    qn_buf_init(&buf, 4096);
    while (words[n])
        n++;
    int rc = cli_model_set(words, n, &buf, NULL);
    snprintf(out, size, "%s", buf.data);
    if (rc == QN_OK)
        assert_int_equal(qn_json_check(buf.data, buf.len, NULL, NULL), QN_OK);
    qn_buf_release(&buf);
    return rc;
}

static void paths_become_one_object(void **state)
{
    static const char *const words[] = {"tables.a.x=1",
                                        "metrics.m.unit=EUR",
                                        "tables.b.y=true",
                                        "tables.a.z=\"",
                                        "tables.a.w=[1]",
                                        "tables.b.k=a=b.c",
                                        NULL};
    char out[1024];
    (void)state;
    assert_int_equal(set(out, sizeof(out), words), QN_OK);
    assert_string_equal(out, "{\"tables\":{\"a\":{\"x\":\"1\",\"z\":\"\\\"\",\"w\":[1]},"
                             "\"b\":{\"y\":true,\"k\":\"a=b.c\"}},"
                             "\"metrics\":{\"m\":{\"unit\":\"EUR\"}}}");
}

static void a_path_that_contradicts_another_is_refused(void **state)
{
    static const char *const pairs[][3] = {{"a=1", "a=2", NULL},
                                           {"a.b=1", "a=2", NULL},
                                           {"a=1", "a.b.c=2", NULL},
                                           {"a.b=1", "a.b=1", NULL}};
    static const char *const wrong[][2] = {{"a", NULL},
                                           {"=", NULL},
                                           {".=", NULL},
                                           {"a.=", NULL},
                                           {"", NULL},
                                           {"a..b=", NULL},
                                           {"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q=1", NULL}};
    char out[1024];
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        assert_int_equal(set(out, sizeof(out), pairs[i]), QN_EINVAL);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(set(out, sizeof(out), wrong[i]), QN_EINVAL);
}

/* ---- view ---- */

static void what_is_no_model_is_shown_all_the_same(void **state)
{
    static const char *const texts[] = {
        "{}",
        "{\"tables\":7,\"relations\":{},\"metrics\":\"x\",\"warnings\":[7,null,{}]}",
        "{\"tables\":[7,null,{\"name\":{},\"columns\":[7,{\"values\":[7,{}]}],\"rows\":\"x\"}]}",
        "{\"tables\":[{\"name\":\"a\",\"rows\":1e300}],\"relations\":[7,{\"child_columns\":[7]}]}",
    };
    char *text = NULL;
    size_t len = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        for (int width = 0; width < 300; width += 40) {
            FILE *out = open_memstream(&text, &len);
            const struct cli_term term = {.out = out, .width = width};
            assert_int_equal(cli_model_print(&term, span_of(texts[i]), "draft", NULL), QN_OK);
            (void)!cli_model_print_table(&term, span_of(texts[i]), "a", NULL);
            assert_int_equal(fclose(out), 0);
            free(text);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thing_that_is_new_is_told_without_what_is_in_it),
        cmocka_unit_test(a_name_that_begins_as_another_is_not_taken_for_a_part_of_it),
        cmocka_unit_test(a_member_changes_appears_and_goes),
        cmocka_unit_test(an_order_is_no_difference),
        cmocka_unit_test(what_is_no_model_is_compared_all_the_same),
        cmocka_unit_test(a_difference_without_memory_is_a_failure_not_an_empty_one),
        cmocka_unit_test(paths_become_one_object),
        cmocka_unit_test(a_path_that_contradicts_another_is_refused),
        cmocka_unit_test(what_is_no_model_is_shown_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
