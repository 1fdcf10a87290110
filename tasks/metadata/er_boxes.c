#include "er_boxes.h"

#include "er_group.h"
#include "er_text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX   ((size_t)128 * 1024 * 1024)
#define WIDTH_LEAST 120
#define WIDTH_MOST  250
#define WANTED      1080 /* of the picture: that of the page */

bool er_boxes_names_schema(const struct er_boxes *boxes, const struct qn_model_table *table)
{
    return boxes->schemas && strcmp(table->schema, "public") != 0;
}

bool er_boxes_is_key(const struct qn_model_table *table, size_t column)
{
    for (size_t i = 0; i < table->n_keys; i++) {
        for (size_t k = 0; table->keys[i].primary && k < table->keys[i].n; k++) {
            if (table->keys[i].columns[k] == column) {
                return true;
            }
        }
    }
    return false;
}

bool er_boxes_refers(const struct er_boxes *boxes, size_t table, size_t column)
{
    for (size_t i = 0; i < boxes->layout.n_lines; i++) {
        const struct qn_model_relation *relation = boxes->relations[i];

        for (size_t k = 0; relation->child == table && k < relation->n; k++) {
            if (relation->child_columns[k] == column) {
                return true;
            }
        }
    }
    return false;
}

static bool is_drawn(const struct qn_model *model, const struct qn_model_relation *relation)
{
    return relation->verdict == QN_MODEL_ACCEPTED && relation->n > 0 &&
           !model->tables[relation->child].hidden && !model->tables[relation->parent].hidden;
}

/* Tables: all that are not hidden, or fewer. */

struct candidate {
    size_t table, relations;
};

static int by_relations(const void *a, const void *b)
{
    const struct candidate *one = a, *two = b;

    if (one->relations != two->relations) {
        return one->relations > two->relations ? -1 : 1;
    }
    return one->table < two->table ? -1 : one->table > two->table;
}

static int by_table(const void *a, const void *b)
{
    const struct candidate *one = a, *two = b;

    return one->table < two->table ? -1 : one->table > two->table;
}

static size_t leave_alone_out(struct candidate *found, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (found[i].relations > 0) {
            found[kept++] = found[i];
        }
    }
    return kept;
}

static size_t find_tables(struct er_boxes *boxes, struct candidate *found)
{
    const struct qn_model *model = boxes->model;
    size_t n = 0, *relations = qn_arena_alloc(&boxes->arena, model->n_tables, sizeof(size_t));

    if (relations == NULL) {
        return 0;
    }
    for (size_t i = 0; i < model->n_relations; i++) {
        if (is_drawn(model, &model->relations[i])) {
            relations[model->relations[i].child]++;
            relations[model->relations[i].parent]++;
            boxes->shown.of_relations++;
        }
    }
    for (size_t i = 0; i < model->n_tables; i++) {
        if (!model->tables[i].hidden) {
            found[n++] = (struct candidate){i, relations[i]};
        }
    }
    return n;
}

static void choose_tables(struct er_boxes *boxes)
{
    struct candidate *found = qn_arena_alloc(&boxes->arena, boxes->model->n_tables, sizeof(*found));
    size_t n = found == NULL ? 0 : find_tables(boxes, found);

    boxes->shown.of_tables = n;
    n = n > METADATA_ER_ALL ? leave_alone_out(found, n) : n;
    if (n > METADATA_ER_MOST) {
        qsort(found, n, sizeof(*found), by_relations);
        n = METADATA_ER_MOST;
        qsort(found, n, sizeof(*found), by_table);
    }
    boxes->tables = qn_arena_alloc(&boxes->arena, n, sizeof(*boxes->tables));
    boxes->layout.boxes = qn_arena_alloc(&boxes->arena, n, sizeof(*boxes->layout.boxes));
    if (boxes->arena.status != QN_OK) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        boxes->tables[i] = (struct er_table){.table = found[i].table};
        boxes->schemas = boxes->schemas || strcmp(boxes->model->tables[found[i].table].schema,
                                                  boxes->model->tables[found[0].table].schema) != 0;
    }
    boxes->n_tables = boxes->layout.n_boxes = boxes->shown.tables = n;
    boxes->shown.columns = n <= METADATA_ER_DETAIL;
}

