#include "catalog_reading.h"
#include "catalog_text.h"

#include "common/str.h"
#include <stdlib.h>
#include <string.h>

int qn_catalog_taken(const struct qn_catalog_reading *reading, struct qn_err *reterr)
{
    return qn_arena_status(&reading->catalog->arena, "the catalogue", reterr);
}

/* Doubles: room is 1, 2, 4 ... */
void *qn_catalog_more(struct qn_arena *arena, const void *items, size_t n, size_t size)
{
    void *block;

    if (n > 0 && (n & (n - 1)) != 0) {
        memcpy(&block, &items, sizeof(block)); /* it is the arena's, whoever points to it */
        return block;
    }
    block = qn_arena_alloc(arena, n > 0 ? 2 * n : 1, size);
    if (block != NULL && n > 0) {
        memcpy(block, items, n * size);
    }
    return block;
}

int64_t qn_catalog_number(struct qn_span value)
{
    int64_t number;

    return value.data != NULL && qn_strn_to_i64(value.data, value.len, &number) == QN_OK ? number
                                                                                         : 0;
}

bool qn_catalog_true(struct qn_span value)
{
    return qn_span_is(value, "t");
}

struct qn_catalog_table *qn_catalog_of(const struct qn_catalog_reading *reading, struct qn_span oid)
{
    unsigned wanted = (unsigned)qn_catalog_number(oid);
    size_t low = 0, high = reading->catalog->n_tables;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct qn_catalog_table *table = &reading->catalog->tables[reading->by_oid[middle]];

        if (table->oid == wanted) {
            return table;
        }
        if (wanted < table->oid) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

size_t qn_catalog_numbered(const struct qn_catalog_table *table, int64_t number)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].number == number) {
            return i;
        }
    }
    return QN_CATALOG_NONE;
}

static const char *keep(struct qn_catalog_reading *reading, struct qn_span value)
{
    return qn_arena_text(&reading->catalog->arena, value.data, value.len);
}

int qn_catalog_take_database(void *arg, const struct qn_span *values, size_t n,
                             struct qn_err *reterr)
{
    struct qn_catalog_reading *reading = arg;
    struct qn_catalog *catalog = reading->catalog;

    (void)n;
    catalog->database = keep(reading, values[0]);
    catalog->role = keep(reading, values[1]);
    catalog->time_zone = keep(reading, values[2]);
    catalog->server_version = (int)qn_catalog_number(values[3]);
    catalog->superuser = qn_catalog_true(values[4]);
    catalog->writes = qn_catalog_true(values[5]);
    catalog->recovery = qn_catalog_true(values[6]);
    return qn_catalog_taken(reading, reterr);
}

static bool any_matches(const char *const *globs, size_t n, const struct qn_catalog_table *table)
{
    for (size_t i = 0; i < n; i++) {
        if (qn_glob_match(globs[i], table->schema, table->name)) {
            return true;
        }
    }
    return false;
}

static bool has_schema(const struct qn_catalog_choice *choice, const char *schema)
{
    for (size_t i = 0; i < choice->n_schemas; i++) {
        if (strcmp(choice->schemas[i], schema) == 0) {
            return true;
        }
    }
    return choice->n_schemas == 0;
}

static bool is_chosen(const struct qn_catalog_choice *choice, const struct qn_catalog_table *table)
{
    for (; choice != NULL; choice = choice->within) {
        if (!has_schema(choice, table->schema) ||
            (choice->n_include > 0 && !any_matches(choice->include, choice->n_include, table)) ||
            any_matches(choice->exclude, choice->n_exclude, table)) {
            return false;
        }
    }
    return true;
}

static bool is_wanted(const struct qn_catalog_choice *choice, const struct qn_catalog_table *table)
{
    return qn_utf8_valid(table->schema, strlen(table->schema)) &&
           qn_utf8_valid(table->name, strlen(table->name)) && is_chosen(choice, table);
}

static enum qn_catalog_kind kind_of(char kind)
{
    switch (kind) {
    case 'v':
        return QN_CATALOG_VIEW;
    case 'm':
        return QN_CATALOG_MATVIEW;
    case 'f':
        return QN_CATALOG_FOREIGN;
    default:
        return QN_CATALOG_TABLE;
    }
}

