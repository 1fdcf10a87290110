#include "dashboard_result.h"

#include "common/json_member.h"
#include "common/mem.h"
#include <stdio.h>
#include <string.h>

#define PICTURE_MAX ((size_t)512 * 1024) /* specification and SVG of one widget, each */
#define TAIL_ROOM   ((size_t)1024)       /* behind the widgets: timings, and the ends */

/* How much of a widget is there. */
enum cut { WHOLE, FEWER_ROWS, NO_PICTURE, BARE };

struct form {
    enum cut cut;
    size_t n;              /* rows */
    struct qn_buf picture; /* made once */
};

/* ---- one widget ---- */

static void add_refused(const struct dashboard_part *part, struct qn_buf *out)
{
    qn_json_member_flag(out, "answered", false);
    qn_json_add_key(out, "code");
    qn_json_add_str(out, dashboard_code_names[part->code]);
    qn_json_add_key(out, "reason");
    qn_json_add_str(out, part->reason);
    if (part->code == DASHBOARD_GUARD) {
        qn_json_add_key(out, "class");
        qn_json_add_str(out, guard_class_names[part->verdict.class]);
    }
}

/* Its members chart and svg, behind others; what is too large is left out. */
static void write_picture(const struct dashboard_part *part, struct qn_buf *out)
{
    struct qn_buf text;

    qn_buf_init(&text, PICTURE_MAX);
    chart_json(&part->chart, &part->rows, &text);
    qn_buf_add_str(out, ",\"chart\":");
    if (qn_buf_status(&text) == QN_OK) {
        qn_buf_add(out, text.data, text.len);
        qn_buf_reset(&text);
        chart_svg(&part->chart, &part->rows, &text);
    } else {
        qn_buf_add_str(out, "null");
    }
    qn_buf_add_str(out, ",\"svg\":");
    qn_json_add_string(out, text.data, qn_buf_status(&text) == QN_OK ? text.len : 0);
    qn_buf_release(&text);
}

/* The first n of its rows. */
static void add_rows(const struct dashboard_part *part, size_t n, struct qn_buf *out)
{
    struct query_rows rows = part->rows;

    rows.truncated |= n < rows.n_rows;
    rows.n_rows = n < rows.n_rows ? n : rows.n_rows;
    query_rows_json(&rows, out);
}

static void add_answer(const struct dashboard_part *part, const struct form *form,
                       struct qn_buf *out)
{
    qn_json_member_flag(out, "answered", true);
    qn_json_add_key(out, "sql");
    qn_json_add_str(out, form->cut != BARE ? part->widget->sql : "");
    add_rows(part, form->n, out);
    if (part->has_chart && form->cut < NO_PICTURE) {
        qn_buf_add(out, form->picture.data, form->picture.len);
    } else {
        qn_buf_add_str(out, ",\"chart\":null,\"svg\":\"\"");
    }
    qn_json_add_key(out, "cache");
    qn_json_add_str(out, dashboard_from_names[part->from]);
    qn_json_member_time(out, "made_at", part->made_ms);
    qn_json_member_number(out, "ms", part->ms);
}

static void add_widget(const struct dashboard_part *part, const struct form *form,
                       struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "id", part->widget->id);
    qn_json_member_text(out, "title", part->widget->title);
    if (part->code == DASHBOARD_ANSWERED) {
        add_answer(part, form, out);
    } else {
        add_refused(part, out);
    }
    qn_buf_add_byte(out, '}');
}

/* The next smaller one: of len bytes it had, share are there. */
static void make_smaller(const struct dashboard_part *part, struct form *form, size_t len,
                         size_t share)
{
    const size_t n = form->n;
    const size_t fewer = (size_t)((double)n * (double)share / (double)len);

    if (n == 0 && form->cut < NO_PICTURE && part->has_chart) {
        form->cut = NO_PICTURE;
        form->n = part->rows.n_rows;
    } else if (n == 0) {
        form->cut = BARE;
    } else {
        form->cut = form->cut == WHOLE ? FEWER_ROWS : form->cut;
        form->n = fewer < n - n / 8 ? fewer : n - n / 8 - 1;
    }
}

