#include "tasks/metadata/er.h"

#include "tasks/metadata/er_text.h"
#include "tests/support/model_sample.h"
#include "tests/support/page_check.h"
#include "tests/support/torture.h"
#include <stdio.h>

#define OUT_MAX ((size_t)8 << 20)
#define HOSTILE model_sample_hostile("</svg><script>\"'&\n")

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part)) {
        n++;
    }
    return n;
}

static void draw(struct qn_buf *out, const struct model_sample *sample,
                 struct metadata_er_shown *shown)
{
    qn_buf_init(out, OUT_MAX);
    assert_int_equal(metadata_er(out, &sample->model, NULL, shown), QN_OK);
    page_check(out->data, false);
}

static void every_table_and_accepted_relation_is_drawn(void **state)
{
    struct metadata_er_shown shown;
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    model_sample_init(&sample, 5, 4);
    model_sample_relate(&sample, 1, 1, 0);
    model_sample_relate(&sample, 2, 1, 0)->source = QN_RELATION_INFERRED;
    model_sample_relate(&sample, 2, 2, 2); /* itself */
    model_sample_relate(&sample, 3, 1, 0)->verdict = QN_MODEL_SUGGESTED;
    draw(&out, &sample, &shown);
    assert_int_equal(count(out.data, "class=\"b\""), 5);
    assert_int_equal(count(out.data, "class=\"l\""), 3);
    assert_int_equal(count(out.data, "rel guessed"), 1);
    assert_int_equal(shown.tables, 5);
    assert_int_equal(shown.relations, 3);
    assert_int_equal(shown.of_relations, 3);
    assert_true(shown.columns);
    qn_buf_release(&out);
    model_sample_release(&sample);
}

static void what_is_hidden_is_not_drawn(void **state)
{
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    model_sample_init(&sample, 3, 4);
    model_sample_relate(&sample, 1, 1, 0);
    model_sample_relate(&sample, 2, 1, 0);
    sample.model.tables[2].hidden = true;
    sample.model.tables[1].columns[3].hidden = true;
    draw(&out, &sample, NULL);
    assert_int_equal(count(out.data, "class=\"b\""), 2);
    assert_int_equal(count(out.data, "class=\"l\""), 1);
    assert_int_equal(count(out.data, ">c3<"), 1); /* of t0 */
    assert_int_equal(count(out.data, ">t2<"), 0);
    qn_buf_release(&out);
    model_sample_release(&sample);
}

/* The height behind the n-th x and y before a text. */
static double height_of(const char *data, const char *text, size_t nth)
{
    const char *at = data;
    double y = 0;

    for (size_t i = 0; i <= nth; i++) {
        at = strstr(at + 1, text);
        assert_non_null(at);
    }
    while (strncmp(at, " y=\"", 4) != 0) {
        at--;
    }
    assert_int_equal(sscanf(at, " y=\"%lf", &y), 1);
    return y;
}

static void a_line_ends_at_its_columns(void **state)
{
    struct model_sample sample;
    struct qn_buf out;
    const char *path;
    double x, from, name;

    (void)state;
    model_sample_init(&sample, 2, 9);
    sample.model.tables[1].columns[7].name = "parent";
    model_sample_relate(&sample, 1, 7, 0);
    draw(&out, &sample, NULL);
    path = strstr(out.data, "class=\"l\" d=\"M");
    assert_non_null(path);
    assert_int_equal(sscanf(path, "class=\"l\" d=\"M%lf %lf", &x, &from), 2);
    name = height_of(out.data, ">parent<", 0);
    assert_true(from < name && from > name - 8); /* the middle of small letters */
    qn_buf_release(&out);
    model_sample_release(&sample);
}

static void a_box_lists_keys_first_and_counts_the_rest(void **state)
{
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    model_sample_init(&sample, 2, 40);
    model_sample_relate(&sample, 1, 38, 0);
    sample.model.tables[1].label = 39;
    draw(&out, &sample, NULL);
    assert_int_equal(count(out.data, "+ 28 more"), 2);
    assert_true(height_of(out.data, ">c38<", 0) < height_of(out.data, ">c39<", 0));
    assert_int_equal(count(out.data, ">PK<"), 2);
    assert_int_equal(count(out.data, ">FK<"), 1);
    qn_buf_release(&out);
    model_sample_release(&sample);
}

static void hostile_names_stay_text(void **state)
{
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    model_sample_init(&sample, 3, 3);
    for (size_t i = 0; i < 3; i++) {
        sample.model.tables[i].name = HOSTILE;
        sample.model.tables[i].schema = i == 0 ? "\"><b" : HOSTILE;
        sample.model.tables[i].columns[0].name = HOSTILE;
        sample.model.tables[i].columns[1].type = "\"<script>\"(20)";
    }
    model_sample_relate(&sample, 1, 0, 0);
    draw(&out, &sample, NULL);
    assert_int_equal(count(out.data, "<script"), 0);
    assert_int_equal(count(out.data, "<b"), 0);
    qn_buf_release(&out);
    model_sample_release(&sample);
}

