#include "sale.h"

#include "broker-client/sale.h"
#include "common/mem.h"
#include "common/str.h"
#include <stdio.h>
#include <string.h>

#define SALES_MAX 1000

static struct qn_mem_sale *find(struct qn_mem_queue *queue, const char *item)
{
    struct qn_mem_sale *sale = queue->sales;

    while (sale && strcmp(sale->item, item) != 0)
        sale = sale->next;
    return sale;
}

/* ---- tries ---- */

static void tidy_tries(struct qn_mem_queue *queue)
{
    int64_t now = qn_mem_now(queue->store);
    struct qn_mem_try **at = &queue->tries;

    while (*at) {
        struct qn_mem_try *one = *at;
        if (one->at_ms <= now && now - one->at_ms < QN_SALE_TRIES_MS) {
            at = &one->next;
            continue;
        }
        *at = one->next;
        qn_free(one);
    }
}

/* How many of a buyer count. The newest is first: *ret_nth is the one whose end makes room. */
static int count_tries(const struct qn_mem_queue *queue, const struct qn_new_job *from,
                       const struct qn_mem_try **ret_nth, const struct qn_mem_try **ret_same)
{
    int n = 0;

    *ret_same = NULL;
    for (const struct qn_mem_try *one = queue->tries; one; one = one->next) {
        if (strcmp(one->buyer, from->sale->buyer) != 0)
            continue;
        if (++n == QN_SALE_TRIES)
            *ret_nth = one;
        if (strcmp(one->name, from->name) == 0)
            *ret_same = one;
    }
    return n;
}

static bool add_try(struct qn_mem_queue *queue, const struct qn_new_job *from, bool made)
{
    struct qn_mem_try *one = qn_zalloc(1, sizeof(*one));

    if (!one)
        return false;
    qn_str_copy(one->buyer, sizeof(one->buyer), from->sale->buyer);
    qn_str_copy(one->name, sizeof(one->name), from->name);
    qn_str_copy(one->mark, sizeof(one->mark), from->sale->mark);
    one->at_ms = qn_mem_now(queue->store);
    one->made = made;
    one->next = queue->tries;
    queue->tries = one;
    return true;
}

static int answer_again(const struct qn_mem_try *before, const struct qn_new_job *from)
{
    if (strcmp(before->mark, from->sale->mark) != 0)
        return QN_ENQ_REUSED;
    return before->made ? QN_ENQ_EXISTS : QN_ENQ_SOLD_OUT;
}

/* ---- taking and giving ---- */

static int take(struct qn_mem_queue *queue, struct qn_mem_sale *sale, const struct qn_new_job *from,
                char hold[QN_MEM_HOLD_SIZE])
{
    bool is_left = sale->taken + from->sale->quantity <= sale->stock;

    if (!add_try(queue, from, is_left))
        return QN_ENOMEM;
    if (!is_left)
        return QN_ENQ_SOLD_OUT;
    sale->taken += from->sale->quantity;
    snprintf(hold, QN_MEM_HOLD_SIZE, "%s %lld %lld", sale->item, (long long)from->sale->quantity,
             (long long)sale->number);
    return QN_ENQ_MADE;
}

int qn_mem_sale_take(struct qn_mem_queue *queue, const struct qn_new_job *from,
                     char hold[QN_MEM_HOLD_SIZE], int64_t *ret_wait_ms)
{
    struct qn_mem_sale *sale = find(queue, from->sale->item);
    const struct qn_mem_try *nth = NULL, *same;
    int64_t now = qn_mem_now(queue->store);

    tidy_tries(queue);
    int n = count_tries(queue, from, &nth, &same);
    if (same)
        return answer_again(same, from);
    if (!sale)
        return QN_ENQ_NO_SALE;
    if (sale->ends_ms > 0 && now >= sale->ends_ms)
        return QN_ENQ_SALE_OVER;
    if (n < QN_SALE_TRIES)
        return take(queue, sale, from, hold);
    *ret_wait_ms = nth->at_ms + QN_SALE_TRIES_MS - now;
    return QN_ENQ_TRIES;
}

