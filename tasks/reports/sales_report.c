#include "sales_report.h"

#include "common/mem.h"
#include "sales_period.h"
#include <stdio.h>
#include <string.h>

#define BIT(column) (1U << SALES_COL_##column)

/* clang-format off */
const struct sales_column_shape sales_columns[SALES_COLUMNS] = {
    [SALES_COL_LIST]        = {"list",          "List",          SALES_TEXT},
    [SALES_COL_RANK]        = {"rank",          "#",             SALES_COUNT},
    [SALES_COL_ID]          = {"id",            "Id",            SALES_TEXT},
    [SALES_COL_NAME]        = {"name",          "Name",          SALES_TEXT},
    [SALES_COL_CATEGORY]    = {"category",      "Category",      SALES_TEXT},
    [SALES_COL_FROM]        = {"from",          "From",          SALES_TEXT},
    [SALES_COL_TO]          = {"to",            "To",            SALES_TEXT},
    [SALES_COL_ORDERS]      = {"orders",        "Orders",        SALES_COUNT},
    [SALES_COL_CUSTOMERS]   = {"customers",     "Customers",     SALES_COUNT},
    [SALES_COL_SALES]       = {"sales",         "Sales",         SALES_MONEY},
    [SALES_COL_UNITS]       = {"units",         "Units",         SALES_COUNT},
    [SALES_COL_SHARE]       = {"share",         "Share",         SALES_PERCENT},
    [SALES_COL_WAS_RANK]    = {"previous_rank", "Rank before",   SALES_COUNT},
    [SALES_COL_RANK_CHANGE] = {"rank_change",   "Places gained", SALES_COUNT},
};

#define PRODUCT BIT(RANK) | BIT(ID) | BIT(NAME) | BIT(CATEGORY) | BIT(SALES) | BIT(UNITS) | \
                BIT(SHARE) | BIT(WAS_RANK) | BIT(RANK_CHANGE)
#define REST    BIT(NAME) | BIT(SALES) | BIT(UNITS) | BIT(SHARE)
#define BUCKET  BIT(FROM) | BIT(TO) | BIT(ORDERS) | BIT(SALES)

const struct sales_list_shape sales_lists[SALES_LISTS] = {
    [SALES_SERIES]       = {"series",                  "Sales over time",             BUCKET},
    [SALES_BASE_SERIES]  = {"comparison_series",       "The comparison period",       BUCKET},
    [SALES_TOP_REVENUE]  = {"top_products_by_revenue", "Top products by revenue",     PRODUCT},
    [SALES_REST_REVENUE] = {"rest_by_revenue",         "What is not in the list",     REST},
    [SALES_TOP_UNITS]    = {"top_products_by_units",   "Top products by units",       PRODUCT},
    [SALES_REST_UNITS]   = {"rest_by_units",           "What is not in the list",     REST},
    [SALES_CATEGORIES]   = {"categories",              "Categories",                  REST},
    [SALES_CHANNELS]     = {"channels",                "Channels",
                            BIT(NAME) | BIT(ORDERS) | BIT(SALES) | BIT(SHARE)},
    [SALES_COUNTRIES]    = {"countries",               "Countries",
                            BIT(NAME) | BIT(ORDERS) | BIT(CUSTOMERS) | BIT(SALES) | BIT(SHARE)},
    [SALES_STATUSES]     = {"statuses",                "Orders by status",
                            BIT(NAME) | BIT(ORDERS) | BIT(SALES) | BIT(SHARE)},
};

const struct sales_column_shape sales_metrics[SALES_METRICS] = {
    [SALES_TOTAL_SALES]    = {"total_sales",         "Sales",               SALES_MONEY},
    [SALES_TOTAL_ORDERS]   = {"total_orders",        "Orders",              SALES_COUNT},
    [SALES_AVERAGE]        = {"average_order_value", "Average order",       SALES_MONEY},
    [SALES_TOTAL_UNITS]    = {"units",               "Units",               SALES_COUNT},
    [SALES_CUSTOMERS]      = {"customers",           "Customers",           SALES_COUNT},
    [SALES_NEW]            = {"new_customers",       "New customers",       SALES_COUNT},
    [SALES_RETURNING]      = {"returning_customers", "Returning customers", SALES_COUNT},
    [SALES_ALL_ORDERS]     = {"all_orders",          "Orders of any status", SALES_COUNT},
    [SALES_CANCELLED]      = {"cancelled_orders",    "Cancelled orders",    SALES_COUNT},
    [SALES_CANCELLED_RATE] = {"cancelled_rate",      "Cancelled",           SALES_PERCENT},
};

const struct sales_definition sales_definitions[] = {
    {"sale", "An order in the period whose status is one of the statuses of this report."},
    {"period", "From the first instant of the first day to the first instant of the day after the "
               "last, in the time zone of this report, by the time the order was placed."},
    {"total_sales", "Sum of the amounts of the sales."},
    {"average_order_value", "Sales divided by their number, rounded to 2 decimals."},
    {"units", "Sum of the quantities of the lines of the sales."},
    {"customers", "Different buyers of the sales; new: without a sale before the period."},
    {"cancelled_rate", "Cancelled orders in percent of the orders of any status in the period."},
    {"product_sales", "Sum of quantity times unit price of the lines of the sales. (no product): "
                      "lines without a product that exists. (not itemised): what the amounts of "
                      "the orders and the sum of their lines differ by."},
    {"share", "Percent of all sales, of all units for the list by units, of the orders of any "
              "status for the list by status."},
    {"change", "Difference to the comparison period; percent of its value, none when that is 0."},
    {NULL, NULL},
};
/* clang-format on */

struct qn_span sales_cell(const struct sales_list *list, size_t row, enum sales_column column)
{
    if (row >= list->count) {
        return (struct qn_span){NULL, 0};
    }
    return qn_pg_value(list->rows, list->first + row, (size_t)column);
}

const char *sales_str(const struct sales_list *list, size_t row, enum sales_column column)
{
    struct qn_span cell = sales_cell(list, row, column);

    return cell.data != NULL ? cell.data : "";
}

void sales_report_free(struct sales_report *report)
{
    if (report == NULL) {
        return;
    }
    sales_period_release(&report->period);
    sales_period_release(&report->base);
    for (size_t i = 0; i < report->n_sets; i++) {
        qn_pg_rows_free(report->sets[i]);
    }
    qn_free(report);
}

bool sales_report_is_empty(const struct sales_report *report)
{
    return qn_span_is(report->metrics[SALES_TOTAL_ORDERS].value, "0");
}

void sales_status_list(unsigned statuses, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (int i = 0; sales_statuses[i] != NULL && used < size; i++) {
        if ((statuses & 1U << i) != 0) {
            used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "",
                                     sales_statuses[i]);
        }
    }
}
