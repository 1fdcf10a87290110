#include "tasks/metadata/er_layout.h"

#include "tests/support/torture.h"
#include <math.h>
#include <string.h>

#define BOXES_MOST 420
#define LINES_MOST 1500
#define SLACK      0.01

/* Graphs that a seed makes. */

enum form { ANY, TREE, STAR, CHAIN, LOOPS, DENSE, SPARSE, FORMS };

struct graph {
    struct er_layout layout;
    struct er_box boxes[BOXES_MOST];
    struct er_line lines[LINES_MOST];
    struct qn_arena arena;
    enum form form;
    uint64_t seed;
};

static unsigned draw(uint64_t *seed, unsigned below)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(*seed >> 33) % below;
}

static void pick_ends(struct er_line *line, enum form form, size_t i, size_t n, uint64_t *seed)
{
    size_t child = 1 + i % (n - 1);

    line->from = form == ANY || form > CHAIN ? draw(seed, (unsigned)n) : child;
    switch (form) {
    case TREE:
        line->to = (child - 1) / 3;
        return;
    case STAR:
        line->to = 0;
        return;
    case CHAIN:
        line->to = i < n - 1 ? child - 1 : 0;
        return;
    case LOOPS:
        line->to = draw(seed, 4) == 0 ? line->from : draw(seed, (unsigned)n);
        return;
    default:
        line->to = draw(seed, (unsigned)n);
    }
}

static void make(struct graph *graph, enum form form, size_t n, uint64_t seed)
{
    static const unsigned per_100[FORMS] = {120, 0, 0, 150, 130, 300, 40};
    size_t lines = form == TREE || form == STAR ? n - 1 : n * per_100[form] / 100;

    graph->form = form;
    graph->seed = seed;
    qn_arena_init(&graph->arena, (size_t)256 << 20);
    graph->layout = (struct er_layout){
        .boxes = graph->boxes, .n_boxes = n, .lines = graph->lines, .wanted = 1000};
    for (size_t i = 0; i < n; i++) {
        graph->boxes[i] =
            (struct er_box){.width = 120 + draw(&seed, 130), .height = 32 + draw(&seed, 240)};
    }
    for (size_t i = 0; n > 1 && i < lines && i < LINES_MOST; i++) {
        struct er_line *line = &graph->lines[graph->layout.n_lines++];

        *line = (struct er_line){0};
        pick_ends(line, form, i, n, &seed);
        line->from_dy = graph->boxes[line->from].height * draw(&seed, 90) / 100;
        line->to_dy = graph->boxes[line->to].height * (double)(1 + i % 3) / 5;
    }
}

static int lay_out(struct graph *graph)
{
    return er_layout(&graph->layout, &graph->arena);
}

/* What is promised. */

static bool overlap(const struct er_box *a, const struct er_box *b, double apart)
{
    return a->x + a->width + apart > b->x && b->x + b->width + apart > a->x &&
           a->y + a->height + apart > b->y && b->y + b->height + apart > a->y;
}

static void expect_apart(const struct graph *graph)
{
    const struct er_layout *layout = &graph->layout;

    for (size_t i = 0; i < layout->n_boxes; i++) {
        const struct er_box *box = &layout->boxes[i];

        assert_true(box->x >= 0 && box->x + box->width <= layout->width + SLACK);
        assert_true(box->y >= 0 && box->y + box->height <= layout->height + SLACK);
        for (size_t k = 0; k < i; k++) {
            assert_false(overlap(box, &layout->boxes[k], 15));
        }
    }
}

static void expect_port(const struct er_box *box, double dy, struct er_point point)
{
    bool left = fabs(point.x - box->x) < SLACK;
    bool right = fabs(point.x - box->x - box->width) < SLACK;

    assert_true(left || right);
    assert_true(fabs(point.y - box->y - dy) < SLACK);
}

