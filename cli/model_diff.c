#include "common/json.h"
#include "common/mem.h"
#include "jsontext.h"
#include "model.h"
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX  ((size_t)256 * 1024 * 1024)
#define NAME_SIZE 1024
#define BELOW     "\001" /* sorts what is in a thing right behind it */

/* A model as a list of things, path by path. One without a value is a thing, else a member. */
struct entry {
    size_t path, value, value_len; /* places in text */
    const char *base;              /* text, once it grows no more */
};

struct flat {
    struct qn_buf text;
    struct entry *entries;
    size_t n, cap;
    bool broken; /* memory ended */
};

/* ---- making the list ---- */

static bool room(struct flat *flat)
{
    size_t cap = flat->cap > 0 ? flat->cap * 2 : 256;

    if (flat->n < flat->cap)
        return true;
    struct entry *entries = qn_realloc_array(flat->entries, cap, sizeof(*entries));
    if (!entries)
        return false;
    flat->entries = entries;
    flat->cap = cap;
    return true;
}

static void add(struct flat *flat, const char *path, const char *member, struct qn_span value)
{
    struct entry entry = {.path = flat->text.len};

    qn_buf_add_str(&flat->text, path);
    if (member)
        qn_buf_printf(&flat->text, BELOW "%s", member);
    qn_buf_add_byte(&flat->text, '\0');
    entry.value = flat->text.len;
    entry.value_len = value.len;
    qn_buf_add(&flat->text, value.data, value.len);
    flat->broken = flat->broken || qn_buf_status(&flat->text) != QN_OK || !room(flat);
    if (!flat->broken)
        flat->entries[flat->n++] = entry;
}

static const struct qn_span nothing;

/* A thing with those of its members that are there. */
static void add_thing(struct flat *flat, const char *path, struct qn_span json,
                      const char *const *members)
{
    struct qn_json_item item;

    add(flat, path, NULL, nothing);
    for (; *members; members++)
        if (cli_json_at(json, *members, &item))
            add(flat, path, *members, item.value);
}

static bool is_false(struct qn_span json)
{
    return qn_span_is(json, "null") || qn_span_is(json, "false") || qn_span_is(json, "[]");
}

/* Of values only what they are: their shares move by themselves. */
static void add_values(struct flat *flat, const char *path, struct qn_span column)
{
    struct qn_json_walk walk;
    struct qn_json_item item, value;
    struct qn_buf list;

    if (!cli_json_list(column, "values", &walk))
        return;
    qn_buf_init(&list, TEXT_MAX);
    qn_buf_add_byte(&list, '[');
    while (qn_json_walk_next(&walk, &item)) {
        qn_buf_add_str(&list, list.len > 1 ? "," : "");
        if (cli_json_at(item.value, "value", &value))
            qn_buf_add(&list, value.value.data, value.value.len);
    }
    qn_buf_add_byte(&list, ']');
    flat->broken = flat->broken || qn_buf_status(&list) != QN_OK;
    if (!is_false((struct qn_span){list.data, list.len}))
        add(flat, path, "values", (struct qn_span){list.data, list.len});
    qn_buf_release(&list);
}

static void add_columns(struct flat *flat, const char *table_path, struct qn_span table)
{
    static const char *const members[] = {
        "type",        "role",        "pii",           "description.text",   "synonyms",
        "negated",     "unit",        "hidden",        "nullable",           "unique",
        "role_source", "unit_source", "hidden_source", "description.source", NULL};
    char path[2 * NAME_SIZE + 64], name[NAME_SIZE];
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (!cli_json_list(table, "columns", &walk))
        return;
    while (qn_json_walk_next(&walk, &item)) {
        cli_json_text(item.value, "name", name, sizeof(name));
        snprintf(path, sizeof(path), "%s" BELOW "columns" BELOW "%s", table_path, name);
        add_thing(flat, path, item.value, members);
        add_values(flat, path, item.value);
    }
}

static void add_tables(struct flat *flat, struct qn_span json)
{
    static const char *const members[] = {"kind",
                                          "purpose",
                                          "description.text",
                                          "synonyms",
                                          "label",
                                          "time",
                                          "hidden",
                                          "keys",
                                          "purpose_source",
                                          "label_source",
                                          "time_source",
                                          "hidden_source",
                                          "description.source",
                                          NULL};
    char path[NAME_SIZE + 32], schema[256], name[256];
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (!cli_json_list(json, "tables", &walk))
        return;
    while (qn_json_walk_next(&walk, &item)) {
        cli_json_text(item.value, "schema", schema, sizeof(schema));
        cli_json_text(item.value, "name", name, sizeof(name));
        bool plain = strcmp(schema, "public") == 0;
        snprintf(path, sizeof(path), "tables" BELOW "%s%s%s", plain ? "" : schema, plain ? "" : ".",
                 name);
        add_thing(flat, path, item.value, members);
        add_columns(flat, path, item.value);
    }
}

