/* dashboard_args.h - the arguments of nl2sql.dashboard. Pure. */
#ifndef TASKS_NL2SQL_DASHBOARD_DASHBOARD_ARGS_H
#define TASKS_NL2SQL_DASHBOARD_DASHBOARD_ARGS_H

#include "dashboard_form.h"
#include <quern/task.h>

enum dashboard_export {
    DASHBOARD_CSV = 1 << 0,
    DASHBOARD_JSON = 1 << 1,
    DASHBOARD_HTML = 1 << 2,
};

struct dashboard_args {
    struct dashboard form; /* without widgets: the one that is kept under its id */
    bool save, refresh;
    char widget[DASHBOARD_ID_MAX + 1]; /* only this one, "" all */
    unsigned exports;                  /* of enum dashboard_export */
};

extern const struct qn_param dashboard_params[];

/* json passed the strict check. QN_EINVAL says which argument. Release also after a failure. */
QN_MUST_CHECK int dashboard_args_parse(struct dashboard_args *ret, struct qn_span json,
                                       struct qn_err *reterr);
void dashboard_args_release(struct dashboard_args *args);

#endif
