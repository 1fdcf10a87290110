#include "tasks/metadata/report.h"

#include "tasks/metadata/report_words.h"
#include "tests/support/model_sample.h"
#include "tests/support/page_check.h"
#include "tests/support/torture.h"

#define HOSTILE model_sample_hostile("</td></script><script>alert(1)</script>\"'&\n")
#define DIFF                                                                                \
    "{\"added\":[\"tables.new\"],\"removed\":[],\"changed\":[{\"what\":\"tables.t0.rows\"," \
    "\"from\":[1],\"to\":\"<b>\\u59d3\"}]}"

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part)) {
        n++;
    }
    return n;
}

static struct metadata_report_source source_of(const struct model_sample *sample)
{
    return (struct metadata_report_source){.model = &sample->model,
                                           .catalog = &sample->catalog,
                                           .profiles = sample->profiles,
                                           .made_ms = INT64_C(1751292300000),
                                           .diff_json = ""};
}

static void make(struct qn_buf *out, const struct metadata_report_source *source)
{
    qn_buf_init(out, METADATA_REPORT_MAX);
    assert_int_equal(metadata_report(out, source), QN_OK);
    page_check(out->data, true);
}

/* Three tables, t1 and t2 refer to t0. */
static void init_small(struct model_sample *sample)
{
    model_sample_init(sample, 3, 5);
    model_sample_relate(sample, 1, 1, 0);
    *model_sample_relate(sample, 2, 1, 0) = (struct qn_model_relation){
        .child = 2, .child_columns = {1}, .n = 1, .score = 0.6, .evidence = "names are near"};
    sample->model.relations[1].source = QN_RELATION_INFERRED;
}

static void a_page_tells_what_there_is(void **state)
{
    static const char *const parts[] = {"PostgreSQL 15.20",
                                        "role <bdi>reader</bdi>",
                                        "2025-06-30 14:05 UTC",
                                        "3 tables from every",
                                        "id=\"picture\"",
                                        "id=\"relations\"",
                                        "id=\"tables\"",
                                        "names are near",
                                        ">suggested<",
                                        "id=\"t2c4\"",
                                        "href=\"#t0c0\"",
                                        "0.60",
                                        "12,000",
                                        "title=\"median\">40<"};
    struct metadata_report_source source;
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    init_small(&sample);
    source = source_of(&sample);
    make(&out, &source);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strstr(out.data, parts[i]) == NULL) {
            print_error("%s is not told\n", parts[i]);
            fail();
        }
    }
    assert_int_equal(count(out.data, "id=\"changes\""), 0);
    assert_int_equal(count(out.data, "id=\"alerts\""), 0);
    assert_int_equal(count(out.data, "id=\"personal\""), 0);
    qn_buf_release(&out);
    model_sample_release(&sample);
}

static void alerts_and_personal_data_lead_to_their_columns(void **state)
{
    struct metadata_report_source source;
    struct model_sample sample;
    struct qn_buf out;
    const char *list;

    (void)state;
    init_small(&sample);
    sample.profiles[2].columns[3].alerts = 1U << QN_ALERT_NULLS | 1U << QN_ALERT_CATEGORY;
    sample.profiles[2].columns[3].nulls = 0.34;
    sample.model.tables[1].columns[2].pii = QN_PII_EMAIL;
    source = source_of(&sample);
    make(&out, &source);
    list = strstr(out.data, "id=\"alerts\"");
    assert_non_null(list);
    assert_int_equal(count(list, "href=\"#t2c3\""), 2);
    assert_non_null(strstr(list, "34 %"));
    list = strstr(out.data, "id=\"personal\"");
    assert_non_null(list);
    assert_non_null(strstr(list, "href=\"#t1c2\""));
    assert_non_null(strstr(out.data, "values of them are masked"));
    qn_buf_release(&out);
    source.show_personal = true;
    make(&out, &source);
    assert_null(strstr(out.data, "masked"));
    qn_buf_release(&out);
    model_sample_release(&sample);
}

static void changes_are_listed(void **state)
{
    static const char *const broken[] = {"[]", "{", "7", "{\"added\":7,\"changed\":[[1],null]}"};
    struct metadata_report_source source;
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    init_small(&sample);
    source = source_of(&sample);
    source.diff_json = DIFF;
    make(&out, &source);
    assert_non_null(strstr(out.data, "tables.new"));
    assert_non_null(strstr(out.data, "&lt;b&gt;\xe5\xa7\x93"));
    qn_buf_release(&out);
    source.diff_json = "{\"added\":[],\"removed\":[],\"changed\":[]}";
    make(&out, &source);
    assert_non_null(strstr(out.data, "Nothing: the same model"));
    qn_buf_release(&out);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        source.diff_json = broken[i];
        make(&out, &source);
        qn_buf_release(&out);
    }
    model_sample_release(&sample);
}

