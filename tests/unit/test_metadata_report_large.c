/* A report takes no more room than there is, however much there is to tell. */
#include "tasks/metadata/report.h"
#include "tests/support/model_sample.h"
#include "tests/support/page_check.h"
#include <stdio.h>

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part)) {
        n++;
    }
    return n;
}

/* The text six times as long in HTML, and everything there is of everything. */
static void fill(struct model_sample *sample, size_t tables, size_t columns)
{
    static char text[400];
    static struct qn_profile_value values[10];

    memset(text, '"', sizeof(text) - 1);
    for (size_t i = 0; i < 10; i++) {
        values[i] = (struct qn_profile_value){text, 0.1 / (double)(i + 1)};
    }
    model_sample_init(sample, tables, columns);
    for (size_t t = 0; t < tables; t++) {
        sample->model.tables[t].description.text = text;
        sample->profiles[t].trouble = text;
        if (t > 0) {
            model_sample_relate(sample, t, 1, (t - 1) / 4)->evidence = text;
        }
        for (size_t c = 0; c < columns; c++) {
            sample->model.tables[t].columns[c].description.text = text;
            sample->model.tables[t].columns[c].pii = QN_PII_EMAIL;
            sample->profiles[t].columns[c].alerts = ~0U;
            sample->profiles[t].columns[c].top = values;
            sample->profiles[t].columns[c].n_top = c % 2 == 0 ? 10 : 0;
            sample->profiles[t].columns[c].binned = c % 2 == 1;
        }
    }
}

static size_t make(const struct model_sample *sample, size_t max, const char *diff)
{
    struct metadata_report_source source = {.model = &sample->model,
                                            .catalog = &sample->catalog,
                                            .profiles = sample->profiles,
                                            .diff_json = diff};
    struct qn_buf out;
    size_t sections;

    qn_buf_init(&out, max);
    assert_int_equal(metadata_report(&out, &source), QN_OK);
    page_check(out.data, true);
    assert_in_range(out.len, 1, max);
    sections = count(out.data, "<section class=\"table\"");
    if (sections < sample->model.n_tables) {
        assert_non_null(strstr(out.data, " no section here"));
    }
    qn_buf_release(&out);
    return sections;
}

static void three_thousand_tables_fit(void **state)
{
    struct model_sample sample;
    size_t sections;

    (void)state;
    fill(&sample, 3000, 20);
    sections = make(&sample, METADATA_REPORT_MAX, "");
    assert_in_range(sections, 50, 2999);
    model_sample_release(&sample);
}

static void a_small_room_has_the_tables_that_matter(void **state)
{
    struct model_sample sample;

    (void)state;
    fill(&sample, 40, 12);
    assert_in_range(make(&sample, METADATA_REPORT_MIN, ""), 0, 5);
    assert_in_range(make(&sample, (size_t)1 << 20, ""), 5, 39);
    assert_int_equal(make(&sample, METADATA_REPORT_MAX, ""), 40);
    model_sample_release(&sample);
}

static void a_table_of_1600_columns_is_cut(void **state)
{
    struct model_sample sample;

    (void)state;
    fill(&sample, 3, 1600);
    assert_int_equal(make(&sample, METADATA_REPORT_MAX, ""), 3);
    assert_in_range(make(&sample, (size_t)256 * 1024, ""), 0, 2);
    model_sample_release(&sample);
}

static void a_long_comparison_is_cut(void **state)
{
    struct model_sample sample;
    struct qn_buf diff;

    (void)state;
    qn_buf_init(&diff, (size_t)8 << 20);
    qn_buf_add_str(&diff, "{\"added\":[\"tables.first\"");
    for (size_t i = 0; i < 50000; i++) {
        qn_buf_printf(&diff, ",\"tables.<t%zu>\"", i);
    }
    qn_buf_add_str(&diff, "]}");
    fill(&sample, 2, 3);
    assert_int_equal(make(&sample, METADATA_REPORT_MAX, diff.data), 2);
    model_sample_release(&sample);
    qn_buf_release(&diff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_thousand_tables_fit),
        cmocka_unit_test(a_small_room_has_the_tables_that_matter),
        cmocka_unit_test(a_table_of_1600_columns_is_cut),
        cmocka_unit_test(a_long_comparison_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
