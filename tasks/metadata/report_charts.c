#include "report_parts.h"

#include "report_words.h"
#include "tasks/lib/digits.h"
#include "tasks/lib/html.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH    190 /* of a histogram */
#define HEIGHT   38
#define TOP_MOST 6  /* values shown */
#define VALUE    60 /* characters of one, in the file; the page cuts further */
#define EDGE     28 /* characters of a bound */

static bool is_number(enum qn_family family)
{
    return family == QN_FAMILY_INTEGER || family == QN_FAMILY_NUMERIC || family == QN_FAMILY_FLOAT;
}

static size_t count_digits(const char *text)
{
    return strspn(text + (*text == '-'), "0123456789");
}

static bool is_time(enum qn_family family)
{
    return family == QN_FAMILY_DATE || family == QN_FAMILY_TIMESTAMP;
}

/* Dates need their hours where all are of a few days. */
static bool is_short(const struct qn_profile_column *profile)
{
    return profile->high - profile->low < 3 * 86400.0;
}

/* A bound as PostgreSQL prints it: to the day or minute, with groups of digits. */
static void add_edge(struct qn_buf *out, const struct qn_model_column *column, const char *text,
                     bool hours)
{
    bool groups = is_number(column->family) && column->role != QN_ROLE_KEY &&
                  column->role != QN_ROLE_FOREIGN && count_digits(text) > 4;
    size_t len = strlen(text);

    if (column->family == QN_FAMILY_TIMESTAMP && len > 16 && text[4] == '-' && text[10] == ' ') {
        qn_html_text(out, text, hours ? 16 : 10);
    } else if (groups && len <= EDGE) {
        struct qn_buf digits;

        qn_buf_init(&digits, (size_t)4 * EDGE);
        qn_digits_add(&digits, (struct qn_span){text, len});
        qn_html_text(out, digits.data, digits.len);
        qn_buf_release(&digits);
    } else {
        report_text(out, text, EDGE);
    }
}

static void add_middle(struct qn_buf *out, const struct qn_model_column *column, double middle,
                       bool hours)
{
    if (is_time(column->family)) {
        report_day(out, middle, hours && column->family == QN_FAMILY_TIMESTAMP);
    } else {
        report_number(out, middle);
    }
}

static void draw_bins(struct qn_buf *out, const struct qn_profile_column *profile)
{
    double most = 0, wide = (double)WIDTH / QN_PROFILE_BINS;

    for (size_t i = 0; i < QN_PROFILE_BINS; i++) {
        most = isfinite(profile->bins[i]) ? fmax(most, profile->bins[i]) : most;
    }
    qn_html_printf(out,
                   "<svg class=\"bins\" viewBox=\"0 0 %d %d\" role=\"img\" "
                   "aria-label=\"histogram\"><path d=\"",
                   WIDTH, HEIGHT);
    for (size_t i = 0; i < QN_PROFILE_BINS; i++) {
        double part =
            profile->bins[i] > 0 && profile->bins[i] <= most ? profile->bins[i] / most : 0;
        double high = part > 0 ? fmax(part * (HEIGHT - 2), 1.5) : 0;

        if (high > 0) {
            qn_html_printf(out, "M%.1f %dv-%.1fh%.1fv%.1fz", (double)i * wide + 0.5, HEIGHT - 1,
                           high, wide - 1, high);
        }
    }
    qn_html_printf(out, "\"/><path class=\"floor\" d=\"M0 %d.5h%d\"/>", HEIGHT - 1, WIDTH);
    if (profile->high > profile->low && profile->quartile[1] >= profile->low &&
        profile->quartile[1] <= profile->high) {
        double x = (profile->quartile[1] - profile->low) / (profile->high - profile->low) * WIDTH;

        qn_html_printf(out, "<path class=\"middle\" d=\"M%.1f 0v%d\"/>",
                       fmin(fmax(x, 0.5), WIDTH - 0.5), HEIGHT - 1);
    }
    qn_buf_add_str(out, "</svg>");
}

