#include "path.h"

#include "tasks/lib/model/model_text.h"
#include <math.h>
#include <string.h>

#define LOOKS_MAX 200000 /* steps tried in one search */
#define FAR       ((size_t)PATH_STEPS_MAX + 1)

/* ---- the graph ---- */

static bool is_open(const struct qn_model *model, size_t table, const size_t *columns, size_t n)
{
    const struct qn_model_table *of = &model->tables[table];
    bool open = !of->hidden;

    for (size_t i = 0; i < n; i++) {
        open = open && !of->columns[columns[i]].hidden;
    }
    return open;
}

static bool is_taken(const struct qn_model *model, const struct qn_model_relation *relation)
{
    return relation->verdict == QN_MODEL_ACCEPTED && relation->child != relation->parent &&
           is_open(model, relation->child, relation->child_columns, relation->n) &&
           is_open(model, relation->parent, relation->parent_columns, relation->n);
}

static void put(struct path_graph *graph, size_t *at, size_t from, struct path_step step)
{
    graph->steps[graph->first[from] + at[from]++] = step;
}

static void fill(struct path_graph *graph, size_t *at)
{
    const struct qn_model *model = graph->model;

    for (size_t i = 0; i < model->n_relations; i++) {
        const struct qn_model_relation *one = &model->relations[i];

        if (is_taken(model, one)) {
            put(graph, at, one->child, (struct path_step){i, one->parent, true});
            put(graph, at, one->parent, (struct path_step){i, one->child, one->one_to_one});
        }
    }
}

void path_graph_init(struct path_graph *graph, const struct qn_model *model, struct qn_arena *arena)
{
    size_t n = model->n_tables, *at = qn_arena_alloc(arena, n + 1, sizeof(*at));

    *graph = (struct path_graph){.model = model, .arena = arena};
    graph->first = qn_arena_alloc(arena, n + 2, sizeof(*graph->first));
    graph->named = qn_arena_alloc(arena, n + 1, sizeof(*graph->named));
    graph->steps = qn_arena_alloc(arena, 2 * model->n_relations + 1, sizeof(*graph->steps));
    if (qn_arena_status(arena, "", NULL) != QN_OK) {
        return;
    }
    for (size_t i = 0; i < model->n_relations; i++) {
        if (is_taken(model, &model->relations[i])) {
            graph->first[model->relations[i].child + 1]++;
            graph->first[model->relations[i].parent + 1]++;
        }
    }
    for (size_t i = 0; i < n; i++) {
        graph->first[i + 1] += graph->first[i];
    }
    fill(graph, at);
}

/* ---- which of two ---- */

/* "customer_id" of customers, "user" of app_users: the column is called like its table. */
static bool is_plain(const struct qn_model *model, const struct qn_model_relation *relation)
{
    const struct qn_model_table *parent = &model->tables[relation->parent];
    const char *name = model->tables[relation->child].columns[relation->child_columns[0]].name;
    char word[QN_TOKEN_SIZE], other[QN_TOKEN_SIZE];
    struct qn_tokens column, table;

    if (relation->n > 1 || strcmp(name, parent->columns[relation->parent_columns[0]].name) == 0) {
        return true;
    }
    qn_tokens_of(&column, name);
    qn_tokens_of(&table, parent->name);
    if (column.n > 1 && qn_word_in(qn_tokens_last(&column),
                                   " id no nr num number code key fk uuid guid ref ids ")) {
        column.n--;
    }
    if (column.n == 0 || column.n > table.n) {
        return false;
    }
    for (size_t i = 0; i < column.n; i++) {
        qn_singular(word, column.items[i]);
        qn_singular(other, table.items[table.n - column.n + i]);
        if (strcmp(word, other) != 0) {
            return false;
        }
    }
    return true;
}

struct rank {
    size_t inferred, named, plain;
    double score;
};

static struct rank rank_of(const struct path_graph *graph, const struct path *path)
{
    struct rank rank = {0};

    for (size_t i = 0; i < path->n; i++) {
        const struct qn_model_relation *one = &graph->model->relations[path->steps[i].relation];

        rank.inferred += one->source == QN_RELATION_INFERRED ? 1 : 0;
        rank.named += graph->named[path->steps[i].to] ? 1 : 0;
        rank.plain += is_plain(graph->model, one) ? 1 : 0;
        rank.score += one->score;
    }
    return rank;
}

static bool same_tables(const struct path *a, const struct path *b)
{
    for (size_t i = 0; i < a->n; i++) {
        if (a->steps[i].to != b->steps[i].to) {
            return false;
        }
    }
    return true;
}

/* Less than 0: a goes first. */
static int compare(const struct path_graph *graph, const struct path *a, const struct path *b)
{
    const struct rank left = rank_of(graph, a), right = rank_of(graph, b);

    if (left.inferred != right.inferred) {
        return left.inferred < right.inferred ? -1 : 1;
    }
    if (left.named != right.named) {
        return left.named > right.named ? -1 : 1;
    }
    if (left.plain != right.plain) {
        return left.plain > right.plain ? -1 : 1;
    }
    if (same_tables(a, b) || fabs(left.score - right.score) < 1e-6) {
        return 0;
    }
    return left.score > right.score ? -1 : 1;
}

