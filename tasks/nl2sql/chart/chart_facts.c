#include "chart_facts.h"

#include "chart_index.h"
#include "tasks/lib/svg_text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define IDS_TRIED       4
#define DIMENSIONS_MOST 6 /* more columns to group by are a list, not a picture */

const char *const chart_fact_texts[CHART_FACT_COUNT] = {
#define CHART_FACT_TEXT(name, text) text,
    CHART_FACTS(CHART_FACT_TEXT)
#undef CHART_FACT_TEXT
};

struct dimension {
    size_t column;
    size_t *places; /* of the value of each row */
    size_t n;       /* different values */
};

struct search {
    struct chart_facts *facts;
    const struct query_rows *rows;
    struct qn_arena *arena;
    struct dimension dims[DIMENSIONS_MOST];
    size_t n_dims, n_wanted;
    size_t ids[QUERY_COLUMNS_MAX], n_ids;
};

static void hold(struct chart_facts *facts, uint64_t bit, bool is)
{
    facts->hold |= is ? bit : 0;
}

static bool is_time(const struct search *search, const struct dimension *dim)
{
    return search->facts->columns[dim->column].class == CHART_IS_TIME;
}

static void count_values(const struct search *search, struct dimension *dim)
{
    struct chart_index index;

    chart_index_init(&index, search->arena, search->rows->n_rows);
    dim->places = qn_arena_alloc(search->arena, search->rows->n_rows + 1, sizeof(size_t));
    for (size_t row = 0; row < search->rows->n_rows && dim->places != NULL; row++) {
        dim->places[row] = chart_index_add(&index, query_cell(search->rows, row, dim->column));
    }
    dim->n = index.n;
}

static void add_dimension(struct search *search, size_t column)
{
    struct dimension dim = {.column = column};

    search->n_wanted++;
    if (search->n_dims == DIMENSIONS_MOST) {
        return;
    }
    count_values(search, &dim);
    search->dims[search->n_dims++] = dim;
}

static void sort_columns(struct search *search)
{
    struct chart_facts *facts = search->facts;

    for (size_t c = 0; c < search->rows->n_columns && c < QUERY_COLUMNS_MAX; c++) {
        chart_column_look(search->rows, c, &facts->columns[c]);
        switch (facts->columns[c].class) {
        case CHART_IS_TIME:
        case CHART_IS_CATEGORY:
            add_dimension(search, c);
            break;
        case CHART_IS_MEASURE:
            facts->measures[facts->n_measures++] = c;
            break;
        case CHART_IS_ID:
            search->ids[search->n_ids++] = c;
            break;
        case CHART_IS_LATITUDE:
            facts->latitude = c;
            break;
        case CHART_IS_LONGITUDE:
            facts->longitude = c;
            break;
        default:
            break;
        }
    }
}

static void drop_dimension(struct search *search, size_t i)
{
    search->n_dims--;
    memmove(&search->dims[i], &search->dims[i + 1], (search->n_dims - i) * sizeof(search->dims[0]));
}

/* What is the same in all rows groups nothing. */
static void drop_constants(struct search *search)
{
    for (size_t i = search->n_dims; i-- > 0;) {
        if (search->dims[i].n < 2) {
            drop_dimension(search, i);
        }
    }
}

static bool is_unique(const struct search *search, size_t i)
{
    return search->dims[i].n == search->rows->n_rows;
}

/* What differs in each row says all that the others say: the first of these is the axis. A time
 * only when the categories differ too: a line does not go from one thing to another. */
static void prefer_unique(struct search *search)
{
    bool all = true;

    for (size_t i = 0; i < search->n_dims; i++) {
        all = all && (is_time(search, &search->dims[i]) || is_unique(search, i));
    }
    for (size_t i = 0; i < search->n_dims; i++) {
        if (is_unique(search, i) && (all || !is_time(search, &search->dims[i]))) {
            search->dims[0] = search->dims[i];
            search->n_dims = 1;
        }
    }
}

