#include "dashboard_fetch.h"

#include "common/clock.h"
#include "common/mem.h"
#include "common/str.h"
#include "dashboard_record.h"
#include <stdio.h>
#include <string.h>

#define FORMAT  "rows/1"
#define BATCH   (3 * QUERY_AT_ONCE) /* rows of so many statements are in memory at a time */
#define WAIT_MS 30000               /* for others' loads, of all widgets together */
#define PARTS   10

#define LOCK_TIMEOUT "55P03"

struct item {
    struct run *run;
    struct dashboard_part *part;
    struct qn_kv_load *load; /* the lease is ours, while it is not NULL */
    struct qn_buf record;    /* of the rows that were read */
    bool missing;            /* the cache has none: to be run */
};

struct run {
    const struct dashboard_fetch *fetch;
    struct item *items;
    size_t n;
    int64_t started_ms;
    bool alone; /* waited in vain: no more waiting */
    bool ran;   /* what is missing has been run */
    int rc;     /* of all */
    struct qn_err *reterr;
};

static void ask_from(struct run *run, size_t at);

/* ---- the database ---- */

static enum dashboard_code code_of(int rc)
{
    switch (rc) {
    case QN_ETIMEOUT:
        return DASHBOARD_TIMEOUT;
    case QN_ECONN:
    case QN_EAGAIN:
        return DASHBOARD_UNREACHABLE;
    default:
        return DASHBOARD_FAILED;
    }
}

/* The database may yet answer it: last rows are better than none. */
static bool may_answer(const struct dashboard_part *part)
{
    return part->code == DASHBOARD_TIMEOUT || part->code == DASHBOARD_UNREACHABLE;
}

/* What is shown is what the record holds. */
static int show(struct item *item, struct qn_span record, enum dashboard_from from,
                struct qn_err *reterr)
{
    struct dashboard_part *part = item->part;
    int rc = dashboard_record_read(&part->rows, &part->made_ms, record, reterr);

    if (rc == QN_OK) {
        part->code = DASHBOARD_ANSWERED;
        part->reason[0] = '\0';
        part->from = from;
    } else {
        query_rows_release(&part->rows);
    }
    return rc;
}

static void take_answer(struct item *item, struct query *query)
{
    struct dashboard_part *part = item->part;
    struct qn_err err = {.code = QN_OK};
    int rc = query->rc;

    part->ms = query->wait_ms + query->connect_ms + query->gate_ms + query->run_ms;
    if (rc == QN_OK && query->verdict.class != GUARD_ALLOWED) {
        dashboard_part_refuse(part, DASHBOARD_GUARD, query->verdict.reason);
        return;
    }
    if (rc == QN_OK) {
        rc = dashboard_record_write(&query->rows, qn_wall_ms(&qn_clock_system),
                                    DASHBOARD_RECORD_MAX, &item->record, &err);
    } else {
        err = query->err;
    }
    if (rc == QN_OK) {
        const struct qn_span record = {item->record.data, item->record.len};

        rc = show(item, record, DASHBOARD_FROM_SOURCE, &err);
    }
    if (rc != QN_OK) {
        const bool locked = strcmp(query->sqlstate, LOCK_TIMEOUT) == 0;

        dashboard_part_refuse(part, locked ? DASHBOARD_TIMEOUT : code_of(rc), err.msg);
    }
}

static int run_queries(struct run *run, struct query *queries, size_t n)
{
    const struct dashboard_fetch *fetch = run->fetch;
    const struct query_place place = {
        .source = fetch->database->source,
        .model = fetch->database->model,
        .application_name = qn_job_id(fetch->job),
        .stop_fd = qn_job_stop_fd(fetch->job),
        .deadline_ms = fetch->deadline_ms,
        .any_role = qn_job_is_local(fetch->job),
    };

    return query_run(&place, queries, n, fetch->warnings, run->reterr);
}

