#include "report_parts.h"

#include "report_words.h"
#include "tasks/lib/html.h"
#include <math.h>
#include <string.h>

#define LINKS_MOST    40 /* columns named for a kind of alert */
#define TEXT_MOST     400
#define NOTES_MOST    60
#define EVIDENCE_MOST 500

void report_begin(struct qn_buf *out, const char *id, const char *title, const char *note)
{
    qn_html_printf(out, "<section id=\"%s\"><h2>%s", id, title);
    if (note[0] != '\0') {
        qn_html_printf(out, " <span class=\"note\">%s</span>", note);
    }
    qn_buf_add_str(out, "</h2>\n");
}

void report_end(struct qn_buf *out)
{
    qn_buf_add_str(out, "</section>\n");
}

void report_add_rest(struct qn_buf *out, size_t n, const char *one, const char *many)
{
    if (n > 0) {
        qn_buf_add_str(out, "<p class=\"faint rest\">and ");
        report_counted(out, n, one, many);
        qn_buf_add_str(out, " more, for which this page has no room</p>\n");
    }
}

/* Notes: what a reader should know of the run. */

struct notes {
    struct qn_buf *out;
    size_t n, rest, end;
};

/* False: counted, but there is no room for it. */
static bool begin_note(struct notes *notes, const char *kind, const char *word)
{
    if (notes->n >= NOTES_MOST || notes->out->len >= notes->end) {
        notes->rest++;
        return false;
    }
    if (notes->n++ == 0) {
        report_begin(notes->out, "notes", "About this run", "");
        qn_buf_add_str(notes->out, "<ul class=\"changes\">\n");
    }
    qn_buf_add_str(notes->out, "<li>");
    report_badge(notes->out, kind, word);
    return true;
}

static void add_note(struct notes *notes, const char *kind, const char *word, const char *text)
{
    if (text[0] != '\0' && begin_note(notes, kind, word)) {
        report_text(notes->out, text, TEXT_MOST);
        qn_buf_add_str(notes->out, "</li>\n");
    }
}

static void add_role_notes(struct notes *notes, const struct qn_catalog *catalog)
{
    if (catalog->superuser) {
        add_note(notes, "bad", "role",
                 "the role is a superuser: use one that may only read (quern datasource add)");
    } else if (catalog->writes) {
        add_note(notes, "warn", "role",
                 "the role may write: use one that may only read (quern datasource add)");
    }
    if (catalog->unreadable > 0 && begin_note(notes, "warn", "rights")) {
        report_counted(notes->out, catalog->unreadable, "table", "tables");
        qn_buf_add_str(notes->out, " may not be read by this role and are left out</li>\n");
    }
    if (catalog->left_out > 0 && begin_note(notes, "", "choice")) {
        report_counted(notes->out, catalog->left_out, "table is", "tables are");
        qn_buf_add_str(notes->out, " left out, as asked</li>\n");
    }
}

void report_add_notes(struct qn_buf *out, const struct report_view *view, size_t most)
{
    struct notes notes = {.out = out, .end = out->len + most};

    if (view->source->catalog != NULL) {
        add_role_notes(&notes, view->source->catalog);
    }
    if (view->source->relations != NULL) {
        add_note(&notes, "warn", "relations", view->source->relations->trouble);
    }
    for (size_t i = 0; i < view->model->n_tables; i++) {
        const struct qn_profile_table *profile = view->tables[i].profile;

        if (profile != NULL && profile->trouble[0] != '\0' &&
            begin_note(&notes, "warn", "profile")) {
            report_table_name(out, view, i);
            qn_html_printf(out, ", %s: ", report_tiers[profile->tier]);
            report_text(out, profile->trouble, TEXT_MOST);
            qn_buf_add_str(out, "</li>\n");
        }
    }
    for (size_t i = 0; i < view->model->n_warnings; i++) {
        add_note(&notes, "warn", "model", view->model->warnings[i]);
    }
    if (notes.n > 0) {
        qn_buf_add_str(out, "</ul>\n");
        report_add_rest(out, notes.rest, "note", "notes");
        report_end(out);
    }
}

/* Alerts, by kind. */

static bool has_alert(const struct report_view *view, size_t table, size_t column, size_t alert)
{
    const struct qn_profile_column *profile = report_profile(&view->tables[table], column);

    return profile != NULL && (profile->alerts & 1U << alert) != 0;
}

static void add_share(struct qn_buf *out, const struct qn_profile_column *profile, size_t alert)
{
    double share = NAN;

    if (alert == QN_ALERT_NULLS) {
        share = profile->nulls;
    } else if (alert == QN_ALERT_ZEROS) {
        share = profile->zeros;
    } else if (alert == QN_ALERT_FUTURE) {
        share = profile->future;
    } else if (alert == QN_ALERT_DOMINATED && profile->n_top > 0) {
        share = profile->top[0].share;
    }
    if (isfinite(share)) {
        qn_buf_add_str(out, " <span class=\"faint\">");
        report_share(out, share);
        qn_buf_add_str(out, "</span>");
    }
}

