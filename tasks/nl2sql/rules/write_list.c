/* Rows of a table, and the values of a column that occur. */
#include "write_shape.h"

#include <string.h>

#define MORE_COLUMNS 4 /* shown of rows that have no name, when none are asked for */

struct list {
    struct write_run *run;
    struct write_scope *scope;
    size_t table;
    struct sql_select *select; /* that of the rows */
    struct sql_list exprs, names;
    bool multiplied;
};

/* ---- columns ---- */

static const char *new_name(struct list *list, const char *name, size_t table)
{
    struct write_run *run = list->run;

    if (sql_has(&list->names, name)) {
        name = qn_arena_printf(run->arena, "%s_%s", write_table_name(run, table, false), name);
    }
    for (size_t i = 2; sql_has(&list->names, name); i++) {
        name = qn_arena_printf(run->arena, "%s_%zu", name, i);
    }
    return name;
}

static void add_item(struct list *list, const char *expr, const char *name, size_t table)
{
    if (list->run->rc != QN_OK || sql_has(&list->exprs, expr)) {
        return;
    }
    name = new_name(list, name, table);
    sql_add(&list->exprs, expr);
    sql_add(&list->names, name);
    sql_add(&list->select->items, write_as(list->run, expr, name));
}

/* Rows of another table that may be many for one of these are joined here alone. */
static size_t reach(struct list *list, size_t table)
{
    struct write_scope *scope = list->scope;
    size_t node;

    if (write_scope_reach(scope, table, &node) || list->run->rc != QN_OK) {
        return node;
    }
    scope->loose = true;
    if (write_scope_reach(scope, table, &node)) {
        list->multiplied = true;
    } else {
        write_fail(list->run, "%s and %s are not related",
                   list->run->model->tables[list->table].name,
                   list->run->model->tables[table].name);
    }
    scope->loose = false;
    return node;
}

static void add_place(struct list *list, struct frame_place place)
{
    struct write_run *run = list->run;
    const struct qn_model_table *table = &run->model->tables[place.table];
    size_t node = reach(list, place.table), relation = QN_MODEL_NONE;
    const char *name;

    if (run->rc != QN_OK) {
        return;
    }
    if (place.column == QN_MODEL_NONE) {
        place.column = write_label(run, place.table);
        name = place.table == list->table ? table->columns[place.column].name
                                          : write_table_name(run, place.table, false);
        add_item(list, write_scope_at(list->scope, node, place.column), name, place.table);
        return;
    }
    relation = place.column == table->label ? QN_MODEL_NONE : write_relation_of(run, place);
    if (relation != QN_MODEL_NONE && run->model->relations[relation].parent != place.table) {
        const size_t parent = run->model->relations[relation].parent;

        node = write_scope_follow(list->scope, node, relation);
        add_item(list, write_scope_at(list->scope, node, write_label(run, parent)),
                 write_table_name(run, parent, false), parent);
        return;
    }
    add_item(list, write_scope_at(list->scope, node, place.column),
             table->columns[place.column].name, place.table);
}

/* The column itself, also where it stands for a row of another table. */
static void add_column(struct list *list, struct frame_place place)
{
    const size_t node = reach(list, place.table);

    if (list->run->rc == QN_OK) {
        add_item(list, write_scope_at(list->scope, node, place.column),
                 list->run->model->tables[place.table].columns[place.column].name, place.table);
    }
}

static bool is_key(const struct qn_model_table *table, size_t column)
{
    for (size_t i = 0; i < table->n_keys; i++) {
        if (table->keys[i].primary && table->keys[i].n == 1 &&
            table->keys[i].columns[0] == column) {
            return true;
        }
    }
    return table->columns[column].role == QN_ROLE_KEY;
}

/* Of rows that are known by a number only. */
static void add_more(struct list *list)
{
    const struct qn_model_table *table = &list->run->model->tables[list->table];
    size_t n = 0;

    for (size_t i = 0; i < table->n_columns && n < MORE_COLUMNS; i++) {
        const struct qn_model_column *column = &table->columns[i];
        const bool told = column->role == QN_ROLE_MEASURE || column->role == QN_ROLE_AVERAGE ||
                          column->role == QN_ROLE_DIMENSION || i == table->time;

        if (told && !column->hidden) {
            add_item(list, write_scope_at(list->scope, 0, i), column->name, list->table);
            n++;
        }
    }
}

