/* model_room.h - a small catalogue by hand, of a shop, for tests of the semantic model.
 *
 * Tables of the schema public, by name: categories, order_items, orders, products, reviews,
 * user_events, users. Profiles know orders, users and categories; relations are the declared ones.
 */
#ifndef TESTS_SUPPORT_MODEL_ROOM_H
#define TESTS_SUPPORT_MODEL_ROOM_H

#include "tasks/lib/model/model.h"

enum {
    ROOM_CATEGORIES,
    ROOM_ORDER_ITEMS,
    ROOM_ORDERS,
    ROOM_PRODUCTS,
    ROOM_REVIEWS,
    ROOM_USER_EVENTS,
    ROOM_USERS,
    ROOM_TABLES
};

struct model_room {
    struct qn_arena arena;
    struct qn_catalog catalog;
    struct qn_profile_table profiles[ROOM_TABLES + 8];
    struct qn_relations relations;
};

void model_room_init(struct model_room *room);
void model_room_release(struct model_room *room);

/* Tables are kept in order; returns the new one. The profile of it knows nothing. Pointers to
 * other tables go stale. */
struct qn_catalog_table *model_room_table(struct model_room *room, const char *schema,
                                          const char *name);
/* "id integer primary", "name text", "status text=pending,paid": type, then what it is. */
struct qn_catalog_column *model_room_column(struct model_room *room, struct qn_catalog_table *table,
                                            const char *spec);
/* Declared, of single columns by name. */
void model_room_relation(struct model_room *room, const char *child, const char *column,
                         const char *parent);
struct qn_profile_column *model_room_profile(struct model_room *room, const char *table,
                                             const char *column);

/* With all that the room has; fails the test when it cannot. language NULL: "en". */
struct qn_model *model_room_build(struct model_room *room, const char *language);

struct qn_model_table *model_room_find(struct qn_model *model, const char *table);
struct qn_model_column *model_room_find_column(struct qn_model *model, const char *table,
                                               const char *column);
bool model_room_has_word(const char *const *words, size_t n, const char *word);
/* NUL-terminated, to be freed with qn_free. */
char *model_room_json(const struct qn_model *model);
/* A whole file, likewise. */
char *model_room_file(const char *path, size_t *ret_len);

#endif
