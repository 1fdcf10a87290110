#include "datasource_record.h"

#include "common/json.h"
#include "common/str.h"
#include "tasks/lib/database.h"
#include <string.h>

#define ARENA_MAX ((size_t)32 * 1024 * 1024)
#define LIST_MAX  ((size_t)4 * 1024 * 1024) /* bytes of one as JSON */

#define INSTANT(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

static const char load_sql[] =
    "SELECT name, url, role, role_made, to_json(schemas), to_json(include), to_json(exclude),"
    " to_json(hide), to_json(show), time_zone, hints, query_ms, profile_ms, connections,"
    " max_rows, " INSTANT("made_at") ", " INSTANT(
        "granted_at") ","
                      " (SELECT max(version) FROM quern.models WHERE datasource = name),"
                      " (SELECT version FROM quern.models WHERE datasource = name"
                      "  AND approved_at IS NOT NULL"
                      "  ORDER BY approved_at DESC, version DESC LIMIT 1)"
                      " FROM quern.datasources WHERE name = $1";

#define LIST(param) "ARRAY(SELECT json_array_elements_text(" param "::json))"
static const char save_sql[] =
    "INSERT INTO quern.datasources (name, url, role, role_made, schemas, include, exclude, hide,"
    " show, time_zone, hints, query_ms, profile_ms, connections, max_rows)"
    " VALUES ($1, $2, $3, $4::boolean, " LIST("$5") ", " LIST("$6") ", " LIST("$7") ", " LIST(
        "$8") ", " LIST("$9") ", $10, $11, $12::bigint, $13::bigint, $14::integer, $15::bigint)"
                              " ON CONFLICT (name) DO UPDATE SET url = excluded.url, role = "
                              "excluded.role,"
                              " role_made = excluded.role_made, schemas = excluded.schemas, "
                              "include = excluded.include,"
                              " exclude = excluded.exclude, hide = excluded.hide, show = "
                              "excluded.show,"
                              " time_zone = excluded.time_zone, hints = excluded.hints, query_ms = "
                              "excluded.query_ms,"
                              " profile_ms = excluded.profile_ms, connections = "
                              "excluded.connections,"
                              " max_rows = excluded.max_rows, "
                              " granted_at = CASE WHEN $16::boolean THEN excluded.granted_at"
                              " ELSE datasources.granted_at END";

enum column {
    NAME,
    URL,
    ROLE,
    ROLE_MADE,
    SCHEMAS,
    INCLUDE,
    EXCLUDE,
    HIDE,
    SHOW,
    ZONE,
    HINTS,
    QUERY_MS,
    PROFILE_MS,
    CONNECTIONS,
    MAX_ROWS,
    MADE_AT,
    GRANTED_AT,
    NEWEST,
    APPROVED,
};

void datasource_record_init(struct datasource_record *record, const char *name)
{
    *record = (struct datasource_record){
        .name = name,
        .url = "",
        .role = "",
        .time_zone = "UTC",
        .hints = "",
        .query_ms = 10000,
        .profile_ms = 30000,
        .connections = 8,
        .max_rows = 1000,
        .made_at = "",
        .granted_at = "",
    };
    qn_arena_init(&record->arena, ARENA_MAX);
}

void datasource_record_release(struct datasource_record *record)
{
    qn_arena_release(&record->arena);
}

/* ---- lists ---- */

int datasource_list_add(struct datasource_list *list, const char *item, struct qn_err *reterr)
{
    if (list->n >= DATASOURCE_LIST_MAX) {
        return qn_fail(reterr, QN_ELIMIT, "more than %d items in a list", DATASOURCE_LIST_MAX);
    }
    list->items[list->n++] = item;
    return QN_OK;
}

void datasource_list_to_json(const struct datasource_list *list, struct qn_buf *out)
{
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (i > 0) {
            qn_buf_add_byte(out, ',');
        }
        qn_json_add_str(out, list->items[i]);
    }
    qn_buf_add_byte(out, ']');
}

static int list_from_json(struct datasource_record *record, struct qn_span json,
                          struct datasource_list *ret, struct qn_err *reterr)
{
    struct qn_json_walk walk;
    struct qn_json_item item;
    struct qn_buf text;
    int rc = qn_json_walk_init(&walk, json.data, json.len);

    ret->n = 0;
    qn_buf_init(&text, LIST_MAX);
    while (rc == QN_OK && qn_json_walk_next(&walk, &item)) {
        qn_buf_reset(&text);
        rc = qn_json_unescape(item.value, &text);
        if (rc == QN_OK) {
            rc = datasource_list_add(ret, qn_arena_text(&record->arena, text.data, text.len),
                                     reterr);
        }
    }
    qn_buf_release(&text);
    return rc == QN_OK ? QN_OK
                       : qn_fail(reterr, rc, "datasource %.64s: a list of globs: %s", record->name,
                                 qn_err_text(rc));
}

/* ---- rows ---- */

static const char *text_at(struct datasource_record *record, const struct qn_pg_rows *rows,
                           enum column column)
{
    return qn_arena_str(&record->arena, qn_pg_str(rows, 0, column));
}

static int64_t number_at(const struct qn_pg_rows *rows, enum column column)
{
    int64_t number = 0;

    return qn_str_to_i64(qn_pg_str(rows, 0, column), &number) == QN_OK ? number : 0;
}

