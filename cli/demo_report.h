/* demo_report.h - a finished report.sales job as people read it. */
#ifndef CLI_DEMO_REPORT_H
#define CLI_DEMO_REPORT_H

#include "term.h"

/* json: the result of the job. QN_EPROTO when it is not what a report gives. */
QN_MUST_CHECK int cli_demo_report_print(const struct cli_term *term, struct qn_span json,
                                        struct qn_err *reterr);

#endif