static int64_t rows_max(const struct dashboard_fetch *fetch)
{
    const int64_t max_rows = fetch->database->source->max_rows;

    return max_rows < DASHBOARD_ROWS_MAX ? max_rows : DASHBOARD_ROWS_MAX;
}

static int run_batch(struct run *run, struct item **items, size_t n)
{
    struct query *queries = qn_zalloc(n, sizeof(*queries));
    int rc;

    if (queries == NULL) {
        return qn_fail(run->reterr, QN_ENOMEM, "no memory for statements");
    }
    for (size_t i = 0; i < n; i++) {
        const struct dashboard_part *part = items[i]->part;

        query_init(&queries[i], (struct qn_span){part->widget->sql, strlen(part->widget->sql)});
        queries[i].verdict = part->verdict;
        queries[i].max_rows = rows_max(run->fetch);
    }
    rc = run_queries(run, queries, n);
    for (size_t i = 0; i < n; i++) {
        if (rc == QN_OK) {
            take_answer(items[i], &queries[i]);
        }
        query_release(&queries[i]);
    }
    qn_free(queries);
    return rc;
}

static void keep_leases(const struct run *run)
{
    for (size_t i = 0; i < run->n; i++) {
        if (run->items[i].load != NULL) {
            (void)qn_kv_load_keep(run->items[i].load);
        }
    }
}

/* Not the rows of all are in memory at a time: of those that were read the records are. */
static void run_missing(struct run *run)
{
    struct item *batch[BATCH];
    size_t n = 0;

    run->ran = true;
    for (size_t i = 0; i < run->n && run->rc == QN_OK; i++) {
        if (run->items[i].missing) {
            batch[n++] = &run->items[i];
        }
        if (n == BATCH || (i + 1 == run->n && n > 0)) {
            run->rc = run_batch(run, batch, n);
            keep_leases(run);
            n = 0;
        }
    }
}

/* ---- the cache ---- */

/* A qn_kv_load_fn: asks for all behind this one first, and the last of them runs. */
static int load_item(struct qn_kv_load *load, void *arg, struct qn_err *reterr)
{
    struct item *item = arg;
    struct run *run = item->run;

    item->load = load;
    item->missing = true;
    ask_from(run, (size_t)(item - run->items) + 1);
    item->load = NULL;
    if (run->rc != QN_OK) {
        return qn_fail(reterr, run->rc, "%s", qn_err_text(run->rc));
    }
    if (may_answer(item->part)) {
        return qn_fail(reterr, item->part->code == DASHBOARD_TIMEOUT ? QN_ETIMEOUT : QN_ECONN, "%s",
                       item->part->reason);
    }
    if (item->part->code != DASHBOARD_ANSWERED) {
        load->life_ms = 0;
        return QN_OK;
    }
    return qn_buf_add(load->value, item->record.data, item->record.len);
}

struct key {
    char name[sizeof("dash::widget:") + (size_t)2 * DASHBOARD_ID_MAX];
    char form[sizeof(FORMAT) + 24];
    struct qn_span parts[PARTS];
};

/* The address stands for whose rights the rows were read with; what the datasource hides may be
 * newer than its model. */
static void make_key(struct key *key, const struct item *item)
{
    const struct dashboard_fetch *fetch = item->run->fetch;
    const struct qn_datasource *source = fetch->database->source;
    const struct dashboard_widget *widget = item->part->widget;

    snprintf(key->name, sizeof(key->name), "dash:%s:widget:%s", fetch->id, widget->id);
    snprintf(key->form, sizeof(key->form), FORMAT " %lld", (long long)rows_max(fetch));
    key->parts[0] = qn_pg_text(key->name);
    key->parts[1] = qn_pg_text(key->form);
    key->parts[2] = qn_pg_text(widget->database);
    key->parts[3] = qn_pg_text(source->url);
    key->parts[4] = qn_pg_text(source->time_zone);
    key->parts[5] = qn_pg_text(fetch->database->model->hash);
    key->parts[6] = qn_pg_text(source->globs);
    key->parts[7] = qn_pg_text(source->hide);
    key->parts[8] = qn_pg_text(source->hints);
    key->parts[9] = qn_pg_text(widget->sql);
}

