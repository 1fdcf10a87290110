#include "chart_echarts.h"

#include "common/json.h"
#include <math.h>
#include <string.h>

#define INTEGER_MOST INT64_C(9007199254740992) /* 2^53: what a double holds */

/* As the rows have it: integers that a double holds are numbers, others texts. */
static void add_value(struct qn_buf *out, const struct chart_value *value, enum query_kind kind)
{
    struct qn_span text = {value->text, value->text != NULL ? strlen(value->text) : 0};
    int64_t number;

    if (value->text == NULL || isnan(value->value)) {
        qn_buf_add_str(out, "null");
    } else if (kind == QUERY_INTEGER && qn_json_is_integer(text, &number) &&
               number <= INTEGER_MOST && number >= -INTEGER_MOST) {
        qn_json_add_i64(out, number);
    } else {
        qn_json_add_string(out, text.data, text.len);
    }
}

static void add_label(struct qn_buf *out, const struct chart_label *label)
{
    if (label->cell.data == NULL) {
        qn_buf_add_str(out, "null");
    } else {
        qn_json_add_string(out, label->cell.data, label->cell.len);
    }
}

static void add_comma(struct qn_buf *out, size_t i)
{
    qn_buf_add_str(out, i > 0 ? "," : "");
}

static void add_column(struct qn_buf *out, const struct query_column *column)
{
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "column");
    qn_json_add_str(out, column->name);
    qn_json_add_key(out, "kind");
    qn_json_add_str(out, query_kind_names[column->kind]);
    if (column->unit[0] != '\0') {
        qn_json_add_key(out, "unit");
        qn_json_add_str(out, column->unit);
    }
    qn_buf_add_byte(out, '}');
}

static void add_columns(struct qn_buf *out, const struct chart *chart,
                        const struct query_rows *rows)
{
    if (chart->x != QN_MODEL_NONE) {
        qn_json_add_key(out, "x");
        add_column(out, &rows->columns[chart->x]);
    }
    if (chart->series != QN_MODEL_NONE) {
        qn_json_add_key(out, "series");
        add_column(out, &rows->columns[chart->series]);
    }
    qn_json_add_key(out, "y");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < chart->n_y; i++) {
        add_comma(out, i);
        add_column(out, &rows->columns[chart->y[i]]);
    }
    qn_buf_add_byte(out, ']');
}

static void add_alternatives(struct qn_buf *out, const struct chart *chart)
{
    qn_json_add_key(out, "alternatives");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < chart->n_alternatives; i++) {
        add_comma(out, i);
        qn_json_add_str(out, chart_type_names[chart->alternatives[i]]);
    }
    qn_buf_add_byte(out, ']');
}

/* {"x": [...], "series": [{"name": ..., "values": [...]}]} */
static void add_series(struct qn_buf *out, const struct chart *chart, const struct query_rows *rows,
                       const struct chart_data *data)
{
    qn_json_add_key(out, "x");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < data->n_labels; i++) {
        add_comma(out, i);
        add_label(out, &data->labels[i]);
    }
    qn_buf_add_byte(out, ']');
    qn_json_add_key(out, "series");
    qn_buf_add_byte(out, '[');
    for (size_t s = 0; s < data->n_series; s++) {
        size_t y = chart->y[s < chart->n_y ? s : 0];

        qn_buf_add_str(out, s > 0 ? ",{" : "{");
        qn_json_add_key(out, "name");
        add_label(out, &data->series[s]);
        qn_json_add_key(out, "values");
        qn_buf_add_byte(out, '[');
        for (size_t i = 0; i < data->n_labels; i++) {
            add_comma(out, i);
            add_value(out, chart_data_value(data, s, i), rows->columns[y].kind);
        }
        qn_buf_add_str(out, "]}");
    }
    qn_buf_add_byte(out, ']');
}

