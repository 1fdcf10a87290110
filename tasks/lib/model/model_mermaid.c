#include "model_export.h"
#include "model_shape.h"
#include "model_text.h"

#include <stdio.h>
#include <string.h>

#define NO_NAME   "(no name)"
#define NAME_SIZE 80
#define TEXT_MAX  80 /* bytes of a label */

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Letters, digits and _, which is all that the grammar has; other bytes become _. */
static void sanitise(char out[NAME_SIZE], const char *name, char first)
{
    size_t n = 0;

    if (!(name[0] >= 'a' && name[0] <= 'z') && !(name[0] >= 'A' && name[0] <= 'Z')) {
        out[n++] = first;
        out[n++] = '_';
    }
    for (; *name != '\0' && n + 1 < NAME_SIZE; name++) {
        if (is_word_byte(*name)) {
            out[n++] = *name;
        } else if (n == 0 || out[n - 1] != '_') {
            out[n++] = '_';
        }
    }
    out[n] = '\0';
}

/* What the grammar, or the objects of the program that draws it, would take for something else. */
static const char keywords[] = " title direction style class classdef acctitle accdescr erdiagram "
                               "one only many zero optionally to o u default subgraph end "
                               "constructor tostring tolocalestring valueof hasownproperty "
                               "isprototypeof propertyisenumerable ";

static bool is_keyword(const char *name)
{
    char small[NAME_SIZE];
    size_t i = 0;

    for (; name[i] != '\0'; i++) {
        small[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + ('a' - 'A') : name[i]);
    }
    small[i] = '\0';
    return qn_word_in(small, keywords);
}

/* The place makes it the only one, where the name is not itself. */
static void entity_of(char out[NAME_SIZE], const struct qn_model *model, size_t table)
{
    const char *name = model->tables[table].name;
    char plain[NAME_SIZE];

    sanitise(plain, name, 't');
    if (strcmp(plain, name) == 0 && !is_keyword(plain) &&
        qn_model_table(model, "", name) == table) {
        memcpy(out, plain, NAME_SIZE);
    } else {
        snprintf(out, NAME_SIZE, "%.60s_%zu", plain, table + 1);
    }
}

/* Between quotes: without what ends them, begins a directive or closes a fence around. */
static void add_label(struct qn_buf *out, const char *text)
{
    struct qn_arena arena;
    const char *plain;

    qn_arena_init(&arena, (size_t)1024 * 1024);
    plain = qn_plain(&arena, text, TEXT_MAX);
    qn_buf_add_byte(out, '"');
    if (plain[strspn(plain, " ")] == '\0') {
        plain = NO_NAME;
    }
    for (; *plain != '\0'; plain++) {
        char c = *plain;

        qn_buf_add_byte(out, strchr("\"`", c) != NULL ? '\'' : strchr("%#;<>\\{}", c) ? ' ' : c);
    }
    qn_buf_add_byte(out, '"');
    if (arena.status != QN_OK && out->status == QN_OK) {
        out->status = arena.status;
    }
    qn_arena_release(&arena);
}

/* "numeric(10,2)" is numeric here. */
static void add_type(struct qn_buf *out, const struct qn_model_column *column)
{
    char type[NAME_SIZE], plain[NAME_SIZE];

    snprintf(type, sizeof(type), "%.*s", (int)strcspn(column->type, "([\""), column->type);
    sanitise(plain, type, 't');
    if (strcmp(plain, "timestamp_with_time_zone") == 0) {
        snprintf(plain, sizeof(plain), "timestamptz");
    } else if (strcmp(plain, "timestamp_without_time_zone") == 0) {
        snprintf(plain, sizeof(plain), "timestamp");
    } else if (strcmp(plain, "character_varying") == 0) {
        snprintf(plain, sizeof(plain), "varchar");
    }
    qn_buf_add_str(out, plain);
}

static void add_column(struct qn_buf *out, const struct qn_model *model, size_t table, size_t at)
{
    const struct qn_model_table *of = &model->tables[table];
    const struct qn_model_column *column = &of->columns[at];
    bool primary = qn_model_in_primary(of, at), child = qn_model_is_child(model, table, at);
    char name[NAME_SIZE];

    qn_buf_add_str(out, "        ");
    add_type(out, column);
    sanitise(name, column->name, 'c');
    if (strcmp(name, column->name) == 0) {
        qn_buf_printf(out, " %s", name);
    } else {
        qn_buf_printf(out, " %.60s_%zu", name, at + 1);
    }
    if (primary || child || column->unique) {
        qn_buf_printf(out, " %s",
                      primary && child ? "PK, FK"
                      : primary        ? "PK"
                      : child          ? "FK"
                                       : "UK");
    }
    if (strcmp(name, column->name) != 0) {
        qn_buf_add_byte(out, ' ');
        add_label(out, column->name);
    }
    qn_buf_add_byte(out, '\n');
}

static void add_entity(struct qn_buf *out, const struct qn_model *model, size_t table)
{
    const struct qn_model_table *of = &model->tables[table];
    char name[NAME_SIZE];

    entity_of(name, model, table);
    qn_buf_printf(out, "    %s", name);
    if (strcmp(name, of->name) != 0) {
        qn_buf_add_byte(out, '[');
        add_label(out, of->name);
        qn_buf_add_byte(out, ']');
    }
    qn_buf_add_str(out, " {\n");
    for (size_t i = 0; i < of->n_columns; i++) {
        if (!of->columns[i].hidden) {
            add_column(out, model, table, i);
        }
    }
    qn_buf_add_str(out, "    }\n");
}

/* One parent, or none where the columns may be NULL, has any number of children, or at most
 * one. */
static void add_relation(struct qn_buf *out, const struct qn_model *model,
                         const struct qn_model_relation *relation)
{
    const struct qn_model_table *child_table = &model->tables[relation->child];
    char child[NAME_SIZE], parent[NAME_SIZE], label[TEXT_MAX] = "";

    entity_of(child, model, relation->child);
    entity_of(parent, model, relation->parent);
    for (size_t i = 0; i < relation->n; i++) {
        const struct qn_model_column *column = &child_table->columns[relation->child_columns[i]];
        size_t len = strlen(label);

        if (!column->hidden) {
            snprintf(label + len, sizeof(label) - len, "%s%s", len > 0 ? ", " : "", column->name);
        }
    }
    qn_buf_printf(out, "    %s %s--%s %s : ", parent, relation->optional ? "|o" : "||",
                  relation->one_to_one ? "o|" : "o{", child);
    add_label(out, label[0] != '\0' ? label : "refers to");
    qn_buf_add_byte(out, '\n');
}

int qn_model_to_mermaid(const struct qn_model *model, struct qn_buf *out)
{
    qn_buf_add_str(out, "erDiagram\n");
    for (size_t i = 0; i < model->n_tables; i++) {
        if (!model->tables[i].hidden) {
            add_entity(out, model, i);
        }
    }
    for (size_t i = 0; i < model->n_relations; i++) {
        const struct qn_model_relation *relation = &model->relations[i];

        if (relation->verdict == QN_MODEL_ACCEPTED && !model->tables[relation->child].hidden &&
            !model->tables[relation->parent].hidden) {
            add_relation(out, model, relation);
        }
    }
    return qn_buf_status(out);
}
