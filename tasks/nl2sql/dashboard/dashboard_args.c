#include "dashboard_args.h"

#include "common/str.h"
#include "tasks/lib/args.h"
#include "tasks/lib/datasource.h"
#include <string.h>

const struct qn_param dashboard_params[] = {
    {.name = "id", .type = QN_STRING, .required = true, .doc = "1 to 64 of [a-z0-9_-]"},
    {.name = "database", .type = QN_STRING, .doc = "of widgets that name none"},
    {.name = "title", .type = QN_STRING, .preset = "the id", .doc = "for people"},
    {.name = "widgets",
     .type = QN_ARRAY,
     .doc = "[{\"id\",\"title\",\"sql\",\"chart\",\"database\"}], 1 to 50; without them those "
            "that are kept under the id"},
    {.name = "save",
     .type = QN_BOOLEAN,
     .preset = "false",
     .doc = "keep the widgets under the id, when all their statements may be run"},
    {.name = "refresh",
     .type = QN_BOOLEAN,
     .preset = "false",
     .doc = "ask the database, also where there are rows of the last minute"},
    {.name = "widget", .type = QN_STRING, .doc = "only the widget of that id"},
    {.name = "export", .type = QN_ARRAY, .doc = "files to make, of csv, json, html"},
    {.name = NULL},
};

static int read_widget(struct dashboard_args *args, const struct qn_json_node *root,
                       struct qn_err *reterr)
{
    const struct qn_json_node *node = qn_json_member(root, "widget");

    if (node == NULL || node->type == QN_JSON_NULL) {
        return QN_OK;
    }
    if (node->type != QN_JSON_STRING || !qn_str_is_name(node->text, DASHBOARD_ID_MAX)) {
        return qn_fail(reterr, QN_EINVAL, "widget: must be 1 to 64 of [a-z0-9_-]");
    }
    qn_str_copy(args->widget, sizeof(args->widget), node->text);
    return QN_OK;
}

static int read_exports(struct dashboard_args *args, const struct qn_json_node *root,
                        struct qn_err *reterr)
{
    static const char *const names[] = {"csv", "json", "html"}; /* by enum dashboard_export */
    bool chosen[] = {false, false, false};
    int rc = qn_args_choices(root, "export", (struct qn_args_names){names, 3}, chosen, reterr);

    for (size_t i = 0; i < 3; i++) {
        args->exports |= chosen[i] ? 1U << i : 0;
    }
    return rc;
}

/* A URL may hold a password: it is kept nowhere. */
static int check_names(const struct dashboard *form, struct qn_err *reterr)
{
    for (size_t i = 0; i < form->n_widgets; i++) {
        if (!qn_datasource_is_name(form->widgets[i].database)) {
            return qn_fail(reterr, QN_EINVAL,
                           "save: the database of widget %s must be a datasource's name",
                           form->widgets[i].id);
        }
    }
    return form->database[0] == '\0' || qn_datasource_is_name(form->database)
               ? QN_OK
               : qn_fail(reterr, QN_EINVAL, "save: database must be a datasource's name");
}

/* What only makes sense together. */
static int check_together(const struct dashboard_args *args, struct qn_err *reterr)
{
    const struct dashboard *form = &args->form;

    if (form->n_widgets > 0) {
        if (args->widget[0] != '\0' && dashboard_find(form, args->widget) == NULL) {
            return qn_fail(reterr, QN_EINVAL, "widget: %s is none of the widgets", args->widget);
        }
        return args->save ? check_names(form, reterr) : QN_OK;
    }
    if (args->save) {
        return qn_fail(reterr, QN_EINVAL, "save: there are no widgets to save");
    }
    return form->database[0] == '\0' && strcmp(form->title, form->id) == 0
               ? QN_OK
               : qn_fail(reterr, QN_EINVAL, "widgets: are missing: database and title are theirs");
}

static int read_all(struct dashboard_args *args, const struct qn_json_node *root,
                    struct qn_err *reterr)
{
    int rc = dashboard_read(&args->form, root, reterr);

    if (rc == QN_OK) {
        rc = qn_args_flag(root, "save", &args->save, reterr);
    }
    if (rc == QN_OK) {
        rc = qn_args_flag(root, "refresh", &args->refresh, reterr);
    }
    if (rc == QN_OK) {
        rc = read_widget(args, root, reterr);
    }
    if (rc == QN_OK) {
        rc = read_exports(args, root, reterr);
    }
    return rc == QN_OK ? check_together(args, reterr) : rc;
}

int dashboard_args_parse(struct dashboard_args *ret, struct qn_span json, struct qn_err *reterr)
{
    struct qn_arena arena;
    struct qn_json_node *root;
    int rc = qn_args_read(&root, json, DASHBOARD_BYTES_MAX, &arena, reterr);

    *ret = (struct dashboard_args){.exports = 0};
    if (rc == QN_OK) {
        rc = read_all(ret, root, reterr);
    }
    qn_arena_release(&arena);
    return rc;
}

void dashboard_args_release(struct dashboard_args *args)
{
    dashboard_release(&args->form);
}