/* Things of a list that are named by some of their members, as they are written there. */
static void add_list(struct flat *flat, struct qn_span json, const char *list,
                     const char *const *names, const char *const *members)
{
    char path[4 * NAME_SIZE], text[NAME_SIZE];
    struct qn_json_walk walk;
    struct qn_json_item item;

    if (!cli_json_list(json, list, &walk))
        return;
    while (qn_json_walk_next(&walk, &item)) {
        int used = snprintf(path, sizeof(path), "%s", list);
        for (size_t i = 0; names[i]; i++) {
            cli_json_text(item.value, names[i], text, sizeof(text));
            used += snprintf(path + used, sizeof(path) - (size_t)used, "%s%s", i == 0 ? BELOW : " ",
                             text);
        }
        add_thing(flat, path, item.value, members);
    }
}

static void flatten(struct flat *flat, struct qn_span json)
{
    static const char *const heads[] = {"language", "time_zone", "reference_day", "week_start",
                                        NULL};
    static const char *const relation[] = {
        "child_schema",   "child_table", "child_columns", "parent_schema", "parent_table",
        "parent_columns", NULL};
    static const char *const of_relation[] = {"verdict", "decided", "one_to_one", "optional", NULL};
    static const char *const metric[] = {"name", NULL};
    static const char *const of_metric[] = {"expr",
                                            "filter",
                                            "from",
                                            "time",
                                            "item_expr",
                                            "item_level_for",
                                            "unit",
                                            "additive",
                                            "synonyms",
                                            "description.text",
                                            "description.source",
                                            NULL};
    static const char *const condition[] = {"table", "where", NULL};
    static const char *const of_condition[] = {"synonyms", NULL};

    qn_buf_init(&flat->text, TEXT_MAX);
    add_thing(flat, "model", json, heads);
    add_tables(flat, json);
    add_list(flat, json, "relations", relation, of_relation);
    add_list(flat, json, "metrics", metric, of_metric);
    add_list(flat, json, "conditions", condition, of_condition);
    for (size_t i = 0; i < flat->n; i++)
        flat->entries[i].base = flat->text.data;
}

static const char *path_of(const struct entry *entry)
{
    return entry->base + entry->path;
}

static struct qn_span value_of(const struct entry *entry)
{
    return (struct qn_span){entry->base + entry->value, entry->value_len};
}

static int by_path(const void *a, const void *b)
{
    return strcmp(path_of(a), path_of(b));
}

static void release(struct flat *flat)
{
    qn_buf_release(&flat->text);
    qn_free(flat->entries);
}

/* ---- comparing ---- */

struct diff {
    cli_model_diff_fn *fn;
    void *arg;
};

static void tell(const struct diff *diff, char sign, const struct entry *entry,
                 struct qn_span before, struct qn_span after)
{
    char *what = qn_strdup(path_of(entry));

    for (char *c = what; c && *c != '\0'; c++)
        *c = *c == BELOW[0] ? '.' : *c;
    diff->fn(diff->arg, sign, what ? what : "?", before, after);
    qn_free(what);
}

/* One that the other side has not: a thing is told by itself, its members are not. Returns how
 * many entries that were. */
static size_t tell_single(const struct diff *diff, char sign, const struct entry *entries, size_t n)
{
    size_t len = strlen(path_of(entries)), skip = 1;
    struct qn_span value = value_of(entries);

    if (value.len > 0) {
        tell(diff, '~', entries, sign == '-' ? value : nothing, sign == '+' ? value : nothing);
        return 1;
    }
    tell(diff, sign, entries, nothing, nothing);
    while (skip < n && strncmp(path_of(&entries[skip]), path_of(entries), len) == 0 &&
           path_of(&entries[skip])[len] == BELOW[0])
        skip++;
    return skip;
}

static void compare(const struct diff *diff, const struct flat *from, const struct flat *to)
{
    for (size_t i = 0, k = 0; i < from->n || k < to->n;) {
        const struct entry *a = &from->entries[i], *b = &to->entries[k];
        int order = i == from->n ? 1 : k == to->n ? -1 : by_path(a, b);
        if (order < 0) {
            i += tell_single(diff, '-', a, from->n - i);
        } else if (order > 0) {
            k += tell_single(diff, '+', b, to->n - k);
        } else {
            struct qn_span before = value_of(a), after = value_of(b);
            if (before.len != after.len || memcmp(before.data, after.data, before.len) != 0)
                tell(diff, '~', a, before, after);
            i++;
            k++;
        }
    }
}

int cli_model_diff(struct qn_span from, struct qn_span to, cli_model_diff_fn *fn, void *arg,
                   struct qn_err *reterr)
{
    const struct diff diff = {fn, arg};
    struct flat a = {.n = 0}, b = {.n = 0};
    int rc = QN_OK;

    flatten(&a, from);
    flatten(&b, to);
    if (a.broken || b.broken) {
        rc = qn_fail(reterr, QN_ENOMEM, "two models to compare: out of memory");
    } else {
        qsort(a.entries, a.n, sizeof(*a.entries), by_path);
        qsort(b.entries, b.n, sizeof(*b.entries), by_path);
        compare(&diff, &a, &b);
    }
    release(&a);
    release(&b);
    return rc;
}
