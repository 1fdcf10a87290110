/* dashboard_form.h - what a dashboard is: a title and widgets, each a statement that is kept. Pure.
 *
 *     {"id": "sales", "title": "Sales", "database": "shop", "widgets": [
 *         {"id": "by_city", "title": "By city", "sql": "SELECT ...", "chart": "bar"}]}
 *
 * The same form is in arguments, in the store and in the cache. Whatever it comes from, it is
 * checked: ids are ids, no two widgets have the same one, every widget has a statement and a
 * database. A title is any text.
 *
 * Not here: whether a statement may be run (the guard); where dashboards are kept
 * (dashboard_store.h).
 */
#ifndef TASKS_NL2SQL_DASHBOARD_DASHBOARD_FORM_H
#define TASKS_NL2SQL_DASHBOARD_DASHBOARD_FORM_H

#include "tasks/lib/json_tree.h"

#define DASHBOARD_ID_MAX       64 /* of [a-z0-9_-]; of a widget too */
#define DASHBOARD_TITLE_MAX    300
#define DASHBOARD_DATABASE_MAX 2000 /* a name; a URL with quern-worker run */
#define DASHBOARD_WIDGETS_MAX  50
#define DASHBOARD_BYTES_MAX    ((size_t)1024 * 1024) /* of the form as JSON */
#define DASHBOARD_CHART_NONE   "none"

struct dashboard_widget {
    const char *id, *title, *sql;
    const char *chart;    /* a name of chart_type_names, DASHBOARD_CHART_NONE, "": by the rules */
    const char *database; /* its own, or the dashboard's */
};

struct dashboard {
    const char *id, *title;
    const char *database; /* "": each widget has its own */
    struct dashboard_widget *widgets;
    size_t n_widgets; /* 0: the form has none */
    struct qn_arena arena;
};

/* root: an object; members that are not of the form are passed over. QN_EINVAL says which member
 * and what it must be. To be released also then. */
QN_MUST_CHECK int dashboard_read(struct dashboard *ret, const struct qn_json_node *root,
                                 struct qn_err *reterr);
void dashboard_release(struct dashboard *dashboard); /* zeroed is fine */

/* The widgets as a JSON array. Failure is in out's status. */
void dashboard_write_widgets(const struct dashboard *dashboard, struct qn_buf *out);

/* NULL: it has none of that id. */
const struct dashboard_widget *dashboard_find(const struct dashboard *dashboard, const char *id);

#endif
