/* metadata.h - the tasks about what a database holds.
 *
 * metadata.analyze reads a datasource and makes its semantic model; metadata.review writes down
 * what people decide about it: edits and approvals.
 */
#ifndef TASKS_METADATA_METADATA_H
#define TASKS_METADATA_METADATA_H

#include <quern/task.h>

extern const struct qn_task metadata_analyze_task;
extern const struct qn_task metadata_review_task;

#endif
