#include "report_words.h"

#include "common/utf8.h"
#include "tasks/lib/digits.h"
#include "tasks/lib/html.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NAME_MOST     80 /* characters */
#define SYNONYMS_MOST 12

const struct report_alert report_alerts[QN_ALERTS] = {
    [QN_ALERT_CONSTANT] = {"constant", "the same value in every row", true},
    [QN_ALERT_NULLS] = {"many NULLs", "20 % of the rows or more have no value", true},
    [QN_ALERT_IDENTIFIER] = {"unique text", "nearly every text is another one", false},
    [QN_ALERT_CATEGORY] = {"category", "few values for many rows", false},
    [QN_ALERT_SKEWED] = {"skewed", "a few values are far from all others", true},
    [QN_ALERT_ZEROS] = {"many zeros", "half of the values or more are 0", true},
    [QN_ALERT_DOMINATED] = {"one value", "one value has 90 % of the rows or more", true},
    [QN_ALERT_VARIANTS] = {"variants", "values that differ in case or outer blanks only", true},
    [QN_ALERT_FUTURE] = {"future dates", "dates after the day of the run", true},
};

const char *const report_roles[QN_ROLES] = {
    [QN_ROLE_OTHER] = "other",     [QN_ROLE_KEY] = "key",         [QN_ROLE_FOREIGN] = "foreign key",
    [QN_ROLE_MEASURE] = "measure", [QN_ROLE_AVERAGE] = "average", [QN_ROLE_DIMENSION] = "dimension",
    [QN_ROLE_TIME] = "time",       [QN_ROLE_FLAG] = "flag",       [QN_ROLE_LABEL] = "label",
    [QN_ROLE_TEXT] = "text",       [QN_ROLE_GEO] = "place",       [QN_ROLE_PERSONAL] = "personal",
};

const char *const report_piis[QN_PIIS] = {
    [QN_PII_NONE] = "",
    [QN_PII_EMAIL] = "e-mail",
    [QN_PII_PHONE] = "phone",
    [QN_PII_NAME] = "name of a person",
    [QN_PII_ADDRESS] = "address",
    [QN_PII_BIRTH] = "date of birth",
    [QN_PII_ID_NUMBER] = "identity number",
    [QN_PII_CARD] = "card number",
    [QN_PII_IBAN] = "IBAN",
    [QN_PII_IP] = "IP address",
    [QN_PII_SECRET] = "secret",
};

const char *const report_shapes[QN_SHAPES] = {
    [QN_SHAPE_NONE] = "",        [QN_SHAPE_UUID] = "UUIDs",
    [QN_SHAPE_EMAIL] = "e-mail", [QN_SHAPE_PHONE] = "phone numbers",
    [QN_SHAPE_URL] = "URLs",     [QN_SHAPE_DATE] = "dates",
    [QN_SHAPE_JSON] = "JSON",    [QN_SHAPE_NUMBER] = "numbers",
    [QN_SHAPE_CODE] = "codes",   [QN_SHAPE_WORDS] = "words",
    [QN_SHAPE_PROSE] = "prose",
};

const char *const report_purposes[QN_PURPOSES] = {
    [QN_PURPOSE_OTHER] = "other",         [QN_PURPOSE_FACT] = "fact",
    [QN_PURPOSE_DIMENSION] = "dimension", [QN_PURPOSE_LOOKUP] = "lookup",
    [QN_PURPOSE_JUNCTION] = "junction",
};

const char *const report_kinds[QN_CATALOG_KINDS] = {
    [QN_CATALOG_TABLE] = "table",
    [QN_CATALOG_VIEW] = "view",
    [QN_CATALOG_MATVIEW] = "materialized view",
    [QN_CATALOG_FOREIGN] = "foreign table",
};

const char *const report_tiers[QN_PROFILE_TIERS] = {
    [QN_PROFILE_NONE] = "not profiled",
    [QN_PROFILE_STATISTICS] = "from the planner's statistics",
    [QN_PROFILE_SAMPLED] = "from a sample",
    [QN_PROFILE_EXACT] = "from every row",
};

static void add_whole(struct qn_buf *out, double number)
{
    char text[400];
    int len = snprintf(text, sizeof(text), "%.0f", number);

    qn_digits_add(out, (struct qn_span){text, (size_t)len});
}

void report_count(struct qn_buf *out, double count)
{
    if (!isfinite(count) || count < 0) {
        qn_buf_add_str(out, REPORT_NONE);
    } else if (count >= 1e15) {
        qn_buf_printf(out, "%.3g", count);
    } else {
        add_whole(out, count);
    }
}

void report_number(struct qn_buf *out, double number)
{
    double size = fabs(number);

    if (!isfinite(number)) {
        qn_buf_add_str(out, REPORT_NONE);
    } else if (size >= 1e12 || (size > 0 && size < 1e-4)) {
        qn_buf_printf(out, "%.3g", number);
    } else if (size >= 10000) {
        add_whole(out, number);
    } else {
        qn_buf_printf(out, size >= 1000 ? "%.6g" : "%.4g", number);
    }
}

