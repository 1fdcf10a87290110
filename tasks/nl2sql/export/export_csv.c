#include "export.h"

#include "tasks/lib/csv.h"
#include <string.h>

/* Kinds whose texts PostgreSQL made: no formula of a spreadsheet is among them. */
static bool is_typed(enum query_kind kind)
{
    return kind == QUERY_INTEGER || kind == QUERY_NUMBER || kind == QUERY_BOOLEAN ||
           kind == QUERY_DATE || kind == QUERY_TIMESTAMP;
}

void export_csv(const struct query_rows *rows, bool bom, struct qn_buf *out)
{
    struct qn_csv csv;

    qn_csv_init(&csv, out, ',', true, bom);
    for (size_t c = 0; c < rows->n_columns; c++) {
        qn_csv_text(&csv, (struct qn_span){rows->columns[c].name, strlen(rows->columns[c].name)});
    }
    qn_csv_end(&csv);
    for (size_t row = 0; row < rows->n_rows; row++) {
        for (size_t c = 0; c < rows->n_columns; c++) {
            if (is_typed(rows->columns[c].kind)) {
                qn_csv_typed(&csv, query_cell(rows, row, c));
            } else {
                qn_csv_text(&csv, query_cell(rows, row, c));
            }
        }
        qn_csv_end(&csv);
    }
}
