#include "er_layout.h"

#include "er_group.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GROUP_GAP 56
#define GRID_GAP  16

/* What is laid out by itself and then moved to its shelf. */
struct part {
    size_t *boxes, *lines;
    size_t n_boxes, n_lines;
    double width, height;
    size_t first; /* its first box: for a steady order */
};

struct shelf {
    double x, y, height;
};

struct parts {
    struct er_layout *layout;
    struct qn_arena *arena;
    size_t *group; /* of each box: the place of one that stands for all of its group */
    struct part *items;
    size_t n;
};

static size_t find(size_t *group, size_t box)
{
    while (group[box] != box) {
        group[box] = group[group[box]];
        box = group[box];
    }
    return box;
}

static void join(struct parts *parts)
{
    struct er_layout *layout = parts->layout;

    for (size_t i = 0; i < layout->n_boxes; i++) {
        parts->group[i] = i;
        layout->boxes[i].alone = true;
        layout->boxes[i].layer = 0;
    }
    for (size_t i = 0; i < layout->n_lines; i++) {
        size_t a = find(parts->group, layout->lines[i].from);
        size_t b = find(parts->group, layout->lines[i].to);

        layout->boxes[layout->lines[i].from].alone = false;
        layout->boxes[layout->lines[i].to].alone = false;
        parts->group[a > b ? a : b] = a < b ? a : b;
    }
}

/* number: of each group's first box, the part. */
static void fill_parts(struct parts *parts, const size_t *number, bool count)
{
    struct er_layout *layout = parts->layout;

    for (size_t i = 0; i < layout->n_boxes; i++) {
        struct part *part = &parts->items[number[find(parts->group, i)]];

        if (!layout->boxes[i].alone && !count) {
            part->boxes[part->n_boxes] = i;
        }
        part->n_boxes += !layout->boxes[i].alone;
    }
    for (size_t i = 0; i < layout->n_lines; i++) {
        const struct er_line *line = &layout->lines[i];
        struct part *part = &parts->items[number[find(parts->group, line->from)]];

        if (line->from != line->to && !count) {
            part->lines[part->n_lines] = i;
        }
        part->n_lines += line->from != line->to;
    }
}

static void make_parts(struct parts *parts)
{
    struct er_layout *layout = parts->layout;
    size_t *number = qn_arena_alloc(parts->arena, layout->n_boxes, sizeof(size_t));

    parts->group = qn_arena_alloc(parts->arena, layout->n_boxes, sizeof(size_t));
    parts->items = qn_arena_alloc(parts->arena, layout->n_boxes + 1, sizeof(struct part));
    if (parts->arena->status != QN_OK) {
        return;
    }
    join(parts);
    for (size_t i = 0; i < layout->n_boxes; i++) {
        if (parts->group[i] == i && !layout->boxes[i].alone) {
            parts->items[parts->n].first = i;
            number[i] = parts->n++;
        } else if (layout->boxes[i].alone) {
            number[i] = layout->n_boxes; /* the last part, which is not counted, takes nothing */
        }
    }
    fill_parts(parts, number, true);
    for (size_t i = 0; i < parts->n; i++) {
        struct part *part = &parts->items[i];

        part->boxes = qn_arena_alloc(parts->arena, part->n_boxes, sizeof(size_t));
        part->lines = qn_arena_alloc(parts->arena, part->n_lines, sizeof(size_t));
        part->n_boxes = part->n_lines = 0;
    }
    if (parts->arena->status == QN_OK) {
        fill_parts(parts, number, false);
    }
}

/* A box that only refers to itself. */
static void place_single(struct parts *parts, struct part *part)
{
    struct er_box *box = &parts->layout->boxes[part->boxes[0]];

    box->x = box->y = 0;
    part->width = box->width;
    part->height = box->height;
}

static void place_part(struct parts *parts, struct part *part)
{
    struct er_group group = {.layout = parts->layout,
                             .arena = parts->arena,
                             .boxes = part->boxes,
                             .n_boxes = part->n_boxes,
                             .lines = part->lines,
                             .n_lines = part->n_lines};

    if (part->n_boxes == 1) {
        place_single(parts, part);
        return;
    }
    er_group_layers(&group);
    er_group_order(&group);
    er_group_place(&group);
    part->width = group.width;
    part->height = group.height;
}