static void fill_table(struct qn_catalog_reading *reading, struct qn_catalog_table *table,
                       const struct qn_span *values)
{
    struct qn_arena *arena = &reading->catalog->arena;

    table->oid = (unsigned)qn_catalog_number(values[0]);
    table->kind = kind_of(values[3].data[0]);
    table->partitioned = values[3].data[0] == 'p';
    table->comment = qn_catalog_comment(arena, values[4]);
    table->view = "";
    table->readable = qn_catalog_true(values[5]);
    table->columns =
        qn_arena_alloc(arena, (size_t)qn_catalog_number(values[6]), sizeof(*table->columns));
    table->rows = strtod(values[7].data, NULL);
    table->pages = qn_catalog_number(values[8]);
    table->bytes = qn_catalog_number(values[9]);
    table->parts = qn_catalog_number(values[10]);
    table->analyzed_ms = qn_catalog_number(values[11]);
}

int qn_catalog_take_table(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct qn_catalog_reading *reading = arg;
    struct qn_catalog *catalog = reading->catalog;
    struct qn_catalog_table table = {.schema = keep(reading, values[1]),
                                     .name = keep(reading, values[2])};

    (void)n;
    if (!is_wanted(reading->choice, &table)) {
        catalog->left_out++;
        return qn_catalog_taken(reading, reterr);
    }
    if (catalog->n_tables == QN_CATALOG_TABLES_MAX) {
        return qn_fail(reterr, QN_ELIMIT,
                       "more than %d tables: choose some by globs, as include \"%.64s.*\"",
                       QN_CATALOG_TABLES_MAX, table.schema);
    }
    fill_table(reading, &table, values);
    catalog->tables =
        qn_catalog_more(&catalog->arena, catalog->tables, catalog->n_tables, sizeof(table));
    if (catalog->tables != NULL) {
        catalog->tables[catalog->n_tables++] = table;
    }
    catalog->unreadable += table.readable ? 0 : 1;
    return qn_catalog_taken(reading, reterr);
}

/* Differences: a part that could not be measured keeps the planner's numbers. */
int qn_catalog_take_size(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct qn_catalog_reading *reading = arg;
    struct qn_catalog_table *table = qn_catalog_of(reading, values[1]);

    (void)n;
    (void)reterr;
    reading->place = qn_catalog_number(values[0]);
    if (table != NULL) {
        table->pages += qn_catalog_number(values[2]);
        table->bytes += qn_catalog_number(values[3]);
    }
    return QN_OK;
}

static void fill_column(struct qn_catalog_reading *reading, struct qn_catalog_column *column,
                        const struct qn_span *values)
{
    struct qn_arena *arena = &reading->catalog->arena;

    column->number = (int)qn_catalog_number(values[1]);
    column->type = keep(reading, values[4]);
    column->domain = column->preset = "";
    column->not_null = qn_catalog_true(values[6]);
    column->identity = qn_catalog_true(values[7]);
    column->generated = qn_catalog_true(values[8]);
    column->readable = qn_catalog_true(values[9]);
    column->comment = qn_catalog_comment(arena, values[10]);
}

int qn_catalog_take_column(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct qn_catalog_reading *reading = arg;
    struct qn_catalog_table *table = qn_catalog_of(reading, values[0]);
    unsigned oid = (unsigned)qn_catalog_number(values[3]);
    struct qn_catalog_column *column;

    (void)n;
    if (table == NULL || !qn_utf8_valid(values[2].data, values[2].len)) {
        return QN_OK;
    }
    if (reading->n_columns++ == QN_CATALOG_COLUMNS_MAX) {
        return qn_fail(reterr, QN_ELIMIT,
                       "more than %d columns: choose some tables by globs, as include \"%.64s.*\"",
                       QN_CATALOG_COLUMNS_MAX, table->schema);
    }
    column = &table->columns[table->n_columns++];
    column->name = keep(reading, values[2]);
    fill_column(reading, column, values);
    qn_catalog_set_type(reading, column, oid, (int)qn_catalog_number(values[5]));
    column->readable = column->readable && table->readable;
    return qn_catalog_taken(reading, reterr);
}

