#include "report.h"

#include "er.h"
#include "report_parts.h"
#include "report_words.h"
#include "tasks/lib/html.h"
#include "tasks/lib/page.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDE        1084 /* pixels of a picture for which a section has no room */
#define MISSES_MOST 40   /* sections that do not fit, until no more are tried */

static const char *name_of(const struct qn_model *model)
{
    return model->datasource[0] != '\0' ? model->datasource : model->database;
}

static void add_head(struct qn_buf *out, const struct report_view *view)
{
    const char *const styles[] = {metadata_er_style, report_style, NULL};
    char title[200];

    snprintf(title, sizeof(title), "Database %s", name_of(view->model));
    qn_page_begin(out, title, styles);
    qn_buf_add_str(out, "<header><p class=\"of\">Database report</p>\n<h1>");
    report_text(out, name_of(view->model), 100);
    qn_buf_add_str(out, "</h1>\n<p>");
    if (strcmp(name_of(view->model), view->model->database) != 0) {
        qn_buf_add_str(out, "database ");
        report_text(out, view->model->database, 100);
        qn_buf_add_str(out, " &middot; ");
    }
    if (view->source->catalog != NULL) {
        qn_html_printf(out, "PostgreSQL %d.%d &middot; role ",
                       view->source->catalog->server_version / 10000,
                       view->source->catalog->server_version % 10000);
        report_text(out, view->source->catalog->role, 100);
        qn_buf_add_str(out, " &middot; ");
    }
    report_time(out, view->source->made_ms);
    if (view->model->version > 0) {
        qn_html_printf(out, " &middot; model version %d, %s", (int)view->model->version,
                       view->model->approved ? "approved" : "draft");
    }
    qn_buf_add_str(out, "</p>\n");
}

/* How the tables were looked at, most thorough first. */
static void add_tiers(struct qn_buf *out, const struct report_view *view)
{
    bool begun = false;

    qn_buf_add_str(out, "<p>Profiled: ");
    for (size_t tier = QN_PROFILE_TIERS; tier-- > 0;) {
        if (view->tiers[tier] > 0) {
            qn_buf_add_str(out, begun ? "; " : "");
            report_counted(out, view->tiers[tier], "table", "tables");
            qn_html_printf(out, " %s", report_tiers[tier]);
            begun = true;
        }
    }
    qn_buf_add_str(out, begun ? ".</p></header>\n" : "nothing.</p></header>\n");
}

/* Tiles: the figures a reader asks for first. */

static void begin_tile(struct qn_buf *out, const char *what, const char *kind)
{
    qn_html_printf(out, "<div class=\"tile\"><div class=\"what\">%s</div><div class=\"much %s\">",
                   what, kind);
}

static void end_tile(struct qn_buf *out)
{
    qn_buf_add_str(out, "</div></div>\n");
}

static void add_sizes(struct qn_buf *out, const struct report_view *view)
{
    size_t facts = 0;

    for (size_t i = 0; i < view->model->n_tables; i++) {
        facts += view->model->tables[i].purpose == QN_PURPOSE_FACT;
    }
    begin_tile(out, "Tables", "");
    report_count(out, (double)(view->model->n_tables - view->n_views));
    qn_buf_add_str(out, "</div><div class=\"more\">");
    report_counted(out, facts, "of events (facts)", "of events (facts)");
    if (view->n_views > 0) {
        qn_buf_add_str(out, ", and ");
        report_counted(out, view->n_views, "view", "views");
    }
    end_tile(out);
    begin_tile(out, "Columns", "");
    report_count(out, (double)view->n_columns);
    qn_buf_add_str(out, "</div><div class=\"more\">");
    if (view->model->n_tables > 0) {
        report_number(out, round((double)view->n_columns / (double)view->model->n_tables));
        qn_buf_add_str(out, " a table");
    }
    end_tile(out);
    begin_tile(out, "Rows", "");
    report_count(out, view->rows);
    qn_buf_add_str(out, "</div><div class=\"more\">");
    qn_buf_add_str(out, view->estimated ? "about, " : "");
    report_bytes(out, view->source->catalog != NULL ? view->bytes : -1);
    end_tile(out);
}

