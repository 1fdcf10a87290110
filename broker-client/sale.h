/* sale.h - stock that jobs are made against (docs/decisions/0013). Pure.
 *
 * Not here: what is left of it, which the broker knows.
 */
#ifndef BROKER_CLIENT_SALE_H
#define BROKER_CLIENT_SALE_H

#include <stdbool.h>
#include <stdint.h>

#define QN_SALE_STOCK_MAX INT64_C(1000000000)
#define QN_SALE_TRIES     3 /* of a buyer */
#define QN_SALE_TRIES_MS  60000

/* What a job takes, in the script that makes it. */
struct qn_sale_ask {
    const char *item;  /* 1-64 of [A-Za-z0-9_-], as buyer and mark */
    const char *buyer; /* who has three tries a minute */
    int64_t quantity;
    const char *mark; /* tells one request from another that has its name */
};

/* What jobs hold or have sold is taken; a job that gives back takes it off again. */
struct qn_sale {
    bool there;
    bool no_room; /* for another one */
    int64_t stock, taken, returned;
    int64_t ends_ms; /* Unix, 0: none */
};
enum qn_sale_how {
    QN_SALE_LOOK,
    QN_SALE_OPEN,  /* or change stock and end of one that is open: what was taken stays taken */
    QN_SALE_CLOSE, /* the reply tells how it was */
};

/* Well-formed, and the job asks for nothing else but a priority. */
struct qn_new_job;
bool qn_sale_ask_ok(const struct qn_new_job *job);
bool qn_sale_ok(const char *item, enum qn_sale_how how, const struct qn_sale *set);

#endif
