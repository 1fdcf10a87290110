#include "sale.h"

#include "broker.h"

bool qn_sale_ask_ok(const struct qn_new_job *job)
{
    const struct qn_sale_ask *ask = job->sale;

    return qn_name_ok(ask->item) && qn_name_ok(ask->buyer) && qn_name_ok(ask->mark) &&
           ask->quantity >= 1 && ask->quantity <= QN_SALE_STOCK_MAX && job->due_ms <= 0 &&
           job->expires_ms <= 0 && !job->schedule && job->unique.until == QN_UNIQUE_NO;
}

bool qn_sale_ok(const char *item, enum qn_sale_how how, const struct qn_sale *set)
{
    return qn_name_ok(item) && (set != NULL) == (how == QN_SALE_OPEN) &&
           (!set || (set->stock >= 0 && set->stock <= QN_SALE_STOCK_MAX && set->ends_ms >= 0));
}