static void the_more_tables_the_less_is_told_of_each(void **state)
{
    static const struct {
        size_t tables, related, drawn;
        bool columns;
    } cases[] = {{60, 10, 60, true},
                 {61, 10, 61, false},
                 {250, 10, 250, false},
                 {251, 10, 11, true},
                 {3000, 2999, METADATA_ER_MOST, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct metadata_er_shown shown;
        struct model_sample sample;
        struct qn_buf out;

        model_sample_init(&sample, cases[i].tables, 5);
        for (size_t t = 1; t <= cases[i].related; t++) {
            model_sample_relate(&sample, t, 1, t / 2);
        }
        draw(&out, &sample, &shown);
        assert_int_equal(count(out.data, "class=\"b\""), cases[i].drawn);
        assert_int_equal(shown.tables, cases[i].drawn);
        assert_int_equal(shown.of_tables, cases[i].tables);
        assert_int_equal(shown.columns, cases[i].columns);
        assert_in_range(out.len, 1, (size_t)2 << 20);
        qn_buf_release(&out);
        model_sample_release(&sample);
    }
}

static void links_lead_only_where_there_is_something(void **state)
{
    const bool linked[] = {true, false, true};
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    model_sample_init(&sample, 3, 2);
    qn_buf_init(&out, OUT_MAX);
    assert_int_equal(metadata_er(&out, &sample.model, linked, NULL), QN_OK);
    assert_int_equal(count(out.data, "href=\"#t0\""), 1);
    assert_int_equal(count(out.data, "href=\"#t1\""), 0);
    assert_int_equal(count(out.data, "href=\"#t2\""), 1);
    qn_buf_release(&out);
    model_sample_release(&sample);
}

static void a_model_without_tables_gives_nothing(void **state)
{
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    model_sample_init(&sample, 0, 0);
    draw(&out, &sample, NULL);
    assert_int_equal(out.len, 0);
    qn_buf_release(&out);
    model_sample_release(&sample);
}

static void what_has_no_room_fails(void **state)
{
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    model_sample_init(&sample, 20, 5);
    qn_buf_init(&out, 3000);
    assert_int_equal(metadata_er(&out, &sample.model, NULL, NULL), QN_ELIMIT);
    qn_buf_release(&out);
    model_sample_release(&sample);
}

static void texts_are_cut_to_their_room(void **state)
{
    static const char *const texts[] = {"user_id",
                                        "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMM",
                                        "iiiiiiiiiiiiiiiiiiiiiiiiiiiiii",
                                        "\xe7\x94\xa8\xe6\x88\xb7\xe7\xbc\x96\xe5\x8f\xb7",
                                        "\xff\xff\xff",
                                        ""};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (int room = 12; room < 300; room += 9) {
            struct qn_buf out;
            bool fits = er_text_width(texts[i], 12) <= room;

            qn_buf_init(&out, 1000);
            er_text_add(&out, texts[i], 12, room);
            assert_true(fits == (strstr(out.data, "\xe2\x80\xa6") == NULL));
            assert_true(er_text_width(out.data, 12) <= room + 1);
            qn_buf_release(&out);
        }
    }
    assert_true(er_text_width("\xe7\x94\xa8\xe6\x88\xb7", 10) >= 20);
}

static void types_are_as_people_write_them(void **state)
{
    static const char *const cases[][2] = {{"character varying(20)", "varchar(20)"},
                                           {"character varying[]", "varchar[]"},
                                           {"timestamp with time zone", "timestamptz"},
                                           {"timestamp(3) without time zone", "timestamp(3)"},
                                           {"time without time zone", "time"},
                                           {"numeric(10,2)", "numeric(10,2)"},
                                           {"characters", "characters"},
                                           {"timestamp with time zone", "timestamptz"},
                                           {"character(2)", "char(2)"},
                                           {"", ""}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char type[40];

        er_text_type(cases[i][0], type, sizeof(type));
        assert_string_equal(type, cases[i][1]);
    }
}

static struct model_sample drawn;

static int draw_it(void)
{
    struct qn_buf out;
    int rc;

    qn_buf_init(&out, OUT_MAX);
    rc = metadata_er(&out, &drawn.model, NULL, NULL);
    qn_buf_release(&out);
    return rc;
}

static void memory_that_ends_is_told(void **state)
{
    (void)state;
    model_sample_init(&drawn, 30, 6);
    for (size_t t = 1; t < 25; t++) {
        model_sample_relate(&drawn, t, 1, t / 3);
    }
    torture(draw_it);
    model_sample_release(&drawn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_and_accepted_relation_is_drawn),
        cmocka_unit_test(what_is_hidden_is_not_drawn),
        cmocka_unit_test(a_line_ends_at_its_columns),
        cmocka_unit_test(a_box_lists_keys_first_and_counts_the_rest),
        cmocka_unit_test(hostile_names_stay_text),
        cmocka_unit_test(the_more_tables_the_less_is_told_of_each),
        cmocka_unit_test(links_lead_only_where_there_is_something),
        cmocka_unit_test(a_model_without_tables_gives_nothing),
        cmocka_unit_test(what_has_no_room_fails),
        cmocka_unit_test(texts_are_cut_to_their_room),
        cmocka_unit_test(types_are_as_people_write_them),
        cmocka_unit_test(memory_that_ends_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
