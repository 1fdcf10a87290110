#include "link_parts.h"
#include "prompt_schema.h"

#define HOPS_MAX 4 /* joins between two tables that are linked */

struct graph {
    const struct qn_model *model;
    bool *usable;  /* of the relations */
    size_t *level; /* of the tables: joins from the connected ones, from 1; 0 not reached */
    size_t *from;  /* the table before */
};

static bool make(struct graph *graph, const struct qn_model *model, struct qn_arena *arena)
{
    *graph = (struct graph){.model = model,
                            .usable = qn_arena_alloc(arena, model->n_relations + 1, sizeof(bool)),
                            .level = qn_arena_alloc(arena, model->n_tables + 1, sizeof(size_t)),
                            .from = qn_arena_alloc(arena, model->n_tables + 1, sizeof(size_t))};
    if (graph->usable == NULL || graph->level == NULL || graph->from == NULL) {
        return false;
    }
    for (size_t i = 0; i < model->n_relations; i++) {
        graph->usable[i] = prompt_schema_has_relation(model, &model->relations[i]) &&
                           prompt_schema_has_table(model, model->relations[i].child) &&
                           prompt_schema_has_table(model, model->relations[i].parent);
    }
    return true;
}

static void step(struct graph *graph, size_t a, size_t b, size_t level)
{
    if (graph->level[a] == level && graph->level[b] == 0) {
        graph->level[b] = level + 1;
        graph->from[b] = a;
    }
}

/* From all that are connected, at level 1. */
static bool reach(struct graph *graph, size_t goal)
{
    for (size_t level = 1; level <= HOPS_MAX && graph->level[goal] == 0; level++) {
        for (size_t i = 0; i < graph->model->n_relations; i++) {
            const struct qn_model_relation *relation = &graph->model->relations[i];

            if (graph->usable[i]) {
                step(graph, relation->child, relation->parent, level);
                step(graph, relation->parent, relation->child, level);
            }
        }
    }
    return graph->level[goal] > 0;
}

static bool has(const size_t *tables, size_t n, size_t table)
{
    for (size_t i = 0; i < n; i++) {
        if (tables[i] == table) {
            return true;
        }
    }
    return false;
}

size_t link_close(const struct qn_model *model, size_t *tables, size_t n, struct qn_arena *arena)
{
    const size_t wanted = n, most = n + LINK_WAY_MAX;
    bool *connected = qn_arena_alloc(arena, model->n_tables + 1, sizeof(bool));
    struct graph graph;

    if (n == 0 || connected == NULL || !make(&graph, model, arena)) {
        return n;
    }
    connected[tables[0]] = true;
    for (size_t i = 1; i < wanted; i++) {
        for (size_t k = 0; k < model->n_tables; k++) {
            graph.level[k] = connected[k] ? 1 : 0;
        }
        if (!reach(&graph, tables[i])) {
            connected[tables[i]] = true;
            continue;
        }
        for (size_t at = tables[i]; !connected[at] && n <= most; at = graph.from[at]) {
            connected[at] = true;
            if (!has(tables, n, at) && n < most) {
                tables[n++] = at;
            }
        }
    }
    return n;
}
