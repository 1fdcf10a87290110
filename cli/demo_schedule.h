/* demo_schedule.h - a schedule as an HTTP client has it: made, waited for, removed. */
#ifndef CLI_DEMO_SCHEDULE_H
#define CLI_DEMO_SCHEDULE_H

#include "demo.h"

/* Makes a short schedule, waits until it has fired by itself, shows its history and takes it away.
 * QN_ETIMEOUT: it did not. */
QN_MUST_CHECK int cli_demo_schedule(const struct cli_demo *demo, struct qn_err *reterr);

#endif