static void add_findings(struct qn_buf *out, const struct report_view *view)
{
    begin_tile(out, "Relations", "");
    report_count(out, (double)view->accepted);
    qn_html_printf(out, "</div><div class=\"more\">%zu declared, %zu found; %zu suggested",
                   view->declared, view->accepted - view->declared, view->suggested);
    end_tile(out);
    begin_tile(out, "Alerts", "");
    report_count(out, (double)view->alerts);
    qn_buf_add_str(out, "</div><div class=\"more\">to look at");
    end_tile(out);
    begin_tile(out, "Columns with personal data", "");
    report_count(out, (double)view->personal);
    qn_buf_add_str(out, "</div><div class=\"more\">");
    if (view->personal == 0) {
        qn_buf_add_str(out, "none was found");
    } else {
        qn_html_printf(out, "values of them are %s",
                       view->source->show_personal ? "shown" : "masked");
    }
    end_tile(out);
}

static void add_nav(struct qn_buf *out, const struct report_view *view)
{
    const struct {
        bool is;
        const char *id, *word;
    } parts[] = {{true, "picture", "Picture"},
                 {view->source->diff_json != NULL && view->source->diff_json[0] != '\0', "changes",
                  "Changes"},
                 {view->alerts + view->notes > 0, "alerts", "Alerts"},
                 {view->personal > 0, "personal", "Personal data"},
                 {true, "tables", "Tables"},
                 {view->model->n_relations > 0, "relations", "Relations"},
                 {view->model->n_metrics > 0, "metrics", "Metrics"}};

    qn_buf_add_str(out, "<nav>");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].is) {
            qn_html_printf(out, "<a href=\"#%s\">%s</a>\n", parts[i].id, parts[i].word);
        }
    }
    qn_buf_add_str(out, "</nav>\n");
}

/* The picture. */

static void add_legend(struct qn_buf *out, const struct report_view *view)
{
    qn_buf_add_str(out, "<div class=\"legend\">");
    for (size_t purpose = QN_PURPOSES; purpose-- > 0;) {
        bool is = false;

        for (size_t i = 0; i < view->model->n_tables && purpose != QN_PURPOSE_OTHER; i++) {
            is = is || view->model->tables[i].purpose == (enum qn_purpose)purpose;
        }
        if (is) {
            qn_html_printf(out, "<span><i class=\"box %s\"></i>%s</span>", report_purposes[purpose],
                           report_purposes[purpose]);
        }
    }
    if (view->declared > 0) {
        qn_buf_add_str(out, "<span><i class=\"line\"></i>declared</span>");
    }
    if (view->accepted > view->declared) {
        qn_buf_add_str(out, "<span><i class=\"line guessed\"></i>found</span>");
    }
    qn_buf_add_str(out, "</div>\n");
}

static void add_shown(struct qn_buf *out, const struct metadata_er_shown *shown)
{
    if (shown->tables < shown->of_tables) {
        qn_html_printf(out,
                       "<p class=\"faint\">Of %zu tables the %zu that have relations most are "
                       "drawn.</p>\n",
                       shown->of_tables, shown->tables);
    }
    if (shown->relations < shown->of_relations) {
        qn_html_printf(out, "<p class=\"faint\">Of %zu relations %zu are drawn.</p>\n",
                       shown->of_relations, shown->relations);
    }
}

static int add_picture(struct qn_buf *out, const struct report_view *view, size_t most)
{
    struct metadata_er_shown shown;
    struct qn_buf svg;
    int rc;

    qn_buf_init(&svg, most);
    rc = metadata_er(&svg, view->model, view->linked, &shown);
    qn_html_printf(out, "<section id=\"picture\" class=\"%s\"><h2>Tables and relations</h2>\n",
                   shown.width > WIDE ? "wide" : "");
    if (rc == QN_OK && svg.len > 0) {
        add_legend(out, view);
        qn_buf_add_str(out, "<div class=\"er\">");
        qn_buf_add(out, svg.data, svg.len);
        qn_buf_add_str(out, "</div>\n");
        add_shown(out, &shown);
    } else {
        qn_html_printf(out, "<p class=\"faint\">%s</p>\n",
                       rc == QN_OK ? "There are no tables to draw." : "Too large to be drawn.");
    }
    report_end(out);
    qn_buf_release(&svg);
    return rc == QN_ELIMIT ? QN_OK : rc;
}

/* Sections of tables: all, or those that matter most. */

struct rank {
    double weight;
    size_t table;
};

