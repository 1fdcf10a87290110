#include "tasks/lib/kv_l1.h"
#include "tests/support/torture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct qn_kv_key key_of(const char *id, const char *kind, const char *group)
{
    struct qn_kv_key key = {.id = ""};

    snprintf(key.id, sizeof(key.id), "%s", id);
    snprintf(key.kind, sizeof(key.kind), "%s", kind);
    snprintf(key.group, sizeof(key.group), "%s", group);
    return key;
}

static struct qn_kv_l1_entry *put(struct qn_kv_l1 *l1, const char *id, const char *text)
{
    struct qn_kv_key key = key_of(id, "kind", "");
    struct qn_kv_l1_entry *entry = qn_kv_l1_put(l1, &key, (struct qn_span){text, strlen(text)});

    if (entry != NULL) {
        entry->keep_until = 1000;
    }
    return entry;
}

static void has(struct qn_kv_l1 *l1, const char *id, const char *text)
{
    struct qn_kv_l1_entry *entry = qn_kv_l1_find(l1, id, 0);

    if (text == NULL) {
        assert_null(entry);
        return;
    }
    assert_non_null(entry);
    assert_int_equal(entry->len, strlen(text));
    assert_memory_equal(entry->bytes, text, entry->len);
}

static void the_least_recently_used_goes_first(void **state)
{
    struct qn_kv_l1 l1;

    (void)state;
    qn_kv_l1_init(&l1, 3, 100000);
    put(&l1, "a", "1");
    put(&l1, "b", "2");
    put(&l1, "c", "3");
    has(&l1, "a", "1");
    put(&l1, "d", "4");
    has(&l1, "b", NULL);
    has(&l1, "a", "1");
    has(&l1, "c", "3");
    has(&l1, "d", "4");
    put(&l1, "a", "new");
    has(&l1, "a", "new");
    assert_int_equal(l1.n, 3);
    assert_int_equal(l1.evictions, 1);
    qn_kv_l1_release(&l1);
    assert_int_equal(l1.n, 0);
    assert_int_equal(l1.bytes, 0);
}

static void the_bytes_are_bounded_with_what_entries_take(void **state)
{
    static char text[5001];
    struct qn_kv_l1 l1;

    (void)state;
    memset(text, 'x', 5000);
    qn_kv_l1_init(&l1, 100, 20000);
    for (int i = 0; i < 50; i++) {
        char id[16];

        snprintf(id, sizeof(id), "%d", i);
        assert_non_null(put(&l1, id, text));
        assert_true(l1.bytes <= 20000);
        assert_int_equal(l1.bytes, l1.n * (sizeof(struct qn_kv_l1_entry) + 5000));
    }
    assert_int_equal(l1.n, 3);
    qn_kv_l1_release(&l1);
    qn_kv_l1_init(&l1, 100, 5000);
    assert_null(put(&l1, "a", text)); /* alone too large */
    assert_int_equal(l1.n, 0);
    qn_kv_l1_release(&l1);
}

static void what_is_past_its_end_is_gone(void **state)
{
    struct qn_kv_l1 l1;

    (void)state;
    qn_kv_l1_init(&l1, 3, 100000);
    put(&l1, "a", "1");
    assert_non_null(qn_kv_l1_find(&l1, "a", 999));
    assert_null(qn_kv_l1_find(&l1, "a", 1000));
    assert_int_equal(l1.n, 0);
    qn_kv_l1_release(&l1);
}

static void a_kind_or_a_group_is_forgotten(void **state)
{
    static const struct {
        const char *id, *kind, *group;
    } all[] = {{"a", "k", ""}, {"b", "k", "g"}, {"c", "k", "h"}, {"d", "other", "g"}};
    struct qn_kv_l1 l1;

    (void)state;
    qn_kv_l1_init(&l1, 10, 100000);
    for (size_t i = 0; i < 4; i++) {
        struct qn_kv_key key = key_of(all[i].id, all[i].kind, all[i].group);

        qn_kv_l1_put(&l1, &key, (struct qn_span){"x", 1})->keep_until = 1;
    }
    qn_kv_l1_forget(&l1, "k", "g");
    has(&l1, "b", NULL);
    has(&l1, "a", "x");
    qn_kv_l1_forget(&l1, "k", NULL);
    has(&l1, "a", NULL);
    has(&l1, "c", NULL);
    has(&l1, "d", "x");
    qn_kv_l1_remove(&l1, "d");
    qn_kv_l1_remove(&l1, "d");
    assert_int_equal(l1.n, 0);
    qn_kv_l1_release(&l1);
}

/* A number of random steps, compared with an array of ids in the order of their use. */
static void any_order_of_use_is_kept(void **state)
{
    struct qn_kv_l1 l1;
    char used[8] = "";
    uint32_t random = 1;

    (void)state;
    qn_kv_l1_init(&l1, 5, 100000);
    for (int i = 0; i < 20000; i++) {
        random = random * 1664525 + 1013904223;
        char id[2] = {(char)('a' + random / 65536 % 9), '\0'};
        char *at = strchr(used, id[0]);
        bool puts = random & 0x8000;

        assert_int_equal(qn_kv_l1_find(&l1, id, 0) != NULL, at != NULL);
        if (puts) {
            put(&l1, id, id);
        }
        if (puts || at != NULL) { /* to the end */
            if (at != NULL) {
                memmove(at, at + 1, strlen(at));
            } else if (strlen(used) == 5) {
                memmove(used, used + 1, 5);
            }
            memcpy(used + strlen(used), id, 2);
        }
        assert_int_equal(l1.n, strlen(used));
    }
    qn_kv_l1_release(&l1);
}

static int fill(void)
{
    struct qn_kv_l1 l1;
    bool all;

    qn_kv_l1_init(&l1, 2, 100000);
    all = put(&l1, "a", "1") != NULL && put(&l1, "b", "2") != NULL && put(&l1, "c", "3") != NULL;
    qn_kv_l1_release(&l1);
    return all ? QN_OK : QN_ENOMEM;
}

static void no_memory_is_no_entry(void **state)
{
    (void)state;
    torture(fill);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_recently_used_goes_first),
        cmocka_unit_test(the_bytes_are_bounded_with_what_entries_take),
        cmocka_unit_test(what_is_past_its_end_is_gone),
        cmocka_unit_test(a_kind_or_a_group_is_forgotten),
        cmocka_unit_test(any_order_of_use_is_kept),
        cmocka_unit_test(no_memory_is_no_entry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
