#include "er_group.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PASS_HEIGHT 8
#define GAP_WIDTH   90 /* of a gap between layers, about */

/* What the steps below share; arrays are by place in the layout's boxes. */
struct work {
    struct er_group *group;
    size_t *first, *next; /* ways by the box that refers: a list through next */
    size_t *lows, *highs; /* how many ways lead there */
    size_t *sorted;       /* boxes, each after all that it refers to */
    double *used;         /* of each layer: height taken */
    double most;          /* height of a layer, about */
};

static struct er_box *box_of(const struct er_group *group, size_t box)
{
    return &group->layout->boxes[box];
}

static void begin_ways(struct work *work)
{
    struct er_group *group = work->group;

    memset(work->first, 0xff, group->layout->n_boxes * sizeof(size_t));
    for (size_t i = group->n_lines; i-- > 0;) {
        const struct er_line *line = &group->layout->lines[group->lines[i]];

        group->ways[i] = (struct er_way){.low = line->to, .high = line->from};
        work->next[i] = work->first[line->from];
        work->first[line->from] = i;
    }
}

/* Depth first; a way that leads back to a box on the path is turned around. */
static void cut_cycles(struct work *work, size_t *stack, unsigned char *seen)
{
    struct er_group *group = work->group;

    for (size_t i = 0; i < group->n_boxes; i++) {
        size_t depth = 0;

        if (seen[group->boxes[i]] == 0) {
            stack[depth++] = group->boxes[i];
        }
        while (depth > 0) {
            size_t box = stack[depth - 1], way = work->first[box];

            seen[box] = way == ER_NONE ? 2 : 1;
            if (way == ER_NONE) {
                depth--;
                continue;
            }
            work->first[box] = work->next[way];
            if (seen[group->ways[way].low] == 1) {
                group->ways[way].flipped = true;
            } else if (seen[group->ways[way].low] == 0) {
                stack[depth++] = group->ways[way].low;
            }
        }
    }
}

static void turn_ways(struct work *work)
{
    struct er_group *group = work->group;

    for (size_t i = 0; i < group->n_lines; i++) {
        const struct er_line *line = &group->layout->lines[group->lines[i]];
        struct er_way *way = &group->ways[i];

        way->low = way->flipped ? line->from : line->to;
        way->high = way->flipped ? line->to : line->from;
        way->low_dy = way->flipped ? line->from_dy : line->to_dy;
        way->high_dy = way->flipped ? line->to_dy : line->from_dy;
        work->highs[way->low]++;
        work->lows[way->high]++;
    }
}

/* First those that refer to none, then those that refer to these, ... */
static void sort_boxes(struct work *work)
{
    struct er_group *group = work->group;
    size_t *waiting = qn_arena_alloc(group->arena, group->layout->n_boxes, sizeof(size_t));
    size_t n = 0;

    if (waiting == NULL) {
        return;
    }
    memcpy(waiting, work->lows, group->layout->n_boxes * sizeof(size_t));
    memset(work->first, 0xff, group->layout->n_boxes * sizeof(size_t));
    for (size_t i = group->n_lines; i-- > 0;) {
        work->next[i] = work->first[group->ways[i].low];
        work->first[group->ways[i].low] = i;
    }
    for (size_t i = 0; i < group->n_boxes; i++) {
        if (waiting[group->boxes[i]] == 0) {
            work->sorted[n++] = group->boxes[i];
        }
    }
    for (size_t done = 0; done < n; done++) {
        for (size_t way = work->first[work->sorted[done]]; way != ER_NONE; way = work->next[way]) {
            size_t high = group->ways[way].high;

            if (--waiting[high] == 0) {
                work->sorted[n++] = high;
            }
        }
    }
}

static bool has_room(const struct work *work, size_t layer, const struct er_box *box)
{
    return work->used[layer] <= 0 || work->used[layer] + box->height + ER_GAP <= work->most;
}

static void settle(struct work *work, struct er_box *box, size_t layer)
{
    box->layer = layer;
    work->used[layer] += box->height + ER_GAP;
}

