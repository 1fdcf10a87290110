/* link_schedule.h - the broker's operations on schedules, one question after the other
 * (link_operate.h). All but the note are safe to send twice, and are after a lost answer.
 */
#ifndef CLI_LINK_SCHEDULE_H
#define CLI_LINK_SCHEDULE_H

#include "broker-client/schedule_json.h"
#include "link.h"

/* By name. */
struct cli_schedules {
    struct qn_schedule_view *all;
    size_t n;
    int64_t now_ms; /* the broker's clock */
};
/* To be released, also after an error. */
QN_MUST_CHECK int cli_link_schedules(struct cli_link *link, struct cli_schedules *ret,
                                     struct qn_err *reterr);
void cli_schedules_release(struct cli_schedules *schedules);
/* QN_ENOTFOUND: there is none of this name. */
QN_MUST_CHECK int cli_link_schedule(struct cli_link *link, const char *name,
                                    struct qn_schedule_view *ret, struct qn_err *reterr);

/* Which beat leads, "" none. */
QN_MUST_CHECK int cli_link_leader(struct cli_link *link, char out[QN_HOLDER_MAX + 1],
                                  struct qn_err *reterr);
QN_MUST_CHECK int cli_link_define(struct cli_link *link, const struct qn_definition *definition,
                                  enum qn_define_code *ret, struct qn_err *reterr);
QN_MUST_CHECK int cli_link_drop(struct cli_link *link, const char *name, enum qn_change_code *ret,
                                struct qn_err *reterr);
QN_MUST_CHECK int cli_link_pause(struct cli_link *link, const char *name, bool paused,
                                 enum qn_change_code *ret, struct qn_err *reterr);
/* Its last fires as JSON (qn_schedule_json_fires()), appended to out. */
QN_MUST_CHECK int cli_link_fires(struct cli_link *link, const char *name, struct qn_buf *out,
                                 struct qn_err *reterr);
/* A job was made by hand: into the history. */
QN_MUST_CHECK int cli_link_note_run(struct cli_link *link, const char *name, const char *job,
                                    int64_t now_ms, struct qn_err *reterr);

#endif
