#include "er_group.h"

#include <stdlib.h>
#include <string.h>

#define SWAPS_MOST 64 /* links of a pair that is tried the other way around */

/* One end of a link at the height it has when its layer is stacked. */
struct end {
    double at, other;
    size_t link;
};

struct place {
    double wish;
    size_t place, item;
};

struct sort {
    struct er_group *group;
    struct end *ends, *spare;
    struct place *places;
    size_t *best;
    size_t *stack;
};

static int compare_ends(const void *a, const void *b)
{
    const struct end *one = a, *two = b;

    if (one->at < two->at || one->at > two->at) {
        return one->at < two->at ? -1 : 1;
    }
    if (one->other < two->other || one->other > two->other) {
        return one->other < two->other ? -1 : 1;
    }
    return one->link < two->link ? -1 : one->link > two->link;
}

static int compare_places(const void *a, const void *b)
{
    const struct place *one = a, *two = b;

    if (one->wish < two->wish || one->wish > two->wish) {
        return one->wish < two->wish ? -1 : 1;
    }
    return one->place < two->place ? -1 : one->place > two->place;
}

/* Heights as they are without any wish, layers centred on 0. */
static void stack_layer(struct er_group *group, size_t layer)
{
    double y = 0;

    for (size_t i = group->begin[layer]; i < group->begin[layer + 1]; i++) {
        struct er_item *item = &group->items[group->order[i]];

        if (i > group->begin[layer]) {
            y += er_gap(&group->items[group->order[i - 1]], item);
        }
        item->y = y;
        y += item->height;
    }
    for (size_t i = group->begin[layer]; i < group->begin[layer + 1]; i++) {
        group->items[group->order[i]].y -= y / 2;
    }
}

/* Items by when a walk along the links comes to them: a tree has no crossings then. */
static void number_items(const struct er_group *group, size_t *stack, size_t *number)
{
    size_t n = 0;

    memset(number, 0xff, group->n_items * sizeof(size_t));
    for (size_t i = 0; i < group->n_items; i++) {
        size_t depth = 0;

        stack[depth++] = i;
        while (depth > 0) {
            const struct er_item *item = &group->items[stack[--depth]];

            if (number[item - group->items] != ER_NONE) {
                continue;
            }
            number[item - group->items] = n++;
            for (size_t l = item->left_n; l-- > 0;) {
                stack[depth++] = group->links[group->by_right[item->left_first + l]].left;
            }
            for (size_t l = item->right_n; l-- > 0;) {
                stack[depth++] = group->links[group->by_left[item->right_first + l]].right;
            }
        }
    }
}

static void begin_layers(struct er_group *group)
{
    for (size_t i = 0; i < group->n_items; i++) {
        group->begin[group->items[i].layer + 1]++;
    }
    for (size_t layer = 0; layer < group->n_layers; layer++) {
        group->begin[layer + 1] += group->begin[layer];
    }
    for (size_t i = group->n_items; i-- > 0;) {
        group->order[--group->begin[group->items[i].layer + 1]] = i;
    }
    memmove(group->begin, group->begin + 1, group->n_layers * sizeof(size_t));
    group->begin[group->n_layers] = group->n_items;
}

static void begin_order(const struct sort *sort)
{
    struct er_group *group = sort->group;

    begin_layers(group);
    number_items(group, sort->stack, sort->best);
    for (size_t layer = 0; layer < group->n_layers; layer++) {
        size_t *order = group->order + group->begin[layer];
        size_t n = group->begin[layer + 1] - group->begin[layer];

        for (size_t i = 0; i < n; i++) {
            sort->places[i] = (struct place){0, sort->best[order[i]], order[i]};
        }
        qsort(sort->places, n, sizeof(*sort->places), compare_places);
        for (size_t i = 0; i < n; i++) {
            order[i] = sort->places[i].item;
        }
        stack_layer(group, layer);
    }
}

