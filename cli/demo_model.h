/* demo_model.h - what an analysis finds of the sample shop, as an HTTP client has it. */
#ifndef CLI_DEMO_MODEL_H
#define CLI_DEMO_MODEL_H

#include "demo.h"

/* Analyses the datasource "shop", waits with progress shown, prints tables, relations and some
 * columns of its model, and fetches the report. *ret_succeeded: false when the job did not
 * succeed, or there is no such door or task here, which is told. */
QN_MUST_CHECK int cli_demo_model(const struct cli_demo *demo, bool *ret_succeeded,
                                 struct qn_err *reterr);

#endif