static void add_alert(struct qn_buf *out, const struct report_view *view, size_t alert, size_t end)
{
    size_t n = 0, shown = 0;

    for (size_t t = 0; t < view->model->n_tables; t++) {
        for (size_t c = 0; c < view->model->tables[t].n_columns; c++) {
            if (!has_alert(view, t, c, alert) || n++ >= LINKS_MOST || out->len >= end) {
                continue;
            }
            if (shown++ == 0) {
                qn_buf_add_str(out, "<tr><td>");
                report_badge(out, report_alerts[alert].concern ? "warn" : "soft",
                             report_alerts[alert].word);
                qn_html_printf(out, "</td><td class=\"faint\">%s</td><td class=\"text\">",
                               report_alerts[alert].text);
            }
            qn_buf_add_str(out, shown > 1 ? ", " : "");
            report_column_name(out, view, t, c);
            add_share(out, report_profile(&view->tables[t], c), alert);
        }
    }
    if (shown > 0 && n > shown) {
        qn_buf_add_str(out, " and ");
        report_count(out, (double)(n - shown));
        qn_buf_add_str(out, " more");
    }
    qn_buf_add_str(out, shown > 0 ? "</td></tr>\n" : "");
}

void report_add_alerts(struct qn_buf *out, const struct report_view *view, size_t most)
{
    size_t end = out->len + most;

    if (view->alerts + view->notes == 0) {
        return;
    }
    report_begin(out, "alerts", "Alerts", "");
    qn_buf_add_str(out, "<div class=\"scroll\"><table class=\"kinds\">\n<tbody>\n");
    for (int concern = 1; concern >= 0; concern--) {
        for (size_t alert = 0; alert < QN_ALERTS; alert++) {
            if (report_alerts[alert].concern == (concern == 1)) {
                add_alert(out, view, alert, end);
            }
        }
    }
    qn_buf_add_str(out, "</tbody></table></div>\n");
    report_end(out);
}

/* Personal data, by kind. */

static void add_personal(struct qn_buf *out, const struct report_view *view, size_t pii, size_t end)
{
    size_t n = 0, shown = 0;

    for (size_t t = 0; t < view->model->n_tables; t++) {
        for (size_t c = 0; c < view->model->tables[t].n_columns; c++) {
            if (view->model->tables[t].columns[c].pii != (enum qn_pii)pii ||
                n++ >= (size_t)4 * LINKS_MOST || out->len >= end) {
                continue;
            }
            if (shown++ == 0) {
                qn_buf_add_str(out, "<tr><td>");
                report_badge(out, "pii", report_piis[pii]);
                qn_buf_add_str(out, "</td><td class=\"text\">");
            }
            qn_buf_add_str(out, shown > 1 ? ", " : "");
            report_column_name(out, view, t, c);
            if (view->model->tables[t].columns[c].hidden) {
                qn_buf_add_str(out, " <span class=\"faint\">hidden</span>");
            }
        }
    }
    if (shown > 0 && n > shown) {
        qn_buf_add_str(out, " and ");
        report_count(out, (double)(n - shown));
        qn_buf_add_str(out, " more");
    }
    qn_buf_add_str(out, shown > 0 ? "</td></tr>\n" : "");
}

void report_add_personal(struct qn_buf *out, const struct report_view *view, size_t most)
{
    size_t end = out->len + most;

    if (view->personal == 0) {
        return;
    }
    report_begin(out, "personal", "Personal data", "found by names, shapes and checksums");
    qn_buf_add_str(out, "<div class=\"scroll\"><table class=\"kinds\">\n<tbody>\n");
    for (size_t pii = 1; pii < QN_PIIS; pii++) {
        add_personal(out, view, pii, end);
    }
    qn_buf_add_str(out, "</tbody></table></div>\n");
    report_end(out);
}

/* Relations. */

static void add_end(struct qn_buf *out, const struct report_view *view, size_t table,
                    const size_t *columns, size_t n)
{
    if (n == 1) {
        report_column_name(out, view, table, columns[0]);
        return;
    }
    report_table_name(out, view, table);
    qn_buf_add_str(out, " (");
    report_column_names(out, &view->model->tables[table], columns, n);
    qn_buf_add_byte(out, ')');
}

static void add_verdict(struct qn_buf *out, const struct qn_model_relation *relation)
{
    static const char *const words[] = {[QN_MODEL_SUGGESTED] = "suggested",
                                        [QN_MODEL_ACCEPTED] = "accepted",
                                        [QN_MODEL_REJECTED] = "rejected"};
    static const char *const kinds[] = {
        [QN_MODEL_SUGGESTED] = "warn", [QN_MODEL_ACCEPTED] = "good", [QN_MODEL_REJECTED] = "soft"};

    report_badge(out, kinds[relation->verdict], words[relation->verdict]);
    if (relation->decided == QN_MODEL_HUMAN) {
        qn_buf_add_str(out, "<span class=\"faint\">by a person</span>");
    }
}

