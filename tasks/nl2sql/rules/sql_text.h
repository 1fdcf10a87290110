/* sql_text.h - values and statements as text: one function quotes literals, one prints a SELECT.
 *
 * What goes into a struct sql_select are expressions that were made of quoted names
 * (qn_model_sql_name) and quoted literals; nothing else is ever put in.
 */
#ifndef TASKS_NL2SQL_RULES_SQL_TEXT_H
#define TASKS_NL2SQL_RULES_SQL_TEXT_H

#include "tasks/lib/model/model.h"

#define SQL_LIST_MAX 48

/* A text as a literal; control characters and backslashes are escaped, so that it is one line. */
const char *sql_quote(struct qn_arena *arena, const char *text);
/* As a literal of the column's type; NULL for what is none: "abc" of a number. */
const char *sql_literal(struct qn_arena *arena, const struct qn_model_column *column,
                        const char *value);
bool sql_is_number(const char *text);

struct sql_list {
    const char *items[SQL_LIST_MAX];
    size_t n;
    bool over; /* more were added than there is room for */
};
void sql_add(struct sql_list *list, const char *text);
bool sql_has(const struct sql_list *list, const char *text);
void sql_add_once(struct sql_list *list, const char *text);

struct sql_select {
    bool distinct;
    struct sql_list items; /* "o.id AS id" */
    const char *from;      /* "orders o" */
    struct sql_list joins; /* "JOIN users u ON ..." */
    struct sql_list where; /* AND between */
    struct sql_list group;
    struct sql_list having;
    struct sql_list order;
    int64_t limit, offset; /* 0: none */
};

/* A clause a line, each behind so many blanks. */
void sql_print(const struct sql_select *select, size_t indent, struct qn_buf *out);
/* On one line, for what stands in an expression. */
const char *sql_inline(struct qn_arena *arena, const struct sql_select *select);
bool sql_is_over(const struct sql_select *select);

#endif
