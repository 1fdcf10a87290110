#include "common/mem.h"
#include "tasks/lib/relations/relations.h"
#include "test_relation_room.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const shop[] = {
    "customers: *id, name text, parent_id",
    "orders: *id, customer_id, placed date",
    "order_items: *order_id, *line_no, product_id, quantity",
    "products: *id, name text",
    "returns: *id, order_id, line_no, reason text",
    "product_tags: *product_id, *tag_id",
    "tags: *id, label text",
};

static struct qn_relations *find(const struct qn_catalog *catalog, bool declared_only)
{
    const struct qn_relations_wish wish = {
        .declared_only = declared_only, .query_ms = 1000, .total_ms = 1000};
    struct qn_relations *relations = NULL;
    struct qn_err err = {0};

    assert_int_equal(qn_relations_find(&relations, NULL, catalog, NULL, &wish, &err), QN_OK);
    return relations;
}

static const struct qn_relation *get(const struct qn_relations *relations,
                                     const struct qn_catalog *catalog, const char *child,
                                     const char *parent, size_t n)
{
    size_t table = 0, column = 0, to = 0, key = 0;

    assert_true(room_find(catalog, child, &table, &column));
    assert_true(room_find(catalog, parent, &to, &key));
    for (size_t i = 0; i < relations->n; i++) {
        const struct qn_relation *one = &relations->items[i];

        if (one->n == n && one->child == table && one->child_columns[0] == column &&
            one->parent == to && one->parent_columns[0] == key) {
            return one;
        }
    }
    return NULL;
}

static void names_and_keys_alone_find_what_is_exact(void **state)
{
    struct qn_catalog *catalog = room_catalog(shop, COUNT(shop));
    struct qn_relations *relations = find(catalog, false);
    const struct qn_relation *one;

    (void)state;
    one = get(relations, catalog, "orders.customer_id", "customers.id", 1);
    assert_non_null(one);
    assert_true(one->score >= QN_RELATION_ACCEPT);
    assert_true(isnan(one->orphans) && one->optional && !one->one_to_one && !one->junction);
    assert_int_equal(one->source, QN_RELATION_INFERRED);
    assert_true(strlen(one->evidence) > 0);
    one = get(relations, catalog, "customers.parent_id", "customers.id", 1);
    assert_non_null(one);
    assert_true(one->score < QN_RELATION_ACCEPT);
    assert_null(get(relations, catalog, "order_items.quantity", "products.id", 1));
    assert_int_equal(relations->probes, 0);
    qn_relations_free(relations);
    room_free(catalog);
}

static void several_columns_refer_to_a_composite_key(void **state)
{
    struct qn_catalog *catalog = room_catalog(shop, COUNT(shop));
    struct qn_relations *relations = find(catalog, false);
    const struct qn_relation *one =
        get(relations, catalog, "returns.order_id", "order_items.order_id", 2);

    (void)state;
    assert_non_null(one);
    assert_int_equal(one->child_columns[1], 2);
    assert_int_equal(one->parent_columns[1], 1);
    qn_relations_free(relations);
    room_free(catalog);
}

static void a_table_whose_key_is_two_references_is_a_junction(void **state)
{
    struct qn_catalog *catalog = room_catalog(shop, COUNT(shop));
    struct qn_relations *relations = find(catalog, false);

    (void)state;
    assert_true(get(relations, catalog, "product_tags.product_id", "products.id", 1)->junction);
    assert_true(get(relations, catalog, "product_tags.tag_id", "tags.id", 1)->junction);
    assert_false(get(relations, catalog, "order_items.order_id", "orders.id", 1)->junction);
    assert_false(get(relations, catalog, "product_tags.tag_id", "tags.id", 1)->optional);
    qn_relations_free(relations);
    room_free(catalog);
}

