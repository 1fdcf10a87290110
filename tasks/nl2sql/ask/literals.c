#include "literals.h"

#include "tasks/lib/json_tree.h"
#include <pg_query.h>
#include <string.h>

#define LEVELS_MAX 4000 /* of a tree that the guard took */

static void add(struct literals *literals, const char *text)
{
    size_t i = 0;

    while (i < literals->n && strcmp(literals->items[i], text) != 0) {
        i++;
    }
    if (i == literals->n && i < LITERALS_MAX && text[0] != '\0') {
        literals->items[literals->n++] = text;
    }
}

/* {"A_Const":{"sval":{"sval":"Paris"},...}}; as deep as the guard lets a statement be. */
static void walk(const struct qn_json_node *node, struct literals *literals)
{
    const struct qn_json_node *child;

    if (strcmp(node->key, "A_Const") == 0) {
        add(literals, qn_json_text(qn_json_member(node, "sval"), "sval"));
        return;
    }
    for (child = node->first; child != NULL; child = child->next) {
        walk(child, literals);
    }
}

int literals_of(const char *sql, struct qn_arena *arena, struct literals *ret,
                struct qn_err *reterr)
{
    PgQueryParseResult parsed = pg_query_parse(sql);
    struct qn_json_node *root;
    int rc = QN_OK;

    ret->n = 0;
    if (parsed.error == NULL) {
        const struct qn_span json = {parsed.parse_tree, strlen(parsed.parse_tree)};

        rc = qn_json_tree(&root, json, LEVELS_MAX, arena, reterr);
        if (rc == QN_OK) {
            walk(root, ret);
        }
    }
    pg_query_free_parse_result(parsed);
    return rc;
}
