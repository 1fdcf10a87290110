#include "tasks/reports/sales_cache.h"
#include "tests/support/job_double.h"
#include "tests/support/torture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char result[] = "{\"totals\":{}}";

static struct sales_kept kept_of(unsigned formats)
{
    struct sales_kept kept = {.formats = formats, .result = {result, sizeof(result) - 1}};

    for (size_t i = 0; i < SALES_FILES; i++) {
        struct qn_span content = {sales_files[i].name, strlen(sales_files[i].name)};

        if ((formats & (unsigned)sales_files[i].format) != 0) {
            assert_int_equal(qn_digest_text(content, kept.sha256[i], NULL), QN_OK);
        }
    }
    return kept;
}

static void what_is_kept_comes_back(void **state)
{
    (void)state;
    for (unsigned formats = 0; formats <= 7; formats++) {
        struct sales_kept kept = kept_of(formats), back;
        struct qn_buf bytes;

        qn_buf_init(&bytes, 1000);
        assert_int_equal(sales_kept_encode(&kept, &bytes), QN_OK);
        assert_true(sales_kept_decode((struct qn_span){bytes.data, bytes.len}, &back));
        assert_int_equal(back.formats, formats);
        assert_memory_equal(back.sha256, kept.sha256, sizeof(back.sha256));
        assert_true(qn_span_is(back.result, result));
        qn_buf_release(&bytes);
    }
}

static void what_is_cut_or_changed_is_refused_or_harmless(void **state)
{
    struct sales_kept kept = kept_of(7), back;
    struct qn_buf bytes;

    (void)state;
    qn_buf_init(&bytes, 1000);
    assert_int_equal(sales_kept_encode(&kept, &bytes), QN_OK);
    for (size_t len = 0; len < bytes.len; len++) {
        assert_false(sales_kept_decode((struct qn_span){bytes.data, len}, &back));
    }
    for (size_t i = 0; i < 2 + 3 * (QN_DIGEST_SIZE - 1); i++) { /* all but the result */
        char was = bytes.data[i];

        bytes.data[i] = '/';
        assert_false(sales_kept_decode((struct qn_span){bytes.data, bytes.len}, &back));
        bytes.data[i] = was;
    }
    qn_buf_release(&bytes);
}

static void put_file(const char *dir, const char *sha256, const char *content)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%.2s", dir, sha256);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/%.2s/%s", dir, sha256, sha256);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void remove_files(const char *dir, const struct sales_kept *kept)
{
    char path[256];

    for (size_t i = 0; i < SALES_FILES; i++) {
        snprintf(path, sizeof(path), "%s/%.2s/%s", dir, kept->sha256[i], kept->sha256[i]);
        unlink(path);
        snprintf(path, sizeof(path), "%s/%.2s", dir, kept->sha256[i]);
        rmdir(path);
    }
    assert_int_equal(rmdir(dir), 0);
}

static void files_are_given_again_all_or_none(void **state)
{
    struct sales_kept kept = kept_of(7);
    char dir[] = "/tmp/quern-kept-XXXXXX";
    struct qn_job job;
    struct qn_err err;

    (void)state;
    assert_non_null(mkdtemp(dir));
    job_double_init(&job, "{}", NULL);
    put_file(dir, kept.sha256[0], sales_files[0].name);
    put_file(dir, kept.sha256[1], sales_files[1].name);
    assert_int_equal(sales_kept_give(&kept, dir, &job, &err), QN_ENOTFOUND);
    assert_string_equal(err.msg, "sales.html is not there any more");
    put_file(dir, kept.sha256[2], "something else");
    assert_int_equal(sales_kept_give(&kept, dir, &job, &err), QN_ENOTFOUND);
    assert_int_equal(job.n_files, 0);
    assert_int_equal(job.result.len, 0);
    put_file(dir, kept.sha256[2], sales_files[2].name);
    assert_int_equal(sales_kept_give(&kept, dir, &job, &err), QN_OK);
    assert_int_equal(job.n_files, 3);
    for (size_t i = 0; i < SALES_FILES; i++) {
        assert_true(job.files[i].committed);
        assert_string_equal(job.files[i].name, sales_files[i].name);
        assert_string_equal(job.files[i].content.data, sales_files[i].name);
    }
    assert_string_equal(job.result.data, result);
    job_double_release(&job);
    remove_files(dir, &kept);
}

static int encode(void)
{
    struct sales_kept kept = kept_of(7);
    struct qn_buf bytes;
    int rc;

    qn_buf_init(&bytes, 1000);
    rc = sales_kept_encode(&kept, &bytes);
    qn_buf_release(&bytes);
    return rc;
}

static void no_memory_is_told(void **state)
{
    (void)state;
    torture(encode);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_comes_back),
        cmocka_unit_test(what_is_cut_or_changed_is_refused_or_harmless),
        cmocka_unit_test(files_are_given_again_all_or_none),
        cmocka_unit_test(no_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