/* What is asked about is shown: the stock of products with less than 50. */
static void add_asked(struct list *list)
{
    const struct frame *frame = list->run->frame;

    for (size_t i = 0; i < frame->n_filters; i++) {
        const struct frame_filter *filter = &frame->filters[i];

        if (filter->of.table == list->table && filter->of.column != QN_MODEL_NONE &&
            filter->test != FRAME_IS && filter->test != FRAME_EMPTY &&
            filter->test != FRAME_EXISTS && filter->test != FRAME_CONDITION) {
            add_item(list, write_scope_at(list->scope, 0, filter->of.column),
                     list->run->model->tables[list->table].columns[filter->of.column].name,
                     list->table);
        }
    }
}

static struct frame_place order_place(const struct list *list)
{
    const struct frame *frame = list->run->frame;
    const size_t table = frame->order.table != QN_MODEL_NONE ? frame->order.table : list->table;
    const struct frame_place time = {table, list->run->model->tables[table].time};

    return frame->order.column != QN_MODEL_NONE ? frame->order : time;
}

static void add_columns(struct list *list)
{
    struct write_run *run = list->run;
    const struct frame *frame = run->frame;
    const struct qn_model_table *table = &run->model->tables[list->table];
    const struct frame_place order = order_place(list);
    const size_t label = write_label(run, list->table);

    add_item(list, write_scope_at(list->scope, 0, label), table->columns[label].name, list->table);
    for (size_t i = 0; i < frame->n_columns && run->rc == QN_OK; i++) {
        add_place(list, frame->columns[i]);
    }
    if (frame->ordered && order.column != QN_MODEL_NONE) {
        add_column(list, order);
    }
    if (frame->n_columns > 0 || run->rc != QN_OK) {
        return;
    }
    /* of the first n what they are, and by what */
    if (!frame->ordered) {
        add_asked(list);
    }
    if (is_key(table, label) &&
        (!frame->ordered || (order.column == table->time && frame->limit != 1))) {
        add_more(list);
    }
}

/* ---- order ---- */

static const char *order_expr(struct list *list, struct frame_place place)
{
    struct write_run *run = list->run;
    const size_t node = reach(list, place.table);

    if (run->rc != QN_OK) {
        return "";
    }
    return qn_arena_printf(
        run->arena, "%s%s", write_scope_at(list->scope, node, place.column),
        write_direction(run->frame,
                        !run->model->tables[place.table].columns[place.column].nullable));
}

static void add_order(struct list *list, struct sql_list *order)
{
    struct write_run *run = list->run;
    const struct frame_place place = order_place(list);
    struct sql_list keys = {0};

    if (run->frame->ordered && place.column == QN_MODEL_NONE) {
        write_fail(run, "nothing says what is first of %s", run->model->tables[list->table].name);
        return;
    }
    if (run->frame->ordered) {
        sql_add(order, order_expr(list, place));
    } else {
        sql_add(order, write_scope_at(list->scope, 0, write_label(run, list->table)));
    }
    write_keys(list->scope, 0, &keys);
    for (size_t i = 0; i < keys.n && !list->select->distinct; i++) {
        sql_add_once(order, keys.items[i]);
    }
}

/* ---- conditions ---- */

static void add_where(struct list *list)
{
    struct write_run *run = list->run;
    const struct frame *frame = run->frame;
    struct frame_place time = frame->time;

    for (size_t i = 0; i < frame->n_filters; i++) {
        write_filter(list->scope, &list->scope->where, &frame->filters[i]);
    }
    if (frame->period.from[0] == '\0' && frame->period.to[0] == '\0') {
        return;
    }
    if (time.table == QN_MODEL_NONE || time.column == QN_MODEL_NONE) {
        time = write_time_of(run, time.table == QN_MODEL_NONE ? list->table : time.table);
    }
    write_period(list->scope, &list->scope->where, time, &frame->period);
}

static void list_init(struct list *list, struct write_run *run, size_t table,
                      struct sql_select *select)
{
    *list = (struct list){.run = run, .table = table, .select = select};
    list->scope = write_scope_create(run, write_names_create(run), table, false);
    list->scope->keeps = true;
}

