/* fsck_ops.h - survey, audit and the whole walk as functions that wait for the answer.
 *
 * Findings: name[i], code[i] the fault, name2[i] where (cut), text the last detail, flag
 * whether all were mended.
 */
#ifndef TESTS_CONFORMANCE_FSCK_OPS_H
#define TESTS_CONFORMANCE_FSCK_OPS_H

#include "world.h"

#include "broker-client/fsck.h"

struct got *op_survey(struct world *w, int64_t cursor); /* flag: a page of the lines */
struct got *op_audit(struct world *w, const char *name, unsigned how);
struct got *op_fsck(struct world *w, bool repair);
bool fsck_is_clean(struct world *w);
void fsck_keep(void *arg, const struct qn_finding *finding); /* into a struct got */

#endif
