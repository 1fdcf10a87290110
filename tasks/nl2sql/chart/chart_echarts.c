#include "chart_echarts.h"

#include "common/json.h"
#include <math.h>
#include <string.h>

struct option {
    struct qn_buf *out;
    const struct chart *chart;
    const struct query_rows *rows;
    const struct chart_data *data;
};

static void add_number(struct qn_buf *out, const struct chart_value *value)
{
    enum qn_json_type type = QN_JSON_NULL;
    size_t len = value->text != NULL ? strlen(value->text) : 0;

    if (isnan(value->value)) {
        qn_buf_add_str(out, "null");
    } else if (len > 0 && qn_json_check(value->text, len, &type, NULL) == QN_OK &&
               type == QN_JSON_NUMBER) {
        qn_buf_add(out, value->text, len);
    } else {
        qn_buf_printf(out, "%.17g", value->value);
    }
}

static void add_comma(struct qn_buf *out, size_t i)
{
    qn_buf_add_str(out, i > 0 ? "," : "");
}

static void add_names(struct qn_buf *out, const struct chart_label *labels, size_t n)
{
    qn_buf_add_byte(out, '[');
    for (size_t i = 0; i < n; i++) {
        add_comma(out, i);
        qn_json_add_str(out, labels[i].text);
    }
    qn_buf_add_byte(out, ']');
}

static void add_numbers(const struct option *option, size_t series)
{
    qn_buf_add_byte(option->out, '[');
    for (size_t i = 0; i < option->data->n_labels; i++) {
        add_comma(option->out, i);
        add_number(option->out, chart_data_value(option->data, series, i));
    }
    qn_buf_add_byte(option->out, ']');
}

static void add_category_axis(const struct option *option, const char *key, const char *more)
{
    qn_json_add_key(option->out, key);
    qn_buf_printf(option->out, "{\"type\":\"category\"%s,\"data\":", more);
    add_names(option->out, option->data->labels, option->data->n_labels);
    qn_buf_add_byte(option->out, '}');
}

static void add_value_axis(const struct option *option, const char *key, size_t column)
{
    qn_json_add_key(option->out, key);
    qn_buf_add_str(option->out, "{\"type\":\"value\",\"scale\":true,\"name\":");
    qn_json_add_str(option->out, option->rows->columns[column].name);
    qn_buf_add_byte(option->out, '}');
}