/* Every text there is, hostile. */

static void make_column_hostile(struct model_sample *sample, size_t t, size_t c, const char *text)
{
    static struct qn_profile_value values[] = {{"", 0.5}, {"", 0.3}, {" ", NAN}};
    struct qn_model_column *column = &sample->model.tables[t].columns[c];
    struct qn_profile_column *profile = &sample->profiles[t].columns[c];

    values[0].text = text;
    column->name = sample->catalog.tables[t].columns[c].name = text;
    column->type = column->unit = column->description.text = text;
    column->words = sample->model.tables[t].words;
    profile->min = profile->max = text;
    profile->top = values;
    profile->n_top = c % 2 == 0 ? 3 : 0;
    profile->top_is_all = c % 3 == 0;
    profile->binned = c % 2 == 0;
}

static void make_hostile(struct model_sample *sample)
{
    static struct qn_model_metric metric;
    static const char *words[1];
    const char *text = HOSTILE;
    struct qn_model *model = &sample->model;

    words[0] = text;
    metric = (struct qn_model_metric){.name = text,
                                      .expr = text,
                                      .filter = text,
                                      .from = text,
                                      .unit = text,
                                      .words = {words, 1, words, 1},
                                      .description = {text, QN_MODEL_RULE}};
    model->database = model->datasource = sample->catalog.role = text;
    model->metrics = &metric;
    model->warnings = words;
    model->n_metrics = model->n_warnings = 1;
    for (size_t t = 0; t < model->n_tables; t++) {
        struct qn_model_table *table = &model->tables[t];

        table->name = sample->catalog.tables[t].name = text;
        table->schema = sample->catalog.tables[t].schema = t == 0 ? "a\"><i" : text;
        table->description.text = sample->profiles[t].trouble = text;
        table->words = metric.words;
        for (size_t c = 0; c < table->n_columns; c++) {
            make_column_hostile(sample, t, c, text);
        }
    }
    for (size_t i = 0; i < model->n_relations; i++) {
        model->relations[i].evidence = text;
    }
}

static void hostile_texts_stay_text(void **state)
{
    struct metadata_report_source source;
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    init_small(&sample);
    make_hostile(&sample);
    source = source_of(&sample);
    source.diff_json = DIFF;
    make(&out, &source);
    assert_int_equal(count(out.data, "<script"), 0);
    assert_true(count(out.data, "&lt;script&gt;") > 30);
    qn_buf_release(&out);
    model_sample_release(&sample);
}

/* NaN, infinity and nonsense are no numbers to draw or print. */
static void any_number_makes_a_page(void **state)
{
    static const double numbers[] = {NAN, INFINITY, -INFINITY, -1, 0, 1e300, -1e300, 5e-324, 1e17};
    static struct qn_profile_value value = {"x", 0};
    struct metadata_report_source source;
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        double n = numbers[i];

        init_small(&sample);
        sample.profiles[0].rows = sample.model.tables[1].rows = n;
        sample.model.relations[0].score = n;
        sample.catalog.tables[0].bytes = i % 2 == 0 ? INT64_MAX : INT64_MIN;
        for (size_t c = 0; c < 5; c++) {
            struct qn_profile_column *profile = &sample.profiles[0].columns[c];

            value.share = n;
            *profile = (struct qn_profile_column){.tier = QN_PROFILE_SAMPLED,
                                                  .nulls = n,
                                                  .distinct = n,
                                                  .min = "0",
                                                  .max = "1",
                                                  .low = n,
                                                  .high = -n,
                                                  .mean = n,
                                                  .deviation = n,
                                                  .quartile = {n, n, n},
                                                  .length_min = n,
                                                  .length_max = n,
                                                  .zeros = n,
                                                  .future = n,
                                                  .shape = QN_SHAPE_CODE,
                                                  .shape_share = n,
                                                  .bins = {n, 1},
                                                  .binned = c < 3,
                                                  .top = &value,
                                                  .n_top = c % 2,
                                                  .alerts = ~0U};
            sample.model.tables[0].columns[c].family = (enum qn_family)(c * 2 % QN_FAMILIES);
        }
        source = source_of(&sample);
        make(&out, &source);
        assert_null(strstr(out.data, "nan"));
        assert_null(strstr(out.data, "inf%"));
        assert_null(strstr(out.data, "inf\""));
        assert_null(strstr(out.data, ">inf<"));
        assert_null(strstr(out.data, "infh"));
        qn_buf_release(&out);
        model_sample_release(&sample);
    }
}

