#include "tasks/lib/relations/relation_choose.h"
#include "tasks/lib/relations/relation_score.h"
#include "tasks/lib/relations/relation_subtypes.h"
#include "test_relation_room.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const tables[] = {
    "users: *id, manager_id",
    "teams: *id, lead",
    "tickets: *id, user_id, code text",
    "details: *user_id, x",
};

/* Profiles in which every column holds 1..100 without an end that is missed. */
struct room {
    struct qn_catalog *catalog;
    struct qn_arena arena;
    struct qn_relation_schema schema;
    struct qn_profile_table profiles[4];
    struct qn_profile_column columns[4][3];
};

static void open_room(struct room *room)
{
    memset(room, 0, sizeof(*room));
    room->catalog = room_catalog(tables, 4);
    for (size_t i = 0; i < 4; i++) {
        room->profiles[i] = (struct qn_profile_table){
            .tier = QN_PROFILE_EXACT, .rows = 100, .columns = room->columns[i], .n_columns = 3};
        for (size_t j = 0; j < 3; j++) {
            room->columns[i][j] = (struct qn_profile_column){.tier = QN_PROFILE_EXACT,
                                                             .low = 1,
                                                             .high = 100,
                                                             .distinct = 100,
                                                             .distinct_seen = 100};
        }
    }
    qn_arena_init(&room->arena, 16 << 20);
    qn_relation_schema_make(&room->schema, &room->arena, room->catalog, room->profiles);
}

static void close_room(struct room *room)
{
    qn_arena_release(&room->arena);
    room_free(room->catalog);
}

static struct qn_relation_candidate candidate(double name, double tested, double hits)
{
    return (struct qn_relation_candidate){.child = 2,
                                          .child_columns = {1},
                                          .parent = 0,
                                          .n = 1,
                                          .key = 0,
                                          .name = {name, QN_RELATION_RULE_TABLE, 1},
                                          .probed = tested > 0,
                                          .tested = tested,
                                          .hits = hits,
                                          .found = tested > 0 ? hits / tested : 0};
}

static double score(const struct room *room, struct qn_relation_candidate one)
{
    qn_relation_score_column(&room->schema, &one, 1);
    assert_true(one.score >= 0 && one.score <= 1);
    return one.score;
}

static void a_better_name_never_lowers_the_score(void **state)
{
    struct room room;
    double last = 0;

    (void)state;
    open_room(&room);
    for (int i = 0; i <= 100; i++) {
        double now = score(&room, candidate(i / 100.0, 100, 100));

        /* What a lone unsure name is given is not given to a sure one. */
        assert_true(now >= last - 0.02);
        last = now;
    }
    assert_true(last > 0.95);
    close_room(&room);
}

static void more_orphans_never_raise_the_score(void **state)
{
    struct room room;
    double last = 1;

    (void)state;
    open_room(&room);
    for (int hits = 100; hits >= 0; hits--) {
        double now = score(&room, candidate(1, 100, hits));

        assert_true(now <= last);
        last = now;
    }
    assert_true(score(&room, candidate(1, 100, 95)) >= QN_RELATION_ACCEPT);
    assert_true(score(&room, candidate(1, 100, 40)) < QN_RELATION_SUGGEST);
    close_room(&room);
}

static void numbers_that_fit_prove_nothing(void **state)
{
    struct room room;

    (void)state;
    open_room(&room);
    assert_true(score(&room, candidate(0, 100, 100)) < QN_RELATION_SUGGEST);
    assert_true(score(&room, candidate(0.4, 100, 100)) < QN_RELATION_SUGGEST);
    close_room(&room);
}

static void texts_that_fit_prove_it_without_a_name(void **state)
{
    struct room room;
    struct qn_relation_candidate one = candidate(0, 100, 100);

    (void)state;
    open_room(&room);
    one.child_columns[0] = 2;
    one.name.rule = QN_RELATION_RULE_VALUES;
    assert_true(score(&room, one) >= QN_RELATION_ACCEPT);
    one.probed = false;
    assert_true(score(&room, one) == 0);
    close_room(&room);
}

static void without_data_only_an_exact_name_is_taken(void **state)
{
    struct room room;

    (void)state;
    open_room(&room);
    assert_true(score(&room, candidate(1, 0, 0)) >= QN_RELATION_ACCEPT);
    assert_true(score(&room, candidate(0.9, 0, 0)) <= 0.75);
    close_room(&room);
}

static void a_rival_as_good_lowers_both(void **state)
{
    struct room room;
    struct qn_relation_candidate two[2] = {candidate(0.85, 100, 100), candidate(0.85, 100, 100)};

    (void)state;
    open_room(&room);
    two[1].parent = 1;
    two[1].key = 1;
    qn_relation_score_column(&room.schema, two, 2);
    assert_true(two[0].score < score(&room, candidate(0.85, 100, 100)));
    assert_true(two[0].score >= two[1].score && two[0].score <= two[1].score);
    close_room(&room);
}

/* Names that are sure: nothing is added to a lone one. */
static void a_rival_lowers_by_how_near_it_is(void **state)
{
    const double names[] = {0.95, 0.92, 0.1}; /* as good, near, nowhere near */
    double last = 0, alone;
    struct room room;

    (void)state;
    assert_true(qn_relation_weights[QN_RELATION_RIVALS] < 0);
    open_room(&room);
    alone = score(&room, candidate(0.95, 100, 100));
    for (size_t i = 0; i < 3; i++) {
        struct qn_relation_candidate two[2] = {candidate(0.95, 100, 100),
                                               candidate(names[i], 100, 100)};

        two[1].parent = two[1].key = 1;
        qn_relation_score_column(&room.schema, two, 2);
        assert_true(two[0].score > last && two[0].score <= alone);
        last = two[0].score;
    }
    assert_true(last >= alone);
    close_room(&room);
}

