#include "estimate.h"
#include "number.h"
#include "rebin.h"
#include "run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HASHED_VALUES  4e7   /* of one table: some seconds */
#define SORTED_VALUES  1.2e7 /* the same */
#define HASHED_LENGTH  200   /* longer texts are not hashed */
#define QUARTILE_ERROR 0.015 /* share of itself; of a sample */
#define KEPT           8192  /* distinct values counted at least: an error of 1 % */
#define OUTPUTS        4     /* of each column: distinct, quartiles, lowest, highest */

struct part {
    size_t column;
    unsigned bits; /* the values whose hash ends in so many zero bits are counted */
    bool distinct, bounds, quartiles;
};

struct whole {
    struct qn_run *run;
    struct part parts[QN_PROFILE_BATCH];
    size_t n;
    double hashed, sorted; /* budgets that are left */
    bool scanned;          /* rows are exact, and the estimates made with them */
};

static double values_of(const struct qn_run *run, const struct qn_profile_column *column)
{
    return run->ret->seen * (1 - column->nulls);
}

static unsigned bits_of(const struct qn_profile_column *column)
{
    double often = fmax(column->distinct_seen / KEPT, column->distinct / (8 * KEPT));
    unsigned bits = 0;

    while (often >= 2 && bits < 20) {
        often /= 2;
        bits++;
    }
    return bits;
}

static const char *hash_of(enum qn_family family)
{
    switch (family) {
    case QN_FAMILY_INTEGER:
        return "pg_catalog.hashint8extended(@::pg_catalog.int8, 0)";
    case QN_FAMILY_NUMERIC:
        return "pg_catalog.hash_numeric_extended(@::pg_catalog.numeric, 0)";
    case QN_FAMILY_FLOAT:
        return "pg_catalog.hashfloat8extended(@::pg_catalog.float8, 0)";
    case QN_FAMILY_UUID:
        return "pg_catalog.uuid_hash_extended(@::pg_catalog.uuid, 0)";
    case QN_FAMILY_TIMESTAMP:
        return "pg_catalog.timestamp_hash_extended(@::pg_catalog.timestamp, 0)";
    default:
        return "pg_catalog.hashtextextended(@::pg_catalog.text, 0)";
    }
}

/* As a double that orders as the values do; NULL for families that are left to the sample. */
static const char *double_of(enum qn_family family)
{
    switch (family) {
    case QN_FAMILY_INTEGER:
        return "@::pg_catalog.int8::pg_catalog.float8";
    case QN_FAMILY_NUMERIC:
        return "@::pg_catalog.numeric::pg_catalog.float8";
    case QN_FAMILY_FLOAT:
        return "@::pg_catalog.float8";
    case QN_FAMILY_DATE:
        return "pg_catalog.date_part('epoch', @::pg_catalog.timestamp)";
    case QN_FAMILY_TIMESTAMP:
        return "pg_catalog.date_part('epoch', @)";
    default:
        return NULL;
    }
}

#define LARGEST "1.7976931348623157e308::pg_catalog.float8"

/* Neither NaN, which is above all, nor infinity; NULL for families that have no such. */
static const char *finite_of(enum qn_family family)
{
    switch (family) {
    case QN_FAMILY_NUMERIC:
        return "pg_catalog.abs(@::pg_catalog.numeric::pg_catalog.float8) "
               "OPERATOR(pg_catalog.<=) " LARGEST;
    case QN_FAMILY_FLOAT:
        return "pg_catalog.abs(@::pg_catalog.float8) OPERATOR(pg_catalog.<=) " LARGEST;
    case QN_FAMILY_DATE:
    case QN_FAMILY_TIMESTAMP:
        return "pg_catalog.isfinite(@)";
    default:
        return NULL;
    }
}

static void add_finite(struct qn_buf *out, const struct qn_catalog_column *column)
{
    const char *finite = finite_of(column->family);

    if (finite != NULL) {
        qn_buf_add_str(out, " FILTER (WHERE ");
        qn_select_pattern(out, finite, column);
        qn_buf_add_byte(out, ')');
    }
}

static void add_quartiles(struct qn_buf *out, const struct qn_catalog_column *column)
{
    qn_buf_add_str(out, ", pg_catalog.percentile_cont("
                        "ARRAY[0.25, 0.5, 0.75]::pg_catalog.float8[]) WITHIN GROUP (ORDER BY ");
    qn_select_pattern(out, double_of(column->family), column);
    qn_buf_add_byte(out, ')');
    add_finite(out, column);
}

static void add_bounds(struct qn_buf *out, const struct qn_catalog_column *column)
{
    static const char *const bounds[] = {"min", "max"};
    const char *value = column->family == QN_FAMILY_NUMERIC ? "@::pg_catalog.numeric" : "@";

    for (size_t i = 0; i < 2; i++) {
        qn_buf_printf(out, ", pg_catalog.%s(", bounds[i]);
        qn_select_pattern(out, value, column);
        qn_buf_add_byte(out, ')');
        add_finite(out, column);
    }
}

