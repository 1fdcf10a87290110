#include "tasks/lib/kv_key.h"
#include "tests/support/torture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const struct qn_kv_kind *const report = &qn_kv_kinds[QN_KV_REPORT];

static struct qn_kv_key key_of(const struct qn_kv_kind *kind, const char *group,
                               const struct qn_span *parts, size_t n_parts)
{
    struct qn_kv_request request = {
        .kind = kind, .group = group, .parts = parts, .n_parts = n_parts};
    struct qn_kv_key key;
    struct qn_err err;

    if (qn_kv_key_make(&key, "ns", &request, &err) != QN_OK) {
        fail_msg("%s", err.msg);
    }
    return key;
}

static void keys_look_as_the_page_says(void **state)
{
    struct qn_span part = {"a", 1};
    struct qn_kv_key key = key_of(report, NULL, &part, 1);

    (void)state;
    /* printf '\6report\0\1a' | sha256sum */
    assert_string_equal(key.entry,
                        "ns:kv:report:"
                        "14399badeb9db8dfc58933c5eb646dbe58b8d6031b17298925b825d8a76f3ec0");
    assert_int_equal(strncmp(key.lock, key.entry, strlen(key.entry)), 0);
    assert_string_equal(key.lock + strlen(key.entry), ":lock");
    assert_string_equal(key.wake + strlen(key.entry), ":wake");
    assert_string_equal(key.kind_version, "ns:kv-version:report");
    assert_string_equal(key.group_version, "ns:kv-version:report");
    key = key_of(report, "user:7", &part, 1);
    assert_string_equal(key.group_version, "ns:kv-version:report:user:7");
}

static void different_requests_have_different_keys(void **state)
{
    const struct qn_span parts[] = {{"ab", 2}, {"c", 1}, {"a", 1}, {"bc", 2}, {"", 0}, {"a\0c", 3}};
    const struct {
        const struct qn_kv_kind *kind;
        const char *group;
        size_t first, n;
    } requests[] = {
        {report, NULL, 0, 2}, {report, NULL, 2, 2}, {report, NULL, 0, 1},
        {report, NULL, 0, 0}, {report, NULL, 4, 1}, {report, NULL, 5, 1},
        {report, "ab", 0, 0}, {report, "ab", 0, 1}, {&qn_kv_kinds[QN_KV_WIDGET], NULL, 0, 2},
    };
    size_t n = sizeof(requests) / sizeof(requests[0]);
    struct qn_kv_key keys[16];

    (void)state;
    for (size_t i = 0; i < n; i++) {
        keys[i] =
            key_of(requests[i].kind, requests[i].group, parts + requests[i].first, requests[i].n);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(keys[i].id, keys[j].id);
        }
    }
}

static void a_request_that_is_none_is_refused_by_name(void **state)
{
    static char large[QN_KV_PARTS_BYTES];
    static const struct qn_kv_kind bad_kinds[] = {
        {.name = NULL},
        {.name = "Upper"},
        {.name = "", .l2_ms = 1, .lease_ms = 1},
        {.name = "l1-over-l2", .l1_ms = 2, .l2_ms = 1, .lease_ms = 1},
        {.name = "no-lease", .l2_ms = 1},
        {.name = "negative", .wait_ms = -1},
        {.name = "for-ever", .l2_ms = INT64_MAX, .lease_ms = 1},
    };
    static const char *const bad_groups[] = {
        "", "a b", "a*", "12345678901234567890123456789012345678901234567890123456789012345"};
    struct qn_span parts[QN_KV_PARTS_MAX + 1] = {{large, sizeof(large)}};
    struct qn_kv_request request = {.kind = report};
    struct qn_kv_key key;
    struct qn_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(bad_kinds) / sizeof(bad_kinds[0]); i++) {
        request.kind = &bad_kinds[i];
        assert_int_equal(qn_kv_key_make(&key, "ns", &request, &err), QN_EINVAL);
    }
    request.kind = report;
    for (size_t i = 0; i < sizeof(bad_groups) / sizeof(bad_groups[0]); i++) {
        request.group = bad_groups[i];
        assert_int_equal(qn_kv_key_make(&key, "ns", &request, &err), QN_EINVAL);
    }
    request = (struct qn_kv_request){.kind = report, .parts = parts, .n_parts = 1};
    assert_int_equal(qn_kv_key_make(&key, "ns", &request, &err), QN_EINVAL);
    parts[0].len = 1;
    request.n_parts = QN_KV_PARTS_MAX + 1;
    assert_int_equal(qn_kv_key_make(&key, "ns", &request, &err), QN_EINVAL);
    assert_string_equal(err.msg, "cache: report: more than 16 parts");
}

