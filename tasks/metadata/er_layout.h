/* er_layout.h - where boxes and the lines between them go. Pure geometry.
 *
 * Boxes that are connected are put into layers from left to right, what is referred to before
 * what refers to it (cycles are cut), no layer much higher than the picture is wide. Order within
 * layers follows from barycentric sweeps, heights from a least squares fit that keeps distances.
 * Groups that are not connected are packed into shelves; boxes without lines come last, in a grid.
 *
 * Promised, whatever the input: boxes do not overlap; a line begins and ends at its port, at the
 * side of its box; between that it runs in gaps between layers, or level with and apart from
 * the boxes; the same input gives the same output. Work grows with boxes and lines, times
 * ER_SWEEPS and ER_SPAN: a line over more than ER_SPAN layers is one curve over whatever lies
 * between. Lines to the same port share their way.
 *
 * Not here: text, SVG (er.c).
 */
#ifndef TASKS_METADATA_ER_LAYOUT_H
#define TASKS_METADATA_ER_LAYOUT_H

#include "tasks/lib/arena.h"

#define ER_SWEEPS 12
#define ER_SPAN   24
#define ER_GAP    22 /* between boxes, at least */

struct er_box {
    double width, height; /* width: set to that of the widest in its layer */
    double x, y;          /* set: the upper left corner */
    size_t layer;         /* set: within its group */
    bool alone;           /* set: no line to another box or itself */
};

struct er_point {
    double x, y;
};

/* Points 0 and 1, 2 and 3, ... are the ends of a curve through a gap, 1 and 2, 3 and 4, ... of a
 * level line past boxes. A line of a box to itself has two points, both at the right side. */
struct er_line {
    size_t from, to;         /* boxes: the one that refers, the one referred to */
    double from_dy, to_dy;   /* ports: below the box's upper edge */
    struct er_point *points; /* set */
    size_t n;                /* even */
};

struct er_layout {
    struct er_box *boxes;
    size_t n_boxes;
    struct er_line *lines;
    size_t n_lines;
    double wanted;        /* width aimed at */
    double width, height; /* set */
};

/* The points are in arena. QN_ENOMEM, QN_ELIMIT. */
QN_MUST_CHECK int er_layout(struct er_layout *layout, struct qn_arena *arena);

#endif