/* Numbers of columns, as "2 1", to places: up to the first that is none. */
static size_t places(struct qn_catalog_reading *reading, const struct qn_catalog_table *table,
                     struct qn_span numbers, const size_t **ret)
{
    const char *at = numbers.data != NULL ? numbers.data : "";
    size_t *found = NULL, n = 0;

    while (*at != '\0') {
        char *end;
        size_t place = qn_catalog_numbered(table, strtol(at, &end, 10));

        if (place == QN_CATALOG_NONE) {
            break;
        }
        found = qn_catalog_more(&reading->catalog->arena, found, n, sizeof(*found));
        if (found == NULL) {
            return 0;
        }
        found[n++] = place;
        at = *end == ' ' ? end + 1 : end;
    }
    *ret = found;
    return n;
}

static size_t count_words(struct qn_span words)
{
    size_t n = words.len > 0 ? 1 : 0;

    for (size_t i = 0; i < words.len; i++) {
        n += words.data[i] == ' ' ? 1 : 0;
    }
    return n;
}

static void add_key(struct qn_catalog_reading *reading, struct qn_catalog_table *table,
                    const struct qn_catalog_index *index, bool primary, bool constraint)
{
    struct qn_catalog_key *keys =
        qn_catalog_more(&reading->catalog->arena, table->keys, table->n_keys, sizeof(*keys));

    if (keys != NULL) {
        keys[table->n_keys++] = (struct qn_catalog_key){.name = index->name,
                                                        .columns = index->columns,
                                                        .n = index->n,
                                                        .primary = primary,
                                                        .constraint = constraint};
        table->keys = keys;
    }
}

int qn_catalog_take_index(void *arg, const struct qn_span *values, size_t n, struct qn_err *reterr)
{
    struct qn_catalog_reading *reading = arg;
    struct qn_catalog_table *table = qn_catalog_of(reading, values[0]);
    struct qn_catalog_index index, *indexes;

    (void)n;
    if (table == NULL) {
        return QN_OK;
    }
    index = (struct qn_catalog_index){.name = keep(reading, values[1]),
                                      .unique = qn_catalog_true(values[3]),
                                      .partial = qn_catalog_true(values[6]),
                                      .valid = qn_catalog_true(values[7])};
    index.n = places(reading, table, values[2], &index.columns);
    if (index.unique && !index.partial && index.valid && index.n > 0 &&
        index.n == count_words(values[2])) {
        add_key(reading, table, &index, qn_catalog_true(values[4]), qn_catalog_true(values[5]));
    }
    indexes = qn_catalog_more(&reading->catalog->arena, table->indexes, table->n_indexes,
                              sizeof(*indexes));
    if (indexes != NULL) {
        indexes[table->n_indexes++] = index;
        table->indexes = indexes;
    }
    return qn_catalog_taken(reading, reterr);
}

int qn_catalog_take_reference(void *arg, const struct qn_span *values, size_t n,
                              struct qn_err *reterr)
{
    struct qn_catalog_reading *reading = arg;
    struct qn_catalog *catalog = reading->catalog;
    struct qn_catalog_table *table = qn_catalog_of(reading, values[0]);
    const struct qn_catalog_table *parent = qn_catalog_of(reading, values[2]);
    struct qn_catalog_reference reference, *references;

    (void)n;
    if (table == NULL || parent == NULL || !parent->readable) {
        return QN_OK;
    }
    reference = (struct qn_catalog_reference){.name = keep(reading, values[1]),
                                              .parent = (size_t)(parent - catalog->tables),
                                              .validated = qn_catalog_true(values[5])};
    reference.n = places(reading, table, values[3], &reference.columns);
    if (reference.n == 0 || reference.n != count_words(values[3]) ||
        reference.n != places(reading, parent, values[4], &reference.parent_columns)) {
        return qn_catalog_taken(reading, reterr);
    }
    references = qn_catalog_more(&catalog->arena, table->references, table->n_references,
                                 sizeof(*references));
    if (references != NULL) {
        references[table->n_references++] = reference;
        table->references = references;
    }
    return qn_catalog_taken(reading, reterr);
}
