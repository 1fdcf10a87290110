#include "dashboard_form.h"

#include "common/json_member.h"
#include "common/str.h"
#include "tasks/nl2sql/chart/chart.h"
#include "tasks/nl2sql/guard/guard.h"
#include <stdio.h>
#include <string.h>

#define ARENA_MAX (4 * DASHBOARD_BYTES_MAX)

/* One string of an object: of the dashboard, or of widgets[at]. */
struct member {
    const char *name;
    size_t max;
    bool required;
};

static int refuse(const char *name, const char *widget, const char *why, struct qn_err *reterr)
{
    return widget == NULL ? qn_fail(reterr, QN_EINVAL, "%s: %s", name, why)
                          : qn_fail(reterr, QN_EINVAL, "widgets: %s: %s: %s", widget, name, why);
}

/* *ret: "" when it is absent or null. widget: NULL of the dashboard itself. */
static int read_text(struct dashboard *dashboard, const struct qn_json_node *object,
                     const struct member *member, const char *widget, const char **ret,
                     struct qn_err *reterr)
{
    const struct qn_json_node *node = qn_json_member(object, member->name);
    char why[64];

    *ret = "";
    if (node == NULL || node->type == QN_JSON_NULL) {
        return member->required ? refuse(member->name, widget, "is missing", reterr) : QN_OK;
    }
    if (node->type != QN_JSON_STRING || strlen(node->text) > member->max ||
        (member->required && node->text[0] == '\0')) {
        snprintf(why, sizeof(why), "must be a string of %d to %zu bytes", member->required,
                 member->max);
        return refuse(member->name, widget, why, reterr);
    }
    *ret = qn_arena_str(&dashboard->arena, node->text);
    return qn_arena_status(&dashboard->arena, "a dashboard", reterr);
}

static bool is_chart(const char *word)
{
    for (size_t i = 0; i < CHART_TYPES; i++) {
        if (strcmp(word, chart_type_names[i]) == 0) {
            return true;
        }
    }
    return word[0] == '\0' || strcmp(word, DASHBOARD_CHART_NONE) == 0;
}

static int read_id(struct dashboard *dashboard, const struct qn_json_node *node,
                   struct dashboard_widget *widget, size_t at, struct qn_err *reterr)
{
    static const struct member id = {"id", DASHBOARD_ID_MAX, true};
    char place[32];
    int rc;

    snprintf(place, sizeof(place), "the one at %zu", at);
    rc = read_text(dashboard, node, &id, place, &widget->id, reterr);
    if (rc == QN_OK && !qn_str_is_name(widget->id, DASHBOARD_ID_MAX)) {
        return refuse("id", place, "must be 1 to 64 of [a-z0-9_-]", reterr);
    }
    for (size_t i = 0; i < at && rc == QN_OK; i++) {
        if (strcmp(dashboard->widgets[i].id, widget->id) == 0) {
            rc = refuse("id", widget->id, "another one has it", reterr);
        }
    }
    return rc;
}

static int read_widget(struct dashboard *dashboard, const struct qn_json_node *node, size_t at,
                       struct qn_err *reterr)
{
    static const struct member title = {"title", DASHBOARD_TITLE_MAX, false};
    static const struct member sql = {"sql", GUARD_SQL_MAX, true};
    static const struct member chart = {"chart", DASHBOARD_ID_MAX, false};
    static const struct member database = {"database", DASHBOARD_DATABASE_MAX, false};
    struct dashboard_widget *widget = &dashboard->widgets[at];
    int rc = read_id(dashboard, node, widget, at, reterr);

    if (rc == QN_OK) {
        rc = read_text(dashboard, node, &title, widget->id, &widget->title, reterr);
    }
    if (rc == QN_OK) {
        rc = read_text(dashboard, node, &sql, widget->id, &widget->sql, reterr);
    }
    if (rc == QN_OK) {
        rc = read_text(dashboard, node, &chart, widget->id, &widget->chart, reterr);
    }
    if (rc == QN_OK) {
        rc = read_text(dashboard, node, &database, widget->id, &widget->database, reterr);
    }
    if (rc == QN_OK && !is_chart(widget->chart)) {
        rc = refuse("chart", widget->id, "must be a type of chart, or none", reterr);
    }
    if (rc == QN_OK && widget->database[0] == '\0') {
        widget->database = dashboard->database;
        rc = dashboard->database[0] == '\0' ? refuse("database", widget->id, "is missing", reterr)
                                            : QN_OK;
    }
    widget->title = rc == QN_OK && widget->title[0] == '\0' ? widget->id : widget->title;
    return rc;
}

