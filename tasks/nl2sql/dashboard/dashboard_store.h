/* dashboard_store.h - dashboards that are kept: quern.dashboards of Quern's own database, with the
 * cache before it.
 *
 * Of the cache the kind "dashboard" is used without its L1: who changed a dashboard sees the change
 * from then on, whichever process asks. Saving forgets what the cache has of it, its widgets'
 * rows too.
 */
#ifndef TASKS_NL2SQL_DASHBOARD_DASHBOARD_STORE_H
#define TASKS_NL2SQL_DASHBOARD_DASHBOARD_STORE_H

#include "dashboard_form.h"
#include "tasks/nl2sql/place/place.h"

/* ret: to be released, also after a failure. QN_ENOTFOUND says how to make one; QN_ECORRUPT for a
 * row that is no dashboard. */
QN_MUST_CHECK int dashboard_load(struct dashboard *ret, struct place *place, const char *id,
                                 struct qn_err *reterr);

/* Makes it or replaces the one of that id. by: who. warning: appended to when the cache may go on
 * showing the one before, for as long as its kinds say. */
QN_MUST_CHECK int dashboard_save(const struct dashboard *dashboard, struct place *place,
                                 const char *by, struct qn_buf *warning, struct qn_err *reterr);

#endif
