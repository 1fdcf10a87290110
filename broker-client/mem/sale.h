/* sale.h - what jobs take out of sales, and give back (docs/decisions/0013). */
#ifndef BROKER_CLIENT_MEM_SALE_H
#define BROKER_CLIENT_MEM_SALE_H

#include "mem_type.h"

#define QN_MEM_HOLD_SIZE (QN_NAME_MAX + 48)

/* The code that a job of a sale gets; *ret_wait_ms of QN_ENQ_TRIES, hold of QN_ENQ_MADE. */
int qn_mem_sale_take(struct qn_mem_queue *queue, const struct qn_new_job *from,
                     char hold[QN_MEM_HOLD_SIZE], int64_t *ret_wait_ms);
/* A job succeeded. */
void qn_mem_sale_give_back(struct qn_mem_queue *queue, const struct qn_mem_job *job);
void qn_mem_sales_free(struct qn_mem_queue *queue);

#endif