static int read_widgets(struct dashboard *dashboard, const struct qn_json_node *list,
                        struct qn_err *reterr)
{
    const struct qn_json_node *node;
    size_t n = 0;
    int rc = QN_OK;

    if (list == NULL || list->type == QN_JSON_NULL) {
        return QN_OK;
    }
    for (node = list->first; list->type == QN_JSON_ARRAY && node != NULL; node = node->next) {
        n++;
    }
    if (n == 0 || n > DASHBOARD_WIDGETS_MAX) {
        return qn_fail(reterr, QN_EINVAL, "widgets: must be an array of 1 to %d objects",
                       DASHBOARD_WIDGETS_MAX);
    }
    dashboard->widgets = qn_arena_alloc(&dashboard->arena, n, sizeof(*dashboard->widgets));
    if (dashboard->widgets == NULL) {
        return qn_arena_status(&dashboard->arena, "a dashboard", reterr);
    }
    for (node = list->first; node != NULL && rc == QN_OK; node = node->next) {
        rc = read_widget(dashboard, node, dashboard->n_widgets, reterr);
        dashboard->n_widgets += rc == QN_OK;
    }
    return rc;
}

int dashboard_read(struct dashboard *ret, const struct qn_json_node *root, struct qn_err *reterr)
{
    static const struct member id = {"id", DASHBOARD_ID_MAX, true};
    static const struct member title = {"title", DASHBOARD_TITLE_MAX, false};
    static const struct member database = {"database", DASHBOARD_DATABASE_MAX, false};
    int rc;

    *ret = (struct dashboard){.id = "", .title = "", .database = ""};
    qn_arena_init(&ret->arena, ARENA_MAX);
    rc = read_text(ret, root, &id, NULL, &ret->id, reterr);
    if (rc == QN_OK && !qn_str_is_name(ret->id, DASHBOARD_ID_MAX)) {
        rc = refuse("id", NULL, "must be 1 to 64 of [a-z0-9_-]", reterr);
    }
    if (rc == QN_OK) {
        rc = read_text(ret, root, &title, NULL, &ret->title, reterr);
    }
    if (rc == QN_OK) {
        rc = read_text(ret, root, &database, NULL, &ret->database, reterr);
    }
    if (rc == QN_OK) {
        rc = read_widgets(ret, qn_json_member(root, "widgets"), reterr);
    }
    ret->title = ret->title[0] != '\0' ? ret->title : ret->id;
    return rc;
}

void dashboard_release(struct dashboard *dashboard)
{
    qn_arena_release(&dashboard->arena);
    *dashboard = (struct dashboard){.id = ""};
}

void dashboard_write_widgets(const struct dashboard *dashboard, struct qn_buf *out)
{
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < dashboard->n_widgets; i++) {
        const struct dashboard_widget *widget = &dashboard->widgets[i];
        bool own = strcmp(widget->database, dashboard->database) != 0;

        qn_buf_add_str(out, i > 0 ? ",{" : "{");
        qn_json_member_text(out, "id", widget->id);
        qn_json_member_text(out, "title", widget->title);
        qn_json_member_text(out, "sql", widget->sql);
        qn_json_member_text(out, "chart", widget->chart);
        qn_json_member_text(out, "database", own ? widget->database : "");
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_byte(out, ']');
}

const struct dashboard_widget *dashboard_find(const struct dashboard *dashboard, const char *id)
{
    for (size_t i = 0; i < dashboard->n_widgets; i++) {
        if (strcmp(dashboard->widgets[i].id, id) == 0) {
            return &dashboard->widgets[i];
        }
    }
    return NULL;
}