static double port_of(const struct er_group *group, size_t link, bool left)
{
    return left ? group->links[link].left_dy : group->links[link].right_dy;
}

/* Into links that are sorted by their ports. */
static void insert(const struct er_group *group, size_t *links, size_t n, size_t link, bool left)
{
    for (; n > 0 && port_of(group, links[n - 1], left) > port_of(group, link, left); n--) {
        links[n] = links[n - 1];
    }
    links[n] = link;
}

/* The links of each item, at both of its sides. */
static void list_links(struct er_group *group)
{
    size_t left = 0, right = 0;

    for (size_t i = 0; i < group->n_links; i++) {
        group->items[group->links[i].left].right_n++;
        group->items[group->links[i].right].left_n++;
    }
    for (size_t i = 0; i < group->n_items; i++) {
        group->items[i].right_first = right;
        group->items[i].left_first = left;
        right += group->items[i].right_n;
        left += group->items[i].left_n;
        group->items[i].right_n = group->items[i].left_n = 0;
    }
    for (size_t i = 0; i < group->n_links; i++) {
        struct er_item *a = &group->items[group->links[i].left];
        struct er_item *b = &group->items[group->links[i].right];

        insert(group, group->by_left + a->right_first, a->right_n++, i, true);
        insert(group, group->by_right + b->left_first, b->left_n++, i, false);
    }
}

static double left_end(const struct er_group *group, size_t link)
{
    return group->items[group->links[link].left].y + group->links[link].left_dy;
}

static double right_end(const struct er_group *group, size_t link)
{
    return group->items[group->links[link].right].y + group->links[link].right_dy;
}

/* Pairs out of order, by merging. */
static size_t count_turns(struct end *ends, struct end *spare, size_t n)
{
    size_t half = n / 2, turns, i = 0, j = half;

    if (n < 2) {
        return 0;
    }
    turns = count_turns(ends, spare, half) + count_turns(ends + half, spare, n - half);
    for (size_t k = 0; k < n; k++) {
        if (j >= n || (i < half && ends[i].other <= ends[j].other)) {
            spare[k] = ends[i++];
        } else {
            turns += half - i;
            spare[k] = ends[j++];
        }
    }
    memcpy(ends, spare, n * sizeof(*ends));
    return turns;
}

static size_t count_crossings(const struct sort *sort)
{
    const struct er_group *group = sort->group;
    size_t crossings = 0;

    for (size_t layer = 0; layer < group->n_layers; layer++) {
        size_t n = 0;

        for (size_t i = group->begin[layer]; i < group->begin[layer + 1]; i++) {
            const struct er_item *item = &group->items[group->order[i]];

            for (size_t l = 0; l < item->right_n; l++) {
                size_t link = group->by_left[item->right_first + l];

                sort->ends[n++] = (struct end){left_end(group, link), right_end(group, link), link};
            }
        }
        qsort(sort->ends, n, sizeof(*sort->ends), compare_ends);
        crossings += count_turns(sort->ends, sort->spare, n);
    }
    return crossings;
}

/* The mean height of what is linked at one side; its own without links. */
static double mean_of(const struct er_group *group, const struct er_item *item, bool left)
{
    const size_t *links =
        left ? group->by_right + item->left_first : group->by_left + item->right_first;
    size_t n = left ? item->left_n : item->right_n;
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        const struct er_link *link = &group->links[links[i]];

        sum += left ? left_end(group, links[i]) - link->right_dy
                    : right_end(group, links[i]) - link->left_dy;
    }
    return n > 0 ? sum / (double)n : item->y;
}

static void sort_layer(const struct sort *sort, size_t layer, bool left)
{
    struct er_group *group = sort->group;
    size_t *order = group->order + group->begin[layer];
    size_t n = group->begin[layer + 1] - group->begin[layer];

    for (size_t i = 0; i < n; i++) {
        const struct er_item *item = &group->items[order[i]];

        sort->places[i] =
            (struct place){mean_of(group, item, left) + item->height / 2, i, order[i]};
    }
    qsort(sort->places, n, sizeof(*sort->places), compare_places);
    for (size_t i = 0; i < n; i++) {
        order[i] = sort->places[i].item;
    }
    stack_layer(group, layer);
}

