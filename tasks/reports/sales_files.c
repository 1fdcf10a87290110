#include "sales_files.h"

#include "sales_write.h"
#include "tasks/lib/attach.h"

const struct sales_file sales_files[SALES_FILES] = {
    {SALES_JSON, "sales.json", "application/json"},
    {SALES_CSV, "sales.csv", "text/csv; charset=utf-8"},
    {SALES_HTML, "sales.html", "text/html; charset=utf-8"},
};

static int write_format(const struct sales_report *report, enum sales_format format,
                        struct qn_buf *out)
{
    switch (format) {
    case SALES_CSV:
        return sales_write_csv(report, out);
    case SALES_HTML:
        return sales_write_html(report, out);
    case SALES_JSON:
    default:
        return sales_write_json(report, false, out);
    }
}

int sales_file_make(const struct sales_report *report, const struct sales_file *file,
                    struct qn_buf *out, struct qn_err *reterr)
{
    int rc = write_format(report, file->format, out);

    return rc == QN_OK ? rc : qn_fail(reterr, rc, "%s: %s", file->name, qn_err_text(rc));
}

int sales_file_store(struct qn_job *job, const struct sales_file *file,
                     const struct qn_buf *content, struct qn_err *reterr)
{
    const struct qn_attachment what = {file->name, file->media_type};

    return qn_attach(job, &what, (struct qn_span){content->data, content->len}, reterr);
}

int sales_result_make(const struct sales_report *report, struct qn_buf *out, struct qn_err *reterr)
{
    int rc = sales_write_json(report, false, out);

    if (rc == QN_ELIMIT) {
        qn_buf_reset(out);
        rc = sales_write_json(report, true, out);
    }
    return rc == QN_OK ? rc : qn_fail(reterr, rc, "the result: %s", qn_err_text(rc));
}