static void fit_widget(const struct dashboard_part *part, struct form *form, size_t share,
                       struct qn_buf *out)
{
    add_widget(part, form, out);
    while (part->code == DASHBOARD_ANSWERED && form->cut != BARE &&
           (out->len > share || qn_buf_status(out) == QN_ELIMIT)) {
        make_smaller(part, form, qn_buf_status(out) == QN_OK ? out->len : 2 * share, share);
        qn_buf_reset(out);
        add_widget(part, form, out);
    }
}

/* As much of it as fits into share bytes, and at least its head. */
static int write_widget(const struct dashboard_part *part, size_t share, struct qn_buf *out,
                        enum cut *ret_cut, struct qn_err *reterr)
{
    struct form form = {.cut = WHOLE, .n = part->rows.n_rows};
    int rc = QN_OK;

    qn_buf_reset(out);
    qn_buf_init(&form.picture, 8 * PICTURE_MAX); /* escaped it is longer */
    if (part->code == DASHBOARD_ANSWERED && part->has_chart) {
        write_picture(part, &form.picture);
        rc = qn_buf_status(&form.picture);
    }
    if (rc == QN_OK) {
        fit_widget(part, &form, share, out);
        rc = qn_buf_status(out);
    }
    *ret_cut = form.cut;
    qn_buf_release(&form.picture);
    return rc == QN_OK ? rc
                       : qn_fail(reterr, rc, "the result: widget %s: %s", part->widget->id,
                                 qn_err_text(rc));
}

/* ---- all of them ---- */

struct written {
    struct qn_buf *texts; /* of each widget */
    enum cut *cuts;
    size_t n;
};

static size_t total(const struct written *written, size_t limit)
{
    size_t sum = 0;

    for (size_t i = 0; i < written->n; i++) {
        sum += written->texts[i].len < limit ? written->texts[i].len : limit;
    }
    return sum + written->n;
}

