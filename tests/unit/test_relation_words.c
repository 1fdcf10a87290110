#include "tasks/lib/relations/relation_lexicon.h"
#include "tasks/lib/relations/relation_words.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void expect_words(const char *name, const char *words)
{
    struct qn_relation_words split;
    char text[600] = "";
    size_t len = 0;

    qn_relation_words_split(&split, name);
    for (size_t i = 0; i < split.n; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i > 0 ? " " : "",
                                split.word[i]);
    }
    assert_string_equal(text, words);
}

static void names_of_any_style_are_the_same_words(void **state)
{
    (void)state;
    expect_words("customer_id", "customer id");
    expect_words("CustomerId", "customer id");
    expect_words("customerID", "customer id");
    expect_words("CUSTOMER-ID", "customer id");
    expect_words("  customer  id ", "customer id");
    expect_words("HTTPServer", "http server");
    expect_words("tCustomer", "t customer");
    expect_words("OrderIDs", "order id");
    expect_words("address2_id", "address 2 id");
    expect_words("", "");
    expect_words("___", "");
}

static void the_mark_of_a_foreign_key_is_a_word_of_its_own(void **state)
{
    (void)state;
    expect_words("fkdean", "fk dean");
    expect_words("FkDean", "fk dean");
    expect_words("fk_dean", "fk dean");
    expect_words("dean_fk", "dean fk");
    expect_words("fkid", "fkid");
}

static void expect_number(const char *name, const char *number)
{
    struct qn_relation_words split;
    char text[QN_RELATION_WORD_SIZE];

    qn_relation_words_split(&split, name);
    qn_relation_words_number(&split, text, sizeof(text));
    assert_string_equal(text, number);
}

static void numbers_of_a_name_are_kept_in_order(void **state)
{
    (void)state;
    expect_number("zone2_id", "2");
    expect_number("t_17", "17");
    expect_number("log_2024_01", "2024 01");
    expect_number("zone", "");
    expect_number("", "");
    expect_number("1_2_3_4_5_6_7_8", "1 2 3 4 5 6 7 8");
}

static void a_chinese_name_is_whole_but_for_what_means_key(void **state)
{
    (void)state;
    expect_words("客户编号", "客户 id");
    expect_words("客户名称", "客户名称");
    expect_words("编号", "id");
    expect_words("t_客户ID", "t 客户 id");
}

static void singular_and_plural_have_one_stem(void **state)
{
    static const char *const pairs[][2] = {
        {"customer", "customers"},
        {"category", "categories"},
        {"status", "statuses"},
        {"address", "addresses"},
        {"case", "cases"},
        {"house", "houses"},
        {"box", "boxes"},
        {"branch", "branches"},
        {"movie", "movies"},
        {"person", "people"},
        {"child", "children"},
        {"index", "indices"},
        {"analysis", "analyses"},
        {"employee", "employees"},
        {"vehicle", "vehicles"},
        {"city", "cities"},
        {"ad", "ads"},
        {"course", "courses"},
        {"hero", "heroes"},
        {"cache", "caches"},
        {"size", "sizes"},
        {"class", "classes"},
        {"warehouse", "warehouses"},
        {"shelf", "shelves"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char one[64], many[64];

        snprintf(one, sizeof(one), "%s", pairs[i][0]);
        snprintf(many, sizeof(many), "%s", pairs[i][1]);
        qn_relation_words_stem(one);
        qn_relation_words_stem(many);
        assert_string_equal(one, many);
    }
}

static void different_words_keep_different_stems(void **state)
{
    static const char *const pairs[][2] = {
        {"state", "status"}, {"state", "station"}, {"bus", "bush"}, {"part", "party"}};

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char one[64], other[64];

        snprintf(one, sizeof(one), "%s", pairs[i][0]);
        snprintf(other, sizeof(other), "%s", pairs[i][1]);
        qn_relation_words_stem(one);
        qn_relation_words_stem(other);
        assert_string_not_equal(one, other);
    }
}

static void an_ending_that_means_key_comes_off(void **state)
{
    static const char *const names[][3] = {
        {"custkey", "cust", "key"},  {"deptno", "dept", "no"},       {"orderid", "order", "id"},
        {"bmid", "bm", "id"},        {"createdby", "created", "by"}, {"shipvia", "ship", "via"},
        {"prodcode", "prod", "code"}};
    struct qn_relation_words words;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        qn_relation_words_split(&words, names[i][0]);
        assert_true(qn_relation_words_unfuse(&words));
        assert_int_equal(words.n, 2);
        assert_string_equal(words.word[0], names[i][1]);
        assert_string_equal(words.word[1], names[i][2]);
    }
    for (size_t i = 0; i < 3; i++) {
        static const char *const whole[] = {"paid", "id", "customer"};

        qn_relation_words_split(&words, whole[i]);
        assert_false(qn_relation_words_unfuse(&words));
    }
}

