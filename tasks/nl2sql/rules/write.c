#include "write.h"

#include "calendar.h"
#include "write_shape.h"
#include <string.h>

#define ARENA_MAX ((size_t)32 * 1024 * 1024)

/* ---- which kind of statement ---- */

static bool is_one_block(struct write_run *run)
{
    struct write_measure first, other;

    write_measure_plan(run, 0, &first);
    for (size_t i = 1; i < run->frame->n_measures && run->rc == QN_OK; i++) {
        write_measure_plan(run, i, &other);
        if (run->rc == QN_OK && !write_measure_same(&first, &other)) {
            return false;
        }
    }
    return true;
}

/* A row for each bucket, also for those without rows. Hours from the data may be too many. */
static bool is_series(const struct frame *frame)
{
    const enum frame_grain grain = frame->dimensions[0].grain;

    return frame->n_dimensions == 1 && grain >= FRAME_HOUR && grain <= FRAME_YEAR &&
           !frame->ordered && !frame->having && !frame->folded && !frame->share &&
           (grain != FRAME_HOUR || frame->period.from[0] != '\0');
}

void write_measures(struct write_run *run, struct write_statement *statement)
{
    const struct frame *frame = run->frame;
    bool one;

    if (frame->n_measures == 0) {
        write_fail(run, "nothing says what to count");
        return;
    }
    one = is_one_block(run);
    if (run->rc != QN_OK) {
        return;
    }
    if (frame->kind == FRAME_COMPARE) {
        write_compare(run, statement);
    } else if (is_series(frame)) {
        write_series(run, statement);
    } else if (frame->zero && frame->n_dimensions == 1 && !frame->folded) {
        write_with_zero(run, statement);
    } else if (!one) {
        write_several(run, statement);
    } else if (frame->folded || frame->having_average) {
        write_grouped(run, statement);
    } else if (frame->per < frame->n_dimensions && frame->n_dimensions > 1 && !frame->share) {
        write_ranked(run, statement);
    } else {
        write_plain(run, statement);
    }
}

/* Rows with figures are figures by rows. */
static void as_measure(struct frame *frame)
{
    frame->kind = FRAME_MEASURE;
    if (frame->n_dimensions == 0 && frame->table != QN_MODEL_NONE) {
        frame->dimensions[0].of = (struct frame_place){frame->table, QN_MODEL_NONE};
        frame->dimensions[0].grain = FRAME_NO_GRAIN;
        frame->n_dimensions = 1;
    }
}

static void write_statement(struct write_run *run, struct write_statement *statement)
{
    switch (run->frame->kind) {
    case FRAME_LIST:
        write_list(run, statement);
        break;
    case FRAME_DISTINCT:
        write_distinct(run, statement);
        break;
    default:
        write_measures(run, statement);
        break;
    }
}

/* ---- text ---- */

static void print(const struct write_statement *statement, struct qn_buf *out)
{
    for (size_t i = 0; i < statement->n_with; i++) {
        qn_buf_printf(out, "%s%s AS (\n", i == 0 ? "WITH " : "), ", statement->names[i]);
        sql_print(&statement->with[i], 2, out);
        qn_buf_add_str(out, "\n");
    }
    qn_buf_add_str(out, statement->n_with > 0 ? ")\n" : "");
    sql_print(&statement->select, 0, out);
}

static void check_lists(struct write_run *run, const struct write_statement *statement)
{
    bool over = sql_is_over(&statement->select);
    size_t tables = run->tables;

    if (statement->n_with > 0) { /* those of WITH are read too, of a series twice more */
        tables += 1 + statement->select.joins.n + statement->n_with;
    }
    over = over || tables > WRITE_FROMS_MAX;

    for (size_t i = 0; i < statement->n_with; i++) {
        over = over || sql_is_over(&statement->with[i]);
    }
    if (over) {
        write_fail(run, "too much at once");
    }
}

static int finish(struct write_run *run, const struct write_statement *statement,
                  struct qn_buf *out)
{
    /* without memory everything else went wrong too */
    int rc = qn_arena_status(run->arena, "the statement", run->err);
    struct qn_buf text;

    if (rc != QN_OK) {
        return rc;
    }
    check_lists(run, statement);
    if (run->rc != QN_OK) {
        return run->rc;
    }
    qn_buf_init(&text, WRITE_SQL_MAX);
    print(statement, &text);
    rc = qn_buf_status(&text);
    if (rc == QN_OK) {
        rc = qn_buf_add(out, text.data, text.len);
    }
    qn_buf_release(&text);
    return rc == QN_OK ? QN_OK : qn_fail(run->err, rc, "the statement is too long");
}

/* ---- the frame ---- */

static bool is_place(const struct qn_model *model, struct frame_place place)
{
    return place.table == QN_MODEL_NONE ||
           (place.table < model->n_tables && !model->tables[place.table].hidden &&
            (place.column == QN_MODEL_NONE ||
             (place.column < model->tables[place.table].n_columns &&
              !model->tables[place.table].columns[place.column].hidden)));
}

