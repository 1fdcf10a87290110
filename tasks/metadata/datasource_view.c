/* datasource_view.c - list, show and check, and how a datasource is told. */
#include "common/json.h"
#include "common/str.h"
#include "datasource_run.h"
#include "role_check.h"
#include "tasks/lib/postgres_address.h"
#include <stdio.h>
#include <string.h>

#define VERDICTS_MAX ((size_t)1024 * 1024)
#define TEXT_MAX     ((size_t)64 * 1024)

/* ---- verdicts ---- */

/* width: to which blanks follow it; below 0, as a line of its own that is named before. */
static void add_member(struct qn_buf *out, struct qn_span verdict, const char *member, int width)
{
    struct qn_json_item item;
    struct qn_buf text;

    qn_buf_init(&text, TEXT_MAX);
    if (qn_json_find(verdict.data, verdict.len, member, &item) &&
        qn_json_unescape(item.value, &text) == QN_OK && text.len > 0) {
        if (width > 0) {
            qn_buf_printf(out, "%-*s", width, text.data);
        } else if (width == 0) {
            qn_buf_printf(out, "%s\n", text.data);
        } else {
            qn_buf_printf(out, "%15s%-5s %s\n", "", member, text.data);
        }
    }
    qn_buf_release(&text);
}

void datasource_tell_verdicts(struct qn_buf *out, const struct qn_buf *verdicts)
{
    struct qn_json_walk walk;
    struct qn_json_item verdict;
    struct qn_buf list;

    qn_buf_init(&list, VERDICTS_MAX + 2);
    qn_buf_printf(&list, "[%s]", verdicts->data);
    if (qn_buf_status(&list) == QN_OK && qn_json_walk_init(&walk, list.data, list.len) == QN_OK) {
        while (qn_json_walk_next(&walk, &verdict)) {
            add_member(out, verdict.value, "state", 9);
            add_member(out, verdict.value, "check", 11);
            add_member(out, verdict.value, "what", 0);
            add_member(out, verdict.value, "why", -1);
            add_member(out, verdict.value, "do", -1);
        }
    }
    qn_buf_release(&list);
}

/* ---- one ---- */

static void add_text(struct qn_buf *out, const char *key, const char *text)
{
    qn_json_add_key(out, key);
    qn_json_add_str(out, text);
}

static void add_number(struct qn_buf *out, const char *key, int64_t number)
{
    qn_json_add_key(out, key);
    qn_json_add_i64(out, number);
}

static void add_list(struct qn_buf *out, const char *key, const struct datasource_list *list)
{
    qn_json_add_key(out, key);
    datasource_list_to_json(list, out);
}

static struct qn_pg_place place_of(const struct datasource_record *record)
{
    struct qn_pg_place place = {.host = ""};

    (void)!qn_pg_place_of(record->url, &place, NULL);
    return place;
}

static void add_limits(struct qn_buf *out, const struct datasource_record *record)
{
    add_number(out, "query_ms", record->query_ms);
    add_number(out, "profile_ms", record->profile_ms);
    add_number(out, "connections", record->connections);
    add_number(out, "max_rows", record->max_rows);
}

static void add_model(struct qn_buf *out, const struct datasource_record *record)
{
    qn_json_add_key(out, "model");
    qn_buf_add_byte(out, '{');
    add_number(out, "newest", record->newest);
    add_number(out, "approved", record->approved);
    qn_buf_add_byte(out, '}');
}

void datasource_tell_json(struct qn_buf *out, const struct datasource_record *record)
{
    struct qn_pg_place place = place_of(record);

    qn_buf_add_byte(out, '{');
    add_text(out, "name", record->name);
    add_text(out, "host", place.host);
    add_text(out, "port", place.port);
    add_text(out, "database", place.database);
    add_text(out, "role", record->role);
    qn_json_add_key(out, "role_made");
    qn_buf_add_str(out, record->role_made ? "true" : "false");
    add_text(out, "time_zone", record->time_zone);
    qn_json_add_key(out, "hints");
    qn_buf_add_str(out, record->hints[0] != '\0' ? "true" : "false");
    add_limits(out, record);
    add_list(out, "schemas", &record->schemas);
    add_list(out, "include", &record->include);
    add_list(out, "exclude", &record->exclude);
    add_list(out, "hide", &record->hide);
    add_list(out, "show", &record->show);
    add_model(out, record);
    add_text(out, "made_at", record->made_at);
    add_text(out, "granted_at", record->granted_at);
    qn_buf_add_byte(out, '}');
}

static void line(struct qn_buf *out, const char *name, const char *text)
{
    if (text[0] != '\0') {
        qn_buf_printf(out, "%-16s %s\n", name, text);
    }
}

static void line_list(struct qn_buf *out, const char *name, const struct datasource_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        line(out, i == 0 ? name : "", list->items[i]);
    }
}

static void line_number(struct qn_buf *out, const char *name, int64_t number)
{
    char text[QN_I64_TEXT_SIZE];

    (void)qn_i64_to_str(number, text);
    line(out, name, text);
}

static void line_ms(struct qn_buf *out, const char *name, int64_t ms)
{
    char text[QN_MS_TEXT_SIZE];

    qn_ms_to_str(ms, text);
    line(out, name, text);
}

static void line_model(struct qn_buf *out, const struct datasource_record *record)
{
    if (record->newest == 0) {
        line(out, "model", "none yet: metadata.analyze makes one");
        return;
    }
    line_number(out, "model", record->newest);
    if (record->approved > 0) {
        line_number(out, "approved", record->approved);
    } else {
        line(out, "approved", "none");
    }
}

