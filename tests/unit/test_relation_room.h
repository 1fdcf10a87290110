/* test_relation_room.h - catalogues from one line a table, for the tests of relations.
 *
 *   "teams: *team_id, name text, lead_user_id"
 *
 * Columns are integers unless a type follows: text, uuid, date, boolean. A star is the primary
 * key, of one column or several; a plus a unique one. Names may be quoted with '.
 */
#ifndef TESTS_UNIT_TEST_RELATION_ROOM_H
#define TESTS_UNIT_TEST_RELATION_ROOM_H

#include "tasks/lib/relations/relations.h"
#include <stdlib.h>
#include <string.h>

static inline enum qn_family room_family(const char *type)
{
    return strcmp(type, "text") == 0      ? QN_FAMILY_TEXT
           : strcmp(type, "uuid") == 0    ? QN_FAMILY_UUID
           : strcmp(type, "date") == 0    ? QN_FAMILY_DATE
           : strcmp(type, "boolean") == 0 ? QN_FAMILY_BOOLEAN
                                          : QN_FAMILY_INTEGER;
}

static inline const char *room_word(struct qn_arena *arena, const char **at)
{
    const char quote = **at == '\'' ? '\'' : '\0', *start = *at + (quote != '\0');
    size_t len = quote != '\0' ? strcspn(start, "'") : strcspn(start, " ,:");

    *at = start + len + (quote != '\0');
    return qn_arena_text(arena, start, len);
}

static inline void room_key(struct qn_arena *arena, struct qn_catalog_table *table, size_t column,
                            bool primary)
{
    struct qn_catalog_key *key = NULL;
    size_t *columns;

    for (size_t i = 0; i < table->n_keys && primary; i++) {
        key = table->keys[i].primary ? &table->keys[i] : key;
    }
    if (key == NULL) {
        table->keys = qn_arena_grow(arena, table->keys, table->n_keys, sizeof(*table->keys));
        key = &table->keys[table->n_keys++];
        *key = (struct qn_catalog_key){.name = "key", .primary = primary, .constraint = true};
    }
    columns = qn_arena_grow(arena, key->columns, key->n, sizeof(*columns));
    columns[key->n] = column;
    key->columns = columns;
    key->n++;
}

static inline void room_columns(struct qn_arena *arena, struct qn_catalog_table *table,
                                const char *at)
{
    while (*(at += strspn(at, ", ")) != '\0') {
        struct qn_catalog_column *column;
        char mark = *at == '*' || *at == '+' ? *at++ : '\0';

        table->columns =
            qn_arena_grow(arena, table->columns, table->n_columns, sizeof(*table->columns));
        column = &table->columns[table->n_columns];
        *column = (struct qn_catalog_column){.name = room_word(arena, &at),
                                             .type = "",
                                             .domain = "",
                                             .comment = "",
                                             .preset = "",
                                             .readable = true,
                                             .not_null = mark == '*'};
        at += strspn(at, " ");
        column->family = room_family(room_word(arena, &at));
        if (mark != '\0') {
            room_key(arena, table, table->n_columns, mark == '*');
        }
        table->n_columns++;
    }
}

/* To be freed with room_free. */
static inline struct qn_catalog *room_catalog(const char *const *lines, size_t n)
{
    struct qn_catalog *catalog = calloc(1, sizeof(*catalog));

    qn_arena_init(&catalog->arena, QN_CATALOG_BYTES_MAX);
    catalog->tables = qn_arena_alloc(&catalog->arena, n + 1, sizeof(*catalog->tables));
    for (size_t i = 0; i < n; i++) {
        struct qn_catalog_table *table = &catalog->tables[catalog->n_tables++];
        const char *at = lines[i];

        *table = (struct qn_catalog_table){
            .schema = "public", .comment = "", .view = "", .readable = true, .rows = -1};
        table->name = room_word(&catalog->arena, &at);
        room_columns(&catalog->arena, table, at + 1);
    }
    return catalog;
}

static inline void room_free(struct qn_catalog *catalog)
{
    qn_arena_release(&catalog->arena);
    free(catalog);
}

/* "child.column" in out; the place of the table, and of the column. */
static inline bool room_find(const struct qn_catalog *catalog, const char *name, size_t *table,
                             size_t *column)
{
    const char *dot = strchr(name, '.');

    for (*table = 0; *table < catalog->n_tables; ++*table) {
        const struct qn_catalog_table *one = &catalog->tables[*table];

        if (strlen(one->name) != (size_t)(dot - name) ||
            strncmp(one->name, name, strlen(one->name)) != 0) {
            continue;
        }
        for (*column = 0; *column < one->n_columns; ++*column) {
            if (strcmp(one->columns[*column].name, dot + 1) == 0) {
                return true;
            }
        }
    }
    return false;
}

#endif
