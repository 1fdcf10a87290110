#include "sql_text.h"

#include <stdio.h>
#include <string.h>

#define INLINE_MAX ((size_t)8 * 1024)
#define LINE_LONG  100

static bool must_escape(unsigned char c)
{
    return c < 0x20 || c == 0x7f || c == '\\';
}

const char *sql_quote(struct qn_arena *arena, const char *text)
{
    size_t len = strlen(text), n = 0;
    char *out = qn_arena_alloc(arena, 4 * len + 4, 1);
    bool escaped = false;

    if (out == NULL) {
        return "''";
    }
    for (size_t i = 0; i < len; i++) {
        escaped = escaped || must_escape((unsigned char)text[i]);
    }
    if (escaped) {
        out[n++] = 'E';
    }
    out[n++] = '\'';
    for (size_t i = 0; i < len; i++) {
        if (must_escape((unsigned char)text[i])) {
            n += (size_t)snprintf(out + n, 5, "\\%03o", (unsigned char)text[i]);
            continue;
        }
        if (text[i] == '\'') {
            out[n++] = '\'';
        }
        out[n++] = text[i];
    }
    out[n] = '\'';
    return out;
}

bool sql_is_number(const char *text)
{
    const char *at = text + (*text == '-' ? 1 : 0);
    size_t whole = strspn(at, "0123456789");

    at += whole;
    if (*at == '.') {
        size_t part = strspn(at + 1, "0123456789");

        at += part + 1;
        whole = part > 0 ? whole : 0;
    }
    return whole > 0 && *at == '\0' && strlen(text) <= 40;
}

const char *sql_literal(struct qn_arena *arena, const struct qn_model_column *column,
                        const char *value)
{
    switch (column->family) {
    case QN_FAMILY_INTEGER:
    case QN_FAMILY_NUMERIC:
    case QN_FAMILY_FLOAT:
        return sql_is_number(value) ? qn_arena_str(arena, value) : NULL;
    case QN_FAMILY_BOOLEAN:
        return strcmp(value, "true") == 0 || strcmp(value, "false") == 0
                   ? qn_arena_str(arena, value)
                   : NULL;
    default:
        return sql_quote(arena, value);
    }
}

void sql_add(struct sql_list *list, const char *text)
{
    if (list->n == SQL_LIST_MAX) {
        list->over = true;
        return;
    }
    list->items[list->n++] = text;
}

bool sql_has(const struct sql_list *list, const char *text)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->items[i], text) == 0) {
            return true;
        }
    }
    return false;
}

void sql_add_once(struct sql_list *list, const char *text)
{
    if (!sql_has(list, text)) {
        sql_add(list, text);
    }
}

bool sql_is_over(const struct sql_select *select)
{
    return select->items.over || select->joins.over || select->where.over || select->group.over ||
           select->having.over || select->order.over;
}

/* ---- printing ---- */

struct page {
    struct qn_buf *out;
    size_t indent;
    bool one_line;
    bool begun;
};

static void line(struct page *page, size_t deeper)
{
    if (page->one_line) {
        qn_buf_add_str(page->out, page->begun ? " " : "");
    } else {
        qn_buf_add_str(page->out, page->begun ? "\n" : "");
        qn_buf_printf(page->out, "%*s", (int)(page->indent + deeper), "");
    }
    page->begun = true;
}

static bool is_long(const struct page *page, const char *word, const struct sql_list *list)
{
    size_t len = page->indent + strlen(word);

    for (size_t i = 0; i < list->n; i++) {
        len += strlen(list->items[i]) + 2;
    }
    return len > LINE_LONG && !page->one_line && list->n > 1;
}

/* On one line while that is short. */
static void list(struct page *page, const char *word, const struct sql_list *list)
{
    const bool broken = is_long(page, word, list);

    if (list->n == 0) {
        return;
    }
    line(page, 0);
    qn_buf_add_str(page->out, word);
    for (size_t i = 0; i < list->n; i++) {
        qn_buf_add_str(page->out, i > 0 ? "," : "");
        if (broken) {
            line(page, 4);
        } else {
            qn_buf_add_str(page->out, " ");
        }
        qn_buf_add_str(page->out, list->items[i]);
    }
}

static void conditions(struct page *page, const char *word, const struct sql_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        line(page, i > 0 ? 2 : 0);
        qn_buf_printf(page->out, "%s %s", i > 0 ? "AND" : word, list->items[i]);
    }
}

static void print(struct page *page, const struct sql_select *select)
{
    list(page, select->distinct ? "SELECT DISTINCT" : "SELECT", &select->items);
    line(page, 0);
    qn_buf_printf(page->out, "FROM %s", select->from);
    for (size_t i = 0; i < select->joins.n; i++) {
        line(page, 0);
        qn_buf_add_str(page->out, select->joins.items[i]);
    }
    conditions(page, "WHERE", &select->where);
    list(page, "GROUP BY", &select->group);
    conditions(page, "HAVING", &select->having);
    list(page, "ORDER BY", &select->order);
    if (select->limit > 0) {
        line(page, 0);
        qn_buf_printf(page->out, "LIMIT %lld", (long long)select->limit);
    }
    if (select->offset > 0) {
        line(page, 0);
        qn_buf_printf(page->out, "OFFSET %lld", (long long)select->offset);
    }
}

void sql_print(const struct sql_select *select, size_t indent, struct qn_buf *out)
{
    struct page page = {.out = out, .indent = indent};

    print(&page, select);
}

const char *sql_inline(struct qn_arena *arena, const struct sql_select *select)
{
    struct qn_buf out;
    struct page page = {.out = &out, .one_line = true};
    const char *text;

    qn_buf_init(&out, INLINE_MAX);
    print(&page, select);
    if (qn_buf_status(&out) != QN_OK && arena->status == QN_OK) {
        arena->status = qn_buf_status(&out);
    }
    text = qn_arena_text(arena, out.data, out.len);
    qn_buf_release(&out);
    return text;
}