static int take_lists(struct datasource_record *record, const struct qn_pg_rows *rows,
                      struct qn_err *reterr)
{
    const struct {
        enum column column;
        struct datasource_list *list;
    } lists[] = {{SCHEMAS, &record->schemas},
                 {INCLUDE, &record->include},
                 {EXCLUDE, &record->exclude},
                 {HIDE, &record->hide},
                 {SHOW, &record->show}};
    int rc = QN_OK;

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && rc == QN_OK; i++) {
        rc = list_from_json(record, qn_pg_value(rows, 0, lists[i].column), lists[i].list, reterr);
    }
    return rc;
}

static int take_row(struct datasource_record *record, const struct qn_pg_rows *rows,
                    struct qn_err *reterr)
{
    int rc;

    record->was_there = true;
    record->name = text_at(record, rows, NAME);
    record->url = text_at(record, rows, URL);
    record->role = text_at(record, rows, ROLE);
    record->role_made = strcmp(qn_pg_str(rows, 0, ROLE_MADE), "t") == 0;
    record->time_zone = text_at(record, rows, ZONE);
    record->hints = text_at(record, rows, HINTS);
    record->query_ms = number_at(rows, QUERY_MS);
    record->profile_ms = number_at(rows, PROFILE_MS);
    record->connections = number_at(rows, CONNECTIONS);
    record->max_rows = number_at(rows, MAX_ROWS);
    record->made_at = text_at(record, rows, MADE_AT);
    record->granted_at = text_at(record, rows, GRANTED_AT);
    record->newest = number_at(rows, NEWEST);
    record->approved = number_at(rows, APPROVED);
    rc = take_lists(record, rows, reterr);
    return rc == QN_OK ? qn_arena_status(&record->arena, "a datasource", reterr) : rc;
}

int datasource_record_load(struct datasource_record *record, struct qn_pg *pg, const char *name,
                           struct qn_err *reterr)
{
    const struct qn_span param = qn_pg_text(name);
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(pg, load_sql, &param, 1, &rows, reterr);

    if (rc == QN_OK && qn_pg_rows_count(rows) > 0) {
        rc = take_row(record, rows, reterr);
    }
    qn_pg_rows_free(rows);
    return rc;
}

static int save_with(const struct datasource_record *record, struct qn_buf lists[5],
                     struct qn_pg *pg, struct qn_err *reterr)
{
    char numbers[4][QN_PG_NUMBER_SIZE];
    const struct qn_span params[] = {
        qn_pg_text(record->name),
        qn_pg_text(record->url),
        qn_pg_text(record->role),
        qn_pg_text(record->role_made ? "true" : "false"),
        qn_pg_bytes(lists[0].data, lists[0].len),
        qn_pg_bytes(lists[1].data, lists[1].len),
        qn_pg_bytes(lists[2].data, lists[2].len),
        qn_pg_bytes(lists[3].data, lists[3].len),
        qn_pg_bytes(lists[4].data, lists[4].len),
        qn_pg_text(record->time_zone),
        qn_pg_text(record->hints),
        qn_pg_number(record->query_ms, numbers[0]),
        qn_pg_number(record->profile_ms, numbers[1]),
        qn_pg_number(record->connections, numbers[2]),
        qn_pg_number(record->max_rows, numbers[3]),
        qn_pg_text(record->granted ? "true" : "false"),
    };

    return qn_pg_run(pg, save_sql, params, sizeof(params) / sizeof(params[0]), reterr);
}

int datasource_record_save(const struct datasource_record *record, struct qn_pg *pg,
                           struct qn_err *reterr)
{
    const struct datasource_list *const lists[] = {&record->schemas, &record->include,
                                                   &record->exclude, &record->hide, &record->show};
    struct qn_buf json[5];
    int rc = QN_OK;

    for (size_t i = 0; i < 5; i++) {
        qn_buf_init(&json[i], LIST_MAX);
        datasource_list_to_json(lists[i], &json[i]);
        rc = rc == QN_OK ? qn_buf_status(&json[i]) : rc;
    }
    rc = rc == QN_OK ? save_with(record, json, pg, reterr)
                     : qn_fail(reterr, rc, "a list of globs: %s", qn_err_text(rc));
    for (size_t i = 0; i < 5; i++) {
        qn_buf_release(&json[i]);
    }
    return rc;
}

int datasource_record_delete(struct qn_pg *pg, const char *name, struct qn_err *reterr)
{
    const struct qn_span param = qn_pg_text(name);

    return qn_pg_run(pg, "DELETE FROM quern.datasources WHERE name = $1", &param, 1, reterr);
}

static int give_each(const struct qn_pg_rows *names, struct qn_pg *pg, datasource_record_fn *fn,
                     void *arg, struct qn_err *reterr)
{
    int rc = QN_OK;

    for (size_t i = 0; i < qn_pg_rows_count(names) && rc == QN_OK; i++) {
        struct datasource_record record;

        datasource_record_init(&record, "");
        rc = datasource_record_load(&record, pg, qn_pg_str(names, i, 0), reterr);
        if (rc == QN_OK && record.was_there) {
            rc = fn(arg, &record, reterr);
        }
        datasource_record_release(&record);
    }
    return rc;
}

int datasource_record_each(struct qn_pg *pg, datasource_record_fn *fn, void *arg,
                           struct qn_err *reterr)
{
    struct qn_pg_rows *names = NULL;
    int rc = qn_pg_query(pg, "SELECT name FROM quern.datasources ORDER BY name", NULL, 0, &names,
                         reterr);

    if (rc == QN_OK) {
        rc = give_each(names, pg, fn, arg, reterr);
    }
    qn_pg_rows_free(names);
    return rc;
}
