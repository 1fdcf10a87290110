/* ask_files.c - the picture of the rows, and the rows as files. */
#include "ask_run.h"

#include "common/clock.h"
#include "tasks/lib/attach.h"
#include "tasks/nl2sql/export/export.h"

#define FILE_MAX ((size_t)64 * 1024 * 1024)

int ask_draw(struct ask *ask, struct qn_err *reterr)
{
    const struct chart_wish wish = {.title = ask->args.question,
                                    .language = ask->route.language,
                                    .share = ask->route.share,
                                    .type = ask->args.chart};
    int64_t begin_ms = qn_mono_ms(&qn_clock_system);
    int rc;

    if (!ask->answered || ask->args.dry_run || ask->args.no_chart) {
        return QN_OK;
    }
    qn_job_progress(ask->job, 3, 4, "drawing");
    rc = chart_choose(&ask->chart, &ask->query.rows, &wish, reterr);
    ask->drawn = rc == QN_OK;
    ask->chart_ms = qn_mono_ms(&qn_clock_system) - begin_ms;
    return rc;
}

static void write_page(const struct ask *ask, struct qn_buf *out)
{
    const struct export_part part = {.title = ask->args.question,
                                     .sql = ask->route.sql,
                                     .explanation = ask->explanation,
                                     .warnings = ask->warnings.items,
                                     .n_warnings = ask->warnings.n,
                                     .rows = &ask->query.rows,
                                     .chart = ask->drawn ? &ask->chart : NULL,
                                     .error = ""};
    char made[QN_TIME_TEXT_SIZE];

    qn_time_to_str(qn_wall_ms(&qn_clock_system), made);
    export_html(ask->args.question, ask->route.language, made, &part, 1, out);
}

static void write_file(const struct ask *ask, enum ask_export kind, struct qn_buf *out)
{
    switch (kind) {
    case ASK_CSV:
        export_csv(&ask->query.rows, false, out);
        break;
    case ASK_JSON:
        export_json(&ask->query.rows, out);
        break;
    case ASK_HTML:
    case ASK_EXPORTS:
    default:
        write_page(ask, out);
        break;
    }
}

int ask_export(struct ask *ask, struct qn_err *reterr)
{
    static const struct qn_attachment files[ASK_EXPORTS] = {
        [ASK_CSV] = {"answer.csv", "text/csv; charset=utf-8"},
        [ASK_JSON] = {"answer.json", "application/json"},
        [ASK_HTML] = {"answer.html", "text/html; charset=utf-8"},
    };
    struct qn_buf out;
    int rc = QN_OK;

    if (!ask->answered || ask->args.dry_run) {
        return QN_OK;
    }
    for (int kind = 0; kind < ASK_EXPORTS && rc == QN_OK; kind++) {
        if (!ask->args.exports[kind]) {
            continue;
        }
        qn_buf_init(&out, FILE_MAX);
        write_file(ask, (enum ask_export)kind, &out);
        rc = qn_buf_status(&out);
        rc = rc == QN_OK
                 ? qn_attach(ask->job, &files[kind], (struct qn_span){out.data, out.len}, reterr)
                 : qn_fail(reterr, rc, "%s: %s", files[kind].name, qn_err_text(rc));
        qn_buf_release(&out);
    }
    return rc;
}
