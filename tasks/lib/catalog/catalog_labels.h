/* catalog_labels.h - the values that a CHECK allows, read from its expression.
 *
 * pg_get_expr writes CHECK (status IN ('a', 'b')) as (status = ANY (ARRAY['a'::text,
 * 'b'::text])); the forms of varchar and char with their casts, '{a,b}'::text[], a chain
 * of OR, and OR status IS NULL are understood too. Whatever else an expression holds makes it one
 * that gives no labels: no part of it is guessed. So does more than QN_CATALOG_LABELS_MAX values.
 *
 * Not here: reading checks from PostgreSQL (catalog_texts.c).
 */
#ifndef TASKS_LIB_CATALOG_CATALOG_LABELS_H
#define TASKS_LIB_CATALOG_CATALOG_LABELS_H

#include "catalog.h"

struct qn_catalog_labels {
    const char *const *items;
    size_t n;
};

/* column NULL: the VALUE of a domain. False, and nothing in ret: no list of values of that
 * column. Memory is the arena's. */
bool qn_catalog_labels_of(struct qn_catalog_labels *ret, struct qn_arena *arena, const char *column,
                          struct qn_span expression);

#endif