static void add_average(struct qn_buf *out, const struct qn_model_column *column,
                        const struct qn_profile_column *profile)
{
    if (isfinite(profile->mean) && is_number(column->family) && column->role != QN_ROLE_KEY &&
        column->role != QN_ROLE_FOREIGN) {
        qn_buf_add_str(out, "<p class=\"faint\">mean ");
        report_number(out, profile->mean);
        if (isfinite(profile->deviation)) {
            qn_buf_add_str(out, " &#177; ");
            report_number(out, profile->deviation);
        }
        qn_buf_add_str(out, "</p>");
    }
}

static void add_edges(struct qn_buf *out, const struct qn_model_column *column,
                      const struct qn_profile_column *profile)
{
    bool key = column->role == QN_ROLE_KEY, hours = is_short(profile);
    bool near = key || !profile->binned;

    qn_html_printf(out, "<div class=\"edges%s\"><span>", near ? " near" : "");
    add_edge(out, column, profile->min, hours);
    qn_buf_add_str(out, "</span>");
    if (isfinite(profile->quartile[1]) && !key) {
        qn_buf_add_str(out, "<span class=\"mid\" title=\"median\">");
        add_middle(out, column, profile->quartile[1], hours);
        qn_buf_add_str(out, "</span>");
    } else {
        qn_buf_add_str(out, "<span>to</span>");
    }
    qn_buf_add_str(out, "<span>");
    add_edge(out, column, profile->max, hours);
    qn_buf_add_str(out, "</span></div>");
}

void report_add_bins(struct qn_buf *out, const struct qn_model_column *column,
                     const struct qn_profile_column *profile)
{
    if (profile->binned && column->role != QN_ROLE_KEY) {
        draw_bins(out, profile);
    }
    if (profile->min[0] != '\0' || profile->max[0] != '\0') {
        add_edges(out, column, profile);
        add_average(out, column, profile);
    }
}

static const char *value_of(const struct qn_model_column *column, const char *text)
{
    if (column->family == QN_FAMILY_BOOLEAN && strcmp(text, "t") == 0) {
        return "true";
    }
    if (column->family == QN_FAMILY_BOOLEAN && strcmp(text, "f") == 0) {
        return "false";
    }
    return text;
}

static void add_text(struct qn_buf *out, const struct qn_model_column *column, const char *value)
{
    const char *text = value_of(column, value);

    if (text[strspn(text, " \t\n\r")] == '\0') {
        qn_buf_add_str(out, text[0] == '\0' ? "<em>empty</em>" : "<em>blank</em>");
    } else if (is_time(column->family)) {
        add_edge(out, column, text, true);
    } else {
        report_text(out, text, VALUE);
    }
}

static void add_value(struct qn_buf *out, const struct qn_model_column *column,
                      const struct qn_profile_value *value)
{
    qn_buf_add_str(out, "<li><span class=\"val\">");
    add_text(out, column, value->text);
    qn_buf_add_str(out, "</span><span class=\"bar\">");
    if (isfinite(value->share)) {
        qn_html_printf(out, "<i style=\"width:%.1f%%\"></i>",
                       fmin(fmax(value->share, 0.005), 1) * 100);
    }
    qn_buf_add_str(out, "</span><span class=\"pct\">");
    report_share(out, value->share);
    qn_buf_add_str(out, "</span></li>");
}

/* All of the same share: no bars, they would all be alike. */
static bool is_even(const struct qn_profile_column *profile)
{
    return profile->n_top > 4 &&
           profile->top[0].share - profile->top[profile->n_top - 1].share < 1e-9;
}

void report_add_top(struct qn_buf *out, const struct qn_model_column *column,
                    const struct qn_profile_column *profile)
{
    size_t n = profile->n_top < TOP_MOST ? profile->n_top : TOP_MOST;
    double all = profile->top_is_all ? (double)profile->n_top : profile->distinct;
    bool even = is_even(profile);

    qn_buf_add_str(out, even ? "<p class=\"values\">" : "<ul class=\"top\">");
    for (size_t i = 0; i < n; i++) {
        if (even) {
            qn_buf_add_str(out, i > 0 ? ", " : "");
            add_text(out, column, profile->top[i].text);
        } else {
            add_value(out, column, &profile->top[i]);
        }
    }
    qn_buf_add_str(out, even ? "</p>" : "</ul>");
    if (isfinite(all) && all >= (double)n + 0.5) {
        qn_buf_add_str(out, "<p class=\"faint\">and ");
        report_count(out, all - (double)n);
        qn_buf_add_str(out, " more</p>");
    }
}
