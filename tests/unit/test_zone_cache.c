/* The cache of zones: files change, vanish and break under it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/mem.h"
#include "cron/zone_cache.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECHECK_MS 1000
#define SUMMER     INT64_C(1751287500) /* 2025-06-30T12:45:00Z */

struct room {
    char dir[64];
    char path[128]; /* of the zone Test/Place */
    struct qn_fake_clock clock;
    struct qn_zone_cache *cache;
    size_t live;
};

static void copy(const char *from, const char *to)
{
    static char bytes[QN_ZONE_FILE_MAX];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");

    assert_non_null(in);
    assert_non_null(out);
    size_t len = fread(bytes, 1, sizeof(bytes), in);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

/* As a package does it: a new file takes the name of the old one. */
static void install(const struct room *room, const char *zone)
{
    char from[256], fresh[160];

    snprintf(from, sizeof(from), QN_ZONE_DIR "/%s", zone);
    snprintf(fresh, sizeof(fresh), "%s.new", room->path);
    copy(from, fresh);
    assert_int_equal(rename(fresh, room->path), 0);
}

static int set_up(void **state)
{
    struct room *room = calloc(1, sizeof(*room));

    room->live = qn_mem_live();
    snprintf(room->dir, sizeof(room->dir), "/tmp/qnzoneXXXXXX");
    if (!mkdtemp(room->dir))
        return -1;
    snprintf(room->path, sizeof(room->path), "%s/Test", room->dir);
    mkdir(room->path, 0700);
    snprintf(room->path, sizeof(room->path), "%s/Test/Place", room->dir);
    qn_fake_clock_init(&room->clock, 1000, 0);
    room->cache = qn_zone_cache_create(room->dir, &room->clock.clock, RECHECK_MS);
    install(room, "Europe/Berlin");
    *state = room;
    return room->cache ? 0 : -1;
}

static int tear_down(void **state)
{
    struct room *room = *state;
    char folder[128];

    qn_zone_cache_free(room->cache);
    snprintf(folder, sizeof(folder), "%s/Test", room->dir);
    unlink(room->path);
    rmdir(folder);
    rmdir(room->dir);
    size_t live = qn_mem_live(), before = room->live;
    free(room);
    return live == before ? 0 : -1;
}

static struct qn_zone *get(struct room *room)
{
    struct qn_zone *zone = NULL;
    struct qn_err err = {0};

    if (qn_zone_cache_get(room->cache, "Test/Place", &zone, &err) != QN_OK)
        fail_msg("%s", err.msg);
    return zone;
}

static void a_zone_is_read_once_and_shared(void **state)
{
    struct qn_zone *first = get(*state), *second = get(*state), *utc = NULL, *again = NULL;
    struct room *room = *state;

    assert_ptr_equal(first, second);
    assert_int_equal(qn_zone_cache_get(room->cache, "UTC", &utc, NULL), QN_OK);
    qn_fake_clock_advance(&room->clock, RECHECK_MS * 10);
    assert_int_equal(qn_zone_cache_get(room->cache, "UTC", &again, NULL), QN_OK);
    assert_ptr_equal(utc, again);
    qn_zone_free(first);
    qn_zone_free(second);
    qn_zone_free(utc);
    qn_zone_free(again);
}

static void new_data_is_seen_after_a_while_and_the_old_stays_valid(void **state)
{
    struct room *room = *state;
    struct qn_zone *berlin = get(room);

    install(room, "Asia/Tokyo");
    qn_fake_clock_advance(&room->clock, RECHECK_MS - 1);
    struct qn_zone *still = get(room);
    assert_ptr_equal(still, berlin);
    qn_fake_clock_advance(&room->clock, 1);
    struct qn_zone *tokyo = get(room);
    assert_ptr_not_equal(tokyo, berlin);
    assert_int_equal(qn_zone_offset(tokyo, SUMMER), 9 * 3600);
    assert_int_equal(qn_zone_offset(berlin, SUMMER), 2 * 3600);
    qn_zone_free(still);
    qn_zone_free(berlin);
    qn_zone_free(tokyo);
}

static void a_file_that_vanishes_or_breaks_leaves_the_zone_as_it_was(void **state)
{
    struct room *room = *state;
    struct qn_zone *berlin = get(room), *now;

    assert_int_equal(unlink(room->path), 0);
    qn_fake_clock_advance(&room->clock, RECHECK_MS);
    now = get(room);
    assert_ptr_equal(now, berlin);
    qn_zone_free(now);
    copy("/dev/null", room->path);
    qn_fake_clock_advance(&room->clock, RECHECK_MS);
    now = get(room);
    assert_ptr_equal(now, berlin);
    qn_zone_free(now);
    install(room, "Asia/Tokyo");
    qn_fake_clock_advance(&room->clock, RECHECK_MS);
    now = get(room);
    assert_int_equal(qn_zone_offset(now, SUMMER), 9 * 3600);
    qn_zone_free(now);
    qn_zone_free(berlin);
}

static void who_holds_a_zone_needs_no_cache(void **state)
{
    struct room *room = *state;
    struct qn_zone *zone = get(room);

    qn_zone_cache_free(room->cache);
    room->cache = NULL;
    assert_int_equal(qn_zone_offset(zone, SUMMER), 2 * 3600);
    qn_zone_free(zone);
}

static void what_is_not_known_is_an_error_each_time(void **state)
{
    static const struct {
        const char *name;
        int rc;
    } cases[] = {
        {"Test/Nowhere", QN_ENOTFOUND}, {"Test", QN_ENOTFOUND},     {"Test/Place/x", QN_ENOTFOUND},
        {"../Place", QN_EINVAL},        {"/Test/Place", QN_EINVAL}, {"", QN_EINVAL},
        {"Test/./Place", QN_EINVAL},
    };
    struct room *room = *state;

    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            struct qn_zone *zone = NULL;
            assert_int_equal(qn_zone_cache_get(room->cache, cases[i].name, &zone, NULL),
                             cases[i].rc);
            assert_null(zone);
        }
    unlink(room->path);
    assert_int_equal(mkfifo(room->path, 0600), 0); /* opening it must not wait for a writer */
    struct qn_zone *zone = NULL;
    assert_int_equal(qn_zone_cache_get(room->cache, "Test/Place", &zone, NULL), QN_ENOTFOUND);
}

static void memory_that_ends_is_an_error_or_a_zone(void **state)
{
    struct room *room = *state;
    int failed = 0;

    for (size_t nth = 1; nth < 10; nth++) {
        struct qn_zone_cache *cache =
            qn_zone_cache_create(room->dir, &room->clock.clock, RECHECK_MS);
        struct qn_zone *zone = NULL;
        qn_mem_fail_at(nth, 0);
        int rc = qn_zone_cache_get(cache, "Test/Place", &zone, NULL);
        qn_mem_fail_at(0, 0);
        if (rc == QN_OK)
            assert_int_equal(qn_zone_offset(zone, SUMMER), 2 * 3600);
        else
            assert_int_equal(rc, QN_ENOMEM);
        failed += rc != QN_OK;
        qn_zone_free(zone);
        qn_zone_cache_free(cache);
    }
    assert_in_range(failed, 1, 8);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_zone_is_read_once_and_shared),
        CASE(new_data_is_seen_after_a_while_and_the_old_stays_valid),
        CASE(a_file_that_vanishes_or_breaks_leaves_the_zone_as_it_was),
        CASE(who_holds_a_zone_needs_no_cache),
        CASE(what_is_not_known_is_an_error_each_time),
        CASE(memory_that_ends_is_an_error_or_a_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
