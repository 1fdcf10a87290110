/* dashboard_room.h - rows as a statement would give them, for tests of dashboards. */
#ifndef TESTS_SUPPORT_DASHBOARD_ROOM_H
#define TESTS_SUPPORT_DASHBOARD_ROOM_H

#include "tasks/nl2sql/query/query_rows.h"
#include <string.h>

/* Two columns, a text and an integer; text is in each row, NULL too. To be released. */
static inline void room_rows(struct query_rows *rows, size_t n, const char *text)
{
    query_rows_init(rows);
    rows->columns = qn_arena_alloc(&rows->arena, 2, sizeof(*rows->columns));
    rows->cells = qn_arena_alloc(&rows->arena, 2 * n + 1, sizeof(*rows->cells));
    rows->columns[0] = (struct query_column){.name = "wo\"rd",
                                             .type = "text",
                                             .kind = QUERY_TEXT,
                                             .table = QN_MODEL_NONE,
                                             .column = QN_MODEL_NONE,
                                             .role = QN_ROLE_DIMENSION,
                                             .unit = ""};
    rows->columns[1] = (struct query_column){.name = "n",
                                             .type = "bigint",
                                             .kind = QUERY_INTEGER,
                                             .table = 3,
                                             .column = 0,
                                             .role = QN_ROLE_MEASURE,
                                             .unit = "EUR",
                                             .not_finite = true};
    rows->n_columns = 2;
    rows->n_rows = n;
    for (size_t i = 0; i < n; i++) {
        rows->cells[2 * i] = (struct qn_span){text, text != NULL ? strlen(text) : 0};
        rows->cells[2 * i + 1] = (struct qn_span){"7", 1};
    }
}

#endif