/* Into the first layer with room behind all that it refers to. */
static void fill_layers(struct work *work)
{
    struct er_group *group = work->group;

    for (size_t i = 0; i < group->n_boxes; i++) {
        struct er_box *box = box_of(group, work->sorted[i]);
        size_t layer = box->layer;

        while (!has_room(work, layer, box)) {
            layer++;
        }
        settle(work, box, layer);
        for (size_t way = work->first[work->sorted[i]]; way != ER_NONE; way = work->next[way]) {
            struct er_box *high = box_of(group, group->ways[way].high);

            high->layer = high->layer > layer ? high->layer : layer + 1;
        }
    }
}

/* What is referred to more than it refers goes near to those that refer to it. */
static void pull_boxes(struct work *work)
{
    struct er_group *group = work->group;

    for (size_t i = group->n_boxes; i-- > 0;) {
        struct er_box *box = box_of(group, work->sorted[i]);
        size_t layer = ER_NONE, old = box->layer;

        for (size_t way = work->first[work->sorted[i]]; way != ER_NONE; way = work->next[way]) {
            size_t high = box_of(group, group->ways[way].high)->layer;

            layer = high < layer ? high : layer;
        }
        if (layer == ER_NONE || work->highs[work->sorted[i]] <= work->lows[work->sorted[i]]) {
            continue;
        }
        for (layer--; layer > old && !has_room(work, layer, box); layer--) {
        }
        if (layer > old) {
            work->used[old] -= box->height + ER_GAP;
            settle(work, box, layer);
        }
    }
}

/* Layers that boxes left empty go. */
static void close_layers(struct work *work, size_t *number)
{
    struct er_group *group = work->group;

    memset(number, 0xff, (group->n_boxes + 1) * sizeof(size_t));
    for (size_t i = 0; i < group->n_boxes; i++) {
        number[box_of(group, group->boxes[i])->layer] = 0;
    }
    for (size_t layer = 0; layer <= group->n_boxes; layer++) {
        number[layer] = number[layer] == 0 ? group->n_layers++ : ER_NONE;
    }
    for (size_t i = 0; i < group->n_boxes; i++) {
        box_of(group, group->boxes[i])->layer = number[box_of(group, group->boxes[i])->layer];
    }
}

static double height_for(const struct er_group *group)
{
    double area = 0, tallest = 0, wanted = fmax(group->layout->wanted, 200);

    for (size_t i = 0; i < group->n_boxes; i++) {
        const struct er_box *box = box_of(group, group->boxes[i]);

        area += (box->width + GAP_WIDTH) * (box->height + ER_GAP);
        tallest = fmax(tallest, box->height);
    }
    return fmax(fmax(area / wanted * 1.2, wanted * 0.6), tallest) + ER_GAP;
}

/* Ways: items where lines pass, and links. */

struct start { /* a way, to sort by where it begins */
    size_t low, way;
    double dy;
};

static int compare_starts(const void *a, const void *b)
{
    const struct start *one = a, *two = b;

    if (one->low != two->low) {
        return one->low < two->low ? -1 : 1;
    }
    if (one->dy < two->dy || one->dy > two->dy) {
        return one->dy < two->dy ? -1 : 1;
    }
    return one->way < two->way ? -1 : 1;
}

static size_t span_of(const struct er_group *group, const struct er_way *way)
{
    return box_of(group, way->high)->layer - box_of(group, way->low)->layer;
}

