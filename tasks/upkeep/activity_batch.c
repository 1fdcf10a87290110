#include "activity_batch.h"

#include "common/json.h"
#include "common/str.h"
#include "tasks/lib/once.h"
#include "upkeep_sql.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define STEP       "activity"
#define PAGE       "1000" /* fields of one HSCAN, about */
#define EVENTS_MAX 1000000000000
#define WHEN_MAX   253402300799999 /* the end of the year 9999 */
#define PAGE_BYTES ((size_t)16 * 1024 * 1024)

/* ---- counts ---- */

static const struct {
    const char *name;
    size_t place;
} members[] = {
    {"users", offsetof(struct activity_count, users)},
    {"events", offsetof(struct activity_count, events)},
    {"unknown_users", offsetof(struct activity_count, unknown_users)},
    {"unknown_events", offsetof(struct activity_count, unknown_events)},
    {"ignored_fields", offsetof(struct activity_count, ignored)},
};
#define MEMBERS (sizeof(members) / sizeof(members[0]))

int activity_count_add(struct qn_buf *out, const struct activity_count *count)
{
    qn_buf_add_byte(out, '{');
    for (size_t i = 0; i < MEMBERS; i++) {
        qn_json_add_key(out, members[i].name);
        qn_json_add_i64(out,
                        *(const int64_t *)(const void *)((const char *)count + members[i].place));
    }
    return qn_buf_add_byte(out, '}');
}

/* Adds what a JSON object says. */
static void sum_up(struct activity_count *sum, struct qn_span json)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        struct qn_json_item item;
        int64_t n;

        if (qn_json_find(json.data, json.len, members[i].name, &item) &&
            qn_json_is_integer(item.value, &n)) {
            *(int64_t *)(void *)((char *)sum + members[i].place) += n;
        }
    }
}

/* ---- a page of fields, as arrays of PostgreSQL ---- */

struct page {
    struct qn_buf users, events, times;
    size_t n;
    int64_t ignored;
};

static void page_init(struct page *page)
{
    *page = (struct page){.n = 0};
    qn_buf_init(&page->users, PAGE_BYTES);
    qn_buf_init(&page->events, PAGE_BYTES);
    qn_buf_init(&page->times, PAGE_BYTES);
}

static void page_release(struct page *page)
{
    qn_buf_release(&page->users);
    qn_buf_release(&page->events);
    qn_buf_release(&page->times);
}

/* A number from least to most without sign or zeros in front. */
static bool read_number(struct qn_span text, int64_t least, int64_t most, int64_t *ret)
{
    bool zeros = text.len > 1 && text.data[0] == '0';

    return text.len > 0 && !zeros && qn_strn_to_i64(text.data, text.len, ret) == QN_OK &&
           *ret >= least && *ret <= most;
}

static void add_field(struct page *page, struct qn_span field, struct qn_span value)
{
    struct qn_span user = {field.data + 2, field.len < 2 ? 0 : field.len - 2};
    bool count = field.len > 2 && memcmp(field.data, "c:", 2) == 0;
    bool when = field.len > 2 && memcmp(field.data, "t:", 2) == 0;
    const char *comma = page->n > 0 ? "," : "";
    int64_t id, number;

    if ((!count && !when) || !read_number(user, 0, INT64_MAX, &id) ||
        !read_number(value, 0, count ? EVENTS_MAX : WHEN_MAX, &number)) {
        page->ignored++;
        return;
    }
    qn_buf_printf(&page->users, "%s%lld", comma, (long long)id);
    qn_buf_printf(count ? &page->events : &page->times, "%s%lld", comma, (long long)number);
    qn_buf_printf(count ? &page->times : &page->events, "%sNULL", comma);
    page->n++;
}

static int fill(struct page *page, const struct qn_rd_value *fields, struct qn_err *reterr)
{
    struct qn_buf *const arrays[] = {&page->users, &page->events, &page->times};
    int rc = QN_OK;

    page->n = 0;
    for (size_t i = 0; i < 3; i++) {
        qn_buf_reset(arrays[i]);
        qn_buf_add_byte(arrays[i], '{');
    }
    for (size_t i = 0; i + 1 < fields->n; i += 2) {
        add_field(page, qn_rd_item(fields, i).bytes, qn_rd_item(fields, i + 1).bytes);
    }
    for (size_t i = 0; i < 3 && rc == QN_OK; i++) {
        rc = qn_buf_add_byte(arrays[i], '}');
    }
    return rc == QN_OK ? QN_OK : qn_fail(reterr, rc, "a page of activity: %s", qn_err_text(rc));
}

static int stage(struct qn_pg *pg, const struct page *page, struct qn_err *reterr)
{
    const struct qn_span params[] = {
        {page->users.data, page->users.len},
        {page->events.data, page->events.len},
        {page->times.data, page->times.len},
    };

    return page->n > 0 ? qn_pg_run(pg, upkeep_sql_activity_add, params, 3, reterr) : QN_OK;
}

/* ---- all pages ---- */

struct reader {
    const struct activity_batch *batch;
    struct page page;
    char cursor[QN_I64_TEXT_SIZE + 4]; /* "0": at its begin, and at its end */
    int64_t done, total;               /* fields */
};

