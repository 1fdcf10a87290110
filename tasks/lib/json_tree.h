/* json_tree.h - a JSON text as a tree in an arena, for walks that look at every member.
 *
 * For texts that a library made, deeper than common/json.h goes: one pass over the bytes, a
 * stack of its own, a limit of the depth. Objects keep the order of their members; duplicate
 * keys are the caller's to see. Strings are decoded, with a NUL behind them.
 *
 * Not here: what may come from outside unchecked (common/json.h: it is stricter); writing.
 */
#ifndef TASKS_LIB_JSON_TREE_H
#define TASKS_LIB_JSON_TREE_H

#include "arena.h"
#include "common/json.h"

struct qn_json_node {
    enum qn_json_type type;
    const char *key;            /* of a member; "" of an item and of the root */
    const char *text;           /* a string decoded, a number or boolean as written; else "" */
    struct qn_json_node *first; /* of an object or array */
    struct qn_json_node *next;
};

/* QN_EINVAL for what is no JSON, with the byte; QN_ELIMIT for more than depth_max levels;
 * QN_ENOMEM. A string with a NUL inside is refused. The tree lives as long as the arena. */
QN_MUST_CHECK int qn_json_tree(struct qn_json_node **ret, struct qn_span json, size_t depth_max,
                               struct qn_arena *arena, struct qn_err *reterr);

/* The member of that name; NULL when there is none, or node is NULL or no object. */
const struct qn_json_node *qn_json_member(const struct qn_json_node *node, const char *key);
/* Its text; "" likewise. */
const char *qn_json_text(const struct qn_json_node *node, const char *key);

#endif