static void an_abbreviation_has_the_first_letters_in_order(void **state)
{
    static const char *const yes[][2] = {
        {"cust", "customer"}, {"dept", "department"}, {"emp", "employee"}, {"prd", "product"},
        {"acct", "account"},  {"cat", "categori"},    {"addr", "address"}, {"cntri", "countri"},
        {"kh", "kehu"},       {"bm", "bumen"},
    };
    static const char *const no[][2] = {
        {"part", "parti"},
        {"cust", "account"},
        {"dept", "document"},
        {"rate", "representative"},
        {"customer", "customer"},
        {"x", "xylophone"},
        {"", "order"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        assert_true(qn_relation_abbreviates(yes[i][0], yes[i][1]) >= 0.65);
        assert_true(qn_relation_abbreviates(yes[i][1], yes[i][0]) == 0);
    }
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        assert_true(qn_relation_abbreviates(no[i][0], no[i][1]) == 0);
    }
}

static void a_long_name_keeps_its_last_words(void **state)
{
    struct qn_relation_words words;
    static const char name[] = "ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_customer_id";

    (void)state;
    qn_relation_words_split(&words, name);
    assert_int_equal(words.n, QN_RELATION_WORDS_MAX);
    assert_string_equal(words.word[words.n - 1], "id");
    assert_string_equal(words.word[words.n - 2], "customer");
}

static void a_word_longer_than_a_name_is_cut(void **state)
{
    struct qn_relation_words words;
    char name[300], joined[QN_RELATION_WORD_SIZE];

    (void)state;
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    qn_relation_words_split(&words, name);
    assert_int_equal(words.n, 1);
    assert_int_equal(strlen(words.word[0]), QN_RELATION_WORD_SIZE - 1);
    qn_relation_words_join(&words, joined, sizeof(joined));
    assert_int_equal(strlen(joined), QN_RELATION_WORD_SIZE - 1);
}

static void the_lexicon_knows_words_by_their_stem(void **state)
{
    struct qn_relation_lexicon lexicon;
    struct qn_arena arena;
    char stem[64];

    (void)state;
    qn_arena_init(&arena, 1 << 20);
    qn_relation_lexicon_make(&lexicon, &arena);
    assert_int_equal(qn_arena_status(&arena, "words", NULL), QN_OK);
    assert_true(lexicon.n > 500);
    for (size_t i = 0; i < lexicon.n; i++) {
        snprintf(stem, sizeof(stem), "%s", lexicon.items[i].word);
        assert_ptr_equal(qn_relation_lexicon_find(&lexicon, stem).word, lexicon.items[i].word);
        assert_true(i == 0 || strcmp(lexicon.items[i - 1].word, lexicon.items[i].word) < 0);
    }
    assert_true(qn_relation_word_is(&lexicon, "id", QN_WORD_KEY));
    assert_true(qn_relation_word_is(&lexicon, "quantiti", QN_WORD_MEASURE));
    assert_true(qn_relation_word_is(&lexicon, "客户经理", QN_WORD_BY_STAFF));
    assert_int_equal(qn_relation_lexicon_find(&lexicon, "zebra").flags, 0);
    assert_int_equal(qn_relation_lexicon_find(&lexicon, "\x80\x80").flags, 0);
    qn_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_any_style_are_the_same_words),
        cmocka_unit_test(the_mark_of_a_foreign_key_is_a_word_of_its_own),
        cmocka_unit_test(numbers_of_a_name_are_kept_in_order),
        cmocka_unit_test(a_chinese_name_is_whole_but_for_what_means_key),
        cmocka_unit_test(singular_and_plural_have_one_stem),
        cmocka_unit_test(different_words_keep_different_stems),
        cmocka_unit_test(an_ending_that_means_key_comes_off),
        cmocka_unit_test(an_abbreviation_has_the_first_letters_in_order),
        cmocka_unit_test(a_long_name_keeps_its_last_words),
        cmocka_unit_test(a_word_longer_than_a_name_is_cut),
        cmocka_unit_test(the_lexicon_knows_words_by_their_stem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
