/* catalog_diff.h - what changed in a catalogue since the run before.
 *
 * The run before left its snapshot (catalog_json.h). It may have gone through anything that
 * keeps JSON the same value, as a column of type jsonb. Tables and columns are known by their
 * names: a renamed one is removed and added.
 *
 * Not here: where snapshots are kept; sizes and rows, which are no part of a definition.
 */
#ifndef TASKS_LIB_CATALOG_CATALOG_DIFF_H
#define TASKS_LIB_CATALOG_CATALOG_DIFF_H

#include "catalog.h"

struct qn_catalog_snapshot;

/* json: borrowed until the free. QN_EINVAL for what is no snapshot, with the place; QN_ENOMEM,
 * QN_ELIMIT. To be freed. */
QN_MUST_CHECK int qn_catalog_snapshot_read(struct qn_catalog_snapshot **ret, struct qn_span json,
                                           struct qn_err *reterr);
void qn_catalog_snapshot_free(struct qn_catalog_snapshot *snapshot); /* NULL is fine */

enum qn_catalog_change {
    QN_CATALOG_SAME,
    QN_CATALOG_CHANGED,
    QN_CATALOG_ADDED, /* by name: not in the snapshot; of no snapshot (NULL) all are */
};

/* For runs that leave out what did not change: by the hash of the table's definition. */
enum qn_catalog_change qn_catalog_change_of(const struct qn_catalog_snapshot *snapshot,
                                            const struct qn_catalog_table *table);

/* {"added":[{"schema","table"}],"removed":[{"schema","table"}],
 *  "changed":[{"schema","table","columns_added":[name],"columns_removed":[name],
 *              "columns_changed":[{"column","from","to"}],"keys_changed":bool,
 *              "references_changed","indexes_changed","checks_changed","comment_changed",
 *              "view_changed","access_changed","kind_changed"}]}
 * from and to are definitions in words, as in the snapshot. QN_ENOMEM, QN_ELIMIT; the failure of
 * out. */
QN_MUST_CHECK int qn_catalog_diff(const struct qn_catalog_snapshot *snapshot,
                                  const struct qn_catalog *catalog, struct qn_buf *out,
                                  struct qn_err *reterr);

#endif