void datasource_tell_text(struct qn_buf *out, const struct datasource_record *record)
{
    struct qn_pg_place place = place_of(record);

    line(out, "name", record->name);
    line(out, "host", place.host);
    line(out, "port", place.port);
    line(out, "database", place.database);
    line(out, "role", record->role);
    line(out, "role is", record->role_made ? "its own" : "one that was given");
    line(out, "time zone", record->time_zone);
    line(out, "hints", record->hints[0] != '\0' ? "yes" : "none");
    line_ms(out, "query timeout", record->query_ms);
    line_ms(out, "profile timeout", record->profile_ms);
    line_number(out, "connections", record->connections);
    line_number(out, "max rows", record->max_rows);
    line_list(out, "schemas", &record->schemas);
    line_list(out, "include", &record->include);
    line_list(out, "exclude", &record->exclude);
    line_list(out, "hide", &record->hide);
    line_list(out, "show", &record->show);
    line_model(out, record);
    line(out, "made", record->made_at);
    line(out, "rights given", record->granted_at);
}

/* ---- list ---- */

static int list_one(void *arg, struct datasource_record *record, struct qn_err *reterr)
{
    struct datasource_run *run = arg;
    struct qn_pg_place place = place_of(record);
    char model[48] = "-";

    (void)reterr;
    if (run->words->json) {
        qn_buf_add_str(&run->out, run->out.data[run->out.len - 1] == '}' ? ",\n" : "");
        datasource_tell_json(&run->out, record);
        return QN_OK;
    }
    if (record->newest > 0) {
        snprintf(model, sizeof(model), "%lld%s", (long long)record->newest,
                 record->approved == record->newest ? " approved" : " draft");
    }
    if (run->out.len == 0) {
        qn_buf_printf(&run->out, "%-20s %-24s %-16s %-20s %s\n", "NAME", "HOST", "DATABASE", "ROLE",
                      "MODEL");
    }
    qn_buf_printf(&run->out, "%-20s %-24s %-16s %-20s %s\n", record->name, place.host,
                  place.database, record->role, model);
    return QN_OK;
}

int datasource_list_all(struct datasource_run *run, struct qn_err *reterr)
{
    int rc;

    if (run->words->json) {
        qn_buf_add_str(&run->out, "{\"datasources\":[");
    }
    rc = datasource_record_each(run->home, list_one, run, reterr);
    if (run->words->json) {
        qn_buf_add_str(&run->out, "]}\n");
    } else if (run->out.len == 0) {
        qn_buf_add_str(&run->out, "there is none; quern datasource add makes one\n");
    }
    return rc;
}

/* ---- show and check ---- */

static int load(struct datasource_run *run, struct datasource_record *record, struct qn_err *reterr)
{
    int rc = datasource_record_load(record, run->home, run->words->name, reterr);

    return rc != QN_OK || record->was_there
               ? rc
               : qn_fail(reterr, QN_ENOTFOUND, "no datasource %s; quern datasource list shows them",
                         run->words->name);
}

int datasource_show(struct datasource_run *run, struct qn_err *reterr)
{
    struct datasource_record record;
    int rc;

    datasource_record_init(&record, run->words->name);
    rc = load(run, &record, reterr);
    if (rc == QN_OK && run->words->json) {
        datasource_tell_json(&run->out, &record);
        qn_buf_add_byte(&run->out, '\n');
    } else if (rc == QN_OK) {
        datasource_tell_text(&run->out, &record);
    }
    datasource_record_release(&record);
    return rc;
}

static int check_one(void *arg, struct datasource_record *record, struct qn_err *reterr)
{
    struct datasource_run *run = arg;
    struct role_found found;
    struct qn_buf verdicts;

    (void)reterr;
    qn_buf_init(&verdicts, VERDICTS_MAX);
    role_check(record, &verdicts, &found);
    run->bad = run->bad || found.wrong > 0;
    if (run->words->json) {
        qn_buf_add_str(&run->out, run->out.data[run->out.len - 1] == '}' ? ",\n" : "");
        qn_buf_add_byte(&run->out, '{');
        add_text(&run->out, "name", record->name);
        qn_json_add_key(&run->out, "verdicts");
        qn_buf_printf(&run->out, "[%s]}", verdicts.data);
    } else {
        qn_buf_printf(&run->out, "%s%s\n", run->out.len > 0 ? "\n" : "", record->name);
        datasource_tell_verdicts(&run->out, &verdicts);
    }
    qn_buf_release(&verdicts);
    return QN_OK;
}

static int check_named(struct datasource_run *run, struct qn_err *reterr)
{
    struct datasource_record record;
    int rc;

    datasource_record_init(&record, run->words->name);
    rc = load(run, &record, reterr);
    if (rc == QN_OK) {
        rc = check_one(run, &record, reterr);
    }
    datasource_record_release(&record);
    return rc;
}

int datasource_check(struct datasource_run *run, struct qn_err *reterr)
{
    int rc;

    if (run->words->json) {
        qn_buf_add_str(&run->out, "{\"datasources\":[");
    }
    rc = run->words->name != NULL ? check_named(run, reterr)
                                  : datasource_record_each(run->home, check_one, run, reterr);
    if (run->words->json) {
        qn_buf_add_str(&run->out, "]}\n");
    } else if (run->out.len == 0) {
        qn_buf_add_str(&run->out, "there is none; quern datasource add makes one\n");
    }
    return rc;
}