/* Everything between two points stays in the rectangle they span. */
static void expect_free(const struct er_layout *layout, struct er_point a, struct er_point b)
{
    const struct er_box way = {.x = fmin(a.x, b.x) + SLACK,
                               .width = fabs(a.x - b.x) - 2 * SLACK,
                               .y = fmin(a.y, b.y),
                               .height = fabs(a.y - b.y)};

    for (size_t i = 0; i < layout->n_boxes; i++) {
        assert_false(overlap(&way, &layout->boxes[i], 0));
    }
}

static size_t expect_lines(const struct er_layout *layout)
{
    size_t straight = 0;

    for (size_t i = 0; i < layout->n_lines; i++) {
        const struct er_line *line = &layout->lines[i];
        const struct er_box *from = &layout->boxes[line->from], *to = &layout->boxes[line->to];
        size_t span = from->layer > to->layer ? from->layer - to->layer : to->layer - from->layer;

        assert_true(line->n >= 2 && line->n % 2 == 0);
        expect_port(from, line->from_dy, line->points[0]);
        expect_port(to, line->to_dy, line->points[line->n - 1]);
        straight += span > ER_SPAN;
        for (size_t k = 0; k + 1 < line->n && line->from != line->to && span <= ER_SPAN; k++) {
            assert_true(k % 2 == 0 || fabs(line->points[k].y - line->points[k + 1].y) < SLACK);
            expect_free(layout, line->points[k], line->points[k + 1]);
        }
    }
    return straight;
}

static void each_graph(void (*check)(struct graph *graph))
{
    static const size_t sizes[] = {1, 2, 3, 7, 25, 60, 140};
    static struct graph graph;

    for (size_t form = 0; form < FORMS; form++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            for (uint64_t seed = 1; seed <= 4; seed++) {
                make(&graph, (enum form)form, sizes[i], seed);
                assert_int_equal(lay_out(&graph), QN_OK);
                check(&graph);
                qn_arena_release(&graph.arena);
            }
        }
    }
}

static void check_boxes(struct graph *graph)
{
    expect_apart(graph);
}

static void boxes_never_overlap(void **state)
{
    (void)state;
    each_graph(check_boxes);
}

static void check_lines(struct graph *graph)
{
    expect_lines(&graph->layout);
}

static void lines_end_at_their_ports_and_pass_no_box(void **state)
{
    (void)state;
    each_graph(check_lines);
}

static void check_twice(struct graph *graph)
{
    static struct graph again;

    make(&again, graph->form, graph->layout.n_boxes, graph->seed);
    for (size_t i = 0; i < again.layout.n_boxes; i++) {
        again.boxes[i].x = again.boxes[i].y = 1e9; /* of no effect */
        again.boxes[i].layer = 77;
    }
    assert_int_equal(lay_out(&again), QN_OK);
    assert_memory_equal(graph->boxes, again.boxes, graph->layout.n_boxes * sizeof(struct er_box));
    for (size_t i = 0; i < graph->layout.n_lines; i++) {
        assert_int_equal(graph->lines[i].n, again.lines[i].n);
        assert_memory_equal(graph->lines[i].points, again.lines[i].points,
                            graph->lines[i].n * sizeof(struct er_point));
    }
    qn_arena_release(&again.arena);
}

static void the_same_input_gives_the_same_picture(void **state)
{
    (void)state;
    each_graph(check_twice);
}

static bool crosses(struct er_point a, struct er_point b, struct er_point c, struct er_point d)
{
    return fabs(a.x - c.x) < SLACK && fabs(b.x - d.x) < SLACK && (a.y - c.y) * (b.y - d.y) < -SLACK;
}

static size_t count_crossings(const struct er_layout *layout)
{
    size_t n = 0;

    for (size_t i = 0; i < layout->n_lines; i++) {
        for (size_t k = 0; k < i; k++) {
            const struct er_line *a = &layout->lines[i], *b = &layout->lines[k];

            for (size_t p = 0; p + 1 < a->n; p++) {
                for (size_t q = 0; q + 1 < b->n; q++) {
                    n += crosses(a->points[p], a->points[p + 1], b->points[q], b->points[q + 1]);
                }
            }
        }
    }
    return n;
}

