#include "sales_write.h"

#include "tasks/lib/csv.h"

/* Every record has the same columns: the section, then those of the lists (the name
 * of the list apart), then those of the metrics. What a section does not have is
 * empty. */
static const char *const metric_columns[] = {"value", "previous", "change", "change_percent"};
#define METRIC_COLUMNS (sizeof(metric_columns) / sizeof(metric_columns[0]))
#define NOTHING        ((struct qn_span){NULL, 0})

static void add_head(struct qn_csv *csv)
{
    qn_csv_typed(csv, qn_pg_text("section"));
    for (int i = SALES_COL_RANK; i < SALES_COLUMNS; i++) {
        qn_csv_typed(csv, qn_pg_text(sales_columns[i].key));
    }
    for (size_t i = 0; i < METRIC_COLUMNS; i++) {
        qn_csv_typed(csv, qn_pg_text(metric_columns[i]));
    }
    qn_csv_end(csv);
}

/* A record that has a name and up to four values. */
static void add_named(struct qn_csv *csv, const char *section, const char *name,
                      const struct qn_span values[METRIC_COLUMNS], enum sales_kind kind)
{
    qn_csv_typed(csv, qn_pg_text(section));
    for (int i = SALES_COL_RANK; i < SALES_COLUMNS; i++) {
        qn_csv_text(csv, i == SALES_COL_NAME ? qn_pg_text(name) : NOTHING);
    }
    for (size_t i = 0; i < METRIC_COLUMNS; i++) {
        if (kind == SALES_TEXT) {
            qn_csv_text(csv, values[i]);
        } else {
            qn_csv_typed(csv, values[i]);
        }
    }
    qn_csv_end(csv);
}

static void add_fact(struct qn_csv *csv, const char *name, struct qn_span value)
{
    const struct qn_span values[METRIC_COLUMNS] = {value};

    add_named(csv, "report", name, values, SALES_TEXT);
}

static void add_facts(struct qn_csv *csv, const struct sales_report *report)
{
    char statuses[128];

    sales_status_list(report->args.statuses, statuses, sizeof(statuses));
    add_fact(csv, "schema", qn_pg_text(SALES_SCHEMA));
    add_fact(csv, "from", qn_pg_text(report->period.from));
    add_fact(csv, "to", qn_pg_text(report->period.to));
    add_fact(csv, "tz", qn_pg_text(report->tz));
    add_fact(csv, "group", qn_pg_text(report->group));
    add_fact(csv, "currency", qn_pg_text(report->args.currency));
    add_fact(csv, "statuses_counted", qn_pg_text(statuses));
    if (sales_report_compares(report)) {
        add_fact(csv, "comparison_from", qn_pg_text(report->base.from));
        add_fact(csv, "comparison_to", qn_pg_text(report->base.to));
    }
    add_fact(csv, "generated_at", report->generated_at);
    add_fact(csv, "data_as_of", report->data_as_of);
}

static void add_metrics(struct qn_csv *csv, const struct sales_report *report)
{
    for (int i = 0; i < SALES_METRICS; i++) {
        const struct sales_metric *metric = &report->metrics[i];
        const struct qn_span values[METRIC_COLUMNS] = {metric->value, metric->base, metric->change,
                                                       metric->percent};

        add_named(csv, "totals", sales_metrics[i].key, values, sales_metrics[i].kind);
    }
}

static void add_row(struct qn_csv *csv, const struct sales_list_shape *shape,
                    const struct sales_list *list, size_t row)
{
    qn_csv_typed(csv, qn_pg_text(shape->key));
    for (int i = SALES_COL_RANK; i < SALES_COLUMNS; i++) {
        struct qn_span cell = sales_cell(list, row, (enum sales_column)i);

        if ((shape->columns & 1U << i) == 0) {
            cell = NOTHING;
        }
        if (sales_columns[i].kind == SALES_TEXT) {
            qn_csv_text(csv, cell);
        } else {
            qn_csv_typed(csv, cell);
        }
    }
    for (size_t i = 0; i < METRIC_COLUMNS; i++) {
        qn_csv_typed(csv, NOTHING);
    }
    qn_csv_end(csv);
}

int sales_write_csv(const struct sales_report *report, struct qn_buf *out)
{
    struct qn_csv csv;

    qn_csv_init(&csv, out, report->args.csv_delimiter, report->args.csv_safe, report->args.csv_bom);
    add_head(&csv);
    add_facts(&csv, report);
    add_metrics(&csv, report);
    for (int i = 0; i < SALES_LISTS; i++) {
        for (size_t row = 0; row < report->lists[i].count; row++) {
            add_row(&csv, &sales_lists[i], &report->lists[i], row);
        }
    }
    return qn_buf_status(out);
}