/* The largest share with which all fit into room. */
static size_t share_of(const struct written *written, size_t room)
{
    size_t low = 0, high = room;

    while (low < high) {
        const size_t middle = low + (high - low + 1) / 2;

        if (total(written, middle) <= room) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

static int write_widgets(const struct dashboard_result *result, struct written *written,
                         size_t room, struct qn_err *reterr)
{
    size_t share = room;
    int rc = QN_OK;

    for (size_t i = 0; i < written->n && rc == QN_OK; i++) {
        rc = write_widget(result->parts[i], room, &written->texts[i], &written->cuts[i], reterr);
    }
    if (rc == QN_OK && total(written, room) > room) {
        share = share_of(written, room);
    }
    for (size_t i = 0; i < written->n && rc == QN_OK; i++) {
        if (written->texts[i].len > share) {
            rc = write_widget(result->parts[i], share, &written->texts[i], &written->cuts[i],
                              reterr);
        }
    }
    if (rc == QN_OK && total(written, room) > room) {
        rc = qn_fail(reterr, QN_ELIMIT, "the result: titles and statements are over %zu KiB",
                     room / 1024);
    }
    return rc;
}

static void add_warning(struct qn_buf *out, size_t *n, const char *text, size_t len)
{
    if (len > 0) {
        qn_buf_add_str(out, (*n)++ > 0 ? "," : "");
        qn_json_add_string(out, text, len);
    }
}

static void add_cut(const struct dashboard_part *part, enum cut cut, struct qn_buf *out, size_t *n)
{
    static const char *const words[] = {
        [WHOLE] = "the first rows are shown, there are more",
        [FEWER_ROWS] = "the first rows are shown, the result has no room for all",
        [NO_PICTURE] = "no chart, the result has no room for it",
        [BARE] = "no rows, the result has no room for them",
    };
    char text[DASHBOARD_ID_MAX + 80];
    int len;

    if (part->code == DASHBOARD_ANSWERED && part->from == DASHBOARD_FROM_STALE) {
        len = snprintf(text, sizeof(text), "%s: the database did not answer, rows of before",
                       part->widget->id);
        add_warning(out, n, text, (size_t)len);
    }
    if (part->code == DASHBOARD_ANSWERED && (cut != WHOLE || part->rows.truncated)) {
        len = snprintf(text, sizeof(text), "%s: %s", part->widget->id, words[cut]);
        add_warning(out, n, text, (size_t)len);
    }
}

static void add_warnings(const struct dashboard_result *result, const enum cut *cuts,
                         struct qn_buf *out)
{
    const char *at = result->warnings.data;
    const char *end = at + result->warnings.len;
    size_t n = 0;

    qn_json_add_key(out, "warnings");
    qn_buf_add_byte(out, '[');
    while (at < end) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        const size_t len = line != NULL ? (size_t)(line - at) : (size_t)(end - at);

        add_warning(out, &n, at, len);
        at += len + 1;
    }
    for (size_t i = 0; i < result->n; i++) {
        add_cut(result->parts[i], cuts[i], out, &n);
    }
    qn_buf_add_byte(out, ']');
}

static void add_timings(const struct dashboard_timings *timings, struct qn_buf *out)
{
    qn_json_add_key(out, "timings");
    qn_buf_add_byte(out, '{');
    qn_json_member_number(out, "store", timings->store);
    qn_json_member_number(out, "database", timings->database);
    qn_json_member_number(out, "guard", timings->guard);
    qn_json_member_number(out, "fetch", timings->fetch);
    qn_json_member_number(out, "chart", timings->chart);
    qn_json_member_number(out, "total", timings->total);
    qn_buf_add_byte(out, '}');
}

static int64_t count_failed(const struct dashboard_result *result)
{
    int64_t n = 0;

    for (size_t i = 0; i < result->n; i++) {
        n += result->parts[i]->code != DASHBOARD_ANSWERED;
    }
    return n;
}

static void put_together(const struct dashboard_result *result, const struct written *written,
                         struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "id", result->form->id);
    qn_json_member_text(out, "title", result->form->title);
    qn_json_member_flag(out, "saved", result->saved);
    qn_json_add_key(out, "widgets");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < written->n; i++) {
        qn_buf_add_str(out, i > 0 ? "," : "");
        qn_buf_add(out, written->texts[i].data, written->texts[i].len);
    }
    qn_buf_add_byte(out, ']');
    qn_json_member_number(out, "failed", count_failed(result));
    add_warnings(result, written->cuts, out);
    add_timings(&result->timings, out);
    qn_buf_add_byte(out, '}');
}

/* The warnings of cuts are a line of text for each widget at most. */
static size_t room_of(const struct dashboard_result *result, size_t max)
{
    const size_t head = 6 * DASHBOARD_TITLE_MAX + DASHBOARD_ID_MAX; /* escaped */
    const size_t lines = result->n * (2 * (DASHBOARD_ID_MAX + 80)) + 6 * result->warnings.len;
    const size_t rest = head + lines + TAIL_ROOM;

    return max > rest ? max - rest : 0;
}

int dashboard_result_write(const struct dashboard_result *result, size_t max, struct qn_buf *out,
                           struct qn_err *reterr)
{
    const size_t room = room_of(result, max);
    struct written written = {.texts = qn_zalloc(result->n + 1, sizeof(*written.texts)),
                              .cuts = qn_zalloc(result->n + 1, sizeof(*written.cuts)),
                              .n = result->n};
    int rc = written.texts != NULL && written.cuts != NULL
                 ? QN_OK
                 : qn_fail(reterr, QN_ENOMEM, "no memory for the result");

    for (size_t i = 0; rc == QN_OK && i < written.n; i++) {
        qn_buf_init(&written.texts[i], 2 * max);
    }
    if (rc == QN_OK) {
        rc = write_widgets(result, &written, room, reterr);
    }
    if (rc == QN_OK) {
        put_together(result, &written, out);
        rc = qn_buf_status(out);
        rc = rc == QN_OK ? rc : qn_fail(reterr, rc, "the result: %s", qn_err_text(rc));
    }
    for (size_t i = 0; written.texts != NULL && i < written.n; i++) {
        qn_buf_release(&written.texts[i]);
    }
    qn_free(written.texts);
    qn_free(written.cuts);
    return rc;
}