/* Crossings of the links of two neighbours, the first above the second. */
static size_t cross(const struct er_group *group, const struct er_item *above,
                    const struct er_item *below)
{
    size_t crossings = 0;

    for (size_t i = 0; i < above->left_n; i++) {
        double at = left_end(group, group->by_right[above->left_first + i]);

        for (size_t j = 0; j < below->left_n; j++) {
            crossings += at > left_end(group, group->by_right[below->left_first + j]);
        }
    }
    for (size_t i = 0; i < above->right_n; i++) {
        double at = right_end(group, group->by_left[above->right_first + i]);

        for (size_t j = 0; j < below->right_n; j++) {
            crossings += at > right_end(group, group->by_left[below->right_first + j]);
        }
    }
    return crossings;
}

/* Swaps neighbours where that leaves less crossings. */
static void swap_neighbours(struct er_group *group, size_t layer)
{
    for (size_t i = group->begin[layer]; i + 1 < group->begin[layer + 1]; i++) {
        const struct er_item *a = &group->items[group->order[i]];
        const struct er_item *b = &group->items[group->order[i + 1]];
        size_t work = a->left_n * b->left_n + a->right_n * b->right_n;

        if (work <= SWAPS_MOST && cross(group, b, a) < cross(group, a, b)) {
            size_t other = group->order[i];

            group->order[i] = group->order[i + 1];
            group->order[i + 1] = other;
        }
    }
    stack_layer(group, layer);
}

static void sweep(const struct sort *sort, size_t round)
{
    struct er_group *group = sort->group;
    bool left = round % 2 == 0;

    for (size_t i = 0; i < group->n_layers; i++) {
        sort_layer(sort, left ? i : group->n_layers - 1 - i, left);
    }
    for (size_t i = 0; i < group->n_layers; i++) {
        swap_neighbours(group, i);
    }
}

static bool make_room(struct er_group *group, struct sort *sort)
{
    struct qn_arena *arena = group->arena;

    group->by_left = qn_arena_alloc(arena, group->n_links, sizeof(size_t));
    group->by_right = qn_arena_alloc(arena, group->n_links, sizeof(size_t));
    group->order = qn_arena_alloc(arena, group->n_items, sizeof(size_t));
    group->begin = qn_arena_alloc(arena, group->n_layers + 1, sizeof(size_t));
    sort->group = group;
    sort->ends = qn_arena_alloc(arena, group->n_links, sizeof(*sort->ends));
    sort->spare = qn_arena_alloc(arena, group->n_links, sizeof(*sort->spare));
    sort->places = qn_arena_alloc(arena, group->n_items, sizeof(*sort->places));
    sort->best = qn_arena_alloc(arena, group->n_items, sizeof(size_t));
    sort->stack = qn_arena_alloc(arena, 2 * group->n_links + group->n_items, sizeof(size_t));
    return arena->status == QN_OK;
}

void er_group_order(struct er_group *group)
{
    struct sort sort = {0};
    size_t least;

    if (group->arena->status != QN_OK || !make_room(group, &sort)) {
        return;
    }
    list_links(group);
    begin_order(&sort);
    least = count_crossings(&sort);
    memcpy(sort.best, group->order, group->n_items * sizeof(size_t));
    for (size_t round = 0; round < ER_SWEEPS && least > 0; round++) {
        size_t crossings;

        sweep(&sort, round);
        crossings = count_crossings(&sort);
        if (crossings < least) {
            least = crossings;
            memcpy(sort.best, group->order, group->n_items * sizeof(size_t));
        }
    }
    memcpy(group->order, sort.best, group->n_items * sizeof(size_t));
}