static void add_part(struct qn_buf *out, const struct part *part,
                     const struct qn_catalog_column *column)
{
    if (part->distinct) {
        qn_buf_add_str(out, ", pg_catalog.count(DISTINCT ");
        qn_select_pattern(out, hash_of(column->family), column);
        qn_buf_add_str(out, ") FILTER (WHERE ");
        qn_select_pattern(out, hash_of(column->family), column);
        qn_buf_printf(out, " OPERATOR(pg_catalog.&) %llu OPERATOR(pg_catalog.=) 0)",
                      (1ULL << part->bits) - 1);
    } else {
        qn_buf_add_str(out, ", NULL");
    }
    if (part->quartiles) {
        add_quartiles(out, column);
    } else {
        qn_buf_add_str(out, ", NULL");
    }
    if (part->bounds) {
        add_bounds(out, column);
    } else {
        qn_buf_add_str(out, ", NULL, NULL");
    }
}

static struct qn_estimate_facts facts_of(const struct qn_run *run, size_t i)
{
    const struct qn_profile_column *column = &run->ret->columns[i];
    double values = values_of(run, column);

    return (struct qn_estimate_facts){
        .all = run->ret->rows * (1 - column->nulls),
        .values = values,
        .distinct = column->distinct_seen,
        .once = column->unique * values,
        .twice = run->twice[i],
    };
}

/* For want of better, by keys and by what was seen. */
static void estimate(struct qn_run *run)
{
    for (size_t i = 0; i < run->table->n_columns; i++) {
        const struct qn_estimate_facts facts = facts_of(run, i);
        struct qn_profile_column *column = &run->ret->columns[i];

        if (column->tier == QN_PROFILE_SAMPLED && facts.values > 0) {
            column->distinct =
                qn_catalog_is_unique(run->table, &i, 1) ? facts.all : qn_estimate_distinct(&facts);
        }
    }
}

static void take_quartiles(struct qn_profile_column *column, struct qn_span text)
{
    char copy[128];
    double found[3];
    char *at = copy;

    if (text.data == NULL || text.len >= sizeof(copy)) {
        return;
    }
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    for (size_t i = 0; i < 3; i++) {
        char *end;

        at += *at == '{' || *at == ',';
        found[i] = strtod(at, &end);
        if (end == at || !isfinite(found[i])) {
            return;
        }
        at = end;
    }
    memcpy(column->quartile, found, sizeof(found));
}

static void take_bounds(struct qn_run *run, const struct part *part, const struct qn_span *values)
{
    struct qn_profile_column *column = &run->ret->columns[part->column];
    enum qn_family family = run->table->columns[part->column].family;
    double low, high;

    if (values[0].data == NULL || values[1].data == NULL ||
        !qn_number_parse(family, values[0], &low) || !qn_number_parse(family, values[1], &high)) {
        return;
    }
    if (column->binned) {
        qn_rebin(column->bins, column->low, column->high, low, high);
    }
    column->low = low;
    column->high = high;
    column->min = qn_arena_text(run->arena, values[0].data, values[0].len);
    column->max = qn_arena_text(run->arena, values[1].data, values[1].len);
}

static int take_row(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct whole *whole = arg;
    struct qn_run *run = whole->run;

    (void)reterr;
    if (n != 1 + OUTPUTS * whole->n) {
        return QN_OK;
    }
    if (!whole->scanned && !run->ret->complete) {
        run->ret->rows = fmax(strtod(values[0].data, NULL), run->ret->seen);
        estimate(run);
    }
    whole->scanned = true;
    for (size_t i = 0; i < whole->n; i++) {
        const struct part *part = &whole->parts[i];
        struct qn_profile_column *column = &run->ret->columns[part->column];
        const struct qn_span *of = &values[1 + OUTPUTS * i];

        if (part->distinct) {
            double found = strtod(of[0].data, NULL) * (double)(1ULL << part->bits);

            column->distinct =
                fmin(fmax(found, column->distinct_seen), run->ret->rows * (1 - column->nulls));
        }
        take_quartiles(column, of[1]);
        take_bounds(run, part, &of[2]);
    }
    return QN_OK;
}

static enum qn_run_end scan(struct whole *whole, struct qn_err *err)
{
    struct qn_run *run = whole->run;
    struct qn_run_ask ask = {.fn = take_row, .arg = whole};
    enum qn_run_end end = QN_RUN_FAILED;
    struct qn_buf sql;