static void name_place(struct write_run *run, struct frame_place place)
{
    if (!is_place(run->model, place)) {
        write_fail(run, "it is hidden, or not there");
    } else if (place.table != QN_MODEL_NONE) {
        run->graph.named[place.table] = true;
    }
}

/* A place that must be a table, or a column of one. */
static void need_place(struct write_run *run, struct frame_place place)
{
    name_place(run, place);
    if (place.table == QN_MODEL_NONE) {
        write_fail(run, "it is not told of what");
    }
}

static void name_filters(struct write_run *run, const struct frame_filter *filters, size_t n,
                         int depth)
{
    if (n > FRAME_FILTERS_MAX || depth > 4) {
        write_fail(run, "too many conditions");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        name_place(run, filters[i].of);
        if (filters[i].test == FRAME_CONDITION &&
            filters[i].condition >= run->model->n_conditions) {
            write_fail(run, "no such condition");
        }
        if (filters[i].test == FRAME_EXISTS) {
            need_place(run, (struct frame_place){filters[i].related, QN_MODEL_NONE});
            name_filters(run, filters[i].inner, filters[i].n_inner, depth + 1);
        } else if (filters[i].test != FRAME_CONDITION) {
            need_place(run, filters[i].of);
        }
    }
}

static void name_measures(struct write_run *run)
{
    const struct frame *frame = run->frame;

    for (size_t i = 0; i < frame->n_measures; i++) {
        if (frame->measures[i].metric == QN_MODEL_NONE) {
            need_place(run, frame->measures[i].of);
        } else if (frame->measures[i].metric >= run->model->n_metrics) {
            write_fail(run, "no such metric");
        }
    }
    for (size_t i = 0; i < frame->n_dimensions; i++) {
        if (frame->dimensions[i].grain == FRAME_NO_GRAIN) {
            need_place(run, frame->dimensions[i].of);
        }
    }
}

/* The tables it is about; fails for what is out of the model. */
static void name_tables(struct write_run *run)
{
    const struct frame *frame = run->frame;

    name_place(run, (struct frame_place){frame->table, QN_MODEL_NONE});
    name_place(run, frame->time);
    name_place(run, frame->order);
    for (size_t i = 0; i < frame->n_dimensions; i++) {
        need_place(run, frame->dimensions[i].of);
    }
    for (size_t i = 0; i < frame->n_columns; i++) {
        need_place(run, frame->columns[i]);
    }
    name_filters(run, frame->filters, frame->n_filters, 0);
    name_filters(run, frame->part, frame->n_part, 0);
}

/* A time that is not told is that of the first measure, or of the table. */
static void settle_dimensions(struct write_run *run, struct frame *frame)
{
    struct write_measure first;

    name_measures(run);
    for (size_t i = 0; i < frame->n_dimensions; i++) {
        struct frame_dimension *one = &frame->dimensions[i];

        if (one->grain == FRAME_NO_GRAIN || one->of.column != QN_MODEL_NONE || run->rc != QN_OK) {
            continue;
        }
        if (one->of.table == QN_MODEL_NONE && frame->time.column != QN_MODEL_NONE) {
            one->of = frame->time;
        } else if (one->of.table == QN_MODEL_NONE && frame->n_measures > 0) {
            write_measure_plan(run, 0, &first);
            one->of = run->rc == QN_OK ? first.own : one->of;
        } else if (one->of.table != QN_MODEL_NONE) {
            one->of = write_time_of(run, one->of.table);
        }
    }
}

static int run_it(struct write_run *run, struct frame *frame, struct qn_buf *out)
{
    struct write_statement *statement = qn_arena_alloc(run->arena, 1, sizeof(*statement));

    path_graph_init(&run->graph, run->model, run->arena);
    if (statement == NULL || qn_arena_status(run->arena, "", NULL) != QN_OK) {
        return qn_arena_status(run->arena, "the statement", run->err);
    }
    if (frame->n_measures > FRAME_MEASURES_MAX || frame->n_dimensions > FRAME_DIMENSIONS_MAX ||
        frame->n_columns > FRAME_COLUMNS_MAX) {
        return qn_fail(run->err, QN_ESTATE, "too much at once");
    }
    settle_dimensions(run, frame);
    name_tables(run);
    if (run->rc == QN_OK) {
        write_statement(run, statement);
    }
    return finish(run, statement, out);
}

int write_frame(const struct qn_model *model, const struct frame *frame, const char *today,
                struct qn_buf *out, struct qn_err *reterr)
{
    struct write_run run = {.model = model, .err = reterr};
    struct frame copy = *frame;
    struct qn_arena arena;
    int rc;

    if (!calendar_parse(today, &run.today)) {
        return qn_fail(reterr, QN_EINVAL, "today: %.40s is no day", today);
    }
    if (copy.kind == FRAME_LIST && copy.n_measures > 0) {
        as_measure(&copy);
    }
    qn_arena_init(&arena, ARENA_MAX);
    run.frame = &copy;
    run.arena = &arena;
    rc = run_it(&run, &copy, out);
    qn_arena_release(&arena);
    return rc;
}
