#include "chart_labels.h"

#include <string.h>

/* Columns of "2025-06-30 14:05:00". */
#define MONTH_END  7
#define DAY_END    10
#define MINUTE_END 16

static bool all_have(const struct chart_data *data, size_t at, const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < data->n_labels; i++) {
        struct qn_span cell = data->labels[i].cell;

        if (cell.len < at + len || memcmp(cell.data + at, text, len) != 0) {
            return false;
        }
    }
    return true;
}

/* How much of each text says all that differs. */
static size_t shortest(const struct chart_data *data)
{
    bool moment = data->axis.grain == CHART_GRAIN_MOMENT;

    if (moment && !all_have(data, DAY_END, " 00:00:00")) {
        return all_have(data, MINUTE_END, ":00") ? MINUTE_END : 0;
    }
    if (data->n_labels > 1 && all_have(data, MONTH_END, "-01")) {
        return MONTH_END;
    }
    return moment ? DAY_END : 0;
}

void chart_label_times(struct chart_data *data)
{
    size_t len = 0;

    if (data->axis.grain == CHART_GRAIN_MOMENT || data->axis.grain == CHART_GRAIN_DAY) {
        len = shortest(data);
    }
    for (size_t i = 0; i < data->n_labels && len > 0; i++) {
        if (data->labels[i].cell.len > len) {
            data->labels[i].text = qn_arena_text(&data->arena, data->labels[i].cell.data, len);
        }
    }
}