static int measure(struct reader *reader, struct qn_rd *rd, struct qn_err *reterr)
{
    const struct qn_span args[] = {qn_rd_text("HLEN"), qn_rd_text(reader->batch->key)};
    struct qn_rd_value answer;
    int rc = qn_rd_call(rd, args, 2, &answer, reterr);

    reader->total = rc == QN_OK ? answer.integer : 0;
    return rc;
}

static int read_page(struct reader *reader, struct qn_rd *rd, struct qn_err *reterr)
{
    const struct qn_span args[] = {qn_rd_text("HSCAN"), qn_rd_text(reader->batch->key),
                                   qn_rd_text(reader->cursor), qn_rd_text("COUNT"),
                                   qn_rd_text(PAGE)};
    struct qn_rd_value answer, fields;
    int rc = qn_rd_call(rd, args, 5, &answer, reterr);

    if (rc != QN_OK) {
        return rc;
    }
    fields = qn_rd_item(&answer, 1);
    if (!qn_str_copy(reader->cursor, sizeof(reader->cursor), qn_rd_item(&answer, 0).bytes.data)) {
        return qn_fail(reterr, QN_EPROTO, "HSCAN gave a cursor that is none");
    }
    reader->done += (int64_t)fields.n / 2;
    return fill(&reader->page, &fields, reterr);
}

static int read_all(struct reader *reader, struct qn_err *reterr)
{
    const struct upkeep *upkeep = qn_job_state(reader->batch->job);
    int rc = measure(reader, upkeep->cache, reterr);

    qn_str_copy(reader->cursor, sizeof(reader->cursor), "0");
    while (rc == QN_OK) {
        rc = read_page(reader, upkeep->cache, reterr);
        if (rc == QN_OK) {
            rc = stage(upkeep->pg, &reader->page, reterr);
        }
        qn_job_progress(reader->batch->job, reader->done, reader->total, "activity of users");
        if (strcmp(reader->cursor, "0") == 0) {
            break;
        }
    }
    return rc;
}

static int stage_all(const struct activity_batch *batch, int64_t *ret_ignored,
                     struct qn_err *reterr)
{
    const struct upkeep *upkeep = qn_job_state(batch->job);
    struct reader reader = {.batch = batch};
    int rc = qn_pg_run(upkeep->pg, upkeep_sql_settings, NULL, 0, reterr);

    if (rc == QN_OK) {
        rc = qn_pg_run(upkeep->pg, upkeep_sql_activity_stage, NULL, 0, reterr);
    }
    page_init(&reader.page);
    if (rc == QN_OK) {
        rc = read_all(&reader, reterr);
    }
    *ret_ignored = reader.page.ignored;
    page_release(&reader.page);
    return rc;
}

/* ---- once ---- */

static int write_staged(struct qn_pg *pg, struct activity_count *count, struct qn_err *reterr)
{
    struct qn_pg_rows *rows = NULL;
    int rc = qn_pg_query(pg, upkeep_sql_activity_write, NULL, 0, &rows, reterr);

    if (rc == QN_OK) {
        sum_up(count, qn_pg_value(rows, 0, 0));
        qn_pg_rows_free(rows);
    }
    return rc;
}

static int commit(struct qn_once *once, const struct activity_count *count, struct qn_err *reterr)
{
    struct qn_buf json;
    int rc;

    qn_buf_init(&json, UPKEEP_RESULT_MAX);
    rc = activity_count_add(&json, count);
    rc = rc == QN_OK ? qn_once_commit(once, json.data, json.len, reterr)
                     : qn_fail(reterr, rc, "what was counted: %s", qn_err_text(rc));
    qn_buf_release(&json);
    return rc;
}

static int write_now(const struct activity_batch *batch, struct qn_once *once,
                     struct activity_count *count, struct qn_err *reterr)
{
    int rc = stage_all(batch, &count->ignored, reterr);

    if (rc == QN_OK) {
        rc = write_staged(once->pg, count, reterr);
    }
    return rc == QN_OK ? commit(once, count, reterr) : rc;
}

int activity_batch_write(const struct activity_batch *batch, struct activity_count *sum,
                         struct qn_err *reterr)
{
    const struct upkeep *upkeep = qn_job_state(batch->job);
    struct activity_count count = {0};
    struct qn_once once = {.pg = NULL};
    int rc = qn_once_begin_for(&once, upkeep->pg, batch->job, batch->name, STEP, reterr);

    if (rc == QN_OK && qn_once_is_done(&once)) {
        sum_up(&count, qn_once_result(&once));
    } else if (rc == QN_OK) {
        rc = write_now(batch, &once, &count, reterr);
    }
    qn_once_release(&once);
    if (rc == QN_OK) {
        sum->users += count.users;
        sum->events += count.events;
        sum->unknown_users += count.unknown_users;
        sum->unknown_events += count.unknown_events;
        sum->ignored += count.ignored;
    }
    return rc;
}

int activity_batch_name(struct activity_batch *batch, struct qn_job *job, struct qn_span name,
                        struct qn_err *reterr)
{
    char tail[UPKEEP_KEY_SIZE];

    if (name.len == 0 || name.len >= sizeof(batch->name)) {
        return qn_fail(reterr, QN_EINVAL, "the name of a batch of activity has %zu bytes",
                       name.len);
    }
    *batch = (struct activity_batch){.job = job};
    memcpy(batch->name, name.data, name.len);
    snprintf(tail, sizeof(tail), "activity:batch:%s", batch->name);
    upkeep_key(batch->key, tail);
    return QN_OK;
}
