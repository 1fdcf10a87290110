#include "report_parts.h"

#include "report_words.h"
#include "tasks/lib/html.h"
#include <math.h>
#include <string.h>

#define DESCRIPTION_MOST 600 /* characters */
#define TYPE_MOST        60
#define FEW              12 /* numbers with at most so many values are shown by value */
#define VALUES_MOST      8

static void add_badges(struct qn_buf *out, const struct qn_model_column *column,
                       const struct qn_profile_column *profile)
{
    qn_buf_add_str(out, "<div class=\"badges\">");
    if (column->role != QN_ROLE_OTHER && column->role != QN_ROLE_TEXT &&
        column->role != QN_ROLE_PERSONAL) {
        report_badge(out,
                     column->role == QN_ROLE_KEY || column->role == QN_ROLE_FOREIGN ? "key" : "",
                     report_roles[column->role]);
    }
    if (column->pii != QN_PII_NONE) {
        report_badge(out, "pii", report_piis[column->pii]);
    }
    if (column->hidden) {
        report_badge(out, "soft", "hidden");
    }
    for (size_t alert = 0; profile != NULL && alert < QN_ALERTS; alert++) {
        if ((profile->alerts & 1U << alert) != 0 && report_alerts[alert].concern) {
            qn_html_printf(out, "<span class=\"badge warn\" title=\"%s\">%s</span> ",
                           report_alerts[alert].text, report_alerts[alert].word);
        }
    }
    qn_buf_add_str(out, "</div>");
}

static void add_name(struct qn_buf *out, const struct qn_model_column *column,
                     const struct qn_profile_column *profile)
{
    qn_buf_add_str(out, "<td class=\"col\"><strong>");
    report_text(out, column->name, 80);
    qn_buf_add_str(out, "</strong> <span class=\"type\">");
    report_text(out, column->type, TYPE_MOST);
    qn_buf_add_str(out, "</span>");
    add_badges(out, column, profile);
    qn_buf_add_str(out, "</td>");
}

/* Where a foreign key leads. */
static void add_target(struct qn_buf *out, const struct report_view *view, size_t table,
                       size_t column)
{
    for (size_t i = 0; i < view->model->n_relations; i++) {
        const struct qn_model_relation *relation = &view->model->relations[i];

        for (size_t k = 0; k < relation->n; k++) {
            if (relation->child == table && relation->child_columns[k] == column &&
                relation->verdict == QN_MODEL_ACCEPTED) {
                qn_buf_add_str(out, "<p class=\"to\">\xe2\x86\x92 ");
                report_column_name(out, view, relation->parent, relation->parent_columns[k]);
                qn_buf_add_str(out, "</p>");
                return;
            }
        }
    }
}

static void add_meaning(struct qn_buf *out, const struct report_view *view, size_t table,
                        size_t place)
{
    const struct qn_model_column *column = &view->model->tables[table].columns[place];

    qn_buf_add_str(out, "<td class=\"means\">");
    if (column->description.text[0] != '\0') {
        qn_buf_add_str(out, "<p>");
        report_text(out, column->description.text, DESCRIPTION_MOST);
        qn_buf_add_str(out, "</p>");
    }
    add_target(out, view, table, place);
    if (column->words.n_en + column->words.n_zh > 0) {
        qn_buf_add_str(out, "<p class=\"faint\">also: ");
        report_synonyms(out, &column->words);
        qn_buf_add_str(out, "</p>");
    }
    if (column->unit[0] != '\0') {
        qn_buf_add_str(out, "<p class=\"faint\">in ");
        report_text(out, column->unit, 40);
        qn_buf_add_str(out, "</p>");
    }
    qn_buf_add_str(out, "</td>");
}

static void add_fill(struct qn_buf *out, double nulls)
{
    qn_buf_add_str(out, "<div class=\"f\"><span>NULL</span><span class=\"bar\">");
    if (nulls > 0) {
        qn_html_printf(out, "<i class=\"gap\" style=\"width:%.1f%%\"></i>",
                       fmin(fmax(nulls, 0.01), 1) * 100);
    }
    qn_buf_add_str(out, "</span><span class=\"pct\">");
    report_share(out, nulls);
    qn_buf_add_str(out, "</span></div>");
}

static void add_fact(struct qn_buf *out, const char *what, double share)
{
    if (share > 0) {
        qn_html_printf(out, "<div class=\"f\"><span>%s</span><span class=\"pct\">", what);
        report_share(out, share);
        qn_buf_add_str(out, "</span></div>");
    }
}

