#include "sales_charts.h"

#include "common/mem.h"
#include "tasks/lib/digits.h"
#include "tasks/lib/svg.h"
#include <string.h>

/* Points and the texts they borrow. */
struct points {
    struct qn_svg_point *of;
    size_t n;
    struct qn_buf texts;
};

static void points_release(struct points *points)
{
    qn_free(points->of);
    qn_buf_release(&points->texts);
}

/* The texts are put one after the other first: the buffer may move meanwhile. */
static int points_init(struct points *ret, const struct sales_list *list, enum sales_column label,
                       enum sales_column value)
{
    size_t used = 0;

    *ret = (struct points){.n = list->count};
    qn_buf_init(&ret->texts, 4 * 1024 * 1024);
    ret->of = qn_zalloc(list->count + 1, sizeof(ret->of[0]));
    if (ret->of == NULL) {
        return QN_ENOMEM;
    }
    for (size_t i = 0; i < list->count; i++) {
        qn_digits_add(&ret->texts, sales_cell(list, i, value));
        qn_buf_add_byte(&ret->texts, '\0');
    }
    for (size_t i = 0; i < list->count && qn_buf_status(&ret->texts) == QN_OK; i++) {
        ret->of[i].label = sales_str(list, i, label);
        ret->of[i].value = qn_svg_value(sales_str(list, i, value));
        ret->of[i].text = ret->texts.data + used;
        used += strlen(ret->of[i].text) + 1;
    }
    return qn_buf_status(&ret->texts);
}

static void fail(struct qn_buf *out, int rc)
{
    if (out->status == QN_OK) {
        out->status = rc;
    }
}

void sales_chart_series(struct qn_buf *out, const struct sales_report *report)
{
    struct points now, base;
    int rc = points_init(&now, &report->lists[SALES_SERIES], SALES_COL_FROM, SALES_COL_SALES);
    int base_rc =
        points_init(&base, &report->lists[SALES_BASE_SERIES], SALES_COL_FROM, SALES_COL_SALES);

    if (rc != QN_OK || base_rc != QN_OK) {
        fail(out, rc != QN_OK ? rc : base_rc);
    } else {
        qn_svg_line(out, &(struct qn_svg_chart){.title = "Line chart of sales over time",
                                                .points = now.of,
                                                .n = now.n,
                                                .base = base.of,
                                                .n_base = base.n});
    }
    points_release(&now);
    points_release(&base);
}

static void draw(struct qn_buf *out, const struct sales_report *report, enum sales_list_id id,
                 void (*chart)(struct qn_buf *, const struct qn_svg_chart *))
{
    struct points points;
    enum sales_column value = id == SALES_TOP_UNITS ? SALES_COL_UNITS : SALES_COL_SALES;
    int rc = points_init(&points, &report->lists[id], SALES_COL_NAME, value);

    if (rc != QN_OK) {
        fail(out, rc);
    } else {
        chart(out, &(struct qn_svg_chart){
                       .title = sales_lists[id].title, .points = points.of, .n = points.n});
    }
    points_release(&points);
}

void sales_chart_bars(struct qn_buf *out, const struct sales_report *report, enum sales_list_id id)
{
    draw(out, report, id, qn_svg_bars);
}

void sales_chart_stack(struct qn_buf *out, const struct sales_report *report, enum sales_list_id id)
{
    draw(out, report, id, qn_svg_stack);
}