static void what_is_barred_is_none_and_no_rival(void **state)
{
    struct room room;
    struct qn_relation_candidate two[2] = {candidate(0.95, 100, 100), candidate(0.95, 100, 100)};

    (void)state;
    open_room(&room);
    two[1].parent = two[1].key = 1;
    two[1].barred = true;
    qn_relation_score_column(&room.schema, two, 2);
    assert_true(two[0].score >= score(&room, candidate(0.95, 100, 100)));
    assert_true(two[1].score == 0);
    close_room(&room);
}

static void several_columns_without_rows_must_all_name_the_parent(void **state)
{
    struct room room;
    struct qn_relation_candidate one = candidate(1, 0, 0);

    (void)state;
    open_room(&room);
    one.n = 2;
    one.child_columns[1] = 2;
    one.parent_columns[1] = 1;
    assert_true(score(&room, one) <= 0.75);
    one.telling = true;
    assert_true(score(&room, one) >= QN_RELATION_ACCEPT);
    close_room(&room);
}

static void all_values_in_a_subtype_are_no_chance(void **state)
{
    (void)state;
    assert_true(qn_relation_subtypes_meant(200, 200, 300, 500));
    assert_false(qn_relation_subtypes_meant(200, 199, 300, 500)); /* one is not */
    assert_false(qn_relation_subtypes_meant(19, 19, 1, 500));     /* too few to say */
    assert_false(qn_relation_subtypes_meant(25, 25, 440, 500));   /* by chance it may be so */
    assert_false(qn_relation_subtypes_meant(2000, 2000, 490, 500));
    assert_false(qn_relation_subtypes_meant(200, 200, -1, 500));
    assert_false(qn_relation_subtypes_meant(200, 200, 300, -1));
}

static void tables_that_share_a_key_make_no_chain(void **state)
{
    struct room room;
    struct qn_relation_candidate items[2] = {candidate(0.5, 100, 100), candidate(0.5, 100, 100)};
    struct qn_relation_candidates candidates = {.items = items, .n = 2, .room = 2};

    (void)state;
    open_room(&room);
    for (size_t i = 0; i < 2; i++) { /* users -> teams -> tickets */
        items[i].child = i;
        items[i].child_columns[0] = 0;
        items[i].parent = items[i].key = i + 1;
        items[i].name.rule = QN_RELATION_RULE_SHARED;
        items[i].score = 0.9;
    }
    qn_relation_choose(&room.schema, &candidates, 0.1);
    assert_false(items[0].chosen);
    assert_true(items[1].chosen);
    close_room(&room);
}

static void a_column_gets_one_target(void **state)
{
    struct room room;
    struct qn_relation_candidate items[3] = {candidate(0.8, 100, 100), candidate(0.9, 100, 100),
                                             candidate(0.7, 100, 100)};
    struct qn_relation_candidates candidates = {.items = items, .n = 3, .room = 3};

    (void)state;
    open_room(&room);
    items[1].parent = items[1].key = 1;
    items[2].parent = items[2].key = 3;
    qn_relation_score_column(&room.schema, items, 3);
    qn_relation_choose(&room.schema, &candidates, 0.1);
    assert_false(items[0].chosen);
    assert_true(items[1].chosen);
    assert_false(items[2].chosen);
    close_room(&room);
}

static void of_two_tables_that_share_a_key_one_refers_to_the_other(void **state)
{
    struct room room;
    struct qn_relation_candidate items[2] = {candidate(1, 100, 100), candidate(1, 100, 100)};
    struct qn_relation_candidates candidates = {.items = items, .n = 2, .room = 2};

    (void)state;
    open_room(&room);
    items[0].child = 0;
    items[0].child_columns[0] = 0;
    items[0].parent = 3;
    items[1].child = 3;
    items[1].child_columns[0] = 0;
    items[1].parent = 0;
    items[0].logit = 2;
    items[1].logit = 3;
    items[0].score = 0.9;
    items[1].score = 0.95;
    qn_relation_choose(&room.schema, &candidates, 0.1);
    assert_false(items[0].chosen);
    assert_true(items[1].chosen);
    close_room(&room);
}

static void there_are_at_most_twelve_weights(void **state)
{
    (void)state;
    assert_true(QN_RELATION_FEATURES <= 12);
    for (size_t i = 0; i < QN_RELATION_FEATURES; i++) {
        assert_true(isfinite(qn_relation_weights[i]) && fabs(qn_relation_weights[i]) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_better_name_never_lowers_the_score),
        cmocka_unit_test(more_orphans_never_raise_the_score),
        cmocka_unit_test(numbers_that_fit_prove_nothing),
        cmocka_unit_test(texts_that_fit_prove_it_without_a_name),
        cmocka_unit_test(without_data_only_an_exact_name_is_taken),
        cmocka_unit_test(a_rival_as_good_lowers_both),
        cmocka_unit_test(a_rival_lowers_by_how_near_it_is),
        cmocka_unit_test(what_is_barred_is_none_and_no_rival),
        cmocka_unit_test(several_columns_without_rows_must_all_name_the_parent),
        cmocka_unit_test(all_values_in_a_subtype_are_no_chance),
        cmocka_unit_test(tables_that_share_a_key_make_no_chain),
        cmocka_unit_test(a_column_gets_one_target),
        cmocka_unit_test(of_two_tables_that_share_a_key_one_refers_to_the_other),
        cmocka_unit_test(there_are_at_most_twelve_weights),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