/* type: markup. panels: each series has axes of its own. */
static void add_series(const struct option *option, const char *type, bool panels)
{
    struct qn_buf *out = option->out;

    qn_json_add_key(out, "series");
    qn_buf_add_byte(out, '[');
    for (size_t s = 0; s < option->data->n_series; s++) {
        qn_buf_printf(out, "%s{%s,", s > 0 ? "," : "", type);
        if (panels) {
            qn_buf_printf(out, "\"xAxisIndex\":%zu,\"yAxisIndex\":%zu,", s, s);
        }
        qn_buf_add_str(out, "\"name\":");
        qn_json_add_str(out, option->data->series[s].text);
        qn_buf_add_str(out, ",\"data\":");
        add_numbers(option, s);
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_byte(out, ']');
}

static void add_list_of_axes(const struct option *option, const char *key, bool category)
{
    struct qn_buf *out = option->out;

    qn_json_add_key(out, key);
    qn_buf_add_byte(out, '[');
    for (size_t s = 0; s < option->data->n_series; s++) {
        qn_buf_printf(out, "%s{\"gridIndex\":%zu,", s > 0 ? "," : "", s);
        if (category) {
            qn_buf_add_str(out, "\"type\":\"category\",\"data\":");
            add_names(out, option->data->labels, option->data->n_labels);
        } else {
            qn_buf_add_str(out, "\"type\":\"value\",\"scale\":true");
        }
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_byte(out, ']');
}

static void add_panels(const struct option *option)
{
    size_t n = option->data->n_series, each = 80 / n;

    qn_json_add_key(option->out, "grid");
    qn_buf_add_byte(option->out, '[');
    for (size_t s = 0; s < n; s++) {
        qn_buf_printf(option->out, "%s{\"top\":\"%zu%%\",\"height\":\"%zu%%\"}", s > 0 ? "," : "",
                      14 + s * each, each - 8);
    }
    qn_buf_add_byte(option->out, ']');
    add_list_of_axes(option, "xAxis", true);
    add_list_of_axes(option, "yAxis", false);
    add_series(option, "\"type\":\"line\"", true);
}

static void add_lines(const struct option *option)
{
    if (option->data->panels) {
        add_panels(option);
        return;
    }
    add_category_axis(option, "xAxis", "");
    qn_json_add_key(option->out, "yAxis");
    qn_buf_add_str(option->out, "{\"type\":\"value\",\"scale\":true}");
    add_series(option, "\"type\":\"line\"", false);
}

static void add_bars(const struct option *option)
{
    bool lie = option->chart->type == CHART_BAR_HORIZONTAL;

    add_category_axis(option, lie ? "yAxis" : "xAxis", lie ? ",\"inverse\":true" : "");
    qn_json_add_key(option->out, lie ? "xAxis" : "yAxis");
    qn_buf_add_str(option->out, "{\"type\":\"value\"}");
    add_series(option,
               option->chart->type == CHART_HISTOGRAM ? "\"type\":\"bar\",\"barCategoryGap\":\"2%\""
                                                      : "\"type\":\"bar\"",
               false);
}

static void add_cells(const struct option *option)
{
    const struct chart_data *data = option->data;
    struct qn_buf *out = option->out;
    bool any = false;
    double low, high;

    chart_data_range(data, QN_MODEL_NONE, &low, &high);
    add_category_axis(option, "xAxis", "");
    qn_json_add_key(out, "yAxis");
    qn_buf_add_str(out, "{\"type\":\"category\",\"inverse\":true,\"data\":");
    add_names(out, data->series, data->n_series);
    qn_buf_printf(out,
                  "},\"visualMap\":{\"min\":%.17g,\"max\":%.17g,\"calculable\":true},"
                  "\"series\":[{\"type\":\"heatmap\",\"data\":[",
                  low, high);
    for (size_t s = 0; s < data->n_series; s++) {
        for (size_t i = 0; i < data->n_labels; i++) {
            if (!isnan(chart_data_value(data, s, i)->value)) {
                qn_buf_printf(out, "%s[%zu,%zu,", any ? "," : "", i, s);
                add_number(out, chart_data_value(data, s, i));
                qn_buf_add_byte(out, ']');
                any = true;
            }
        }
    }
    qn_buf_add_str(out, "]}]");
}

static void add_parts(const struct option *option)
{
    struct qn_buf *out = option->out;

    qn_json_add_key(out, "series");
    qn_buf_add_str(out, "[{\"type\":\"pie\",\"radius\":[\"45%\",\"70%\"],\"data\":[");
    for (size_t i = 0; i < option->data->n_labels; i++) {
        qn_buf_add_str(out, i > 0 ? ",{" : "{");
        qn_json_add_key(out, "name");
        qn_json_add_str(out, option->data->labels[i].text);
        qn_json_add_key(out, "value");
        add_number(out, chart_data_value(option->data, 0, i));
        qn_buf_add_byte(out, '}');
    }
    qn_buf_add_str(out, "]}]");
}

static void add_points(const struct option *option)
{
    struct qn_buf *out = option->out;

    add_value_axis(option, "xAxis", option->chart->x);
    add_value_axis(option, "yAxis", option->chart->y[0]);
    qn_json_add_key(out, "series");
    qn_buf_add_str(out, "[{\"type\":\"scatter\",\"data\":[");
    for (size_t i = 0; i < option->data->n_points; i++) {
        qn_buf_add_str(out, i > 0 ? ",{" : "{");
        qn_json_add_key(out, "name");
        qn_json_add_str(out, option->data->points[i].label);
        qn_json_add_key(out, "value");
        qn_buf_add_byte(out, '[');
        add_number(out, &option->data->points[i].x);
        qn_buf_add_byte(out, ',');
        add_number(out, &option->data->points[i].y);
        qn_buf_add_str(out, "]}");
    }
    qn_buf_add_str(out, "]}]");
}

static void add_head(const struct option *option)
{
    bool item = option->chart->type == CHART_DONUT || option->chart->type == CHART_HEAT_MAP ||
                option->chart->type == CHART_SCATTER || option->chart->type == CHART_POINTS;

    qn_json_add_key(option->out, "title");
    qn_buf_add_str(option->out, "{\"text\":");
    qn_json_add_str(option->out, option->chart->title);
    qn_buf_add_byte(option->out, '}');
    qn_json_add_key(option->out, "tooltip");
    qn_buf_printf(option->out, "{\"trigger\":\"%s\"}", item ? "item" : "axis");
    if (option->data->n_series > 1 && option->chart->type != CHART_HEAT_MAP) {
        qn_json_add_key(option->out, "legend");
        qn_buf_add_str(option->out, "{\"type\":\"scroll\",\"top\":28}");
    }
}

void chart_echarts(struct qn_buf *out, const struct chart *chart, const struct query_rows *rows,
                   const struct chart_data *data)
{
    struct option option = {out, chart, rows, data};

    if (chart->type == CHART_TABLE || chart->type == CHART_NUMBER || chart->type == CHART_TILES) {
        qn_buf_add_str(out, "null");
        return;
    }
    qn_buf_add_byte(out, '{');
    add_head(&option);
    switch (chart->type) {
    case CHART_LINE:
    case CHART_MULTI_LINE:
        add_lines(&option);
        break;
    case CHART_HEAT_MAP:
        add_cells(&option);
        break;
    case CHART_DONUT:
        add_parts(&option);
        break;
    case CHART_SCATTER:
    case CHART_POINTS:
        add_points(&option);
        break;
    default:
        add_bars(&option);
        break;
    }
    qn_buf_add_byte(out, '}');
}