/* ---- the first n within each group ---- */

static void rank_rows(struct list *list, const struct write_dimension *per)
{
    struct write_run *run = list->run;
    struct sql_list order = {0};
    const char *text = "";

    add_order(list, &order);
    for (size_t i = 0; i < order.n; i++) {
        text = qn_arena_printf(run->arena, "%s%s%s", text, i > 0 ? ", " : "", order.items[i]);
    }
    sql_add(&list->select->items,
            qn_arena_printf(run->arena,
                            "row_number() OVER (PARTITION BY %s ORDER BY %s) AS rank_in_group",
                            per->keys.n > 0 ? per->keys.items[0] : per->value, text));
}

static void list_per(struct write_run *run, struct write_statement *statement, size_t table)
{
    struct sql_select *select = &statement->select;
    struct write_dimension per;
    struct list list;
    const int64_t limit = run->frame->limit > 0 ? run->frame->limit : 1;

    list_init(&list, run, table, write_with(run, statement, "ranked"));
    list.scope->keeps = false;
    write_dimension_make(list.scope, run->frame->per, NULL, &per);
    add_item(&list, per.value, per.name, run->frame->dimensions[run->frame->per].of.table);
    add_columns(&list);
    add_where(&list);
    rank_rows(&list, &per);
    write_scope_finish(list.scope, list.select);
    for (size_t i = 0; i < list.names.n; i++) {
        sql_add(&select->items, write_name(run, list.names.items[i]));
    }
    select->from = "ranked";
    sql_add(&select->where, qn_arena_printf(run->arena, "rank_in_group <= %lld", (long long)limit));
    if (list.names.n > 0) {
        sql_add(&select->order, write_name(run, list.names.items[0]));
    }
    sql_add(&select->order, "rank_in_group");
}

/* ---- the two kinds ---- */

static size_t table_of(struct write_run *run)
{
    const struct frame *frame = run->frame;

    if (frame->table != QN_MODEL_NONE) {
        return frame->table;
    }
    if (frame->n_columns > 0) {
        return frame->columns[0].table;
    }
    if (frame->n_dimensions > 0) {
        return frame->dimensions[0].of.table;
    }
    write_fail(run, "nothing says what to list");
    return 0;
}

void write_list(struct write_run *run, struct write_statement *statement)
{
    const struct frame *frame = run->frame;
    struct sql_select *select = &statement->select;
    size_t table = table_of(run);
    struct list list;

    if (run->rc != QN_OK) {
        return;
    }
    if (frame->per != QN_MODEL_NONE && frame->per < frame->n_dimensions) {
        list_per(run, statement, table);
        return;
    }
    list_init(&list, run, table, select);
    add_columns(&list);
    select->distinct = frame->distinct_rows && list.multiplied;
    add_where(&list);
    add_order(&list, &select->order);
    write_scope_finish(list.scope, select);
    write_limits(frame, select);
    select->limit = frame->limit > 0 ? frame->limit : WRITE_LIST_LIMIT;
}

void write_distinct(struct write_run *run, struct write_statement *statement)
{
    const struct frame *frame = run->frame;
    struct sql_select *select = &statement->select;
    size_t table = table_of(run);
    struct list list;

    if (run->rc != QN_OK) {
        return;
    }
    list_init(&list, run, table, select);
    list.scope->keeps = false;
    for (size_t i = 0; i < frame->n_columns; i++) {
        add_place(&list, frame->columns[i]);
    }
    for (size_t i = 0; i < frame->n_dimensions && frame->n_columns == 0; i++) {
        add_place(&list, frame->dimensions[i].of);
    }
    if (list.names.n == 0) {
        add_place(&list, (struct frame_place){table, QN_MODEL_NONE});
    }
    select->distinct = true;
    add_where(&list);
    for (size_t i = 0; i < list.names.n; i++) {
        sql_add(&select->order, write_name(run, list.names.items[i]));
    }
    write_scope_finish(list.scope, select);
    write_limits(frame, select);
    select->limit = frame->limit > 0 ? frame->limit : WRITE_LIST_LIMIT;
}