static void two_references_that_are_not_the_whole_key_make_no_junction(void **state)
{
    static const char *const lines[] = {
        "products: *id, name text",         "tags: *id, label text",
        "uses: *product_id, *tag_id, *day", "texts: *product_id, body text",
        "hints: *id, product_id, tag_id",
    };
    static const char *const columns[] = {"uses.product_id", "uses.tag_id", "texts.product_id",
                                          "hints.product_id", "hints.tag_id"};
    static const char *const keys[] = {"products.id", "tags.id", "products.id", "products.id",
                                       "tags.id"};
    struct qn_catalog *catalog = room_catalog(lines, COUNT(lines));
    struct qn_relations *relations = find(catalog, false);

    (void)state;
    for (size_t i = 0; i < COUNT(columns); i++) {
        const struct qn_relation *one = get(relations, catalog, columns[i], keys[i], 1);

        if (one != NULL) {
            assert_false(one->junction);
        }
        assert_true(i == 2 || one != NULL);
    }
    qn_relations_free(relations);
    room_free(catalog);
}

static void without_rows_columns_that_name_another_table_are_only_suggested(void **state)
{
    static const char *const lines[] = {
        "employees: *emp_no, name text",
        "salaries: *emp_no, *from_dt date, amount",
        "absences: *id, emp_no, from_dt date",
    };
    struct qn_catalog *catalog = room_catalog(lines, COUNT(lines));
    struct qn_relations *relations = find(catalog, false);
    const struct qn_relation *one =
        get(relations, catalog, "absences.emp_no", "salaries.emp_no", 2);

    (void)state;
    assert_true(one == NULL || one->score < QN_RELATION_ACCEPT);
    qn_relations_free(relations);
    room_free(catalog);
}

