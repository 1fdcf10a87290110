#include "guard_run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USES_MAX 2000

bool guard_refuse(struct guard_run *run, enum guard_class class, int position, const char *name,
                  const char *fmt, ...)
{
    struct guard_verdict *verdict = run->verdict;
    va_list args;

    if (verdict->class == GUARD_ALLOWED) {
        verdict->class = class;
        verdict->position = position;
        snprintf(verdict->name, sizeof(verdict->name), "%s", name);
        va_start(args, fmt);
        vsnprintf(verdict->reason, sizeof(verdict->reason), fmt, args);
        va_end(args);
    }
    return false;
}

/* ---- audit ---- */

void guard_use(struct guard_run *run, enum guard_use use, const char *a, const char *b)
{
    struct guard_name **link = &run->uses[use];
    const char *text;

    if (!run->audit || run->n_uses >= USES_MAX) {
        return;
    }
    text = b[0] != '\0' ? qn_arena_printf(run->arena, "%s.%s", a, b) : a;
    while (*link != NULL && strcmp((*link)->text, text) != 0) {
        link = &(*link)->next;
    }
    if (*link == NULL) {
        *link = qn_arena_alloc(run->arena, 1, sizeof(**link));
        run->n_uses++;
    }
    if (*link != NULL && (*link)->text == NULL) {
        **link = (struct guard_name){.text = text};
    }
}

int guard_uses_to_json(const struct guard_run *run, struct qn_buf *out)
{
    static const char *const keys[GUARD_USES] = {"relations", "columns", "functions"};
    const struct guard_name *name;
    int use;

    qn_buf_add_byte(out, '{');
    for (use = 0; use < GUARD_USES; use++) {
        qn_json_add_key(out, keys[use]);
        qn_buf_add_byte(out, '[');
        for (name = run->uses[use]; name != NULL; name = name->next) {
            qn_buf_add_str(out, name == run->uses[use] ? "" : ",");
            qn_json_add_str(out, name->text);
        }
        qn_buf_add_byte(out, ']');
    }
    return qn_buf_add_byte(out, '}');
}

/* ---- the tree ---- */

const struct qn_json_node *guard_tagged(const struct qn_json_node *node)
{
    return node != NULL && node->type == QN_JSON_OBJECT ? node->first : NULL;
}

const struct qn_json_node *guard_is(const struct qn_json_node *node, const char *tag)
{
    const struct qn_json_node *object = guard_tagged(node);

    return object != NULL && strcmp(object->key, tag) == 0 ? object : NULL;
}

const struct qn_json_node *guard_field(const struct qn_json_node *object, const char *name)
{
    return qn_json_member(object, name);
}

int guard_position(const struct qn_json_node *object)
{
    const struct qn_json_node *location = qn_json_member(object, "location");

    return location != NULL ? (int)strtol(location->text, NULL, 10) : 0;
}

const char *guard_string(const struct qn_json_node *node)
{
    return qn_json_text(guard_is(node, "String"), "sval");
}

size_t guard_count(const struct qn_json_node *list)
{
    const struct qn_json_node *at = list != NULL ? list->first : NULL;
    size_t n = 0;

    for (; at != NULL; at = at->next) {
        n++;
    }
    return n;
}

const char *guard_last_name(const struct qn_json_node *list, size_t *ret_n)
{
    const struct qn_json_node *at = list != NULL ? list->first : NULL;
    const char *name = "";
    size_t n = 0;

    for (; at != NULL; at = at->next) {
        name = guard_string(at);
        n++;
    }
    if (ret_n != NULL) {
        *ret_n = n;
    }
    return name;
}

const struct qn_json_node *guard_bare(const struct qn_json_node *node)
{
    const struct qn_json_node *cast = guard_is(node, "TypeCast");

    while (cast != NULL) {
        node = guard_field(cast, "arg");
        cast = guard_is(node, "TypeCast");
    }
    return node;
}

const char *guard_plain_name(const struct qn_json_node *node)
{
    const struct qn_json_node *fields = guard_field(guard_is(node, "ColumnRef"), "fields");

    if (guard_count(fields) != 1 || guard_is(fields->first, "String") == NULL) {
        return NULL;
    }
    return guard_string(fields->first);
}

/* ---- columns ---- */

struct guard_column *guard_columns_make(struct guard_run *run, size_t n)
{
    struct guard_column *items = qn_arena_alloc(run->arena, n + 1, sizeof(*items));
    size_t i;

    for (i = 0; items != NULL && i < n; i++) {
        items[i] = (struct guard_column){.name = "?column?", .weight = 1};
    }
    return items;
}

struct guard_columns guard_columns_rename(struct guard_run *run, struct guard_columns columns,
                                          const struct qn_json_node *names)
{
    const struct qn_json_node *at = names != NULL ? names->first : NULL;
    struct guard_column *items;
    size_t i;

    if (at == NULL) {
        return columns;
    }
    items = guard_columns_make(run, columns.n);
    if (items == NULL) {
        return (struct guard_columns){NULL, 0};
    }
    for (i = 0; i < columns.n; i++) {
        items[i] = columns.items[i];
        items[i].name = at != NULL ? guard_string(at) : items[i].name;
        at = at != NULL ? at->next : NULL;
    }
    return (struct guard_columns){items, columns.n};
}