    qn_buf_init(&sql, QN_RUN_SQL_MAX);
    qn_buf_add_str(&sql, "SELECT pg_catalog.count(*)");
    for (size_t i = 0; i < whole->n; i++) {
        add_part(&sql, &whole->parts[i], &run->table->columns[whole->parts[i].column]);
    }
    qn_buf_add_str(&sql, " FROM ");
    qn_catalog_add_table(&sql, run->table);
    qn_buf_add_str(&sql, " AS t");
    ask.sql = sql.data;
    if (qn_buf_status(&sql) != QN_OK) {
        qn_fail(err, QN_ENOMEM, "no memory for a statement");
    } else {
        end = qn_run_statement(run, &ask, err);
    }
    qn_buf_release(&sql);
    return end;
}

/* Doubles are what a strange number may be refused as: once more without. */
static enum qn_run_end scan_batch(struct whole *whole, struct qn_err *err)
{
    enum qn_run_end end = scan(whole, err);

    if (end == QN_RUN_REFUSED) {
        for (size_t i = 0; i < whole->n; i++) {
            whole->parts[i].bounds = whole->parts[i].quartiles = false;
        }
        end = scan(whole, err);
    }
    whole->n = 0;
    return end;
}

static bool wants_distinct(const struct qn_run *run, size_t i)
{
    const struct qn_estimate_facts facts = facts_of(run, i);
    const struct qn_profile_column *column = &run->ret->columns[i];

    if (column->tier != QN_PROFILE_SAMPLED || column->length_mean > HASHED_LENGTH ||
        qn_catalog_is_unique(run->table, &i, 1)) {
        return false;
    }
    switch (run->table->columns[i].family) {
    case QN_FAMILY_OTHER:
    case QN_FAMILY_JSON:
    case QN_FAMILY_BYTES:
    case QN_FAMILY_GEO:
    case QN_FAMILY_ARRAY:
        return false;
    default:
        return !qn_estimate_is_safe(&facts);
    }
}

static bool wants_bounds(const struct qn_run *run, size_t i)
{
    const struct qn_profile_column *column = &run->ret->columns[i];

    return column->tier == QN_PROFILE_SAMPLED && column->low <= column->high &&
           double_of(run->table->columns[i].family) != NULL;
}

/* Where the sample may have missed them by too much, or not all numbers were kept. */
static bool wants_quartiles(const struct qn_run *run, size_t i)
{
    const struct qn_profile_column *column = &run->ret->columns[i];

    if (column->tier == QN_PROFILE_EXACT) {
        return column->low < column->high && double_of(run->table->columns[i].family) != NULL &&
               values_of(run, column) > (double)QN_GATHER_NUMBERS_MAX;
    }
    return wants_bounds(run, i) && run->doubt[i] > QUARTILE_ERROR;
}

static void choose(struct whole *whole, size_t i)
{
    const struct qn_run *run = whole->run;
    struct part part = {
        .column = i,
        .bits = bits_of(&run->ret->columns[i]),
        .distinct = wants_distinct(run, i) && whole->hashed >= run->ret->rows,
        .bounds = wants_bounds(run, i) && whole->hashed >= run->ret->rows,
        .quartiles =
            wants_quartiles(run, i) && (run->ret->complete || whole->sorted >= run->ret->rows),
    };

    whole->hashed -= part.distinct ? run->ret->rows : 0;
    whole->sorted -= part.quartiles ? run->ret->rows : 0;
    if (part.distinct || part.bounds || part.quartiles) {
        whole->parts[whole->n++] = part;
    }
}

/* Of a table that is too large to be scanned for it. */
static enum qn_run_end ask_statistics(struct qn_run *run, struct qn_err *err)
{
    bool *wanted = qn_arena_alloc(run->arena, run->table->n_columns, sizeof(*wanted));
    bool any = false;

    if (wanted == NULL) {
        qn_fail(err, QN_ENOMEM, "no memory for the profile");
        return QN_RUN_FAILED;
    }
    for (size_t i = 0; i < run->table->n_columns; i++) {
        wanted[i] = wants_distinct(run, i);
        any |= wanted[i];
    }
    return any ? qn_run_blend(run, wanted, err) : QN_RUN_DONE;
}

enum qn_run_end qn_run_whole(struct qn_run *run, struct qn_err *err)
{
    struct whole whole = {.run = run, .hashed = HASHED_VALUES, .sorted = SORTED_VALUES};
    bool few = run->sample.how == QN_READ_ALL && !run->ret->complete;
    enum qn_run_end end = QN_RUN_DONE;

    estimate(run);
    if (few) {
        return QN_RUN_DONE;
    }
    if (run->table->bytes > QN_RUN_SCAN_BYTES && !run->ret->complete) {
        end = ask_statistics(run, err);
        return end == QN_RUN_FAILED ? end : QN_RUN_DONE;
    }
    for (size_t i = 0; i < run->table->n_columns && end == QN_RUN_DONE; i++) {
        choose(&whole, i);
        if (whole.n == QN_PROFILE_BATCH || (whole.n > 0 && i + 1 == run->table->n_columns)) {
            end = scan_batch(&whole, err);
        }
    }
    return end == QN_RUN_FAILED ? end : QN_RUN_DONE;
}
