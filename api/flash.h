/* flash.h - the flash sale: three tries a minute for each user, and no unit sold twice.
 *
 * A sale is stock on the broker, in the slot of the queue "orders". One script there decides
 * about a request: the user's tries, what is left, room in the queue; and makes the job of
 * orders.create. When that job ends without success, its follow-up orders.release gives the
 * units back (docs/flash-sale.md, docs/decisions/0013).
 *
 * Not here: the order itself (tasks/orders), the rules (redis/lua/flash.lua).
 */
#ifndef API_FLASH_H
#define API_FLASH_H

#include "enqueue.h"

#define API_FLASH_QUEUE "orders"
#define API_FLASH_MAX   10 /* units of one request */

/* A request that makes such a job. */
struct api_flash {
    struct qn_sale_ask ask;
    int64_t user, product;
    char item[QN_NAME_MAX + 1], buyer[QN_NAME_MAX + 1], mark[QN_NAME_MAX + 1];
    char args[256]; /* of both jobs */
    char after[256];
};

/* What the broker said to it, beyond what it may say to any job. */
void api_flash_read(const struct api_flash *flash, struct api_item *item, int code,
                    const char *holder);

#endif