static void add_lengths(struct qn_buf *out, const struct qn_profile_column *profile)
{
    if (!isfinite(profile->length_max)) {
        return;
    }
    qn_buf_add_str(out, "<div class=\"f\"><span>length</span><span class=\"pct\">");
    report_count(out, profile->length_min);
    if (profile->length_max > profile->length_min) {
        qn_buf_add_str(out, "\xe2\x80\x93");
        report_count(out, profile->length_max);
    }
    qn_buf_add_str(out, "</span></div>");
}

static void add_facts(struct qn_buf *out, const struct qn_model_column *column,
                      const struct qn_profile_column *profile)
{
    double nulls = profile != NULL ? profile->nulls : column->nulls;
    double distinct = profile != NULL ? profile->distinct : column->distinct;

    qn_buf_add_str(out, "<td class=\"facts\">");
    if (isfinite(nulls)) {
        add_fill(out, nulls);
    }
    if (isfinite(distinct)) {
        qn_html_printf(out, "<div class=\"f\"><span>%s</span><span class=\"pct\">",
                       profile != NULL && profile->all_unique ? "all different" : "distinct");
        report_count(out, distinct);
        qn_buf_add_str(out, "</span></div>");
    }
    if (profile != NULL) {
        add_fact(out, "zero", profile->zeros);
        add_fact(out, "negative", profile->negatives);
        add_fact(out, "empty", profile->empties);
        add_fact(out, "in the future", profile->future);
        add_lengths(out, profile);
    }
    qn_buf_add_str(out, "</td>");
}

/* What a model without a profile knows of the values. */
static void add_samples(struct qn_buf *out, const struct qn_model_column *column)
{
    size_t n = column->n_values < VALUES_MOST ? column->n_values : VALUES_MOST;

    if (n == 0 && column->min[0] != '\0') {
        qn_buf_add_str(out, "<div class=\"edges\"><span>");
        report_text(out, column->min, 28);
        qn_buf_add_str(out, "</span><span>to</span><span>");
        report_text(out, column->max, 28);
        qn_buf_add_str(out, "</span></div>");
    }
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(out, i > 0 ? ", " : "<p class=\"faint\">");
        report_text(out, column->values[i].text, 40);
    }
    if (n > 0) {
        qn_buf_add_str(out, column->n_values > n || !column->values_complete ? ", \xe2\x80\xa6</p>"
                                                                             : "</p>");
    }
}

/* Values one by one where they are few or have no order worth a picture. */
static bool shows_values(const struct qn_model_column *column,
                         const struct qn_profile_column *profile)
{
    if (profile->n_top == 0 || column->role == QN_ROLE_KEY) {
        return false;
    }
    if (profile->top_is_all && profile->n_top <= FEW && column->role != QN_ROLE_FOREIGN) {
        return true;
    }
    return !profile->binned && profile->top[0].share > 0.005;
}

static void add_spread(struct qn_buf *out, const struct qn_model_column *column,
                       const struct qn_profile_column *profile)
{
    qn_buf_add_str(out, "<td class=\"spread\">");
    if (profile == NULL) {
        add_samples(out, column);
    } else if (shows_values(column, profile)) {
        report_add_top(out, column, profile);
    } else {
        report_add_bins(out, column, profile);
    }
    if (profile != NULL && profile->shape != QN_SHAPE_NONE && profile->shape != QN_SHAPE_WORDS) {
        qn_html_printf(out, "<p class=\"faint\">looks like %s", report_shapes[profile->shape]);
        if (profile->shape_share > 0 && profile->shape_share < 0.9995) {
            qn_buf_add_str(out, " (");
            report_share(out, profile->shape_share);
            qn_buf_add_byte(out, ')');
        }
        qn_buf_add_str(out, "</p>");
    }
    qn_buf_add_str(out, "</td>");
}

void report_add_column(struct qn_buf *out, const struct report_view *view, size_t table,
                       size_t column)
{
    const struct qn_model_column *model = &view->model->tables[table].columns[column];
    const struct qn_profile_column *profile = report_profile(&view->tables[table], column);

    qn_html_printf(out, "<tr id=\"t%zuc%zu\">", table, column);
    add_name(out, model, profile);
    add_meaning(out, view, table, column);
    add_facts(out, model, profile);
    add_spread(out, model, profile);
    qn_buf_add_str(out, "</tr>\n");
}