/* The cache answered without a load of ours. */
static void take_kept(struct item *item, const struct qn_kv_request *request, struct qn_span record,
                      enum qn_kv_from from)
{
    struct qn_err err = {.code = QN_OK};
    enum dashboard_from shown =
        from == QN_KV_FROM_STALE ? DASHBOARD_FROM_STALE : DASHBOARD_FROM_CACHE;

    if (show(item, record, shown, &err) != QN_OK) {
        item->missing = true; /* somebody else wrote there */
        if (qn_kv_drop(place_kv(item->run->fetch->place), request, &err) != QN_OK) {
            qn_job_log(item->run->fetch->job, "%s", err.msg);
        }
    }
}

/* Nor did it get one of another process. */
static void take_trouble(struct item *item, const struct qn_err *err)
{
    struct run *run = item->run;

    if (qn_job_should_stop(run->fetch->job) || err->code == QN_ENOMEM) {
        run->rc = qn_fail(run->reterr, err->code, "%s", err->msg);
    } else if (err->code == QN_ECONN || err->code == QN_ETIMEOUT) { /* of a load */
        dashboard_part_refuse(item->part, code_of(err->code), err->msg);
    } else {
        run->alone |= err->code == QN_EAGAIN;
        item->missing = true;
    }
}

static void ask_cache(struct item *item, struct qn_kv *kv)
{
    struct key key;
    const struct qn_kv_request request = {
        .kind = &qn_kv_kinds[QN_KV_WIDGET],
        .parts = key.parts,
        .n_parts = PARTS,
        .group = item->run->fetch->id,
        .force = item->run->fetch->refresh,
        .load = load_item,
        .arg = item,
    };
    struct qn_err err = {.code = QN_OK};
    enum qn_kv_from from = QN_KV_FROM_SOURCE;
    struct qn_buf out;
    int rc;

    make_key(&key, item);
    qn_buf_init(&out, DASHBOARD_RECORD_MAX + 1);
    rc = qn_kv_get(kv, &request, &out, &from, &err);
    if (rc == QN_OK && from != QN_KV_FROM_SOURCE &&
        (!item->missing || item->part->code != DASHBOARD_ANSWERED)) {
        take_kept(item, &request, (struct qn_span){out.data, out.len}, from);
    } else if (rc != QN_OK && !item->missing) {
        take_trouble(item, &err);
    }
    qn_buf_release(&out);
}

static bool may_wait(const struct run *run)
{
    return !run->alone && qn_mono_ms(&qn_clock_system) - run->started_ms < WAIT_MS;
}

/* Once a load has been ours, all behind it was asked for within. */
static void ask_from(struct run *run, size_t at)
{
    struct qn_kv *kv = place_kv(run->fetch->place);

    for (size_t i = at; i < run->n && run->rc == QN_OK && !run->ran; i++) {
        if (kv == NULL || !may_wait(run)) {
            run->items[i].missing = true;
        } else {
            ask_cache(&run->items[i], kv);
        }
    }
    if (!run->ran) {
        run_missing(run);
    }
}

int dashboard_fetch(const struct dashboard_fetch *fetch, struct dashboard_part **parts, size_t n,
                    struct qn_err *reterr)
{
    struct run run = {.fetch = fetch,
                      .items = qn_zalloc(n + 1, sizeof(*run.items)),
                      .n = n,
                      .started_ms = qn_mono_ms(&qn_clock_system),
                      .reterr = reterr};

    if (run.items == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for a dashboard");
    }
    for (size_t i = 0; i < n; i++) {
        run.items[i] = (struct item){.run = &run, .part = parts[i]};
        qn_buf_init(&run.items[i].record, DASHBOARD_RECORD_MAX + 1);
    }
    ask_from(&run, 0);
    for (size_t i = 0; i < n; i++) {
        qn_buf_release(&run.items[i].record);
    }
    qn_free(run.items);
    return run.rc;
}
