#include "er_group.h"

#include <math.h>

#define GAP_LEAST 88 /* between layers: feet, loops and a curve */
#define GAP_MOST  190

/* Neighbours that touch and move as one. */
struct block {
    double sum, weight; /* of what its items would have */
    size_t n;
};

struct fit {
    struct er_group *group;
    struct block *blocks;
    double *base; /* of each item of a layer: below the first, when all touch */
};

/* Where links want the item: sum and weight of wishes. */
static void hear(const struct er_group *group, const struct er_item *item, bool left, double *sum,
                 double *weight)
{
    const size_t *links =
        left ? group->by_right + item->left_first : group->by_left + item->right_first;
    size_t n = left ? item->left_n : item->right_n;

    for (size_t i = 0; i < n; i++) {
        const struct er_link *link = &group->links[links[i]];
        double y = left ? group->items[link->left].y + link->left_dy - link->right_dy
                        : group->items[link->right].y + link->right_dy - link->left_dy;

        *sum += y * link->weight;
        *weight += link->weight;
    }
}

/* Least squares under distances that are kept: blocks that would overlap become one. */
static void fit_layer(const struct fit *fit, size_t layer, bool left, bool right)
{
    struct er_group *group = fit->group;
    const size_t *order = group->order + group->begin[layer];
    size_t n = group->begin[layer + 1] - group->begin[layer], n_blocks = 0;

    for (size_t i = 0; i < n; i++) {
        const struct er_item *item = &group->items[order[i]];
        struct block block = {0, 0, 1};

        if (left) {
            hear(group, item, true, &block.sum, &block.weight);
        }
        if (right) {
            hear(group, item, false, &block.sum, &block.weight);
        }
        if (block.weight <= 0) {
            block.weight = 0.01;
            block.sum = item->y * block.weight;
        }
        fit->base[i] = i == 0 ? 0
                              : fit->base[i - 1] + group->items[order[i - 1]].height +
                                    er_gap(&group->items[order[i - 1]], item);
        block.sum -= fit->base[i] * block.weight;
        fit->blocks[n_blocks++] = block;
        while (n_blocks > 1 &&
               fit->blocks[n_blocks - 1].sum * fit->blocks[n_blocks - 2].weight <=
                   fit->blocks[n_blocks - 2].sum * fit->blocks[n_blocks - 1].weight) {
            n_blocks--;
            fit->blocks[n_blocks - 1].sum += fit->blocks[n_blocks].sum;
            fit->blocks[n_blocks - 1].weight += fit->blocks[n_blocks].weight;
            fit->blocks[n_blocks - 1].n += fit->blocks[n_blocks].n;
        }
    }
    for (size_t i = 0, b = 0; b < n_blocks; b++) {
        for (size_t k = 0; k < fit->blocks[b].n; k++, i++) {
            group->items[order[i]].y =
                round(fit->blocks[b].sum / fit->blocks[b].weight) + fit->base[i];
        }
    }
}

static void fit_all(const struct fit *fit)
{
    size_t n = fit->group->n_layers;

    for (size_t round = 0; round < ER_SWEEPS; round++) {
        bool last = round + 4 >= ER_SWEEPS;

        for (size_t i = 0; i < n; i++) {
            size_t layer = round % 2 == 0 ? i : n - 1 - i;

            fit_layer(fit, layer, last || round % 2 == 0, last || round % 2 == 1);
        }
    }
}

/* The gap after a layer: wider where more lines turn. */
static double gap_after(const struct er_group *group, size_t layer)
{
    double turns = 0;

    for (size_t i = group->begin[layer]; i < group->begin[layer + 1]; i++) {
        turns += (double)group->items[group->order[i]].right_n;
    }
    return fmin(GAP_LEAST + 4 * turns, GAP_MOST);
}

static void place_layers(struct er_group *group)
{
    double x = 0;

    for (size_t layer = 0; layer < group->n_layers; layer++) {
        group->left[layer] = x;
        for (size_t i = group->begin[layer]; i < group->begin[layer + 1]; i++) {
            const struct er_item *item = &group->items[group->order[i]];

            if (item->box != ER_NONE) {
                group->band[layer] =
                    fmax(group->band[layer], group->layout->boxes[item->box].width);
            }
        }
        x += group->band[layer] + gap_after(group, layer);
    }
}

static void place_boxes(struct er_group *group)
{
    double top = INFINITY, bottom = -INFINITY;

    for (size_t i = 0; i < group->n_items; i++) {
        top = fmin(top, group->items[i].y);
        bottom = fmax(bottom, group->items[i].y + group->items[i].height);
    }
    for (size_t i = 0; i < group->n_items; i++) {
        struct er_item *item = &group->items[i];

        item->y -= top;
        if (item->box != ER_NONE) {
            struct er_box *box = &group->layout->boxes[item->box];

            box->x = group->left[item->layer];
            box->y = item->y;
            box->width = group->band[item->layer];
        }
    }
    group->height = bottom - top;
    group->width = group->left[group->n_layers - 1] + group->band[group->n_layers - 1];
}

static void add_points(const struct er_group *group, const struct er_way *way, struct er_line *line)
{
    const struct er_box *low = &group->layout->boxes[way->low];
    const struct er_box *high = &group->layout->boxes[way->high];
    size_t n = 0;

    line->n = 2 + 2 * way->n;
    line->points = qn_arena_alloc(group->arena, line->n, sizeof(*line->points));
    if (line->points == NULL) {
        return;
    }
    line->points[n++] = (struct er_point){low->x + low->width, low->y + way->low_dy};
    for (size_t i = 0; i < way->n; i++) {
        const struct er_item *item = &group->items[way->first + i];
        double left = group->left[item->layer], y = item->y + item->height / 2;

        line->points[n++] = (struct er_point){left, y};
        line->points[n++] = (struct er_point){left + group->band[item->layer], y};
    }
    line->points[n++] = (struct er_point){high->x, high->y + way->high_dy};
    for (size_t i = 0; !way->flipped && i < n / 2; i++) {
        struct er_point other = line->points[i];

        line->points[i] = line->points[n - 1 - i];
        line->points[n - 1 - i] = other;
    }
}

void er_group_place(struct er_group *group)
{
    struct fit fit = {.group = group};

    fit.blocks = qn_arena_alloc(group->arena, group->n_items, sizeof(*fit.blocks));
    fit.base = qn_arena_alloc(group->arena, group->n_items, sizeof(*fit.base));
    group->left = qn_arena_alloc(group->arena, group->n_layers, sizeof(double));
    group->band = qn_arena_alloc(group->arena, group->n_layers, sizeof(double));
    if (group->arena->status != QN_OK) {
        return;
    }
    for (size_t i = 0; i < group->n_layers; i++) {
        double y = 0;

        for (size_t k = group->begin[i]; k < group->begin[i + 1]; k++) {
            group->items[group->order[k]].y = y;
            y += group->items[group->order[k]].height + ER_GAP;
        }
    }
    fit_all(&fit);
    place_layers(group);
    place_boxes(group);
    for (size_t i = 0; i < group->n_lines; i++) {
        add_points(group, &group->ways[i], &group->layout->lines[group->lines[i]]);
    }
}