/* Lines. */

static int by_score(const void *a, const void *b)
{
    const struct qn_model_relation *one = *(const struct qn_model_relation *const *)a;
    const struct qn_model_relation *two = *(const struct qn_model_relation *const *)b;

    if (one->score < two->score || one->score > two->score) {
        return one->score > two->score ? -1 : 1;
    }
    return one < two ? -1 : one > two;
}

/* box: of each table of the model. */
static void choose_relations(struct er_boxes *boxes, size_t *box)
{
    const struct qn_model *model = boxes->model;
    size_t n = 0;

    memset(box, 0xff, model->n_tables * sizeof(size_t));
    for (size_t i = 0; i < boxes->n_tables; i++) {
        box[boxes->tables[i].table] = i;
    }
    for (size_t i = 0; i < model->n_relations; i++) {
        const struct qn_model_relation *relation = &model->relations[i];

        if (is_drawn(model, relation) && box[relation->child] != ER_NONE &&
            box[relation->parent] != ER_NONE) {
            boxes->relations[n++] = relation;
        }
    }
    qsort(boxes->relations, n, sizeof(*boxes->relations), by_score);
    n = n < METADATA_ER_LINES ? n : METADATA_ER_LINES;
    for (size_t i = 0; i < n; i++) {
        struct er_line *line = &boxes->layout.lines[i];

        line->from = box[boxes->relations[i]->child];
        line->to = box[boxes->relations[i]->parent];
        boxes->tables[line->from].relations++;
        boxes->tables[line->to].relations++;
    }
    boxes->layout.n_lines = boxes->shown.relations = n;
}

static void make_lines(struct er_boxes *boxes)
{
    const struct qn_model *model = boxes->model;
    size_t *box = qn_arena_alloc(&boxes->arena, model->n_tables, sizeof(size_t));

    boxes->relations = qn_arena_alloc(&boxes->arena, model->n_relations, sizeof(*boxes->relations));
    boxes->layout.lines =
        qn_arena_alloc(&boxes->arena, model->n_relations, sizeof(*boxes->layout.lines));
    if (boxes->arena.status == QN_OK) {
        choose_relations(boxes, box);
    }
}

/* Rows. */

static unsigned class_of(const struct er_boxes *boxes, const struct qn_model_table *table,
                         size_t place, size_t column)
{
    static const unsigned classes[QN_ROLES] = {
        [QN_ROLE_OTHER] = 6,   [QN_ROLE_KEY] = 1,     [QN_ROLE_FOREIGN] = 1,
        [QN_ROLE_MEASURE] = 4, [QN_ROLE_AVERAGE] = 4, [QN_ROLE_DIMENSION] = 4,
        [QN_ROLE_TIME] = 4,    [QN_ROLE_FLAG] = 5,    [QN_ROLE_LABEL] = 2,
        [QN_ROLE_TEXT] = 6,    [QN_ROLE_GEO] = 5,     [QN_ROLE_PERSONAL] = 5};

    if (er_boxes_is_key(table, column)) {
        return 0;
    }
    if (er_boxes_refers(boxes, place, column)) {
        return 1;
    }
    if (table->label == column) {
        return 2;
    }
    return table->time == column ? 3 : classes[table->columns[column].role];
}

static bool is_parent_column(const struct er_boxes *boxes, size_t place, size_t column)
{
    for (size_t i = 0; i < boxes->layout.n_lines; i++) {
        if (boxes->relations[i]->parent == place &&
            boxes->relations[i]->parent_columns[0] == column) {
            return true;
        }
    }
    return false;
}

struct row {
    unsigned class;
    size_t column;
};

static int by_class(const void *a, const void *b)
{
    const struct row *one = a, *two = b;

    if (one->class != two->class) {
        return one->class < two->class ? -1 : 1;
    }
    return one->column < two->column ? -1 : one->column > two->column;
}