static void a_model_alone_is_enough(void **state)
{
    struct metadata_report_source source;
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    init_small(&sample);
    source = (struct metadata_report_source){.model = &sample.model, .diff_json = ""};
    make(&out, &source);
    assert_non_null(strstr(out.data, "3 tables not profiled"));
    qn_buf_release(&out);
    model_sample_release(&sample);
    model_sample_init(&sample, 0, 0);
    make(&out, &source);
    assert_non_null(strstr(out.data, "no tables to draw"));
    qn_buf_release(&out);
    model_sample_release(&sample);
}

/* The model may lack tables and columns of the catalogue. */
static void profiles_are_found_by_name(void **state)
{
    struct metadata_report_source source;
    struct model_sample sample;
    struct qn_buf out;

    (void)state;
    init_small(&sample);
    sample.model.n_relations = 0;
    sample.model.tables[0] = sample.model.tables[2];
    sample.model.tables[0].columns += 2;
    sample.model.tables[0].n_columns = 1;
    sample.model.tables[0].n_keys = 0;
    sample.model.n_tables = 1;
    sample.profiles[2].columns[2].max = "77777";
    source = source_of(&sample);
    make(&out, &source);
    assert_non_null(strstr(out.data, "77,777"));
    qn_buf_release(&out);
    model_sample_release(&sample);
}

static void the_same_source_gives_the_same_page(void **state)
{
    struct metadata_report_source source;
    struct model_sample sample;
    struct qn_buf one, two;

    (void)state;
    init_small(&sample);
    source = source_of(&sample);
    make(&one, &source);
    make(&two, &source);
    assert_int_equal(one.len, two.len);
    assert_memory_equal(one.data, two.data, one.len);
    qn_buf_release(&one);
    qn_buf_release(&two);
    model_sample_release(&sample);
}

static void numbers_are_for_people(void **state)
{
    static const struct {
        void (*add)(struct qn_buf *out, double value);
        double value;
        const char *text;
    } cases[] = {{report_count, 1234567, "1,234,567"},
                 {report_count, -1, REPORT_NONE},
                 {report_count, NAN, REPORT_NONE},
                 {report_number, 12345.678, "12,346"},
                 {report_number, -0.5, "-0.5"},
                 {report_number, 92.25, "92.25"},
                 {report_number, 1e-9, "1e-09"},
                 {report_number, INFINITY, REPORT_NONE},
                 {report_share, 0, "0 %"},
                 {report_share, 0.0004, "&lt;0.1 %"},
                 {report_share, 0.042, "4.2 %"},
                 {report_share, 0.34, "34 %"},
                 {report_share, 0.9996, "&gt;99.9 %"},
                 {report_share, 0.995, "99.5 %"},
                 {report_share, 1, "100 %"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct qn_buf out;

        qn_buf_init(&out, 100);
        cases[i].add(&out, cases[i].value);
        assert_string_equal(out.data, cases[i].text);
        qn_buf_release(&out);
    }
}

static struct model_sample made;

static int make_one(void)
{
    struct metadata_report_source source = source_of(&made);
    struct qn_buf out;
    int rc;

    source.diff_json = DIFF;
    qn_buf_init(&out, METADATA_REPORT_MAX);
    rc = metadata_report(&out, &source);
    qn_buf_release(&out);
    return rc;
}

static void memory_that_ends_is_told(void **state)
{
    (void)state;
    init_small(&made);
    made.profiles[2].columns[3].alerts = 1U << QN_ALERT_NULLS;
    torture(make_one);
    model_sample_release(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_tells_what_there_is),
        cmocka_unit_test(alerts_and_personal_data_lead_to_their_columns),
        cmocka_unit_test(changes_are_listed),
        cmocka_unit_test(hostile_texts_stay_text),
        cmocka_unit_test(any_number_makes_a_page),
        cmocka_unit_test(a_model_alone_is_enough),
        cmocka_unit_test(profiles_are_found_by_name),
        cmocka_unit_test(the_same_source_gives_the_same_page),
        cmocka_unit_test(numbers_are_for_people),
        cmocka_unit_test(memory_that_ends_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