static void add_relation(struct qn_buf *out, const struct report_view *view,
                         const struct qn_model_relation *relation)
{
    double score = fmin(fmax(relation->score, 0), 1);

    qn_buf_add_str(out, "<tr><td class=\"text\">");
    add_end(out, view, relation->child, relation->child_columns, relation->n);
    qn_buf_add_str(out, " <span class=\"faint\">\xe2\x86\x92</span> ");
    add_end(out, view, relation->parent, relation->parent_columns, relation->n);
    qn_html_printf(out, "</td><td class=\"nowrap\">%s", relation->one_to_one ? "1:1" : "N:1");
    qn_buf_add_str(out, relation->optional ? ", optional" : "");
    qn_buf_add_str(out, relation->junction ? "<br><span class=\"faint\">of N:M</span>" : "");
    qn_html_printf(out,
                   "</td><td class=\"nowrap\"><span class=\"bar score\"><i style=\"width:%.1f%%\">"
                   "</i></span> ",
                   score * 100);
    qn_buf_printf(out, "%.2f</td><td>", score);
    add_verdict(out, relation);
    qn_buf_add_str(out, "</td><td class=\"text\">");
    report_badge(out, relation->source == QN_RELATION_DECLARED ? "" : "soft",
                 relation->source == QN_RELATION_DECLARED ? "declared" : "inferred");
    report_text(out, relation->evidence, EVIDENCE_MOST);
    qn_buf_add_str(out, "</td></tr>\n");
}

static size_t add_relations(struct qn_buf *out, const struct report_view *view,
                            enum qn_model_verdict verdict, size_t end)
{
    size_t rest = 0;

    for (size_t i = 0; i < view->model->n_relations; i++) {
        const struct qn_model_relation *relation = &view->model->relations[i];

        if (relation->verdict == verdict && out->len < end) {
            add_relation(out, view, relation);
        } else if (relation->verdict == verdict) {
            rest++;
        }
    }
    return rest;
}

void report_add_relations(struct qn_buf *out, const struct report_view *view, size_t most)
{
    size_t end = out->len + most, rest = 0;

    if (view->model->n_relations == 0) {
        return;
    }
    report_begin(out, "relations", "Relations", "");
    qn_buf_add_str(out, "<div class=\"scroll\"><table class=\"relations\">\n<thead><tr>"
                        "<th scope=\"col\">From \xe2\x86\x92 to</th><th scope=\"col\">Rows</th>"
                        "<th scope=\"col\">Score</th><th scope=\"col\">State</th>"
                        "<th scope=\"col\">Why</th></tr></thead>\n<tbody>\n");
    rest += add_relations(out, view, QN_MODEL_SUGGESTED, out->len + most / 2);
    rest += add_relations(out, view, QN_MODEL_ACCEPTED, end);
    rest += add_relations(out, view, QN_MODEL_REJECTED, end);
    qn_buf_add_str(out, "</tbody></table></div>\n");
    report_add_rest(out, rest, "relation", "relations");
    report_end(out);
}

/* Metrics. */

static void add_metric(struct qn_buf *out, const struct qn_model_metric *metric)
{
    qn_buf_add_str(out, "<tr><td class=\"text\"><strong>");
    report_text(out, metric->name, 80);
    qn_buf_add_str(out, "</strong>");
    if (metric->unit[0] != '\0') {
        qn_buf_add_str(out, " <span class=\"faint\">in ");
        report_text(out, metric->unit, 40);
        qn_buf_add_str(out, "</span>");
    }
    qn_buf_add_str(out, "</td><td class=\"text\"><code>");
    report_text(out, metric->expr, TEXT_MOST);
    qn_buf_add_str(out, "</code>");
    if (metric->from[0] != '\0') {
        qn_buf_add_str(out, " <span class=\"faint\">of</span> <code>");
        report_text(out, metric->from, TEXT_MOST);
        qn_buf_add_str(out, "</code>");
    }
    if (metric->filter[0] != '\0') {
        qn_buf_add_str(out, " <span class=\"faint\">where</span> <code>");
        report_text(out, metric->filter, TEXT_MOST);
        qn_buf_add_str(out, "</code>");
    }
    qn_buf_add_str(out, "</td><td class=\"text\">");
    report_text(out, metric->description.text, TEXT_MOST);
    if (metric->words.n_en + metric->words.n_zh > 0) {
        qn_buf_add_str(out, " <span class=\"faint\">");
        report_synonyms(out, &metric->words);
        qn_buf_add_str(out, "</span>");
    }
    qn_buf_add_str(out, "</td></tr>\n");
}

void report_add_metrics(struct qn_buf *out, const struct report_view *view, size_t most)
{
    size_t end = out->len + most, n = 0;

    if (view->model->n_metrics == 0) {
        return;
    }
    report_begin(out, "metrics", "Metrics", "");
    qn_buf_add_str(
        out,
        "<div class=\"scroll\"><table class=\"metrics\">\n<thead><tr><th scope=\"col\">Name</th>"
        "<th scope=\"col\">Is</th><th scope=\"col\">Words</th></tr></thead>\n"
        "<tbody>\n");
    for (; n < view->model->n_metrics && out->len < end; n++) {
        add_metric(out, &view->model->metrics[n]);
    }
    qn_buf_add_str(out, "</tbody></table></div>\n");
    report_add_rest(out, view->model->n_metrics - n, "metric", "metrics");
    report_end(out);
}