static void place_loops(struct parts *parts)
{
    struct er_layout *layout = parts->layout;

    for (size_t i = 0; i < layout->n_lines; i++) {
        struct er_line *line = &layout->lines[i];
        const struct er_box *box = &layout->boxes[line->from];

        if (line->from != line->to) {
            continue;
        }
        line->points = qn_arena_alloc(parts->arena, 2, sizeof(*line->points));
        line->n = 2;
        if (line->points != NULL) {
            line->points[0] = (struct er_point){box->x + box->width, box->y + line->from_dy};
            line->points[1] = (struct er_point){box->x + box->width, box->y + line->to_dy};
        }
    }
}

static int compare_parts(const void *a, const void *b)
{
    const struct part *one = a, *two = b;

    if (one->height < two->height || one->height > two->height) {
        return one->height > two->height ? -1 : 1;
    }
    return one->first < two->first ? -1 : one->first > two->first;
}

static void move_part(struct parts *parts, const struct part *part, double x, double y)
{
    struct er_layout *layout = parts->layout;

    for (size_t i = 0; i < part->n_boxes; i++) {
        layout->boxes[part->boxes[i]].x += x;
        layout->boxes[part->boxes[i]].y += y;
    }
    for (size_t i = 0; i < part->n_lines; i++) {
        struct er_line *line = &layout->lines[part->lines[i]];

        for (size_t k = 0; k < line->n; k++) {
            line->points[k].x += x;
            line->points[k].y += y;
        }
    }
}

/* The highest first, each on the first shelf with room. */
static void shelve(struct parts *parts)
{
    struct er_layout *layout = parts->layout;
    struct shelf *shelves = qn_arena_alloc(parts->arena, parts->n, sizeof(*shelves));
    double most = layout->wanted;
    size_t n = 0;

    if (shelves == NULL) {
        return;
    }
    for (size_t i = 0; i < parts->n; i++) {
        most = fmax(most, parts->items[i].width);
    }
    qsort(parts->items, parts->n, sizeof(*parts->items), compare_parts);
    for (size_t i = 0; i < parts->n; i++) {
        struct part *part = &parts->items[i];
        size_t s = 0;

        while (s < n && shelves[s].x + part->width > most) {
            s++;
        }
        if (s == n) {
            shelves[n++] = (struct shelf){0, layout->height, part->height};
            layout->height += part->height + GROUP_GAP;
        }
        move_part(parts, part, shelves[s].x, shelves[s].y);
        layout->width = fmax(layout->width, shelves[s].x + part->width);
        shelves[s].x += part->width + GROUP_GAP;
    }
}

/* Boxes without lines, row by row in cells of one width. */
static void place_grid(struct er_layout *layout)
{
    double cell = 0, row = 0, y = layout->height;
    size_t columns, place = 0;

    for (size_t i = 0; i < layout->n_boxes; i++) {
        cell = layout->boxes[i].alone ? fmax(cell, layout->boxes[i].width) : cell;
    }
    columns = (size_t)fmax(
        floor((fmax(layout->wanted, layout->width) + GRID_GAP) / (cell + GRID_GAP)), 1);
    for (size_t i = 0; i < layout->n_boxes; i++) {
        struct er_box *box = &layout->boxes[i];

        if (!box->alone) {
            continue;
        }
        if (place == columns) {
            y += row + GRID_GAP;
            row = 0;
            place = 0;
        }
        box->width = cell;
        box->x = (double)place++ * (cell + GRID_GAP);
        box->y = y;
        row = fmax(row, box->height);
        layout->width = fmax(layout->width, box->x + cell);
    }
    layout->height = row > 0 ? y + row : fmax(layout->height - GROUP_GAP, 0);
}

int er_layout(struct er_layout *layout, struct qn_arena *arena)
{
    struct parts parts = {.layout = layout, .arena = arena};

    layout->width = layout->height = 0;
    make_parts(&parts);
    for (size_t i = 0; i < parts.n && arena->status == QN_OK; i++) {
        place_part(&parts, &parts.items[i]);
    }
    if (arena->status == QN_OK) {
        shelve(&parts);
    }
    if (arena->status == QN_OK) {
        place_loops(&parts);
        place_grid(layout);
    }
    return qn_arena_status(arena, "a picture of tables", NULL);
}