/* item: of each box. Ways from one port share their items. */
static void lay_ways(struct er_group *group, const struct start *starts, size_t n,
                     const size_t *item)
{
    const struct er_way *head = &group->ways[starts[0].way];
    size_t first = group->n_items, passed = 0;
    struct er_link *link = &group->links[group->n_links];

    for (size_t i = 0; i < n; i++) {
        struct er_way *way = &group->ways[starts[i].way];
        size_t span = span_of(group, way);

        way->direct = span > ER_SPAN;
        for (; !way->direct && passed + 1 < span; passed++) {
            *link++ = (struct er_link){.left = passed == 0 ? item[head->low] : first + passed - 1,
                                       .right = first + passed,
                                       .left_dy = passed == 0 ? head->low_dy : PASS_HEIGHT / 2.0,
                                       .right_dy = PASS_HEIGHT / 2.0,
                                       .weight = passed == 0 ? 2 : 8};
            group->items[first + passed] =
                (struct er_item){.box = ER_NONE,
                                 .layer = box_of(group, head->low)->layer + passed + 1,
                                 .height = PASS_HEIGHT};
        }
        way->first = first;
        way->n = way->direct ? 0 : span - 1;
        if (!way->direct) {
            *link++ = (struct er_link){.left = span == 1 ? item[way->low] : first + span - 2,
                                       .right = item[way->high],
                                       .left_dy = span == 1 ? way->low_dy : PASS_HEIGHT / 2.0,
                                       .right_dy = way->high_dy,
                                       .weight = span == 1 ? 1 : 2};
        }
    }
    group->n_items = first + passed;
    group->n_links = (size_t)(link - group->links);
}

static size_t most_items(const struct er_group *group)
{
    size_t n = group->n_boxes;

    for (size_t i = 0; i < group->n_lines; i++) {
        size_t span = span_of(group, &group->ways[i]);

        n += span > ER_SPAN ? 0 : span;
    }
    return n;
}

static void make_items(struct er_group *group)
{
    struct start *starts = qn_arena_alloc(group->arena, group->n_lines, sizeof(*starts));
    size_t *item = qn_arena_alloc(group->arena, group->layout->n_boxes, sizeof(*item));
    size_t most = most_items(group);

    group->items = qn_arena_alloc(group->arena, most, sizeof(*group->items));
    group->links = qn_arena_alloc(group->arena, most + group->n_lines, sizeof(*group->links));
    if (group->arena->status != QN_OK) {
        return;
    }
    for (size_t i = 0; i < group->n_boxes; i++) {
        const struct er_box *box = box_of(group, group->boxes[i]);

        item[group->boxes[i]] = i;
        group->items[i] =
            (struct er_item){.box = group->boxes[i], .layer = box->layer, .height = box->height};
    }
    group->n_items = group->n_boxes;
    for (size_t i = 0; i < group->n_lines; i++) {
        starts[i] = (struct start){group->ways[i].low, i, group->ways[i].low_dy};
    }
    qsort(starts, group->n_lines, sizeof(*starts), compare_starts);
    for (size_t i = 0, n = 1; i < group->n_lines; i += n, n = 1) {
        while (i + n < group->n_lines && starts[i + n].low == starts[i].low &&
               starts[i + n].dy <= starts[i].dy) {
            n++;
        }
        lay_ways(group, starts + i, n, item);
    }
}

void er_group_layers(struct er_group *group)
{
    size_t all = group->layout->n_boxes;
    struct work work = {.group = group, .most = height_for(group)};
    size_t *stack = qn_arena_alloc(group->arena, all + 1, sizeof(size_t));
    unsigned char *seen = qn_arena_alloc(group->arena, all, 1);

    group->ways = qn_arena_alloc(group->arena, group->n_lines, sizeof(*group->ways));
    work.first = qn_arena_alloc(group->arena, all, sizeof(size_t));
    work.next = qn_arena_alloc(group->arena, group->n_lines, sizeof(size_t));
    work.lows = qn_arena_alloc(group->arena, all, sizeof(size_t));
    work.highs = qn_arena_alloc(group->arena, all, sizeof(size_t));
    work.sorted = qn_arena_alloc(group->arena, group->n_boxes, sizeof(size_t));
    work.used = qn_arena_alloc(group->arena, group->n_boxes + 1, sizeof(double));
    if (group->arena->status != QN_OK) {
        return;
    }
    begin_ways(&work);
    cut_cycles(&work, stack, seen);
    turn_ways(&work);
    sort_boxes(&work);
    if (group->arena->status != QN_OK) {
        return;
    }
    fill_layers(&work);
    pull_boxes(&work);
    close_layers(&work, stack);
    make_items(group);
}