void qn_mem_sale_give_back(struct qn_mem_queue *queue, const struct qn_mem_job *job)
{
    char text[QN_MEM_HOLD_SIZE], item[QN_NAME_MAX + 1];
    struct qn_record record;
    struct qn_span parts[3];
    int64_t quantity, number;

    if (qn_record_decode(qn_mem_span(&job->record), &record, NULL) != QN_OK ||
        record.body.returns.len == 0 || record.body.returns.len >= sizeof(text))
        return;
    struct qn_span rest = record.body.returns;
    for (int i = 0; i < 3; i++) {
        const char *blank = memchr(rest.data, ' ', rest.len);
        size_t len = blank ? (size_t)(blank - rest.data) : rest.len;
        parts[i] = (struct qn_span){rest.data, len};
        len += blank ? 1 : 0;
        rest = (struct qn_span){rest.data + len, rest.len - len};
    }
    if (parts[0].len >= sizeof(item) ||
        qn_strn_to_i64(parts[1].data, parts[1].len, &quantity) != QN_OK ||
        qn_strn_to_i64(parts[2].data, parts[2].len, &number) != QN_OK)
        return;
    memcpy(item, parts[0].data, parts[0].len);
    item[parts[0].len] = '\0';
    struct qn_mem_sale *sale = find(queue, item);
    if (!sale || sale->number != number)
        return;
    quantity = quantity < sale->taken ? quantity : sale->taken;
    sale->taken -= quantity;
    sale->returned += quantity;
}

void qn_mem_sales_free(struct qn_mem_queue *queue)
{
    for (struct qn_mem_sale *sale = queue->sales, *next; sale; sale = next) {
        next = sale->next;
        qn_free(sale);
    }
    for (struct qn_mem_try *one = queue->tries, *next; one; one = next) {
        next = one->next;
        qn_free(one);
    }
}

/* ---- the operation ---- */

static struct qn_mem_sale *open_sale(struct qn_mem_queue *queue, const char *item)
{
    struct qn_mem_sale *sale = qn_zalloc(1, sizeof(*sale));

    if (!sale)
        return NULL;
    qn_str_copy(sale->item, sizeof(sale->item), item);
    sale->number = ++queue->sales_opened;
    sale->next = queue->sales;
    queue->sales = sale;
    return sale;
}

static void drop_sale(struct qn_mem_queue *queue, struct qn_mem_sale *sale)
{
    struct qn_mem_sale **at = &queue->sales;

    while (*at != sale)
        at = &(*at)->next;
    *at = sale->next;
    qn_free(sale);
}

static size_t count_sales(const struct qn_mem_queue *queue)
{
    size_t n = 0;

    for (const struct qn_mem_sale *sale = queue->sales; sale; sale = sale->next)
        n++;
    return n;
}

static void work(struct qn_mem_queue *queue, const char *item, enum qn_sale_how how,
                 const struct qn_sale *set, struct qn_mem_answer *answer)
{
    struct qn_sale *ret = &answer->result.sale;
    struct qn_mem_sale *sale = find(queue, item);

    ret->no_room = how == QN_SALE_OPEN && !sale && count_sales(queue) >= SALES_MAX;
    if (how == QN_SALE_OPEN && !sale && !ret->no_room) {
        sale = open_sale(queue, item);
        if (!sale)
            qn_mem_refuse(answer, QN_ENOMEM, "out of memory");
    }
    if (!sale)
        return;
    if (how == QN_SALE_OPEN) {
        sale->stock = set->stock;
        sale->ends_ms = set->ends_ms;
    }
    ret->there = true;
    ret->stock = sale->stock;
    ret->taken = sale->taken;
    ret->returned = sale->returned;
    ret->ends_ms = sale->ends_ms;
    if (how == QN_SALE_CLOSE)
        drop_sale(queue, sale);
}

void qn_mem_sale(struct qn_broker *b, const char *queue, const char *item, enum qn_sale_how how,
                 const struct qn_sale *set, qn_reply_fn *fn, void *arg)
{
    struct qn_mem_answer *answer = qn_mem_answer(b, fn, arg);
    struct qn_mem_queue *q = qn_mem_begin(b, queue, answer);

    if (!q)
        return;
    if (!qn_sale_ok(item, how, set))
        qn_mem_refuse(answer, QN_EINVAL, "a sale is of a well-formed item, with a stock from 0");
    else
        work(q, item, how, set, answer);
    answer->reply.sale = &answer->result.sale;
    qn_mem_tell(b, answer);
}
