#include "common/str.h"
#include "dashboard_fetch.h"

const char *const dashboard_code_names[DASHBOARD_CODES] = {"", "refused_by_guard", "failed",
                                                           "timeout", "unreachable"};
const char *const dashboard_from_names[] = {"none", "L2", "stale"};

void dashboard_part_init(struct dashboard_part *part, const struct dashboard_widget *widget)
{
    *part = (struct dashboard_part){.widget = widget};
    query_rows_init(&part->rows);
}

void dashboard_part_release(struct dashboard_part *part)
{
    if (part->has_chart) {
        chart_release(&part->chart);
    }
    query_rows_release(&part->rows);
    part->has_chart = false;
}

void dashboard_part_refuse(struct dashboard_part *part, enum dashboard_code code, const char *why)
{
    part->code = code;
    qn_str_copy(part->reason, sizeof(part->reason), why);
}