/* {"points": [["x", "y", "label"], ...]} */
static void add_points(struct qn_buf *out, const struct chart *chart, const struct query_rows *rows,
                       const struct chart_data *data)
{
    qn_json_add_key(out, "points");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < data->n_points; i++) {
        qn_buf_add_str(out, i > 0 ? ",[" : "[");
        add_value(out, &data->points[i].x, rows->columns[chart->x].kind);
        qn_buf_add_byte(out, ',');
        add_value(out, &data->points[i].y, rows->columns[chart->y[0]].kind);
        if (data->points[i].label[0] != '\0') {
            qn_buf_add_byte(out, ',');
            qn_json_add_str(out, data->points[i].label);
        }
        qn_buf_add_byte(out, ']');
    }
    qn_buf_add_byte(out, ']');
}

/* {"bins": [{"from": 0, "to": 10, "count": 4}]} */
static void add_bins(struct qn_buf *out, const struct chart_data *data)
{
    double from = data->first;

    qn_json_add_key(out, "bins");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < data->n_labels; i++) {
        qn_buf_printf(out, "%s{\"from\":%.15g,\"to\":%.15g,\"count\":%.0f}", i > 0 ? "," : "", from,
                      data->labels[i].at, data->values[i].value);
        from = data->labels[i].at;
    }
    qn_buf_add_byte(out, ']');
}

/* {"values": [{"name": ..., "value": ...}]} of the only row */
static void add_tiles(struct qn_buf *out, const struct chart *chart, const struct query_rows *rows)
{
    qn_json_add_key(out, "values");
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < chart->n_y; i++) {
        const struct query_column *column = &rows->columns[chart->y[i]];
        struct chart_value value = chart_data_cell(rows, 0, chart->y[i]);

        qn_buf_add_str(out, i > 0 ? ",{" : "{");
        qn_json_add_key(out, "name");
        qn_json_add_str(out, column->name);
        qn_json_add_key(out, "value");
        if (column->kind != QUERY_INTEGER && column->kind != QUERY_NUMBER) {
            value.value = 0; /* a text is one */
        }
        add_value(out, &value, column->kind);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_byte(out, ']');
}

static void add_data(struct qn_buf *out, const struct chart *chart, const struct query_rows *rows,
                     const struct chart_data *data)
{
    qn_json_add_key(out, "data");
    qn_buf_add_byte(out, '{');
    switch (chart->type) {
    case CHART_TABLE:
        break;
    case CHART_NUMBER:
    case CHART_TILES:
        add_tiles(out, chart, rows);
        break;
    case CHART_SCATTER:
    case CHART_POINTS:
        add_points(out, chart, rows, data);
        break;
    case CHART_HISTOGRAM:
        add_bins(out, data);
        break;
    default:
        add_series(out, chart, rows, data);
        break;
    }
    if (data->left_out > 0) {
        qn_json_add_key(out, "left_out");
        qn_json_add_i64(out, (int64_t)data->left_out);
    }
    qn_buf_add_byte(out, '}');
}

void chart_json(const struct chart *chart, const struct query_rows *rows, struct qn_buf *out)
{
    struct chart_data data;

    chart_data_init(&data, chart, rows);
    qn_buf_add_byte(out, '{');
    qn_json_add_key(out, "format");
    qn_json_add_str(out, "quern-chart/1");
    qn_json_add_key(out, "type");
    qn_json_add_str(out, chart_type_names[chart->type]);
    qn_json_add_key(out, "title");
    qn_json_add_str(out, chart->title);
    qn_json_add_key(out, "reason");
    qn_json_add_str(out, chart->reason);
    add_alternatives(out, chart);
    add_columns(out, chart, rows);
    add_data(out, chart, rows, &data);
    qn_json_add_key(out, "echarts");
    chart_echarts(out, chart, rows, &data);
    qn_buf_add_byte(out, '}');
    if (data.arena.status != QN_OK && out->status == QN_OK) {
        out->status = data.arena.status;
    }
    chart_data_release(&data);
}
