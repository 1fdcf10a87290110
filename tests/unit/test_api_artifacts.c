#include "api/artifacts.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH "ab00000000000000000000000000000000000000000000000000000000000000"

static int find(const char *json, const char *name, struct api_artifact *artifact)
{
    return api_artifact_find((struct qn_span){json, strlen(json)}, name, artifact);
}

static void a_file_is_found_by_its_name(void **state)
{
    struct api_artifact artifact;
    const char *json =
        "[{\"name\":\"a.csv\",\"type\":\"text/csv; charset=utf-8\",\"size\":3,"
        "\"sha256\":\"" HASH "\"},{\"name\":\"b.csv\",\"size\":4,\"sha256\":\"" HASH "\"}]";
    (void)state;
    assert_int_equal(find(json, "a.csv", &artifact), QN_OK);
    assert_int_equal(artifact.bytes, 3);
    assert_string_equal(artifact.sha256, HASH);
    assert_string_equal(artifact.type, "text/csv; charset=utf-8");
    assert_int_equal(find(json, "b.csv", &artifact), QN_OK);
    assert_string_equal(artifact.type, "application/octet-stream");
    assert_int_equal(find(json, "c.csv", &artifact), QN_ENOTFOUND);
    assert_int_equal(find(json, "", &artifact), QN_ENOTFOUND);
    assert_int_equal(find("", "a.csv", &artifact), QN_ENOTFOUND);
}

static void a_record_cannot_lead_out_of_the_directory(void **state)
{
    static const char *const hashes[] = {
        "../../../../etc/passwd",
        "",
        "ab",
        HASH "0",
        "AB" HASH,
        "/etc/passwd",
        "ab0000000000000000000000000000000000000000000000000000000000000/",
    };
    char json[256];
    struct api_artifact artifact;
    (void)state;
    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
        snprintf(json, sizeof(json), "[{\"name\":\"a\",\"size\":1,\"sha256\":\"%s\"}]", hashes[i]);
        assert_int_equal(find(json, "a", &artifact), QN_ECORRUPT);
    }
}

static void a_type_cannot_end_a_header(void **state)
{
    static const char *const types[] = {"text/html\\r\\nX: y", "text",         "/",
                                        "te\\u0001xt/html",    "text/html\\n", "\\u00e9/x"};
    char json[256];
    struct api_artifact artifact;
    (void)state;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        snprintf(json, sizeof(json),
                 "[{\"name\":\"a\",\"type\":\"%s\",\"size\":1,\"sha256\":\"" HASH "\"}]", types[i]);
        assert_int_equal(find(json, "a", &artifact), QN_OK);
        assert_string_equal(artifact.type, "application/octet-stream");
    }
}

static void a_damaged_list_is_corrupt(void **state)
{
    struct api_artifact artifact;
    (void)state;
    assert_int_equal(find("[", "a", &artifact), QN_ECORRUPT);
    assert_int_equal(find("{}", "a", &artifact), QN_ECORRUPT);
    assert_int_equal(find("[{\"name\":\"a\",\"size\":-1,\"sha256\":\"" HASH "\"}]", "a", &artifact),
                     QN_ECORRUPT);
    assert_int_equal(find("[{\"name\":\"a\",\"sha256\":\"" HASH "\"}]", "a", &artifact),
                     QN_ECORRUPT);
    assert_int_equal(find("[1,\"a\",null]", "a", &artifact), QN_ENOTFOUND);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void only_the_stored_file_is_opened(void **state)
{
    char dir[] = "/tmp/quern-artifacts-XXXXXX", folder[64], path[160];
    struct api_artifact artifact = {.sha256 = HASH, .bytes = 3};
    struct api_fault fault;
    int fd = -1;
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(folder, sizeof(folder), "%s/ab", dir);
    snprintf(path, sizeof(path), "%s/" HASH, folder);
    assert_int_equal(api_artifact_open(dir, &artifact, &fd, &fault), QN_EINVAL);
    assert_int_equal(fault.problem, API_NO_SUCH_ARTIFACT);
    assert_int_equal(mkdir(folder, 0755), 0);
    write_file(path, "abc");
    assert_int_equal(api_artifact_open(dir, &artifact, &fd, &fault), QN_OK);
    close(fd);
    artifact.bytes = 4; /* not what was stored */
    assert_int_equal(api_artifact_open(dir, &artifact, &fd, &fault), QN_EINVAL);
    assert_int_equal(fault.problem, API_INTERNAL);
    artifact.bytes = 3;
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_int_equal(api_artifact_open(dir, &artifact, &fd, &fault), QN_EINVAL);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rmdir(dir), 0);
    assert_int_equal(api_artifact_open(dir, &artifact, &fd, &fault), QN_EINVAL);
    assert_int_equal(fault.problem, API_ARTIFACTS_AWAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_found_by_its_name),
        cmocka_unit_test(a_record_cannot_lead_out_of_the_directory),
        cmocka_unit_test(a_type_cannot_end_a_header),
        cmocka_unit_test(a_damaged_list_is_corrupt),
        cmocka_unit_test(only_the_stored_file_is_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
