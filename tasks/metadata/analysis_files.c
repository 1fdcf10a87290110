#include "analysis_files.h"

#include "common/json.h"
#include "tasks/lib/attach.h"
#include "tasks/lib/model/model_export.h"
#include <string.h>

static const struct form {
    const char *suffix;
    struct qn_attachment file;
    int (*make)(const struct qn_model *model, struct qn_buf *out);
} forms[ANALYSIS_FORMS] = {
    {"json", {"model.json", "application/json"}, qn_model_to_json},
    {"yaml", {"model.yaml", "application/yaml"}, qn_model_to_yaml},
    {"md", {"model.md", "text/markdown; charset=utf-8"}, qn_model_to_markdown},
    {"mmd", {"model.mmd", "text/vnd.mermaid; charset=utf-8"}, qn_model_to_mermaid},
};

int analysis_forms_make(const struct qn_model *model, struct qn_buf texts[ANALYSIS_FORMS],
                        struct qn_model_file files[ANALYSIS_FORMS], size_t *ret_n,
                        struct qn_err *reterr)
{
    int rc = QN_OK;

    *ret_n = 0;
    for (size_t i = 0; i < ANALYSIS_FORMS; i++) {
        qn_buf_init(&texts[i], ANALYSIS_FILE_MAX);
    }
    for (size_t i = 0; i < ANALYSIS_FORMS && rc == QN_OK; i++) {
        (void)forms[i].make(model, &texts[i]);
        rc = qn_buf_status(&texts[i]);
        if (rc == QN_OK) {
            files[(*ret_n)++] = (struct qn_model_file){.suffix = forms[i].suffix,
                                                       .bytes = {texts[i].data, texts[i].len}};
        } else if (rc == QN_ELIMIT && i > 0) {
            qn_buf_release(&texts[i]);
            rc = QN_OK;
        } else {
            rc = qn_fail(reterr, rc, "%s: %s", forms[i].file.name, qn_err_text(rc));
        }
    }
    return rc;
}

/* {"schema.table":{...},...} */
static int make_profiles(const struct qn_analysis *analysis, struct qn_buf *out)
{
    struct qn_buf name;

    qn_buf_init(&name, 4096);
    qn_buf_add_byte(out, '{');
    for (size_t i = 0; i < analysis->catalog->n_tables; i++) {
        const struct qn_catalog_table *table = &analysis->catalog->tables[i];

        qn_buf_reset(&name);
        qn_buf_printf(&name, "%s.%s", table->schema, table->name);
        qn_buf_add_str(out, i > 0 ? "," : "");
        qn_json_add_string(out, name.data, name.len);
        qn_buf_add_byte(out, ':');
        qn_profile_to_json(&analysis->profiles[i], table, out);
    }
    qn_buf_add_byte(out, '}');
    qn_buf_release(&name);
    return qn_buf_status(out);
}

static int attach(struct qn_job *job, const struct qn_attachment *file, const struct qn_buf *text,
                  struct qn_err *reterr)
{
    if (qn_buf_status(text) == QN_ELIMIT) {
        qn_job_log(job, "%s is left out: it is larger than %zu MiB", file->name, text->max >> 20);
        return QN_OK;
    }
    if (qn_buf_status(text) != QN_OK) {
        return qn_fail(reterr, qn_buf_status(text), "%s: no memory", file->name);
    }
    return qn_attach(job, file, (struct qn_span){text->data, text->len}, reterr);
}

static int attach_model(struct qn_job *job, const struct qn_model *model, struct qn_err *reterr)
{
    struct qn_buf text;
    int rc = QN_OK;

    qn_buf_init(&text, ANALYSIS_FILE_MAX);
    for (size_t i = 0; i < ANALYSIS_FORMS && rc == QN_OK; i++) {
        qn_buf_reset(&text);
        (void)forms[i].make(model, &text);
        rc = attach(job, &forms[i].file, &text, reterr);
    }
    qn_buf_release(&text);
    return rc;
}

int analysis_files_write(struct qn_job *job, const struct qn_analysis *analysis,
                         struct qn_span report, struct qn_err *reterr)
{
    static const struct qn_attachment profile = {"profile.json", "application/json"};
    static const struct qn_attachment html = {"report.html", "text/html; charset=utf-8"};
    struct qn_buf text;
    int rc = attach_model(job, analysis->model, reterr);

    qn_buf_init(&text, ANALYSIS_FILE_MAX);
    if (rc == QN_OK) {
        (void)make_profiles(analysis, &text);
        rc = attach(job, &profile, &text, reterr);
    }
    qn_buf_release(&text);
    if (rc == QN_OK && report.len > 0) {
        rc = qn_attach(job, &html, report, reterr);
    }
    return rc;
}