static void lines_of_trees_and_stars_do_not_cross(void **state)
{
    static struct graph graph;

    (void)state;
    for (size_t n = 2; n < 60; n += 3) {
        make(&graph, n % 2 == 0 ? TREE : STAR, n, n);
        assert_int_equal(lay_out(&graph), QN_OK);
        if (count_crossings(&graph.layout) != 0) {
            print_error("%zu boxes: %zu crossings\n", n, count_crossings(&graph.layout));
            fail();
        }
        qn_arena_release(&graph.arena);
    }
}

static void what_is_referred_to_is_left_of_what_refers(void **state)
{
    static struct graph graph;

    (void)state;
    for (size_t n = 2; n < 100; n += 7) {
        make(&graph, CHAIN, n, n);
        assert_int_equal(lay_out(&graph), QN_OK);
        for (size_t i = 0; i < graph.layout.n_lines; i++) {
            const struct er_line *line = &graph.lines[i];

            assert_true(line->from == line->to ||
                        graph.boxes[line->to].x < graph.boxes[line->from].x);
        }
        qn_arena_release(&graph.arena);
    }
}

/* A hub with many around it is a page, not a ribbon. */
static void no_layer_is_much_higher_than_the_picture_is_wide(void **state)
{
    static struct graph graph;

    (void)state;
    make(&graph, STAR, 60, 5);
    assert_int_equal(lay_out(&graph), QN_OK);
    assert_true(graph.layout.height < 4 * graph.layout.width);
    assert_true(graph.layout.width < 4 * graph.layout.height);
    qn_arena_release(&graph.arena);
}

static void a_long_chain_and_many_lines_stay_within_memory(void **state)
{
    static struct graph graph;

    (void)state;
    for (size_t form = 0; form < FORMS; form++) {
        make(&graph, (enum form)form, BOXES_MOST - 20, 9);
        assert_int_equal(lay_out(&graph), QN_OK);
        expect_apart(&graph);
        if (form == CHAIN) {
            assert_true(expect_lines(&graph.layout) > 0); /* some are too long to go around */
        }
        assert_in_range(graph.arena.used, 1, (size_t)48 << 20);
        qn_arena_release(&graph.arena);
    }
}

static void boxes_without_lines_are_a_grid_below(void **state)
{
    static struct graph graph;
    double below = 0;

    (void)state;
    make(&graph, SPARSE, 60, 3);
    assert_int_equal(lay_out(&graph), QN_OK);
    for (size_t i = 0; i < 60; i++) {
        if (!graph.boxes[i].alone) {
            below = fmax(below, graph.boxes[i].y + graph.boxes[i].height);
        }
    }
    for (size_t i = 0; i < 60; i++) {
        assert_true(!graph.boxes[i].alone || graph.boxes[i].y > below);
    }
    qn_arena_release(&graph.arena);
}

static int lay_out_some(void)
{
    static struct graph graph;
    int rc;

    make(&graph, LOOPS, 140, 2);
    rc = lay_out(&graph);
    qn_arena_release(&graph.arena);
    return rc;
}

static void memory_that_ends_is_told(void **state)
{
    (void)state;
    torture(lay_out_some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_never_overlap),
        cmocka_unit_test(lines_end_at_their_ports_and_pass_no_box),
        cmocka_unit_test(the_same_input_gives_the_same_picture),
        cmocka_unit_test(lines_of_trees_and_stars_do_not_cross),
        cmocka_unit_test(what_is_referred_to_is_left_of_what_refers),
        cmocka_unit_test(no_layer_is_much_higher_than_the_picture_is_wide),
        cmocka_unit_test(a_long_chain_and_many_lines_stay_within_memory),
        cmocka_unit_test(boxes_without_lines_are_a_grid_below),
        cmocka_unit_test(memory_that_ends_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