void report_share(struct qn_buf *out, double share)
{
    double percent = share * 100;

    if (!isfinite(share) || share < 0) {
        qn_buf_add_str(out, REPORT_NONE);
    } else if (percent > 0 && percent < 0.1) {
        qn_buf_add_str(out, "&lt;0.1 %");
    } else if (percent < 100 && percent > 99.9) {
        qn_buf_add_str(out, "&gt;99.9 %");
    } else if ((percent > 0 && percent < 9.95) || (percent > 99 && percent < 100)) {
        qn_buf_printf(out, "%.1f %%", percent);
    } else {
        qn_buf_printf(out, "%.0f %%", percent);
    }
}

void report_bytes(struct qn_buf *out, double bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB"};
    double size = bytes / 1000;
    size_t unit = 0;

    if (bytes < 0) {
        qn_buf_add_str(out, REPORT_NONE);
        return;
    }
    if (bytes < 1000) {
        qn_buf_printf(out, "%.0f B", bytes);
        return;
    }
    while (size >= 999.5 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        size /= 1000;
        unit++;
    }
    qn_buf_printf(out, size < 9.95 ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

void report_day(struct qn_buf *out, double seconds, bool time)
{
    struct tm tm;
    time_t when;

    if (!isfinite(seconds) || fabs(seconds) > 2.5e11) {
        qn_buf_add_str(out, REPORT_NONE);
        return;
    }
    when = (time_t)floor(seconds);
    if (gmtime_r(&when, &tm) == NULL) {
        qn_buf_add_str(out, REPORT_NONE);
        return;
    }
    qn_buf_printf(out, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    if (time) {
        qn_buf_printf(out, " %02d:%02d", tm.tm_hour, tm.tm_min);
    }
}

void report_time(struct qn_buf *out, int64_t wall_ms)
{
    report_day(out, (double)wall_ms / 1000, true);
    qn_buf_add_str(out, " UTC");
}

void report_text(struct qn_buf *out, const char *text, size_t characters)
{
    size_t len = strlen(text), end = 0;

    for (; end < len && characters > 0; characters--) {
        size_t n = qn_utf8_char(text + end, len - end);

        end += n > 0 ? n : 1;
    }
    qn_buf_add_str(out, "<bdi>");
    qn_html_text(out, text, end);
    qn_buf_add_str(out, end < len ? "\xe2\x80\xa6</bdi>" : "</bdi>");
}

void report_counted(struct qn_buf *out, size_t n, const char *one, const char *many)
{
    report_count(out, (double)n);
    qn_html_printf(out, " %s", n == 1 ? one : many);
}

static void add_table(struct qn_buf *out, const struct report_view *view, size_t table)
{
    const struct qn_model_table *model = &view->model->tables[table];

    if (report_has_schema(view, table)) {
        report_text(out, model->schema, NAME_MOST);
        qn_buf_add_byte(out, '.');
    }
    report_text(out, model->name, NAME_MOST);
}

void report_table_name(struct qn_buf *out, const struct report_view *view, size_t table)
{
    if (view->linked[table]) {
        qn_html_printf(out, "<a href=\"#t%zu\">", table);
    }
    add_table(out, view, table);
    qn_buf_add_str(out, view->linked[table] ? "</a>" : "");
}

void report_column_name(struct qn_buf *out, const struct report_view *view, size_t table,
                        size_t column)
{
    bool link = view->linked[table] && column < REPORT_COLUMNS_MOST;

    if (link) {
        qn_html_printf(out, "<a href=\"#t%zuc%zu\">", table, column);
    }
    add_table(out, view, table);
    qn_buf_add_byte(out, '.');
    report_text(out, view->model->tables[table].columns[column].name, NAME_MOST);
    qn_buf_add_str(out, link ? "</a>" : "");
}

void report_column_names(struct qn_buf *out, const struct qn_model_table *table,
                         const size_t *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        qn_buf_add_str(out, i > 0 ? ", " : "");
        report_text(out, table->columns[columns[i]].name, NAME_MOST);
    }
}

void report_synonyms(struct qn_buf *out, const struct qn_model_words *words)
{
    for (size_t i = 0; i < words->n_en + words->n_zh && i < SYNONYMS_MOST; i++) {
        qn_buf_add_str(out, i > 0 ? ", " : "");
        report_text(out, i < words->n_en ? words->en[i] : words->zh[i - words->n_en], 40);
    }
    if (words->n_en + words->n_zh > SYNONYMS_MOST) {
        qn_buf_add_str(out, ", \xe2\x80\xa6");
    }
}

void report_badge(struct qn_buf *out, const char *kind, const char *text)
{
    qn_html_printf(out, "<span class=\"badge %s\">%s</span> ", kind, text);
}