/* ---- searching ---- */

/* Which steps may follow: up only; down, then up; up, then down, then up. */
enum shape { SHAPE_UP, SHAPE_DOWN, SHAPE_MIXED };

struct search {
    const struct path_graph *graph;
    const size_t *far; /* steps from each table to the end, in any direction */
    size_t from, to, len, looks;
    enum shape shape;
    struct path at, best, other;
    bool found, tied;
};

static void measure(const struct path_graph *graph, size_t to, size_t *far)
{
    size_t n = graph->model->n_tables, depth;

    for (size_t i = 0; i < n; i++) {
        far[i] = i == to ? 0 : FAR;
    }
    for (depth = 0; depth < PATH_STEPS_MAX; depth++) {
        for (size_t i = 0; i < n; i++) {
            if (far[i] != depth) {
                continue;
            }
            for (size_t k = graph->first[i]; k < graph->first[i + 1]; k++) {
                size_t next = graph->steps[k].to;

                far[next] = far[next] > depth + 1 ? depth + 1 : far[next];
            }
        }
    }
}

static bool was_at(const struct search *search, size_t table)
{
    bool was = search->from == table;

    for (size_t i = 0; i < search->at.n; i++) {
        was = was || search->at.steps[i].to == table;
    }
    return was;
}

static bool may_follow(const struct search *search, struct path_step step)
{
    const struct path *at = &search->at;
    bool went_down = false, turned = false;

    for (size_t i = 0; i < at->n; i++) {
        turned = turned || (went_down && at->steps[i].up);
        went_down = went_down || !at->steps[i].up;
    }
    if (search->shape == SHAPE_UP) {
        return step.up;
    }
    if (search->shape == SHAPE_DOWN) {
        return step.up ? went_down : !turned;
    }
    return step.up || !turned;
}

static void take(struct search *search)
{
    int order = search->found ? compare(search->graph, &search->at, &search->best) : -1;

    if (order < 0) {
        search->best = search->at;
        search->found = true;
        search->tied = false;
    } else if (order == 0) {
        search->other = search->at;
        search->tied = true;
    }
}

static void look(struct search *search, size_t table) /* at most PATH_STEPS_MAX deep */
{
    const struct path_graph *graph = search->graph;

    if (table == search->to) {
        if (search->at.n == search->len) {
            take(search);
        }
        return;
    }
    for (size_t k = graph->first[table]; k < graph->first[table + 1]; k++) {
        struct path_step step = graph->steps[k];

        if (++search->looks > LOOKS_MAX || search->at.n + 1 + search->far[step.to] > search->len ||
            was_at(search, step.to) || !may_follow(search, step)) {
            continue;
        }
        search->at.steps[search->at.n++] = step;
        look(search, step.to);
        search->at.n--;
    }
}

static const char *shown(const struct path_graph *graph, const struct path *path)
{
    const struct qn_model *model = graph->model;
    const char *text = "";

    for (size_t i = 0; i < path->n; i++) {
        const struct qn_model_relation *one = &model->relations[path->steps[i].relation];
        const struct qn_model_table *child = &model->tables[one->child];

        text = qn_arena_printf(graph->arena, "%s%s%s.%s", text, i > 0 ? ", " : "", child->name,
                               child->columns[one->child_columns[0]].name);
    }
    return text;
}

static int answer(const struct search *search, struct path *ret, struct qn_err *reterr)
{
    const struct qn_model_table *tables = search->graph->model->tables;

    if (search->looks > LOOKS_MAX) {
        return qn_fail(reterr, QN_ESTATE, "there are too many ways from %s to %s",
                       tables[search->from].name, tables[search->to].name);
    }
    if (search->tied) {
        return qn_fail(reterr, QN_ESTATE, "from %s to %s there are two ways: over %s, or over %s",
                       tables[search->from].name, tables[search->to].name,
                       shown(search->graph, &search->best), shown(search->graph, &search->other));
    }
    *ret = search->best;
    return QN_OK;
}

int path_find(const struct path_graph *graph, size_t from, size_t to, enum path_kind kind,
              struct path *ret, struct qn_err *reterr)
{
    static const enum shape last[] = {SHAPE_UP, SHAPE_DOWN, SHAPE_MIXED};
    size_t *far = qn_arena_alloc(graph->arena, graph->model->n_tables, sizeof(*far));
    struct search search = {.graph = graph, .far = far, .from = from, .to = to};
    enum shape shape;

    ret->n = 0;
    if (far == NULL || from == to) {
        return qn_arena_status(graph->arena, "a path", reterr);
    }
    measure(graph, to, far);
    for (shape = SHAPE_UP; shape <= last[kind]; shape++) {
        for (size_t len = far[from]; len <= PATH_STEPS_MAX; len++) {
            search.len = len;
            search.shape = shape;
            look(&search, from);
            if (search.found || search.looks > LOOKS_MAX) {
                return answer(&search, ret, reterr);
            }
        }
    }
    return qn_fail(reterr, QN_ENOTFOUND, "%s and %s are not related",
                   graph->model->tables[from].name, graph->model->tables[to].name);
}
