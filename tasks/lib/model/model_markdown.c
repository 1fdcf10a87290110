#include "model_export.h"
#include "model_shape.h"
#include "model_text.h"

#include <math.h>
#include <string.h>

#define VALUES_SHOWN 12
#define TEXT_SHOWN   500 /* bytes of a cell's text */

struct page {
    struct qn_buf *out;
    struct qn_arena arena;
    const struct qn_model *model;
};

static void add(struct page *page, const char *text)
{
    qn_buf_add_str(page->out, text);
}

/* Marks that mean something anywhere, at the front of a line, or between two letters (links and
 * pictures by name: www.a.b, http://, :smile:). */
static bool is_mark(const char *text, size_t at, bool digits)
{
    char c = text[at], next = text[at + 1];

    if (strchr("\\`*_{}[]|~$@^", c) != NULL || (at == 0 && strchr("#+-=!", c) != NULL)) {
        return true;
    }
    if (digits && at > 0 && (c == '.' || c == ')')) {
        return true;
    }
    return (c == ':' && next != ' ' && next != '\0') ||
           (c == '.' && at > 0 && (text[at - 1] == 'w' || text[at - 1] == 'W'));
}

/* On one line, and nothing in it is markup. */
static void add_text(struct page *page, const char *text)
{
    const char *plain = qn_plain(&page->arena, text, TEXT_SHOWN);
    bool digits = true; /* up to here */

    for (size_t i = 0; plain[i] != '\0'; i++) {
        char c = plain[i];

        if (c == '<' || c == '>' || c == '&') {
            add(page, c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;");
        } else {
            add(page, is_mark(plain, i, digits) ? "\\" : "");
            qn_buf_add_byte(page->out, c);
        }
        digits = digits && c >= '0' && c <= '9';
    }
}

/* Names and SQL as code, where they hold nothing that would end it. */
static void add_code(struct page *page, const char *text)
{
    const char *plain = qn_plain(&page->arena, text, TEXT_SHOWN);

    if (plain[0] == '\0') {
        return;
    }
    if (strcmp(plain, text) == 0 && strpbrk(text, "`|\\<") == NULL) {
        qn_buf_printf(page->out, "`%s`", plain);
    } else {
        add_text(page, text);
    }
}

static void add_table_name(struct page *page, const struct qn_model_table *table)
{
    add_code(page, table->schema);
    add(page, ".");
    add_code(page, table->name);
}

static void add_words(struct page *page, const struct qn_model_words *words)
{
    const char *between = "";

    for (size_t i = 0; i < words->n_en + words->n_zh; i++) {
        add(page, between);
        add_text(page, i < words->n_en ? words->en[i] : words->zh[i - words->n_en]);
        between = ", ";
    }
}

static void add_values(struct page *page, const struct qn_model_column *column)
{
    size_t n = column->n_values < VALUES_SHOWN ? column->n_values : VALUES_SHOWN;

    for (size_t i = 0; i < n; i++) {
        add(page, i > 0 ? ", " : "");
        add_code(page, column->values[i].text);
    }
    if (n > 0 && (n < column->n_values || !column->values_complete)) {
        add(page, ", …");
    }
}

static const char *parent_of(const struct page *page, size_t table, size_t column)
{
    for (size_t i = 0; i < page->model->n_relations; i++) {
        const struct qn_model_relation *relation = &page->model->relations[i];

        for (size_t c = 0; relation->child == table && c < relation->n; c++) {
            if (relation->verdict == QN_MODEL_ACCEPTED && relation->child_columns[c] == column) {
                return page->model->tables[relation->parent].name;
            }
        }
    }
    return NULL;
}

static void add_role(struct page *page, size_t table, size_t at)
{
    const struct qn_model_column *column = &page->model->tables[table].columns[at];
    const char *parent = parent_of(page, table, at);

    add_text(page, qn_role_names[column->role]);
    if (parent != NULL) {
        add(page, " → ");
        add_code(page, parent);
    }
    if (column->unit[0] != '\0') {
        add(page, ", ");
        add_text(page, column->unit);
    }
    if (column->pii != QN_PII_NONE) {
        add(page, ", personal");
    }
    add(page, column->hidden ? ", hidden" : "");
}

static void add_column(struct page *page, size_t table, size_t at)
{
    const struct qn_model_column *column = &page->model->tables[table].columns[at];

    add(page, "| ");
    add_code(page, column->name);
    add(page, " | ");
    add_text(page, column->type);
    add(page, column->nullable ? ", may be NULL | " : " | ");
    add_role(page, table, at);
    add(page, " | ");
    add_text(page, column->description.text);
    add(page, " | ");
    add_words(page, &column->words);
    add(page, " | ");
    add_values(page, column);
    add(page, " |\n");
}

static void add_place(struct page *page, const char *title, const struct qn_model_table *table,
                      size_t column)
{
    if (column != QN_MODEL_NONE) {
        add(page, title);
        add_code(page, table->columns[column].name);
    }
}

static void add_table(struct page *page, size_t place)
{
    const struct qn_model_table *table = &page->model->tables[place];

    add(page, "\n## ");
    add_table_name(page, table);
    add(page, "\n\n");
    add_text(page, table->description.text);
    add(page, "\n\n");
    add(page, qn_catalog_kind_names[table->kind]);
    add(page, ", ");
    add(page, qn_purpose_names[table->purpose]);
    if (table->rows >= 0) {
        qn_buf_printf(page->out, ", about %.0f rows", table->rows);
    }
    add_place(page, ", label ", table, table->label);
    add_place(page, ", time ", table, table->time);
    add(page, table->hidden ? ", **hidden**" : "");
    if (table->words.n_en + table->words.n_zh > 0) {
        add(page, ". Also called: ");
        add_words(page, &table->words);
    }
    add(page, "\n\n| Column | Type | Role | Description | Also called | Values |\n"
              "| --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < table->n_columns; i++) {
        add_column(page, place, i);
    }
}

static void add_side(struct page *page, const struct qn_model_table *table, const size_t *columns,
                     size_t n)
{
    add_table_name(page, table);
    add(page, " (");
    for (size_t i = 0; i < n; i++) {
        add(page, i > 0 ? ", " : "");
        add_code(page, table->columns[columns[i]].name);
    }
    add(page, ")");
}

static void add_relations(struct page *page)
{
    static const char *const verdicts[] = {"suggested", "accepted", "rejected"};
    const struct qn_model *model = page->model;

    if (model->n_relations == 0) {
        return;
    }
    add(page, "\n## Relations\n\n| From | To | Kind | Verdict | Score | Why |\n"
              "| --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < model->n_relations; i++) {
        const struct qn_model_relation *relation = &model->relations[i];

        add(page, "| ");
        add_side(page, &model->tables[relation->child], relation->child_columns, relation->n);
        add(page, " | ");
        add_side(page, &model->tables[relation->parent], relation->parent_columns, relation->n);
        add(page, relation->one_to_one ? " | one to one" : " | many to one");
        add(page, relation->optional ? " or none | " : " | ");
        add(page, verdicts[relation->verdict]);
        qn_buf_printf(page->out, " | %.2f | ", isfinite(relation->score) ? relation->score : 0);
        add_text(page, relation->evidence);
        add(page, " |\n");
    }
}

static void add_metrics(struct page *page)
{
    const struct qn_model *model = page->model;

    if (model->n_metrics == 0) {
        return;
    }
    add(page, "\n## Metrics\n\n| Metric | Definition | Where | Time | Description | Also called | "
              "From |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < model->n_metrics; i++) {
        const struct qn_model_metric *metric = &model->metrics[i];

        add(page, "| ");
        add_code(page, metric->name);
        add(page, " | ");
        add_code(page, metric->expr);
        if (metric->unit[0] != '\0') {
            add(page, ", in ");
            add_text(page, metric->unit);
        }
        add(page, " | ");
        add_code(page, metric->filter);
        add(page, " | ");
        add_code(page, metric->time);
        add(page, " | ");
        add_text(page, metric->description.text);
        add(page, " | ");
        add_words(page, &metric->words);
        add(page, " | ");
        add(page, qn_model_source_names[metric->source]);
        add(page, " |\n");
    }
}

static void add_conditions(struct page *page)
{
    const struct qn_model *model = page->model;

    if (model->n_conditions == 0) {
        return;
    }
    add(page, "\n## Conditions\n\n| Words | Table | Where |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < model->n_conditions; i++) {
        const struct qn_model_condition *condition = &model->conditions[i];

        add(page, "| ");
        add_words(page, &condition->words);
        add(page, " | ");
        add_code(page, condition->table);
        add(page, " | ");
        add_code(page, condition->where);
        add(page, " |\n");
    }
}

static void add_warnings(struct page *page)
{
    if (page->model->n_warnings > 0) {
        add(page, "\n## Warnings\n\n");
    }
    for (size_t i = 0; i < page->model->n_warnings; i++) {
        add(page, "* ");
        add_text(page, page->model->warnings[i]);
        add(page, "\n");
    }
}

static void add_head(struct page *page)
{
    const struct qn_model *model = page->model;
    bool named = model->datasource[0] != '\0';

    add(page, "# Semantic model of ");
    add_code(page, named ? model->datasource : model->database);
    qn_buf_printf(page->out, "\n\nVersion %lld, %s. ", (long long)model->version,
                  model->approved ? "approved" : "draft");
    qn_buf_printf(page->out, "%zu tables, %zu relations, %zu metrics. ", model->n_tables,
                  model->n_relations, model->n_metrics);
    if (model->time_zone[0] != '\0') {
        add(page, "Time zone ");
        add_text(page, model->time_zone);
        add(page, ". ");
    }
    if (model->reference_day[0] != '\0') {
        add(page, "Today is ");
        add_text(page, model->reference_day);
        add(page, ". ");
    }
    qn_buf_printf(page->out, "Hash `%.12s`.\n", model->hash);
}

int qn_model_to_markdown(const struct qn_model *model, struct qn_buf *out)
{
    struct page page = {.out = out, .model = model};

    qn_arena_init(&page.arena, QN_MODEL_BYTES_MAX);
    add_head(&page);
    for (size_t i = 0; i < model->n_tables; i++) {
        add_table(&page, i);
        /* Its texts are written. */
        if (page.arena.status == QN_OK && page.arena.used > QN_MODEL_BYTES_MAX / 2) {
            qn_arena_release(&page.arena);
        }
    }
    add_relations(&page);
    add_metrics(&page);
    add_conditions(&page);
    add_warnings(&page);
    if (page.arena.status != QN_OK && out->status == QN_OK) {
        out->status = page.arena.status;
    }
    qn_arena_release(&page.arena);
    return qn_buf_status(out);
}
