#include "dashboard_files.h"

#include "common/clock.h"
#include "common/json_member.h"
#include "common/mem.h"
#include "tasks/lib/attach.h"
#include "tasks/nl2sql/export/export.h"
#include <stdio.h>

#define FILE_MAX ((size_t)64 * 1024 * 1024)

static int store(struct qn_job *job, const struct qn_attachment *what, const struct qn_buf *bytes,
                 struct qn_err *reterr)
{
    const int rc = qn_buf_status(bytes);

    return rc == QN_OK ? qn_attach(job, what, (struct qn_span){bytes->data, bytes->len}, reterr)
                       : qn_fail(reterr, rc, "%s: %s", what->name, qn_err_text(rc));
}

/* ---- CSV ---- */

static int store_csv(const struct dashboard_files *files, struct qn_job *job, struct qn_buf *bytes,
                     struct qn_err *reterr)
{
    char name[DASHBOARD_ID_MAX + sizeof(".csv")];
    const struct qn_attachment what = {name, "text/csv; charset=utf-8"};
    int rc = QN_OK;

    for (size_t i = 0; i < files->n && rc == QN_OK; i++) {
        const struct dashboard_part *part = files->parts[i];

        if (part->code == DASHBOARD_ANSWERED) {
            snprintf(name, sizeof(name), "%s.csv", part->widget->id);
            qn_buf_reset(bytes);
            export_csv(&part->rows, true, bytes);
            rc = store(job, &what, bytes, reterr);
        }
    }
    return rc;
}

/* ---- JSON ---- */

static void write_part(const struct dashboard_part *part, struct qn_buf *out)
{
    qn_buf_add_byte(out, '{');
    qn_json_member_text(out, "id", part->widget->id);
    qn_json_member_text(out, "title", part->widget->title);
    if (part->code == DASHBOARD_ANSWERED) {
        qn_json_member_time(out, "made_at", part->made_ms);
        qn_json_add_key(out, "rows");
        export_json(&part->rows, out);
    } else {
        qn_json_add_key(out, "error");
        qn_json_add_str(out, part->reason);
    }
    qn_buf_add_byte(out, '}');
}

static int store_json(const struct dashboard_files *files, struct qn_job *job, struct qn_buf *bytes,
                      struct qn_err *reterr)
{
    const struct qn_attachment what = {"dashboard.json", "application/json"};

    qn_buf_reset(bytes);
    qn_buf_add_byte(bytes, '{');
    qn_json_member_text(bytes, "id", files->form->id);
    qn_json_member_text(bytes, "title", files->form->title);
    qn_json_add_key(bytes, "widgets");
    qn_buf_add_byte(bytes, '[');
    for (size_t i = 0; i < files->n; i++) {
        qn_buf_add_str(bytes, i > 0 ? "," : "");
        write_part(files->parts[i], bytes);
    }
    qn_buf_add_str(bytes, "]}");
    return store(job, &what, bytes, reterr);
}

/* ---- HTML ---- */

static int store_html(const struct dashboard_files *files, struct qn_job *job, struct qn_buf *bytes,
                      struct qn_err *reterr)
{
    const struct qn_attachment what = {"dashboard.html", "text/html; charset=utf-8"};
    struct export_part *parts = qn_zalloc(files->n + 1, sizeof(*parts));
    char made[QN_TIME_TEXT_SIZE];

    if (parts == NULL) {
        return qn_fail(reterr, QN_ENOMEM, "no memory for %s", what.name);
    }
    for (size_t i = 0; i < files->n; i++) {
        const struct dashboard_part *part = files->parts[i];
        const bool answered = part->code == DASHBOARD_ANSWERED;

        parts[i] = (struct export_part){.title = part->widget->title,
                                        .sql = part->widget->sql,
                                        .explanation = "",
                                        .rows = answered ? &part->rows : NULL,
                                        .chart = part->has_chart ? &part->chart : NULL,
                                        .error = part->reason};
    }
    qn_time_to_str(files->made_ms, made);
    qn_buf_reset(bytes);
    export_html(files->form->title, files->language, made, parts, files->n, bytes);
    qn_free(parts);
    return store(job, &what, bytes, reterr);
}

int dashboard_files_store(const struct dashboard_files *files, struct qn_job *job,
                          struct qn_err *reterr)
{
    struct qn_buf bytes;
    int rc = QN_OK;

    qn_buf_init(&bytes, FILE_MAX);
    if ((files->exports & DASHBOARD_CSV) != 0) {
        rc = store_csv(files, job, &bytes, reterr);
    }
    if (rc == QN_OK && (files->exports & DASHBOARD_JSON) != 0) {
        rc = store_json(files, job, &bytes, reterr);
    }
    if (rc == QN_OK && (files->exports & DASHBOARD_HTML) != 0) {
        rc = store_html(files, job, &bytes, reterr);
    }
    qn_buf_release(&bytes);
    return rc;
}
