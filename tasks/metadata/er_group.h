/* er_group.h - boxes that lines connect, on their way into layers, for er_*.c only.
 *
 * Steps, each needs those before: er_group_layers (which box in which layer, and the ways of
 * lines between them), er_group_order (who is above whom), er_group_place (where).
 */
#ifndef TASKS_METADATA_ER_GROUP_H
#define TASKS_METADATA_ER_GROUP_H

#include "er_layout.h"

#define ER_NONE ((size_t)-1)

/* What stands in a layer: a box, or a place where lines pass. */
struct er_item {
    size_t box; /* ER_NONE: lines pass */
    size_t layer;
    double height;
    double y;
    double wish;       /* where its neighbours would have it */
    size_t left_first; /* its links to the layer before, in by_right */
    size_t left_n;
    size_t right_first; /* to the layer after, in by_left */
    size_t right_n;
};

/* From an item to one of the next layer. */
struct er_link {
    size_t left, right;
    double left_dy, right_dy;
    double weight; /* how much it wants to be level */
};

/* The way of a line: items of consecutive layers that it passes, from low on. */
struct er_way {
    size_t low, high; /* boxes: of the lower and the higher layer */
    double low_dy, high_dy;
    size_t first, n;
    bool flipped; /* low is the line's from */
    bool direct;  /* over more than ER_SPAN layers: no items */
};

struct er_group {
    struct er_layout *layout;
    struct qn_arena *arena;
    size_t *boxes, n_boxes; /* places in layout */
    size_t *lines, n_lines; /* those to another box */
    struct er_way *ways;    /* of lines */
    struct er_item *items;
    size_t n_items;
    struct er_link *links;
    size_t n_links;
    size_t *by_left, *by_right; /* links, by the item at that end */
    size_t n_layers;
    size_t *order;       /* items, by layer and from top to bottom */
    size_t *begin;       /* of each layer in order; n_layers + 1 */
    double *left, *band; /* of each layer: its x, its width */
    double width, height;
};

/* Failure is in the arena's status. */
void er_group_layers(struct er_group *group);
void er_group_order(struct er_group *group);
void er_group_place(struct er_group *group); /* boxes and points, from 0, 0 */

/* The distance between two neighbours of a layer. */
static inline double er_gap(const struct er_item *above, const struct er_item *below)
{
    if (above->box != ER_NONE && below->box != ER_NONE) {
        return ER_GAP;
    }
    return above->box == ER_NONE && below->box == ER_NONE ? 8 : 14;
}

#endif