/* Names that are there twice are told apart by an id. */
static bool ids_tell(const struct search *search)
{
    for (size_t i = 0; i < search->n_ids && i < IDS_TRIED; i++) {
        struct dimension dim = {.column = search->ids[i]};

        count_values(search, &dim);
        if (dim.n == search->rows->n_rows) {
            return true;
        }
    }
    return false;
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

static bool pairs_differ(const struct search *search)
{
    size_t n = search->rows->n_rows;
    uint64_t *pairs = qn_arena_alloc(search->arena, n + 1, sizeof(*pairs));
    const struct dimension *dims = search->dims;

    if (pairs == NULL || dims[0].places == NULL || dims[1].places == NULL) {
        return false;
    }
    for (size_t row = 0; row < n; row++) {
        pairs[row] = (uint64_t)dims[0].places[row] << 32 | dims[1].places[row];
    }
    qsort(pairs, n, sizeof(*pairs), compare);
    for (size_t row = 1; row < n; row++) {
        if (pairs[row] == pairs[row - 1]) {
            return false;
        }
    }
    return true;
}

static void swap_dimensions(struct search *search)
{
    struct dimension first = search->dims[0];

    search->dims[0] = search->dims[1];
    search->dims[1] = first;
}

static bool is_of_grain(const struct search *search, size_t i, enum chart_grain grain)
{
    return search->facts->columns[search->dims[i].column].grain == grain;
}

/* A year and a month of it: the months are the axis, each year is a line. */
static void order_two(struct search *search)
{
    if (is_time(search, &search->dims[0]) && is_time(search, &search->dims[1])) {
        if (is_of_grain(search, 0, CHART_GRAIN_YEAR)) {
            swap_dimensions(search);
        }
    } else if (is_time(search, &search->dims[1]) ||
               (!is_time(search, &search->dims[0]) && search->dims[0].n < search->dims[1].n)) {
        swap_dimensions(search);
    }
}

static void find_two(struct search *search)
{
    struct chart_facts *facts = search->facts;
    bool first, second;

    order_two(search);
    first = is_time(search, &search->dims[0]);
    second = is_time(search, &search->dims[1]);
    if (first && second) { /* months of years are lines; hours of weekdays a grid */
        first = is_of_grain(search, 1, CHART_GRAIN_YEAR);
        second = !is_of_grain(search, 0, CHART_GRAIN_STEP) ||
                 (!first && !is_of_grain(search, 1, CHART_GRAIN_STEP));
    }
    if (is_of_grain(search, 0, CHART_GRAIN_STEP) &&
        facts->columns[search->dims[1].column].ordered) {
        first = false; /* hours of named weekdays are one too */
    }
    if (!pairs_differ(search) || second) {
        return;
    }
    facts->x = search->dims[0].column;
    facts->series = search->dims[1].column;
    facts->n_x = search->dims[0].n;
    facts->n_series = search->dims[1].n;
    hold(facts, CHART_BIT(OF_TIME_CATEGORY), first);
    hold(facts, CHART_BIT(OF_CATEGORIES), !first);
}

static void find_one(struct search *search)
{
    struct chart_facts *facts = search->facts;
    struct dimension *dim = &search->dims[0];
    bool each_once = dim->n == search->rows->n_rows;

    if (each_once || (!is_time(search, dim) && ids_tell(search))) {
        facts->x = dim->column;
        facts->n_x = search->rows->n_rows;
        hold(facts, is_time(search, dim) ? CHART_BIT(OF_TIME) : CHART_BIT(OF_CATEGORY), true);
    }
}

static void find_shape(struct search *search)
{
    if (search->n_wanted > DIMENSIONS_MOST) {
        return;
    }
    drop_constants(search);
    prefer_unique(search);
    if (search->n_dims == 0 && search->n_ids == 1 && search->rows->n_rows <= CHART_IDS_MOST) {
        add_dimension(search, search->ids[0]);
    }
    if (search->n_dims == 0) {
        hold(search->facts, CHART_BIT(OF_NOTHING), true);
    } else if (search->n_dims == 1) {
        find_one(search);
    } else if (search->n_dims == 2) {
        find_two(search);
    }
}

static void hold_measures(struct chart_facts *facts, const struct query_rows *rows)
{
    const struct chart_column *first = &facts->columns[facts->measures[0]];
    double least = INFINITY, most = 0;
    bool one_unit = true;

    if (facts->n_measures == 0) {
        return;
    }
    for (size_t i = 0; i < facts->n_measures; i++) {
        const struct chart_column *column = &facts->columns[facts->measures[i]];
        double size = fmax(fabs(column->low), fabs(column->high));

        least = fmin(least, size);
        most = fmax(most, size);
        one_unit = one_unit && strcmp(rows->columns[facts->measures[i]].unit,
                                      rows->columns[facts->measures[0]].unit) == 0;
    }
    hold(facts, CHART_BIT(MEASURE), true);
    hold(facts, CHART_BIT(MEASURES), facts->n_measures >= 2);
    hold(facts, CHART_BIT(PAIR), facts->n_measures == 2);
    hold(facts, CHART_BIT(LINES), facts->n_measures <= CHART_LINES_MOST);
    hold(facts, CHART_BIT(NEAR), one_unit && most <= CHART_NEAR * least);
    hold(facts, CHART_BIT(ADDITIVE), first->additive);
    hold(facts, CHART_BIT(PARTS), first->low > 0 && first->values == rows->n_rows);
}

/* Whether labels below bars would stand on each other. */
static bool are_labels_long(const struct query_rows *rows, const struct chart_facts *facts)
{
    size_t longest = 0, all = 0;

    for (size_t row = 0; row < rows->n_rows; row++) {
        struct qn_span cell = query_cell(rows, row, facts->x);
        size_t columns = qn_svg_columns(cell.data, cell.len);

        longest = columns > longest ? columns : longest;
        all += columns + 1;
    }
    return longest > CHART_LABEL_COLUMNS || all > CHART_LABELS_COLUMNS;
}

static void hold_sizes(struct chart_facts *facts, const struct query_rows *rows)
{
    size_t n = facts->n_x;

    hold(facts, CHART_BIT(ROWS_5), rows->n_rows >= CHART_SCATTER_LEAST);
    hold(facts, CHART_BIT(ROWS_10), rows->n_rows >= CHART_HISTOGRAM_LEAST);
    if (facts->x == QN_MODEL_NONE) {
        return;
    }
    hold(facts, CHART_BIT(FEW_PARTS), n <= CHART_DONUT_MOST);
    hold(facts, CHART_BIT(BARS), n <= CHART_BARS_MOST);
    hold(facts, CHART_BIT(GROUPS), n <= CHART_GROUPS);
    hold(facts, CHART_BIT(LABELS_LONG), are_labels_long(rows, facts));
    hold(facts, CHART_BIT(FEW_SERIES), facts->n_series <= CHART_SERIES_MAX);
    hold(facts, CHART_BIT(SMALL_GRID), facts->n_series <= CHART_GROUP_BARS && n <= CHART_GROUPS);
    hold(facts, CHART_BIT(GRID), facts->n_series <= CHART_HEAT_MOST && n <= CHART_HEAT_MOST);
}

int chart_facts_find(struct chart_facts *ret, const struct query_rows *rows, bool share,
                     struct qn_arena *arena, struct qn_err *reterr)
{
    struct search search = {.facts = ret, .rows = rows, .arena = arena};

    memset(ret, 0, sizeof(*ret));
    ret->x = ret->series = ret->latitude = ret->longitude = QN_MODEL_NONE;
    sort_columns(&search);
    hold(ret, CHART_BIT(SHARE), share);
    hold(ret, CHART_BIT(EMPTY), rows->n_rows == 0 || rows->n_columns == 0);
    hold(ret, CHART_BIT(CELL), rows->n_rows == 1 && rows->n_columns == 1);
    hold(ret, CHART_BIT(ROW), rows->n_rows == 1 && rows->n_columns <= CHART_TILES_MOST);
    hold(ret, CHART_BIT(PLACES), ret->latitude != QN_MODEL_NONE && ret->longitude != QN_MODEL_NONE);
    if (rows->n_rows > 1) {
        find_shape(&search);
    }
    hold_measures(ret, rows);
    hold_sizes(ret, rows);
    return qn_arena_status(arena, "the picture of an answer", reterr);
}
