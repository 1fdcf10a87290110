#include "graph.h"

#include <string.h>

#define CHILD 0x80000000U

static bool counts(const struct qn_model *model, const struct qn_model_relation *relation)
{
    return relation->verdict == QN_MODEL_ACCEPTED && !model->tables[relation->child].hidden &&
           !model->tables[relation->parent].hidden;
}

int graph_make(struct graph *ret, const struct qn_model *model, struct qn_arena *arena)
{
    uint32_t *fill;

    ret->n = model->n_tables;
    ret->from = qn_arena_alloc(arena, ret->n + 2, sizeof(*ret->from));
    ret->to = qn_arena_alloc(arena, 2 * model->n_relations + 1, sizeof(*ret->to));
    fill = qn_arena_alloc(arena, ret->n + 1, sizeof(*fill));
    if (fill == NULL) {
        return arena->status;
    }
    for (size_t i = 0; i < model->n_relations; i++) {
        if (counts(model, &model->relations[i])) {
            ret->from[model->relations[i].child + 1]++;
            ret->from[model->relations[i].parent + 1]++;
        }
    }
    for (size_t i = 0; i < ret->n; i++) {
        ret->from[i + 1] += ret->from[i];
        fill[i] = ret->from[i];
    }
    for (size_t i = 0; i < model->n_relations; i++) {
        const struct qn_model_relation *relation = &model->relations[i];

        if (counts(model, relation)) {
            ret->to[fill[relation->child]++] = (uint32_t)relation->parent;
            ret->to[fill[relation->parent]++] = (uint32_t)relation->child | CHILD;
        }
    }
    return QN_OK;
}

static void walk(const struct graph *graph, size_t table, bool up, uint8_t *steps, uint32_t *queue)
{
    size_t head = 0, tail = 0;

    memset(steps, GRAPH_FAR, graph->n);
    steps[table] = 0;
    queue[tail++] = (uint32_t)table;
    while (head < tail) {
        uint32_t at = queue[head++];

        for (uint32_t e = graph->from[at]; steps[at] < GRAPH_DEEP && e < graph->from[at + 1]; e++) {
            uint32_t to = graph->to[e] & ~CHILD;

            if (steps[to] == GRAPH_FAR && !(up && (graph->to[e] & CHILD) != 0)) {
                steps[to] = (uint8_t)(steps[at] + 1);
                queue[tail++] = to;
            }
        }
    }
}

bool graph_reach(const struct graph *graph, size_t table, struct graph_reach *ret,
                 struct qn_arena *arena)
{
    uint32_t *queue = qn_arena_alloc(arena, graph->n + 1, sizeof(*queue));

    ret->any = qn_arena_alloc(arena, graph->n + 1, 1);
    ret->up = qn_arena_alloc(arena, graph->n + 1, 1);
    if (ret->up == NULL || queue == NULL || ret->any == NULL) {
        return false;
    }
    walk(graph, table, false, ret->any, queue);
    walk(graph, table, true, ret->up, queue);
    return true;
}
