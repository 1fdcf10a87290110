/* frame_room.h - frames from JSON, by names of tables and columns, for tests and probes.
 *
 *   {"kind": "measure" | "list" | "distinct" | "compare", "table": "users",
 *    "measures": [{"metric": "revenue"} | {"count": "orders"} | {"avg": "products.price"}],
 *    "dimensions": ["users.city", "products", "orders.created_at@month"], "columns":
 * ["users.email"], "filters": [{"of": "users.city", "is": ["Paris"], "not": true}, {"condition":
 * "sold out"},
 *                {"of": "users", "exists": "orders", "inner": [...], "from": "2025-01-01", "to":
 * ""}], "part": [...], "time": "orders.created_at", "from": "2025-06-01", "to": "2025-07-01",
 *    "before": ["2025-05-01", "2025-06-01"], "having": ["more", "5"], "order": "products.price",
 *    "limit": 5, "offset": 1, "per": 0, "fold": "count",
 *    "ordered": true, "ascending", "share", "zero", "growth", "having_average", "distinct_rows"}
 *
 * Tests of filters: is, less, at_most, more, at_least, between, contains, empty, before_day,
 * from_day, above_average, below_average; their value is a list of texts.
 */
#ifndef TESTS_SUPPORT_FRAME_ROOM_H
#define TESTS_SUPPORT_FRAME_ROOM_H

#include "tasks/nl2sql/rules/frame.h"

/* In the arena's memory. QN_EINVAL for what is not there. */
int frame_room_read(struct frame *ret, const struct qn_model *model, struct qn_span json,
                    struct qn_arena *arena, struct qn_err *reterr);

#endif
