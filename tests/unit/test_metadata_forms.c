/* A form of a model that is too large is not published; the others are. */
#include "common/mem.h"
#include "tasks/metadata/analysis_files.h"
#include "tests/support/model_room.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MIB        ((size_t)1024 * 1024)
#define NAMES_SIZE 64

/* The names of the forms that are made of a model with one long text, "json yaml md mmd". YAML
 * writes each two bytes of it as six. */
static int make(size_t bytes, char names[NAMES_SIZE])
{
    struct qn_buf texts[ANALYSIS_FORMS];
    struct qn_model_file files[ANALYSIS_FORMS];
    struct model_room room;
    struct qn_model *model;
    struct qn_err err = {0};
    char *text = qn_alloc(bytes + 1);
    size_t n = 0;
    int rc;

    assert_non_null(text);
    for (size_t i = 0; i < bytes; i++) {
        text[i] = "\xc2\x80"[i % 2];
    }
    text[bytes] = '\0';
    model_room_init(&room);
    model = model_room_build(&room, NULL);
    model->tables[0].description.text = text;
    rc = analysis_forms_make(model, texts, files, &n, &err);
    names[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(names);

        snprintf(names + len, NAMES_SIZE - len, "%s ", files[i].suffix);
        assert_true(files[i].bytes.len > 0);
    }
    for (size_t i = 0; i < ANALYSIS_FORMS; i++) {
        qn_buf_release(&texts[i]);
    }
    qn_model_free(model);
    model_room_release(&room);
    qn_free(text);
    return rc;
}

static void a_form_that_is_too_large_is_left_out(void **state)
{
    char names[NAMES_SIZE];

    (void)state;
    assert_int_equal(make(8, names), QN_OK);
    assert_string_equal(names, "json yaml md mmd ");
    assert_int_equal(make(24 * MIB, names), QN_OK);
    assert_string_equal(names, "json md mmd ");
}

static void without_json_there_is_no_model(void **state)
{
    char names[NAMES_SIZE];

    (void)state;
    assert_int_equal(make(ANALYSIS_FILE_MAX, names), QN_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_that_is_too_large_is_left_out),
        cmocka_unit_test(without_json_there_is_no_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