static void a_foreign_key_of_too_many_columns_is_told(void **state)
{
    static const char *const lines[] = {"p: *a, *b, *c, *d, *e, *f, *g, *h, *i",
                                        "k: a, b, c, d, e, f, g, h, i"};
    static const size_t columns[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    struct qn_catalog *catalog = room_catalog(lines, COUNT(lines));
    struct qn_catalog_reference reference = {
        .name = "long_fk", .columns = columns, .parent_columns = columns, .n = 9, .parent = 0};
    struct qn_relations *relations;

    (void)state;
    catalog->tables[1].references = &reference;
    catalog->tables[1].n_references = 1;
    relations = find(catalog, true);
    assert_int_equal(relations->n, 0);
    assert_non_null(strstr(relations->trouble, "long_fk of k was left out"));
    qn_relations_free(relations);
    room_free(catalog);
}

static void two_constraints_of_the_same_columns_are_one_relation(void **state)
{
    static const char *const lines[] = {"p: *a, *b", "k: a, b, c"};
    static const size_t ab[] = {0, 1}, ba[] = {1, 0}, cb[] = {2, 1};
    struct qn_catalog *catalog = room_catalog(lines, COUNT(lines));
    struct qn_catalog_reference references[] = {
        {.name = "x", .columns = ab, .parent_columns = ab, .n = 2, .parent = 0},
        {.name = "y", .columns = ba, .parent_columns = ba, .n = 2, .parent = 0},
        {.name = "z", .columns = cb, .parent_columns = ab, .n = 2, .parent = 0},
    };
    struct qn_relations *relations;

    (void)state;
    catalog->tables[1].references = references;
    catalog->tables[1].n_references = 3;
    relations = find(catalog, true);
    assert_int_equal(relations->n, 2);
    qn_relations_free(relations);
    room_free(catalog);
}

static void what_is_declared_is_taken_as_it_is(void **state)
{
    static const size_t column = 2, key = 0;
    struct qn_catalog *catalog = room_catalog(shop, COUNT(shop));
    struct qn_catalog_reference reference = {
        .name = "fk", .columns = &column, .parent_columns = &key, .n = 1, .parent = 6};
    const struct qn_relation *one;
    struct qn_relations *relations;

    (void)state;
    catalog->tables[2].references = &reference; /* product_id, whatever its name says */
    catalog->tables[2].n_references = 1;
    for (int declared_only = 0; declared_only < 2; declared_only++) {
        relations = find(catalog, declared_only);
        one = get(relations, catalog, "order_items.product_id", "tags.id", 1);
        assert_non_null(one);
        assert_true(one->score >= 1 && one->source == QN_RELATION_DECLARED);
        assert_null(get(relations, catalog, "order_items.product_id", "products.id", 1));
        assert_true(declared_only ? relations->n == 1 : relations->n > 1);
        qn_relations_free(relations);
    }
    room_free(catalog);
}

static void items_are_by_table_and_best_first(void **state)
{
    struct qn_catalog *catalog = room_catalog(shop, COUNT(shop));
    struct qn_relations *relations = find(catalog, false);

    (void)state;
    for (size_t i = 1; i < relations->n; i++) {
        const struct qn_relation *a = &relations->items[i - 1], *b = &relations->items[i];

        assert_true(a->child < b->child || (a->child == b->child && a->score >= b->score));
    }
    qn_relations_free(relations);
    room_free(catalog);
}

static void the_same_catalogue_gives_the_same_answer(void **state)
{
    struct qn_catalog *catalog = room_catalog(shop, COUNT(shop));
    struct qn_relations *first = find(catalog, false), *again = find(catalog, false);

    (void)state;
    assert_int_equal(first->n, again->n);
    for (size_t i = 0; i < first->n; i++) {
        assert_int_equal(first->items[i].child, again->items[i].child);
        assert_int_equal(first->items[i].parent, again->items[i].parent);
        assert_true(first->items[i].score <= again->items[i].score &&
                    first->items[i].score >= again->items[i].score);
        assert_string_equal(first->items[i].evidence, again->items[i].evidence);
    }
    qn_relations_free(first);
    qn_relations_free(again);
    room_free(catalog);
}

static void hostile_names_are_only_names(void **state)
{
    static const char *const lines[] = {
        "'': *'', '\"; DROP TABLE x; --'",
        "'_______________________________________________________________': *'_', '__'",
        "'\x80\xff\xfe': *'\xf0\x9f', '\xe5'",
        "'%s%n%s': *'%n_id', '%s_id'",
        "'aAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaA': *id, aA_id",
        "'1': *'2', '3_id', '1_id'",
        "'表': *'编号', '表编号'",
    };
    struct qn_catalog *catalog = room_catalog(lines, COUNT(lines));

    (void)state;
    qn_relations_free(find(catalog, false));
    room_free(catalog);
}

static void an_empty_catalogue_has_no_relations(void **state)
{
    struct qn_catalog *catalog = room_catalog(NULL, 0);
    struct qn_relations *relations = find(catalog, false);

    (void)state;
    assert_int_equal(relations->n, 0);
    assert_string_equal(relations->trouble, "");
    qn_relations_free(relations);
    qn_relations_free(NULL);
    room_free(catalog);
}

static void memory_that_ends_is_an_error_and_no_leak(void **state)
{
    struct qn_catalog *catalog = room_catalog(shop, COUNT(shop));
    const struct qn_relations_wish wish = {.query_ms = 1000, .total_ms = 1000};
    size_t live = qn_mem_live(), failures = 0;
    int rc = QN_ENOMEM;

    (void)state;
    for (size_t nth = 1; rc != QN_OK; nth++) {
        struct qn_relations *relations = NULL;
        struct qn_err err = {0};

        assert_true(nth < 10000);
        qn_mem_fail_at(nth, 1);
        rc = qn_relations_find(&relations, NULL, catalog, NULL, &wish, &err);
        qn_mem_fail_at(0, 0);
        if (rc != QN_OK) {
            assert_int_equal(rc, QN_ENOMEM);
            assert_null(relations);
            failures++;
        }
        qn_relations_free(relations);
        assert_int_equal(qn_mem_live(), live);
    }
    assert_true(failures > 3);
    room_free(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_keys_alone_find_what_is_exact),
        cmocka_unit_test(several_columns_refer_to_a_composite_key),
        cmocka_unit_test(a_table_whose_key_is_two_references_is_a_junction),
        cmocka_unit_test(two_references_that_are_not_the_whole_key_make_no_junction),
        cmocka_unit_test(without_rows_columns_that_name_another_table_are_only_suggested),
        cmocka_unit_test(a_foreign_key_of_too_many_columns_is_told),
        cmocka_unit_test(two_constraints_of_the_same_columns_are_one_relation),
        cmocka_unit_test(what_is_declared_is_taken_as_it_is),
        cmocka_unit_test(items_are_by_table_and_best_first),
        cmocka_unit_test(the_same_catalogue_gives_the_same_answer),
        cmocka_unit_test(hostile_names_are_only_names),
        cmocka_unit_test(an_empty_catalogue_has_no_relations),
        cmocka_unit_test(memory_that_ends_is_an_error_and_no_leak),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