static void every_kind_of_the_table_is_one(void **state)
{
    (void)state;
    for (int i = 0; i < QN_KV_KINDS; i++) {
        struct qn_err err;

        if (qn_kv_kind_check(&qn_kv_kinds[i], &err) != QN_OK) {
            fail_msg("%d: %s", i, err.msg);
        }
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(qn_kv_kinds[i].name, qn_kv_kinds[j].name);
        }
    }
    assert_int_equal(qn_kv_kinds[QN_KV_LLM_CHAT].l2_ms, 0);
}

/* Its table has a row for each kind, with the times in words. */
static void the_page_shows_the_table_of_kinds(void **state)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{3600000, "h"}, {60000, "min"}, {1000, "s"}};
    static char page[65536];
    FILE *file = fopen(UNIT_DATA "/../../docs/cache.md", "r");

    (void)state;
    assert_non_null(file);
    page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
    fclose(file);
    for (int i = 0; i < QN_KV_KINDS; i++) {
        const struct qn_kv_kind *kind = &qn_kv_kinds[i];
        const int64_t times[] = {kind->l1_ms,    kind->l2_ms,    kind->hot_ms, kind->none_ms,
                                 kind->grace_ms, kind->lease_ms, kind->wait_ms};
        char row[256];
        int n = snprintf(row, sizeof(row), "| `%s` |", kind->name);

        for (size_t j = 0; j < 7; j++) {
            size_t unit = 0;

            while (unit < 2 && times[j] % units[unit].ms != 0) {
                unit++;
            }
            n += times[j] == 0 ? snprintf(row + n, sizeof(row) - (size_t)n, " - |")
                               : snprintf(row + n, sizeof(row) - (size_t)n, " %lld %s |",
                                          (long long)(times[j] / units[unit].ms), units[unit].unit);
        }
        if (strstr(page, row) == NULL) {
            fail_msg("docs/cache.md has no row \"%s\"", row);
        }
    }
}

static void the_life_of_a_query_grows_with_its_time(void **state)
{
    static const int64_t steps[][2] = {{0, 300},     {499, 300},   {500, 900},   {999, 900},
                                       {1000, 1800}, {1999, 1800}, {2000, 3600}, {INT64_MAX, 3600}};

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        assert_int_equal(qn_kv_query_ms(steps[i][0]), steps[i][1] * 1000);
    }
}

static void jitter_only_shortens_and_by_a_tenth_at_most(void **state)
{
    static const int64_t lives[] = {1, 2, 9, 10, 1000, 3600000, QN_KV_LIFE_MAX_MS};
    int64_t least = INT64_MAX, most = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
        for (uint64_t random = 0; random < 2000; random++) {
            int64_t life = qn_kv_jitter_ms(lives[i], random * 0x9E3779B97F4A7C15U);

            assert_true(life >= 1 && life <= lives[i] && life >= lives[i] - lives[i] / 10);
        }
    }
    for (uint64_t random = 0; random <= 100; random++) {
        int64_t life = qn_kv_jitter_ms(1000, random);

        least = life < least ? life : least;
        most = life > most ? life : most;
    }
    assert_int_equal(least, 900);
    assert_int_equal(most, 1000);
}

static int make_key(void)
{
    struct qn_span part = {"a", 1};
    struct qn_kv_request request = {.kind = report, .parts = &part, .n_parts = 1};
    struct qn_kv_key key;

    return qn_kv_key_make(&key, "ns", &request, NULL);
}

static void no_memory_is_told(void **state)
{
    (void)state;
    torture(make_key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_look_as_the_page_says),
        cmocka_unit_test(different_requests_have_different_keys),
        cmocka_unit_test(a_request_that_is_none_is_refused_by_name),
        cmocka_unit_test(every_kind_of_the_table_is_one),
        cmocka_unit_test(the_page_shows_the_table_of_kinds),
        cmocka_unit_test(the_life_of_a_query_grows_with_its_time),
        cmocka_unit_test(jitter_only_shortens_and_by_a_tenth_at_most),
        cmocka_unit_test(no_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