/* The most telling columns; keys and foreign keys first, the others as they are stored. */
static void choose_rows(struct er_boxes *boxes, struct er_table *shown)
{
    const struct qn_model_table *table = &boxes->model->tables[shown->table];
    struct row *rows = qn_arena_alloc(&boxes->arena, table->n_columns, sizeof(*rows));
    size_t n = 0;

    shown->rows = qn_arena_alloc(&boxes->arena, METADATA_ER_COLUMNS, sizeof(size_t));
    if (rows == NULL || shown->rows == NULL) {
        return;
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        unsigned class = class_of(boxes, table, shown->table, i);

        if (table->columns[i].hidden) {
            continue;
        }
        class = class > 0 && is_parent_column(boxes, shown->table, i) ? 1 : class;
        rows[n++] = (struct row){class, i};
    }
    qsort(rows, n, sizeof(*rows), by_class);
    shown->more = n > METADATA_ER_COLUMNS ? n - METADATA_ER_COLUMNS : 0;
    n -= shown->more;
    for (size_t i = 0; i < n; i++) {
        rows[i].class = rows[i].class < 2 ? rows[i].class : 2;
    }
    qsort(rows, n, sizeof(*rows), by_class);
    for (size_t i = 0; i < n; i++) {
        shown->rows[shown->n_rows++] = rows[i].column;
    }
}

/* Sizes. */

static double row_width(const struct qn_model_column *column)
{
    char type[ER_TYPE_SIZE];

    er_text_type(column->type, type, sizeof(type));
    return 2 * ER_PAD + ER_MARK + er_text_width(column->name, ER_FONT) + 14 +
           fmin(er_text_width(type, ER_FONT - 1), 90);
}

static void size_box(const struct er_boxes *boxes, const struct er_table *shown, struct er_box *box)
{
    const struct qn_model_table *table = &boxes->model->tables[shown->table];
    double width = 2 * ER_PAD + 1.08 * er_text_width(table->name, ER_TITLE_FONT);

    if (er_boxes_names_schema(boxes, table)) {
        width += er_text_width(table->schema, ER_FONT - 1) + 8;
    }
    for (size_t i = 0; i < shown->n_rows; i++) {
        width = fmax(width, row_width(&table->columns[shown->rows[i]]));
    }
    box->width = ceil(fmin(fmax(width, shown->note ? 160 : WIDTH_LEAST), WIDTH_MOST));
    box->height = ER_HEAD + (shown->note ? ER_NOTE : 0) +
                  (double)(shown->n_rows + (shown->more > 0)) * ER_ROW +
                  (shown->n_rows > 0 ? ER_FOOT : 0);
}

static double port_of(const struct er_table *shown, size_t column)
{
    for (size_t i = 0; i < shown->n_rows; i++) {
        if (shown->rows[i] == column) {
            return ER_HEAD + 3 + ((double)i + 0.5) * ER_ROW;
        }
    }
    return ER_HEAD / 2;
}

static void set_ports(struct er_boxes *boxes)
{
    for (size_t i = 0; i < boxes->layout.n_lines; i++) {
        struct er_line *line = &boxes->layout.lines[i];

        line->from_dy = port_of(&boxes->tables[line->from], boxes->relations[i]->child_columns[0]);
        line->to_dy = port_of(&boxes->tables[line->to], boxes->relations[i]->parent_columns[0]);
        if (line->from == line->to && fabs(line->from_dy - line->to_dy) < ER_ROW / 2) {
            line->from_dy -= 7;
            line->to_dy += 7;
        }
    }
}

int er_boxes_init(struct er_boxes *boxes, const struct qn_model *model)
{
    *boxes = (struct er_boxes){.model = model, .layout = {.wanted = WANTED}};
    qn_arena_init(&boxes->arena, ARENA_MAX);
    choose_tables(boxes);
    if (boxes->arena.status == QN_OK) {
        make_lines(boxes);
    }
    for (size_t i = 0; i < boxes->n_tables && boxes->arena.status == QN_OK; i++) {
        struct er_table *shown = &boxes->tables[i];

        shown->note = shown->relations == 0 && boxes->shown.columns;
        if (boxes->shown.columns && !shown->note) {
            choose_rows(boxes, shown);
        }
        size_box(boxes, shown, &boxes->layout.boxes[i]);
    }
    if (boxes->arena.status == QN_OK) {
        set_ports(boxes);
    }
    return qn_arena_status(&boxes->arena, "a picture of tables", NULL);
}

void er_boxes_release(struct er_boxes *boxes)
{
    qn_arena_release(&boxes->arena);
}
