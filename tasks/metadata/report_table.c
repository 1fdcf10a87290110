#include "report_parts.h"

#include "report_words.h"
#include "tasks/lib/html.h"
#include <string.h>

#define DESCRIPTION_MOST 900 /* characters */
#define LINKS_MOST       24
#define KEYS_MOST        8

static void add_head(struct qn_buf *out, const struct report_view *view, size_t place)
{
    const struct qn_model_table *table = &view->model->tables[place];

    qn_html_printf(out, "<section class=\"table\" id=\"t%zu\"><h2>", place);
    if (report_has_schema(view, place)) {
        qn_buf_add_str(out, "<span class=\"schema\">");
        report_text(out, table->schema, 80);
        qn_buf_add_str(out, ".</span>");
    }
    report_text(out, table->name, 80);
    qn_buf_add_byte(out, ' ');
    if (table->purpose != QN_PURPOSE_OTHER) {
        report_badge(out, report_purposes[table->purpose], report_purposes[table->purpose]);
    }
    if (table->kind != QN_CATALOG_TABLE) {
        report_badge(out, "soft", report_kinds[table->kind]);
    }
    if (table->hidden) {
        report_badge(out, "soft", "hidden");
    }
    qn_buf_add_str(out, "<a class=\"back\" href=\"#tables\">all tables</a></h2>\n");
    if (table->description.text[0] != '\0') {
        qn_buf_add_str(out, "<p>");
        report_text(out, table->description.text, DESCRIPTION_MOST);
        qn_buf_add_str(out, "</p>\n");
    }
    if (table->words.n_en + table->words.n_zh > 0) {
        qn_buf_add_str(out, "<p class=\"faint\">also: ");
        report_synonyms(out, &table->words);
        qn_buf_add_str(out, "</p>\n");
    }
}

static void add_size(struct qn_buf *out, const struct report_table *table)
{
    const struct qn_profile_table *profile = table->profile;

    qn_buf_add_str(out, "<dt>Rows</dt><dd>");
    if (report_rows(table) >= 0 && (profile == NULL || !profile->complete)) {
        qn_buf_add_str(out, "about ");
    }
    report_count(out, report_rows(table));
    if (table->catalog != NULL && table->catalog->bytes > 0) {
        qn_buf_add_str(out, ", ");
        report_bytes(out, (double)table->catalog->bytes);
    }
    if (table->catalog != NULL && table->catalog->parts > 0) {
        qn_buf_add_str(out, ", in ");
        report_counted(out, (size_t)table->catalog->parts, "partition", "partitions");
    }
    if (profile != NULL) {
        qn_html_printf(out, "; profiled %s", report_tiers[profile->tier]);
    }
    if (profile != NULL && profile->tier == QN_PROFILE_SAMPLED) {
        qn_buf_add_str(out, " of ");
        report_count(out, profile->seen);
        qn_buf_add_str(out, " rows");
    }
    qn_buf_add_str(out, "</dd>\n");
    if (profile != NULL && profile->trouble[0] != '\0') {
        qn_buf_add_str(out, "<dt>Not as asked</dt><dd>");
        report_text(out, profile->trouble, 300);
        qn_buf_add_str(out, "</dd>\n");
    }
}

static void add_keys(struct qn_buf *out, const struct qn_model_table *table)
{
    for (size_t i = 0; i < table->n_keys && i < KEYS_MOST; i++) {
        qn_buf_add_str(out, i == 0 ? "<dt>Keys</dt><dd>" : "; ");
        report_column_names(out, table, table->keys[i].columns, table->keys[i].n);
        qn_buf_add_str(out, table->keys[i].primary ? " (primary)" : " (unique)");
    }
    qn_buf_add_str(out, table->n_keys > KEYS_MOST ? "; \xe2\x80\xa6" : "");
    qn_buf_add_str(out, table->n_keys > 0 ? "</dd>\n" : "");
}

/* Other ends of accepted relations. */
static void add_links(struct qn_buf *out, const struct report_view *view, size_t place,
                      bool parents)
{
    size_t n = 0;

    for (size_t i = 0; i < view->model->n_relations; i++) {
        const struct qn_model_relation *relation = &view->model->relations[i];

        if (relation->verdict != QN_MODEL_ACCEPTED ||
            (parents ? relation->child : relation->parent) != place || n++ >= LINKS_MOST) {
            continue;
        }
        if (n == 1) {
            qn_buf_add_str(out, parents ? "<dt>Refers to</dt><dd>" : "<dt>Referred to by</dt><dd>");
        } else {
            qn_buf_add_str(out, ", ");
        }
        report_table_name(out, view, parents ? relation->parent : relation->child);
        qn_buf_add_str(out, " <span class=\"faint\">(");
        report_column_names(out, &view->model->tables[relation->child], relation->child_columns,
                            relation->n);
        qn_buf_add_str(out, ")</span>");
    }
    if (n > LINKS_MOST) {
        qn_html_printf(out, " and %zu more", n - LINKS_MOST);
    }
    qn_buf_add_str(out, n > 0 ? "</dd>\n" : "");
}

void report_add_table(struct qn_buf *out, const struct report_view *view, size_t table)
{
    const struct report_table *item = &view->tables[table];
    size_t n = item->model->n_columns;

    add_head(out, view, table);
    qn_buf_add_str(out, "<dl>");
    add_size(out, item);
    add_keys(out, item->model);
    add_links(out, view, table, true);
    add_links(out, view, table, false);
    qn_buf_add_str(out, "</dl>\n");
    if (n > 0) {
        qn_buf_add_str(out, "<table class=\"columns\">\n<thead><tr><th scope=\"col\">Column</th>"
                            "<th scope=\"col\">Meaning</th><th scope=\"col\">Fill</th>"
                            "<th scope=\"col\">Values</th></tr></thead>\n<tbody>\n");
    }
    for (size_t i = 0; i < n && i < REPORT_COLUMNS_MOST; i++) {
        report_add_column(out, view, table, i);
    }
    qn_buf_add_str(out, n > 0 ? "</tbody></table>\n" : "");
    if (n > REPORT_COLUMNS_MOST) {
        report_add_rest(out, n - REPORT_COLUMNS_MOST, "column", "columns");
    }
    qn_buf_add_str(out, "</section>\n");
}