static int by_weight(const void *a, const void *b)
{
    const struct rank *one = a, *two = b;

    if (one->weight < two->weight || one->weight > two->weight) {
        return one->weight > two->weight ? -1 : 1;
    }
    return one->table < two->table ? -1 : one->table > two->table;
}

static struct rank *rank_tables(struct report_view *view)
{
    size_t n = view->model->n_tables;
    struct rank *ranks = qn_arena_alloc(&view->arena, n, sizeof(*ranks));

    for (size_t i = 0; ranks != NULL && i < n; i++) {
        const struct report_table *table = &view->tables[i];

        ranks[i] = (struct rank){log1p(fmax(report_rows(table), 0)) +
                                     3 * log1p((double)(table->parents + table->children)) -
                                     (table->model->hidden ? 1000 : 0),
                                 i};
    }
    if (ranks != NULL) {
        qsort(ranks, n, sizeof(*ranks), by_weight);
    }
    return ranks;
}

/* Sets linked: the tables whose sections fit into so many bytes. With all links a section is
 * never shorter than it will be. */
static int choose_sections(struct report_view *view, size_t most)
{
    size_t n = view->model->n_tables, misses = 0, used = 0;
    bool *fits = qn_arena_alloc(&view->arena, n, sizeof(*fits));
    const struct rank *ranks = rank_tables(view);
    struct qn_buf one;
    int rc = qn_arena_status(&view->arena, "a report", NULL);

    qn_buf_init(&one, most);
    if (rc == QN_OK) {
        memset(view->linked, true, n * sizeof(*view->linked));
    }
    for (size_t i = 0; i < n && rc == QN_OK && misses < MISSES_MOST; i++) {
        qn_buf_reset(&one);
        report_add_table(&one, view, ranks[i].table);
        fits[ranks[i].table] = one.status == QN_OK && one.len <= most - used;
        used += fits[ranks[i].table] ? one.len : 0;
        misses += !fits[ranks[i].table];
        rc = one.status == QN_ELIMIT ? QN_OK : one.status;
    }
    if (rc == QN_OK) {
        view->linked = fits;
    }
    qn_buf_release(&one);
    return rc;
}

static void add_sections(struct qn_buf *out, const struct report_view *view)
{
    size_t left_out = 0;

    for (size_t i = 0; i < view->model->n_tables; i++) {
        if (view->linked[i]) {
            report_add_table(out, view, i);
        } else {
            left_out++;
        }
    }
    if (left_out > 0) {
        qn_buf_add_str(out, "<section><p class=\"faint\">");
        report_counted(out, left_out, "table has", "tables have");
        qn_buf_add_str(out, " no section here: those with the most relations and rows come first. "
                            "The model has all of them.</p></section>\n");
    }
}

static void add_foot(struct qn_buf *out, const struct report_view *view)
{
    qn_html_printf(out,
                   "<footer>Shares, bounds and values of columns are of the rows that were looked "
                   "at; personal data is %s. Model %s.</footer>\n",
                   view->source->show_personal ? "shown as it is" : "masked",
                   view->model->hash[0] != '\0' ? view->model->hash : "-");
    qn_page_end(out);
}

static int add_page(struct qn_buf *out, struct report_view *view)
{
    size_t room = out->max - out->len;
    int rc = choose_sections(view, room / 2);

    if (rc != QN_OK) {
        return rc;
    }
    add_head(out, view);
    add_tiers(out, view);
    qn_buf_add_str(out, "<div class=\"tiles\">\n");
    add_sizes(out, view);
    add_findings(out, view);
    qn_buf_add_str(out, "</div>\n");
    add_nav(out, view);
    rc = add_picture(out, view, room / 8);
    report_add_changes(out, view, room / 64);
    report_add_alerts(out, view, room / 64);
    report_add_personal(out, view, room / 64);
    report_add_notes(out, view, room / 64);
    report_add_index(out, view, room / 16);
    report_add_relations(out, view, room / 32);
    report_add_metrics(out, view, room / 64);
    add_sections(out, view);
    add_foot(out, view);
    return rc;
}

int metadata_report(struct qn_buf *out, const struct metadata_report_source *source)
{
    struct report_view view;
    int rc = report_view_init(&view, source);

    if (rc == QN_OK) {
        rc = add_page(out, &view);
    }
    report_view_release(&view);
    return rc == QN_OK ? qn_buf_status(out) : rc;
}
