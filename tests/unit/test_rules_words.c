/* Words: the files of the languages, atoms, numbers, and the lexicon of a model. */
#include "tests/support/rules_room.h"

#include "tasks/nl2sql/rules/spans.h"

static struct rules_room shop;
static struct lexicon *lexicon;

static int setup(void **state)
{
    (void)state;
    rules_room_init(&shop);
    assert_int_equal(lexicon_create(&lexicon, shop.model, NULL), QN_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lexicon_free(lexicon);
    rules_room_release(&shop);
    return 0;
}

static int count_word(void *arg, const struct word *word)
{
    size_t *n = arg;

    assert_true(word->len > 0 && word->kind < WORD_KINDS);
    (*n)++;
    return QN_OK;
}

static void the_files_of_the_languages_are_of_the_form(void **state)
{
    size_t en = 0, zh = 0;

    (void)state;
    assert_int_equal(words_each(words_text_en, count_word, &en, NULL), QN_OK);
    assert_int_equal(words_each(words_text_zh, count_word, &zh, NULL), QN_OK);
    assert_true(en > 500 && zh > 500);
}

static void a_file_that_is_not_of_the_form_is_refused(void **state)
{
    static const char *const files[] = {"word before any kind\n", "[kind of magic]\nx\n",
                                        "[period day soon]\nx\n", "[stop 1 2 3]\nx\n"};
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(words_each(files[i], count_word, &n, NULL), QN_EINVAL);
    }
    assert_int_equal(n, 0);
}

static void a_name_is_the_same_words_however_it_is_written(void **state)
{
    static const char *const names[] = {"total_amount", "totalAmount", "Total-Amounts",
                                        "TotalAmount", "ｔｏｔａｌ amount"};
    struct qn_arena arena;

    (void)state;
    qn_arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct atoms atoms;

        atoms_split(&atoms, (struct qn_span){names[i], strlen(names[i])}, 10, &arena);
        assert_int_equal(atoms.n, 2);
        assert_string_equal(atoms.items[0].text, "total");
        assert_string_equal(atoms.items[1].text, "amount");
    }
    qn_arena_release(&arena);
}

static void numbers_are_read_in_words_and_units(void **state)
{
    static const struct {
        const char *said, *number;
    } cases[] = {
        {"1,000", "1000"},
        {"1.5k", "1500"},
        {"2m", "2000000"},
        {"99.95", "99.95"},
        {"two hundred", "200"},
        {"twenty five", "25"},
        {"two thousand five hundred", "2500"},
        {"三百五十", "350"},
        {"十", "10"},
        {"二十", "20"},
        {"两万", "20000"},
        {"1.2万", "12000"},
        {"3亿", "300000000"},
        {"一千", "1000"},
        {"0.5", "0.5"},
    };
    struct qn_arena arena;

    (void)state;
    qn_arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct spans spans;
        struct qn_span text = {cases[i].said, strlen(cases[i].said)};

        assert_int_equal(spans_cut(&spans, lexicon, text, &arena, NULL), QN_OK);
        if (spans.n != 1 || spans.items[0].number == NULL ||
            strcmp(spans.items[0].number, cases[i].number) != 0) {
            fail_msg("%s: %zu spans, %s", cases[i].said, spans.n,
                     spans.items[0].number != NULL ? spans.items[0].number : "none");
        }
    }
    qn_arena_release(&arena);
}

static const struct span *only_span(struct spans *spans, const char *text, struct qn_arena *arena)
{
    assert_int_equal(spans_cut(spans, lexicon, (struct qn_span){text, strlen(text)}, arena, NULL),
                     QN_OK);
    assert_int_equal(spans->n, 1);
    return &spans->items[0];
}

static void words_with_errors_are_found_and_cost_trust(void **state)
{
    static const struct {
        const char *said;
        enum meaning_kind kind;
    } cases[] = {
        {"custmers", MEANS_TABLE},  {"prodcuts", MEANS_TABLE}, {"reveneu", MEANS_METRIC},
        {"channnel", MEANS_COLUMN}, {"消售额", MEANS_METRIC},  {"ordered", MEANS_COLUMN},
    };
    struct qn_arena arena;

    (void)state;
    qn_arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct spans spans;
        const struct span *span = only_span(&spans, cases[i].said, &arena);

        if (lexicon_means(lexicon, span->first, cases[i].kind) == NULL) {
            fail_msg("%s is not known", cases[i].said);
        }
        assert_true(span->score < 1 || strcmp(cases[i].said, "ordered") == 0);
    }
    qn_arena_release(&arena);
}

static void a_word_that_is_known_is_never_taken_for_another(void **state)
{
    struct qn_arena arena;
    struct spans spans;
    const struct span *span;

    (void)state;
    qn_arena_init(&arena, 1 << 20);
    span = only_span(&spans, "show", &arena); /* not "shop" */
    assert_non_null(lexicon_means(lexicon, span->first, WORD_LIST));
    assert_null(lexicon_means(lexicon, span->first, MEANS_VALUE));
    qn_arena_release(&arena);
}

static void the_words_of_a_shop_take_little_memory(void **state)
{
    (void)state;
    assert_in_range(lexicon_bytes(lexicon), 1, 384 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_files_of_the_languages_are_of_the_form),
        cmocka_unit_test(a_file_that_is_not_of_the_form_is_refused),
        cmocka_unit_test(a_name_is_the_same_words_however_it_is_written),
        cmocka_unit_test(numbers_are_read_in_words_and_units),
        cmocka_unit_test(words_with_errors_are_found_and_cost_trust),
        cmocka_unit_test(a_word_that_is_known_is_never_taken_for_another),
        cmocka_unit_test(the_words_of_a_shop_take_little_memory),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
