#include "report_parts.h"

#include "common/json.h"
#include "report_words.h"
#include "tasks/lib/html.h"
#include <string.h>

#define VALUE_MOST 160 /* characters of what was and what is */
#define WHAT_MOST  240
#define BYTES_MOST ((size_t)64 * 1024) /* of one decoded text */

struct list {
    struct qn_buf *out;
    size_t end; /* out's length from which on items are only counted */
    size_t n;
    size_t rest;
};

/* A string decoded, anything else as JSON. */
static void add_json(struct qn_buf *out, const struct qn_json_item *item, size_t characters)
{
    struct qn_buf text;

    qn_buf_init(&text, BYTES_MOST);
    if (item->type != QN_JSON_STRING || qn_json_unescape(item->value, &text) != QN_OK) {
        qn_buf_reset(&text);
        qn_buf_add(&text, item->value.data,
                   item->value.len < BYTES_MOST ? item->value.len : BYTES_MOST - 1);
    }
    if (text.status == QN_ENOMEM) {
        out->status = out->status != QN_OK ? out->status : QN_ENOMEM;
    }
    report_text(out, text.data, characters);
    qn_buf_release(&text);
}

static void add_member(struct qn_buf *out, struct qn_span object, const char *name,
                       const char *before)
{
    struct qn_json_item item;

    if (qn_json_find(object.data, object.len, name, &item)) {
        qn_html_printf(out, "%s", before);
        qn_buf_add_str(out, "<code>");
        add_json(out, &item, VALUE_MOST);
        qn_buf_add_str(out, "</code>");
    }
}

static void add_change(struct list *list, const char *word, const struct qn_json_item *item)
{
    struct qn_buf *out = list->out;
    struct qn_json_item what;

    if (out->len >= list->end) {
        list->rest++;
        return;
    }
    qn_buf_add_str(out, list->n++ == 0 ? "<ul class=\"changes\">\n<li>" : "<li>");
    report_badge(out,
                 strcmp(word, "added") == 0     ? "good"
                 : strcmp(word, "removed") == 0 ? "bad"
                                                : "",
                 word);
    if (item->type == QN_JSON_OBJECT &&
        qn_json_find(item->value.data, item->value.len, "what", &what)) {
        add_json(out, &what, WHAT_MOST);
        add_member(out, item->value, "from", ": ");
        add_member(out, item->value, "to", " \xe2\x86\x92 ");
    } else {
        add_json(out, item, WHAT_MOST);
    }
    qn_buf_add_str(out, "</li>\n");
}

/* Each member that is an array names what its items are. */
static void add_lists(struct list *list, const char *diff)
{
    static const char *const words[] = {"added", "removed", "changed"};
    struct qn_json_walk walk;
    struct qn_json_item array, item;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (qn_json_find(diff, strlen(diff), words[i], &array) && array.type == QN_JSON_ARRAY &&
            qn_json_walk_init(&walk, array.value.data, array.value.len) == QN_OK) {
            while (qn_json_walk_next(&walk, &item)) {
                add_change(list, words[i], &item);
            }
        }
    }
}

void report_add_changes(struct qn_buf *out, const struct report_view *view, size_t most)
{
    const char *diff = view->source->diff_json;
    enum qn_json_type type;
    struct list list = {.out = out};
    int rc;

    if (diff == NULL || diff[0] == '\0') {
        return;
    }
    report_begin(out, "changes", "Changed since the run before", "");
    list.end = out->len + most;
    rc = qn_json_check(diff, strlen(diff), &type, NULL);
    if (rc == QN_ENOMEM) {
        out->status = out->status != QN_OK ? out->status : rc;
    } else if (rc != QN_OK || type != QN_JSON_OBJECT) {
        qn_buf_add_str(out, "<p>The comparison cannot be read.</p>\n");
    } else {
        add_lists(&list, diff);
        qn_buf_add_str(out, list.n > 0 ? "</ul>\n" : "<p>Nothing: the same model as before.</p>\n");
    }
    report_add_rest(out, list.rest, "change", "changes");
    report_end(out);
}
